"""Jurisdictions: one row is a place, with its name and the place that holds it."""

from __future__ import annotations

from auditor.domain.place_codes import classify
from auditor.domain.places import gazetteer
from auditor.records import canonical
from auditor.records.adapter import Adapter
from auditor.records.columns import PLACE, STATE, Column
from auditor.records.sheet import SHOWN, Row, Sheet, quote
from auditor.records.typed import build

COLUMNS = (
    PLACE,
    STATE,
    Column("name", "text", ("place_name",)),
    Column("kind", "text", ("type",)),
    Column("parent", "text", ("county_of", "within")),
    Column("agency", "text", ("agency_name",)),
    Column("area", "text", ("aor", "area_of_responsibility")),
)


def load(sheet: Sheet) -> None:
    """Write a sheet of jurisdictions into ``places``."""
    build(sheet, COLUMNS)
    canonical.require(sheet, ("place",))
    canonical.post(sheet)
    parents = sheet.mapping("parents", "raw VARCHAR, id VARCHAR", _parents(sheet))
    states = sheet.mapping("states", "raw VARCHAR, id VARCHAR", _states(sheet))
    rows = (
        f"SELECT t.*, p.id AS parent_id, coalesce(t.within, s.id, nullif(left(p.id, 2), 'lo')) AS state_id "  # noqa: S608
        f"FROM {sheet.typed} t JOIN {quote(sheet.raw.table)} r USING (_row) LEFT JOIN {parents} p ON p.raw = t.parent "
        f"LEFT JOIN {states} s ON s.raw = {sheet.text('state')} WHERE t.aside IS NULL"
    )
    columns = {"place": "place", "name": "name", "state": "state_id", "kind": "kind", "parent": "parent_id"}
    canonical.insert(sheet, "places", columns | {"agency": "agency", "area": "area"}, rows)
    _legal_names(sheet)


def _legal_names(sheet: Sheet) -> None:
    """Leave a county's or state's name to the gazetteer where it is another's, in one case, or holds its state."""
    others, plain = [], []
    for row, place, name in sheet.sql(
        f"SELECT row, place, name FROM places WHERE source = {sheet.index} AND name IS NOT NULL ORDER BY row"  # noqa: S608
    ):
        known = gazetteer().place(place)
        if known is None:
            continue
        meant = gazetteer().resolve(name, place[:2]).place if len(place) == 5 else gazetteer().state(name)
        if meant is not None and (meant.id != place or name in (name.lower(), name.upper()) or "," in name):
            plain.append((row,))
            if meant.id != place:
                others.append(f"{place} is {known.name} and called {name!r}, which is {meant}")
    if others:
        more = f"; and {len(others) - SHOWN:,} more" if len(others) > SHOWN else ""
        sheet.note(f"names that are those of other codes, and are not used: {'; '.join(others[:SHOWN])}{more}")
    table = sheet.mapping("legal", "line BIGINT", plain)
    sheet.run(f"UPDATE places SET name = NULL WHERE source = {sheet.index} AND row IN (SELECT line FROM {table})")  # noqa: S608


def _parents(sheet: Sheet) -> list[Row]:
    if "parent" not in sheet.columns:
        return []
    rows: list[Row] = []
    for text, _, row in sheet.distinct(sheet.text("parent")):
        reference = classify(text)
        if reference.kind in ("county", "state", "nation", "local"):
            rows.append((" ".join(text.split()), reference.id))
            continue
        match = gazetteer().resolve(text, sheet.spec.state)
        if match.place is not None:
            rows.append((" ".join(text.split()), match.place.id))
            continue
        sheet.refuse(
            f"parent {text!r}",
            reference.note or match.note or "it is no place that is known",
            "give the parent's FIPS code, state code, local:<id> or US",
            column="parent",
            row=row,
        )
    return rows


def _states(sheet: Sheet) -> list[Row]:
    found = ((text, gazetteer().state(text)) for text, _, _ in sheet.distinct(sheet.text("state")))
    return [(text, state.id) for text, state in found if state is not None]


def recognise(names: frozenset[str]) -> bool:
    """Jurisdictions have a place and its name or parent, and nothing that is counted or dated."""
    counted = {"n", "event", "date", "period", "submissions", "matches", "removed"}
    return "place" in names and bool(names & {"name", "parent"}) and not names & counted


ADAPTER = Adapter(
    name="places",
    columns=COLUMNS,
    required=(("place",),),
    recognise=recognise,
    load=load,
    sample="place,name,kind,parent\nlocal:75,75th Precinct,precinct,36047\n",
)
