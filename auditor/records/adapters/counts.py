"""Plain counts: one row is a number of events of one kind, at a place, in a period."""

from __future__ import annotations

from auditor.records import canonical, wide_counts
from auditor.records.adapter import Adapter
from auditor.records.columns import COUNT, END, GROUP, JURISDICTION, MONTH, PERIOD, PLACE, START, STATE, Column
from auditor.records.place_totals import settle_place_totals
from auditor.records.sheet import Sheet, literal, quote
from auditor.records.totals import settle_totals
from auditor.records.typed import build

COLUMNS = (
    PLACE,
    JURISDICTION,
    STATE,
    PERIOD,
    MONTH,
    START,
    END,
    Column("event", "code", ("event_type",)),
    GROUP,
    Column("group_source", "code"),
    Column("offence", "code", ("offense", "offence_class", "offense_class")),
    Column("level", "code", ("ice_level",)),
    Column("level_basis", "code"),
    Column("level_regime", "code"),
    Column("searched", "code", ("search_conducted",)),
    Column("contraband", "code", ("contraband_found",)),
    Column("agency", "text", ("agency_name", "department")),
    Column("cumulative", "code"),
    COUNT,
)
CODED = (
    "event",
    "group",
    "group_source",
    "offence",
    "level",
    "level_basis",
    "level_regime",
    "searched",
    "contraband",
)


def counts_columns(sheet: Sheet) -> dict[str, str]:
    """Return the SQL of the canonical columns that are the same for everything that lands in ``counts``."""
    own = {name: quote(name) for name in ("place", "agency", "start", "end", "period_kind", *CODED)}
    return own | {"cumulative": "cumulative = 'true'", "published": literal(str(sheet.spec.published)) + "::BOOLEAN"}


def load(sheet: Sheet) -> None:
    """Write a sheet of counts into ``counts``."""
    build(sheet, COLUMNS)
    settle_totals(sheet, ("n",))
    settle_place_totals(sheet, ("n",))
    canonical.require(sheet, ("place", "start", "end", "event"))
    canonical.drop_unreported(sheet, ("n",))
    canonical.post(sheet)
    columns = counts_columns(sheet) | {"n": "n", "n_low": "n_low", "n_high": "n_high"}
    canonical.insert(sheet, "counts", columns)


def recognise(names: frozenset[str]) -> bool:
    """Counts have a place, a period, an event and a number."""
    return {"event", "n"} <= names and bool(names & {"period", "period_end", "month"}) and "date" not in names


ADAPTER = Adapter(
    name="counts",
    columns=COLUMNS,
    required=(("place", "jurisdiction"), ("period", "period_end", "month"), ("event",), ("n",)),
    recognise=recognise,
    load=load,
    reshape=wide_counts.reshape,
    unless=frozenset({"n"}),
    sample=(
        "place,period,event,group,offence,n\n"
        "48453,2011,arrest,hispanic,traffic,120\n"
        "48453,2011,arrest,white,traffic,90\n"
    ),
)
