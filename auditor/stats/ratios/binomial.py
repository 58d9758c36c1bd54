"""Exact binomial tail probabilities, plain and on the log scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from auditor.stats.checks import Array, share, tally, together
from auditor.stats.ratios.tails import log_mid_upper, log_tails


def binom_upper(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> Array:
    """Probability of k or more events, P(X >= k) for X ~ Bin(n, p).

    Parameters
    ----------
    k, n : array_like of int
        Events and trials; broadcast together, one entry a place.
    p : array_like of float
        Share under the null hypothesis, in [0, 1].

    Returns
    -------
    ndarray
        One-sided p-values. Below about 1e-308 they become 0: use `log_binom_upper` there.

    Raises
    ------
    ValueError
        If a count is negative or not whole, k exceeds n, or p lies outside [0, 1].
    """
    return np.exp(log_binom_upper(k, n, p))


def binom_lower(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> Array:
    """Probability of k or fewer events, P(X <= k) for X ~ Bin(n, p); see `binom_upper`."""
    return np.exp(log_binom_lower(k, n, p))


def mid_p_upper(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> Array:
    """Mid-P value P(X > k) + P(X = k) / 2: for display, where the exact value is too timid; see `binom_upper`.

    References
    ----------
    Lancaster, H. O. (1961). Journal of the American Statistical Association 56, 223-234.
    """
    return np.exp(log_mid_p_upper(k, n, p))


def log_binom_upper(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> Array:
    """Natural log of `binom_upper`; minus infinity only where the event is impossible (p = 0 < k)."""
    return _certain_or(1, k, n, p)


def log_binom_lower(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> Array:
    """Natural log of `binom_lower`; minus infinity only where the event is impossible (p = 1, k < n)."""
    return _certain_or(0, k, n, p)


def log_mid_p_upper(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> Array:
    """Natural log of `mid_p_upper`; minus infinity only where p = 0 < k."""
    k, n, p = _three(k, n, p)
    inner = (p > 0) & (p < 1)
    safe = np.where(inner, p, 0.5)
    sure = np.where(p == 0, 0, n)
    edge = np.where(k == sure, np.log(0.5), np.where(k < sure, 0.0, -np.inf))
    return np.where(inner, log_mid_upper(k, n, safe, 1 - safe), edge)


def _certain_or(side: int, k: ArrayLike, n: ArrayLike, p: ArrayLike) -> Array:
    k, n, p = _three(k, n, p)
    inner = (p > 0) & (p < 1)
    safe = np.where(inner, p, 0.5)
    never = (p == 0) & (k > 0) if side == 1 else (p == 1) & (k < n)
    return np.where(inner, log_tails(k, n, safe, 1 - safe)[side], np.where(never, -np.inf, 0.0))


def _three(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> tuple[Array, Array, Array]:
    k, n = tally(k, n)
    k, n, p = together(k=k, n=n, p=share("p", p))
    return k, n, p
