"""Cases counted by place, side and stratum, from single rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats, RowTable
from auditor.signals.baseline import small
from auditor.signals.sides import Counted
from auditor.stats.numbering import combined

_SOURCES = ("recorded", "perceived", "mixed", "surname")
_NAMELESS = ("", "unknown")
_REST = "any other"
UNCLASSED = ("", "unknown")
"""Offences that are none: such cases cannot be compared within offences."""
MOST_UNCLASSED = 0.3


def few_silent(cells: Cells, rows: RowTable, silent: Bools) -> Bools:
    """Return where 1 to 10 cases of any named group have nothing recorded, as a mask over the rows says.

    Where all cases are printed elsewhere, the missing shares of some groups give those of the others.
    """
    names = sorted(set(rows.columns["group"].astype(str).tolist()) - set(_NAMELESS))
    few = [small(total(rows, cells.size, silent & rows.isin("group", name)), cells) for name in names]
    return np.asarray(np.any(few, axis=0), dtype=bool) if few else np.zeros(cells.size, dtype=bool)


def rows_of(cells: Cells, event: str) -> RowTable:
    """Return the rows of an event from one source of ethnicity: recorded and estimated groups are never added."""
    if cells.rows is None:
        raise ValueError("the cells hold no single rows: the signal's view must ask for them")
    rows = cells.rows.where(event=event)
    codes, names = rows.codes("group_source")
    met = {names[code] for code in np.flatnonzero(np.bincount(codes, minlength=len(names)))}
    reach = {name: len(np.unique(rows.index[rows.isin("group_source", name, "")])) for name in _SOURCES if name in met}
    if not reach:
        return rows.take(~rows.isin("group_source", "nationality"))
    best = max(reach, key=lambda name: (reach[name], -_SOURCES.index(name)))
    return rows.take(rows.isin("group_source", best, ""))


def richest(cells: Cells, events: Sequence[str], usable: Bools) -> str:
    """Return the event with the most usable cases of people of known group; the first of those that tie.

    Parameters
    ----------
    cells : Cells
    events : sequence of str
        In the order in which they are preferred.
    usable : (R,) bool array
        Over the cells' rows.
    """
    if cells.rows is None:
        return events[0]
    kept = usable & ~cells.rows.isin("group", *_NAMELESS)
    rows = cells.rows.take(kept)
    total = {event: float(rows.where(event=event).n.sum()) for event in events}
    return max(events, key=lambda event: (total[event], -list(events).index(event)))


def present(rows: RowTable, places: int) -> Bools:
    """Return where any row is."""
    found = np.zeros(places, dtype=bool)
    found[rows.index] = True
    return found


def of_unknown_group(rows: RowTable, places: int, cases: Bools) -> Floats:
    """Return the cases of people of unrecorded group, by place."""
    return total(rows, places, cases & rows.isin("group", *_NAMELESS))


def of_groups(rows: RowTable, places: int, groups: Sequence[str]) -> Floats:
    """Return all cases of each group, and of those whose group is not recorded, (J, G + 1).

    Other signals print them: what a comparison leaves out follows by subtraction.
    """
    named = [rows.isin("group", group) for group in groups]
    return np.stack([total(rows, places, kept) for kept in (*named, rows.isin("group", *_NAMELESS))], axis=1)


def beside_compared(
    rows: RowTable, places: int, groups: Sequence[str], told: Bools, by: Sequence[str], among: Bools | None = None
) -> Floats:
    """Return the cases beside those compared, in the strata that hold both groups and in those that hold one, (J, 4).

    Other signals print how many cases there are of an offence, whoever they are of: where the strata compared, or those
    left out, are that offence, the cases of both groups leave these. First all that are not told of either group, then
    those of other groups alone. ``among`` are the rows of the offence where the strata are of one and do not name it.
    """
    ours = positions(rows, groups) >= 0
    named = np.where(ours, rows.columns["group"], _REST).astype(object)
    every = np.ones(len(rows.n), dtype=bool) if among is None else among
    # No other key is unpacked: rows by officer and encounter may be millions.
    columns = {key: rows.columns[key] for key in by} | {"group": named}
    relabelled = RowTable(rows.index, columns, rows.n, rows.censored)
    n, cases = spread(relabelled, places, (*groups, _REST), (told & ours, every), by, within=every)
    there = n[:, : len(groups)] > 0
    both, one = np.all(there, axis=1), there.sum(axis=1) == 1
    rest, others = cases.sum(axis=1) - n.sum(axis=1), cases[:, -1]
    return np.stack([(left * kept).sum(axis=1) for left in (rest, others) for kept in (both, one)], axis=1)


def other_groups(cells: Cells, rows: RowTable) -> tuple[str, ...]:
    """Return the groups in the rows that nobody asks about, sorted."""
    asked = {"", "unknown", "other", cells.reference_group, *cells.focal_groups}
    return tuple(sorted(set(rows.columns["group"].astype(str).tolist()) - asked))


def unclassed(rows: RowTable, places: int, groups: Sequence[str], cases: Bools) -> Bools:
    """Return where more than 30 % of a group's cases have no class of offence: offences cannot be held equal there."""
    bare = rows.isin("offence", *UNCLASSED)
    every, without = spread(rows, places, groups, (cases, cases & bare), (), within=cases)
    return np.asarray((without > MOST_UNCLASSED * every).any(axis=(1, 2)), dtype=bool)


