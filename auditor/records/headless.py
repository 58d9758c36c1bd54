"""Text tables without a line of names: the layout says what stands where, in columns or in widths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

from auditor.errors import InputError
from auditor.records.columns import key
from auditor.records.encoding import recognise
from auditor.records.grid import Grid, Row, Tally, Where, blank
from auditor.records.header import Header
from auditor.records.header_text import clean
from auditor.records.lines import Encoding, Lines
from auditor.records.spec import SourceSpec

_DELIMITERS = "\t,;|"
NO_NAMES = "the file has no line of names: its columns are taken in the order that the layout gives"


@dataclass(frozen=True, slots=True)
class Headless:
    """What stands where in a table without names.

    Attributes
    ----------
    names : tuple of str
        The columns in their order.
    widths : tuple of int
        Characters of each, for files without a delimiter; empty where the layout knows none.
    """

    names: tuple[str, ...]
    widths: tuple[int, ...] = ()


def fixed(path: Path, where: Where, spec: SourceSpec, layout: Headless) -> Grid | None:
    """Prepare a text file of fixed widths for reading; None when its first line has a delimiter, or no such width."""
    encoding = recognise(path, where, spec.encoding)
    lines = Lines(path, encoding)
    try:
        first = next(lines, "").rstrip("\r\n")
    finally:
        lines.close()
    # The last column may be cut off where its blanks end.
    shortest = sum(layout.widths[:-1])
    if (
        not layout.widths
        or any(mark in first for mark in _DELIMITERS)
        or not shortest < len(first) <= sum(layout.widths)
    ):
        return None
    notes = [*encoding.notes, "columns of fixed width, as the layout gives them"]
    grid = Grid(where, rows=lambda: iter(()), notes=notes)
    grid.rows = lambda: _cut(path, encoding, layout, grid)
    return grid


def _cut(path: Path, encoding: Encoding, layout: Headless, grid: Grid) -> Iterator[Row]:
    """Give the rows; a line that cannot be read or is too long for its columns is counted in the tally instead."""
    grid.tally = Tally()
    spots, lines = list(pairwise(accumulate(layout.widths, initial=0))), Lines(path, encoding)
    try:
        for number, line in enumerate(lines, 1):
            text = line.rstrip("\r\n")
            fault = lines.fault or ("longer than the columns of the layout" if text[spots[-1][1] :].strip() else "")
            lines.fault = ""
            if fault:
                grid.tally.add(fault, number)
            else:
                yield number, [text[start:end].strip() for start, end in spots]
    finally:
        lines.close()


def names_of(grid: Grid, layout: Headless) -> Header:
    """Return the names of a table: those of its first line where it has them after all, else those of the layout.

    Raises
    ------
    InputError
        When the first line has another number of columns than the layout.
    """
    number, cells = next(((n, cells) for n, cells in grid.rows() if not blank(cells)), (0, []))
    if cells and key(cells[0]) == key(layout.names[0]):
        return Header(tuple(map(clean, cells)), number, number, (tuple(map(clean, cells)),))
    filled = max((index for index, cell in enumerate(cells, 1) if cell.strip()), default=0)
    if number and not filled <= len(layout.names) <= len(cells):
        problem = grid.where.problem(
            f"{len(cells)} columns, where this table has {len(layout.names)}: {', '.join(layout.names)}",
            "without a line of names nothing else says what stands in a column",
            "check that it is the right file and was not cut or changed on the way",
            row=number,
        )
        raise InputError(f"{grid.where.file} cannot be read", [problem])
    return Header(layout.names, 0, 0, (), (NO_NAMES,))
