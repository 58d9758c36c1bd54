"""Error rate and power of the interrupted series of one place, over a generator that shares no code with the library.

One tested place and 40 comparison places; monthly arrests of two groups in discretionary and serious offences; own
season (amplitude up to 30 %, own peak), own trend (up to 3 % a year either way), a jump of 20 % in all places at a
random month, and first-order autoregressive log rates (marginal SD .15 in the focal group's discretionary arrests).
Beside the randomised decision stands the usual one: ordinary least squares on the log ratio with Newey-West errors
(statsmodels, four lags, small-sample correction), for the same place alone. Tests are one-sided at .05.

Run: OMP_NUM_THREADS=1 python benchmarks/series_null.py [--runs 1000]
Writes benchmarks/results/series.csv.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import statsmodels.api as sm
from scipy import stats

from auditor.stats.classes.randomisation import randomise_classes
from auditor.stats.classes.ratios import ClassRatios, place_variance
from auditor.stats.series.change import less, level_change, rank_change, rougher, slope_change
from auditor.stats.series.classes import class_changes

RESULTS = Path(__file__).resolve().parent / "results" / "series.csv"
LEVEL, PLACES = 0.05, 41
Row = dict[str, float | str | int]


@dataclass(frozen=True)
class Cell:
    """One scenario."""

    months: int
    start: int
    rho: float
    effect: float = 0.0
    sd: float = 0.15
    larger: float = 1.0
    rougher: float = 0.0
    label: str = "as the comparison places"


def autoregressive(rng: np.random.Generator, rho: float, shape: tuple[int, int]) -> np.ndarray:
    state = rng.standard_normal(shape)
    for t in range(1, shape[1]):
        state[:, t] = rho * state[:, t - 1] + math.sqrt(1 - rho * rho) * state[:, t]
    return state


def season(rng: np.random.Generator, months: int) -> np.ndarray:
    t = np.arange(months)
    return rng.uniform(0, 0.3, (PLACES, 1)) * np.cos(2 * np.pi * (t - rng.uniform(0, 12, (PLACES, 1))) / 12)


def trend(rng: np.random.Generator, months: int) -> np.ndarray:
    return rng.uniform(-0.03, 0.03, (PLACES, 1)) * (np.arange(months) - months / 2) / 12


def draw(rng: np.random.Generator, cell: Cell) -> tuple[np.ndarray, ...]:
    """Focal and reference counts, discretionary then serious, (41, T) each; the tested place stands first."""
    months = cell.months
    focal = rng.uniform(20, 60, (PLACES, 1))
    focal[0] *= cell.larger
    other = focal * rng.lognormal(math.log(2), 0.4, (PLACES, 1))
    jump = np.where(np.arange(months) >= rng.integers(6, months - 6), math.log(1.2), 0.0)
    noise = cell.sd * autoregressive(rng, cell.rho, (PLACES, months))
    if cell.rougher:
        noise[:1] = cell.rougher * autoregressive(rng, 0.6, (1, months))
    both = season(rng, months) + trend(rng, months)
    effect = np.zeros((PLACES, months))
    effect[0, cell.start :] = cell.effect
    drift = [trend(rng, months) for _ in range(2)]
    waves = [season(rng, months) for _ in range(2)]
    return (
        rng.poisson(focal * np.exp(both + noise + drift[0] + jump + effect)).astype(float),
        rng.poisson(other * np.exp(waves[0] + drift[1] + jump)).astype(float),
        rng.poisson(focal / 2 * np.exp(both + jump)).astype(float),
        rng.poisson(other / 2 * np.exp(waves[1] + jump)).astype(float),
    )


def randomised(counts: tuple[np.ndarray, ...], start: int) -> float:
    h, w, hs, ws = counts
    change = less(level_change(h, h + w, start), level_change(hs, hs + ws, start))
    free = less(slope_change(h, h + w, start), slope_change(hs, hs + ws, start))
    if rougher((free.natural[0], free.dispersion[0]), (free.natural[1:], free.dispersion[1:])):
        return float("nan")
    statistic = change.statistic
    return float(rank_change(change.estimate[:1], change.se[:1], statistic[1:]).greater[0])


def newey_west(counts: tuple[np.ndarray, ...], start: int) -> tuple[float, float]:
    """One-sided and two-sided p of the step in least squares with season and trend, HAC errors with four lags."""
    h, w, *_ = (c[0] for c in counts)
    t = np.arange(len(h))
    waves = [f(2 * np.pi * k * t / 12) for k in (1, 2) for f in (np.sin, np.cos)]
    x = np.column_stack([np.ones(len(t)), *waves, t / 12, t >= start])
    y = np.log((h + 0.5) / (w + 0.5))
    fit = sm.OLS(y, x).fit(cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": True})
    z = float(fit.params[-1] / fit.bse[-1])
    return float(stats.norm.sf(z)), float(2 * stats.norm.sf(abs(z)))


def series_cell(cell: Cell, runs: int, seed: int) -> Row:
    rng, began = np.random.default_rng(seed), time.process_time()
    ours, usual, both = np.zeros(runs), np.zeros(runs), np.zeros(runs)
    for run in range(runs):
        counts = draw(rng, cell)
        ours[run] = randomised(counts, cell.start)
        usual[run], both[run] = newey_west(counts, cell.start)
    share = float((ours <= LEVEL).mean())  # a place that is withheld is not rejected
    return {
        "design": "series",
        "months": cell.months,
        "start": cell.start,
        "rho": cell.rho,
        "tested_place": cell.label,
        "true_ratio": round(math.exp(cell.effect), 3),
        "runs": runs,
        "rejected": share,
        "mcse": round(math.sqrt(share * (1 - share) / runs), 4),
        "newey_west_one_sided": float((usual <= LEVEL).mean()),
        "newey_west_two_sided": float((both <= LEVEL).mean()),
        "withheld": float(np.isnan(ours).mean()),
        "seconds_a_run": round((time.process_time() - began) / runs, 4),
        "seed": seed,
    }


def class_cell(common: float, effect: float, natural: float, scale: float, runs: int, seed: int) -> Row:
    """Eight serious and seven discretionary classes of one place, 36 months before and 36 after, all relabellings."""
    rng, began = np.random.default_rng(seed), time.process_time()
    side = np.array([-1] * 8 + [1] * 7)
    # Arrests of a class in three years; offence mixes of places differ (SD .5 on the log scale).
    usual = 36 * np.array([0.3, 0.5, 1.5, 4, 3, 0.3, 1, 9, 9, 5, 6, 5, 4, 8, 2]) * scale
    before = np.empty((runs, 15, 2))
    after = np.empty((runs, 15, 2))
    for run in range(runs):
        level = usual * np.exp(rng.normal(0, 0.5, 15))
        moved = rng.normal(0, natural, (15, 2)) + rng.normal(0, 0.1, 2)
        moved[side > 0, 0] += effect + rng.normal(0, common)
        pair = np.column_stack([level, 2 * level])
        before[run], after[run] = rng.poisson(pair), rng.poisson(pair * np.exp(moved))
    p = np.empty(runs)
    for run in range(runs):
        changes = class_changes(before[[run]], after[[run]], np.ones((1, 15), dtype=bool), 5.0)
        found = place_variance(changes.change, ClassRatios(changes.change, changes.variance, changes.use))
        p[run] = randomise_classes(changes.change, changes.variance, changes.use, side, found).p_greater[0]
    share = float((p <= LEVEL).mean())
    return {
        "design": "classes",
        "months": 72,
        "start": 36,
        "rho": "",
        "tested_place": f"alone; natural SD {natural:g} per class and group; common factor SD {common:g}; x{scale:g}",
        "true_ratio": round(math.exp(effect), 3),
        "runs": runs,
        "rejected": share,
        "mcse": round(math.sqrt(share * (1 - share) / runs), 4),
        "newey_west_one_sided": "",
        "newey_west_two_sided": "",
        "withheld": "",
        "seconds_a_run": round((time.process_time() - began) / runs, 4),
        "seed": seed,
    }


def cells() -> Iterator[Cell]:
    for months, start in ((36, 24), (72, 36)):
        for rho in (0.0, 0.3, 0.6):
            for effect in (0.0, math.log(1.5)):
                yield Cell(months, start, rho, effect)
    base = Cell(72, 36, 0.3)
    yield replace(base, larger=5.0, label="five times as large")
    yield replace(base, larger=0.4, label="two fifths as large")
    yield replace(base, rougher=0.15, label="autocorrelation .6 among .3")
    yield replace(base, rougher=0.3, label="noise SD .30 and autocorrelation .6 among SD .15 and .3")


#: Common factor SD, log effect, natural SD of a class and group, size of the place.
PLAN = [
    (0.0, 0.0, 0.15, 1.0),
    (0.0, 0.0, 0.25, 1.0),
    (0.0, 0.0, 0.25, 5.0),
    (0.1, 0.0, 0.15, 1.0),
    (0.2, 0.0, 0.15, 1.0),
    (0.2, 0.0, 0.25, 1.0),
    (0.2, 0.0, 0.25, 5.0),
    (0.0, math.log(1.5), 0.15, 1.0),
    (0.0, math.log(1.5), 0.25, 1.0),
    (0.0, math.log(1.5), 0.15, 5.0),
    (0.0, math.log(2), 0.15, 1.0),
    (0.0, math.log(2), 0.25, 5.0),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--only", choices=("series", "classes"), help="measure one design, keep the other's rows")
    asked = parser.parse_args()
    runs, kept = asked.runs, []
    if asked.only:
        with RESULTS.open(encoding="utf-8") as file:
            kept = [row for row in csv.DictReader(file) if row["design"] != asked.only]
    warnings.simplefilter("error")
    rows: list[Row] = []
    if asked.only != "classes":
        rows = [series_cell(cell, runs, 4100 + i) for i, cell in enumerate(cells())]
    if asked.only != "series":
        rows += [class_cell(*cell, runs, 4200 + i) for i, cell in enumerate(PLAN)]
    rows = sorted([*rows, *kept], key=lambda row: row["design"] == "classes")
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for row in rows:
        print(*row.values(), sep="\t")


if __name__ == "__main__":
    main()
