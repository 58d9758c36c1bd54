"""Where a county lies and which clock it lives by, for signals that ask what the sun did there."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from auditor import resources


@dataclass(frozen=True, slots=True)
class Location:
    """The middle of a place.

    Attributes
    ----------
    latitude, longitude : float
        Degrees, north and east positive.
    zone : str
        Name of the time-zone database, such as "America/Chicago".
    """

    latitude: float
    longitude: float
    zone: str


def locate(*codes: str) -> Location | None:
    """Return the location of the first of some codes that has one.

    Parameters
    ----------
    *codes : str
        For example a place and its parent. Only counties have a location: a state is too wide for one sunset.

    Returns
    -------
    Location or None
    """
    known = _table()
    return next((known[code] for code in codes if code in known), None)


@cache
def _table() -> dict[str, Location]:
    with (resources.folder("data") / "locations.csv").open(encoding="utf-8", newline="") as handle:
        return {
            row["fips"]: Location(float(row["latitude"]), float(row["longitude"]), row["zone"])
            for row in csv.DictReader(handle)
        }
