"""Evidence that may be looked at again and again: e-values.

An e-value is a non-negative statistic with mean at most 1 when the null holds; 20 is as rare as p = 0.05 (Markov).
Their products over looks at new data may be stopped at any time (Ville), their averages need no independence, and the
Benjamini-Hochberg rule over them holds whatever the dependence.

References
----------
Vovk, V. & Wang, R. (2021). E-values: calibration, combination and applications. Annals of Statistics 49, 1736-1754.
Wang, R. & Ramdas, A. (2022). False discovery rate control with e-values. Journal of the Royal Statistical Society B
    84, 822-852.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from auditor.stats.checks import Array, inside_unit, ratios, share
from auditor.stats.screening.multiple import benjamini_hochberg


def power_calibrator(p: ArrayLike, kappa: float = 0.5) -> Array:
    """Turn p-values into e-values, kappa p^(kappa - 1).

    Parameters
    ----------
    p : array_like of float
        In [0, 1]; 0 gives infinity.
    kappa : float
        In (0, 1); smaller pays more for small p.

    Returns
    -------
    ndarray

    Raises
    ------
    ValueError
        If a p lies outside [0, 1] or kappa outside (0, 1).
    """
    k = float(inside_unit("kappa", kappa)[0])
    with np.errstate(divide="ignore"):
        return np.asarray(k * share("p", p) ** (k - 1))


def integrated_calibrator(p: ArrayLike) -> Array:
    """Turn p-values into e-values by the power calibrators averaged over kappa: (1 - p + p ln p) / (p ln^2 p).

    Parameters
    ----------
    p : array_like of float
        In [0, 1]; 0 gives infinity, 1 gives 1/2.

    Returns
    -------
    ndarray

    Raises
    ------
    ValueError
        If a p lies outside [0, 1].
    """
    values = share("p", p)
    with np.errstate(divide="ignore"):
        x = -np.log(values)
    result = np.full(x.shape, np.inf)
    near = x < 1e-3
    # (e^x - 1 - x) / x^2, whose terms cancel near 0.
    result[near] = 0.5 + x[near] / 6 + x[near] ** 2 / 24
    far = ~near & (x < 700)
    result[far] = (np.expm1(x[far]) - x[far]) / x[far] ** 2
    beyond = ~near & ~far & np.isfinite(x)
    with np.errstate(over="ignore"):
        result[beyond] = np.exp(x[beyond] - 2 * np.log(x[beyond]))
    return result


def e_product(e: ArrayLike, axis: int = -1) -> Array:
    """Running product of e-values over looks.

    Parameters
    ----------
    e : array_like of float
        0 or more. Each must be an e-value given everything seen at the looks before it: made of new data only.
    axis : int
        Along which the looks lie.

    Returns
    -------
    ndarray, shape of e
        Running products: an e-process, which may be stopped at any look. A 0 stays 0 whatever comes later.

    Raises
    ------
    ValueError
        If an e-value is negative or NaN.
    """
    values = ratios("e", e)
    with np.errstate(invalid="ignore", over="ignore"):
        product = np.cumprod(values, axis=axis)
    return np.where(np.logical_or.accumulate(values == 0, axis=axis), 0.0, product)


def e_mean(e: ArrayLike, axis: int = -1) -> Array:
    """Average of e-values: an e-value whatever their dependence.

    Raises
    ------
    ValueError
        If an e-value is negative or NaN, or there is none.
    """
    values = ratios("e", e)
    if values.shape[axis] == 0:
        raise ValueError("e must hold at least one e-value")
    return np.asarray(values.mean(axis=axis))


def anytime_p(e: ArrayLike, axis: int = -1) -> Array:
    """p-values that hold at every look at once: 1 over the largest e-value so far, at most 1.

    Parameters
    ----------
    e : array_like of float
        An e-process along the axis (see `e_product`).
    axis : int

    Returns
    -------
    ndarray, shape of e
        Never rises.

    Raises
    ------
    ValueError
        If an e-value is negative or NaN.
    """
    largest = np.maximum.accumulate(ratios("e", e), axis=axis)
    return np.asarray(1 / np.maximum(largest, 1.0))


def e_benjamini_hochberg(e: ArrayLike) -> Array:
    """Adjusted values of e-BH: the smallest false discovery rate at which each test is flagged, any dependence.

    Parameters
    ----------
    e : array_like of float, shape (m,)
        One e-value for each test.

    Returns
    -------
    ndarray, shape (m,)
        In [0, 1].

    Raises
    ------
    ValueError
        If an e-value is negative or NaN, or e is not one-dimensional.
    """
    # An e-value of 1 or less is never flagged at a rate below 1, however many there are.
    return benjamini_hochberg(1 / np.maximum(ratios("e", e), 1.0))
