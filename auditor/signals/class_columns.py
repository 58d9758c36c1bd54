"""The contrasts that signals over offence classes make: which classes stand on which side, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Cells
from auditor.signals.class_contrast import ClassColumn, lacks_everywhere
from auditor.signals.class_counts import EVENTS, ClassCounts, count_classes, event_with_classes
from auditor.signals.signal import Contrast, Inventory, Lack


def lacks_classes(inventory: Inventory, event: str) -> Lack | None:
    """Say what is missing before any place can be measured."""
    if not inventory.focal_groups:
        return Lack("class-contrast.no-focal", "class-contrast.need-focal")
    events = EVENTS if event == "auto" else (event,)
    if not set(events) & inventory.events_with_offence:
        return Lack("class-contrast.no-classes", "class-contrast.need-classes")
    return None


def lacks_classes_everywhere(cells: Cells, wanted: str, *, licence: bool) -> Lack | None:
    """Say why the focal groups can be compared in no place, or None."""
    counts, event = counts_of(cells, wanted)
    columns = [class_column(cells, counts, event, g, licence=licence, tested=True) for g in cells.focal_groups]
    return lacks_everywhere(cells, counts, columns)


def counts_of(cells: Cells, wanted: str) -> tuple[ClassCounts, str]:
    """Count the event that is asked for (or the first there is) over all classes that stand on a side."""
    event = event_with_classes(cells, wanted)
    classes = [offence for offence, side in cells.classes.items() if side != "neutral"]
    return count_classes(cells, event, classes), event


def sides_of(cells: Cells, classes: Sequence[str], *, licence: bool) -> NDArray[np.int64]:
    """Return +1 for discretionary classes, -1 for serious ones; 0 for licence offences unless they are asked for."""
    sign = {"discretionary": 1, "serious": -1, "neutral": 0}
    apart = () if licence else ("licence",)
    return np.array([0 if name in apart else sign[cells.classes[name]] for name in classes], dtype=np.int64)


def class_columns(cells: Cells, counts: ClassCounts, event: str, group: str, *, licence: bool) -> list[ClassColumn]:
    """Return the contrast that is tested and, where licence offences are a class, the other one to stand beside it."""
    columns = [class_column(cells, counts, event, group, licence=licence, tested=True)]
    if cells.classes.get("licence") == "discretionary":
        columns.append(class_column(cells, counts, event, group, licence=not licence, tested=False))
    return columns


def class_column(
    cells: Cells, counts: ClassCounts, event: str, group: str, *, licence: bool, tested: bool
) -> ClassColumn:
    """Return one contrast of a group with the reference group."""
    name = "with licence offences" if licence else "without licence offences"
    contrast = Contrast(
        key=f"{group}/{cells.reference_group}/{'with' if licence else 'without'}-licence",
        group=group,
        reference=cells.reference_group,
        event=event,
        label=name,
        counted="discretionary",
        among=event,
        comparator="serious",
        why="class-contrast.why-with" if licence else "class-contrast.why-without",
        shape="contrast",
        method="permutation of offence classes; interval of the estimate for sampling error alone",
        tested=tested,
        definitions=("class-contrast.define-sides", "class-contrast.define-ratio"),
    )
    every = np.ones(cells.size, dtype=bool)
    notes = {
        "class-contrast.caveat-cause": every & tested,
        "class-contrast.caveat-licence": every & licence,
        "class-contrast.caveat-surname": every & counts.surname,
    }
    return ClassColumn(contrast, group, sides_of(cells, counts.classes, licence=licence), notes)
