"""Counts by month: place x month x one key, with what was observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.cells import Bools, Floats, Table


@dataclass(frozen=True)
class MonthCube:
    """Counts over place x month x one key.

    Attributes
    ----------
    values : (J, T, G) float array
        Sums; 0 where nothing was observed (look at ``observed``).
    observed : (J, T, G) bool array
        False where no row speaks of the cell.
    censored : (J, T, G) bool array
        True where a suppressed number is part of the cell.
    """

    values: Floats
    observed: Bools
    censored: Bools


def months_of(table: Table) -> tuple[str, ...]:
    """Return every calendar month from the first to the last that the rows name, as ``YYYY-MM``."""
    named = table.levels("month")
    if not named:
        return ()
    first, last = np.datetime64(named[0], "M"), np.datetime64(named[-1], "M")
    return tuple(str(month) for month in np.arange(first, last + 1))


def spread(table: Table, places: int, months: Sequence[str], key: str, wanted: Sequence[str]) -> MonthCube:
    """Sum the rows into an array of place x month x the wanted values of one key.

    A month of which no row speaks is absent, never zero. Only in a source of single person-events is silence between
    the place's first and last row a true zero.

    Parameters
    ----------
    table : Table
        With the column ``month``; rows that lie within no single month are not counted.
    places : int
        Number of places J.
    months : sequence of str
        As :func:`months_of` gives them.
    key : str
        Column to spread.
    wanted : sequence of str
        Its values, one for each layer of the result.
    """
    shape = (places, len(months), len(wanted))
    values, observed, censored = np.zeros(shape), np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    if not len(table.n):
        return MonthCube(values, observed, censored)
    at_month, at_key = table.position("month", months), table.position(key, wanted)
    dated = at_month >= 0
    hit = dated & (at_key >= 0)
    cell = (table.index[hit], at_month[hit], at_key[hit])
    np.add.at(values, cell, table.n[hit])
    observed[cell] = True
    blind = hit & table.censored
    censored[table.index[blind], at_month[blind], at_key[blind]] = True
    events = dated & table.complete
    first, last = np.full(places, len(months)), np.full(places, -1)
    np.minimum.at(first, table.index[events], at_month[events])
    np.maximum.at(last, table.index[events], at_month[events])
    at = np.arange(len(months))
    watched = (at >= first[:, None]) & (at <= last[:, None])
    return MonthCube(values, observed | watched[:, :, None], censored)
