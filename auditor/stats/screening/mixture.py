"""Natural differences as a mixture of normals, fitted to estimates with known standard errors.

Estimate i is N(theta_i, s_i^2); theta_i comes from the sum over c of weight_c N(centre_c, scale_c^2). Components are
a fixed grid, so the weights' likelihood has one maximum. Each step of the grid has a normal about 0 and one on either
side of it with the mean and standard deviation of a half-normal: heavy tails and contamination are mixtures of steps,
skewness is a surplus of one side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import solve_triangular
from scipy.optimize import nnls
from scipy.special import ndtr

from auditor.stats.checks import Array, positive, together
from auditor.stats.checks import numbers as finite
from auditor.stats.fit import NotConverged

#: Ratio between neighbouring scales of the grid.
STEP = 1.6
#: Largest gap in log likelihood to the maximum at which the weights are taken as found.
GAP = 0.5
_ROUNDS = 200
_FEWEST = 5
#: Mean and standard deviation of a half-normal of scale 1.
_SIDE, _WIDTH = float(np.sqrt(2 / np.pi)), float(np.sqrt(1 - 2 / np.pi))


@dataclass(frozen=True, slots=True)
class NormalMixture:
    """Mixture of normals.

    Attributes
    ----------
    weights, centres, scales : ndarray, shape (C,)
        Weights, above 0, that sum to 1; means and standard deviations (0 is a point at its centre).
    """

    weights: Array
    centres: Array
    scales: Array

    def upper(self, x: ArrayLike, se: ArrayLike, factor: ArrayLike = 1.0) -> Array:
        """Chance that an estimate of the given standard error is at least x.

        Parameters
        ----------
        x, se, factor : array_like of float
            Broadcast together; the natural differences are multiplied by factor, 0 or more. se is above 0.

        Returns
        -------
        ndarray
            Shape of the three together.
        """
        x, se, factor = (np.asarray(v, dtype=float) for v in (x, se, factor))
        total = np.zeros(np.broadcast_shapes(x.shape, se.shape, factor.shape))
        for weight, centre, scale in zip(self.weights, self.centres, self.scales, strict=True):
            total += weight * ndtr((centre * factor - x) / np.hypot(scale * factor, se))
        return np.minimum(total, 1.0)

    def lower(self, x: ArrayLike, se: ArrayLike, factor: ArrayLike = 1.0) -> Array:
        """Chance that an estimate is at most x (see `upper`); as exact in its tail as the other in its own."""
        mirror = NormalMixture(self.weights, -self.centres, self.scales)
        return mirror.upper(-np.asarray(x, dtype=float), se, factor)

    def widest(self, se: ArrayLike, factor: ArrayLike = 1.0) -> Array:
        """Distance from 0 beyond which no estimate of the given error lies for any purpose (40 SDs)."""
        far = np.max(np.abs(self.centres) + 40.0 * self.scales)
        width: Array = far * np.asarray(factor) + 40.0 * np.asarray(se)
        return width

    def smeared(self, sd: float) -> NormalMixture:
        """Return the mixture with an independent normal of the given SD added to the natural differences."""
        return NormalMixture(self.weights, self.centres, np.hypot(self.scales, sd))

    @property
    def sd(self) -> float:
        """Standard deviation of the natural differences."""
        mean = self.weights @ self.centres
        return float(np.sqrt(self.weights @ (self.scales**2 + self.centres**2) - mean**2))


def fit_mixture(estimate: ArrayLike, se: ArrayLike) -> NormalMixture:
    """Fit the weights by maximum likelihood on a fixed grid of components.

    Parameters
    ----------
    estimate, se : array_like of float, shape (n,)
        At least five estimates, already centred near 0, and their standard errors, above 0.

    Returns
    -------
    NormalMixture

    Raises
    ------
    ValueError
        If there are fewer than five, the shapes differ, or a value is not finite or not positive.
    NotConverged
        If the likelihood is still more than 0.5 below its maximum after 200 steps.

    References
    ----------
    Stephens, M. (2017). False discovery rates: a new deal. Biostatistics 18, 275-294 (fixed grid of
        components).
    Kim, Y., Carbonetto, P., Stephens, M. & Anitescu, M. (2020). Journal of Computational and Graphical Statistics 29,
        261-273 (the same likelihood by sequential quadratic programming).
    """
    y, s = together(estimate=finite("estimate", estimate), se=positive("se", se))
    if y.ndim != 1 or y.size < _FEWEST:
        raise ValueError(f"estimate must hold {_FEWEST} or more values, got shape {y.shape}")
    grid = _grid(y, s)
    centres = np.concatenate([[0.0], 0 * grid, _SIDE * grid, -_SIDE * grid])
    scales = np.concatenate([[0.0], grid, _WIDTH * grid, _WIDTH * grid])
    sd = np.hypot(scales, s[:, None])
    log_density = -0.5 * ((y[:, None] - centres) / sd) ** 2 - np.log(sd)
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    weights = _weights(density)
    kept = weights > 1e-7
    return NormalMixture(weights[kept] / weights[kept].sum(), centres[kept], scales[kept])


def _grid(y: Array, s: Array) -> Array:
    """Scales from a third of the typical error, below which none can be told from 0, to twice the widest difference."""
    smallest = float(np.median(s)) / 3
    surplus = float(np.max(y**2 - s**2))
    largest = 2 * np.sqrt(surplus) if surplus > 0 else 4 * smallest
    smallest = max(smallest, largest / STEP**20)
    steps = max(int(np.ceil(np.log(largest / smallest) / np.log(STEP))), 1)
    return np.asarray(smallest * STEP ** np.arange(steps + 1), dtype=np.float64)


def _weights(density: Array) -> Array:
    """Maximum likelihood by sequential quadratic programming; every step is a non-negative least-squares problem.

    With A the densities over the fitted density, the likelihood's second-order model is, but for a constant,
    |A w|^2 / 2n - (2 mean(A) - 1) w over w >= 0; its minimum sums to 1 of itself.
    """
    n, size = density.shape
    weights = np.full(size, 1 / size)
    for _ in range(_ROUNDS):
        ratio = density / (density @ weights)[:, None]
        gain = ratio.mean(axis=0)
        # By concavity the log likelihood is at most n (max gain - 1) below its maximum.
        if n * (gain.max() - 1) <= GAP:
            return weights
        weights = _along(density, weights, _quadratic(ratio, gain))
    raise NotConverged("the weights of the mixture were not pinned down")


def _quadratic(ratio: Array, gain: Array) -> Array:
    """Weights that maximise the second-order model."""
    curvature = ratio.T @ ratio / ratio.shape[0]
    # Neighbouring components are nearly alike; the ridge only keeps the factor from breaking down.
    root = np.linalg.cholesky(curvature + 1e-9 * np.trace(curvature) * np.eye(gain.size)).T
    found, _ = nnls(root, solve_triangular(root.T, 2 * gain - 1, lower=True))
    return np.asarray(found / found.sum())


def _along(density: Array, weights: Array, goal: Array) -> Array:
    """Halve the step towards the goal until the likelihood rises; failing that, take a plain EM step."""
    fitted = density @ weights
    change = density @ goal / fitted - 1
    step = 1.0
    while step > 1e-4:
        # The goal may give some estimate no density at all; weights stay a hair inside.
        with np.errstate(divide="ignore"):
            if np.log1p(0.999 * step * change).sum() > 0:
                return weights + 0.999 * step * (goal - weights)
        step /= 2
    return weights * (1 / fitted @ density) / density.shape[0]
