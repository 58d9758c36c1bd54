"""Monthly counts by place, offence class and group, and what of them was observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.cells import Bools, Cells, Floats, Table
from auditor.signals.groups import sourced
from auditor.signals.months import months_of, spread
from auditor.signals.series.starts import Ints, month_number

EVENTS = ("arrest", "booking", "stop", "citation")
MOST_MISSING = 0.1
"""Share of the months that may be missing: where more are, a series is withheld, and a class takes no part."""
WHOLE = "all"
_EDGE_DAYS = 3


@dataclass(frozen=True)
class Monthly:
    """Counts of one event.

    Attributes
    ----------
    event : str
    months : tuple of str
    classes : tuple of str
        Offence classes that stand on a side; ``("all",)`` where the source tells none.
    side : (O,) int array
        +1 discretionary (or everything), -1 serious.
    counts : (J, T, O, G + 1) array
        Focal groups, then the reference.
    seen : (J, T, O) bool array
        Where both the focal groups and the reference were observed and nothing was suppressed.
    censored : (J,) bool array
        Whether a suppressed number is among the place's months.
    unknown : (J, T, O) array
        Events of unrecorded group by class; NaN where that number is suppressed.
    everyone : (J, T) array
        All events of the classes.
    surname : bool
        Whether groups are estimated from surnames.
    """

    event: str
    months: tuple[str, ...]
    classes: tuple[str, ...]
    side: Ints
    counts: Floats
    seen: Bools
    censored: Bools
    unknown: Floats
    everyone: Floats
    surname: bool

    @property
    def origin(self) -> int:
        """Number of the first month."""
        return int(month_number(np.array([self.months[0]], dtype="datetime64[M]"))[0]) if self.months else 0

    @property
    def sided(self) -> bool:
        """Whether offence classes of both sides are told."""
        return bool((self.side > 0).any() and (self.side < 0).any())

    def spans(self) -> tuple[Ints, Ints]:
        """Return the first and last position at which a place was observed, -1 where never."""
        watched: Bools = np.asarray(self.seen.any(axis=2), dtype=bool)
        some: Bools = np.asarray(watched.any(axis=1), dtype=bool)
        first = np.where(some, watched.argmax(axis=1), -1)
        last = np.where(some, len(self.months) - 1 - watched[:, ::-1].argmax(axis=1), -1)
        return first.astype(np.int64), last.astype(np.int64)


def event_of(cells: Cells, wanted: str) -> str:
    """Return the event whose monthly counts carry groups, or ""."""
    rows = cells.counts
    present = set(rows.take(~rows.isin("group", "", "unknown") & ~rows.isin("month", "")).levels("event"))
    return next((event for event in ((wanted,) if wanted != "auto" else EVENTS) if event in present), "")


def monthly(cells: Cells, event: str) -> Monthly:
    """Count an event by month, class and group.

    Partial months at the ends of a place's records (a first day after the third, a last day more than three days
    before the end of its month) are left out: they are no months.
    """
    rows = sourced(cells, event)
    rows = rows.take(~rows.isin("month", ""))
    sources = set(rows.levels("group_source"))
    months = months_of(rows)
    groups = (*cells.focal_groups, cells.reference_group)
    classes, side = _classes(cells, rows)
    if classes == (WHOLE,):
        rows = _one_class(rows)
    cubes = [spread(rows.where(group=group), cells.size, months, "offence", classes) for group in groups]
    seen = np.logical_and.reduce([cube.observed & ~cube.censored for cube in cubes])
    censored = np.logical_or.reduce([cube.censored.any(axis=(1, 2)) for cube in cubes])
    everyone = spread(rows.where(offence=classes), cells.size, months, "event", (event,))
    unknown = spread(rows.where(group="unknown"), cells.size, months, "offence", classes)
    return Monthly(
        event,
        months,
        classes,
        side,
        np.stack([cube.values for cube in cubes], axis=3),
        seen & ~_partial(rows, cells.size, months)[:, :, None],
        censored,
        np.where(unknown.censored, np.nan, unknown.values),
        everyone.values[:, :, 0],
        "surname" in sources,
    )


def _classes(cells: Cells, rows: Table) -> tuple[tuple[str, ...], Ints]:
    """Return the classes on a side, serious first; everything as one class where the two sides are not both told."""
    told = rows.levels("offence")
    serious = tuple(name for name in told if cells.classes.get(name) == "serious")
    chosen = tuple(name for name in told if cells.classes.get(name) == "discretionary")
    if not serious or not chosen:
        return (WHOLE,), np.array([1], dtype=np.int64)
    return serious + chosen, np.array([-1] * len(serious) + [1] * len(chosen), dtype=np.int64)


def _one_class(rows: Table) -> Table:
    return rows.beside("offence", np.full(len(rows.n), WHOLE, dtype=object))


def _partial(rows: Table, places: int, months: Sequence[str]) -> Bools:
    """(J, T) mask of the months that a place's records cover in part only."""
    result = np.zeros((places, len(months)), dtype=bool)
    starts, ends = rows.window(places)
    position = {month: i for i, month in enumerate(months)}
    for j, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        if not start:
            continue
        if int(start[8:10]) > _EDGE_DAYS:
            result[j, position[start[:7]]] = True
        final = np.datetime64(end[:7], "M") + 1
        if (final.astype("datetime64[D]") - np.datetime64(end, "D")).astype(int) > _EDGE_DAYS:
            result[j, position[end[:7]]] = True
    return result


@dataclass(frozen=True)
class Sums:
    """What lies before and after the start, over the classes and months that take part.

    Attributes
    ----------
    before, after : (J, O, G + 1) arrays
    takes_part : (J, O) bool array
        Classes observed in at least nine of ten months of the window.
    used : (J, T) bool array
        Months of the window in which every class that takes part was observed.
    missing : (J,) array
        Share of the window's months that are left out; NaN where there is no window.
    """

    before: Floats
    after: Floats
    takes_part: Bools
    used: Bools
    missing: Floats


def sums(data: Monthly, before: Bools, after: Bools) -> Sums:
    """Sum the counts before and after over one set of months for every class and group."""
    window = before | after
    length = window.sum(axis=1)
    present = np.einsum("jt,jto->jo", window, data.seen, dtype=float)
    takes_part = (length > 0)[:, None] & (present >= (1 - MOST_MISSING) * length[:, None])
    every = (data.seen | ~takes_part[:, None, :]).all(axis=2) & takes_part.any(axis=1)[:, None]
    used = window & every
    missing = np.divide(length - used.sum(axis=1), length, out=np.full(len(length), np.nan), where=length > 0)
    counts = data.counts * takes_part[:, None, :, None]
    return Sums(
        np.einsum("jt,jtog->jog", (used & before).astype(float), counts),
        np.einsum("jt,jtog->jog", (used & after).astype(float), counts),
        takes_part,
        used,
        missing,
    )
