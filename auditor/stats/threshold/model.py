"""The threshold test in its fast form: log posterior and gradient.

A stopped person of group r in place d is guilty with probability phi_rd; officers see a signal that is N(0, 1) for the
innocent and N(delta_rd, 1) for the guilty, and search above t_rd. Guilt and separation are sums of a part of the group
and a part of the place; thresholds scatter about the group's. Of n stops the counts of (searched with a hit, searched
without, not searched) are then multinomial, which is the paper's pair of binomials.

What is sampled is z_rd, where t = w A + (1 - w) t_r + s z: A is the threshold that gives the observed search share at
the current phi and delta, w and s are the weight and spread of a normal posterior of t from the data's information and
sigma_t. With many searches z is almost independent of all else; with none it is the usual non-centred form. A place's
parts are sampled likewise: u = (part of guilt) + c (part of log delta) is what its hits tell, and its other coordinate
is independent of u under the prior.

References
----------
Simoiu, C., Corbett-Davies, S. & Goel, S. (2017). The problem of infra-marginality in outcome tests for discrimination.
    Annals of Applied Statistics 11, 1193-1216.
Pierson, E., Corbett-Davies, S. & Goel, S. (2018). Fast threshold tests for detecting discrimination. AISTATS, 96-105.
Papaspiliopoulos, O., Roberts, G. O. & Skoeld, M. (2007). A general framework for the parametrization of hierarchical
    models. Statistical Science 22, 59-73 (partly centred forms).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from auditor.stats.checks import Array
from auditor.stats.threshold.anchor import Anchors, Lines
from auditor.stats.threshold.cells import Cells, cell_values, place_parts
from auditor.stats.threshold.data import StopCounts
from auditor.stats.threshold.gradient import from_places, likelihood, thresholds
from auditor.stats.threshold.prior import Parts, ThresholdPrior

_MOST_AT_ONCE = 500_000


@dataclass(frozen=True, slots=True)
class ThresholdModel:
    """Posterior of the fast form for counts of D places by R groups.

    Attributes
    ----------
    data : StopCounts
        Of one data set, or of several of the same shape (leading axis).
    anchors : Anchors
    prior : ThresholdPrior
    factors : tuple of float
        What scales the prior's standard deviations: one number for each data set, or one for all.
    """

    data: StopCounts
    anchors: Anchors
    prior: ThresholdPrior
    factors: tuple[float, ...] = (1.0,)

    @classmethod
    def of(cls, data: StopCounts, prior: ThresholdPrior, factors: tuple[float, ...] = (1.0,)) -> ThresholdModel:
        """The model, its coordinates anchored at the prior's mean separation."""
        return cls(data, Anchors.of(data, prior.separation[0]), prior, factors)

    @property
    def dense(self) -> int:
        """Leading coordinates that are shared by all places: 3 R + 3."""
        return 3 * self.data.groups + 3

    @property
    def dim(self) -> int:
        """Number of coordinates."""
        d, r = self.data.places, self.data.groups
        return self.dense + 2 * d + d * r

    def density(self, q: Array, which: NDArray[np.intp] | None = None) -> tuple[Array, Array]:
        """Log posterior density, up to a constant, and its gradient.

        Parameters
        ----------
        q : ndarray, shape (K, dim)
        which : ndarray of int, shape (K,), optional
            Data set of each row; by default the first for all. Not looked at where there is only one.

        Returns
        -------
        value : ndarray, shape (K,)
            Not finite where a probability leaves the range of doubles.
        gradient : ndarray, shape (K, dim)
        """
        rows = self._rows(q, which)
        data, anchors = self.data.rows(rows), self.anchors.rows(rows)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            parts = Parts.read(q, data.places, data.groups)
            lines = self.anchors.lines(parts.separation, rows)
            factor = self._factor(rows)
            groups, log_slope = self._natural(parts, lines, factor)
            places = place_parts(parts, groups, lines, anchors)
            cells = cell_values(groups, places, anchors)
            value, by_threshold, by_odds, by_delta = likelihood(cells, data)
            more, by_odds, by_log_delta, by = thresholds(groups, cells, by_threshold, by_odds, by_delta)
            further, by = from_places(parts, places, lines, anchors, by_odds, by_log_delta, by)
            prior, by_prior = self.prior.density(groups, factor)
            by_guilt = by_odds.sum(axis=1) + by_prior.guilt
            # The last term is the derivative of log(log_slope), the Jacobian of the spreads.
            by_spread = (by.spread + by_prior.spread) * log_slope
            by_spread += 1 - expit(parts.spread) - log_slope
            gradient = replace(
                by,
                guilt=by.guilt + by_guilt,
                separation=by.separation + by_prior.separation + lines.pooled_slope * by_guilt,
                threshold=by.threshold + by_prior.threshold,
                spread=by_spread,
                untold=by.untold + by_prior.untold,
            )
            return value + more + further + prior + np.log(log_slope).sum(axis=1), gradient.stacked()

    def cells(self, q: Array, which: NDArray[np.intp] | None = None) -> Cells:
        """Guilt, separation and thresholds at the rows of q; arguments as in `density`."""
        rows = self._rows(q, which)
        anchors = self.anchors.rows(rows)
        parts = Parts.read(q, self.data.places, self.data.groups)
        lines = self.anchors.lines(parts.separation, rows)
        groups = self._natural(parts, lines, self._factor(rows))[0]
        return cell_values(groups, place_parts(parts, groups, lines, anchors), anchors)

    def natural(self, q: Array, which: NDArray[np.intp] | None = None) -> Parts:
        """Coordinates at the rows of q, with log-odds of guilt and logs of the three spreads in place of theirs."""
        rows = self._rows(q, which)
        parts = Parts.read(q, self.data.places, self.data.groups)
        return self._natural(parts, self.anchors.lines(parts.separation, rows), self._factor(rows))[0]

    def rates(self, q: Array) -> tuple[Array, Array, Array]:
        """Thresholds as probabilities, search rates and hit rates, shape (..., D, R), at draws of shape (..., dim).

        Of a model of one data set.
        """
        flat = q.reshape(-1, self.dim)
        parts = -(-flat.shape[0] * self.dim // _MOST_AT_ONCE)
        each = [self.cells(some) for some in np.array_split(flat, parts)]
        shape = (*q.shape[:-1], self.data.places, self.data.groups)
        return (
            np.concatenate([cells.probability() for cells in each]).reshape(shape),
            np.concatenate([cells.search_rate() for cells in each]).reshape(shape),
            np.concatenate([cells.hit_rate() for cells in each]).reshape(shape),
        )

    def _natural(self, parts: Parts, lines: Lines, factor: Array) -> tuple[Parts, Array]:
        """Group parts with guilt and log spreads themselves, and the slopes of the log spreads."""
        soft = np.logaddexp(0, parts.spread)
        log_spread = np.log(soft * self.prior.unit * factor)
        return replace(parts, guilt=parts.guilt + lines.pooled, spread=log_spread), expit(parts.spread) / soft

    def _rows(self, q: Array, which: NDArray[np.intp] | None) -> NDArray[np.intp]:
        if which is None or self.data.sets == 1:
            return np.zeros(q.shape[0], dtype=np.intp)
        return which

    def _factor(self, rows: NDArray[np.intp]) -> Array:
        """What scales the prior of each row, shape (K, 1), or (1, 1) for all."""
        factors = np.array(self.factors)
        return (factors if factors.size == 1 else factors[rows])[:, None]

    def variance(self) -> Array:
        """A first guess at the posterior variance of the coordinates, shape (dim,)."""
        r, guess = self.data.groups, np.ones(self.dim)
        guess[: 2 * r] = np.repeat([1 / self.data.places, 0.05], r)
        guess[2 * r : 3 * r] = 1 / (4 * self.data.places)
        return guess

    def start(self, rng: np.random.Generator) -> Array:
        """A scattered starting point, shape (dim,)."""
        return self.prior.scattered(self.data.places, self.data.groups, rng)
