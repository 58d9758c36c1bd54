"""The funnel plot: every place's figure against its size, with the limits of ordinary sampling variation."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

from auditor.findings.finding import Finding
from auditor.findings.review import Review
from auditor.report import effects, names, numbers
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
from auditor.report.figures.paths import dots, drawn, line

WIDTH, HEIGHT = 720.0, 380.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 700.0, 34.0, 330.0
CURVES = ((1.959964, "limit-95"), (3.090232, "limit-998"))
"""Standard normal quantiles of the two pairs of limits: 95 % and 99.8 %."""
GRID_INDEX, GRID_PLACE = 2, 3
"""Grids on which the points stand: fine on the index, coarser on the many pages of places."""


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
    simulated : bool
        Simulated and real places are never drawn in one funnel.
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
    simulated: bool
    name: str
    kind: str
    centre: float
    points: tuple[Point, ...]


def funnels(review: Review) -> tuple[Funnel, ...]:
    """Return a funnel for every tested contrast that at least three places carry."""
    found: dict[tuple[str, str, bool], list[tuple[int, int, Finding]]] = {}
    for i, place in enumerate(review.places):
        for j, finding in enumerate(place.findings):
            if finding.tested and finding.estimate.value is not None:
                found.setdefault((finding.signal, finding.contrast, place.simulated), []).append((i, j, finding))
    built = (_build(key, entries) for key, entries in sorted(found.items()) if len(entries) >= 3)
    return tuple(funnel for funnel in built if funnel is not None and len(funnel.points) >= 3)


def _build(key: tuple[str, str, bool], entries: list[tuple[int, int, Finding]]) -> Funnel | None:
    first = entries[0][2]
    name = f"{names.finding_name(first)}{' (SIMULATED)' if key[2] else ''}"
    if all(effects.of_shares(finding) for _, _, finding in entries):
        centre = median(float(finding.comparator.value or 0.0) for _, _, finding in entries)
        points = [Point(i, j, float(f.n or 0), effects.share(f) or 0.0, f.outcome == "signal") for i, j, f in entries]
        return Funnel(*key, name, "share", centre, tuple(points))
    if not all(effects.is_ratio(finding) and finding.family != "change" for _, _, finding in entries):
        return None  # limits of a randomisation say nothing of how much a place's figure varies by chance alone
    points = [
        Point(i, j, size, f.estimate.value, f.outcome == "signal")
        for i, j, f in entries
        if f.estimate.value and (size := information(f))
    ]
    return Funnel(*key, name, "ratio", 1.0, tuple(points))


def information(finding: Finding) -> float | None:
    """Return 1/SE² of a ratio on the log scale, from its interval; None when the interval is open."""
    low, high = finding.estimate.low, finding.estimate.high
    if not low or high is None or high <= low:
        return None
    return (2 * 1.959964 / math.log(high / low)) ** 2


class Drawing:
    """A funnel drawn once for all pages; each page only adds its own ring.

    Parameters
    ----------
    funnel : Funnel
    grid : int
        Points are placed on a grid of this many units and drawn once each, so that a page stays small.
    """

    def __init__(self, funnel: Funnel, grid: int) -> None:
        self.funnel = funnel
        self.x = count_axis((point.size for point in funnel.points), LEFT, RIGHT)
        values = [point.value for point in funnel.points] + [funnel.centre]
        self.share = funnel.kind == "share"
        self.y = (share_axis if self.share else ratio_axis)(values, BOTTOM, TOP)
        self.places = {point.place: point for point in funnel.points}
        self.backdrop = self._backdrop(grid)

    def at(self, place: int | None = None) -> dict[str, Any] | None:
        """Return what ``figures/funnel.svg.j2`` needs; None when the place is not in this funnel."""
        if place is None:
            return {**self.backdrop, "here": None}
        point = self.places.get(place)
        return None if point is None else {**self.backdrop, "here": _here(point, self.x, self.y, share=self.share)}

    def _backdrop(self, grid: int) -> dict[str, Any]:
        funnel, x, y = self.funnel, self.x, self.y
        few = len(funnel.points) <= FEW
        quiet = [point for point in funnel.points if not point.signal]
        high = [point for point in funnel.points if point.signal and point.value >= funnel.centre]
        low = [point for point in funnel.points if point.signal and point.value < funnel.centre]
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
            "y_ticks": _y_ticks(y, share=self.share),
            "limits": [{"css": css, "d": drawn(_limits(funnel, x, y, z))} for z, css in CURVES],
            "others": drawn(dots(_spots(quiet, x, y, grid), 0 if few else grid)),
            "higher": drawn("".join(f"M{a} {b - 5}l5 9h-10z" for a, b in _spots(high, x, y, grid))),
            "lower": drawn("".join(f"M{a} {b + 5}l5-9h-10z" for a, b in _spots(low, x, y, grid))),
            "few": few,
        }


def _spots(points: Iterable[Point], x: Axis, y: Axis, grid: int) -> list[tuple[int, int]]:
    """Return where points stand, on whole units of the grid, each spot once."""
    return sorted(
        {
            (round(round(x.at(point.size) / grid) * grid), round(round(y.at(point.value) / grid) * grid))
            for point in points
        }
    )


def _y_ticks(axis: Axis, *, share: bool) -> list[dict[str, str]]:
    if share:
        ticks = share_ticks(axis)
        decimals = 0 if all(abs(t * 100 - round(t * 100)) < 1e-9 for t in ticks) else 1
        return [{"y": coordinate(axis.at(t)), "text": numbers.percent(t, decimals=decimals)} for t in ticks]
    return [{"y": coordinate(axis.at(t)), "text": f"{t:g}" if t >= 1 else f"1/{1 / t:g}"} for t in ratio_ticks(axis)]


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
        upper.append((x.at(size), y.at(high)))
        lower.append((x.at(size), y.at(low)))
    return line(upper) + line(lower)


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
