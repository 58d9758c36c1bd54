"""Days as deviations from their stratum, in units of their own standard deviation, at any supposed difference."""

from __future__ import annotations

from dataclasses import dataclass, replace

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


@dataclass(frozen=True, slots=True)
class Days:
    """Days with stops, ordered by stratum; each stratum has both kinds of days and stops of both groups.

    Attributes
    ----------
    k, n : ndarray, shape (N,)
        Stops of the focal group, and all stops.
    on : ndarray of bool, shape (N,)
        Operation days.
    stratum : ndarray of int, shape (N,)
        From 0, without gaps, in increasing order.
    correlation : float
        Of stops of one day, beyond what their stratum explains.
    """

    k: Array
    n: Array
    on: Bools
    stratum: Ints
    correlation: float = 0.0

    @property
    def strata(self) -> int:
        """Number of strata."""
        return int(self.stratum[-1]) + 1

    def sums(self, values: NDArray[np.floating]) -> Array:
        """Sum of each stratum."""
        return np.bincount(self.stratum, values, self.strata).astype(np.float64)

    def shares(self, shift: float) -> tuple[Array, Array]:
        """Expected focal share of each day, and its complement, if operation days' log odds are higher by a shift."""
        moved = np.where(self.on, shift, 0.0)
        weight = np.asarray(self.n / self._inflation)
        high = np.full(self.strata, 30.0 + abs(shift))
        pooled = special.logit((self.sums(self.k) + 0.5) / (self.sums(self.n) + 1.0))
        low, level = -high, np.asarray(pooled - self.sums(weight * moved) / self.sums(weight))
        for _ in range(_MOST_STEPS):
            eta = level[self.stratum] + moved
            p, q = special.expit(eta), special.expit(-eta)
            short = self.sums((self.k - self.n * p) / self._inflation)
            step = short / self.sums(weight * p * q)
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
        p, q = self.shares(shift)
        spread = self.n * p * q
        deviation = (self.k - self.n * p) / np.sqrt(spread * self._inflation)
        # How far a difference of 1 in log odds moves a day's standardised deviation, before the strata are refitted.
        gain = np.sqrt(spread / self._inflation)
        on, off = self.sums(self.on * 1.0), self.sums(~self.on * 1.0)
        part = self.sums(np.where(self.on, gain**2, 0.0)) / self.sums(gain**2)
        told = (1 - part) * self.sums(np.where(self.on, gain, 0.0)) / on
        told += part * self.sums(np.where(self.on, 0.0, gain)) / off
        weighted = told[self.stratum] * deviation
        return weighted, float((self.sums(weighted) * on / (on + off)).sum())

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

        With h the leverage of a day (on its stratum's level and on the difference), the chi-square is expected to be
        the sum of (1 - h) (1 + (n - 1) correlation).
        """
        plain = replace(self, correlation=0.0)
        p, q = plain.shares(min(max(plain.estimate(), -FARTHEST), FARTHEST))
        information = self.n * p * q
        level = self.sums(information)
        part = (self.sums(information * self.on) / level)[self.stratum]
        contrast = information * np.where(self.on, 1 - part, part) ** 2
        free = 1 - information / level[self.stratum] - contrast / contrast.sum()
        excess = float(((self.k - self.n * p) ** 2 / information).sum() - free.sum())
        room = float(((self.n - 1) * free).sum())
        return replace(self, correlation=min(max(excess / room, 0.0), 0.9) if room > 1e-9 else 0.0)

    @property
    def _inflation(self) -> Array:
        """Variance of a day's count over the binomial one."""
        return 1 + (self.n - 1) * self.correlation
