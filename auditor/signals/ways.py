"""In how many ways events can be shared out over classes, or strata: what a reader would have to try.

Numbers of three digits that are made of many counts tell none of them, unless so few ways agree with the sums in print
that all can be tried. The number of ways follows from sums, so hiding for want of them tells nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import gammaln

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import small

FEWEST_WAYS = 16.0
"""Decimal logarithm of the ways below which numbers of three digits may tell single counts of strata.

Where all ways were tried (benchmarks/suppress_ways.py), what is pooled over strata, with the difference and the
standardised ratio, left one of 10^5 and more, up to 10^8 in larger tables; p-values, the test of one ratio in all
strata and what a screen prints are allowed for with the rest.
"""
MORE_WAYS = 20.0
"""The same where a range over cases of unrecorded group stands beside them: two numbers of three digits more."""
FEWEST_CLASS_WAYS = 18.0
"""The same for classes of offences.

Two ratios of classes with their limits left one of 10^5 to 10^9. To whoever knows all other places, the ratio that is
held against those leaves one of 10^10 to 10^15 (benchmarks/suppress_subset.py; a walk that does not quite arrive).
"""
MORE_CLASS_WAYS = 22.0
"""The same for what stands beside two ratios of classes: the ratio of a single class, ranges over unrecorded groups.

The ratio of the second class, its limit and its p-value tell three to five digits more, and so do the ranges.
"""
_TOLD = "traffic"
"""Of this class the events of everybody are printed."""


def class_ways(classes: Sequence[str], focal: Floats, reference: Floats, sides: Sequence[Bools]) -> Floats:
    """Count the ways to share the events of two groups out over classes, the sums of each side known.

    Parameters
    ----------
    classes : sequence of str
    focal, reference : (J, O) arrays
        Events by class.
    sides : sequence of (J, O) bool arrays
        Classes of each side that a reader has to guess.

    Returns
    -------
    (J,) array
        Decimal logarithm. Whoever has the traffic events of one group is taken to have those of the other.
    """
    free = np.zeros(len(focal))
    for side in sides:
        parts = side.sum(axis=1).astype(float)
        told = (side & np.isin(classes, [_TOLD])).any(axis=1)
        free = free + ways_to_share(np.where(side, focal, 0.0).sum(axis=1), parts)
        free = free + ways_to_share(np.where(side, reference, 0.0).sum(axis=1), parts - told)
    return free


def stratum_ways(k: Floats, n: Floats) -> Floats:
    """Count the ways to share the cases of two sides, or more, out over strata, with the outcome and without.

    Parameters
    ----------
    k, n : (J, 2, S) or (J, 3, S) arrays
        Cases with the outcome, and all, by side (and of unrecorded group); 0 in strata that are not compared.

    Returns
    -------
    (J,) array
        Decimal logarithm. The largest stratum is taken to be known: another comparison may be of it alone.
    """
    strata = (n[:, 0] > 0).sum(axis=1).astype(float)
    largest = np.argmax(n.sum(axis=1), axis=1)[:, None, None]
    free = np.zeros(len(n))
    for counts in (k, n - k):
        rest = counts.sum(axis=2) - np.take_along_axis(counts, largest, axis=2)[:, :, 0]
        free = free + ways_to_share(rest, (strata - 1)[:, None]).sum(axis=1)
    return free


def few_ways_of_strata(cells: Cells, k: Floats, n: Floats) -> Bools:
    """Return where strata, one of them with a count of 1 to 10, are pooled that leave few ways to share the cases out.

    The pooled ratio, its limits, the difference, the standardised ratio and p make a dozen numbers of three digits,
    which with the totals leave as few as one way to share the cases out over two strata, or three of which one is told.

    Parameters
    ----------
    cells : Cells
    k, n : (J, 2, S) arrays
        As in :func:`stratum_ways`.

    Returns
    -------
    (J,) bool array
    """
    few = small(k, cells) | small(n - k, cells)
    pooled = (n[:, 0] > 0).sum(axis=1) > 1
    return np.asarray(pooled & few.any(axis=(1, 2)) & (stratum_ways(k, n) < FEWEST_WAYS), dtype=bool)


def ways_to_share(total: Floats, parts: Floats) -> Floats:
    """Return the decimal logarithm of the ways to write a sum n as c counts: (n + c - 1) over (c - 1)."""
    free = np.maximum(parts - 1, 0.0)
    return np.asarray((gammaln(total + free + 1) - gammaln(free + 1) - gammaln(total + 1)) / np.log(10))
