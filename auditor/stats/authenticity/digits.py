"""Digits of recorded numbers: last digits that are not even, and first digits where Benford's law applies.

Made-up numbers have favourite last digits. Measured numbers of three digits or more have none, whatever they measure.
First digits follow Benford's law only in numbers that spread over orders of magnitude: ages, hours and heights do not.

References
----------
Mosimann, J. E., Wiseman, C. V. & Edelman, R. E. (1995). Accountability in Research 4, 31-55 (last digits).
Hill, T. P. (1995). Statistical Science 10, 354-363 (first digits).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.strata.hypergeometric_sums import positions

DIGITS = 10
#: Numbers of one place up to which the chi-square statistic has its exact distribution.
LARGEST_EXACT = 40
#: Last digits are even only in numbers of at least this size; a place needs this share of its numbers to be so large.
SMALLEST, LARGE_SHARE = 100, 1.0
#: Benford: fewest numbers, and least ratio of the 95th to the 5th percentile.
FEWEST_BENFORD, LEAST_SPREAD = 200, 100.0


@dataclass(frozen=True, slots=True)
class DigitTest:
    """Digits of J places.

    Attributes
    ----------
    counts : ndarray, shape (J, D)
        Numbers by digit: 0 to 9, or 1 to 9 for first digits.
    statistic, p : ndarray, shape (J,)
        Pearson's chi-square against the expected shares and its p-value; p 1 without numbers.
    exact : ndarray of bool, shape (J,)
        Whether p comes from every possible table (up to 40 numbers, even digits) rather than the chi-square
        distribution.
    applies : ndarray of bool, shape (J,)
        Whether the numbers are such that the expected shares hold for honest records.
    excess : ndarray, shape (J,)
        Half the sum of absolute differences between observed and expected shares: the least share of numbers whose
        digit would have to change; NaN ("not applicable") without numbers.
    """

    counts: Array
    statistic: Array
    p: Array
    exact: NDArray[np.bool_]
    applies: NDArray[np.bool_]
    excess: Array


def last_digits(value: ArrayLike, place: ArrayLike, places: int) -> DigitTest:
    """Test whether last digits are even.

    Parameters
    ----------
    value : array_like of int, shape (N,)
        Whole numbers of 0 or more, as recorded (minutes held, dollars, counts): no rounded or truncated ones.
    place : array_like of int, shape (N,)
        Place of each number, 0 to places - 1.
    places : int
        How many places there are.

    Returns
    -------
    DigitTest
        Only numbers of at least 100 are counted; `applies` is False where a place has smaller ones.

    Raises
    ------
    ValueError
        If a number is negative or not whole, or shapes or positions are wrong.
    """
    numbers, where = _placed(value, place, places)
    large = numbers >= SMALLEST
    total, kept = np.bincount(where, minlength=places), np.bincount(where[large], minlength=places)
    table = _table(where[large], (numbers[large] % DIGITS).astype(np.intp), places, DIGITS)
    applies = (total > 0) & (kept >= LARGE_SHARE * total)
    return digit_test(table, np.full(DIGITS, 1 / DIGITS), applies)


def first_digits(value: ArrayLike, place: ArrayLike, places: int) -> DigitTest:
    """Test first digits against Benford's law.

    Parameters
    ----------
    value, place, places
        As for `last_digits`; zeros are passed over.

    Returns
    -------
    DigitTest
        `applies` only where a place has 200 numbers or more whose 95th percentile is 100 times their 5th.

    Raises
    ------
    ValueError
        As `last_digits`.
    """
    numbers, where = _placed(value, place, places)
    numbers, where = numbers[numbers > 0], where[numbers > 0]
    power = np.floor(np.log10(np.maximum(numbers, 1)) + 1e-12)
    digit = np.clip(np.floor(numbers / 10.0**power + 1e-12), 1, 9).astype(np.intp) - 1
    applies = np.zeros(places, dtype=bool)
    for j in np.flatnonzero(np.bincount(where, minlength=places) >= FEWEST_BENFORD):
        low, high = np.quantile(numbers[where == j], [0.05, 0.95])
        applies[j] = high >= LEAST_SPREAD * low
    return digit_test(_table(where, digit, places, 9), np.log10(1 + 1 / np.arange(1, 10)), applies)


def digit_test(counts: ArrayLike, expected: ArrayLike, applies: ArrayLike) -> DigitTest:
    """Pearson's test of counts by digit against expected shares.

    Parameters
    ----------
    counts : array_like of int, shape (J, D)
        Numbers by digit.
    expected : array_like of float, shape (D,)
        Expected shares, in (0, 1), adding up to 1.
    applies : array_like of bool, shape (J,)
        Handed on.

    Returns
    -------
    DigitTest

    Raises
    ------
    ValueError
        If shapes or ranges are wrong.
    """
    table, share = checks.counts("counts", counts), checks.inside_unit("expected", expected)
    if table.ndim != 2 or share.shape != table.shape[1:] or abs(share.sum() - 1) > 1e-9:
        raise ValueError(f"expected {share.shape} must be shares of the digits of counts {table.shape}")
    n = table.sum(axis=1)
    mean = n[:, None] * share
    statistic = ((table - mean) ** 2 / np.where(mean > 0, mean, 1.0)).sum(axis=1)
    p = np.where(n > 0, special.chdtrc(share.size - 1, statistic), 1.0)
    exact = (n > 0) & (n <= LARGEST_EXACT) & bool(np.ptp(share) < 1e-12)
    for j in np.flatnonzero(exact):
        p[j] = exact_even(int(n[j]), float((table[j] ** 2).sum()), share.size)
    gap = np.abs(table - mean).sum(axis=1) / 2
    excess = np.divide(gap, n, out=np.full(n.shape, np.nan), where=n > 0)
    return DigitTest(table, statistic, p, exact, np.asarray(applies, dtype=bool), excess)


def exact_even(n: int, squares: float, digits: int = DIGITS) -> float:
    """Chance that n even digits have a sum of squared counts as large, over every possible table.

    The sum of squares orders tables as the chi-square statistic does.
    """
    values, chances = _tables(n, digits)
    return float(min(chances[values >= squares - 0.5].sum(), 1.0))


@lru_cache(maxsize=64)
def _tables(n: int, digits: int) -> tuple[Array, Array]:
    """Sums of squared counts and their chances: digits are added one by one, joining tables with equal sums."""
    # With r numbers left and d digits to come, the next digit's count is binomial(r, 1 / d).
    state: dict[tuple[int, int], float] = {(n, 0): 1.0}
    for left in range(digits, 0, -1):
        new: dict[tuple[int, int], float] = {}
        for (rest, squares), chance in state.items():
            counts = np.arange(rest + 1) if left > 1 else np.array([rest])
            weights = _binomial(rest, left) if left > 1 else np.ones(1)
            for count, weight in zip(counts.tolist(), weights.tolist(), strict=True):
                at = (rest - count, squares + count * count)
                new[at] = new.get(at, 0.0) + chance * weight
        state = new
    found = sorted((squares, chance) for (_, squares), chance in state.items())
    return np.array([v for v, _ in found], dtype=float), np.array([c for _, c in found])


@lru_cache(maxsize=1024)
def _binomial(n: int, parts: int) -> Array:
    k = np.arange(n + 1)
    log = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return np.asarray(np.exp(log - k * np.log(parts) + (n - k) * np.log1p(-1 / parts)))


def _placed(value: ArrayLike, place: ArrayLike, places: int) -> tuple[Array, NDArray[np.intp]]:
    numbers = checks.counts("value", value)
    return numbers, positions("place", place, places, numbers.shape)


def _table(where: NDArray[np.intp], digit: NDArray[np.intp], places: int, digits: int) -> Array:
    return np.bincount(where * digits + digit, minlength=places * digits).reshape(places, digits).astype(float)
