"""Stays in custody after release fell due, with and without an immigration hold, from single rows.

A stay is in the comparison only where its end could be seen for a whole horizon, ended or not: everybody is watched
equally long, whenever release fell due, and the share still held after some hours is a plain share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats, RowTable
from auditor.signals.sides import Counted

EVENTS = ("booking", "arrest", "match", "detainer")
"""Events of people in local custody, in the order in which they are preferred when equally many stays are known."""
KEYS = (
    "event", "group", "group_source", "agency", "facility", "ended", "held_hours", "held_hours_regulation",
    "followed_hours", "hold_when_due",
)  # fmt: skip
COLUMNS = {"regulation": "held_hours_regulation", "plain": "held_hours"}
"""Key that holds the hours of each clock."""
_SOURCES = ("recorded", "perceived", "mixed", "surname", "", "nationality")
_DAY = 24.0
_LATE = 2
_ROWS = ("place", "side", "left", "seen", "followed", "jail", "group", "n", "censored", "late")


@dataclass(frozen=True)
class Stays:
    """Stays of one event; arrays over grouped rows.

    Attributes
    ----------
    place : (R,) int array
    side : (R,) int array
        0 with an immigration hold when release fell due, 1 without, -1 where that is not known.
    hours : mapping of str to (R,) array
        Hours held after release fell due, by clock; NaN where they cannot be told.
    left : (R,) bool array
        Whether the stay ended, by release or transfer.
    seen : (R,) bool array
        Whether its end could have been seen for the whole horizon.
    followed : (R,) array
        Hours from the moment on which release fell due to the end of the source; NaN where they cannot be told.
    jail : (R,) int array
        Jail (or else agency) within its place, 0, 1, ...
    group : (R,) object array
        Recorded or estimated ethnic group; "" where none.
    n : (R,) array
    censored : (R,) bool array
    late : (R,) bool array
        Whether a hold was lodged after release had fallen due: none, where there are others without one to stand by.
    places, jails : int
    """

    place: NDArray[np.int64]
    side: NDArray[np.int64]
    hours: dict[str, Floats]
    left: Bools
    seen: Bools
    followed: Floats
    jail: NDArray[np.int64]
    group: NDArray[np.object_]
    n: Floats
    censored: Bools
    late: Bools
    places: int
    jails: int

    def take(self, keep: Bools) -> Stays:
        """Return the stays that a mask keeps."""
        hours = {clock: values[keep] for clock, values in self.hours.items()}
        return replace(self, hours=hours, **{name: getattr(self, name)[keep] for name in _ROWS})

    def of_group(self, group: str) -> Stays:
        """Return the stays of one ethnic group."""
        return self.take(self.group == group)

    @property
    def known(self) -> Stays:
        """The stays that are compared: side and hours known, seen for the whole horizon."""
        return self.take((self.side >= 0) & self.seen & np.isfinite(self.hours["plain"]))

    def total(self, keep: Bools) -> Floats:
        """Return the number of stays of each place that a mask keeps."""
        return np.bincount(self.place[keep], self.n[keep], self.places).astype(np.float64)

    def by_side(self, keep: Bools) -> Floats:
        """Return (J, 2) numbers of stays with and without a hold that a mask keeps."""
        return np.stack([self.total(keep & (self.side == side)) for side in (0, 1)], axis=1)


def event_of(cells: Cells, wanted: str) -> str:
    """Return the event whose stays are compared: the one with most times, unless one is asked for."""
    if wanted != "auto" or cells.rows is None:
        return wanted if wanted != "auto" else EVENTS[0]
    timed = cells.rows.take(np.isfinite(cells.rows.columns["held_hours"]))
    total = {event: float(timed.where(event=event).n.sum()) for event in EVENTS}
    return max(EVENTS, key=lambda event: (total[event], -EVENTS.index(event)))


def stays_of(cells: Cells, event: str, horizon: float) -> Stays:
    """Return the stays of an event.

    Parameters
    ----------
    cells : Cells
        With the row keys :data:`KEYS`.
    event : str
    horizon : float
        Hours for which a stay must have been in sight.

    Returns
    -------
    Stays
        Only rows of people of whom the source says that release fell due.

    Raises
    ------
    ValueError
        If the cells hold no single rows.
    """
    if cells.rows is None:
        raise ValueError("the cells hold no single rows: the signal's view must ask for them")
    rows = _one_source(cells.rows.where(event=event), cells.size)
    told = rows.columns
    # A time that cannot be read is a stay all the same, if release fell due: its side is known then.
    due = (told["ended"] != "") | (told["hold_when_due"] >= 0) | np.isfinite(told["held_hours"])
    rows = rows.take(due.astype(bool))
    told = rows.columns
    side, late = _sides(rows, event, cells.size)
    group = np.where(told["group_source"].astype(str) == "nationality", "", told["group"].astype(str)).astype(object)
    jail, jails = _jails(rows)
    with np.errstate(invalid="ignore"):
        followed = told["followed_hours"].astype(np.float64)
        seen = followed >= horizon
    left = np.isin(told["ended"].astype(str), ("release", "transfer"))
    hours = {clock: told[key].astype(np.float64) for clock, key in COLUMNS.items()}
    return Stays(
        rows.index, side, hours, left, seen, followed, jail, group, rows.n, rows.censored, late, cells.size, jails
    )


def _sides(rows: RowTable, event: str, places: int) -> tuple[NDArray[np.int64], Bools]:
    """Return the side of each stay, and whether its hold came late.

    Who received a hold later had none when release fell due. In a place of which the source lists nobody without a
    hold these would be the only ones to compare with, chosen by having stayed: they are on no side then.
    """
    hold = rows.columns["hold_when_due"].astype(np.int64)
    if event == "detainer":
        hold = np.where(hold < 0, 1, hold)
    without = np.zeros(places, dtype=bool)
    without[rows.index[hold == 0]] = True
    late: Bools = hold == _LATE
    side = np.select([hold == 1, hold == 0, late & without[rows.index]], [0, 1, 1], -1)
    return side.astype(np.int64), late


def over(stays: Stays, clock: str, limit: float) -> Bools:
    """Return which stays lasted longer than the limit by a clock; one without an end lasts as long as it was seen."""
    with np.errstate(invalid="ignore"):
        longer: Bools = stays.hours[clock] > limit
    # Seen for the whole horizon and never ended: it outlasts every limit below the horizon.
    return longer | (~stays.left & stays.seen)


def counted(stays: Stays, clock: str, limit: float, *, jails: bool = True) -> Counted:
    """Count the stays beyond the limit, by place, side and jail.

    Parameters
    ----------
    stays : Stays
    clock : str
        ``"regulation"`` or ``"plain"``.
    limit : float
        Hours.
    jails : bool
        Whether each jail is a stratum of its own.
    """
    known = stays.known
    shape = (stays.places, 2, stays.jails if jails else 1)
    k, n = np.zeros(shape), np.zeros(shape)
    at = (known.place, known.side, known.jail if jails else np.zeros_like(known.jail))
    np.add.at(n, at, known.n)
    np.add.at(k, at, np.where(over(known, clock, limit), known.n, 0.0))
    blind = stays.by_side(np.isnan(stays.hours["plain"]))
    censored = np.zeros(stays.places, dtype=bool)
    censored[stays.place[stays.censored]] = True
    return Counted(k, n, blind, censored)


def whole_days(stays: Stays) -> Bools:
    """Return (J,) where most ends lie whole days after the beginning: the source gives days, no time of day."""
    ended = stays.left & np.isfinite(stays.hours["plain"])
    hours = np.where(ended, stays.hours["plain"], 1.0)
    return 2 * stays.total(ended & (hours % _DAY == 0)) > stays.total(ended)


def _one_source(rows: RowTable, places: int) -> RowTable:
    """Keep one source of ethnicity in each place: a stay that two files tell of must not count twice."""
    source = rows.columns["group_source"].astype(str)
    rank = np.array([_SOURCES.index(name) if name in _SOURCES else 0 for name in source], dtype=np.int64)
    named = rank != _SOURCES.index("")
    best = np.full(places, len(_SOURCES))
    np.minimum.at(best, rows.index[named], rank[named])
    return rows.take(~named | (rank == best[rows.index]))


def _jails(rows: RowTable) -> tuple[NDArray[np.int64], int]:
    """Number the jails of each place from 0; the second number is the most that any place has."""
    facility, agency = (rows.columns[name].astype(str) for name in ("facility", "agency"))
    name = np.where(facility != "", facility, agency)
    if not len(name):
        return np.zeros(0, dtype=np.int64), 1
    label = np.unique(name, return_inverse=True)[1]
    pairs, inverse = np.unique(np.stack([rows.index, label]), axis=1, return_inverse=True)
    _, first = np.unique(pairs[0], return_index=True)
    number = np.arange(pairs.shape[1]) - np.repeat(first, np.diff([*first, pairs.shape[1]]))
    return number[inverse.ravel()], int(number.max()) + 1


def groups_of(stays: Stays, wanted: Sequence[str]) -> list[str]:
    """Return those of the wanted groups of whom some stay is known on both sides."""
    known = stays.known
    sides = {group: set(known.side[known.group == group].tolist()) for group in wanted}
    return [group for group in wanted if sides[group] == {0, 1}]
