"""Text to typed, canonical columns: each distinct value is read once, and DuckDB joins the answers to the rows."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.records import facility_placing, placing
from auditor.records.charges import map_charges, tells_offence
from auditor.records.columns import Column
from auditor.records.crosswalk import map_codes, map_texts
from auditor.records.numbers import PLAIN, map_numbers
from auditor.records.periods import map_periods, period_text
from auditor.records.place_questions import note_idle_answers
from auditor.records.sheet import QUARANTINED, Sheet, quote


def build(sheet: Sheet, columns: Sequence[Column]) -> None:
    """Make the typed table of a sheet.

    Parameters
    ----------
    sheet : Sheet
        Problems and notes go to its docket and ledger.
    columns : sequence of Column
        What the adapter knows. Columns that the file lacks come out NULL.

    Notes
    -----
    The table has ``_row``; ``place``, ``within``, ``place_total``; ``start``, ``"end"``, ``period_kind`` when the
    adapter knows periods; each coded or text column with its ``<name>_total``; each number as ``<name>``,
    ``<name>_low``, ``<name>_high`` and ``<name>_state``; each day; and ``aside``, the reason for which the row is
    set aside, if any.
    """
    parts = _Parts()
    for column in columns:
        _ADD.get(column.kind, _skip)(sheet, column, parts)
    for column in columns:
        if column.kind == "period":
            _add_period(sheet, column.name, parts)
    asides = ", ".join(parts.asides) or "NULL"
    select = ",\n  ".join(["r._row AS _row", *parts.select, f"coalesce({asides}, NULL::VARCHAR) AS aside"])
    sheet.run(
        f"CREATE OR REPLACE TEMP TABLE {sheet.typed} AS SELECT {select}\n"
        f"FROM {quote(sheet.raw.table)} r\n" + "\n".join(parts.joins)
    )


class _Parts:
    """The pieces of the one statement that types a sheet; asides in order of precedence."""

    def __init__(self) -> None:
        self.select: list[str] = []
        self.joins: list[str] = []
        self.asides: list[str] = []


def _skip(sheet: Sheet, column: Column, parts: _Parts) -> None:
    """Idle and personal columns stay in the raw table; name and state are read with the place."""


def _add_place(sheet: Sheet, column: Column, parts: _Parts) -> None:
    table = placing.map_places(sheet)
    place, name, state = placing.keys(sheet)
    parts.joins.append(f"LEFT JOIN {table} mp ON mp.place = {place} AND mp.name = {name} AND mp.state = {state}")
    ends = ["mp.id", "mp.within", "mp.aside"]
    if facility_placing.applies(sheet):
        ends = [f"coalesce({end}, {end.replace('mp.', 'mf.')})" for end in ends]
        parts.joins.append(_facilities(sheet))
    else:
        facility_placing.note_left(sheet)
    parts.select += [f"{ends[0]} AS place", f"{ends[1]} AS within", "mp.total AS place_total"]
    parts.asides.append(ends[2])
    note_idle_answers(sheet)


def _facilities(sheet: Sheet) -> str:
    """Return the join of the rows without a place to what became of their facilities."""
    table = facility_placing.map_facilities(sheet)
    names = ("facility", "title", "city", "state")
    same = " AND ".join(f"mf.{name} = {text}" for name, text in zip(names, facility_placing.keys(sheet), strict=True))
    return f"LEFT JOIN {table} mf ON {facility_placing.here(sheet)} AND {same}"


def _add_mapped(sheet: Sheet, column: Column, parts: _Parts) -> None:
    name, source = quote(column.name), column.name
    if column.name == "offence" and tells_offence(sheet):
        table, source = map_charges(sheet), "charge"
    elif column.name not in sheet.columns:
        parts.select += [f"NULL::VARCHAR AS {name}", f"false AS {quote(column.name + '_total')}"]
        return
    else:
        table = (map_codes if column.kind == "code" else map_texts)(sheet, column.name)
    alias = f"m_{column.name}"
    parts.joins.append(f"LEFT JOIN {table} {alias} ON {alias}.raw = {sheet.text(source)}")
    parts.select += [
        f"{alias}.value AS {name}",
        f"coalesce({alias}.total, false) AS {quote(column.name + '_total')}",
    ]
    parts.asides.append(f"{alias}.aside")


def _add_period(sheet: Sheet, name: str, parts: _Parts) -> None:
    joins = {name: "pp", "period_start": "ps", "period_end": "pe"}
    table = map_periods(sheet, tuple(joins), "periods")
    for column, alias in joins.items():
        parts.joins.append(f"LEFT JOIN {table} {alias} ON {alias}.raw = {period_text(sheet, column)}")
    start, end = "coalesce(ps.first, pp.first)", "coalesce(pe.last, pp.last)"
    parts.select += [
        f"{start} AS start",
        f'{end} AS "end"',
        f"CASE WHEN ps.first IS NULL AND pe.last IS NULL THEN pp.kind ELSE {_kind(start, end)} END AS period_kind",
    ]
    parts.asides += [
        "pp.aside",
        "ps.aside",
        "pe.aside",
        f"CASE WHEN {end} < {start} THEN '{QUARANTINED}period ends before it starts' END",
    ]


def _kind(start: str, end: str) -> str:
    """Return the SQL that names the kind of a period given by its two ends."""
    first = f"date_trunc('month', {start}) = {start} AND last_day({end}) = {end}"
    span = f"date_diff('month', {start}, {end})"
    return (
        f"CASE WHEN {start} = {end} THEN 'day' WHEN {first} AND {span} = 0 THEN 'month' "
        f"WHEN {first} AND {span} = 2 AND month({start}) % 3 = 1 THEN 'quarter' "
        f"WHEN {first} AND {span} = 11 AND month({start}) = 1 THEN 'year' ELSE 'interval' END"
    )


def _add_day(sheet: Sheet, column: Column, parts: _Parts) -> None:
    name = quote(column.name)
    if column.name not in sheet.columns:
        parts.select.append(f"NULL::DATE AS {name}")
        return
    table = map_periods(sheet, (column.name,), column.name, days=True)
    alias = f"d_{column.name}"
    parts.joins.append(f"LEFT JOIN {table} {alias} ON {alias}.raw = {period_text(sheet, column.name)}")
    parts.select.append(f"{alias}.first AS {name}")
    parts.asides.append(f"{alias}.aside")


def _add_number(sheet: Sheet, column: Column, parts: _Parts) -> None:
    whole = column.kind == "count"
    kind, name = ("BIGINT" if whole else "DOUBLE"), column.name
    if name not in sheet.columns:
        parts.select += [f"NULL::{kind} AS {quote(name + part)}" for part in ("", "_low", "_high")]
        parts.select.append(f"NULL::VARCHAR AS {quote(name + '_state')}")
        return
    text, alias = sheet.text(name), f"n_{name}"
    plain = f"regexp_full_match({text}, '{PLAIN}')"
    table = map_numbers(sheet, name, whole)
    parts.joins.append(f"LEFT JOIN {table} {alias} ON {alias}.raw = {text}")
    number = f"CASE WHEN {plain} THEN TRY_CAST({text} AS {kind}) ELSE {alias}.n END"
    parts.select += [
        f"{number} AS {quote(name)}",
        f"CASE WHEN {plain} THEN NULL ELSE {alias}.low END AS {quote(name + '_low')}",
        f"CASE WHEN {plain} THEN NULL ELSE {alias}.high END AS {quote(name + '_high')}",
        f"CASE WHEN {plain} THEN 'number' ELSE coalesce({alias}.state, 'missing') END AS {quote(name + '_state')}",
    ]
    parts.asides.append(f"{alias}.aside")


_ADD = {
    "place": _add_place,
    "code": _add_mapped,
    "text": _add_mapped,
    "count": _add_number,
    "amount": _add_number,
    "day": _add_day,
}
