"""Settle many counts at once: counts that agree with all that is published show what a reader must hold possible.

A count of 1 to 10 people is safe as soon as one such set of counts is known in which it is 0, or 11 or more, and it
takes values at least five apart; that needs no bound of its own. One linear program serves one count of every part of
the equations (parts share no count, so each part reaches its own largest value), and what it returns is looked at for
every other count too. A count that no such set makes safe gets its exact bounds.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from benchmarks.suppress_lp import LEAST, SLACK, System

WIDE = 5
"""Apart are the values that a hidden count must at least be able to have."""
SWEEP = 4
"""Counts that must become safe for all of them to be asked about together once more."""
VAST = 1e6
"""No count is taken to be larger where one is asked for as many as there can be."""

Floats = NDArray[np.float64]


@dataclass
class Ranges:
    """What a reader must hold possible of each count, at least; exactly that where ``exact``."""

    low: Floats
    high: Floats
    exact: NDArray[np.bool_]
    whole: NDArray[np.bool_]
    """Whether whole numbers of people show it, not only fractions of them."""
    programs: int = 0
    """Linear programs that it took."""

    @property
    def width(self) -> Floats:
        """How far apart the values are."""
        return self.high - self.low

    @property
    def safe(self) -> NDArray[np.bool_]:
        """Which counts a reader cannot tell to be some few."""
        return ((self.high >= LEAST) | (self.low <= 0)) & (self.width >= WIDE)

    def note(self, values: Floats, broken: frozenset[int], parts: Sequence[frozenset[int]]) -> None:
        """Take in what sums come to in counts that agree with everything published."""
        before = self.safe
        np.maximum(self.high, np.floor(values + SLACK), out=self.high)
        np.minimum(self.low, np.ceil(values - SLACK), out=self.low)
        self.programs += 1
        for t in np.flatnonzero(self.safe & ~before):
            self.whole[t] = not broken & parts[t]


def settle(system: System, wanted: Sequence[Collection[Hashable]]) -> Ranges:
    """Return what can be held possible of sums of counts.

    Parameters
    ----------
    system : System
    wanted : sequence of collections of keys
        Sums of which no key is in two equations' parts at once are the quickest.

    Raises
    ------
    ArithmeticError
        When a solution does not agree with the equations.
    """
    sums = _sums(system, wanted)
    truth = sums @ np.array([system.counts[key] for key in system.keys], dtype=float)
    found = Ranges(truth.copy(), truth.copy(), np.zeros(len(wanted), dtype=bool), np.ones(len(wanted), dtype=bool))
    parts = [frozenset(system.part[list(map(system.at.__getitem__, keys))].tolist()) for keys in wanted]
    for t, touched in enumerate(parts):
        if -1 in touched:  # a count that no published number holds may be anything
            found.high[t] = np.inf
    rng, before = np.random.default_rng(0), len(wanted) + SWEEP
    while 0 < (left := int((~found.safe).sum())) <= before - SWEEP:
        before = left
        # Extreme counts for some are extreme for most: each margin goes to few of its counts, and the others are 0.
        weights = np.where(found.safe, 0.0, rng.exponential(size=len(wanted)))
        point = _widest(system, np.asarray(sums.T @ weights).ravel())
        found.note(sums @ point, _broken(system, point), parts)
    for sign in (1.0, -1.0):
        asked = np.zeros(len(wanted), dtype=bool)
        while True:
            batch = list(_apart(np.flatnonzero(~found.safe & ~asked), parts))
            if not batch:
                break
            asked[batch] = True
            point = _widest(system, sign * np.asarray(sums[batch].sum(axis=0)).ravel())
            found.note(sums @ point, _broken(system, point), parts)
    for t in np.flatnonzero(~found.safe):
        found.low[t], found.high[t] = system.bounds(wanted[t])
        found.exact[t] = True
        found.programs += 2
    return found


def _sums(system: System, wanted: Sequence[Collection[Hashable]]) -> csr_array:
    i = [t for t, keys in enumerate(wanted) for _ in keys]
    j = [system.at[key] for keys in wanted for key in keys]
    return csr_array((np.ones(len(i)), (i, j)), shape=(len(wanted), len(system.keys)))


def _apart(pending: Sequence[int], parts: Sequence[frozenset[int]]) -> Iterator[int]:
    """Yield sums of which no two touch the same part of the equations."""
    taken: set[int] = set()
    for t in pending:
        if not taken & parts[t]:
            taken |= parts[t]
            yield int(t)


def _widest(system: System, cost: Floats) -> Floats:
    point = system.best(cost, VAST)
    if point is None:
        raise ArithmeticError("a sum of bounded counts has no largest value")
    if _broken(system, point):
        whole = system.best(cost, VAST, whole=True)
        point = point if whole is None else whole
    if not system.agrees(point):
        raise ArithmeticError("counts that were found do not agree with what is published")
    return point


def _broken(system: System, point: Floats) -> frozenset[int]:
    """Return the parts of the equations in which counts are no whole numbers."""
    return frozenset(system.part[np.abs(point - np.rint(point)) > SLACK].tolist())
