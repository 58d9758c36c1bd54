"""The columns of single rows: how each is read, and which may point to a person."""

from __future__ import annotations

from typing import Final, Literal

Reading = Literal["free", "day", "minute", "flag", "counted flag", "code", "text", "moment", "age", "degree", "private"]

MOMENTS: Final = (
    "disposition_date", "conviction_date", "detainer_date", "release_eligible_date", "release_date", "transfer_date",
)  # fmt: skip
"""Days, with the time of day where the file gives one; ``<name>_timed`` says whether it does.

Where the day is missing, ``<name>_timed`` is false if something was written that cannot be read, else NULL.
"""

PERSONAL: Final = frozenset({"officer", "person", "surname", "latitude", "longitude"})
"""What may point to a person: it stays in the private store, and only keys derived from it leave it."""

READINGS: Final[dict[str, Reading]] = {
    **dict.fromkeys(("place", "agency", "event", "group", "group_source", "offence", "level", "n"), "free"),
    **dict.fromkeys(("start", "end"), "free"),
    "day": "day",
    "minute": "minute",
    **dict.fromkeys(("searched", "contraband"), "counted flag"),
    **dict.fromkeys(("cited", "booked", "detainer", "prior_conviction"), "flag"),
    **dict.fromkeys(("sex", "disposition"), "code"),
    **dict.fromkeys(("operation", "detainer_type", "lift_reason", "facility", "program"), "text"),
    **dict.fromkeys(("citizenship", "birth_country"), "text"),
    **dict.fromkeys(MOMENTS, "moment"),
    "age": "age",
    **dict.fromkeys(("latitude", "longitude"), "degree"),
    **dict.fromkeys(("officer", "person", "surname"), "private"),
}
"""Every column that may be asked for. The ``free`` ones stand in the counts as well: they alone need no rows."""

_TYPES: Final[dict[Reading, str]] = {
    "flag": "BOOLEAN",
    "counted flag": "BOOLEAN",
    "minute": "SMALLINT",
    "age": "SMALLINT",
    "degree": "DOUBLE",
    "day": "DATE",
    "moment": "TIMESTAMP",
}
_OWN: Final = {"start": "DATE", "end": "DATE", "n": "BIGINT"}


def table_columns() -> str:
    """Return the columns of the table ``events`` as SQL."""
    parts = ["source INTEGER", "row BIGINT", "counted BIGINT"]
    for name, reading in READINGS.items():
        parts.append(f'"{name}" {_OWN.get(name) or _TYPES.get(reading, "VARCHAR")}')
        if reading == "moment":
            parts.append(f'"{name}_timed" BOOLEAN')
    return ", ".join(parts)


def source_column(name: str) -> str:
    """Return the column of the format that a column of ``events`` is read from."""
    return {"day": "date", "minute": "time"}.get(name, name)
