"""Places of birth as jails write them (states, hints to the clerk, official names) to countries."""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache

from auditor import resources
from auditor.domain.places import gazetteer
from auditor.records.words import normal

_UNITED_STATES = ("United States", False)
_HINT = re.compile(r"\([^()]*\)?")


@cache
def _table() -> dict[str, tuple[str, bool]]:
    with (resources.folder("data") / "birthplaces.csv").open(encoding="utf-8", newline="") as handle:
        return {normal(row["written"]): (row["country"], row["hispanic"] == "yes") for row in csv.DictReader(handle)}


def country_of(text: str) -> str | None:
    """Return the country that a place of birth lies in, or None where it is not known for certain.

    Parameters
    ----------
    text : str
        ``Michoacan, Mexico (boat RES for MI)``, ``MEXICOSTATE``, ``Colombia, Republic of``, ``Texas``. What stands in
        brackets is a hint to the clerk. ``Georgia`` is a state and a country, and stays open.
    """
    found = _found(text)
    return found[0] if found else None


def hispanic_country(text: str) -> bool:
    """Tell whether a place of birth lies in a Spanish-speaking country of Latin America."""
    found = _found(text)
    return bool(found and found[1])


@lru_cache(maxsize=1 << 14)
def _found(text: str) -> tuple[str, bool] | None:
    # What stands last is the country, but in "Colombia, Republic of"; Durango, CO lies in Colorado.
    bare = _HINT.sub(" ", text)
    parts = [part for part in (normal(piece) for piece in bare.split(",")) if part]
    if len(parts) > 1 and parts[-1] not in _table() and gazetteer().state(parts[-1]) is not None:
        return _UNITED_STATES
    for part in (normal(bare), *reversed(parts)):
        if part in _table():
            return _table()[part]
    if len(parts) == 1 and parts[0] != "georgia" and len(parts[0]) > 2 and gazetteer().state(parts[0]) is not None:
        return _UNITED_STATES
    return None
