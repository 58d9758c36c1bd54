"""Which stops are compared with which: by dusk, around the change of the clock, and two placebos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Days, Floats
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
    visibility_by_day,
)

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
    """Stops that one comparison uses, with what its model needs of them; arrays of shape (N,).

    Attributes
    ----------
    stops : Stops
    light : bool array
        Seen by daylight (or, in a placebo, before the moved dusk).
    intercept : int array
        Which intercept each stop has.
    when : int array
        The time of year, as the covariates need it.
    columns : callable
        From distinct values of ``when`` to the covariates, shape (N, P).
    """

    stops: Stops
    light: Bools
    intercept: Whole
    when: Whole
    columns: Columns


@dataclass(frozen=True)
class Refusal:
    """Why a comparison cannot be made: a name of :data:`auditor.signals.veil.panel.LACKS`."""

    reason: str


Comparison = Callable[[Stops, int], Sample | Refusal]
"""From one place's stops of two groups, and the code of the focal one."""


def by_dusk(stops: Stops, focal: int) -> Sample | Refusal:
    """Compare daylight with darkness over the whole year."""
    return _yearly(stops, stops.evenings.sunset, stops.evenings.dusk, focal)


def placebo_day(stops: Stops, focal: int) -> Sample | Refusal:
    """Move dusk an hour forward: all stops compared were made by daylight."""
    limit = stops.evenings.sunset - PLACEBO
    return _yearly(stops.take(stops.minute < stops.sunset), limit, limit, focal)


def placebo_night(stops: Stops, focal: int) -> Sample | Refusal:
    """Move dusk an hour back: all stops compared were made in darkness."""
    limit = stops.evenings.dusk + PLACEBO
    return _yearly(stops.take(stops.minute >= stops.dusk), limit, limit, focal)


def by_clock_change(zone: str) -> Comparison:
    """Return the design that compares the weeks before and after the clock is changed, where the same time of day
    turns from light to dark or back within a night.
    """

    def design(stops: Stops, focal: int) -> Sample | Refusal:
        day = stops.day
        if not len(day):
            return Refusal("season")
        marks = _changes(zone, day.min(), day.max())
        if not len(marks):
            return Refusal("no-change")
        away, which = days_from(day, marks)
        near = (away >= -AROUND) & (away < AROUND)
        kept, away, which = stops.take(near), away[near], which[near]
        found = _compared(kept, kept.evenings.sunset, kept.evenings.dusk)
        if isinstance(found, Refusal):
            return found
        keep, light = found
        spring = _spring(marks)
        # A line through each kind of change: what drifts within the weeks is not the sudden hour.
        when = ((away + AROUND) * 2 + spring[which]).astype(np.int32)[keep]
        compared = kept.take(keep)
        return Sample(compared, light, _agencies(compared) * len(marks) + which[keep], when, _trend)

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


def _yearly(stops: Stops, light_until: Floats, dark_from: Floats, focal: int) -> Sample | Refusal:
    """Compare stops before and after limits that are given for each evening."""
    chosen = _compared(stops, light_until, dark_from)
    if isinstance(chosen, Refusal):
        return chosen
    keep, light = chosen
    kept = stops.take(keep)
    return _over_the_year(kept, light, _agencies(kept), focal)


def _over_the_year(kept: Stops, light: Bools, intercept: Whole, focal: int) -> Sample:
    day = kept.evenings.day
    year, blocks = _blocks(kept, focal)
    own, total = float(kept.n[kept.group == focal].sum()), float(kept.n.sum())
    wide = min(own, total - own) >= _MANY and np.ptp(day) > np.timedelta64(_HALF_YEAR, "D")
    when = (year * 64 + _week(day)).astype(np.int32)
    return Sample(kept, light, intercept, when[kept.evening], _seasons(blocks, 2 if wide else 1))


def comparable(stops: Stops) -> Stops:
    """Return one place's stops by daylight and in darkness, at clock times that are both on some days there."""
    seen = _seen(stops, stops.evenings.sunset, stops.evenings.dusk)
    return stops.take(np.zeros(len(stops.n), dtype=bool) if seen is None else seen != BETWEEN)


def pooled(parts: Sequence[Stops], focal: int) -> Sample | Refusal:
    """Compare the stops of several places, which are comparable by themselves; each place has an intercept."""
    stops = joined(parts)
    seen = visibility(stops.minute, stops.sunset, stops.dusk)
    chosen = _overlapped(stops, seen)
    if isinstance(chosen, Refusal):
        return chosen
    keep, light = chosen
    kept = stops.take(keep)
    return _over_the_year(kept, light, kept.index, focal)


def _compared(stops: Stops, light_until: Floats, dark_from: Floats) -> tuple[Bools, Bools] | Refusal:
    """Return which stops are compared, and of those which were made by daylight."""
    seen = _seen(stops, light_until, dark_from)
    return Refusal("season") if seen is None else _overlapped(stops, seen)


def _seen(stops: Stops, light_until: Floats, dark_from: Floats) -> Signs | None:
    """Tell daylight from darkness at clock times that are both on some days of the place; None where none is."""
    met = np.bincount(stops.evening, minlength=len(light_until)) > 0
    clock = shared_clock(light_until[met], dark_from[met])
    if clock is None:
        return None
    seen = visibility_by_day(stops.minute, stops.evening, light_until, dark_from)
    seen[(stops.minute < clock[0]) | (stops.minute >= clock[1])] = BETWEEN
    return seen


def _overlapped(stops: Stops, seen: Signs) -> tuple[Bools, Bools] | Refusal:
    keep, light = seen != BETWEEN, seen == LIGHT
    keep[keep] = overlapping(stops.minute[keep], light[keep], stops.n[keep], BIN, LEAST)
    for side in (LIGHT, DARK):
        if stops.n[keep & (seen == side)].sum() < LEAST_IN_ALL:
            return Refusal("overlap")
    return keep, light[keep]


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


def _blocks(stops: Stops, focal: int) -> tuple[Ints, int]:
    """Number blocks of calendar years, each with enough stops of either group to carry a step of its own.

    Returns the block of each evening, and their number.
    """
    years = stops.evenings.day.astype("datetime64[Y]").astype(np.int64)
    years -= years.min()
    size = len(years)
    total = np.bincount(years, np.bincount(stops.evening, stops.n, minlength=size))
    hits = np.bincount(years, np.bincount(stops.evening, stops.n * (stops.group == focal), minlength=size))
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


def _agencies(stops: Stops) -> Whole:
    """Return the intercept of each stop: its agency's, or a common one for agencies with few stops."""
    total = np.bincount(stops.agency, stops.n)
    number = np.where(total >= _LEAST_OF_AGENCY, np.arange(1, len(total) + 1), 0).astype(np.int32)
    return number[stops.agency]
