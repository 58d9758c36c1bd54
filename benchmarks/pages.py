"""Reports with their figures, beside matplotlib drawing the same figures alone.

    python benchmarks/pages.py --peer PYTHON [--places 300] [--peer-pages 20] [--pairs 3]

Runs the monthly audit of benchmarks/nation.py over so many places, and times the rendering of all their pages (text,
tables and figures together) in one process and in two. Then every figure of some of the pages is given, primitive by
primitive, to an interpreter that has matplotlib (--peer; made by `python -m venv` and `pip install matplotlib`): the
same lines, areas, marks and words. Ours draws pages and all, the peer figures alone. Processor seconds; medians of the
pairs. Writes benchmarks/results/pages.csv.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

from nation import generate

from auditor.audit.api import run_to_folder
from auditor.audit.face import Review
from auditor.audit.pages import pages

ROOT = Path(__file__).resolve().parents[1]
PEER = ROOT / "benchmarks" / "peers" / "figures_matplotlib.py"
_NUMBER = re.compile(r"-?\d*\.?\d+(?:e-?\d+)?")
_COMMAND = re.compile(r"([MmLlHhVvZzCcQqAaSsTt])([^MmLlHhVvZzCcQqAaSsTt]*)")

Spot = tuple[float, float]


def review_of(places: int) -> Review:
    """Return the review of a simulated nation."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        generate(folder, places, 96)
        run_to_folder(folder / "audit.toml", folder / "out", quiet=True)
        return Review.load(folder / "out")


def figures(html: str) -> list[dict[str, Any]]:
    """Return the figures of a page as primitives."""
    found = []
    for svg in re.findall(r"<svg\b.*?</svg>", html, re.S):
        root = ElementTree.fromstring(re.sub(r'\sxmlns="[^"]+"', "", svg))
        box = [float(part) for part in root.get("viewBox", "0 0 720 300").split()]
        figure: dict[str, Any] = {"size": box[2:], "lines": [], "areas": [], "marks": [], "words": []}
        for element in root.iter():
            _add(figure, element)
        if figure["lines"] or figure["areas"] or figure["marks"]:
            found.append(figure)
    return found


def _add(figure: dict[str, Any], element: ElementTree.Element) -> None:
    def at(*names: str) -> list[float]:
        return [float(element.get(name) or 0) for name in names]

    if element.tag == "text":
        figure["words"].append([*at("x", "y"), "".join(element.itertext())])
    elif element.tag == "line":
        x1, y1, x2, y2 = at("x1", "y1", "x2", "y2")
        figure["lines"].append([(x1, y1), (x2, y2)])
    elif element.tag == "rect":
        x, y, width, height = at("x", "y", "width", "height")
        figure["areas"].append([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
    elif element.tag == "circle":
        figure["marks"].append(at("cx", "cy"))
    elif element.tag == "path":
        for closed, points in _paths(element.get("d", "")):
            if len(points) > 1:
                figure["areas" if closed else "lines"].append(points)


def _paths(data: str) -> list[tuple[bool, list[Spot]]]:
    """Return the pieces of a path as points; a curve is its last point."""
    pieces: list[tuple[bool, list[Spot]]] = []
    x = y = 0.0
    for letter, text in _COMMAND.findall(data):
        numbers = [float(part) for part in _NUMBER.findall(text)]
        if letter in "Zz":
            if pieces:
                pieces[-1] = (True, pieces[-1][1])
            continue
        if letter in "Hh":
            steps = [(number if letter == "H" else x + number, y) for number in numbers]
        elif letter in "Vv":
            steps = [(x, number if letter == "V" else y + number) for number in numbers]
        else:
            size = {"M": 2, "L": 2, "T": 2, "C": 6, "S": 4, "Q": 4, "A": 7}[letter.upper()]
            steps = []
            for i in range(0, len(numbers) - size + 1, size):
                dx, dy = numbers[i + size - 2], numbers[i + size - 1]
                x, y = (x + dx, y + dy) if letter.islower() else (dx, dy)
                steps.append((x, y))
        if letter in "Mm" or not pieces:
            pieces.append((False, []))
        for step in steps:
            x, y = step
            pieces[-1][1].append(step)
    return pieces


def rendered(review: Review, workers: int) -> tuple[float, float, list[str]]:
    """Return processor seconds, wall seconds and the pages of the places."""

    def used() -> float:
        return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))

    before, started = used(), time.monotonic()
    made = [html for path, html in pages(review, range(len(review.places)), workers) if path.startswith("places/")]
    return used() - before, time.monotonic() - started, made


def peer(python: str, drawn: list[dict[str, Any]]) -> dict[str, Any]:
    """Let matplotlib draw them."""
    done = subprocess.run([python, str(PEER)], input=json.dumps(drawn), capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Render, draw, compare, record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", required=True, help="an interpreter that has matplotlib")
    parser.add_argument("--places", type=int, default=300)
    parser.add_argument("--peer-pages", type=int, default=20)
    parser.add_argument("--pairs", type=int, default=3)
    given = parser.parse_args()
    review = review_of(given.places)
    one, two, drawing = [], [], []
    for _ in range(given.pairs):
        one.append(rendered(review, 1))
        two.append(rendered(review, 2))
        of_pages = [figures(html) for html in one[-1][2][: given.peer_pages]]
        drawing.append(peer(given.peer, [figure for page in of_pages for figure in page]))
    if any(first[2] != second[2] for first, second in zip(one, two, strict=True)):
        raise SystemExit("two workers wrote other pages than one")
    every = [len(figures(html)) for html in one[0][2]]
    ours = 1000 * median(cpu for cpu, _, _ in one) / given.places
    a_figure = 1000 * median(found["seconds"] / found["figures"] for found in drawing)
    figures_a_page = drawing[0]["figures"] / given.peer_pages
    row = {
        "places": given.places,
        "pairs": given.pairs,
        "figures_a_page": f"{sum(every) / len(every):.1f}",
        "ours_ms_a_page": f"{ours:.1f}",
        "peer_ms_a_figure": f"{a_figure:.1f}",
        "peer_ms_a_page": f"{a_figure * figures_a_page:.0f}",
        "times": f"{a_figure * figures_a_page / ours:.0f}",
        "wall_one_worker": f"{median(wall for _, wall, _ in one):.1f}",
        "wall_two_workers": f"{median(wall for _, wall, _ in two):.1f}",
        "workers_times": f"{median(w1 / w2 for (_, w1, _), (_, w2, _) in zip(one, two, strict=True)):.2f}",
        "largest_page_kb": f"{max(len(html.encode()) for html in one[0][2]) / 1000:.0f}",
        "matplotlib": drawing[0]["version"],
        "python": platform.python_version(),
        "processors": os.cpu_count(),
    }
    print(row)
    with (ROOT / "benchmarks" / "results" / "pages.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerow(row)


if __name__ == "__main__":
    sys.exit(main())
