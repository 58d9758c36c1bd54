"""The null of class-randomised statistics over many places: relabelled statistics, with the common factor added.

One table serves p-values, limits, power and sensitivity alike, so that they never disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.stats.checks import Array
from auditor.stats.classes.common_factor import (
    LAWS,
    Levels,
    convolved,
    law_of,
    levels_of,
    log_likelihood,
    long_tailed,
    posterior,
    spread_of,
    weights_of,
)
from auditor.stats.classes.randomisation import EDGES, Randomised

_WIDTH = float(EDGES[1] - EDGES[0])

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class PooledNull:
    """Tail probabilities of the statistic by stratum and level of the standard error.

    Attributes
    ----------
    levels : Levels
    upper, lower : ndarray, shape (S, L, B + 1)
        P(T >= edge) and P(T <= edge) at each of the edges of the bins.
    count : ndarray of int, shape (S,)
        Relabelled statistics behind each stratum.
    places : int
        Places whose relabelled statistics are pooled.
    controls : int
        Non-focal contrasts that the common factor was measured on.
    focal_spread, control_spread : float
        Posterior mean scale of the common factor (log scale) as the lower half of the focal contrasts, and as the
        non-focal contrasts, tell it; the latter NaN where there are none.
    exact : bool
        Whether the true statistic is among those counted, as for a place by itself: nothing is then added.
    """

    levels: Levels
    upper: Array
    lower: Array
    count: Ints
    places: int
    controls: int
    focal_spread: float
    control_spread: float
    exact: bool = False

    @property
    def scale(self) -> float:
        """How many times more variable the focal contrasts' common factor is than the controls', at least 1."""
        if not np.isfinite(self.control_spread):
            return float("nan")
        floor = 0.03  # the smallest scale above zero that is told apart
        return max(1.0, max(self.focal_spread, floor) / max(self.control_spread, floor))

    def p(self, statistic: Array, se: Array, stratum: Ints) -> tuple[Array, Array]:
        """Return upper and lower tail probabilities, each (1 + N p) / (N + 1) with N pooled statistics."""
        position = (statistic - EDGES[0]) / _WIDTH
        last = len(EDGES) - 1
        # The edge on the near side: ties within a bin count as at least as far out.
        near = [np.clip(side, 0, last).astype(np.int64) for side in (np.floor(position), np.ceil(position))]
        level = self.levels.of(se)
        above, below = self.upper[stratum, level, near[0]], self.lower[stratum, level, near[1]]
        n = self._n(stratum)
        return np.minimum((1 + n * above) / (n + 1), 1.0), np.minimum((1 + n * below) / (n + 1), 1.0)

    def _n(self, stratum: Ints) -> Array:
        """Return how many statistics the tails rest on; without end where the true one is already among them."""
        if self.exact:
            return np.full(stratum.shape, 1e12)
        count = np.where(self.count > 0, self.count, self.count.max())
        return np.asarray(count[stratum], dtype=float)

    def upper_point(self, probability: Array, se: Array, stratum: Ints) -> Array:
        """Return the smallest edge at which P(T >= edge) is at most the probability; +inf where none is."""
        return self._point(self.upper, probability, se, stratum)

    def lower_point(self, probability: Array, se: Array, stratum: Ints) -> Array:
        """Return the largest edge at which P(T <= edge) is at most the probability; -inf where none is."""
        return -self._point(self.lower[:, :, ::-1], probability, se, stratum)

    def _point(self, table: Array, probability: Array, se: Array, stratum: Ints) -> Array:
        n = self._n(stratum)
        inner = np.broadcast_to(((n + 1) * probability - 1) / np.maximum(n, 1), se.shape)
        rows = table[stratum, self.levels.of(se)]  # decreasing along the last axis
        first = (rows > inner[:, None]).sum(axis=1)
        return np.where(first < len(EDGES), EDGES[np.minimum(first, len(EDGES) - 1)], np.inf)

    def interval(self, difference: Array, se: Array, stratum: Ints, level: float) -> tuple[Array, Array]:
        """Return the effects that a two-sided test at 1 - level does not reject (log scale)."""
        tail = np.full(se.shape, (1 - level) / 2)
        low = difference - self.upper_point(tail, se, stratum) * se
        return low, difference - self.lower_point(tail, se, stratum) * se

    def detectable(self, se: Array, stratum: Ints, cutoff: float, power: float) -> Array:
        """Return the effect (log scale) that is found with this power at the cut-off; inf where none is."""
        need = self.upper_point(np.full(se.shape, cutoff), se, stratum)
        given = -self.upper_point(np.full(se.shape, power), se, stratum)
        return (need + given) * se

    def excess(self, statistic: Array, se: Array, stratum: Ints, cutoff: float) -> tuple[Array, Array]:
        """Return lambda* and delta*: how much larger, and how far shifted, the null must be before p exceeds a cut-off.

        Returns
        -------
        factor, shift : ndarray
            The statistic over its critical value (0 where it is negative), and their distance on the log scale.
        """
        need = self.upper_point(np.full(se.shape, cutoff), se, stratum)
        with np.errstate(invalid="ignore", divide="ignore"):
            factor = np.where(need > 0, np.maximum(statistic, 0.0) / need, np.inf)
        return np.where(np.isinf(need), 0.0, factor), np.where(np.isinf(need), -np.inf, (statistic - need) * se)


def fit_pooled_null(focal: Randomised, controls: Sequence[Randomised] = ()) -> PooledNull:
    """Build the null of the focal contrasts.

    The common factor is measured twice: on the non-focal contrasts, and on the lower half of the focal ones, which
    says whether these are more variable than their controls (the matching of scale). The larger tail of the two, and
    of a long-tailed factor where the non-focal contrasts leave room for one, is used everywhere. Relabelled statistics
    know nothing of a factor, so that all are needed.

    Parameters
    ----------
    focal : Randomised
        Contrasts of the places under test; at least one is used.
    controls : sequence of Randomised
        Contrasts of other groups (or of other classes) at the same places, in which no profiling effect is expected.

    Returns
    -------
    PooledNull

    Raises
    ------
    ValueError
        If no place has a statistic.
    """
    if not focal.used.any():
        raise ValueError("no place has enough classes to be contrasted")
    levels = levels_of(np.concatenate([item.se[item.used] for item in (focal, *controls)]))
    own = posterior(focal, levels, lower_half=True)
    weights, count, spread = [own], 0, float("nan")
    if any(item.used.any() for item in controls):
        told = np.sum([log_likelihood(item, levels) for item in controls], axis=0)
        control = weights_of(told)
        weights += [control, *long_tailed(told)]
        count, spread = sum(int(item.used.sum()) for item in controls), spread_of(control)
    upper, lower = _tables(focal, levels, weights, controls)
    return PooledNull(levels, upper, lower, focal.pooled_count, int(focal.used.sum()), count, spread_of(own), spread)


def fit_relabelled_null(focal: Randomised) -> PooledNull:
    """Build the null of relabelled statistics alone: no factor in common is allowed for.

    For a place by itself, about which nothing tells how large such a factor is; whoever prints the result says so.

    Raises
    ------
    ValueError
        If no place has a statistic.
    """
    if not focal.used.any():
        raise ValueError("no place has enough classes to be contrasted")
    levels = levels_of(focal.se[focal.used])
    none = np.zeros(len(LAWS))
    none[0] = 1.0
    upper, lower = _tables(focal, levels, [none])
    count, nan = focal.pooled_count, float("nan")
    return PooledNull(levels, upper, lower, count, int(focal.used.sum()), 0, nan, nan, exact=True)


def _tables(
    focal: Randomised, levels: Levels, weights: Sequence[Array], others: Sequence[Randomised] = ()
) -> tuple[Array, Array]:
    """Tabulate both tails wherever a focal contrast or a control stands; 1 where nobody does."""
    shape = (len(focal.pooled), len(levels.values), len(EDGES))
    upper, lower = np.ones(shape), np.ones(shape)
    met = set()
    for item in (focal, *others):
        at_level = levels.of(np.where(item.used, item.se, 1.0))
        met |= {(int(s), int(at)) for s, at in zip(item.stratum, at_level, strict=True) if s >= 0}
    laws = {at: [law_of(weight, float(levels.values[at])) for weight in weights] for _, at in met}
    for stratum, at in sorted(met):
        pooled = focal.pooled[stratum] if focal.pooled_count[stratum] else _nearest(focal, stratum)
        tables = [convolved(pooled, law) for law in laws[at]]
        upper[stratum, at] = np.max([_above(table) for table in tables], axis=0)
        lower[stratum, at] = np.max([_above(table[::-1])[::-1] for table in tables], axis=0)
    return upper, lower


def _nearest(focal: Randomised, stratum: int) -> Array:
    """Return the law of the nearest stratum that any focal contrast stands in."""
    known = np.flatnonzero(focal.pooled_count > 0)
    return np.asarray(focal.pooled[known[np.argmin(np.abs(known - stratum))]])


def _above(table: Array) -> Array:
    """P(T >= edge) at every edge; at the outermost edge what lies beyond it is not told apart from it."""
    tail = np.concatenate([np.cumsum(table[::-1])[::-1], [0.0]])
    tail[-1] = tail[-2]
    return np.minimum(tail / max(tail[0], 1e-300), 1.0)
