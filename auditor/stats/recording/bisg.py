"""Bayesian improved surname geocoding: surname and area of residence together.

P(r | surname, area) is proportional to P(r | surname) P(area | r), if a name's bearers within a group live where the
group lives.

References
----------
Elliott, M. N., Morrison, P. A., Fremont, A., McCaffrey, D. F., Pantoja, P. & Lurie, N. (2009). Using the Census
Bureau's surname list to improve estimates of race/ethnicity and associated disparities. Health Services and Outcomes
Research Methodology 9, 69-83.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats import checks
from auditor.stats.checks import Array


@dataclass(frozen=True, slots=True)
class Posterior:
    """Chances of each group for N persons.

    Attributes
    ----------
    chances : ndarray, shape (N, G)
        P(group | surname, area); rows add up to 1.
    by_area : ndarray of bool, shape (N,)
        False where the area said nothing: it was not known, or it has no resident of any group that the name allows.
        The chances are then those of the surname alone.
    """

    chances: Array
    by_area: NDArray[np.bool_]


def area_given_group(residents: ArrayLike, total: ArrayLike | None = None) -> Array:
    """P(area | group) from residents.

    Parameters
    ----------
    residents : array_like of float, shape (A, G)
        Residents of each area by group, 0 or more.
    total : array_like of float, shape (G,), optional
        Residents of each group in the population that the surname shares describe; by default the sums over the areas.

    Returns
    -------
    ndarray, shape (A, G)
        0 for a group that has no residents at all.

    Raises
    ------
    ValueError
        If a number is negative or not finite, or shapes differ.
    """
    table = checks.nonnegative("residents", residents)
    if table.ndim != 2:
        raise ValueError(f"residents must be areas by groups, got shape {table.shape}")
    whole = table.sum(axis=0) if total is None else checks.nonnegative("total", total)
    if whole.shape != table.shape[1:]:
        raise ValueError(f"total has shape {whole.shape}, expected {table.shape[1:]}")
    return np.asarray(np.divide(table, whole, out=np.zeros_like(table), where=whole > 0))


def posterior(given_surname: ArrayLike, given_group: ArrayLike, area: ArrayLike) -> Posterior:
    """Bayes's step for many persons.

    Parameters
    ----------
    given_surname : array_like of float, shape (N, G)
        P(group | surname), rows of non-negative numbers with a positive sum.
    given_group : array_like of float, shape (A, G)
        P(area | group), any column scale common to all areas (see `area_given_group`).
    area : array_like of int, shape (N,)
        Area of each person, 0 to A - 1; -1 where it is not known.

    Returns
    -------
    Posterior

    Raises
    ------
    ValueError
        If a number is negative or not finite, a row of ``given_surname`` is all zero, or shapes do not fit.
    """
    prior = checks.nonnegative("given_surname", given_surname)
    likelihood = checks.nonnegative("given_group", given_group)
    if prior.ndim != 2 or likelihood.ndim != 2 or prior.shape[1] != likelihood.shape[1]:
        raise ValueError(f"given_surname {prior.shape} and given_group {likelihood.shape} must have the same groups")
    sums = prior.sum(axis=1, keepdims=True)
    if (sums <= 0).any():
        raise ValueError(f"given_surname: row {int(np.argmin(sums))} is all zero")
    where = _areas(area, likelihood.shape[0], prior.shape[0])
    prior = prior / sums
    joint = prior * np.where((where >= 0)[:, None], likelihood[np.maximum(where, 0)], 0.0)
    mass = joint.sum(axis=1, keepdims=True)
    by_area = mass[:, 0] > 0
    return Posterior(np.where(mass > 0, joint / np.where(mass > 0, mass, 1.0), prior), by_area)


def _areas(area: ArrayLike, areas: int, persons: int) -> NDArray[np.intp]:
    array = np.asarray(area)
    if array.shape != (persons,) or (array.size and array.dtype.kind not in "iu"):
        raise ValueError(f"area must hold one whole number a person, got {array.dtype} of shape {array.shape}")
    if array.size and (array.min() < -1 or array.max() >= areas):
        raise ValueError(f"area must lie between -1 and {areas - 1}, got {array.min()} to {array.max()}")
    return array.astype(np.intp)
