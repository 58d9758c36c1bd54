"""Single rows laid out over months, where a month in which the rules changed is two steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Days, Floats, RowTable, Texts
from auditor.domain.policy_dates import PERIODS, span_of


@dataclass(frozen=True)
class Timeline:
    """Counts of places by step of time and kind.

    Attributes
    ----------
    counts : (J, T, K) array
        0 where there is nothing; in a list of single events that is a true zero.
    months, periods : tuple of str
        Month of each step (``"2012-04"``), and the time between two dates of the rules in which it lies.
    undated : (J, K) array
        Counts without a month or a period.
    """

    counts: Floats
    months: tuple[str, ...]
    periods: tuple[str, ...]
    undated: Floats

    def during(self, wanted: Iterable[str]) -> Bools:
        """Return which steps, (T,), lie in one of some periods."""
        return np.isin(np.array(self.periods, dtype=str), tuple(wanted))

    def window(self, used: Bools) -> tuple[Texts, Texts]:
        """Return the first and last day of the used steps, (J, T), as ISO text; "" where none is used.

        A step lies within its month and within the time between two dates of the rules.
        """
        first, last = (np.full(used.shape[0], "", dtype=object) for _ in range(2))
        some = used.any(axis=1)
        if some.any():
            starts, ends = _days(self.months)
            limits = [span_of(period) for period in self.periods]
            starts = np.maximum(starts, np.array([limit[0] for limit in limits], dtype="datetime64[D]"))
            ends = np.minimum(ends, np.array([limit[1] for limit in limits], dtype="datetime64[D]"))
            first[some] = np.datetime_as_string(starts)[used[some].argmax(axis=1)]
            last[some] = np.datetime_as_string(ends)[used.shape[1] - 1 - used[some, ::-1].argmax(axis=1)]
        return first, last


def month_window(months: Sequence[str], used: Bools) -> tuple[Texts, Texts]:
    """Return the first and last day of the used months, (J, T), as ISO text; "" where none is used."""
    first, last = (np.full(used.shape[0], "", dtype=object) for _ in range(2))
    some = used.any(axis=1)
    if some.any():
        starts, ends = _days(months)
        first[some] = np.datetime_as_string(starts)[used[some].argmax(axis=1)]
        last[some] = np.datetime_as_string(ends)[used.shape[1] - 1 - used[some, ::-1].argmax(axis=1)]
    return first, last


def _days(months: Sequence[str]) -> tuple[Days, Days]:
    """Return the first and last day of each month."""
    names = np.array(months, dtype="datetime64[M]")
    return names.astype("datetime64[D]"), (names + 1).astype("datetime64[D]") - 1


def timeline(rows: RowTable, places: int, kind: NDArray[np.int64], kinds: int, month: str, period: str) -> Timeline:
    """Lay rows out over steps of time.

    Parameters
    ----------
    rows : RowTable
        With the keys ``month`` and ``period`` name.
    places : int
        Number of places J.
    kind : (R,) int array
        Kind of each row, -1 for rows that are left out.
    kinds : int
        Number of kinds K.
    month, period : str
        Names of keys, such as ``"detainer_month"`` and ``"detainer_period"``.
    """
    months, periods = rows.columns[month].astype(str), rows.columns[period].astype(str)
    dated = (months != "") & (periods != "")
    found = set(zip(months[dated].tolist(), periods[dated].tolist(), strict=True))
    pairs = sorted(found, key=lambda pair: (pair[0], PERIODS.index(pair[1])))
    at = {pair: i for i, pair in enumerate(pairs)}
    step = np.array([at.get(pair, -1) for pair in zip(months.tolist(), periods.tolist(), strict=True)], dtype=np.int64)
    counts, undated = np.zeros((places, len(pairs), kinds)), np.zeros((places, kinds))
    hit, loose = (kind >= 0) & (step >= 0), (kind >= 0) & (step < 0)
    np.add.at(counts, (rows.index[hit], step[hit], kind[hit]), rows.n[hit])
    np.add.at(undated, (rows.index[loose], kind[loose]), rows.n[loose])
    return Timeline(counts, tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs), undated)
