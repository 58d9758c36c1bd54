"""Days of declared operations: one row is a day on which an operation ran at a place."""

from __future__ import annotations

from auditor.records import canonical
from auditor.records.adapter import Adapter
from auditor.records.columns import JURISDICTION, PLACE, STATE, Column
from auditor.records.sheet import EXCLUDED, Sheet, times
from auditor.records.typed import build

COLUMNS = (
    PLACE,
    JURISDICTION,
    STATE,
    Column("date", "day", ("operation_date", "day")),
    Column("agency", "text", ("agency_name", "department")),
    Column("name", "text", ("operation_name",)),
)


def load(sheet: Sheet) -> None:
    """Write a sheet of operation days into ``operations``."""
    build(sheet, COLUMNS)
    sheet.run(f"UPDATE {sheet.typed} SET aside = '{EXCLUDED}totals row' WHERE aside IS NULL AND place_total <> 'blank'")  # noqa: S608
    canonical.require(sheet, ("place", "date"))
    canonical.post(sheet)
    canonical.insert(sheet, "operations", {name: name for name in ("place", "date", "agency", "name")})
    _note_unnamed(sheet)


def _note_unnamed(sheet: Sheet) -> None:
    ((count,),) = sheet.sql("SELECT count(*) FROM operations WHERE source = ? AND agency IS NULL", [sheet.index])
    if count:
        sheet.note(f"{times(count, 'day')} without an agency: taken as a day of every agency of the place")


def recognise(names: frozenset[str]) -> bool:
    """Days of operations have a place, a day, and a name or agency; nothing is counted, begun or asked of anybody."""
    other = {"event", "program", "kind", "parent", "n", "group", "universe", "submissions", "matches", "removed"}
    whose = bool(names & {"place", "jurisdiction"}) and bool(names & {"name", "agency"})
    return whose and "date" in names and not names & other


ADAPTER = Adapter(
    name="operations",
    columns=COLUMNS,
    required=(("place", "jurisdiction"), ("date",)),
    recognise=recognise,
    load=load,
    sample="place,date,agency,name\n04013,2008-04-03,Sheriff,Cave Creek\n",
)
