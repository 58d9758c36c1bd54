"""From findings to a verdict: the rules of the protocol, applied to numbers only.

The rules are pure functions of :class:`Evidence` and :class:`Circumstances`. Worsening any condition never raises a
verdict (a property that the tests check).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from auditor.audit.grades import (
    DEPARTURE,
    FLAG,
    GRADES,
    STRONG,
    Circumstances,
    Evidence,
    Families,
    Judged,
    Rules,
)

__all__ = [
    "FLAG",
    "GRADES",
    "Circumstances",
    "Evidence",
    "Families",
    "Judged",
    "Rules",
    "ceiling",
    "compatible",
    "departs",
    "flags",
    "judge",
    "missing_of",
]

SHRUNKEN_LOW: Final = 1.1
LAMBDA: Final = 1.25
DELTA: Final = math.log(1.1)
TIPPING: Final = 1.25
TIPPING_STRONG: Final = 1.5
STRONG_SHARE: Final = 1 - 1 / TIPPING_STRONG
"""Share of misrecorded events that does what a benchmark wrong by that factor does."""
AGREEING: Final = 0.8
STRONG_Q: Final = 0.01
CONTROL_Q: Final = 0.05
BLOCKS: Final = 2


def judge(
    evidence: Sequence[Evidence], families: Families, rules: Rules, circumstances: Circumstances | None = None
) -> Judged:
    """Give the verdict of one place.

    Parameters
    ----------
    evidence : sequence of Evidence
        Every tested contrast of the place.
    families : Families
    rules : Rules
    circumstances : Circumstances, optional

    Returns
    -------
    Judged
    """
    about = circumstances or Circumstances()
    caps = _caps(evidence, about)
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
    # A control is the place's: that its own test lacks data or a calibration does not clear the others of it.
    fired = [i for i, item in enumerate(evidence) if _fired(item)]
    if fired:
        return Judged("contradictory", "verdict.control-fired", fired[0], caps)
    if flagged:
        return _flagged(evidence, flagged, rules, about, caps)
    if _detected_nothing(evidence, rules):
        lead = max(calibrated, key=lambda i: (evidence[i].calibrated_high or 0.0, -i))
        return Judged("no-disparity-detected", "verdict.no-disparity", lead, caps)
    denied = [i for i in calibrated if _stands_out(evidence[i], rules)]
    if denied:
        return Judged("inconclusive", "verdict.totals-oppose", denied[0], caps)
    lead = min(calibrated, key=lambda i: (evidence[i].calibrated_p or 0.0, i))
    blocked = all(evidence[i].blocked for i in calibrated)
    return Judged("inconclusive", "verdict.resolution" if blocked else "verdict.inconclusive", lead, caps)


def _flagged(
    evidence: Sequence[Evidence], flagged: Sequence[int], rules: Rules, about: Circumstances, caps: tuple[str, ...]
) -> Judged:
    """Grade a flagged place: 2, or 3 and 4 where every condition of theirs holds."""

    def order(i: int) -> tuple[float, float, int]:
        return (evidence[i].q or 0.0, evidence[i].calibrated_p or 0.0, i)

    departing = [i for i in flagged if departs(evidence[i], rules) and about.ceiling >= GRADES[DEPARTURE]]
    if not departing:
        lead = min(flagged, key=order)
        return Judged(FLAG, "verdict.pattern", lead, caps, missing_of(evidence[lead], rules))
    lead = min(departing, key=order)
    if _strong([evidence[i] for i in departing], about):
        return Judged(STRONG, "verdict.strong", lead, caps)
    return Judged(DEPARTURE, "verdict.departure", lead, caps, _missing_strong([evidence[i] for i in departing], about))


def flags(item: Evidence, rules: Rules) -> bool:
    """Say whether one finding meets every condition of ``pattern-worth-examining``."""
    # What classes say one by one and their total denies is no pattern (Simpson 1951).
    return _stands_out(item, rules) and (item.totals is None or item.totals > 0)


def _stands_out(item: Evidence, rules: Rules) -> bool:
    return (
        item.testable
        and item.ceiling >= GRADES[FLAG]
        and item.q is not None
        and item.q <= rules.q
        and _above(item.calibrated_low, 1)
        and _above(item.low, 1)
        and item.persons is not None
        and item.persons >= rules.persons
        and (item.bound_low is None or item.bound_low > 1)
    )


def departs(item: Evidence, rules: Rules) -> bool:
    """Say whether one finding meets every condition of ``notable-departure``."""
    return flags(item, rules) and not missing_of(item, rules)


def missing_of(item: Evidence, rules: Rules) -> tuple[str, ...]:
    """Return the conditions of ``notable-departure`` that a flagged finding does not meet, as ids of sentences."""
    conditions = {
        "raise.capped": item.ceiling >= GRADES[DEPARTURE],
        "raise.control": item.has_control and item.matched,
        "raise.shrunken": _least(item.shrunken, rules.materiality) and _least(item.shrunken_low, SHRUNKEN_LOW),
        "raise.tipping": item.tipping is None or item.tipping >= TIPPING,
        "raise.missing": item.bound_any is None or item.bound_any > 1,
        "raise.misrecorded": not item.groups or _least(item.misrecorded, 1 - 1 / TIPPING),
        "raise.blocks": item.blocks_same >= BLOCKS,
        "raise.specifications": item.of > 0 and item.passed >= AGREEING * item.of,
        "raise.systematic": _least(item.factor, LAMBDA) and _least(item.shift, DELTA),
    }
    return tuple(name for name, holds in conditions.items() if not holds)


def _strong(departing: Sequence[Evidence], about: Circumstances) -> bool:
    return not _missing_strong(departing, about)


def _missing_strong(departing: Sequence[Evidence], about: Circumstances) -> tuple[str, ...]:
    """Return the conditions of ``strong-signal`` that do not hold, as ids of sentences."""
    free = [item for item in departing if item.ceiling >= GRADES[STRONG]]
    # Only tests that a wrong benchmark could not undo are counted: another one beside them takes nothing away.
    good = [
        item
        for item in free
        if (item.tipping is None or item.tipping >= TIPPING_STRONG)
        and (not item.groups or _least(item.misrecorded, STRONG_SHARE))
    ]
    conditions = {
        "raise.capped": about.ceiling >= GRADES[STRONG] and bool(free),
        "raise.tipping-strong": bool(good),
        "raise.families": len({item.family for item in good}) >= 2 and about.corroborated,
        "raise.q": any(item.q is not None and item.q <= STRONG_Q for item in good),
        "raise.rank": any(_top(item) for item in good),
    }
    return tuple(name for name, holds in conditions.items() if not holds)


def _top(item: Evidence) -> bool:
    """Say whether the rank interval lies above the middle 80 % of places."""
    return item.rank_high is not None and item.ranked is not None and item.rank_high <= 0.1 * item.ranked


def compatible(item: Evidence, rules: Rules) -> bool:
    """Say whether one finding would have shown a material ratio and did not.

    A ratio that lies clearly below 1 is no compatibility either: a group recorded as another one looks like that.
    """
    return (
        item.testable
        and item.calibrated_p is not None
        and item.calibrated_p > rules.clear_p
        # Nothing in this version bounds how many of one group are recorded as another: what is not bounded may hide a
        # difference, and an agency that records one group as the other is not cleared by it.
        and not item.groups
        and (item.least_p is None or item.least_p <= rules.q)
        and item.calibrated_high is not None
        and 1 <= item.calibrated_high <= rules.materiality
        and item.high is not None
        and 1 / rules.materiality <= item.high <= rules.materiality
        and item.detectable is not None
        and item.detectable <= rules.detectable
        and (item.bound_high is None or item.bound_high <= rules.materiality)
    )


def _above(value: float | None, bound: float) -> bool:
    return value is not None and value > bound


def _least(value: float | None, bound: float) -> bool:
    return value is not None and value >= bound


def _opposed(families: Families, q: float) -> bool:
    up = {family for family, value in families.greater.items() if value <= q}
    down = {family for family, value in families.less.items() if value <= q}
    return any(a != b for a in up for b in down)


def _fired(item: Evidence) -> bool:
    return item.fired is not None and item.fired <= CONTROL_Q


def _detected_nothing(evidence: Sequence[Evidence], rules: Rules) -> bool:
    """Every tested contrast must be compatible, from at least two families: one silent test clears nothing."""
    return all(compatible(item, rules) for item in evidence) and len({item.family for item in evidence}) >= 2


def _caps(evidence: Sequence[Evidence], about: Circumstances) -> tuple[str, ...]:
    testable = [item for item in evidence if item.testable]
    caps: dict[str, None] = {}
    if testable and not any(item.has_control for item in testable):
        caps["cap.no-control"] = None
    if testable and all(item.calibrated_p is None for item in testable):
        caps["cap.peers-inadequate" if about.peers else "cap.no-peers"] = None
    # A cap of single tests is told where it holds all of a family down.
    for family in dict.fromkeys(item.family for item in testable):
        own = [item for item in testable if item.family == family]
        for cap in own[0].caps:
            if all(cap in item.caps for item in own):
                caps[cap] = None
    if not about.peers and testable and "cap.apart" not in about.caps:
        caps["cap.one-place"] = None
    caps |= dict.fromkeys(about.caps if testable else ())
    return tuple(caps)


def ceiling(evidence: Sequence[Evidence], circumstances: Circumstances | None = None) -> str:
    """Return the highest verdict that a place's tests can reach, whatever they say.

    Parameters
    ----------
    evidence : sequence of Evidence
        Only caps, families and whether tests are calibrated and controlled are looked at.
    circumstances : Circumstances, optional
    """
    about = circumstances or Circumstances()
    testable = [item for item in evidence if item.testable]
    if not testable:
        return "insufficient-data"
    grades = {item.family: 0.0 for item in testable}
    for item in testable:
        grades[item.family] = max(grades[item.family], _most(item))
    best = min(max(grades.values()), about.ceiling)
    several = sum(grade >= GRADES[STRONG] for grade in grades.values()) >= 2
    return _name(best if several else min(best, GRADES[DEPARTURE]))


_DEPARTURE_CAPS = frozenset(["cap.exploratory", "cap.one-year", "cap.aggregate"])
"""Caps at notable-departure; all others are lower."""


def binding(evidence: Sequence[Evidence], circumstances: Circumstances | None = None) -> str | None:
    """Return the cap that makes the ceiling what it is: of the circumstances, or of the tests that reach furthest.

    A cap of a test that others surpass explains nothing: lifting it would raise nothing.

    Parameters
    ----------
    evidence : sequence of Evidence
    circumstances : Circumstances, optional

    Returns
    -------
    str or None
        None where no cap does: one family alone, or tests without controls.
    """
    about = circumstances or Circumstances()
    grade = GRADES[ceiling(evidence, about)]
    furthest = [item for item in evidence if item.testable and _most(item) == grade]
    caps = about.caps if about.ceiling <= grade else tuple(cap for item in furthest for cap in item.caps)
    lowest = [cap for cap in caps if grade >= GRADES[DEPARTURE] or cap not in _DEPARTURE_CAPS]
    return next(iter(lowest), None)


def _most(item: Evidence) -> float:
    if item.calibrated_p is None:
        return GRADES["inconclusive"]
    return item.ceiling if item.has_control and item.matched else min(item.ceiling, GRADES[FLAG])


def _name(grade: float) -> str:
    return max((name for name, value in GRADES.items() if value <= grade), key=lambda name: GRADES[name])
