"""Thresholds of three states beside the published ones of the Stanford Open Policing analysis of 2017.

The published fits are of the beta form under the priors of `threshold_beta`. Each state is fitted here in the fast form
under the library's default prior (those priors carried over), under half and one and a half times its standard
deviations, and under the prior that the authors of the fast form used for national traffic stops (Pierson et al. 2018:
log-odds of guilt N(-4, .5) and a state's part of .5 more, log delta N(0, .5) likewise, places .1, thresholds N(0, 1)
about a spread of 1); with --beta also the beta form itself, which tells what is due to the form and what to the prior.

Run, a state at a time if need be (rows of other states are kept):
OMP_NUM_THREADS=1 python benchmarks/threshold_published.py COUNTS.csv [--states NC CO CT] [--beta NC CO CT]
COUNTS.csv has columns state, location_variable, driver_race, num_stops, num_searches, num_hits, inferred_threshold
(the analysis' own table for its figure 4b, rows of the three states with the name of the state added).
Writes benchmarks/results/threshold_published.csv.
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit
from threshold_beta import BetaModel

from auditor.stats.fit import NotConverged
from auditor.stats.mcmc.chains import Chains, Tuning
from auditor.stats.mcmc.run import Diagnostics, Effort, converged_sample
from auditor.stats.threshold.fit import fit_thresholds
from auditor.stats.threshold.prior import ThresholdPrior
from auditor.stats.threshold.summary import Comparison

RESULTS = Path(__file__).resolve().parent / "results" / "threshold_published.csv"
GROUPS = ["White drivers", "Black drivers", "Hispanic drivers"]
FEW = 50
BETA = "beta, published priors"
PRIORS = {
    "fast, default prior": ThresholdPrior(),
    "fast, prior x 0.5": ThresholdPrior().scaled(0.5),
    "fast, prior x 1.5": ThresholdPrior().scaled(1.5),
    "fast, prior of 2018": ThresholdPrior((-4.0, 0.7), (0.0, 0.7), (0.0, 1.0), (1.0, 0.1, 0.1)),
}


def read(path: Path, state: str) -> list[np.ndarray]:
    """Stops, searches, hits and published thresholds, places by groups; 0 where the table has no row."""
    table = pd.read_csv(path).query("state == @state")
    columns = ("num_stops", "num_searches", "num_hits", "inferred_threshold")
    return [
        table.pivot(index="location_variable", columns="driver_race", values=name)[GROUPS].fillna(0).to_numpy()
        for name in columns
    ]


def beta_draws(
    stops: np.ndarray, searches: np.ndarray, hits: np.ndarray, seed: int, wide: float = 1.0
) -> tuple[BetaModel, np.ndarray, Diagnostics, np.ndarray]:
    """Converged draws (C, N, dim) of the beta form, its diagnostics, and the order in which its places stand."""
    # The published fit set the parts of the place with most stops to 0.
    order = np.argsort(-stops.sum(axis=1))
    model = BetaModel(stops[order], searches[order], hits[order], wide)
    seeds = np.random.SeedSequence(seed).spawn(4)
    start = np.array([model.start(np.random.default_rng(s.spawn(1)[0])) for s in seeds])
    chains = Chains(model.density, start, seeds, Tuning(warmup=400, dense=model.dense), model.variance())
    sample, diagnostics = converged_sample(chains, lambda q: beta_compared(model, q).reported(0), Effort())
    return model, sample.q, diagnostics, order


def beta_compared(model: BetaModel, q: np.ndarray) -> Comparison:
    threshold = expit(model.cells(q.reshape(-1, model.dim))[0]).reshape(*q.shape[:2], *model.shape)
    return Comparison.of(threshold, model.stops.sum(axis=1), 0)


def beta_fit(stops: np.ndarray, searches: np.ndarray, hits: np.ndarray, seed: int) -> tuple[np.ndarray, ...]:
    model, draws, diagnostics, order = beta_draws(stops, searches, hits, seed)
    got, back = beta_compared(model, draws), np.argsort(order)
    return got.threshold.mean(axis=(0, 1))[back], got.group.mean(axis=(0, 1)), got.group.std(axis=(0, 1)), diagnostics


def row(state: str, form: str, data: list[np.ndarray], found: tuple, seconds: float) -> dict[str, object]:
    stops, searches, _, published = data
    threshold, group, sd, diagnostics = found
    many, weights = searches >= FEW, stops.sum(axis=1)
    shown = [np.average(published[:, g], weights=weights * (published[:, g] > 0)) for g in range(3)]
    line: dict[str, object] = {
        "state": state,
        "fit": form,
        "converged": 1,
        "cells": int(many.sum()),
        "correlation": f"{np.corrcoef(threshold[many], published[many])[0, 1]:.3f}",
        "mean_difference": f"{(threshold[many] - published[many]).mean():+.4f}",
        "same_order": int((np.argsort(group) == np.argsort(shown)).all()),
    }
    for name, mine, spread, theirs in zip(["white", "black", "hispanic"], group, sd, shown, strict=True):
        line |= {name: f"{mine:.4f}", f"{name}_sd": f"{spread:.4f}", f"{name}_published": f"{theirs:.4f}"}
    return line | measures(diagnostics, seconds)


def measures(diagnostics: Diagnostics, seconds: float) -> dict[str, object]:
    return {
        "worst_rhat": f"{diagnostics.worst_rhat:.4f}",
        "fewest_effective": f"{diagnostics.fewest_effective:.0f}",
        "cpu_seconds": f"{seconds:.0f}",
    }


def fits(state: str, data: list[np.ndarray], with_beta: bool) -> list[dict[str, object]]:
    rows = []
    for form in [*([BETA] if with_beta else []), *PRIORS]:
        began = time.process_time()
        try:
            if form in PRIORS:
                fit = fit_thresholds(*data[:3], seed=1, prior=PRIORS[form], effort=Effort(most=4000))
                found = (fit.threshold.mean, fit.group.mean, fit.group.sd, fit.diagnostics)
            else:
                found = beta_fit(*data[:3], seed=1)
        except NotConverged as problem:
            print(state, form, "NOT CONVERGED", problem, flush=True)
            spent = f"{time.process_time() - began:.0f}"
            rows.append({"state": state, "fit": form, "converged": 0, "cpu_seconds": spent})
            continue
        rows.append(row(state, form, data, found, time.process_time() - began))
        print(rows[-1], flush=True)
    return rows


def keep(state: str, rows: list[dict[str, object]]) -> None:
    """Write the rows of a state beside those of other states; of the state's own, those that were not fitted again."""
    old: list[dict[str, object]] = []
    if RESULTS.exists():
        with RESULTS.open(newline="") as file:
            old = [line for line in csv.DictReader(file) if "converged" in line]
    again = {(line["state"], line["fit"]) for line in rows}
    kept = [line for line in old if (line["state"], line["fit"]) not in again]
    every = sorted([*kept, *rows], key=lambda line: (line["state"], [BETA, *PRIORS].index(str(line["fit"]))))
    names = max((list(line) for line in every), key=len)
    with RESULTS.open("w", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(every)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("counts", type=Path)
    parser.add_argument("--states", nargs="*", default=["NC", "CO", "CT"])
    parser.add_argument("--beta", nargs="*", default=[])
    options = parser.parse_args()
    for state in options.states:
        keep(state, fits(state, read(options.counts, state), state in options.beta))


if __name__ == "__main__":
    main()
