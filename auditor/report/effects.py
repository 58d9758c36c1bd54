"""What a finding shows: its direction, its cell in the evidence matrix, and its numbers with their sources."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from auditor.findings.finding import Comparator, Estimate, Finding
from auditor.report import names, numbers, tongue
from auditor.report.cite import cited, pointer, put, say
from auditor.report.locale.finished import noun
from auditor.report.words import word

RATIO_SCALES = frozenset(["ratio", "odds-ratio", "rate-ratio", "hazard-ratio"])
_STRENGTH = (
    "absent",
    "withheld",
    "beside",
    "insufficient",
    "suppressed",
    "uncalibrated",
    "inconclusive",
    "compatible",
    "lower",
    "higher",
)


def is_ratio(finding: Finding) -> bool:
    """Say whether the estimate is a ratio, so that 1 means no difference."""
    return finding.estimate.scale in RATIO_SCALES


def is_stated(finding: Finding) -> bool:
    """Say whether the number is stated for itself: a share or a difference of which no test was made."""
    return not finding.tested and finding.p_value is None and finding.estimate.scale in ("share", "difference")


def neutral(finding: Finding) -> float:
    """Return the value of the estimate that means "no difference"."""
    if is_ratio(finding):
        return 1.0
    if finding.estimate.scale == "share" and finding.comparator.value is not None:
        return finding.comparator.value
    return 0.0


def cell(finding: Finding) -> str:
    """Return the finding's state in the evidence matrix (a key of ``labels.OUTCOME_MARKS``)."""
    if finding.suppressed and finding.estimate.value is None:
        return "suppressed"
    if not finding.tested and finding.outcome != "insufficient":
        return "beside"
    if finding.outcome == "signal":
        value = finding.estimate.value if finding.estimate.value is not None else finding.estimate.low
        return "lower" if value is not None and value < neutral(finding) else "higher"
    if finding.outcome == "inconclusive" and finding.calibrated_p is None and not finding.suppressed:
        return "uncalibrated"
    return {"compatible": "compatible", "insufficient": "insufficient"}.get(finding.outcome, "inconclusive")


def strongest(cells: list[str]) -> str:
    """Return the state that stands for several findings of one signal; both directions at once is "unclear"."""
    if not cells:
        return "absent"
    if "higher" in cells and "lower" in cells:
        return "inconclusive"
    return max(cells, key=_STRENGTH.index)


def strength(finding: Finding) -> int:
    """Return how much a finding says, from "not run" to a signal: for choosing what a summary quotes."""
    return _STRENGTH.index(cell(finding))


def leading(findings: list[tuple[int, Finding]]) -> tuple[int, Finding] | None:
    """Return the finding that a summary quotes: the strongest state, tested before shown, then the first."""
    if not findings:
        return None
    return max(findings, key=lambda entry: (strength(entry[1]), entry[1].tested, -entry[0]))


def writer(scale: str, n: float | None) -> Callable[[float], str]:
    """Return the function that writes values of this scale."""
    if scale in RATIO_SCALES:
        return lambda value: numbers.plain_ratio(value, n)
    if scale == "share":
        return lambda value: numbers.percent(value, n)
    if scale == "difference":
        return numbers.points
    if scale in ("per-1000", "per 1,000"):
        return numbers.per1000
    return numbers.number


def level(estimate: Estimate) -> Markup:
    """Return the name of an interval, "95 % interval", with the source of its level."""
    part = cited(estimate.level, "estimate/level", numbers.percent(estimate.level, decimals=0))
    return put(word("{level} interval"), level=part)


def interval(estimate: Estimate, ref: str, n: float | None, *, svg: bool = False) -> Markup:
    """Return "2.98 to 3.51" with sources; an open side in words."""
    write = writer(estimate.scale, n)
    if estimate.scale == "share" and estimate.value is not None:
        decimals = numbers.percent_decimals(estimate.value, n)

        def write(value: float) -> str:
            return numbers.percent(value, decimals=decimals)

    at = f"{ref}/" if ref else ""
    low = _limit(estimate.low, f"{at}low", write, svg=svg)
    high = _limit(estimate.high, f"{at}high", write, svg=svg)
    if not high and (not low or (estimate.scale in RATIO_SCALES and estimate.low == 0)):
        return Markup("no limit can be stated")
    if not high:
        return put("{} or more (no upper limit)", low)
    if not low:
        return put("{} or less (no lower limit)", high)
    return put("{} to {}", low, high)


