"""How far single offence classes of a place stand from the place's own level: what an excess in a few of them is.

The level is the higher of two: the mean of the serious classes, and the mean of the two lowest discretionary ones. What
moves all discretionary classes of a group in common therefore raises no single class above the level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats.checks import Array
from auditor.stats.classes.randomisation import prior_of
from auditor.stats.classes.ratios import ClassRatios, class_centres, class_ratios, natural_variance

LEAST_EACH = 3
"""Classes that each side needs: two in excess and one that is not; a level, and its spread."""
_LOWEST = 2

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Deviations:
    """Deviations of offence classes from their place's level, in units of the place's own spread.

    Attributes
    ----------
    value : ndarray, shape (J, O)
        Discretionary classes: above the level. Serious classes: above the mean of the other serious ones. NaN where
        not used.
    error : ndarray, shape (J, O)
        Standard error by sampling, in the same units.
    spread : ndarray, shape (J,)
        Spread of the place's serious classes, relative to what all places have, moderated (Smyth 2004); one unit is
        this many times a log ratio of 1.
    natural : float
        Natural variance between classes of all places (log scale).
    discretionary, serious : ndarray of bool, shape (O,)
    """

    value: Array
    error: Array
    spread: Array
    natural: float
    discretionary: Bools
    serious: Bools

    @property
    def used(self) -> Bools:
        """(J,) mask of the places that have deviations."""
        return np.asarray(np.isfinite(self.value).any(axis=1), dtype=bool)

    def flat(self, columns: Bools) -> tuple[Array, Array]:
        """Return values and errors of some classes of all places, without the missing ones."""
        known = np.isfinite(self.value[:, columns])
        return self.value[:, columns][known], self.error[:, columns][known]


@dataclass(frozen=True, slots=True)
class Levels:
    """Log ratios with the classes' centres taken out, the weights of the serious ones, and each place's spread."""

    centre: Array
    ratios: ClassRatios
    natural: float
    spread: Array
    side: NDArray[np.int64]

    @property
    def x(self) -> Array:
        """(J, O) log ratios less the classes' centres; 0 where not used."""
        known = np.where(np.isfinite(self.centre), self.centre, 0.0)
        return np.where(self.ratios.use, self.ratios.log_ratio - known, 0.0)

    @property
    def weight(self) -> Array:
        """(J, O) weights of the serious classes."""
        use = self.ratios.use & (self.side < 0)
        return np.where(use, 1 / (self.ratios.variance + self.natural), 0.0)


def class_levels(
    focal: ArrayLike, reference: ArrayLike, side: NDArray[np.int64], known: ArrayLike | None = None
) -> Levels:
    """Take log ratios by class with their centres, and each place's own spread.

    Parameters
    ----------
    focal, reference : array_like of counts, shape (J, O)
    side : ndarray of int, shape (O,)
        +1 discretionary, -1 serious, 0 neither.
    known : array_like of bool, shape (J, O), optional
        False where a count was not observed.

    Returns
    -------
    Levels
        With places in use that have three classes of each side, each of them met in ten places or more.
    """
    ratios = class_ratios(focal, reference, side, known)
    centre = class_centres(ratios)
    use = ratios.use & np.isfinite(centre)
    both = [(use & (side == which)).sum(axis=1) >= LEAST_EACH for which in (1, -1)]
    ratios = ClassRatios(ratios.log_ratio, ratios.variance, use & (both[0] & both[1])[:, None])
    bare = Levels(centre, ratios, 0.0, np.ones(len(use)), side)
    natural = natural_variance(bare.x, ratios, side)
    made = Levels(centre, ratios, natural, np.ones(len(use)), side)
    return Levels(centre, ratios, natural, _spread(made), side)


def _spread(levels: Levels) -> Array:
    """Spread of each place's serious classes about their mean, moderated towards what all places have."""
    x, weight = levels.x, levels.weight
    freedom = np.maximum((weight > 0).sum(axis=1) - 1, 0)
    mean = (weight * x).sum(axis=1, keepdims=True) / _total(weight)
    squares = (weight * (x - mean) ** 2).sum(axis=1)
    used = freedom > 0
    prior = prior_of([(squares[used & (freedom == own)], int(own)) for own in np.unique(freedom[used])])
    return np.asarray(np.sqrt((prior + squares) / (prior + freedom)))


def _total(weight: Array) -> Array:
    total = weight.sum(axis=1, keepdims=True)
    return np.where(total > 0, total, 1.0)


