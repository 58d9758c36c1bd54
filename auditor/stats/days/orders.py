"""Ways to choose which days of each stratum were days of the operation."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Orders:
    """Assignments, the true one first.

    Attributes
    ----------
    chosen : ndarray of int, shape (R, M)
        Positions of the M days that are operation days under each assignment.
    exact : bool
        Whether these are all assignments.
    """

    chosen: Ints
    exact: bool

    @property
    def least(self) -> float:
        """One over the assignments: no p-value can be smaller."""
        return 1.0 / len(self.chosen)


def day_orders(on: Bools, stratum: Ints, most: int, draws: int, seed: int) -> Orders:
    """List every assignment where there are at most `most`, else draw some.

    Parameters
    ----------
    on : ndarray of bool, shape (N,)
        Operation days.
    stratum : ndarray of int, shape (N,)
        From 0, without gaps, in increasing order.
    most, draws, seed : int
        As in `auditor.stats.days.randomisation.randomise_days`.
    """
    starts = np.searchsorted(stratum, np.arange(stratum[-1] + 2))
    sizes, taken = np.diff(starts), np.bincount(stratum, on).astype(np.int64)
    true = np.flatnonzero(on)
    if math.prod(math.comb(int(size), int(few)) for size, few in zip(sizes, taken, strict=True)) <= most:
        return Orders(_all(true, starts, taken), exact=True)
    rng = np.random.default_rng(seed)
    drawn = [
        start + _subsets(rng, int(size), int(few), draws)
        for start, size, few in zip(starts, sizes, taken, strict=False)
    ]
    return Orders(np.vstack([true, np.concatenate(drawn, axis=1)]), exact=False)


def _all(true: Ints, starts: Ints, taken: Ints) -> Ints:
    each = [
        list(itertools.combinations(range(int(low), int(high)), int(few)))
        for low, high, few in zip(starts[:-1], starts[1:], taken, strict=True)
    ]
    rows = np.array([list(itertools.chain(*choice)) for choice in itertools.product(*each)], dtype=np.int64)
    own = int(np.flatnonzero((rows == true).all(axis=1))[0])
    rows[[0, own]] = rows[[own, 0]]
    return rows


def _subsets(rng: np.random.Generator, size: int, few: int, draws: int) -> Ints:
    """Draw subsets of `few` out of `size`, shape (draws, few)."""
    if few == 1:
        return rng.integers(0, size, (draws, 1))
    return np.argsort(rng.random((draws, size)), axis=1)[:, :few]
