"""Which stops are compared with which: by dusk, around the change of the clock, and two placebos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Days, Floats
from auditor.signals.veil.moments import Moments, Pair, paired
from auditor.signals.veil.stops import Stops, joined
from auditor.stats.clock.veil import (
    BETWEEN,
    DARK,
    LIGHT,
    Signs,
    clock_changes,
    days_from,
    overlapping,
    shared_clock,
    visibility,
)
from auditor.stats.numbering import numbered, summed

BIN, LEAST, LEAST_IN_ALL = 30, 20, 50
"""Minutes of a stretch of the clock; stops by daylight and by dark that each stretch, and all together, must hold."""
PLACEBO = 60.0
"""Minutes by which dusk is moved in a placebo."""
AROUND = 30
"""Days on either side of a change of the clock."""
_WEEK, _YEAR = 7, 365.2425
_LEAST_IN_BLOCK = 100
_MANY, _HALF_YEAR = 150, 182
"""Stops of the smaller group, and days, from which the season has two waves a year rather than one."""
_LEAST_OF_AGENCY = 50

Ints = NDArray[np.int64]
Whole = NDArray[np.integer[Any]]
Columns = Callable[[Ints], Floats]


@dataclass(frozen=True)
class Sample:
    """Stops that one comparison uses, with what its model needs of them.

    Attributes
    ----------
    pair : Pair
    seen : (U,) int8 array
        By daylight (or, in a placebo, before the moved dusk), in darkness, or not compared, by moment.
    when : (U,) int array
        The time of year, as the covariates need it, by moment.
    columns : callable
        From distinct values of ``when`` to the covariates, shape (N, P).
    unit : (R,) int array or None
        Which intercept each stop has; None where there is one for all.
    mark : (U,) int array or None
        Further intercepts by moment: every unit has one for each mark.
    """

    pair: Pair
    seen: Signs
    when: Whole
    columns: Columns
    unit: Whole | None = None
    mark: Whole | None = None

    @property
    def kept(self) -> Bools:
        """Mask of the moments that are compared."""
        return self.seen != BETWEEN

    @property
    def counts(self) -> Floats:
        """Stops by daylight and in darkness (rows), of the focal and the reference group (columns)."""
        return self.pair.moments.counts(self.seen == LIGHT, self.seen == DARK)

    @property
    def span(self) -> Days:
        """First and last day on which any stop is compared."""
        days = self.pair.moments.evenings.day[self.pair.moments.met(self.kept)]
        return np.array([days.min(), days.max()])


@dataclass(frozen=True)
class Refusal:
    """Why a comparison cannot be made: a name of :data:`auditor.signals.veil.panel.LACKS`."""

    reason: str


Comparison = Callable[[Pair], Sample | Refusal]
"""From one place's stops of two groups."""


def by_dusk(pair: Pair) -> Sample | Refusal:
    """Compare daylight with darkness over the whole year."""
    evenings = pair.moments.evenings
    return _yearly(pair, evenings.sunset, evenings.dusk)


def placebo_day(pair: Pair) -> Sample | Refusal:
    """Move dusk an hour forward: all stops compared were made by daylight."""
    limit = pair.moments.evenings.sunset - PLACEBO
    return _yearly(pair, limit, limit, pair.moments.minute < pair.moments.sunset)


def placebo_night(pair: Pair) -> Sample | Refusal:
    """Move dusk an hour back: all stops compared were made in darkness."""
    limit = pair.moments.evenings.dusk + PLACEBO
    return _yearly(pair, limit, limit, pair.moments.minute >= pair.moments.dusk)


