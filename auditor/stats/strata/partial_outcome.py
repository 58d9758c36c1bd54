"""A share when some cases have no outcome, for a reason that may go with the group.

Immigration custody ends prosecutions: whoever is taken has no charging decision, and more of one group are taken. Such
cases are bounded, not dropped. Two doubts are kept apart: the *range* is what assumptions leave open (none of the cases
without an outcome would have had the event; all would), the *limits* add sampling error to it, so that they hold the
true value, wherever it lies in the range, with the stated confidence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.fit import bisect
from auditor.stats.ratios.intervals import clopper_pearson
from auditor.stats.ratios.shares import share_ratio


@dataclass(frozen=True, slots=True)
class PartialShare:
    """Bounds of a share, one entry a place; 0 to 1 where there are no cases.

    Attributes
    ----------
    low, high : ndarray
        Range: the share if none, and if all, of the cases without an outcome had the event.
    outer_low, outer_high : ndarray
        Limits of the share itself.
    known : ndarray
        Share among cases with an outcome, right only if the others are like them; NaN ("not applicable") without any.
    """

    low: Array
    high: Array
    outer_low: Array
    outer_high: Array
    known: Array


@dataclass(frozen=True, slots=True)
class PartialRatio:
    """Bounds of the ratio of two groups' shares, focal over reference, one entry a place.

    Attributes
    ----------
    low, high : ndarray
        Range over every way in which both groups' missing outcomes may have gone: 0 to infinity where one of the
        ends has no events to divide by, or a group no cases.
    outer_low, outer_high : ndarray
        Limits of the ratio itself.
    known : ndarray
        Ratio among cases with an outcome: infinite without reference events, NaN ("not applicable") without any event
        or without such cases in a group.
    """

    low: Array
    high: Array
    outer_low: Array
    outer_high: Array
    known: Array


def share_bounds(k: ArrayLike, unknown: ArrayLike, n: ArrayLike, level: ArrayLike = 0.95) -> PartialShare:
    """Bounds of one share.

    Parameters
    ----------
    k : array_like of int
        Cases known to have had the event, one entry a place.
    unknown : array_like of int
        Cases without an outcome.
    n : array_like of int
        All cases, those without an outcome included.
    level : array_like of float
        Confidence level in (0, 1).

    Returns
    -------
    PartialShare
        Limits: exact ones of each end, at Imbens and Manski's critical value, between the one-sided (wide range: only
        one end can miss) and the two-sided (no range), so that they never undercut Clopper & Pearson's without
        missing outcomes.

    Raises
    ------
    ValueError
        If a count is negative or not whole, k + unknown exceeds n, or the level is not inside (0, 1).

    References
    ----------
    Manski, C. F. (2003). Partial Identification of Probability Distributions. Imbens, G. W. & Manski, C. F. (2004).
    Econometrica 72, 1845-1857.
    """
    k, u, n = read_cases(k, unknown, n, "")
    k, u, n, level = checks.together(k=k, unknown=u, n=n, level=checks.inside_unit("level", level))
    whole = np.maximum(n, 1.0)
    low, high = k / whole, np.where(n > 0, (k + u) / whole, 1.0)
    inner = critical_level(high - low, np.maximum(_share_error(k, n), _share_error(k + u, n)), level)
    outer_low, outer_high = clopper_pearson(k, n, inner)[0], clopper_pearson(k + u, n, inner)[1]
    seen = n - u
    known = np.where(seen > 0, k / np.maximum(seen, 1.0), np.nan)
    return PartialShare(low, high, outer_low, outer_high, known)


def ratio_bounds(
    k: ArrayLike,
    unknown: ArrayLike,
    n: ArrayLike,
    base_k: ArrayLike,
    base_unknown: ArrayLike,
    base_n: ArrayLike,
    level: ArrayLike = 0.95,
) -> PartialRatio:
    """Bounds of the ratio of two groups' shares.

    Parameters
    ----------
    k, unknown, n : array_like of int
        As in `share_bounds`, for the focal group.
    base_k, base_unknown, base_n : array_like of int
        The same for the reference group.
    level : array_like of float
        Confidence level in (0, 1).

    Returns
    -------
    PartialRatio
        Limits: Miettinen & Nurminen's of each end, at Imbens and Manski's critical value on the log scale.

    Raises
    ------
    ValueError
        As `share_bounds`.
    NotConverged
        If a limit is not pinned down.

    References
    ----------
    As `share_bounds`; Miettinen, O. & Nurminen, M. (1985). Statistics in Medicine 4, 213-226.
    """
    k, u, n = read_cases(k, unknown, n, "")
    c, v, m = read_cases(base_k, base_unknown, base_n, "base_")
    k, u, n, c, v, m, level = checks.together(
        k=k, unknown=u, n=n, base_k=c, base_unknown=v, base_n=m, level=checks.inside_unit("level", level)
    )
    low, high = _quotient(k, n, c + v, m, 0.0), _quotient(k + u, n, c, m, np.inf)
    width = _log_ratio(k + u, n, c, m) - _log_ratio(k, n, c + v, m)
    error = np.maximum(_log_error(k, n, c + v, m), _log_error(k + u, n, c, m))
    inner = critical_level(np.maximum(width, 0.0), error, level)
    outer_low, outer_high = share_ratio(k, n, c + v, m, inner).low, share_ratio(k + u, n, c, m, inner).high
    return PartialRatio(low, high, outer_low, outer_high, share_ratio(k, n - u, c, m - v).ratio)


def read_cases(k: ArrayLike, unknown: ArrayLike, n: ArrayLike, prefix: str) -> tuple[Array, Array, Array]:
    """Checked counts of one group; `prefix` goes before their names in messages."""
    names = {f"{prefix}{name}": value for name, value in (("k", k), ("unknown", unknown), ("n", n))}
    some, missing, whole = checks.together(**{name: checks.counts(name, value) for name, value in names.items()})
    if (some + missing > whole).any():
        raise ValueError(f"{prefix}k and {prefix}unknown together must not exceed {prefix}n")
    return some, missing, whole


def critical_level(width: Array, error: Array, level: Array) -> Array:
    """Level of the ends' limits: 2 Phi(c) - 1, where Phi(c + width / error) - Phi(-c) is the level asked for."""
    ratio = np.minimum(width / error, 40.0)
    most = -special.ndtri((1 - level) / 2)
    least = special.ndtri(level) - 1e-9
    c = bisect(lambda c: level - (special.ndtr(c + ratio) - special.ndtr(-c)), np.maximum(least, 0.0), most + 1e-9)
    return np.clip(1 - 2 * special.ndtr(-c), 1e-12, level)


def _share_error(k: Array, n: Array) -> Array:
    # Half an event and half a non-event more: never 0, and nothing to the point otherwise.
    p = (k + 0.5) / (n + 1)
    return np.sqrt(p * (1 - p) / (n + 1))


def _log_ratio(k: Array, n: Array, c: Array, m: Array) -> Array:
    return np.log((k + 0.5) / (n + 1)) - np.log((c + 0.5) / (m + 1))


def _log_error(k: Array, n: Array, c: Array, m: Array) -> Array:
    return np.sqrt(1 / (k + 0.5) - 1 / (n + 1) + 1 / (c + 0.5) - 1 / (m + 1))


def _quotient(k: Array, n: Array, c: Array, m: Array, empty: float) -> Array:
    """Ratio of shares; `empty` where it has no value."""
    below = np.where((n > 0) & (m > 0), c * n, 0.0)
    ratio = np.where(below > 0, k * m / np.where(below > 0, below, 1.0), np.inf)
    return np.where((n > 0) & (m > 0) & (k + c > 0), ratio, empty)
