"""The first waist: events and exposure counted once, by place and whatever a signal asks for.

DuckDB groups the canonical tables; what leaves it are arrays (:mod:`auditor.cell_tables`), with what is known of the
sources besides (:mod:`auditor.cell_facts`). Signals import all of it from here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from auditor.cell_facts import Activations, CellSpec, Coverage, Inventory, Leftover, no_activations
from auditor.cell_tables import Bools, Cube, Days, Floats, Table, Texts, table
from auditor.domain.place_classes import APART, CODES, class_of
from auditor.domain.vocabulary import DISCRETIONARY, NEUTRAL, SERIOUS
from auditor.row_cells import RowSpec, RowTable

_Rows = TypeVar("_Rows", Table, Activations, RowTable)

__all__ = [
    "Activations",
    "Bools",
    "CellSpec",
    "Cells",
    "Coverage",
    "Cube",
    "Days",
    "Floats",
    "Inventory",
    "RowSpec",
    "RowTable",
    "Table",
    "Texts",
    "default_classes",
    "is_simulated",
    "no_activations",
    "table",
]  # fmt: skip


def is_simulated(stratum: NDArray[np.int64]) -> Bools:
    """Tell which strata (see :attr:`Cells.stratum`) are of simulated places."""
    return np.asarray(stratum % 2 == 1)


def default_classes() -> dict[str, str]:
    """Return the side of each offence class that the default protocol gives it."""
    sides = (("serious", SERIOUS), ("discretionary", DISCRETIONARY), ("neutral", NEUTRAL))
    return {offence: side for side, offences in sides for offence in offences}


@dataclass(frozen=True)
class Cells:
    """Counts and exposure of every place of an audit.

    Attributes
    ----------
    ids, names, states, parents : tuple of str
        One for each audited place, sorted by id; ``states`` are two-digit FIPS codes ("" when none).
    counts, population : Table
        Rows of the audited places.
    region_ids : tuple of str
        The nation and states for which the sources hold rows of their own (baselines, never ranked).
    regions : Table
        Their counts.
    focal_groups : tuple of str
    reference_group : str
    windows : mapping of str to (starts, ends)
        For each event, the first and last day that the sources speak of, by place (ISO dates; "" when none).
    baselines : mapping of str to str
        For each population universe, the sentence that says where it comes from.
    published : tuple of bool
        Whether every count of the place is already public.
    simulated : tuple of bool
        Whether the place's counts were drawn by a computer.
    published_regions : tuple of bool
        The same of each region; none is, where nothing is said.
    tainted : tuple of bool
        Whether published and unpublished counts of the place are mixed such that the public part, taken away from a
        printed sum, would leave a count of 1 to 10.
    order : tuple of str
        Population universes in the protocol's order of preference.
    gates : mapping
        Gates of the protocol on sample size.
    classes : mapping of str to str
        Side of each offence class: ``serious``, ``discretionary`` or ``neutral``.
    activations : Activations
    coverage : mapping of str to Coverage
        How each event was recorded.
    leftover : mapping of str to Leftover
        For each event with groups, where a total over all groups gives a small count away.
    rows : RowTable or None
        Single rows, grouped as the signal asked; None where it asked for none.
    kinds : tuple of str
        Class of each place (:mod:`auditor.domain.place_classes`); empty where codes alone tell.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    states: tuple[str, ...]
    parents: tuple[str, ...]
    counts: Table
    population: Table
    region_ids: tuple[str, ...]
    regions: Table
    focal_groups: tuple[str, ...]
    reference_group: str
    windows: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    baselines: Mapping[str, str] = field(default_factory=dict)
    published: tuple[bool, ...] = ()
    simulated: tuple[bool, ...] = ()
    tainted: tuple[bool, ...] = ()
    order: tuple[str, ...] = ("drivers", "adults", "residents", "noncitizens", "foreign-born")
    gates: Mapping[str, float] = field(default_factory=lambda: {"expected": 5.0, "persons": 11.0})
    classes: Mapping[str, str] = field(default_factory=default_classes)
    activations: Activations = field(default_factory=no_activations)
    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    published_regions: tuple[bool, ...] = ()
    rows: RowTable | None = None
    kinds: tuple[str, ...] = ()
    leftover: Mapping[str, Leftover] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Number of audited places, J."""
        return len(self.ids)

    @cached_property
    def stratum(self) -> NDArray[np.int64]:
        """(J,) int array: places of different strata are never compared.

        Simulated places (odd numbers) are no peers of real ones, states (2) none of counties (4), agencies and local
        places (6) none of either. A place of a class apart (a territory, a tribe, campus police, a court) has no peer
        at all: it is a stratum by itself.
        """
        places = zip(self.ids, self.states, strict=True)
        names = self.kinds or tuple(class_of(place, "", state) for place, state in places)
        codes = [len(CODES) + 1 + j if name in APART else CODES[name] for j, name in enumerate(names)]
        drawn = np.array(self.simulated or [False] * self.size, dtype=np.int64)
        return 2 * np.array(codes, dtype=np.int64).reshape(self.size) + drawn

    def window(self, event: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the first and last day of an event, by place ("" where there is none)."""
        return self.windows.get(event, (("",) * self.size, ("",) * self.size))

    def bare(self) -> Cells:
        """Return the facts of the places without the counted rows, which take most of the memory."""
        return dataclasses.replace(self, counts=self.counts.none(), regions=self.regions.none(), rows=None)

    def select(self, keep: Sequence[int]) -> Cells:
        """Return the cells of some of the places only; regions and what holds for all places stay as they are."""
        order = np.asarray(keep, dtype=np.int64)
        new = np.full(self.size, -1, dtype=np.int64)
        new[order] = np.arange(len(order))

        def pick(values: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(values[i] for i in order) if values else values

        def move(rows: _Rows) -> _Rows:
            kept = rows.take(new[rows.index] >= 0)
            return dataclasses.replace(kept, index=new[kept.index])

        return dataclasses.replace(
            self,
            ids=pick(self.ids),
            names=pick(self.names),
            states=pick(self.states),
            parents=pick(self.parents),
            published=pick(self.published),
            simulated=pick(self.simulated),
            tainted=pick(self.tainted),
            kinds=pick(self.kinds),
            counts=move(self.counts),
            population=move(self.population),
            activations=move(self.activations),
            rows=None if self.rows is None else move(self.rows),
            windows={event: (pick(first), pick(last)) for event, (first, last) in self.windows.items()},
            coverage={event: recorded.take(order) for event, recorded in self.coverage.items()},
            leftover={event: rest.take(order) for event, rest in self.leftover.items()},
        )
