"""Events by ethnic group, from one source of ethnicity and with what is not recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.cells import Bools, Cells, Cube, Floats, Table, Texts

_GROUP_SOURCES = ("recorded", "perceived", "mixed", "surname")


def sourced(cells: Cells, event: str) -> Table:
    """Return the rows of an event from one source of ethnicity: recorded and estimated groups are never added.

    Rows by nationality are no statement about ethnicity and are left out.
    """
    rows = cells.counts.where(event=event)
    if "group_source" not in rows.columns:
        return rows
    told = rows.levels("group_source")
    reach = {
        name: len(np.unique(rows.index[rows.isin("group_source", name, "")])) for name in _GROUP_SOURCES if name in told
    }
    if not reach:
        return rows.take(~rows.isin("group_source", "nationality"))
    best = max(reach, key=lambda name: (reach[name], -_GROUP_SOURCES.index(name)))
    return rows.take(rows.isin("group_source", best, ""))


@dataclass(frozen=True)
class CountedGroups:
    """The event in every place.

    Attributes
    ----------
    cube : Cube
        Focal groups, then the reference.
    unknown : (J,) array
        Events of unrecorded group; NaN where that number is suppressed in the source.
    everyone : (J,) array
    apart : (J,) bool array
        Where the groups cover different days.
    surname : bool
        Whether groups are estimated from surnames.
    first, last : (J,) object arrays
    """

    cube: Cube
    unknown: Floats
    everyone: Floats
    apart: Bools
    surname: bool
    first: Texts
    last: Texts


def count_groups(cells: Cells, event: str, groups: Sequence[str]) -> CountedGroups:
    """Count an event by group (the reference last), with what is unrecorded and the days that were covered."""
    rows = sourced(cells, event)
    grouped = rows.take(~rows.isin("group", ""))
    blind = rows.where(group="unknown").cube(cells.size, "group", ("unknown",))
    unknown = np.where(blind.censored[:, 0], np.nan, blind.values[:, 0])
    windows = [rows.where(group=group).window(cells.size) for group in groups]
    apart = np.zeros(cells.size, dtype=bool)
    for first, last in windows[:-1]:
        both = (first != "") & (windows[-1][0] != "")
        apart |= both & ((first != windows[-1][0]) | (last != windows[-1][1]))
    sources = set(rows.levels("group_source")) if "group_source" in rows.columns else set()
    first, last = grouped.window(cells.size)
    cube = rows.cube(cells.size, "group", groups)
    return CountedGroups(cube, unknown, grouped.total(cells.size), apart, "surname" in sources, first, last)
