"""Counts of stops, searches and hits for the threshold test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats import checks
from auditor.stats.checks import Array


@dataclass(frozen=True, slots=True)
class StopCounts:
    """Counts by data set, place and group, shape (B, D, R).

    Attributes
    ----------
    hits, misses, passes : ndarray
        Searches that found contraband, searches that did not, and stops without a search.
    """

    hits: Array
    misses: Array
    passes: Array

    @classmethod
    def of(cls, stops: ArrayLike, searches: ArrayLike, hits: ArrayLike) -> StopCounts:
        """Check counts and split them.

        Parameters
        ----------
        stops, searches, hits : array_like of int, shape (D, R) or (B, D, R)
            R of 2 or more. A cell without stops takes no part; its threshold is then what the others predict.

        Raises
        ------
        ValueError
            If the shapes differ, a count is negative or not whole, hits exceed searches, searches exceed stops,
            a group or a place has no stops, or there is no search at all.
        """
        shapes = {np.shape(stops), np.shape(searches), np.shape(hits)}
        s, n = checks.tally(searches, stops, "searches", "stops")
        h, _ = checks.tally(hits, s, "hits", "searches")
        if len(shapes) > 1 or n.ndim not in (2, 3) or n.shape[-1] < 2:
            raise ValueError(f"counts must share one shape, places by 2 or more groups; got {sorted(shapes)}")
        n, s, h = (x.reshape(-1, *n.shape[-2:]) for x in (n, s, h))
        for axis, name in ((2, "place"), (1, "group")):
            empty = n.sum(axis=axis) == 0
            if empty.any():
                raise ValueError(f"{name} {np.argwhere(empty)[0, 1]} has no stops")
        if (s.sum(axis=(1, 2)) == 0).any():
            raise ValueError("there is no search at all: nothing is known about thresholds")
        return cls(h, s - h, n - s)

    @property
    def sets(self) -> int:
        """Number of data sets B."""
        return int(self.hits.shape[0])

    @property
    def places(self) -> int:
        """Number of places D."""
        return int(self.hits.shape[1])

    @property
    def groups(self) -> int:
        """Number of groups R."""
        return int(self.hits.shape[2])

    @property
    def searches(self) -> Array:
        """Searches."""
        return self.hits + self.misses

    @property
    def stops(self) -> Array:
        """Stops."""
        return self.searches + self.passes

    def rows(self, which: NDArray[np.intp]) -> StopCounts:
        """The data sets of these numbers; a single data set serves every row as it is."""
        if self.hits.shape[0] == 1:
            return self
        return StopCounts(self.hits[which], self.misses[which], self.passes[which])
