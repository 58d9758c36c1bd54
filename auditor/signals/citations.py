"""Citation or custody: how encounters for offences that could have been cited ended, and at what time they were."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from auditor.cells import Bools, Floats, RowTable
from auditor.signals.sides import Counted
from auditor.stats.strata.standardise import standardise

_WEEKEND = 5
"""Weekdays count from Monday, 0."""


@dataclass(frozen=True)
class Ways:
    """How each row ended; (R,) bool arrays.

    Attributes
    ----------
    told : array
        In a citation or in custody, as far as is recorded.
    custody : array
        In custody, whether a citation was written as well or not.
    silent : array
        Not in custody as far as is recorded, while one of the two is not recorded; where both are denied (a warning)
        the row is neither.
    """

    told: Bools
    custody: Bools
    silent: Bools


def ways_of(rows: RowTable) -> Ways:
    """Say of each row, by its keys ``cited`` and ``booked``, how it ended."""
    cited, booked = rows.columns["cited"], rows.columns["booked"]
    told = (booked == 1) | (cited == 1)
    return Ways(told, booked == 1, ~told & ((cited < 0) | (booked < 0)))


def with_time(rows: RowTable, hours: int, days: str) -> RowTable:
    """Return the rows with the keys ``band`` and ``part``, the hours of the day and the part of the week.

    Parameters
    ----------
    rows : RowTable
        With ``hour`` and ``weekday``, -1 where missing: missing is a band, and a part, of its own.
    hours : int
        Width of a band, a divisor of 24.
    days : {"weekend", "weekday", "none"}
        Weekend or not, each day by itself, or nothing.
    """
    hour, weekday = rows.columns["hour"], rows.columns["weekday"]
    band = np.where(hour >= 0, hour // hours, -1)
    parts = {"weekend": np.where(weekday >= 0, weekday >= _WEEKEND, -1), "weekday": weekday, "none": 0 * weekday}
    return dataclasses.replace(rows, columns={**rows.columns, "band": band, "part": parts[days].astype(np.int64)})


def standardised(counted: Counted, level: float) -> dict[str, Floats]:
    """Return what the group's share of custody would be, were its cases treated like the reference group's.

    Returns
    -------
    mapping of str to (J,) array
        ``std_reference``: the reference group's share over the focal group's mix of strata (g-computation);
        ``std_ratio``, ``std_low``, ``std_high``: the focal group's share over it; ``std_difference``, ``std_gap_low``,
        ``std_gap_high``: the difference; ``covered``: the part of the focal group's cases in strata that hold both
        groups. NaN where there are none.
    """
    k, n = counted.k, counted.n
    found = standardise(k[:, 0], n[:, 0], k[:, 1], n[:, 1], "focal", level)
    return {
        "std_reference": found.base_share,
        "std_ratio": found.ratio,
        "std_low": found.ratio_low,
        "std_high": found.ratio_high,
        "std_difference": found.difference,
        "std_gap_low": found.difference_low,
        "std_gap_high": found.difference_high,
        "covered": np.where(found.strata > 0, found.covered, np.nan),
    }


def left_out(counted: Counted) -> Floats:
    """Return the focal group's cases in strata without the reference group, by place."""
    return counted.n[:, 0].sum(axis=1) - counted.shared()[1][:, 0].sum(axis=1)


def without_time(rows: RowTable, cases: Bools, places: int) -> Floats:
    """Return the share of cases without a time of day, by place (NaN where there are no cases)."""
    blind = cases & (rows.columns["hour"] < 0)
    none, every = (np.bincount(rows.index[kept], weights=rows.n[kept], minlength=places) for kept in (blind, cases))
    return np.divide(none, every, out=np.full(places, np.nan), where=every > 0)
