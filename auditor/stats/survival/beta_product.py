"""Small-sample limits of a product-limit share: quantiles of a product of beta variables.

Without censoring they are Clopper & Pearson's. The product is replaced by the beta distribution with the same first
two moments (Fay, M. P., Brittain, E. H. & Proschan, M. A. 2013, Biostatistics 14, 723-736, "method of moments").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array


def log_mean(n: Array, d: Array) -> Array:
    """Log of the mean of a beta variable with parameters n - d + 1 and d."""
    return np.log1p(-d / (n + 1))


def log_spread(n: Array, d: Array) -> Array:
    """Log of its second moment over its squared mean."""
    return np.log1p(d / ((n - d + 1) * (n + 2)))


@dataclass(frozen=True, slots=True)
class BetaProduct:
    """Product of independent beta variables: log mean, log of E[X^2] / E[X]^2, and persons left after it.

    Kept as logs of what differs little from 1, or large counts would lose the variance in rounding.
    """

    log_mean: Array
    log_spread: Array
    left: Array

    def limits(self, level: float) -> tuple[Array, Array]:
        """Limits of the share: quantiles of the product, the lower with one more person lost."""
        tail = (1 - checks.inside_unit("level", level)[0]) / 2
        some = np.maximum(self.left, 1.0)
        lower_mean = self.log_mean + np.log1p(-1 / (some + 1))
        low = _beta_quantile(lower_mean, self.log_spread + np.log1p(1 / (some * (some + 2))), tail)
        high = _beta_quantile(self.log_mean, self.log_spread, 1 - tail)
        return np.where(self.left > 0, low, 0.0), high


def _beta_quantile(log_mean: Array, log_spread: Array, tail: float) -> Array:
    """Quantile of the beta distribution with the given moments; 1 where it is 1 with certainty."""
    some = log_spread > 0
    mean = np.exp(log_mean)
    total = -np.expm1(log_mean + log_spread) / (mean * np.expm1(np.where(some, log_spread, 1.0)))
    a, b = np.where(some, mean * total, 1.0), np.where(some, -np.expm1(log_mean) * total, 1.0)
    return np.where(some, special.betaincinv(a, b, tail), 1.0)