def by_clock_change(zone: str) -> Comparison:
    """Return the design that compares the weeks before and after the clock is changed, where the same time of day
    turns from light to dark or back within a night.
    """

    def design(pair: Pair) -> Sample | Refusal:
        moments = pair.moments
        days = moments.evenings.day[moments.met()]
        if not len(days):
            return Refusal("season")
        marks = _changes(zone, days.min(), days.max())
        if not len(marks):
            return Refusal("no-change")
        away, which = days_from(moments.day, marks)
        near = (away >= -AROUND) & (away < AROUND)
        seen = _compared(moments, moments.evenings.sunset, moments.evenings.dusk, near)
        if isinstance(seen, Refusal):
            return seen
        # A line through each kind of change: what drifts within the weeks is not the sudden hour.
        when = ((away + AROUND) * 2 + _spring(marks)[which]).astype(np.int32)
        return Sample(pair, seen, when, _trend, _agencies(pair, seen), which)

    return design


def _changes(zone: str, first: np.datetime64, last: np.datetime64) -> Days:
    """Return the changes of the clock in reach of some days."""
    reach = np.timedelta64(AROUND, "D")
    years = (int(day.astype("datetime64[Y]").astype(np.int64)) for day in (first - reach, last + reach))
    marks = _changes_of_years(zone, *years)
    return marks[(marks >= first - reach) & (marks <= last + reach)]


@cache
def _changes_of_years(zone: str, first: int, last: int) -> Days:
    start, end = (np.datetime64(year, "Y").astype("datetime64[D]") for year in (first, last + 1))
    return clock_changes(start, end, zone)


def _spring(marks: Days) -> Ints:
    months = marks.astype("datetime64[M]").astype(np.int64) % 12
    return (months < 6).astype(np.int64)


