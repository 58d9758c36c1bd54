"""The page of one place: its twenty-one parts as data for the templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from auditor.findings.finding import Finding
from auditor.findings.review import PlaceReview
from auditor.report import effects, evidence, labels, names, numbers
from auditor.report.brevity import FULL, Brevity
from auditor.report.cite import Num, cited, say
from auditor.report.context import Context, held, place_title, quotation, sentences_of, state_of, words
from auditor.report.controls_view import controls_view
from auditor.report.ethnicity import ethnicity_rows
from auditor.report.figures.calendar import calendar
from auditor.report.figures.interval import interval_plot
from auditor.report.figures.mix import level_mix
from auditor.report.figures.pretext import pretext_plot
from auditor.report.figures.sensitivity import sensitivity
from auditor.report.figures.study import event_studies
from auditor.report.figures.timeline import timeline
from auditor.report.figures.veil import veil_curves
from auditor.report.finding_view import finding_view
from auditor.report.measured_view import alarm_of
from auditor.report.officers import officers_view
from auditor.report.profile import profile_view, supplied
from auditor.report.sources_view import calibration_view, quality_view, run_view, sources_view
from auditor.report.units import units
from auditor.report.words import word

SOURCES_SHOWN = 40
"""More sources than these are on the index and in tables/sources.csv, so that a page stays small."""
EVIDENCE_PARTS = (7, 8, 9, 10, 11, 12, 13)
RECORDS = (
    ("Victims and witnesses", (), "victims"),
    ("Complaints and redress", ("complaints",), "complaints"),
    ("Requesting discretion", (), "instructions"),
    ("Civil-rights training", ("training",), "training"),
    ("Transparency and outreach", (), "transparency"),
    ("Community policing", (), "policing"),
    ("Conditions for expansion", (), "expansion"),
    ("Supervision and oversight", ("supervision",), "oversight"),
    ("Community choice", ("community_choice",), "choice"),
)

TERMS = (
    ("Interval of chance alone", "chance"),
    ("Calibrated p, and the interval among the places compared", "calibrated"),
    ("Negative control", "controls"),
    ("Shift and scale", "matching"),
    ("Local false discovery rate", "local"),
    ("Interval adjusted for being flagged", "fcr"),
    ("λ* and δ*", "undo"),
    ("Resolution", "floor"),
)
"""Words of the findings that the methods appendix explains, and their sentences."""


def place_model(context: Context, index: int, brevity: Brevity = FULL) -> dict[str, Any]:
    """Work out the page of one place.

    Parameters
    ----------
    context : Context
    index : int
        Which place of the review.
    brevity : Brevity
        What is printed in short.

    Returns
    -------
    dict
        For ``place.html.j2``.
    """
    place = context.review.places[index]
    at = f"/places/{index}"
    pointed = [(f"{at}/findings/{j}", finding) for j, finding in enumerate(place.findings)]
    views = [finding_view(context, finding, pointer, brevity) for pointer, finding in pointed]
    _point_back(place, views)
    tests = [
        {**evidence.test_row(context, pointer, finding), "row": view["row"]}
        for (pointer, finding), view in zip(pointed, views, strict=True)
    ]
    withheld = _withheld(context, place, at)
    return {
        "title": place_title(place),
        "at": at,
        "place": place,
        "name": place_title(place),
        "state": state_of(place),
        "simulated": place.simulated,
        "verdict": _verdict(context, place),
        "run": context.once("run_view", run_view),
        "period": _whole_period(place),
        "parts": _parts(context, place, list(zip(pointed, views, strict=True)), withheld),
        "summary": _summary(context, place, at),
        "interval": interval_plot([entry for entry in pointed if _drawn(entry[1], brevity)]),
        "pretext": pretext_plot(pointed, place, at),
        "terms": TERMS,
        "controls": controls_view(context, place, at),
        "officers": officers_view(place, at),
        "mixes": level_mix(pointed),
        "funnels": _funnels(context, index),
        "timeline": timeline(place, pointed),
        "calendar": calendar(place),
        "studies": event_studies(place),
        "veils": veil_curves(place),
        "sensitivity": sensitivity(pointed),
        "profile": profile_view(context, place),
        "rank": rank_of(place),
        "sources": context.once("sources_view", sources_view)[:SOURCES_SHOWN],
        "quality": context.once("quality_view", quality_view)[:SOURCES_SHOWN],
        "more_sources": len(context.review.sources) > SOURCES_SHOWN,
        "calibration": context.once("calibration_view", calibration_view),
        "ethnicity": ethnicity_rows(context, pointed),
        "synthesis": [row for row in tests if row["tested"]],
        "benchmarks": evidence.benchmarks(context, pointed),
        "missing": evidence.missing(pointed),
        "alternatives": evidence.alternatives(context, place),
        "ceiling": _ceiling(context, place),
        "withheld": withheld,
        "tests": tests,
        "methods": [evidence.method(context, name) for name in evidence.signals_of(context, place)],
        "methods_short": brevity.methods,
        "withheld_methods": [evidence.method(context, name) for name in evidence.only_withheld(context, place)],
        "records": [_topic(place, *topic) for topic in RECORDS],
        "ladder": held("standards")["ladder"],
        "standards": held("standards"),
        "response": "" if supplied(place, 19) else place.response or "",
        "findings": views,
    }


def _drawn(finding: Finding, brevity: Brevity) -> bool:
    return finding.tested or (finding.section in (9, 10) and not brevity.methods)


def _point_back(place: PlaceReview, views: list[dict[str, Any]]) -> None:
    """Where a finding's definitions were printed in full earlier in its part, name that finding instead."""
    seen: dict[tuple[Any, ...], str] = {}
    for finding, view in zip(place.findings, views, strict=True):
        told = tuple(sentence.text.get("en", sentence.id) for sentence in finding.definitions)
        key = (finding.section, *sorted(told))
        view["as_under"] = seen.get(key, "") if told else ""
        if told and not view["row"]:
            seen.setdefault(key, finding.id)


