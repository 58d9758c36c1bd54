"""Periods: 2011, FY2011, 2011-Q3, 2011-08, 2011-08-15, or an inclusive interval."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

PERIOD_KINDS = ("year", "fiscal-year", "quarter", "month", "day", "interval")

_PATTERNS = (
    (re.compile(r"(\d{4})"), "year"),
    (re.compile(r"FY\s?(\d{4})", re.I), "fiscal-year"),
    (re.compile(r"(\d{4})-?\s?Q([1-4])", re.I), "quarter"),
    (re.compile(r"(\d{4})-(\d{2})"), "month"),
    (re.compile(r"(\d{4})-(\d{2})-(\d{2})"), "day"),
)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """An inclusive span of days.

    Attributes
    ----------
    start, end : datetime.date
        First and last day.
    kind : str
        ``year``, ``fiscal-year`` (federal: October to September), ``quarter``, ``month``, ``day`` or ``interval``.
    """

    start: date
    end: date
    kind: str = "interval"

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a period ends ({self.end}) before it starts ({self.start})")

    @property
    def days(self) -> int:
        """Number of days, both ends counted."""
        return (self.end - self.start).days + 1

    def overlap(self, other: Period) -> float:
        """Return the share of days that two periods have in common (Jaccard, 0 to 1)."""
        shared = (min(self.end, other.end) - max(self.start, other.start)).days + 1
        return max(shared, 0) / (self.days + other.days - max(shared, 0))

    def month(self) -> Period:
        """Return the calendar month in which it begins."""
        return Period(self.start.replace(day=1), _month_end(self.start.year, self.start.month), "month")

    def __str__(self) -> str:
        return f"{self.start.isoformat()}/{self.end.isoformat()}"


def parse_period(text: str) -> Period:
    """Read a period as the canonical tables write it.

    Parameters
    ----------
    text : str
        ``2011``, ``FY2011``, ``2011-Q3``, ``2011-08``, ``2011-08-15`` or ``2008-10-27/2010-06-30`` (both ends
        may themselves be any of the others).

    Returns
    -------
    Period

    Raises
    ------
    ValueError
        When the text is none of these, or names a day that does not exist.
    """
    cleaned = text.strip()
    if "/" in cleaned:
        first, _, last = cleaned.partition("/")
        return Period(parse_period(first).start, parse_period(last).end)
    for pattern, kind in _PATTERNS:
        found = pattern.fullmatch(cleaned)
        if found:
            return _build(kind, [int(part) for part in found.groups()])
    raise ValueError(
        f"{text!r} is not a period; write 2011, FY2011, 2011-Q3, 2011-08, 2011-08-15 or 2008-10-27/2010-06-30"
    )


def _build(kind: str, parts: list[int]) -> Period:
    year = parts[0]
    if kind == "year":
        return Period(date(year, 1, 1), date(year, 12, 31), kind)
    if kind == "fiscal-year":
        return Period(date(year - 1, 10, 1), date(year, 9, 30), kind)
    if kind == "quarter":
        last = parts[1] * 3
        return Period(date(year, last - 2, 1), _month_end(year, last), kind)
    if kind == "month":
        return Period(date(year, parts[1], 1), _month_end(year, parts[1]), kind)
    day = date(year, parts[1], parts[2])
    return Period(day, day, kind)


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def months_between(start: date, end: date) -> int:
    """Return the number of calendar months touched from ``start`` to ``end``, both counted."""
    return (end.year - start.year) * 12 + end.month - start.month + 1
