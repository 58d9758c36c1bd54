"""The funnel plot: every place's figure against its size, with the limits of ordinary sampling variation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from auditor.findings.finding import Finding
from auditor.findings.review import Review
from auditor.report import effects, labels, numbers
from auditor.report.cite import cited
from auditor.report.figures.axis import (
    Axis,
    coordinate,
    count_axis,
    count_ticks,
    ratio_axis,
    ratio_ticks,
    share_axis,
    share_ticks,
)

WIDTH, HEIGHT = 720.0, 380.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 700.0, 34.0, 330.0
CURVES = ((1.959964, "limit-95"), (3.090232, "limit-998"))
"""Standard normal quantiles of the two pairs of limits: 95 % and 99.8 %."""
GRID = 3.0
"""Points of a thinned cloud stand on a grid of this many units, so a page of one place stays small."""


@dataclass(frozen=True, slots=True)
class Point:
    """One place in a funnel: where it is in the review, its size, its figure, and whether it stands out."""

    place: int
    finding: int
    size: float
    value: float
    signal: bool


FEW = 150
"""Up to this many places the dots are drawn larger."""


@dataclass(frozen=True, slots=True)
class Funnel:
    """One signal and contrast over all places.

    Attributes
    ----------
    signal, contrast : str
    name : str
        As it is written in headings.
    kind : str
        ``"share"``: value is k/n against n; ``"ratio"``: the ratio against the information it rests on.
    centre : float
        The line in the middle: the median comparator of shares, 1 for ratios.
    points : tuple of Point
    """

    signal: str
    contrast: str
    name: str
    kind: str
    centre: float
    points: tuple[Point, ...]


def funnels(review: Review) -> tuple[Funnel, ...]:
    """Return a funnel for every tested contrast that at least three places carry."""
    found: dict[tuple[str, str], list[tuple[int, int, Finding]]] = {}
    for i, place in enumerate(review.places):
        for j, finding in enumerate(place.findings):
            if finding.tested and finding.estimate.value is not None:
                found.setdefault((finding.signal, finding.contrast), []).append((i, j, finding))
    built = (_build(key, entries) for key, entries in sorted(found.items()) if len(entries) >= 3)
    return tuple(funnel for funnel in built if funnel is not None and len(funnel.points) >= 3)


def _build(key: tuple[str, str], entries: list[tuple[int, int, Finding]]) -> Funnel | None:
    first = entries[0][2]
    if all(_is_share(finding) for _, _, finding in entries):
        centre = median(float(finding.comparator.value or 0.0) for _, _, finding in entries)
        points = [
            Point(i, j, float(f.n or 0), effects.share(f) or 0.0, f.outcome == "signal") for i, j, f in entries
        ]
        return Funnel(*key, labels.finding_name(first), "share", centre, tuple(points))
    if not effects.is_ratio(first):
        return None
    points = [
        Point(i, j, size, f.estimate.value, f.outcome == "signal")
        for i, j, f in entries
        if f.estimate.value and (size := information(f))
    ]
    return Funnel(*key, labels.finding_name(first), "ratio", 1.0, tuple(points))


def _is_share(finding: Finding) -> bool:
    """Say whether the estimate is k/n held against a share of its own kind."""
    part, base = effects.share(finding), finding.comparator.value
    if part is None or base is None or not 0 < base < 1 or finding.group is not None:
        return False
    value = finding.estimate.value
    return value is not None and (finding.estimate.scale == "share" or math.isclose(value, part / base, rel_tol=0.02))


def information(finding: Finding) -> float | None:
    """Return 1/SE² of a ratio on the log scale, from its interval; None when the interval is open."""
    low, high = finding.estimate.low, finding.estimate.high
    if not low or high is None or high <= low:
        return None
    return (2 * 1.959964 / math.log(high / low)) ** 2


def draw(funnel: Funnel, *, place: int | None = None) -> dict[str, Any]:
    """Work out the drawing of a funnel.

    Parameters
    ----------
    funnel : Funnel
    place : int, optional
        Index of the place to point out; the others are then thinned to a grid.
    """
    x = count_axis((point.size for point in funnel.points), LEFT, RIGHT)
    values = [point.value for point in funnel.points] + [funnel.centre]
    share = funnel.kind == "share"
    y = (share_axis if share else ratio_axis)(values, BOTTOM, TOP)
    here = next((point for point in funnel.points if point.place == place), None)
    thin = place is not None
    return {
        "width": coordinate(WIDTH),
        "height": coordinate(HEIGHT),
        "left": coordinate(LEFT),
        "right": coordinate(RIGHT),
        "top": coordinate(TOP),
        "bottom": coordinate(BOTTOM),
        "kind": funnel.kind,
        "name": funnel.name,
        "centre_y": coordinate(y.at(funnel.centre)),
        "x_ticks": [{"x": coordinate(x.at(t)), "text": numbers.count(t)} for t in count_ticks(x)],
        "y_ticks": _y_ticks(y, share=share),
        "limits": [{"css": css, "d": _limits(funnel, x, y, z)} for z, css in CURVES],
        "others": _cloud((p for p in funnel.points if not p.signal), x, y, thin=thin),
        "higher": _triangles((p for p in funnel.points if p.signal and p.value >= funnel.centre), x, y, thin=thin),
        "lower": _triangles(
            (p for p in funnel.points if p.signal and p.value < funnel.centre), x, y, thin=thin, down=True
        ),
        "few": len(funnel.points) <= FEW,
        "here": None if here is None else _here(here, x, y, share=share),
    }


def _y_ticks(axis: Axis, *, share: bool) -> list[dict[str, str]]:
    if share:
        ticks = share_ticks(axis)
        decimals = 0 if all(abs(t * 100 - round(t * 100)) < 1e-9 for t in ticks) else 1
        return [{"y": coordinate(axis.at(t)), "text": numbers.percent(t, decimals=decimals)} for t in ticks]
    return [
        {"y": coordinate(axis.at(t)), "text": f"{t:g}" if t >= 1 else f"1/{1 / t:g}"} for t in ratio_ticks(axis)
    ]


def _limits(funnel: Funnel, x: Axis, y: Axis, z: float) -> str:
    """Return the path of both limits: normal limits of a share, or of a log ratio."""
    steps = [x.low * (x.high / x.low) ** (i / 48) for i in range(49)]
    upper, lower = [], []
    for size in steps:
        if funnel.kind == "share":
            half = z * math.sqrt(funnel.centre * (1 - funnel.centre) / size)
            high, low = min(funnel.centre + half, 1.0), max(funnel.centre - half, 0.0)
        else:
            high, low = math.exp(z / math.sqrt(size)), math.exp(-z / math.sqrt(size))
        upper.append(f"{coordinate(x.at(size))} {coordinate(y.at(high))}")
        lower.append(f"{coordinate(x.at(size))} {coordinate(y.at(low))}")
    return "M" + "L".join(upper) + "M" + "L".join(lower)


def _spots(points: Iterable[Point], x: Axis, y: Axis, *, thin: bool) -> Sequence[tuple[float, float]]:
    spots = [(x.at(point.size), y.at(point.value)) for point in points]
    if not thin:
        return spots
    return sorted({(round(a / GRID) * GRID, round(b / GRID) * GRID) for a, b in spots})


def _cloud(points: Iterable[Point], x: Axis, y: Axis, *, thin: bool) -> str:
    """Return one path of dots (lines of no length with round ends)."""
    return "".join(f"M{coordinate(a)} {coordinate(b)}h0" for a, b in _spots(points, x, y, thin=thin))


def _triangles(points: Iterable[Point], x: Axis, y: Axis, *, thin: bool, down: bool = False) -> str:
    """Return one path of triangles, pointing the way the signal points."""
    top, side = (5, "l5 -9h-10z") if down else (-5, "l5 9h-10z")
    return "".join(f"M{coordinate(a)} {coordinate(b + top)}{side}" for a, b in _spots(points, x, y, thin=thin))


def _here(point: Point, x: Axis, y: Axis, *, share: bool) -> dict[str, Any]:
    a, b = x.at(point.size), y.at(point.value)
    right = a < (LEFT + RIGHT) / 2
    at = f"/places/{point.place}/findings/{point.finding}"
    shown = (
        cited(point.value, f"{at}/k {at}/n", numbers.percent(point.value, point.size), "share", svg=True)
        if share
        else cited(point.value, f"{at}/estimate/value", numbers.plain_ratio(point.value), svg=True)
    )
    return {
        "x": coordinate(a),
        "y": coordinate(b),
        "text_x": coordinate(a + 14 if right else a - 14),
        "text_y": coordinate(max(b - 10, TOP + 12)),
        "anchor": "start" if right else "end",
        "value": shown,
    }
