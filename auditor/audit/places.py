"""The review of one place: its findings, its verdict and the words for it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from auditor.audit.build import Built, findings_of
from auditor.audit.controls import controls_of
from auditor.audit.measured import Measured
from auditor.audit.screen import Screen
from auditor.audit.verdict import (
    FLAG,
    GRADES,
    Circumstances,
    Evidence,
    Families,
    Judged,
    Rules,
    binding,
    ceiling,
    flags,
    judge,
)
from auditor.audit.wording import say, text
from auditor.audit.written import pooled
from auditor.cells import Cells
from auditor.domain.place_classes import APART
from auditor.domain.places import gazetteer
from auditor.engine.ground import Ground
from auditor.findings.finding import Finding, Sentence, Withheld
from auditor.findings.listed import Listed
from auditor.findings.review import PlaceReview
from auditor.report.slug import page as page_path
from auditor.stats.screening.selection import selection_level

_PARTS = 21
_NAMED = 3
"""Reasons that the summary of a place without a test names."""
_RECORDS_AT = {
    "investigations": 3,
    "lawsuits": 3,
    "agreements": 2,
    "detainer_policy": 13,
    "training": 14,
    "complaints": 14,
    "community_choice": 14,
    "supervision": 14,
    "agency_response": 19,
}


@dataclass(frozen=True)
class Setting:
    """What the reviews of all places share."""

    measured: Sequence[Measured]
    screen: Screen
    rules: Rules
    cells: Cells
    withheld: tuple[Withheld, ...]
    records: Mapping[str, Mapping[str, Sequence[Mapping[str, str]]]]
    minimum_peers: int
    section_of: Mapping[str, int]
    ground: Ground
    exploratory: bool
    regional: frozenset[str] = frozenset()


def review_place(setting: Setting, j: int, number: int) -> PlaceReview:
    """Build the review of the place at position j; its findings are numbered from ``number``."""
    built: list[Built] = []
    withheld = list(setting.withheld)
    for measured in setting.measured:
        for result in findings_of(measured, setting.screen, setting.rules, j):
            if isinstance(result, Withheld):
                withheld.append(result)
            else:
                built.append(result)
    listed = listed_of(setting.measured, j)
    findings = tuple(_numbered(item.finding, number + i, listed) for i, item in enumerate(built))
    tested = [(i, item) for i, item in enumerate(built) if item.evidence is not None]
    evidence = [item.evidence for _, item in tested if item.evidence is not None]
    peers = int((setting.cells.stratum == setting.cells.stratum[j]).sum()) > 1
    about = _circumstances(setting, j, peers)
    judged = judge(evidence, _families(setting.screen, j), setting.rules, about)
    lead = tested[judged.leading][0] if judged.leading >= 0 else -1
    cells = setting.cells
    place, name = cells.ids[j], cells.names[j]
    return PlaceReview(
        place=place,
        name=name,
        state=_postal(cells.states[j]),
        verdict=judged.verdict,
        verdict_reasons=_reasons(setting, judged, evidence, built, lead, withheld, j),
        caps=tuple(say(cap) for cap in judged.caps),
        ceiling=_ceiling(setting, evidence, about),
        page=page_path(name, place),
        rank=_rank(setting, findings, j),
        findings=findings,
        withheld=tuple(withheld),
        sections=_sections(setting, findings, withheld, setting.records.get(place, {})),
        simulated=bool(cells.simulated and cells.simulated[j]),
        profile=_profile(setting, j),
        response=_response(setting.records.get(place, {})),
        controls=tuple(entry for measured in setting.measured for entry in controls_of(measured, j)),
        listed=listed,
    )


def first_numbers(setting: Setting) -> list[int]:
    """Return the number of the first finding of each place: one for every entry of a panel that is not withheld."""
    count = np.zeros(len(setting.cells.ids), dtype=np.int64)
    for measured in setting.measured:
        count += (measured.panel.code == 0).sum(axis=1)
    return (1 + np.cumsum(count) - count).tolist()


def listed_of(measured: Sequence[Measured], j: int) -> dict[str, Listed]:
    """Return the rows that signals list within the place at position j."""
    own = {item.card.name: item.panel.listed[j] for item in measured if item.panel.listed}
    return {name: table for name, table in own.items() if table.rows}


def _numbered(finding: Finding, number: int, listed: Mapping[str, Listed]) -> Finding:
    name = f"F-{number:04d}"
    own = f"tables/{finding.signal}.csv" if finding.signal in listed else f"tables/findings.csv#{name}"
    return replace(finding, id=name, table=own)


def _postal(state: str) -> str:
    known = gazetteer().place(state) if state else None
    return known.state if known is not None else ""


def _families(screen: Screen, j: int) -> Families:
    def known(values: Any) -> dict[str, float]:
        return {family: float(values[j, f]) for f, family in enumerate(screen.families) if math.isfinite(values[j, f])}

    return Families(known(screen.q_greater), known(screen.q_less))


def _reasons(
    setting: Setting,
    judged: Judged,
    evidence: Sequence[Evidence],
    built: Sequence[Built],
    lead: int,
    withheld: Sequence[Withheld],
    j: int,
) -> tuple[Sentence, ...]:
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
        families = _families(setting.screen, j)
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
    if _apart(setting, j):
        return say("because.apart", {"what": _apart(setting, j)}).text["en"]
    if most <= 1:
        return text("because.no-peers")
    if most < setting.minimum_peers:
        return say("because.few-peers", {"peers": most - 1}).text["en"]
    code = str(next(null.facts()["code"] for null in nulls))
    return say("because.peers-inadequate", {"reason": text(f"adequacy.{code}")}).text["en"]


def _compared(setting: Setting, j: int) -> int:
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


def _apart(setting: Setting, j: int) -> str:
    """Return what a place of a class apart is, in words; empty for one that may have peers."""
    kinds = setting.cells.kinds
    return APART.get(kinds[j], "") if kinds else ""


def _circumstances(setting: Setting, j: int, peers: bool) -> Circumstances:
    """Return what holds for the place whatever its tests say: peers, the protocol, the records."""
    found: list[tuple[str, float]] = []
    if setting.exploratory:
        found.append(("cap.exploratory", GRADES["notable-departure"]))
    if not peers:
        found.append(("cap.apart" if _apart(setting, j) else "cap.one-place", GRADES[FLAG]))
    p = setting.screen.corroboration(j)
    # Benjamini & Bogomolov (2014): the level is adjusted for looking at selected places only.
    tests = int(setting.screen.tests[j])
    level = selection_level(setting.rules.q, int(setting.screen.selected[j]), tests) if tests else 0.0
    return Circumstances(
        peers,
        min([grade for _, grade in found], default=GRADES["strong-signal"]),
        tuple(cap for cap, _ in found),
        p is not None and p <= level,
    )


def _ceiling(setting: Setting, evidence: Sequence[Evidence], about: Circumstances) -> dict[str, str]:
    testable = [item for item in evidence if item.testable]
    highest = ceiling(evidence, about)
    if not testable:
        why, raised = text("ceiling.why-nothing"), text("ceiling.raise-nothing")
    elif not any(item.calibrated_p is not None for item in testable):
        why = text("ceiling.why-no-peers")
        raised = say("ceiling.raise-peers", {"peers": setting.minimum_peers}).text["en"]
    elif not any(item.has_control for item in testable):
        why, raised = text("ceiling.why-no-control"), text("ceiling.raise-control")
    else:
        why, raised = _capped(evidence, about, highest)
    return {"verdict": highest, "why": why, "would_raise": raised}


def _capped(evidence: Sequence[Evidence], about: Circumstances, highest: str) -> tuple[str, str]:
    """Say which cap holds the place down, and which record would lift it."""
    if highest == "strong-signal":
        return text("ceiling.why-none"), text("ceiling.raise-none")
    cap = (binding(evidence, about) or "cap.one-family").removeprefix("cap.")
    return text(f"ceiling.why-{cap}"), text(f"ceiling.raise-{cap}")


def _rank(setting: Setting, findings: Sequence[Finding], j: int) -> dict[str, Any] | None:
    """Return the rank interval on the tested contrast that ranks most places; none where its numbers are hidden."""
    best: tuple[int, int, Measured, int] | None = None
    for order, measured in enumerate(setting.measured):
        for c in range(len(measured.panel.contrasts)):
            size = int(measured.calibrated.ranked[j, c])
            if size > 1 and (best is None or size > best[0]):
                best = (size, order, measured, c)
    if best is None:
        return None
    size, _, measured, c = best
    key = measured.panel.contrasts[c].key
    shown = [f for f in findings if f.signal == measured.card.name and f.contrast == key and not f.suppressed]
    if not shown:
        return None
    low, high = measured.calibrated.rank_low[j, c], measured.calibrated.rank_high[j, c]
    return {"low": int(low), "high": int(high), "of": size, "signal": measured.card.name, "contrast": key}


def _sections(
    setting: Setting,
    findings: Sequence[Finding],
    withheld: Sequence[Withheld],
    records: Mapping[str, Sequence[Mapping[str, str]]],
) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "number": part,
            "findings": [finding.id for finding in findings if finding.section == part],
            "withheld": [i for i, item in enumerate(withheld) if setting.section_of.get(item.signal) == part],
            "records": {
                kind: [dict(record) for record in entries]
                for kind, entries in sorted(records.items())
                if _RECORDS_AT.get(kind) == part
            },
        }
        for part in range(_PARTS)
    )


def _profile(setting: Setting, j: int) -> dict[str, Any]:
    cells = setting.cells
    rows = cells.population.take(cells.population.index == j)
    population: dict[str, dict[str, float]] = {}
    for universe, group, n in zip(rows.columns["universe"], rows.columns["group"], rows.n, strict=True):
        # A baseline of one to ten people is a small count like any other.
        if n == 0 or n >= setting.rules.persons:
            population.setdefault(str(universe), {})[str(group)] = float(n)
    windows = {event: (first[j], last[j]) for event, (first, last) in sorted(cells.windows.items()) if first[j]}
    return {
        "population": population,
        "baselines": {universe: cells.baselines.get(universe, universe) for universe in sorted(population)},
        "windows": {event: {"start": first, "end": last} for event, (first, last) in windows.items()},
        "calendar": {event: dict(runs) for event, runs in sorted(setting.ground.months.get(j, {}).items())},
        "parent": cells.parents[j],
        "peers": _compared(setting, j),
        "activations": [dict(entry) for entry in setting.ground.activations.get(cells.ids[j], ())],
        "agencies": list(setting.ground.agencies.get(cells.ids[j], ())),
    }


def _response(records: Mapping[str, Sequence[Mapping[str, str]]]) -> str | None:
    entries = records.get("agency_response", ())
    return "\n\n".join(entry.get("text", "") for entry in entries) or None