def total(rows: RowTable, places: int, kept: Bools) -> Floats:
    """Return the number of cases of the rows that a mask keeps, by place."""
    return np.bincount(rows.index[kept], weights=rows.n[kept], minlength=places).astype(float)


def count_cases(
    rows: RowTable, places: int, groups: Sequence[str], *, told: Bools, hit: Bools, silent: Bools, by: Sequence[str]
) -> Counted:
    """Count cases by place, group and stratum.

    Parameters
    ----------
    rows : RowTable
        Of one event, with the key ``group`` and those of ``by``.
    places : int
        Number of places J.
    groups : sequence of str
    told, hit, silent : (R,) bool arrays
        Rows of which the outcome is recorded, those of them that have it, and those of which it is not recorded.
    by : sequence of str
        Keys that tell the strata of a place apart; what is missing is a stratum of its own. Empty for one stratum.
    """
    k, n, unrecorded = spread(rows, places, groups, (told & hit, told, silent), by, within=told)
    censored = np.zeros(places, dtype=bool)
    censored[rows.index[(told | silent) & rows.censored & (positions(rows, groups) >= 0)]] = True
    return Counted(k, n, unrecorded.sum(axis=2), censored)


def spread(
    rows: RowTable, places: int, groups: Sequence[str], kinds: Sequence[Bools], by: Sequence[str], *, within: Bools
) -> list[Floats]:
    """Spread kinds of cases over (place, group, stratum), an array of shape (J, G, S) for each kind.

    Parameters
    ----------
    rows : RowTable
    places : int
    groups : sequence of str
    kinds : sequence of (R,) bool arrays
    by : sequence of str
        Keys that tell the strata of a place apart.
    within : (R,) bool array
        Rows whose strata are told apart; cases of other rows are in the first stratum.
    """
    group = positions(rows, groups)
    at, width = strata(rows, within & (group >= 0), by)
    found = []
    for kind in kinds:
        kept = kind & (group >= 0)
        counts = np.zeros((places, len(groups), width))
        np.add.at(counts, (rows.index[kept], group[kept], at[kept]), rows.n[kept])
        found.append(counts)
    return found


def strata(rows: RowTable, told: Bools, by: Sequence[str]) -> tuple[NDArray[np.int64], int]:
    """Number the strata of each place from 0; the second number is the largest number of strata of a place."""
    at = np.zeros(len(rows.n), dtype=np.int64)
    if not by or not told.any():
        return at, 1
    label: NDArray[np.integer[Any]] = np.zeros(int(told.sum()), dtype=np.int64)
    for key in by:
        # Numbered anew after every key: the product of many keys' sizes would overflow.
        label = combined(label, code_of(rows, key)[told])[0]
    inverse, one = combined(rows.index[told], label)
    place = rows.index[told][one]
    _, first = np.unique(place, return_index=True)
    number = np.arange(len(place)) - np.repeat(first, np.diff([*first, len(place)]))
    at[told] = number[inverse]
    return at, int(number.max()) + 1


def code_of(rows: RowTable, key: str) -> NDArray[np.integer[Any]]:
    """Return whole numbers that tell the values of a key apart: those of the key, or the positions of its texts."""
    values = rows.columns[key]
    return values if values.dtype.kind in "iu" else rows.codes(key)[0]


def merged(rows: RowTable, keys: Sequence[str]) -> RowTable:
    """Return rows that differ in some keys only as one, without those keys; all others are texts or whole numbers."""
    kept = [name for name in rows.columns if name not in keys]
    label: NDArray[np.integer[Any]] = rows.index
    for name in kept:
        label = combined(label, code_of(rows, name))[0]
    inverse, one = combined(label)
    columns = {name: rows.columns[name][one] for name in kept}
    censored = np.bincount(inverse, rows.censored, len(one)) > 0
    n = np.bincount(inverse, rows.n, len(one)).astype(np.float64)
    return RowTable(rows.index[one], columns, n, censored)


def splits(rows: RowTable, told: Bools, by: Sequence[str]) -> bool:
    """Say whether keys tell several strata apart in some place."""
    return strata(rows, told, by)[1] > 1


def positions(rows: RowTable, groups: Sequence[str]) -> NDArray[np.int64]:
    """Return the position of each row's group among some groups, -1 where it is none of them."""
    place = {name: i for i, name in enumerate(groups)}
    codes, names = rows.codes("group")
    return np.array([place.get(name, -1) for name in names] or [-1], dtype=np.int64)[codes]
