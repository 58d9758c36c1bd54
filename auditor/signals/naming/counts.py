"""Persons by place, recorded group and bin of the chance that their surname and county give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from auditor.baselines import bisg
from auditor.cells import Bools, Cells, Floats, RowTable
from auditor.stats.recording.bins import BINS, cells_of
from auditor.stats.recording.cells import RecordingCells

EVENTS = ("stop", "citation", "arrest", "booking", "detainer", "match", "custody", "removal")
"""Events whose persons may have a surname, in the order in which they are preferred when equally many have."""
FOCAL, REFERENCE, OTHER = 0, 1, 2
"""Positions of the recorded groups: the focal one, the reference group, and every other that is recorded."""
_ESTIMATED = ("surname", "nationality")
_SOURCES = ("recorded", "perceived", "mixed")


@dataclass(frozen=True)
class Named:
    """Persons whose surname is known and whose group is recorded; arrays over places.

    Attributes
    ----------
    rows : RowTable
        Their rows, with the position of the recorded group as the key ``side``.
    cells : RecordingCells
        (J, 3, BINS)
    prior : (J,) array
        Share of the group among the residents for whom the chances hold.
    unnamed, unnamed_focal, ungrouped : (J,) arrays
        Persons with a recorded group (with the focal one) and no usable surname; with a usable surname and no recorded
        group.
    present, named, censored : (J,) bool arrays
        Where any row of the event is in the sources; where some surname is usable; where a number is suppressed.
    """

    rows: RowTable
    cells: RecordingCells
    prior: Floats
    unnamed: Floats
    unnamed_focal: Floats
    ungrouped: Floats
    present: Bools
    named: Bools
    censored: Bools

    @property
    def persons(self) -> Floats:
        """Persons by place."""
        return np.asarray(self.cells.n.sum(axis=(1, 2)))

    @property
    def recorded(self) -> Floats:
        """Persons recorded as of the focal group, by place."""
        return np.asarray(self.cells.n[:, FOCAL].sum(axis=1))


def event_of(rows: RowTable, wanted: str) -> str:
    """Return the event whose persons are looked at: the one with most usable surnames, unless one is asked for."""
    if wanted != "auto":
        return wanted
    usable = rows.take(rows.columns["chance_bin"] >= 0)
    total = {event: (float(usable.where(event=event).n.sum()), len(rows.where(event=event).n)) for event in EVENTS}
    return max(EVENTS, key=lambda event: (total[event], -EVENTS.index(event)))


def count_names(cells: Cells, rows: RowTable, group: str) -> Named:
    """Count the persons of one event.

    Parameters
    ----------
    cells : Cells
    rows : RowTable
        Of the event, with the keys ``group``, ``group_source`` and ``chance_bin``. Groups that were themselves
        estimated (from surnames, or from nationality) are no records, and are left out.
    group : str
        The focal group.
    """
    told = _one_source(rows)
    text = told.columns["group"].astype(str)
    bins = told.columns["chance_bin"]
    grouped = ~np.isin(text, ("", "unknown"))
    side = np.where(text == group, FOCAL, np.where(text == cells.reference_group, REFERENCE, OTHER)).astype(np.int64)
    both = grouped & (bins >= 0)
    kept = told.take(both)
    kept = replace(kept, columns={**kept.columns, "side": side[both]})
    persons = np.zeros((cells.size, 3, BINS))
    np.add.at(persons, (kept.index, side[both], bins[both]), kept.n)
    return Named(
        kept,
        cells_of(persons),
        bisg.resident_share(group, bisg.counties_of(zip(cells.ids, cells.parents, strict=True))),
        _sum(told, grouped & (bins < 0), cells.size),
        _sum(told, (text == group) & (bins < 0), cells.size),
        _sum(told, ~grouped & (bins >= 0), cells.size),
        _any(told, np.ones(len(told.n), dtype=bool), cells.size),
        _any(told, bins >= 0, cells.size),
        _any(told, told.censored, cells.size),
    )


def sums(named: Named, groups: NDArray[np.int64], count: int) -> Floats:
    """Return persons by some units (numbered 0 to count - 1, -1 for none), recorded group and bin: (count, 3, BINS)."""
    rows = named.rows
    result, keep = np.zeros((count, 3, BINS)), groups >= 0
    np.add.at(result, (groups[keep], rows.columns["side"][keep], rows.columns["chance_bin"][keep]), rows.n[keep])
    return result


def _one_source(rows: RowTable) -> RowTable:
    """Keep the rows of one source of ethnicity, the one that reaches most places; blank ones go with any."""
    source = rows.columns["group_source"].astype(str)
    reach = {name: len(np.unique(rows.index[np.isin(source, (name, ""))])) for name in _SOURCES if name in source}
    if not reach:
        return rows.take(~np.isin(source, _ESTIMATED))
    best = max(reach, key=lambda name: (reach[name], -_SOURCES.index(name)))
    return rows.take(np.isin(source, (best, "")))


def _sum(rows: RowTable, keep: Bools, places: int) -> Floats:
    return np.bincount(rows.index[keep], rows.n[keep], places).astype(float)


def _any(rows: RowTable, keep: Bools, places: int) -> Bools:
    return np.bincount(rows.index[keep], minlength=places) > 0


def numbered(keys: Sequence[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the combinations of some whole keys from 0 on; the second array is the first row of each."""
    stacked = np.stack([np.asarray(key, dtype=np.int64) for key in keys])
    _, first, number = np.unique(stacked, axis=1, return_index=True, return_inverse=True)
    return number.ravel().astype(np.int64), first.astype(np.int64)
