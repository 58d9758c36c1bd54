"""Level-mix bars: how the cases of a place divide into levels, beside the nation (or the state)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from auditor.findings.finding import Finding
from auditor.report import labels, names, numbers
from auditor.report.cite import cited
from auditor.report.figures.axis import Axis, coordinate

WIDTH, LEFT, RIGHT, BAR, GAP, TOP = 720.0, 0.0, 720.0, 40.0, 44.0, 26.0
LEVELS = (("level-1", "Level 1"), ("level-2", "Level 2"), ("level-3", "Level 3"), ("none", "Non-criminal"))


def level_mix(findings: Iterable[tuple[str, Finding]]) -> list[dict[str, Any]]:
    """Work out one pair of bars for every event and comparator whose levels are told apart.

    Parameters
    ----------
    findings : iterable of (str, Finding)
        JSON Pointer of the finding, and the finding. Those of ``level-mix`` are used, their contrast reads
        ``event/level/comparator``.

    Returns
    -------
    list of dict
        For ``figures/mix.svg.j2``; a set with fewer than two levels is left out. What no level covers is drawn as
        "not told apart".
    """
    sets: dict[tuple[str, ...], dict[str, tuple[str, Finding]]] = {}
    for pointer, finding in findings:
        parts = finding.contrast.split("/")
        if finding.signal != "level-mix" or len(parts) < 3 or not finding.k or not finding.n:
            continue
        if parts[1] in dict(LEVELS) and finding.comparator.value is not None:
            sets.setdefault((parts[0], *parts[2:]), {})[parts[1]] = (pointer, finding)
    return [_bars(key, told) for key, told in sets.items() if len(told) >= 2]


def _bars(key: tuple[str, ...], told: dict[str, tuple[str, Finding]]) -> dict[str, Any]:
    axis = Axis(0.0, 1.0, LEFT, RIGHT)
    first = next(iter(told.values()))[1]
    return {
        "width": coordinate(WIDTH),
        "height": coordinate(TOP + 2 * BAR + GAP + 8),
        "event": labels.event(key[0]),
        "against": names.comparator(first),
        "place": _bar(told, axis, TOP, own=True),
        "base": _bar(told, axis, TOP + BAR + GAP, own=False),
        "place_label_y": coordinate(TOP - 9),
        "base_label_y": coordinate(TOP + BAR + GAP - 9),
        "n": (next(iter(told.values()))[0], first.n),
        "levels": [name for level, name in LEVELS if level in told],
        "rest": not _complete(told),
    }


def _complete(told: dict[str, tuple[str, Finding]]) -> bool:
    return sum((f.k or 0) / (f.n or 1) for _, f in told.values()) > 1 - 1e-9


def _bar(told: dict[str, tuple[str, Finding]], axis: Axis, y: float, *, own: bool) -> list[dict[str, Any]]:
    segments, start = [], 0.0
    for index, (level, name) in enumerate(LEVELS):
        if level not in told:
            continue
        pointer, finding = told[level]
        part = (finding.k or 0) / (finding.n or 1) if own else float(finding.comparator.value or 0.0)
        segments.append(_segment(f"l{index + 1}", name, start, part, axis, y))
        if own:
            text = numbers.percent(part, finding.n, decimals=0)
            segments[-1]["value"] = cited(part, f"{pointer}/k {pointer}/n", text, "share", svg=True)
        else:
            text = numbers.percent(part, decimals=0)
            segments[-1]["value"] = cited(part, f"{pointer}/comparator/value", text, svg=True)
        start += part
    if start < 1 - 1e-6:
        segments.append(_segment("l0", "Not told apart", start, 1 - start, axis, y))
        segments[-1]["value"] = ""
    return segments


def _segment(css: str, name: str, start: float, part: float, axis: Axis, y: float) -> dict[str, Any]:
    left, right = axis.at(start), axis.at(min(start + part, 1.0))
    return {
        "css": css,
        "name": name,
        "x": coordinate(left),
        "y": coordinate(y),
        "width": coordinate(max(right - left, 0.0)),
        "height": coordinate(BAR),
        "text_x": coordinate((left + right) / 2),
        "text_y": coordinate(y + BAR / 2 + 5),
        "wide": right - left >= 44,
        "named": right - left >= 110,
    }
