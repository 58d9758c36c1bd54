"""Binomial tail probabilities to full relative precision, on the log scale, for counts up to ten billion.

SciPy's incomplete beta function works from p alone and forms 1 - p itself, which costs a relative error of
up to n times the machine epsilon: 1e-8 was measured at n of a billion. Here p and q = 1 - p are both given,
the point probability follows Loader (2000), and the tail is a continued fraction times that.

References
----------
Loader, C. (2000). Fast and accurate computation of binomial probabilities. (The algorithm of R's `dbinom`.)
Didonato, A. R. & Morris, A. H. (1992). ACM Transactions on Mathematical Software 18, 360-373 (the fraction).
"""

from __future__ import annotations

import math

import numpy as np

from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged

#: A billion events at the mean of two billion needs about 2,000 terms; a few dozen is usual.
_MOST_TERMS = 20_000
_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
_STIRLING_TABLE = np.array(
    [0.0] + [math.lgamma(n + 1) - (n + 0.5) * math.log(n) + n - _HALF_LOG_2PI for n in range(1, 16)]
)


def log_pmf(k: Array, n: Array, p: Array, q: Array) -> Array:
    """Log of P(X = k) for X ~ Bin(n, p), with q = 1 - p given to full precision.

    Arrays must share one shape, 0 <= k <= n, and p, q in (0, 1).
    """
    result = np.where(k == 0, n * _log_share(q, p), n * _log_share(p, q))
    inner = (k > 0) & (k < n)
    k, n, p, q = k[inner], n[inner], p[inner], q[inner]
    excess, rest = excess_over_mean(k, n, p, q), n - k
    stirling = _stirling_error(n) - _stirling_error(k) - _stirling_error(rest)
    distance = deviance(k, n * p, excess) + deviance(rest, n * q, -excess)
    result[inner] = stirling - distance + 0.5 * (np.log(n / k) - np.log(rest)) - _HALF_LOG_2PI
    return result


def log_tails(k: Array, n: Array, p: Array, q: Array) -> tuple[Array, Array]:
    """Logs of P(X <= k) and P(X >= k) for X ~ Bin(n, p), with q = 1 - p given to full precision.

    Arrays must share one shape, 0 <= k <= n, and p, q in (0, 1).

    Raises
    ------
    NotConverged
        If the continued fraction does not settle.
    """
    return _log_upper(n - k, n, q, p), _log_upper(k, n, p, q)


def log_mid_upper(k: Array, n: Array, p: Array, q: Array) -> Array:
    """Log of P(X > k) + P(X = k) / 2; arguments as in `log_tails`."""
    upper = _log_upper(k, n, p, q)
    return upper + np.log1p(-0.5 * np.exp(np.minimum(log_pmf(k, n, p, q) - upper, 0.0)))


def _log_upper(k: Array, n: Array, p: Array, q: Array) -> Array:
    result = np.zeros(k.shape)
    open_ = k > 0
    far = open_ & (excess_over_mean(k, n, p, q) > 0)
    result[far] = _log_far(k[far], n[far], p[far], q[far])
    near = open_ & ~far
    # P(X >= k) = 1 - P(Y >= n - k + 1), Y = n - X; not a small difference, since k lies below the mean.
    other = _log_far(n[near] - k[near] + 1, n[near], q[near], p[near])
    result[near] = np.log1p(-np.exp(other))
    return result


def _log_far(k: Array, n: Array, p: Array, q: Array) -> Array:
    """Log P(X >= k) for k at or above the mean."""
    # All but certain events come out at 0 give or take a few units of rounding: no chance is above 1.
    return np.minimum(log_pmf(k, n, p, q) + _log_share(q, p) + np.log(k * _fraction(k, n, p, q)), 0.0)


def _fraction(k: Array, n: Array, p: Array, q: Array) -> Array:
    """Continued fraction of the incomplete beta function, k at or above the mean (Lentz's method).

    The form of Didonato & Morris needs p, q and the excess over the mean, each without cancellation.
    """
    ahead = excess_over_mean(k, n, p, q) + q
    value = ahead / (1 + 1 / k)
    result, c, d = value.copy(), value.copy(), np.zeros(k.shape)
    active, step = np.arange(k.size), np.full(k.size, np.inf)
    for m in range(1, _MOST_TERMS):
        if m % 8 == 1:
            active = active[np.abs(step - 1) > 5e-16]
            if active.size == 0:
                return 1 / result
            kk, nn, pp, qq, far, cc, dd = (x[active] for x in (k, n, p, q, ahead, c, d))
        alpha, beta = _terms(m, kk, nn - kk + 1, pp, qq, far)
        dd = 1 / (beta + alpha * dd)
        cc = beta + alpha / cc
        step = cc * dd
        result[active] *= step
        c[active], d[active] = cc, dd
    raise NotConverged(f"binomial tail not settled after {_MOST_TERMS} terms")


def _terms(m: int, a: Array, b: Array, x: Array, y: Array, ahead: Array) -> tuple[Array, Array]:
    """Numerator and denominator of the m-th step, m = 1, 2, ... (ahead = 1 + a - (a + b) x)."""
    before, t, s = 1 + (m - 1) / a, m / a, a + 2 * m - 1
    w = m * (b - m) * x
    alpha = before * (before + b / a) * (a / s) ** 2 * w * x
    beta = m + w / s + (t + 1) / (1 + 1 / a + 2 * t) * (ahead + m * (y + 1))
    return alpha, beta


def excess_over_mean(k: Array, n: Array, p: Array, q: Array) -> Array:
    """Return k - n p, from whichever of p and q is the smaller."""
    return np.where(p <= q, k - n * p, n * q - (n - k))


def _log_share(p: Array, q: Array) -> Array:
    """Log of p, through q = 1 - p where p is the larger."""
    return np.where(p > 0.5, np.log1p(-np.minimum(q, 0.5)), np.log(p))


def _stirling_error(n: Array) -> Array:
    """Log n! less Stirling's formula."""
    large = np.maximum(n, 16.0)
    s = 1 / large**2
    series = (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / large
    return np.where(n < 16, _STIRLING_TABLE[np.minimum(n, 15).astype(np.intp)], series)


def deviance(x: Array, mean: Array, excess: Array) -> Array:
    """Return x log(x / mean) - excess, where excess = x - mean, without cancellation near the mean."""
    v = excess / (x + mean)
    near = np.abs(v) < 0.1
    small = np.where(near, v, 0.0)
    square, power = small * small, 2 * x * small
    series = excess * small
    for j in range(1, 12):
        power = power * square
        series = series + power / (2 * j + 1)
    # Two logs, since x / mean can overflow.
    direct = x * (np.log(x) - np.log(mean)) - excess
    return np.where(near, series, direct)
