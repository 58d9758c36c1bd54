"""How often the staggered roll-out finds something when nothing happened, and what it makes of effects that differ.

    python benchmarks/rollout_null.py [--runs 1000]

Counts of two groups and two kinds of offences are drawn for every place and month (Poisson; natural differences of SD
0.25 on the log between places for each count; AR(1) noise on the log of each count; a season of its own in every place,
amplitude up to 30 %), added up to quarters and passed through the size gate, the precision weights and the estimates of
the signal activation-rollout (event-time bands with 199 draws). The generator shares no code with the library.

Null cells: six waves, AR(1) 0, 0.3 and 0.6, with and without a season, two designs. Reported: size at 5 % of the mean
effect (two-sided), of the trend test and of the joint Wald test; the share of runs in which all simultaneous bands hold
0; beside them the size of the Wald test against chi-squared, as R's did prints it. Effect cells (calibration
scenario 15): the log effect 0.3 differs by +-50 % between waves and by +-50 % between places, constant or growing with
time since the start; reported are the shares of runs with an estimate below 0, also for the two-way fixed-effects
regression, the mean of each over the truth, and the coverage of the interval and of the simultaneous bands.

Writes benchmarks/results/rollout_null.csv and benchmarks/results/rollout_effects.csv.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import math
import os
import time
from collections.abc import Iterable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from scipy.stats import chi2

from auditor.signals.rollout.estimate import Settings, effects_of, estimate
from auditor.stats.rollout.aggregate import aggregate
from auditor.stats.rollout.outcome import large_enough

ROOT = Path(__file__).resolve().parents[1]
COMMAND = "python benchmarks/rollout_null.py"
MONTHS, QUARTER, WAVES = 72, 3, 6
SETTINGS = Settings(draws=199)
DESIGNS = {"6 waves of 12, 24 later": (12, 24), "6 waves of 6, none later": (6, 0)}


@dataclasses.dataclass(frozen=True)
class World:
    """One cell of the grid."""

    each: int
    later: int
    rho: float
    season: bool
    effect: float = 0.0
    growing: bool = False
    early_larger: bool = False


def starts(world: World) -> np.ndarray:
    waves = 24 + 5 * np.arange(WAVES)
    return np.concatenate([np.repeat(waves, world.each).astype(float), np.full(world.later, np.inf)])


def wave_effects(world: World) -> np.ndarray:
    """Mean log effect of each wave: from -50 % to +50 %; the early waves have the larger ones, or they are mixed."""
    spread = np.linspace(1.5, 0.5, WAVES)
    return world.effect * (spread if world.early_larger else spread[[0, 5, 1, 4, 2, 3]])


def shape(world: World, since: np.ndarray) -> np.ndarray:
    """What of its full effect a place bears so many months after its start: all at once, or 4 % more every month."""
    late = since >= 0
    return np.where(late, 0.04 * (since + 1) if world.growing else 1.0, 0.0)


def noise(rng: np.random.Generator, places: int, rho: float) -> np.ndarray:
    e = rng.normal(0, 0.15, (places, MONTHS))
    e[:, 0] /= math.sqrt(1 - rho**2)
    for t in range(1, MONTHS):
        e[:, t] += rho * e[:, t - 1]
    return e


def draw(world: World, rng: np.random.Generator) -> np.ndarray:
    """Quarterly counts (4, J, T): H_d, W_s, W_d, H_s."""
    first, month = starts(world), np.arange(MONTHS)
    places = len(first)
    size = np.log(20) + rng.normal(0, 0.8, places)
    own = np.repeat(wave_effects(world), world.each) * rng.uniform(0.5, 1.5, world.each * WAVES)
    own = np.concatenate([own, np.zeros(world.later)])
    since = np.where(np.isfinite(first)[:, None], month - np.where(np.isfinite(first), first, 0)[:, None], -1.0)
    counts = []
    for k, level in enumerate(np.log([1.0, 1.2, 1.6, 0.8])):
        mean = (size + level + rng.normal(0, 0.25, places))[:, None] + noise(rng, places, world.rho)
        if world.season:
            swing = rng.uniform(0, 0.3, places)[:, None]
            mean += swing * np.cos(2 * np.pi * (month - rng.uniform(0, 12, places)[:, None]) / 12)
        if k == 0:
            mean += own[:, None] * shape(world, since)
        counts.append(rng.poisson(np.exp(mean)))
    return np.array(counts, dtype=float).reshape(4, places, MONTHS // QUARTER, QUARTER).sum(axis=3)


def two_way(parts: np.ndarray, first: np.ndarray) -> float:
    """Coefficient of the two-way fixed-effects regression on a balanced panel."""
    y = np.log((parts[0] + 0.5) * (parts[1] + 0.5) / ((parts[2] + 0.5) * (parts[3] + 0.5)))
    d = (np.arange(y.shape[1]) >= first[:, None]).astype(float)

    def apart(a: np.ndarray) -> np.ndarray:
        return a - a.mean(axis=1, keepdims=True) - a.mean(axis=0) + a.mean()

    return float((apart(d) * y).sum() / (apart(d) * d).sum())


def one(world: World, rng: np.random.Generator) -> dict[str, float]:
    parts, first = draw(world, rng), np.floor(starts(world) / QUARTER)
    window = np.arange(parts.shape[2]) < first.min()
    kept = large_enough(parts, window, 5.0)
    parts, first = parts[:, kept], first[kept]
    effects = effects_of(parts, first, window, SETTINGS)
    found = estimate(effects, SETTINGS, rng)
    assert found is not None
    assert found.trend is not None
    truth = true_effects(world, effects.cohort, effects.period)
    right = dataclasses.replace(effects, att=truth)
    mean, event = aggregate(right).overall, aggregate(right, "event", window=(-8, 8)).att
    band, wald = found.event_bands, found.wald
    return {
        "size": abs(found.mean.value - mean) > found.mean.high - found.mean.value,
        "trend": found.trend <= 0.05,
        "wald": wald is not None and wald.p_value <= 0.05,
        "wald_chi2": wald is not None and chi2.sf(wald.statistic, wald.restrictions) <= 0.05,
        "bands": bool(((band.low <= event) & (event <= band.high)).all()),
        "estimate": found.mean.value,
        "truth": mean,
        "reversed": found.mean.high < 0,
        "two_way": two_way(parts, first),
        "error": found.mean.se,
    }


def true_effects(world: World, cohort: np.ndarray, period: np.ndarray) -> np.ndarray:
    """Mean true log effect of each cell: the wave's own, averaged over the months of the quarter; 0 before."""
    month = (24 + 5 * np.arange(WAVES)).astype(float)
    quarter = np.floor(month / QUARTER)
    result = np.zeros(len(cohort))
    for wave in range(WAVES):
        for c in np.flatnonzero((cohort == quarter[wave]) & (period >= cohort)):
            inside = period[c] * QUARTER + np.arange(QUARTER) - month[wave]
            result[c] = wave_effects(world)[wave] * shape(world, inside).mean()
    return result


