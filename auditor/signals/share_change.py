"""How much a share of events changed at a date, with what the months themselves say of its size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.cells import Bools, Floats
from auditor.stats.composition.change import composition_change
from auditor.stats.composition.shares import composition

LEVEL = 0.95
LEAST_MONTHS = 6
"""Months with events that each side must have."""


@dataclass(frozen=True)
class ShareChange:
    """A share before and after, for J places.

    Attributes
    ----------
    k, n : (J, 2) arrays
        Counted, and among how many, before and after.
    difference, low, high : (J,) arrays
        Share after less share before, and its limits; NaN where a side has too few months.
    turned : (J,) array
        Part of the ways to move the date round the months in which the difference is at least as large either way.
    turns : (J,) array
        How many ways there are.
    """

    k: Floats
    n: Floats
    difference: Floats
    low: Floats
    high: Floats
    turned: Floats
    turns: Floats

    @property
    def known(self) -> Bools:
        """Where a difference can be stated."""
        return np.isfinite(self.difference)


def share_changes(counts: Floats, after: Bools, used: Bools) -> ShareChange:
    """Compare two stretches of months, place by place.

    Parameters
    ----------
    counts : (J, T, 2) array
        What is counted, and the rest, by month.
    after, used : (J, T) bool arrays
        Months of the second stretch, and of either.

    Notes
    -----
    Limits are Newcombe's (1998, method 10) from Wilson's for a sample smaller by the scatter of the months. They take
    the months as independent; ``turned`` does not, and is the number to look at where neighbours resemble each other.
    """
    sides = (used & ~after, used & after)
    both = np.stack([np.where(side[:, :, None], counts, 0.0).sum(axis=1) for side in sides], axis=1)
    with_events = counts.sum(axis=2) > 0
    enough = np.all([(side & with_events).sum(axis=1) >= LEAST_MONTHS for side in sides], axis=0)
    found = np.full((5, counts.shape[0]), np.nan)
    for j in np.flatnonzero(enough):
        found[:, j] = _place(counts[j, used[j]], after[j, used[j]])
    return ShareChange(both[:, :, 0], both.sum(axis=2), *found)


def _place(counts: Floats, after: Bools) -> tuple[float, float, float, float, float]:
    # Two shares that add up to 1 are one: the level is set such that each has the plain limits.
    shares = composition(counts, after.astype(np.int64), level=1 - 2 * (1 - LEVEL))
    before, later = shares.share[0, :, 0]
    (low_before, low_later), (high_before, high_later) = shares.low[0, :, 0], shares.high[0, :, 0]
    gap = later - before
    low = gap - np.hypot(later - low_later, high_before - before)
    high = gap + np.hypot(high_later - later, before - low_before)
    change = composition_change(counts, after)
    return gap, low, high, float(change.p_any[0]), float(change.turns[0])
