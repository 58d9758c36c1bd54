"""Traffic stops as North Carolina's State Bureau of Investigation collects them: its five tables, or sums of them.

A source is the folder (or a pattern) with the tables ``STOP``, ``PERSON``, ``SEARCH``, ``CONTRABAND`` and
``SEARCHBASIS``, which have no line of names and are joined by StopID and PersonID; or one table of sums by year, race,
purpose and kind of search (``year, driver_race, stop_purpose, search_type, contraband_found, count``), in which rows
alike in every cell are different sums and are added. Codes: the Bureau's key to the data, and the tables of codes by
which public readers of these data (Open Data Policing, Stanford Open Policing) agree; where they do not, it is asked.
"""

from __future__ import annotations

from auditor.records import derive, nc_tables
from auditor.records.adapter import Adapter
from auditor.records.adapters import records
from auditor.records.columns import aliased
from auditor.records.crosswalk import EXCLUDE
from auditor.records.private import counted
from auditor.records.raw import RawTable
from auditor.records.sheet import Sheet, literal, quote, times
from auditor.records.store import Store

_NAMES = {
    "date": ("StopDate", "year"),
    "group": ("driver_race",),
    "sex": ("Gender",),
    "agency": ("AgencyDescription",),
    "charge": ("stop_purpose",),
}
_PURPOSES = {
    "1": "Speed Limit Violation",
    "2": "Stop Light/Sign Violation",
    "3": "Driving While Impaired",
    "4": "Safe Movement Violation",
    "5": "Vehicle Equipment Violation",
    "6": "Vehicle Regulatory Violation",
    "7": "Seat Belt Violation",
    "8": "Investigation",
    "9": "Other Motor Vehicle Violation",
    "10": "Checkpoint",
}
_RACES = {"a": "asian", "b": "black", "i": "native", "w": "white"}
_NOT_GIVEN = "blank"
_SEARCHES = ("consent", "search warrant", "probable cause", "search incident to arrest", "protective frisk")
_GROUPS = {
    **{f"n {code}": group for code, group in _RACES.items()},
    **{f"h {code}": "hispanic" for code in (*_RACES, "u", _NOT_GIVEN)},
    **{f"{_NOT_GIVEN} {code}": "unknown" for code in (*_RACES, "u", _NOT_GIVEN)},
}


def reshape(raw: RawTable, store: Store) -> RawTable:
    """Put beside the columns of a file what they say in canonical words."""
    joined = derive.position(raw, nc_tables.SEARCH_OF_STOP) is not None
    return derive.added(raw, store, _of_persons(raw) if joined else _of_sums(raw))


def _of_sums(raw: RawTable) -> dict[str, str]:
    kind = derive.cell(raw, "search_type")
    return {"searched": f"CASE WHEN {kind} = '' THEN 'no' ELSE {kind} END"}


def _of_persons(raw: RawTable) -> dict[str, str]:
    def text(name: str) -> str:
        return derive.cell(raw, name)

    passenger = f"upper({text('Type')}) = 'P'"
    searched = (
        f"CASE WHEN {passenger} THEN {text(nc_tables.SEARCH_OF_PERSON)} ELSE {text(nc_tables.SEARCH_OF_STOP)} END"
    )
    found = f"CASE WHEN {passenger} THEN {text(nc_tables.FOUND_ON_PERSON)} ELSE {text(nc_tables.FOUND_IN_STOP)} END"
    arrest = derive.any_yes(raw, ("DriverArrest",))
    clock = f"regexp_extract({text('StopDate')}, '[ T](\\d{{1,2}}:\\d{{2}})', 1)"
    number = f"regexp_full_match({text('StopLocation')}, '\\d{{1,3}}')"
    given = [f"CASE {text(name)} WHEN '' THEN '{_NOT_GIVEN}' ELSE {text(name)} END" for name in ("Ethnicity", "Race")]
    return {
        "event": f"CASE upper({text('Type')}) WHEN 'D' THEN 'driver' WHEN 'P' THEN 'passenger' ELSE {text('Type')} END",
        "group": f"{given[0]} || ' ' || {given[1]}",
        # The number of a county in the Bureau's own order is no FIPS code, and must not be read as one.
        "place": f"CASE WHEN {number} THEN 'StopLocation ' || {text('StopLocation')} ELSE {text('StopLocation')} END",
        # Most clocks stand at midnight where no time was written down.
        "time": f"CASE WHEN {clock} IN ('00:00', '0:00') THEN '' ELSE {clock} END",
        "charge": _coded(text("Purpose"), _PURPOSES),
        "searched": f"CASE WHEN ({searched}) = '1' THEN 'yes' ELSE 'no' END",
        "contraband": f"CASE WHEN ({searched}) <> '1' THEN '' WHEN ({found}) = '1' THEN 'yes' ELSE 'no' END",
        "cited": _coded(text("Action"), {"1": "no", "2": "no", "3": "yes", "4": "no", "5": "no"}),
        "booked": f"CASE WHEN {passenger} THEN {derive.any_yes(raw, ('PassengerArrest',))} "
        f"WHEN {text('Action')} = '4' THEN 'yes' ELSE {arrest} END",
        "officer": f"CASE WHEN lower({text('OfficerId')}) = 'unknown' THEN '' ELSE {text('OfficerId')} END",
    }


