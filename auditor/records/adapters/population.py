"""Baselines: one row is how many people of a group live (drive, ...) in a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from auditor.records import baseline_checks, canonical, wide
from auditor.records.adapter import Adapter
from auditor.records.columns import GROUP, JURISDICTION, PERIOD, PLACE, STATE, Column, find_columns
from auditor.records.place_totals import settle_place_totals
from auditor.records.raw import RawTable
from auditor.records.sheet import Sheet
from auditor.records.store import Store
from auditor.records.totals import settle_totals
from auditor.records.typed import build

COLUMNS = (
    PLACE,
    replace(JURISDICTION, aliases=(*JURISDICTION.aliases, "geographic_area", "geographic_area_name", "ctyname")),
    replace(STATE, aliases=(*STATE.aliases, "stname")),
    PERIOD,
    GROUP,
    Column("universe", "text", ("population_universe",)),
    Column("age", "text", ("age_group",)),
    Column("sex", "text", ("gender",)),
    Column("n", "amount", ("population", "pop", "estimate", "count", "number")),
    Column("moe", "amount", ("margin_of_error", "margin", "moe_90")),
)


def load(sheet: Sheet) -> None:
    """Write a sheet of baselines into ``population``."""
    build(sheet, COLUMNS)
    baseline_checks.before(sheet)
    if sheet.open:
        return  # what its words mean comes first: until then sums do not say anything
    settle_totals(sheet, ("n",))
    settle_place_totals(sheet, ("n",))
    canonical.require(sheet, ("place",))
    canonical.drop_unreported(sheet, ("n",))
    _drop_suppressed(sheet)
    canonical.post(sheet)
    slug = "trim(regexp_replace(lower(universe), '[^a-z0-9]+', '-', 'g'), '-')"
    columns = {"place": "place", "group": '"group"', "universe": slug, "start": "start", "end": '"end"'}
    canonical.insert(sheet, "population", columns | {"age": "age", "sex": "sex", "n": "n", "moe": "moe"})
    baseline_checks.after(sheet)


def _drop_suppressed(sheet: Sheet) -> None:
    """A baseline that is an interval cannot be divided by; the row is left out and counted."""
    sheet.run(
        f"UPDATE {sheet.typed} SET aside = 'X:baseline is suppressed (an interval, not a number)' "  # noqa: S608
        "WHERE aside IS NULL AND n IS NULL"
    )


def one_column_each(headers: Sequence[str]) -> bool:
    """Tell whether a table is a baseline with a column a group or universe, by its headers alone."""
    taken = find_columns(headers, COLUMNS)
    return bool({"place", "jurisdiction", "state"} & set(taken) and wide.figures(headers, taken, told=False))


def reshape(raw: RawTable, store: Store) -> RawTable:
    """Give each figure a row of its own, where there is a column a group or universe."""
    taken = find_columns(raw.columns, COLUMNS)
    found = wide.figures(raw.columns, taken, told=True)
    return wide.spread(raw, store, taken, found) if found else raw


def recognise(names: frozenset[str]) -> bool:
    """Baselines have a group and a number, and no event."""
    return {"group", "n"} <= names and bool(names & {"place", "jurisdiction", "state"}) and "event" not in names


ADAPTER = Adapter(
    name="population",
    columns=COLUMNS,
    required=(("place", "jurisdiction", "state"), ("group",), ("n",)),
    recognise=recognise,
    load=load,
    partial=True,
    signs=one_column_each,
    reshape=reshape,
    unless=frozenset({"n", "group"}),
    sample="place,period,group,universe,n,moe\n48453,2010,hispanic,adults,228000,\n48453,2010,white,adults,409000,\n",
)
