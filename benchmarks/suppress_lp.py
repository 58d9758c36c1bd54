"""What a reader can work out: every published number as an equation over counts, and the bounds that follow.

Nothing here knows how the library suppresses. A count is a key; a published number says that a sum of counts has a
value, or that one sum is a share of another. Linear programming then gives the least and the largest value that any
other sum can have while every published number stays as it is (counts are never negative).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

LEAST = 11
SLACK = 1e-6
FACTORS = 10
"""Common factors of a share's two sums that a reader tries."""


@dataclass
class System:
    """Equations over counts, as they are read off the output."""

    counts: Mapping[Hashable, int]
    rows: list[tuple[dict[int, float], float]] = field(default_factory=list)
    limits: list[tuple[dict[int, float], float]] = field(default_factory=list)
    seen: set[tuple] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.keys = list(self.counts)
        self.at = {key: i for i, key in enumerate(self.keys)}
        self._held: Any = None

    def equals(self, counted: Iterable[Hashable], value: float) -> None:
        """State that a sum of counts is a number."""
        counted = list(counted)
        if abs(sum(self.counts[key] for key in counted) - value) > SLACK:
            raise ArithmeticError(f"{value} is not the sum of {counted}")
        self._add({self.at[key]: 1.0 for key in counted}, float(value))

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
            self._add(row, 0.0)

    def within(self, part: Collection[Hashable], whole: Collection[Hashable], low: float, high: float) -> None:
        """State that one sum is between two shares of another: a rounded share, or a rounded ratio."""
        k, n = (sum(self.counts[key] for key in keys) for keys in (part, whole))
        if not low * n - 1e-9 <= k <= high * n + 1e-9:
            raise ArithmeticError(f"{k} of {n} is not within {low} and {high}")
        for sign, share in ((-1.0, low), (1.0, high)):
            row = {self.at[key]: -sign * share for key in whole}
            for key in part:
                row[self.at[key]] = row.get(self.at[key], 0.0) + sign
            self.limits.append((row, 0.0))

    def _add(self, row: dict[int, float], value: float) -> None:
        mark = (tuple(sorted(row.items())), value)
        if mark not in self.seen and row:
            self.seen.add(mark)
            self.rows.append((row, value))

    def bounds(self, wanted: Iterable[Hashable]) -> tuple[float, float]:
        """Return the least and the largest whole number that a sum of counts can be."""
        cost = np.zeros(len(self.keys))
        for key in wanted:
            cost[self.at[key]] = 1.0
        low, high = self._end(cost), -self._end(-cost)
        return float(np.ceil(low - SLACK)), float(np.floor(high + SLACK))

    def _end(self, cost: np.ndarray) -> float:
        (matrix, right), (below, most) = self._matrices()
        # The true counts always fit (every equation is held against them); HiGHS's presolve sometimes says otherwise.
        for presolve in (True, False):
            found = linprog(
                cost, below, most, matrix, right, bounds=(0, None), method="highs", options={"presolve": presolve}
            )
            if found.status in (0, 3):
                break
        if found.status == 3:  # unbounded
            return -np.inf
        if found.status != 0:
            raise ArithmeticError(f"the published numbers do not fit together: {found.message}")
        return float(found.fun)

    def _matrices(self) -> tuple[tuple[csr_matrix | None, np.ndarray | None], ...]:
        size = (len(self.rows), len(self.limits))
        if self._held is None or self._held[0] != size:
            self._held = (size, (self._matrix(self.rows), self._matrix(self.limits)))
        return self._held[1]

    def _matrix(self, rows: list[tuple[dict[int, float], float]]) -> tuple[csr_matrix | None, np.ndarray | None]:
        if not rows:
            return None, None
        entries = [(i, j, value) for i, (row, _) in enumerate(rows) for j, value in row.items()]
        i, j, value = zip(*entries, strict=True)
        matrix = csr_matrix((value, (i, j)), shape=(len(rows), len(self.keys)))
        return matrix, np.array([right for _, right in rows])
