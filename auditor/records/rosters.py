"""Lists of who was held on a day: a stock, in which long stays stand out, and no flow of bookings."""

from __future__ import annotations

import re

from auditor.records.absent import given
from auditor.records.columns import key
from auditor.records.sheet import Sheet, quote
from auditor.records.words import VOCABULARIES

DAYS = frozenset(
    key(name)
    for name in (
        "roster_date", "roster_day", "snapshot_date", "snapshot_day", "census_date", "list_date", "as_of_date",
        "in_custody_on", "in_custody_as_of",
    )
)  # fmt: skip
"""Names of columns that say on which day a list was taken, in comparable form."""

_HELD = frozenset(
    key(name)
    for name in (
        "days_in_custody", "days_in_jail", "days_held", "days_incarcerated", "days_in_facility", "current_los",
    )
)  # fmt: skip
"""Names of columns that count how long people have been there so far, in comparable form."""

_FEWEST = 11
_TITLE = re.compile(
    r"roster|current[ _-]*inmates|inmate[ _-]*(list|population)|jail[ _-]*population|in[ _-]*custody", re.IGNORECASE
)
_LATE, _MOST_LATE, _FEWEST_THINNING = 0.2, 0.45, 50
_OUTLYING = 0.02
_WHY = "a roster is a stock: long stays stand on more of them, so that its rows are no flow and give no rates"
_REMEDY = (
    "get the bookings between two days; of repeated rosters make one row for each booking, without the column of the "
    "day, and say roster = false"
)


def refuse_roster(sheet: Sheet) -> None:
    """Refuse rosters that are given as bookings: whoever stays long stands on more of them, and rates would be wrong.

    Where rows only look like a roster, a person is asked (``roster`` of the source): the bookings of the last week may
    look so as well.

    Parameters
    ----------
    sheet : Sheet
        Person-events, with their columns mapped.
    """
    if "booking" not in _events(sheet):
        return
    found, column = _looks(sheet)
    if not found:
        return
    if sheet.spec.roster is False:
        sheet.note(f"{found}; they are bookings all the same (configuration)")
    elif sheet.spec.roster or key(column) in DAYS:
        sheet.refuse(f"{found}: a roster, given here as bookings", _WHY, _REMEDY, column=column)
    else:
        sheet.ask(
            f"{found}: is this a roster, given as bookings?",
            _WHY,
            "say roster = false if each row is a booking between two days, roster = true if it is such a list",
            column=column,
            line="roster = false  # or true",
        )


def _looks(sheet: Sheet) -> tuple[str, str]:
    """Return why rows look like the people held on a day, and the header that says so; empty where they do not."""
    if sheet.raw.weighed and sheet.spec.roster is None:
        return "which days people left, or were held on, stays in the warehouse", ""
    names = [name for i, name in enumerate(sheet.raw.columns) if i not in {*sheet.columns.positions.values()}]
    released = "release_date" in sheet.columns
    for known in (DAYS, *([] if released else [_HELD])):
        if told := [name for name in names if key(name) in known]:
            return f"column {told[0]!r} says that the rows are people held on a day", told[0]
    if _nobody_released(sheet):
        header = sheet.columns.header("release_date")
        return f"column {header!r} is blank in every row, as if nobody had been released", header
    titles = (sheet.raw.file, sheet.raw.sheet)
    if not released and (title := next(filter(_TITLE.search, titles), "")):
        return f"{title!r} is a name of lists of the people held on a day", ""
    return ("", "") if sheet.spec.roster is not True else ("the configuration says that the rows are people held", "")


def note_thinning(sheet: Sheet) -> None:
    """Note bookings without a day of release that crowd at the end of the file: so the people held on a day would look.

    Of a flow that is even about a fifth lies in the last fifth of the days, of one that grew from nothing about 36 %.
    """
    if "release_date" in sheet.columns or sheet.spec.roster is False:
        return
    days = sheet.sql(
        f"SELECT start, sum(file_rows) FROM {sheet.typed} WHERE aside IS NULL AND event = 'booking' "  # noqa: S608
        "AND start IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    total, before = sum(rows for _, rows in days), 0
    if total < _FEWEST_THINNING:
        return
    # A few old stragglers must not stretch the days that the file spans.
    first = next(day for day, rows in days if (before := before + rows) > _OUTLYING * total)
    last = days[-1][0]
    late = sum(rows for day, rows in days if (last - day).days < _LATE * (last - first).days)
    if late > _MOST_LATE * total:
        sheet.note(
            "bookings crowd at the end of the days that the file spans, and it tells no release: so looks a list of "
            "the people held on one day (a roster), in which long stays stand out. If it is one, they give no rates: "
            "say roster = true and get the bookings between two days (roster = false: they are bookings)"
        )


def _nobody_released(sheet: Sheet) -> bool:
    """Tell whether bookings have a column of releases in which nothing stands; a few may all be of yesterday."""
    if "release_date" not in sheet.columns.positions or sheet.raw.coded is not None:
        return False
    released, table = given(sheet.text("release_date")), quote(sheet.raw.table)
    return sheet.ledger.used >= _FEWEST and not sheet.sql(f"SELECT 1 FROM {table} r WHERE {released} LIMIT 1")  # noqa: S608


def _events(sheet: Sheet) -> set[str | None]:
    texts = [sheet.columns.constants.get("event", "")]
    if "event" in sheet.columns.positions:
        texts = [text for text, _, _ in sheet.distinct(sheet.text("event"), "event")]
    decided = sheet.spec.values.get("event", {})
    return {decided.get(text) or VOCABULARIES["event"].lookup(text) for text in texts}
