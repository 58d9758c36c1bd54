"""In how many ways the events of a contrast can be shared out over its classes: what a reader would have to try."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import gammaln

from auditor.cells import Bools, Floats

FEWEST_WAYS = 13.0
"""Decimal logarithm of the ways below which numbers of three digits tell single classes.

Where every way was tried, two ratios with their limits left one of 10^6 to 10^8; what a screen prints besides, p-values
and ratios to a centre, is allowed for with another 10^5.
"""
_TOLD = "traffic"
"""Of this class the events of everybody are printed."""


def log_ways(classes: Sequence[str], focal: Floats, reference: Floats, sides: Sequence[Bools]) -> Floats:
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
        told = (side & np.isin(classes, [_TOLD])).any(axis=1)
        free = free + _shared(focal, side, np.zeros(len(focal))) + _shared(reference, side, told.astype(float))
    return np.asarray(free / np.log(10))


def _shared(counts: Floats, classes: Bools, fewer: Floats) -> Floats:
    """Logarithm of the ways to write a sum n as c counts: (n + c - 1) over (c - 1)."""
    total = np.where(classes, counts, 0.0).sum(axis=1)
    free = np.maximum(classes.sum(axis=1) - 1 - fewer, 0.0)
    return np.asarray(gammaln(total + free + 1) - gammaln(free + 1) - gammaln(total + 1))
