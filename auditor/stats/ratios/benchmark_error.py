"""Conditional binomial tails when the two exposures are themselves estimates.

The log of the exposure ratio is off by s Z, Z standard normal, so the count is a mixture of binomials. The
tail of that mixture is exact for the model; it is the distribution function of logit(B) - s Z, B a beta
variable, whose log is concave: Newton's method finds its quantiles from any start.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged
from auditor.stats.ratios.tails import deviance, excess_over_mean, log_pmf, log_tails

_BLOCK = 2048
_MOST_STEPS = 100
# Benchmark error below a quarter of the counting error: average over Z. Above: integrate over logit(B).
_SWITCH = 0.25
_Z, _WEIGHT = np.polynomial.hermite_e.hermegauss(25)
_LOG_WEIGHT = np.log(_WEIGHT) - 0.5 * np.log(2 * np.pi)
_STEP = 0.05
_GRID = np.arange(-160, 161) * _STEP


def log_upper_mixed(k: Array, other: Array, log_odds: Array, error: Array) -> Array:
    """Log of P(X >= k) out of k + other, averaged over the error of the log-odds.

    Parameters
    ----------
    k, other : ndarray
        Events of the group and of the other group, one-dimensional and of one shape.
    log_odds : ndarray
        Stated log-odds of the conditional share.
    error : ndarray
        Standard deviation of the log-odds, 0 or more.

    Returns
    -------
    ndarray
        Logs of the averaged tail; 0 where k is 0. Good to a part in a million down to p of 1e-20, and to
        the order of magnitude below 1e-30, where an error of ten standard deviations would decide.
    """
    result = np.zeros(k.shape)
    some = np.flatnonzero(k > 0)
    for rows in _blocks(some):
        result[rows] = _tail_and_slope(k[rows], other[rows], log_odds[rows], error[rows])[0]
    # The weights sum to 1 only to rounding.
    return np.minimum(result, 0.0)


def lowest_log_odds(k: Array, other: Array, tail: Array, error: Array, start: Array) -> Array:
    """Stated log-odds at which the averaged P(X >= k) equals the tail; minus infinity where k is 0.

    Parameters
    ----------
    k, other, tail, error : ndarray
        As in `log_upper_mixed`, and the probability wanted.
    start : ndarray
        The answer without error, from which Newton's steps set out.

    Raises
    ------
    NotConverged
        If the steps do not settle.
    """
    result = np.full(k.shape, -np.inf)
    for rows in _blocks(np.flatnonzero(k > 0)):
        result[rows] = _newton(k[rows], other[rows], np.log(tail[rows]), error[rows], start[rows])
    return result


def _newton(k: Array, other: Array, log_tail: Array, error: Array, odds: Array) -> Array:
    moving = np.ones(k.shape, dtype=bool)
    for _ in range(_MOST_STEPS):
        value, slope = _tail_and_slope(k, other, odds, error)
        # A place that has settled stays, so that its digits do not depend on the other places.
        step = np.where(moving, (log_tail - value) / slope, 0.0)
        odds = odds + step
        moving &= np.abs(step) > 1e-12 * (1 + np.abs(odds))
        if not moving.any():
            return odds
    raise NotConverged(f"limits with benchmark error not settled after {_MOST_STEPS} Newton steps")


def _blocks(rows: np.ndarray) -> list[np.ndarray]:
    return [rows[i : i + _BLOCK] for i in range(0, rows.size, _BLOCK)]


def _tail_and_slope(k: Array, other: Array, odds: Array, error: Array) -> tuple[Array, Array]:
    value, slope = np.empty(k.shape), np.empty(k.shape)
    small = error < _SWITCH * np.sqrt(1 / k + 1 / (other + 1))
    for rows, method in ((small, _over_error), (~small, _over_share)):
        if rows.any():
            value[rows], slope[rows] = method(k[rows], other[rows], odds[rows], error[rows])
    return value, slope


def _over_error(k: Array, other: Array, odds: Array, error: Array) -> tuple[Array, Array]:
    """Gauss-Hermite average of exact tails over Z."""
    shape = (k.size, _Z.size)
    shifted = odds[:, None] + error[:, None] * _Z
    k, n = np.broadcast_to(k[:, None], shape), np.broadcast_to((k + other)[:, None], shape)
    p, q = special.expit(shifted), special.expit(-shifted)
    tails = log_tails(k, n, p, q)[1] + _LOG_WEIGHT
    slopes = log_pmf(k, n, p, q) + np.log(k * q) + _LOG_WEIGHT
    value = special.logsumexp(tails, axis=1)
    return value, np.exp(special.logsumexp(slopes, axis=1) - value)


def _over_share(k: Array, other: Array, odds: Array, error: Array) -> tuple[Array, Array]:
    """Trapezoidal integral over logit(B), B ~ Beta(k, other + 1), on a grid that widens outwards."""
    k, rest, error = k[:, None], other[:, None] + 1, error[:, None]
    spread = np.sqrt(1 / k + 1 / rest)
    point = np.log(k / rest) + 2 * spread * np.sinh(_GRID / 2)
    p, q = special.expit(point), special.expit(-point)
    n = np.broadcast_to(k + rest, p.shape)
    over = excess_over_mean(k, n, p, q)
    log_weight = -deviance(k, n * p, over) - deviance(rest, n * q, -over) + np.log(np.cosh(_GRID / 2))
    log_weight = log_weight - special.logsumexp(log_weight, axis=1, keepdims=True)
    distance = (odds[:, None] - point) / error
    value = special.logsumexp(log_weight + special.log_ndtr(distance), axis=1)
    log_density = -0.5 * distance**2 - 0.5 * np.log(2 * np.pi) - np.log(error)
    return value, np.exp(special.logsumexp(log_weight + log_density, axis=1) - value)
