"""Detainers that ICE lifted: against the peers by regime, by level, and before and after dates of the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats, RowTable
from auditor.domain.policy_dates import EARLIER, REGIMES, regime_of
from auditor.signals.baseline import small
from auditor.signals.detainer_columns import (
    compared,
    main_regime,
    missing_share,
    own_of,
    preferred,
    regimes_met,
    stated,
)
from auditor.signals.detainer_rows import OUTCOME_NAMES, Detainers, Mix, mix_of, outcomes_of
from auditor.signals.detainer_timing import only
from auditor.signals.match_detainers import ATOMS, SETS, atom_of, flagged
from auditor.signals.share_change import share_changes
from auditor.signals.shares import ShareColumn
from auditor.signals.signal import Contrast
from auditor.signals.stated import ABSENT, SUPPRESSED, TOO_FEW, StatedColumn, change_column
from auditor.signals.timeline import Timeline, timeline

LIFTED = OUTCOME_NAMES.index("lifted")
DATES = {
    "2011-06-17": ((EARLIER,), ("discretion-2011", "minor-traffic-2012")),
    "2014-11-20": (("detainers-2012",), ("priorities-2014",)),
}
"""Dates on which discretion was announced, with the times before and after that are compared."""


def lifted_columns(cells: Cells, found: Detainers, mix: Mix, *, tested: bool) -> list[ShareColumn]:
    """Return the share lifted against the other places, by regime; the one with most detainers speaks for a place.

    Where it is not tested it is compared in the regime with most detainers alone: all are stated as outcomes.
    """
    nation, state = [], []
    every = np.ones(cells.size, dtype=bool)
    notes = {f"discretion-use.caveat-{name}": every for name in ("facility", "pending", "codes")}
    for regime in regimes_met(mix, 1.0) if tested else [main_regime(mix)]:
        names = ("nation", "state") if regime == main_regime(mix) else ("nation",)
        contrasts = {name: _contrast(found.event, name, regime, tested=tested and name == "nation") for name in names}
        missing = np.where(mix.bare[:, regime], np.nan, missing_share(mix, regime))
        made = compared(cells, found, own_of(mix, (LIFTED,), regime), contrasts, missing, None, notes, "outcome")
        nation.append(made["nation"])
        state += [made["state"]] if "state" in made else []
    speaking = preferred(nation) if nation else []
    return [*(replace(c, preferred=mask) for c, mask in zip(nation, speaking, strict=True)), *state]


def _contrast(event: str, where: str, regime: int, *, tested: bool) -> Contrast:
    return Contrast(
        key=f"{event}/lifted/{where}/{REGIMES[regime]}",
        group=None,
        reference=None,
        event="detainer",
        label="lifted",
        counted="ended-lifted",
        among="detainer-with-outcome",
        comparator=where,
        why=f"discretion-use.why-{where}",
        shape="share",
        method="ratio of shares (score interval)",
        tested=tested,
        definitions=("discretion-use.define-use", "discretion-use.define-lifted", "discretion-use.define-regime"),
    )


def lifted_by_level(cells: Cells, found: Detainers, mix: Mix) -> list[StatedColumn]:
    """Return the share lifted of each level, stated, in the regime with most detainers."""
    kind, regime = outcomes_of(found), main_regime(mix)
    level = atom_of(found.rows.columns["level"].tolist())
    # Lifted, otherwise known, and as before: unknown and blank.
    kinds = len(OUTCOME_NAMES)
    binary = np.where(kind == LIFTED, 0, np.where(kind < kinds, 1, kind - kinds + 2))
    atoms = _atoms(cells, found, level, binary)
    columns = []
    for name, levels in SETS.items():
        if name == "all":
            continue
        keep = np.isin(level, [ATOMS.index(value) for value in levels])
        part = mix_of(cells, only(cells, found, keep), binary[keep], 2)
        if part is None or regime not in regimes_met(part, cells.gates["persons"]):
            continue
        contrast = _by_level(found.event, name, regime)
        column = stated(cells, found, part, (0,), regime, contrast, "outcome", {}, bounds=False)
        hidden = atoms[:, regime] | mix.hidden[:, regime, LIFTED]
        columns.append(replace(column, hidden=np.asarray(column.hidden | hidden, dtype=bool)))
    return columns


def _atoms(cells: Cells, found: Detainers, level: NDArray[np.int64], binary: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return where a level has 1 to 10 people on any side, by regime: levels and their sums are printed together."""
    regime = [REGIMES.index(regime_of(p)) if p else -1 for p in found.rows.columns["detainer_period"].tolist()]
    at = np.array(regime, dtype=np.int64)
    counts = np.zeros((cells.size, len(REGIMES), len(ATOMS), 3))
    hit = at >= 0
    np.add.at(counts, (found.rows.index[hit], at[hit], level[hit], np.minimum(binary[hit], 2)), found.rows.n[hit])
    inside = small(counts.reshape(cells.size, -1), cells).reshape(counts.shape).any(axis=(2, 3))
    # How many detainers of a level there are in all is printed elsewhere: what other times leave of it.
    whole = np.zeros((cells.size, len(ATOMS)))
    np.add.at(whole, (found.rows.index, level), found.rows.n)
    outside = whole[:, None, :] - counts.sum(axis=3)
    return np.asarray(inside | small(outside.reshape(cells.size, -1), cells).reshape(outside.shape).any(axis=2))