def _coded(text: str, words: dict[str, str]) -> str:
    """Return the SQL of the word of a code; one that is not in the list stays as it is, so that it is asked about."""
    cases = " ".join(f"WHEN {literal(code)} THEN {literal(word)}" for code, word in words.items())
    return f"CASE {text} {cases} ELSE {text} END"


def load(sheet: Sheet) -> None:
    """Count the drivers stopped by month, and say whose searches these are."""
    if derive.position(sheet.raw, nc_tables.PASSENGER_ALONE) is not None:
        _note_passengers(sheet)
        _note_drivers(sheet)
    else:
        sheet.note("NC: the rows are sums; rows alike in every cell are different sums, and are added by count")
    records.load(sheet)


def _note_passengers(sheet: Sheet) -> None:
    alone = derive.cell(sheet.raw, nc_tables.PASSENGER_ALONE)
    driver = f"upper({derive.cell(sheet.raw, 'Type')}) = 'D'"
    count = sheet.sql(f"SELECT count(*) FROM {quote(sheet.raw.table)} WHERE {alone} = '1' AND {driver}")[0][0]  # noqa: S608
    if count:
        sheet.note(
            "NC: at some stops a passenger alone was searched; that stop counts as one with a search, and stands under "
            f"the driver's group{counted(sheet.spec, times(count, 'stop'))}"
        )


def _note_drivers(sheet: Sheet) -> None:
    rows = sheet.sql(
        f"SELECT count(*), min(later) FROM (SELECT max(_row) AS later FROM {quote(sheet.raw.table)} "  # noqa: S608
        f"WHERE upper({derive.cell(sheet.raw, 'Type')}) = 'D' GROUP BY {derive.cell(sheet.raw, 'StopID')} "
        "HAVING count(*) > 1)"
    )
    if rows[0][0]:
        sheet.note(
            f"NC: more than one driver under one StopID, e.g. in row {rows[0][1]}; each is counted, and each with the "
            f"search of the stop{counted(sheet.spec, times(rows[0][0], 'stop'))}"
        )


ADAPTER = Adapter(
    name="nc-sbi",
    base="records",
    columns=aliased(records.COLUMNS, _NAMES),
    required=(("place", "jurisdiction"), ("event",), ("date",)),
    recognise=lambda names: False,  # by its signatures
    load=load,
    signatures=(
        frozenset({"driverrace", "stoppurpose", "searchtype"}),
        frozenset({"stopid", "personid", "agencydescription"}),
    ),
    constants={"event": "stop", "state": "NC"},
    values={
        "group": _GROUPS,
        "event": {"driver": "stop", "passenger": EXCLUDE},
        "searched": dict.fromkeys(_SEARCHES, "yes"),
    },
    reshape=reshape,
    bundle=nc_tables.BUNDLE,
    remarks=(
        "NC: a stop is counted once, for its driver; passengers are in the tables where something befell them, and are "
        'left out (values.event = { passenger = "stop" } counts them)',
        "NC: searched is a search at the stop, of the driver, a passenger, the vehicle or belongings; no search is "
        "recorded where there is no row (or no kind) of a search",
        "NC: hispanic is Ethnicity H of any race; where the ethnicity is blank the group is unknown, whatever the race",
        "NC: StopLocation is a county by the Bureau's own numbers, which are no FIPS codes: places or constants.place "
        "says which it is",
        "NC: few agencies reported in 2000 and 2001: look at the counts over time, and compare within one agency",
    ),
    sample=(
        "place,year,driver_race,stop_purpose,search_type,contraband_found,engage_force,count\n"
        "37119,2002,Hispanic,Speed Limit Violation,,False,False,3\n"
        "37119,2002,Hispanic,Speed Limit Violation,,False,False,3\n"
        "37119,2002,White,Investigation,Consent,True,False,2\n"
    ),
)
