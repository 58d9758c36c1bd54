"""How unequal places are in the spread of their offence classes: degrees of freedom of their variances."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from auditor.stats.checks import Array
from auditor.stats.classes.deviations import Levels
from auditor.stats.classes.randomisation import prior_of

SHARED = 0.25
"""Correlation of the squared deviations of two groups' classes: both are ratios to the same reference group, which
makes the ratios themselves correlate by one half."""


def places_freedom(focal: Levels, others: Sequence[Levels]) -> float:
    """Return the degrees of freedom of the prior of places' variances (Smyth 2004).

    Parameters
    ----------
    focal : Levels
        Of which the serious classes are taken: in the others something may be found.
    others : sequence of Levels
        Of groups that are not asked about, at the same places: all classes.

    Returns
    -------
    float
        Between 0.5 (places differ without measure) and 200 (no difference is seen); 10 where fewer than 20 places tell.
    """
    parts = [_residual(focal, -1)]
    parts += [_residual(item, side) for item in others for side in (-1, 1)]
    squares, freedom = (np.sum([part[at] for part in parts], axis=0) for at in (0, 1))
    # Deviations that share a reference group tell less than as many independent ones.
    weight = 1 / (1 + SHARED * len(others))
    told = np.round(freedom * weight).astype(int)
    kept = told > 0
    return prior_of([(squares[kept & (told == n)] * weight, int(n)) for n in np.unique(told[kept])])


def _residual(levels: Levels, side: int) -> tuple[Array, NDArray[np.int64]]:
    """Weighted squares of a side's classes about their own mean, (J,), and their degrees of freedom."""
    use = levels.ratios.use & (levels.side == side)
    weight = np.where(use, 1 / (levels.ratios.variance + levels.natural), 0.0)
    total = weight.sum(axis=1, keepdims=True)
    mean = (weight * levels.x).sum(axis=1, keepdims=True) / np.where(total > 0, total, 1.0)
    freedom = np.maximum(use.sum(axis=1) - 1, 0)
    squares = np.where(freedom > 0, (weight * (levels.x - mean) ** 2).sum(axis=1), 0.0)
    return squares, freedom
