"""The index: every place, what was tested, what was withheld, and how to do it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from auditor.findings.finding import Finding
from auditor.report import effects, labels, names, numbers, rules
from auditor.report.cite import Num, cited, quoted, say
from auditor.report.context import Context, sentences_of, words
from auditor.report.coverage import coverage_view
from auditor.report.figures.funnel import GRID_INDEX, Drawing
from auditor.report.figures.map import verdict_map
from auditor.report.figures.matrix import matrix
from auditor.report.figures.rollout import region_studies
from auditor.report.index_columns import Column, columns_of
from auditor.report.index_rows import DETAILED, area_classes, by_area, by_verdict, filter_style, filters, rows_of
from auditor.report.sources_view import calibration_view, run_view, sources_view
from auditor.report.trace import literal

MATRIX_ROWS = 40
FUNNELS = 10
"""Funnels of an index of very many places; the others are on their pages."""


def index_model(context: Context) -> dict[str, Any]:
    """Work out the index page.

    Returns
    -------
    dict
        For ``index.html.j2``.
    """
    review = context.review
    detailed = len(review.places) <= DETAILED
    columns = columns_of(context, detailed=detailed)
    shown = {name for column in columns for name in column.signals}
    rows = rows_of(context, columns)
    area_classes(rows)
    links = filters(rows)
    studies, more_studies = region_studies(review)
    drawn = context.funnels if detailed else context.funnels[:FUNNELS]
    return {
        "title": review.audit.get("title") or "Audit",
        "run": run_view(context),
        "counts": _counts(context),
        "verdicts": [_tile(context, verdict) for verdict in labels.VERDICTS],
        "simulated": bool(review.places) and all(place.simulated for place in review.places),
        "some_simulated": any(place.simulated for place in review.places),
        "signals": columns,
        "columns": len(columns) + 1,
        "fewer": len(shown) < len(context.signals),
        "by_family": any(len(column.signals) > 1 for column in columns),
        "groups": by_verdict(rows),
        "by_area": by_area(rows),
        "filters": links,
        "more_style": filter_style(links),
        "coverage": coverage_view(context),
        "detailed": detailed,
        "matrix": _matrix(rows, columns),
        "matrix_note": _matrix_note(context, rows),
        "funnels": [Drawing(funnel, GRID_INDEX).at() for funnel in drawn],
        "more_funnels": len(drawn) < len(context.funnels),
        "map": verdict_map(review),
        "withheld": _withheld(context),
        "regions": _regions(context),
        "studies": studies,
        "more_studies": more_studies,
        "failures": [dict(entry) for entry in review.failures],
        "sources": sources_view(context),
        "calibration": calibration_view(context),
        "tests": _tests(context),
    }


def _num(value: int, ref: str, calc: str) -> Num:
    return Num(value, ref, calc)


def _count_of(context: Context, *verdicts: str) -> Num:
    wanted = ",".join(verdicts)
    value = rules.verdicts([[{"verdict": place.verdict} for place in context.review.places], wanted])
    return Num(value, f"/places {literal(wanted)}", "verdicts")


def _counts(context: Context) -> list[Markup]:
    """Return the opening sentences: how many places, how many cannot be told, how many are worth examining."""
    places = context.review.places
    of = Num(len(places), "/places", "length")
    tests = Num(sum(len(place.findings) for place in places), "/places", "findings")
    unclear, flagged = _count_of(context, *labels.CANNOT_TELL), _count_of(context, *sorted(labels.FLAGS))
    said = [
        say("page.index.counts-one", tests=tests) if len(places) == 1 else say("page.index.counts", n=of, tests=tests)
    ]
    if unclear.value:
        said.append(say("page.index.cannot-tell", n=unclear, of=of))
    said.append(say("page.index.flagged", n=flagged, of=of) if flagged.value else say("page.index.flagged-none"))
    some = sum(place.simulated for place in places)
    if 0 < some < len(places):
        said.append(say("page.index.simulated-count", n=Num(some, "/places", "simulated"), of=of))
    return said


def _tile(context: Context, verdict: labels.Verdict) -> dict[str, Any]:
    number = _count_of(context, verdict.key)
    shown = cited(number.value, number.ref, numbers.count(number.value), number.calc)
    return {"verdict": verdict, "count": shown, "any": number.value > 0}


def _matrix(rows: list[dict[str, Any]], columns: Sequence[Column]) -> dict[str, Any] | None:
    if not rows or not columns:
        return None
    chosen = rows[:MATRIX_ROWS]
    states = [(row["title"], row["verdict"].key, [cell["state"] for cell in row["cells"]]) for row in chosen]
    return matrix(states, [(column.title, column.note) for column in columns])


def _matrix_note(context: Context, rows: list[dict[str, Any]]) -> Markup:
    if len(rows) <= MATRIX_ROWS:
        return Markup("")
    return say("page.index.matrix-some", of=Num(len(rows), "/places", "length"))


def _withheld(context: Context) -> list[dict[str, Any]]:
    """Return each reason once, with in how many places it applied."""
    seen: dict[tuple[str, str], tuple[int, int, int]] = {}
    for i, place in enumerate(context.review.places):
        for j, entry in enumerate(place.withheld):
            key = (entry.signal, entry.reason)
            first, inside, _ = seen.get(key, (i, j, 0))
            seen[key] = (first, inside, 0)
    plain = [
        {"withheld": [{"signal": w.signal, "reason": w.reason} for w in p.withheld]} for p in context.review.places
    ]
    return [_reason(context, key, where, plain) for key, where in sorted(seen.items())]


def _reason(context: Context, key: tuple[str, str], where: tuple[int, int, int], plain: Any) -> dict[str, Any]:
    signal, reason = key
    i, j, _ = where
    entry = context.review.places[i].withheld[j]
    at = f"/places/{i}/withheld/{j}"
    value = rules.withheld([plain, signal, reason])
    ref = f"/places {literal(signal)} {literal(reason)}"
    return {
        "title": context.title(signal),
        "reason": words(entry.reason, f"{at}/reason", context.language),
        "needs": words(entry.needs, f"{at}/needs", context.language),
        "places": cited(value, ref, numbers.count(value), "withheld"),
    }


def _tests(context: Context) -> list[dict[str, Any]]:
    """Return every test that was run, with how often each outcome came."""
    first: dict[tuple[str, str], Finding] = {}
    plain = []
    for place in context.review.places:
        plain.append(
            {"findings": [{"signal": f.signal, "contrast": f.contrast, "outcome": f.outcome} for f in place.findings]}
        )
        for finding in place.findings:
            first.setdefault((finding.signal, finding.contrast), finding)
    rows = []
    for (signal, contrast), finding in sorted(first.items()):
        cells = []
        for outcome in ("all", "signal", "compatible", "inconclusive", "insufficient"):
            value = rules.tests([plain, signal, contrast, outcome])
            ref = f"/places {literal(signal)} {literal(contrast)} {literal(outcome)}"
            cells.append(cited(value, ref, numbers.count(value), "tests"))
        rows.append(
            {
                "title": context.title(signal),
                "name": names.finding_name(finding),
                "tested": finding.tested,
                "cells": cells,
            }
        )
    return rows


def _regions(context: Context) -> list[dict[str, Any]]:
    rows = []
    for i, region in enumerate(context.review.regions):
        for j, finding in enumerate(region.findings):
            at = f"/regions/{i}/findings/{j}"
            rows.append(
                {
                    "at": at,
                    "region": region.name,
                    "name": names.finding_name(finding),
                    "observed": effects.observed(finding),
                    "value": effects.value(finding.estimate, "estimate", finding.n),
                    "interval": effects.interval(finding.estimate, "estimate", finding.n),
                    "sentence": quoted(finding.sentence, "sentence", context.language),
                    "caveats": sentences_of(finding.caveats, "caveats", context.language),
                }
            )
    return rows
