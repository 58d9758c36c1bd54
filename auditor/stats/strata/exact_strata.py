"""Exact conditional comparison of two groups over strata, for counts too small for `cmh.cmh_test`.

Given the margins of every stratum the focal counts are non-central hypergeometric with one odds ratio, and their sum
has the convolution of those distributions. It is formed at an odds ratio near the estimate, where the observed sum
is central, and carried to other odds ratios on the log scale: p-values keep their relative precision however small.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged
from auditor.stats.strata.mantel_haenszel import Tables, read_tables

_FAINT = 1e-100
"""Chances below this share of the largest are left out: 21 standard deviations from where the sum is central."""

_WIDEST = 1e4


@dataclass(frozen=True, slots=True)
class ExactStrata:
    """Exact results of J places, arrays of shape (J,).

    Attributes
    ----------
    odds_ratio : ndarray
        Conditional maximum-likelihood estimate: 0 or infinite where the sum is as small or large as it can be, NaN
        ("not applicable") where no stratum is informative.
    low, high : ndarray
        Equal-tailed limits, 0 to infinity; they invert the one-sided p-values.
    p_greater, p_less : ndarray
        Against "the odds ratio is at most" and "at least" the null value; 1 where no stratum is informative.
    p_two_sided : ndarray
        Twice the smaller, at most 1, so that it never disagrees with the limits.
    mid_p_greater : ndarray
        p_greater less half the chance of the observed sum, for display.
    log_p_greater, log_p_less : ndarray
        Natural logs, for those too small for a double.
    """

    odds_ratio: Array
    low: Array
    high: Array
    p_greater: Array
    p_less: Array
    p_two_sided: Array
    mid_p_greater: Array
    log_p_greater: Array
    log_p_less: Array


def exact_strata(
    k: ArrayLike, n: ArrayLike, base_k: ArrayLike, base_n: ArrayLike, level: float = 0.95, null: float = 1.0
) -> ExactStrata:
    """Exact test and interval for a common odds ratio over strata.

    Parameters
    ----------
    k, n, base_k, base_n : array_like of int, shape (J, S) or (S,)
        As in `mantel_haenszel.mh_odds_ratio`. One stratum gives Fisher's exact test.
    level : float
        Confidence level in (0, 1).
    null : float
        Odds ratio under the null hypothesis, above 0.

    Returns
    -------
    ExactStrata

    Raises
    ------
    ValueError
        If a count is negative or not whole, a part exceeds its whole, the null is not above 0, or the level is not
        inside (0, 1).
    NotConverged
        If a limit or the estimate is not pinned down.

    References
    ----------
    Gart, J. J. (1970). Biometrika 57, 471-475. Mehta, C. R., Patel, N. R. & Gray, R. (1985). JASA 80, 969-973.
    """
    tables = read_tables(k, n, base_k, base_n)
    tail = np.log((1 - checks.inside_unit("level", level)[0]) / 2)
    at = float(np.log(checks.positive("null", null)[0]))
    places = [_place(tables, j, float(tail), at) for j in range(tables.a.shape[0])]
    odds, low, high, greater, less, point = (np.array(x) for x in zip(*places, strict=True))
    p_greater, p_less = np.exp(greater), np.exp(less)
    two_sided = np.minimum(2 * np.minimum(p_greater, p_less), 1.0)
    mid = p_greater * (1 - 0.5 * np.exp(np.minimum(point - greater, 0.0)))
    return ExactStrata(odds, low, high, p_greater, p_less, two_sided, mid, greater, less)


def _place(tables: Tables, j: int, tail: float, at: float) -> tuple[float, ...]:
    """Estimate, limits, log p-values and log chance of the observed sum in one place."""
    use = tables.informative[j]
    cells = [(a, a + b, c + d, a + c) for a, b, c, d in zip(*_columns(tables, j, use), strict=True)]
    if not cells:
        return np.nan, 0.0, np.inf, 0.0, 0.0, 0.0
    strata = [_Stratum(focal, base, events) for _, focal, base, events in cells]
    gap = sum(a - s.low for (a, *_), s in zip(cells, strata, strict=True))
    total = _convolve(strata, _rough(tables, j, use), gap)
    return *total.estimate_and_limits(tail), *total.log_tails(strata, at)


def _columns(tables: Tables, j: int, use: Array) -> tuple[list[float], ...]:
    return tuple(x[j, use].tolist() for x in (tables.a, tables.b, tables.c, tables.d))


def _rough(tables: Tables, j: int, use: Array) -> float:
    """Log odds ratio near the estimate, finite whatever the counts."""
    a, b, c, d = (x[j, use] for x in (tables.a, tables.b, tables.c, tables.d))
    total = a + b + c + d
    return float(np.log((a * d / total).sum() + 0.25) - np.log((b * c / total).sum() + 0.25))


class _Stratum:
    """Log weights of the focal count above its least possible value, at odds ratio 1."""

    def __init__(self, focal: float, base: float, events: float) -> None:
        self.low = max(0.0, events - base)
        u = np.arange(self.low, min(focal, events))
        ratios = (focal - u) / (u + 1) * ((events - u) / (base - events + u + 1))
        self.weights = np.concatenate([[0.0], np.cumsum(np.log(ratios))])
        self.steps = np.arange(self.weights.size, dtype=np.float64)

    def normaliser(self, log_odds: float) -> float:
        return _log_sum(self.weights + self.steps * log_odds)

    def chances(self, log_odds: float) -> Array:
        tilted: Array = self.weights + self.steps * log_odds
        raised = np.exp(tilted - tilted.max())
        return raised / raised.sum()


@dataclass(frozen=True, slots=True)
class _Sum:
    """Distribution of the sum above its least value, at log odds ratio `tilt`.

    values : the sums kept, less the observed one; log_chance : their log chances.
    """

    values: Array
    log_chance: Array
    tilt: float
    observed: float
    largest: float

    def estimate_and_limits(self, tail: float) -> tuple[float, float, float]:
        bottom, top = self.observed == 0, self.observed == self.largest
        # Slices, not masks: the searches below call for them a few dozen times.
        first = int(np.searchsorted(self.values, 0))
        up, down = slice(first, None), slice(0, first + 1)
        low = 0.0 if bottom else self._solve(lambda x: self._tail(x, up) - tail)
        high = np.inf if top else self._solve(lambda x: tail - self._tail(x, down))
        estimate = 0.0 if bottom else np.inf if top else self._solve(self._mean)
        return estimate, low, high

    def _tail(self, shift: float, part: slice) -> float:
        tilted = self.log_chance + self.values * shift
        return _log_sum(tilted[part]) - _log_sum(tilted)

    def _mean(self, shift: float) -> float:
        tilted = self.log_chance + self.values * shift
        weights = np.exp(tilted - tilted.max())
        return float((weights * self.values).sum() / weights.sum())

    def _solve(self, rising: Callable[[float], float]) -> float:
        """Odds ratio at which a rising function of the shift in log odds is 0."""
        low, high = -1.0, 1.0
        while rising(low) > 0:
            low = self._wider(low)
        while rising(high) < 0:
            high = self._wider(high)
        root, report = brentq(rising, low, high, xtol=1e-14, rtol=1e-14, maxiter=200, full_output=True)
        if not report.converged:
            raise NotConverged("the limit of the odds ratio was not pinned down")
        return float(np.exp(self.tilt + root))

    @staticmethod
    def _wider(edge: float) -> float:
        if abs(edge) > _WIDEST:
            raise NotConverged("no odds ratio brackets the limit")
        return 2 * edge

    def log_tails(self, strata: list[_Stratum], at: float) -> tuple[float, float, float]:
        """Log P(sum >= observed), log P(sum <= observed) and log P(sum = observed) at a log odds ratio."""
        change = at - self.tilt
        scale = sum(s.normaliser(self.tilt) - s.normaliser(at) for s in strata) + self.observed * change
        logs = self.log_chance + self.values * change + scale
        point = float(logs[self.values == 0][0])
        # The side away from the centre is summed; on the other side the sum may reach where nothing was kept.
        if change <= 0:
            upper = min(_log_sum(logs[self.values >= 0]), 0.0)
            return upper, self._other(upper, point), point
        lower = min(_log_sum(logs[self.values <= 0]), 0.0)
        return self._other(lower, point), lower, point

    @staticmethod
    def _other(tail: float, point: float) -> float:
        """Log of 1 less a tail plus the chance of the observed sum, which both tails hold."""
        return min(float(np.log1p(-min(np.exp(tail) - np.exp(point), 1.0 - 1e-16))), 0.0)


def _log_sum(logs: Array) -> float:
    # SciPy's logsumexp costs more in checks than in arithmetic on arrays this small.
    most = logs.max()
    return float(most + np.log(np.exp(logs - most).sum()))


def _convolve(strata: list[_Stratum], tilt: float, observed: float) -> _Sum:
    chances, start = np.ones(1), 0
    for s in strata:
        own, skipped = _trim(s.chances(tilt))
        chances, more = _trim(np.convolve(chances, own))
        start += skipped + more
    values = np.arange(chances.size, dtype=np.float64) + (start - observed)
    return _Sum(values, np.log(chances), tilt, observed, sum(s.weights.size - 1 for s in strata))


def _trim(chances: Array) -> tuple[Array, int]:
    keep = np.flatnonzero(chances > _FAINT * chances.max())
    return chances[keep[0] : keep[-1] + 1], int(keep[0])
