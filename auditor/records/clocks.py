"""Times of day and days of row columns, read by distinct value; what cannot be read is missing, with a note."""

from __future__ import annotations

import re

from auditor.records.dates import order_of, problem_with, read_period
from auditor.records.periods import ask_order, period_text, read_serial
from auditor.records.private import counted
from auditor.records.sheet import Row, Sheet, times
from auditor.records.words import is_missing

# The clock time behind a day, seconds left out so that there are few different ones: 2011-08-15 13:05:00.123, 1:05 PM.
_BEHIND = r"\d[ T]+(\d{1,2}:\d{2})(?::\d{2}(?:[.]\d+)?)?\s*([AaPp][.]?[Mm][.]?)?\s*(?:Z|[+-]\d{2}:?\d{2})?\s*$"
_SERIAL = r"^\s*[2-5]\d{4}([.]\d+)\s*$"
_SECONDS = r"^(\s*\d{1,2}:\d{2}):\d{2}(?:[.]\d+)?"
_ZONE = r":\d{2}(?:[.]\d+)?\s*(?:Z|[+-]\d{2}:?\d{2})\s*$"
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?\s*(?:([ap])\.?m\.?)?\s*(?:z|[+-]\d{2}:?\d{2})?", re.I)
_DIGITS = re.compile(r"\d{1,4}")
_FRACTION = re.compile(r"0?\.\d+")
_DAY = 24 * 60
_COMING = ("release_eligible_date",)
"""Columns that may lie in the future."""


def read_clock(text: str, *, fractions: bool = False) -> int | None:
    """Read a time of day.

    Parameters
    ----------
    text : str
        ``13:05``, ``1:05 PM``, ``13:05:22``, or digits alone as hours and minutes: ``1305``, ``905``, ``5``.
    fractions : bool
        True in a workbook, where ``0.5`` is noon.

    Returns
    -------
    int or None
        Minutes after midnight, 0 to 1439; None when the text is no time of day.
    """
    cell = text.strip()
    if fractions and _FRACTION.fullmatch(cell):
        return round(float(cell) * _DAY) % _DAY
    if _DIGITS.fullmatch(cell):
        hour, minute, half = int(cell) // 100, int(cell) % 100, ""
    elif found := _CLOCK.fullmatch(cell):
        hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").lower()
    else:
        return None
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return 60 * hour + minute if hour < 24 and minute < 60 else None


def clock_text(sheet: Sheet, name: str) -> str:
    """Return the SQL of the time of day that a column gives, as text without seconds."""
    text = sheet.text(name)
    behind = f"regexp_extract({text}, '{_BEHIND}', 1) || regexp_extract({text}, '{_BEHIND}', 2)"
    serial = f"regexp_extract({text}, '{_SERIAL}', 1)"
    # Both hold one of these signs: most columns of days have neither, and need no regular expression.
    either = (
        f"CASE WHEN contains({text}, ':') OR contains({text}, '.') "
        f"THEN coalesce(nullif({behind}, ''), nullif({serial}, '')) END"
    )
    return f"coalesce({either}, regexp_replace({text}, '{_SECONDS}', '\\1'))" if name == "time" else either


def map_clock(sheet: Sheet, name: str) -> str:
    """Read the times of day of a column and return the name of the table of raw and minute.

    Where every time that is given is midnight no time is known: all are NULL, with a note.
    """
    label = sheet.columns.header(name) or name
    values = sheet.distinct(clock_text(sheet, name), name)
    workbook = bool(sheet.raw.sheet)
    read = [(text, read_clock(text, fractions=workbook), count, row) for text, count, row in values]
    bad = [item for item in read if item[1] is None and not is_missing(item[0])]
    if bad:
        missed(sheet, name, "is no time of day", sum(item[2] for item in bad), bad[0][3])
    known = [item for item in read if item[1] is not None]
    midnight = bool(known) and all(item[1] == 0 for item in known)
    if midnight:
        sheet.note(f"{label}: every time of day is midnight: the days are known, the times are not")
    elif known and _zoned(sheet, name):
        sheet.note(f"{label}: times carry a time zone, and are taken as they stand, as local ones")
    rows: list[Row] = [] if midnight else [(text, minute) for text, minute, _, _ in known]
    return sheet.mapping(f"clock_{name}", "raw VARCHAR, minute SMALLINT", rows)


def _zoned(sheet: Sheet, name: str) -> bool:
    text = sheet.text(name)
    table = '"' + sheet.raw.table + '"'
    return bool(sheet.sql(f"SELECT 1 FROM {table} r WHERE regexp_matches({text}, '{_ZONE}') LIMIT 1"))  # noqa: S608


def map_days(sheet: Sheet, name: str) -> str:
    """Read the days of a row column and return the name of the table of raw and day.

    The order of day and month is settled by the column itself, else together with the date of the event.
    """
    values = {item[0]: item for item in sheet.distinct(period_text(sheet, name), name) if not is_missing(item[0])}
    order = order_of(values, sheet.spec.day_first)
    if order == "open" and "date" in sheet.columns:
        dates = [text for text, _, _ in sheet.distinct(period_text(sheet, "date"), "date")]
        order = order_of([*values, *dates], sheet.spec.day_first)
    ask_order(sheet, name, order, values)
    rows: list[Row] = []
    bad: dict[str, tuple[int, int]] = {}
    for text, count, row in values.values():
        period = read_period(text, order) or read_serial(sheet, text)
        reason = "cannot be read as a day" if period is None else "" if period.kind == "day" else "is not a full day"
        if period is not None and not reason:
            reason = problem_with(period, None if name in _COMING else sheet.as_of)
        if period is not None and not reason:
            rows.append((text, period.start))
        else:
            total, first = bad.get(reason, (0, row))
            bad[reason] = (total + count, min(first, row))
    for reason, (count, row) in bad.items():
        missed(sheet, name, reason, count, row)
    return sheet.mapping(f"days_{name}", "raw VARCHAR, day DATE", rows)


def missed(sheet: Sheet, name: str, reason: str, count: int, row: int) -> None:
    """Note that values of a row column are read as missing; the numbers stay in the private store."""
    label = sheet.columns.header(name) or name
    said = counted(sheet.spec, times(count, "row"))
    sheet.note(
        f"{label}: read as missing where it {reason}{said}, first in row {row:,}; the rows are used all the same"
    )
    sheet.store.connection.execute(
        "INSERT INTO row_faults VALUES (?, ?, ?, ?, ?)", [sheet.index, name, reason, count, row]
    )
