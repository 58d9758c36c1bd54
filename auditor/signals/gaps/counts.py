"""Records with and without an ethnic group, by place, month and outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats, RowTable, Table
from auditor.signals.groups import sourced

EVENTS = ("stop", "citation", "arrest", "booking", "detainer", "match", "custody", "removal")
OUTCOMES = ("searched", "contraband", "cited", "booked", "detainer", "not-convicted")
"""Outcomes by which the share of gaps may differ: what was decided about the person after the event began."""
ESTIMATED = ("surname", "nationality")
"""Sources of a group that are no record of it."""
_FREE, _CONVICTED = ("dismissed", "no-charge", "acquitted"), ("convicted",)


@dataclass(frozen=True)
class Gaps:
    """Records of one event; arrays over places.

    Attributes
    ----------
    rows : Table
        Those that say anything about groups.
    missing, total : (J,) arrays
        Records without a group, and all.
    present, censored : (J,) bool arrays
        Where any record of the event is; where a number is suppressed.
    """

    rows: Table
    missing: Floats
    total: Floats
    present: Bools
    censored: Bools


def event_of(cells: Cells, wanted: str) -> str:
    """Return the event that is looked at: the one with most recorded groups, unless one is asked for."""
    if wanted != "auto":
        return wanted
    known = cells.counts.take(~cells.counts.isin("group", "", "unknown"))
    total = {event: float(known.where(event=event).n.sum()) for event in EVENTS}
    return max(EVENTS, key=lambda event: (total[event], -EVENTS.index(event)))


def count_gaps(cells: Cells, event: str) -> Gaps:
    """Count the records of an event.

    Rows of a source that records no groups say nothing of gaps, nor do groups that were themselves estimated.
    """
    own = sourced(cells, event)
    if "group_source" in own.columns:
        own = own.take(~own.isin("group_source", *ESTIMATED))
    rows = own.take(~own.isin("group", ""))
    blind = rows.where(group="unknown")
    censored = np.bincount(rows.index[rows.censored], minlength=cells.size) > 0
    present = np.bincount(own.index, minlength=cells.size) > 0
    return Gaps(rows, blind.total(cells.size), rows.total(cells.size), present, censored)


def monthly(gaps: Gaps, places: int) -> tuple[Floats, Floats]:
    """Return records without a group and all, by place and month of the file, (J, T); months without any are 0 of 0."""
    months = gaps.rows.levels("month")
    at = gaps.rows.position("month", months)
    shape = (places, max(len(months), 1))
    missing, total = np.zeros(shape), np.zeros(shape)
    keep, blind = at >= 0, (at >= 0) & gaps.rows.isin("group", "unknown")
    np.add.at(total, (gaps.rows.index[keep], at[keep]), gaps.rows.n[keep])
    np.add.at(missing, (gaps.rows.index[blind], at[blind]), gaps.rows.n[blind])
    return missing, total


def by_outcome(rows: RowTable, places: int, outcome: str) -> tuple[Floats, Floats, Floats, Floats]:
    """Return gaps and records with the outcome, then without it, by place and stratum (agency by month), (J, K) each.

    Parameters
    ----------
    rows : RowTable
        Of the event, from one source of ethnicity.
    places : int
    outcome : str
        One of :data:`OUTCOMES`.
    """
    side = _side(rows, outcome)
    known = side >= 0
    told, side = rows.take(known), side[known]
    at, width = _strata(told)
    blind = np.isin(told.columns["group"].astype(str), ("", "unknown"))
    found = []
    for wanted in (1, 0):
        for keep in ((side == wanted) & blind, side == wanted):
            values = np.zeros((places, width))
            np.add.at(values, (told.index[keep], at[keep]), told.n[keep])
            found.append(values)
    return found[0], found[1], found[2], found[3]


def beside_outcome(
    rows: RowTable, places: int, outcome: str, focal: Sequence[str], reference: str
) -> tuple[Floats, ...]:
    """Return counts that follow from those of :func:`by_outcome` and what other signals print, by place, (J,) each.

    They print all records, those without a group, and the outcomes of the groups that are compared. Any of these may be
    hidden there, and then it is among the others.

    Parameters
    ----------
    rows, places, outcome
        As :func:`by_outcome` takes them.
    focal : sequence of str
    reference : str

    Returns
    -------
    tuple of arrays
        Gaps, and all records, with nothing said of the outcome; then, for every choice of compared groups that
        are shown, records of other groups with the outcome, without it, in all of these, and with nothing said of it
        (all of these, those that are in no comparison, and those that could be), and those that are counted here with
        the outcome, and without it, and in no comparison. Gaps and all records with nothing said come once more
        without those that are in no comparison.
    """
    side, blind = _side(rows, outcome), rows.isin("group", "", "unknown")
    beyond = _uncompared(rows, outcome)
    unsaid, apart = side < 0, ~blind & beyond
    # Other signals print how many of a group immigration custody took: less these, the rest of the unsaid follows.
    kept = [blind & unsaid, unsaid, blind & unsaid & ~beyond, unsaid & ~beyond]
    compared = (*focal, reference)
    for shown in chain.from_iterable(combinations(compared, size) for size in range(1, len(compared) + 1)):
        rest = ~blind & ~rows.isin("group", *shown)
        kept += [rest & (side == 1), rest & (side == 0), rest & ~unsaid, rest & unsaid]
        kept += [rest & unsaid & beyond, rest & unsaid & ~beyond]
        kept += [(rest | apart) & (side == 1), (rest | apart) & (side == 0)]
    return tuple(np.bincount(rows.index[k], weights=rows.n[k], minlength=places).astype(float) for k in kept)


def _uncompared(rows: RowTable, outcome: str) -> NDArray[np.bool_]:
    """Mark records whose group may be compared, though not they themselves.

    Hit rates leave out searches of which the result is not recorded; comparisons of how cases ended leave out those
    that immigration custody took, and count no acquittal among cases without a charge.
    """
    if outcome == "searched":
        return np.asarray(rows.columns["contraband"] < 0)
    if outcome == "not-convicted":
        return np.asarray((rows.columns["detainer"] == 1) | rows.isin("disposition", "acquitted"))
    return np.zeros(len(rows.n), dtype=bool)


def held_outcomes(rows: RowTable) -> tuple[str, ...]:
    """Return the outcomes of which the rows say both yes and no."""
    return tuple(name for name in OUTCOMES if {0, 1} <= set(_side(rows, name).tolist()))


def _side(rows: RowTable, outcome: str) -> NDArray[np.int64]:
    """1 with the outcome, 0 without, -1 where it is not said."""
    if outcome == "not-convicted":
        text = rows.columns["disposition"].astype(str)
        return np.where(np.isin(text, _FREE), 1, np.where(np.isin(text, _CONVICTED), 0, -1)).astype(np.int64)
    side = rows.columns[outcome].astype(np.int64)
    # Contraband is an outcome of searches.
    return np.where(rows.columns["searched"] == 1, side, -1) if outcome == "contraband" else side


def _strata(rows: RowTable) -> tuple[NDArray[np.int64], int]:
    """Number the agencies by months of each place from 0."""
    if not len(rows.n):
        return np.zeros(0, dtype=np.int64), 1
    label = _labels(rows, ("agency", "month"))
    pairs, inverse = np.unique(np.stack([rows.index, label]), axis=1, return_inverse=True)
    _, first = np.unique(pairs[0], return_index=True)
    number = np.arange(pairs.shape[1]) - np.repeat(first, np.diff([*first, pairs.shape[1]]))
    return number[inverse.ravel()].astype(np.int64), int(number.max()) + 1


def _labels(rows: RowTable, keys: Sequence[str]) -> NDArray[np.int64]:
    codes = [np.unique(rows.columns[key].astype(str), return_inverse=True)[1] for key in keys]
    return np.unique(np.stack(codes), axis=1, return_inverse=True)[1].ravel().astype(np.int64)
