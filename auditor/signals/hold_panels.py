"""The shares of the signal hold-time: people with a hold against people without one, beyond the limit."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from itertools import chain, combinations

import numpy as np

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import small, totals_tell
from auditor.signals.hold_jails import by_jails
from auditor.signals.hold_options import HoldTimeOptions
from auditor.signals.hold_weeks import Weeks, weeks_of
from auditor.signals.pair_measure import Counted, PairColumn, lacks_of, pair_panel
from auditor.signals.signal import Contrast, Lack, Panel
from auditor.signals.stays import Stays, counted, groups_of, whole_days
from auditor.stats.strata.mantel_haenszel import mh_risk_ratio

NAME = "hold-time"
_NOTHING, _ONE_SIDE = 3, 4
"""Positions (from 1) among the reasons of a pair: no stay of either side, none of one side."""
_MOST_UNENDED = 0.5
_METHOD = (
    "ratio of shares (to five jails: score interval or Mantel-Haenszel; from six: jackknife over jails), no narrower "
    "than a jackknife over weeks or four weeks"
)
NO_ENDS = Lack(f"{NAME}.no-ends", f"{NAME}.need-ends")
NO_HOLDS_TOLD = Lack(f"{NAME}.no-holds-told", f"{NAME}.need-holds")
NOT_FOLLOWED = Lack(f"{NAME}.not-followed", f"{NAME}.need-longer")
IN_COMPARISON = Lack(f"{NAME}.in-comparison", f"{NAME}.need-nothing")
HOLDS_ONLY = Lack(f"{NAME}.holds-only", f"{NAME}.need-without")


def compared_panel(signal: str, cells: Cells, stays: Stays, event: str, options: HoldTimeOptions) -> Panel:
    """Measure the shares beyond the limit: the test, the other clock, all jails together, and each group.

    Parameters
    ----------
    signal : str
    cells : Cells
    stays : Stays
    event : str
    options : HoldTimeOptions

    Returns
    -------
    Panel
        The test is the first contrast.
    """
    other = "plain" if options.clock == "regulation" else "regulation"
    first = options.within == "jail"
    columns = [_column(cells, stays, event, options, options.clock, jails=first, tested=True)]
    columns += [
        column
        for column in (
            _column(cells, stays, event, options, other, jails=first),
            _column(cells, stays, event, options, options.clock, jails=not first),
        )
        if _differs(column.counted, columns[0].counted)
    ]
    wanted = (*cells.focal_groups, cells.reference_group)
    whole = list(columns)
    for group in groups_of(stays, wanted):
        column = _column(cells, stays, event, options, options.clock, jails=first, group=group)
        shown = columns[len(whole) :]
        hidden = _tells(cells, column, whole, shown, _counts)
        bare = _tells(cells, column, whole, shown, _silent)
        if column.hidden is not None:
            hidden |= column.hidden
        columns.append(dataclasses.replace(column, hidden=hidden, missing_hidden=bare))
    panel = pair_panel(signal, cells, columns, cells.window(event), lacks=lacks_of(NAME), missing="times")
    weeks = [_weeks(stays, column.contrast, options) for column in columns]
    return _named(by_jails(_precise(panel, cells, stays), columns, weeks), options)


def _weeks(stays: Stays, contrast: Contrast, options: HoldTimeOptions) -> Weeks:
    """Return the stays of a comparison by weeks."""
    clock, _, overall = contrast.label.partition("-")
    own = stays.of_group(contrast.group) if contrast.group else stays
    return weeks_of(own, clock, options.limit, jails=not overall)


def _column(
    cells: Cells,
    stays: Stays,
    event: str,
    options: HoldTimeOptions,
    clock: str,
    *,
    jails: bool,
    tested: bool = False,
    group: str = "",
) -> PairColumn:
    own = stays.of_group(group) if group else stays
    label = clock if jails else f"{clock}-overall"
    listed = np.zeros(cells.size)
    if cells.rows is not None:
        rows = cells.rows.where(event=event)
        listed += np.bincount(rows.index, weights=rows.n, minlength=cells.size)
    numbers = counted(own, clock, options.limit, jails=jails)
    # Stays of everybody, less those of the groups whose counts are printed, are those of the others.
    whole = listed - numbers.n.sum(axis=(1, 2)) < cells.gates["persons"]
    hidden = totals_tell(cells, (event,), unrecorded=True) & whole
    hidden |= few_beside(cells, event, own, group)
    if not group:
        hidden |= rest_tells(cells, own, jails=jails)
    unended = _unended(own)
    contrast = Contrast(
        key=f"held-longer/hold/no-hold/{label}" + (f"/{group}" if group else ""),
        group=group or None,
        reference=None,
        event=event,
        label=label,
        counted="held-longer",
        among=event,
        comparator="without-hold",
        why=f"{NAME}.why-{'jail' if jails else 'overall'}",
        shape="pair",
        method=_METHOD,
        tested=tested,
        definitions=(f"{NAME}.define-due", f"{NAME}.define-limit", f"{NAME}.define-seen"),
        words=f"{NAME}-group" if group else NAME,
    )
    return PairColumn(
        contrast,
        numbers,
        listed > 0,
        own.total((own.side < 0) & own.seen),
        notes=_notes(own, clock),
        ranges={"no-end": _ends_range(numbers, unended, options, jails=jails, stays=own)},
        withheld=(
            (NO_ENDS, (unended > _MOST_UNENDED * numbers.n.sum(axis=2)).any(axis=1)),
            (IN_COMPARISON, _same_jail(own) & (not tested) & (jails != (options.within == "jail"))),
        ),
        range_hidden=np.asarray(small(unended, cells).any(axis=1), dtype=bool),
        hidden=hidden,
        sides=(f"hold {group}", f"none {group}"),
    )


def few_beside(cells: Cells, event: str, stays: Stays, group: str = "") -> Bools:
    """Return where 1 to 10 of the group, or of any group where all are compared, are in no comparison of stays.

    Of them nothing is said of a hold, or of times. Other signals print all people of each group.
    """
    found = np.zeros(cells.size, dtype=bool)
    if cells.rows is None:
        return found
    rows, known = cells.rows.where(event=event), stays.known
    for name in [group] if group else sorted(set(rows.columns["group"].astype(str).tolist())):
        mine = rows.isin("group", name)
        listed = np.bincount(rows.index[mine], rows.n[mine], cells.size)
        found |= small(listed - known.total(known.group.astype(str) == name), cells)
    return found


def rest_tells(cells: Cells, stays: Stays, *, jails: bool) -> Bools:
    """Return where everybody on a side, less the groups that other signals count on it, leaves 1 to 10 people.

    They print who of each group had a hold and who had none; any focal group may be hidden there, and then it is among
    the others.
    """
    known = stays.known
    there = np.zeros((known.places, 2, known.jails), dtype=bool)
    there[known.place, known.side, known.jail] = True
    # Where each jail is compared by itself, those with one side are left out.
    both = np.asarray(there.all(axis=1))
    kept = both[known.place, known.jail] if jails else np.ones(len(known.n), dtype=bool)
    found = np.zeros(cells.size, dtype=bool)
    focal = tuple(cells.focal_groups)
    for shown in chain.from_iterable(combinations(focal, size) for size in range(1, len(focal) + 1)):
        rest = kept & ~np.isin(known.group.astype(str), (*shown, cells.reference_group))
        found |= np.asarray(small(known.by_side(rest), cells).any(axis=1), dtype=bool)
    return found


def _same_jail(stays: Stays) -> Bools:
    """Return where one jail holds everybody: jails apart and jails together are the same comparison."""
    known = stays.known
    there = np.zeros((known.places, known.jails), dtype=bool)
    there[known.place, known.jail] = True
    return np.asarray(there.sum(axis=1) == 1, dtype=bool)


def _unended(stays: Stays) -> Floats:
    """Return (J, 2) stays without an end, with and without a hold."""
    known = stays.known
    return known.by_side(~known.left)


def _ends_range(
    numbers: Counted, unended: Floats, options: HoldTimeOptions, *, jails: bool, stays: Stays
) -> tuple[Floats, Floats]:
    """Ratio if every stay without an end, of one side or the other, had ended within the limit; NaN where all ended."""
    known = stays.known
    open_ = counted(known.take(~known.left), "plain", options.limit, jails=jails).k
    k, n = numbers.shared()
    gone = np.where(n > 0, open_, 0.0)
    low = mh_risk_ratio(k[:, 0] - gone[:, 0], n[:, 0], k[:, 1], n[:, 1]).estimate
    high = mh_risk_ratio(k[:, 0], n[:, 0], k[:, 1] - gone[:, 1], n[:, 1]).estimate
    some = unended.sum(axis=1) > 0
    return np.where(some, low, np.nan), np.where(some, high, np.nan)


def _notes(stays: Stays, clock: str) -> dict[str, Bools]:
    every = np.ones(stays.places, dtype=bool)
    return {
        f"{NAME}.caveat-other": every,
        f"{NAME}.caveat-who": every,
        f"{NAME}.caveat-days": whole_days(stays),
        f"{NAME}.caveat-ends": _unended(stays).sum(axis=1) > 0,
        f"{NAME}.caveat-late": stays.total(stays.late & (stays.side == 1)) > 0,
        f"{NAME}.caveat-plain": every & (clock == "plain"),
    }


def _differs(one: Counted, other: Counted) -> bool:
    """Say whether two columns tell different things of any place."""
    several = [np.all(numbers.n > 0, axis=1).sum(axis=1) for numbers in (one, other)]
    sums = [np.stack(numbers.shared()).sum(axis=-1) for numbers in (one, other)]
    return not (np.array_equal(several[0], several[1]) and np.array_equal(sums[0], sums[1]))


def _tells(
    cells: Cells,
    column: PairColumn,
    whole: list[PairColumn],
    shown: list[PairColumn],
    counts: Callable[[PairColumn], Floats],
) -> Bools:
    """Return where a group's counts, taken from those of everybody with any groups before, leave 1 to 10 people."""
    own = counts(column)
    hidden = np.zeros(cells.size, dtype=bool)
    for some in chain.from_iterable(combinations(shown, r) for r in range(len(shown) + 1)):
        printed = sum((_printed(other, counts) for other in some), start=np.zeros_like(own))
        for everybody in whole:
            rest = np.abs(counts(everybody) - printed - own)
            hidden |= np.asarray(small(rest, cells).any(axis=1), dtype=bool)
    return hidden


