"""Person-events: one row is one event of one person (or ``n`` alike), counted by month before anything else.

A row is one event. A file with several charges for an event has several rows for it: ``fold`` names the column that
says which belong together, and they become one row with the offence that the contract's rule gives (serious before
neutral before discretionary). Where there is no column of offence classes, they are read from the charges.
Columns beside those of the counts are read where a signal asks for them, into the private table ``events``; those that
may identify a person never leave it.
"""

from __future__ import annotations

from functools import partial

from auditor.records import canonical, events, facility_placing
from auditor.records.adapter import Adapter
from auditor.records.adapters.counts import CODED, counts_columns
from auditor.records.batches import note_batches
from auditor.records.columns import COUNT, GROUP, JURISDICTION, PLACE, STATE, Column
from auditor.records.crosswalk import EXCLUDE
from auditor.records.day_notes import DAY, note_ends
from auditor.records.far_off import note_far_off
from auditor.records.folding import fold
from auditor.records.only_detained import settle_only_detained
from auditor.records.place_totals import settle_place_totals
from auditor.records.private import listed
from auditor.records.recorded_ethnicity import settle_ethnicity
from auditor.records.rosters import note_thinning, refuse_roster
from auditor.records.sheet import EXCLUDED, Sheet, literal, quote
from auditor.records.totals import settle_totals
from auditor.records.typed import build
from auditor.records.words import is_missing

_PERSONAL = ("officer", "person", "latitude", "longitude", "surname")
_IDLE = (
    "time", "age", "sex", "operation", "charge", "cited", "booked", "disposition", "disposition_date",
    "conviction_date", "prior_conviction", "detainer", "detainer_date", "detainer_type", "lift_reason",
    "release_eligible_date", "release_date", "transfer_date", "facility", "facility_name",
    "facility_city", "program", "citizenship", "birth_country",
)  # fmt: skip

COLUMNS = (
    PLACE,
    JURISDICTION,
    STATE,
    Column("event", "code", ("event_type",)),
    Column("date", "period", ("event_date", "date_time", "datetime")),
    GROUP,
    Column("group_source", "code"),
    Column("offence", "code", ("offense", "offence_class", "offense_class")),
    Column("level", "code", ("ice_level",)),
    Column("level_basis", "code"),
    Column("level_regime", "code"),
    Column("searched", "code", ("search_conducted",)),
    Column("contraband", "code", ("contraband_found",)),
    Column("agency", "text", ("agency_name", "department")),
    Column("repeat", "code"),
    COUNT,
    *(Column(name, "idle") for name in _IDLE),
    *(Column(name, "personal") for name in _PERSONAL),
)


def load(sheet: Sheet) -> None:
    """Count a sheet of person-events by month into ``counts``."""
    refuse_roster(sheet)
    if not fold(sheet):
        return
    settle_only_detained(sheet)
    grouped = "n" in sheet.columns
    build(sheet, COLUMNS, together=not grouped and _alike(sheet))
    _leave_out_programs(sheet)
    settle_ethnicity(sheet)
    values = ("n",) if grouped else ()
    settle_totals(sheet, values)
    settle_place_totals(sheet, values)
    canonical.require(sheet, ("place", "start", "event"))
    if grouped:
        canonical.drop_unreported(sheet, values)
    canonical.post(sheet)
    months = _months(sheet, grouped)
    columns = counts_columns(sheet) | {"cumulative": "false", "n": "n", "n_low": "n_low", "n_high": "n_high"}
    canonical.insert(sheet, "counts", columns, months)
    sheet.run(f"INSERT INTO merged SELECT {sheet.index}, _row, file_rows FROM ({months}) WHERE file_rows > 1")  # noqa: S608
    events.fill(sheet, partial(_standing, sheet))
    note_batches(sheet)
    note_ends(sheet)
    note_far_off(sheet)
    note_thinning(sheet)


def _alike(sheet: Sheet) -> bool:
    """Tell whether rows may stand together: nothing is asked of a single one, and no other column decides on it."""
    left_out = EXCLUDE in sheet.spec.values.get("program", {}).values()
    born = {"group", "birth_country"} <= {*sheet.columns.positions, *sheet.columns.constants}
    return not (events.asked(sheet) or left_out or born or facility_placing.applies(sheet))


