"""Searches and what they found, by place, group and stratum, from single rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats, RowTable

EVENTS = ("stop", "citation", "arrest", "booking")
"""Events at which somebody is searched, in the order in which they are preferred when equally many are."""
_SOURCES = ("recorded", "perceived", "mixed", "surname")


@dataclass(frozen=True)
class Searches:
    """Searches of some groups; arrays over place, group (and stratum).

    Attributes
    ----------
    hits, searches : (J, G, S) arrays
        Searches that found contraband, and all of which it is recorded; 0 in strata that are not there.
    unrecorded : (J, G) array
        Searches of which it is not recorded.
    censored : (J,) bool array
        Where a suppressed number is part of them.
    """

    hits: Floats
    searches: Floats
    unrecorded: Floats
    censored: Bools


def event_of(cells: Cells, wanted: str) -> str:
    """Return the event whose searches are compared: the one with most of them, unless one is asked for."""
    if wanted != "auto" or cells.rows is None:
        return wanted if wanted != "auto" else EVENTS[0]
    rows = cells.rows.where(searched=1)
    known = rows.take(~np.isin(rows.columns["group"].astype(str), ("", "unknown")))
    total = {event: float(known.where(event=event).n.sum()) for event in EVENTS}
    return max(EVENTS, key=lambda event: (total[event], -EVENTS.index(event)))


def rows_of(cells: Cells, event: str) -> RowTable:
    """Return the rows of an event from one source of ethnicity: recorded and estimated groups are never added."""
    if cells.rows is None:
        raise ValueError("the cells hold no single rows: the signal's view must ask for them")
    rows = cells.rows.where(event=event)
    source = rows.columns["group_source"].astype(str)
    reach = {name: len(np.unique(rows.index[np.isin(source, (name, ""))])) for name in _SOURCES if name in source}
    if not reach:
        return rows.take(source != "nationality")
    best = max(reach, key=lambda name: (reach[name], -_SOURCES.index(name)))
    return rows.take(np.isin(source, (best, "")))


def tabulate(rows: RowTable, places: int, groups: Sequence[str], by: Sequence[str] = ()) -> Searches:
    """Count searches by place, group and stratum.

    Parameters
    ----------
    rows : RowTable
        Of one event, with the keys ``group``, ``searched``, ``contraband`` and those of ``by``.
    places : int
        Number of places J.
    groups : sequence of str
    by : sequence of str
        Keys that tell the strata of a place apart; a blank is a stratum of its own. Empty for one stratum.
    """
    position = {name: i for i, name in enumerate(groups)}
    group = np.array([position.get(str(name), -1) for name in rows.columns["group"]], dtype=np.int64)
    made = (rows.columns["searched"] == 1) & (group >= 0)
    told = made & (rows.columns["contraband"] >= 0)
    at, width = _strata(rows, told, by)
    shape = (places, len(groups), width)
    hits, searches = np.zeros(shape), np.zeros(shape)
    found = told & (rows.columns["contraband"] == 1)
    np.add.at(searches, (rows.index[told], group[told], at[told]), rows.n[told])
    np.add.at(hits, (rows.index[found], group[found], at[found]), rows.n[found])
    unrecorded = np.zeros(shape[:2])
    blind = made & ~told
    np.add.at(unrecorded, (rows.index[blind], group[blind]), rows.n[blind])
    censored = np.zeros(places, dtype=bool)
    censored[rows.index[made & rows.censored]] = True
    return Searches(hits, searches, unrecorded, censored)


def _strata(rows: RowTable, told: Bools, by: Sequence[str]) -> tuple[NDArray[np.int64], int]:
    """Number the strata of each place from 0; the second number is the largest number of strata of a place."""
    at = np.zeros(len(rows.n), dtype=np.int64)
    if not by or not told.any():
        return at, 1
    names = [" / ".join(parts) for parts in zip(*(rows.columns[key].astype(str)[told] for key in by), strict=True)]
    label = np.unique(np.array(names), return_inverse=True)[1]
    pairs, inverse = np.unique(np.stack([rows.index[told], label]), axis=1, return_inverse=True)
    _, first = np.unique(pairs[0], return_index=True)
    number = np.arange(pairs.shape[1]) - np.repeat(first, np.diff([*first, pairs.shape[1]]))
    at[told] = number[inverse.ravel()]
    return at, int(number.max()) + 1
