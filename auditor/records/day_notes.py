"""What the days of person-events say of the records: which months they cover in part only."""

from __future__ import annotations

from auditor.records import placing
from auditor.records.periods import period_text
from auditor.records.sheet import Row, Sheet, quote

DAY = "period_kind = 'day'"
_EDGE = 3
"""A first day after the third of a month, or a last one more than three days before its end, cuts the month."""


def day_rows(sheet: Sheet) -> str:
    """Return the relation of the used rows that bear a day: ``_row``, ``place``, ``agency``, ``start``."""
    if not sheet.together:
        return f"(SELECT _row, place, agency, start FROM {sheet.typed} WHERE aside IS NULL AND {DAY})"  # noqa: S608
    place, name, state = placing.keys(sheet)
    periods = quote(f"map_{sheet.index}_periods")
    joins = [
        f"JOIN {periods} pp ON pp.raw = {period_text(sheet, 'date')} AND pp.day IS NOT NULL",
        f"JOIN {placing.narrow(sheet)} mp ON mp.place = {place} AND mp.name = {name} AND mp.state = {state}",
    ]
    agency = "NULL::VARCHAR"
    if "agency" in sheet.columns:
        joins.append(f"LEFT JOIN {quote(f'map_{sheet.index}_agency')} ma ON ma.raw = {sheet.text('agency')}")
        agency = "ma.value"
    joins.append(f"ANTI JOIN (SELECT _row FROM {sheet.typed} WHERE aside IS NOT NULL) a ON a._row = r._row")  # noqa: S608
    return (
        f"(SELECT r._row AS _row, mp.id AS place, {agency} AS agency, pp.day AS start "  # noqa: S608
        f"FROM {quote(sheet.raw.table)} r {' '.join(joins)})"
    )


def extent(sheet: Sheet) -> Row:
    """Return the first and the last day of the used rows, and how many months hold one."""
    source, day = day_rows(sheet), "start"
    if sheet.together and not sheet.sql(f"SELECT 1 FROM {sheet.typed} WHERE aside IS NOT NULL LIMIT 1"):  # noqa: S608
        source, day = quote(f"map_{sheet.index}_periods"), "day"
    return sheet.sql(
        f"SELECT min({day}), max({day}), count(DISTINCT date_trunc('month', {day})) FROM {source}"  # noqa: S608
    )[0]


def note_ends(sheet: Sheet) -> None:
    """Note a first and a last month that the records cover in part only; the days themselves are not printed."""
    first, last, months = extent(sheet)
    if months < 3:
        return
    left = sheet.sql("SELECT date_diff('day', ?::DATE, last_day(?::DATE))", [last, last])[0][0]
    cut = [f"{day:%Y-%m}" for day, part in ((first, first.day > _EDGE), (last, left > _EDGE)) if part]
    if cut:
        sheet.note(f"the records begin or end within {' and '.join(cut)}: no whole month, which a series leaves out")
