"""Text to typed, canonical columns: each distinct value is read once, and DuckDB joins the answers to the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.domain.places import gazetteer
from auditor.domain.vocabulary import NATION
from auditor.records import facility_placing, placing
from auditor.records.alike import build_alike
from auditor.records.canonical import word_type
from auditor.records.charges import map_charges, tells_offence
from auditor.records.columns import Column
from auditor.records.crosswalk import map_codes, map_texts
from auditor.records.numbers import PLAIN, map_numbers
from auditor.records.periods import map_periods, period_text
from auditor.records.place_questions import note_idle_answers
from auditor.records.sheet import QUARANTINED, Sheet, literal, quote


def build(sheet: Sheet, columns: Sequence[Column], *, together: bool = False) -> None:
    """Make the typed table of a sheet.

    Parameters
    ----------
    sheet : Sheet
        Problems and notes go to its docket and ledger.
    columns : sequence of Column
        What the adapter knows. Columns that the file lacks come out NULL.
    together : bool
        Whether rows that are alike in every column stand in one, days folded into their months: for person-events
        of which nothing but the number is asked.

    Notes
    -----
    The table has ``_row`` and ``file_rows`` (the first row of the file that stands there, and how many do) and
    ``alone`` (whether it was kept apart from rows that may be like it); ``place``,
    ``within``, ``place_total``; ``start``, ``"end"``, ``period_kind`` when the adapter knows periods; each coded or
    text column with its ``<name>_total``; each number as ``<name>``, ``<name>_low``, ``<name>_high`` and
    ``<name>_state``; each day; and ``aside``, the reason for which the row is set aside, if any. Rows that something
    may yet be said of (set aside, incomplete, totals) always stand alone.
    """
    sheet.together = together
    if not together:
        sheet.as_text()
    parts = _Parts(together)
    for column in columns:
        _ADD.get(column.kind, _skip)(sheet, column, parts)
    for column in columns:
        if column.kind == "period":
            _add_period(sheet, column.name, parts)
    if sheet.raw.coded is None or not build_alike(sheet, sheet.raw.coded, parts.pieces, parts.fixed):
        query = parts.query(quote(sheet.raw.table), weighed=sheet.raw.weighed)
        sheet.run(f"CREATE OR REPLACE TEMP TABLE {sheet.typed} AS {query}")


@dataclass(frozen=True, slots=True)
class Piece:
    """What some columns of the raw table become: one join or several, what is taken from them, why a row goes aside."""

    joins: tuple[str, ...]
    select: dict[str, str]
    asides: tuple[str, ...]

    def doubted(self) -> list[str]:
        """Return those of its columns that say something of a row which keeps a row of its own, and of no other."""
        return [name for name in self.select if name.endswith('_total"') or name == "place_total"]

    def doubts(self) -> list[str]:
        """Return the SQL, over what it selects, of whether a row must keep a row of its own."""
        totals = [f"{name} IS NOT NULL" if name == "place_total" else name for name in self.doubted()]
        return [*totals, *(f"{name} IS NULL" for name in ("place", "start", '"end"', '"event"') if name in self.select)]


class _Parts:
    """The pieces of the one statement that types a sheet; asides in order of precedence."""

    def __init__(self, together: bool) -> None:
        self.together = together
        self.pieces: list[Piece] = []
        self.fixed: dict[str, str] = {}

    def add(self, joins: Sequence[str], select: dict[str, str], asides: Sequence[str]) -> None:
        """Add a piece."""
        self.pieces.append(Piece(tuple(joins), select, tuple(asides)))

    def query(self, table: str, *, weighed: bool) -> str:
        """Return the statement over the raw table, whose alias is ``r``.

        Raises
        ------
        ValueError
            When rows that were counted already would be looked at one by one.
        """
        if weighed and not self.together:
            raise ValueError("rows that a warehouse counted cannot be told apart again")
        joins = [join for piece in self.pieces for join in piece.joins]
        selected = {name: sql for piece in self.pieces for name, sql in piece.select.items()}
        asides = [aside for piece in self.pieces for aside in piece.asides]
        aside = f"coalesce({', '.join(asides) or 'NULL'}, NULL::VARCHAR)"
        select = "".join(f",\n  {sql} AS {name}" for name, sql in selected.items())
        rows = (
            f"SELECT r._row AS _row, {'r.file_rows' if weighed else '1'} AS weight{select},\n  {aside} AS aside "  # noqa: S608
            f"FROM {table} r\n" + "\n".join(joins)
        )
        fixed = "".join(f", {sql} AS {name}" for name, sql in self.fixed.items())
        if not self.together:
            return f"SELECT * EXCLUDE (weight), 1::BIGINT AS file_rows, true AS alone{fixed} FROM ({rows})"  # noqa: S608
        names = ", ".join((*selected, "aside"))
        alone = " OR ".join(["aside IS NOT NULL", *(doubt for piece in self.pieces for doubt in piece.doubts())])
        counted = "sum(weight)::BIGINT" if weighed else "count(*)"
        return (
            f"SELECT min(_row) AS _row, {names}, {counted} AS file_rows, own IS NOT NULL AS alone{fixed} "  # noqa: S608
            f"FROM (SELECT *, CASE WHEN {alone} THEN _row END AS own FROM ({rows})) GROUP BY {names}, own"
        )


def _skip(sheet: Sheet, column: Column, parts: _Parts) -> None:
    """Idle and personal columns stay in the raw table; name and state are read with the place."""


def _add_place(sheet: Sheet, column: Column, parts: _Parts) -> None:
    table = placing.map_places(sheet)
    if parts.together:
        table = _narrow_places(sheet, table)
    place, name, state = placing.keys(sheet)
    joins = [f"LEFT JOIN {table} mp ON mp.place = {place} AND mp.name = {name} AND mp.state = {state}"]
    ends = ["mp.id", "mp.within", "mp.aside"]
    if facility_placing.applies(sheet):
        ends = [f"coalesce({end}, {end.replace('mp.', 'mf.')})" for end in ends]
        joins.append(_facilities(sheet))
    else:
        facility_placing.note_left(sheet)
    parts.add(joins, {"place": ends[0], "within": ends[1], "place_total": "mp.total"}, ends[2:])
    note_idle_answers(sheet)


def _facilities(sheet: Sheet) -> str:
    """Return the join of the rows without a place to what became of their facilities."""
    table = facility_placing.map_facilities(sheet)
    names = ("facility", "title", "city", "state")
    same = " AND ".join(f"mf.{name} = {text}" for name, text in zip(names, facility_placing.keys(sheet), strict=True))
    return f"LEFT JOIN {table} mf ON {facility_placing.here(sheet)} AND {same}"


def _add_mapped(sheet: Sheet, column: Column, parts: _Parts) -> None:
    name, total, source = quote(column.name), quote(column.name + "_total"), column.name
    if column.name == "offence" and tells_offence(sheet):
        table, source = map_charges(sheet), "charge"
    elif column.name not in sheet.columns:
        parts.fixed |= {name: "NULL::VARCHAR", total: "false"}
        return
    else:
        table = (map_codes if column.kind == "code" else map_texts)(sheet, column.name)
    if parts.together and column.kind == "code":
        table = _narrow(sheet, column.name, table)
    alias = f"m_{column.name}"
    join = f"LEFT JOIN {table} {alias} ON {alias}.raw = {sheet.text(source)}"
    parts.add([join], {name: f"{alias}.value", total: f"coalesce({alias}.total, false)"}, [f"{alias}.aside"])


def _narrow_places(sheet: Sheet, table: str) -> str:
    """Return the mapping of places with codes in place of texts; the nation and the states may yet be put in."""
    kind, narrow = quote(f"places_{sheet.index}"), placing.narrow(sheet)
    known = [row[0] for row in sheet.sql(f"SELECT DISTINCT id FROM {table} WHERE id IS NOT NULL")]  # noqa: S608
    wider = [NATION, *(state.id for state in gazetteer().states())]
    words = ", ".join(literal(word) for word in sorted({*known, *wider}))
    sheet.run(f"DROP TYPE IF EXISTS {kind}")
    sheet.run(f"CREATE TYPE {kind} AS ENUM ({words})")
    sheet.run(
        f"CREATE OR REPLACE TEMP TABLE {narrow} AS SELECT place, name, state, id::{kind} AS id, "  # noqa: S608
        f"within::{kind} AS within, total, aside FROM {table}"
    )
    return narrow


def _narrow(sheet: Sheet, name: str, table: str) -> str:
    """Return a mapping of codes to one byte each in place of texts: what rows are grouped by decides the time."""
    kind = word_type(name)
    if kind is None:
        return table
    narrow = quote(f"map_{sheet.index}_{name}_narrow")
    sheet.run(f"CREATE OR REPLACE TEMP TABLE {narrow} AS SELECT raw, value::{kind} AS value, total, aside FROM {table}")  # noqa: S608
    return narrow


def _add_period(sheet: Sheet, name: str, parts: _Parts) -> None:
    joins = {name: "pp", "period_start": "ps", "period_end": "pe"}
    table = map_periods(sheet, tuple(joins), "periods", months=parts.together)
    if not {"period_start", "period_end"} & {*sheet.columns.positions, *sheet.columns.constants}:
        join = f"LEFT JOIN {table} pp ON pp.raw = {period_text(sheet, name)}"
        parts.add([join], {"start": "pp.first", '"end"': "pp.last", "period_kind": "pp.kind"}, ["pp.aside"])
        return
    start, end = "coalesce(ps.first, pp.first)", "coalesce(pe.last, pp.last)"
    kind = f"CASE WHEN ps.first IS NULL AND pe.last IS NULL THEN pp.kind ELSE {_kind(start, end)} END"
    parts.add(
        [f"LEFT JOIN {table} {alias} ON {alias}.raw = {period_text(sheet, column)}" for column, alias in joins.items()],
        {"start": start, '"end"': end, "period_kind": kind},
        [
            "pp.aside",
            "ps.aside",
            "pe.aside",
            f"CASE WHEN {end} < {start} THEN '{QUARANTINED}period ends before it starts' END",
        ],
    )


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
        parts.fixed[name] = "NULL::DATE"
        return
    table = map_periods(sheet, (column.name,), column.name, days=True)
    alias = f"d_{column.name}"
    join = f"LEFT JOIN {table} {alias} ON {alias}.raw = {period_text(sheet, column.name)}"
    parts.add([join], {name: f"{alias}.first"}, [f"{alias}.aside"])


def _add_number(sheet: Sheet, column: Column, parts: _Parts) -> None:
    whole = column.kind == "count"
    kind, name = ("BIGINT" if whole else "DOUBLE"), column.name
    if name not in sheet.columns:
        parts.fixed |= {quote(name + part): f"NULL::{kind}" for part in ("", "_low", "_high")}
        parts.fixed[quote(name + "_state")] = "NULL::VARCHAR"
        return
    text, alias = sheet.text(name), f"n_{name}"
    plain = f"regexp_full_match({text}, '{PLAIN}')"
    table = map_numbers(sheet, name, whole)
    number = f"CASE WHEN {plain} THEN TRY_CAST({text} AS {kind}) ELSE {alias}.n END"
    select = {
        quote(name): number,
        quote(name + "_low"): f"CASE WHEN {plain} THEN NULL ELSE {alias}.low END",
        quote(name + "_high"): f"CASE WHEN {plain} THEN NULL ELSE {alias}.high END",
        quote(name + "_state"): f"CASE WHEN {plain} THEN 'number' ELSE coalesce({alias}.state, 'missing') END",
    }
    parts.add([f"LEFT JOIN {table} {alias} ON {alias}.raw = {text}"], select, [f"{alias}.aside"])


_ADD = {
    "place": _add_place,
    "code": _add_mapped,
    "text": _add_mapped,
    "count": _add_number,
    "amount": _add_number,
    "day": _add_day,
}
