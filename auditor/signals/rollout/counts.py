"""Counts by place and period (quarters, say) for the sides of offences and the groups of a roll-out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats, Table
from auditor.signals.groups import sourced

PERSON = ("homicide", "sexual-assault", "robbery", "aggravated-assault")
"""Serious offences against a person; the other serious ones are taken as offences against property."""

SIDES = ("discretionary", "serious", "person", "property")
ALL = "all"
EVENTS = ("arrest", "booking", "citation", "stop")


@dataclass(frozen=True)
class Periods:
    """Whole calendar periods that lie within the months of the data.

    Attributes
    ----------
    labels : tuple of str
        ``"2009-Q3"``, ``"2009-07"`` or ``"2009-H2"``.
    first : int
        Months from January 1970 to the first month of the first period.
    step : int
        Months a period.
    """

    labels: tuple[str, ...]
    first: int
    step: int

    @property
    def end(self) -> int:
        """Months from January 1970 to the month after the last period."""
        return self.first + self.step * len(self.labels)


def periods_of(months: Sequence[str], step: int) -> Periods:
    """Return the whole calendar periods of ``step`` months (1, 3 or 6) within the months."""
    if not months:
        return Periods((), 0, step)
    low, high = (int(np.datetime64(month, "M").astype(np.int64)) for month in (months[0], months[-1]))
    start = -(-low // step) * step
    number = max((high + 1 - start) // step, 0)
    return Periods(tuple(_label(start + step * i, step) for i in range(number)), start, step)


def _label(month: int, step: int) -> str:
    year, within = 1970 + month // 12, month % 12
    if step == 1:
        return f"{year}-{within + 1:02d}"
    return f"{year}-{'Q' if step == 3 else 'H'}{within // step + 1}"


@dataclass(frozen=True)
class PeriodCounts:
    """Counts of one event.

    Attributes
    ----------
    event : str
    groups : tuple of str
    periods : Periods
    values : mapping of str to (J, T, G) arrays
        By side of offences (:data:`SIDES`, and ``"all"``); NaN where a month of the period was not observed.
    censored : (J,) bool array
        Places of which a number is suppressed in the source.
    """

    event: str
    groups: tuple[str, ...]
    periods: Periods
    values: Mapping[str, Floats]
    censored: Bools

    def of(self, side: str, group: str) -> Floats:
        """Return the (J, T) counts of one side and group."""
        return self.values[side][:, :, self.groups.index(group)]


def count_event(cells: Cells, event: str, groups: Sequence[str], step: int) -> PeriodCounts:
    """Count an event by period, side of offences and group."""
    rows = sourced(cells, event)
    rows = rows.take(rows.isin("group", *groups))
    months = _months(rows)
    periods = periods_of(months, step)
    n, known = _monthly(cells, rows, months, groups)
    values = {}
    for side, parts in _PARTS.items():
        pick = [_ATOMS.index(part) for part in parts]
        seen: Bools = np.asarray((known[:, :, pick] > 0).any(axis=2) & ~(known[:, :, pick] < 0).any(axis=2))
        values[side] = _whole(n[:, :, pick].sum(axis=2), seen, months, periods)
    blind = np.bincount(rows.index[rows.censored], minlength=cells.size) > 0
    return PeriodCounts(event, tuple(groups), periods, values, blind)


def _months(rows: Table) -> tuple[str, ...]:
    named = rows.levels("month")
    if not named:
        return ()
    return tuple(np.arange(np.datetime64(named[0], "M"), np.datetime64(named[-1], "M") + 1).astype(str).tolist())


def _monthly(
    cells: Cells, rows: Table, months: Sequence[str], groups: Sequence[str]
) -> tuple[Floats, NDArray[np.int8]]:
    """Spread rows over place, month, kind of offence and group, as :func:`auditor.signals.months.spread` does.

    All four at once and by code, since a nation's rows run into millions. The second array is 1 where a cell was
    observed, 0 where no row speaks of it, -1 where a number is suppressed.
    """
    shape = (cells.size, len(months), len(_ATOMS), len(groups))
    offence, offences = rows.codes("offence")
    kind = np.array([_ATOMS.index(_atom(cells, name)) for name in offences] or [0], dtype=np.int64)
    month = rows.position("month", months)
    dated = month >= 0
    at = (
        rows.index[dated],
        month[dated],
        kind[offence][dated],
        rows.position("group", groups)[dated],
    )
    flat = np.ravel_multi_index(at, shape) if len(months) else np.zeros(0, dtype=np.int64)
    n: Floats = np.bincount(flat, weights=rows.n[dated], minlength=math.prod(shape)).reshape(shape).astype(float)
    known = np.zeros(shape, dtype=np.int8)
    known.reshape(-1)[flat] = 1
    known[_watched(rows.take(dated & rows.complete), month[dated & rows.complete], shape[:2])] = 1
    known.reshape(-1)[flat[rows.censored[dated]]] = -1
    return n, known


def _watched(rows: Table, month: NDArray[np.int64], shape: tuple[int, int]) -> Bools:
    """(J, M) mask: between the first and last single event of a place, silence is a true zero."""
    first, last = np.full(shape[0], shape[1]), np.full(shape[0], -1)
    np.minimum.at(first, rows.index, month)
    np.maximum.at(last, rows.index, month)
    at = np.arange(shape[1])
    return np.asarray((at >= first[:, None]) & (at <= last[:, None]))


_ATOMS = ("discretionary", "person", "property", "other")
_PARTS = {
    ALL: _ATOMS,
    "discretionary": ("discretionary",),
    "serious": ("person", "property"),
    "person": ("person",),
    "property": ("property",),
}


def _atom(cells: Cells, offence: str) -> str:
    side = cells.classes.get(offence, "")
    if side == "serious":
        return "person" if offence in PERSON else "property"
    return "discretionary" if side == "discretionary" else "other"


def _whole(values: Floats, seen: Bools, months: Sequence[str], periods: Periods) -> Floats:
    """Add months up to periods; a period with a month that is absent or suppressed is unknown."""
    places, _, groups = values.shape
    length = len(periods.labels)
    if not length:
        return np.zeros((places, 0, groups))
    skip = periods.first - int(np.datetime64(months[0], "M").astype(np.int64))
    taken = slice(skip, skip + length * periods.step)
    shape = (places, length, periods.step, groups)
    known = seen[:, taken].reshape(shape).all(axis=2)
    return np.where(known, values[:, taken].reshape(shape).sum(axis=2), np.nan)


def best_event(cells: Cells, wanted: str, groups: Sequence[str]) -> str:
    """Return the event to count: the wanted one, or the one whose groups most places tell by month."""
    if wanted != "auto":
        return wanted
    held = set(cells.counts.levels("event"))
    present = [event for event in EVENTS if event in held]
    if len(present) < 2:
        return present[0] if present else EVENTS[0]
    return max(EVENTS, key=lambda event: (_reach(cells, event, groups), -EVENTS.index(event)))


def _reach(cells: Cells, event: str, groups: Sequence[str]) -> int:
    rows = sourced(cells, event)
    dated = rows.take(~rows.isin("month", ""))
    places = [set(dated.where(group=group).index.tolist()) for group in groups]
    return len(set.intersection(*places)) if places else 0
