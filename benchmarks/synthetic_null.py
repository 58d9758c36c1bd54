"""Size, power and coverage of the synthetic control's placebo ranks, over a generator that shares no code with it.

Run: OMP_NUM_THREADS=1 python benchmarks/synthetic_null.py [--runs N] [--power-runs N]
Writes benchmarks/results/synthetic.csv. Counts are Poisson, by place, month, group and side of the offences; the log
contrast of each place has a level, a season with a phase of its own, a common movement with loadings that differ, and
AR(1) noise. One place of each data set starts the programme twelve months before the end.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from auditor.stats.synthetic.conformal import conformal_p
from auditor.stats.synthetic.placebo import Placebos, placebo_test
from auditor.stats.synthetic.ridge import augmented
from auditor.stats.synthetic.simplex import spreading_penalty

CSV = Path(__file__).resolve().parents[1] / "benchmarks/results/synthetic.csv"
AFTER, LEVEL = 12, 0.05
GRID = np.linspace(-2, 2, 41)
Row = dict[str, float | str | int]


@dataclass(frozen=True)
class Cell:
    """One scenario; `drift` is a slope of the place's own before the start (log units over the whole of it)."""

    months: int
    rho: float
    donors: int = 40
    effect: float = 1.0
    weights: str = "spread"
    lean: bool = False
    natural: float = 0.2
    volume: float = 200.0
    drift: float = 0.0

    @property
    def kind(self) -> str:
        return "poor-fit" if self.drift else ("no-effect" if self.effect == 1 else "power")


def draw(rng: np.random.Generator, cell: Cell) -> np.ndarray:
    """Counts (units, months, 4): H_d, W_d, H_s, W_s; unit 0 is the place."""
    units, t = cell.donors + 1, np.arange(cell.months)
    noise = np.empty((units, cell.months))
    noise[:, 0] = rng.standard_normal(units)
    for month in t[1:]:
        noise[:, month] = cell.rho * noise[:, month - 1] + math.sqrt(1 - cell.rho**2) * rng.standard_normal(units)
    amplitude, phase = rng.uniform(0, 0.3, (units, 1)), rng.uniform(0, 12, (units, 1))
    season = amplitude * np.sin(2 * np.pi * (t + phase) / 12)
    common = np.cumsum(rng.normal(0, 0.02, cell.months)) * rng.normal(1, 0.5, (units, 1))
    contrast = rng.normal(0, 0.3, (units, 1)) + cell.natural * noise + common + 0.5 * season
    contrast[0, -AFTER:] += math.log(cell.effect)
    contrast[0] += cell.drift * np.clip(t / (cell.months - AFTER) - 0.5, None, 0.5)
    base = np.log(cell.volume) + rng.normal(0, 0.7, (units, 1)) + season
    logs = (base + math.log(0.25) + contrast, base + math.log(0.35), base + math.log(0.15), base + math.log(0.25))
    return np.stack([rng.poisson(np.exp(value)) for value in logs], axis=2).astype(float)


