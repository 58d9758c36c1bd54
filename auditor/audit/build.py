"""Build the findings of every place, once, from panels and the screen."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from auditor.audit.evidence import evidence_of
from auditor.audit.measured import Measured
from auditor.audit.robustness.by_surname import surname_fields
from auditor.audit.said import comparator_name, context_of, held_against, sentence_id, subject_of
from auditor.audit.screen import Screen
from auditor.audit.screening.complete import Calibrated
from auditor.audit.screening.null import LEVEL
from auditor.audit.sensitivity import sensitivity_fields
from auditor.audit.verdict import Evidence, Rules, compatible, flags
from auditor.audit.wording import english, noun, say, text
from auditor.audit.written import bounded, number, pooled, writer
from auditor.findings.card import Card
from auditor.findings.finding import Comparator, Estimate, Finding, Range, Sentence, Withheld
from auditor.signals.signal import Contrast, Lack, Panel


@dataclass(frozen=True)
class Built:
    """One finding with what the verdict needs of it."""

    finding: Finding
    evidence: Evidence | None
    subject: str
    held_against: str


def findings_of(measured: Measured, screen: Screen, rules: Rules, place: int) -> Iterator[Built | Withheld]:
    """Yield what one signal says of one place: a finding, or why there is none, for every contrast."""
    panel = measured.panel
    # A signal that the protocol only describes speaks for no verdict; why it was not measured is said all the same.
    speaks = panel.speaks[place]
    tests = [contrast.tested for contrast in panel.contrasts]
    tested = np.flatnonzero(speaks if speaks.any() else tests if any(tests) else np.ones(len(tests), dtype=bool))
    codes = panel.code[place, tested]
    if (codes > 0).all():
        # Of several regimes or bases a place has data in one as a rule: the reason that got furthest is the one.
        yield _withheld(measured, place, int(tested[int(np.argmax(codes))]))
    else:
        missed = (c for c, contrast in enumerate(panel.contrasts) if contrast.own_reason and panel.code[place, c])
        yield from (_withheld(measured, place, c) for c in missed)
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
    evidence = evidence_of(measured, screen, j, c)
    context = context_of(measured, j, c)
    subject = subject_of(contrast)
    if hidden:
        finding = _suppressed(measured, screen, rules, j, c, context)
        return Built(finding, evidence if panel.speaks[j, c] else None, subject, held_against(measured, j, c))
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
        p_value=bounded(writer(panel, j, c)(panel.p_greater[j, c])) if panel.testable[j, c] else None,
        **_screened(measured, screen, j, c),
        ranges=_ranges(panel, j, c),
        **sensitivity_fields(panel, contrast, measured.sensitivity, j, c, _by_surname(measured, j, c)),
        sentence=say(sentence_id(panel, contrast, j, c), context),
        definitions=tuple(say(name) for name in contrast.definitions),
        caveats=_caveats(panel, j, c, context),
    )
    return Built(finding, evidence if panel.speaks[j, c] else None, subject, held_against(measured, j, c))


def _by_surname(measured: Measured, j: int, c: int) -> Mapping[str, Any] | None:
    cells = measured.cells
    public = bool(cells.published[j]) if cells.published else False
    small = int(cells.gates["persons"])
    return surname_fields(measured.panel, measured.by_surname, j, c, published=public, small=small)


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
    evidence = evidence_of(measured, screen, j, c)
    return Finding(
        **_common(measured, j, c, context),
        k=None,
        n=None,
        comparator=Comparator(None, None, text(contrast.why), noun("comparator", contrast.comparator)),
        estimate=Estimate(None, None, None, LEVEL, contrast.scale, contrast.method),
        outcome=_outcome(evidence, rules),
        suppressed=True,
        tests_in_family=int(screen.tests[j]) if measured.panel.speaks[j, c] and screen.tests[j] else None,
        sentence=say("finding.suppressed", context),
        definitions=tuple(say(name) for name in contrast.definitions),
    )


def _estimate(panel: Panel, contrast: Contrast, j: int, c: int) -> Estimate:
    write = writer(panel, j, c)
    value, low, high = (write(values[j, c]) for values in (panel.estimate, panel.low, panel.high))
    return Estimate(value, low, high, LEVEL, contrast.scale, contrast.method)


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
    calibrated = bounded(pooled(result.p_greater[j, c], 2))
    shrunken = pooled(result.shrunken[j, c])
    controls = _controls(measured, j, c)
    return {
        "calibrated_p": calibrated,
        "q_value": bounded(pooled(result.q[j, c], 2)),
        "tests_in_family": int(screen.tests[j]) if calibrated is not None else None,
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
        "local_fdr": pooled(result.local_fdr[j, c], 2),
    }


def _controls(measured: Measured, j: int, c: int) -> dict[str, Any] | None:
    """Return what the calibrated p-value rests on, and what would undo it."""
    result, contrast = measured.calibrated, measured.panel.contrasts[c]
    null = result.null(j, c)
    if null is None or not measured.panel.entered[j, c]:
        return None
    facts = dict(null.facts())
    shown = {name: pooled(facts[name], 2) for name in ("shift", "spread", "scale") if facts[name] is not None}
    return {
        "kind": null.kind,
        "scale_of": contrast.scale,
        "n": facts["n"],
        "places": facts["places"],
        "shift": shown.get("shift"),
        "spread": shown.get("spread"),
        "scale": shown.get("scale"),
        "ratio": pooled(result.ratio[j, c]),
        "low": pooled(result.low[j, c]),
        "high": pooled(result.high[j, c]),
        "selected": _selected(result, j, c),
        "lambda": pooled(result.factor[j, c], 2),
        "delta": pooled(math.exp(result.shift[j, c]), 3) if math.isfinite(result.shift[j, c]) else None,
        "floor": pooled(result.least[j, c], 2),
        "adequate": bool(facts["adequate"]),
        "promised": bool(null.promised),
        "code": str(facts["code"]),
        "tail": str(facts["tail"]),
        "fired": pooled(result.fired[j], 2),
    }


def _selected(result: Calibrated, j: int, c: int) -> dict[str, float | None] | None:
    """Return the interval of a flagged entry, adjusted for being shown because it was flagged."""
    low, high = result.selected_low[j, c], result.selected_high[j, c]
    return None if math.isnan(low) else {"low": pooled(low), "high": pooled(high)}


def _outcome(evidence: Evidence, rules: Rules) -> str:
    if not evidence.testable:
        return "insufficient"
    if flags(evidence, rules):
        return "signal"
    if compatible(evidence, rules):
        return "compatible"
    return "inconclusive"


def _unranged(panel: Panel, j: int, c: int) -> bool:
    """Say whether ranges would give a small count away."""
    return bool(panel.range_hidden is not None and panel.range_hidden[j, c])


def _missing(panel: Panel, j: int, c: int) -> dict[str, float]:
    if panel.bare[j, c]:
        return {}
    shares = {name: number(values[j, c]) for name, values in panel.missing.items()}
    return {name: value for name, value in shares.items() if value is not None}


def _ranges(panel: Panel, j: int, c: int) -> tuple[Range, ...]:
    found = []
    for name, (low, high) in () if _unranged(panel, j, c) else panel.ranges.items():
        if math.isfinite(low[j, c]):
            write = writer(panel, j, c)
            found.append(Range(text(f"range.{name}"), write(low[j, c]), write(high[j, c])))
    return tuple(found)


def _caveats(panel: Panel, j: int, c: int, context: Mapping[str, Any]) -> tuple[Sentence, ...]:
    return tuple(say(name, context) for name, mask in sorted(panel.notes.items()) if mask[j, c])
