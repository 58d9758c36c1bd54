"""Benchmarks: the people who could have been met by an event, by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.cells import Bools, Cells, Floats, Texts
from auditor.signals.groups import CountedGroups, sourced

UNIVERSES = ("drivers", "adults", "residents", "foreign-born", "noncitizens")


@dataclass(frozen=True)
class Exposure:
    """One benchmark: exposure over place x (focal groups, then the reference)."""

    name: str
    label: str
    why: str
    values: Floats
    observed: Bools
    error: Floats
    kind: str
    first: Texts
    last: Texts

    def other_days(self, counted: CountedGroups) -> Bools:
        """Return where an earlier stage covers other days than the event."""
        known = (self.first != "") & (counted.first != "")
        return np.asarray(known & ((self.first != counted.first) | (self.last != counted.last)), dtype=bool)


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
    return Exposure(name, label, why, cube.values, cube.observed, error, "population", never, never)


def stage_exposure(cells: Cells, event: str, groups: Sequence[str]) -> Exposure:
    """Return the counts of an earlier stage (bookings, arrests) as a benchmark."""
    rows = sourced(cells, event)
    cube = rows.cube(cells.size, "group", groups)
    first, last = rows.window(cells.size)
    none = np.zeros_like(cube.values)
    seen = cube.observed & ~cube.censored
    return Exposure(event, event, "benchmark.why-stage", cube.values, seen, none, "event", first, last)


def _kind(universe: str) -> str:
    return universe if universe in UNIVERSES else "other"
