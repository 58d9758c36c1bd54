"""The timeline of a place: what is on file, when programmes started, and which months were held against which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from auditor.domain.vocabulary import EVENTS
from auditor.findings.finding import Finding
from auditor.findings.review import PlaceReview
from auditor.report import labels, names, rules
from auditor.report.cite import say
from auditor.report.figures.axis import Axis, coordinate

WIDTH, LEFT, RIGHT, TOP, ROW = 720.0, 8.0, 704.0, 34.0, 42.0
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PLACEBO_MONTHS: Final = -12
"""The false date of the placebo lies a year before the true one."""


def timeline(place: PlaceReview, findings: Iterable[tuple[str, Finding]]) -> dict[str, Any] | None:
    """Work out the timeline of a place.

    Parameters
    ----------
    place : PlaceReview
    findings : iterable of (str, Finding)
        JSON Pointer of the finding, and the finding.

    Returns
    -------
    dict or None
        For ``figures/timeline.svg.j2``; None when nothing of the place is dated.
    """
    profile: Mapping[str, Any] = place.profile or {}
    starts = [(letter, _day(entry)) for letter, entry in lettered(profile.get("activations") or ()) if entry["date"]]
    bars = [*_records(profile.get("windows") or {}), *_compared(place, findings, dict(_starts(profile)))]
    days = [day for bar in bars for day in (bar["first"], bar["last"])] + [day for _, day in starts]
    if not days:
        return None
    first, last = min(days).year, max(days).year + 1
    axis = Axis(date(first, 1, 1).toordinal(), date(last, 1, 1).toordinal(), LEFT, RIGHT)
    bottom = TOP + ROW * len(bars) + 4
    return {
        "width": coordinate(WIDTH),
        "height": coordinate(bottom + 26),
        "top": coordinate(TOP - 8),
        "bottom": coordinate(bottom),
        "axis_y": coordinate(bottom + 18),
        "years": _years(axis, first, last),
        "bars": [_bar(bar, axis, TOP + ROW * i) for i, bar in enumerate(bars)],
        "starts": [{"x": coordinate(axis.at(day.toordinal())), "letter": letter} for letter, day in starts],
        "placebo": any(bar["placebo"] for bar in bars),
    }


def lettered(activations: Sequence[Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the starts with the letters by which the figure and its table name them."""
    return [(LETTERS[i] if i < len(LETTERS) else "", entry) for i, entry in enumerate(activations)]


def _day(entry: Mapping[str, Any]) -> date:
    return date.fromisoformat(str(entry["date"]))


def _starts(profile: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], date]]:
    """Yield programme and step with their last date, so that the first one stays in a dictionary."""
    dated = [entry for entry in profile.get("activations") or () if entry["date"]]
    for entry in sorted(dated, key=_day, reverse=True):
        yield (str(entry["program"]), str(entry["kind"] or "activated")), _day(entry)


def _order(event: str) -> tuple[int, str]:
    return (EVENTS.index(event) if event in EVENTS else len(EVENTS), event)


def _records(windows: Mapping[str, Mapping[str, str]]) -> Iterator[dict[str, Any]]:
    on_file = say("page.timeline.records").striptags()
    for event in sorted(windows, key=_order):
        first, last = (date.fromisoformat(windows[event][end]) for end in ("start", "end"))
        name = f"{labels.event(event).capitalize()}, {on_file}"
        yield {"name": name, "first": first, "last": last, "css": "tl-file", "placebo": None, "cut": None}


def _compared(
    place: PlaceReview, findings: Iterable[tuple[str, Finding]], starts: Mapping[tuple[str, str], date]
) -> Iterator[dict[str, Any]]:
    """Yield the months that each tested change was measured over, and the year of its placebo."""
    placebos = {control.signal for control in place.controls if "placebo" in control.contrast}
    for _, finding in findings:
        if finding.family != "change" or not finding.tested or not finding.period.get("start"):
            continue
        parts = finding.contrast.split("/")
        start = starts.get((parts[1], parts[2])) if len(parts) > 2 else None
        early = None
        if start is not None and finding.signal in placebos:
            early = date.fromisoformat(rules.moved([start.isoformat(), PLACEBO_MONTHS]))
        yield {
            "name": names.finding_name(finding),
            "first": date.fromisoformat(finding.period["start"]),
            "last": date.fromisoformat(finding.period["end"]),
            "css": "tl-test",
            "cut": start,
            "placebo": date.fromisoformat(rules.moved([start.isoformat(), PLACEBO_MONTHS]))
            if early and start
            else None,
        }


def _years(axis: Axis, first: int, last: int) -> list[dict[str, str]]:
    step = max(1, (last - first + 11) // 12)
    shown = range(first, last + 1)
    at = {year: coordinate(axis.at(date(year, 1, 1).toordinal())) for year in shown}
    return [{"x": at[year], "text": str(year) if (year - first) % step == 0 and year < last else ""} for year in shown]


def _bar(bar: Mapping[str, Any], axis: Axis, top: float) -> dict[str, Any]:
    def x(day: date) -> float:
        return axis.at(day.toordinal())

    made = {
        "name": bar["name"],
        "css": bar["css"],
        "text_y": coordinate(top + 12),
        "y": coordinate(top + 18),
        "x": coordinate(x(bar["first"])),
        "width": coordinate(max(x(bar["last"]) - x(bar["first"]), 2.0)),
        "cut": "" if bar["cut"] is None else coordinate(x(bar["cut"])),
        "placebo": None,
    }
    if bar["placebo"] is not None:
        left, right = x(bar["placebo"]), x(bar["cut"])
        made["placebo"] = {"x": coordinate(left), "width": coordinate(right - left)}
    return made
