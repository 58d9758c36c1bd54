"""How sure the ranking of many places is."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from auditor.stats import checks
from auditor.stats.checks import Array

_BLOCK = 1_000_000
_LARGEST = 500_000_000


def rank_intervals(
    mean: ArrayLike, sd: ArrayLike, level: float = 0.95, draws: int = 2000, *, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Intervals for the rank of each place, by drawing from the posterior.

    Parameters
    ----------
    mean, sd : array_like of float, shape (J,)
        Posterior mean and standard deviation (above 0) of each place, as `shrink.shrink` gives them.
    level : float
        Posterior probability in (0, 1) that each interval holds at least.
    draws : int
        Draws from the posterior, at least 100. Memory is 2 to 4 bytes for each place and draw.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    low, high : ndarray, shape (J,)
        Ranks from 1, the highest value, to J. Limits are drawn ranks, taken outwards.

    Raises
    ------
    ValueError
        If the shapes differ or are not one-dimensional, an sd is not above 0, the level is outside (0, 1), or
        draws is below 100 or so large that places times draws exceed five hundred million.

    References
    ----------
    Goldstein, H. & Spiegelhalter, D. J. (1996). Journal of the Royal Statistical Society A 159, 385-443.
    """
    mean, sd = checks.together(mean=checks.numbers("mean", mean), sd=checks.positive("sd", sd))
    tail = (1 - float(checks.inside_unit("level", level)[0])) / 2
    if mean.ndim != 1:
        raise ValueError(f"mean must be one-dimensional, got shape {mean.shape}")
    if draws < 100 or draws * mean.size > _LARGEST:
        raise ValueError(f"draws must be 100 or more, and draws times places at most {_LARGEST:,}; got {draws}")
    if mean.size == 0:
        return np.zeros(0), np.zeros(0)
    ranks = _drawn_ranks(mean, sd, draws, rng)
    first, last = int(np.floor(tail * (draws - 1))), int(np.ceil((1 - tail) * (draws - 1)))
    low, high = np.empty(mean.size), np.empty(mean.size)
    for part in _parts(mean.size, draws):
        ordered = np.partition(ranks[:, part], (first, last), axis=0)
        low[part], high[part] = ordered[first], ordered[last]
    return low, high


def _drawn_ranks(mean: Array, sd: Array, draws: int, rng: np.random.Generator) -> np.ndarray:
    ranks = np.empty((draws, mean.size), dtype=np.uint16 if mean.size < 2**16 else np.uint32)
    places = np.arange(1, mean.size + 1)
    for part in _parts(draws, mean.size):
        block = ranks[part]
        order = np.argsort(-(mean + sd * rng.standard_normal(block.shape)), axis=1, kind="stable")
        np.put_along_axis(block, order, places.astype(ranks.dtype)[None, :], axis=1)
    return ranks


def _parts(size: int, width: int) -> list[slice]:
    """Slices of the first axis that hold about a million numbers each."""
    step = max(_BLOCK // max(width, 1), 1)
    return [slice(i, i + step) for i in range(0, size, step)]
