"""Law-enforcement agencies by ORI, as the FBI's files of police employees give them: each with its county and kind.

A row is an agency (an Originating Agency Identifier): it becomes a place of its own that lies in the county that the
file names. Agencies of several counties, and those without one, lie in none.
"""

from __future__ import annotations

from auditor.domain.place import Match
from auditor.domain.place_codes import agency_state
from auditor.domain.places import gazetteer
from auditor.domain.vocabulary import NATION
from auditor.records import canonical
from auditor.records.adapter import Adapter
from auditor.records.adapters import places
from auditor.records.columns import Column, aliased
from auditor.records.sheet import SHOWN, Row, Sheet
from auditor.records.typed import build
from auditor.records.words import normal

_UNKNOWN = frozenset({"not specified", "unmapped county", "unknown"})

COLUMNS = (
    *(
        column
        for column in aliased(
            places.COLUMNS,
            {
                "place": ("ori",),
                "name": ("pub_agency_name", "agency_name"),
                "kind": ("agency_type_name", "agency_type"),
                "parent": ("county_name",),
            },
        )
        if column.name not in ("state", "agency", "area")
    ),
    Column("year", "text", ("data_year",)),
)


def load(sheet: Sheet) -> None:
    """Write a sheet of agencies into ``places``."""
    build(sheet, COLUMNS)
    canonical.require(sheet, ("place",))
    canonical.post(sheet)
    rows = sheet.sql(
        f"SELECT _row, place, coalesce(parent, ''), coalesce(year, '') FROM {sheet.typed} "  # noqa: S608
        "WHERE aside IS NULL ORDER BY _row"
    )
    table = sheet.mapping("lies", "_row BIGINT, state VARCHAR, county VARCHAR", _counties(sheet, rows))
    joined = (
        f"SELECT t.*, c.state AS state_id, c.county AS county_id FROM {sheet.typed} t "  # noqa: S608
        f"JOIN {table} c USING (_row)"
    )
    columns = {"place": "place", "name": "name", "state": "state_id", "kind": "kind", "parent": "county_id"}
    canonical.insert(sheet, "places", columns | {"agency": "name"}, joined)


def _counties(sheet: Sheet, rows: list[Row]) -> list[Row]:
    """Return, for each row, the state and county of its agency."""
    written = {(agency_state(ori) or "", normal(county)) for _, ori, county, _ in rows}
    several = sum("," in county for _, _, county, _ in rows)
    found: list[Row] = []
    unknown: dict[str, int] = {}
    blank = 0
    for row, ori, county, year in rows:
        state = agency_state(ori) or ""
        place = None
        if normal(county) in _UNKNOWN or not county:
            blank += 1
        elif "," not in county and state:
            place = _county(county, state, written, int(year) if year.isdigit() else None)
            if place is None:
                unknown[f"{county}, {state}"] = unknown.get(f"{county}, {state}", 0) + 1
        found.append((row, state or None, place))
    sheet.note(
        f"agencies: {len(rows):,}, of which {sum(item[2] is not None for item in found):,} "
        f"lie in one county; {several:,} in several and {blank:,} in none that the file names, so in no county here"
    )
    if unknown:
        listed = ", ".join(list(unknown)[:SHOWN])
        sheet.note(f"counties of agencies that are none or could be two, so that the agency lies in none: {listed}")
    return found


def _county(county: str, state: str, written: set[tuple[str, str]], year: int | None) -> str | None:
    match = gazetteer().resolve(county, state, year)
    if match.status == "ambiguous" and (state, f"{normal(county)} city") in written:
        # The file writes the independent city of this name with "CITY": without it the county is meant.
        match = Match("matched", next((p for p in match.candidates if p.kind != "independent city"), None))
    return match.place.id if match.place is not None and match.place.id != NATION else None


ADAPTER = Adapter(
    name="fbi-agencies",
    base="places",
    columns=COLUMNS,
    required=(("place",), ("parent",)),
    recognise=lambda names: False,  # by its signature
    load=load,
    signatures=(frozenset({"ori", "countyname", "agencytypename"}),),
    remarks=(
        "FBI agencies: federal, state, tribal and university agencies, and many others, have a population of 0 there, "
        "since they have no residents of their own; its population is not used as a baseline",
        "FBI agencies: a city's police may lie in several counties, and state police posts serve more than theirs",
    ),
    sample=(
        "ori,data_year,pub_agency_name,state_abbr,county_name,agency_type_name,population\n"
        "PA0460000,2024,Montgomery,PA,MONTGOMERY,County,0\n"
        "PA0461400,2024,Norristown,PA,MONTGOMERY,City,35748\n"
    ),
)
