"""The map: counties by verdict, one path for each verdict, the state or the nation as the frame."""

from __future__ import annotations

import itertools
import re
from typing import Any

from auditor.findings.review import Review
from auditor.report import labels, shapes

MANY, COARSE = 400, 8
"""With more outlines than these, points are moved to a grid of 0.8 pixels, so that the page stays small."""


def coarser(path: str, unit: int) -> str:
    """Return an outline on a coarser grid, in units of that grid.

    Every point is rounded by where it stands, so that outlines that meet still meet; a ring that shrinks to a point
    or a line keeps a point, so that no place vanishes.

    Parameters
    ----------
    path : str
        Path data of :mod:`auditor.report.shapes`: ``M`` and an absolute point or ``m`` and one relative to the start
        of the ring before, ``l`` and relative points, ``z``.
    unit : int
        Grid in the units of the path; 1 leaves it as it is.
    """
    if unit == 1:
        return path
    rings, start = [], (0, 0)
    for how, first, rest in re.findall(r"([Mm])([^l]*)l([^z]*)z", path):
        dx, dy = _numbers(first)
        start = (dx, dy) if how == "M" else (start[0] + dx, start[1] + dy)
        rings.append(_ring(start, _numbers(rest), unit))
    return "".join(rings)


def _numbers(text: str) -> list[int]:
    return [int(found) for found in re.findall(r"-?[0-9]+", text)]


def _ring(start: tuple[int, int], steps: list[int], unit: int) -> str:
    x, y = start
    points = [(round(x / unit), round(y / unit))]
    for dx, dy in zip(steps[::2], steps[1::2], strict=True):
        x, y = x + dx, y + dy
        point = (round(x / unit), round(y / unit))
        if point != points[-1]:
            points.append(point)
    moves = [f"{b[0] - a[0]} {b[1] - a[1]}".replace(" -", "-") for a, b in itertools.pairwise(points)]
    drawn = "".join(move if i == 0 or move.startswith("-") else f" {move}" for i, move in enumerate(moves))
    return f"M{points[0][0]} {points[0][1]}" + (f"l{drawn}z" if drawn else "h1z")


def verdict_map(review: Review) -> dict[str, Any] | None:
    """Work out the map of a review.

    Returns
    -------
    dict or None
        For ``figures/map.svg.j2``; None when no place is a county or state with an outline.
    """
    codes = [place.place for place in review.places]
    counties = shapes.county_paths([code for code in codes if len(code) == 5 and code.isdigit()])
    whole = shapes.state_paths([code for code in codes if len(code) == 2 and code.isdigit()])
    paths = {**whole, **counties}
    if not paths:
        return None
    states = sorted({code[:2] for code in paths})
    one = states[0] if len(states) == 1 and counties else ""
    box = shapes.view_box(one)
    unit = COARSE if len(paths) > MANY else 1
    classes = []
    for verdict in labels.VERDICTS:
        own = [paths[p.place] for p in review.places if p.verdict == verdict.key and p.place in paths]
        if own:
            classes.append({"verdict": verdict, "d": "".join(coarser(path, unit) for path in own)})
    return {
        "box": " ".join(str(round(part / unit)) for part in (box.x, box.y, box.width, box.height)),
        "tall": box.height > box.width * 1.2,
        "background": "".join(coarser(d, unit) for d in shapes.state_paths([one] if one else None).values()),
        "classes": classes,
        "drawn": len(paths),
        "scale": f"{max(box.width, box.height) / unit / 700:.2f}",
        "source": shapes.source(),
    }
