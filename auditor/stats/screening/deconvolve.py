"""The distribution of true values behind many noisy estimates: log-spline deconvolution.

Estimate j is N(theta_j, s_j^2). The log density of theta is a natural cubic spline over the range of the estimates; its
coefficients maximise the likelihood less a penalty on their length. The penalty is the one at which mean and spread of
the fitted distribution come closest to those of the data with the errors taken off.

References
----------
Efron, B. (2016). Empirical Bayes deconvolution estimates. Biometrika 103, 1-20.
Kline, P., Rose, E. K. & Walters, C. R. (2024). A discrimination report card. American Economic Review 114, 2472-2525
    (this variant; their published example's posterior means are met to 1e-4 in
    tests/stats/screening/test_deconvolve.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import BSpline
from scipy.optimize import minimize, minimize_scalar

from auditor.stats.checks import Array, inside_unit, numbers, positive, together
from auditor.stats.fit import NotConverged

#: Penalties that are searched. The lower end is where the published search stopped when less was always better.
LEAST_PENALTY, LARGEST_PENALTY = 4e-5, 0.3
_FEWEST = 20


@dataclass(frozen=True, slots=True)
class Deconvolved:
    """Distribution of true values, and what it says of each place.

    Attributes
    ----------
    points, mass : ndarray, shape (M,)
        Support and probabilities, which sum to 1.
    penalty : float
    mean, sd : ndarray, shape (J,)
        Posterior mean and standard deviation of each true value.
    posterior : ndarray, shape (J, M)
        Posterior probabilities over the points.
    """

    points: Array
    mass: Array
    penalty: float
    mean: Array
    sd: Array
    posterior: Array

    def interval(self, level: float = 0.95) -> tuple[Array, Array]:
        """Equal-tailed credible limits at the level, in (0, 1); the error of the fitted distribution is not in them."""
        side = (1 - float(inside_unit("level", level)[0])) / 2
        below = np.cumsum(self.posterior, axis=1)
        low = self.points[np.argmax(below >= side, axis=1)]
        return low, self.points[np.argmax(below >= 1 - side - 1e-12, axis=1)]


def deconvolve(
    estimate: ArrayLike, se: ArrayLike, df: int = 5, points: int = 1000, penalty: float | None = None
) -> Deconvolved:
    """Deconvolve estimates with known standard errors.

    Parameters
    ----------
    estimate, se : array_like of float, shape (J,)
        At least twenty estimates and their standard errors, above 0. True values and standard errors are taken to be
        unrelated (transform to a stable variance first).
    df : int
        Degrees of freedom of the spline, 2 or more.
    points : int
        Points between the smallest and the largest estimate.
    penalty : float, optional
        0 or more; by default chosen between 4e-5 and 0.3.

    Returns
    -------
    Deconvolved

    Raises
    ------
    ValueError
        If there are too few estimates, the shapes differ, a value is out of range, or the estimates vary less than
        their errors alone would have them ("not applicable": there is nothing to deconvolve).
    NotConverged
        If the likelihood has no maximum that is found.
    """
    y, s = together(estimate=numbers("estimate", estimate), se=positive("se", se))
    if y.ndim != 1 or y.size < _FEWEST:
        raise ValueError(f"estimate must hold {_FEWEST} or more places, got shape {y.shape}")
    if df < 2 or points < 10 * df or (penalty is not None and penalty < 0):
        raise ValueError(f"df {df}, points {points} or penalty {penalty} is out of range")
    surplus = float(np.var(y, ddof=1) - np.mean(s**2))
    if surplus <= 0:
        raise ValueError("the estimates vary no more than their standard errors explain: nothing to deconvolve")
    x = np.linspace(y.min(), y.max(), points)
    likelihood = np.exp(-0.5 * ((y[:, None] - x) / s[:, None]) ** 2)
    basis = _standardised(natural_spline(x, df))
    if penalty is None:
        penalty = _closest(y, s, surplus, x, likelihood, basis)
    mass = _fit(likelihood, basis, penalty)
    posterior = likelihood * mass
    posterior /= posterior.sum(axis=1, keepdims=True)
    mean = posterior @ x
    sd = np.sqrt(np.maximum(posterior @ x**2 - mean**2, 0.0))
    return Deconvolved(x, mass, float(penalty), mean, sd, posterior)


def natural_spline(x: Array, df: int) -> Array:
    """Natural cubic spline without constant: knots at quantiles, straight beyond the ends.

    Parameters
    ----------
    x : ndarray, shape (M,)
        Rising.
    df : int

    Returns
    -------
    ndarray, shape (M, df)
        Spans the space of R's splines::ns(x, df = df).
    """
    inner = np.quantile(x, np.linspace(0, 1, df + 1)[1:-1])
    knots = np.concatenate([np.repeat(x[0], 4), inner, np.repeat(x[-1], 4)])
    size = knots.size - 4
    every = BSpline(knots, np.eye(size), 3)
    curvature = every.derivative(2)(x[[0, -1]])[:, 1:]
    # Combinations of the B-splines (the first left out) that have no curvature at either end.
    rotation, _ = np.linalg.qr(curvature.T, mode="complete")
    return np.asarray((every(x)[:, 1:] @ rotation)[:, 2:])


def _standardised(basis: Array) -> Array:
    centred = basis - basis.mean(axis=0)
    return np.asarray(centred / np.sqrt((centred**2).sum(axis=0)))


def _fit(likelihood: Array, basis: Array, penalty: float) -> Array:
    """Probabilities over the points at the penalised maximum."""
    places = likelihood.shape[0]

    def loss(a: Array) -> tuple[float, Array]:
        mass = _mass(basis, a)
        fitted = likelihood @ mass
        length = max(float(np.sqrt(a @ a)), 1e-12)
        posterior = (1 / fitted) @ likelihood * mass
        slope = -(basis.T @ (posterior - places * mass)) + penalty * a / length
        return float(-np.log(fitted).sum() + penalty * length), slope

    # Away from 0, where the penalty has no slope; in the units of the standardised basis.
    start = np.full(basis.shape[1], 1.0)
    found = minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-8 * places, "maxiter": 5000})
    if not np.abs(found.jac).max() <= 1e-5 * places:
        raise NotConverged("the log-spline was not pinned down")
    return _mass(basis, found.x)


def _mass(basis: Array, a: Array) -> Array:
    exponent = basis @ a
    mass = np.exp(exponent - exponent.max())
    return np.asarray(mass / mass.sum())


def _closest(y: Array, s: Array, surplus: float, x: Array, likelihood: Array, basis: Array) -> float:
    """Penalty at which mean and standard deviation are closest to those of the data without its errors."""
    places, centre, spread = y.size, float(y.mean()), float(np.sqrt(surplus))
    # Sampling variances of mean and standard deviation, given the true values (delta method for the latter).
    own = np.maximum((y - centre) ** 2 - s**2, 0.0)
    errors = np.array([(s**2).sum(), (2 * s**4 + 4 * s**2 * own).sum() / (4 * surplus)]) / places**2

    def gap(log_penalty: float) -> float:
        mass = _fit(likelihood, basis, float(np.exp(log_penalty)))
        mean = float(x @ mass)
        variance = max(float(x**2 @ mass) - mean**2, 0.0)
        off = np.array([mean - centre, np.sqrt(variance) - spread])
        return float((off**2 / errors).sum())

    ends = (float(np.log(LEAST_PENALTY)), float(np.log(LARGEST_PENALTY)))
    found = minimize_scalar(gap, bounds=ends, method="bounded", options={"xatol": 0.01})
    # The search never looks at its own ends.
    tried = [float(found.x), *ends]
    return float(np.exp(tried[int(np.argmin([gap(one) for one in tried]))]))
