"""A file of people with a detainer has no denominator: it is a list of detainers, whatever its rows are called."""

from __future__ import annotations

from dataclasses import replace

from auditor.records.crosswalk import map_codes
from auditor.records.sheet import Sheet

AS_DETAINERS = ("booking", "arrest", "custody")
"""Events whose rows may be detainers under another name."""

_FEWEST = 11


def settle_only_detained(sheet: Sheet) -> None:
    """Count the rows of a sheet as detainers where every one of them has one.

    Parameters
    ----------
    sheet : Sheet
        Of person-events, one row an event. Bookings and arrests are recast where at least eleven rows say that there
        is a detainer and none says that there is none, or nothing: no rate of bookings, and none per booking, can
        then be made of them by mistake.
    """
    event = sheet.columns.constants.get("event", "")
    if "detainer" not in sheet.columns or event not in AS_DETAINERS:
        return
    table = map_codes(sheet, "detainer")
    raw, counted = sheet.alike(sheet.text("detainer"))
    rows: dict[bool, int] = dict(
        sheet.sql(
            f"SELECT coalesce(m.value = 'yes', false), {counted} FROM {raw} r "  # noqa: S608
            f"LEFT JOIN {table} m ON m.raw = {sheet.text('detainer')} GROUP BY 1"
        )
    )
    if rows.get(True, 0) < _FEWEST or False in rows:
        return
    sheet.columns = replace(sheet.columns, constants={**sheet.columns.constants, "event": "detainer"})
    sheet.note(
        f"everybody in this file has a detainer: it is a list of detainers and no list of {event}s, so its rows are "
        f"counted as detainers, by the date of the {event}. It says what such {event}s are made up of and when they "
        f"were; it holds nobody without a detainer, so no rate (detainers per {event}, {event}s per resident) can be "
        "made of it"
    )
