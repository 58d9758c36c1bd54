"""Where ethnicity is not recorded: the rule, and what it takes away from the signals.

A group that makes up less than a third of its share of the population among the records of an event is as a rule not
recorded there (Hispanic people as White, or not at all). No comparison of recorded groups is then made of that event in
that place; where it is so in every place, the signals that need groups cannot speak at all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, CellSpec, Floats, Inventory
from auditor.engine.engine import Engine
from auditor.findings.listed import Listed
from auditor.signals.groups import sourced
from auditor.signals.naming.unusable import population_share, rarely_recorded
from auditor.signals.signal import Lack, Panel, Signal, blank

LACK: Final = Lack("benchmark.ethnicity-unusable", "benchmark.need-ethnicity")
RECORDING: Final = "recording"
"""The family of the signals that ask how records are kept: they go on where the others stop."""


@dataclass(frozen=True)
class Unrecorded:
    """Where a focal group is as a rule not recorded.

    Attributes
    ----------
    masks : mapping of (event, group) to (J,) bool array
        Places; pairs that hold nowhere are left out.
    everywhere : frozenset of str
        Events of which it holds, for some focal group, in every place that counts them.
    found : tuple of tuple
        For each place, event and group of ``masks``: position of the place, event, group, share among the records and
        share of the population.
    """

    masks: Mapping[tuple[str, str], Bools]
    everywhere: frozenset[str]
    found: tuple[tuple[int, str, str, float, float], ...]


def unrecorded(engine: Engine) -> Unrecorded:
    """Look at every event of every place, without any test."""
    cells = engine.cells(CellSpec(keys=("event", "group", "group_source"), population=True))
    masks: dict[tuple[str, str], Bools] = {}
    everywhere: set[str] = set()
    found: list[tuple[int, str, str, float, float]] = []
    for event in sorted(cells.counts.levels("event")):
        rows = sourced(cells, event)
        if "surname" in rows.levels("group_source"):
            continue  # estimates, not records
        told = rows.take(~rows.isin("group", "", "unknown"))
        total, hidden = told.total(cells.size), _any(cells, told.index[told.censored])
        for group in cells.focal_groups:
            recorded = told.where(group=group).total(cells.size)
            mask = rarely_recorded(cells, group, recorded, total) & ~hidden
            if not mask.any():
                continue
            masks[event, group] = mask
            found += _found(cells, event, group, mask, recorded, total)
            if bool((mask | (total == 0)).all()):
                everywhere.add(event)
    return Unrecorded(masks, frozenset(everywhere), tuple(found))


def _any(cells: Cells, index: NDArray[np.int64]) -> Bools:
    return np.bincount(index, minlength=cells.size) > 0


def _found(
    cells: Cells,
    event: str,
    group: str,
    mask: Bools,
    recorded: Floats,
    total: Floats,
) -> list[tuple[int, str, str, float, float]]:
    share = population_share(cells, group)
    return [(int(j), event, group, float(recorded[j] / total[j]), float(share[j])) for j in np.flatnonzero(mask)]


def without_groups(inventory: Inventory, events: frozenset[str]) -> Inventory:
    """Return an inventory in which these events have no ethnic group."""
    return dataclasses.replace(
        inventory,
        events_with_group=inventory.events_with_group - events,
        events_with_offence=inventory.events_with_offence - events,
        row_columns={
            event: columns - {"group"} if event in events else columns
            for event, columns in inventory.row_columns.items()
        },
    )


def lack_of(signal: Signal, inventory: Inventory, options: object, about: Unrecorded | None) -> Lack | None:
    """Say why a signal cannot speak of these data; that ethnicity is not recorded where that is why."""
    lack = signal.lacks(inventory, options)
    if lack is not None or about is None or not about.everywhere or signal.card.family == RECORDING:
        return lack
    bare = signal.lacks(without_groups(inventory, about.everywhere), options)
    return None if bare is None else LACK


def withhold(panel: Panel, signal: Signal, about: Unrecorded) -> Panel:
    """Return a panel of which no comparison of groups is left where the group is as a rule not recorded."""
    if signal.card.family == RECORDING or not about.masks:
        return panel
    gone = np.zeros(panel.code.shape, dtype=bool)
    for c, contrast in enumerate(panel.contrasts):
        mask = about.masks.get((contrast.event, contrast.group or ""))
        if mask is not None:
            gone[:, c] = mask & (panel.code[:, c] == 0)
    if not gone.any():
        return panel
    numbers: dict[str, Any] = {name: np.where(gone, np.nan, getattr(panel, name)) for name in blank(0, 0)}
    return replace(
        panel,
        **numbers,
        code=np.where(gone, len(panel.lacks) + 1, panel.code),
        testable=panel.testable & ~gone,
        lacks=(*panel.lacks, LACK),
        listed=_unlisted(panel.listed, gone),
    )


def _unlisted(listed: Sequence[Listed], gone: Bools) -> tuple[Listed, ...]:
    return tuple(Listed(own.columns, ()) if gone[j].any() else own for j, own in enumerate(listed))
