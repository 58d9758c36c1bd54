"""Robust centre and between-place spread of many shares, in which a minority of places may stand out.

The logits y_j of the places, less their offsets, have variance v_j + theta h_j: v_j the counting error,
theta the natural variance between places (h_j = 1: sigma squared of a logit-normal; h_j = 1 / (p_j q_j): rho of a
beta-binomial).
Centre and theta solve M-equations with Tukey's bisquare weights, which give a place more than four standard
deviations out no say (Maronna, Martin & Yohai 2006, Robust Statistics, sections 2.2-2.7).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from auditor.stats.checks import Array
from auditor.stats.weighted_median import weighted_median

#: Bisquare cut-off in standard deviations.
CUT = 4.0
#: Below this expected number of the rarer outcome, moments of the empirical logit are summed exactly.
FEW = 12
#: Smallest natural SD used in the weights, so that no few huge places decide the spread alone.
WEIGHT_FLOOR = 0.1
#: Sweeps between centre and spread.
SWEEPS = 4
#: Trial values per search for a root, and halvings of the interval found.
GRID, HALVINGS = 24, 15


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


def _moments() -> tuple[float, float, float, float]:
    """Normal-theory constants of the bisquare: kappa, Var(psi), E(psi_mu squared), E(psi_mu')."""
    node, mass = np.polynomial.legendre.leggauss(80)
    z = CUT * node
    mass = CUT * mass * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    fade = 1 - node**2
    w = fade**2
    kappa = (mass * w * z * z).sum() / (mass * w).sum()
    spread = (mass * (w * (z * z - kappa)) ** 2).sum()
    slope = (mass * (w - 4 * node**2 * fade)).sum()
    return float(kappa), float(spread), float((mass * (w * z) ** 2).sum()), float(slope)


KAPPA, PSI_VARIANCE, CENTRE_VARIANCE, CENTRE_SLOPE = _moments()


def working_logit(k: Array, n: Array, offset: Array, centre: float) -> tuple[Array, Array]:
    """Logit of each place less its offset, unbiased if the centre is right, and its counting variance there.

    Parameters
    ----------
    k, n, offset : ndarray, shape (places,)
        Successes, trials (n >= 1) and logit of the expected share.
    centre : float
        Provisional centre.

    Returns
    -------
    y, v : ndarray
        y = centre + (L - E L) / slope, with L = log((k + 1/2) / (n - k + 1/2)), and slope the change of E L with the
        logit of the share, which for a binomial is Cov(L, k). Where the rarer outcome is expected `FEW` times or
        more, E L is the logit to the third order, the slope 1 and the variance 1 / (n p q).
    """
    logit = offset + centre
    p = special.expit(logit)
    rare = np.minimum(p, 1 - p)
    y, v = centre + np.log((k + 0.5) / (n - k + 0.5)) - logit, 1 / (n * p * (1 - p))
    few = n * rare < FEW
    mean, slope, variance = _exact_moments(n[few], rare[few])
    side = np.where(p[few] <= 0.5, 1.0, -1.0)
    own = np.log((k[few] + 0.5) / (n[few] - k[few] + 0.5)) * side
    y[few], v[few] = centre + side * (own - mean) / slope, variance / slope**2
    return y, v


def _exact_moments(n: Array, p: Array) -> tuple[Array, Array, Array]:
    """E L, Cov(L, k) and Var L for k ~ Bin(n, p), n p < FEW, by summing over all counts of any weight."""
    k = np.arange(4.0 * FEW)
    n, p = n[:, None], p[:, None]
    at = np.minimum(k, n)
    log_mass = special.xlogy(at, p) + special.xlog1py(n - at, -p) - special.betaln(at + 1, n - at + 1) - np.log1p(n)
    mass = np.where(k <= n, np.exp(log_mass), 0.0)
    mass /= mass.sum(axis=1, keepdims=True)
    value = np.log((at + 0.5) / (n - at + 0.5))
    mean, count = (mass * value).sum(axis=1), (mass * at).sum(axis=1)
    off = value - mean[:, None]
    return mean, (mass * off * (at - count[:, None])).sum(axis=1), (mass * off**2).sum(axis=1)


def score(residual: Array, v: Array, h: Array, weight: Array, theta: Array) -> Array:
    """Bisquare score of theta, positive while theta is too small.

    Parameters
    ----------
    residual, v, h, weight : ndarray, shape (fits, places)
        Logits less centre, counting variance, multiplier of theta, weight (0 leaves a place out).
    theta : ndarray, shape (fits,)
        Trial value.
    """
    square = residual**2 / (v + theta[:, None] * h)
    fade = np.maximum(1 - square / CUT**2, 0)
    total: Array = np.einsum("ij,ij->i", weight, fade * fade * (square - KAPPA))
    return total


def solve_theta(residual: Array, v: Array, h: Array, weight: Array, top: Array, z: float) -> Array:
    """Largest theta at which the score is above -z of its normal-theory standard deviations; 0 where there is none.

    With z = 0 this is the estimate; with z = 1.28 an upper 90 % limit that inverts the score test.

    Parameters
    ----------
    residual, v, h, weight : ndarray, shape (fits, places)
        As for `score`.
    top : ndarray, shape (fits,)
        A value certainly above the root.
    z : float
        Normal quantile.
    """
    slack = z * np.sqrt(PSI_VARIANCE * (weight**2).sum(axis=1))

    def above(theta: Array) -> NDArray[np.bool_]:
        return score(residual, v, h, weight, theta) + slack > 0

    low, high = np.zeros(top.shape), top.copy()
    found = np.zeros(top.shape, dtype=bool)
    for step in np.geomspace(1, 1e-5, GRID):
        hit = above(top * step)
        low = np.where(hit & ~found, top * step, low)
        found |= hit
        if found.all():
            break
        high = np.where(found, high, top * step)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        hit = above(middle)
        low, high = np.where(hit, middle, low), np.where(hit, high, middle)
    # The middle of the last bracket, unless even theta = 0 is too large.
    return np.where(found | above(np.zeros(top.shape)), (low + high) / 2, 0.0)


def solve_centre(y: Array, v: Array, h: Array, keep: Array, theta: Array, start: Array) -> Array:
    """Bisquare location, by reweighting from `start`."""
    total = v + theta[:, None] * h
    centre = start
    for _ in range(SWEEPS):
        fade = np.maximum(1 - (y - centre[:, None]) ** 2 / (total * CUT**2), 0)
        weight = keep * fade * fade / total
        mass = weight.sum(axis=1)
        centre = np.where(mass > 0, (weight * y).sum(axis=1) / np.where(mass > 0, mass, 1), centre)
    return centre


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
    fits, floor = keep.shape[0], WEIGHT_FLOOR**2
    centre = np.full(fits, weighted_median(y, 1 / (v + floor)))
    y, v, h = (np.broadcast_to(a, keep.shape) for a in (y, v, h))
    theta = np.full(fits, floor)
    for _ in range(SWEEPS):
        residual, weight = y - centre[:, None], _spread_weight(v, h, keep, theta)
        theta = solve_theta(residual, v, h, weight, _ceiling(residual, h, keep), 0.0)
        centre = solve_centre(y, v, h, keep, theta, centre)
    residual, weight = y - centre[:, None], _spread_weight(v, h, keep, theta)
    upper = solve_theta(residual, v, h, weight, 4 * _ceiling(residual, h, keep), z)
    upper = np.maximum(upper, theta)
    precision = (keep / (v + upper[:, None] * h)).sum(axis=1)
    error = np.sqrt(CENTRE_VARIANCE / CENTRE_SLOPE**2 / precision)
    return Spread(centre, error, theta, upper)


def spread_limits(y: Array, v: Array, h: Array, keep: Array, fit: Spread, z: float) -> tuple[Array, Array]:
    """Confidence limits of theta, by inverting its score test at the fitted centre.

    Parameters
    ----------
    y, v, h, keep : ndarray
        As for `fit_spread`.
    fit : Spread
        What it gave.
    z : float
        Normal quantile of each side, above 0.

    Returns
    -------
    low, high : ndarray, shape (fits,)
        `low` is 0 where not even theta = 0 is too small.
    """
    y, v, h = (np.broadcast_to(a, keep.shape) for a in (y, v, h))
    residual, weight = y - fit.centre[:, None], _spread_weight(v, h, keep, fit.theta)
    top = _ceiling(residual, h, keep)
    low, high = solve_theta(residual, v, h, weight, top, -z), solve_theta(residual, v, h, weight, 4 * top, z)
    return np.minimum(low, fit.theta), np.maximum(high, fit.theta)


def _spread_weight(v: Array, h: Array, keep: Array, theta: Array) -> Array:
    """Weights of the score for theta: the likelihood's own, but for the floor."""
    return keep * h / (v + np.maximum(theta[:, None] * h, WEIGHT_FLOOR**2))


def _ceiling(residual: Array, h: Array, keep: Array) -> Array:
    """A theta well above the root: some nine times the total variance of a place in the middle."""
    ratio = np.where(keep > 0, residual**2 / h, np.nan)
    return 20 * np.nanmedian(ratio, axis=1) + 1e-4
