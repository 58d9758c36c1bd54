"""How far the four models of unrecorded groups miss the furthest of all ways, on tables small enough to try each.

    python benchmarks/threshold_blank.py [--tables 20] [--seed 1]

Five places and two groups; two of the places hold stops of unrecorded group. Every way to give the hits, misses and
passes of each of them whole to one of the two groups is tried (64), by the posterior mode: the sampler converges not
for all of them. Written for each table and place: searches of the less searched group, the range over all ways (of the
log of the reference group's threshold over the group's), and what part of it lies beyond either end of the four ways.
"""

from __future__ import annotations

import argparse
import csv
import sys
from itertools import product
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from auditor.cells import Floats
from auditor.signals.thresholds.blanks import corners
from auditor.signals.thresholds.counts import Stops
from auditor.stats.threshold.data import StopCounts
from auditor.stats.threshold.model import ThresholdModel
from auditor.stats.threshold.prior import ThresholdPrior

PLACES, BLANK = 5, 2
SIZES = (25, 60, 200)
RESULT = Path(__file__).parent / "results" / "threshold_blank.csv"


def drawn(rng: np.random.Generator) -> Stops:
    """Return a table: about 25, 60 or 200 searches a place and group, a tenth to a third of two places unrecorded."""
    size = float(rng.choice(SIZES))
    stops = rng.integers(int(size / 0.06), int(size / 0.03), (PLACES, 2))
    searches = rng.binomial(stops, rng.uniform(0.02, 0.08, (PLACES, 2)))
    hits = rng.binomial(searches, rng.uniform(0.15, 0.4, (PLACES, 2)))
    parts = [part.astype(float) for part in (hits, searches - hits, stops - searches)]
    blank = np.zeros((PLACES, 3))
    for d in range(BLANK):
        blank[d] = np.ceil([rng.uniform(0.1, 0.33) * part[d].sum() for part in parts])
    return Stops(np.arange(PLACES), *parts, np.zeros((PLACES, 2)), np.zeros((PLACES, 2)), blank)


def given(units: Stops, way: tuple[float, ...]) -> StopCounts:
    """Return the counts with each kind of unrecorded stops of each place given to the first group (1) or the second."""
    share = np.zeros((PLACES, 3))
    share[:BLANK] = np.reshape(way, (BLANK, 3))
    parts = []
    for k, part in enumerate((units.hits, units.misses, units.passes)):
        ours = share[:, k] * units.blank[:, k]
        parts.append(part + np.stack([ours, units.blank[:, k] - ours], axis=1))
    return StopCounts.of(sum(parts), parts[0] + parts[1], parts[0])


def mode(counts: StopCounts, start: Floats | None = None) -> tuple[Floats, Floats]:
    """Return the log ratio of thresholds at the posterior mode, by place, and where the mode is."""
    model = ThresholdModel.of(counts, ThresholdPrior())

    def downhill(q: Floats) -> tuple[float, Floats]:
        value, slope = model.density(q[None])
        return -float(value[0]), -slope[0]

    found = minimize(downhill, np.zeros(model.dim) if start is None else start, jac=True, method="L-BFGS-B")
    threshold = model.cells(found.x[None]).probability()[0]
    return np.log(threshold[:, 1]) - np.log(threshold[:, 0]), found.x


def missed(units: Stops) -> tuple[Floats, Floats, Floats]:
    """Return the range over all ways, and the parts of it beyond the lower and the upper end; of the first places."""
    start = mode(StopCounts.of(units.stops, units.searches, units.hits))[1]
    four = corners(units, 0, 1)
    tried = np.array([mode(four.rows(np.array([b])), start)[0] for b in range(4)])[:, :BLANK]
    every = np.array([mode(given(units, way), start)[0] for way in product((0.0, 1.0), repeat=3 * BLANK)])[:, :BLANK]
    whole = every.max(axis=0) - every.min(axis=0)
    return whole, (tried.min(axis=0) - every.min(axis=0)) / whole, (every.max(axis=0) - tried.max(axis=0)) / whole


def main() -> None:
    """Try the tables, print a summary, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rows = []
    for table, rng in enumerate(np.random.default_rng(asked.seed).spawn(asked.tables)):
        units = drawn(rng)
        for place, values in enumerate(zip(*missed(units), strict=True)):
            numbers = (round(max(float(value), 0.0), 4) for value in values)
            rows.append([table, place, int(units.searches[place].min()), *numbers])
    with RESULT.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["table", "place", "searches", "range", "beyond_low", "beyond_high"])
        writer.writerows(rows)
    beyond = np.array([row[4:] for row in rows])
    sys.stdout.write(f"{len(rows)} ranges; beyond an end: median {np.median(beyond):.3f}, most {beyond.max():.3f}\n")


if __name__ == "__main__":
    main()
