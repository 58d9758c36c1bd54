"""The same person perceived differently, with an effect of every officer too.

Officers differ in how often they search and in what they write down. Where few officers meet many persons, those
differences alone make perception and search go together in a place, in either direction, although no officer treats
anybody otherwise for it: persons are no independent units then. With an effect of every officer beside that of every
person in the linear model, what officers differ by is gone, by chance or not.

References
----------
Frisch, R. & Waugh, F. V. (1933). Econometrica 1, 387-401 (effects may be taken out first).
Bell, R. M. & McCaffrey, D. F. (2002). Survey Methodology 28, 169-181 (bias-reduced clustered errors).
Paige, C. C. & Saunders, M. A. (1982). ACM Transactions on Mathematical Software 8, 43-71 (sparse least squares).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special
from scipy.sparse import csr_array, hstack
from scipy.sparse.linalg import lsqr

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.strata.hypergeometric_sums import positions
from auditor.stats.strata.person_fixed_effects import fit_clusters, limits

_STILL = 1e-12
_MOST_STEPS = 5000
_GONE = 1e-9
"""Share of its variance below which perception is taken to be told by person and officer alone."""


@dataclass(frozen=True, slots=True)
class OfficerEffect:
    """Effect of being perceived as focal, persons and officers held fixed, in J places; shapes (J,).

    Attributes
    ----------
    effect : ndarray
        Difference in the share with the outcome; NaN ("not applicable") where persons and officers tell every
        perception.
    low, high : ndarray
        Limits from Student's t, errors clustered by person (CR2); -1 and 1 where there is no effect or no error.
    p_greater, p_less : ndarray
        One-sided p-values of no effect; 1 where there is no effect or no error.
    """

    effect: Array
    low: Array
    high: Array
    p_greater: Array
    p_less: Array


def officer_effect(
    focal: ArrayLike,
    outcome: ArrayLike,
    n: ArrayLike,
    unit: ArrayLike,
    officer: ArrayLike,
    person: ArrayLike,
    place: ArrayLike,
    places: int,
    *,
    level: float = 0.95,
) -> OfficerEffect:
    """Fit every place at once.

    Parameters
    ----------
    focal, outcome : array_like of bool, shape (R,)
        Of occasions that are alike: whether the person was perceived as focal, whether the outcome happened.
    n : array_like, shape (R,)
        How many such occasions there were.
    unit, officer, person : array_like of int, shape (R,)
        Numbers of the unit (a person of a place, or a person in a stratum of it), of the officer, and of the person by
        whom errors are clustered. Units, officers and persons of two places have different numbers.
    place : array_like of int, shape (R,)
        Place, 0 to places - 1.
    places : int
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    OfficerEffect

    Raises
    ------
    ValueError
        If shapes differ, a count is not above 0, or a place is out of range.
    """
    x, y = (np.asarray(v, dtype=float) for v in (focal, outcome))
    weight = checks.numbers("n", n)
    labels = [np.asarray(v) for v in (unit, officer, person)]
    if any(v.shape != x.shape or v.ndim != 1 for v in (y, weight, *labels)) or (weight <= 0).any():
        raise ValueError("the arguments must be equally long, and every count above 0")
    where = positions("place", place, places, x.shape)
    one = float(checks.inside_unit("level", level)[0])
    units, officers, persons = (np.unique(v, return_inverse=True)[1].reshape(-1) for v in labels)
    left_x, left_y = _residuals(np.stack([x, y]), weight, units, officers)
    left_x[_told(x, left_x, weight, where, places)[where]] = 0.0
    spread, cross = (np.bincount(persons, weight * left_x * v).astype(float) for v in (left_x, left_y))
    informs = spread > 0
    owner = np.zeros(len(spread), dtype=np.intp)
    owner[persons] = where
    fit = fit_clusters(spread[informs], cross[informs], owner[informs], places)
    low, high = limits(fit, one)
    known = ~np.isnan(fit.se)
    t = np.divide(fit.effect, fit.se, out=np.zeros(places), where=known & (fit.se > 0))
    df = np.where(known, fit.df, 1.0)
    above, below = (np.where(known & (fit.se > 0), special.stdtr(df, side * t), 1.0) for side in (-1, 1))
    return OfficerEffect(fit.effect, low, high, above, below)


def _residuals(values: Array, weight: Array, unit: NDArray[np.intp], officer: NDArray[np.intp]) -> Array:
    """Return what least squares on the effects of units and officers leave of each row of `values`."""
    root = np.sqrt(weight)
    design = hstack([_marks(unit, root), _marks(officer, root)], format="csr")
    left = []
    for value in values:
        found = lsqr(design, root * value, atol=_STILL, btol=_STILL, iter_lim=_MOST_STEPS)[0]
        left.append(value - (design @ found) / root)
    return np.array(left)


def _marks(label: NDArray[np.intp], root: Array) -> csr_array:
    rows = np.arange(len(label))
    return csr_array((root, (rows, label)), shape=(len(label), int(label.max(initial=-1)) + 1))


def _told(x: Array, left: Array, weight: Array, place: NDArray[np.intp], places: int) -> NDArray[np.bool_]:
    """Return the places in which persons and officers tell every perception: rounding is all that is left of it."""
    rest, whole = (np.bincount(place, weight * v**2, places) for v in (left, x))
    return np.asarray(rest <= _GONE * whole, dtype=bool)
