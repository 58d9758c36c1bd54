"""The one heavy step as Ibis expressions: group and count. Texts leave the warehouse with their counts, rows never.

Every column comes out as text, as a file would write it, and is read by the same code afterwards. Days are folded into
their months where they lie; days after the audit's date stay days, so that they are set aside as in a file, and 1
January becomes its year where only years are known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

COUNT = "file_rows"
TIMED = "timed"
LONGEST_PERIOD = 7
"""Characters of 2011-Q3 and 2011-08: a longer text would carry days, or anything else, out of the warehouse."""

TOO_LONG = "(a text longer than a month)"

Column = Any
Expression = Any


def plain(kind: Any) -> bool:
    """Tell whether a column's values have one and the same text in every engine."""
    whole = kind.is_decimal() and kind.scale == 0
    return bool(kind.is_string() or kind.is_integer() or kind.is_boolean() or whole)


def dated(kind: Any) -> bool:
    """Tell whether a column holds days: a moment with a time zone is a day only once somebody says where."""
    return bool(kind.is_date() or (kind.is_timestamp() and kind.timezone is None))


def day_counts(table: Expression, name: str) -> Expression:
    """Count the rows of each day of a whole table: ``day``, ``file_rows``, and ``timed``, whether one bears an hour."""
    column = table[name]
    hours = column.isnull() if column.type().is_date() else column != column.truncate("D")
    timed = hours.any() & column.notnull().any()
    return table.group_by(day=_day(column)).aggregate(**{COUNT: table.count(), TIMED: timed})


def cells(
    table: Expression, keys: Mapping[str, str], period: str, *, last: date | None, years: Sequence[int]
) -> Expression:
    """Group a table by what its texts are.

    Parameters
    ----------
    table : ibis Table
    keys : mapping of str to str
        Name of the outcome (``c0`` ...) to the table's own.
    period : str
        The table's own name of the column of days or periods.
    last : datetime.date, optional
        Day that the report bears: later ones stay days.
    years : sequence of int
        Years of which only the year is known.

    Returns
    -------
    ibis Table
        The keys as text (a period of days as a number, see :func:`written`), and ``file_rows``.
    """
    texts = {key: _key(table[name], is_period=name == period, last=last, years=years) for key, name in keys.items()}
    return table.group_by(**texts).aggregate(**{COUNT: table.count()})


def _key(column: Column, *, is_period: bool, last: date | None, years: Sequence[int]) -> Column:
    if is_period and dated(column.type()):
        return _month(_day(column), last, years)
    text = column.cast("string").fill_null("")
    return (text.strip().length() > LONGEST_PERIOD).ifelse(TOO_LONG, text) if is_period else text


def _day(column: Column) -> Column:
    return column if column.type().is_date() else column.date()


def _month(day: Column, last: date | None, years: Sequence[int]) -> Column:
    """Return a day as a number: 20110800 for its month, 20110815 for itself, 20110000 for its year, 0 for none."""
    month = day.year() * 10_000 + day.month() * 100
    number = month if last is None else (day > last).ifelse(month + day.day(), month)
    if years:
        first = (day.month() == 1) & (day.day() == 1) & day.year().isin(list(years))
        number = first.ifelse(day.year() * 10_000, number)
    return number.cast("int64").fill_null(0)


def written(number: int) -> str:
    """Return the text of a month, a day or a year that came back as a number; of none it is empty."""
    year, rest = divmod(number, 10_000)
    month, day = divmod(rest, 100)
    parts = (f"{year:04d}", f"{month:02d}", f"{day:02d}")
    return "-".join(parts[: 1 + bool(month) + bool(day)]) if number else ""
