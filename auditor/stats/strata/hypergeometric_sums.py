"""Exact permutation test of marks against outcomes within units: sums of hypergeometric counts.

Within a unit (a person, a stratum) the marks are shuffled over its rows; the number of rows with both mark and outcome
is then hypergeometric, and what is tested is the sum over the units of a place. The distribution of the sum is the
convolution of the units' own, so no shuffle has to be drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array

#: Widest range of a sum that is convolved; beyond it the normal approximation is good to a part in a thousand at p of
#: a millionth and takes over.
WIDEST = 20_000
_TINY = float(np.finfo(float).tiny)


@dataclass(frozen=True, slots=True)
class SumTest:
    """Permutation test of J places.

    Attributes
    ----------
    observed, expected, sd : ndarray, shape (J,)
        Rows with both mark and outcome in the units that inform, and the mean and standard deviation over shuffles.
    p_greater, p_less : ndarray, shape (J,)
        Chance of a sum as large, and as small, as the one observed; 1 where no unit informs.
    exact : ndarray of bool, shape (J,)
        Whether the distribution was convolved; False where the normal approximation with continuity correction stands.
    units : ndarray of int, shape (J,)
        Units that inform: both marked and unmarked rows, both outcomes.
    """

    observed: Array
    expected: Array
    sd: Array
    p_greater: Array
    p_less: Array
    exact: NDArray[np.bool_]
    units: NDArray[np.int64]


def permuted_sums(
    both: ArrayLike, marked: ArrayLike, outcome: ArrayLike, size: ArrayLike, place: ArrayLike, places: int
) -> SumTest:
    """Test whether marks and outcomes go together within units.

    Parameters
    ----------
    both, marked, outcome, size : array_like of int, shape (U,)
        Of each unit: rows with mark and outcome, rows marked, rows with the outcome, rows.
    place : array_like of int, shape (U,)
        Place of each unit, 0 to places - 1.
    places : int
        How many places there are.

    Returns
    -------
    SumTest

    Raises
    ------
    ValueError
        If a count is negative, not whole, or impossible beside the others, shapes differ, or a place is out of range.

    References
    ----------
    Fisher, R. A. (1935). The Design of Experiments, chapter 2 (the randomisation); Birch, M. W. (1964). Journal of the
    Royal Statistical Society B 26, 313-324 (the sum over strata).
    """
    x, m, y, n = checked_units(both, marked, outcome, size)
    where = positions("place", place, places, x.shape)
    used = (m > 0) & (m < n) & (y > 0) & (y < n)
    x, m, y, n, where = x[used], m[used], y[used], n[used], where[used]
    observed = _sums(where, x, places)
    expected = _sums(where, m * y / n, places)
    sd = np.sqrt(_sums(where, m * y * (n - m) * (n - y) / (n**2 * (n - 1)), places))
    width = _sums(where, np.minimum(m, y) - np.maximum(m + y - n, 0), places)
    exact = width <= WIDEST
    greater, less = _approximate(observed, expected, sd)
    order = np.argsort(where, kind="stable")
    ends = np.searchsorted(where[order], np.arange(places + 1))
    for j in np.flatnonzero(exact):
        rows = order[ends[j] : ends[j + 1]]
        greater[j], less[j] = _convolved(x[rows], m[rows], y[rows], n[rows])
    return SumTest(observed, expected, sd, greater, less, exact, np.bincount(where, minlength=places).astype(np.int64))


def checked_units(
    both: ArrayLike, marked: ArrayLike, outcome: ArrayLike, size: ArrayLike
) -> tuple[Array, Array, Array, Array]:
    """Return the four counts of each unit as flat floats, refusing what cannot be (see `permuted_sums`)."""
    arrays = checks.together(
        both=checks.counts("both", both),
        marked=checks.counts("marked", marked),
        outcome=checks.counts("outcome", outcome),
        size=checks.counts("size", size),
    )
    x, m, y, n = (np.array(a, dtype=float) for a in arrays)
    if x.ndim != 1:
        raise ValueError(f"both must be one-dimensional, got shape {x.shape}")
    wrong = (m > n) | (y > n) | (x > np.minimum(m, y)) | (x < m + y - n)
    if wrong.any():
        i = int(np.argmax(wrong))
        said = f"{n[i]:.0f} rows, {m[i]:.0f} marked, {y[i]:.0f} with the outcome, {x[i]:.0f} both"
        raise ValueError(f"unit {i} cannot be: {said}")
    return x, m, y, n


def positions(name: str, value: ArrayLike, size: int, shape: tuple[int, ...]) -> NDArray[np.intp]:
    """Return positions 0 to size - 1 of the given shape, or name what was wrong."""
    array = np.asarray(value)
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}, expected {shape}")
    if array.size and array.dtype.kind not in "iu":
        raise ValueError(f"{name} must hold whole numbers, got {array.dtype} values")
    if array.size and (array.min() < 0 or array.max() >= size):
        raise ValueError(f"{name} must lie between 0 and {size - 1}, got {array.min()} to {array.max()}")
    return array.astype(np.intp)


def _sums(where: NDArray[np.intp], values: Array, places: int) -> Array:
    return np.bincount(where, values, places).astype(float)


def _approximate(observed: Array, expected: Array, sd: Array) -> tuple[Array, Array]:
    safe = np.where(sd > 0, sd, 1.0)
    greater = special.ndtr(-(observed - 0.5 - expected) / safe)
    less = special.ndtr((observed + 0.5 - expected) / safe)
    return np.where(sd > 0, greater, 1.0), np.where(sd > 0, less, 1.0)


def _convolved(x: Array, m: Array, y: Array, n: Array) -> tuple[float, float]:
    """Both tails of one place: each kind of unit to the power of its number, then all kinds together."""
    if not x.size:
        return 1.0, 1.0
    kinds, times = np.unique(np.stack([m, y, n]), axis=1, return_counts=True)
    chances, start = np.ones(1), 0.0
    for (marked, outcome, size), often in zip(kinds.T, times, strict=True):
        chances = np.convolve(chances, _power(_hypergeometric(marked, outcome, size), int(often)))
        start += often * max(marked + outcome - size, 0.0)
    at = int(x.sum() - start)
    return max(min(float(chances[at:].sum()), 1.0), _TINY), max(min(float(chances[: at + 1].sum()), 1.0), _TINY)


@lru_cache(maxsize=20_000)
def _hypergeometric(marked: float, outcome: float, size: float) -> Array:
    """Chances from the smallest to the largest number with both."""
    x = np.arange(max(marked + outcome - size, 0.0), min(marked, outcome) + 1)
    log = _log_choose(marked, x) + _log_choose(size - marked, outcome - x)
    chances = np.exp(log - log.max())
    chances /= chances.sum()
    chances.flags.writeable = False
    return np.asarray(chances)


def _log_choose(n: float, k: Array) -> Array:
    return np.asarray(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1))


def _power(chances: Array, times: int) -> Array:
    """Distribution of the sum of so many independent draws, by repeated squaring."""
    result = np.ones(1)
    while times:
        if times & 1:
            result = np.convolve(result, chances)
        times >>= 1
        if times:
            chances = np.convolve(chances, chances)
    return result
