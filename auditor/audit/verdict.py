"""From findings to a verdict: the rules of the protocol, applied to numbers only.

The rules are pure functions of :class:`Evidence`. Worsening any condition never raises a verdict (a property that
the tests check).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

GRADES: Final = {
    "insufficient-data": 0.0,
    "no-disparity-detected": 1.0,
    "inconclusive": 1.5,
    "contradictory": 1.75,
    "pattern-worth-examining": 2.0,
    "notable-departure": 3.0,
    "strong-signal": 4.0,
}
"""Verdicts in order; the numbers are for comparison only."""

FLAG: Final = "pattern-worth-examining"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the verdict needs to know of one tested contrast in one place; None where it cannot be said.

    Attributes
    ----------
    signal, family : str
    testable : bool
        Whether the gates on sample size let it into the screen.
    persons : float or None
        People behind the estimate (k).
    low : float or None
        Lower limit of the ratio to the named comparator, sampling error alone.
    calibrated_p : float or None
    calibrated_less : float or None
        p-value of the opposite direction.
    calibrated_ratio, calibrated_low, calibrated_high : float or None
        The ratio to the peers' centre, and the interval that inverts the calibrated test.
    q : float or None
    detectable : float or None
    bound_low : float or None
        Lowest ratio under the bounds for missing groups, where more than 20 % are missing.
    bound_high : float or None
        Highest ratio under them, wherever any group is missing; infinite where their number is suppressed.
    has_control : bool
    resident_benchmark : bool
    """

    signal: str
    family: str
    testable: bool
    persons: float | None = None
    low: float | None = None
    calibrated_p: float | None = None
    calibrated_less: float | None = None
    calibrated_ratio: float | None = None
    calibrated_low: float | None = None
    calibrated_high: float | None = None
    q: float | None = None
    detectable: float | None = None
    bound_low: float | None = None
    bound_high: float | None = None
    has_control: bool = False
    resident_benchmark: bool = False
    estimate: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Families:
    """Family-level q-values of one place, in both directions (None where there is no calibrated test)."""

    greater: dict[str, float] = field(default_factory=dict)
    less: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rules:
    """The thresholds of the protocol."""

    q: float = 0.05
    materiality: float = 1.25
    persons: float = 11.0
    detectable: float = 1.5
    clear_p: float = 0.10


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, the rule that gave it, and the caps that held it down.

    Attributes
    ----------
    verdict : str
    reason : str
        Id of the catalogue sentence of the rule.
    leading : int
        Index of the evidence that the reason speaks of; -1 when none.
    caps : tuple of str
        Ids of the catalogue sentences of the caps that apply.
    """

    verdict: str
    reason: str
    leading: int
    caps: tuple[str, ...]


def judge(evidence: Sequence[Evidence], families: Families, rules: Rules, peers: bool) -> Judged:
    """Give the verdict of one place.

    Parameters
    ----------
    evidence : sequence of Evidence
        Every tested contrast of the place.
    families : Families
    rules : Rules
    peers : bool
        Whether any peers could be compared with at all (more than one place in the audit).

    Returns
    -------
    Judged
    """
    caps = _caps(evidence, peers)
    testable = [i for i, item in enumerate(evidence) if item.testable]
    if not testable:
        return Judged("insufficient-data", "verdict.insufficient", -1, ())
    calibrated = [i for i in testable if evidence[i].calibrated_p is not None]
    if not calibrated:
        lead = max(testable, key=lambda i: (evidence[i].estimate or 0.0, -i))
        return Judged("inconclusive", "verdict.no-calibration", lead, caps)
    if _opposed(families, rules.q):
        return Judged("contradictory", "verdict.contradictory", calibrated[0], caps)
    flagged = [i for i in calibrated if flags(evidence[i], rules)]
    if flagged:
        lead = min(flagged, key=lambda i: (evidence[i].q or 0.0, evidence[i].calibrated_p or 0.0, i))
        return Judged(FLAG, "verdict.pattern", lead, caps)
    if _detected_nothing(evidence, rules):
        lead = max(calibrated, key=lambda i: (evidence[i].calibrated_high or 0.0, -i))
        return Judged("no-disparity-detected", "verdict.no-disparity", lead, caps)
    lead = min(calibrated, key=lambda i: (evidence[i].calibrated_p or 0.0, i))
    return Judged("inconclusive", "verdict.inconclusive", lead, caps)


def flags(item: Evidence, rules: Rules) -> bool:
    """Say whether one finding meets every condition of ``pattern-worth-examining``."""
    return (
        item.testable
        and item.q is not None
        and item.q <= rules.q
        and item.calibrated_low is not None
        and item.calibrated_low > 1
        and item.low is not None
        and item.low > 1
        and item.persons is not None
        and item.persons >= rules.persons
        and (item.bound_low is None or item.bound_low > 1)
    )


def compatible(item: Evidence, rules: Rules) -> bool:
    """Say whether one finding would have shown a material ratio and did not.

    A ratio that lies clearly below 1 is no compatibility either: a group recorded as another one looks like that.
    """
    return (
        item.testable
        and item.calibrated_p is not None
        and item.calibrated_p > rules.clear_p
        and item.calibrated_high is not None
        and 1 <= item.calibrated_high <= rules.materiality
        and item.high is not None
        and 1 / rules.materiality <= item.high <= rules.materiality
        and item.detectable is not None
        and item.detectable <= rules.detectable
        and (item.bound_high is None or item.bound_high <= rules.materiality)
    )


def _opposed(families: Families, q: float) -> bool:
    up = {family for family, value in families.greater.items() if value <= q}
    down = {family for family, value in families.less.items() if value <= q}
    return any(a != b for a in up for b in down)


def _detected_nothing(evidence: Sequence[Evidence], rules: Rules) -> bool:
    """Every tested contrast must be compatible, from at least two families: one silent test clears nothing."""
    return all(compatible(item, rules) for item in evidence) and len({item.family for item in evidence}) >= 2


def _caps(evidence: Sequence[Evidence], peers: bool) -> tuple[str, ...]:
    testable = [item for item in evidence if item.testable]
    caps = []
    if testable and not any(item.has_control for item in testable):
        caps.append("cap.no-control")
    if testable and all(item.calibrated_p is None for item in testable):
        caps.append("cap.no-peers" if not peers else "cap.peers-inadequate")
    exposure = [item for item in testable if item.family == "exposure"]
    if exposure and all(item.resident_benchmark for item in exposure):
        caps.append("cap.resident-benchmark")
    if not peers and testable:
        caps.append("cap.one-place")
    return tuple(caps)


def ceiling(has_control: bool, calibrated: bool) -> str:
    """Return the highest verdict that these data can reach in this version.

    Parameters
    ----------
    has_control : bool
        Whether any usable signal has a negative control.
    calibrated : bool
        Whether peers or controls can calibrate at least one test.
    """
    if not calibrated:
        return "inconclusive"
    return "strong-signal" if has_control else FLAG
