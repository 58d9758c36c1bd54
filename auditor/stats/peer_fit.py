"""Robust centre and between-place spread of many shares, in which a minority of places may stand out.

The empirical logits y_j of the places, less their offsets, have variance v_j + theta h_j: v_j the counting error,
theta the natural variance between places (h_j = 1: sigma squared of a logit-normal; h_j = 1 / (p_j q_j): rho of a
beta-binomial).
Centre and theta solve M-equations with Tukey's bisquare weights, which give a place more than four standard
deviations out no say (Maronna, Martin & Yohai 2006, Robust Statistics, sections 2.2-2.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, special

from auditor.stats.checks import Array

#: Bisquare cut-off in standard deviations.
CUT = 4.0
#: Smallest natural SD used in the weights, so that no few huge places decide the spread alone.
WEIGHT_FLOOR = 0.1
#: Sweeps between centre and spread.
SWEEPS = 4
#: Trial values per search for a root, and halvings of the interval found.
GRID, HALVINGS = 24, 18


@dataclass(frozen=True, slots=True)
class Spread:
    """Centre and natural variance of one family, for each fit in a batch of fits.

    Attributes
    ----------
    centre, centre_se : ndarray
        Centre on the logit scale and its standard error, one a fit.
    theta, upper : ndarray
        Natural variance (sigma squared, or rho) and its upper confidence limit, one a fit.
    """

    centre: Array
    centre_se: Array
    theta: Array
    upper: Array


def _moments(cut: float) -> tuple[float, float, float, float]:
    """Normal-theory constants of the bisquare: kappa, Var(psi), and E(psi_mu^2), E(psi_mu')."""

    def mean(f: object) -> float:
        return float(integrate.quad(lambda z: f(z) * np.exp(-z * z / 2) / np.sqrt(2 * np.pi), -cut, cut)[0])  # type: ignore[operator]

    def w(z: float) -> float:
        return (1 - (z / cut) ** 2) ** 2

    kappa = mean(lambda z: w(z) * z * z) / mean(w)
    spread = mean(lambda z: (w(z) * (z * z - kappa)) ** 2)
    slope = mean(lambda z: w(z) - 4 * (z / cut) ** 2 * (1 - (z / cut) ** 2))
    return kappa, spread, mean(lambda z: (w(z) * z) ** 2), slope


KAPPA, PSI_VARIANCE, CENTRE_VARIANCE, CENTRE_SLOPE = _moments(CUT)


def empirical_logit(k: Array, n: Array, offset: Array) -> Array:
    """Logit of (k + 1/2) / (n + 1) less the offset; finite for k = 0 and k = n."""
    return np.log((k + 0.5) / (n - k + 0.5)) - offset


def _weights(residual: Array, total: Array) -> Array:
    return np.clip(1 - residual**2 / (total * CUT**2), 0, None) ** 2


def score(residual: Array, v: Array, h: Array, weight: Array, theta: Array) -> tuple[Array, Array]:
    """Standardised bisquare score of theta, positive while theta is too small, and its normal-theory SD.

    Parameters
    ----------
    residual, v, h, weight : ndarray, shape (fits, places)
        Logits less centre, counting variance, multiplier of theta, weight (0 leaves a place out).
    theta : ndarray, shape (fits,)
        Trial value.
    """
    total = v + theta[:, None] * h
    square = residual**2 / total
    psi = np.clip(1 - square / CUT**2, 0, None) ** 2 * (square - KAPPA)
    return (weight * psi).sum(axis=1), np.sqrt(PSI_VARIANCE * (weight**2).sum(axis=1))


def solve_theta(residual: Array, v: Array, h: Array, weight: Array, top: Array, z: float) -> Array:
    """Largest theta at which the score is not below -z of its standard deviations; 0 where there is none.

    With z = 0 this is the estimate; with z = 1.28 an upper 90 % limit that inverts the score test.
    """

    def above(theta: Array) -> NDArray[np.bool_]:
        value, sd = score(residual, v, h, weight, theta)
        return value + z * sd > 0

    low, high = np.zeros(top.shape), top.copy()
    found = np.zeros(top.shape, dtype=bool)
    for step in np.geomspace(1, 1e-5, GRID):
        hit = above(top * step) & ~found
        low = np.where(hit, top * step, low)
        high = np.where(found | hit, high, top * step)
        found |= hit
        if found.all():
            break
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        hit = above(middle)
        low, high = np.where(hit, middle, low), np.where(hit, high, middle)
    return np.where(above(high) | found | above(np.zeros(top.shape)), (low + high) / 2, 0.0)


def solve_centre(y: Array, v: Array, h: Array, keep: Array, theta: Array, start: Array) -> Array:
    """Bisquare location, by reweighting from `start`."""
    total = v + theta[:, None] * h
    centre = start
    for _ in range(SWEEPS):
        weight = keep * _weights(y - centre[:, None], total) / total
        mass = weight.sum(axis=1)
        centre = np.where(mass > 0, (weight * y).sum(axis=1) / np.where(mass > 0, mass, 1), centre)
    return centre


def weighted_median(y: Array, weight: Array) -> float:
    """Lower weighted median."""
    order = np.argsort(y, kind="stable")
    running = np.cumsum(weight[order])
    return float(y[order][np.searchsorted(running, 0.5 * running[-1])])


def fit_spread(y: Array, v: Array, h: Array, keep: Array, z: float) -> Spread:
    """Centre, theta and the upper limit of theta for a batch of subsets of the places.

    Parameters
    ----------
    y, v, h : ndarray, shape (places,)
        Logits less offset, counting variance, multiplier of theta.
    keep : ndarray, shape (fits, places)
        1 where the place belongs to the subset, 0 where it is left out.
    z : float
        Normal quantile of the upper limit.
    """
    fits = keep.shape[0]
    floor = WEIGHT_FLOOR**2
    centre = np.full(fits, weighted_median(y, 1 / (v + floor)))
    y, v, h = (np.broadcast_to(a, keep.shape) for a in (y, v, h))
    theta, upper, top = np.full(fits, floor), np.zeros(fits), np.full(fits, 0.0)
    for _ in range(SWEEPS):
        residual = y - centre[:, None]
        weight = keep * h / (v + np.maximum(theta[:, None] * h, floor))
        top = _ceiling(residual, v, h, keep)
        solve = partial(solve_theta, residual, v, h, weight, top)
        theta = solve(0.0)
        centre = solve_centre(y, v, h, keep, theta, centre)
    residual = y - centre[:, None]
    upper = np.maximum(solve_theta(residual, v, h, weight, 4 * top, z), theta)
    precision = (keep / (v + upper[:, None] * h)).sum(axis=1)
    error = np.sqrt(CENTRE_VARIANCE / CENTRE_SLOPE**2 / precision)
    return Spread(centre, error, theta, upper)


def _ceiling(residual: Array, v: Array, h: Array, keep: Array) -> Array:
    """A theta certainly above the root: where the median squared residual is a ninth of its variance."""
    ratio = np.where(keep > 0, residual**2 / h, np.nan)
    return 20 * np.nanmedian(ratio, axis=1) + 1e-4


def counting_variance(n: Array, logit: Array) -> Array:
    """Variance 1 / (n p q) of an empirical logit about the given logit."""
    p = special.expit(logit)
    return 1 / (n * p * (1 - p))
