"""Searches and what they found, by place, group and stratum, from single rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.cells import Bools, Cells, Floats, RowTable
from auditor.signals.cases import count_cases, richest, rows_of

__all__ = ["EVENTS", "Searches", "event_of", "rows_of", "tabulate"]

EVENTS = ("stop", "citation", "arrest", "booking")
"""Events at which somebody is searched, in the order in which they are preferred when equally many are."""


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
    return richest(cells, EVENTS, cells.rows.columns["searched"] == 1)


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
    made = rows.columns["searched"] == 1
    told = made & (rows.columns["contraband"] >= 0)
    found = told & (rows.columns["contraband"] == 1)
    counted = count_cases(rows, places, groups, told=told, hit=found, silent=made & ~told, by=by)
    return Searches(counted.k, counted.n, counted.unrecorded, counted.censored)
