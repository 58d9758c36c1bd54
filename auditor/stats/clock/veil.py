"""Daylight and darkness at the same time by the clock: which events can be compared, and when clocks change."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.clock.local_clock import utc_offsets

LIGHT, DARK, BETWEEN = 1, 0, -1
MINUTES = 1440

Bools = NDArray[np.bool_]
Days = NDArray[np.datetime64]
Signs = NDArray[np.int8]


def visibility(
    minute: NDArray[np.integer[Any]], day: NDArray[np.integer[Any]], light_until: Array, dark_from: Array
) -> Signs:
    """Tell daylight from darkness at whole minutes, for many events of few days; the time between is neither.

    Parameters
    ----------
    minute : ndarray of int, shape (N,)
        Minutes after midnight, 0 or more.
    day : ndarray of int, shape (N,)
        Position of each event's day.
    light_until, dark_from : ndarray, shape (D,)
        Sunset and the end of twilight of each day; NaN where there is none.

    Returns
    -------
    ndarray of int8, shape (N,)
        :data:`LIGHT`, :data:`DARK` or :data:`BETWEEN`; the last also where either limit is missing.

    Raises
    ------
    ValueError
        If darkness begins before daylight ends.

    References
    ----------
    Grogger, J. & Ridgeway, G. (2006). Testing for racial profiling in traffic stops from behind a veil of darkness.
    Journal of the American Statistical Association 101, 878-887.
    """
    known = np.isfinite(light_until) & np.isfinite(dark_from)
    if (dark_from[known] < light_until[known]).any():
        raise ValueError("darkness must not begin before daylight ends")
    # A whole minute lies before a time where it lies before the next whole minute.
    until, since = np.full(len(known), -1, dtype=np.int32), np.full(len(known), np.iinfo(np.int32).max, dtype=np.int32)
    until[known], since[known] = np.ceil(light_until[known]), np.ceil(dark_from[known])
    light, dark = minute < until[day], minute >= since[day]
    return np.where(light, np.int8(LIGHT), np.where(dark, np.int8(DARK), np.int8(BETWEEN)))


def shared_clock(light_until: ArrayLike, dark_from: ArrayLike) -> tuple[float, float] | None:
    """Return the clock times at which some of the days are still light and some already dark.

    Parameters
    ----------
    light_until, dark_from : array_like of float, shape (D,)
        Sunset and end of twilight of each day, in minutes; NaN where there is none.

    Returns
    -------
    (earliest, latest) or None
        From the earliest end of twilight to the latest sunset; None where no time is both, as with a few weeks of data.
    """
    sunset, dusk = np.asarray(light_until, dtype=float), np.asarray(dark_from, dtype=float)
    known = np.isfinite(sunset) & np.isfinite(dusk)
    if not known.any():
        return None
    earliest, latest = float(dusk[known].min()), float(sunset[known].max())
    return (earliest, latest) if earliest < latest else None


def overlapping(minute: ArrayLike, light: ArrayLike, counts: ArrayLike, width: int, least: int) -> Bools:
    """Mark events in stretches of the clock that hold enough events of both daylight and darkness.

    Parameters
    ----------
    minute : array_like of float, shape (N,)
        Minutes after midnight.
    light : array_like of bool, shape (N,)
    counts : array_like of int, shape (N,)
        Events that each entry stands for.
    width : int
        Minutes of a stretch; stretches begin at midnight.
    least : int
        Events of each kind that a stretch must hold.

    Returns
    -------
    ndarray of bool, shape (N,)

    Raises
    ------
    ValueError
        If a count is negative or not whole, or the width is below 1.
    """
    n = checks.counts("counts", counts)
    if width < 1:
        raise ValueError(f"width must be 1 or more, got {width}")
    stretch = (checks.numbers("minute", minute) // width).astype(np.int64)
    bright = np.asarray(light, dtype=bool)
    if not len(n):
        return np.zeros(0, dtype=bool)
    by_light, by_dark = (np.bincount(stretch, n * side, minlength=stretch.max() + 1) for side in (bright, ~bright))
    result: Bools = ((by_light >= least) & (by_dark >= least))[stretch]
    return result


def to_local(days: ArrayLike, minute: ArrayLike, zone: ArrayLike) -> tuple[Days, Array]:
    """Turn dates and times of UTC into those of the local clock.

    Parameters
    ----------
    days : array_like of datetime64[D], shape (N,)
    minute : array_like of float, shape (N,)
        Minutes after midnight UTC.
    zone : str or array_like of str
        Names of the time-zone database.

    Returns
    -------
    days, minute : ndarray, shape (N,)
        Local. Only within hours of a change of the clock, in the small hours of the night, may a time be an hour out:
        the offset of the local date's noon is used.
    """
    dates, at = np.asarray(days, dtype="datetime64[D]"), checks.numbers("minute", minute)
    first = at + utc_offsets(dates, zone)
    local = dates + np.floor_divide(first, MINUTES).astype("timedelta64[D]")
    # Counted from the date of UTC, with the offset of the local one.
    moved = at + utc_offsets(local, zone)
    shift = np.floor_divide(moved, MINUTES)
    return dates + shift.astype("timedelta64[D]"), moved - MINUTES * shift


def clock_changes(first: np.datetime64, last: np.datetime64, zone: str) -> Days:
    """Return the first dates on which the clock stands differently from the day before.

    Parameters
    ----------
    first, last : datetime64[D]
        Both counted.
    zone : str
        Name of the time-zone database.

    Returns
    -------
    ndarray of datetime64[D]
        Empty where clocks are never changed, as in Arizona or Hawaii.
    """
    days = np.arange(first, last + np.timedelta64(1, "D"), dtype="datetime64[D]")
    if len(days) < 2:
        return days[:0]
    offsets = utc_offsets(days, zone)
    return days[1:][np.diff(offsets) != 0]


def days_from(days: ArrayLike, marks: Days) -> tuple[Array, NDArray[np.int64]]:
    """Return the days from the nearest of some marks (negative before it), and which mark it is.

    Parameters
    ----------
    days : array_like of datetime64[D], shape (N,)
    marks : ndarray of datetime64[D], shape (M,)
        In order; at least one. A day that is as far from two belongs to the earlier.
    """
    dates = np.asarray(days, dtype="datetime64[D]").astype(np.int64)
    places = np.asarray(marks, dtype="datetime64[D]").astype(np.int64)
    after = np.clip(np.searchsorted(places, dates), 1, max(len(places) - 1, 1))
    after = np.minimum(after, len(places) - 1)
    before = np.maximum(after - 1, 0)
    nearest = np.where(np.abs(dates - places[before]) <= np.abs(dates - places[after]), before, after)
    return (dates - places[nearest]).astype(float), nearest.astype(np.int64)
