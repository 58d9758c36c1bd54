"""Why white and black drivers of North Carolina change places between the published thresholds and the fast form.

The published fit (beta form) puts the stop-weighted mean threshold of white drivers .0025 above that of black drivers;
the fast form under the default prior puts it below. Looked at, for one state:

- the published thresholds alone, weighted by the stops and by the searches of all groups: weighting;
- the beta form fitted again under its own priors (and, on request, half and one and a half times their deviations);
- the fast form under the default prior and the same two scalings;
- the fast form fitted to the counts that the beta fit expects (posterior means of searches and hits, rounded), in which
  there is no chance and the beta form holds: what is left is the form (and the carrying over of the prior).

`black_less_white` is the difference of the stop-weighted means, `sd` its posterior standard deviation, `p_white_above`
the posterior probability that the threshold of white drivers is the higher, `places_white_above` in how many places its
posterior mean is the higher, `places_sure` in how many either order has posterior probability .95 or more.

Run: OMP_NUM_THREADS=1 python benchmarks/threshold_order.py COUNTS.csv [--state NC] [--rows 6]
COUNTS.csv as in threshold_published.py. The first six rows take about 3 CPU-minutes. Writes
benchmarks/results/threshold_order.csv, a row as soon as it is done.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.special import expit
from threshold_beta import BetaModel, masses
from threshold_published import beta_compared, beta_draws, read

from auditor.stats.mcmc.run import Effort
from auditor.stats.threshold.fit import fit_thresholds
from auditor.stats.threshold.prior import ThresholdPrior

RESULTS = Path(__file__).resolve().parent / "results" / "threshold_order.csv"
WHITE, BLACK = 0, 1
SURE = 0.95
FIELDS = [
    *("state", "fit", "white", "black", "black_less_white", "black_less_white_by_searches", "places"),
    *("places_white_above", "sd", "p_white_above", "places_sure", "cpu_seconds"),
]


def line(state: str, fit: str, threshold: np.ndarray, data: list[np.ndarray]) -> dict[str, object]:
    """What can be said of thresholds (D, R) alone, under both weightings."""
    stops, searches = data[:2]
    by_stops, by_searches = (np.average(threshold, axis=0, weights=n.sum(axis=1)) for n in (stops, searches))
    return {
        "state": state,
        "fit": fit,
        "white": f"{by_stops[WHITE]:.4f}",
        "black": f"{by_stops[BLACK]:.4f}",
        "black_less_white": f"{by_stops[BLACK] - by_stops[WHITE]:+.4f}",
        "black_less_white_by_searches": f"{by_searches[BLACK] - by_searches[WHITE]:+.4f}",
        "places": len(threshold),
        "places_white_above": int((threshold[:, WHITE] > threshold[:, BLACK]).sum()),
    }


def belief(sd: float, below: float, each: np.ndarray, seconds: float) -> dict[str, object]:
    """The posterior of the difference; `each` (D,): posterior probability of white above black in each place."""
    sure = int(((each >= SURE) | (each <= 1 - SURE)).sum())
    return {"sd": f"{sd:.4f}", "p_white_above": f"{below:.3f}", "places_sure": sure, "cpu_seconds": f"{seconds:.0f}"}


def beta_line(state: str, data: list[np.ndarray], wide: float) -> tuple[dict[str, object], list[np.ndarray]]:
    """The beta form, and the counts that it expects."""
    began = time.process_time()
    model, draws, _, order = beta_draws(*data[:3], seed=1, wide=wide)
    got, back = beta_compared(model, draws), np.argsort(order)
    gap, each = got.group_difference[..., BLACK], (got.difference[..., BLACK] < 0).mean(axis=(0, 1))
    row = line(state, f"beta, published priors x {wide}", got.threshold.mean(axis=(0, 1))[back], data)
    row |= belief(gap.std(), (gap < 0).mean(), each, time.process_time() - began)
    return row, [expected[back] for expected in expectation(model, draws)]


def expectation(model: BetaModel, draws: np.ndarray) -> list[np.ndarray]:
    """Stops, and posterior means of searches and hits, as whole numbers; in the order of the model's places."""
    shares = []
    for q in draws.reshape(-1, model.dim)[::20]:
        log_odds, phi, lam = model.cells(q[None])[:3]
        mass = masses(expit(log_odds), lam * phi, lam * (1 - phi))
        shares.append([mass.guilty + mass.innocent, mass.guilty])
    searched, hit = np.mean(shares, axis=0)[:, 0]
    return [model.stops, np.rint(model.stops * searched), np.rint(model.stops * hit)]


def fast_line(state: str, name: str, data: list[np.ndarray], prior: ThresholdPrior) -> dict[str, object]:
    began = time.process_time()
    fit = fit_thresholds(*data[:3], seed=1, prior=prior, effort=Effort(most=4000))
    gap = fit.group_difference
    row = line(state, name, fit.threshold.mean, data)
    each = fit.difference.below[:, BLACK]
    return row | belief(gap.sd[BLACK], gap.below[BLACK], each, time.process_time() - began)


def rows_of(state: str, data: list[np.ndarray]) -> Iterator[dict[str, object]]:
    yield line(state, "published", data[3], data)
    for factor in (1.0, 1.5, 0.5):
        yield fast_line(state, f"fast, default prior x {factor}", data, ThresholdPrior().scaled(factor))
    row, expected = beta_line(state, data, 1.0)
    yield row
    yield fast_line(state, "fast, on counts expected by the beta fit", expected, ThresholdPrior())
    for wide in (0.5, 1.5):
        yield beta_line(state, data, wide)[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("counts", type=Path)
    parser.add_argument("--state", default="NC")
    parser.add_argument("--rows", type=int, default=8, help="How many rows, from the first: the last two take longest.")
    options = parser.parse_args()
    rows: list[dict[str, object]] = []
    for row in itertools.islice(rows_of(options.state, read(options.counts, options.state)), options.rows):
        rows.append(row)
        print(row, flush=True)
        with RESULTS.open("w", newline="") as file:
            writer = csv.DictWriter(file, FIELDS, lineterminator="\n", restval="")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
