"""Draw figures by matplotlib: the peer of benchmarks/pages.py, run by an interpreter that has matplotlib.

Reads a JSON list from standard input: figures, each with its size and its primitives (lines, areas, marks, words) in
the pixels of our own. Draws each as an SVG as a user would, on a fresh figure and axes, and prints seconds of processor
time, how many figures and how many bytes.
"""

from __future__ import annotations

import io
import json
import sys
import time
from typing import Any

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot as plt


def draw(figure: dict[str, Any]) -> int:
    """Draw one figure; return the length of its SVG."""
    width, height = figure["size"]
    page, axes = plt.subplots(figsize=(width / 100, height / 100))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    for line in figure["lines"]:
        axes.plot([x for x, _ in line], [y for _, y in line], linewidth=1)
    for area in figure["areas"]:
        axes.fill([x for x, _ in area], [y for _, y in area], alpha=0.2)
    if figure["marks"]:
        axes.scatter([x for x, _ in figure["marks"]], [y for _, y in figure["marks"]], s=16)
    for x, y, words in figure["words"]:
        axes.text(x, y, words.replace("$", r"\$"), fontsize=8)
    out = io.StringIO()
    page.savefig(out, format="svg")
    plt.close(page)
    return len(out.getvalue())


def main() -> None:
    """Draw them all once to warm up the first, then time."""
    figures = json.load(sys.stdin)
    draw(figures[0])
    started = time.process_time()
    size = sum(draw(figure) for figure in figures)
    seconds = time.process_time() - started
    print(json.dumps({"seconds": seconds, "figures": len(figures), "bytes": size, "version": matplotlib.__version__}))


if __name__ == "__main__":
    main()
