"""Mass matrix of the sampler: dense over the leading coordinates, diagonal over the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from auditor.stats.checks import Array

#: Weight, in draws, of the unit variance that an estimate is drawn towards.
_PRIOR_DRAWS, _PRIOR_VARIANCE = 5.0, 1e-3


@dataclass(frozen=True, slots=True)
class Metric:
    """Inverse mass matrix: the covariance that the momenta undo.

    Attributes
    ----------
    variance : ndarray, shape (dim,)
        Diagonal; its first k entries are not used where a block of size k is given.
    block : ndarray, shape (k, k)
        Covariance of the leading k coordinates; k may be 0.
    factor : ndarray, shape (k, k)
        Lower Cholesky factor of `block`.
    """

    variance: Array
    block: Array
    factor: Array

    @classmethod
    def guess(cls, variance: Array, dense: int) -> Metric:
        """Diagonal covariance, its first `dense` entries kept as a block."""
        return cls(variance, np.diag(variance[:dense]), np.diag(np.sqrt(variance[:dense])))

    @classmethod
    def estimate(cls, draws: Array, dense: int) -> Metric:
        """Covariance of draws, shape (N, dim), shrunk a little towards a small multiple of the identity."""
        n = draws.shape[0]
        keep, add = n / (n + _PRIOR_DRAWS), _PRIOR_VARIANCE * _PRIOR_DRAWS / (n + _PRIOR_DRAWS)
        variance = draws.var(axis=0, ddof=1) * keep + add
        block = np.cov(draws[:, :dense], rowvar=False).reshape(dense, dense) * keep + add * np.eye(dense)
        return cls(variance, block, np.linalg.cholesky(block))

    def velocity(self, p: Array) -> Array:
        """Covariance times momentum."""
        moved = self.variance * p
        k = self.block.shape[0]
        if k:
            moved[:k] = self.block @ p[:k]
        return moved

    def momentum(self, rng: np.random.Generator) -> Array:
        """Draw from the normal distribution whose covariance is the mass matrix."""
        noise = rng.standard_normal(self.variance.size)
        p = noise / np.sqrt(self.variance)
        k = self.block.shape[0]
        if k:
            p[:k] = solve_triangular(self.factor, noise[:k], lower=True, trans="T", check_finite=False)
        return p
