"""Pooled ratio of two groups' shares when some cases are of unknown group: sharp bounds over every way to assign them.

Cases of unknown group and known outcome are of one group or the other, nobody knows which. Moving one changes the
number of cases of both groups, and with it Mantel and Haenszel's weights, so the ends are not found by giving all of
them to one side. For each stratum the terms are quadratic in the number moved, and the largest ratio of sums is found
exactly by Dinkelbach's iteration.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.strata.mantel_haenszel import read_tables

_ROUNDS = 100


def unknown_group_bounds(
    k: ArrayLike, n: ArrayLike, base_k: ArrayLike, base_n: ArrayLike, lost_k: ArrayLike, lost_n: ArrayLike
) -> tuple[Array, Array]:
    """Return the smallest and largest Mantel-Haenszel ratio of shares, focal over reference group.

    Parameters
    ----------
    k, n, base_k, base_n : array_like of int, shape (J, S) or (S,)
        Cases with the outcome and all of which it is known, of the focal and the reference group.
    lost_k, lost_n : array_like of int
        The same of cases of unknown group.

    Returns
    -------
    low, high : ndarray, shape (J,)
        0 and infinity where an end has no other value; both NaN where no case is of unknown group. The ratio without
        those cases lies between them: it is taken in where reassigning all of them would leave it out.

    Raises
    ------
    ValueError
        If a count is negative or not whole, a part exceeds its whole, or shapes differ.

    References
    ----------
    Manski, C. F. (2003). Partial Identification of Probability Distributions.
    Dinkelbach, W. (1967). On nonlinear fractional programming. Management Science 13, 492-498.
    """
    tables = read_tables(k, n, base_k, base_n)
    lost_hit = np.atleast_2d(checks.counts("lost_k", lost_k))
    lost_miss = np.atleast_2d(checks.counts("lost_n", lost_n)) - lost_hit
    if lost_hit.shape != tables.a.shape or (lost_miss < 0).any():
        raise ValueError("lost_k must not exceed lost_n, and both must have the shape of the other counts")
    high = _largest(tables.a, tables.b, tables.c, tables.d, lost_hit, lost_miss)
    with np.errstate(divide="ignore"):
        low = 1 / _largest(tables.c, tables.d, tables.a, tables.b, lost_hit, lost_miss)
    known = _ratio(*_terms(tables.a, tables.a + tables.b, tables.c, tables.c + tables.d))
    some = (lost_hit + lost_miss).sum(axis=1) > 0
    return np.where(some, np.fmin(low, known), np.nan), np.where(some, np.fmax(high, known), np.nan)


def _largest(a: Array, b: Array, c: Array, d: Array, hit: Array, miss: Array) -> Array:
    """Return the largest ratio; every lost case without the outcome is the reference group's then."""
    n, m, base = a + b, c + d + hit + miss, c + hit

    def sums(moved: Array) -> tuple[Array, Array]:
        return _terms(a + moved, n + moved, base - moved, m - moved)

    value = _ratio(*sums(hit))
    for _ in range(_ROUNDS):
        rate = np.where(np.isfinite(value), value, 0.0)[:, None]
        better = _ratio(*sums(_best(a, n, base, m, hit, rate)))
        grown = (better > value * (1 + 1e-14)) & np.isfinite(value)
        if not grown.any():
            break
        value = np.where(grown, better, value)
    return value


def _best(a: Array, n: Array, base: Array, m: Array, hit: Array, rate: Array) -> Array:
    """Return the number moved in each stratum that makes upper term - rate x lower term largest."""
    # (a + x)(m - x) - rate (base - x)(n + x): the total of a stratum stays what it is.
    with np.errstate(divide="ignore", invalid="ignore"):
        vertex = ((m - a) - rate * (base - n)) / (2 * (1 - rate))
    vertex = np.clip(np.where(np.isfinite(vertex), vertex, 0.0), 0.0, hit)
    tried = np.stack([np.zeros_like(hit), hit, np.floor(vertex), np.ceil(vertex)])
    total = np.maximum(n + m, 1.0)
    gain = ((a + tried) * (m - tried) - rate * (base - tried) * (n + tried)) / total
    chosen: NDArray[np.intp] = gain.argmax(axis=0)
    return np.asarray(np.take_along_axis(tried, chosen[None], axis=0)[0], dtype=np.float64)


def _terms(a: Array, n: Array, c: Array, m: Array) -> tuple[Array, Array]:
    total = np.maximum(n + m, 1.0)
    return (a * m / total).sum(axis=1), (c * n / total).sum(axis=1)


def _ratio(top: Array, bottom: Array) -> Array:
    """Return top / bottom: infinite where only the bottom is 0, 0 where both are."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value: Array = top / bottom
    return np.where(bottom > 0, value, np.where(top > 0, np.inf, 0.0))
