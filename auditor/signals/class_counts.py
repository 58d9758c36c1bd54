"""Events by group and offence class, with what is absent, suppressed or unrecorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.cells import Bools, Cells, Floats, Texts
from auditor.signals.cases import MOST_UNCLASSED, UNCLASSED
from auditor.signals.groups import sourced

EVENTS = ("arrest", "booking", "citation", "stop")


@dataclass(frozen=True)
class ClassCounts:
    """One event in every place, by group and offence class.

    Attributes
    ----------
    groups, classes : tuple of str
        The focal groups, the reference group, then the others that were met.
    values : (J, G, O) array
    observed, censored : (J, G, O) bool array
    unknown : (J, O) array
        Events of the class whose group is not recorded; NaN where that number is suppressed in the source.
    others : (J, O) array
        Events of the class of all other groups than the focal ones and the reference, with those not recorded.
    others_apart : (J,) array
        Events of those other groups that are of no class counted here: other classes, and classes not recorded.
    neutral : (J,) array
        Events of all groups that are of another class, and recorded.
    unrecorded : (J,) array
        All events whose group is not recorded, whatever the class.
    everyone : (J, G) array
        Events of the group whatever the class, with classes not recorded.
    unclassed : (J, G) bool array
        Where too many of the group's events have no class for the mix of the others to say much.
    surname : bool
        Whether groups are estimated from surnames.
    first, last : (J,) object arrays
        Days of the rows that were counted.
    """

    groups: tuple[str, ...]
    classes: tuple[str, ...]
    values: Floats
    observed: Bools
    censored: Bools
    unknown: Floats
    others: Floats
    others_apart: Floats
    neutral: Floats
    unrecorded: Floats
    everyone: Floats
    unclassed: Bools
    surname: bool
    first: Texts
    last: Texts

    def of(self, group: str) -> tuple[Floats, Bools]:
        """Return the counts of a group and where they are known, (J, O) each."""
        g = self.groups.index(group)
        return self.values[:, g], self.observed[:, g] & ~self.censored[:, g]


def event_with_classes(cells: Cells, wanted: str) -> str:
    """Return the event that is counted: the one asked for, else the first that has groups and classes; or ""."""
    rows = cells.counts
    known = rows.take(~rows.isin("group", "", "unknown") & rows.isin("offence", *cells.classes))
    present = known.levels("event")
    choices = EVENTS if wanted == "auto" else (wanted,)
    return next((event for event in choices if event in present), "")


def count_classes(cells: Cells, event: str, classes: Sequence[str]) -> ClassCounts:
    """Count an event by group and class.

    Parameters
    ----------
    cells : Cells
        With the keys ``event``, ``group``, ``group_source`` and ``offence``.
    event : str
    classes : sequence of str
        Offence classes in order.
    """
    rows = sourced(cells, event)
    asked = (*cells.focal_groups, cells.reference_group)
    met = [group for group in rows.levels("group") if group not in ("unknown", "other", *asked)]
    groups = (*asked, *met)
    shape = (cells.size, len(groups), len(classes))
    values, observed, censored = np.zeros(shape), np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    everyone, without = np.zeros(shape[:2]), np.zeros(shape[:2])
    for g, group in enumerate(groups):
        own = rows.where(group=group)
        cube = own.cube(cells.size, "offence", classes)
        values[:, g], observed[:, g], censored[:, g] = cube.values, cube.observed, cube.censored
        everyone[:, g] = own.total(cells.size)
        without[:, g] = own.take(own.isin("offence", *UNCLASSED)).total(cells.size)
    # A place whose rows are single person-events was watched for every group, not only for those met.
    watched = np.zeros(cells.size, dtype=bool)
    watched[rows.index[rows.complete]] = True
    observed[watched] = True
    nameless = rows.where(group="unknown")
    blind = nameless.cube(cells.size, "offence", classes)
    # What a reader is left with who takes the groups that are compared from all events of a class.
    rest = rows.take(~rows.isin("group", *asked))
    others = rest.cube(cells.size, "offence", classes).values
    told = rows.take(~rows.isin("offence", *UNCLASSED))
    sources = set(rows.levels("group_source")) if "group_source" in rows.columns else set()
    first, last = rows.take(rows.isin("offence", *classes)).window(cells.size)
    unknown = np.where(blind.censored, np.nan, blind.values)
    return ClassCounts(
        groups,
        tuple(classes),
        values,
        observed,
        censored,
        unknown,
        others,
        rest.total(cells.size) - others.sum(axis=1),
        told.total(cells.size) - told.cube(cells.size, "offence", classes).values.sum(axis=1),
        nameless.total(cells.size),
        everyone,
        without > MOST_UNCLASSED * everyone,
        "surname" in sources,
        first,
        last,
    )
