"""Lists of who was held on a day: a stock, in which long stays stand out, and no flow of bookings."""

from __future__ import annotations

from auditor.records.columns import key
from auditor.records.sheet import Sheet
from auditor.records.words import VOCABULARIES

DAYS = frozenset(
    key(name)
    for name in (
        "roster_date", "roster_day", "snapshot_date", "snapshot_day", "census_date", "list_date", "as_of_date",
        "in_custody_on", "in_custody_as_of",
    )
)  # fmt: skip
"""Names of columns that say on which day a list was taken, in comparable form."""


def refuse_roster(sheet: Sheet) -> None:
    """Refuse rosters that are given as bookings: whoever stays long stands on more of them, and rates would be wrong.

    Parameters
    ----------
    sheet : Sheet
        Person-events, with their columns mapped.
    """
    mapped = set(sheet.columns.positions.values())
    days = [name for i, name in enumerate(sheet.raw.columns) if key(name) in DAYS and i not in mapped]
    if days and "booking" in _events(sheet):
        sheet.refuse(
            f"column {days[0]!r} says that the rows are people held on a day (a roster), given here as bookings",
            "a roster is a stock: long stays stand on more of them, so that its rows are no flow and give no rates",
            "get the bookings between two days; of repeated rosters make one row for each booking, without this column",
        )


def _events(sheet: Sheet) -> set[str | None]:
    texts = [sheet.columns.constants.get("event", "")]
    if "event" in sheet.columns.positions:
        texts = [text for text, _, _ in sheet.distinct(sheet.text("event"), "event")]
    decided = sheet.spec.values.get("event", {})
    return {decided.get(text) or VOCABULARIES["event"].lookup(text) for text in texts}