_KEYS = ("place", "agency", *(quote(name) for name in CODED))
_SPANS = {
    "start": f"CASE WHEN {DAY} THEN date_trunc('month', start)::DATE ELSE start END",
    '"end"': f'CASE WHEN {DAY} THEN last_day(start) ELSE "end" END',
    "period_kind": f"CASE WHEN {DAY} THEN 'month' ELSE period_kind END",
}


def _standing(sheet: Sheet) -> str:
    """Return the SQL of the row that stands for each row of the typed table in the counts."""
    # What is blank throughout tells no row from another: millions of rows are parted by the others alone.
    filled = sheet.sql(f"SELECT {', '.join(f'count({name})' for name in _KEYS)} FROM {sheet.typed}")[0]  # noqa: S608
    keys = [name for name, count in zip(_KEYS, filled, strict=True) if count]
    return f"min(_row) OVER (PARTITION BY {', '.join((*keys, *_SPANS.values()))})"


def _months(sheet: Sheet, grouped: bool) -> str:
    """Return the query of the sheet's rows by month, or by what they have in place of one."""
    used = f"SELECT * FROM {sheet.typed} WHERE aside IS NULL"  # noqa: S608
    if not sheet.sql(f"{used} AND alone LIMIT 1"):
        names = ", ".join((*_KEYS, *_SPANS))
        none = "NULL::BIGINT"
        return f"SELECT _row, {names}, file_rows AS n, {none} AS n_low, {none} AS n_high, file_rows FROM ({used})"  # noqa: S608
    # A known number beside a suppressed one makes the sum an interval.
    number = "CASE WHEN count(n) = count(*) THEN sum(n) END::BIGINT" if grouped else "sum(file_rows)::BIGINT"
    low = "CASE WHEN count(n) < count(*) THEN sum(coalesce(n, n_low)) END::BIGINT" if grouped else "NULL::BIGINT"
    high = "CASE WHEN count(n) < count(*) THEN sum(coalesce(n, n_high)) END::BIGINT" if grouped else "NULL::BIGINT"
    sheet.run(
        f"CREATE OR REPLACE TEMP TABLE months_{sheet.index} AS SELECT min(_row) AS _row, {', '.join(_KEYS)}, "  # noqa: S608
        f"{', '.join(f'{sql} AS {name}' for name, sql in _SPANS.items())}, {number} AS n, {low} AS n_low, "
        f"{high} AS n_high, sum(file_rows)::BIGINT AS file_rows FROM ({used}) GROUP BY ALL"
    )
    return f"SELECT * FROM months_{sheet.index}"  # noqa: S608


def _leave_out_programs(sheet: Sheet) -> None:
    """Leave out the rows of programmes that the configuration names; note where one file holds several."""
    if "program" not in sheet.columns:
        return
    values = sheet.distinct(sheet.text("program"), "program")
    out = [text for text, value in sheet.spec.values.get("program", {}).items() if value == EXCLUDE]
    for text in out:
        sheet.run(
            f"UPDATE {sheet.typed} SET aside = {literal(EXCLUDED + f'program {text!r} left out by the configuration')} "  # noqa: S608
            f"FROM {quote(sheet.raw.table)} r WHERE r._row = {sheet.typed}._row AND aside IS NULL "
            f"AND lower(trim({sheet.text('program')})) = lower({literal(text.strip())})"
        )
    gone = {text.strip().casefold() for text in out}
    left = [item for item in values if item[0].casefold() not in gone and not is_missing(item[0])]
    if len(left) > 1:
        sheet.note(
            f"program: {len(left)} programmes in one file are used together: {listed(sheet, 'program', left)}; "
            f'values.program = {{ "<its name>" = "{EXCLUDE}" }} leaves one out'
        )


def recognise(names: frozenset[str]) -> bool:
    """Person-events have an event and a date of their own."""
    return {"event", "date"} <= names


ADAPTER = Adapter(
    name="records",
    columns=COLUMNS,
    required=(("place", "jurisdiction", "facility", "facility_name"), ("event",), ("date",)),
    recognise=recognise,
    load=load,
    by_name=True,
    sample="place,event,date,group,offence\n48453,arrest,2011-08-15,hispanic,traffic\n48453,arrest,2011-08-16,white,dui\n",
)
