"""Shrinkage of many estimates towards their common mean, on the scale on which they are roughly normal.

Estimate j is N(theta_j, s_j^2), theta_j is N(mu, tau^2). Log ratios are the usual scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged, bisect

_POINTS = 201
_BLOCK = 1_000_000
_FEWEST_PLACES = 3


@dataclass(frozen=True, slots=True)
class Shrunken:
    """Shrunken estimates of J places.

    Attributes
    ----------
    mean, sd : ndarray, shape (J,)
        Posterior mean and standard deviation of each place's true value.
    mu, tau : float
        Common mean, and natural standard deviation between places.
    """

    mean: Array
    sd: Array
    mu: float
    tau: float

    def interval(self, level: float = 0.95) -> tuple[Array, Array]:
        """Equal-tailed normal credible limits at the level, in (0, 1)."""
        z = -special.ndtri((1 - checks.inside_unit("level", level)) / 2)
        return self.mean - z * self.sd, self.mean + z * self.sd


def shrink(
    estimate: ArrayLike, se: ArrayLike, method: Literal["integrated", "paule-mandel"] = "integrated"
) -> Shrunken:
    """Shrink estimates towards their mean by what their errors cannot explain.

    Parameters
    ----------
    estimate, se : array_like of float, shape (J,)
        Estimates (log ratios, as a rule) of at least three places, and their standard errors, above 0.
    method : {"integrated", "paule-mandel"}
        "integrated" averages over what tau may be (flat prior on tau and mu), so that few or imprecise places
        do not give overconfident limits; tau is then the posterior median. "paule-mandel" plugs in the moment
        estimate of tau, which assumes no shape; its sd counts the error of mu but not that of tau.

    Returns
    -------
    Shrunken

    Raises
    ------
    ValueError
        If there are fewer than three places ("not applicable": one place cannot be shrunk towards others),
        the shapes differ, a value is not finite, a standard error is not above 0, or the method is unknown.
    NotConverged
        If tau is not pinned down.

    References
    ----------
    Paule, R. C. & Mandel, J. (1982). Journal of Research of the National Bureau of Standards 87, 377-385.
    Gelman, A. (2006). Bayesian Analysis 1, 515-534 (the flat prior on tau).
    """
    y, s = checks.together(estimate=checks.numbers("estimate", estimate), se=checks.positive("se", se))
    if y.ndim != 1 or y.size < _FEWEST_PLACES:
        raise ValueError(f"estimate must hold {_FEWEST_PLACES} or more places to shrink together, got shape {y.shape}")
    if method not in ("integrated", "paule-mandel"):
        raise ValueError(f"method must be 'integrated' or 'paule-mandel', got {method!r}")
    # In units of the estimates' own spread, so that no unit of measurement can upset the searches.
    centre, scale = float(np.median(y)), float(np.sqrt(np.median(s**2) + np.var(y)))
    y, s = (y - centre) / scale, s / scale
    result = _integrated(y, s) if method == "integrated" else _plug_in(y, s)
    return Shrunken(result.mean * scale + centre, result.sd * scale, result.mu * scale + centre, result.tau * scale)


def _given_tau(y: Array, s: Array, tau: Array) -> tuple[Array, Array, Array, Array]:
    """Posterior means and variances, and mu with its variance, for each known tau; mu's prior is flat.

    Shapes: y and s (J,), tau (T,); results (T, J), (T, J), (T,), (T,).
    """
    weight = 1 / (s**2 + tau[:, None] ** 2)
    variance_mu = 1 / weight.sum(axis=1)
    mu = (weight * y).sum(axis=1) * variance_mu
    keep = tau[:, None] ** 2 * weight
    variance = keep * s**2 + (1 - keep) ** 2 * variance_mu[:, None]
    return mu[:, None] + keep * (y - mu[:, None]), variance, mu, variance_mu


def _plug_in(y: Array, s: Array) -> Shrunken:
    def surplus(tau2: Array) -> Array:
        """Weighted squares around the mean, less what they would be if tau2 were right; falls as tau2 rises."""
        weight = 1 / (s**2 + tau2)
        mu = (weight * y).sum() / weight.sum()
        return np.atleast_1d((weight * (y - mu) ** 2).sum() - (y.size - 1))

    tau2 = np.zeros(1)
    if surplus(tau2)[0] > 0:
        tau2 = bisect(surplus, tau2, np.atleast_1d(np.var(y, ddof=1)), steps=1200)
    mean, variance, mu, _ = _given_tau(y, s, np.sqrt(tau2))
    return Shrunken(mean[0], np.sqrt(variance[0]), float(mu[0]), float(np.sqrt(tau2[0])))


def _integrated(y: Array, s: Array) -> Shrunken:
    x, weights = _tau_posterior(y, s)
    shift, square, spread, mu = np.zeros(y.size), np.zeros(y.size), np.zeros(y.size), 0.0
    for part in _parts(y.size):
        mean_t, variance_t, mu_t, _ = _given_tau(y, s, np.sinh(x[part]))
        # Squares around the estimate itself, which is near: no cancellation worth the name.
        shift += weights[part] @ (mean_t - y)
        square += weights[part] @ (mean_t - y) ** 2
        spread += weights[part] @ variance_t
        mu += float(weights[part] @ mu_t)
    variance = spread + np.maximum(square - shift**2, 0.0)
    return Shrunken(y + shift, np.sqrt(variance), mu, float(np.sinh(_median(x, weights))))


def _median(x: Array, weights: Array) -> float:
    from scipy import interpolate  # slow to import, needed only here

    density = weights.copy()
    density[[0, -1]] *= 2  # the ends of the trapezoidal rule count half
    fine = np.linspace(x[0], x[-1], 100 * _POINTS)
    below = interpolate.CubicSpline(x, density).antiderivative()(fine)
    return float(np.interp(0.5, below / below[-1], fine))


def _tau_posterior(y: Array, s: Array) -> tuple[Array, Array]:
    """Grid of x and posterior weights; tau = sinh(x) reaches both 0 and the long tail of few places."""
    low, high = 0.0, 40.0
    for _ in range(60):
        x = np.linspace(low, high, _POINTS)
        log_weight = np.concatenate([_log_posterior(y, s, np.sinh(x[part])) for part in _parts(y.size)])
        log_weight += np.log(np.cosh(x))
        inside = np.flatnonzero(log_weight > log_weight.max() - 32)
        first, last = max(inside[0] - 1, 0), min(inside[-1] + 1, _POINTS - 1)
        if last - first >= _POINTS // 2:
            log_weight[[0, -1]] -= np.log(2)
            weight = np.exp(log_weight - log_weight.max())
            return x, weight / weight.sum()
        low, high = x[first], x[last]
    raise NotConverged("the natural spread between places is not pinned down")


def _log_posterior(y: Array, s: Array, tau: Array) -> Array:
    _, _, mu, variance_mu = _given_tau(y, s, tau)
    total = s**2 + tau[:, None] ** 2
    result: Array = 0.5 * (np.log(variance_mu) - (np.log(total) + (y - mu[:, None]) ** 2 / total).sum(axis=1))
    return result


def _parts(places: int) -> list[slice]:
    """Parts of the grid that keep places times grid points near a million."""
    step = max(_BLOCK // places, 1)
    return [slice(i, i + step) for i in range(0, _POINTS, step)]
