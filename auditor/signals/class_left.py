"""What is left of the events of all groups by class, once the groups that are contrasted are taken away."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells
from auditor.signals.baseline import small
from auditor.signals.class_counts import ClassCounts

_MINOR = ("traffic", "licence")
"""Classes of which a signal without groups prints the events of all of them."""


@dataclass(frozen=True)
class Left:
    """Where the other groups' events are 1 to 10; (J,) bool arrays.

    Attributes
    ----------
    whole, named : arrays
        With those of unrecorded group; without them, which shares and ranges give away.
    classed, classed_named : arrays
        The same for whoever knows the two groups' events of every class in the contrast.
    """

    whole: Bools
    named: Bools
    classed: Bools
    classed_named: Bools


def left_over(counts: ClassCounts, cells: Cells, side: NDArray[np.int64]) -> Left:
    """Return where the other groups' events, with any of the focal groups or none, are 1 to 10: what is left over.

    Signals without groups print the events of all of them. What is left is that of a class that stands in another
    contrast only; of no class at all, where every class is in the contrast; of the discretionary side, where that is
    made of minor traffic classes alone, and of all that is not; of the other side, where every class is in the contrast
    besides; and of all recorded classes, with everybody's of the classes that are on no side. By class it is that of
    each minor one, and of all that are not, with everybody's of the classes that are on no side.
    """
    focal = [counts.groups.index(group) for group in cells.focal_groups]
    apart = counts.everyone - counts.values.sum(axis=2)
    unknown = np.nan_to_num(counts.unknown)
    minor = np.isin(counts.classes, _MINOR)
    every = counts.others + counts.values[:, [*focal, counts.groups.index(cells.reference_group)]].sum(axis=1)
    only = every[:, (side > 0) & ~minor].sum(axis=1) == 0
    beyond = counts.neutral + every[:, side == 0].sum(axis=1)
    major = counts.neutral + every[:, (side == 0) & ~minor].sum(axis=1)
    found = Left(*(np.zeros(cells.size, dtype=bool) for _ in range(4)))
    for size in range(len(focal)):
        for chosen in map(list, combinations(focal, size)):
            by_class = counts.others + counts.values[:, chosen].sum(axis=1)
            untold = counts.others_apart + apart[:, chosen].sum(axis=1)
            blank_ = counts.unrecorded - unknown.sum(axis=1)
            rests = (
                (found.whole, found.classed, by_class, untold),
                (found.named, found.classed_named, by_class - unknown, untold - blank_),
            )
            for mask, classed, of_class, of_none in rests:
                mask |= small(of_class[:, side == 0], cells).any(axis=1)
                mask |= small(of_none, cells) & (counts.neutral == 0)
                mask |= small(of_class[:, side > 0].sum(axis=1), cells) & only
                mask |= small(of_class[:, side < 0].sum(axis=1), cells) & only & (counts.neutral == 0)
                mask |= small(of_class[:, side <= 0].sum(axis=1) + of_none, cells) & only
                mask |= small(beyond + of_class[:, side != 0].sum(axis=1), cells)
                classed |= small(of_class[:, (side != 0) & minor], cells).any(axis=1)
                classed |= small(major + of_class[:, (side != 0) & ~minor].sum(axis=1), cells)
    return found
