"""The completeness calendar: which months the records of a place speak of, event by event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from auditor.domain.vocabulary import EVENTS
from auditor.findings.review import PlaceReview
from auditor.report import labels, numbers, rules
from auditor.report.cite import cited, pointer
from auditor.report.figures.paths import drawn
from auditor.report.units import units

CELL, ROW, LABEL, HEAD, GAP, WIDTH = 11, 16, 40, 40, 28, 720
ACROSS: Final = 3
"""Panels side by side, one for each event."""
MOST_YEARS: Final = 24
"""Years that are drawn; more are in the table beside the figure."""
STATES: Final = ("told", "total", "gap")
"""A month told by itself; told only in a sum over several; of which no row speaks, between the first and the last."""


def calendar(place: PlaceReview) -> dict[str, Any] | None:
    """Work out the calendar of a place.

    Returns
    -------
    dict or None
        For ``figures/calendar.svg.j2``, with ``rows`` for the table; None when no record of the place has a month.
        Pointers are relative to the place.
    """
    held: Mapping[str, Any] = (place.profile or {}).get("calendar") or {}
    events = sorted((event for event in held if _span(held[event])), key=_order)
    if not events:
        return None
    panels, height = [], 0
    for start in range(0, len(events), ACROSS):
        line = [
            _panel(event, held[event], (WIDTH // ACROSS) * i, height)
            for i, event in enumerate(events[start : start + ACROSS])
        ]
        panels += line
        height += max(panel["height"] for panel in line) + GAP
    return {
        "width": str(WIDTH),
        "height": str(max(height - GAP + 4, 1)),
        "panels": panels,
        "rows": [_row(event, held[event]) for event in events],
        "cut": any(panel["cut"] for panel in panels),
    }


def _order(event: str) -> tuple[int, str]:
    return (EVENTS.index(event) if event in EVENTS else len(EVENTS), event)


def _span(runs: Mapping[str, Sequence[Sequence[str]]]) -> tuple[int, int] | None:
    """Return the first and the last month as numbers."""
    both = [*(runs.get("months") or ()), *(runs.get("totals") or ())]
    return None if not both else (min(rules.month(a) for a, _ in both), max(rules.month(b) for _, b in both))


def _panel(event: str, runs: Mapping[str, Any], x: int, y: int) -> dict[str, Any]:
    first, last = _span(runs) or (0, 0)
    years = list(range(first // 12, last // 12 + 1))
    shown = years[-MOST_YEARS:]
    states = _states(runs, first, last)
    top = y + HEAD
    return {
        "x": str(x),
        "y": str(y + 14),
        "name": labels.event(event).capitalize(),
        "cut": len(shown) < len(years),
        "height": HEAD + ROW * len(shown),
        "months": str(y + 32),
        "letters": [
            {"x": str(x + LABEL + CELL * m + 5), "text": month[0].upper()} for m, month in enumerate(units().months)
        ],
        "years": [
            {"x": str(x + LABEL - 6), "y": str(top + ROW * i + 11), "text": str(at)} for i, at in enumerate(shown)
        ],
        "paths": [
            {"css": f"cal-{state}", "d": drawn(data)}
            for state in STATES
            if (data := _cells(states, state, shown[0], x + LABEL, top))
        ],
    }


def _states(runs: Mapping[str, Any], first: int, last: int) -> dict[int, str]:
    states = dict.fromkeys(range(first, last + 1), "gap")
    for name, state in (("totals", "total"), ("months", "told")):
        for a, b in runs.get(name) or ():
            states.update(dict.fromkeys(range(rules.month(a), rules.month(b) + 1), state))
    return states


def _cells(states: Mapping[int, str], wanted: str, first_year: int, x: int, y: int) -> str:
    """Return a rectangle for every month of a state."""
    at = [month for month, state in states.items() if state == wanted and month // 12 >= first_year]
    return "".join(f"M{x + CELL * (m % 12)} {y + ROW * (m // 12 - first_year)}h9v13h-9z" for m in at)


def _row(event: str, runs: Mapping[str, Any]) -> dict[str, Any]:
    ref = f"profile/calendar/{pointer(event)}"
    both = f"{ref}/months {ref}/totals"
    operands = [runs["months"], runs["totals"]]

    def count(rule: str) -> Markup:
        value = rules.RULES[rule](operands)
        return cited(value, both, numbers.count(value), rule)

    return {
        "event": labels.event(event).capitalize(),
        "told": count("months_told"),
        "totals": count("months_in_totals"),
        "gaps": count("months_without"),
    }
