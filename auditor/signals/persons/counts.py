"""Occasions on which one person met the agency more than once, and how the person was perceived on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats, RowTable
from auditor.signals.blank_group import blank_group
from auditor.signals.sides import Blank
from auditor.stats.strata.person_officers import OfficerEffect, officer_effect

EVENTS = ("stop", "citation", "arrest", "booking")
OUTCOMES = ("searched", "booked", "cited")
LEVEL = 0.95
_PERCEIVED = ("recorded", "perceived", "")
_NAMED = 0.5
"""Least share of the occasions of persons perceived both ways with a recorded officer for officers to be held fixed."""
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Occasions:
    """Occasions of identified persons of two groups, summed by unit; arrays over places have shape (J,).

    A unit is a person in a place, or a person in a stratum of a place.

    Attributes
    ----------
    both, focal, outcome, size, place, person : (U,) arrays
        Of each unit: occasions perceived as focal that had the outcome, perceived as focal, with the outcome, all; its
        place, and its person.
    rows : array
        Occasions of the event in any group.
    identified, unidentified : array
        Those in either of the two groups of which the person is known, and is not.
    groups : (J, 2) array
        Identified occasions by group, focal first, whether or not the outcome is known.
    repeated, varied : array
        Persons met more than once in the two groups; persons perceived both ways.
    unrecorded, unknown : array
        Occasions of persons perceived both ways of which the outcome is not recorded; occasions of unrecorded group.
    whole : (J, 4) array
        All occasions of the two groups, whoever the person is, in the order of :meth:`cells`.
    censored : (J,) bool array
        Where a suppressed number is part of the occasions.
    officers : OfficerEffect or None
        The effect of perception with an effect of every officer too; None where no officer is recorded.
    named : (J,) bool array
        Where the officer is recorded for at least half of the occasions of persons perceived both ways.
    """

    both: Floats
    focal: Floats
    outcome: Floats
    size: Floats
    place: Ints
    person: Ints
    rows: Floats
    identified: Floats
    unidentified: Floats
    groups: Floats
    repeated: Floats
    varied: Floats
    unrecorded: Floats
    unknown: Floats
    whole: Floats
    censored: Bools
    officers: OfficerEffect | None
    named: Bools

    def cells(self, places: int) -> tuple[Floats, Floats]:
        """Return occasions, and persons, of units perceived both ways: (J, 4) arrays.

        Focal with the outcome, reference with it, focal without, reference without. A unit that has several occasions
        of one kind is one person.
        """
        used = (self.focal > 0) & (self.focal < self.size)
        x, m, y, n = (v[used] for v in (self.both, self.focal, self.outcome, self.size))
        at, kinds = self.place[used], (x, y - x, m - x, n - m - y + x)
        occasions = np.column_stack([np.bincount(at, kind, places) for kind in kinds])
        who = self.person[used]
        persons = np.column_stack([_distinct(at[kind > 0], who[kind > 0], places) for kind in kinds])
        return occasions.astype(float), persons

    def expected(self, places: int) -> Floats:
        """Return the smallest expected count of outcomes, or of none, on either side if perceptions are exchangeable.

        Only units that had both kinds of occasion and both outcomes count: the others tell nothing.
        """
        tells = (self.focal > 0) & (self.focal < self.size) & (self.outcome > 0) & (self.outcome < self.size)
        m, y, n, at = (v[tells] for v in (self.focal, self.outcome, self.size, self.place))
        parts = [np.bincount(at, side * part / n, places) for side in (m, n - m) for part in (y, n - y)]
        return np.asarray(np.minimum.reduce(parts), dtype=float)


def perceived(cells: Cells, event: str) -> RowTable:
    """Return the rows of an event in which the group is what was written down on that occasion.

    A group that was estimated from a surname, or read off a nationality, does not vary with who looked.
    """
    if cells.rows is None:
        raise ValueError("the cells hold no single rows: the signal's view must ask for them")
    rows = cells.rows.where(event=event)
    return rows.take(np.isin(rows.columns["group_source"].astype(str), _PERCEIVED))


def choose(cells: Cells, event: str, outcome: str) -> tuple[str, str]:
    """Return the event and outcome of most occasions of identified persons, unless they are asked for."""
    events = EVENTS if event == "auto" else (event,)
    outcomes = OUTCOMES if outcome == "auto" else (outcome,)
    groups = (*cells.focal_groups, cells.reference_group)
    told: dict[tuple[str, str], float] = {}
    for name in events:
        rows = perceived(cells, name)
        known = (rows.columns["person_code"] >= 0) & np.isin(rows.columns["group"].astype(str), groups)
        told |= {(name, o): float(rows.n[known & (rows.columns[o] >= 0)].sum()) for o in outcomes}
    pairs = list(told)
    return max(pairs, key=lambda pair: (told[pair], -pairs.index(pair)))


def occasions(rows: RowTable, places: int, groups: tuple[str, str], outcome: str, by: Sequence[str] = ()) -> Occasions:
    """Sum the occasions of each person.

    Parameters
    ----------
    rows : RowTable
        Of one event, with the keys ``group``, ``person_code``, ``officer_code``, the outcome and those of ``by``.
    places : int
        Number of places J.
    groups : (focal, reference)
    outcome : str
        Of :data:`OUTCOMES`.
    by : sequence of str
        Keys that tell the strata of a place apart: only occasions of one person in one stratum are compared.
    """
    group = rows.columns["group"]
    pair = (group == groups[0]) | (group == groups[1])
    known = pair & (rows.columns["person_code"] >= 0)
    told = known & (rows.columns[outcome] >= 0)
    unit, place, person = _units(rows, told, by)
    had_it = rows.columns[outcome]
    focal, had, n = group[told] == groups[0], had_it[told] == 1, rows.n[told]
    seen, varied = _persons(rows, known, group == groups[0])
    blind = known & (rows.columns[outcome] < 0) & varied
    censored = np.zeros(places, dtype=bool)
    censored[rows.index[rows.censored & (pair | (group == "unknown"))]] = True

    def total(mask: Bools) -> Floats:
        return np.bincount(rows.index[mask], rows.n[mask], places).astype(float)

    def people(mask: Bools) -> Floats:
        return _distinct(rows.index[mask], rows.columns["person_code"][mask], places)

    by_group = np.column_stack([total(known & (group == name)) for name in groups])
    whole, part = (np.bincount(unit, v, len(place)) for v in (n, n * focal))
    mixed = ((part > 0) & (part < whole))[unit]
    officers, named = _by_officer(rows.take(told).take(mixed), groups[0], outcome, unit[mixed], places)
    return Occasions(
        both=_sums(unit, n * (focal & had), place),
        focal=_sums(unit, n * focal, place),
        outcome=_sums(unit, n * had, place),
        size=_sums(unit, n, place),
        place=place,
        person=person,
        rows=total(np.ones(len(group), dtype=bool)),
        identified=by_group.sum(axis=1),
        unidentified=total(pair & ~known),
        groups=by_group,
        repeated=people(seen),
        varied=people(varied),
        unrecorded=total(blind),
        unknown=total((group == "unknown") | (group == "")),
        whole=np.column_stack([total((group == name) & (had_it == mark)) for mark in (1, 0) for name in groups]),
        censored=censored,
        officers=officers,
        named=named,
    )


def _by_officer(
    rows: RowTable, focal: str, outcome: str, unit: Ints, places: int
) -> tuple[OfficerEffect | None, Bools]:
    """Hold officers fixed too; those who are not recorded are taken for one officer of the place."""
    code, at = rows.columns["officer_code"], rows.index
    total, told = (np.bincount(at, v, places) for v in (rows.n, rows.n * (code >= 0)))
    named = np.asarray((total > 0) & (told >= _NAMED * total))
    if not named.any():
        return None, named
    rows, unit = rows.take(named[at]), unit[named[at]]
    officer, person = (_numbered(rows.index, rows.columns[name] + 1)[1] for name in ("officer_code", "person_code"))
    seen, had = rows.columns["group"] == focal, rows.columns[outcome] == 1
    return officer_effect(seen, had, rows.n, unit, officer, person, rows.index, places, level=LEVEL), named


def blank_persons(
    rows: RowTable, cells: Cells, groups: tuple[str, str], outcome: str, by: Sequence[str], where: Bools
) -> Blank:
    """Bound the ratio over every way to give a person's occasions of unrecorded group to the two groups.

    Parameters
    ----------
    rows, groups, outcome, by
        As in :func:`occasions`.
    cells : Cells
    where : (J,) bool array
        Places to look at.
    """
    known = (rows.columns["person_code"] >= 0) & (rows.columns[outcome] >= 0)
    blind = known & rows.isin("group", "", "unknown")
    asked = blind | (known & rows.isin("group", *groups))
    low, high = (np.full(cells.size, np.nan) for _ in range(2))
    parts, few = np.zeros((cells.size, 2)), np.zeros(cells.size, dtype=bool)
    for j in np.flatnonzero(where & (np.bincount(rows.index[blind], minlength=cells.size) > 0)).tolist():
        own = rows.take(asked & (rows.index == j))
        own = own.take(_could_vary(own, groups))
        alone = RowTable(np.zeros(len(own.n), dtype=np.int64), own.columns, own.n, own.censored)
        hit = own.columns[outcome] == 1
        every = np.ones(len(hit), dtype=bool)
        found = blank_group(alone, cells.select([j]), groups, told=every, hit=hit, by=("person_code", *by))
        low[j], high[j], parts[j], few[j] = found.low[0], found.high[0], found.parts[0], found.few[0]
    return Blank(low, high, parts, few)


def _could_vary(rows: RowTable, groups: tuple[str, str]) -> Bools:
    """Return the rows of persons who could have been perceived both ways: the others tell nothing."""
    person = np.unique(rows.columns["person_code"], return_inverse=True)[1].ravel()
    either = rows.isin("group", "", "unknown")
    sides = [np.bincount(person, rows.n * (either | rows.isin("group", name))) for name in groups]
    total = np.bincount(person, rows.n)
    return np.asarray(((sides[0] > 0) & (sides[1] > 0) & (total > 1))[person], dtype=bool)


def _sums(unit: Ints, values: Floats, units: Ints) -> Floats:
    return np.bincount(unit, values, len(units)).astype(float)


def _units(rows: RowTable, told: Bools, by: Sequence[str]) -> tuple[Ints, Ints, Ints]:
    """Number the units of the rows of a mask; return each row's, and place and person of each unit."""
    keys = [rows.index[told], rows.columns["person_code"][told]]
    keys += [np.unique(rows.columns[key][told].astype(str), return_inverse=True)[1].ravel() for key in by]
    first, unit = _numbered(*keys)
    return unit, keys[0][first], keys[1][first]


