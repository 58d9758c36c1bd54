"""Columns that a layout does not write but says: computed in DuckDB and put beside those of the file.

A flag of a layout is one of several columns of 0 and 1 ("person searched", "property searched"). What is blank in one
of them is not known, and what is neither yes nor no is kept as it is written, so that it becomes a question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from auditor.records.columns import key
from auditor.records.grid import numbered
from auditor.records.raw import RawTable
from auditor.records.sheet import BLANKS, literal, quote
from auditor.records.store import Store

_YES = "('1', '1.0', 'true', 'yes')"
_NO = "('0', '0.0', 'false', 'no')"
_BLANK = "('', 'null', 'na')"


def position(raw: RawTable, *names: str) -> int | None:
    """Return the position of the first column that bears one of these names (comparable form), or None."""
    headers = [key(header) for header in raw.columns]
    return next((headers.index(key(name)) for name in names if key(name) in headers), None)


def cell(raw: RawTable, *names: str) -> str:
    """Return the SQL of a column by any of its names, blanks at the ends cut off; ``''`` where it is not there."""
    found = position(raw, *names)
    return "''" if found is None else f"trim(c{found}, {literal(BLANKS)})"


def any_yes(raw: RawTable, names: Sequence[str]) -> str:
    """Return the SQL of whether any of some flags is set.

    Parameters
    ----------
    raw : RawTable
        The table.
    names : sequence of str
        Columns of 0 and 1; those that the file lacks are left out.

    Returns
    -------
    str
        SQL of ``yes`` (one is set), ``no`` (all are there and none is set), ``''`` (not known), or the header and text
        of a cell that is neither: ``ADS_SEARCH_PERSON = 7``.
    """
    there = [raw.columns[found] for name in names if (found := position(raw, name)) is not None]
    if not there:
        return "''"
    flags = {name: f"lower({cell(raw, name)})" for name in there}
    set_ = " OR ".join(f"{flag} IN {_YES}" for flag in flags.values())
    unset = " AND ".join(f"{flag} IN {_NO}" for flag in flags.values())
    odd = " ".join(
        f"WHEN {flag} NOT IN {_NO} AND {flag} NOT IN {_BLANK} THEN {literal(name + ' = ')} || {cell(raw, name)}"
        for name, flag in flags.items()
    )
    return f"CASE WHEN {set_} THEN 'yes' {odd} WHEN {unset} THEN 'no' ELSE '' END"


def either(one: str, other: str) -> str:
    """Return the SQL of two such answers as one, for layouts that recorded it in one way before and in another after.

    A question stays a question unless the other answer is yes; where one of the two says nothing, the other counts.
    """
    if "''" in (one, other):
        return other if one == "''" else one
    return (
        f"CASE WHEN ({one}) = 'yes' OR ({other}) = 'yes' THEN 'yes' WHEN ({one}) NOT IN ('', 'no') THEN ({one}) "
        f"WHEN ({other}) NOT IN ('', 'no') THEN ({other}) WHEN ({one}) = 'no' OR ({other}) = 'no' THEN 'no' ELSE '' END"
    )


def added(raw: RawTable, store: Store, columns: Mapping[str, str]) -> RawTable:
    """Put computed columns beside those of a table.

    Parameters
    ----------
    raw : RawTable
        The table; its own columns stay as they are.
    store : Store
        Where it lives.
    columns : mapping of str to str
        Header = SQL over the columns of the table; one whose SQL is ``''`` (nothing of it is in the file) is left out.

    Returns
    -------
    RawTable
        Its ledger notes of which columns each new one was made.
    """
    width, there = len(raw.columns), {name: sql for name, sql in columns.items() if sql != "''"}
    names = [f"c{width + index}" for index in range(len(there))]
    for name in names:
        store.connection.execute(f"ALTER TABLE {quote(raw.table)} ADD COLUMN {name} VARCHAR")
    if names:
        values = ", ".join(f"{name} = {sql}" for name, sql in zip(names, there.values(), strict=True))
        store.connection.execute(f"UPDATE {quote(raw.table)} SET {values}")  # noqa: S608
    made = {name: _headers(raw, sql) for name, sql in there.items()}
    ledger = raw.ledger
    for name, headers in made.items():
        ledger = ledger.note(f"{name} made of {', '.join(headers)}") if headers else ledger
    told = raw.told.union(*made.values())
    return replace(raw, columns=(*raw.columns, *there), ledger=ledger, told=told)


def _headers(raw: RawTable, sql: str) -> list[str]:
    """Return the headers of the columns that an expression reads, in the order of the file."""
    return [raw.columns[found] for found in sorted({int(text) for text in re.findall(r"\bc(\d+)\b", sql)})]


def left_out(raw: RawTable, store: Store, where: str, reason: str) -> RawTable:
    """Leave rows out by a rule of the layout, such as a line of sums that it writes among the others.

    Parameters
    ----------
    raw : RawTable
        The table.
    store : Store
        Where it lives.
    where : str
        SQL condition over the columns of the table, each row of which is one of the file still.
    reason : str
        As the ledger names it, in plain words.

    Returns
    -------
    RawTable
        Its ledger counts the rows under the reason, and numbers the first of them.
    """
    found = store.connection.execute(
        f"DELETE FROM {quote(raw.table)} WHERE {where} RETURNING _row"  # noqa: S608
    ).fetchall()
    numbers = sorted({int(row) for (row,) in found})
    return replace(raw, ledger=raw.ledger.step(reason, len(numbers), example=numbered(numbers)))
