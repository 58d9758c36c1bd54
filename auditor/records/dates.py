"""Written days and periods, in the styles that agencies use."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import date
from typing import Literal

from auditor.domain.periods import Period, parse_period

Order = Literal["month-first", "day-first", "mixed", "open", "none"]

_MONTHS = {name.casefold(): i for i, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name[:3]: number for name, number in list(_MONTHS.items())} | {"sept": 9}
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_SLASHED = re.compile(r"(?<![\d/.-])(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?!\d)")
_YEAR = r"(\d{4}|\d{2}|'\d{2})"
_WORDED = (
    (re.compile(rf"([a-z]+)\.?[ \-/]*{_YEAR}"), "my"),
    (re.compile(r"(\d{4})[ \-/]*([a-z]+)\.?"), "ym"),
    (re.compile(rf"([a-z]+)\.? +(\d{{1,2}})(?:st|nd|rd|th)?,? +{_YEAR}"), "mdy"),
    (re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?[ \-/]*([a-z]+)\.?,?[ \-/]*{_YEAR}"), "dmy"),
)
_FISCAL = re.compile(r"fy\s*'?(\d{4}|\d{2})(?:[ \-]*q([1-4]))?")
_DECIMAL = re.compile(r"^(\d{4})[.]0$", re.ASCII)
# The apostrophe by which a spreadsheet keeps a text: '3/14/2011; that of '11 stands for a century.
_QUOTED = re.compile(r"^['’](?=\d{4}|\d{1,2}[/.-]\d)", re.ASCII)
_SPAN = re.compile(r"\s+(?:to|through|thru|until|[-–—])\s+|\s*[–—]\s*")
EARLIEST = date(1971, 1, 1)
LATEST_YEAR = 2100


def order_of(texts: Iterable[str], day_first: bool | None) -> Order:
    """Say in which order a column writes 03/04/2011, by the cells that can only be read one way.

    Returns
    -------
    str
        ``none`` when no such date occurs, ``open`` when nothing settles it, ``mixed`` when cells contradict
        each other. A declared order (``day_first``) wins over ``open`` only: never over the evidence.
    """
    parts = [part for text in texts for found in _SLASHED.finditer(text) if (part := found.groups())]
    if not parts:
        return "none"
    day = any(int(first) > 12 for first, _, _ in parts)
    month = any(int(second) > 12 for _, second, _ in parts)
    if day and month:
        return "mixed"
    if day or month:
        return "day-first" if day else "month-first"
    if all(first == second for first, second, _ in parts):
        return "month-first"
    return "open" if day_first is None else ("day-first" if day_first else "month-first")


def read_period(text: str, order: Order = "none", *, fiscal: bool = False) -> Period | None:
    """Read a written period or day.

    Parameters
    ----------
    text : str
        ``2011``, ``FY11 Q2``, ``Oct-11``, ``October 27, 2008``, ``27-Oct-08``, ``10/27/2008``, ``20081027``, or
        two of them with "to", "through" or "/" between.
    order : str
        From :func:`order_of`.
    fiscal : bool
        True when the column's header says that its years are (federal) fiscal years.

    Returns
    -------
    Period or None
        None when the text is none of these, or names a day that does not exist.

    Notes
    -----
    Years of two digits are read as 1951 to 2050.
    """
    cell = _QUOTED.sub("", _DECIMAL.sub(r"\1", " ".join(text.split()).casefold()))
    try:
        if iso := _ISO.fullmatch(cell):  # most days are written so, and none of what follows reads them otherwise
            return _day(int(iso[1]), int(iso[2]), int(iso[3]))
        if fiscal and re.fullmatch(r"\d{4}", cell):
            return parse_period(f"FY{cell}")
        return _slashed(cell, order) or _worded(cell) or _compact(cell) or _span(cell, order) or parse_period(cell)
    except ValueError:
        return None


def problem_with(period: Period, as_of: date | None) -> str:
    """Return what is absurd about a period ("lies in the future"), or an empty text."""
    if period.start < EARLIEST:
        return "lies before 1971"
    if period.start.year >= LATEST_YEAR or (as_of is not None and period.start > as_of):
        return "lies in the future"
    return ""


def _year(text: str) -> int:
    number = int(text.lstrip("'"))
    if len(text.lstrip("'")) == 4:
        return number
    return 2000 + number if number <= 50 else 1900 + number


def _day(year: int, month: int, day: int) -> Period:
    found = date(year, month, day)
    return Period(found, found, "day")


def _month(year: int, month: int) -> Period:
    return parse_period(f"{year:04d}-{month:02d}")


def _slashed(cell: str, order: Order) -> Period | None:
    found = _SLASHED.fullmatch(cell)
    if not found:
        return None
    first, second, year = int(found[1]), int(found[2]), _year(found[3])
    if order == "day-first":
        first, second = second, first
    return _day(year, first, second)


def _worded(cell: str) -> Period | None:
    if found := _FISCAL.fullmatch(cell):
        return _fiscal(_year(found[1]), found[2])
    for pattern, shape in _WORDED:
        found = pattern.fullmatch(cell)
        if not found:
            continue
        parts = dict(zip(shape, found.groups(), strict=True))
        month = _MONTHS.get(parts["m"])
        if month is None:
            continue
        year = _year(parts["y"])
        return _day(year, month, int(parts["d"])) if "d" in parts else _month(year, month)
    return None


def _fiscal(year: int, quarter: str | None) -> Period:
    if quarter is None:
        return parse_period(f"FY{year}")
    # The federal fiscal year begins in October: its second quarter is the first of the calendar.
    number = int(quarter)
    return parse_period(f"{year - 1}-Q4" if number == 1 else f"{year}-Q{number - 1}")


def _compact(cell: str) -> Period | None:
    if found := re.fullmatch(r"((?:19|20)\d{2})(\d{2})(\d{2})?", cell):
        if found[3] is None:
            return _month(int(found[1]), int(found[2]))
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := re.fullmatch(r"(\d{1,2})/(\d{4})", cell):
        return _month(int(found[2]), int(found[1]))
    if found := re.fullmatch(r"(\d{4})[-/](\d{1,2})", cell):
        return _month(int(found[1]), int(found[2]))
    if found := re.fullmatch(r"(\d{4})/(\d{1,2})/(\d{1,2})", cell):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := re.fullmatch(r"q([1-4]) *(\d{4})", cell):
        return parse_period(f"{found[2]}-Q{found[1]}")
    return None


def _span(cell: str, order: Order) -> Period | None:
    parts = _SPAN.split(cell)
    if len(parts) != 2:
        parts = cell.split("/") if cell.count("/") == 1 else []
    if len(parts) != 2:
        return None
    first, last = read_period(parts[0], order), read_period(parts[1], order)
    if first is None or last is None:
        return None
    return Period(first.start, last.end)