def _verdict(context: Context, place: PlaceReview) -> dict[str, Any]:
    shown = labels.verdict(place.verdict)
    told = sentences_of(place.verdict_reasons, "verdict_reasons", context.language)
    raising = [sentence.id.startswith("raise.") for sentence in place.verdict_reasons]
    return {
        "shown": shown,
        "reasons": [text for text, raises in zip(told, raising, strict=True) if not raises],
        "raises": [text for text, raises in zip(told, raising, strict=True) if raises],
        "caps": sentences_of(place.caps, "caps", context.language),
        "null": place.verdict == "no-disparity-detected",
        "flag": place.verdict in labels.FLAGS,
        "alarm": alarm_of(context, place.findings) if place.verdict in labels.FLAGS else [],
    }


def _whole_period(place: PlaceReview) -> Markup:
    """Return the first and the last day of the place's findings."""
    dated = [(j, f.period) for j, f in enumerate(place.findings) if f.period.get("start") and f.period.get("end")]
    if not dated:
        return Markup("")
    first = min(dated, key=lambda entry: entry[1]["start"])
    last = max(dated, key=lambda entry: entry[1]["end"])
    text = f"{first[1]['start']}/{last[1]['end']}"
    ref = f"findings/{first[0]}/period/start findings/{last[0]}/period/end"
    return cited(text, ref, numbers.period(text), "period")


Pair = tuple[tuple[str, Finding], dict[str, Any]]


