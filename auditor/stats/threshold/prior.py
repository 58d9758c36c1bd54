"""Coordinates and priors of the fast threshold test."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from auditor.stats.checks import Array


@dataclass(frozen=True, slots=True)
class Parts:
    """A point of the model by name; the leading axis is the chain.

    Attributes
    ----------
    guilt, separation, threshold : ndarray, shape (K, R)
        Group parts: log-odds of guilt (in the sampler's coordinates less the value that `GuiltCurve` gives), log of
        delta, mean of t.
    spread : ndarray, shape (K, 3)
        Logs of sigma_t, sigma_phi and sigma_delta (in the sampler's coordinates each sigma is a soft-plus of its
        entry, in units of `ThresholdPrior.unit`).
    told, untold : ndarray, shape (K, D)
        Of each place, what its hits tell and what they do not, in the sampler's units.
    z : ndarray, shape (K, D, R)
        Thresholds in the sampler's units (see `threshold_model`).
    """

    guilt: Array
    separation: Array
    threshold: Array
    spread: Array
    told: Array
    untold: Array
    z: Array

    @classmethod
    def read(cls, q: Array, places: int, groups: int) -> Parts:
        """Views into stacked coordinates of shape (K, dim)."""
        ends = np.cumsum([groups, groups, groups, 3, places, places])
        guilt, separation, threshold, spread, told, untold, z = np.split(q, ends, axis=1)
        return cls(guilt, separation, threshold, spread, told, untold, z.reshape(-1, places, groups))

    def stacked(self) -> Array:
        """The coordinates side by side, shape (K, dim)."""
        z = self.z.reshape(self.z.shape[0], -1)
        shared = [self.guilt, self.separation, self.threshold, self.spread]
        return np.concatenate([*shared, self.told, self.untold, z], axis=1)


@dataclass(frozen=True, slots=True)
class ThresholdPrior:
    """Normal priors of the groups' parts; spreads have half-normal ones.

    The defaults are the priors of the Stanford Open Policing analysis of 2017 (Pierson et al. 2017; the beta form of
    Simoiu, Corbett-Davies & Goel 2017) carried over to the fast form, so that no data chose them. There the log-odds of
    guilt are N(-3.5, 0.25), the log precision of the chance of guilt N(2, 0.5), mean thresholds on the log-odds scale
    N(-2, 1) with a spread of half-normal scale 0.25, and places add N(0, 0.25) and N(0, 0.5) to the first two. Here
    delta is such that the signal tells as much of the variance of guilt, 1 / (1 + precision), and a threshold is such
    that it stands at the same chance of guilt; `tests/stats/threshold/test_threshold_prior.py` carries out the sums.

    Guilt among the stopped is what the counts tell least about: with few places the answer moves with its prior, so a
    fit should be shown under `scaled(0.5)` and `scaled(1.5)` beside the default.

    Attributes
    ----------
    guilt, separation, threshold : tuple of float
        Mean and standard deviation of a group's log-odds of guilt, log delta, and mean threshold on the signal's
        scale.
    spread : tuple of float
        Scales of sigma_t (thresholds within a group), sigma_phi and sigma_delta (between places).

    References
    ----------
    Simoiu, C., Corbett-Davies, S. & Goel, S. (2017). Annals of Applied Statistics 11, 1193-1216.
    Pierson, E. et al. (2017). A large-scale analysis of racial disparities in police stops across the United States.
        arXiv:1706.05678.
    """

    guilt: tuple[float, float] = (-3.5, 0.25)
    separation: tuple[float, float] = (0.39, 0.17)
    threshold: tuple[float, float] = (1.74, 0.72)
    spread: tuple[float, float, float] = (0.17, 0.25, 0.16)

    def __post_init__(self) -> None:
        for name, scale in (
            ("guilt", self.guilt[1]),
            ("separation", self.separation[1]),
            ("threshold", self.threshold[1]),
        ):
            if not scale > 0:
                raise ValueError(f"the standard deviation of {name} must be above 0, got {scale}")
        if not min(self.spread) > 0:
            raise ValueError(f"scales of spread must be above 0, got {self.spread}")

    @property
    def unit(self) -> Array:
        """What a spread's soft-plus coordinate counts in, shape (3,)."""
        return 0.4 * np.array(self.spread)

    def scaled(self, factor: float) -> ThresholdPrior:
        """All standard deviations and scales times a factor, to see what the prior does."""
        return replace(
            self,
            guilt=(self.guilt[0], self.guilt[1] * factor),
            separation=(self.separation[0], self.separation[1] * factor),
            threshold=(self.threshold[0], self.threshold[1] * factor),
            spread=(self.spread[0] * factor, self.spread[1] * factor, self.spread[2] * factor),
        )

    def density(self, parts: Parts, factor: Array) -> tuple[Array, Parts]:
        """Log prior of all but thresholds and `told`, which the model adds, up to a constant, and its gradient.

        `parts.guilt` is here the group's log-odds of guilt itself. Shapes (K,) and those of the parts; `factor`, of
        shape (K, 1), scales the standard deviations of each row as `scaled` does.
        """
        square = np.exp(2 * parts.spread) / (factor * np.array(self.spread)) ** 2
        value = (parts.spread - 0.5 * square).sum(axis=1) - 0.5 * (parts.untold**2).sum(axis=1)
        by_group = []
        for part, (mean, sd) in (
            (parts.guilt, self.guilt),
            (parts.separation, self.separation),
            (parts.threshold, self.threshold),
        ):
            off = (part - mean) / (sd * factor)
            value -= 0.5 * (off * off).sum(axis=1)
            by_group.append(-off / (sd * factor))
        guilt, separation, threshold = by_group
        none = np.zeros_like(parts.told), np.zeros_like(parts.z)
        return value, Parts(guilt, separation, threshold, 1 - square, none[0], -parts.untold, none[1])

    def scattered(self, places: int, groups: int, rng: np.random.Generator) -> Array:
        """A starting point of a chain within half a standard deviation of the prior's centre, shape (dim,)."""
        parts = Parts(
            rng.uniform(-0.5, 0.5, (1, groups)),
            self.separation[0] + self.separation[1] * rng.uniform(-0.5, 0.5, (1, groups)),
            self.threshold[0] + self.threshold[1] * rng.uniform(-0.5, 0.5, (1, groups)),
            rng.uniform(-0.5, 1.5, (1, 3)),
            rng.uniform(-0.5, 0.5, (1, places)),
            rng.uniform(-0.5, 0.5, (1, places)),
            rng.uniform(-0.5, 0.5, (1, places, groups)),
        )
        return parts.stacked()[0]
