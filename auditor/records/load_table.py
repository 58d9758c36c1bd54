"""Put the rows of a grid into the store as text, each with its row number, and count what does not fit the header."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import InputError
from auditor.records.grid import GIANT, MAX_CELL, MAX_COLUMNS, Grid, Tally, blank, letter, listed
from auditor.records.header import Header
from auditor.records.notes_below import lone, note_text
from auditor.records.store import Store, quote
from auditor.records.unseen import CONTROLS

if TYPE_CHECKING:
    from auditor.records.coded import Coded

LONG = "more cells than the header has names"
SHORT = "fewer cells than the header has names"
PAGE_MARKS = (b"Page ", b"PAGE ", b"page ")
ERROR_MARK = b"#"
MARKS = frozenset((*PAGE_MARKS, ERROR_MARK, CONTROLS))
"""How page lines and spreadsheet errors begin, and what may be unseen."""

MAX_LINE = 8_000_000
"""Longest row in characters; DuckDB reads no longer line."""


_BETWEEN = "\x1f"


@dataclass(slots=True)
class Staged:
    """A table in the store before it is tidied.

    Attributes
    ----------
    table : str
        Columns ``_row``, ``_odd`` (``short`` for rows with too few cells, else empty), ``c0`` ...
    width : int
        Number of ``c`` columns.
    tally : Tally
        Rows that were set aside and are not in the table.
    digest : str
        Hash of the names and cells (not the row numbers), to recognise a sheet that repeats another.
    absent : frozenset of bytes
        Which of ``MARKS`` are known to stand nowhere in the file, so that they need not be looked for.
    narrow : frozenset of int, optional
        The positions of the only columns that it holds beside ``_row``, in a table that is tidy already.
    copies : int or None
        Rows equal to an earlier one in every cell, where that is known.
    content : str
        What tells the content of all its rows, whatever their order; empty where that is not known.
    coded : Coded or None
        The table as small numbers; ``table`` is then a view of it.
    """

    table: str
    width: int
    tally: Tally = field(default_factory=Tally)
    digest: str = ""
    absent: frozenset[bytes] = frozenset()
    narrow: frozenset[int] | None = None
    copies: int | None = None
    content: str = ""
    coded: Coded | None = None


def stage(grid: Grid, header: Header, store: Store) -> Staged:
    """Load every row below the header.

    Raises
    ------
    InputError
        When most rows have more or fewer cells than the header has names: the columns would not be what their
        names say.
    """
    width = len(header.names)
    refuse_wide(grid, width, header.row)
    path = store.scratch("rows")
    try:
        tally, digest = _write(grid, header, path)
        table = store.fresh("raw")
        store.connection.execute(f"CREATE TABLE {quote(table)} AS {reading(width)}", [str(path)])
    finally:
        path.unlink()
    return Staged(table, width, tally, digest)


def refuse_wide(grid: Grid, width: int, row: int) -> None:
    """Refuse a table of more columns than any table of records has.

    Raises
    ------
    InputError
        When ``width`` exceeds :data:`auditor.records.grid.MAX_COLUMNS`.
    """
    if width > MAX_COLUMNS:
        problem = grid.where.problem(
            f"{width:,} columns",
            f"at most {MAX_COLUMNS:,} are read; the file is damaged or is not a table of records",
            "check the delimiter and how the file was made, or keep the columns that the audit needs",
            row=row,
        )
        raise InputError(f"{grid.where.file} cannot be read", [problem])


def names(width: int) -> list[str]:
    """Return ``c0`` ... for this many columns."""
    return [f"c{index}" for index in range(width)]


def reading(width: int) -> str:
    """Return the statement that reads a file written by :func:`stage`; its one parameter is the path."""
    columns = ", ".join(["'_row': 'BIGINT'", "'_odd': 'VARCHAR'", *(f"'{name}': 'VARCHAR'" for name in names(width))])
    text = ", ".join(f"'{name}'" for name in ["_odd", *names(width)])
    return (  # the names are ours, c0 to cN; nothing of the data enters the statement
        "SELECT * FROM read_csv(?, auto_detect=false, header=false, delim=',', quote='\"', escape='\"', "  # noqa: S608
        f"new_line='\\n', columns={{{columns}}}, force_not_null=[{text}], strict_mode=true, parallel=false, "
        f"max_line_size={MAX_LINE * 5})"
    )


def _write(grid: Grid, header: Header, path: Path) -> tuple[Tally, str]:
    width, named = len(header.names), _last_named(header)
    tally, digest, written, short = Tally(), hashlib.sha256(repr(header.names).encode()), 0, 0
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for number, cells in grid.rows():
            if number <= header.row:
                continue
            odd = ""
            if len(cells) != width:
                cells = _whole_note(cells)
            if len(cells) > width:
                if not blank(cells[width:]):
                    tally.add(LONG, number)
                    continue
                cells = cells[:width]
            elif len(cells) < width:
                odd = "short" if len(cells) <= named and not blank(cells) else ""
                # A lone cell is a note or a cut-off row, and says nothing about the header.
                short += bool(odd) and sum(1 for cell in cells if cell.strip()) > 1
                cells = cells + [""] * (width - len(cells))
            text = _BETWEEN.join(cells)
            reason = _oversized(cells) if len(text) > MAX_CELL else ""
            if reason:
                tally.add(reason, number)
                continue
            written += bool(text.strip())  # what stands between cells is a blank as well
            digest.update(text.encode())
            writer.writerow([number, odd, *cells])
    _refuse_misfit(grid, header, tally, written, short)
    for reason, count in grid.tally.counts.items():
        tally.counts[reason] = count
        tally.rows[reason] = grid.tally.rows[reason]
    return tally, digest.hexdigest()


def _whole_note(cells: list[str]) -> list[str]:
    """Put a note that its own commas cut up back into one cell."""
    return [note_text(cells)] if len(cells) > 1 and note_text(cells) and not lone(cells) else cells


def _last_named(header: Header) -> int:
    return max((index for index, name in enumerate(header.names) if name), default=0)


def _oversized(cells: list[str]) -> str:
    size = sum(map(len, cells))
    if max(map(len, cells)) > MAX_CELL:
        return GIANT
    return f"a row of more than {MAX_LINE:,} characters" if size > MAX_LINE else ""


def _refuse_misfit(grid: Grid, header: Header, tally: Tally, written: int, short: int) -> None:
    """Refuse a file whose rows as a rule do not fit its header; a few that do not are quarantined instead."""
    long = tally.counts.get(LONG, 0)
    given, total = len(header.names), written + long
    unread = grid.tally.total
    if unread * 2 > total + unread:
        problem = grid.where.problem(
            f"{unread:,} of {total + unread:,} rows cannot be read ({'; '.join(sorted(grid.tally.counts))})",
            "what is left would not stand for the whole",
            "have the file exported again, with its quotes and letters intact",
            row=min(min(rows) for rows in grid.tally.rows.values()),
        )
        raise InputError(f"{grid.where.file} cannot be read", [problem])
    if max(long, short) * 2 <= total:
        return
    what, more = (long, "more") if long > short else (short, "fewer")
    rows = f" ({listed(tally.rows[LONG], long)})" if what == long else ""
    problem = grid.where.problem(
        f"the header has {given} names (columns A to {letter(given - 1)}) and {what:,} of {total:,} rows have {more} "
        f"cells than that{rows}",
        "every value would stand under a neighbour's name",
        "add or remove the name that is missing or too many, or have the file exported again with its header",
        row=header.row,
    )
    raise InputError(f"{grid.where.file} cannot be read", [problem])
