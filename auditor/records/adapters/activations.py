"""Programme starts: one row is the day on which a programme was signed, activated or ended at a place."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.records import canonical
from auditor.records.adapter import Adapter
from auditor.records.columns import JURISDICTION, PLACE, STATE, Column, find_columns, key
from auditor.records.derive import added
from auditor.records.raw import RawTable
from auditor.records.sheet import BLANKS, EXCLUDED, Sheet, literal, times
from auditor.records.store import Store
from auditor.records.typed import build
from auditor.records.words import is_missing

SECURE_COMMUNITIES = (
    "date_secure",
    "date_secure_communities",
    "secure_communities_date",
    "secure_communities_activation_date",
    "sc_activation_date",
)
"""Headers of dates that name their programme themselves."""

COLUMNS = (
    PLACE,
    JURISDICTION,
    STATE,
    Column("program", "text", ("programme",)),
    Column("date", "day", ("activation_date", "date_activated", "activated_on", *SECURE_COMMUNITIES)),
    Column("kind", "code"),
    Column("agency", "text", ("agency_name",)),
)


def slug(column: str) -> str:
    """Return the SQL that writes a programme's name as an identifier: "Secure Communities" as secure-communities."""
    return f"trim(regexp_replace(lower({column}), '[^a-z0-9]+', '-', 'g'), '-')"


def load(sheet: Sheet) -> None:
    """Write a sheet of programme starts into ``activations``."""
    sheet.spared = undated(sheet)
    build(sheet, COLUMNS)
    sheet.run(
        f"UPDATE {sheet.typed} SET aside = '{EXCLUDED}no date (not known to have begun)' "  # noqa: S608
        "WHERE aside IS NULL AND date IS NULL"
    )
    sheet.run(f"UPDATE {sheet.typed} SET aside = '{EXCLUDED}totals row' WHERE aside IS NULL AND place_total <> 'blank'")  # noqa: S608
    canonical.require(sheet, ("place", "program"))
    canonical.post(sheet)
    columns = {"place": "place", "program": slug("program"), "kind": "kind"}
    canonical.insert(sheet, "activations", columns | {"date": "date", "agency": "agency"})
    note_two_dates(sheet)
    _note_unstated(sheet)


def undated(sheet: Sheet) -> str:
    """Return the SQL over the raw table ``r`` of the rows without a date: nobody need say where they lie."""
    text = f"trim({sheet.text('date')}, {literal(BLANKS)})"
    marks = [literal(mark) for mark, _, _ in sheet.distinct(text, "date") if is_missing(mark)]
    return f"coalesce({text}, '') IN ({', '.join([literal(''), *marks])})"


def _note_unstated(sheet: Sheet) -> None:
    """Note starts of which nobody says what kind of date they are: they are taken as activations, unverified."""
    ((count,),) = sheet.sql("SELECT count(*) FROM activations WHERE source = ? AND kind IS NULL", [sheet.index])
    if count:
        sheet.note(
            f"{times(count, 'date')} without a kind (signed, activated, ended): taken as activations and marked "
            'unverified; constants = { kind = "activated" } says that they are'
        )


def note_two_dates(sheet: Sheet) -> None:
    """Note places for which a source gives more than one date for the same thing: each must be tried."""
    rows = sheet.sql(
        "SELECT place, program, coalesce(kind, 'start'), count(DISTINCT date), min(date), max(date) "
        "FROM activations WHERE source = ? GROUP BY ALL HAVING count(DISTINCT date) > 1 ORDER BY 1, 2, 3",
        [sheet.index],
    )
    for place, program, kind, count, first, last in rows[:20]:
        sheet.note(f"{place}: {count} dates for {program} {kind}, {first} to {last}; none is preferred")


def names_its_programme(headers: Sequence[str]) -> bool:
    """Tell whether the header of a date names the programme, and no column does."""
    taken = find_columns(headers, COLUMNS)
    named = {key(header) for header in headers} & {key(header) for header in SECURE_COMMUNITIES}
    return bool(named and {"place", "jurisdiction", "state"} & set(taken)) and "program" not in taken


def reshape(raw: RawTable, store: Store) -> RawTable:
    """Put the programme beside dates that are named after it."""
    if not names_its_programme(raw.columns):
        return raw
    return added(raw, store, {"program": literal("secure-communities")})


def recognise(names: frozenset[str]) -> bool:
    """Programme starts have a programme and a date."""
    return {"program", "date"} <= names and "event" not in names


ADAPTER = Adapter(
    name="activations",
    columns=COLUMNS,
    required=(("place", "jurisdiction", "state"), ("program",), ("date",)),
    recognise=recognise,
    load=load,
    signs=names_its_programme,
    reshape=reshape,
    sample="place,program,date,kind\n48453,secure-communities,2009-06-16,activated\n",
)
