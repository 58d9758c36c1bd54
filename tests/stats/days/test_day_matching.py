"""Matched days: weekdays, distances, ties, runs of operations, groups, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.stats.days.matching import matched_days, matched_runs

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


def test_operation_days_that_follow_each_other_are_one_unit():
    """Friday, Saturday and Monday of one week; each week before and after is a unit of the same weekdays."""
    day = START + np.arange(-14, 22)
    on = np.isin(np.arange(-14, 22), [0, 1, 3])
    runs = matched_runs(day, on, weeks=2)
    used = runs.stratum >= 0
    assert np.flatnonzero(used).tolist() == [0, 1, 3, 7, 8, 10, 14, 15, 17, 21, 22, 24, 28, 29, 31]
    assert runs.stratum[used].tolist() == [0] * 15
    assert runs.unit[used].tolist() == np.repeat(np.arange(5), 3).tolist()
    assert runs.level[used].tolist() == [0, 1, 2] * 5


def test_operation_days_four_days_apart_are_units_of_their_own():
    """Friday and the next Tuesday: two strata, in which a day is a unit."""
    offsets = np.arange(-7, 12)
    runs = matched_runs(START + offsets, np.isin(offsets, [0, 4]), weeks=1)
    used = runs.stratum >= 0
    assert offsets[used].tolist() == [-7, -3, 0, 4, 7, 11]
    assert len(set(runs.unit[used].tolist())) == 6
    assert runs.stratum[used].tolist() == runs.level[used].tolist()


def test_single_operation_days_are_matched_as_before():
    day, on = weekly(2, 6)
    runs = matched_runs(day, on)
    assert runs.stratum.tolist() == runs.level.tolist() == matched_days(day, on).tolist()
    assert len(set(runs.unit.tolist())) == 9


def test_a_run_belongs_to_one_group():
    """Two squads on the same Friday and Saturday: two strata, and units of their own."""
    day, on = START + np.arange(9), np.isin(np.arange(9), [0, 1])
    runs = matched_runs(np.tile(day, 2), np.tile(on, 2), np.repeat([0, 1], 9))
    first, second = runs.unit[:9], runs.unit[9:]
    assert not {n for n in first.tolist() if n >= 0} & {n for n in second.tolist() if n >= 0}
    assert set(runs.stratum.tolist()) == {-1, 0, 1}


@given(st.lists(st.booleans(), min_size=1, max_size=120), st.integers(1, 5))
def test_units_are_of_one_kind_and_one_stratum(operations, weeks):
    day, on = START + np.arange(len(operations)), np.array(operations)
    runs = matched_runs(day, on, weeks=weeks)
    assert ((runs.unit >= 0) == (runs.stratum >= 0)).all()
    for name in range(runs.unit.max() + 1):
        rows = runs.unit == name
        assert len(set(on[rows].tolist())) == len(set(runs.stratum[rows].tolist())) == 1
