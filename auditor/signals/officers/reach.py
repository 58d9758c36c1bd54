"""What the stops of unrecorded group could do to the officers of one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.cells import Floats
from auditor.signals.officers.rows import Ints
from auditor.stats.officer.benchmark import OfficerBenchmark
from auditor.stats.officer.blank import unrecorded_range

NOTHING = (float("nan"), float("nan"))


@dataclass(frozen=True)
class Reach:
    """Officers of one place and focal group, with their stops of unrecorded group given to the group or not.

    Attributes
    ----------
    low, high : (J,) arrays
        Ends of each officer's odds ratio over every assignment; 0 and infinity where it has none then.
    share, spread : pair of float
        Share of the officers who stand out, and their spread: least and most of what is recorded, of every such stop
        counted as the group's, and of none. NaN where one of the three has no such number.
    """

    low: Floats
    high: Floats
    share: tuple[float, float] = NOTHING
    spread: tuple[float, float] = NOTHING


def reach_of(none: OfficerBenchmark, every: OfficerBenchmark, at: Ints, known: Floats) -> tuple[Floats, Floats]:
    """Return the ends of some officers' odds ratios.

    Parameters
    ----------
    none, every : OfficerBenchmark
        As in :func:`auditor.stats.officer.blank.unrecorded_range`.
    at : (J,) int array
        Position of each officer among those of the two.
    known : (J,) array
        Odds ratios without the stops of unrecorded group, which are taken into the ends.
    """
    low, high = (end[at] for end in unrecorded_range(none, every))
    return np.fmin(low, known), np.fmax(high, known)


def unbounded(officers: int) -> Reach:
    """Return ends that say nothing, where the comparison with those stops does not settle."""
    return Reach(np.zeros(officers), np.full(officers, np.inf))


def ends(values: Sequence[float]) -> tuple[float, float]:
    """Return the least and the most of some numbers; NaN where one is missing."""
    return NOTHING if np.isnan(values).any() else (min(values), max(values))
