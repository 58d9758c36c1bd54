"""Standard error of a pooled risk ratio when the strata are clusters: one stratum at a time is left out.

Mantel and Haenszel's own error takes persons as independent within strata, and the ratio as one for all of them. Where
people of a jail are alike beyond their jail's level (fetched together, treated alike), or the ratio differs from jail
to jail, the strata's own scatter tells how far the pooled ratio could have fallen elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.strata.mantel_haenszel import read_tables

FEWEST = 6
"""Strata with both groups below which no standard error is given."""


@dataclass(frozen=True, slots=True)
class Jackknifed:
    """Pooled risk ratios of J places with the strata as clusters, arrays of shape (J,).

    NaN ("not applicable") in all but ``strata`` with fewer than 6 strata that hold both groups, and where some stratum
    carries the comparison: without it the ratio is 0, infinite or nothing.

    Attributes
    ----------
    ratio, low, high : ndarray
        Mantel and Haenszel's risk ratio, focal over reference, and limits by Student's t on strata - 1 degrees.
    se : ndarray
        Standard error of its log; 0 where every stratum has the same ratio.
    p_greater, p_less : ndarray
        Against "the ratio is 1 or less" and "1 or more".
    strata : ndarray
        Strata that hold both groups.
    """

    ratio: Array
    low: Array
    high: Array
    se: Array
    p_greater: Array
    p_less: Array
    strata: Array


def jackknife_ratio(
    k: ArrayLike, n: ArrayLike, base_k: ArrayLike, base_n: ArrayLike, level: float = 0.95
) -> Jackknifed:
    """Leave out one stratum at a time.

    Parameters
    ----------
    k, n, base_k, base_n : array_like of int, shape (J, S) or (S,)
        Events and persons of the focal and the reference group; 0 and 0 where a stratum is absent.
    level : float
        Of the limits, in (0, 1).

    Returns
    -------
    Jackknifed

    Raises
    ------
    ValueError
        If a count is negative or not whole, a part exceeds its whole, or the level is not inside (0, 1).

    References
    ----------
    MacKinnon, J. G., Nielsen, M. O. & Webb, M. D. (2023). Journal of Applied Econometrics 38, 671-694 (CV3: the
    jackknife over clusters, about the full estimate, with clusters - 1 degrees of freedom).
    """
    tables = read_tables(k, n, base_k, base_n)
    tail = 1 - (1 - checks.inside_unit("level", level)[0]) / 2
    focal, reference = tables.a + tables.b, tables.c + tables.d
    both = (focal > 0) & (reference > 0)
    top = np.where(both, tables.a * reference / tables.total, 0.0)
    bottom = np.where(both, tables.c * focal / tables.total, 0.0)
    strata = both.sum(axis=1).astype(np.float64)
    whole, left = _log_ratio(top.sum(axis=1), bottom.sum(axis=1)), _left(top, bottom)
    moved = np.where(both, (left - whole[:, None]) ** 2, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        se = np.sqrt((strata - 1) / strata * moved.sum(axis=1))
    known = (strata >= FEWEST) & np.isfinite(se)
    df = np.maximum(strata - 1, 1.0)
    width = np.where(known, special.stdtrit(df, tail) * se, np.nan)
    t = _studentised(np.where(known, whole, 0.0), np.where(known, se, 1.0))
    greater, less = (np.where(known, special.stdtr(df, sign * t), np.nan) for sign in (-1, 1))
    return Jackknifed(
        np.where(known, np.exp(np.where(known, whole, 0.0)), np.nan),
        np.exp(np.where(known, whole, np.nan) - width),
        np.exp(np.where(known, whole, np.nan) + width),
        np.where(known, se, np.nan),
        greater,
        less,
        strata,
    )


def _left(top: Array, bottom: Array) -> Array:
    """(J, S) log ratios without each stratum."""
    return _log_ratio(_without(top), _without(bottom))


def _without(terms: Array) -> Array:
    """Sums of all terms but one, from those before and those behind: taken off the whole they would not be exact."""
    nothing = np.zeros((terms.shape[0], 1))
    before = np.hstack([nothing, np.cumsum(terms, axis=1)[:, :-1]])
    behind = np.hstack([np.cumsum(terms[:, ::-1], axis=1)[:, ::-1][:, 1:], nothing])
    return np.asarray(before + behind, dtype=np.float64)


def _log_ratio(top: Array, bottom: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        value: Array = np.log(top) - np.log(bottom)
    return np.where((top > 0) & (bottom > 0), value, np.nan)


def _studentised(value: Array, se: Array) -> Array:
    """Value over its error; infinite with its sign where the error is 0, 0 where both are."""
    with np.errstate(divide="ignore", invalid="ignore"):
        t: Array = value / se
    return np.where(np.isnan(t), 0.0, t)
