"""Numbers that records bear: a copy of a record, in its own file or in a later one, is not a second event.

A row that equals another in every cell may be another person. A row that also bears the same record number is not: it
is a copy. Only columns whose name says that they number records count, and only where (nearly) every different row has
a number of its own; a number of a person, a case or an agency is none.
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.records.canonical import examples
from auditor.records.columns import IDS, key
from auditor.records.hashes import hashes
from auditor.records.sheet import Sheet, literal, quote

_OWN = 0.9
"""The least share of different rows that have a number of their own, where a column numbers records."""


def set_aside_copies(sheets: Sequence[Sheet]) -> None:
    """Quarantine the rows that repeat a record: within a sheet cell by cell, and of an earlier one by its number.

    Parameters
    ----------
    sheets : sequence of Sheet
        In the order of their sources; rows are taken out of their raw tables and booked in their ledgers.
    """
    seen: list[tuple[Sheet, int]] = []
    for sheet in sheets:
        at = number_of(sheet)
        if at is None:
            continue
        sheet.numbered = key(sheet.raw.columns[at])
        _copies(sheet, at)
        for earlier, column in seen:
            if earlier.numbered == sheet.numbered:
                earlier.as_text()
                sheet.as_text()
                _known(sheet, at, earlier, column)
        seen.append((sheet, at))


def number_of(sheet: Sheet) -> int | None:
    """Return the position of the column that numbers the records of a sheet of person-events, if there is one."""
    if sheet.adapter.kind != "records" or sheet.open:
        return None
    mapped = set(sheet.columns.positions.values())
    for at, header in enumerate(sheet.raw.columns):
        if key(header) in IDS and at not in mapped and _numbers(sheet, at):
            return at
    return None


def _numbers(sheet: Sheet, at: int) -> bool:
    """Tell whether (nearly) every different row has a number of its own; the whole rows are hashed only if not."""
    if sheet.raw.coded is not None:  # all its numbers differ
        return True
    table, filled = quote(sheet.raw.table), f"trim(c{at}) <> ''"
    found = hashes(sheet.store, f"c{at}", f"{table} WHERE {filled}", sheet.raw.ledger.read)
    rows, numbers = found.rows, found.distinct
    if not rows or numbers >= _OWN * rows:
        return bool(rows)
    if sheet.raw.narrow is not None:  # no row of it equals another
        return False
    whole = f"SELECT count(DISTINCT hash({_cells(sheet)})) FROM {table} WHERE {filled}"  # noqa: S608
    return bool(numbers >= _OWN * sheet.sql(whole)[0][0])


def _cells(sheet: Sheet) -> str:
    return ", ".join(f"c{i}" for i in range(len(sheet.raw.columns)))


def _copies(sheet: Sheet, at: int) -> None:
    if sheet.raw.copies == 0:
        return
    table = quote(sheet.raw.table)
    twice = f"SELECT c{at} FROM {table} WHERE trim(c{at}) <> '' GROUP BY 1 HAVING count(*) > 1"  # noqa: S608
    query = (
        f"SELECT _row FROM (SELECT _row, row_number() OVER (PARTITION BY {_cells(sheet)} ORDER BY _row) AS k "  # noqa: S608
        f"FROM {table} WHERE c{at} IN ({twice})) WHERE k > 1"
    )
    header = sheet.raw.columns[at]
    _take_out(sheet, query, f"copy of a row, cell by cell and with its number ({header})")


def _known(sheet: Sheet, at: int, earlier: Sheet, column: int) -> None:
    theirs = f"SELECT c{column} FROM {quote(earlier.raw.table)} WHERE trim(c{column}) <> ''"  # noqa: S608
    query = f"SELECT _row FROM {quote(sheet.raw.table)} WHERE c{at} IN ({theirs})"  # noqa: S608
    differ = _differing(sheet, at, earlier, column)
    if differ:
        sheet.note(
            f"records that {_name(earlier)} holds under the same {sheet.raw.columns[at]} differ from it, first in row "
            f"{differ:,}: the earlier file's are used; give the newer file first to use its own"
        )
    _take_out(sheet, query, f"record already in {_name(earlier)} (by {sheet.raw.columns[at]})")


def _differing(sheet: Sheet, at: int, earlier: Sheet, column: int) -> int:
    """Return the first row that differs from the record of its number, in the columns that both files have."""
    shared = [
        f"a.c{i} <> b.c{k}"
        for i, name in enumerate(sheet.raw.columns)
        for k, other in enumerate(earlier.raw.columns)
        if name == other and i != at and _held(sheet, i) and _held(earlier, k)
    ]
    rows = sheet.sql(
        f"SELECT min(a._row) FROM {quote(sheet.raw.table)} a JOIN {quote(earlier.raw.table)} b "  # noqa: S608
        f"ON a.c{at} = b.c{column} AND trim(a.c{at}) <> '' WHERE {' OR '.join(shared) or 'false'}"
    )
    return int(rows[0][0] or 0)


def _held(sheet: Sheet, at: int) -> bool:
    return sheet.raw.narrow is None or at in sheet.raw.narrow


def _take_out(sheet: Sheet, query: str, reason: str) -> None:
    rows = [row for (row,) in sheet.sql(f"{query} ORDER BY _row")]
    if rows:
        sheet.run(f"DELETE FROM {quote(sheet.raw.table)} WHERE _row IN ({query})")  # noqa: S608
        sheet.ledger = sheet.ledger.step(reason, len(rows), quarantined=True, example=examples(rows[:5], len(rows)))


def _name(sheet: Sheet) -> str:
    return " › ".join(part for part in (sheet.raw.file, sheet.raw.sheet) if part)


DAMAGED = r"\s*\d([.,]\d+)?[Ee]\+\d+\s*"
"""What a spreadsheet makes of a long number, as a regular expression: 1.23457E+15."""


def refuse_damaged(sheet: Sheet, name: str) -> None:
    """Refuse a column of identifiers of which a spreadsheet kept only the first digits: different ones look alike."""
    found = sheet.sql(
        f"SELECT count(*), min(_row) FROM {quote(sheet.raw.table)} r "  # noqa: S608
        f"WHERE regexp_full_match({sheet.text(name)}, {literal(DAMAGED)})"
    )[0]
    if found[0]:
        sheet.refuse(
            "identifiers damaged by a spreadsheet, written as a power of ten",
            "different people (or officers) would look like one",
            "have the column exported again as text, or delete it from the file",
            column=name,
            row=found[1],
        )
