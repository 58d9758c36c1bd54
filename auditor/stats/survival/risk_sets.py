"""Who was at risk at each event time: the book-keeping shared by survival curves, log-rank tests and Cox models.

A row is at risk at event time t when entry < t <= time: someone whose follow-up ends at t unseen still counts at t,
and someone who enters at t does not. Times are compared exactly, so give them in whole units (minutes, hours).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats import checks
from auditor.stats.checks import Array

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rows:
    """Checked rows of follow-up; a row stands for `count` persons alike in everything.

    Attributes
    ----------
    time : ndarray, shape (N,)
        End of follow-up.
    event : ndarray of bool, shape (N,)
        True where the event ended it; False where nobody stands behind the row.
    count : ndarray, shape (N,)
        Persons, whole numbers of 0 or more.
    entry : ndarray, shape (N,), or None
        Time at which the row came under observation, below `time`; None where all are seen from the start.
    """

    time: Array
    event: Bools
    count: Array
    entry: Array | None


@dataclass(frozen=True, slots=True)
class RiskSets:
    """Event times of several segments (places, strata) and the rows at risk at each.

    Attributes
    ----------
    segment : ndarray of int, shape (N,)
        Segment of each row.
    time : ndarray, shape (T,)
        Distinct event times, segment after segment, rising within each.
    starts : ndarray of int, shape (S + 1,)
        Segment s owns event times starts[s] to starts[s + 1] - 1.
    first, last : ndarray of int, shape (N,)
        A row is at risk at event times first to last - 1.
    truncated : bool
        Whether rows enter late.
    """

    segment: Ints
    time: Array
    starts: Ints
    first: Ints
    last: Ints
    truncated: bool

    def owner(self) -> Ints:
        """(T,) segment of each event time."""
        return np.repeat(np.arange(self.starts.size - 1), np.diff(self.starts))

    def at_risk(self, count: Array) -> Array:
        """(T,) persons at risk; exact, since whole numbers are added and taken away."""
        size = self.time.size + 1
        return np.cumsum(sums_by(self.first, count, size) - sums_by(self.last, count, size))[:-1]

    def at_event(self, rows: Rows, values: Array) -> Array:
        """(T,) or (T, P) sums of the values (N,) or (N, P) over the rows whose event is at each time."""
        own = self.last[rows.event] - 1
        return _gather(own, values[rows.event], self.time.size)

    def over_set(self, values: Array) -> Array:
        """(T,) or (T, P) sums of positive values over each risk set, added from the last event time back."""
        start = self.starts[self.segment]
        result = self._back(self.last, values, start)
        return result - self._back(self.first, values, start) if self.truncated else result

    def over_time(self, values: Array) -> Array:
        """(N,) or (N, P) sums of values of event times, (T,) or (T, P), over the times at which each row is at risk."""
        padded = np.zeros((self.time.size + self.starts.size - 1, *values.shape[1:]))
        for s, (a, b) in enumerate(zip(self.starts[:-1], self.starts[1:], strict=True)):
            padded[a + s + 1 : b + s + 1] = np.cumsum(values[a:b], axis=0)[: b - a]
        return padded[self.last + self.segment] - padded[self.first + self.segment]

    def _back(self, ends: Ints, values: Array, start: Ints) -> Array:
        some = ends > start
        result = _gather(ends[some] - 1, values[some], self.time.size)
        for a, b in zip(self.starts[:-1], self.starts[1:], strict=True):
            result[a:b] = np.cumsum(result[a:b][::-1], axis=0)[::-1]
        return result


def read_rows(time: ArrayLike, event: ArrayLike, count: ArrayLike | None, entry: ArrayLike | None) -> Rows:
    """Check rows of follow-up.

    Parameters
    ----------
    time : array_like of float, shape (N,)
        End of follow-up, 0 or more.
    event : array_like of bool (or 0 and 1), shape (N,)
        Whether the event ended it.
    count : array_like of int, shape (N,), or None
        Persons a row stands for; one each by default. Whole numbers: these are not sampling weights.
    entry : array_like of float, shape (N,), or None
        Left truncation: 0 or more, below the row's time.

    Returns
    -------
    Rows

    Raises
    ------
    ValueError
        Naming the argument and what was wrong with it.
    """
    t = checks.nonnegative("time", time)
    if t.ndim != 1 or t.size == 0:
        raise ValueError(f"time must hold one entry for each row, got shape {t.shape}")
    happened = flags("event", event, t.size)
    n = np.ones(t.size) if count is None else checks.counts("count", count)
    started = None if entry is None else checks.nonnegative("entry", entry)
    for name, values in (("count", n), ("entry", started)):
        if values is not None and values.shape != t.shape:
            raise ValueError(f"{name} {values.shape} and time {t.shape} must have one entry for each row")
    if started is not None and (started >= t).any():
        row = int(np.flatnonzero(started >= t)[0])
        raise ValueError(f"entry must be below time, got {started[row]:.15g} and {t[row]:.15g} (row {row})")
    return Rows(t, happened & (n > 0), n, started)


def flags(name: str, value: ArrayLike, size: int) -> Bools:
    """Truth values, or numbers 0 and 1, one for each of `size` rows; ValueError otherwise."""
    array = np.asarray(value)
    if array.shape != (size,):
        raise ValueError(f"{name} {array.shape} must have one entry for each of {size} rows")
    if array.dtype != np.bool_ and not np.isin(checks.numbers(name, array), (0, 1)).all():
        raise ValueError(f"{name} must be true or false, 1 or 0")
    return array.astype(np.bool_)


def codes(name: str, value: ArrayLike | None, size: int, most: int | None = None) -> Ints:
    """Whole numbers 0, 1, 2, ... (below `most` where given), one for each row; all 0 where value is None."""
    if value is None:
        return np.zeros(size, dtype=np.int64)
    array = checks.counts(name, value)
    if array.shape != (size,):
        raise ValueError(f"{name} {array.shape} must have one entry for each of {size} rows")
    if most is not None and (array >= most).any():
        raise ValueError(f"{name} must be below {most}, got {array.max():.0f}")
    return array.astype(np.int64)


def risk_sets(rows: Rows, segment: Ints, segments: int) -> RiskSets:
    """Line up event times and rows within segments; rows that stand for nobody make no event time."""
    values = rows.time if rows.entry is None else np.concatenate([rows.time, rows.entry])
    distinct, rank = np.unique(values, return_inverse=True)
    step = np.int64(distinct.size)
    key = segment * step + rank[: rows.time.size]
    events = np.unique(key[rows.event])
    starts = np.searchsorted(events, np.arange(segments + 1) * step)
    last = np.searchsorted(events, key, side="right")
    first = starts[segment]
    if rows.entry is not None:
        first = np.searchsorted(events, segment * step + rank[rows.time.size :], side="right")
    return RiskSets(segment, distinct[events % step], starts, first, last, rows.entry is not None)


def sums_by(index: Ints, values: Array, size: int) -> Array:
    """(size,) sums of the values at each index 0 to size - 1."""
    return np.bincount(index, values, size).astype(np.float64)


def _gather(index: Ints, values: Array, size: int) -> Array:
    if values.ndim == 1:
        return sums_by(index, values, size)
    result = np.zeros((size, values.shape[1]))
    for column in range(values.shape[1]):
        result[:, column] = np.bincount(index, values[:, column], size)
    return result
