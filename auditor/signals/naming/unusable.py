"""Where recorded ethnicity cannot be used: the group is recorded far less often than its share of the residents."""

from __future__ import annotations

from typing import Final

import numpy as np

from auditor.cells import Bools, Cells, Floats
from auditor.stats.recording.cells import unusable

CAVEAT: Final = {name: f"{name}.caveat-unusable" for name in ("ethnicity-recording", "missing-ethnicity")}
"""The caveat by which each signal says so, by signal."""
_UNIVERSES = ("residents", "adults")


def rarely_recorded(cells: Cells, group: str, recorded: Floats, total: Floats, fallback: Floats | None = None) -> Bools:
    """Return where the group is recorded in less than a third of its share of the population.

    Parameters
    ----------
    cells : Cells
    group : str
    recorded, total : (J,) arrays
        Persons recorded as of the group, and with any group recorded.
    fallback : (J,) array, optional
        Share of the group where no population is in the cells.

    Returns
    -------
    bool array
        False where there is no population to compare with, or fewer than 5 recorded would be expected at a third of its
        share: so few say nothing of how a place records.
    """
    share = population_share(cells, group)
    if fallback is not None:
        share = np.where(np.isfinite(share), share, fallback)
    known = np.isfinite(share) & (total > 0)
    base = np.where(known, share, 0.0)
    enough = total * base / 3 >= cells.gates["expected"]
    return np.asarray(known & enough & unusable(recorded, total, base))


def population_share(cells: Cells, group: str) -> Floats:
    """Return the group's share of all residents (or adults); NaN where the cells have no such population."""
    for universe in _UNIVERSES:
        rows = cells.population.where(universe=universe)
        # A row without a group is a total beside its parts.
        rows = rows.take(~rows.isin("group", ""))
        if len(rows.n):
            own = rows.where(group=group)
            total, part = rows.total(cells.size), own.total(cells.size)
            there = np.bincount(own.index, minlength=cells.size) > 0
            return np.divide(part, total, out=np.full(cells.size, np.nan), where=there & (total > 0))
    return np.full(cells.size, np.nan)
