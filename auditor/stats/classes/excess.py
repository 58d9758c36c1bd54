"""Places in which two offence classes stand out from all others: the test, and the limit that inverts it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.stats.checks import Array
from auditor.stats.classes.class_tails import class_tails
from auditor.stats.classes.deviations import Deviations
from auditor.stats.classes.second import place_null


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
    correlation, freedom : float
        Of the copula of two classes of a place.
    """

    p: Array
    low: Array
    controls: int
    scale: float
    correlation: float
    freedom: float


def class_excess(
    focal: Deviations, others: Sequence[Deviations], level: float = 0.95, freedom: float = math.inf
) -> ClassExcess | None:
    """Judge every place by its second most outstanding discretionary class.

    Parameters
    ----------
    focal : Deviations
    others : sequence of Deviations
        Of groups that are not asked about, at the same places.
    level : float
        Of the two-sided interval whose lower end is given.
    freedom : float
        Degrees of freedom of the places' variances (:func:`auditor.stats.classes.unequal.places_freedom`); infinite
        where places are equally variable.

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
    null = place_null(tails, freedom)
    places = null.places
    p, low = (np.full(len(places.classes), np.nan) for _ in range(2))
    rows = np.flatnonzero(places.used)
    p[rows] = null.chance(places.second[rows], rows)
    at = np.argsort(np.where(np.isfinite(tails.p[rows]), tails.p[rows], np.inf), axis=1, kind="stable")[:, 1]
    value, error = focal.value[rows, at], focal.error[rows, at]
    need = tails.reach(null.critical((1 - level) / 2)[rows], error)
    low[rows] = (value - need) * focal.spread[rows]
    scale = max(scale for _, _, scale in tails.nulls)
    return ClassExcess(p, low, tails.scores.size, scale, null.correlation, freedom)
