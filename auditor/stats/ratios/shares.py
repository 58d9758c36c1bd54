"""One share against a fixed base, and the ratio of two independent shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from auditor.stats.checks import Array, inside_unit, tally, together
from auditor.stats.fit import bisect


@dataclass(frozen=True, slots=True)
class ShareRatio:
    """Ratio of two shares and the limits of its interval, one entry a place.

    Attributes
    ----------
    ratio : ndarray
        Share over base share: 0 without events, infinite without events in the base, and NaN
        ("not applicable") where neither has events or either has no trials.
    low, high : ndarray
        Limits, from 0 to infinity.
    """

    ratio: Array
    low: Array
    high: Array


def leave_one_out(k: ArrayLike, n: ArrayLike, total_k: ArrayLike, total_n: ArrayLike) -> tuple[Array, Array]:
    """Counts of everywhere else: the totals without the place itself.

    Parameters
    ----------
    k, n : array_like of int
        Events and trials of each place.
    total_k, total_n : array_like of int
        Events and trials of the whole to which the place belongs.

    Returns
    -------
    rest_k, rest_n : ndarray
        Events and trials outside the place; 0 and 0 where the place is the whole.

    Raises
    ------
    ValueError
        If a count is negative or not whole, or the place holds more events, or more trials without
        an event, than the total.
    """
    k, n = tally(k, n)
    total_k, total_n = tally(total_k, total_n, "total_k", "total_n")
    k, n, total_k, total_n = together(k=k, n=n, total_k=total_k, total_n=total_n)
    if (k > total_k).any():
        raise ValueError("total_k is smaller than the k of a place that belongs to it")
    if (n - k > total_n - total_k).any():
        raise ValueError("total_n leaves fewer trials without an event than a place that belongs to it")
    return total_k - k, total_n - n


def share_z(k: ArrayLike, n: ArrayLike, base: ArrayLike) -> Array:
    """Standard score of a share against a base taken as known.

    Parameters
    ----------
    k, n : array_like of int
        Events and trials, one entry a place; n at least 1.
    base : array_like of float
        Share expected under the null hypothesis, strictly between 0 and 1. The base's own sampling error
        is not counted: use `share_ratio` where the base is small.

    Returns
    -------
    ndarray
        (k/n - base) / sqrt(base (1 - base) / n), positive where the share is above the base.

    Raises
    ------
    ValueError
        If a count is negative or not whole, k exceeds n, n is 0, or the base is not inside (0, 1).
    """
    k, n = tally(k, n)
    if (n == 0).any():
        raise ValueError("n must be 1 or more, got 0")
    k, n, base = together(k=k, n=n, base=inside_unit("base", base))
    return (k - n * base) / np.sqrt(n * base * (1 - base))


def share_ratio(
    k: ArrayLike, n: ArrayLike, base_k: ArrayLike, base_n: ArrayLike, level: ArrayLike = 0.95
) -> ShareRatio:
    """Ratio of two independent shares with a score interval.

    Parameters
    ----------
    k, n : array_like of int
        Events and trials, one entry a place.
    base_k, base_n : array_like of int
        Events and trials of the base, which must not contain the place (see `leave_one_out`).
    level : array_like of float
        Confidence level in (0, 1).

    Returns
    -------
    ShareRatio
        The interval stays proper where shares are 0 or 1; without trials on a side it is 0 to infinity.

    Raises
    ------
    ValueError
        If a count is negative or not whole, a part exceeds its whole, or the level is not inside (0, 1).
    NotConverged
        If the limits are not pinned down.

    References
    ----------
    Miettinen, O. & Nurminen, M. (1985). Statistics in Medicine 4, 213-226 (with the factor N/(N - 1)).
    """
    k, n = tally(k, n)
    base_k, base_n = tally(base_k, base_n, "base_k", "base_n")
    k, n, base_k, base_n, level = together(k=k, n=n, base_k=base_k, base_n=base_n, level=inside_unit("level", level))
    z = -special.ndtri((1 - level) / 2)
    low, high = np.zeros(k.shape), np.full(k.shape, np.inf)
    known = (n > 0) & (base_n > 0)
    for limit, sign, open_ in ((low, 1.0, known & (k > 0)), (high, -1.0, known & (base_k > 0))):
        limit[open_] = _limit(k[open_], n[open_], base_k[open_], base_n[open_], sign * z[open_])
    return ShareRatio(_ratio(k, n, base_k, base_n), low, high)


def _ratio(k: Array, n: Array, base_k: Array, base_n: Array) -> Array:
    known = (n > 0) & (base_n > 0) & (k + base_k > 0)
    below = np.where(known, base_k * n, 1.0)
    ratio = np.where(below > 0, k * base_n / np.where(below > 0, below, 1.0), np.inf)
    return np.where(known, ratio, np.nan)


def _limit(k: Array, n: Array, base_k: Array, base_n: Array, z: Array) -> Array:
    """Ratio at which the score equals z; the score falls as the ratio rises."""
    # Log-ratios beyond +-60 would need more trials than counts may reach.
    edge = np.full(k.shape, 60.0)
    log_ratio = bisect(lambda t: _score(k, n, base_k, base_n, np.exp(t)) - z, -edge, edge)
    return np.exp(log_ratio)


def _score(k: Array, n: Array, base_k: Array, base_n: Array, ratio: Array) -> Array:
    base, rest = _restricted(k, n, base_k, base_n, ratio)
    p = np.minimum(ratio * base, 1.0)
    variance = p * (1 - p) / n + ratio**2 * base * rest / base_n
    total = n + base_n
    variance = variance * (total / (total - 1))
    difference = k / n - ratio * (base_k / base_n)
    safe = np.where(variance > 0, variance, 1.0)
    certain = np.where(difference > 0, np.inf, np.where(difference < 0, -np.inf, 0.0))
    return np.where(variance > 0, difference / np.sqrt(safe), certain)


def _restricted(k: Array, n: Array, base_k: Array, base_n: Array, ratio: Array) -> tuple[Array, Array]:
    """Maximum-likelihood base share, and its complement, when the ratio is held fixed."""
    a, b = ratio * (n + base_k), k + base_n
    # The discriminant as a sum of squares: never negative, no cancellation near shares of 1.
    root = np.sqrt((a - b) ** 2 + 4 * ratio * (n - k) * (base_n - base_k))
    base = 2 * (k + base_k) / (a + b + root)
    return base, np.maximum(1 - base, 0.0)
