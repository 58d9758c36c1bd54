"""The same person, perceived differently on different occasions: is the outcome different too?

A linear probability model with one fixed effect a person (or a person within a stratum). With one regressor its
estimate needs only four sums of each unit, so many places are fitted at once from grouped cells.

References
----------
Gera, N. & Pierson, E. (2024). Testing for racial bias using inconsistent perceptions of race. arXiv 2409.11269.
Bell, R. M. & McCaffrey, D. F. (2002). Survey Methodology 28, 169-181 (bias-reduced clustered errors).
Pustejovsky, J. E. & Tipton, E. (2018). Journal of Business & Economic Statistics 36, 672-683 (fixed effects within
clusters may be absorbed first).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.strata.hypergeometric_sums import SumTest, checked_units, permuted_sums, positions


@dataclass(frozen=True, slots=True)
class PersonEffect:
    """Effect of being perceived as of the focal group, in J places.

    Attributes
    ----------
    effect : ndarray, shape (J,)
        Difference in the share with the outcome (0.01 is one percentage point) between occasions on which the same
        person was perceived as focal and not; NaN ("not applicable") where nobody was perceived both ways.
    se, df : ndarray, shape (J,)
        Standard error clustered by person (CR2) and its Satterthwaite degrees of freedom; NaN ("not applicable")
        where fewer than two persons inform.
    low, high : ndarray, shape (J,)
        Limits from Student's t; the whole range -1 to 1 where no standard error can be had.
    persons, rows : ndarray of int, shape (J,)
        Persons who were perceived both ways, and their occasions.
    shuffled : SumTest
        Exact test that within each person the perceptions are exchangeable (its p-values decide; the interval is for
        display).
    """

    effect: Array
    se: Array
    df: Array
    low: Array
    high: Array
    persons: NDArray[np.int64]
    rows: NDArray[np.int64]
    shuffled: SumTest


@dataclass(frozen=True, slots=True)
class ClusterFit:
    """One slope a place from cluster sums; attributes as in `PersonEffect`."""

    effect: Array
    se: Array
    df: Array


def person_effect(
    both: ArrayLike,
    focal: ArrayLike,
    outcome: ArrayLike,
    size: ArrayLike,
    place: ArrayLike,
    places: int,
    *,
    person: ArrayLike | None = None,
    level: float = 0.95,
) -> PersonEffect:
    """Fit every place at once from the sums of each unit.

    Parameters
    ----------
    both, focal, outcome, size : array_like of int, shape (U,)
        Of each unit: occasions perceived as focal that had the outcome, occasions perceived as focal, occasions with
        the outcome, occasions. A unit is a person in a place, or a person in a stratum of a place: then only
        occasions of the same stratum are compared.
    place : array_like of int, shape (U,)
        Place of each unit, 0 to places - 1.
    places : int
        How many places there are.
    person : array_like of int, shape (U,), optional
        Person of each unit, where a person has several; errors are clustered by it within each place.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    PersonEffect

    Raises
    ------
    ValueError
        If a count is negative, not whole, or impossible beside the others, or a position is out of range.
    """
    x, m, y, n = checked_units(both, focal, outcome, size)
    where = positions("place", place, places, x.shape)
    one = float(checks.inside_unit("level", level)[0])
    identity = np.arange(x.size) if person is None else np.unique(_labels(person, x.shape), return_inverse=True)[1]
    informs = (m > 0) & (m < n)
    cluster, clusters = _clusters(where[informs], identity[informs])
    spread = np.bincount(cluster, (m - m**2 / np.maximum(n, 1))[informs], clusters.size).astype(float)
    cross = np.bincount(cluster, (x - m * y / np.maximum(n, 1))[informs], clusters.size).astype(float)
    fit = fit_clusters(spread, cross, clusters, places)
    low, high = limits(fit, one)
    counted = np.bincount(clusters, minlength=places).astype(np.int64)
    rows = np.bincount(where[informs], n[informs], places).astype(np.int64)
    return PersonEffect(fit.effect, fit.se, fit.df, low, high, counted, rows, permuted_sums(x, m, y, n, where, places))


def person_cells(
    person: ArrayLike, focal: ArrayLike, outcome: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Sums of each unit from single occasions.

    Parameters
    ----------
    person : array_like, shape (N,)
        Unit of each occasion, any sortable labels.
    focal, outcome : array_like of bool, shape (N,)
        Whether the person was perceived as focal, and whether the outcome happened.

    Returns
    -------
    both, focal, outcome, size : ndarray of int, shape (U,)
        In the sorted order of the labels, as `person_effect` wants them.

    Raises
    ------
    ValueError
        If the lengths differ or a mark is not a truth value.
    """
    labels = np.asarray(person)
    marks = [_truth(name, value, labels.shape) for name, value in (("focal", focal), ("outcome", outcome))]
    unit = np.unique(labels, return_inverse=True)[1]
    sums = [np.bincount(unit, w).astype(np.int64) for w in (marks[0] & marks[1], marks[0], marks[1])]
    return sums[0], sums[1], sums[2], np.bincount(unit).astype(np.int64)


