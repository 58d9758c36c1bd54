"""Find the row of column names below titles and other preamble, and join a header of several lines.

The rule, in short: the header is the first row that has names for at least half of the columns that the rows below
fill, and nothing in it that looks like those rows' numbers or dates. Lines above it are preamble. A second line is
joined where it names columns that the first leaves blank; where two readings are possible, both are shown and a
person chooses with ``header_row``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from auditor.errors import InputError, Problem
from auditor.records.grid import Merged, Row, Where, blank, letter, shorten
from auditor.records.header_text import clean, combine, is_label, kind

DEEPEST = 40
"""How many rows that are not blank are looked at for a header."""


class NoHeader(InputError):
    """No row can be the header."""


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns.

    Attributes
    ----------
    names : tuple of str
        One for each cell of the header row; empty where it is blank.
    first, row : int
        First and last row of the header as the spreadsheet shows them.
    lines : tuple of tuple of str
        The lines of the header as they stand, to recognise them where they are repeated.
    notes : tuple of str
        For the ledger: preamble left out, lines joined.
    """

    names: tuple[str, ...]
    first: int
    row: int
    lines: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def find_header(
    head: Sequence[Row],
    where: Where,
    *,
    header_row: int = 0,
    merged: Sequence[Merged] = (),
    first_column: int = 0,
    least: int = 2,
) -> Header | None:
    """Find the header among the first rows of a sheet.

    Parameters
    ----------
    head : sequence of Row
        The first rows, blank ones included.
    where : Where
        For messages.
    header_row : int
        The row that the user says it is; 0 to find it. A declared row is taken alone and as it is.
    merged : sequence of Merged
        Merged ranges of the sheet.
    first_column : int
        Spreadsheet column of the first cell.
    least : int
        Cells that some row must have for this to be a table.

    Returns
    -------
    Header or None
        None when no row has that many cells: there is no table here.

    Raises
    ------
    NoHeader
        When no row can be the header.
    InputError
        When two readings of a header of several lines are possible.
    """
    if header_row:
        return _declared(head, where, header_row)
    table = _Head(head, merged, first_column)
    if table.widest < least:
        return None
    start = table.candidate(least)
    if start is None:
        raise NoHeader(f"{where.file} cannot be read", [_no_header(where, table)])
    return table.resolve(start, where)


def _declared(head: Sequence[Row], where: Where, header_row: int) -> Header:
    for number, cells in head:
        if number == header_row and not blank(cells):
            names = tuple(clean(cell) for cell in cells)
            above = [row for row in head if row[0] < header_row and not blank(row[1])]
            return Header(names, number, number, (names,), _preamble(above))
    problem = where.problem(
        f"row {header_row} is blank or is not there",
        "header_row names it as the row of the column names",
        "correct header_row for this source, or leave it out to have the header found",
        row=header_row,
    )
    raise InputError(f"{where.file} cannot be read", [problem])


