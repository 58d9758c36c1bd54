"""Why a place has its verdict, in the words of the catalogue."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from auditor.audit.build import Built
from auditor.audit.screen import Screen
from auditor.audit.setting import Setting
from auditor.audit.verdict import Evidence, Families, Judged, flags
from auditor.audit.wording import say, text
from auditor.audit.written import pooled
from auditor.domain.place_classes import APART
from auditor.findings.finding import Sentence, Withheld

_NAMED = 3
"""Reasons that the summary of a place without a test names."""


def reasons_of(
    setting: Setting,
    judged: Judged,
    evidence: Sequence[Evidence],
    built: Sequence[Built],
    lead: int,
    withheld: Sequence[Withheld],
    j: int,
) -> tuple[Sentence, ...]:
    """Return the sentence of the rule that gave the verdict, and what a higher one would need."""
    item = evidence[judged.leading] if judged.leading >= 0 else None
    hidden = lead >= 0 and built[lead].finding.suppressed
    context: dict[str, Any] = {
        "place": setting.cells.names[j],
        "subject": built[lead].subject if lead >= 0 else "",
        "comparison": built[lead].held_against if lead >= 0 else "",
        "tests": int(setting.screen.tests[j]),
        "because": _because(setting, judged, withheld, j),
    }
    if judged.verdict in ("notable-departure", "strong-signal"):
        flagged = [entry for entry in evidence if flags(entry, setting.rules)]
        names = list(dict.fromkeys(text(f"noun.family.{entry.family}") for entry in flagged))
        context |= {"designs": len(names), "families": ", ".join(names)}
    if judged.reason == "verdict.contradictory":
        families = families_of(setting.screen, j)
        context["up"] = ", ".join(sorted(f for f, q in families.greater.items() if q <= setting.rules.q))
        context["down"] = ", ".join(sorted(f for f, q in families.less.items() if q <= setting.rules.q))
    if item is not None:
        context |= _numbers(item)
    first = say(_variant(judged.reason, item, hidden=hidden), context)
    return (first, *(say(name) for name in judged.missing))


def _numbers(item: Evidence) -> dict[str, Any]:
    values = {
        "ratio": item.estimate,
        "ratio_low": item.low,
        "ratio_high": item.high,
        "centre": pooled(item.calibrated_ratio if item.calibrated_ratio is not None else math.nan),
        "low": pooled(item.calibrated_low if item.calibrated_low is not None else math.nan),
        "high": pooled(item.calibrated_high if item.calibrated_high is not None else math.nan),
        "q": pooled(item.q if item.q is not None else math.nan, 2),
        "detectable": pooled(item.detectable if item.detectable is not None else math.nan),
        "floor": pooled(item.least_p if item.least_p is not None else math.nan, 2),
        "fired": pooled(item.fired if item.fired is not None else math.nan, 2),
        "shrunken": pooled(item.shrunken if item.shrunken is not None else math.nan),
        "shrunken_low": pooled(item.shrunken_low if item.shrunken_low is not None else math.nan),
    }
    return {name: value for name, value in values.items() if value is not None}


_WITH_SUPPRESSED = (
    "verdict.pattern",
    "verdict.inconclusive",
    "verdict.no-disparity",
    "verdict.departure",
    "verdict.strong",
    "verdict.resolution",
    "verdict.control-fired",
    "verdict.totals-oppose",
)


def _variant(reason: str, item: Evidence | None, *, hidden: bool) -> str:
    """Choose the wording of a rule that fits the numbers."""
    if reason in _WITH_SUPPRESSED and hidden:
        return f"{reason}-suppressed"
    if item is None:
        return reason
    if item.alone and reason in ("verdict.pattern", "verdict.inconclusive"):
        return _alone(reason, item)
    if reason == "verdict.pattern" and (item.calibrated_high is None or item.high is None):
        return "verdict.pattern-open"
    if reason == "verdict.inconclusive" and item.calibrated_high is None:
        return "verdict.inconclusive-open"
    if reason == "verdict.inconclusive" and item.calibrated_high is not None and item.calibrated_high < 1:
        return "verdict.inconclusive-below"
    return reason


def _alone(reason: str, item: Evidence) -> str:
    """Word what one place's own classes say: there is no centre of comparable places."""
    if reason == "verdict.pattern":
        open_ = item.calibrated_high is None or item.high is None
        return "verdict.pattern-alone-open" if open_ else "verdict.pattern-alone"
    if item.calibrated_high is None:
        return "verdict.inconclusive-open"
    return "verdict.inconclusive-alone-below" if item.calibrated_high < 1 else "verdict.inconclusive-alone"


def _because(setting: Setting, judged: Judged, withheld: Sequence[Withheld], j: int) -> str:
    if judged.reason == "verdict.insufficient":
        measured = any((m.panel.measured[j] & m.panel.speaks[j]).any() for m in setting.measured)
        if measured:
            return say("because.too-small", {"gate": setting.cells.gates["expected"]}).text["en"]
        # A reason that is peculiar to this place says more than one that holds for every place.
        told = [item for item in withheld if item.signal not in setting.regional]
        own = [item for item in told if item not in setting.withheld]
        return _nothing_measured([item.reason for item in (own or told or withheld)])
    if judged.reason == "verdict.no-calibration":
        return _uncalibrated(setting, j)
    return ""


def _nothing_measured(reasons: Sequence[str]) -> str:
    """Name the reasons that keep most tests from speaking; part 16 has every one of them."""
    often = [reason for reason, _ in Counter(reasons).most_common()]
    key = "because.nothing-measured" if len(often) <= _NAMED else "because.nothing-measured-more"
    return say(key, {"first": "; ".join(often[:_NAMED])}).text["en"]


def _uncalibrated(setting: Setting, j: int) -> str:
    """Say why no peer null promises anything for this place."""
    nulls = [
        null
        for measured in setting.measured
        for c in range(len(measured.panel.contrasts))
        if (null := measured.calibrated.null(j, c)) is not None and measured.panel.entered[j, c]
    ]
    most = max((int(null.rows.sum()) for null in nulls), default=0)
    if apart(setting, j):
        return say("because.apart", {"what": apart(setting, j)}).text["en"]
    if most <= 1:
        return text("because.no-peers")
    if most < setting.minimum_peers:
        return say("because.few-peers", {"peers": most - 1}).text["en"]
    code = str(next(null.facts()["code"] for null in nulls))
    return say("because.peers-inadequate", {"reason": text(f"adequacy.{code}")}).text["en"]


def compared(setting: Setting, j: int) -> int:
    """Return how many other places the place was held against: none where only its own classes decide."""
    nulls = [
        null
        for measured in setting.measured
        for c in range(len(measured.panel.contrasts))
        if (null := measured.calibrated.null(j, c)) is not None
    ]
    if nulls and all(null.kind == "alone" for null in nulls):
        return 0
    return int((setting.cells.stratum == setting.cells.stratum[j]).sum()) - 1


def apart(setting: Setting, j: int) -> str:
    """Return what a place of a class apart is, in words; empty for one that may have peers."""
    kinds = setting.cells.kinds
    return APART.get(kinds[j], "") if kinds else ""


def families_of(screen: Screen, j: int) -> Families:
    """Return the q-values of a place by family of evidence, those that are known."""

    def known(values: Any) -> dict[str, float]:
        return {family: float(values[j, f]) for f, family in enumerate(screen.families) if math.isfinite(values[j, f])}

    return Families(known(screen.q_greater), known(screen.q_less))
