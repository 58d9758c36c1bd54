"""Tables as the Census API sends them: JSON, a list of rows of which the first holds the names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from auditor.errors import InputError
from auditor.records.grid import Grid, Where, refuse
from auditor.records.header import Header

MOST = 200_000_000
"""Largest file that is read at once."""


def open_json(path: Path, where: Where) -> Grid:
    """Read a list of rows; numbers stay the text that they are, null is blank.

    Rows are numbered as the API writes them, one a line, the names on the first.

    Raises
    ------
    InputError
        When it is no list of rows of single values.
    """
    if path.stat().st_size > MOST:
        raise refuse(where, f"JSON of more than {MOST / 1e6:,.0f} MB", "it is read at once", "save the table as CSV")
    try:
        rows = json.loads(path.read_bytes(), parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise _no_table(where, "JSON that is cut off or damaged") from error
    if not _is_table(rows):
        raise _no_table(where, "JSON that is not a list of rows, the first of them the names")
    lines = [["" if cell is None else str(cell) for cell in row] for row in rows]
    names = tuple(" ".join(name.split()) for name in lines[0])
    grid = Grid(where, rows=lambda: enumerate(lines, start=1), header=Header(names, 1, 1, (names,)))
    grid.notes.append("the file is JSON as the Census API sends it: a list of rows, the names in the first")
    return grid


def _is_table(rows: Any) -> bool:
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) for row in rows):
        return False
    named = all(isinstance(name, str) and name.strip() for name in rows[0])
    return named and not any(isinstance(cell, list | dict) for row in rows for cell in row)


def _no_table(where: Where, found: str) -> InputError:
    return refuse(where, found, "it is not a table of rows and columns", "save the table as CSV")