def _parts(
    context: Context, place: PlaceReview, pairs: list[Pair], withheld: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    parts = []
    for number, title in enumerate(labels.PARTS):
        parts.append(
            {
                "number": number,
                "title": title,
                "quotation": quotation(number),
                "findings": [view for (_, finding), view in pairs if finding.section == number],
                "signals": {finding.signal for (_, finding), _ in pairs if finding.section == number},
                "withheld": [entry for entry in withheld if entry["part"] == number],
                "records": supplied(place, number),
                "generic": number in EVIDENCE_PARTS,
                "regional": number in context.regional,
            }
        )
    return parts


def _withheld(context: Context, place: PlaceReview, at: str) -> list[dict[str, Any]]:
    return [
        {
            "part": context.section(entry),
            "title": context.title(entry.signal),
            "contrast": names.contrast_name(entry.contrast),
            "reason": words(entry.sentence or entry.reason, _reason_ref(at, j, entry.sentence), context.language),
            "needs": words(entry.needs, f"{at}/withheld/{j}/needs", context.language),
        }
        for j, entry in enumerate(place.withheld)
    ]


def _reason_ref(at: str, j: int, sentence: Any) -> str:
    return f"{at}/withheld/{j}/{'sentence' if sentence is not None else 'reason'}"


def _summary(context: Context, place: PlaceReview, at: str) -> dict[str, Any]:
    """Return at most three numbers, one a signal, and what is withheld."""
    numbers_shown = []
    for signal in context.signals:
        own = [(j, f) for j, f in enumerate(place.findings) if f.signal == signal and f.estimate.value is not None]
        first = effects.leading(own)
        if first is not None:
            numbers_shown.append(first)
    numbers_shown.sort(key=lambda entry: -effects.strength(entry[1]))
    n = len(place.withheld)
    count = Num(n, f"{at}/withheld", "length")
    withheld = (
        Markup("") if not n else say("page.summary.withheld-one") if n == 1 else say("page.summary.withheld", n=count)
    )
    shown = [_headline(context, *entry) for entry in numbers_shown[:3]]
    return {"numbers": shown, "withheld": withheld}


def _headline(context: Context, j: int, finding: Finding) -> dict[str, Any]:
    state = effects.cell(finding)
    return {
        "at": f"findings/{j}",
        "id": finding.id,
        "value": effects.value(finding.estimate, "estimate", finding.n),
        "unit": units().times if effects.is_ratio(finding) else "",
        "interval": effects.interval(finding.estimate, "estimate", finding.n),
        "level": effects.level(finding.estimate),
        "peers": effects.calibrated_interval(finding),
        "peer_scale": effects.peer_scale(finding),
        "name": names.finding_name(finding),
        "observed": effects.observed(finding),
        "mark": labels.OUTCOME_MARKS[state],
        "state": state,
        "title": context.title(finding.signal),
        "definitions": sentences_of(finding.definitions[:1], "definitions", context.language),
    }


def _funnels(context: Context, index: int) -> list[dict[str, Any]]:
    drawn = (drawing.at(index) for drawing in context.drawings)
    return [figure for figure in drawn if figure is not None]


def _ranked(finding: Finding, rank: Mapping[str, Any]) -> bool:
    return (finding.signal, finding.contrast) == (rank.get("signal"), rank.get("contrast"))


def rank_of(place: PlaceReview) -> Markup:
    """Return the sentence on where the place may stand among all that could be compared; nothing without a rank."""
    rank = place.rank
    if not rank or rank.get("low") is None or rank.get("high") is None:
        return Markup("")
    what = next((names.finding_name(f) for f in place.findings if _ranked(f, rank)), word("the first test"))
    low, high, of = (Num(rank[name], f"rank/{name}") for name in ("low", "high", "of"))
    return say("page.part.6.rank", what=what, low=low, high=high, of=of)


def _ceiling(context: Context, place: PlaceReview) -> dict[str, Any] | None:
    ceiling = place.ceiling
    if not ceiling or not ceiling.get("verdict"):
        return None
    return {
        "shown": labels.verdict(str(ceiling["verdict"])),
        "why": words(ceiling.get("why"), "ceiling/why", context.language),
        "would_raise": words(ceiling.get("would_raise"), "ceiling/would_raise", context.language),
    }


def _topic(place: PlaceReview, title: str, kinds: tuple[str, ...], ask: str) -> dict[str, Any]:
    found = [record for record in supplied(place, 14) if record["kind"] in kinds]
    return {"title": title, "supplied": found, "ask": say(f"page.records.14.{ask}")}