def _limit(value: float | None, ref: str, write: Callable[[float], str], *, svg: bool) -> Markup:
    return Markup("") if value is None else cited(value, ref, write(value), svg=svg)


def value(estimate: Estimate, ref: str, n: float | None, *, svg: bool = False, name: str = "value") -> Markup:
    """Return the estimate itself with its source (``name`` under ``ref``), or nothing."""
    if estimate.value is None:
        return Markup("")
    return cited(estimate.value, f"{ref}/{name}" if ref else name, writer(estimate.scale, n)(estimate.value), svg=svg)


def absolute(estimate: Estimate | None) -> Markup:
    """Return the absolute effect in persons per 1,000, with its interval; nothing when there is none."""
    if estimate is None or estimate.value is None:
        return Markup("")
    direct = "1000" in estimate.scale or "1,000" in estimate.scale
    calc = "" if direct else "thousand"

    def one(name: str, shown: float | None) -> Markup:
        if shown is None:
            return Markup("no limit")
        number = shown if direct else 1000 * shown
        return cited(number, f"absolute/{name}", numbers.per1000(number), calc)

    if estimate.low is None and estimate.high is None:
        return one("value", estimate.value)
    return put("{} ({} to {})", one("value", estimate.value), one("low", estimate.low), one("high", estimate.high))


def share(finding: Finding) -> float | None:
    """Return k/n where both are there and k is a part of n."""
    if finding.k is None or not finding.n or finding.k > finding.n:
        return None
    return finding.k / finding.n


def observed(finding: Finding) -> Markup:
    """Return "594 of 724 (82.0 %)" with sources; nothing when the counts are not printed."""
    if finding.k is None:
        return Markup("")
    k = cited(finding.k, "k", numbers.count(finding.k))
    if not finding.n:
        return k
    n = cited(finding.n, "n", numbers.count(finding.n))
    part = share(finding)
    if part is None:
        return put("{} against {}", k, n)
    shown = put("{} of {} ({})", k, n, cited(part, "k n", numbers.percent(part, finding.n), "share"))
    if names.counts_officers(finding):
        return put("{} officers", shown)
    return put("{} {}", shown, say("page.contrast.observed")) if names.is_contrast(finding) else shown


def comparator_value(comparator: Comparator) -> Markup:
    """Return the comparator's own number with its base."""
    if comparator.value is None:
        return Markup("")
    inside = 0 <= comparator.value <= 1
    text = numbers.percent(comparator.value, comparator.n) if inside else numbers.number(comparator.value)
    shown = cited(comparator.value, "comparator/value", text)
    if comparator.n is None:
        return shown
    return put("{} of {}", shown, cited(comparator.n, "comparator/n", numbers.count(comparator.n)))


def missing(entry: Mapping[str, Any]) -> list[tuple[str, Markup]]:
    """Return what is missing and in which share of the records, as far as it was measured."""
    return [
        (noun("columns", name, tongue.current()), cited(part, f"missing/{pointer(name)}", numbers.percent(part)))
        for name, part in sorted(entry.items())
        if isinstance(part, int | float)
    ]


def of_shares(finding: Finding) -> bool:
    """Say whether the estimate is k/n held against a share of its own kind, so that a null of it is of log odds."""
    part, base = share(finding), finding.comparator.value
    if part is None or base is None or not 0 < base < 1 or finding.group is not None:
        return False
    value = finding.estimate.value
    return value is not None and (finding.estimate.scale == "share" or math.isclose(value, part / base, rel_tol=0.02))


def of_odds(finding: Finding) -> bool:
    """Say whether the comparison with the peers is one of odds ratios."""
    return (finding.controls or {}).get("scale_of") == "odds-ratio"


def peer_scale(finding: Finding) -> str:
    """Return the scale of the comparison with the peers, in the language that is being written."""
    return word("odds ratio") if of_odds(finding) else word("ratio")


BY_ITSELF = frozenset(["alone", "randomised"])
"""Nulls that know of no other places, so that there is no ratio to what is ordinary among them."""


def calibrated_interval(finding: Finding) -> Markup:
    """Return the interval that allows for ordinary differences between places, where the screen gave one."""
    controls = finding.controls or {}
    low, high = controls.get("low"), controls.get("high")
    if controls.get("kind") in BY_ITSELF or (low is None and high is None):
        return Markup("")
    both = Estimate(None, low, high, finding.estimate.level, finding.estimate.scale, "")
    return interval(both, "controls", finding.n)