def share(values: Iterable[float]) -> str:
    return f"{np.mean(list(values)):.3f}"


def run(world: World, runs: int, seed: int) -> list[dict[str, float]]:
    rng = np.random.default_rng([seed, 1509])
    return [one(world, rng) for _ in range(runs)]


def null_table(runs: int) -> list[dict[str, str]]:
    rows = []
    for name, (each, later) in DESIGNS.items():
        for rho in (0.0, 0.3, 0.6):
            for season in (False, True):
                start = time.time()
                found = run(World(each, later, rho, season), runs, len(rows))
                slack = 2 * math.sqrt(0.05 * 0.95 / runs)
                row = {
                    "design": name,
                    "rho": str(rho),
                    "season": "yes" if season else "no",
                    "runs": str(runs),
                    "mean_effect_size": share(r["size"] for r in found),
                    "trend_test_size": share(r["trend"] for r in found),
                    "wald_size": share(r["wald"] for r in found),
                    "bands_hold": share(r["bands"] for r in found),
                    "wald_chi2_size": share(r["wald_chi2"] for r in found),
                    "limit": f"{0.05 + slack:.3f}",
                    "command": COMMAND,
                }
                rows.append(row)
                print(row, f"{time.time() - start:.0f} s", flush=True)
    return rows


def effect_table(runs: int) -> list[dict[str, str]]:
    worlds = {
        "constant, waves mixed": World(12, 24, 0.3, True, 0.3),
        "constant, early waves larger": World(12, 24, 0.3, True, 0.3, early_larger=True),
        "growing, early waves larger": World(12, 24, 0.3, True, 0.3, growing=True, early_larger=True),
        "growing, early waves larger, none later": World(12, 0, 0.3, True, 0.3, growing=True, early_larger=True),
    }
    rows = []
    for name, world in worlds.items():
        found = run(world, runs, 100 + len(rows))
        ratio = [r["estimate"] / r["truth"] for r in found]
        row = {
            "effects": name,
            "runs": str(runs),
            "truth": share(r["truth"] for r in found),
            "below_zero": share(r["estimate"] < 0 for r in found),
            "interval_below_zero": share(r["reversed"] for r in found),
            "estimate_over_truth": share(ratio),
            "interval_covers": share(not r["size"] for r in found),
            "bands_cover": share(r["bands"] for r in found),
            "two_way_below_zero": share(r["two_way"] < 0 for r in found),
            "two_way_over_truth": share(r["two_way"] / r["truth"] for r in found),
            "command": COMMAND,
        }
        rows.append(row)
        print(row, flush=True)
    return rows


def write(name: str, rows: list[dict[str, str]]) -> None:
    target = ROOT / "benchmarks" / "results" / name
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    runs = parser.parse_args().runs
    write("rollout_null.csv", null_table(runs))
    write("rollout_effects.csv", effect_table(runs))


if __name__ == "__main__":
    main()