def _trend(when: Ints) -> Floats:
    away, spring = (when // 2 - AROUND) / AROUND, (when % 2).astype(bool)
    columns = np.column_stack([np.where(spring, away, 0.0), np.where(spring, 0.0, away)])
    return columns[:, [bool(spring.any()), bool((~spring).any())]]


def _yearly(pair: Pair, light_until: Floats, dark_from: Floats, among: Bools | None = None) -> Sample | Refusal:
    """Compare stops before and after limits that are given for each evening."""
    seen = _compared(pair.moments, light_until, dark_from, among)
    return seen if isinstance(seen, Refusal) else _over_the_year(pair, seen, _agencies(pair, seen))


def _over_the_year(pair: Pair, seen: Signs, unit: Whole | None) -> Sample:
    moments = pair.moments
    day = moments.evenings.day
    year, blocks = _blocks(moments, seen != BETWEEN)
    smaller = moments.counts(seen == LIGHT, seen == DARK).sum(axis=0).min()
    wide = smaller >= _MANY and np.ptp(day) > np.timedelta64(_HALF_YEAR, "D")
    when = (year * 64 + _week(day)).astype(np.int32)
    return Sample(pair, seen, when[moments.evening], _seasons(blocks, 2 if wide else 1), unit)


def comparable(pair: Pair) -> tuple[Stops, Floats]:
    """Return one place's stops by daylight and in darkness, at clock times that are both on some days there.

    Returns
    -------
    stops : Stops
    counts : (2, 2) array
        As :attr:`Sample.counts`.
    """
    evenings = pair.moments.evenings
    seen = _seen(pair.moments, evenings.sunset, evenings.dusk)
    if seen is None:
        return pair.stops.take(slice(0)), np.zeros((2, 2))
    stops = pair.stops.take((seen != BETWEEN)[pair.at])
    return stops, pair.moments.counts(seen == LIGHT, seen == DARK)


def pooled(parts: Sequence[Stops], focal: int) -> Sample | Refusal:
    """Compare the stops of several places, which are comparable by themselves; each place has an intercept."""
    pair = paired(joined(parts), focal)
    moments = pair.moments
    seen = visibility(moments.minute, moments.evening, moments.evenings.sunset, moments.evenings.dusk)
    chosen = _overlapped(moments, seen)
    if isinstance(chosen, Refusal):
        return chosen
    return _over_the_year(pair, chosen, numbered(pair.stops.index)[1])


def _compared(moments: Moments, light_until: Floats, dark_from: Floats, among: Bools | None = None) -> Signs | Refusal:
    """Return which moments are compared, and of those which are in daylight."""
    seen = _seen(moments, light_until, dark_from, among)
    return Refusal("season") if seen is None else _overlapped(moments, seen)


def _seen(moments: Moments, light_until: Floats, dark_from: Floats, among: Bools | None = None) -> Signs | None:
    """Tell daylight from darkness at clock times that are both on some days of the place; None where none is."""
    met = moments.met(among)
    clock = shared_clock(light_until[met], dark_from[met])
    if clock is None:
        return None
    seen = visibility(moments.minute, moments.evening, light_until, dark_from)
    seen[(moments.minute < clock[0]) | (moments.minute >= clock[1])] = BETWEEN
    if among is not None:
        seen[~among] = BETWEEN
    return seen


def _overlapped(moments: Moments, seen: Signs) -> Signs | Refusal:
    """Leave out stretches of the clock that are hardly ever light, or dark."""
    kept = np.flatnonzero(seen != BETWEEN)
    enough = overlapping(moments.minute[kept], seen[kept] == LIGHT, moments.n[kept], BIN, LEAST)
    found = np.full_like(seen, BETWEEN)
    found[kept[enough]] = seen[kept[enough]]
    for side in (LIGHT, DARK):
        if moments.n[found == side].sum() < LEAST_IN_ALL:
            return Refusal("overlap")
    return found


def _week(days: Days) -> Ints:
    """Week of the year from 0, counted from 1 January."""
    start = days.astype("datetime64[Y]").astype("datetime64[D]")
    return (days - start).astype(np.int64) // _WEEK


def _seasons(blocks: int, most: int) -> Columns:
    """Return the columns of season and year: waves of the year, and a step for each block of years but the first."""

    def columns(when: Ints) -> Floats:
        week, block = when % 64, when // 64
        angle = 2 * np.pi * (_WEEK * week + _WEEK / 2) / _YEAR
        waves = [wave(angle * turns) for turns in range(1, most + 1) for wave in (np.cos, np.sin)]
        steps = [(block == at).astype(float) for at in range(1, blocks)]
        return np.column_stack([*waves, *steps])

    return columns


def _blocks(moments: Moments, kept: Bools) -> tuple[Ints, int]:
    """Number blocks of calendar years, each with enough stops of either group to carry a step of its own.

    Returns the block of each evening, and their number.
    """
    years = moments.evenings.day.astype("datetime64[Y]").astype(np.int64)
    years -= years.min()
    own_years = years[moments.evening[kept]]
    total, hits = (np.bincount(own_years, each[kept], minlength=years.max() + 1) for each in (moments.n, moments.k))
    block = np.zeros(len(total), dtype=np.int64)
    at, held, own = 0, 0.0, 0.0
    for i in range(len(total)):
        # A block is closed once it can stand alone and so can what is left.
        if _stands(held, own) and _stands(total[i:].sum(), hits[i:].sum()):
            at, held, own = at + 1, 0.0, 0.0
        held, own, block[i] = held + total[i], own + hits[i], at
    return block[years], at + 1


def _stands(total: float, focal: float) -> bool:
    return total >= _LEAST_IN_BLOCK and min(focal, total - focal) >= _LEAST_IN_BLOCK / 10


def _agencies(pair: Pair, seen: Signs) -> Whole | None:
    """Return the intercept of each stop: its agency's, or a common one for agencies with few stops."""
    agency = pair.stops.agency
    last = int(agency.max(initial=0))
    if last == int(agency.min(initial=last)):
        return None
    total = summed(agency, pair.stops.n * (seen != BETWEEN)[pair.at], last + 1)
    number = np.where(total >= _LEAST_OF_AGENCY, np.arange(1, last + 2), 0)
    return number.astype(np.min_scalar_type(last + 1))[agency]
