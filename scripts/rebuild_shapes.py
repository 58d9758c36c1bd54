"""Rebuild ``auditor/data/shapes.json.gz``: outlines of counties and states for a map drawn in SVG.

The source is ``counties-albers-10m.json`` of the npm package us-atlas 3.0.1 (ISC), derived from the US Census
Bureau's cartographic boundary files of 2017 (public domain), already projected (Albers, with Alaska and
Hawaii moved) to about 975 by 610 pixels. Here each border is simplified once (Douglas-Peucker), so that
neighbours still meet, and rounded to tenths of a pixel. The tolerance is 0.2 pixels, less around small
counties. Three cities of Virginia are too small for the source (Falls Church, Lexington, Manassas Park) and
become a small diamond.

    npm pack us-atlas@3.0.1 && tar xzf us-atlas-3.0.1.tgz
    python scripts/rebuild_shapes.py package [--check]
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "auditor" / "data" / "shapes.json.gz"
GRID = 10  # units to a pixel
TOLERANCE = 0.2  # pixels
SMALL = 0.02  # of the diagonal of the smallest adjoining county
DIAMOND = 4  # units from centre to corner
SOURCE = (
    "US Census Bureau cartographic boundary files, 2017 (public domain), by way of us-atlas 3.0.1 (ISC "
    "licence, copyright 2013-2019 Michael Bostock); simplified and rounded"
)

Point = tuple[float, float]
Cell = tuple[int, int]


def arcs_of(topology: dict[str, Any]) -> list[list[Point]]:
    """Return the arcs in pixels."""
    (kx, ky), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for deltas in topology["arcs"]:
        x = y = 0
        arc = []
        for dx, dy in deltas:
            x, y = x + dx, y + dy
            arc.append((x * kx + tx, y * ky + ty))
        arcs.append(arc)
    return arcs


def rings_of(shape: dict[str, Any]) -> list[list[int]]:
    """Return the rings of a shape as lists of arc numbers (``~i`` for arc i reversed)."""
    polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    return [ring for polygon in polygons for ring in polygon]


def tolerances(shapes: list[dict[str, Any]], arcs: list[list[Point]]) -> list[float]:
    """Return the tolerance of each arc: the usual one, or less when it bounds a small county."""
    smallest = [math.inf] * len(arcs)
    for shape in shapes:
        numbers = [max(i, ~i) for ring in rings_of(shape) for i in ring]
        x, y = zip(*(point for i in numbers for point in arcs[i]), strict=True)
        diagonal = math.hypot(max(x) - min(x), max(y) - min(y))
        for i in numbers:
            smallest[i] = min(smallest[i], diagonal)
    return [min(TOLERANCE, SMALL * diagonal) for diagonal in smallest]


def distance(point: Point, start: Point, end: Point) -> float:
    """Return how far a point lies from the line through two others (from the one, if they are the same)."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy)
    if length == 0:
        return math.dist(point, start)
    return abs(dy * (point[0] - start[0]) - dx * (point[1] - start[1])) / length


def simplify(arc: list[Point], tolerance: float) -> list[Cell]:
    """Return an arc simplified by Douglas and Peucker's rule, on the grid, without repeated points."""
    keep, stack = {0, len(arc) - 1}, [(0, len(arc) - 1)]
    while stack:
        first, last = stack.pop()
        inner = [(distance(arc[i], arc[first], arc[last]), i) for i in range(first + 1, last)]
        far, middle = max(inner, default=(0.0, 0))
        if far > tolerance:
            keep.add(middle)
            stack += [(first, middle), (middle, last)]
    cells = [(round(arc[i][0] * GRID), round(arc[i][1] * GRID)) for i in sorted(keep)]
    return [cell for i, cell in enumerate(cells) if i == 0 or cell != cells[i - 1]]


def outlines(shape: dict[str, Any], arcs: list[list[Cell]]) -> list[list[Cell]]:
    """Return the rings of a shape as points; a diamond when none is left with an area."""
    found, points = [], []
    for ring in rings_of(shape):
        points = []
        for i in ring:
            arc = arcs[i] if i >= 0 else arcs[~i][::-1]
            points += arc[1:] if points else arc
        if len(set(points)) >= 3:
            found.append(points[:-1] if points[0] == points[-1] else points)
    if found:
        return found
    x, y = (round(sum(part) / len(points)) for part in zip(*points, strict=True))
    return [[(x - DIAMOND, y), (x, y - DIAMOND), (x + DIAMOND, y), (x, y + DIAMOND)]]


def numbers(values: Iterable[int]) -> str:
    """Write whole numbers as a path may: a blank only where no minus sign parts them."""
    return "".join(str(v) if v < 0 else f" {v}" for v in values).strip()


def svg_path(rings: list[list[Cell]]) -> str:
    """Return the ``d`` attribute of a path: relative, closed rings."""
    text, at = [], (0, 0)
    for ring in rings:
        text.append(("m" if text else "M") + numbers((ring[0][0] - at[0], ring[0][1] - at[1])))
        steps = [b - a for p, q in pairwise(ring) for a, b in zip(p, q, strict=True)]
        text.append("l" + numbers(steps) + "z")
        at = ring[0]  # "z" returns to where the ring began
    return "".join(text)


def box(rings: Iterable[list[Cell]]) -> list[int]:
    """Return x, y, width and height around rings."""
    x, y = zip(*(cell for ring in rings for cell in ring), strict=True)
    return [min(x), min(y), max(x) - min(x), max(y) - min(y)]


def build(topology: dict[str, Any]) -> dict[str, Any]:
    """Return the content of the shipped file."""
    raw = arcs_of(topology)
    layers = {name: topology["objects"][name]["geometries"] for name in ("counties", "states")}
    arcs = [simplify(arc, t) for arc, t in zip(raw, tolerances(layers["counties"], raw), strict=True)]
    drawn = {
        name: {shape["id"]: outlines(shape, arcs) for shape in sorted(shapes, key=lambda s: s["id"])}
        for name, shapes in layers.items()
    }
    everything: Iterator[list[Cell]] = (ring for rings in drawn["states"].values() for ring in rings)
    return {
        "source": SOURCE,
        "box": box(everything),
        "boxes": {code: box(rings) for code, rings in drawn["states"].items()},
        "states": {code: svg_path(rings) for code, rings in drawn["states"].items()},
        "counties": {code: svg_path(rings) for code, rings in drawn["counties"].items()},
    }


def main() -> int:
    """Write the file, or compare its content with what is shipped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path, help="the unpacked us-atlas package")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    args = parser.parse_args()
    topology = json.loads((args.package / "counties-albers-10m.json").read_text(encoding="utf-8"))
    content = json.dumps(build(topology), separators=(",", ":")).encode("ascii")
    if not args.check:
        TARGET.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
        print(f"written, {len(content):,} bytes uncompressed")
        return 0
    same = TARGET.is_file() and gzip.decompress(TARGET.read_bytes()) == content
    print("same" if same else "differs")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
