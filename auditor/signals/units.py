"""The cases of a comparison by what they come in: encounters, officers."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.cells import Bools
from auditor.stats.strata.unit_jackknife import Parts

UNITS = ("encounter", "officer_code")
"""Keys of rows: who was met together (-1 unknown, 0 alone, else a number), and by which officer (-1 unknown)."""


@dataclass(frozen=True)
class Units:
    """The cases of one comparison by what they come in.

    Attributes
    ----------
    parts : Parts
        Of the units; cases whose unit is not told are units of one.
    told : (J,) bool array
        Where nearly every case names its unit.
    fewest : int
        Units below which nothing is allowed for.
    """

    parts: Parts
    told: Bools
    fewest: int


@dataclass(frozen=True)
class Together:
    """Encounters and officers of one comparison."""

    encounters: Units
    officers: Units
