"""What is known besides the counts: what a signal may ask, what sources hold, how events were recorded, programmes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from auditor.cell_tables import Bools, Days, Floats, Texts
from auditor.row_cells import RowSpec


@dataclass(frozen=True, slots=True)
class CellSpec:
    """What a signal wants to see.

    Attributes
    ----------
    keys : tuple of str
        Columns of the canonical counts to group by, besides the place: ``event``, ``group``, ``offence``,
        ``level``, ``level_basis``, ``level_regime``, ``start``, ``end``, and ``month`` (``2011-08`` for a row that
        lies within one calendar month, else the empty text).
    events : tuple of str
        Events to count; empty for all.
    population : bool
        Whether the signal needs population baselines.
    activations : bool
        Whether the signal needs programme starts.
    rows : RowSpec or None
        Which single rows the signal needs besides, grouped by keys that the counts do not have.
    """

    keys: tuple[str, ...]
    events: tuple[str, ...] = ()
    population: bool = False
    activations: bool = False
    rows: RowSpec | None = None


@dataclass(frozen=True, slots=True)
class Inventory:
    """What the sources hold, by which a signal says whether it can speak.

    Attributes
    ----------
    events, groups, universes, levels, offences : frozenset of str
        Values met.
    events_with_group, events_with_level : frozenset of str
        Events of which some rows carry a known group, a known level.
    places : int
        Audited places.
    months : int
        Calendar months from the first to the last day.
    focal_groups : tuple of str
        Groups that the audit asks about; may be empty.
    events_with_offence : frozenset of str
        Events of which some rows carry both a known group and an offence class.
    activated : int
        Audited places of which a programme's start is known.
    row_columns : mapping of str to frozenset of str
        For each event of which single rows were read, the columns that hold any value; only columns that some signal
        asks for are read.
    operated : int
        Audited places of which days of operations are declared.
    """

    events: frozenset[str]
    groups: frozenset[str]
    universes: frozenset[str]
    levels: frozenset[str]
    offences: frozenset[str]
    events_with_group: frozenset[str]
    events_with_level: frozenset[str]
    places: int
    months: int
    focal_groups: tuple[str, ...] = ("hispanic",)
    events_with_offence: frozenset[str] = frozenset()
    activated: int = 0
    row_columns: Mapping[str, frozenset[str]] = field(default_factory=dict)
    operated: int = 0


@dataclass(frozen=True)
class Coverage:
    """How an event was recorded, by place; (J,) arrays.

    Attributes
    ----------
    aggregate : bool array
        Whether its rows come as counts, not as single person-events.
    suppressed : array
        Share of its rows whose number is suppressed.
    days : int array
        Days that its rows speak of: gaps between them do not count.
    """

    aggregate: Bools
    suppressed: Floats
    days: NDArray[np.int64]

    def take(self, order: NDArray[np.int64]) -> Coverage:
        """Return it of these places, in this order."""
        return Coverage(self.aggregate[order], self.suppressed[order], self.days[order])


@dataclass(frozen=True)
class Leftover:
    """Where the events of all groups, less those of the groups that are compared, are 1 to 10; (J,) arrays.

    Attributes
    ----------
    whole : bool array
        What is left with those of unrecorded group: a total over all groups gives it away.
    named : bool array
        What is left without them: such a total and the number of those unrecorded give it away.
    """

    whole: Bools
    named: Bools

    def take(self, order: NDArray[np.int64]) -> Leftover:
        """Return it of these places, in this order."""
        return Leftover(self.whole[order], self.named[order])


@dataclass(frozen=True)
class Activations:
    """Programme starts of the audited places, a row each.

    Attributes
    ----------
    index : (R,) int array
        Position of the place among ``Cells.ids``.
    program, kind : (R,) object arrays of text
        Empty where the source says nothing.
    date : (R,) day array
    """

    index: NDArray[np.int64]
    program: Texts
    kind: Texts
    date: Days

    def first(self, places: int, program: str = "", kinds: Sequence[str] = ("activated",)) -> Days:
        """Return the earliest start of each place, NaT where there is none.

        Parameters
        ----------
        places : int
            Number of places J.
        program : str
            Only this programme; empty for any.
        kinds : sequence of str
            Which kinds of date count; a row without a kind counts as ``"activated"``.
        """
        kind = np.where(self.kind == "", "activated", self.kind)
        keep = np.isin(kind.astype(str), tuple(kinds)) & ~np.isnat(self.date)
        if program:
            keep &= self.program.astype(str) == program
        far = np.datetime64("9999-12-31")
        result = np.full(places, far, dtype="datetime64[D]")
        np.minimum.at(result, self.index[keep], self.date[keep])
        return np.where(result == far, np.datetime64("NaT"), result)

    def take(self, keep: Bools) -> Activations:
        """Return the rows that a mask keeps."""
        return Activations(self.index[keep], self.program[keep], self.kind[keep], self.date[keep])


def no_activations() -> Activations:
    """Return an empty table of programme starts."""
    nothing = np.array([], dtype=object)
    return Activations(np.array([], dtype=np.int64), nothing, nothing, np.array([], dtype="datetime64[D]"))
