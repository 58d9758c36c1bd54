"""The first waist: events and exposure counted once, by place and whatever a signal asks for.

DuckDB groups the canonical tables; what leaves it are arrays. A cell that no row speaks of is *absent*, never zero:
:class:`Cube` carries a mask beside its values. Only where a source lists single person-events (so that silence
means that nothing happened) is an absent cell of an observed place a true zero.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.domain.place_classes import APART, CODES, class_of
from auditor.domain.vocabulary import DISCRETIONARY, NEUTRAL, SERIOUS
from auditor.row_cells import RowSpec, RowTable

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.object_]
Days = NDArray[np.datetime64]

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


def default_classes() -> dict[str, str]:
    """Return the side of each offence class that the default protocol gives it."""
    sides = (("serious", SERIOUS), ("discretionary", DISCRETIONARY), ("neutral", NEUTRAL))
    return {offence: side for side, offences in sides for offence in offences}


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


@dataclass(frozen=True, slots=True)
class Cube:
    """Counts over place x one key, with what was observed.

    Attributes
    ----------
    values : (J, G) float array
        Sums; 0 where nothing was observed (look at ``observed``).
    observed : (J, G) bool array
        False where no row speaks of the cell.
    censored : (J, G) bool array
        True where a suppressed number is part of the cell, so that its value is not known.
    """

    values: Floats
    observed: Bools
    censored: Bools


@dataclass(frozen=True)
class Table:
    """Grouped rows: one array a column, all of the same length.

    Attributes
    ----------
    index : (R,) int array
        Position of the row's place among ``Cells.ids`` (or among ``Cells.region_ids`` for regional rows).
    columns : mapping of str to (R,) object array
        The keys that were asked for; missing is the empty text.
    n : (R,) float array
        Sum of the known counts.
    censored, complete : (R,) bool array
        Whether a suppressed number is part of the row; whether the row comes from person-events.
    moe : (R,) float array or None
        90 % margin of error, for populations.
    first, last : (R,) day array or None
        First and last day that the row speaks of (NaT where the source gives none).
    """

    index: NDArray[np.int64]
    columns: Mapping[str, Texts]
    n: Floats
    censored: Bools
    complete: Bools
    moe: Floats | None = None
    first: Days | None = None
    last: Days | None = None
    _coded: dict[str, tuple[NDArray[np.int64], tuple[str, ...]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def codes(self, name: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """Return the position of each row's value among some names, and those names, sorted.

        Tables run into millions of rows but few values: texts are compared once, codes from then on. Names that no
        row holds any more may be among them.
        """
        if name not in self._coded:
            texts = [str(value) for value in self.columns[name].tolist()]
            names = tuple(sorted(set(texts)))
            position = {value: i for i, value in enumerate(names)}
            found = np.fromiter(map(position.__getitem__, texts), dtype=np.int64, count=len(texts))
            self._coded[name] = (found, names)
        return self._coded[name]

    def know(self, coded: Mapping[str, tuple[NDArray[np.int64], tuple[str, ...]]]) -> None:
        """Take over the codes of columns from whoever has them already; names must be sorted."""
        self._coded.update(coded)

    def position(self, name: str, wanted: Sequence[str]) -> NDArray[np.int64]:
        """Return the position of each row's value among the wanted ones, -1 where it is none of them."""
        codes, names = self.codes(name)
        place = {value: i for i, value in enumerate(wanted)}
        return np.array([place.get(value, -1) for value in names] or [-1], dtype=np.int64)[codes]

    def isin(self, name: str, *wanted: str) -> Bools:
        """Return the mask of the rows whose column holds one of these values."""
        return self.position(name, wanted) >= 0

    def where(self, **fixed: str | Sequence[str]) -> Table:
        """Return the rows whose columns hold these values."""
        keep = np.ones(len(self.n), dtype=bool)
        for name, wanted in fixed.items():
            keep &= self.isin(name, *((wanted,) if isinstance(wanted, str) else wanted))
        return self.take(keep)

    def take(self, keep: Bools) -> Table:
        """Return the rows that a mask keeps."""
        table = Table(
            self.index[keep],
            {name: values[keep] for name, values in self.columns.items()},
            self.n[keep],
            self.censored[keep],
            self.complete[keep],
            None if self.moe is None else self.moe[keep],
            None if self.first is None else self.first[keep],
            None if self.last is None else self.last[keep],
        )
        table.know({name: (codes[keep], names) for name, (codes, names) in self._coded.items()})
        return table

    def window(self, places: int) -> tuple[Texts, Texts]:
        """Return the first and last day of the rows of each place, as ISO text ("" where none is known)."""
        starts, ends = np.full(places, "", dtype=object), np.full(places, "", dtype=object)
        if self.first is None or self.last is None:
            return starts, ends
        low = np.full(places, np.datetime64("9999-12-31"), dtype="datetime64[D]")
        high = np.full(places, np.datetime64("0001-01-01"), dtype="datetime64[D]")
        known = ~(np.isnat(self.first) | np.isnat(self.last))
        np.minimum.at(low, self.index[known], self.first[known])
        np.maximum.at(high, self.index[known], self.last[known])
        some = np.zeros(places, dtype=bool)
        some[self.index[known]] = True
        starts[some], ends[some] = np.datetime_as_string(low[some]), np.datetime_as_string(high[some])
        return starts, ends

    def levels(self, name: str) -> tuple[str, ...]:
        """Return the distinct values of a column, sorted, without the missing one."""
        codes, names = self.codes(name)
        held = np.bincount(codes, minlength=len(names)) > 0
        return tuple(value for value, there in zip(names, held, strict=True) if there and value)

    def cube(self, places: int, key: str, wanted: Sequence[str]) -> Cube:
        """Sum the rows into an array of place x the wanted values of one key.

        Parameters
        ----------
        places : int
            Number of places J.
        key : str
            Column to spread.
        wanted : sequence of str
            Its values, one for each column of the result.
        """
        values = np.zeros((places, len(wanted)))
        observed = np.zeros((places, len(wanted)), dtype=bool)
        censored = np.zeros((places, len(wanted)), dtype=bool)
        column = self.position(key, wanted)
        hit = column >= 0
        np.add.at(values, (self.index[hit], column[hit]), self.n[hit])
        observed[self.index[hit], column[hit]] = True
        blind = hit & self.censored
        censored[self.index[blind], column[blind]] = True
        # Person-events: a place with any of them was watched for all the wanted values.
        observed[self.index[self.complete]] = True
        return Cube(values, observed, censored)

    def total(self, places: int) -> Floats:
        """Return the sum of all rows by place."""
        return np.bincount(self.index, weights=self.n, minlength=places).astype(float)


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

    def select(self, keep: Sequence[int]) -> Cells:
        """Return the cells of some of the places only (used by tests of invariance)."""
        order = np.asarray(keep, dtype=np.int64)
        new = np.full(self.size, -1, dtype=np.int64)
        new[order] = np.arange(len(order))

        def pick(values: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(values[i] for i in order) if values else values

        def keep_rows(table: Table) -> Table:
            kept = table.take(new[table.index] >= 0)
            return dataclasses.replace(kept, index=new[kept.index])

        kept = self.activations.take(new[self.activations.index] >= 0)
        return Cells(
            pick(self.ids),
            pick(self.names),
            pick(self.states),
            pick(self.parents),
            keep_rows(self.counts),
            keep_rows(self.population),
            self.region_ids,
            self.regions,
            self.focal_groups,
            self.reference_group,
            {event: (pick(first), pick(last)) for event, (first, last) in self.windows.items()},
            self.baselines,
            pick(self.published),
            pick(self.simulated),
            pick(self.tainted),
            self.order,
            self.gates,
            self.classes,
            dataclasses.replace(kept, index=new[kept.index]),
            {
                event: Coverage(c.aggregate[order], c.suppressed[order], c.days[order])
                for event, c in self.coverage.items()
            },
            self.published_regions,
            self._selected(new),
            pick(self.kinds),
        )

    def _selected(self, new: NDArray[np.int64]) -> RowTable | None:
        """Return the single rows of the places that have a new position (-1 where they have none)."""
        if self.rows is None:
            return None
        kept = self.rows.take(new[self.rows.index] >= 0)
        return dataclasses.replace(kept, index=new[kept.index])


def table(rows: Sequence[Mapping[str, Any]], ids: Sequence[str], keys: Sequence[str]) -> Table:
    """Build a table from plain rows (simulations and tests; the engine builds its own from DuckDB).

    Parameters
    ----------
    rows : sequence of mapping
        Each with ``place``, ``n`` and the keys; optionally ``censored``, ``complete``, ``moe``.
    ids : sequence of str
        Places in order.
    keys : sequence of str
        Names of the columns to keep.
    """
    position = {place: i for i, place in enumerate(ids)}
    moe = [row.get("moe") for row in rows]
    return Table(
        np.array([position[row["place"]] for row in rows], dtype=np.int64),
        {key: np.array([row.get(key) or "" for row in rows], dtype=object) for key in keys},
        np.array([row["n"] for row in rows], dtype=float),
        np.array([bool(row.get("censored", False)) for row in rows], dtype=bool),
        np.array([bool(row.get("complete", False)) for row in rows], dtype=bool),
        np.array([np.nan if value is None else float(value) for value in moe], dtype=float),
    )
