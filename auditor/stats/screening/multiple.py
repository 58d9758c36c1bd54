"""Many p-values at once: false discovery rate, familywise error, and one p-value for several."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats.checks import Array, inside_unit, numbers, share


def benjamini_hochberg(p: ArrayLike) -> Array:
    """Adjusted p-values (q-values) that control the false discovery rate.

    Parameters
    ----------
    p : array_like of float, shape (m,)
        One p-value for each test of the family, in [0, 1]. Withheld tests are left out by the caller.

    Returns
    -------
    ndarray, shape (m,)
        Smallest false discovery rate at which each test is flagged; never below p.

    Raises
    ------
    ValueError
        If p is not one-dimensional, or holds a value outside [0, 1] or a NaN.

    References
    ----------
    Benjamini, Y. & Hochberg, Y. (1995). Journal of the Royal Statistical Society B 57, 289-300.
    """
    p = _family(p)
    order = np.argsort(-p, kind="stable")
    rank = np.arange(p.size, 0, -1)
    return _restore(np.minimum.accumulate(p[order] * (p.size / rank)), order)


def holm(p: ArrayLike) -> Array:
    """Adjusted p-values that control the chance of any false flag, whatever the dependence.

    Parameters
    ----------
    p : array_like of float, shape (m,)
        As in `benjamini_hochberg`.

    Returns
    -------
    ndarray, shape (m,)
        Smallest familywise level at which each test is flagged; never below p.

    Raises
    ------
    ValueError
        If p is not one-dimensional, or holds a value outside [0, 1] or a NaN.

    References
    ----------
    Holm, S. (1979). Scandinavian Journal of Statistics 6, 65-70.
    """
    p = _family(p)
    order = np.argsort(p, kind="stable")
    return _restore(np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1)), order)


def benjamini_yekutieli(p: ArrayLike) -> Array:
    """Adjusted p-values that control the false discovery rate whatever the dependence.

    Parameters
    ----------
    p : array_like of float, shape (m,)
        As in `benjamini_hochberg`.

    Returns
    -------
    ndarray, shape (m,)
        Benjamini-Hochberg values times 1 + 1/2 + ... + 1/m, at most 1.

    Raises
    ------
    ValueError
        If p is not one-dimensional, or holds a value outside [0, 1] or a NaN.

    References
    ----------
    Benjamini, Y. & Yekutieli, D. (2001). Annals of Statistics 29, 1165-1188.
    """
    p = _family(p)
    order = np.argsort(-p, kind="stable")
    rank = np.arange(p.size, 0, -1)
    return _restore(np.minimum.accumulate(p[order] * (p.size * (1 / rank).sum() / rank)), order)


def simes(p: ArrayLike, mask: ArrayLike) -> Array:
    """One p-value a row for the hypothesis that nothing in the row is true, by Simes's inequality.

    Parameters
    ----------
    p : array_like of float, shape (J, K)
        p-values of K tests for each of J places; entries that the mask leaves out may be anything.
    mask : array_like of bool, shape (J, K)
        Which tests were made.

    Returns
    -------
    ndarray, shape (J,)
        min over ranks i of (tests made) p_(i) / i; NaN ("not applicable") where no test was made.

    Raises
    ------
    ValueError
        If the shapes differ or are not two-dimensional, the mask is not of truth values, or a p-value in use
        is outside [0, 1] or NaN.

    References
    ----------
    Simes, R. J. (1986). Biometrika 73, 751-754.
    """
    values, made = _rows(p, mask)
    ordered = np.sort(values, axis=1)
    smallest = np.full(made.shape, np.inf)
    for rank in range(1, values.shape[1] + 1):
        # Beyond the tests made, the sorted entry is infinite and drops out.
        np.minimum(smallest, ordered[:, rank - 1] * (np.maximum(made, 1) / rank), out=smallest)
    return np.where(made > 0, np.minimum(smallest, 1.0), np.nan)


def partial_conjunction(p: ArrayLike, mask: ArrayLike, u: int) -> Array:
    """One p-value a row for the hypothesis that fewer than u of the row's effects are real (Bonferroni form).

    Parameters
    ----------
    p : array_like of float, shape (J, K)
        p-values of K families for each of J places; entries that the mask leaves out may be anything.
    mask : array_like of bool, shape (J, K)
        Which were tested.
    u : int
        How many families must hold, 1 or more.

    Returns
    -------
    ndarray, shape (J,)
        min(1, (n - u + 1) p_(u)) with n the tests made; valid whatever their dependence. NaN ("not applicable") where
        fewer than u were made.

    Raises
    ------
    ValueError
        If the shapes differ or are not two-dimensional, the mask is not of truth values, a p-value in use is outside
        [0, 1] or NaN, or u is below 1.

    References
    ----------
    Benjamini, Y. & Heller, R. (2008). Biometrics 64, 1215-1222.
    """
    values, made = _rows(p, mask)
    if u < 1:
        raise ValueError(f"u must be 1 or more, got {u}")
    if u > values.shape[1]:
        return np.full(made.shape, np.nan)
    smallest = np.sort(values, axis=1)[:, u - 1]
    enough = made >= u
    return np.where(enough, np.minimum(np.where(enough, smallest, 0.0) * (made - u + 1), 1.0), np.nan)


def bh_cutoff(p: ArrayLike, q: float) -> float:
    """Threshold on p that a Benjamini-Hochberg run at rate q really used.

    Parameters
    ----------
    p : array_like of float, shape (m,)
        The family, at least one p-value (see `benjamini_hochberg`).
    q : float
        False discovery rate in (0, 1).

    Returns
    -------
    float
        The largest p that was flagged; with none flagged q / m, what a single flag would have needed.

    Raises
    ------
    ValueError
        If the family is empty or holds a value outside [0, 1], or q lies outside (0, 1).
    """
    p = _family(p)
    if p.size == 0:
        raise ValueError("p must hold at least one p-value")
    rate = float(inside_unit("q", q)[0])
    flagged = benjamini_hochberg(p) <= rate
    return float(p[flagged].max()) if flagged.any() else rate / p.size


def _rows(p: ArrayLike, mask: ArrayLike) -> tuple[Array, NDArray[np.int64]]:
    """Values with infinity where no test was made, and how many were made in each row."""
    used = np.asarray(mask)
    table = np.asarray(p)
    if used.dtype != np.bool_:
        raise ValueError(f"mask must hold truth values, got {used.dtype} values")
    if table.ndim != 2 or table.shape != used.shape:
        raise ValueError(f"p {table.shape} and mask {used.shape} must both be places by tests")
    values = np.full(table.shape, np.inf)
    values[used] = share("p", table[used])
    return values, used.sum(axis=1)


def _family(p: ArrayLike) -> Array:
    array = share("p", p)
    if numbers("p", p).ndim != 1:
        raise ValueError(f"p must be one-dimensional, got shape {array.shape}")
    return array


def _restore(adjusted: Array, order: NDArray[np.intp]) -> Array:
    result = np.empty_like(adjusted)
    result[order] = np.minimum(adjusted, 1.0)
    return result
