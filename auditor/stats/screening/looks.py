"""Looking again and again: one error rate divided in advance over all looks.

At look t a test may use the share w_t of the error rate, and the shares of all looks add up to 1 at most. Then
p* = min over the looks so far of p_t / w_t is a p-value at every look at once, by the union bound: nothing is assumed
about how the looks depend on each other. Windows may overlap or be nested, and what makes a place differ by nature may
last from look to look, in which case p-values of new data are *not* independent of the earlier ones and products of
e-values over looks are no e-values (benchmarks/results/looks.csv).

References
----------
Lan, K. K. G. & DeMets, D. L. (1983). Biometrika 70, 659-663 (error rates spent over looks).
Foster, D. P. & Stine, R. A. (2008). Journal of the Royal Statistical Society B 70, 429-444 (no last look).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from auditor.stats.checks import Array

POWER = 0.8


def look_share(number: int, planned: int | None = None) -> float:
    """Return the share of the error rate that a look may use.

    Parameters
    ----------
    number : int
        Of the look, from 1.
    planned : int, optional
        How many looks were declared; without a plan there is no last look.

    Returns
    -------
    float
        1 / planned, and 0 beyond the plan; without a plan 1 / (number (number + 1)): 1/2, 1/6, 1/12 and so on, which
        add up to number / (number + 1).

    Raises
    ------
    ValueError
        If number or planned is below 1.
    """
    if number < 1 or (planned is not None and planned < 1):
        raise ValueError(f"looks are counted from 1, got number {number} and planned {planned}")
    if planned is None:
        return 1 / (number * (number + 1))
    return 1 / planned if number <= planned else 0.0


def over_looks(p: ArrayLike, share: ArrayLike) -> Array:
    """Return p-values that hold over all looks together.

    Parameters
    ----------
    p : array_like of float, shape (m, K)
        One p-value for each test and look; NaN where a test was not made, decided on sizes and not on results.
    share : array_like of float, shape (K,)
        Share of the error rate of each look: 0 or more, adding up to 1 at most.

    Returns
    -------
    ndarray, shape (m,)
        min(1, min_t p_t / w_t); 1 where no test was made.

    Raises
    ------
    ValueError
        If a p-value lies outside [0, 1], a share is negative, or the shares add up to more than 1.
    """
    values, shares = np.atleast_2d(np.asarray(p, dtype=float)), np.asarray(share, dtype=float)
    if shares.shape != values.shape[1:]:
        raise ValueError(f"share must hold one value for each of {values.shape[1]} looks")
    if not (shares >= 0).all() or shares.sum() > 1 + 1e-12:
        raise ValueError("shares must be 0 or more, and add up to 1 at most")
    made = ~np.isnan(values)
    if ((values[made] < 0) | (values[made] > 1)).any():
        raise ValueError("p must lie in [0, 1]")
    usable = made & (shares > 0)
    spent = np.ones(values.shape)
    np.divide(values, shares, out=spent, where=usable)
    return np.asarray(np.minimum(spent.min(axis=1, initial=1.0), 1.0))


def effect_at(detectable: float, cutoff: float, other: float) -> float:
    """Return about which ratio is found with 80 % power at another cut-off.

    Parameters
    ----------
    detectable : float
        Ratio above 1 found with 80 % power where p-values up to `cutoff` are rejected.
    cutoff, other : float
        One-sided p-values, in (0, 0.5).

    Returns
    -------
    float
        By a normal approximation on the log scale: log ratios are as z_cutoff + z_0.8.

    Raises
    ------
    ValueError
        If the ratio is not above 1 or a cut-off lies outside (0, 0.5).
    """
    if not detectable > 1 or not 0 < cutoff < 0.5 or not 0 < other < 0.5:
        raise ValueError(f"need a ratio above 1 and cut-offs in (0, 0.5), got {detectable}, {cutoff}, {other}")
    reach = float(ndtri(POWER))
    return math.exp(math.log(detectable) * (reach - float(ndtri(other))) / (reach - float(ndtri(cutoff))))
