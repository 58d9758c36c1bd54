"""Build the findings of every place, once, from panels and the screen."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from auditor.audit.screen import LEVEL, Calibrated, Screen
from auditor.audit.verdict import Evidence, Rules, compatible, flags
from auditor.audit.wording import english, noun, say, text
from auditor.cells import Cells
from auditor.findings.card import Card
from auditor.findings.finding import Comparator, Estimate, Finding, Range, Sentence, Withheld
from auditor.signals.signal import Contrast, Lack, Panel

_MISSING_MATTERS = 0.2
"""Share of missing groups above which the bounds must hold too (claims.md)."""


@dataclass(frozen=True)
class Measured:
    """One signal's share of an audit: what it measured and what the screen added."""

    card: Card
    panel: Panel
    calibrated: Calibrated
    cells: Cells


@dataclass(frozen=True)
class Built:
    """One finding with what the verdict needs of it."""

    finding: Finding
    evidence: Evidence | None
    subject: str
    held_against: str


def pooled(value: Any, digits: int = 3) -> float | None:
    """Return a number that other places' data enter, to a few significant digits.

    More digits would let a reader who refits the null work out a count that is hidden elsewhere.
    """
    result = float(value)
    return float(f"{result:.{digits}g}") if math.isfinite(result) else None


def number(value: Any) -> float | None:
    """Return a plain float of twelve significant digits, or None for what is not finite.

    The last digits of a double depend on the order in which a processor's libraries add; nothing that is written may.
    """
    result = float(value)
    return float(f"{result:.12g}") if math.isfinite(result) else None


def findings_of(measured: Measured, screen: Screen, rules: Rules, place: int) -> Iterator[Built | Withheld]:
    """Yield what one signal says of one place: a finding, or why there is none, for every contrast."""
    panel = measured.panel
    tested = np.flatnonzero(panel.speaks[place])
    codes = panel.code[place, tested]
    if (codes > 0).all():
        # Of several regimes or bases a place has data in one as a rule: the reason that got furthest is the one.
        yield _withheld(measured, place, int(tested[int(np.argmax(codes))]))
    for c in range(len(panel.contrasts)):
        if not panel.code[place, c]:
            yield _build(measured, screen, rules, place, c)


def withheld_signal(card: Card, lack: Lack) -> Withheld:
    """Return why a signal could not speak of any place."""
    reason = say(lack.reason, _worded(lack.values))
    return Withheld(card.name, english(reason), english(say(lack.needs, _worded(lack.values))), "", reason)


def _worded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: noun("event", value) if key == "event" else value for key, value in values.items()}


def _withheld(measured: Measured, place: int, c: int) -> Withheld:
    lack = measured.panel.lacks[int(measured.panel.code[place, c]) - 1]
    reason = say(lack.reason, _worded(lack.values))
    needs = english(say(lack.needs, _worded(lack.values)))
    return Withheld(measured.card.name, english(reason), needs, measured.panel.contrasts[c].key, reason)


def _build(measured: Measured, screen: Screen, rules: Rules, j: int, c: int) -> Built:
    panel, contrast = measured.panel, measured.panel.contrasts[c]
    hidden = is_hidden(panel, j, c)
    evidence = _evidence(measured, j, c)
    context = _context(measured, j, c)
    subject = _subject(contrast)
    if hidden:
        finding = _suppressed(measured, screen, rules, j, c, context)
        return Built(finding, evidence if panel.speaks[j, c] else None, subject, _held_against(measured, j, c))
    finding = Finding(
        **_common(measured, j, c, context),
        k=int(panel.k[j, c]),
        n=number(panel.n[j, c]),
        comparator=_comparator(measured, j, c),
        estimate=_estimate(panel, contrast, j, c),
        outcome=_outcome(evidence, rules),
        missing=_missing(panel, j, c),
        absolute=Estimate(
            number(panel.absolute[j, c]),
            number(panel.absolute_low[j, c]),
            number(panel.absolute_high[j, c]),
            LEVEL,
            "per 1,000",
            "difference",
        ),
        p_value=number(panel.p_greater[j, c]) if panel.testable[j, c] else None,
        **_screened(measured, screen, j, c),
        ranges=_ranges(panel, j, c),
        tipping_point=_tipping(panel, contrast, j, c),
        sentence=say(_sentence_id(panel, contrast, j, c), context),
        definitions=tuple(say(name) for name in contrast.definitions),
        caveats=_caveats(panel, j, c, context),
    )
    return Built(finding, evidence if panel.speaks[j, c] else None, subject, _held_against(measured, j, c))


def is_hidden(panel: Panel, j: int, c: int) -> bool:
    """Say whether an entry rests on, or would let one work out, a count of 1 to 10 that is not already public."""
    return bool(panel.hidden is not None and panel.hidden[j, c])


def _common(measured: Measured, j: int, c: int, context: Mapping[str, Any]) -> dict[str, Any]:
    contrast = measured.panel.contrasts[c]
    return {
        "id": "",
        "signal": measured.card.name,
        "family": measured.card.family,
        "section": measured.card.section,
        "question": measured.card.question,
        "null": measured.card.null,
        "place": measured.panel.places[j],
        "group": contrast.group,
        "reference": contrast.reference,
        "event": contrast.event,
        "period": context["period"],
        "contrast": contrast.key,
        "tested": bool(measured.panel.speaks[j, c]),
    }


