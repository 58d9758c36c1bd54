"""Legal public holidays of the United States, by rule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

_MONDAY, _THURSDAY = 0, 3
_JUNETEENTH = 2021
_KING = 1986


def federal_holidays(first: int, last: int) -> tuple[date, ...]:
    """Return the days on which legal holidays are kept, of some years.

    A holiday that falls on a Saturday is kept on the Friday before, one on a Sunday on the Monday after. Inauguration
    days and days of mourning are left out: they are not kept everywhere.

    Parameters
    ----------
    first, last : int
        Years, both included. The eve of the next year is a holiday where New Year's Day falls on a Saturday.

    Returns
    -------
    tuple of date
        Rising, none of them on a weekend.

    References
    ----------
    5 U.S.C. 6103(a) and (b); Executive Order 11582 (1971), section 3 (Sundays); Pub. L. 117-17 (Juneteenth, 2021).
    """
    kept = {_kept(day) for year in range(first, last + 2) for day in _days(year)}
    return tuple(sorted(day for day in kept if first <= day.year <= last))


def _days(year: int) -> Iterator[date]:
    yield date(year, 1, 1)
    if year >= _KING:
        yield _nth(year, 1, _MONDAY, 3)
    yield _nth(year, 2, _MONDAY, 3)
    yield _nth(year, 6, _MONDAY, 1) - timedelta(days=7)
    if year >= _JUNETEENTH:
        yield date(year, 6, 19)
    yield date(year, 7, 4)
    yield _nth(year, 9, _MONDAY, 1)
    yield _nth(year, 10, _MONDAY, 2)
    yield date(year, 11, 11)
    yield _nth(year, 11, _THURSDAY, 4)
    yield date(year, 12, 25)


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    """Return the n-th such weekday of a month."""
    start = date(year, month, 1)
    return start + timedelta(days=(weekday - start.weekday()) % 7 + 7 * (n - 1))


def _kept(day: date) -> date:
    """Return the day on which a holiday is kept."""
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))
