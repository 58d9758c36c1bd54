"""What the verdict needs to know of each test, taken from the panel, the screen and the sensitivity."""

from __future__ import annotations

import math

from auditor.audit.measured import Measured
from auditor.audit.screen import Screen
from auditor.audit.verdict import FLAG, GRADES, Evidence
from auditor.audit.written import number

_MISSING_MATTERS = 0.2
"""Share of missing groups above which the bounds must hold too (claims.md)."""


def evidence_of(measured: Measured, screen: Screen, j: int, c: int) -> Evidence:
    """Return what the verdict needs of one entry."""
    panel, result = measured.panel, measured.calibrated
    missing = max((number(values[j, c]) or 0.0 for values in panel.missing.values()), default=0.0)
    bounds = panel.ranges.get("missing-group")
    some = bounds is not None and not math.isnan(float(bounds[1][j, c]))
    matters = some and (missing > _MISSING_MATTERS or math.isinf(float(bounds[1][j, c])))  # type: ignore[index]
    null = result.null(j, c)
    told = measured.sensitivity
    ceiling_, caps = caps_of(measured, j, c)
    least = number(result.least[j, c])
    return Evidence(
        signal=measured.card.name,
        family=measured.card.family,
        testable=bool(panel.testable[j, c]),
        persons=number(panel.k[j, c]),
        low=number(panel.low[j, c]),
        high=number(panel.high[j, c]),
        estimate=number(panel.estimate[j, c]),
        calibrated_p=number(result.p_greater[j, c]),
        calibrated_less=number(result.p_less[j, c]),
        calibrated_ratio=number(result.ratio[j, c]),
        calibrated_low=number(result.low[j, c]),
        calibrated_high=number(result.high[j, c]),
        q=number(result.q[j, c]),
        detectable=number(result.detectable[j, c]),
        least_p=least,
        blocked=least is not None and math.isfinite(screen.cutoff[j]) and least > float(screen.cutoff[j]),
        bound_low=(number(bounds[0][j, c]) or 0.0) if matters and bounds is not None else None,
        # For "no disparity detected" the bounds must hold whatever the share of missing groups.
        bound_high=float(bounds[1][j, c]) if some and bounds is not None else None,
        bound_any=(number(bounds[0][j, c]) or 0.0) if some and bounds is not None else None,
        has_control=null is not None and null.controls > 0,
        matched=null is None or null.matched,
        # Infinite is as good as very large: nothing undoes the flag.
        factor=None if math.isnan(result.factor[j, c]) else float(result.factor[j, c]),
        shift=None if math.isnan(result.shift[j, c]) else float(result.shift[j, c]),
        fired=number(result.fired[j]),
        shrunken=number(result.shrunken[j, c]),
        shrunken_low=number(result.shrunken_low[j, c]),
        tipping=number(panel.low[j, c]) if panel.contrasts[c].shape in ("rates", "contrast") else None,
        misrecorded=_misrecorded(measured, j, c),
        groups=panel.contrasts[c].reference is not None,
        blocks_same=0 if told is None else int(told.same[j, c]),
        blocks=0 if told is None else int(told.blocks[j, c]),
        passed=0 if told is None else int(told.passed[j, c]),
        of=0 if told is None else int(told.of[j, c]),
        rank_high=number(result.rank_high[j, c]),
        ranked=float(result.ranked[j, c]) if result.ranked[j, c] else None,
        totals=number(panel.absolute[j, c]),
        alone=null is not None and null.kind == "alone",
        ceiling=ceiling_,
        caps=caps,
    )


def _misrecorded(measured: Measured, j: int, c: int) -> float | None:
    """Return the share of focal events that would have to be the reference group's to undo an excess."""
    told = measured.sensitivity
    if told is None:
        return None
    share = told.doubts.misrecorded[j, c]
    return float(share) if math.isfinite(share) else None


_NOTE_CAPS = {
    "benchmark.caveat-residents": ("cap.resident-benchmark", GRADES[FLAG]),
    "benchmark.caveat-old": ("cap.old-benchmark", GRADES[FLAG]),
    "activation.caveat-unverified": ("cap.unverified", GRADES["inconclusive"]),
    "veil-of-darkness.caveat-placebo": ("cap.placebo", GRADES["inconclusive"]),
    "activation-synthetic.caveat-serious": ("cap.control-moved", GRADES["inconclusive"]),
    "activation-synthetic.caveat-date": ("cap.control-moved", GRADES["inconclusive"]),
    "detainer-selectivity.caveat-alienage": ("cap.alienage", GRADES["inconclusive"]),
    "detainer-selectivity.caveat-nationality": ("cap.nationality", GRADES[FLAG]),
}
"""Caveats that hold a test down, with the grade that they leave it."""


def caps_of(measured: Measured, j: int, c: int) -> tuple[float, tuple[str, ...]]:
    """Return the highest grade that one test can reach, and the caps that say why."""
    panel, contrast = measured.panel, measured.panel.contrasts[c]
    null = measured.calibrated.null(j, c)
    found = [cap for name, cap in _NOTE_CAPS.items() if name in panel.notes and panel.notes[name][j, c]]
    if null is not None and null.kind == "alone":
        found.append(("cap.alone", GRADES[FLAG]))
    if null is not None and not null.matched:
        found.append(("cap.unmatched", GRADES[FLAG]))
    if contrast.event == "booking" and measured.card.family in ARRESTING:
        found.append(("cap.jail", GRADES[FLAG]))
    found += _recorded(measured, j, contrast.event)
    return min([grade for _, grade in found], default=GRADES["strong-signal"]), tuple(cap for cap, _ in found)


def _recorded(measured: Measured, j: int, event: str) -> list[tuple[str, float]]:
    """Return the caps that follow from how the event of a test was recorded: other events lift none of them."""
    coverage = measured.cells.coverage.get(event)
    if coverage is None:
        return []
    found = []
    if coverage.suppressed[j] > _MOST_SUPPRESSED:
        found.append(("cap.suppressed", GRADES[FLAG]))
    if coverage.days[j] <= ONE_YEAR:
        found.append(("cap.one-year", GRADES["notable-departure"]))
    if coverage.aggregate[j]:
        found.append(("cap.aggregate", GRADES["notable-departure"]))
    return found


ONE_YEAR = 366
_MOST_SUPPRESSED = 0.2
ARRESTING = ("exposure", "discretion", "visibility", "change", "outcome")
"""Families that speak of whom officers arrest: a jail books for several agencies."""