def _persons(rows: RowTable, known: Bools, focal: Bools) -> tuple[Bools, Bools]:
    """Return the masks of the rows of persons met more than once, and of persons perceived both ways."""
    seen, varied = np.zeros(len(known), dtype=bool), np.zeros(len(known), dtype=bool)
    if not known.any():
        return seen, varied
    person = _numbered(rows.index[known], rows.columns["person_code"][known])[1]
    whole = np.bincount(person, rows.n[known])
    part = np.bincount(person, rows.n[known] * focal[known])
    seen[known], varied[known] = (whole > 1)[person], ((part > 0) & (part < whole))[person]
    return seen, varied


def _distinct(place: Ints, person: Ints, places: int) -> Floats:
    """Count different persons by place."""
    if not place.size:
        return np.zeros(places)
    return np.bincount(place[_numbered(place, person)[0]], minlength=places).astype(float)


def _numbered(*keys: Ints) -> tuple[Ints, Ints]:
    """Return where each combination of some keys comes first, in their order, and the number of each row's own."""
    code = np.zeros(len(keys[0]), dtype=np.int64)
    for key in keys:
        # Renumbered at every step, so that the product of two never leaves the range of whole numbers.
        code = np.unique(code, return_inverse=True)[1].ravel() * (int(key.max(initial=0)) + 1) + key
    return np.unique(code, return_index=True, return_inverse=True)[1:]
