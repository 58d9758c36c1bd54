"""Days of operations and the ordinary days set beside them, with the stops of each, by officer where they are known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats, RowTable
from auditor.signals.searches import rows_of
from auditor.stats.days.matching import Runs, matched_runs

EVENTS = ("stop", "citation", "arrest", "booking")
_RECORDED = 0.5
"""Least share of the stops of operation days whose officer is recorded for officers to be compared with themselves."""
Ints = NDArray[np.int64]
Dates = NDArray[np.datetime64]


@dataclass(frozen=True)
class Calendar:
    """Days of each agency of each place that have rows; arrays (D,), rows arrays (R,).

    Attributes
    ----------
    rows : RowTable
        Rows of one event whose day is known.
    at : (R,) int array
        Day of each row.
    squad : (D,) int array
        Agency of a place.
    place : (D,) int array
    day : (D,) day array
    on : (D,) bool array
        Whether an operation ran: it is declared, or some row of that day is marked.
    marked : (D,) bool array
        Whether rows of that day say which of them belong to the operation.
    runs : Runs
        Matched days, and which of them follow each other; (D,).
    """

    rows: RowTable
    at: Ints
    squad: Ints
    place: Ints
    day: Dates
    on: Bools
    marked: Bools
    runs: Runs

    @property
    def stratum(self) -> Ints:
        """Stratum of each day, -1 for days that are not used."""
        return self.runs.stratum

    def shifted(self, by: int, weeks: int) -> Calendar:
        """Return false operation days, so many weeks after the true ones, matched among the ordinary days alone."""
        key = self.squad * 10**6 + self.day.astype(np.int64)
        after = np.isin(key, key[self.on] + 7 * by) & ~self.on
        usual = ~self.on
        found = matched_runs(self.day[usual], after[usual], self.squad[usual], weeks)
        runs = Runs(*(np.full(len(self.on), -1, dtype=np.int64) for _ in range(3)))
        for whole, part in zip(_arrays(runs), _arrays(found), strict=True):
            whole[usual] = part
        return replace(self, on=after, marked=np.zeros(len(self.on), dtype=bool), runs=runs)


def _arrays(runs: Runs) -> tuple[Ints, Ints, Ints]:
    return runs.stratum, runs.unit, runs.level


@dataclass(frozen=True)
class Parts:
    """Stops of two groups on matched days, a row for each day, or for each officer of a day; arrays (P,).

    Attributes
    ----------
    focal, total : float arrays
    on : bool array
    stratum, unit, level, day, place : int arrays
        Units are exchanged within strata; parts of one level (a weekday of a stratum, of one officer where officers
        are told apart) are held against each other.
    """

    focal: Floats
    total: Floats
    on: Bools
    stratum: Ints
    unit: Ints
    level: Ints
    day: Ints
    place: Ints

    def of(self, j: int) -> Parts:
        """Return the parts of one place."""
        low, high = np.searchsorted(self.place, [j, j + 1])
        cut = slice(int(low), int(high))
        numbers = (self.stratum[cut], self.unit[cut], self.level[cut], self.day[cut], self.place[cut])
        return Parts(self.focal[cut], self.total[cut], self.on[cut], *numbers)

    @property
    def told(self) -> Bools:
        """Parts of levels that have both kinds of days and both groups."""
        level = np.unique(self.level, return_inverse=True)[1].reshape(-1)
        sums = [np.bincount(level, v) for v in (self.on, ~self.on, self.focal, self.total - self.focal)]
        return np.asarray(np.logical_and.reduce([part > 0 for part in sums])[level])

    def telling(self, places: int) -> Bools:
        """Return the places with a level that tells."""
        found = np.zeros(places, dtype=bool)
        found[self.place[self.told]] = True
        return found

    def days(self) -> tuple[int, int]:
        """Return how many operation days, and ordinary days, tell."""
        operated, ordinary = (len(np.unique(self.day[self.told & (self.on == on)])) for on in (True, False))
        return operated, ordinary


def event_of(cells: Cells, wanted: str) -> str:
    """Return the event that most rows of operation days tell of, unless one is asked for."""
    if wanted != "auto" or cells.rows is None:
        return wanted if wanted != "auto" else EVENTS[0]
    told = _marks(cells.rows) > 0
    total = {event: float(cells.rows.n[told & (cells.rows.columns["event"] == event)].sum()) for event in EVENTS}
    return max(EVENTS, key=lambda event: (total[event], -EVENTS.index(event)))


def calendar(cells: Cells, event: str, weeks: int) -> Calendar:
    """Lay out the days of an event, and match ordinary days to those of operations.

    Parameters
    ----------
    cells : Cells
        With the keys ``event``, ``group``, ``group_source``, ``agency``, ``day``, ``in_operation``, ``operation_day``
        and ``officer_code``.
    event : str
    weeks : int
        Farthest an ordinary day may be from its operation day.
    """
    rows = rows_of(cells, event)
    rows = rows.take(~np.isnat(rows.columns["day"]))
    agency = np.unique(rows.columns["agency"].astype(str), return_inverse=True)[1].reshape(-1)
    squads, squad = _numbered(rows.index, agency)
    found, at = _numbered(squad, rows.columns["day"].astype("datetime64[D]").astype(np.int64))
    marks = _marks(rows)
    on, marked = (np.bincount(at, marks >= least, found.shape[1]) > 0 for least in (1, 2))
    day = found[1].astype("datetime64[D]")
    return Calendar(rows, at, found[0], squads[0][found[0]], day, on, marked, matched_runs(day, on, found[0], weeks))


def parts(dates: Calendar, groups: tuple[str, str], by_officer: Bools | None = None) -> Parts:
    """Count the stops of two groups on the matched days.

    Parameters
    ----------
    dates : Calendar
    groups : (focal, reference)
    by_officer : (J,) bool array, optional
        Places in which each officer is held against himself: stops without an officer are then left out, and so are,
        on days on which some rows are marked, those of officers without a marked one.
    """
    rows, at = dates.rows, dates.at
    group = rows.columns["group"]
    keep = ((group == groups[0]) | (group == groups[1])) & (dates.stratum[at] >= 0)
    officer = np.zeros(len(at), dtype=np.int64)
    if by_officer is not None:
        own = by_officer[rows.index]
        officer = np.where(own, rows.columns["officer_code"] + 1, 0)
        keep &= ~own | ((officer > 0) & _took_part(dates, officer))
    names, number = _numbered(at[keep], officer[keep])
    day = names[0]
    total = np.bincount(number, rows.n[keep], names.shape[1]).astype(float)
    focal = np.bincount(number, rows.n[keep] * (group[keep] == groups[0]), names.shape[1]).astype(float)
    order = np.argsort(dates.place[day], kind="stable")
    day, focal, total, officer = day[order], focal[order], total[order], names[1][order]
    level = _numbered(dates.runs.level[day], officer)[1]
    numbers = (dates.runs.stratum[day], dates.runs.unit[day], level, day, dates.place[day])
    return Parts(focal, total, dates.on[day], *numbers)


def completed(dates: Calendar, groups: tuple[str, str], *, up: bool) -> Calendar:
    """Return the days as if the stops of unrecorded group were of two groups.

    Parameters
    ----------
    dates : Calendar
    groups : (focal, reference)
    up : bool
        Whether those of operation days are the focal group's and those of ordinary days the reference group's, which
        makes the odds ratio largest; else the other way round.
    """
    rows = dates.rows
    group = np.where(dates.on[dates.at] == up, *groups).astype(object)
    named = np.where(blind(rows), group, rows.columns["group"])
    return replace(dates, rows=RowTable(rows.index, {**rows.columns, "group": named}, rows.n, rows.censored))


def blind(rows: RowTable) -> Bools:
    """Return the rows whose group is not recorded."""
    return rows.isin("group", "", "unknown")


def officers_recorded(dates: Calendar, groups: tuple[str, str], places: int) -> Bools:
    """Return the places in which the officer is recorded for at least half of both groups' stops on operation days."""
    group = dates.rows.columns["group"]
    both = ((group == groups[0]) | (group == groups[1])) & dates.on[dates.at]
    known = both & (dates.rows.columns["officer_code"] >= 0)
    total, told = (np.bincount(dates.rows.index[m], dates.rows.n[m], places) for m in (both, known))
    return np.asarray((total > 0) & (told >= _RECORDED * total))


def _marks(rows: RowTable) -> Ints:
    """Return 2 for rows that are marked as of an operation, 1 for others of a declared day, else 0."""
    marked = rows.columns["in_operation"] == 1
    return np.asarray(np.where(marked, 2, (rows.columns["operation_day"] == 1) * 1), dtype=np.int64)


def _took_part(dates: Calendar, officer: Ints) -> Bools:
    """Return the rows of officers with a marked row that day, and all rows of days of which no row is marked."""
    key = dates.at * (int(officer.max(initial=0)) + 1) + officer
    return np.asarray(~dates.marked[dates.at] | np.isin(key, key[_marks(dates.rows) == 2]))


def _numbered(first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """Return the pairs that occur, sorted, as (2, U) array, and which of them each row has."""
    pairs, number = np.unique(np.stack([first, second]), axis=1, return_inverse=True)
    return pairs, number.reshape(-1)
