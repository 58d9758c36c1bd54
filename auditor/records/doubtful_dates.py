"""Dates that read well and are wrong: years written like months or days, days swapped with their months."""

from __future__ import annotations

import re
from collections.abc import Mapping

from auditor.records.dates import order_of, read_period
from auditor.records.sheet import Sheet

Distinct = tuple[str, int, int]
_PAIR = re.compile(r"(\d{4})\s*[-/–]\s*(\d{2})")
_ISO = re.compile(r"\d{4}-\d\d-(\d\d)")
_FEWEST_PAIRS, _FEWEST_DAYS = 2, 5
_LAST_MONTH = 12
_YEAR_FIRST = re.compile(r"(\d\d)[/.-](\d\d?)[/.-](\d\d?)")
_DAY_OF_MONTH = re.compile(r"([a-z]{3,9})[ -]?(\d{1,2})", re.IGNORECASE)
_FEWEST_ENDS, _DAYS = 3, 31


def refuse_months_of_fiscal_years(sheet: Sheet) -> None:
    """Refuse a month beside a fiscal year: October of 2011 lies in 2010 for some, July of 2011 in 2010 for others."""
    sheet.refuse(
        f"column {sheet.columns.header('month')!r} stands beside a fiscal year",
        "in which calendar year a month of a fiscal year lies depends on when that year begins",
        "write the calendar year of each month, or both in one column (2010-10)",
        column="month",
    )


def refuse_double_years(sheet: Sheet, column: str, values: Mapping[str, Distinct]) -> None:
    """Refuse 2010-11, 2011-12, 2012-13: years that span two, of which the first two would pass for months.

    Parameters
    ----------
    sheet : Sheet
    column : str
        Canonical column that holds them.
    values : mapping of str to (str, int, int)
        Its texts.
    """
    pairs = {text: found for text in values if (found := _PAIR.fullmatch(text))}
    if len(pairs) < _FEWEST_PAIRS or any(int(found[2]) != (int(found[1]) + 1) % 100 for found in pairs.values()):
        return
    items = [values[text] for text in pairs]
    sheet.refuse(
        sheet.listed(column, items),
        "years from one calendar year into the next (fiscal, school) look so, and months do as well",
        "write FY2011 (a federal fiscal year, from October 2010 on), 2010-07-01/2011-06-30 for any other, and months "
        "as Nov-2010",
        column=column,
        row=items[0][2],
    )


def ask_swapped(sheet: Sheet, column: str, values: Mapping[str, Distinct]) -> None:
    """Ask where a spreadsheet set for the other order has taken what it could for dates, and left the others as text.

    13/04/2011 stays a text in a spreadsheet set for month first, and 12/04/2011 becomes the 4th of December. What is
    left as text then has a day after the 12th everywhere, what became a date has one up to the 12th everywhere.
    """
    texts = [item for text, item in values.items() if order_of([text], None) != "none"]
    days = [int(found[1]) for text in values if (found := _ISO.fullmatch(text))]
    if sheet.spec.day_first is not None or not texts or len(days) < _FEWEST_DAYS or max(days) > _LAST_MONTH:
        return
    if any(order_of([text], None) not in ("day-first", "month-first") or _same(text) for text, _, _ in texts):
        return
    first = order_of([texts[0][0]], None) == "day-first"
    sheet.ask(
        f"{sheet.listed(column, texts[:3])} lie after the 12th of a month, and all {len(days):,} days written as dates "
        "up to the 12th",
        "so does a spreadsheet leave dates that it read in the wrong order: the others are swapped, day for month",
        f"take the file before it was opened in that spreadsheet; or say day_first = {str(first).lower()} if all days "
        "are right as they stand",
        column=column,
        row=texts[0][2],
        line=f"day_first = {str(first).lower()}  # only if the days are right as they stand",
    )


def refuse_without_year(sheet: Sheet, column: str, values: Mapping[str, Distinct]) -> None:
    """Refuse Jan-23 in a column of days: the 23rd of a January whose year a spreadsheet does not show, or a month.

    ``Oct-11`` in a column of periods is a month.
    """
    found = [item for text, item in values.items() if _DAY_OF_MONTH.fullmatch(text) and read_period(text) is not None]
    if found:
        sheet.refuse(
            sheet.listed(column, found[:6]),
            "it may be a month of a year, or a day of which the spreadsheet does not show the year",
            "write days in full (2023-01-15) and months as 2023-01",
            column=column,
            row=found[0][2],
        )


def refuse_year_first(sheet: Sheet, column: str, values: Mapping[str, Distinct]) -> None:
    """Refuse 13-08-15, 13-08-16, 13-09-02: years of two digits that stand first pass for days.

    All must be days so read, and their ends more various than their beginnings: years repeat, and days do not.
    """
    slashed = [text for text in values if order_of([text], None) != "none"]
    parts = [found.groups() for text in slashed if (found := _YEAR_FIRST.fullmatch(text))]
    if sheet.spec.day_first is not None or not parts or len(parts) < len(slashed):
        return
    first, last = ({part[at] for part in parts} for at in (0, 2))
    days = all(1 <= int(month) <= _LAST_MONTH and 1 <= int(day) <= _DAYS for _, month, day in parts)
    if days and len(last) >= _FEWEST_ENDS and len(last) > len(first):
        items = [values[text] for text in slashed[:6]]
        sheet.refuse(
            sheet.listed(column, items),
            "the year seems to stand first, in two digits, and would pass for a day",
            "write years with four digits; or say day_first if the year stands last after all",
            column=column,
            row=items[0][2],
        )


def _same(text: str) -> bool:
    """Tell whether day and month are one number, which no order changes."""
    return len(set(re.findall(r"\d+", text)[:2])) == 1
