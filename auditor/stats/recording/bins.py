"""Bins of a chance, even on the log-odds: fine enough to sum by, and too coarse to tell one surname from another.

The exact chance of a rare name nearly is the name. A bin is shared by hundreds of names, and its middle loses little:
the likelihood of a share (`prior_shift`) depends on the odds of a chance, and a bin is a quarter of a log-odd wide.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.recording.cells import RecordingCells

THRESHOLD: Final = 0.75
"""The usual chance above which a name counts as one of the group; an edge of the bins."""
STEP: Final = 0.25
"""Width of a bin in log-odds."""
FIRST_ABOVE, BINS = 40, 72
"""The first bin of chances at or above the threshold, and how many bins there are; the end ones are open."""


def bin_of(chance: ArrayLike) -> NDArray[np.int64]:
    """Return the bin of each chance, 0 to ``BINS - 1``.

    Parameters
    ----------
    chance : array_like of float
        0 to 1; the threshold itself falls into the first bin above it.

    Raises
    ------
    ValueError
        If a chance lies outside 0 to 1.
    """
    p = checks.share("chance", chance)
    # The slack keeps the threshold itself, whose log-odds are rounded, on its own side.
    steps = np.floor((special.logit(p) - special.logit(THRESHOLD)) / STEP + 1e-9)
    return np.asarray(np.clip(steps + FIRST_ABOVE, 0, BINS - 1)).astype(np.int64)


def middles() -> Array:
    """Return the chance that stands for each bin: the middle of its log-odds, shape (``BINS``,)."""
    return np.asarray(special.expit(special.logit(THRESHOLD) + STEP * (np.arange(BINS) - FIRST_ABOVE + 0.5)))


def cells_of(persons: ArrayLike) -> RecordingCells:
    """Return cells of persons that were counted by bin.

    Parameters
    ----------
    persons : array_like of int, shape (J, R, BINS)
        Persons by place, recorded group and bin.

    Returns
    -------
    RecordingCells
        Everybody of a bin has the bin's middle as chance.

    Raises
    ------
    ValueError
        If a count is negative or not whole, or the last axis is not that of the bins.
    """
    n = checks.counts("persons", persons)
    if n.ndim != 3 or n.shape[2] != BINS:
        raise ValueError(f"persons must be places by groups by {BINS} bins, got shape {n.shape}")
    p = middles()
    return RecordingCells(n, n * p, n * p * (1 - p))
