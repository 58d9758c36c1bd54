"""Stops of unrecorded group in the threshold model: how far giving them to the groups could move thresholds.

Nobody can fit the model to every way of giving them out. It is fitted to four: a group is searched on the least
suspicion where it has the misses of unrecorded group and the reference group has those who were not searched, and on
the most where it is the other way round. A find of unrecorded group raises the share that is searched and the share of
searches that find something, which pull a threshold opposite ways: each end is tried with the finds on either side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from auditor.cells import Floats
from auditor.signals.thresholds.asked import LEVEL, Asked, places_of
from auditor.signals.thresholds.counts import Ints, Stops
from auditor.stats.fit import NotConverged
from auditor.stats.threshold.data import StopCounts
from auditor.stats.threshold.fit import ThresholdFit, fit_sets

Fit = ThresholdFit | NotConverged


@dataclass(frozen=True)
class Reach:
    """Ends of posterior means by place and group, (J, G); NaN where a model has no stop of unrecorded group.

    Attributes
    ----------
    threshold : pair of arrays
        Least and largest threshold; 0 and 1 where one of the models did not converge.
    log_ratio : pair of arrays
        Least and largest log of the reference group's over the group's; infinite there.
    """

    threshold: tuple[Floats, Floats]
    log_ratio: tuple[Floats, Floats]

    @classmethod
    def empty(cls, places: int, groups: int) -> Reach:
        """Nothing known yet."""
        first, second = ((np.full((places, groups), np.nan), np.full((places, groups), np.nan)) for _ in range(2))
        return cls(first, second)

    def fill(self, rows: Ints, focal: int, known: ThresholdFit, ways: Sequence[Fit]) -> None:
        """Take in what a focal group and the reference group come to; what is known lies within the ends."""
        fits = [known, *(fit for fit in ways if isinstance(fit, ThresholdFit))]
        settled = len(fits) > len(ways)
        for g in (focal, known.reference):
            means = [fit.threshold.mean[:, g] for fit in fits]
            _widen(self.threshold, rows, g, means if settled else [*means, 0.0, 1.0])
        logs = [fit.log_ratio.mean[:, focal] for fit in fits]
        _widen(self.log_ratio, rows, focal, logs if settled else [*logs, -np.inf, np.inf])


def _widen(ends: tuple[Floats, Floats], rows: Ints, g: int, values: Sequence[Floats | float]) -> None:
    low, high = ends
    for value in values:
        low[rows, g], high[rows, g] = np.fmin(low[rows, g], value), np.fmax(high[rows, g], value)


def fit_blanks(units: Stops, rows: Ints, asked: Asked, name: str) -> Iterator[tuple[int, list[Fit]]]:
    """Fit the units of the places `rows` (sorted) with their stops of unrecorded group, for each focal group.

    Yields
    ------
    focal : int
    fits : list of ThresholdFit or NotConverged
        Of the four ways. Nothing is yielded where no stop is of unrecorded group.
    """
    if not units.blank.any():
        return
    part, last = places_of(units, rows), asked.groups - 1
    for focal in range(last):
        sets = corners(units, focal, last)
        seed = asked.stream(name, 1 + focal)
        yield focal, fit_sets(sets, seed, reference=last, level=LEVEL, part=part, effort=asked.effort)


def corners(units: Stops, focal: int, reference: int) -> StopCounts:
    """Return the counts with all stops of unrecorded group given to two groups, in four ways.

    Parameters
    ----------
    units : Stops
    focal, reference : int
        The two groups.

    Returns
    -------
    StopCounts
        Four data sets: the misses the focal group's and those not searched the reference group's, then the other way
        round, each with the finds the reference group's and the focal group's.
    """
    sets = []
    for up, found in product((True, False), (False, True)):
        parts = [units.hits.copy(), units.misses.copy(), units.passes.copy()]
        for part, lost, ours in zip(parts, units.blank.T, (found, up, not up), strict=True):
            part[:, focal if ours else reference] += lost
        sets.append(parts)
    hits, misses, passes = (np.stack(each) for each in zip(*sets, strict=True))
    return StopCounts.of(hits + misses + passes, hits + misses, hits)
