"""Which findings a letter may rest on, and which letters may be written at all.

A finding counts only when it was tested: what the review merely describes is not quoted as a finding. Officers, and
the tables that a signal lists, stand in no letter.
"""

from __future__ import annotations

import math

from auditor.errors import DecisionNeeded, Problem
from auditor.findings.finding import Finding, Withheld
from auditor.findings.review import PlaceReview
from auditor.report import effects, labels
from auditor.report.letters.details import Details
from auditor.report.rules import OFFICERS

MOST = 5
"""Findings that a letter puts into its table."""
ROUNDED = 0.006
"""A finding may be written with three digits where the sentence of its verdict has all of them."""


def tested(place: PlaceReview) -> list[int]:
    """Return the positions of the findings that entered the screen, officers left out."""
    return [j for j, f in enumerate(place.findings) if f.tested and _may(f)]


def _may(finding: Finding) -> bool:
    return finding.section != OFFICERS


def raised(place: PlaceReview) -> list[int]:
    """Return the positions of the tested findings above their comparison: that of the verdict, then the surest."""
    found = [j for j in tested(place) if _above(place.findings[j])]
    return sorted(found, key=lambda j: (not _leads(place, place.findings[j]), _q(place.findings[j]), j))


def _leads(place: PlaceReview, finding: Finding) -> bool:
    """Say whether the sentence that gave the verdict speaks of this finding: it then stands first."""
    told = place.verdict_reasons[0].values.get("ratio") if place.verdict_reasons else None
    value = finding.estimate.value
    return told is not None and value is not None and math.isclose(told, value, rel_tol=ROUNDED)


def _q(finding: Finding) -> float:
    return 1.0 if finding.q_value is None else finding.q_value


def _above(finding: Finding) -> bool:
    state = effects.cell(finding)
    return state == "higher" or (state == "suppressed" and finding.outcome == "signal")


def withheld(place: PlaceReview, sections: dict[str, int]) -> list[tuple[int, Withheld]]:
    """Return the withheld tests with their positions, those on officers left out."""
    return [(j, w) for j, w in enumerate(place.withheld) if sections.get(w.signal, 10) != OFFICERS]


def refuse(place: PlaceReview, kind: str, details: Details) -> None:
    """Refuse a letter that this review cannot carry.

    Raises
    ------
    DecisionNeeded
        A complaint under Title VI about a place that is not flagged; a complaint about such a place that describes no
        incident on which it could rest.
    """
    if place.verdict in labels.FLAGS:
        return
    label = labels.verdict(place.verdict).label
    found = f"the verdict on {place.name} is “{label}”"
    if kind == "title-vi":
        why = "a complaint of intent cannot rest on a screen that flags nothing, and this is not a clearance either"
        remedy = "use --kind records-request to ask for what was missing, or crcl with [[incidents]] in --details"
        raise DecisionNeeded("no title-vi letter is written about this place", [Problem(found, why, remedy)])
    if kind == "crcl" and not details.incidents:
        why = "below “pattern worth examining” no letter alleges a disparity: such a complaint rests on incidents"
        remedy = "describe them under [[incidents]] in --details, or use --kind records-request"
        raise DecisionNeeded("this complaint has nothing to rest on", [Problem(found, why, remedy)])
