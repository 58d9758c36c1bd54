"""Text to typed, canonical columns: each distinct value is read once, and DuckDB joins the answers to the rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from auditor.records import placing
from auditor.records.amounts import Amount, read_amount, style_of
from auditor.records.columns import Column
from auditor.records.crosswalk import map_codes, map_texts
from auditor.records.periods import map_periods, period_text
from auditor.records.sheet import QUARANTINED, Row, Sheet, quote
from auditor.records.words import is_missing

_PLAIN = r"\d{1,9}"
_MOSTLY = 0.5
"""A column of which more than this share cannot be read is the wrong column, not a damaged one."""

Distinct = tuple[str, int, int]


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
    parts.select += ["mp.id AS place", "mp.within AS within", "mp.total AS place_total"]
    parts.asides.append("mp.aside")


def _add_mapped(sheet: Sheet, column: Column, parts: _Parts) -> None:
    name = quote(column.name)
    if column.name not in sheet.columns:
        parts.select += [f"NULL::VARCHAR AS {name}", f"false AS {quote(column.name + '_total')}"]
        return
    table = (map_codes if column.kind == "code" else map_texts)(sheet, column.name)
    alias = f"m_{column.name}"
    parts.joins.append(f"LEFT JOIN {table} {alias} ON {alias}.raw = {sheet.text(column.name)}")
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
    plain = f"regexp_full_match({text}, '{_PLAIN}')"
    table = _map_numbers(sheet, name, text, whole)
    parts.joins.append(f"LEFT JOIN {table} {alias} ON {alias}.raw = {text}")
    number = f"CASE WHEN {plain} THEN TRY_CAST({text} AS {kind}) ELSE {alias}.n END"
    parts.select += [
        f"{number} AS {quote(name)}",
        f"CASE WHEN {plain} THEN NULL ELSE {alias}.low END AS {quote(name + '_low')}",
        f"CASE WHEN {plain} THEN NULL ELSE {alias}.high END AS {quote(name + '_high')}",
        f"CASE WHEN {plain} THEN 'number' ELSE coalesce({alias}.state, 'missing') END AS {quote(name + '_state')}",
    ]
    parts.asides.append(f"{alias}.aside")


def _map_numbers(sheet: Sheet, name: str, text: str, whole: bool) -> str:
    plain = f"regexp_full_match({text}, '{_PLAIN}')"
    # NULLs come out false of the test, so that odd texts only are read one by one.
    odd = sheet.distinct(f"CASE WHEN {plain} THEN NULL ELSE {text} END", name)
    zeros = bool(
        sheet.sql(
            f"SELECT 1 FROM {quote(sheet.raw.table)} r WHERE regexp_full_match({text}, '0+') LIMIT 1"  # noqa: S608
        )
    )
    decided = {k.strip(): v for k, v in sheet.spec.values.get(name, {}).items()}
    style = style_of((t for t, _, _ in odd), sheet.spec.thousands, zeros=zeros)
    read = [(item, read_amount(decided.get(item[0]) or item[0], style)) for item in odd]
    read = [(i, Amount("missing") if decided.get(i[0]) == "missing" else amount) for i, amount in read]
    _judge(sheet, name, read, whole, zeros)
    rows = [_number_row(name, item[0], amount, whole) for item, amount in read]
    return sheet.mapping(
        f"n_{name}",
        f"raw VARCHAR, n {'BIGINT' if whole else 'DOUBLE'}, low BIGINT, high BIGINT, state VARCHAR, aside VARCHAR",
        rows,
    )


def _number_row(name: str, text: str, amount: Amount, whole: bool) -> Row:
    aside = f"{QUARANTINED}{name} {amount.reason}" if amount.state == "bad" else None
    state = "missing" if amount.state == "dash" else amount.state
    n: int | float | None = None
    if amount.n is not None and (amount.state == "number" or not whole):
        n = int(amount.n) if whole else float(amount.n)
        state = "number"
    return (text, n, amount.low, amount.high, state, aside)


def _judge(sheet: Sheet, name: str, read: list[tuple[Distinct, Amount]], whole: bool, zeros: bool) -> None:
    """Refuse what is no count, ask what has two meanings, and note what was read with a rule."""
    by_state: dict[str, list[Distinct]] = {}
    for item, amount in read:
        by_state.setdefault(amount.state, []).append(item)
    wrong = by_state.get("percent", []) + (by_state.get("fraction", []) if whole else [])
    if wrong:
        sheet.refuse(
            f"{sheet.listed(name, wrong)}",
            "counts are whole numbers: shares, rates, averages and weights cannot be tested as counts",
            f"name the column of counts with columns.{name}, or correct these cells",
            column=name,
            row=wrong[0][2],
        )
    _ask_unclear(sheet, name, by_state.get("unclear", []))
    _ask_dash(sheet, name, by_state.get("dash", []), zeros)
    _mostly_bad(sheet, name, by_state.get("bad", []))
    _note_numbers(sheet, name, read, by_state)


def _ask_unclear(sheet: Sheet, name: str, unclear: list[Distinct]) -> None:
    if unclear:
        sheet.ask(
            f"{sheet.listed(name, unclear)}",
            "the stop may part thousands or decimals, and nothing else in the column tells which",
            'say thousands = "." if it parts thousands; if it parts decimals, these are no counts',
            column=name,
            row=unclear[0][2],
            line='thousands = "."',
        )


def _ask_dash(sheet: Sheet, name: str, dashes: list[Distinct], zeros: bool) -> None:
    if not dashes:
        return
    if zeros:
        sheet.ask(
            f"{sheet.listed(name, dashes)}, beside printed zeros",
            "a dash may mean zero, not reported or suppressed; a missing number is never read as zero",
            f'say what it means: values.{name} = {{ "-" = "0" }}, "missing", or an interval such as "1-10"',
            column=name,
            row=dashes[0][2],
        )
        sheet.docket.answers(sheet.at, sheet.spec).values.setdefault(name, {}).update({t: "" for t, _, _ in dashes})
        return
    rows = sum(count for _, count, _ in dashes)
    sheet.note(
        f"{name}: a dash in {rows:,} rows read as not reported, since the column prints no zero "
        f'(values.{name} = {{ "-" = "0" }} says otherwise)'
    )


def _mostly_bad(sheet: Sheet, name: str, bad: list[Distinct]) -> None:
    rows = sum(count for _, count, _ in bad)
    filled = sheet.sql(
        f"SELECT count(*) FILTER (trim({sheet.text(name)}) <> '') FROM {quote(sheet.raw.table)} r"  # noqa: S608
    )[0][0]
    if bad and rows > _MOSTLY * filled and rows > 1:
        sheet.refuse(
            f"{rows:,} of {filled:,} cells are no usable number: {sheet.listed(name, bad)}",
            "this is not a column of counts",
            f"name the right column with columns.{name}",
            column=name,
            row=bad[0][2],
        )
    elif bad:
        sheet.note(f"{name}: rows quarantined with {sheet.listed(name, bad)}")


def _note_numbers(
    sheet: Sheet, name: str, read: list[tuple[Distinct, Amount]], by_state: dict[str, list[Distinct]]
) -> None:
    hidden = [(item, amount) for item, amount in read if amount.state == "suppressed"]
    if hidden:
        marks = ", ".join(
            f"{item[0]!r} ({item[1]:,} rows: {amount.low} to {amount.high})" for item, amount in hidden[:10]
        )
        assumed = "; a mark without a number is read by the rule of its column" * any(
            amount.reason.startswith("mark") for _, amount in hidden
        )
        sheet.note(f"{name}: suppressed cells kept as intervals, never as zero: {marks}{assumed}")
    lost = [item for item in by_state.get("missing", []) if is_missing(item[0]) or item[0] == "."]
    if lost:
        sheet.note(f"{name}: read as not reported: {sheet.listed(name, lost)}")
    for item, amount in read:
        if amount.state == "number" and amount.n is not None and not _is_plain(item[0], amount.n):
            sheet.note(f"numbers written like {_shape(item[0])} read as whole numbers")


def _shape(text: str) -> str:
    """Return the shape of a written number, digits as 9: one note for each shape, not for each number."""
    return repr(re.sub(r"9{1,3}(?=\D|$)", "999", re.sub(r"\d", "9", text)) if len(text) < 12 else "9,999,999")


def _is_plain(text: str, n: Decimal) -> bool:
    return text.strip() == str(int(n))


_ADD = {
    "place": _add_place,
    "code": _add_mapped,
    "text": _add_mapped,
    "count": _add_number,
    "amount": _add_number,
    "day": _add_day,
}