def series(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Log contrasts, and the SD of one of them by sampling before the start."""
    logs = np.log(counts + 0.5)
    noise = np.sqrt((1 / (counts[:, :-AFTER] + 0.5)).sum(axis=2).mean(axis=1))
    return logs[..., 0] - logs[..., 1] - logs[..., 2] + logs[..., 3], noise


def test(y: np.ndarray, noise: np.ndarray, cell: Cell) -> tuple[Placebos, float]:
    before, after = y[:, :-AFTER], y[:, -AFTER:]
    penalty = spreading_penalty(before[1:], AFTER) if cell.weights == "spread" else 0.0
    options = {"noise": noise[:1], "donors_noise": noise[1:], "penalty": penalty, "lean": cell.lean}
    return placebo_test(before[:1], after[:1], before[1:], after[1:], **options), penalty


def other_intervals(y: np.ndarray, penalty: float, truth: float) -> tuple[float, float, float, float]:
    """Whether jackknife+ and the conformal test hold the truth, and the widths of both."""
    before, after = y[:, :-AFTER], y[:, -AFTER:]
    ridge = augmented(before[0], after[0], before[1:], after[1:], penalty=penalty, centre=True)
    conformal = conformal_p(y[0], y[1:], AFTER, truth, penalty)
    kept = [effect for effect in GRID if conformal_p(y[0], y[1:], AFTER, effect, penalty) > LEVEL]
    width = max(kept) - min(kept) if kept else 0.0
    return float(ridge.low <= truth <= ridge.high), ridge.high - ridge.low, float(conformal > LEVEL), width


def run(cell: Cell, runs: int, beside: int, seed: int) -> Row:
    rng, truth = np.random.default_rng(seed), math.log(cell.effect)
    p, covered, width, refused, others = [], [], [], 0, []
    for number in range(runs):
        y, noise = series(draw(rng, cell))
        result, penalty = test(y, noise, cell)
        if number < beside:
            others.append(other_intervals(y, penalty, truth))
        if result.poor[0]:
            refused += 1
            continue
        p.append(result.p_greater[0])
        covered.append(result.low[0] <= truth <= result.high[0])
        width.append(result.high[0] - result.low[0])
    rejected = float(np.mean(np.array(p) <= LEVEL)) if p else math.nan
    jackknife, jackknife_width, conformal, conformal_width = np.mean(others, axis=0) if others else (math.nan,) * 4
    return {
        "kind": cell.kind,
        "months": cell.months,
        "rho": cell.rho,
        "donors": cell.donors,
        "effect": cell.effect,
        "weights": cell.weights,
        "lean": int(cell.lean),
        "natural_sd": cell.natural,
        "volume": cell.volume,
        "drift": cell.drift,
        "runs": runs,
        "tested": len(p),
        "refused": round(refused / runs, 4),
        "rejected_05": _text(rejected),
        "mcse": _text(math.sqrt(rejected * (1 - rejected) / len(p)) if p else math.nan),
        "coverage_95": _text(float(np.mean(covered)) if p else math.nan),
        "width": _text(float(np.median(width)) if p else math.nan),
        "jackknife_coverage": _text(jackknife),
        "jackknife_width": _text(jackknife_width),
        "conformal_coverage": _text(conformal),
        "conformal_width": _text(conformal_width),
        "beside_runs": len(others),
    }


def _text(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.4f}"


def cells() -> list[Cell]:
    grid = [Cell(months, rho) for months in (36, 72) for rho in (0.0, 0.3, 0.6)]
    found = [*grid, *[replace(cell, lean=True) for cell in grid], *[replace(cell, weights="simplex") for cell in grid]]
    found += [Cell(48, 0.3, donors=80), Cell(72, 0.3, natural=0.0, volume=60.0)]
    found += [replace(cell, effect=1.5) for cell in grid]
    found += [replace(cell, effect=1.5, weights="simplex") for cell in grid if cell.months == 72]
    found += [Cell(72, 0.3, effect=1.5, natural=sd, volume=v) for sd, v in ((0.1, 200.0), (0.2, 60.0), (0.3, 200.0))]
    return [*found, *[Cell(72, 0.3, drift=drift) for drift in (0.25, 0.5, 1.0, 1.5, 3.0)]]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--power-runs", type=int, default=300)
    parser.add_argument("--beside", type=int, default=100)
    asked = parser.parse_args()
    rows = []
    for number, cell in enumerate(cells()):
        begin = time.perf_counter()
        plain = cell.kind == "no-effect" and cell.weights == "spread" and not cell.lean
        runs = asked.runs if cell.kind == "no-effect" else asked.power_runs
        rows.append(run(cell, runs, min(asked.beside, runs) if plain else 0, 1000 + number))
        print(f"{time.perf_counter() - begin:6.1f} s", rows[-1], flush=True)
    with CSV.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
