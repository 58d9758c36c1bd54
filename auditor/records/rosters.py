"""Lists of who was held on a day: a stock, in which long stays stand out, and no flow of bookings."""

from __future__ import annotations

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

_FEWEST = 11


def refuse_roster(sheet: Sheet) -> None:
    """Refuse rosters that are given as bookings: whoever stays long stands on more of them, and rates would be wrong.

    Parameters
    ----------
    sheet : Sheet
        Person-events, with their columns mapped. Where nobody was released the rows may be such a list without saying
        so, which is noted.
    """
    mapped = set(sheet.columns.positions.values())
    days = [name for i, name in enumerate(sheet.raw.columns) if key(name) in DAYS and i not in mapped]
    if days and "booking" in _events(sheet):
        sheet.refuse(
            f"column {days[0]!r} says that the rows are people held on a day (a roster), given here as bookings",
            "a roster is a stock: long stays stand on more of them, so that its rows are no flow and give no rates",
            "get the bookings between two days; of repeated rosters make one row for each booking, without this column",
        )
    elif _nobody_released(sheet):
        header = sheet.columns.header("release_date")
        sheet.note(
            f"column {header!r} is blank in every row: so looks a list of people held on one day (a roster). It is a "
            "stock, in which long stays stand out, and no flow: if it is one, its rows give no rates of bookings; get "
            "the bookings between two days"
        )


def _nobody_released(sheet: Sheet) -> bool:
    """Tell whether bookings have a column of releases in which nothing stands; a few may all be of yesterday."""
    if "release_date" not in sheet.columns.positions or sheet.raw.coded is not None or "booking" not in _events(sheet):
        return False
    released, table = given(sheet.text("release_date")), quote(sheet.raw.table)
    return sheet.ledger.used >= _FEWEST and not sheet.sql(f"SELECT 1 FROM {table} r WHERE {released} LIMIT 1")  # noqa: S608


def _events(sheet: Sheet) -> set[str | None]:
    texts = [sheet.columns.constants.get("event", "")]
    if "event" in sheet.columns.positions:
        texts = [text for text, _, _ in sheet.distinct(sheet.text("event"), "event")]
    decided = sheet.spec.values.get("event", {})
    return {decided.get(text) or VOCABULARIES["event"].lookup(text) for text in texts}
