"""How likely each single flag is to be false: the local false discovery rate.

A false discovery rate is an average over flags, and the weakest flag is worse than the average. With p-values whose
null is uniform (or larger) and whose density f falls, the local rate at p is pi0 / f(p); f is estimated without a
smoothing parameter by the decreasing density of maximum likelihood.

References
----------
Efron, B., Tibshirani, R., Storey, J. D. & Tusher, V. (2001). Journal of the American Statistical Association 96,
    1151-1160 (local false discovery rate).
Grenander, U. (1956). Skandinavisk Aktuarietidskrift 39, 125-153 (decreasing density).
Strimmer, K. (2008). BMC Bioinformatics 9, 303 (both together).
Storey, J. D. (2002). Journal of the Royal Statistical Society B 64, 479-498 (pi0).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from auditor.stats.checks import Array, inside_unit, numbers, share
from auditor.stats.screening.multiple import benjamini_hochberg


def local_fdr(p: ArrayLike, split: float = 0.5) -> Array:
    """Estimate for each test the chance that it is a true null, given its p-value and the others.

    Parameters
    ----------
    p : array_like of float, shape (m,)
        Calibrated p-values of the whole family, in [0, 1]; ties (a resolution floor) are allowed.
    split : float
        p-values above it are taken to be nulls when their share is estimated, in (0, 1).

    Returns
    -------
    ndarray, shape (m,)
        In [0, 1], rising with p, and never below the test's Benjamini-Hochberg value: with a falling density the
        local rate cannot be the smaller one, while the estimated density is too high next to 0. An estimate, without
        a guarantee of its own.

    Raises
    ------
    ValueError
        If p is not one-dimensional, empty, or holds a value outside [0, 1] or NaN, or split lies outside (0, 1).
    """
    values = share("p", p)
    if numbers("p", p).ndim != 1 or values.size == 0:
        raise ValueError(f"p must be one-dimensional and not empty, got shape {values.shape}")
    density = decreasing_density(values)
    with np.errstate(divide="ignore"):
        local = np.minimum(null_share(values, split) / density, 1.0)
    return np.maximum(local, benjamini_hochberg(values))


def null_share(p: ArrayLike, split: float = 0.5) -> float:
    """Estimate the share of true nulls, (1 + #{p > split}) / (m (1 - split)), at most 1.

    Parameters
    ----------
    p : array_like of float, shape (m,)
    split : float
        In (0, 1).

    Returns
    -------
    float
        Errs upwards.

    Raises
    ------
    ValueError
        If p is outside [0, 1] or split outside (0, 1).
    """
    values, at = share("p", p), float(inside_unit("split", split)[0])
    return float(min((1 + (values > at).sum()) / (values.size * (1 - at)), 1.0))


def decreasing_density(p: ArrayLike) -> Array:
    """Maximum-likelihood decreasing density at each p (slope of the least concave majorant of the distribution).

    Parameters
    ----------
    p : array_like of float, shape (m,)
        In [0, 1]. A p of 0 has infinite density.

    Returns
    -------
    ndarray, shape (m,)
        Left-hand slopes.
    """
    values = share("p", p)
    points, counts = np.unique(values, return_counts=True)
    x = np.concatenate([[0.0], points])
    height = np.concatenate([[0.0], np.cumsum(counts) / values.size])
    if points[0] == 0:
        x, height = x[1:], height[1:]
    knots = _majorant(x, height)
    slopes = np.diff(height[knots]) / np.diff(x[knots])
    at = np.searchsorted(x[knots], values, side="left") - 1
    inner = np.append(slopes, 0.0)[np.clip(at, 0, None)] if slopes.size else np.zeros(values.size)
    return np.where(values > 0, inner, np.inf)


def _majorant(x: Array, height: Array) -> list[int]:
    """Indices of the corners of the least concave majorant (Graham's scan)."""
    kept: list[int] = []
    for i in range(x.size):
        while len(kept) > 1:
            a, b = kept[-2], kept[-1]
            if (height[b] - height[a]) * (x[i] - x[a]) > (height[i] - height[a]) * (x[b] - x[a]):
                break
            kept.pop()
        kept.append(i)
    return kept
