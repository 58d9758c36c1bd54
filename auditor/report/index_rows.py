"""The table of all places: its rows, their order without script, and the links that show some of them only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from markupsafe import Markup

from auditor.domain.places import gazetteer
from auditor.findings.finding import Finding
from auditor.findings.review import PlaceReview
from auditor.report import effects, labels
from auditor.report.context import Context, place_title, state_of
from auditor.report.index_columns import Column
from auditor.report.slug import plain

DETAILED = 400
"""Up to this many places the table prints numbers; beyond it marks and words only, so the page stays small."""
_FIRST = {verdict.key: i for i, verdict in enumerate(labels.VERDICTS)}

Row = dict[str, Any]


def rows_of(context: Context, columns: Sequence[Column]) -> list[Row]:
    """Return a row for every place, by verdict and by name within it."""
    places = context.review.places
    order = sorted(range(len(places)), key=lambda i: _order(places[i]))
    detailed = len(places) <= DETAILED
    rows = [_row(places[i], i, columns, detailed=detailed) for i in order]
    for row in rows:
        row["page"] = context.path(row["page"])
    return rows


def _order(place: PlaceReview) -> tuple[int, str, str]:
    return (_FIRST[place.verdict], place.name.casefold(), place.place)


def _row(place: PlaceReview, index: int, columns: Sequence[Column], *, detailed: bool) -> Row:
    return {
        "index": index,
        "id": place.place,
        "name": place.name,
        "short": place.name.removesuffix(" County"),
        "state": state_of(place),
        "area": place.state,
        "title": place_title(place),
        "sort": (place.name.casefold(), place.state),
        "page": place.page,
        "at": f"/places/{index}/findings",
        "verdict": labels.verdict(place.verdict),
        "simulated": place.simulated,
        "cells": [_cell(place, column.signals, detailed=detailed) for column in columns],
    }


def _cell(place: PlaceReview, signals: Sequence[str], *, detailed: bool) -> dict[str, Any]:
    own = [(j, f) for j, f in enumerate(place.findings) if f.signal in signals]
    tested = [(j, f) for j, f in own if f.tested] or own
    state = effects.strongest([effects.cell(f) for _, f in tested])
    if state == "absent" and any(entry.signal in signals for entry in place.withheld):
        state = "withheld"
    first = effects.leading(tested) if detailed else None
    return {
        "state": state,
        "mark": labels.OUTCOME_MARKS[state][0],
        "word": labels.OUTCOME_MARKS[state][1],
        "value": _cell_value(*first) if first is not None else Markup(""),
    }


def _cell_value(j: int, finding: Finding) -> Markup:
    if finding.estimate.value is None or finding.outcome == "insufficient":
        return Markup("")
    return effects.value(finding.estimate, f"{j}/estimate", finding.n)


def by_verdict(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the rows in groups of one verdict."""
    groups: list[dict[str, Any]] = []
    for row in rows:
        if not groups or groups[-1]["verdict"] != row["verdict"]:
            groups.append({"verdict": row["verdict"], "rows": []})
        groups[-1]["rows"].append(row)
    return groups


def by_area(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the rows by state, and by name within each; in one list where all lie in one state."""
    found: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row["sort"], row["id"])):
        found.setdefault(row["area"], []).append(row)
    if len(found) < 2:
        return [{"name": "", "rows": own} for own in found.values()]
    named = sorted((area_name(area), area) for area in found)
    return [{"name": name, "area": area, "rows": found[area]} for name, area in named]


@cache
def area_name(area: str) -> str:
    """Return the name of a state from its letters; anything else as it stands."""
    known = gazetteer().state(area) if area else None
    return known.name if known else area


def filters(rows: Sequence[Row]) -> dict[str, list[dict[str, str]]]:
    """Return the links that show some rows only: by verdict and, where there are several, by state.

    Each is a plain link to an element of the page; the style then hides the other rows
    (:func:`filter_style`). A browser that cannot do so shows them all.
    """
    found = {row["verdict"].key: row["verdict"] for row in rows}
    verdicts = [
        {"id": f"only-{verdict.key}", "css": verdict.css, "label": f"{verdict.mark} {verdict.label}"}
        for verdict in labels.VERDICTS
        if verdict.key in found
    ]
    areas = sorted({(area_name(row["area"]), row["area"]) for row in rows if row["area"]})
    named = [{"id": f"only-{_class(area)}", "css": _class(area), "label": name} for name, area in areas]
    return {"verdicts": verdicts if len(verdicts) > 1 else [], "areas": named if len(named) > 1 else []}


def _class(area: str) -> str:
    return area if re.fullmatch("[A-Z]{2}", area) else f"a-{plain(area)}"


def area_classes(rows: Sequence[Row]) -> None:
    """Give every row the class by which its state is shown alone."""
    for row in rows:
        row["css"] = _class(row["area"]) if row["area"] else ""


def filter_style(links: dict[str, list[dict[str, str]]]) -> str:
    """Return the style behind the links: with one as the page's target, all other rows are hidden."""
    rules = [
        f"body:has(#{link['id']}:target) .all tbody:not(.{link['css']}){{display:none}}" for link in links["verdicts"]
    ]
    for link in links["areas"]:
        at = f"body:has(#{link['id']}:target) .all"
        rules.append(f"{at} tr:not(.g,.{link['css']}),{at} tbody:not(:has(.{link['css']})){{display:none}}")
    shown = ".only:target{display:block}"
    return f"@supports selector(:has(a)){{{shown}{''.join(rules)}}}" if rules else ""
