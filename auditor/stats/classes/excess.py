"""Offence classes in excess: single classes against those in which none is expected, and two of them in one place.

A class is ranked among controls: the discretionary classes of groups that are not asked about, and the focal group's
own serious classes. The natural differences of each kind are taken from a mixture of normals (Stephens 2017), and the
focal classes' shift and scale are matched from their lower quantiles. Below the smallest rank the tail of the controls'
scores is carried on by the upper confidence limit of a generalised Pareto distribution.

A place stands out where two classes do, so that a campaign against one offence is none (partial conjunction: Benjamini
& Heller 2008). With t the second smallest of m p-values, the chance of one as small is at most

    pi(t) (1 - (1 - t)^(m - 1)) + (k(t) - 1) m (m - 1) / 2 t^2.

pi is the share of places in which a single class is as small, counted on the other places: whatever makes single
classes stand out, campaigns among it, is in it. Places whose second class stands out as well are not counted, so that
places with two in excess do not hide each other. k says how much more often than independent ones two classes of a
place are small together: pairs of the other groups' classes tell, carried on by a normal copula.

References
----------
Benjamini, Y. & Heller, R. (2008). Screening for partial conjunction hypotheses. Biometrics 64, 1215-1222.
Bates, S. et al. (2023). Testing for outliers with conformal p-values. Annals of Statistics 51, 149-178.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, owens_t

from auditor.stats.checks import Array
from auditor.stats.classes.deviations import Deviations
from auditor.stats.conformal.match import match
from auditor.stats.conformal.tail import upper_limit
from auditor.stats.fit import bisect
from auditor.stats.screening.mixture import NormalMixture, fit_mixture

Ints = NDArray[np.int64]

FEWEST_CONTROLS = 60
"""Classes of other groups, and serious ones, below which nothing is ranked."""
SECOND = 0.05
"""A second class above this does not stand out: its place is counted among those with a single one."""
MANY = 1000
"""Places of other groups from which on their own statistics are looked at far out in the tail."""
_FEWEST_KIND = 30
_SMEAR = 0.1
_CONFIDENCE = 0.95
_PAIRS, _NEAR, _FAR = 30.0, 0.1, 0.01
_GRID = np.concatenate([np.geomspace(1e-7, 0.5, 400), [1.0]])


@dataclass(frozen=True, slots=True)
class ClassTails:
    """p-values of single classes, and what they rest on.

    Attributes
    ----------
    p : ndarray, shape (J, O)
        One-sided, of the discretionary classes; NaN elsewhere.
    scores : ndarray, shape (n,)
        Ordered scores of the controls.
    nulls : tuple of (NormalMixture, float, float)
        Natural differences of each kind of control, and the shift and scale of the focal classes against it.
    others : ndarray, shape (J', O)
        p-values of the other groups' classes among themselves.
    """

    p: Array
    scores: Array
    nulls: tuple[tuple[NormalMixture, float, float], ...]
    others: Array

    def score(self, value: Array, error: Array) -> Array:
        """Return the larger of the tail probabilities under each kind of control."""
        return np.max([natural.upper(value - shift, error, scale) for natural, shift, scale in self.nulls], axis=0)

    def reach(self, p: Array, error: Array) -> Array:
        """Return the deviation at which the rank of a class is as small as p; infinite below the smallest rank."""
        at = np.floor(p * (self.scores.size + 1) * (1 + 1e-12)).astype(int) - 1
        wanted = np.where(at < 1, np.nan, self.scores[np.clip(at - 1, 0, self.scores.size - 1)])
        wanted = np.clip(wanted, 1e-300, 1 - 1e-12)
        span = np.max([natural.widest(error, scale) + abs(shift) for natural, shift, scale in self.nulls], axis=0)
        safe = np.where(np.isfinite(wanted), wanted, 0.5)
        found = bisect(lambda x: self.score(x, error) - safe, -span, span)
        return np.where(np.isfinite(wanted), found, np.inf)


def class_tails(focal: Deviations, others: Sequence[Deviations]) -> ClassTails | None:
    """Rank the focal group's discretionary classes among the controls.

    Parameters
    ----------
    focal : Deviations
    others : sequence of Deviations
        Of groups that are not asked about, at the same places; none may be given.

    Returns
    -------
    ClassTails or None
        None where there are fewer than 60 controls, or fewer than 30 focal classes.

    Raises
    ------
    NotConverged
        If a mixture or the matching is not pinned down.
    """
    parts = [item.flat(item.discretionary) for item in others]
    apart = (np.concatenate([v for v, _ in parts]), np.concatenate([e for _, e in parts])) if parts else None
    told = [kind for kind in (apart, focal.flat(focal.serious)) if kind is not None]
    kinds = [kind for kind in told if kind[0].size >= _FEWEST_KIND]
    value, error = focal.flat(focal.discretionary)
    if sum(kind[0].size for kind in kinds) < FEWEST_CONTROLS or value.size < _FEWEST_KIND:
        return None
    nulls, scores = [], []
    # Sums must not depend on the order of places: everything is fitted to sorted values.
    sorted_focal = _sorted(value, error)
    for kind in kinds:
        control, own = _sorted(*kind)
        middle = float(np.median(control))
        natural = fit_mixture(control - middle, own).smeared(_SMEAR * float(np.median(own)))
        found = match(*sorted_focal, natural)
        # Half a standard error above the estimate, as in the conformal screen; never below 1.
        scale = math.sqrt((max(1.0, found.scale) ** 2 + max(1.0, found.scale_upper) ** 2) / 2)
        nulls.append((natural, found.shift, scale))
        scores.append(natural.upper(control - middle, own))
    made = ClassTails(np.empty(0), np.sort(np.concatenate(scores)), tuple(nulls), _among_themselves(others))
    p = np.full(focal.value.shape, np.nan)
    rows = np.isfinite(focal.value) & focal.discretionary
    p[rows] = _ranked(made.score(value, error), made.scores, _CONFIDENCE)
    return ClassTails(p, made.scores, made.nulls, made.others)


def _sorted(value: Array, error: Array) -> tuple[Array, Array]:
    order = np.lexsort((error, value))
    return value[order], error[order]


def _ranked(score: Array, controls: Array, confidence: float) -> Array:
    """Ranks among the controls' scores; below the smallest, the upper limit of the fitted tail."""
    p = (1 + np.searchsorted(controls, score, side="right")) / (controls.size + 1)
    beyond = np.flatnonzero(p <= 1.5 / (controls.size + 1))
    if beyond.size:
        p[beyond] = np.minimum(p[beyond], upper_limit(controls, score[beyond], confidence))
    return np.asarray(p)


def _among_themselves(others: Sequence[Deviations]) -> Array:
    """Return p-values of the other groups' discretionary classes by their rank among themselves."""
    if not others:
        return np.empty((0, 0))
    shape = (sum(len(item.value) for item in others), others[0].value.shape[1])
    value = np.concatenate([np.where(item.discretionary, item.value, np.nan) for item in others])
    error = np.concatenate([item.error for item in others])
    known = np.isfinite(value)
    p = np.full(shape, np.nan)
    if known.sum() >= _FEWEST_KIND:
        middle = float(np.median(value[known]))
        typical = float(np.median(error[known]))
        ordered, own = _sorted(value[known], error[known])
        natural = fit_mixture(ordered - middle, own).smeared(_SMEAR * typical)
        score = natural.upper(value[known] - middle, error[known])
        p[known] = (1 + np.argsort(np.argsort(score, kind="stable"), kind="stable")) / (known.sum() + 1)
    return p


@dataclass(frozen=True, slots=True)
class Places:
    """The two smallest p-values of each place's classes, as a partial conjunction needs them.

    Attributes
    ----------
    first, second : ndarray, shape (J,)
        NaN where a place has fewer than three classes.
    classes : ndarray of int, shape (J,)
    """

    first: Array
    second: Array
    classes: Ints

    @property
    def used(self) -> NDArray[np.bool_]:
        """(J,) mask of the places with three classes or more."""
        return self.classes >= 3


def places_of(p: Array) -> Places:
    """Take the two smallest p-values of every row; NaN is no class."""
    known = np.isfinite(p)
    classes = known.sum(axis=1)
    ordered = np.sort(np.where(known, p, np.inf), axis=1)[:, :2]
    ordered = np.where((classes >= 3)[:, None], ordered, np.nan)
    return Places(ordered[:, 0], ordered[:, 1], classes)


def pair_correlation(p: Array) -> float:
    """Return the correlation of a normal copula that small p-values of the same place show.

    Pairs are looked at that are both below a level at which about thirty were expected of independent classes, between
    .01 and .1: as far out as they can be counted.

    Parameters
    ----------
    p : ndarray, shape (J, O)
        p-values of classes in which nothing is expected; NaN is no class.

    Returns
    -------
    float
        In [0, 0.95]; 0 where there are no pairs.
    """
    known = np.isfinite(p)
    classes = known.sum(axis=1)
    pairs = float((classes * (classes - 1) / 2).sum())
    if pairs == 0:
        return 0.0
    level = float(np.clip(np.sqrt(_PAIRS / pairs), _FAR, _NEAR))
    small = (np.where(known, p, 2.0) <= level).sum(axis=1)
    ratio = float(((small * (small - 1) / 2).sum() + 1) / (pairs * level**2 + 1))
    low, high = 0.0, 0.95
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if together(np.array(level), middle) < ratio else (low, middle)
    return low


def together(t: Array, correlation: float) -> Array:
    """Return how many times more often than independent ones two classes are both at or below t (Owen 1956)."""
    if correlation == 0:
        return np.ones(np.shape(t))
    z = -ndtri(t)
    both = ndtr(-z) - 2 * owens_t(z, np.sqrt((1 - correlation) / (1 + correlation)))
    return np.asarray(np.maximum(both / t**2, 1.0))


@dataclass(frozen=True)
class PlaceNull:
    """Chance of a second smallest p-value as small, by place.

    Attributes
    ----------
    places : Places
    correlation : float
    checked : ndarray, shape (n,) or None
        Ordered chances of the other groups' places, where they are many enough to tell.
    """

    places: Places
    correlation: float
    checked: Array | None = None

    def chance(self, t: Array, rows: Ints) -> Array:
        """Return the chance for places (positions ``rows``) at values ``t`` of their second smallest p-value."""
        found = self._bound(np.asarray(t, dtype=float), rows)
        if self.checked is None:
            return found
        return np.maximum(found, _ranked(found.ravel(), self.checked, 0.5).reshape(found.shape))

    def _bound(self, t: Array, rows: Ints) -> Array:
        others = self.places.classes[rows] - 1
        inner = np.minimum(t, SECOND)
        single = self._share(inner, rows, single=True)
        share = np.where(t > SECOND, np.maximum(single, self._share(t, rows, single=False)), single)
        pairs = (others + 1) * others / 2
        more = (together(np.clip(t, 1e-12, 1.0), self.correlation) - 1) * pairs * t**2
        return np.minimum(1.0, share * -np.expm1(others * np.log1p(-np.minimum(t, 1 - 1e-12))) + more)

    def _share(self, t: Array, rows: Ints, *, single: bool) -> Array:
        """Share of places with a class at or below t, the place itself counted as one of them."""
        places = self.places
        counted = places.used & ((places.second > SECOND) if single else True)
        # A second class above the level by chance alone is what independent classes have this often.
        weight = np.where(counted, (1 - SECOND) ** (1.0 - places.classes) if single else 1.0, 0.0)
        order = np.argsort(places.first[counted], kind="stable")
        first = places.first[counted][order]
        sums = np.concatenate([[0.0], np.cumsum(weight[counted][order])])
        own = np.where(counted[rows] & (places.first[rows] <= t), weight[rows], 0.0)
        met = sums[np.searchsorted(first, t, side="right")] - own
        return np.minimum(1.0, (1 + met) / max(int(places.used.sum()), 1))

    def critical(self, level: float) -> Array:
        """Return the largest t of each place whose chance is at most the level; 0 where none is."""
        found = np.zeros(len(self.places.classes))
        rows = np.flatnonzero(self.places.used)
        least = np.full(len(rows), True)
        for t in _GRID:
            least &= self.chance(np.full(len(rows), t), rows) <= level
            if not least.any():
                break
            found[rows[least]] = t
        return found


def place_null(tails: ClassTails) -> PlaceNull:
    """Build the null of the places from the p-values of their classes, and of the other groups'."""
    correlation = pair_correlation(tails.others)
    null = PlaceNull(places_of(tails.p), correlation)
    rest = places_of(tails.others) if tails.others.size else None
    if rest is None or int(rest.used.sum()) < MANY:
        return null
    rows = np.flatnonzero(rest.used)
    told = PlaceNull(rest, correlation).chance(rest.second[rows], rows)
    return PlaceNull(null.places, correlation, np.sort(told))


@dataclass(frozen=True, slots=True)
class ClassExcess:
    """Places judged by two of their classes.

    Attributes
    ----------
    p : ndarray, shape (J,)
        Chance of a second class as far out; NaN where a place is not judged.
    low : ndarray, shape (J,)
        Lower limit of the second class's deviation (log scale) that the test does not reject; minus infinity where
        there is none.
    controls : int
    scale : float
        Largest scale of the focal classes against a kind of control.
    correlation : float
    """

    p: Array
    low: Array
    controls: int
    scale: float
    correlation: float


def class_excess(focal: Deviations, others: Sequence[Deviations], level: float = 0.95) -> ClassExcess | None:
    """Judge every place by its second most outstanding discretionary class.

    Parameters
    ----------
    focal : Deviations
    others : sequence of Deviations
        Of groups that are not asked about, at the same places.
    level : float
        Of the two-sided interval whose lower end is given.

    Returns
    -------
    ClassExcess or None
        None where there are too few controls, or focal classes.

    Raises
    ------
    NotConverged
        If a mixture or the matching is not pinned down.
    """
    tails = class_tails(focal, others)
    if tails is None:
        return None
    null = place_null(tails)
    places = null.places
    p, low = (np.full(len(places.classes), np.nan) for _ in range(2))
    rows = np.flatnonzero(places.used)
    p[rows] = null.chance(places.second[rows], rows)
    at = np.argsort(np.where(np.isfinite(tails.p[rows]), tails.p[rows], np.inf), axis=1, kind="stable")[:, 1]
    value, error = focal.value[rows, at], focal.error[rows, at]
    need = tails.reach(null.critical((1 - level) / 2)[rows], error)
    low[rows] = (value - need) * focal.spread[rows]
    scale = max(scale for _, _, scale in tails.nulls)
    return ClassExcess(p, low, tails.scores.size, scale, null.correlation)
