"""Standard error of a pooled risk ratio when strata are few: one block of time within a stratum is left out at a time.

People who are fetched together, or whose stay fell into a week in which the practice was another one, tell less than as
many independent people. Blocks of time within strata take the place of the strata, where those are too few to show by
their own scatter how far the ratio could have fallen elsewhere. Student's t on so few degrees of freedom makes limits
from two or three blocks next to useless, and right: benchmarks/results/hold_null.csv has its error from two weeks on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.strata.jackknife import Jackknifed
from auditor.stats.strata.mantel_haenszel import read_tables

FEWEST_BLOCKS = 2
"""Blocks below which no standard error is given."""


def block_jackknife(
    k: ArrayLike, n: ArrayLike, base_k: ArrayLike, base_n: ArrayLike, stratum: ArrayLike, level: float = 0.95
) -> Jackknifed:
    """Leave out one block at a time; the ratio stays pooled over the strata to which the blocks belong.

    Parameters
    ----------
    k, n, base_k, base_n : array_like of int, shape (B,)
        Events and persons of the focal and the reference group in each block of one place.
    stratum : array_like of int, shape (B,)
        Stratum of each block, 0, 1, ...
    level : float
        Of the limits, in (0, 1).

    Returns
    -------
    Jackknifed
        Arrays of shape (1,); ``strata`` is the number of blocks that count. Everything else is NaN with fewer than
        :data:`FEWEST_BLOCKS` of them, and where one block carries the comparison.

    Raises
    ------
    ValueError
        If a count is negative or not whole, a part exceeds its whole, strata do not fit, or the level is not inside
        (0, 1).

    References
    ----------
    MacKinnon, J. G., Nielsen, M. O. & Webb, M. D. (2023). Journal of Applied Econometrics 38, 671-694 (CV3).
    """
    tables = read_tables(k, n, base_k, base_n)
    tail = 1 - (1 - checks.inside_unit("level", level)[0]) / 2
    counts = np.stack([part[0] for part in (tables.a, tables.b, tables.c, tables.d)])
    at = np.asarray(stratum)
    if at.shape != counts.shape[1:] or at.dtype.kind not in "iu" or (at < 0).any():
        raise ValueError(f"stratum must hold one whole number, 0 or more, for each of {counts.shape[1]} blocks")
    size = int(at.max(initial=0)) + 1
    whole = np.stack([np.bincount(at, part, size).astype(np.float64) for part in counts])
    shared = (whole[0] + whole[1] > 0) & (whole[2] + whole[3] > 0)
    kept = shared[at] & (counts.sum(axis=0) > 0)
    blocks = int(kept.sum())
    value, left = float(_log_ratio(*_terms(whole))), _left(counts[:, kept], whole, at[kept])
    with np.errstate(invalid="ignore"):
        se = np.sqrt((blocks - 1) / max(blocks, 1) * ((left - value) ** 2).sum()) if blocks else np.nan
    if blocks < FEWEST_BLOCKS or not np.isfinite(se):
        return _result(np.nan, np.nan, np.nan, np.nan, np.nan, blocks)
    width = float(special.stdtrit(blocks - 1, tail)) * se
    t = value / se if se > 0 else np.sign(value) * np.inf if value else 0.0
    less = float(special.stdtr(blocks - 1, t))
    return _result(value, width, se, float(special.stdtr(blocks - 1, -t)), less, blocks)


def _terms(whole: Array) -> tuple[Array, Array]:
    """Sums over the strata (second axis, or last) of Mantel and Haenszel's two terms; counts a, b, c, d lead."""
    a, b, c, d = whole
    total = np.maximum(a + b + c + d, 1.0)
    return (a * (c + d) / total).sum(axis=-1), (c * (a + b) / total).sum(axis=-1)


def _left(counts: Array, whole: Array, at: Array) -> Array:
    """Log ratios without each block."""
    without = np.repeat(whole[:, None, :], counts.shape[1], axis=1)
    without[:, np.arange(counts.shape[1]), at] -= counts
    return _log_ratio(*_terms(without))


def _log_ratio(top: Array, bottom: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        value: Array = np.log(top) - np.log(bottom)
    return np.where((top > 0) & (bottom > 0), value, np.nan)


def _result(value: float, width: float, se: float, greater: float, less: float, blocks: int) -> Jackknifed:
    numbers = (np.exp(value), np.exp(value - width), np.exp(value + width), se, greater, less, float(blocks))
    return Jackknifed(*(np.array([number], dtype=np.float64) for number in numbers))
