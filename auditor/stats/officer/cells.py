"""Stops of officers in cells, pooled by stratum: the shared part of every officer's comparison.

A stratum is a combination of the covariates (time of day, weekday, month, area, offence ...). What an officer's
colleagues did is the pool of all officers less the officer's own cells, so the pool is built once and nothing larger
than the cells is ever held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from auditor.stats.checks import Array, counts

Ints = NDArray[np.int64]

#: Most levels that the terms to be balanced may have together: each is an equation solved for every officer.
MOST_LEVELS = 400


@dataclass(frozen=True, slots=True)
class OfficerPool:
    """Counts of J officers in S strata.

    Attributes
    ----------
    codes : ndarray of int, shape (S, V)
        Level of each of the V covariates in each stratum, 0 ... levels - 1.
    levels : tuple of int
        Number of levels of each covariate.
    stops : csr_array, shape (J, S)
        Stops; strata in which nobody made a stop are not held.
    outcomes : tuple of csr_array, shape (J, S)
        Stops of the focal group first, then those counted by each negative control.
    all_stops, all_outcomes : ndarray, shape (S,)
        The same counts over all officers.
    """

    codes: Ints
    levels: tuple[int, ...]
    stops: csr_array
    outcomes: tuple[csr_array, ...]
    all_stops: Array
    all_outcomes: tuple[Array, ...]

    @property
    def officers(self) -> int:
        """Number of officers, J."""
        return int(self.stops.shape[0])

    def among(self, rows: NDArray[np.intp]) -> OfficerPool:
        """Pool of the officers at the given positions, in that order, and of their strata alone."""
        stops = self.stops[rows]
        used = np.flatnonzero(_total(stops) > 0)
        return _pool(self.codes[used], self.levels, stops[:, used], [k[rows][:, used] for k in self.outcomes])


@dataclass(frozen=True, slots=True)
class Terms:
    """Margins to be balanced, coded for sums over strata.

    Attributes
    ----------
    margins : tuple of tuple of int
        Covariates of each term.
    codes : ndarray of int, shape (T, S)
        Column of the term's level among the P levels of all terms.
    start : ndarray of int, shape (T + 1,)
        First column of each term; the last entry is P.
    """

    margins: tuple[tuple[int, ...], ...]
    codes: Ints
    start: Ints

    @property
    def size(self) -> int:
        """Number of levels of all terms, P."""
        return int(self.start[-1])

    def sums(self, weight: Array, rows: NDArray[np.intp]) -> Array:
        """Sums of weights of the strata at ``rows`` by level of each term, shape (P,)."""
        return _sums(self.codes[:, rows].ravel(), np.tile(weight, len(self.margins)), self.size)


def pool_cells(
    officer: ArrayLike, codes: ArrayLike, n: ArrayLike, k: ArrayLike, controls: ArrayLike | None = None
) -> OfficerPool:
    """Pool cells of stops by stratum.

    Parameters
    ----------
    officer : array_like of int, shape (C,)
        Officer of each cell, 0 ... J-1. Cells of one officer and stratum may repeat; they are summed.
    codes : array_like of int, shape (C, V)
        Level of each covariate, 0 or more; V is 1 or more. Few levels each: months, not dates.
    n, k : array_like of int, shape (C,)
        Stops, and those of the focal group among them.
    controls : array_like of int, shape (C, K), optional
        Stops that each negative control counts, such as those on odd days of the month.

    Returns
    -------
    OfficerPool
        J is the largest officer index plus 1; officers without a cell have no stops.

    Raises
    ------
    ValueError
        If shapes differ, an index is negative or not whole, or a count exceeds its stops.
    """
    stops = counts("n", n)
    columns = [counts("k", k)]
    if controls is not None:
        table = np.asarray(controls)
        if table.ndim != 2:
            raise ValueError(f"controls must be cells by controls, got shape {table.shape}")
        columns += [counts("controls", column) for column in table.T]
    who, level = _index("officer", officer, 1), _index("codes", codes, 2)
    if stops.size == 0 or level.shape[1] == 0:
        raise ValueError("there must be at least one cell and one covariate")
    if not all(part.shape == (stops.size,) for part in (who, level[:, 0], *columns)):
        raise ValueError("officer, codes, n, k and controls must have one row for each cell")
    if any((column > stops).any() for column in columns):
        raise ValueError("k and controls must not exceed n")
    used = stops > 0
    strata, at = np.unique(level[used], axis=0, return_inverse=True)
    shape = (int(who.max()) + 1, strata.shape[0])

    def matrix(value: Array) -> csr_array:
        return csr_array((value[used], (who[used], at.ravel())), shape=shape)

    most = tuple(int(top) + 1 for top in level.max(axis=0))
    return _pool(strata, most, matrix(stops), [matrix(column) for column in columns])


def own(matrix: csr_array, officer: int) -> Array:
    """Counts of one officer, shape (S,)."""
    low, high = matrix.indptr[officer], matrix.indptr[officer + 1]
    return _sums(matrix.indices[low:high], matrix.data[low:high], matrix.shape[1])


def terms(pool: OfficerPool, margins: Sequence[Sequence[int]] | None = None) -> Terms:
    """Code the margins to be balanced.

    Parameters
    ----------
    pool : OfficerPool
    margins : sequence of sequences of int, optional
        Covariates of each term: (2,) balances the third covariate by itself, (0, 3) the first and fourth jointly.
        Every covariate that is in no term is added by itself; a term within another is dropped, being balanced
        with it. By default each covariate by itself.

    Returns
    -------
    Terms

    Raises
    ------
    ValueError
        If a term is empty or names a covariate that does not exist, or there are more than 400 levels together.
    """
    asked = {tuple(sorted(set(term))) for term in margins or ()}
    count = len(pool.levels)
    if any(not term or term[0] < 0 or term[-1] >= count for term in asked):
        raise ValueError(f"margins must name covariates 0 to {count - 1}, got {sorted(asked)}")
    asked |= {(one,) for one in range(count)}
    kept = tuple(sorted(a for a in asked if not any(set(a) < set(b) for b in asked)))
    codes, start = [], [0]
    for term in kept:
        _, level = np.unique(pool.codes[:, list(term)], axis=0, return_inverse=True)
        codes.append(level.ravel() + start[-1])
        start.append(start[-1] + int(level.max()) + 1)
    if start[-1] > MOST_LEVELS:
        raise ValueError(f"the margins have {start[-1]} levels together; {MOST_LEVELS} are the most: group them")
    return Terms(kept, np.array(codes, dtype=np.int64), np.array(start, dtype=np.int64))


class PairTables:
    """Weighted two-way tables of all pairs of terms over given strata, with the cells' places worked out once."""

    def __init__(self, design: Terms, rows: NDArray[np.intp]) -> None:
        codes = design.codes[:, rows]
        self._design = design
        self._single = codes[0]
        self._pairs = []
        for a, b in combinations(range(len(design.margins)), 2):
            first, last = slice(*design.start[a : a + 2]), slice(*design.start[b : b + 2])
            wide = int(design.start[b + 1] - design.start[b])
            self._pairs.append((first, last, wide, (codes[a] - design.start[a]) * wide + (codes[b] - design.start[b])))

    def table(self, weight: Array) -> Array:
        """X' diag(weight) X of the indicator columns, shape (P, P); its diagonal holds the margins."""
        size = self._design.size
        table = np.zeros((size, size))
        if not self._pairs:
            table[np.diag_indices(size)] = _sums(self._single, weight, size)
        for first, last, wide, cell in self._pairs:
            tall = first.stop - first.start
            block = _sums(cell, weight, tall * wide).reshape(tall, wide)
            table[first, last], table[last, first] = block, block.T
            if first.start == 0:
                table[first, first], table[last, last] = np.diag(block.sum(axis=1)), np.diag(block.sum(axis=0))
        return table


def _pool(codes: Ints, levels: tuple[int, ...], stops: csr_array, outcomes: list[csr_array]) -> OfficerPool:
    sums = tuple(_total(k) for k in outcomes)
    return OfficerPool(codes, levels, stops, tuple(outcomes), _total(stops), sums)


def _total(matrix: csr_array) -> Array:
    return _sums(matrix.indices, matrix.data, matrix.shape[1])


def _sums(index: NDArray[np.integer], weight: Array, size: int) -> Array:
    return np.bincount(index, weight, size).astype(np.float64, copy=False)


def _index(name: str, value: ArrayLike, dimensions: int) -> Ints:
    array = np.asarray(value)
    if array.ndim != dimensions or array.dtype.kind not in "iu":
        shape = f"{array.dtype} {array.shape}"
        raise ValueError(f"{name} must hold whole numbers in {dimensions} dimension(s), got {shape}")
    if (array < 0).any():
        raise ValueError(f"{name} must be 0 or more, got {int(array.min())}")
    return array.astype(np.int64)
