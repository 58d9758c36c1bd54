"""The lower weighted median."""

from __future__ import annotations

import numpy as np

from auditor.stats.checks import Array


def weighted_median(values: Array, weights: Array) -> float:
    """Return the smallest value below or at which half of the weight lies.

    Parameters
    ----------
    values, weights : ndarray, shape (n,)
        Weights 0 or more, not all 0.
    """
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulative, cumulative[-1] / 2)])
