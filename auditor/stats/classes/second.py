"""The chance that two offence classes of one place stand out together.

A place stands out where two classes do, so that a campaign against one offence is none (partial conjunction: Benjamini
& Heller 2008). With t the second smallest of m p-values, the chance of one as small is at most

    pi(t) (1 - (1 - t)^(m - 1)) + (k(t) - 1) m (m - 1) / 2 t^2.

pi is the share of places in which a single class is as small, counted on the other places: whatever makes single
classes stand out, campaigns among it, is in it. Places whose second class stands out as well are not counted, so that
places with two in excess do not hide each other. k says how much more often than independent ones two classes of a
place are small together (:mod:`auditor.stats.classes.together`).

References
----------
Benjamini, Y. & Heller, R. (2008). Screening for partial conjunction hypotheses. Biometrics 64, 1215-1222.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.stats.checks import Array
from auditor.stats.classes.class_tails import ClassTails, ranked
from auditor.stats.classes.together import pair_correlation, together

Ints = NDArray[np.int64]

SECOND = 0.05
"""A second class above this does not stand out: its place is counted among those with a single one."""
MANY = 1000
"""Places of other groups from which on their own statistics are looked at far out in the tail."""
_GRID = np.concatenate([np.geomspace(1e-7, 0.5, 400), [1.0]])


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


@dataclass(frozen=True)
class PlaceNull:
    """Chance of a second smallest p-value as small, by place.

    Attributes
    ----------
    places : Places
    correlation, freedom : float
        Of the copula of two classes of a place.
    checked : ndarray, shape (n,) or None
        Ordered chances of the other groups' places, where they are many enough to tell.
    """

    places: Places
    correlation: float
    freedom: float = math.inf
    checked: Array | None = None

    def chance(self, t: Array, rows: Ints) -> Array:
        """Return the chance for places (positions ``rows``) at values ``t`` of their second smallest p-value."""
        found = self._bound(np.asarray(t, dtype=float), rows)
        if self.checked is None:
            return found
        return np.maximum(found, ranked(found.ravel(), self.checked, 0.5).reshape(found.shape))

    def _bound(self, t: Array, rows: Ints) -> Array:
        others = self.places.classes[rows] - 1
        inner = np.minimum(t, SECOND)
        single = self._share(inner, rows, single=True)
        share = np.where(t > SECOND, np.maximum(single, self._share(t, rows, single=False)), single)
        pairs = (others + 1) * others / 2
        more = (together(np.clip(t, 1e-12, 1.0), self.correlation, self.freedom) - 1) * pairs * t**2
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


def place_null(tails: ClassTails, freedom: float = math.inf) -> PlaceNull:
    """Build the null of the places from the p-values of their classes, and of the other groups'.

    Parameters
    ----------
    tails : ClassTails
    freedom : float
        Degrees of freedom of the places' variances; infinite where places are equally variable.

    Returns
    -------
    PlaceNull
    """
    correlation = pair_correlation(tails.others, freedom)
    null = PlaceNull(places_of(tails.p), correlation, freedom)
    rest = places_of(tails.others) if tails.others.size else None
    if rest is None or int(rest.used.sum()) < MANY:
        return null
    rows = np.flatnonzero(rest.used)
    told = PlaceNull(rest, correlation, freedom).chance(rest.second[rows], rows)
    return PlaceNull(null.places, correlation, freedom, np.sort(told))
