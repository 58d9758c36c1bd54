"""One finding as a page shows it: the definitions, the sentence, then every number with its source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from auditor.findings.finding import Finding
from auditor.report import doubts, effects, labels, names, numbers
from auditor.report.brevity import FULL, Brevity
from auditor.report.calibrated_rows import calibration_rows, centred_rows, local_row
from auditor.report.cite import Num, cited, put, quoted, say
from auditor.report.context import Context, sentences_of, span
from auditor.report.measured_view import alarm_of
from auditor.report.words import word

_SCALES = {"ratio": "Ratio", "odds-ratio": "Odds ratio", "share": "Share", "difference": "Difference"}
Row = tuple[Markup | str, Markup | str]


SHORT = frozenset(
    [
        *("Unit", "Period", "Observed", "Compared with", "Effect and its interval", "Method", "Outcome"),
        *("Missing", "p, calibrated", "q (corrected for all tests)", "Under other assumptions"),
    ]
)
"""Rows of a short card, beside the effect and its interval; the others are in ``findings.csv``."""


def finding_view(context: Context, finding: Finding, at: str, brevity: Brevity = FULL) -> dict[str, Any]:
    """Work out one finding.

    Parameters
    ----------
    context : Context
    finding : Finding
    at : str
        Its JSON Pointer.
    brevity : Brevity
        What is printed in short: of the card only the rows of :data:`SHORT`, no card at all, or no more than the row
        of part 20.

    Returns
    -------
    dict
        For ``finding.html.j2``; pointers inside it are relative to ``at``.
    """
    state = effects.cell(finding)
    short, line = state in brevity.cards, state in brevity.lines
    language = context.language
    return {
        "id": finding.id,
        "at": at,
        "name": names.finding_name(finding),
        "title": context.title(finding.signal),
        "question": quoted(finding.question, "question"),
        "null": quoted(finding.null, "null"),
        "mark": labels.OUTCOME_MARKS[state][0],
        "word": labels.OUTCOME_MARKS[state][1],
        "state": state,
        "tested": finding.tested,
        "definitions": sentences_of(finding.definitions, "definitions", language),
        "sentence": quoted(finding.sentence, "sentence", language),
        "caveats": sentences_of(finding.caveats, "caveats", language),
        "rows": [] if line else [row for row in _rows(context, finding) if row[1] and (not short or _kept(row))],
        "short": short,
        "line": line,
        "row": state in brevity.rows,
        "table": finding.table,
        "suppressed": finding.suppressed,
        "alarm": alarm_of(context, [finding]) if finding.outcome == "signal" else [],
    }


def _kept(row: Row) -> bool:
    # The effect and its interval are named by their scale and level, which carry their source.
    return row[0] in SHORT or row[0] in _SCALES.values() or "estimate/level" in row[0]


def _rows(context: Context, finding: Finding) -> list[Row]:
    if finding.suppressed:
        return [*_what(context, finding), *_hidden(finding)]
    if effects.is_stated(finding):
        # No test was made, so that nothing can be said of its p-values, its power and what it would bear.
        told = ("Method", "Outcome", "Under other assumptions", "Missing")
        return [*_what(context, finding), *_effect(finding), *_among([*_test(finding), *_doubt(finding)], told)]
    made = [*_what(context, finding), *_effect(finding), *_test(finding), *calibration_rows(context, finding)]
    return [*made, *_doubt(finding)]


def _among(rows: Sequence[Row], wanted: Sequence[str]) -> list[Row]:
    return [row for row in rows if row[0] in wanted]


def _hidden(finding: Finding) -> list[Row]:
    """Return the rows of a finding whose numbers are suppressed: that they are not printed, and no more."""
    withheld = ("Effect and its interval", "p, calibrated p and q", "Detectable effect, tipping point, ranges")
    return [
        *((name, say("page.p.suppressed")) for name in withheld),
        ("Method", quoted(finding.estimate.method, "estimate/method")),
        ("Outcome", put("{} {}", *labels.OUTCOME_MARKS[effects.cell(finding)])),
    ]


def _what(context: Context, finding: Finding) -> list[Row]:
    """Return what is counted, and what it is held against."""
    family = labels.FAMILIES.get(finding.family, finding.family)
    base = finding.comparator
    groups = labels.group(finding.group)
    if finding.reference:
        groups = labels.both(groups, labels.group(finding.reference))
    return [
        ("Finding", put("<span data-name='id'>{}</span>", f"{finding.id} · {family} · {finding.signal}")),
        ("Unit", put("{}{}", labels.event(finding.event), f", {groups}" if groups else "")),
        ("Period", span(finding.period, "period")),
        ("Observed", _observed(finding)),
        ("Compared with", against_of(finding)),
        ("Why this comparison", quoted(base.why, "comparator/why") if base.why else ""),
        ("Source of the comparison", quoted(base.source, "comparator/source") if base.source else ""),
        ("Period of the comparison", span(base.period, "comparator/period")),
    ]


def _observed(finding: Finding) -> Markup:
    return effects.observed(finding) or say("page.p.suppressed" if finding.suppressed else "page.observed.none")


def against_of(finding: Finding) -> Markup:
    """Return what a finding is held against, with its number."""
    if names.is_contrast(finding):
        return _contrasted(finding)
    shown = _expected(finding) or say("page.comparator.none")
    return put("<span data-name='label'>{}</span>: {}", names.comparator(finding), shown)


def _expected(finding: Finding) -> Markup:
    """Return the comparison's own number: a share, or what a change would have been."""
    value = finding.comparator.value
    if finding.family == "change" and value is not None:
        return say("page.change.against", ratio=Num(value, "comparator/value"))
    return effects.comparator_value(finding.comparator)