def _printed(column: PairColumn, counts: Callable[[PairColumn], Floats]) -> Floats:
    """Return the counts of a group that is shown; 0 where it is not."""
    own = counts(column)
    return own if column.hidden is None else np.where(column.hidden[:, None], 0.0, own)


def _counts(column: PairColumn) -> Floats:
    """Return (J, 4) counts that are compared: beyond the limit and within it, with and without a hold."""
    k, n = column.counted.shared()
    return np.concatenate([k.sum(axis=2), (n - k).sum(axis=2)], axis=1)


def _silent(column: PairColumn) -> Floats:
    """Return (J, 3) counts that the missing shares tell of: without a side, without times, and all with a side."""
    blind = column.counted.unrecorded.sum(axis=1)
    return np.stack([column.unknown, blind, blind + column.counted.n.sum(axis=(1, 2))], axis=1)


def _precise(panel: Panel, cells: Cells, stays: Stays) -> Panel:
    """Say which of several things is missing where a side, or both, have no stay."""
    lacks = (*panel.lacks, NO_HOLDS_TOLD, NOT_FOLLOWED, HOLDS_ONLY)
    at = {lack.reason: i + 1 for i, lack in enumerate(lacks)}
    code = panel.code.copy()
    timed = np.isfinite(stays.hours["plain"])
    untold = stays.total(timed & (stays.side < 0)) > 0
    unseen = stays.total(timed & (stays.side >= 0) & ~stays.seen) > 0
    holds = stays.known.by_side(np.ones(len(stays.known.n), dtype=bool))[:, 0] > 0
    for mask, lack in ((untold, NO_HOLDS_TOLD), (unseen, NOT_FOLLOWED)):
        code = np.where((panel.code == _NOTHING) & mask[:, None], at[lack.reason], code)
    code = np.where((panel.code == _ONE_SIDE) & holds[:, None], at[HOLDS_ONLY.reason], code)
    return dataclasses.replace(panel, lacks=lacks, code=code)


def _named(panel: Panel, options: HoldTimeOptions) -> Panel:
    """Name what is missing after what it is, and add the hours that the sentences speak of."""
    missing = {"hold": panel.missing["group"], "times": panel.missing["times"]}
    limit = np.where(panel.code == 0, options.limit, np.nan)
    return dataclasses.replace(panel, missing=missing, extra={**panel.extra, "limit": limit})
