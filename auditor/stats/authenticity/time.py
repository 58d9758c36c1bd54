"""Records too close in time for one officer, and months in which a place that always reported falls silent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.ratios.binomial import binom_upper
from auditor.stats.screening.multiple import benjamini_hochberg
from auditor.stats.strata.hypergeometric_sums import positions

_DAY = 1440


@dataclass(frozen=True, slots=True)
class ClosePairs:
    """Pairs of records of one officer on one day, in J places.

    Attributes
    ----------
    same_minute : ndarray, shape (J,)
        Pairs in the very same minute: people taken together, or entered together. Not tested.
    close, near : ndarray, shape (J,)
        Pairs 1 to ``gap`` minutes apart, and 1 to ``window``.
    expected : ndarray, shape (J,)
        Close pairs if all gaps up to the window were as common: near * gap / window. Real work takes time, so honest
        files have fewer.
    p : ndarray, shape (J,)
        Binomial chance of so many close among the near; 1 without any.
    """

    same_minute: Array
    close: Array
    near: Array
    expected: Array
    p: Array


@dataclass(frozen=True, slots=True)
class Silence:
    """Silent months at the end of J series.

    Attributes
    ----------
    reported : ndarray of int, shape (J,)
        Months from the first to the last with a record.
    earlier_gaps : ndarray of int, shape (J,)
        Silent months in between.
    silent : ndarray of int, shape (J,)
        Months without a record after the last one, up to the end of the period.
    log_p : ndarray, shape (J,)
        Log of the chance of so long a silence if reporting had gone on as before (negative binomial months, or the
        share of earlier silent months where that is larger); 0 where nothing is silent or too little went before.
    q : ndarray, shape (J,)
        Benjamini-Hochberg value over the places with enough months before; NaN ("not applicable") elsewhere.
    """

    reported: NDArray[np.int64]
    earlier_gaps: NDArray[np.int64]
    silent: NDArray[np.int64]
    log_p: Array
    q: Array


def close_pairs(
    officer: ArrayLike, day: ArrayLike, minute: ArrayLike, place: ArrayLike, places: int, gap: int = 2, window: int = 10
) -> ClosePairs:
    """Count pairs of records that one officer could hardly have made.

    Parameters
    ----------
    officer, day : array_like of int, shape (N,)
        Officer (a number of its own in every place) and day of each record.
    minute : array_like of int, shape (N,)
        Minute of the day, 0 to 1439. Leave out records without a clock time, and agencies whose times are heaped.
    place : array_like of int, shape (N,)
        Place of each record, 0 to places - 1.
    places : int
        How many places there are.
    gap : int
        Minutes in which no second stop or booking can be completed, 1 or more.
    window : int
        Minutes over which gaps would be about equally common, more than the gap.

    Returns
    -------
    ClosePairs

    Raises
    ------
    ValueError
        If shapes, kinds or ranges are wrong.

    Notes
    -----
    The comparison with slightly longer gaps holds whatever the officer's shifts and busy hours are.
    """
    if not 0 < gap < window:
        raise ValueError(f"gap must be at least 1 and less than window, got {gap} and {window}")
    clock = np.asarray(minute)
    who, when, clock = (_numbers(n, v, clock.shape) for n, v in (("officer", officer), ("day", day), ("minute", clock)))
    if clock.size and (clock.min() < 0 or clock.max() >= _DAY):
        raise ValueError(f"minute must lie between 0 and {_DAY - 1}, got {clock.min()} to {clock.max()}")
    where = positions("place", place, places, clock.shape)
    group = np.unique(np.stack([where, who, when]), axis=1, return_inverse=True)[1].ravel() if clock.size else clock
    line = np.sort(group * (4 * _DAY) + clock)
    order = np.argsort(group * (4 * _DAY) + clock, kind="stable")
    own = where[order]
    upto = [np.searchsorted(line, line + m, side="right") for m in (0, gap, window)]
    after = np.arange(line.size) + 1
    same, close, near = (np.bincount(own, hits - after, places).astype(float) for hits in upto)
    close, near = close - same, near - same
    return ClosePairs(same, close, near, near * gap / window, binom_upper(close, near, gap / window))


def _numbers(name: str, value: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Return whole numbers of the given shape, or name what was wrong."""
    array = np.asarray(value)
    if array.shape != shape or array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise ValueError(f"{name} must hold one whole number a record, got {array.dtype} of shape {array.shape}")
    return array.astype(np.int64)


def silence(counts: ArrayLike, fewest: int = 12) -> Silence:
    """Look for places that stop.

    Parameters
    ----------
    counts : array_like of int, shape (J, T)
        Records by month over the period of the file; 0 where there is none.
    fewest : int
        Months from first to last record before a silence is judged.

    Returns
    -------
    Silence

    Raises
    ------
    ValueError
        If a count is negative or not whole, the array is not places by months, or fewest is below 2.

    Notes
    -----
    A month of a place with mean m and over-dispersion d (moments of its reported months) is empty with chance
    (1 + d m)^(-1/d). A place that was often silent before is judged by how often. Months are taken as independent:
    seasonal work that stops every winter shows as earlier silent months once it has done so.
    """
    n = checks.counts("counts", counts)
    if n.ndim != 2:
        raise ValueError(f"counts must be places by months, got shape {n.shape}")
    if fewest < 2:
        raise ValueError(f"fewest must be 2 or more, got {fewest}")
    some, months = n > 0, n.shape[1]
    ever = some.any(axis=1)
    first = np.where(ever, some.argmax(axis=1), 0)
    last = np.where(ever, months - 1 - some[:, ::-1].argmax(axis=1), -1)
    reported = np.where(ever, last - first + 1, 0)
    at = np.arange(months)
    inside = (at >= first[:, None]) & (at <= last[:, None])
    gaps = (inside & ~some).sum(axis=1)
    silent = np.where(ever, months - 1 - last, 0)
    log_p = np.where(silent > 0, silent * _log_empty(n, inside, gaps, reported), 0.0)
    judged = ever & (reported >= fewest)
    log_p, q = np.where(judged, log_p, 0.0), np.full(n.shape[0], np.nan)
    q[judged] = benjamini_hochberg(np.exp(log_p[judged]))
    return Silence(reported.astype(np.int64), gaps.astype(np.int64), silent.astype(np.int64), log_p, q)


def _log_empty(n: Array, inside: NDArray[np.bool_], gaps: NDArray[np.int64], reported: NDArray[np.int64]) -> Array:
    """Log chance of an empty month: the larger of the model's and of what was seen before."""
    size = np.maximum(reported, 1)
    mean = (n * inside).sum(axis=1) / size
    variance = (((n - mean[:, None]) ** 2) * inside).sum(axis=1) / np.maximum(size - 1, 1)
    spread = np.maximum((variance - mean) / np.maximum(mean, 1e-12) ** 2, 1e-9)
    model = -special.log1p(spread * mean) / spread
    # Half a silent month is added, so that none before still leaves a chance of one in twice as many months.
    return np.maximum(model, np.where(gaps > 0, np.log((gaps + 0.5) / (size + 1)), -np.inf))
