"""Sunset, sunrise and the twilights, from the equations of the NOAA solar calculator.

Declination and the equation of time depend on the instant alone, so they are tabled four times a day over the dates
asked for and read off linearly (which costs less than 0.1 second of time); what remains for each place and date is one
arccosine a round. Five million pairs take about two seconds.

Heights above the sea, hills on the horizon and the weather are left out, as in every almanac: they move the observed
sunset by a minute or more, and the observed end of civil twilight by less.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats import checks
from auditor.stats.checks import Array

Twilight = Literal["horizon", "civil", "nautical"]
Side = Literal["evening", "morning"]
Dates = NDArray[np.datetime64]
Bools = NDArray[np.bool_]

ZENITH: dict[Twilight, float] = {"horizon": 90.833, "civil": 96.0, "nautical": 102.0}
"""Degrees of the sun's centre from the vertical; 0.833 on the horizon is refraction and half the sun's disc."""
FIRST, LAST = np.datetime64("1900-01-01"), np.datetime64("2100-12-31")
_EPOCH = np.datetime64("2000-01-01")
_A_DAY = 4
_ROUNDS = 8
_SLOWEST = 1.0
_HALF_SECOND = 0.5 / 86400


class NoSuchEvent(ValueError):
    """The sun does not set, rise or leave twilight there on that date, or only grazes the limit."""


@dataclass(frozen=True, slots=True)
class SunEvents:
    """When the sun reached a stated depth, for each pair of date and place.

    Attributes
    ----------
    utc : ndarray of datetime64[ms]
        The instant; where ``happens`` is False it is NaT ("not applicable").
    minutes : ndarray
        Minutes after 00:00 UTC of the date asked for: beyond 1,440 in the evening of western longitudes. NaN ("not
        applicable") where ``happens`` is False.
    happens : ndarray of bool
        Where there is such an event, and the sun crosses the limit at 1 degree an hour or faster. Below that, which is
        met only within days of a polar day or night, no almanac is sure of the minute.
    """

    utc: Dates
    minutes: Array
    happens: Bools


def sun_events(
    dates: ArrayLike, latitude: ArrayLike, longitude: ArrayLike, twilight: Twilight, side: Side = "evening"
) -> SunEvents:
    """Find sunset, sunrise, or the limit of a twilight, and say where there is none.

    Parameters
    ----------
    dates : array_like of datetime64[D]
        Dates by the place's own sun: the event belongs to the noon of that date by local mean solar time. See
        `auditor.stats.clock.local_clock.local_sun` for dates by the clock.
    latitude, longitude : array_like of float
        Degrees, north and east positive. Broadcast against the dates.
    twilight : {"horizon", "civil", "nautical"}
        The sun's upper edge on the horizon, or its centre 6 or 12 degrees below.
    side : {"evening", "morning"}
        Sunset and dusk, or sunrise and dawn.

    Returns
    -------
    SunEvents

    Raises
    ------
    ValueError
        If a date is missing or outside 1900-2100, a coordinate is outside its range, or shapes do not fit.

    References
    ----------
    Meeus, J. (1998). Astronomical Algorithms, 2nd ed., chapters 22, 25 and 28, as used in the solar calculator of the
    NOAA Global Monitoring Laboratory.
    """
    days = day_numbers(dates)
    north, east = degrees("latitude", latitude, 90.0), degrees("longitude", longitude, 180.0)
    days, north, east = checks.together(dates=days, latitude=north, longitude=east)
    return events_from_noon(days, days + 0.5 - east / 360.0, north, twilight, side)


def sun_times(
    dates: ArrayLike, latitude: ArrayLike, longitude: ArrayLike, twilight: Twilight, side: Side = "evening"
) -> Dates:
    """Return the instants in UTC, and refuse where there is no such event.

    Parameters and errors are those of `sun_events`.

    Returns
    -------
    ndarray of datetime64[ms]

    Raises
    ------
    NoSuchEvent
        If it fails to happen at any of the pairs; the message names the first and counts them.
    """
    found = sun_events(dates, latitude, longitude, twilight, side)
    return refuse_missing(found, dates, latitude, f"{twilight} {side}").utc


def refuse_missing(found: SunEvents, dates: ArrayLike, latitude: ArrayLike, what: str) -> SunEvents:
    """Pass events on, or raise `NoSuchEvent` where any is missing."""
    if not found.happens.all():
        at = int(np.flatnonzero(~found.happens)[0])
        day = np.broadcast_to(np.asarray(dates, dtype="datetime64[D]"), found.happens.shape).flat[at]
        north = np.broadcast_to(np.asarray(latitude, dtype=float), found.happens.shape).flat[at]
        missing = int((~found.happens).sum())
        raise NoSuchEvent(
            f"no {what} limit on {day} at latitude {north:.4g}; so for {missing} of {found.happens.size} pairs of "
            "date and place"
        )
    return found


def day_numbers(dates: ArrayLike) -> Array:
    """Return whole days since 1 January 2000, after checking the dates."""
    days = np.atleast_1d(np.asarray(dates))
    if days.dtype.kind != "M":
        raise ValueError(f"dates must be datetime64 values, got {days.dtype}")
    days = days.astype("datetime64[D]")
    if np.isnat(days).any():
        raise ValueError("dates hold a missing value")
    outside = (days < FIRST) | (days > LAST)
    if outside.any():
        raise ValueError(f"dates must lie in 1900-2100, got {days[outside].flat[0]}")
    return (days - _EPOCH).astype(np.float64)


def events_from_noon(days: Array, noon: Array, latitude: Array, twilight: Twilight, side: Side) -> SunEvents:
    """Events that follow (evening) or precede (morning) given mean solar noons.

    Parameters
    ----------
    days : ndarray
        Dates that ``minutes`` counts from, in days since 2000-01-01 00:00 UTC.
    noon : ndarray
        Mean solar noon of the place, in the same unit.
    latitude : ndarray
        Degrees.
    twilight, side : str
        As in `sun_events`.
    """
    if twilight not in ZENITH or side not in ("evening", "morning"):
        raise ValueError(f"twilight must be one of {', '.join(ZENITH)} and side evening or morning")
    if not days.size:
        return SunEvents(np.zeros(days.shape, "datetime64[ms]"), np.zeros(days.shape), np.zeros(days.shape, bool))
    at, happens = _solve(noon, np.radians(latitude), np.radians(ZENITH[twilight]), 1.0 if side == "evening" else -1.0)
    minutes = np.where(happens, (at - days) * 1440.0, np.nan)
    since = np.where(happens, np.rint(at * 86_400_000.0), 0.0).astype("timedelta64[ms]")
    utc = np.where(happens, _EPOCH.astype("datetime64[ms]") + since, np.datetime64("NaT", "ms"))
    return SunEvents(utc, minutes, happens)


def _solve(noon: Array, latitude: Array, zenith: float, sign: float) -> tuple[Array, Bools]:
    """Instant at which the hour angle equals that of the limit, by going round until it stands still."""
    table = _Almanac(float(noon.min()) - 2.0, float(noon.max()) + 2.0)
    sine, cosine, limit = np.sin(latitude), np.cos(latitude), np.cos(zenith)
    at, moved = noon + sign * 0.25, np.full(noon.shape, np.inf)
    for _ in range(_ROUNDS):
        declination, equation = table(at)
        up = np.sin(declination)
        across = cosine * np.sqrt(1.0 - up * up)
        # At a pole nothing turns: the quotient is clipped, and the speed below says that it does not count.
        quotient = (limit - sine * up) / np.maximum(across, 1e-9)
        turned = np.arccos(np.clip(quotient, -1.0, 1.0))
        new = noon - equation + sign * turned / (2.0 * np.pi)
        moved, at = np.abs(new - at), new
        if (moved < _HALF_SECOND / 10).all():
            break
    # Degrees an hour at which the sun's height changes there.
    speed = 15.0 * across * np.sin(turned) / np.sin(zenith)
    return at, (np.abs(quotient) < 1.0) & (speed >= _SLOWEST) & (moved < _HALF_SECOND)


class _Almanac:
    """Declination (radians) and equation of time (days) between two instants, tabled every six hours."""

    def __init__(self, first: float, last: float) -> None:
        self._start = np.floor(first)
        count = int(np.ceil(last - self._start)) * _A_DAY + 2
        self._declination, self._equation = _sun(self._start + np.arange(count) / _A_DAY)

    def __call__(self, at: Array) -> tuple[Array, Array]:
        position = (at - self._start) * _A_DAY
        below = position.astype(np.int64)
        part = position - below
        return tuple(
            table[below] + part * (table[below + 1] - table[below]) for table in (self._declination, self._equation)
        )


def _sun(at: Array) -> tuple[Array, Array]:
    """Return declination (radians) and equation of time (days) at instants in days since 2000-01-01 00:00 UTC."""
    t = (at - 0.5) / 36525.0
    mean = np.radians((280.46646 + t * (36000.76983 + t * 0.0003032)) % 360.0)
    anomaly = np.radians(357.52911 + t * (35999.05029 - 0.0001537 * t))
    eccentricity = 0.016708634 - t * (0.000042037 + 0.0000001267 * t)
    centre = (
        np.sin(anomaly) * (1.914602 - t * (0.004817 + 0.000014 * t))
        + np.sin(2 * anomaly) * (0.019993 - 0.000101 * t)
        + np.sin(3 * anomaly) * 0.000289
    )
    node = np.radians(125.04 - 1934.136 * t)
    apparent = mean + np.radians(centre - 0.00569 - 0.00478 * np.sin(node))
    seconds = 21.448 - t * (46.815 + t * (0.00059 - t * 0.001813))
    obliquity = np.radians(23.0 + (26.0 + seconds / 60.0) / 60.0 + 0.00256 * np.cos(node))
    declination = np.arcsin(np.sin(obliquity) * np.sin(apparent))
    y = np.tan(obliquity / 2.0) ** 2
    equation = (
        y * np.sin(2 * mean)
        - 2 * eccentricity * np.sin(anomaly)
        + 4 * eccentricity * y * np.sin(anomaly) * np.cos(2 * mean)
        - 0.5 * y * y * np.sin(4 * mean)
        - 1.25 * eccentricity**2 * np.sin(2 * anomaly)
    )
    return declination, equation / (2.0 * np.pi)


def degrees(name: str, value: ArrayLike, most: float) -> Array:
    """Return finite degrees no farther from 0 than `most` (see `checks.numbers`)."""
    values = checks.numbers(name, value)
    if (np.abs(values) > most).any():
        raise ValueError(f"{name} must lie between {-most:g} and {most:g} degrees")
    return values