def _suppressed(
    measured: Measured, screen: Screen, rules: Rules, j: int, c: int, context: Mapping[str, Any]
) -> Finding:
    contrast = measured.panel.contrasts[c]
    evidence = _evidence(measured, j, c)
    return Finding(
        **_common(measured, j, c, context),
        k=None,
        n=None,
        comparator=Comparator(None, None, text(contrast.why), noun("comparator", contrast.comparator)),
        estimate=Estimate(None, None, None, LEVEL, contrast.scale, contrast.method),
        outcome=_outcome(evidence, rules),
        suppressed=True,
        tests_in_family=screen.tests if measured.panel.speaks[j, c] and screen.tests else None,
        sentence=say("finding.suppressed", context),
        definitions=tuple(say(name) for name in contrast.definitions),
    )


def _estimate(panel: Panel, contrast: Contrast, j: int, c: int) -> Estimate:
    value = number(panel.estimate[j, c])
    return Estimate(value, number(panel.low[j, c]), number(panel.high[j, c]), LEVEL, contrast.scale, contrast.method)


def _comparator(measured: Measured, j: int, c: int) -> Comparator:
    panel, contrast = measured.panel, measured.panel.contrasts[c]
    span = "" if panel.comparator_period is None else str(panel.comparator_period[j, c])
    period = None
    if span:
        start, _, end = span.partition("/")
        period = {"start": start, "end": end}
    return Comparator(
        number(panel.comparator[j, c]),
        number(panel.comparator_n[j, c]),
        text(contrast.why),
        comparator_name(panel, contrast, j, c),
        "",
        period,
    )


def _screened(measured: Measured, screen: Screen, j: int, c: int) -> dict[str, Any]:
    result, contrast = measured.calibrated, measured.panel.contrasts[c]
    calibrated = pooled(result.p_greater[j, c], 2)
    shrunken = pooled(result.shrunken[j, c])
    stratum = 0 if measured.panel.stratum is None else int(measured.panel.stratum[j])
    null = result.nulls[c].get(stratum)
    controls = None
    if null is not None and measured.panel.entered[j, c]:
        controls = {
            "kind": "peers",
            "scale": contrast.scale,
            "n": int(null.places),
            "shift": pooled(null.mu, 2),
            "spread": pooled(null.sigma, 2),
            "ratio": pooled(result.ratio[j, c]),
            "low": pooled(result.low[j, c]),
            "high": pooled(result.high[j, c]),
            "lambda": None,
            "delta": None,
            "floor": None,
            "adequate": bool(null.adequate),
            "promised": bool(null.promised),
            "code": str(null.adequacy["code"]),
            "tail": str(null.tail),
        }
    return {
        "calibrated_p": calibrated,
        "q_value": pooled(result.q[j, c], 2),
        "tests_in_family": screen.tests if calibrated is not None else None,
        "detectable": pooled(result.detectable[j, c]),
        "shrunken": None
        if shrunken is None
        else Estimate(
            shrunken,
            pooled(result.shrunken_low[j, c]),
            pooled(result.shrunken_high[j, c]),
            LEVEL,
            contrast.scale,
            "empirical Bayes over the places of this audit",
        ),
        "controls": controls,
    }


def _evidence(measured: Measured, j: int, c: int) -> Evidence:
    panel, result = measured.panel, measured.calibrated
    missing = max((number(values[j, c]) or 0.0 for values in panel.missing.values()), default=0.0)
    bounds = panel.ranges.get("missing-group")
    some = bounds is not None and not math.isnan(float(bounds[1][j, c]))
    matters = some and (missing > _MISSING_MATTERS or math.isinf(float(bounds[1][j, c])))  # type: ignore[index]
    residents = panel.notes.get("benchmark.caveat-residents")
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
        bound_low=(number(bounds[0][j, c]) or 0.0) if matters and bounds is not None else None,
        # For "no disparity detected" the bounds must hold whatever the share of missing groups.
        bound_high=float(bounds[1][j, c]) if some and bounds is not None else None,
        has_control=False,
        resident_benchmark=bool(residents is not None and residents[j, c]),
    )


def _outcome(evidence: Evidence, rules: Rules) -> str:
    if not evidence.testable:
        return "insufficient"
    if flags(evidence, rules):
        return "signal"
    if compatible(evidence, rules):
        return "compatible"
    return "inconclusive"


def _bare(panel: Panel, j: int, c: int) -> bool:
    """Say whether missing shares and ranges would give a small count away."""
    return bool(panel.range_hidden is not None and panel.range_hidden[j, c])


def _missing(panel: Panel, j: int, c: int) -> dict[str, float]:
    if _bare(panel, j, c):
        return {}
    shares = {name: number(values[j, c]) for name, values in panel.missing.items()}
    return {name: value for name, value in shares.items() if value is not None}


