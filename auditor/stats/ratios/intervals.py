"""Intervals for one share or one rate."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from auditor.stats.checks import Array, counts, inside_unit, positive, tally, together
from auditor.stats.fit import NotConverged
from auditor.stats.ratios.tails import log_pmf, log_tails

_MOST_STEPS = 30


def wilson(k: ArrayLike, n: ArrayLike, level: ArrayLike = 0.95) -> tuple[Array, Array]:
    """Score interval for a share, without continuity correction.

    Parameters
    ----------
    k, n : array_like of int
        Events and trials; broadcast together, one entry a place.
    level : array_like of float
        Confidence level in (0, 1).

    Returns
    -------
    low, high : ndarray
        Limits of the share, in [0, 1]. With no trials nothing is known: 0 and 1.

    Raises
    ------
    ValueError
        If a count is negative or not whole, k exceeds n, or the level lies outside (0, 1).

    References
    ----------
    Wilson, E. B. (1927). Journal of the American Statistical Association 22, 209-212.
    """
    k, n = tally(k, n)
    k, n, level = together(k=k, n=n, level=inside_unit("level", level))
    z2 = special.ndtri((1 - level) / 2) ** 2
    safe_n = np.maximum(n, 1)
    root = np.sqrt(z2 * (z2 + 4 * k * ((n - k) / safe_n)))
    upper_sum = 2 * k + z2 + root
    # The smaller root through the product of the two: no cancellation when k is small.
    low = 2 * k * (k / safe_n) / upper_sum
    high = np.where(k < n, upper_sum / (2 * (n + z2)), 1.0)
    return low, high


def clopper_pearson(k: ArrayLike, n: ArrayLike, level: ArrayLike = 0.95) -> tuple[Array, Array]:
    """Exact equal-tailed interval for a share.

    Parameters
    ----------
    k, n : array_like of int
        Events and trials; broadcast together, one entry a place.
    level : array_like of float
        Confidence level in (0, 1).

    Returns
    -------
    low, high : ndarray
        Limits of the share; low is 0 when k is 0, high is 1 when k is n. With no trials: 0 and 1.

    Raises
    ------
    ValueError
        If a count is negative or not whole, k exceeds n, or the level lies outside (0, 1).

    References
    ----------
    Clopper, C. J. & Pearson, E. S. (1934). Biometrika 26, 404-413.
    """
    k, n = tally(k, n)
    k, n, level = together(k=k, n=n, level=inside_unit("level", level))
    low, high = exact_log_odds(k, n, (1 - level) / 2)
    return special.expit(low), special.expit(high)


def exact_log_odds(k: Array, n: Array, tail: Array) -> tuple[Array, Array]:
    """Clopper-Pearson limits as log-odds, precise at both ends of the scale.

    Parameters
    ----------
    k, n, tail : ndarray
        Events, trials and the probability left in each tail, of one shape and already checked.

    Returns
    -------
    low, high : ndarray
        Log-odds: minus infinity when k is 0, plus infinity when k is n.

    Raises
    ------
    NotConverged
        If Newton's steps do not settle.
    """
    return -_upper_log_odds(n - k, n, tail), _upper_log_odds(k, n, tail)


def _upper_log_odds(k: Array, n: Array, tail: Array) -> Array:
    """Log-odds at which P(X <= k) equals the tail; infinite when k is n."""
    result = np.full(k.shape, np.inf)
    inner = k < n
    k, n, tail = k[inner], n[inner], tail[inner]
    odds = np.log(special.betainccinv(k + 1, n - k, tail)) - np.log(special.betaincinv(n - k, k + 1, tail))
    moving = np.ones(k.shape, dtype=bool)
    for _ in range(_MOST_STEPS):
        p, q = special.expit(odds), special.expit(-odds)
        log_lower = log_tails(k, n, p, q)[0]
        slope = (n - k) * p * np.exp(log_pmf(k, n, p, q) - log_lower)
        # A place that has settled stays, so that its digits do not depend on the other places.
        step = np.where(moving, (log_lower - np.log(tail)) / slope, 0.0)
        odds = odds + step
        moving &= np.abs(step) > 1e-13 * (1 + np.abs(odds))
        if not moving.any():
            result[inner] = odds
            return result
    raise NotConverged(f"exact limits not settled after {_MOST_STEPS} Newton steps")


def garwood(k: ArrayLike, exposure: ArrayLike, level: ArrayLike = 0.95) -> tuple[Array, Array]:
    """Exact equal-tailed interval for a Poisson rate.

    Parameters
    ----------
    k : array_like of int
        Events, one entry a place.
    exposure : array_like of float
        Persons, person-years or submissions at risk, above 0, in the unit of the rate returned.
    level : array_like of float
        Confidence level in (0, 1).

    Returns
    -------
    low, high : ndarray
        Events per unit of exposure; low is 0 when there are no events.

    Raises
    ------
    ValueError
        If a count is negative or not whole, an exposure is not above 0, or the level lies outside (0, 1).

    References
    ----------
    Garwood, F. (1936). Biometrika 28, 437-442.
    """
    k, exposure, level = together(
        k=counts("k", k), exposure=positive("exposure", exposure), level=inside_unit("level", level)
    )
    tail = (1 - level) / 2
    low = np.where(k > 0, special.gammaincinv(np.maximum(k, 1), tail), 0.0)
    return low / exposure, special.gammainccinv(k + 1, tail) / exposure
