"""Where the counts alone put thresholds and guilt: constants that shape the sampler's coordinates, not the posterior.

The coordinates of `threshold_model` measure each threshold and each place's guilt from the value that the observed
shares suggest. Poor values here make the sampler slower, never its answer different.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit, ndtri

from auditor.stats.checks import Array
from auditor.stats.threshold.curve import GuiltCurves, log_odds_of_guilt
from auditor.stats.threshold.data import StopCounts

_STEP = 1e-3


@dataclass(frozen=True, slots=True)
class Anchors:
    """Constants by cell, shape (B, D, R), and curves over the groups' separations.

    Attributes
    ----------
    log_share : ndarray
        Log of the observed search share, half a search added so that it is finite.
    naive : ndarray
        Threshold that gives that share when nobody is guilty.
    information : ndarray
        About how precisely the searches tell the threshold, as one over its variance; 0 without searches.
    mix : ndarray, shape (B, D, R)
        Weight of each group in what a place's hits tell; sums to 1.
    place_information : ndarray, shape (B, D)
        One over the variance with which they tell it.
    curves : GuiltCurves
        Log-odds of guilt that counts give, by log delta: first of each group's pooled counts, then of its places.
    """

    log_share: Array
    naive: Array
    information: Array
    mix: Array
    place_information: Array
    curves: GuiltCurves

    @classmethod
    def of(cls, counts: StopCounts, log_delta: float | Array) -> Anchors:
        """Anchors, with information as it is near a log separation, one or one for each group."""
        s, n = counts.searches, counts.stops
        share, hit = (s + 0.5) / (n + 1), (counts.hits + 0.5) / (s + 1)
        naive = -ndtri(share)
        steepness = np.exp(-0.5 * naive**2) / np.sqrt(2 * np.pi) / share
        information = s / _guilt_variance(share, hit, np.zeros_like(s) + log_delta)
        total = information.sum(axis=2)
        told = (total > 0)[:, :, None]
        mix = np.where(told, information / np.where(told, total[:, :, None], 1.0), 1 / counts.groups)
        pooled_n, pooled_s, pooled_h = (x.sum(axis=1, keepdims=True) for x in (n, s, counts.hits))
        shares = np.concatenate([(pooled_s + 0.5) / (pooled_n + 1), share], axis=1)
        hits = np.concatenate([(pooled_h + 0.5) / (pooled_s + 1), hit], axis=1)
        curves = GuiltCurves.of(shares.transpose(0, 2, 1), hits.transpose(0, 2, 1))
        return cls(np.log(share), naive, s * (1 - share) * steepness**2, mix, total, curves)

    def rows(self, which: NDArray[np.intp]) -> Anchors:
        """The data sets of these numbers, curves apart; a single data set serves every row as it is."""
        if self.naive.shape[0] == 1:
            return self
        return replace(self, **{name: getattr(self, name)[which] for name in self.__slots__ if name != "curves"})

    def lines(self, log_delta: Array, which: NDArray[np.intp]) -> Lines:
        """What the hits tell of each place at group separations of shape (K, R), by data set `which`."""
        value, slope, bend = self.curves.at(log_delta, which)
        mix = self.rows(which).mix.transpose(0, 2, 1)
        return Lines(
            pooled=value[:, :, 0],
            pooled_slope=slope[:, :, 0],
            level=(mix * (value[:, :, 1:] - value[:, :, :1])).sum(axis=1),
            level_by=(mix * (slope[:, :, 1:] - slope[:, :, :1])).transpose(0, 2, 1),
            slope=-(mix * slope[:, :, 1:]).sum(axis=1),
            slope_by=-(mix * bend[:, :, 1:]).transpose(0, 2, 1),
        )


@dataclass(frozen=True, slots=True)
class Lines:
    """What the hits tell, at one separation for each group: log-odds of guilt + slope * log delta, place by place.

    Attributes
    ----------
    pooled, pooled_slope : ndarray, shape (K, R)
        Log-odds of guilt that a group's pooled counts give, and its derivative.
    level : ndarray, shape (K, D)
        What the place's own counts give, less the pooled value.
    slope : ndarray, shape (K, D)
    level_by, slope_by : ndarray, shape (K, D, R)
        Derivatives of both by the groups' log delta.
    """

    pooled: Array
    pooled_slope: Array
    level: Array
    level_by: Array
    slope: Array
    slope_by: Array


def _guilt_variance(share: Array, hit: Array, log_delta: Array) -> Array:
    """Sampling variance, for one search, of the log-odds of guilt; by differences of the solution."""
    log_odds_hit = logit(hit)

    def solve(x: Array, y: Array) -> Array:
        return log_odds_of_guilt(x, 1 / (1 + np.exp(-y)), np.exp(log_delta))

    at = solve(share, log_odds_hit)
    by_hit = (solve(share, log_odds_hit + _STEP) - at) / _STEP
    by_share = (solve(share * np.exp(_STEP), log_odds_hit) - at) / _STEP
    return by_hit**2 / (hit * (1 - hit)) + by_share**2
