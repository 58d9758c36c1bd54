"""Dates that are 1 January because nothing but their year is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from auditor.domain.periods import Period
from auditor.records.private import is_person
from auditor.records.sheet import Sheet, literal, quote, times

_FEW = 20
"""Dates that there must be before their being mostly 1 January says anything."""


def years_only(sheet: Sheet, periods: Mapping[str, Period], rows: Mapping[str, int]) -> dict[str, Period]:
    """Take days that are 1 January throughout a year for what they are: nothing but the year is known of them.

    Of at least 20 dates of the year, or of the file, most are 1 January. Those rows are counted in their year, and in
    no month. Not where the dates bear times of day, nor where other days are as busy: records that end on the first
    day of a year are dated well.

    Parameters
    ----------
    sheet : Sheet
        Its ledger takes the note.
    periods : mapping of str to Period
        What each written date was read as.
    rows : mapping of str to int
        How many rows hold it.

    Returns
    -------
    dict
        The periods, such days replaced by their years.
    """
    held: Counter[date] = Counter()
    for text, period in periods.items():
        if period.kind == "day":
            held[period.start] += rows[text]
    years = bare_years(held)
    if not years or _clocked(sheet):
        return dict(periods)
    shares = "most dates"
    if not is_person(sheet):
        first = sum(held[date(year, 1, 1)] for year in years)
        whole = sum(count for day, count in held.items() if day.year in years)
        shares = f"{times(first, 'date')} of {times(whole, 'date')}"
    sheet.note(said(years, shares))
    return {
        text: replace(period, end=date(period.start.year, 12, 31), kind="year")
        if _is_first(period) and period.start.year in years
        else period
        for text, period in periods.items()
    }


def bare_years(held: Mapping[date, int]) -> list[int]:
    """Return the years of which nothing but the year is known, from how many rows each day has."""
    days: Counter[int] = Counter()
    first: Counter[int] = Counter()
    for day, rows in held.items():
        days[day.year] += rows
        first[day.year] += rows * _new_year(day)
    most = max((rows for day, rows in held.items() if not _new_year(day)), default=0)
    return [
        year
        for year in sorted(days)
        if _mostly(first[year], days[year], first.total(), days.total()) and first[year] > most
    ]


def said(years: Sequence[int], shares: str) -> str:
    """Word what is taken for its year."""
    listed = ", ".join(map(str, years))
    return f"{listed}: {shares} are 1 January: only their year is known, and they are counted in no month"


def _clocked(sheet: Sheet) -> bool:
    """Tell whether some date bears a time of day other than midnight."""
    text = sheet.text("date")
    clock, midnight = literal(r"\d:\d\d"), literal(r"(^|[^\d:])0{1,2}:00(:00([.]0+)?)?(\D|$)")
    return bool(
        sheet.sql(
            f"SELECT 1 FROM {quote(sheet.raw.table)} r WHERE contains({text}, ':') "  # noqa: S608
            f"AND regexp_matches({text}, {clock}) AND NOT regexp_matches({text}, {midnight}) LIMIT 1"
        )
    )


def _is_first(period: Period) -> bool:
    return period.kind == "day" and _new_year(period.start)


def _new_year(day: date) -> bool:
    return (day.month, day.day) == (1, 1)


def _mostly(first: int, days: int, all_first: int, all_days: int) -> bool:
    whole_file = all_days >= _FEW and 2 * all_first > all_days
    return 2 * first > days and (days >= _FEW or whole_file)
