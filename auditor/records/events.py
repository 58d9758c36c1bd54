"""Single rows, typed, for signals that need more of a person-event than its month: the table ``events``.

The counts decide what is used: a row stands here if, and only as long as, the count that it is part of does. What
cannot be read in a column of this table is missing there, with a note; the row itself is used all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.domain.vocabulary import EXCLUDE
from auditor.records.absent import cut, given, marked
from auditor.records.charges import tells_offence
from auditor.records.clocks import clock_text, map_clock, map_days, missed
from auditor.records.crosswalk import map_codes, map_texts
from auditor.records.event_columns import READINGS, source_column
from auditor.records.periods import period_text
from auditor.records.record_ids import refuse_damaged
from auditor.records.sheet import Sheet, literal, quote

if TYPE_CHECKING:
    from auditor.records.store import Store

_OLDEST = 120


@dataclass
class _Parts:
    """The pieces of the one statement that fills the table."""

    select: dict[str, str] = field(default_factory=dict)
    joins: list[str] = field(default_factory=list)
    asides: list[str] = field(default_factory=list)


def fill(sheet: Sheet, standing: Callable[[], str]) -> None:
    """Write the used rows of a sheet of person-events, where a signal asked for more than the counts hold.

    Parameters
    ----------
    sheet : Sheet
        Its ``wanted`` says which columns are asked for; none: nothing happens.
    standing : callable
        Returns SQL over the typed table: the row that stands for this one in the counts.
    """
    wanted = asked(sheet)
    if not wanted:
        return
    parts = _Parts({name: f"t.{quote(name)}" for name in ("place", "event", "start", "end")})
    parts.select |= {"counted": "t.counted", "n": "t.n" if "n" in sheet.columns else "1"}
    for name in wanted:
        _READ[READINGS[name]](sheet, name, parts)
    names = ", ".join(quote(name) for name in ("source", "row", *parts.select))
    values = ", ".join([str(sheet.index), "r._row", *parts.select.values()])
    aside = f"WHERE coalesce({', '.join(parts.asides)}) IS NULL" if parts.asides else ""
    sheet.run(
        f"INSERT INTO events ({names}) SELECT {values} FROM {quote(sheet.raw.table)} r "  # noqa: S608
        f"JOIN (SELECT *, {standing()} AS counted FROM {sheet.typed} WHERE aside IS NULL) t ON t._row = r._row "
        f"{' '.join(parts.joins)} {aside}"
    )
    if "contraband" in wanted and "searched" in sheet.columns:
        _without_a_search(sheet)
    for name in ("release_date", "transfer_date"):
        if name in wanted:
            _before_the_event(sheet, name)
    for name in wanted:
        _note_faults(sheet, name)


def asked(sheet: Sheet) -> list[str]:
    """Return the columns that a signal asks for and the sheet has; none where the counts hold them all."""
    wanted = [name for name in READINGS if name in sheet.wanted and available(sheet, name)]
    return [] if all(READINGS[name] == "free" for name in wanted) else wanted


def available(sheet: Sheet, name: str) -> bool:
    """Say whether a sheet has what a column of this table is read from."""
    if name in ("start", "end", "n", "place") or (name == "offence" and tells_offence(sheet)):
        return True
    return source_column(name) in sheet.columns or (name == "minute" and "date" in sheet.columns)


def prune(store: Store) -> None:
    """Take out the rows whose counts were taken out after all."""
    store.connection.execute(
        "DELETE FROM events e WHERE NOT EXISTS (SELECT 1 FROM counts c WHERE c.source = e.source AND c.row = e.counted)"
    )


def _free(sheet: Sheet, name: str, parts: _Parts) -> None:
    if name not in parts.select:
        parts.select[name] = f"t.{quote(name)}"


def _day(sheet: Sheet, name: str, parts: _Parts) -> None:
    parts.select["day"] = "CASE WHEN t.period_kind = 'day' THEN t.start END"


def _minute(sheet: Sheet, name: str, parts: _Parts) -> None:
    parts.select["minute"] = _clock(sheet, "time" if "time" in sheet.columns else "date", parts)


def _clock(sheet: Sheet, name: str, parts: _Parts) -> str:
    alias = f"k_{name}"
    parts.joins.append(f"LEFT JOIN {map_clock(sheet, name)} {alias} ON {alias}.raw = {clock_text(sheet, name)}")
    return f"{alias}.minute"


def _moment(sheet: Sheet, name: str, parts: _Parts) -> None:
    alias = f"d_{name}"
    parts.joins.append(f"LEFT JOIN {map_days(sheet, name)} {alias} ON {alias}.raw = {period_text(sheet, name)}")
    minute = _clock(sheet, name, parts)
    parts.select[name] = f"{alias}.day::TIMESTAMP + to_minutes(coalesce({minute}, 0)::BIGINT)"
    # False beside a missing day: one was given and could not be read, so that its absence means nothing.
    written = f"{cut(sheet.text(name))} <> '' AND NOT {marked(sheet.text(name))}"
    timed = f"WHEN {alias}.day IS NOT NULL THEN {minute} IS NOT NULL WHEN {written} THEN false"
    parts.select[f"{name}_timed"] = f"CASE {timed} END"


def _code(sheet: Sheet, name: str, parts: _Parts) -> None:
    parts.select[name] = _mapped(sheet, name, map_codes, parts)


def _flag(sheet: Sheet, name: str, parts: _Parts) -> None:
    parts.select[name] = _truth(_mapped(sheet, name, map_codes, parts))


def _counted_flag(sheet: Sheet, name: str, parts: _Parts) -> None:
    parts.select[name] = _truth(f"t.{quote(name)}")


def _text(sheet: Sheet, name: str, parts: _Parts) -> None:
    parts.select[name] = _mapped(sheet, name, map_texts, parts)


def _mapped(sheet: Sheet, name: str, reading: Callable[[Sheet, str], str], parts: _Parts) -> str:
    alias = f"m_{name}"
    parts.joins.append(f"LEFT JOIN {reading(sheet, name)} {alias} ON {alias}.raw = {sheet.text(name)}")
    parts.asides.append(f"{alias}.aside")
    if EXCLUDE in sheet.spec.values.get(name, {}).values():
        sheet.note(
            f"{name}: rows with a value that the configuration leaves out are counted, but stand in no comparison of "
            "single rows"
        )
    return f"{alias}.value"


def _truth(value: str) -> str:
    return f"CASE {value} WHEN 'yes' THEN true WHEN 'no' THEN false END"


def _age(sheet: Sheet, name: str, parts: _Parts) -> None:
    """Ages are few: each text is read once."""
    table, alias, text = quote(f"map_{sheet.index}_{name}"), f"a_{name}", sheet.text(name)
    number = f"TRY_CAST(regexp_extract({cut('raw')}, '^(\\d{{1,3}})([.]0+)?$', 1) AS SMALLINT)"
    sheet.run(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT raw, CASE WHEN {number} <= {_OLDEST} THEN {number} END AS age "  # noqa: S608
        f"FROM (SELECT DISTINCT {text} AS raw FROM {quote(sheet.raw.table)} r)"
    )
    parts.joins.append(f"LEFT JOIN {table} {alias} ON {alias}.raw = {text}")
    parts.select[name] = f"{alias}.age"


def _degree(sheet: Sheet, name: str, parts: _Parts) -> None:
    number, most = f"TRY_CAST({cut(sheet.text(name))} AS DOUBLE)", 90 if name == "latitude" else 180
    # 0 is where maps put what they cannot find.
    parts.select[name] = f"CASE WHEN abs({number}) <= {most} AND {number} <> 0 THEN {number} END"


def _private(sheet: Sheet, name: str, parts: _Parts) -> None:
    """Identifiers are compared and never shown, so they are read in DuckDB alone."""
    if name != "surname":
        refuse_damaged(sheet, name)
    text = f"nullif(regexp_replace({cut(sheet.text(name))}, '\\s+', ' ', 'g'), '')"
    decided = sheet.spec.values.get(name, {})
    for raw, value in decided.items():
        own = "NULL" if value == "missing" else literal(value)
        text = f"CASE WHEN lower({cut(sheet.text(name))}) = lower({literal(raw.strip())}) THEN {own} ELSE {text} END"
    # Null, None and Na are surnames.
    parts.select[name] = text if name == "surname" else f"CASE WHEN NOT {marked(text)} THEN {text} END"


_READ: dict[str, Callable[[Sheet, str, _Parts], None]] = {
    "free": _free,
    "day": _day,
    "minute": _minute,
    "moment": _moment,
    "code": _code,
    "flag": _flag,
    "counted flag": _counted_flag,
    "text": _text,
    "age": _age,
    "degree": _degree,
    "private": _private,
}


def _without_a_search(sheet: Sheet) -> None:
    """Contraband is missing where nobody was searched, if the file writes "no" in every such row."""
    where = f"source = {sheet.index} AND NOT searched"
    rows = sheet.sql(f"SELECT bool_and(contraband IS NOT NULL AND NOT contraband) FROM events WHERE {where}")  # noqa: S608
    if rows[0][0]:
        sheet.run(f"UPDATE events SET contraband = NULL WHERE {where}")  # noqa: S608
        sheet.note(
            'contraband is written as "no" in every row without a search: read as missing there, since nothing that '
            "was not looked for can be found"
        )


def _before_the_event(sheet: Sheet, name: str) -> None:
    """Nobody leaves before being brought in: one of the two days is wrong, and no time between them is known."""
    where = f'source = {sheet.index} AND start = "end" AND {name} < start'
    count, row = sheet.sql(f"SELECT count(*), min(row) FROM events WHERE {where}")[0]  # noqa: S608
    if count:
        sheet.run(f"UPDATE events SET {name} = NULL, {name}_timed = false WHERE {where}")  # noqa: S608
        missed(sheet, name, "lies before the event of its row", count, row)


_FAULTY = {"age": "is no whole number of years", "degree": "is no place on the map"}


def _note_faults(sheet: Sheet, name: str) -> None:
    reason = _FAULTY.get(READINGS[name])
    if reason is None:
        return
    unread = f"source = {sheet.index} AND {quote(name)} IS NULL"
    if not sheet.sql(f"SELECT 1 FROM events WHERE {unread} LIMIT 1"):  # noqa: S608
        return
    raw, table, text = quote(sheet.raw.table), quote(f"map_{sheet.index}_{name}_given"), sheet.text(name)
    # Each text is looked at once, and not each row.
    sheet.run(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT raw FROM (SELECT DISTINCT {text} AS raw FROM {raw} r) "  # noqa: S608
        f"WHERE {given('raw')}"
    )
    count, row = sheet.sql(
        f"SELECT count(*), min(r._row) FROM {raw} r JOIN {table} g ON g.raw = {text} "  # noqa: S608
        f"JOIN (SELECT row FROM events WHERE {unread}) e ON e.row = r._row"
    )[0]
    if count:
        missed(sheet, name, reason, count, row)
