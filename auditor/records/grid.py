"""Rows of cells on their way from a container to the store, and where a problem was met."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.errors import InputError, Problem

if TYPE_CHECKING:
    from auditor.records.header import Header
    from auditor.records.load_table import Staged
    from auditor.records.store import Store
    from auditor.records.wanted import Wanted

Row = tuple[int, list[str]]
"""Row number as the editor or spreadsheet shows it, and its cells; a blank row has none, or blank ones."""

EXAMPLES = 10
"""How many row numbers a message or ledger step names."""

MAX_CELL = 131_072
"""Longest cell in characters: four times what a spreadsheet can hold; a longer one is damage."""

GIANT = f"a cell of more than {MAX_CELL:,} characters"
MAX_COLUMNS = 4_096
"""Widest table; the widest that we know of, census profiles, have some hundreds."""


@dataclass(frozen=True, slots=True)
class Where:
    """A file, and the sheet in it."""

    file: str
    sheet: str = ""

    def problem(self, found: str, why: str, remedy: str, *, row: int = 0, column: str = "") -> Problem:
        """Return a problem met here."""
        return Problem(found, why, remedy, file=self.file, sheet=self.sheet, row=row, column=column)


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged range of a sheet; rows from 1, columns from 0 for column A, both ends counted."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Tally:
    """Rows set aside while reading: how many for each reason, and the first few row numbers."""

    counts: dict[str, int] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)

    def add(self, reason: str, row: int) -> None:
        """Count one row."""
        self.counts[reason] = self.counts.get(reason, 0) + 1
        examples = self.rows.setdefault(reason, [])
        if len(examples) < EXAMPLES:
            examples.append(row)

    @property
    def total(self) -> int:
        """Rows set aside, all reasons together."""
        return sum(self.counts.values())

    def example(self, reason: str) -> str:
        """Return the first row numbers, such as ``4, 9, 12 and 30 more``."""
        return numbered(self.rows.get(reason, []), self.counts.get(reason, 0))


@dataclass(slots=True)
class Grid:
    """One sheet (or text file) that can be gone through from the top as often as needed.

    Attributes
    ----------
    where : Where
        File and sheet.
    rows : callable
        Returns a fresh iterator over the rows. Rows that cannot be understood are counted in ``tally``.
    first_column : int
        Which spreadsheet column the first cell of a row is, from 0 for A.
    merged : list of Merged
        Merged ranges, where the container knows them.
    notes : list of str
        For the ledger.
    epoch : int
        1900 or 1904.
    most_rows : int
        As many rows as the program that wrote it can hold: a sheet of exactly that many was cut off.
    least : int
        Columns that a table needs: two, since one is the usual sign of a delimiter that was not recognised; one
        where the user declares the delimiter.
    damage : {"", "ask", "repair"}
        What becomes of letters that were encoded twice: nothing (text files were looked at as bytes, or the user says
        that all is right), a question, or the repair that the user declares.
    header : Header, optional
        The names, where the container itself gives them.
    load : callable, optional
        A shorter way into the store than row by row, told which columns somebody will read (None: all of them); it
        returns None when the long way must be taken.
    """

    where: Where
    rows: Callable[[], Iterator[Row]]
    tally: Tally = field(default_factory=Tally)
    first_column: int = 0
    merged: list[Merged] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    epoch: int = 1900
    most_rows: int = 1_048_576
    least: int = 2
    damage: str = ""
    header: Header | None = None
    load: Callable[[Header, Store, Wanted | None], Staged | None] | None = None


def letter(index: int) -> str:
    """Return a spreadsheet's letter for a column, ``A`` for 0, ``AA`` for 26."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def listed(rows: list[int], total: int = 0) -> str:
    """Name the first few rows: ``row 4``, or ``rows 4, 9 and 30 more``."""
    return ("rows " if max(total, len(rows)) > 1 else "row ") + numbered(rows, total) if rows else ""


def numbered(rows: list[int], total: int = 0) -> str:
    """Write the first few row numbers, as the ledger holds them: ``4, 9 and 30 more``."""
    shown = ", ".join(str(row) for row in rows[:EXAMPLES])
    more = max(total, len(rows)) - len(rows[:EXAMPLES])
    return shown + (f" and {more} more" if more and rows else "")


def blank(cells: list[str]) -> bool:
    """Tell whether a row has nothing in it but white space."""
    return not any(cell and not cell.isspace() for cell in cells)


def shorten(text: str, most: int = 60) -> str:
    """Cut a text for display, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def refuse(where: Where, found: str, why: str, remedy: str) -> InputError:
    """Return the error for a file that cannot be read at all."""
    return InputError(f"{where.file} cannot be read", [where.problem(found, why, remedy)])
