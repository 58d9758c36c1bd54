"""What a place's events are made up of, month by month within dated regimes: shares by category, and missing months.

Events are detainers by form, or by the reason for which they were lifted. A regime is a run of months under one set
of rules; shares are never taken across regimes, and a month that is absent is absent, not 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.strata.standardise import wilson_at

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Composition:
    """Shares by category in each regime of J places; R regimes, K categories.

    Attributes
    ----------
    share, low, high : ndarray, shape (J, R, K)
        Share of the events and its limits, simultaneous over the K categories; NaN, 0 and 1 where there are none.
    events : ndarray, shape (J, R)
        Events in the months that are there.
    months : ndarray, shape (J, R)
        Those months.
    dispersion : ndarray, shape (J, R)
        How much more shares vary from month to month than chance has it; 1 where they vary less, or where there is
        one month. Limits are those of a sample smaller by this factor.
    """

    share: Array
    low: Array
    high: Array
    events: Array
    months: Array
    dispersion: Array


@dataclass(frozen=True, slots=True)
class MissingMonths:
    """Months absent from each of J places, arrays of shape (J,).

    Attributes
    ----------
    missing, runs, longest : ndarray of int
        Absent months, unbroken runs of them, and the length of the longest run.
    start : ndarray of int
        First month (0, 1, ...) of the longest run, the earliest of several; -1 where nothing is missing.
    """

    missing: Ints
    runs: Ints
    longest: Ints
    start: Ints


def composition(
    counts: ArrayLike, regime: ArrayLike, known: ArrayLike | None = None, level: float = 0.95
) -> Composition:
    """Shares by category within each regime.

    Parameters
    ----------
    counts : array_like of int, shape (J, T, K) or (T, K)
        Events of K >= 2 exhaustive categories in each of T months.
    regime : array_like of int, shape (T,)
        Regime of each month, 0 to R - 1; all places share the calendar.
    known : array_like of bool, shape (J, T) or (T,)
        Months that are there; all by default. What `counts` holds for the others is not looked at.
    level : float
        Confidence level in (0, 1), for all K shares of a regime at once.

    Returns
    -------
    Composition

    Raises
    ------
    ValueError
        If shapes do not fit, a count is negative or not whole, or the level is not inside (0, 1).

    References
    ----------
    Goodman, L. A. (1965). Technometrics 7, 247-254 (Wilson's interval at 1 - (1 - level) / K). McCullagh, P. & Nelder,
    J. A. (1989). Generalized Linear Models, 2nd ed., section 4.5 (the dispersion, by Pearson's statistic).
    """
    n, there = read_months(counts, known)
    period = read_regimes(regime, n.shape[1])
    z = -special.ndtri((1 - checks.inside_unit("level", level)) / 2 / n.shape[2])
    kept = np.where(there[:, :, None], n, 0.0)
    member = (period == np.arange(int(period.max()) + 1)[:, None]).astype(np.float64)
    sums = np.einsum("rt,jtk->jrk", member, kept)
    events, months = sums.sum(axis=2), there.astype(np.float64) @ member.T
    some = events > 0
    share = sums / np.where(some, events, 1.0)[:, :, None]
    dispersion = _dispersion(kept, share[:, period, :], member)
    size = np.where(some, events / dispersion, 1.0)[:, :, None]
    low, high = wilson_at(share, size, z)
    void = ~some[:, :, None]
    low, high = np.where(void, 0.0, low), np.where(void, 1.0, high)
    return Composition(np.where(void, np.nan, share), low, high, events, months, dispersion)


def missing_months(known: ArrayLike) -> MissingMonths:
    """Count months that are absent and the runs in which they are.

    Parameters
    ----------
    known : array_like of bool, shape (J, T) or (T,)
        Months that are there.

    Returns
    -------
    MissingMonths

    Raises
    ------
    ValueError
        If there are more than two dimensions, or values other than true and false.
    """
    gone = ~_truths(known)
    run = np.zeros(gone.shape[0], dtype=np.int64)
    runs, longest, end = run.copy(), run.copy(), np.full(run.shape, -1, dtype=np.int64)
    for month in range(gone.shape[1]):
        runs += gone[:, month] & (run == 0)
        run = np.where(gone[:, month], run + 1, 0)
        end = np.where(run > longest, month, end)
        longest = np.maximum(longest, run)
    start = np.where(longest > 0, end - longest + 1, -1)
    return MissingMonths(gone.sum(axis=1), runs, longest, start)


def read_months(counts: ArrayLike, known: ArrayLike | None) -> tuple[Array, Bools]:
    """Checked counts (J, T, K) and months that are there (J, T)."""
    raw = np.asarray(counts)
    if raw.ndim not in (2, 3) or raw.shape[-1] < 2:
        raise ValueError(f"counts must be (places by) months by 2 or more categories, got shape {raw.shape}")
    raw = raw[None] if raw.ndim == 2 else raw
    there = np.ones(raw.shape[:2], dtype=np.bool_) if known is None else _truths(known)
    if there.shape != raw.shape[:2]:
        raise ValueError(f"known {there.shape} and counts {raw.shape} differ in places or months")
    return checks.counts("counts", np.where(there[:, :, None], raw, 0)), there


def read_regimes(regime: ArrayLike, months: int) -> Ints:
    """Checked regime of each month."""
    array = checks.counts("regime", regime)
    if array.shape != (months,):
        raise ValueError(f"regime {array.shape} must have one entry for each of {months} months")
    return array.astype(np.int64)


def _truths(known: ArrayLike) -> Bools:
    array = np.asarray(known)
    if array.dtype != np.bool_ or array.ndim not in (1, 2):
        raise ValueError(f"known must be true or false, places by months, got {array.dtype} of shape {array.shape}")
    return np.atleast_2d(array)


def _dispersion(n: Array, share: Array, member: Array) -> Array:
    """(J, R) Pearson's statistic of the months over its degrees of freedom, at least 1."""
    total = n.sum(axis=2)
    expected = total[:, :, None] * share
    positive = expected > 0
    terms = np.where(positive, (n - expected) ** 2 / np.where(positive, expected, 1.0), 0.0).sum(axis=2)
    used = (total > 0).astype(np.float64) @ member.T
    kinds = np.einsum("rt,jtk->jrk", member, n) > 0
    df = (used - 1) * (kinds.sum(axis=2) - 1)
    return np.maximum(np.where(df > 0, (terms @ member.T) / np.where(df > 0, df, 1.0), 1.0), 1.0)
