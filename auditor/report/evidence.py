"""Evidence of one place as rows: comparisons, the matrix of the synthesis, every test, methods in words."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from auditor.findings.finding import Finding
from auditor.findings.review import PlaceReview
from auditor.report import effects, labels, names, numbers
from auditor.report.cite import cited, put, quoted
from auditor.report.context import Context, span


def benchmarks(context: Context, pointed: list[tuple[str, Finding]]) -> list[dict[str, Any]]:
    """Return every comparison once, with its reason and its period."""
    seen: set[tuple[str, str]] = set()
    found = []
    for pointer, finding in pointed:
        key = (finding.signal, names.comparator(finding))
        if key in seen:
            continue
        seen.add(key)
        base = finding.comparator
        found.append(
            {
                "at": pointer,
                "title": context.title(finding.signal),
                "label": names.comparator(finding),
                "why": quoted(base.why, "comparator/why") if base.why else Markup(""),
                "source": quoted(base.source, "comparator/source") if base.source else Markup(""),
                "period": span(base.period, "comparator/period") or span(finding.period, "period"),
                "bias": context.listed(finding.signal, "misleads"),
            }
        )
    return found


def missing(pointed: list[tuple[str, Finding]]) -> list[dict[str, Any]]:
    """Return what is missing for each test of the place, as far as it was measured."""
    return [
        {"at": pointer, "name": names.finding_name(finding), "what": what, "share": share}
        for pointer, finding in pointed
        for what, share in effects.missing(finding.missing)
        if finding.tested
    ]


def evidence_row(context: Context, pointer: str, finding: Finding) -> dict[str, Any]:
    """Return one row of the evidence matrix."""
    state = effects.cell(finding)
    robust = finding.robustness
    return {
        "at": pointer,
        "id": finding.id,
        "family": labels.FAMILIES.get(finding.family, finding.family),
        "asks": labels.FAMILY_ASKS.get(finding.family, ""),
        "title": context.title(finding.signal),
        "name": names.finding_name(finding),
        "mark": labels.OUTCOME_MARKS[state][0],
        "word": labels.OUTCOME_MARKS[state][1],
        "state": state,
        "value": effects.value(finding.estimate, "estimate", finding.n),
        "interval": effects.interval(finding.estimate, "estimate", finding.n) if finding.estimate.value else "",
        "q": _small(finding.q_value, "q_value"),
        "p": _small(finding.calibrated_p, "calibrated_p"),
        "tipping": _plain(finding.tipping_point, "tipping_point"),
        "robust": put(
            "{} of {}",
            cited(robust["passed"], "robustness/passed", numbers.count(robust["passed"])),
            cited(robust["of"], "robustness/of", numbers.count(robust["of"])),
        )
        if robust and robust["of"]
        else Markup(""),
        "blocks": _blocks(finding),
    }


def _blocks(finding: Finding) -> Markup:
    parts = (finding.robustness or {}).get("blocks")
    if not parts:
        return Markup("")
    same, of = (cited(parts[name], f"robustness/blocks/{name}", numbers.count(parts[name])) for name in ("same", "of"))
    return put("{} of {}", same, of)


def _small(value: float | None, ref: str) -> Markup:
    return Markup("") if value is None else cited(value, ref, numbers.p(value))


def _plain(value: float | None, ref: str) -> Markup:
    return Markup("") if value is None else cited(value, ref, numbers.plain_ratio(value))


def test_row(context: Context, pointer: str, finding: Finding) -> dict[str, Any]:
    """Return one row of the list of every test that was run."""
    row = evidence_row(context, pointer, finding)
    row["observed"] = effects.observed(finding)
    row["raw_p"] = _small(finding.p_value, "p_value")
    row["tested"] = finding.tested
    return row


def signals_of(context: Context, place: PlaceReview) -> list[str]:
    """Return the signals that spoke of the place."""
    own = {f.signal for f in place.findings}
    return [name for name in context.signals if name in own]


def only_withheld(context: Context, place: PlaceReview) -> list[str]:
    """Return the signals that were withheld from the place and said nothing of it."""
    own = {w.signal for w in place.withheld} - {f.signal for f in place.findings}
    return [name for name in context.signals if name in own]


def alternatives(context: Context, place: PlaceReview) -> list[tuple[str, list[Markup]]]:
    """Return the readings, test by test, that the records do not rule out."""
    return [(context.title(name), context.listed(name, "misleads")) for name in signals_of(context, place)]


def method(context: Context, name: str) -> dict[str, Any]:
    """Return a test in words, as its card gives it."""
    lists = ("assumptions", "misleads", "references", "formulae")
    texts = ("question", "null", "measures", "needs", "controls")
    return {
        "name": name,
        "title": context.title(name),
        **{key: context.said(name, key) for key in texts},
        **{key: context.listed(name, key) for key in lists},
    }
