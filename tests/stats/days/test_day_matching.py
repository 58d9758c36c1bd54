"""Matched days: weekdays, distances, ties, runs of operations, groups, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.stats.days.matching import matched_days

START = np.datetime64("2008-01-04")  # a Friday


def weekly(*on, weeks=9):
    """Fridays of some weeks, those listed with an operation."""
    return START + 7 * np.arange(weeks), np.isin(np.arange(weeks), on)


def test_fridays_are_compared_with_fridays_near_by():
    day = START + np.arange(70)
    on = np.arange(70) == 35
    stratum = matched_days(day, on, weeks=3)
    assert np.flatnonzero(stratum == 0).tolist() == [14, 21, 28, 35, 42, 49, 56]
    assert (np.delete(stratum, [14, 21, 28, 35, 42, 49, 56]) == -1).all()


def test_ordinary_days_go_to_the_nearest_operation_and_ties_to_the_earlier():
    day, on = weekly(2, 6)
    assert matched_days(day, on, weeks=4).tolist() == [0, 0, 0, 0, 0, 1, 1, 1, 1]


def test_a_run_of_operations_shares_the_ordinary_days_around_it():
    day, on = weekly(3, 4, 5)
    # The middle one has no ordinary day of its own and joins the earlier of its neighbours.
    assert matched_days(day, on, weeks=2).tolist() == [-1, 0, 0, 0, 0, 1, 1, 1, -1]


def test_operations_without_ordinary_days_are_left_out():
    day, on = weekly(0, 1, 2, weeks=3)
    assert matched_days(day, on).tolist() == [-1, -1, -1]
    assert matched_days(*weekly(weeks=5)).tolist() == [-1] * 5


def test_groups_are_kept_apart_and_dates_may_come_in_any_order():
    day, on = weekly(4)
    days, operation = np.concatenate([day, day]), np.concatenate([on, np.zeros(9, dtype=bool)])
    group = np.repeat([5, 3], 9)
    stratum = matched_days(days, operation, group)
    assert (stratum[9:] == -1).all()
    assert (stratum[:9] == 0).all()
    order = np.random.default_rng(0).permutation(18)
    assert matched_days(days[order], operation[order], group[order]).tolist() == stratum[order].tolist()


@given(st.lists(st.booleans(), min_size=1, max_size=120), st.integers(1, 5))
def test_every_stratum_holds_both_kinds_of_one_weekday_near_each_other(operations, weeks):
    day, on = START + np.arange(len(operations)), np.array(operations)
    stratum = matched_days(day, on, weeks=weeks)
    for name in range(stratum.max() + 1):
        rows = np.flatnonzero(stratum == name)
        assert on[rows].any()
        assert (~on[rows]).any()
        assert len(set((rows % 7).tolist())) == 1
        ordinary = rows[~on[rows]]
        nearest = np.abs(ordinary[:, None] - rows[on[rows]]).min(axis=1)
        assert (nearest <= 7 * weeks).all()


@pytest.mark.parametrize(
    "change, message",
    [
        ({"weeks": 0}, "weeks must be 1 or more"),
        ({"operation": np.zeros(9)}, "true or false"),
        ({"operation": np.zeros(8, dtype=bool)}, "equally long"),
        ({"group": np.zeros(9)}, "group whole numbers"),
        ({"day": np.full(9, START)}, "a date comes twice"),
        ({"day": np.full(9, np.datetime64("NaT"))}, "missing value"),
        ({"day": np.arange(9)}, "datetime64"),
    ],
)
def test_bad_days_are_refused(change, message):
    day, on = weekly(4)
    with pytest.raises(ValueError, match=message):
        matched_days(**({"day": day, "operation": on} | change))
