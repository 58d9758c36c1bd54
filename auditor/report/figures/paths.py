"""Path data in few characters: relative moves, points that a straight line already passes left out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from markupsafe import Markup

from auditor.report.figures.axis import coordinate

Spot = tuple[int, int]


def drawn(data: str) -> Markup:
    """Mark path data as safe: it is made of our own letters and numbers."""
    return Markup(data)  # noqa: S704 - only letters of path commands and numbers


def line(points: Sequence[tuple[float, float]], tolerance: float = 0.2) -> str:
    """Return a broken line through points.

    Parameters
    ----------
    points : sequence of (float, float)
    tolerance : float
        A point is left out where the line drawn without it passes this close (Douglas & Peucker 1973).
    """
    kept = [(round(10 * x), round(10 * y)) for x, y in _simplified(list(points), tolerance)]
    if not kept:
        return ""
    steps = [_pair(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(kept)]
    return f"M{_pair(*kept[0])}" + (f"l{_joined(steps)}" if steps else "")


def dots(spots: Sequence[Spot], grid: int = 0) -> str:
    """Return a dot for every spot, drawn by a stroke with round ends.

    Parameters
    ----------
    spots : sequence of (int, int)
        Sorted and distinct.
    grid : int
        Spots one above the other at this distance are drawn as one stroke; 0 draws each by itself.
    """
    written: list[str] = []
    at: Spot = (0, 0)
    index = 0
    while index < len(spots):
        x, y = spots[index]
        last = y
        while grid and index + 1 < len(spots) and spots[index + 1] == (x, last + grid):
            index, last = index + 1, last + grid
        written.append(f"{'m' if written else 'M'}{_pair(10 * (x - at[0]), 10 * (y - at[1]))}")
        written.append(f"v{last - y}" if last > y else "h0")
        at = (x, last)
        index += 1
    return "".join(written)


def _pair(x: int, y: int) -> str:
    """Write two numbers given in tenths; a minus sign parts them by itself."""
    return _joined([coordinate(x / 10), coordinate(y / 10)])


def _joined(parts: Sequence[str]) -> str:
    return "".join(part if i == 0 or part.startswith("-") else f" {part}" for i, part in enumerate(parts))


def _simplified(points: list[tuple[float, float]], tolerance: float) -> list[tuple[float, float]]:
    if len(points) < 3:
        return points
    far, index = max((_distance(point, points[0], points[-1]), i) for i, point in enumerate(points[1:-1], 1))
    if far <= tolerance:
        return [points[0], points[-1]]
    return _simplified(points[: index + 1], tolerance)[:-1] + _simplified(points[index:], tolerance)


def _distance(point: tuple[float, float], start: tuple[float, float], end: tuple[float, float]) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy)
    if length == 0:
        return math.hypot(point[0] - start[0], point[1] - start[1])
    return abs(dx * (point[1] - start[1]) - dy * (point[0] - start[0])) / length
