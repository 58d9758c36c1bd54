"""Persons summed by place, recorded group and bin of their chance of being of the focal group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.strata.hypergeometric_sums import positions

#: Bins that hold the usual threshold .75 and are fine enough at both ends for `prior_shift`.
EDGES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.75, 0.85, 0.9, 0.94, 0.97, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class RecordingCells:
    """Sums by place, recorded group and bin of the chance of the focal group.

    Attributes
    ----------
    n, chance, variance : ndarray, shape (J, R, B)
        Persons, sum of P, sum of P(1 - P).
    """

    n: Array
    chance: Array
    variance: Array


def tabulate(
    place: ArrayLike, recorded: ArrayLike, chance: ArrayLike, places: int, groups: int, edges: ArrayLike = EDGES
) -> RecordingCells:
    """Sum persons into cells.

    Parameters
    ----------
    place, recorded : array_like of int, shape (N,)
        Place (0 to places - 1) and recorded group (0 to groups - 1) of each person.
    chance : array_like of float, shape (N,)
        Chance of the focal group, 0 to 1.
    places, groups : int
        How many there are.
    edges : array_like of float
        Rising from 0 to 1; a chance on an edge falls into the bin above it.

    Returns
    -------
    RecordingCells

    Raises
    ------
    ValueError
        If shapes, kinds or ranges are wrong.
    """
    p, cuts = checks.share("chance", chance), checks.share("edges", edges)
    if cuts.size < 2 or cuts[0] != 0 or cuts[-1] != 1 or (np.diff(cuts) <= 0).any():
        raise ValueError("edges must rise from 0 to 1")
    where, group = positions("place", place, places, p.shape), positions("recorded", recorded, groups, p.shape)
    bins = cuts.size - 1
    cell = (where * groups + group) * bins + np.minimum(np.searchsorted(cuts, p, side="right") - 1, bins - 1)
    shape, size = (places, groups, bins), places * groups * bins
    sums = [np.bincount(cell, w, size).astype(float).reshape(shape) for w in (np.ones(p.size), p, p * (1 - p))]
    return RecordingCells(sums[0], sums[1], sums[2])


def checked(cells: RecordingCells) -> tuple[Array, Array, Array]:
    """Return the three arrays, refusing what no persons could add up to."""
    n = checks.counts("n", cells.n)
    chance, variance = checks.nonnegative("chance", cells.chance), checks.nonnegative("variance", cells.variance)
    if n.ndim != 3 or not n.shape == chance.shape == variance.shape:
        raise ValueError(f"cells must be places by groups by bins, got {n.shape}, {chance.shape}, {variance.shape}")
    slack = 1e-9 * np.maximum(n, 1)
    if (chance > n + slack).any() or (variance > np.minimum(chance, n - chance) + slack).any():
        raise ValueError("cells: a sum of chances, or of their variances, is larger than its persons allow")
    return n, chance, np.minimum(variance, chance)


def unusable(recorded: ArrayLike, total: ArrayLike, share: ArrayLike, least: float = 1 / 3) -> NDArray[np.bool_]:
    """Say where the focal group is recorded so rarely that the records cannot be used.

    Parameters
    ----------
    recorded, total : array_like of int, shape (J,)
        Persons recorded as focal, and with any group recorded.
    share : array_like of float, shape (J,)
        Share of the focal group in the population.
    least : float
        Smallest recorded share, relative to the population's, that is still believed.

    Returns
    -------
    ndarray of bool
        True where recorded / total is below ``least`` times the share; False without persons (nothing was recorded).

    Raises
    ------
    ValueError
        If a count is negative or not whole, or a share lies outside 0 to 1.
    """
    k, n = checks.tally(recorded, total, "recorded", "total")
    k, n, base = checks.together(recorded=k, total=n, share=checks.share("share", share))
    return np.asarray((n > 0) & (k < least * base * n))
