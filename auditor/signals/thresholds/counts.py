"""Stops, searches and finds by unit and group, from single rows.

A unit is what the model pools over: a place, or an agency of one. A search whose outcome is not recorded and a stop of
which no search is recorded are no part of the model; they are counted beside it. What is found without a search is no
hit, and nothing found without a search is no miss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Floats, RowTable

Ints = NDArray[np.int64]

_COUNTS = ("hits", "misses", "passes", "silent", "unasked")


@dataclass(frozen=True)
class Stops:
    """Stops by unit and group; arrays (U, G).

    Attributes
    ----------
    place : (U,) int array
        Position of the unit's place among ``Cells.ids``.
    hits, misses, passes : arrays
        Searches that found contraband, searches that did not, stops without a search.
    silent, unasked : arrays
        Searches of unrecorded outcome; stops of which no search is recorded either way.
    blank : (U, 3) array
        Hits, misses and passes of unrecorded group.
    """

    place: Ints
    hits: Floats
    misses: Floats
    passes: Floats
    silent: Floats
    unasked: Floats
    blank: Floats

    @property
    def searches(self) -> Floats:
        """Searches of recorded outcome."""
        return self.hits + self.misses

    @property
    def stops(self) -> Floats:
        """Stops that the model counts."""
        return self.searches + self.passes

    @property
    def made(self) -> Floats:
        """All searches."""
        return self.searches + self.silent

    def take(self, keep: Bools | Ints) -> Stops:
        """Return the units that a mask keeps, or positions name."""
        return Stops(self.place[keep], *(values[keep] for values in (*self._counts(), self.blank)))

    def groups(self, keep: list[int]) -> Stops:
        """Return some groups."""
        return replace(self, **{name: getattr(self, name)[:, keep] for name in _COUNTS})

    def by_place(self, places: int) -> Stops:
        """Return one unit for each of J places; places without a unit hold zeros."""
        summed = []
        for values in (*self._counts(), self.blank):
            total = np.zeros((places, values.shape[1]))
            np.add.at(total, self.place, values)
            summed.append(total)
        return Stops(np.arange(places), *summed)

    def in_order(self) -> Ints:
        """Return the positions of the units sorted by their counts, so that neither names nor order of rows matter."""
        counts = np.concatenate([self.hits, self.misses, self.passes, self.blank], axis=1)
        return np.lexsort(counts.T[::-1])

    def _counts(self) -> tuple[Floats, ...]:
        return tuple(getattr(self, name) for name in _COUNTS)


def count_stops(rows: RowTable, label: Ints, groups: int, *, agencies: bool, blank: Bools | None = None) -> Stops:
    """Count the rows of one event.

    Parameters
    ----------
    rows : RowTable
        With the keys ``agency``, ``searched`` and ``contraband``.
    label : (R,) int array
        Group of each row, from 0; -1 for none.
    groups : int
    agencies : bool
        Whether each agency of a place is a unit of its own, or each place one.
    blank : (R,) bool array or None
        Rows of unrecorded group; None where there is no such thing.
    """
    at, place = _units(rows, agencies=agencies)
    searched, found = rows.columns["searched"], rows.columns["contraband"]
    made = searched == 1
    kinds = (made & (found == 1), made & (found == 0), searched == 0, made & (found < 0), searched < 0)
    counts = []
    for kind in kinds:
        keep = kind & (label >= 0)
        total = np.zeros((len(place), groups))
        np.add.at(total, (at[keep], label[keep]), rows.n[keep])
        counts.append(total)
    lost = np.zeros((len(place), 3))
    if blank is not None:
        for k, kind in enumerate(kinds[:3]):
            np.add.at(lost[:, k], at[kind & blank], rows.n[kind & blank])
    return Stops(place, *[*counts, lost])


def labels_of(rows: RowTable, key: str, wanted: Sequence[str]) -> Ints:
    """Return the position of each row's text among the wanted ones, -1 where it is none of them."""
    codes, names = rows.codes(key)
    position = {value: i for i, value in enumerate(wanted)}
    return np.array([position.get(name, -1) for name in names] or [-1], dtype=np.int64)[codes]


def labels_of_days(rows: RowTable, key: str) -> Ints:
    """Return 0 where a flag of the day holds, 1 where it does not, -1 where the day is not known."""
    flag = rows.columns[key]
    return np.where(flag == 1, 0, np.where(flag == 0, 1, -1)).astype(np.int64)


def _units(rows: RowTable, *, agencies: bool) -> tuple[Ints, Ints]:
    """Return the unit of each row, and the place of each unit; units in the order of place and agency."""
    if not agencies:
        place, unit = np.unique(rows.index, return_inverse=True)
        return unit.ravel(), place
    agency, names = rows.codes("agency")
    width = max(len(names), 1)
    pair, unit = np.unique(rows.index * width + agency, return_inverse=True)
    return unit.ravel(), pair // width
