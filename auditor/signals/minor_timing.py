"""Minor traffic over time: the first years against the last, and detainers on such arrests before a conviction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats, RowTable, Table
from auditor.domain.policy_dates import PERIODS, REGIMES, regime_of
from auditor.signals.baseline import small
from auditor.signals.concealment import NEVER, concealed
from auditor.signals.months import months_of
from auditor.signals.offence_counts import MINOR, MOST_UNRECORDED, facts_of, own_of
from auditor.signals.share_change import LEVEL, share_changes
from auditor.signals.signal import Contrast
from auditor.signals.stated import ABSENT, SUPPRESSED, TOO_FEW, StatedColumn, change_column, share_column
from auditor.signals.timeline import Timeline, month_window, timeline
from auditor.stats.composition.shares import composition

SINGLE = ("arrest", "booking", "detainer")
"""Events whose single rows tell when a detainer was lodged."""
KEYS = ("event", "offence", "prior_conviction", "before_conviction", "detainer_month", "detainer_period")

RULE = "minor-traffic-2012"
"""The rule of 27 April 2012 on people arrested for nothing but minor traffic offences."""
STRATA = tuple(name for name in PERIODS if name in REGIMES or name == RULE)
"""Regimes, that of 2011 divided at the rule."""


def over_time(cells: Cells, event: str) -> StatedColumn:
    """Return how much the minor share of one event differs between the first and the last years of each place.

    As many whole years on either side as the months allow, so that both have the same seasons.
    """
    facts = facts_of(cells, event)
    counts, months = _monthly(facts.rows, cells.size)
    after, used = _ends(counts.sum(axis=2) > 0)
    change = share_changes(counts, after, used)
    code = np.zeros(cells.size, dtype=np.int64)
    code[facts.missing > MOST_UNRECORDED] = TOO_FEW
    code[~own_of(cells, facts, "minor").known] = ABSENT
    code[facts.censored] = SUPPRESSED
    inside = np.concatenate([change.k, change.n - change.k], axis=1)
    whole = np.stack([(facts.rows.where(offence=MINOR["minor"])).total(cells.size), facts.told], axis=1)
    rest = np.stack([whole[:, 0] - change.k.sum(axis=1), (whole[:, 1] - change.n.sum(axis=1))], axis=1)
    outside = np.stack([rest[:, 0], rest[:, 1] - rest[:, 0]], axis=1)
    # What is not in either stretch is known too, by itself, from the whole: its parts as well must not be small.
    hidden = facts.coarse | concealed(inside, cells).any(axis=1) | small(outside, cells).any(axis=1)
    contrast = Contrast(
        key=f"{event}/minor/over-time",
        group=None,
        reference=None,
        event=event,
        label="years",
        counted="minor",
        among=event,
        comparator="months-before",
        why="stated.why-change",
        shape="described",
        method="difference of shares (Newcombe, with the scatter of the months)",
        tested=False,
        scale="difference",
        definitions=("minor-traffic.define-minor",),
        words="stated-change",
    )
    return change_column(contrast, change, code, hidden, month_window(months, used), facts.censored)


def _monthly(rows: Table, places: int) -> tuple[Floats, tuple[str, ...]]:
    """Return minor offences and the others by place and month."""
    dated = rows.take(~rows.isin("offence", "", "unknown") & ~rows.isin("month", ""))
    months = months_of(dated)
    counts = np.zeros((places, len(months), 2))
    if months:
        other = (~dated.isin("offence", *MINOR["minor"])).astype(np.int64)
        np.add.at(counts, (dated.index, dated.position("month", months), other), dated.n)
    return counts, months


def _ends(held: Bools) -> tuple[Bools, Bools]:
    """Return the months of the last whole years and those of the first or last, (J, T), of what each place holds."""
    steps = np.arange(held.shape[1])
    after, used = np.zeros(held.shape, dtype=bool), np.zeros(held.shape, dtype=bool)
    for j in np.flatnonzero(held.any(axis=1)):
        first, last = np.flatnonzero(held[j])[[0, -1]]
        years = (last + 1 - first) // 24
        after[j] = (steps > last - 12 * years) & (steps <= last)
        used[j] = after[j] | ((steps >= first) & (steps < first + 12 * years))
    return after, used


@dataclass(frozen=True)
class _Detainers:
    """Detainers on minor traffic arrests, from single rows of one event; kinds are before, not before, not known."""

    event: str
    line: Timeline
    whole: Floats
    censored: Bools
    blind: Bools


def timing_columns(cells: Cells) -> list[StatedColumn]:
    """Return the share of detainers on minor traffic arrests lodged before a conviction, by stratum of the rules."""
    event = _event(cells.rows)
    if cells.rows is None or not event:
        return []
    found = _detainers(cells, cells.rows, event)
    stratum = np.array([STRATA.index(_stratum(name)) for name in found.line.periods], dtype=np.int64)
    if not len(stratum):
        return []
    shares = composition(found.line.counts[:, :, :2], stratum, level=1 - 2 * (1 - LEVEL))
    parts = np.stack([found.line.counts[:, stratum == s].sum(axis=1) for s in range(len(STRATA))], axis=1)
    inside = parts.reshape(cells.size, -1)
    # A stratum's detainers before and after a conviction are printed together; those not known as a share by itself.
    blocks = [2 * s + (kind == 2) for s in range(len(STRATA)) for kind in range(3)]
    every = np.column_stack([inside, found.whole - inside.sum(axis=1)])
    hidden = concealed(every, cells, [*blocks, NEVER])[:, :-1].reshape(parts.shape)
    columns = [
        _timing(cells, found, s, parts[:, s], hidden[:, s], (shares.low[:, s, 0], shares.high[:, s, 0]), stratum)
        for s in np.unique(stratum)
    ]
    return [*columns, _at_the_rule(cells, found, hidden)]


def _event(rows: RowTable | None) -> str:
    """Return the event with most detainers of known timing on minor traffic arrests; empty where there is none."""
    if rows is None:
        return ""
    told = rows.take(rows.columns["before_conviction"] >= 0).where(offence=MINOR["minor"])
    size = {event: float(told.where(event=event).n.sum()) for event in SINGLE}
    best = max(SINGLE, key=lambda event: (size[event], SINGLE.index(event)))
    return best if size[best] > 0 else ""


def _detainers(cells: Cells, rows: RowTable, event: str) -> _Detainers:
    minor = rows.where(event=event, offence=MINOR["minor"])
    whole = np.bincount(minor.index, weights=minor.n, minlength=cells.size).astype(float)
    # The rule spoke of people without other convictions; of the others it is known only that they are not meant.
    asked = minor.take(minor.columns["prior_conviction"] != 1)
    kind = np.where(asked.columns["before_conviction"] == 1, 0, np.where(asked.columns["before_conviction"] == 0, 1, 2))
    line = timeline(asked, cells.size, kind, 3, "detainer_month", "detainer_period")
    censored, blind = np.zeros(cells.size, dtype=bool), np.zeros(cells.size, dtype=bool)
    censored[minor.index[minor.censored]] = True
    blind[asked.index[asked.columns["prior_conviction"] < 0]] = True
    return _Detainers(event, line, whole, censored, blind)


def _stratum(period: str) -> str:
    return period if period == RULE else regime_of(period)


def _timing(
    cells: Cells,
    found: _Detainers,
    number: int,
    parts: Floats,
    hidden: Bools,
    limits: tuple[Floats, Floats],
    stratum: NDArray[np.int64],
) -> StatedColumn:
    k, unknown = parts[:, 0], parts[:, 2]
    n = k + parts[:, 1]
    code = _codes(cells, found, n)
    used = np.broadcast_to(stratum == number, (cells.size, len(stratum))) & (found.line.counts.sum(axis=2) > 0)
    every = n + unknown
    share = np.divide(unknown, every, out=np.full(cells.size, np.nan), where=every > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        bounds = (k / every, (k + unknown) / every)
    return share_column(
        _contrast(found.event, STRATA[number]),
        k,
        n,
        limits,
        code,
        hidden[:, :2].any(axis=1) | small(n, cells),
        found.line.window(used),
        found.censored,
        missing={"conviction": share},
        ranges={"conviction-unrecorded": bounds},
        range_hidden=hidden[:, 2],
        notes=_notes(code, found),
    )


def _codes(cells: Cells, found: _Detainers, n: Floats) -> NDArray[np.int64]:
    code = np.zeros(cells.size, dtype=np.int64)
    code[n < cells.gates["persons"]] = TOO_FEW
    code[found.censored] = SUPPRESSED
    code[~(found.whole > 0)] = ABSENT
    return code


def _notes(code: NDArray[np.int64], found: _Detainers) -> dict[str, Bools]:
    return {
        "minor-traffic.caveat-prior": (code == 0) & found.blind,
        "minor-traffic.caveat-priorities": code == 0,
    }


def _at_the_rule(cells: Cells, found: _Detainers, hidden: NDArray[np.bool_]) -> StatedColumn:
    """Return the change at the rule, among months of the regime in which it lies."""
    before, later = "discretion-2011", RULE
    shape = found.line.counts.shape[:2]
    after = np.broadcast_to(found.line.during((later,)), shape)
    used = np.broadcast_to(found.line.during((before, later)), shape)
    change = share_changes(found.line.counts[:, :, :2], after, used)
    code = _codes(cells, found, change.n.min(axis=1))
    sides = [STRATA.index(before), STRATA.index(later)]
    unshown = np.asarray(hidden[:, sides, :2].any(axis=(1, 2)) | small(change.n, cells).any(axis=1), dtype=bool)
    contrast = _contrast(found.event, "2012-04-27", change=True)
    window = found.line.window(used & (found.line.counts.sum(axis=2) > 0))
    return change_column(contrast, change, code, unshown, window, found.censored, notes=_notes(code, found))


def _contrast(event: str, label: str, *, change: bool = False) -> Contrast:
    return Contrast(
        key=f"{event}/minor-before-conviction/{label}",
        group=None,
        reference=None,
        event="detainer",
        label=label,
        counted="before-conviction",
        among="minor-detainer",
        comparator="months-before" if change else "itself",
        why="stated.why-change" if change else "stated.why",
        shape="described",
        method="difference of shares (Newcombe, with the scatter of the months)"
        if change
        else "share (Wilson, with the scatter of the months)",
        tested=False,
        scale="difference" if change else "share",
        definitions=("minor-traffic.define-rule", "minor-traffic.define-before"),
        words="stated-change" if change else "stated",
    )
