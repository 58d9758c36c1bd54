"""What the days of person-events say of the records: years of which only the year is known, months cut in two."""

from __future__ import annotations

from auditor.records.private import is_person
from auditor.records.sheet import Sheet, times

DAY = "period_kind = 'day'"
_FEW_DAYS = 20
_EDGE = 3
"""A first day after the third of a month, or a last one more than three days before its end, cuts the month."""


def years_only(sheet: Sheet) -> None:
    """Take days that are 1 January throughout a year for what they are: nothing but the year is known of them.

    Of at least 20 dates of the year, or of the file, most are 1 January. Those rows are counted in their year, and in
    no month.
    """
    first = "month(start) = 1 AND day(start) = 1"
    rows = sheet.sql(
        f"WITH y AS (SELECT year(start) AS year, count(*) AS days, count(*) FILTER ({first}) AS k "  # noqa: S608
        f"FROM {sheet.typed} WHERE aside IS NULL AND {DAY} GROUP BY 1), f AS (SELECT sum(days) AS days, sum(k) AS k "
        f"FROM y) SELECT y.year, y.days, y.k FROM y, f WHERE 2 * y.k > y.days AND (y.days >= {_FEW_DAYS} "
        f"OR (f.days >= {_FEW_DAYS} AND 2 * f.k > f.days)) ORDER BY 1"
    )
    if not rows:
        return
    years = ", ".join(str(row[0]) for row in rows)
    days, new_year = (times(sum(row[i] for row in rows), "date") for i in (1, 2))
    shares = f"{new_year} of {days}" if not is_person(sheet) else "most dates"
    sheet.note(f"{years}: {shares} are 1 January: only their year is known, and they are counted in no month")
    sheet.run(
        f"UPDATE {sheet.typed} SET \"end\" = make_date(year(start), 12, 31), period_kind = 'year' "  # noqa: S608
        f"WHERE {DAY} AND {first} AND year(start) IN ({years})"
    )


def note_ends(sheet: Sheet) -> None:
    """Note a first and a last month that the records cover in part only; the days themselves are not printed."""
    first, last, months = sheet.sql(
        "SELECT min(start), max(start), count(DISTINCT date_trunc('month', start)) "  # noqa: S608
        f"FROM {sheet.typed} WHERE aside IS NULL AND {DAY}"
    )[0]
    if months < 3:
        return
    left = sheet.sql("SELECT date_diff('day', ?::DATE, last_day(?::DATE))", [last, last])[0][0]
    cut = [f"{day:%Y-%m}" for day, part in ((first, first.day > _EDGE), (last, left > _EDGE)) if part]
    if cut:
        sheet.note(f"the records begin or end within {' and '.join(cut)}: no whole month, which a series leaves out")