def _ranges(panel: Panel, j: int, c: int) -> tuple[Range, ...]:
    found = []
    for name, (low, high) in () if _bare(panel, j, c) else panel.ranges.items():
        if math.isfinite(low[j, c]):
            found.append(Range(text(f"range.{name}"), number(low[j, c]), number(high[j, c])))
    return tuple(found)


def _tipping(panel: Panel, contrast: Contrast, j: int, c: int) -> float | None:
    """The benchmark must be wrong by this factor before the lower limit reaches 1; none where it is below 1 already."""
    low = number(panel.low[j, c])
    return low if contrast.shape == "rates" and low is not None and low > 1 and panel.testable[j, c] else None


def _caveats(panel: Panel, j: int, c: int, context: Mapping[str, Any]) -> tuple[Sentence, ...]:
    return tuple(say(name, context) for name, mask in sorted(panel.notes.items()) if mask[j, c])


def _sentence_id(panel: Panel, contrast: Contrast, j: int, c: int) -> str:
    stem = "finding.rates" if contrast.shape == "rates" else "finding.share"
    if not panel.testable[j, c]:
        return f"{stem}-small"
    open_end = not (math.isfinite(panel.high[j, c]) and math.isfinite(panel.estimate[j, c]))
    return f"{stem}-open" if open_end else stem


def _subject(contrast: Contrast) -> str:
    if contrast.shape == "rates":
        return f"the {noun('group', contrast.group or '')} rate of {noun('event', contrast.event)}"
    return f"{noun('share', contrast.counted)} ({noun('event', contrast.event)})"


def comparator_name(panel: Panel, contrast: Contrast, j: int, c: int) -> str:
    """Name what an entry is held against: without a row of its own, "the nation" is the other places of the audit."""
    from_row = panel.comparator_period is not None and bool(panel.comparator_period[j, c])
    if contrast.comparator != "nation":
        return noun("comparator", contrast.comparator)
    if not from_row:
        return noun("comparator", "peers")
    apart = panel.apart is None or bool(panel.apart[j, c])
    return noun("comparator", "nation" if apart else "nation-whole")


def _held_against(measured: Measured, j: int, c: int) -> str:
    """Say what the subject is higher or lower than, as the end of a sentence."""
    panel, contrast = measured.panel, measured.panel.contrasts[c]
    if contrast.shape == "rates":
        reference, benchmark = noun("group", contrast.reference or ""), noun("event", contrast.comparator)
        return say("phrase.rates", {"reference": reference, "benchmark": benchmark}).text["en"]
    return say("phrase.share", {"comparator": comparator_name(panel, contrast, j, c)}).text["en"]


def _window(measured: Measured, j: int, c: int) -> tuple[str, str]:
    """Return the days of the rows that were counted, else those of the event."""
    if measured.panel.window is not None and measured.panel.window[0][j, c]:
        return str(measured.panel.window[0][j, c]), str(measured.panel.window[1][j, c])
    first, last = measured.cells.window(measured.panel.contrasts[c].event)
    return first[j], last[j]


def _context(measured: Measured, j: int, c: int) -> dict[str, Any]:
    """Return every value that a sentence about this entry may use."""
    panel, contrast, cells = measured.panel, measured.panel.contrasts[c], measured.cells
    first, last = _window(measured, j, c)
    context: dict[str, Any] = {
        "place": cells.names[j],
        "period": {"start": first, "end": last},
        "k": int(panel.k[j, c]),
        "n": number(panel.n[j, c]),
        "ratio": number(panel.estimate[j, c]),
        "low": number(panel.low[j, c]),
        "high": number(panel.high[j, c]),
        "base": number(panel.comparator[j, c]),
        "comparator": comparator_name(panel, contrast, j, c),
        "among": noun("event", contrast.event if contrast.shape == "rates" else contrast.among),
        "absolute": number(panel.absolute[j, c]),
        "absolute_low": number(panel.absolute_low[j, c]),
        "absolute_high": number(panel.absolute_high[j, c]),
    }
    if contrast.shape == "rates":
        context |= {
            "w": int(panel.n[j, c] - panel.k[j, c]),
            "exposure": number(panel.extra["exposure"][j, c]),
            "exposure_reference": number(panel.extra["exposure_reference"][j, c]),
            "counted": noun("event", contrast.event),
            "group": noun("group", contrast.group or ""),
            "reference": noun("group", contrast.reference or ""),
            "group_again": noun("group", contrast.group or ""),
            "reference_again": noun("group", contrast.reference or ""),
            "benchmark": noun("event", contrast.comparator),
        }
    else:
        context |= {
            "counted": noun("counted", contrast.counted),
            "share": number(panel.extra["share"][j, c]),
            "share_low": number(panel.extra["share_low"][j, c]),
            "share_high": number(panel.extra["share_high"][j, c]),
            "z": number(panel.extra["z"][j, c]),
            "points": number(panel.extra["share"][j, c] - panel.comparator[j, c]),
        }
    if panel.comparator_period is not None and panel.comparator_period[j, c]:
        start, _, end = str(panel.comparator_period[j, c]).partition("/")
        context["comparator_period"] = {"start": start, "end": end}
    return context
