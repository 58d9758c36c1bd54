"""Natural differences as a scale mixture of normals, fitted to estimates with known standard errors.

Estimate i is N(theta_i, s_i^2); theta_i comes from the sum over c of weight_c N(0, scale_c^2). The scales are a fixed
grid, so the weights' likelihood has one maximum; heavy tails and contamination are mixtures of scales.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from auditor.stats.checks import Array, positive, together
from auditor.stats.checks import numbers as finite
from auditor.stats.fit import NotConverged

#: Ratio between neighbouring scales of the grid.
STEP = float(np.sqrt(2.0))
#: Largest gap in log likelihood to the maximum at which the weights are taken as found.
GAP = 0.5
_ROUNDS, _INNER = 200, 25
_FEWEST = 5


@dataclass(frozen=True, slots=True)
class ScaleMixture:
    """Scale mixture of centred normals.

    Attributes
    ----------
    weights, scales : ndarray, shape (C,)
        Weights, above 0, that sum to 1, and standard deviations, the first of which may be 0 (a point at 0).
    """

    weights: Array
    scales: Array

    def upper(self, x: ArrayLike, se: ArrayLike, factor: ArrayLike = 1.0) -> Array:
        """Chance that an estimate of the given standard error is at least x.

        Parameters
        ----------
        x, se, factor : array_like of float
            Broadcast together; the natural differences are multiplied by factor. se is above 0.

        Returns
        -------
        ndarray
            Shape of the three together.
        """
        x, se, factor = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (x, se, factor)))
        total = np.zeros(x.shape)
        for weight, scale in zip(self.weights, self.scales, strict=True):
            total += weight * ndtr(-x / np.hypot(scale * factor, se))
        return np.minimum(total, 1.0)

    @property
    def sd(self) -> float:
        """Standard deviation of the natural differences."""
        return float(np.sqrt(self.weights @ self.scales**2))


def fit_mixture(estimate: ArrayLike, se: ArrayLike) -> ScaleMixture:
    """Fit the weights by EM (maximum likelihood) on a fixed grid of scales.

    Parameters
    ----------
    estimate, se : array_like of float, shape (n,)
        At least five estimates, already centred on 0, and their standard errors, above 0.

    Returns
    -------
    ScaleMixture

    Raises
    ------
    ValueError
        If there are fewer than five, the shapes differ, or a value is not finite or not positive.
    NotConverged
        If the likelihood is still more than 0.5 below its maximum after 5,000 steps.

    References
    ----------
    Stephens, M. (2017). False discovery rates: a new deal. Biostatistics 18, 275-294 (fixed grid, weights by EM).
    """
    y, s = together(estimate=finite("estimate", estimate), se=positive("se", se))
    if y.ndim != 1 or y.size < _FEWEST:
        raise ValueError(f"estimate must hold {_FEWEST} or more values, got shape {y.shape}")
    scales = _grid(y, s)
    sd = np.hypot(scales, s[:, None])
    log_density = -0.5 * (y[:, None] / sd) ** 2 - np.log(sd)
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    weights = _weights(density)
    kept = weights > 1e-8
    return ScaleMixture(weights[kept] / weights[kept].sum(), scales[kept])


def _grid(y: Array, s: Array) -> Array:
    """Scales from a fifth of the typical error, below which none can be told from 0, to twice the widest difference."""
    smallest = float(np.median(s)) / 5
    surplus = float(np.max(y**2 - s**2))
    largest = 2 * np.sqrt(surplus) if surplus > 0 else 4 * smallest
    smallest = max(smallest, largest / STEP**30)
    steps = max(int(np.ceil(np.log(largest / smallest) / np.log(STEP))), 1)
    return np.concatenate([[0.0], smallest * STEP ** np.arange(steps + 1)])


def _weights(density: Array) -> Array:
    """EM with over-relaxed steps; a step that lowers the likelihood is taken again at plain length."""
    weights = np.full(density.shape[1], 1 / density.shape[1])
    for _ in range(_ROUNDS):
        for _ in range(_INNER):
            gain = _gain(density, weights)
            weights = _climb(density, weights, gain)
        # By concavity the log likelihood is at most n (max gain - 1) below its maximum.
        if density.shape[0] * (_gain(density, weights).max() - 1) <= GAP:
            return weights
    raise NotConverged("the weights of the scale mixture were not pinned down")


def _gain(density: Array, weights: Array) -> Array:
    gain: Array = (1 / (density @ weights)) @ density / density.shape[0]
    return gain


def _climb(density: Array, weights: Array, gain: Array) -> Array:
    bold = weights * gain**1.9
    bold /= bold.sum()
    if np.log(density @ bold).sum() >= np.log(density @ weights).sum():
        return bold
    return weights * gain