def fit_clusters(spread: Array, cross: Array, place: NDArray[np.intp], places: int) -> ClusterFit:
    """Slope through the origin of each place, with CR2 errors, from the sums of its clusters.

    Parameters
    ----------
    spread, cross : ndarray, shape (C,)
        Sum over a cluster of the squared regressor and of regressor times outcome, both already demeaned.
    place : ndarray of int, shape (C,)
        Place of each cluster.
    places : int
        How many places there are.

    Returns
    -------
    ClusterFit

    Notes
    -----
    With one regressor the CR2 matrix has a closed form: with h the cluster's share of the place's spread, its score is
    divided by sqrt(1 - h), and the Satterthwaite degrees of freedom under a working model of independence are
    1 / (sum h^2 + (sum c)^2 - sum c^2), c = h^2 / (1 - h).
    """
    total = np.bincount(place, spread, places)
    known = total > 0
    effect = np.divide(np.bincount(place, cross, places), total, out=np.full(places, np.nan), where=known)
    h = spread / total[place]
    # A cluster that is its place's only one has h = 1 and no error of its own.
    alone = h > 1 - 1e-12
    room = np.where(alone, 1.0, 1 - h)
    score = (cross - effect[place] * spread) / np.sqrt(room)
    c = h**2 / room
    inverse = np.bincount(place, h**2 - c**2, places) + np.bincount(place, c, places) ** 2
    usable = known & (np.bincount(place, alone, places) == 0)
    se = np.divide(np.sqrt(np.bincount(place, score**2, places)), total, out=np.full(places, np.nan), where=usable)
    return ClusterFit(effect, se, np.divide(1.0, inverse, out=np.full(places, np.nan), where=usable))


def limits(fit: ClusterFit, level: float) -> tuple[Array, Array]:
    """Student-t limits within -1 to 1; the whole range where there is no standard error."""
    known = ~np.isnan(fit.se)
    t = special.stdtrit(np.where(known, fit.df, 1.0), (1 + level) / 2)
    reach = np.where(known, t * np.where(known, fit.se, 0.0), np.inf)
    middle = np.where(known, fit.effect, 0.0)
    return np.maximum(middle - reach, -1.0), np.minimum(middle + reach, 1.0)


def _clusters(place: NDArray[np.intp], person: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Cluster of each unit, and place of each cluster: one a person and place."""
    if not place.size:
        return place, place
    pairs, cluster = np.unique(np.stack([place, person]), axis=1, return_inverse=True)
    return cluster.ravel(), pairs[0]


def _labels(person: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.generic]:
    labels = np.asarray(person)
    if labels.shape != shape:
        raise ValueError(f"person has shape {labels.shape}, expected {shape}")
    return labels


def _truth(name: str, value: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    array = np.asarray(value)
    if array.dtype != np.bool_ or array.shape != shape or array.ndim != 1:
        raise ValueError(f"{name} must hold one truth value an occasion, got {array.dtype} of shape {array.shape}")
    return array
