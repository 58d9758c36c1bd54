"""Ordinary days to set beside days of an operation: same weekday, a few weeks before or after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from auditor.stats.clock.sun import day_numbers

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
NEAR = 3
"""Farthest apart, in days, that operation days of one run follow each other: Friday and Monday do."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Operation days that follow each other closely, and ordinary days matched to them; arrays (N,), -1 where not used.

    Days that follow each other share a week, its weather, its events and who was on duty, so that they are no several
    independent days. A run of operation days is one unit, and so are the ordinary days as many weeks before or after
    it; units of a stratum can be exchanged.

    Attributes
    ----------
    stratum : ndarray of int
        From 0; all days of a run are in one.
    unit : ndarray of int
        From 0. A run that is one day has units of one day.
    level : ndarray of int
        Days of one weekday in one stratum, whose shares are compared: as :func:`matched_days` gives it.
    """

    stratum: Ints
    unit: Ints
    level: Ints


def matched_days(day: ArrayLike, operation: ArrayLike, group: ArrayLike | None = None, weeks: int = 4) -> Ints:
    """Put every operation day into a stratum with ordinary days of its own weekday.

    An ordinary day joins the nearest operation day of its weekday and group (the earlier of two equally near). An
    operation day that is left without ordinary days, as one in a run of weekly operations may be, joins the stratum of
    the nearest one that has some.

    Parameters
    ----------
    day : array_like of datetime64[D], shape (N,)
        Dates; each at most once in a group.
    operation : array_like of bool, shape (N,)
        Whether the operation ran that day. Leave out days of which this is not known.
    group : array_like of int, shape (N,), optional
        Only days of the same group (place, squad) are compared.
    weeks : int
        Farthest an ordinary day may be from its operation day, 1 or more.

    Returns
    -------
    ndarray of int, shape (N,)
        Stratum of each day from 0; -1 for days that are not used. Each stratum has days of both kinds.

    Raises
    ------
    ValueError
        If shapes differ, a date is missing or comes twice in a group, or weeks is below 1.
    """
    return _numbered(_anchors(*_checked(day, operation, group, weeks), weeks))


def matched_runs(day: ArrayLike, operation: ArrayLike, group: ArrayLike | None = None, weeks: int = 4) -> Runs:
    """Match days as :func:`matched_days` does, and take operation days that follow each other together.

    Parameters and errors are those of :func:`matched_days`.
    """
    days, on, groups = _checked(day, operation, group, weeks)
    anchor = _anchors(days, on, groups, weeks)
    used = anchor >= 0
    run = _runs(days, on, groups)
    # An ordinary day has the run of the operation day that it was matched to, and the weeks between them.
    owner = np.where(on, np.arange(len(days)), anchor)
    apart = (days - days[owner]) // 7
    unit = np.full(len(days), -1, dtype=np.int64)
    unit[used] = np.unique(np.stack([run[owner], apart])[:, used], axis=1, return_inverse=True)[1].reshape(-1)
    stratum = np.where(used, _joined(run, anchor, on & used)[anchor], -1)
    return Runs(_numbered(stratum), unit, _numbered(anchor))


def _checked(day: ArrayLike, operation: ArrayLike, group: ArrayLike | None, weeks: int) -> tuple[Ints, Bools, Ints]:
    days, on = day_numbers(day).astype(np.int64), np.asarray(operation)
    groups = np.zeros(len(days), dtype=np.int64) if group is None else np.asarray(group)
    if days.ndim != 1 or not days.shape == on.shape == groups.shape:
        raise ValueError(f"day {days.shape}, operation {on.shape} and group {groups.shape} must be equally long")
    if on.dtype.kind != "b" or groups.dtype.kind not in "iu":
        raise ValueError("operation must hold true or false, and group whole numbers")
    if weeks < 1:
        raise ValueError(f"weeks must be 1 or more, got {weeks}")
    if len(np.unique(np.stack([groups, days]), axis=1).T) < len(days):
        raise ValueError("a date comes twice in a group; add up its counts first")
    return days, on, groups


def _anchors(days: Ints, on: Bools, groups: Ints, weeks: int) -> Ints:
    """Return the row of the operation day whose stratum each day is in, -1 where it is in none."""
    stratum = np.full(len(days), -1, dtype=np.int64)
    # Days of one group and weekday are compared with each other; their number in weeks gives the distance.
    kind = np.unique(np.stack([groups, days % 7]), axis=1, return_inverse=True)[1].reshape(-1)
    for part in np.unique(kind[on]):
        rows = np.flatnonzero(kind == part)
        _assign(rows, days[rows] // 7, on[rows], weeks, stratum)
    return stratum


def _numbered(stratum: Ints) -> Ints:
    """Return names of strata as numbers from 0; -1 stays."""
    numbers, used = stratum.copy(), stratum >= 0
    numbers[used] = np.unique(stratum[used], return_inverse=True)[1].reshape(-1)
    return numbers


def _runs(days: Ints, on: Bools, groups: Ints) -> Ints:
    """Number the runs of operation days; -1 for ordinary days."""
    rows = np.flatnonzero(on)
    rows = rows[np.lexsort([days[rows], groups[rows]])]
    begins = (np.diff(days[rows], prepend=0) > NEAR) | (np.diff(groups[rows], prepend=-1) != 0)
    run = np.full(len(days), -1, dtype=np.int64)
    run[rows] = np.cumsum(begins)
    return run


def _joined(run: Ints, anchor: Ints, operated: Bools) -> Ints:
    """Return one name for all strata (by the rows that name them) that the days of a run are in."""
    size = len(run)
    links = np.ones(int(operated.sum()), dtype=np.int8), (anchor[operated], size + run[operated])
    found = connected_components(coo_array(links, shape=(2 * size + 1, 2 * size + 1)), directed=False)[1]
    return np.asarray(found[:size], dtype=np.int64)


def _assign(rows: Ints, week: Ints, on: Bools, weeks: int, stratum: Ints) -> None:
    """Write the strata of one weekday of one group, each named by the row of one of its operation days."""
    operations, ordinary = rows[on], rows[~on]
    order = np.argsort(week[on])
    operations, when = operations[order], week[on][order]
    near = _nearest(week[~on], when)
    within = np.abs(week[~on] - when[near]) <= weeks
    stratum[ordinary[within]] = operations[near[within]]
    matched = np.isin(operations, stratum[ordinary[within]])
    stratum[operations[matched]] = operations[matched]
    if matched.any() and not matched.all():
        alone, has = when[~matched], when[matched]
        joined = _nearest(alone, has)
        close = np.abs(alone - has[joined]) <= weeks
        stratum[operations[~matched][close]] = operations[matched][joined[close]]


def _nearest(at: Ints, points: Ints) -> Ints:
    """Position of the nearest of some increasing points, the earlier of two equally near."""
    after = np.minimum(np.searchsorted(points, at), len(points) - 1)
    before = np.maximum(after - 1, 0)
    return np.where(np.abs(at - points[before]) <= np.abs(points[after] - at), before, after)
