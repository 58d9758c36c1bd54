"""Where the counts alone put thresholds and guilt: constants that shape the sampler's coordinates, not the posterior.

The coordinates of `threshold_model` measure each threshold and each place's guilt from the value that the observed
shares suggest. Poor values here make the sampler slower, never its answer different.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit, ndtri

from auditor.stats.checks import Array
from auditor.stats.threshold_curve import GuiltCurve, log_odds_of_guilt
from auditor.stats.threshold_data import StopCounts

_STEP = 1e-3
_USUAL_SLOPE = 1.5


@dataclass(frozen=True, slots=True)
class Anchors:
    """Constants by cell, shape (B, D, R), and by place, shape (B, D).

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
    level : ndarray, shape (B, D)
        Log-odds of guilt that the place's hits suggest, less those that the groups' pooled counts give.
    slope : ndarray, shape (B, D)
        What the hits tell is log-odds of guilt + slope * log(delta).
    place_information : ndarray, shape (B, D)
        One over the variance with which they do.
    curve : GuiltCurve
        Log-odds of guilt that each group's pooled counts give, by log delta.
    """

    log_share: Array
    naive: Array
    information: Array
    mix: Array
    level: Array
    slope: Array
    place_information: Array
    curve: GuiltCurve

    @classmethod
    def of(cls, counts: StopCounts, log_delta: Array) -> Anchors:
        """Anchors near a log separation, an array that broadcasts against (B, D, R)."""
        s, n = counts.searches, counts.stops
        share = (s + 0.5) / (n + 1)
        naive = -ndtri(share)
        steepness = np.exp(-0.5 * naive**2) / np.sqrt(2 * np.pi) / share
        where = log_delta + np.zeros_like(s)
        guilt, slope, information = _guilt(counts, share, where)
        total = information.sum(axis=2)
        told = total > 0
        mix = np.where(told[:, :, None], information / np.where(told, total, 1.0)[:, :, None], 1 / counts.groups)
        curve = GuiltCurve.of(*_pooled(counts))
        pooled = curve.at(where[:, 0], np.arange(s.shape[0]))[0]
        level = np.where(told, (mix * (guilt - pooled[:, None, :])).sum(axis=2), 0.0)
        slope = np.where(told, (mix * slope).sum(axis=2), _USUAL_SLOPE)
        return cls(np.log(share), naive, s * (1 - share) * steepness**2, mix, level, slope, total, curve)

    def rows(self, which: NDArray[np.intp]) -> Anchors:
        """The data sets of these numbers; a single data set serves every row as it is."""
        if self.naive.shape[0] == 1:
            return self
        taken = (getattr(self, name)[which] for name in self.__slots__ if name != "curve")
        return Anchors(*taken, self.curve)


def _guilt(counts: StopCounts, share: Array, log_delta: Array) -> tuple[Array, Array, Array]:
    """Log-odds of guilt, slope and information of each cell, by differences of the solution."""
    s = counts.searches
    log_odds_hit = logit((counts.hits + 0.5) / (s + 1))

    def solve(x: Array, y: Array, z: Array) -> Array:
        return log_odds_of_guilt(x, 1 / (1 + np.exp(-y)), np.exp(z))

    at = solve(share, log_odds_hit, log_delta)
    slope = -(solve(share, log_odds_hit, log_delta + _STEP) - at) / _STEP
    by_hit = (solve(share, log_odds_hit + _STEP, log_delta) - at) / _STEP
    by_share = (solve(share * np.exp(_STEP), log_odds_hit, log_delta) - at) / _STEP
    hit = 1 / (1 + np.exp(-log_odds_hit))
    variance = by_hit**2 / (hit * (1 - hit)) + by_share**2
    return at, slope, s / variance


def _pooled(counts: StopCounts) -> tuple[Array, Array]:
    """Search and hit shares of each group over all places, half an event added; shape (B, R)."""
    n, s, h = (x.sum(axis=1) for x in (counts.stops, counts.searches, counts.hits))
    return (s + 0.5) / (n + 1), (h + 0.5) / (s + 1)