class _Head:
    """The first rows of a sheet, measured."""

    def __init__(self, head: Sequence[Row], merged: Sequence[Merged], first_column: int) -> None:
        self.rows = [row for row in head if not blank(row[1])]
        self.after_blank = {b[0] for a, b in pairwise(head) if blank(a[1])}
        self.width = max((len(cells) for _, cells in self.rows), default=0)
        self.cells = [[clean(cell) for cell in cells] + [""] * (self.width - len(cells)) for _, cells in self.rows]
        self.filled = [sum(1 for cell in cells if cell) for cells in self.cells]
        self.widest = max(self.filled, default=0)
        self.merged = [
            Merged(m.top, m.left - first_column, m.bottom, m.right - first_column) for m in merged if m.right > m.left
        ]
        self.body = self._body()

    def _body(self) -> Mapping[int, str]:
        """Tell what the cells of each column mostly look like in the lower half of these rows."""
        seen: dict[int, Counter[str]] = {}
        for cells in self.cells[(len(self.cells) + 1) // 2 :]:
            for column, cell in enumerate(cells):
                if cell:
                    seen.setdefault(column, Counter())[kind(cell)] += 1
        return {column: max(sorted(kinds), key=lambda k: kinds[k]) for column, kinds in seen.items()}

    def candidate(self, fewest: int) -> int | None:
        """Return the index of the row that can be a header."""
        below = [n for n in self.filled[(len(self.filled) + 1) // 2 :] if n >= 2] or [self.widest]
        least = max(fewest, 0.5 * median(below))
        for index in range(min(len(self.rows), DEEPEST)):
            if self.filled[index] >= least and self.labels(index) and not self.caption(index):
                return self._fuller(index, median(below))
        return None

    def _fuller(self, index: int, usual: float) -> int:
        """Pass over a line of preamble: a fuller row of names may follow before the first row of data."""
        if not set(self.body.values()) & {"number", "date", "year"}:
            return index  # words everywhere: a fuller row below is as likely to be data
        best = index
        for later in range(index + 1, min(len(self.rows), DEEPEST)):
            if self.labels(later):
                best = later if self.filled[later] > self.filled[best] else best
            elif self.filled[later] >= 0.6 * usual:
                break
        return best

    def labels(self, index: int) -> bool:
        """Tell whether every cell of a row can be a name, given what stands below it."""
        return all(is_label(kind(cell), self.body.get(c, "")) for c, cell in enumerate(self.cells[index]) if cell)

    def caption(self, index: int) -> bool:
        """Tell whether a row is a line such as ``Report date: | October 2011``."""
        first = next(cell for cell in self.cells[index] if cell)
        return self.filled[index] <= 2 and first.endswith(":")

    def adjacent(self, index: int) -> bool:
        """Tell whether a row stands directly below the row before it."""
        return 0 < index < len(self.rows) and self.rows[index][0] not in self.after_blank

    def spans(self, index: int) -> dict[int, int]:
        """Return where merged names of a row begin and end; a title over the whole table is not one of them."""
        number = self.rows[index][0]
        found = {m.left: m.right for m in self.merged if m.top <= number <= m.bottom}
        return {left: right for left, right in found.items() if right - left + 1 < max(self.widest, 2)}

    def missing(self, names: Sequence[str]) -> list[int]:
        """Return the columns that have values below but no name."""
        return [column for column in self.body if not names[column]]

    def resolve(self, index: int, where: Where) -> Header:
        """Join the lines of the header around a row."""
        names, last, joined = list(self.cells[index]), index, False
        if self.adjacent(index + 1) and self._continues(index + 1, names):
            names, last, joined = combine(names, self.cells[index + 1], self.spans(index)), index + 1, True
        first = index
        while self.adjacent(first) and self._names(first - 1):
            above, spans = self.cells[first - 1], self.spans(first - 1)
            if not spans and not self.missing(names) and not _repeats(names):
                raise InputError(f"{where.file} cannot be read", [self._ambiguous(where, first - 1, last, names)])
            names, first, joined = combine(above, names, spans), first - 1, True
        notes = list(_preamble(self.rows[:first]))
        if joined:
            shown = "; ".join(repr(shorten(name)) for name in names if name)
            notes.append(
                f"the header stands on rows {self.rows[first][0]} to {self.rows[last][0]}; joined names: {shown}"
            )
        width = max(len(self.rows[index][1]) for index in range(first, last + 1))
        lines = tuple(tuple(self.cells[index][:width]) for index in range(first, last + 1))
        return Header(tuple(names[:width]), self.rows[first][0], self.rows[last][0], lines, tuple(notes))

    def _names(self, index: int) -> bool:
        """Tell whether the row above a header belongs to it: at least two names, or a merged one."""
        enough = self.filled[index] >= 2 or bool(self.spans(index))
        return enough and self.labels(index) and not self.caption(index)

    def _continues(self, index: int, names: Sequence[str]) -> bool:
        """Tell whether a row is the second line of the header above it."""
        times = Counter(names)
        wanted = self.missing(names) or [column for column, name in enumerate(names) if name and times[name] > 1]
        below = self.cells[index]
        if not wanted or not all(below[column] for column in wanted) or not self.labels(index):
            return False
        typed = [c for c, cell in enumerate(below) if cell and self.body.get(c) in ("number", "date", "year")]
        return bool(typed or self.spans(index - 1))

    def _ambiguous(self, where: Where, above: int, last: int, names: list[str]) -> Problem:
        row, upper = self.rows[last][0], self.rows[above][0]
        joined = combine(self.cells[above], names, {})
        one = ", ".join(repr(shorten(name, 30)) for name in names if name)
        two = ", ".join(repr(shorten(name, 30)) for name in joined if name)
        return where.problem(
            f"the names can be read in two ways: row {row} alone ({one}), or rows {upper} and {row} together ({two})",
            "the same number would stand under another name",
            f"set header_row = {row} for row {row} alone, or join the two rows in the file and save it",
            row=upper,
        )


def _repeats(names: Sequence[str]) -> bool:
    given = [name for name in names if name]
    return len(set(given)) < len(given)


def _preamble(rows: Sequence[Row]) -> tuple[str, ...]:
    """Note the lines above the header."""
    if not rows:
        return ()
    texts = "; ".join(repr(shorten(" ".join(cell for cell in cells if cell.strip()))) for _, cells in rows[:DEEPEST])
    lines = "1 line" if len(rows) == 1 else f"{len(rows)} lines"
    return (f"{lines} above the header left out: {texts}",)


def _no_header(where: Where, table: _Head) -> Problem:
    row = table.rows[0][0]
    return where.problem(
        f"no row of column names was found in the first {min(len(table.rows), DEEPEST)} rows",
        "columns are read by name, never by position",
        "put one row of names above the data, or set header_row to the row that holds them "
        f"(columns {letter(0)} to {letter(table.width - 1)})",
        row=row,
    )
