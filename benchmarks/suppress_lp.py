"""What a reader can work out: every published number as an equation over counts, and the bounds that follow.

Nothing here knows how the library suppresses. A count is a key; a published number says that a sum of counts has a
value, or that one sum is a share of another. Linear programming then gives the least and the largest value that any
other sum can have while every published number stays as it is (counts are never negative).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_array, csc_array, csr_array
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
LEAST = 11
SLACK = 1e-6
FACTORS = 10
"""Common factors of a share's two sums that a reader tries."""


@dataclass
class System:
    """Equations over counts, as they are read off the output."""

    counts: Mapping[Hashable, int]
    rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)
    """Coefficients by key, and the least and the largest value of their sum."""
    seen: set[tuple] = field(default_factory=set)
    linking: set[int] = field(default_factory=set)
    """Rows that link places which share no other equation."""

    def __post_init__(self) -> None:
        self.keys = list(self.counts)
        self.at = {key: i for i, key in enumerate(self.keys)}

    def equals(self, counted: Iterable[Hashable], value: float, *, linking: bool = False) -> None:
        """State that a sum of counts is a number; ``linking`` where it is one of a whole file, over all places."""
        counted = list(counted)
        if abs(sum(self.counts[key] for key in counted) - value) > SLACK:
            raise ArithmeticError(f"{value} is not the sum of {counted}")
        if linking:
            self.linking.add(len(self.rows))
        self._add({self.at[key]: 1.0 for key in counted}, float(value), float(value))

    def share(self, part: Collection[Hashable], whole: Collection[Hashable], share: float) -> None:
        """State that one sum is a share of another, written to twelve digits.

        A fraction in lowest terms gives both sums but for a common factor; whoever tries small factors has them.
        """
        k, n = (sum(self.counts[key] for key in keys) for keys in (part, whole))
        if not math.isclose(k / n if n else 0.0, share, rel_tol=1e-10, abs_tol=1e-12):
            raise ArithmeticError(f"a share of {share} is not {k} of {n}")
        if 0 < k < n and math.gcd(k, n) <= FACTORS:
            self.equals(part, k)
            self.equals(whole, n)
        elif k == 0:
            self.equals(part, 0)
        elif k == n:
            self.equals([key for key in whole if key not in set(part)], 0)
        else:
            row = {self.at[key]: -share for key in whole}
            row |= {self.at[key]: 1 - share for key in part}
            self._add(row, 0.0, 0.0)

    def within(self, part: Collection[Hashable], whole: Collection[Hashable], low: float, high: float) -> None:
        """State that one sum is between two shares of another: a rounded share, or a rounded ratio."""
        k, n = (sum(self.counts[key] for key in keys) for keys in (part, whole))
        if not low * n - 1e-9 <= k <= high * n + 1e-9:
            raise ArithmeticError(f"{k} of {n} is not within {low} and {high}")
        for sign, share in ((-1.0, low), (1.0, high)):
            row = {self.at[key]: -sign * share for key in whole}
            for key in part:
                row[self.at[key]] = row.get(self.at[key], 0.0) + sign
            self._add(row, -np.inf, 0.0)

    def between(self, counted: Iterable[Hashable], low: float, high: float) -> None:
        """State that a sum of counts lies between two numbers."""
        counted = list(counted)
        if not low <= sum(self.counts[key] for key in counted) <= high:
            raise ArithmeticError(f"the sum of {counted} is not between {low} and {high}")
        self._add({self.at[key]: 1.0 for key in counted}, float(low), float(high))

    def _add(self, row: dict[int, float], low: float, high: float) -> None:
        mark = (tuple(sorted(row.items())), low, high)
        if mark not in self.seen and row:
            self.seen.add(mark)
            self.rows.append((row, low, high))
            for name in ("matrix", "columns", "component", "part"):
                self.__dict__.pop(name, None)

    @cached_property
    def matrix(self) -> csr_array:
        """Return the coefficients: an equation a row, a key a column."""
        entries = [(i, j, value) for i, (row, _, _) in enumerate(self.rows) for j, value in row.items()]
        i, j, value = zip(*entries, strict=True) if entries else ((), (), ())
        return csr_array((value, (i, j)), shape=(len(self.rows), len(self.keys)))

    @cached_property
    def columns(self) -> csc_array:
        """Return the same, kept by keys."""
        return self.matrix.tocsc()

    @cached_property
    def component(self) -> NDArray[np.int64]:
        """Return for each key which part of the equations it stands in; parts share no key. -1: in no equation."""
        return self._parts(self.matrix)

    @cached_property
    def part(self) -> NDArray[np.int64]:
        """Return the same as ``component``, of the equations alone: a rounded share of everybody links all places."""
        return self._parts(self.matrix[np.flatnonzero([low == high for _, low, high in self.rows])])

    def _parts(self, matrix: csr_array) -> NDArray[np.int64]:
        # Equations and keys are the nodes: a matrix of keys by keys would hold a million links for one equation of all.
        links = block_array([[None, matrix], [matrix.T, None]], format="csr")
        found = connected_components(links, directed=False)[1][matrix.shape[0] :].astype(np.int64)
        found[np.diff(self.columns.indptr) == 0] = -1
        return found

    def best(self, cost: Floats, most: float = np.inf, *, whole: bool = False) -> Floats | None:
        """Return counts that agree with every equation and make a weighted sum as large as it can be.

        Parameters
        ----------
        cost : (keys,) array
        most : float
            No count is larger.
        whole : bool
            Counts are whole numbers, and the sum as large as it is found in half a second.

        Returns
        -------
        (keys,) array or None
            Counts elsewhere than in the parts that ``cost`` touches are the true ones. None: it has no largest value,
            or no whole numbers were found.
        """
        point = np.array([self.counts[key] for key in self.keys], dtype=float)
        keys = np.flatnonzero(np.isin(self.component, np.unique(self.component[cost != 0])) & (self.component >= 0))
        if np.any((self.component < 0) & (cost > 0)):
            return None
        point[(self.component < 0) & (cost < 0)] = 0.0
        if not len(keys):
            return point
        rows = np.unique(self.columns[:, keys].indices)
        limits = np.array([self.rows[i][1:] for i in rows], dtype=float).reshape(-1, 2)
        told = LinearConstraint(self.matrix[rows][:, keys], limits[:, 0], limits[:, 1])
        # The true counts always fit (every equation is held against them); HiGHS's presolve sometimes says otherwise.
        for presolve in (True, False):
            options = {"presolve": presolve, **({"mip_rel_gap": 0.5, "time_limit": 0.5} if whole else {})}
            found = milp(-cost[keys], integrality=int(whole), constraints=told, bounds=Bounds(0, most), options=options)
            if found.status in (0, 3) or whole:
                break
        if found.status == 3 or (whole and found.x is None):  # unbounded, or not found in that time
            return None
        if found.x is None:
            raise ArithmeticError(f"the published numbers do not fit together: {found.message}")
        point[keys] = found.x
        return point

    def agrees(self, point: NDArray[np.float64]) -> bool:
        """Say whether counts agree with every equation, as closely as the bounds are taken."""
        limits = np.array([row[1:] for row in self.rows], dtype=float).reshape(-1, 2)
        value, slack = self.matrix @ point, SLACK * np.maximum(1.0, abs(self.matrix) @ np.abs(point))
        within = np.all((limits[:, 0] - slack <= value) & (value <= limits[:, 1] + slack))
        return bool(within and np.all(point >= -SLACK))

    def bounds(self, wanted: Iterable[Hashable]) -> tuple[float, float]:
        """Return the least and the largest whole number that a sum of counts can be."""
        cost = np.zeros(len(self.keys))
        for key in wanted:
            cost[self.at[key]] = 1.0
        high, low = self.best(cost), self.best(-cost)
        assert low is not None  # no sum of counts is below zero
        largest = np.inf if high is None else float(cost @ high)
        return float(np.ceil(cost @ low - SLACK)), float(np.floor(largest + SLACK))
