"""Stops of every place with the clock checked and the sun of their day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Days, Floats, RowTable
from auditor.domain.locations import Location, locate
from auditor.row_packed import NO_DAY
from auditor.stats.clock.heaping import clock_shift, heaping
from auditor.stats.clock.local_clock import local_sun
from auditor.stats.clock.sun import Twilight
from auditor.stats.clock.veil import MINUTES, to_local
from auditor.stats.numbering import numbered, summed

EVENTS = ("stop", "citation", "arrest")
"""Events that an officer may begin on what can be seen, in the order in which they are preferred."""
FROM = 840
"""Minutes after midnight from which stops are looked at by day and officer: 14:00, before any dusk with its placebo."""
NAMELESS = ("", "unknown")
"""What stands where the group is not recorded."""
_MIDNIGHT, _HOUR = 0.10, 0.25
"""Shares of times that were filled in at midnight, or rounded to the hour, above which a place is withheld."""
_ROUND = 0.35
"""Share of times rounded to five minutes above which that is said."""
_UNTIMED = 0.5

Ints = NDArray[np.int64]
Narrow = NDArray[np.integer[Any]]
Clock = Literal["checked", "local", "utc"]


@dataclass(frozen=True)
class Evenings:
    """Days of places on which anybody was stopped, with their sun; arrays of shape (E,).

    Attributes
    ----------
    day : day array
    sunset, dusk : array
        Minutes after midnight by the local clock; NaN where there is none.
    """

    day: Days
    sunset: Floats
    dusk: Floats


@dataclass(frozen=True)
class Stops:
    """Stops from 14:00 on, in the order of their places; arrays of shape (R,), as narrow as millions of rows ask for.

    Attributes
    ----------
    index : int array
        Position of the place among ``Cells.ids``.
    evening : int array
        Position of its day among ``evenings``.
    minute : int array
        By the local clock, after midnight.
    group, agency, officer : int arrays
        Positions in the names of groups and agencies; the officer's code, -1 where not recorded.
    n : unsigned int array
        Stops that an entry stands for.
    evenings : Evenings
    groups, agencies : tuple of str
    """

    index: Narrow
    evening: Narrow
    minute: Narrow
    group: Narrow
    agency: Narrow
    officer: Narrow
    n: Narrow
    evenings: Evenings
    groups: tuple[str, ...]
    agencies: tuple[str, ...]

    def take(self, keep: Bools | slice) -> Stops:
        """Return some of the entries; these very ones where a mask keeps all."""
        if not isinstance(keep, slice) and bool(keep.all()):
            return self
        arrays = ("index", "evening", "minute", "group", "agency", "officer", "n")
        return replace(self, **{name: getattr(self, name)[keep] for name in arrays})

    def by_place(self, places: int) -> list[Stops]:
        """Return the entries of each place, each with its own evenings alone."""
        edges = np.searchsorted(self.index, np.arange(places + 1))
        return [self.take(slice(first, last))._own_evenings() for first, last in pairwise(edges)]

    def of(self, *groups: str) -> Stops:
        """Return the stops of some groups."""
        return self.take(self.named(*groups))

    def named(self, *groups: str) -> Bools:
        """Return the mask of the stops of some groups."""
        return np.array([name in groups for name in self.groups] or [False], dtype=bool)[self.group]

    def _own_evenings(self) -> Stops:
        """Leave out the evenings of other places, which stand before and after."""
        low, high = (int(self.evening.min()), int(self.evening.max()) + 1) if len(self.evening) else (0, 0)
        every = self.evenings
        own = Evenings(every.day[low:high], every.sunset[low:high], every.dusk[low:high])
        return replace(self, evening=self.evening - np.int32(low), evenings=own)

    def code(self, group: str) -> int:
        """Return the position of a group, -2 where no row is of it."""
        return self.groups.index(group) if group in self.groups else -2


def joined(parts: Sequence[Stops]) -> Stops:
    """Put the stops of several places, of one table, one after another."""
    starts = np.cumsum([0, *(len(part.evenings.day) for part in parts[:-1])])
    days, sunsets, dusks = zip(*((p.evenings.day, p.evenings.sunset, p.evenings.dusk) for p in parts), strict=True)
    return replace(
        parts[0],
        index=np.concatenate([part.index for part in parts]),
        evening=np.concatenate([part.evening + start for part, start in zip(parts, starts, strict=True)]),
        minute=np.concatenate([part.minute for part in parts]),
        group=np.concatenate([part.group for part in parts]),
        agency=np.concatenate([part.agency for part in parts]),
        officer=np.concatenate([part.officer for part in parts]),
        n=np.concatenate([part.n for part in parts]),
        evenings=Evenings(np.concatenate(days), np.concatenate(sunsets), np.concatenate(dusks)),
    )


@dataclass(frozen=True)
class Recorded:
    """How an event's times were recorded; arrays over places (J,).

    Attributes
    ----------
    located : bool array
        Where the middle of the place and its time zone are known.
    locations : tuple of Location or None
    present, censored : bool array
        Where any row is of the event; where a suppressed number is among them.
    rows : array
        Rows of the event.
    timed : array
        Share of them with a day and a time of day; NaN without rows.
    heaped : bool array
        Where too many times are at midnight or on the hour.
    rounded : bool array
        Where many times are rounded to five minutes.
    shifted : bool array
        Where the quietest hours are not those of a night, so that the clock seems to be out.
    """

    located: Bools
    locations: tuple[Location | None, ...]
    present: Bools
    censored: Bools
    rows: Floats
    timed: Floats
    heaped: Bools
    rounded: Bools
    shifted: Bools

    @property
    def usable(self) -> Bools:
        """Return where times can be compared with the sun."""
        timed = np.nan_to_num(self.timed) >= 1 - _UNTIMED
        return self.located & timed & ~self.censored & ~self.heaped & ~self.shifted


def keys_of(clock: Clock) -> tuple[str, str]:
    """Return the keys of day and officer: told of the evening only, where that is known before the clock is set."""
    return ("day", "officer_code") if clock == "utc" else ("evening_day", "evening_officer")


def recorded_stops(cells: Cells, rows: RowTable, twilight: Twilight, clock: Clock) -> tuple[Recorded, Stops]:
    """Check the clock of every place, and give each stop of the evening its sunset and dusk.

    Parameters
    ----------
    cells : Cells
    rows : RowTable
        Of one event and one source of ethnicity, with the keys ``minute``, ``agency`` and those of :func:`keys_of`.
    twilight : str
        Its end is where darkness begins.
    clock : {"checked", "local", "utc"}
        Whether times are local and checked, local without a check, or those of UTC.
    """
    locations = tuple(locate(place, parent) for place, parent in zip(cells.ids, cells.parents, strict=True))
    day_key, _ = keys_of(clock)
    day, minute = rows.narrow(day_key), rows.narrow("minute")
    # The day of a stop before the evening is not asked for, but where the whole day is missing it is known to be.
    told = (minute >= 0) & ((day != NO_DAY) if clock == "utc" else (day != NO_DAY) | (minute < FROM))
    given = minute
    if clock == "utc":
        day, minute = _local(day, minute, told, rows.index, locations)
    found = _recorded(cells, rows, locations, (told, given, minute), checked=clock != "local")
    keep = told & (day != NO_DAY) & (minute >= FROM)
    if not found.usable.all():
        keep &= found.usable[rows.index]
    return found, _stops(rows, keep, day, minute, locations, twilight, clock)


def _local(
    day: Narrow, minute: Narrow, told: Bools, index: Ints, locations: Sequence[Location | None]
) -> tuple[Narrow, Narrow]:
    """Turn what is told in UTC into local time; places without a time zone stay as they are, and are withheld."""
    known = told & np.array([place is not None for place in locations], dtype=bool)[index]
    zones = np.array([place.zone if place else "" for place in locations])
    dates = day[known].astype(np.int64).astype("datetime64[D]")
    local_dates, local_minutes = to_local(dates, minute[known], zones[index[known]])
    days, minutes = day.copy(), minute.copy()
    days[known], minutes[known] = local_dates.astype(np.int64), local_minutes
    return days, minutes


def _recorded(
    cells: Cells,
    rows: RowTable,
    locations: tuple[Location | None, ...],
    times: tuple[Bools, Narrow, Narrow],
    *,
    checked: bool,
) -> Recorded:
    told, given, minute = times
    size = cells.size
    total = np.bincount(rows.index, rows.n, minlength=size).astype(float)
    by_minute = _table(rows, told, given, MINUTES, size)
    timed, heaps = by_minute.sum(axis=1), heaping(by_minute)
    local = by_minute if minute is given else _table(rows, told, minute, MINUTES, size)
    by_hour = local.reshape(size, 24, -1).sum(axis=2)
    shifted = np.zeros(size, dtype=bool)
    some = by_hour.sum(axis=1) > 0
    if checked and some.any():
        shifted[some] = clock_shift(by_hour[some]).suspect()
    rounded = np.nan_to_num(heaps.rounded)
    censored, present = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    censored[rows.index[rows.censored]] = True
    present[rows.index] = True
    return Recorded(
        located=np.array([place is not None for place in locations], dtype=bool),
        locations=locations,
        present=present,
        censored=censored,
        rows=total,
        timed=np.divide(timed, total, out=np.full(size, np.nan), where=total > 0),
        heaped=(rounded[:, 0] > _MIDNIGHT) | (rounded[:, 1] > _HOUR),
        rounded=rounded[:, 2] > _ROUND,
        shifted=shifted,
    )


def _table(rows: RowTable, told: Bools, column: Narrow, width: int, places: int) -> Floats:
    """Add up the rows that a mask keeps by place and column."""
    every = bool(told.all())
    at, n = (column, rows.n) if every else (column[told], rows.n[told])
    if places > 1:
        at = (rows.index if every else rows.index[told]) * width + at
    return summed(at, n, places * width).reshape(places, width)


def _stops(
    rows: RowTable,
    keep: Bools,
    day: Narrow,
    minute: Narrow,
    locations: Sequence[Location | None],
    twilight: Twilight,
    clock: Clock,
) -> Stops:
    # Where every row is kept, as it stands, nothing is copied.
    at: Any = slice(None) if bool(keep.all()) else np.flatnonzero(keep)
    place = rows.index[at]
    if (place[1:] < place[:-1]).any():
        at = np.flatnonzero(keep)[np.argsort(place, kind="stable")]
    evening, evenings = _evenings(rows.index[at], day[at], locations, twilight)
    group, groups = rows.codes("group")
    agency, agencies = rows.codes("agency")
    officer, n = rows.narrow(keys_of(clock)[1])[at], rows.n[at]
    counted = n.astype(np.min_scalar_type(int(n.max(initial=0.0))))
    return Stops(
        rows.index[at], evening, minute[at], group[at], agency[at], officer, counted, evenings, groups, agencies
    )


def _evenings(
    index: Ints, days: Narrow, locations: Sequence[Location | None], twilight: Twilight
) -> tuple[Narrow, Evenings]:
    """Work out the sun of each place and day once, and say which of these each row has."""
    if not len(index):
        nothing = np.zeros(0)
        return nothing.astype(np.int32), Evenings(nothing.astype("datetime64[D]"), nothing, nothing)
    first, last = int(days.min()), int(days.max())
    span = last - first + 1
    alone = index[0] == index[-1]  # rows are in the order of their places
    pairs, back = numbered(days if alone else index * span + days - first)
    place = np.full(len(pairs), index[0]) if alone else pairs // span
    dates = (pairs if alone else pairs % span + first).astype("datetime64[D]")
    where = [locations[j] for j in place.tolist()]
    north, east = (np.array([getattr(spot, name) for spot in where]) for name in ("latitude", "longitude"))
    zones = np.array([spot.zone if spot else "" for spot in where])
    depths: tuple[Twilight, Twilight] = ("horizon", twilight)
    sunset, dusk = (local_sun(dates, north, east, zones, depth).minutes for depth in depths)
    return back, Evenings(dates, sunset, dusk)