def deviations(levels: Levels, sign: int = 1) -> Deviations:
    """Measure every class against its place's level.

    Parameters
    ----------
    levels : Levels
    sign : {1, -1}
        -1 turns the log ratios round: how far classes stand below.

    Returns
    -------
    Deviations
    """
    x, weight, use = sign * levels.x, levels.weight, levels.ratios.use
    total = _total(weight)
    mean = (weight * x).sum(axis=1, keepdims=True) / total
    rest = total - weight
    others = (mean * total - weight * x) / np.where(rest > 0, rest, 1.0)
    error = np.sqrt(levels.ratios.variance + (weight**2 * levels.ratios.variance).sum(axis=1, keepdims=True) / total**2)
    unit = levels.spread[:, None]
    value = np.where(levels.side < 0, x - others, x - _level(x, levels)) / unit
    return Deviations(
        np.where(use, value, np.nan),
        np.where(use, error / unit, np.nan),
        levels.spread,
        levels.natural,
        levels.side > 0,
        levels.side < 0,
    )


def _lowest(x: Array, columns: Bools) -> Array:
    """Mean of the two lowest discretionary classes, (J, 1); minus infinity where a place has none."""
    lowest = np.sort(np.where(columns, x, np.inf), axis=1)[:, :_LOWEST].mean(axis=1, keepdims=True)
    return np.where(np.isfinite(lowest), lowest, -np.inf)


def second_largest(levels: Levels, sign: int = 1) -> Array:
    """Return how far the second most outstanding discretionary class stands above the level (log scale).

    Parameters
    ----------
    levels : Levels
    sign : {1, -1}
        -1: below the level of the log ratios turned round.

    Returns
    -------
    ndarray, shape (J,)
        NaN where a place is not used.
    """
    own = deviations(levels, sign)
    at = _second(own, levels.natural)
    return np.where(own.used, own.value[np.arange(len(at)), at] * own.spread, np.nan)


def second_bounds(levels: Levels, lowest: Array, highest: Array, sign: int = 1) -> tuple[Array, Array]:
    """Bound how far the class that is second as recorded stands above the level, over ranges of all log ratios.

    The class at its lowest against the level at its highest, and the reverse: no ways of moving the log ratios inside
    their ranges lead beyond, and the ends need not be reached.

    Parameters
    ----------
    levels : Levels
    lowest, highest : ndarray, shape (J, O)
        Ends of each class's log ratio; centres, weights and spreads stay.
    sign : {1, -1}
        As of :func:`second_largest`.

    Returns
    -------
    low, high : ndarray, shape (J,)
        NaN where a place is not used.
    """
    own = deviations(levels, sign)
    at = _second(own, levels.natural)
    ends = []
    under, over = (lowest, highest) if sign > 0 else (highest, lowest)
    for class_, others in ((under, over), (over, under)):
        x = sign * _with(levels, class_).x[np.arange(len(at)), at]
        moved = _with(levels, others)
        ends.append(np.where(own.used, x - _level(sign * moved.x, moved)[:, 0], np.nan))
    return ends[0], ends[1]


def second_class(levels: Levels, sign: int = 1) -> NDArray[np.int64]:
    """Return which class that is, shape (J,); of no meaning where a place is not used."""
    return _second(deviations(levels, sign), levels.natural)


def _with(levels: Levels, log_ratio: Array) -> Levels:
    ratios = ClassRatios(log_ratio, levels.ratios.variance, levels.ratios.use)
    return Levels(levels.centre, ratios, levels.natural, levels.spread, levels.side)


def _level(x: Array, levels: Levels) -> Array:
    """Return the higher of the weighted serious mean and the mean of the two lowest discretionary classes, (J, 1)."""
    mean = (levels.weight * x).sum(axis=1, keepdims=True) / _total(levels.weight)
    return np.maximum(mean, _lowest(x, levels.ratios.use & (levels.side > 0)))


def _second(own: Deviations, natural: float) -> NDArray[np.int64]:
    """Return the class of the second largest deviation over its standard error, natural differences included."""
    scale = np.hypot(own.error, np.sqrt(natural) / own.spread[:, None])
    known = np.isfinite(own.value) & own.discretionary
    score = np.where(known, own.value / np.where(known, scale, 1.0), -np.inf)
    return np.asarray(np.argsort(-score, axis=1, kind="stable")[:, 1], dtype=np.int64)
