"""Daylight and darkness at the same clock time: by hand, and changes of the clock as the law sets them."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.stats.clock.veil import clock_changes, days_from, overlapping, shared_clock, to_local, visibility


def days(*texts):
    return np.array(texts, dtype="datetime64[D]")


def test_light_ends_with_sunset_and_darkness_begins_with_dusk():
    minute, day = np.array([1079, 1080, 1109, 1110, 1110]), np.array([0, 0, 0, 0, 1])
    got = visibility(minute, day, np.array([1080, np.nan]), np.array([1110.0, 1110.0]))
    assert got.tolist() == [1, -1, -1, 0, -1]


def test_a_dusk_before_sunset_is_an_error():
    with pytest.raises(ValueError, match="darkness must not begin"):
        visibility(np.array([1000]), np.array([0]), np.array([1080.0]), np.array([1070.0]))


def test_clock_times_that_are_light_on_some_days_and_dark_on_others():
    assert shared_clock([1000, 1200, np.nan], [1030, 1230, np.nan]) == (1030, 1200)
    # Within a few weeks the latest sunset lies before the earliest dusk.
    assert shared_clock([1000, 1010], [1030, 1040]) is None
    assert shared_clock([np.nan], [np.nan]) is None


def test_stretches_need_enough_of_both():
    """Stretch 35 (17:30-18:00) holds 20 and 20; 36 holds 40 and 19; 37 only darkness."""
    minute, light = [1050, 1079, 1080, 1109, 1110], [True, False, True, False, False]
    assert overlapping(minute, light, [20, 20, 40, 19, 99], 30, 20).tolist() == [True, True, False, False, False]
    assert overlapping([], [], [], 30, 20).tolist() == []
    # Stretches of one minute: the first holds both, the others one kind each.
    assert overlapping([1050, 1050, 1051, 1052], [True, False] * 2, [1] * 4, 1, 1).tolist() == [
        True,
        True,
        False,
        False,
    ]


def test_utc_to_local():
    """Minneapolis is 6 hours behind in January and 5 in July; the clock changed on 12 March 2017."""
    dates = days("2017-01-01", "2017-01-01", "2017-07-01", "2017-03-13", "2017-03-12")
    got, minute = to_local(dates, [360, 30, 30, 30, 30], "America/Chicago")
    assert got.tolist() == days("2017-01-01", "2016-12-31", "2017-06-30", "2017-03-12", "2017-03-11").tolist()
    assert minute.tolist() == [0, 1470 - 360, 1470 - 300, 1470 - 300, 1470 - 360]


def test_to_local_against_the_standard_library():
    """Evening times of every day of 2016, in five zones, by datetime.astimezone."""
    from datetime import UTC, datetime, timedelta
    from zoneinfo import ZoneInfo

    for zone in ("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "Pacific/Honolulu"):
        start = datetime(2016, 1, 1, tzinfo=ZoneInfo(zone))
        local = [start.replace(hour=17, minute=m % 60) + timedelta(days=d) for d in range(366) for m in (0, 7 * d)]
        utc = [when.astimezone(UTC) for when in local]
        got, minute = to_local(
            np.array([when.date() for when in utc], dtype="datetime64[D]"),
            [60 * when.hour + when.minute for when in utc],
            zone,
        )
        assert got.tolist() == [when.date() for when in local]
        assert minute.tolist() == [60 * when.hour + when.minute for when in local]


def test_changes_of_the_clock():
    """2006 and 2007: first Sunday of April and last of October, then second of March and first of November."""
    got = clock_changes(np.datetime64("2006-01-01"), np.datetime64("2007-12-31"), "America/Chicago")
    assert got.astype(str).tolist() == ["2006-04-02", "2006-10-29", "2007-03-11", "2007-11-04"]
    assert not len(clock_changes(np.datetime64("2006-01-01"), np.datetime64("2007-12-31"), "America/Phoenix"))
    assert not len(clock_changes(np.datetime64("2006-01-01"), np.datetime64("2006-01-01"), "America/Chicago"))
    # Two days are enough to see one.
    got = clock_changes(np.datetime64("2007-03-10"), np.datetime64("2007-03-11"), "America/Chicago")
    assert got.astype(str).tolist() == ["2007-03-11"]


def test_days_from_the_nearest_change():
    marks = days("2007-03-11", "2007-11-04")
    away, which = days_from(days("2007-01-01", "2007-03-11", "2007-03-20", "2007-10-30", "2007-12-31"), marks)
    assert away.tolist() == [-69, 0, 9, -5, 57]
    assert which.tolist() == [0, 0, 0, 1, 1]
    away, which = days_from(days("2007-01-01", "2007-12-31"), marks[:1])
    assert (away.tolist(), which.tolist()) == ([-69, 295], [0, 0])


def test_whole_minutes_of_few_days_are_told_as_one_by_one():
    rng = np.random.default_rng(3)
    sunset = np.round(rng.uniform(1000, 1200, 60), 1)
    dusk = sunset + np.round(rng.uniform(0, 40, 60), 1)
    sunset[:3], dusk[2:5] = np.nan, np.nan
    sunset[10], dusk[10] = 1080.0, 1110.0
    minute, day = rng.integers(0, 1440, 20_000), rng.integers(0, 60, 20_000)
    minute[:200], day[:200] = np.arange(980, 1180), 10
    found = visibility(minute, day, sunset, dusk)
    known = np.isfinite(sunset[day] + dusk[day])
    expected = np.where(minute < sunset[day], 1, np.where(minute >= dusk[day], 0, -1))
    np.testing.assert_array_equal(found, np.where(known, expected, -1))
    assert found.dtype == np.int8
    with pytest.raises(ValueError, match="must not begin before"):
        visibility(minute, day, dusk, sunset - 50)
