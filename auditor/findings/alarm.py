"""Which sentences about measured false alarms belong beside which flags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from auditor.findings.finding import Finding

REDRAWN: Final = "calibrate.removes-redrawn"
AMONG_OTHERS: Final = frozenset({REDRAWN, "calibrate.shipped"})
"""Said of tests that hold a place against others; untrue of one that its own offence classes decided."""
ALONE: Final = "calibrate.shipped-alone"
"""Said of a place that its own offence classes decided, and of no other."""


def alarm_positions(measured: Mapping[str, Any] | None, findings: Iterable[Finding]) -> list[int]:
    """Return the positions of the sentences that are true of some flags.

    Parameters
    ----------
    measured : mapping or None
        The part ``calibration.measured`` of a review; None in reviews that lack it.
    findings : iterable of Finding
        Those beside which the sentences stand; only flagged ones (outcome ``"signal"``) count.
    """
    kinds = {str((item.controls or {}).get("kind")) for item in findings if item.outcome == "signal"}
    told = measured["sentences"] if measured else ()
    return [i for i, sentence in enumerate(told) if _true_of(str(sentence["id"]), kinds)]


def _true_of(name: str, kinds: set[str]) -> bool:
    if name == ALONE:
        return "alone" in kinds
    return name not in AMONG_OTHERS or kinds != {"alone"}
