"""Benchmarks: the people who could have been met by an event, by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.cells import Bools, Cells, Floats, Table, Texts
from auditor.signals.groups import CountedGroups, sourced

UNIVERSES = ("drivers", "adults", "residents", "foreign-born", "noncitizens")


@dataclass(frozen=True)
class Exposure:
    """One benchmark: exposure over place x (focal groups, then the reference).

    ``first`` and ``last`` are the days that an earlier stage covers, ``years`` those that a population is of; blank
    where nothing is known, or it is of the other kind.
    """

    name: str
    label: str
    why: str
    values: Floats
    observed: Bools
    error: Floats
    kind: str
    first: Texts
    last: Texts
    years: tuple[Texts, Texts]

    def years_apart(self, counted: CountedGroups) -> Floats:
        """Return the years between a population's vintage and the events counted: 0 where they overlap or unknown."""
        before = _years(self.years[1], counted.first)
        return np.maximum(np.maximum(before, _years(counted.last, self.years[0])), 0.0)

    def other_days(self, counted: CountedGroups) -> Bools:
        """Return where an earlier stage covers other days than the event."""
        known = (self.first != "") & (counted.first != "")
        return np.asarray(known & ((self.first != counted.first) | (self.last != counted.last)), dtype=bool)


def people(cells: Cells, universe: str) -> Floats:
    """Return (J,) everybody of a universe: the total where it is stated, else the sum of its groups, else NaN."""
    rows = cells.population.where(universe=universe)
    whole = rows.isin("group", "")
    stated, added = (_summed(cells, rows.take(keep)) for keep in (whole, ~whole))
    return np.where(np.isfinite(stated), stated, added)


def _summed(cells: Cells, rows: Table) -> Floats:
    there = np.bincount(rows.index, minlength=cells.size) > 0
    return np.where(there, rows.total(cells.size), np.nan)


def population_exposure(cells: Cells, name: str, groups: Sequence[str]) -> Exposure:
    """Return the population of a universe, with the standard errors of its margins of error (MOE / 1.645)."""
    rows = cells.population.where(universe=name)
    cube = rows.cube(cells.size, "group", groups)
    error = np.zeros_like(cube.values)
    if rows.moe is not None and np.isfinite(rows.moe).any():
        variance = np.where(np.isfinite(rows.moe), (rows.moe / 1.645) ** 2, 0.0)
        squared = type(rows)(rows.index, rows.columns, variance, rows.censored, rows.complete)
        error = np.sqrt(squared.cube(cells.size, "group", groups).values)
    label = cells.baselines.get(name, name)
    never = np.full(cells.size, "", dtype=object)
    why = f"benchmark.why-{_kind(name)}"
    years = rows.window(cells.size)
    return Exposure(name, label, why, cube.values, cube.observed, error, "population", never, never, years)


def stage_exposure(cells: Cells, event: str, groups: Sequence[str]) -> Exposure:
    """Return the counts of an earlier stage (bookings, arrests) as a benchmark."""
    rows = sourced(cells, event)
    cube = rows.cube(cells.size, "group", groups)
    first, last = rows.window(cells.size)
    none = np.zeros_like(cube.values)
    seen = cube.observed & ~cube.censored
    never = np.full(cells.size, "", dtype=object)
    return Exposure(event, event, "benchmark.why-stage", cube.values, seen, none, "event", first, last, (never, never))


def _years(earlier: Texts, later: Texts) -> Floats:
    """Return the years from one day to another; 0 where either is not known."""
    known = np.asarray((earlier != "") & (later != ""), dtype=bool)
    days = np.zeros(len(earlier))
    gap = later[known].astype("datetime64[D]") - earlier[known].astype("datetime64[D]")
    days[known] = gap.astype(np.float64)
    return days / 365.25


def _kind(universe: str) -> str:
    return universe if universe in UNIVERSES else "other"
