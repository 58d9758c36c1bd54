"""Legal holidays: against the dates that the Office of Personnel Management published for federal employees."""

from __future__ import annotations

from datetime import date

from auditor.domain.holidays import federal_holidays


def test_the_year_2011():
    """OPM's list for 2011; New Year's Day of 2011 was kept on 31 December 2010, that of 2012 on 2 January."""
    kept = [(d.month, d.day) for d in federal_holidays(2011, 2011)]
    expected = [(1, 17), (2, 21), (5, 30), (7, 4), (9, 5), (10, 10), (11, 11), (11, 24), (12, 26)]
    assert kept == expected
    assert date(2010, 12, 31) in federal_holidays(2010, 2010)
    assert date(2012, 1, 2) in federal_holidays(2012, 2012)


def test_juneteenth_is_kept_from_2021_on():
    assert date(2020, 6, 19) not in federal_holidays(2020, 2020)
    # 19 June 2021 was a Saturday.
    assert date(2021, 6, 18) in federal_holidays(2021, 2021)
    assert date(2023, 6, 19) in federal_holidays(2023, 2023)


def test_none_falls_on_a_weekend():
    days = federal_holidays(1997, 2030)
    assert all(day.weekday() < 5 for day in days)
    assert list(days) == sorted(set(days))
    # Ten a year and eleven from 2021 on; the eve of 2000, 2005, 2011, 2022 and 2028 is a holiday of the year before.
    assert len(days) == 10 * 24 + 11 * 10
