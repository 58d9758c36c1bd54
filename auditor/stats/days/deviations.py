"""Days as deviations from what is expected of them, in units of their own standard deviation, at any difference."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.optimize import brentq

from auditor.stats.checks import Array
from auditor.stats.days.orders import Bools, Ints
from auditor.stats.fit import NotConverged

FARTHEST = 12.0
"""Largest difference in log odds that is looked at."""
_MOST_STEPS = 100
_STILL = 1e-10


@dataclass(frozen=True)
class Days:
    """Days with stops, ordered by stratum; each level has both kinds of days and stops of both groups.

    A day is made of parts: one, or one for each officer. Parts of one stratum and officer share a level, the log odds
    of the focal group among their stops on ordinary days.

    Attributes
    ----------
    k, n : ndarray, shape (C,)
        Stops of the focal group, and all stops, of each part.
    day, level : ndarray of int, shape (C,)
        Day and level of each part, each from 0 without gaps.
    on : ndarray of bool, shape (N,)
        Operation days.
    stratum : ndarray of int, shape (N,)
        Of each day, from 0, without gaps, in increasing order.
    correlation : float
        Of stops of one day, beyond what their level explains.
    """

    k: Array
    n: Array
    day: Ints
    level: Ints
    on: Bools
    stratum: Ints
    correlation: float = 0.0

    @cached_property
    def strata(self) -> int:
        """Number of strata."""
        return int(self.stratum[-1]) + 1

    @cached_property
    def levels(self) -> int:
        """Number of levels."""
        return int(self.level.max()) + 1

    @cached_property
    def acted(self) -> Bools:
        """(C,) whether each part belongs to an operation day."""
        return np.asarray(self.on[self.day])

    def of_strata(self, values: NDArray[np.floating]) -> Array:
        """Sum values of days over each stratum."""
        return np.bincount(self.stratum, values, self.strata).astype(np.float64)

    def of_levels(self, values: NDArray[np.floating]) -> Array:
        """Sum values of parts over each level."""
        return np.bincount(self.level, values, self.levels).astype(np.float64)

    def of_days(self, values: NDArray[np.floating]) -> Array:
        """Sum values of parts over each day."""
        return np.bincount(self.day, values, len(self.on)).astype(np.float64)

    def shares(self, shift: float) -> tuple[Array, Array]:
        """Expected focal share of each part, and its complement, if operation days' log odds are higher by a shift."""
        moved, (pooled, lifted, seen, weight) = np.where(self.acted, shift, 0.0), self._fixed
        high = np.full(self.levels, 30.0 + abs(shift))
        low, level = -high, np.asarray(pooled - shift * lifted)
        for _ in range(_MOST_STEPS):
            eta = level[self.level] + moved
            p, q = special.expit(eta), special.expit(-eta)
            short = self.of_levels(seen - weight * p)
            step = short / self.of_levels(weight * p * q)
            # Where a level hardly shows in the counts, rounding keeps the step from vanishing, not the bracket.
            if (np.minimum(np.abs(step), high - low) < _STILL).all():
                return p, q
            # Newton's step, or half of what is left where that would leave it: strata far apart have two slopes.
            low, high = np.where(short > 0, level, low), np.where(short > 0, high, level)
            level = np.where((level + step > low) & (level + step < high), level + step, (low + high) / 2)
        raise NotConverged("the level of a stratum was not found")

    def contributions(self, shift: float) -> tuple[Array, float]:
        """Return what each day adds to the statistic as an operation day, and what is subtracted from their sum.

        The statistic is the mean standardised deviation of operation days less that of ordinary days, summed over
        strata with the weights that make it most powerful against small differences from the shift.
        """
        scale, p = self.weights(shift)
        weighted = scale * self.of_days(self.k - self.n * p)
        on, size = self.of_strata(self.on * 1.0), np.bincount(self.stratum, minlength=self.strata)
        return weighted, float((self.of_strata(weighted) * on / size).sum())

    def weights(self, shift: float) -> tuple[Array, Array]:
        """Return what each day's excess counts in the statistic, and the parts' expected shares."""
        p, q = self.shares(shift)
        spread, inflation = self.of_days(self.n * p * q), self.inflation
        # How far a difference of 1 in log odds moves a day's standardised deviation, before the strata are refitted.
        gain = np.sqrt(spread / inflation)
        on, off = self.of_strata(self.on * 1.0), self.of_strata(~self.on * 1.0)
        part = self.of_strata(np.where(self.on, gain**2, 0.0)) / self.of_strata(gain**2)
        told = (1 - part) * self.of_strata(np.where(self.on, gain, 0.0)) / on
        told += part * self.of_strata(np.where(self.on, 0.0, gain)) / off
        return told[self.stratum] / np.sqrt(spread * inflation), p

    def statistic(self, shift: float) -> float:
        """Return the statistic of the true assignment."""
        weighted, centre = self.contributions(shift)
        return float(weighted[self.on].sum() - centre)

    def estimate(self) -> float:
        """Difference in log odds at which the statistic is 0; infinite where one kind of day lacks one group."""
        if self.statistic(-FARTHEST) <= 0:
            return -np.inf
        if self.statistic(FARTHEST) >= 0:
            return np.inf
        return float(brentq(self.statistic, -FARTHEST, FARTHEST, xtol=1e-10))

    def correlated(self) -> Days:
        """Return the same days with their correlation, from the excess of Pearson's chi-square at the estimate.

        With h the leverage of a day (on its levels and on the difference), the chi-square is expected to be the sum of
        (1 - h) (1 + (n - 1) correlation).
        """
        plain = replace(self, correlation=0.0)
        p, q = plain.shares(min(max(plain.estimate(), -FARTHEST), FARTHEST))
        information = self.n * p * q
        level = self.of_levels(information)
        part = (self.of_levels(information * self.acted) / level)[self.level]
        contrast = information * (self.acted - part)
        whole, size = self.of_days(information), self.of_days(self.n)
        free = 1 - self.of_days(information**2 / level[self.level]) / whole
        free -= self.of_days(contrast) ** 2 / whole / float((contrast * (self.acted - part)).sum())
        excess = float((self.of_days(self.k - self.n * p) ** 2 / whole).sum() - free.sum())
        room = float(((size - 1) * free).sum())
        return replace(self, correlation=min(max(excess / room, 0.0), 0.9) if room > 1e-9 else 0.0)

    @cached_property
    def _fixed(self) -> tuple[Array, Array, Array, Array]:
        """Return what no shift changes: levels' log odds, their share on operation days, parts' weighted counts."""
        inflation = self.inflation[self.day]
        weight = np.asarray(self.n / inflation)
        pooled = special.logit((self.of_levels(self.k) + 0.5) / (self.of_levels(self.n) + 1.0))
        lifted = self.of_levels(weight * self.acted) / self.of_levels(weight)
        return pooled, lifted, np.asarray(self.k / inflation), weight

    @cached_property
    def inflation(self) -> Array:
        """(N,) variance of a day's count over the binomial one."""
        return 1 + (self.of_days(self.n) - 1) * self.correlation
