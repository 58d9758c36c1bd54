"""How much more often than independent ones two offence classes of a place are small together: a t copula.

Its correlation is what pairs of the other groups' classes show where they can be counted; its degrees of freedom are
those of the places' variances. Where places differ in how variable their classes are, the spread of one place is known
from a few classes only, and what is left of its error moves all of its classes at once: far out in the tail that counts
for more than any correlation, and a normal copula has none of it (Embrechts, McNeil & Straumann 2002).

References
----------
Demarta, S. & McNeil, A. J. (2005). The t copula and related copulas. International Statistical Review 73, 111-129.
Embrechts, P., McNeil, A. & Straumann, D. (2002). Correlation and dependence in risk management.
Owen, D. B. (1956). Tables for computing bivariate normal probabilities. Ann. Math. Statist. 27, 1075-1090.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaln, ndtr, ndtri, owens_t, stdtrit

from auditor.stats.checks import Array

_PAIRS, _NEAR, _FAR = 30.0, 0.1, 0.01
_MOST = 0.95
_NODES = 240
_CERTAIN = 1 - 1e-9
"""Above this a p-value of 1 is meant, whose quantile is infinite."""
_NEAR_ZERO, _ABOVE, _NARROW, _WIDTHS = 12.0, 5.0, 100.0, 10.0


def together(t: Array, correlation: float, freedom: float = math.inf) -> Array:
    """Return how many times more often than independent ones two classes are both at or below t.

    Parameters
    ----------
    t : ndarray
        In (0, 1].
    correlation : float
        Of the copula, in [0, 1).
    freedom : float
        Its degrees of freedom; infinite for a normal copula.

    Returns
    -------
    ndarray
        Of the shape of t; never below 1.
    """
    if correlation == 0 and math.isinf(freedom):
        return np.ones(np.shape(t))
    levels, where = np.unique(t, return_inverse=True)
    both = _normal(-ndtri(levels), correlation) if math.isinf(freedom) else _student(levels, correlation, freedom)
    return np.asarray(np.maximum(both / levels**2, 1.0)[where].reshape(np.shape(t)))


def _normal(z: Array, correlation: float) -> Array:
    """Chance that two standard normals both exceed z."""
    return np.asarray(ndtr(-z) - 2 * owens_t(z, math.sqrt((1 - correlation) / (1 + correlation))))


def _student(t: Array, correlation: float, freedom: float) -> Array:
    """Chance that two t variables both exceed their upper quantile at t: normals over one common chi."""
    x = -stdtrit(freedom, np.minimum(t, _CERTAIN))[:, None]
    # With y the logarithm of chi^2 / freedom the integrand is smooth, and the trapezoidal rule converges geometrically.
    # Below ``low`` both normals are at zero to six digits, so that the chance of such a y is all that is needed.
    low = -_NEAR_ZERO - 2 * np.log(np.maximum(np.abs(x), 1.0)) - 4 / freedom
    # With many degrees of freedom y lies near zero, and nodes must not be wasted elsewhere.
    half, width = freedom / 2, _WIDTHS * math.sqrt(2 / freedom) if freedom > _NARROW else math.inf
    low, high = np.maximum(low, -width - 2 * x**2 / freedom), min(_ABOVE, width)
    y = low + (high - low) * np.linspace(0, 1, _NODES)
    with np.errstate(under="ignore"):
        density = np.exp(half * (math.log(half) + y - np.exp(y)) - gammaln(half))
    inner = np.trapezoid(_normal(x * np.exp(y / 2), correlation) * density, y, axis=1)
    return np.asarray(inner + _normal(np.zeros(1), correlation) * gammainc(half, half * np.exp(low[:, 0])))


def pair_correlation(p: Array, freedom: float = math.inf) -> float:
    """Return the correlation of a t copula that small p-values of the same place show.

    Pairs are looked at that are both below a level at which about thirty were expected of independent classes, between
    .01 and .1: as far out as they can be counted.

    Parameters
    ----------
    p : ndarray, shape (J, O)
        p-values of classes in which nothing is expected; NaN is no class.
    freedom : float
        Degrees of freedom of the copula.

    Returns
    -------
    float
        In [0, 0.95]; 0 where there are no pairs, and where the degrees of freedom tell all that is seen.
    """
    known: NDArray[np.bool_] = np.isfinite(p)
    classes = known.sum(axis=1)
    pairs = float((classes * (classes - 1) / 2).sum())
    if pairs == 0:
        return 0.0
    level = float(np.clip(np.sqrt(_PAIRS / pairs), _FAR, _NEAR))
    small = (np.where(known, p, 2.0) <= level).sum(axis=1)
    ratio = float(((small * (small - 1) / 2).sum() + 1) / (pairs * level**2 + 1))
    low, high = 0.0, _MOST
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if together(np.array(level), middle, freedom) < ratio else (low, middle)
    return low
