"""Placebo starts: every place that started the programme gets another date, among the months before its true one."""

from __future__ import annotations

import dataclasses

import numpy as np

from auditor.cells import Activations, Bools, Cells, Days, Table

LEAST_BEFORE, LEAST_AFTER = 24, 12
"""Months that must lie on either side of a date; those from the true start on are never looked at."""


class Placebo:
    """Copies of cells with false starts.

    The null: nothing happened at a date that was drawn evenly from the months that leave at least 24 months before
    it, and 12 from it on, within the months before the place's first true start of any kind. Counts from the month of
    the true start on are taken out, and ``anticipation`` months before it too; a place with too few months for any
    date has no start, and may serve as a comparison for the months that it keeps. Places that never started stay
    whole.

    Parameters
    ----------
    cells : Cells
        With the key ``month`` and the programme starts.
    program, kind : str
        What the false starts are called; without a name, as the programme that most places have.
    anticipation : int
    """

    def __init__(self, cells: Cells, program: str = "", kind: str = "activated", anticipation: int = 0) -> None:
        first = _first(cells)
        self._edge = first.astype("datetime64[M]") - anticipation
        self._program, self._kind = program or _commonest(cells), kind
        kept = cells.counts.take(_before(cells.counts, self._edge))
        self._cells = dataclasses.replace(cells, counts=kept)
        self._begin = _earliest(kept, cells.size)
        months = (self._edge - self._begin).astype(float)
        self.admissible = np.where(np.isnan(months), 0, months - LEAST_BEFORE - LEAST_AFTER + 1).astype(np.int64)
        self.admissible = np.where(np.isnat(first), 0, np.maximum(self.admissible, 0))

    def draw(self, rng: np.random.Generator) -> Cells:
        """Return one copy with a false start in every place that has an admissible date."""
        places = np.flatnonzero(self.admissible > 0)
        steps = rng.integers(0, self.admissible[places])
        dates = (self._begin[places] + LEAST_BEFORE + steps).astype("datetime64[D]")
        program, kind = (np.full(len(places), text, dtype=object) for text in (self._program, self._kind))
        starts = Activations(places.astype(np.int64), program, kind, dates)
        return dataclasses.replace(self._cells, activations=starts)


def _first(cells: Cells) -> Days:
    """Return the first start of any programme and kind, NaT where there is none."""
    kinds = tuple(set(cells.activations.kind.astype(str).tolist()) | {"activated"})
    return cells.activations.first(cells.size, "", kinds)


def _commonest(cells: Cells) -> str:
    """Return the programme that most rows name."""
    names, count = np.unique(cells.activations.program.astype(str), return_counts=True)
    return str(names[np.argmax(count)]) if len(names) else ""


def _before(counts: Table, edge: Days) -> Bools:
    """Return the rows that lie wholly before their place's first true start (all rows of the others)."""
    edge_of = edge[counts.index]
    free = np.isnat(edge_of)
    month = _months(counts)
    dated = ~np.isnat(month)
    early = np.zeros(len(counts.n), dtype=bool)
    early[dated] = month[dated] < edge_of[dated]
    return np.asarray(free | early, dtype=bool)


def _earliest(counts: Table, places: int) -> Days:
    """Return each place's first month with counts, NaT where it has none."""
    month = _months(counts)
    dated = ~np.isnat(month)
    far = np.datetime64("9999-12", "M")
    result = np.full(places, far)
    np.minimum.at(result, counts.index[dated], month[dated])
    return np.where(result == far, np.datetime64("NaT", "M"), result)


def _months(counts: Table) -> Days:
    """Return the calendar month of each row, NaT for rows that lie in no single one."""
    names, inverse = np.unique(counts.columns["month"].astype(str), return_inverse=True)
    return np.array([np.datetime64(name or "NaT", "M") for name in names], dtype="datetime64[M]")[inverse]
