"""The period and day columns of a sheet: order of day and month by evidence, absurd days set aside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from string import ascii_letters, digits

from auditor.domain.periods import Period
from auditor.records.columns import key
from auditor.records.dates import order_of, problem_with, read_period
from auditor.records.doubtful_dates import (
    ask_swapped,
    refuse_double_years,
    refuse_months_of_fiscal_years,
    refuse_without_year,
    refuse_year_first,
)
from auditor.records.fiscal_years import ask_fiscal_years, decided_periods, headed_fiscal, note_decided
from auditor.records.new_year import years_only
from auditor.records.private import listed
from auditor.records.sheet import QUARANTINED, SHOWN, Row, Sheet

# A clock time after a day is cut off: 2011-08-15 13:05:00, 8/15/2011 1:05 PM, 2011-08-15T13:05Z, 2025-05-16 am.
_TIME = r"(\d)[ T]+(\d{1,2}:\d{2}(:\d{2}([.]\d+)?)?\s*)?([AaPp][.]?[Mm][.]?)?\s*(Z|[+-]\d{2}:?\d{2})?$"
PERIOD_KIND = "word_period_kind"
_COLUMNS = "raw VARCHAR, first DATE, last DATE, kind VARCHAR, aside VARCHAR, day DATE"
_SERIAL = re.compile(r"([2-5]\d{4})(\.\d+)?")
_MOSTLY = 0.5
_DECIMAL_YEAR = re.compile(r"\d{4}[.]0")
_SHORT_YEAR = re.compile(r"(^|[^\d])\d{1,2}[/.-]\d{1,2}[/.-]\d{2}$")
_SHAPE = str.maketrans(digits + ascii_letters, "9" * len(digits) + "a" * len(ascii_letters))

Distinct = tuple[str, int, int]


def period_text(sheet: Sheet, name: str) -> str:
    """Return the SQL of a period column as text, clock times cut off, a month column joined to its year."""
    if name == "period" and "month" in sheet.columns.positions:
        month, year = (f"nullif(trim({sheet.text(part)}), '')" for part in ("month", "period"))
        if "period" not in sheet.columns:
            return month
        joined = f"{year} || '-' || {month}"
        if key(sheet.columns.header("period")) == "year":
            return joined
        if "period" in sheet.columns.positions and not headed_fiscal(sheet):
            # Whatever the column is called: a year of four digits beside a month is the year of that month.
            return f"CASE WHEN regexp_full_match({year}, '(19|20)\\d\\d') THEN {joined} ELSE {year} END"
    if name not in sheet.columns.positions:
        return sheet.text(name)
    text = sheet.text(name)
    # Most columns write 2011-08-15 or 2011-08-15 13:05:00, and a slice costs a tenth of a regular expression.
    day = f"length({text}) = 10 AND substr({text}, 5, 1) = '-' AND substr({text}, 8, 1) = '-'"
    plain = f"substr({text}, 11, 1) IN (' ', 'T') AND substr({text}, 14, 1) = ':' AND substr({text}, 5, 1) = '-'"
    cut = f"regexp_replace({text}, '{_TIME}', '\\1')"
    return f"CASE WHEN length({text}) <= 8 OR ({day}) THEN {text} WHEN {plain} THEN left({text}, 10) ELSE {cut} END"


def map_periods(sheet: Sheet, names: Sequence[str], table: str, *, days: bool = False, months: bool = False) -> str:
    """Read the distinct periods of some columns and return the name of the mapping table.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    names : sequence of str
        Canonical columns; the order of day and month is settled over all of them.
    table : str
        Name for the mapping.
    days : bool
        True when the column must hold full days, so that a bare year is set aside.
    months : bool
        True when days are to stand for their months.
    """
    values: dict[str, Distinct] = {}
    rows: list[Row] = []
    columns = [name for name in (*names, *(["month"] if names[0] == "period" else [])) if name in sheet.columns]
    for name in names:
        if name in columns or (name == "period" and "month" in columns):
            values |= {item[0]: item for item in sheet.distinct(period_text(sheet, name), name)}
    order = order_of(values, sheet.spec.day_first)
    column = columns[0] if columns else names[0]
    ask_order(sheet, column, order, values)
    ask_swapped(sheet, column, values)
    refuse_year_first(sheet, column, values)
    if names[0] == "date":
        refuse_without_year(sheet, column, values)
    if not days:
        refuse_double_years(sheet, column, values)
    fiscal = headed_fiscal(sheet) and names[0] == "period"
    if fiscal and "month" in sheet.columns.positions:
        refuse_months_of_fiscal_years(sheet)
    elif fiscal:
        fiscal = ask_fiscal_years(sheet, column, values)
    decided = decided_periods(sheet, column)
    known: dict[str, Period] = {}
    bad: list[tuple[Distinct, str]] = []
    for text, item in values.items():
        period, reason = _read(sheet, decided.get(text.strip(), text), order, fiscal, days)
        if period is not None and not reason:
            known[text] = period
        else:
            bad.append((item, reason))
            rows.append((text, None, None, None, f"{QUARANTINED}{column} {reason}", None))
    _judge(sheet, column, values, bad)
    note_decided(sheet, column, {text: decided[text.strip()] for text in values if text.strip() in decided})
    _remark(sheet, column, {decided.get(text.strip(), text): item for text, item in values.items()}, fiscal)
    if names[0] == "date":
        known = years_only(sheet, known, {text: item[1] for text, item in values.items()})
    for text, period in known.items():
        taken = period.month() if months and period.kind == "day" else period
        rows.append((text, taken.start, taken.end, taken.kind, None, period.start if period.kind == "day" else None))
    typed = _COLUMNS.replace("kind VARCHAR", f"kind {PERIOD_KIND}") if months else _COLUMNS
    return sheet.mapping(table, typed, rows)


def _read(sheet: Sheet, text: str, order: str, fiscal: bool, days: bool) -> tuple[Period | None, str]:
    period = read_period(text, order, fiscal=fiscal) or read_serial(sheet, text)  # type: ignore[arg-type]
    if period is None:
        looks = "looks like a spreadsheet's day number" if _SERIAL.fullmatch(text) else "cannot be read"
        return None, looks
    if days and period.kind != "day":
        return None, "is not a full day"
    return period, problem_with(period, sheet.as_of)


def read_serial(sheet: Sheet, text: str) -> Period | None:
    """Read a day number of a workbook; in a text file nothing says from when it counts."""
    found = _SERIAL.fullmatch(text)
    if not found or not sheet.raw.sheet:
        return None
    zero = date(1904, 1, 1) if sheet.raw.epoch == 1904 else date(1899, 12, 30)
    day = zero + timedelta(days=int(found[1]))
    start = f"day numbers read with the workbook's epoch ({sheet.raw.epoch})"
    if not any(note.startswith(start) for note in sheet.ledger.notes):
        sheet.note(f"{start}, e.g. {text} as {day}")
    return Period(day, day, "day")


def ask_order(sheet: Sheet, column: str, order: str, values: dict[str, Distinct]) -> None:
    """Ask which of day and month comes first, where nothing in a column settles it."""
    if order not in ("open", "mixed"):
        return
    slashed = [item for text, item in values.items() if order_of([text], None) != "none"]
    if order == "open":
        found, why = sheet.listed(column, slashed[:3]), "day and month could stand either way in every cell"
    else:
        found, why = sheet.listed(column, slashed[:6]), "some cells can only be day first, others only month first"
    sheet.ask(
        found,
        why,
        "say day_first = false (US) or day_first = true"
        if order == "open"
        else "make the column use one order; which rows are which cannot be told",
        column=column,
        row=slashed[0][2],
        line="day_first = false  # or true" if order == "open" else "",
    )


def _judge(sheet: Sheet, column: str, values: dict[str, Distinct], bad: list[tuple[Distinct, str]]) -> None:
    if not bad:
        return
    rows, total = sum(item[1] for item, _ in bad), sum(item[1] for item in values.values())
    some = ", ".join(f"{sheet.shown(column, item[0])} {reason}" for item, reason in bad[: SHOWN // 2])
    if rows > _MOSTLY * total and total > 1:
        sheet.refuse(
            f"{rows:,} of {total:,} cells cannot be used: {some}",
            "without its dates a count cannot be compared with anything",
            f"name the right column with columns.{column}, or write 2011, FY2011, 2011-Q3, 2011-08 or 2011-08-15",
            column=column,
            row=bad[0][0][2],
        )
    else:
        sheet.note(f"{column}: rows quarantined: {some}")


def _note_forms(sheet: Sheet, column: str, values: dict[str, Distinct]) -> None:
    """Note that a column writes its days in several ways: a publisher or a program changed within it."""
    if sheet.raw.weighed:  # we wrote them
        return
    shapes = _merged((text.translate(_SHAPE), rows, first) for text, rows, first in values.values())
    forms = _merged((_form(shape), rows, first) for shape, rows, first in shapes)
    if len(forms) > 1:
        sheet.note(f"{column}: written in {len(forms)} ways: {listed(sheet, column, forms)}")


def _form(shape: str) -> str:
    letters = re.sub(r"[A-Za-z]+", "a", shape)
    return re.sub(r"\d+", lambda found: "9" if len(found[0]) < 3 else "9999", letters)


def _merged(items: Iterable[Distinct]) -> list[Distinct]:
    """Put what is written alike together: in all, how many rows, and the first of them."""
    found: dict[str, Distinct] = {}
    for text, rows, first in items:
        _, before, earliest = found.get(text, (text, 0, first))
        found[text] = (text, before + rows, min(first, earliest))
    return list(found.values())


def _remark(sheet: Sheet, column: str, values: dict[str, Distinct], fiscal: bool) -> None:
    if fiscal or any(text[:2].casefold() == "fy" for text in values):
        sheet.note(f"{column}: fiscal years read as federal ones, from October to September")
    _note_forms(sheet, column, values)
    if decimal := [text for text in values if _DECIMAL_YEAR.fullmatch(text)]:
        sheet.note(f"{column}: a stop and zero behind years left out, e.g. {decimal[0]!r}")
    short = [text for text in values if _SHORT_YEAR.search(text)]
    if short:
        sheet.note(f"{column}: years of two digits read as 1951 to 2050, e.g. {sheet.shown(column, short[0])}")
