"""The same person perceived differently: ratio of the two shares, within persons, many places at once.

The ratio is Mantel and Haenszel's with persons as strata. It has the very weights of the person fixed-effects
difference of `person_fixed_effects`: that is the difference, and this the quotient, of the same two weighted shares.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.strata.hypergeometric_sums import checked_units, positions


@dataclass(frozen=True, slots=True)
class PersonRatio:
    """Ratio of the share with the outcome when perceived as focal over that when not, in J places; shapes (J,).

    Attributes
    ----------
    ratio, low, high : ndarray
        Ratio and its limits; 0 or infinite where only one side has outcomes, with limits 0 and infinity. NaN ("not
        applicable") where nobody perceived both ways had the outcome.
    se : ndarray
        Standard error of the log ratio, clustered by person; NaN where the ratio is 0, infinite or NaN.
    focal, reference : ndarray
        The two weighted shares; their difference is the fixed-effects estimate. NaN where nobody was perceived both
        ways.
    """

    ratio: Array
    low: Array
    high: Array
    se: Array
    focal: Array
    reference: Array


def person_ratio(
    both: ArrayLike,
    focal: ArrayLike,
    outcome: ArrayLike,
    size: ArrayLike,
    place: ArrayLike,
    places: int,
    *,
    person: ArrayLike | None = None,
    df: ArrayLike | None = None,
    level: float = 0.95,
) -> PersonRatio:
    """Pool the persons of every place.

    Parameters
    ----------
    both, focal, outcome, size, place, places, person
        As `auditor.stats.strata.person_fixed_effects.person_effect` takes them.
    df : array_like, shape (J,), optional
        Degrees of freedom of Student's t; NaN or None for the normal distribution.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    PersonRatio

    Raises
    ------
    ValueError
        If a count is negative, not whole, or impossible beside the others, or a position is out of range.

    Notes
    -----
    With a_i = focal outcomes x other occasions / occasions of person i, c_i the same the other way round, A and C their
    sums, the limits are the values r at which (A - r C)^2 = t^2 sum (a_i - r c_i)^2: Fieller's, with the variance that
    a hypothesised ratio implies, so that the interval of the exchanged groups is the reciprocal.

    References
    ----------
    Mantel, N. & Haenszel, W. (1959). JNCI 22, 719-748. Greenland, S. & Robins, J. M. (1985). Biometrics 41, 55-68.
    Fieller, E. C. (1954). Journal of the Royal Statistical Society B 16, 175-185.
    """
    x, m, y, n = checked_units(both, focal, outcome, size)
    where = positions("place", place, places, x.shape)
    one = float(checks.inside_unit("level", level)[0])
    used = (m > 0) & (m < n)
    x, m, y, n, where = x[used], m[used], y[used], n[used], where[used]
    who = np.arange(used.size)[used] if person is None else np.asarray(person)[used]
    cluster, owner = _clusters(where, who)
    above = np.bincount(cluster, x * (n - m) / n, owner.size).astype(float)
    below = np.bincount(cluster, (y - x) * m / n, owner.size).astype(float)
    weight = np.bincount(where, m * (n - m) / n, places).astype(float)
    sums = _Sums(*(np.bincount(owner, v, places).astype(float) for v in _products(above, below)))
    t = _critical(df, one, places)
    low, high = sums.limits(t)
    share = [np.divide(v, weight, out=np.full(places, np.nan), where=weight > 0) for v in (sums.a, sums.c)]
    return PersonRatio(sums.ratio(), low, high, sums.error(), share[0], share[1])


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums over the persons of each place: of a, c, their squares and their product."""

    a: Array
    c: Array
    aa: Array
    cc: Array
    ac: Array

    @property
    def inner(self) -> NDArray[np.bool_]:
        return (self.a > 0) & (self.c > 0)

    def ratio(self) -> Array:
        edge = np.where(self.a > 0, np.inf, np.where(self.c > 0, 0.0, np.nan))
        return np.divide(self.a, self.c, out=edge, where=self.inner)

    def error(self) -> Array:
        """Return the delta method's error of the log ratio: of the sum of a_i / A - c_i / C."""
        a, c = np.where(self.inner, self.a, 1.0), np.where(self.inner, self.c, 1.0)
        variance = np.maximum(self.aa / a**2 + self.cc / c**2 - 2 * self.ac / (a * c), 0.0)
        return np.where(self.inner, np.sqrt(variance), np.nan)

    def limits(self, t: Array) -> tuple[Array, Array]:
        """Solve the quadratic; an end at which every value is as good stays open."""
        two, zero = self.c**2 - t**2 * self.cc, self.a**2 - t**2 * self.aa
        half = self.a * self.c - t**2 * self.ac
        root = np.sqrt(np.maximum(half**2 - two * zero, 0.0))
        # The root is computed from the sum that does not cancel; the two differ by exchanging the ends.
        far = half + np.where(half >= 0, root, -root)
        with np.errstate(divide="ignore", invalid="ignore"):
            high = np.where(two > 0, np.where(half >= 0, far / two, zero / far), np.inf)
            low = np.where(zero > 0, np.where(half >= 0, zero / far, far / two), 0.0)
        known = self.inner
        nothing = (self.a == 0) & (self.c == 0)
        low, high = np.where(known, low, 0.0), np.where(known, high, np.inf)
        return np.where(nothing, np.nan, low), np.where(nothing, np.nan, high)


def _products(a: Array, c: Array) -> tuple[Array, ...]:
    return a, c, a**2, c**2, a * c


def _clusters(place: NDArray[np.intp], person: NDArray[np.generic]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Cluster of each unit, and place of each cluster: one a person and place."""
    if not place.size:
        return place, place
    codes = np.unique(person, return_inverse=True)[1].ravel()
    pairs, cluster = np.unique(np.stack([place, codes]), axis=1, return_inverse=True)
    return cluster.ravel(), pairs[0]


def _critical(df: ArrayLike | None, level: float, places: int) -> Array:
    normal = np.full(places, special.ndtri((1 + level) / 2))
    if df is None:
        return normal
    degrees = np.broadcast_to(np.asarray(df, dtype=float), (places,))
    known = np.isfinite(degrees) & (degrees > 0)
    return np.where(known, special.stdtrit(np.where(known, degrees, 1.0), (1 + level) / 2), normal)
