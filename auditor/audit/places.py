"""The review of one place: its findings, its verdict and the words for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from auditor.audit.build import Built, findings_of
from auditor.audit.controls import controls_of
from auditor.audit.measured import Measured
from auditor.audit.reasons import apart, compared, families_of, reasons_of
from auditor.audit.setting import Setting
from auditor.audit.verdict import (
    FLAG,
    GRADES,
    Circumstances,
    Evidence,
    binding,
    ceiling,
    judge,
)
from auditor.audit.wording import say, text
from auditor.domain.places import gazetteer
from auditor.findings.finding import Finding, Withheld
from auditor.findings.listed import Listed
from auditor.findings.review import PlaceReview
from auditor.report.slug import page as page_path
from auditor.stats.screening.selection import selection_level

_PARTS = 21
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
    judged = judge(evidence, families_of(setting.screen, j), setting.rules, about)
    lead = tested[judged.leading][0] if judged.leading >= 0 else -1
    cells = setting.cells
    place, name = cells.ids[j], cells.names[j]
    return PlaceReview(
        place=place,
        name=name,
        state=_postal(cells.states[j]),
        verdict=judged.verdict,
        verdict_reasons=reasons_of(setting, judged, evidence, built, lead, withheld, j),
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


def _circumstances(setting: Setting, j: int, peers: bool) -> Circumstances:
    """Return what holds for the place whatever its tests say: peers, the protocol, the records."""
    found: list[tuple[str, float]] = []
    if setting.exploratory:
        found.append(("cap.exploratory", GRADES["notable-departure"]))
    if not peers:
        found.append(("cap.apart" if apart(setting, j) else "cap.one-place", GRADES[FLAG]))
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
        "peers": compared(setting, j),
        "activations": [dict(entry) for entry in setting.ground.activations.get(cells.ids[j], ())],
        "agencies": list(setting.ground.agencies.get(cells.ids[j], ())),
    }


def _response(records: Mapping[str, Sequence[Mapping[str, str]]]) -> str | None:
    entries = records.get("agency_response", ())
    return "\n\n".join(entry.get("text", "") for entry in entries) or None
