"""Thresholds of three states beside the published ones of the Stanford Open Policing analysis of 2017.

The published fits are of the beta form under the priors of `threshold_beta`. Each state is fitted here four ways: the
fast form under the library's default prior, under half and one and a half times its standard deviations, and under
the published prior of guilt (log-odds -3.5, SD .25); with --beta also the beta form itself under all its published
priors, which tells what is due to the form and what to the prior.

Run: OMP_NUM_THREADS=1 python benchmarks/threshold_published.py COUNTS.csv [--states NC CO CT] [--beta NC CO CT]
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
from auditor.stats.mcmc.run import Effort, converged_sample
from auditor.stats.threshold.fit import fit_thresholds
from auditor.stats.threshold.prior import ThresholdPrior
from auditor.stats.threshold.summary import Comparison

RESULTS = Path(__file__).resolve().parent / "results" / "threshold_published.csv"
GROUPS = ["White drivers", "Black drivers", "Hispanic drivers"]
FEW = 50
PRIORS = {
    "fast, default prior": ThresholdPrior(),
    "fast, prior x 0.5": ThresholdPrior().scaled(0.5),
    "fast, published prior of guilt": ThresholdPrior(guilt=(-3.5, 0.25)),
    "fast, prior x 1.5": ThresholdPrior().scaled(1.5),
}


def read(path: Path, state: str) -> list[np.ndarray]:
    """Stops, searches, hits and published thresholds, places by groups; 0 where the table has no row."""
    table = pd.read_csv(path).query("state == @state")
    columns = ("num_stops", "num_searches", "num_hits", "inferred_threshold")
    return [
        table.pivot(index="location_variable", columns="driver_race", values=name)[GROUPS].fillna(0).to_numpy()
        for name in columns
    ]


def beta_fit(stops: np.ndarray, searches: np.ndarray, hits: np.ndarray, seed: int) -> tuple[np.ndarray, ...]:
    # The published fit set the parts of the place with most stops to 0.
    order = np.argsort(-stops.sum(axis=1))
    model = BetaModel(stops[order], searches[order], hits[order])
    weights = stops[order].sum(axis=1)
    seeds = np.random.SeedSequence(seed).spawn(4)
    start = np.array([model.start(np.random.default_rng(s.spawn(1)[0])) for s in seeds])
    chains = Chains(model.density, start, seeds, Tuning(warmup=400, dense=model.dense), model.variance())

    def compared(q: np.ndarray) -> Comparison:
        threshold = expit(model.cells(q.reshape(-1, model.dim))[0]).reshape(*q.shape[:2], *model.shape)
        return Comparison.of(threshold, weights, 0)

    sample, diagnostics = converged_sample(chains, lambda q: compared(q).reported(0), Effort())
    got = compared(sample.q)
    back = np.argsort(order)
    return got.threshold.mean(axis=(0, 1))[back], got.group.mean(axis=(0, 1)), got.group.std(axis=(0, 1)), diagnostics


def row(state: str, form: str, data: list[np.ndarray], found: tuple, seconds: float) -> dict[str, object]:
    stops, searches, _, published = data
    threshold, group, sd, diagnostics = found
    many, weights = searches >= FEW, stops.sum(axis=1)
    shown = [np.average(published[:, g], weights=weights * (published[:, g] > 0)) for g in range(3)]
    line: dict[str, object] = {
        "state": state,
        "fit": form,
        "cells": int(many.sum()),
        "correlation": f"{np.corrcoef(threshold[many], published[many])[0, 1]:.3f}",
        "mean_difference": f"{(threshold[many] - published[many]).mean():+.4f}",
        "same_order": int((np.argsort(group) == np.argsort(shown)).all()),
    }
    for name, mine, spread, theirs in zip(["white", "black", "hispanic"], group, sd, shown, strict=True):
        line |= {name: f"{mine:.4f}", f"{name}_sd": f"{spread:.4f}", f"{name}_published": f"{theirs:.4f}"}
    return line | {
        "worst_rhat": f"{diagnostics.worst_rhat:.4f}",
        "fewest_effective": f"{diagnostics.fewest_effective:.0f}",
        "cpu_seconds": f"{seconds:.0f}",
    }


def fits(state: str, data: list[np.ndarray], with_beta: bool) -> list[dict[str, object]]:
    rows = []
    for form in [*(["beta, published priors"] if with_beta else []), *PRIORS]:
        began = time.process_time()
        try:
            if form in PRIORS:
                fit = fit_thresholds(*data[:3], seed=1, prior=PRIORS[form], effort=Effort(most=4000))
                found = (fit.threshold.mean, fit.group.mean, fit.group.sd, fit.diagnostics)
            else:
                found = beta_fit(*data[:3], seed=1)
        except NotConverged as problem:
            print(state, form, "NOT CONVERGED", problem, flush=True)
            continue
        rows.append(row(state, form, data, found, time.process_time() - began))
        print(rows[-1], flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("counts", type=Path)
    parser.add_argument("--states", nargs="*", default=["NC", "CO", "CT"])
    parser.add_argument("--beta", nargs="*", default=[])
    options = parser.parse_args()
    rows = []
    for state in options.states:
        rows += fits(state, read(options.counts, state), state in options.beta)
    with RESULTS.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
