"""Workbooks (XLSX, XLSB, XLS, ODS): every sheet as rows of text, without damage to any cell.

A number keeps all its digits and loses only a ``.0`` that the spreadsheet does not show either; a date becomes
2011-10-01, with a time 2011-10-01 14:30:59, whichever year the workbook counts from; true and false become TRUE and
FALSE. A number of more than 15 digits is written as 1.23456789012346E+18: a spreadsheet keeps no more digits than
these, so what was once an identifier is damaged, and must not look whole.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from auditor.errors import InputError
from auditor.records.container import password
from auditor.records.grid import EXAMPLES, Grid, Merged, Row, Where, letter, listed
from auditor.records.ods_facts import ods_facts
from auditor.records.sheet_facts import Facts, refuse_doctypes, xlsx_facts
from auditor.records.well_formed import check_part
from auditor.records.xls_facts import xls_facts

EXACT = 10**15
MOST_ROWS, MOST_ROWS_XLS = 1_048_576, 65_536


def open_workbook(path: Path, where: Where, wanted: str = "") -> list[Grid]:
    """Open a workbook.

    Parameters
    ----------
    path : pathlib.Path
        The file; already checked by :func:`auditor.records.container.recognise`.
    where : Where
        For messages.
    wanted : str
        The sheet that the user names; empty for all.

    Returns
    -------
    list of Grid
        One for each sheet of cells, hidden ones too, with notes.

    Raises
    ------
    InputError
        When it is damaged or locked, has no such sheet, or holds formulas without values.
    """
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            refuse_doctypes(archive, where)
    book = _open(path, where)
    try:
        kinds = {meta.name: meta for meta in book.sheets_metadata}
        sheets = [name for name, meta in kinds.items() if "WorkSheet" in str(meta.typ)]
        if wanted and wanted not in sheets:
            raise _no_sheet(where, wanted, sheets)
        facts, unseen = _facts(path, where)
        chosen = [wanted] if wanted else sheets
        problems = [p for name in chosen for p in facts.get(name, Facts()).problems(Where(where.file, name))]
        if problems:
            raise InputError(f"{where.file} cannot be read", problems)
        grids = [_grid(book, name, where, facts.get(name, Facts())) for name in chosen]
        for grid in grids:
            hidden = "Visible" not in str(kinds[grid.where.sheet].visible).rsplit(".", 1)[-1]
            grid.notes += ["the sheet is hidden; it was read"] * hidden + unseen
        return grids
    finally:
        book.close()


def _facts(path: Path, where: Where) -> tuple[dict[str, Facts], list[str]]:
    """Look up what the fast reader does not tell; a note says where this cannot be done."""
    found: dict[str, Facts] | None
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            found = xlsx_facts(archive, where) if "xl/workbook.xml" in names else None
            if "content.xml" in names:
                check_part(archive, "content.xml", where)
                found = ods_facts(archive)
    else:
        found = xls_facts(path)
    unseen = (
        "spreadsheet errors, hidden rows and uncomputed formulas cannot be told in this file: its blank cells may be"
    )
    return (found, []) if found is not None else ({}, [f"{unseen} such"])


def _open(path: Path, where: Where) -> Any:
    import python_calamine as calamine

    try:
        return calamine.CalamineWorkbook.from_path(str(path))
    except calamine.PasswordError as error:
        raise password(where) from error
    except BaseException as error:  # a panic of the reader is no Exception
        raise _damaged(error, where) from error


def _damaged(error: BaseException, where: Where) -> BaseException:
    """Word what the reader of workbooks says; let an interruption and the like pass."""
    if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError, InputError)):
        return error
    problem = where.problem(
        f"the workbook is damaged: {str(error) or type(error).__name__}",
        "cells may be missing or wrong",
        "open it in a spreadsheet program, repair it and save it as XLSX, or export it as CSV",
    )
    return InputError(f"{where.file} cannot be read", [problem])


def _no_sheet(where: Where, wanted: str, sheets: list[str]) -> InputError:
    problem = where.problem(
        f"there is no sheet {wanted!r}",
        "the configuration names it",
        f"name one of: {', '.join(repr(name) for name in sheets)}",
        column="",
    )
    return InputError(f"{where.file} cannot be read", [problem])


def _grid(book: Any, name: str, where: Where, facts: Facts) -> Grid:
    here = Where(where.file, name)
    try:
        sheet = book.get_sheet_by_name(name)
        merged = [Merged(a[0] + 1, a[1], b[0] + 1, b[1]) for a, b in sheet.merged_cell_ranges or []]
        rows = list(sheet.iter_rows()) if sheet.start else []
        first = sheet.start[1] if sheet.start else 0
    except BaseException as error:
        raise _damaged(error, here) from error
    grid = Grid(here, rows=lambda: _rows(rows), first_column=first, merged=merged, epoch=facts.epoch)
    grid.most_rows = MOST_ROWS_XLS if where.file.lower().endswith(".xls") else MOST_ROWS
    grid.notes += facts.notes()
    if merged:
        spots = [f"{letter(m.left)}{m.top}:{letter(m.right)}{m.bottom}" for m in sorted(merged, key=_corner)[:EXAMPLES]]
        more = f" and {len(merged) - EXAMPLES} more" if len(merged) > EXAMPLES else ""
        grid.notes.append(
            f"{len(merged)} merged ranges ({', '.join(spots)}{more}); a value stands in the first cell only"
        )
    long = _long_numbers(rows)
    if long:
        grid.notes.append(
            f"numbers of more than 15 digits, of which a spreadsheet keeps no more: {listed(long)}; "
            "if they are identifiers they are damaged"
        )
    return grid


def _corner(merged: Merged) -> tuple[int, int]:
    return merged.top, merged.left


def _rows(rows: list[list[Any]]) -> Iterator[Row]:
    for number, cells in enumerate(rows, start=1):
        yield number, [cell if type(cell) is str else text_of(cell) for cell in cells]


def _long_numbers(rows: list[list[Any]]) -> list[int]:
    """Return the rows of the first few numbers that a spreadsheet cannot hold exactly."""
    found: list[int] = []
    for number, cells in enumerate(rows, start=1):
        for cell in cells:
            if type(cell) is float and abs(cell) >= EXACT:
                found.append(number)
                break
        if len(found) == EXAMPLES:
            break
    return found


def text_of(cell: object) -> str:
    """Write a cell as text, without losing anything.

    Raises
    ------
    TypeError
        For a type that no spreadsheet has.
    """
    write = _WRITE.get(type(cell))
    if write is not None:
        return write(cell)
    raise TypeError(f"a cell of type {type(cell).__name__}")


def _number(value: float) -> str:
    if value.is_integer() and -EXACT < value < EXACT:
        return str(int(value))
    if not math.isfinite(value):
        return str(value)
    if abs(value) >= EXACT:
        mantissa, exponent = f"{value:.14E}".split("E")
        return f"{mantissa}E{int(exponent):+d}"
    return repr(value)


def _whole(value: int) -> str:
    return str(value) if -EXACT < value < EXACT else _number(float(value))


def _moment(value: datetime) -> str:
    """Write a date and time; spreadsheets keep fractions of a day, so that noise below a millisecond is not data."""
    if not value.microsecond:
        return str(value)
    rounded = value + timedelta(microseconds=500)
    rounded = rounded.replace(microsecond=rounded.microsecond // 1000 * 1000)
    if rounded.microsecond in (1000, 999000):
        rounded = (rounded + timedelta(microseconds=1000)).replace(microsecond=0)
    return rounded.isoformat(sep=" ", timespec="milliseconds" if rounded.microsecond else "seconds")


def _duration(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


_WRITE: dict[type, Callable[[Any], str]] = {
    str: str,
    type(None): lambda _: "",
    bool: lambda flag: "TRUE" if flag else "FALSE",
    int: _whole,
    float: _number,
    datetime: _moment,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: _duration,
}
"""How cells of each type are written."""
