"""Detainers before a conviction, against the other places under the same rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from auditor.cells import Bools, Cells
from auditor.domain.policy_dates import REGIMES
from auditor.signals.baseline import Own, elsewhere
from auditor.signals.detainer_columns import compared, main_regime, missing_share, own_of, preferred, regimes_met
from auditor.signals.detainer_rows import Detainers, mix_of
from auditor.signals.shares import ShareColumn
from auditor.signals.signal import Contrast, Lack

MOST_UNRECORDED = 0.3
"""Share of detainers of unknown timing above which nothing is compared."""

LACKS = (
    Lack("detainer-practice.absent", "detainer-practice.need-rows"),
    Lack("detainer-practice.suppressed", "detainer-practice.need-unsuppressed"),
    Lack("detainer-practice.no-base", "detainer-practice.need-peers"),
    Lack("detainer-practice.unrecorded", "detainer-practice.need-conviction"),
)


def only(cells: Cells, found: Detainers, keep: Bools) -> Detainers:
    """Return the detainers that a mask of rows keeps."""
    rows = found.rows.take(keep)
    return replace(found, rows=rows, whole=np.bincount(rows.index, weights=rows.n, minlength=cells.size).astype(float))


def timing_columns(cells: Cells, found: Detainers, *, control: bool = False) -> list[ShareColumn]:
    """Return the shares before a conviction by regime; at least one column, which may hold nothing."""
    known = found.rows.columns["before_conviction"]
    mix = mix_of(cells, found, np.where(known == 1, 0, np.where(known == 0, 1, 3)), 2)
    met = [] if mix is None else regimes_met(mix, 1.0)
    if mix is None or not met:
        return [_nothing(cells, found)]
    facility = np.ones(cells.size, dtype=bool)
    tested, beside = [], []
    for regime in met:
        missing = missing_share(mix, regime)
        own = own_of(mix, (0,), regime)
        names = ("nation", "state") if regime == main_regime(mix) and not control else ("nation",)
        contrasts = {where: _contrast(found.event, where, regime, control=control) for where in names}
        notes = {f"detainer-practice.caveat-{name}": facility for name in ("facility", "courts")}
        shown = np.where(mix.bare[:, regime], np.nan, missing)
        made = compared(cells, found, own, contrasts, shown, missing > MOST_UNRECORDED, notes, "conviction")
        tested.append(made["nation"])
        beside += [made["state"]] if "state" in made else []
    speaking = preferred(tested)
    return [*(replace(c, preferred=mask) for c, mask in zip(tested, speaking, strict=True)), *beside]


def _nothing(cells: Cells, found: Detainers) -> ShareColumn:
    """Return a column of which nothing is known."""
    nobody, never = np.full(cells.size, "", dtype=object), np.zeros(cells.size, dtype=bool)
    own = Own(np.zeros(cells.size), np.zeros(cells.size), never, never, nobody, nobody)
    code, missing = np.where(found.censored, 2, 1), np.full(cells.size, np.nan)
    contrast = _contrast(found.event or "detainer", "nation", 0, control=False)
    return ShareColumn(contrast, own, elsewhere(cells, own), code, missing, found.censored, missing_of="conviction")


def _contrast(event: str, where: str, regime: int, *, control: bool) -> Contrast:
    name = "before-conviction-serious" if control else "before-conviction"
    return Contrast(
        key=f"{event}/{name}/{where}/{REGIMES[regime]}",
        group=None,
        reference=None,
        event="detainer",
        label=name,
        counted=name,
        among="detainer",
        comparator=where,
        why=f"detainer-practice.why-{where}",
        shape="share",
        method="ratio of shares (score interval)",
        tested=where == "nation" and not control,
        definitions=("detainer-practice.define-before", "detainer-practice.define-regime"),
    )
