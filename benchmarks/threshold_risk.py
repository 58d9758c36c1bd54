"""Scenario 31, infra-marginality: risks that differ between groups, thresholds that do not.

20 places by 2 groups; the second has 60 % of the stops of the first. Thresholds scatter by .1 on the log-odds about .2
(in the last cell about .13 for the second group). Cells of risk: alike and at the prior's centre; the second group
more often with contraband (4.5 % against 2.5 %) that shows less; the same, 1.6 and 2.1 standard deviations from the
prior's centre. For each the share of data sets in which the threshold test's widest 95 % interval (over the prior's
three scalings) of the difference of the stop-weighted thresholds leaves out 0, in which the interval under the prior
alone does, in which a wider prior turns the sign, and in which Fisher's exact test of the two hit rates has p <= .05.

Run: OMP_NUM_THREADS=1 python benchmarks/threshold_risk.py [--simulations 40] [--seed 1] [--cells 0-3] [--more]
Writes benchmarks/results/threshold_risk.csv, a cell as soon as it is done; rows of other cells are kept. With --more a
row that holds fewer data sets is gone on with: each has a generator of its own, so the result is that of one run.
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path

import numpy as np
from scipy.special import expit, logit
from scipy.stats import fisher_exact, norm

from auditor.stats.fit import NotConverged
from auditor.stats.mcmc.run import Effort
from auditor.stats.threshold.data import StopCounts
from auditor.stats.threshold.fit import SCALED, fit_scaled

RESULTS = Path(__file__).resolve().parent / "results" / "threshold_risk.csv"
PLACES, SIZES = 20, np.array([1, 0.6])
CELLS = {
    "risks alike": ((-3.5, -3.5), (0.4, 0.4), (0.2, 0.2)),
    "risks differ": ((-3.65, -3.05), (0.5, 0.3), (0.2, 0.2)),
    "risks differ, far from the prior": ((-3.9, -3.2), (0.75, 0.45), (0.2, 0.2)),
    "risks differ, and thresholds": ((-3.65, -3.05), (0.5, 0.3), (0.2, 0.13)),
}


def draw(rng: np.random.Generator, guilt: tuple, log_delta: tuple, threshold: tuple) -> tuple[np.ndarray, float]:
    """Counts, shape (3, D, R), and the true difference of stop-weighted thresholds."""
    stops = (np.exp(rng.normal(8, 0.6, (PLACES, 1))) * SIZES).astype(int)
    phi = expit(np.array(guilt) + 0.15 * rng.standard_normal((PLACES, 1)))
    delta = np.exp(np.array(log_delta) + 0.05 * rng.standard_normal((PLACES, 1)))
    odds = logit(np.array(threshold)) + 0.1 * rng.standard_normal((PLACES, 2))
    t = delta / 2 + (odds - logit(phi)) / delta
    found, missed = phi * norm.sf(t - delta), (1 - phi) * norm.sf(t)
    searches = rng.binomial(stops, found + missed)
    hits = rng.binomial(searches, found / (found + missed))
    weights = stops.sum(axis=1) / stops.sum()
    return np.array([stops, searches, hits]), float(weights @ (expit(odds[:, 1]) - expit(odds[:, 0])))


def one(seed: list[int], cell: tuple) -> list[float] | None:
    """Whether each test speaks of a difference, and how far the truth lies from what was estimated."""
    counts, truth = draw(np.random.default_rng(seed), *cell)
    fits = fit_scaled(StopCounts.of(*counts), (1.0, *SCALED), seed, effort=Effort(4, 250, 500, 4000, 0.65))
    if any(isinstance(fit, NotConverged) for fit in fits):
        return None
    each = [fit.group_difference for fit in fits]
    low, high, means = (np.array([getattr(d, name)[1] for d in each]) for name in ("low", "high", "mean"))
    hits, searches = counts[2].sum(axis=0), counts[1].sum(axis=0)
    p = fisher_exact([hits, searches - hits]).pvalue
    turned = means.min() <= 0 <= means.max()
    excludes = not low.min() <= 0 <= high.max()
    covers = low.min() <= truth <= high.max()
    return [excludes, not low[0] <= 0 <= high[0], turned, covers, low[0] <= truth <= high[0], p <= 0.05]


NAMES = (
    "widest_excludes_0",
    "prior_alone_excludes_0",
    "turned",
    "widest_covers",
    "prior_alone_covers",
    "hit_rates_differ",
)


def measure(number: int, simulations: int, seed: int, held: dict[str, object] | None) -> dict[str, object]:
    name, cell = list(CELLS.items())[number]
    began = time.process_time()
    n, refused, sums = _sums(held)
    start = n + refused
    found = [one([seed, number, i], cell) for i in range(start, simulations)]
    kept = [f for f in found if f is not None]
    sums = sums + np.array(kept, dtype=float).reshape(len(kept), len(NAMES)).sum(axis=0)
    n, refused = n + len(kept), refused + len(found) - len(kept)
    shares = {key: f"{share:.3f}" for key, share in zip(NAMES, sums / n, strict=True)}
    seconds = f"{(time.process_time() - began) / max(len(found), 1):.1f}"
    return {"risks": name, "simulations": n, "refused": refused} | shares | {"cpu_seconds_a_fit": seconds}


def _sums(held: dict[str, object] | None) -> tuple[int, int, np.ndarray]:
    """Data sets of a row, those refused, and how many of them each column counts."""
    if held is None:
        return 0, 0, np.zeros(len(NAMES))
    n = int(str(held["simulations"]))
    return n, int(str(held["refused"])), np.array([round(n * float(str(held[name]))) for name in NAMES], dtype=float)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulations", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cells", default=f"0-{len(CELLS) - 1}", help="which cells to measure again, such as 1-3")
    parser.add_argument("--more", action="store_true", help="go on with the rows that are there")
    options = parser.parse_args()
    rows: dict[str, dict[str, object]] = {}
    if RESULTS.exists():
        with RESULTS.open(newline="") as file:
            rows = {line["risks"]: dict(line) for line in csv.DictReader(file)}
    first, _, last = options.cells.partition("-")
    for number in range(int(first), int(last or first) + 1):
        held = rows.get(list(CELLS)[number]) if options.more else None
        row = measure(number, options.simulations, options.seed, held)
        print(row, flush=True)
        rows[str(row["risks"])] = row
        with RESULTS.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(row), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows[name] for name in CELLS if name in rows)


if __name__ == "__main__":
    main()
