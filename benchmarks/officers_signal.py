"""The signal officer-benchmark from rows to flags: false ones, power, and whether the spread's limits hold it.

Agencies of 22, 60 or 300 officers with some 150 stops each (lognormal, SD .4 on the log), who differ in when, where
and for what they stop (Dirichlet mixes), which moves the share of the group; natural differences between officers
normal on the log odds, SD .1 or .3, independent for the focal group and for the one that is the control; nobody, or a
tenth of the officers, with a log odds effect. The draws are those of the signal's own ``simulate``. At the signal's
default rate, .1. ``spread_covers`` is the share of runs in which the 95 % limits hold the natural spread (of the nine
tenths without an effect, where some have one), on the scale of an officer's whole share: an odds ratio within every
hour and area is larger than the one of the shares over all of them (.952 of its logarithm here, see ``marginal``).

Run: OMP_NUM_THREADS=1 python benchmarks/officers_signal.py [--runs 200] [--large 60]
Writes benchmarks/results/officers_signal.csv.
"""

from __future__ import annotations

import argparse
import csv
import math
import warnings
from pathlib import Path

import numpy as np
from scipy.special import expit, ndtri

from auditor.signals.exposure.officer_benchmark import SIGNAL, OfficerBenchmarkOptions, find_officers
from auditor.signals.officers.draw import AFFECTED, draw

RESULTS = Path(__file__).resolve().parent / "results" / "officers_signal.csv"
OPTIONS = OfficerBenchmarkOptions()
EFFECTS = (0.0, 1.0, 1.5)


def marginal() -> float:
    """Log odds ratio of whole shares for a small one within every area and hour, over that one, in these draws."""
    area, night = np.meshgrid(0.4 * np.arange(4), [-0.3, 0.0, 0.0, 0.0])
    p = expit(-1.0 + area + night)
    return float((p * (1 - p)).mean() / (p.mean() * (1 - p.mean())))


def one(officers: int, sd: float, effect: float, rng: np.random.Generator) -> tuple[float, ...]:
    """False flag at all, false share, power, flags, controls decided, promised, spread covered, officers compared."""
    cells = draw(rng, np.array([officers]), 150.0, sd, np.array([effect]))
    found = find_officers(cells, OPTIONS)
    compared = found.places[0].compared["hispanic"]
    bears = (np.arange(officers) < max(round(AFFECTED * officers), 1)) & (effect > 0)
    wrong, flags = int((compared.flagged & ~bears).sum()), int(compared.flagged.sum())
    value, low, high = compared.spread.ratio()
    truth = math.exp(2 * float(ndtri(0.9)) * sd * marginal())
    assert math.isfinite(value)
    power = float(compared.flagged[bears].mean()) if bears.any() else 0.0
    decided = compared.screen.kind == "controls"
    return (wrong > 0, wrong / max(flags, 1), power, flags, decided, compared.promised, low <= truth <= high,
            int(compared.result.compared.sum()))  # fmt: skip


def cell(officers: int, sd: float, effect: float, runs: int, seed: int) -> dict[str, float | int | str]:
    streams = np.random.SeedSequence(seed).spawn(runs)
    values = np.array([one(officers, sd, effect, np.random.default_rng(s)) for s in streams], dtype=float)
    mean, error = values.mean(axis=0), values.std(axis=0) / math.sqrt(runs)
    return {
        "officers": officers, "sd": sd, "effect": effect, "runs": runs, "rate": OPTIONS.rate,
        "p_any_false": round(mean[0], 4), "fdr": round(mean[1], 4), "fdr_mcse": round(error[1], 4),
        "power": round(mean[2], 4) if effect else "", "flags": round(mean[3], 3),
        "decided_by_controls": round(mean[4], 3), "promised": round(mean[5], 3),
        "spread_covers": round(mean[6], 4), "compared": round(mean[7], 1), "seed": seed,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--large", type=int, default=60, help="runs with 300 officers")
    asked = parser.parse_args()
    warnings.simplefilter("error")
    assert SIGNAL.describes
    plan = [(officers, sd, effect) for officers in (22, 60, 300) for sd in (0.1, 0.3) for effect in EFFECTS]
    rows = []
    for number, (officers, sd, effect) in enumerate(plan):
        rows.append(cell(officers, sd, effect, asked.runs if officers < 300 else asked.large, 7200 + number))
        with RESULTS.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
