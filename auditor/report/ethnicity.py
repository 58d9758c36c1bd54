"""Every comparison of groups three ways, side by side: as recorded, by surname, and bounded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from markupsafe import Markup

from auditor.findings.finding import Finding, Range
from auditor.report import effects, names
from auditor.report.cite import cited, put, say
from auditor.report.context import Context
from auditor.report.sentences import load

BOUNDED: Final = {
    "range.missing-group": "",
    "range.missing-group-four": "page.ethnicity.four",
    "range.missing-group-alike": "page.ethnicity.alike",
}
"""Ranges over the groups of persons of whom none is recorded, with what is said of those over some ways only."""


def ethnicity_rows(context: Context, pointed: Iterable[tuple[str, Finding]]) -> list[dict[str, Any]]:
    """Return the comparisons of groups that are known in another way than as recorded.

    Parameters
    ----------
    context : Context
    pointed : iterable of (str, Finding)
        JSON Pointer of each finding, and the finding.

    Returns
    -------
    list of dict
        One a finding, for the table of part 15.
    """
    return [
        {
            "at": pointer,
            "id": finding.id,
            "title": context.title(finding.signal),
            "name": names.finding_name(finding),
            **_ways(finding),
        }
        for pointer, finding in pointed
        if finding.group and not finding.suppressed and (_bounds(finding) or _surname(finding))
    ]


def _ways(finding: Finding) -> dict[str, Any]:
    estimate = finding.estimate
    return {
        "recorded": effects.value(estimate, "estimate", finding.n) or say("page.interval.none"),
        "interval": effects.interval(estimate, "estimate", finding.n),
        "surname": _by_surname(finding),
        "bounded": [_between(finding, i, entry) for i, entry in _bounds(finding)],
    }


def _bounds(finding: Finding) -> list[tuple[int, Range]]:
    return [(i, entry) for i, entry in enumerate(finding.ranges) if entry.assumption in _assumptions()]


def _assumptions() -> dict[str, str]:
    return {load("en")[name]: note for name, note in BOUNDED.items()}


def _between(finding: Finding, i: int, entry: Range) -> tuple[Markup, Markup]:
    note = _assumptions()[entry.assumption]
    return _ends(finding, f"ranges/{i}", entry.low, entry.high, None), say(note) if note else Markup("")


def _ends(finding: Finding, ref: str, low: float | None, high: float | None, n: float | None) -> Markup:
    write = effects.writer(finding.estimate.scale, n)
    ends = [
        Markup("no limit") if value is None else cited(value, f"{ref}/{name}", write(value))
        for name, value in (("low", low), ("high", high))
    ]
    return put("{} to {}", *ends)


def _surname(finding: Finding) -> dict[str, Any] | None:
    return (finding.robustness or {}).get("by_surname")


def _by_surname(finding: Finding) -> tuple[Markup, Markup] | None:
    found = _surname(finding)
    if not found:
        return None
    if found["suppressed"]:
        return say("page.p.suppressed"), Markup("")
    ref = "robustness/by_surname"
    value = cited(found["value"], f"{ref}/value", effects.writer(finding.estimate.scale, found["n"])(found["value"]))
    return value, _ends(finding, ref, found["low"], found["high"], found["n"])
