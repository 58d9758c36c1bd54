"""Error rate of the clustered logit error, over a generator that shares no code with the library.

Stops are drawn by cluster, a quarter of them of the focal group, with a random intercept per cluster on the log-odds
scale (intraclass correlation s2 / (s2 + pi^2 / 3)) and a share that drifts with the clock. Three designs: `officer`
(each officer works by light and by dark, at hours of his own), `day` (sunset moves over the year, so the clock and the
day decide what is dark) and `night` (three officers of ten work after dark and the others never do). Sizes are Poisson
about 60 times a lognormal factor of the stated coefficient of variation, and at least 4. The model has darkness and a
natural spline of the clock with three columns. Tests are two-sided at .05, and one-sided each way.

Beside ours (`auditor.stats.clusters.robust`) stand CR2 with the degrees of freedom of Bell & McCaffrey, and CR1 with
clusters less one. The row `slopes` gives each cluster its own effect of darkness besides (SD .3, mean 0).

Run: OMP_NUM_THREADS=1 python benchmarks/clusters_null.py [--runs 2000]
Writes benchmarks/results/clusters_null.csv.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import stats

from auditor.stats.clock.spline import NaturalSpline
from auditor.stats.clusters.adjust import adjusted
from auditor.stats.clusters.grouped_logit import fit_grouped_logit
from auditor.stats.clusters.robust import cluster_robust, freedom
from auditor.stats.clusters.sums import sum_clusters
from auditor.stats.fit import NotConverged

RESULTS = Path(__file__).resolve().parent / "results" / "clusters_null.csv"
LEVEL, BINS, MEAN = 0.05, 14, 60.0
CLOCK = np.linspace(1057.5, 1252.5, BINS)
SPLINE = NaturalSpline(np.array([1110.0, 1170.0]), 1050.0, 1260.0).basis(CLOCK)


@dataclass(frozen=True)
class Cell:
    """One scenario."""

    design: str
    clusters: int
    cv: float
    icc: float
    slopes: float = 0.0
    effect: float = 0.0


def places_in_time(rng: np.random.Generator, cell: Cell) -> np.ndarray:
    """Probabilities of (dark or light) x clock for each cluster, shape (C, 2 * BINS)."""
    count, at = cell.clusters, np.arange(BINS)
    when = np.ones((count, BINS))
    if cell.design == "officer":
        when = np.exp(-0.5 * ((at - BINS / 2 - 2 * rng.standard_normal((count, 1))) / 4) ** 2)
        dark = 1 / (1 + np.exp(-((CLOCK - 1155) / 40 + 0.7 * rng.standard_normal((count, 1)))))
    elif cell.design == "day":
        sunset = 1155 + 90 * np.cos(2 * np.pi * rng.random((count, 1)))
        dark = (sunset < CLOCK).astype(float)
    else:
        night = rng.permutation(count) < round(0.3 * count)
        dark = np.broadcast_to(night[:, None], (count, BINS)).astype(float)
    joint = np.concatenate([when * dark, when * (1 - dark)], axis=1)
    return joint / joint.sum(axis=1, keepdims=True)


def draw(rng: np.random.Generator, cell: Cell) -> tuple[np.ndarray, np.ndarray]:
    """Focal stops and all stops, shape (C, 2, BINS)."""
    spread = math.sqrt(math.log1p(cell.cv**2))
    sizes = np.maximum(rng.poisson(MEAN * np.exp(spread * rng.standard_normal(cell.clusters) - spread**2 / 2)), 4)
    n = rng.multinomial(sizes, places_in_time(rng, cell)).reshape(cell.clusters, 2, BINS)
    own = math.sqrt(cell.icc / (1 - cell.icc) * math.pi**2 / 3) * rng.standard_normal((cell.clusters, 1, 1))
    effect = cell.effect + cell.slopes * rng.standard_normal((cell.clusters, 1, 1))
    eta = -1.1 + 0.3 * np.sin((CLOCK - 1050) / 60) + own + effect * np.array([1.0, 0.0])[:, None]
    return rng.binomial(n, 1 / (1 + np.exp(-eta))), n


def analyse(k: np.ndarray, n: np.ndarray) -> tuple[float, float, float, float, float]:
    """Ours: greater and less; then Bell & McCaffrey and CR1, two-sided; then our degrees of freedom."""
    cells = n.sum(axis=0) > 0
    dark, clock = np.nonzero(cells)
    fit = fit_grouped_logit(k.sum(axis=0)[cells], n.sum(axis=0)[cells], np.column_stack([1.0 - dark, SPLINE[clock]]))
    position = np.cumsum(cells.ravel()).reshape(cells.shape) - 1
    cluster, d, b = np.nonzero(n)
    rows = (k[n > 0], n[n > 0], position[d, b], cluster)
    ours = cluster_robust(fit, *rows)
    sums = sum_clusters(fit, *rows)
    plain = float(np.linalg.norm(sums.scores @ sums.inverse[0]))
    count = sums.clusters
    cr1 = 2 * stats.t.sf(abs(ours.estimate) / plain / math.sqrt(count / (count - 1)), count - 1)
    bell = 2 * stats.t.sf(abs(ours.estimate) / ours.se, freedom(sums, *adjusted(sums, 0), 0.0))
    return ours.p_greater, ours.p_less, float(bell), float(cr1), ours.df


def measure(cell: Cell, runs: int, seed: int) -> dict[str, object]:
    rng, began = np.random.default_rng(seed), time.process_time()
    found, refused = [], 0
    for _ in range(runs):
        try:
            found.append(analyse(*draw(rng, cell)))
        except NotConverged:
            refused += 1
    greater, less, bell, cr1, df = np.array(found).T
    share = float((2 * np.minimum(greater, less) <= LEVEL).mean())
    return {
        "design": cell.design + (" with slopes" if cell.slopes else ""),
        "clusters": cell.clusters,
        "size_cv": cell.cv,
        "icc": cell.icc,
        "log_odds_ratio": cell.effect,
        "runs": runs,
        "not_estimable": refused,
        "rejected": round(share, 4),
        "mcse": round(math.sqrt(share * (1 - share) / len(found)), 4),
        "rejected_greater": round(float((greater <= LEVEL).mean()), 4),
        "rejected_less": round(float((less <= LEVEL).mean()), 4),
        "bell_mccaffrey": round(float((bell <= LEVEL).mean()), 4),
        "cr1": round(float((cr1 <= LEVEL).mean()), 4),
        "median_df": round(float(np.median(df)), 1),
        "milliseconds_a_run": round(1000 * (time.process_time() - began) / runs, 1),
        "seed": seed,
    }


def cells() -> Iterator[Cell]:
    for design in ("officer", "day", "night"):
        for clusters in (10, 20, 50):
            for cv in (0.0, 1.0):
                for icc in (0.02, 0.1):
                    yield Cell(design, clusters, cv, icc)
        # The corner of the promise: the most unequal sizes with the strongest resemblance.
        yield Cell(design, 10, 1.5, 0.2)
        yield Cell(design, 6, 1.0, 0.1)
        yield Cell(design, 20, 1.0, 0.02, effect=0.4)
    yield Cell("officer", 10, 1.0, 0.02, slopes=0.3)
    yield Cell("day", 20, 1.0, 0.02, slopes=0.3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    runs = parser.parse_args().runs
    rows = []
    for at, cell in enumerate(cells()):
        rows.append(measure(cell, runs, 4500 + at))
        print(*rows[-1].values(), sep="\t", flush=True)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