def _by_level(event: str, name: str, regime: int) -> Contrast:
    return Contrast(
        key=f"{event}/lifted-{name}/{REGIMES[regime]}",
        group=None,
        reference=None,
        event="detainer",
        label=REGIMES[regime],
        counted="ended-lifted",
        among=f"detainer-{name}",
        comparator="itself",
        why="stated.why",
        shape="described",
        method="share (Wilson, with the scatter of the months)",
        tested=False,
        scale="share",
        definitions=("discretion-use.define-lifted", "discretion-use.define-regime"),
        words="stated",
    )


def lifted_changes(cells: Cells, found: Detainers, mix: Mix) -> list[StatedColumn]:
    """Return how much the share lifted changed at each of the dates."""
    known = mix.line.counts[:, :, : len(OUTCOME_NAMES)]
    counts = np.stack([known[:, :, LIFTED], known.sum(axis=2) - known[:, :, LIFTED]], axis=2)
    columns = []
    for date, sides in DATES.items():
        regimes = {REGIMES.index(regime_of(period)) for side in sides for period in side}
        closed = np.asarray(mix.hidden[:, sorted(regimes), LIFTED].any(axis=1), dtype=bool)
        contrast = _change(f"{found.event}/lifted/{date}", "detainer", date, "ended-lifted", "detainer-with-outcome")
        used = [mix.line.during(side) for side in sides]
        columns += _changed(cells, counts, used, contrast, closed, found.censored, mix.line)
    return columns


def match_changes(cells: Cells, rows: RowTable) -> list[StatedColumn]:
    """Return how much the share of matches without a detainer changed at each of the dates, from single rows."""
    matches, kind = flagged(rows)
    if not (kind == 0).any():
        return []
    line = timeline(matches, cells.size, np.where(kind < 2, kind, -1), 2, "month", "policy_period")
    censored = np.zeros(cells.size, dtype=bool)
    censored[matches.index[matches.censored]] = True
    whole = line.counts.sum(axis=1) + line.undated
    columns = []
    for date, sides in DATES.items():
        used = [line.during(side) for side in sides]
        rest = whole - line.counts[:, used[0] | used[1]].sum(axis=1)
        contrast = _change(f"match/no-detainer/{date}", "match", date, "no-detainer", "match")
        closed = np.asarray(small(rest, cells).any(axis=1), dtype=bool)
        columns += _changed(cells, line.counts, used, contrast, closed, censored, line)
    return columns


def _changed(
    cells: Cells,
    counts: Floats,
    sides: Sequence[Bools],
    contrast: Contrast,
    closed: Bools,
    censored: Bools,
    line: Timeline,
) -> list[StatedColumn]:
    """Return one change as a column; none where no place has both sides."""
    shape = counts.shape[:2]
    after, used = np.broadcast_to(sides[1], shape), np.broadcast_to(sides[0] | sides[1], shape)
    change = share_changes(counts, after, used)
    if not change.known.any():
        return []
    code = np.zeros(cells.size, dtype=np.int64)
    code[change.n.min(axis=1) < cells.gates["persons"]] = TOO_FEW
    code[censored] = SUPPRESSED
    code[change.n.sum(axis=1) == 0] = ABSENT
    inside = np.concatenate([change.k, change.n - change.k], axis=1)
    hidden = np.asarray(closed | small(inside, cells).any(axis=1), dtype=bool)
    days = line.window(used & (counts.sum(axis=2) > 0))
    return [change_column(contrast, change, code, hidden, days, censored)]


def _change(key: str, event: str, date: str, counted: str, among: str) -> Contrast:
    return Contrast(
        key=key,
        group=None,
        reference=None,
        event=event,
        label=date,
        counted=counted,
        among=among,
        comparator="months-before",
        why="stated.why-change",
        shape="described",
        method="difference of shares (Newcombe, with the scatter of the months)",
        tested=False,
        scale="difference",
        definitions=("discretion-use.define-use", "discretion-use.define-dates"),
        words="stated-change",
    )
