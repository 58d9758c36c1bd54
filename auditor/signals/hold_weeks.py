"""People fetched together do not count one by one: weeks within jails, weeks of all jails, and months, as units.

A van may serve several jails, and come every other week. So a week of the whole place and four weeks of it are units
beside the weeks of each jail; whichever makes the comparison less sure decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Floats
from auditor.signals.stays import Stays, over
from auditor.stats.strata.block_jackknife import FEWEST_BLOCKS, block_jackknife
from auditor.stats.strata.jackknife import Jackknifed
from auditor.stats.strata.unit_jackknife import Left, Parts, leave_units

WEEK = 168.0
"""Hours of a week; weeks are counted back from the end of the source."""
MONTH = 4
"""Weeks that are taken together as the longest unit."""
FEWEST_MONTHS = 6
"""Units of four weeks below which they are none: Student's t on fewer would leave next to nothing to say."""


@dataclass(frozen=True)
class Weeks:
    """Stays by the week in which release fell due; arrays over weeks (B,), of jails, of places.

    Attributes
    ----------
    place, jail, week : int arrays
    k, n : (B, 2) arrays
        Stays beyond the limit and all, with a hold (0) and without one (1).
    """

    place: NDArray[np.int64]
    jail: NDArray[np.int64]
    week: NDArray[np.int64]
    k: Floats
    n: Floats

    def of(self, place: int) -> Jackknifed:
        """Leave out one week of a place at a time."""
        mine = self.place == place
        k, n = self.k[mine], self.n[mine]
        return block_jackknife(k[:, 0], n[:, 0], k[:, 1], n[:, 1], self.jail[mine])

    def together(self, places: int) -> Iterator[tuple[Left, int]]:
        """Leave out one week of all jails of each place at a time, then four weeks; with the fewest of them to take."""
        counts = np.column_stack([self.k[:, 0], (self.n - self.k)[:, 0], self.k[:, 1], (self.n - self.k)[:, 1]])
        once = np.ones(len(self.place))
        for length, fewest in ((1, FEWEST_BLOCKS), (MONTH, FEWEST_MONTHS)):
            yield leave_units(Parts(self.place, self.jail, self.week // length, counts, once), places), fewest

    def single(self, places: int) -> Bools:
        """Return (J,) where there is one week of one jail only."""
        return np.asarray(np.bincount(self.place, minlength=places) == 1, dtype=bool)


def weeks_of(stays: Stays, clock: str, limit: float, *, jails: bool) -> Weeks:
    """Count the stays that are compared by place, jail and week.

    Parameters
    ----------
    stays : Stays
    clock : str
        ``"regulation"`` or ``"plain"``.
    limit : float
        Hours.
    jails : bool
        Whether each jail is a stratum of its own; weeks are those of each jail anyhow.
    """
    known = stays.known
    week = np.floor(known.followed / WEEK).astype(np.int64)
    keys, at = np.unique(np.stack([known.place, known.jail, week]), axis=1, return_inverse=True)
    k, n = np.zeros((keys.shape[1], 2)), np.zeros((keys.shape[1], 2))
    where = (at.ravel(), known.side)
    np.add.at(n, where, known.n)
    np.add.at(k, where, np.where(over(known, clock, limit), known.n, 0.0))
    return Weeks(keys[0], keys[1] if jails else np.zeros_like(keys[1]), keys[2], k, n)


def wider(place: int, weeks: Weeks, plain: dict[str, float]) -> tuple[dict[str, float], float] | None:
    """Return limits and p-values no narrower than either the plain ones or the weeks' scatter, and the latter's error.

    Parameters
    ----------
    place : int
    weeks : Weeks
    plain : mapping of str to float
        ``low``, ``high``, ``p_greater`` and ``p_less`` with stays taken as independent.

    Returns
    -------
    (dict, float) or None
        None with one week, or where one of them carries the comparison.
    """
    found = weeks.of(place)
    if np.isnan(found.se[0]):
        return None
    values = {
        "low": min(plain["low"], float(found.low[0])),
        "high": max(plain["high"], float(found.high[0])),
        "p_greater": max(plain["p_greater"], float(found.p_greater[0])),
        "p_less": max(plain["p_less"], float(found.p_less[0])),
    }
    return values, float(found.se[0])
