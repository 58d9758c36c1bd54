"""The sun by the clock on the wall: sunset and twilight as minutes after local midnight, daylight saving included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.clock.sun import Side, SunEvents, Twilight, day_numbers, degrees, events_from_noon

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def utc_offsets(dates: ArrayLike, zone: ArrayLike) -> Array:
    """Minutes that the local clock is ahead of UTC, at noon of local dates.

    Clocks change in the small hours, so the offset of noon is that of the whole day from morning twilight until after
    midnight. Each distinct pair of date and zone is looked up once.

    Parameters
    ----------
    dates : array_like of datetime64[D]
        Local dates.
    zone : str or array_like of str
        Names of the time-zone database, such as "America/Chicago"; one for all or one for each date.

    Returns
    -------
    ndarray
        Negative west of Greenwich.

    Raises
    ------
    ValueError
        If a zone is unknown, or a date is missing or outside 1900-2100.
    """
    days = day_numbers(dates)
    names = np.atleast_1d(np.asarray(zone))
    if names.dtype.kind not in "UTO":
        raise ValueError(f"zone must hold names of time zones, got {names.dtype}")
    days, names = np.broadcast_arrays(days, names)
    offsets = np.empty(days.shape)
    known, which = _distinct(names)
    for at, name in enumerate(known):
        rows = which == at
        found, back = np.unique(days[rows], return_inverse=True)
        offsets[rows] = _noon_offsets(found, _zone(name))[back]
    return offsets


def local_sun(
    dates: ArrayLike,
    latitude: ArrayLike,
    longitude: ArrayLike,
    zone: ArrayLike,
    twilight: Twilight,
    side: Side = "evening",
) -> SunEvents:
    """Find sunset, sunrise or the limit of a twilight, by the local clock.

    Parameters
    ----------
    dates : array_like of datetime64[D]
        Local dates. The evening of a date follows its midday, wherever clock and sun stand to each other.
    latitude, longitude : array_like of float
        Degrees, north and east positive.
    zone : str or array_like of str
        Names of the time-zone database.
    twilight, side : str
        As in `auditor.stats.clock.sun.sun_events`.

    Returns
    -------
    SunEvents
        ``minutes`` count from local midnight of the date, by the clock; an evening event after the next midnight (as in
        Alaska's summer) lies beyond 1,440. NaN ("not applicable") where there is no such event.

    Raises
    ------
    ValueError
        As `utc_offsets` and `auditor.stats.clock.sun.sun_events`.
    """
    days, offsets = day_numbers(dates), utc_offsets(dates, zone)
    north, east = degrees("latitude", latitude, 90.0), degrees("longitude", longitude, 180.0)
    days, offsets, north, east = checks.together(dates=days, zone=offsets, latitude=north, longitude=east)
    midday = days + 0.5 - offsets / 1440.0
    # Mean solar noon nearest to the clock's midday: west of the date line they stand on different dates of UTC.
    noon = 0.5 - east / 360.0
    noon = noon + np.rint(midday - noon)
    return events_from_noon(days - offsets / 1440.0, noon, north, twilight, side)


def _distinct(names: NDArray[np.str_]) -> tuple[list[str], NDArray[np.int64]]:
    """Return the distinct names, and the position of each entry's name among them."""
    if names.size and all(stride == 0 for stride in names.strides):
        return [str(names.flat[0])], np.zeros(names.shape, dtype=np.int64)
    found, which = np.unique(names.astype(str), return_inverse=True)
    return [str(name) for name in found], which.reshape(names.shape)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"unknown time zone {name!r}; use a name such as America/Chicago") from None


def _noon_offsets(days: Array, zone: ZoneInfo) -> Array:
    offsets = np.empty(len(days))
    for at, day in enumerate(days):
        ahead = (_EPOCH + timedelta(days=int(day), hours=12)).replace(tzinfo=zone).utcoffset()
        # A ZoneInfo always has an offset for a given date; the type says that a time zone need not.
        offsets[at] = 0.0 if ahead is None else ahead.total_seconds() / 60.0
    return offsets
