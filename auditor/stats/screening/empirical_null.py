"""The null that the middle of many z-scores shows, where theory's N(0, 1) is too narrow.

Only for display and for checking against published analyses: the tails of the fitted normal are believed, which the
calibrated screen does not do.

References
----------
Efron, B. (2004). Journal of the American Statistical Association 99, 96-104 (central matching).
Efron, B. (2007). Size, power and false discovery rates. Annals of Statistics 35, 1351-1377 (maximum likelihood).
Efron, B. & Hastie, T. (2016). Computer Age Statistical Inference, section 15.5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize
from scipy.special import ndtr, ndtri

from auditor.stats.checks import Array, numbers
from auditor.stats.fit import NotConverged

_FEWEST = 200
_BINS, _DEGREE = 120, 7
_STEPS = 100


@dataclass(frozen=True, slots=True)
class EmpiricalNull:
    """Normal null of z-scores.

    Attributes
    ----------
    centre, sd : float
    null_share : float
        Estimated share of z-scores that come from it; may exceed 1 by chance.
    low, high : float
        The window that it was fitted to.
    """

    centre: float
    sd: float
    null_share: float
    low: float
    high: float

    def p_greater(self, z: ArrayLike) -> Array:
        """Upper-tail p-values of z-scores."""
        return np.asarray(ndtr((self.centre - numbers("z", z)) / self.sd))


def fit_likelihood(z: ArrayLike, window: tuple[float, float] | None = None) -> EmpiricalNull:
    """Fit by maximum likelihood to the z-scores inside a window around the middle.

    Parameters
    ----------
    z : array_like of float, shape (n,)
        At least 200 z-scores.
    window : (float, float), optional
        By default the median -+ b times the SD that the quartiles give, b = 4.3 exp(-0.26 log10 n) and 1 or more.

    Returns
    -------
    EmpiricalNull

    Raises
    ------
    ValueError
        If there are fewer than 200 z-scores, fewer than 20 lie in the window, or a value is not finite.
    NotConverged
        If the likelihood has no maximum inside its bounds, or the quartiles are equal.
    """
    values = _scores(z)
    centre, sd = _middle(values)
    low, high = window if window is not None else (centre - _width(values.size) * sd, centre + _width(values.size) * sd)
    inside = values[(values >= low) & (values <= high)]
    if inside.size < 20:
        raise ValueError(f"only {inside.size} z-scores lie in the window {low:.3g} to {high:.3g}")

    def loss(at: Array) -> float:
        """Minus the mean log density of a normal cut to the window."""
        own = np.exp(at[1])
        mass = np.log(max(ndtr((high - at[0]) / own) - ndtr((low - at[0]) / own), 1e-300))
        return float(np.mean(((inside - at[0]) / own) ** 2) / 2 + at[1] + mass)

    found = minimize(loss, [centre, np.log(sd)], method="BFGS", options={"gtol": 1e-7})
    slope = np.abs(found.jac).max()
    if not slope < 1e-5 or not abs(found.x[1] - np.log(sd)) < np.log(5):
        raise NotConverged("the window does not pin down a normal null")
    centre, sd = float(found.x[0]), float(np.exp(found.x[1]))
    mass = float(ndtr((high - centre) / sd) - ndtr((low - centre) / sd))
    return EmpiricalNull(centre, sd, inside.size / values.size / mass, float(low), float(high))


def fit_central(z: ArrayLike, central: float = 0.5) -> EmpiricalNull:
    """Fit by matching the log density's curve over the central part of the z-scores.

    Parameters
    ----------
    z : array_like of float, shape (n,)
        At least 200 z-scores.
    central : float
        Central share of the z-scores that is matched, in (0, 1).

    Returns
    -------
    EmpiricalNull

    Raises
    ------
    ValueError
        If there are fewer than 200 z-scores, a value is not finite, or central lies outside (0, 1).
    NotConverged
        If the z-scores are all alike, the Poisson regression does not settle, or the log density is not concave in the
        middle.

    Notes
    -----
    The log density is a polynomial of degree 7 fitted to 120 bins by Poisson regression (Lindsey's method).
    """
    values = _scores(z)
    if not 0 < central < 1:
        raise ValueError(f"central must lie strictly between 0 and 1, got {central}")
    if not values.max() > values.min():
        raise NotConverged("the z-scores are all alike: they show no spread")
    edges = np.linspace(values.min(), values.max(), _BINS + 1)
    counts = np.histogram(values, edges)[0].astype(float)
    middle = (edges[1:] + edges[:-1]) / 2
    curve = _lindsey(middle, counts)
    low, high = np.quantile(values, [(1 - central) / 2, (1 + central) / 2])
    rows = (middle >= low) & (middle <= high)
    if rows.sum() < 4:
        raise NotConverged("too few bins in the middle to match a curve")
    square, slope, level = np.polyfit(middle[rows], curve[rows], 2)
    if not square < 0:
        raise NotConverged("the density is not concave in the middle")
    sd = float(np.sqrt(-1 / (2 * square)))
    centre = float(-slope / (2 * square))
    height = level - slope**2 / (4 * square)
    share = float(np.exp(height) * sd * np.sqrt(2 * np.pi) / (values.size * (edges[1] - edges[0])))
    return EmpiricalNull(centre, sd, share, float(low), float(high))


def _lindsey(x: Array, counts: Array) -> Array:
    """Log expected counts by Poisson regression on a polynomial."""
    scaled = 2 * (x - x.min()) / np.ptp(x) - 1
    design = np.polynomial.legendre.legvander(scaled, _DEGREE)
    fitted = np.log(counts + 0.5)
    before = np.inf
    for _ in range(_STEPS):
        mean = np.exp(np.clip(fitted, -30, 30))
        working = fitted + (counts - mean) / mean
        root = np.sqrt(mean)
        coefficient = np.linalg.lstsq(design * root[:, None], working * root, rcond=None)[0]
        fitted = design @ coefficient
        deviance = float((np.exp(fitted) - counts * fitted).sum())
        if abs(before - deviance) < 1e-9 * max(abs(deviance), 1.0):
            return fitted
        before = deviance
    raise NotConverged("the density of the z-scores was not pinned down")


def _scores(z: ArrayLike) -> Array:
    values = numbers("z", z)
    if values.ndim != 1 or values.size < _FEWEST:
        raise ValueError(f"z must hold {_FEWEST} or more scores, got shape {values.shape}")
    return values


def _middle(z: Array) -> tuple[float, float]:
    low, middle, high = np.quantile(z, [0.25, 0.5, 0.75])
    if not high > low:
        raise NotConverged("half of the z-scores are alike: they show no spread")
    return float(middle), float((high - low) / (2 * ndtri(0.75)))


def _width(n: int) -> float:
    """Half-width of the window in SDs: narrower with more scores, since then the middle alone is enough."""
    return float(max(4.3 * np.exp(-0.26 * np.log10(n)), 1.0))