def _contrasted(finding: Finding) -> Markup:
    """Return what a contrast of offences is held against: the reference group's own discretionary share."""
    base = finding.comparator
    what = say("page.contrast.against", group=labels.group(finding.reference))
    if base.value is None or base.n is None:
        return what
    share = say("page.contrast.share", share=Num(base.value, "comparator/value"), n=Num(base.n, "comparator/n"))
    return put("{}: {}", what, share)


def _effect(finding: Finding) -> list[Row]:
    """Return the effect: on its scale, in points, per 1,000, centred, shrunken."""
    return [
        (_scale_name(finding), effects.value(finding.estimate, "estimate", finding.n) or say("page.interval.none")),
        (effects.level(finding.estimate), effects.interval(finding.estimate, "estimate", finding.n)),
        (_per_thousand(), effects.absolute(finding.absolute)),
        *centred_rows(finding),
        ("Shrunken towards its peers", _shrunken(finding)),
    ]


def _per_thousand() -> Markup:
    return put("<span data-fixed='unit'>{}</span>", word("Per 1,000 persons"))


def _scale_name(finding: Finding) -> str:
    if names.is_contrast(finding):
        return "Ratio of ratios, uncentred"
    return _SCALES.get(finding.estimate.scale, finding.estimate.scale.replace("-", " ").capitalize())


def _shrunken(finding: Finding) -> Markup:
    if finding.shrunken is None or finding.shrunken.value is None:
        return Markup("")
    value = effects.value(finding.shrunken, "shrunken", finding.n)
    limits = effects.interval(finding.shrunken, "shrunken", finding.n)
    return put("{} ({}), {}", value, limits, effects.peer_scale(finding))


def _test(finding: Finding) -> list[Row]:
    """Return the test: method, p, calibrated p, q, and how many tests were made."""
    screened = "page.calibrated.none" if finding.tested else "page.q.none"
    return [
        ("Method", quoted(finding.estimate.method, "estimate/method")),
        (_p_name(finding), _p(finding.p_value, "p_value", "page.p.none")),
        ("p, calibrated", _p(finding.calibrated_p, "calibrated_p", screened)),
        ("q (corrected for all tests)", _q(finding, screened)),
        local_row(finding),
        ("Outcome", put("{} {}", *labels.OUTCOME_MARKS[effects.cell(finding)])),
    ]


def _p_name(finding: Finding) -> str:
    if names.is_contrast(finding):
        return "p (this place's own classes relabelled)"
    randomised = (finding.controls or {}).get("kind") == "randomised"
    return "p (the test's own randomisation)" if randomised else "p (chance variation alone)"


def _p(value: float | None, ref: str, absent: str) -> Markup:
    return say(absent) if value is None else cited(value, ref, numbers.p(value))


def _q(finding: Finding, absent: str) -> Markup:
    if finding.q_value is None:
        return say(absent)
    shown = cited(finding.q_value, "q_value", numbers.p(finding.q_value))
    if finding.tests_in_family is None:
        return shown
    tests = cited(finding.tests_in_family, "tests_in_family", numbers.count(finding.tests_in_family))
    return put("{} over {} tests", shown, tests)


def _doubt(finding: Finding) -> list[Row]:
    """Return what the numbers can bear: detectable effect, tipping points, ranges, robustness, what is missing."""
    return [
        ("Smallest detectable effect", _detectable(finding)),
        ("Tipping point", _num("tipping", finding.tipping_point, "tipping_point")),
        ("Tipping point of recorded groups", doubts.groups(finding)),
        ("E-value", doubts.e_value(finding)),
        ("Under other assumptions", _ranges(finding)),
        ("Groups by surname", doubts.by_surname(finding)),
        ("Robustness", doubts.specifications(finding)),
        ("Parts of the time", doubts.blocks(finding)),
        ("Missing", _missing(finding)),
    ]


def _missing(finding: Finding) -> Markup:
    parts = [put("{}: {}", name, share) for name, share in effects.missing(finding.missing)]
    return Markup("; ").join(parts) if parts else say("page.missing.none")


def _detectable(finding: Finding) -> Markup:
    if finding.detectable is None:
        return say("page.detectable.none")
    return say("page.detectable.text", r=Num(finding.detectable, "detectable"), scale=effects.peer_scale(finding))


def _num(name: str, value: float | None, ref: str) -> Markup:
    return say(f"page.{name}.none") if value is None else say(f"page.{name}.text", r=Num(value, ref))


def _ranges(finding: Finding) -> Markup:
    if not finding.ranges:
        return Markup("")
    parts, write = [], effects.writer(finding.estimate.scale, None)
    for i, entry in enumerate(finding.ranges):
        ends = [
            cited(value, f"ranges/{i}/{name}", write(value)) if value is not None else Markup("no limit")
            for name, value in (("low", entry.low), ("high", entry.high))
        ]
        name = quoted(entry.assumption, f"ranges/{i}/assumption")
        parts.append(put("{}: {} to {}", name, *ends))
    return put("{}. {}", Markup("; ").join(parts), say("page.range.text"))
