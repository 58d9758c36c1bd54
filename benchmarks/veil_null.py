"""Error rate and power of veil-of-darkness as a whole, and what becomes of it where its assumptions fail.

Each replicate is a place with a year of stops (Poisson 4,000, of which some 1,800 lie where light and dark can be
compared) by so many officers, drawn by code that shares nothing with the library: a random intercept of each officer on
the log odds of stopping the focal group (intraclass correlation s2 / (s2 + pi^2 / 3)), officers at hours of their own
and with lognormal shares of the stops (coefficient of variation of sizes), a share that drifts with the clock and the
season. Sunset comes from a declination of one sine, right to some minutes, so the generator's light is not quite the
signal's. The signal sees rows, with its options as shipped: gates, sun, knots, fit, clustered error, placebos.

`officers and days`: days too have a random intercept (365 of them), and the error is looked at by officer alone, by day
alone, and as the signal does, by both, the wider interval deciding. The rows before these were measured with officers
alone (`cluster`): the wider of two intervals rejects no more often.

Scenarios beside the null: `daylight` an effect of daylight; `street lights` the same, but seven of ten stops after dark
are made under lamps; `seasonal mix` a wave of the year (half a unit of log odds each way); `harvest` eight weeks of
autumn with 0.8 more; `harvest evenings` the same, after 18:30 only; `follows the sun` a share that falls by .006 a
minute through four hours around sunset, with nothing to do with sight.

Run: OMP_NUM_THREADS=1 python benchmarks/veil_null.py [--runs 1000] [--cells 0-3]
Writes benchmarks/results/veil_null.csv: shares rejected one-sided and two-sided at .05 among those tested, how many of
the replicates the placebos mark, how many of those rejected upwards they leave unmarked, and how often officers decide.
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

from auditor.cells import Cells, RowTable, table
from auditor.signals.signal import Panel
from auditor.signals.visibility.veil_of_darkness import SIGNAL

RESULTS = Path(__file__).resolve().parent / "results" / "veil_null.csv"
BATCH, STOPS, LEVEL, SEED = 50, 4000, 0.05, 8100
COUNTY, LATITUDE, LONGITUDE = "48453", 30.33, -97.78
YEAR = np.datetime64("2018-01-01")
SPRING, AUTUMN = 69, 307
"""Days of 2018 on which the clock was changed: 11 March and 4 November."""
KEYS = ("event", "group", "group_source")


@dataclass(frozen=True)
class Cell:
    """One scenario."""

    scenario: str
    officers: int
    cv: float
    icc: float
    effect: float = 0.0
    day_icc: float = 0.0
    cluster: str = "auto"


def sunset(day: np.ndarray) -> np.ndarray:
    """Minutes by the local clock: hour angle of one declination, the equation of time in two sines."""
    turn = 2 * np.pi * (day - 81) / 365
    declination = np.radians(23.44) * np.sin(turn)
    angle = np.degrees(np.arccos(-np.tan(np.radians(LATITUDE)) * np.tan(declination)))
    equation = 9.87 * np.sin(2 * turn) - 7.53 * np.cos(turn) - 1.5 * np.sin(turn)
    saving = 60 * ((day >= SPRING) & (day < AUTUMN))
    return 720 - equation - 4 * (LONGITUDE + 90) + 4 * angle + 4 + saving


def logit_of(cell: Cell, rng: np.random.Generator, day: np.ndarray, minute: np.ndarray) -> np.ndarray:
    light = minute < sunset(day)
    harvest = (day >= 230) & (day < 286)
    clock = -0.4 + 0.4 * np.sin((minute - 1050) / 60)
    if cell.scenario == "daylight":
        return clock + cell.effect * light
    if cell.scenario == "street lights":
        return clock + cell.effect * (light | (rng.random(len(day)) < 0.7))
    if cell.scenario == "seasonal mix":
        return clock + 0.5 * np.cos(2 * np.pi * (day - 200) / 365)
    if cell.scenario == "harvest":
        return clock + 0.8 * harvest
    if cell.scenario == "harvest evenings":
        return clock + 0.8 * (harvest & (minute >= 1110))
    if cell.scenario == "follows the sun":
        return clock - 0.006 * np.clip(minute - sunset(day), -120, 120)
    return clock + 0.2 * np.cos(2 * np.pi * day / 365)


def draw(cell: Cell, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Stops of one place, each a row."""
    spread = math.sqrt(math.log1p(cell.cv**2))
    share = np.exp(spread * rng.standard_normal(cell.officers))
    total = rng.poisson(STOPS)
    officer = rng.choice(cell.officers, total, p=share / share.sum())
    centre = 1120 + 60 * rng.standard_normal(cell.officers)
    minute = np.clip(np.rint(centre[officer] + 90 * rng.standard_normal(total)), 850, 1430).astype(int)
    day = rng.integers(0, 365, total)
    log_odds = logit_of(cell, rng, day, minute)
    for icc, who, size in ((cell.icc, officer, cell.officers), (cell.day_icc, day, 365)):
        log_odds = log_odds + math.sqrt(icc / (1 - icc) * math.pi**2 / 3) * rng.standard_normal(size)[who]
    focal = rng.random(total) < 1 / (1 + np.exp(-log_odds))
    # Other hours, so that the quiet ones are those of a night.
    hours = np.arange(6 * 60, 14 * 60, 5)
    more = len(hours)
    return {
        "group": np.concatenate([np.where(focal, "hispanic", "white"), np.full(more, "white")]).astype(object),
        "minute": np.concatenate([minute, hours]),
        "evening_day": np.concatenate([YEAR + day, np.full(more, np.datetime64("NaT"), dtype="datetime64[D]")]),
        "evening_officer": np.concatenate([officer, np.full(more, -1)]),
        "n": np.concatenate([np.ones(total), np.full(more, 20.0)]),
    }


def cells_of(cell: Cell, rng: np.random.Generator) -> Cells:
    drawn = [draw(cell, rng) for _ in range(BATCH)]
    index = np.repeat(np.arange(BATCH), [len(each["n"]) for each in drawn])
    columns = {name: np.concatenate([each[name] for each in drawn]) for name in drawn[0]}
    n = columns.pop("n")
    blank = np.full(len(n), "", dtype=object)
    columns |= {"event": np.full(len(n), "stop", dtype=object), "group_source": blank, "agency": blank}
    ids = tuple(f"local:{i:03d}" for i in range(BATCH))
    none = table([], ids, ("universe", "group"))
    return Cells(
        ids, ids, ("",) * BATCH, (COUNTY,) * BATCH, table([], ids, KEYS), none, (), table([], (), KEYS),
        ("hispanic",), "white", rows=RowTable(index, columns, n),
    )  # fmt: skip


def measure(cell: Cell, runs: int, seed: int) -> dict[str, object]:
    rng, began = np.random.default_rng(seed), time.process_time()
    options = SIGNAL.options(cluster=cell.cluster)
    panels = [SIGNAL.measure(cells_of(cell, rng), options, rng) for _ in range(math.ceil(runs / BATCH))]
    tested = _stack(panels, "testable")
    greater, less = _stack(panels, "p_greater")[tested], _stack(panels, "p_less")[tested]
    marked = np.concatenate([panel.notes["veil-of-darkness.caveat-placebo"][:, 0] for panel in panels])[tested]
    by_officer = np.concatenate([panel.notes["veil-of-darkness.caveat-officers-decide"][:, 0] for panel in panels])
    change = np.concatenate([panel.p_greater[:, 1] for panel in panels])[tested]
    up = greater <= LEVEL
    two = 2 * np.minimum(greater, less) <= LEVEL
    low, high = _stack(panels, "low")[tested], _stack(panels, "high")[tested]
    truth = math.exp(cell.effect)
    return {
        "scenario": cell.scenario,
        "officers": cell.officers,
        "size_cv": cell.cv,
        "icc": cell.icc,
        "day_icc": cell.day_icc,
        "cluster": cell.cluster,
        "log_odds_ratio": cell.effect,
        "runs": BATCH * len(panels),
        "tested": int(tested.sum()),
        "rejected": round(float(two.mean()), 4),
        "mcse": round(math.sqrt(two.mean() * (1 - two.mean()) / len(two)), 4),
        "rejected_greater": round(float(up.mean()), 4),
        "rejected_less": round(float((less <= LEVEL).mean()), 4),
        "covered": round(float(((low <= truth) & (truth <= high)).mean()), 4),
        "median_ratio": round(float(np.median(_stack(panels, "estimate")[tested])), 3),
        "placebo_fired": round(float(marked.mean()), 4),
        "rejected_greater_unmarked": round(float((up & ~marked).mean()), 4),
        "officers_decide": round(float(by_officer[tested].mean()), 3),
        "clock_change_rejected_greater": round(float(np.mean(change[np.isfinite(change)] <= LEVEL)), 4),
        "median_stops": int(np.median((_stack(panels, "n") + _stack(panels, "comparator_n"))[tested])),
        "seconds": round(time.process_time() - began, 1),
        "seed": seed,
    }


def _stack(panels: list[Panel], name: str) -> np.ndarray:
    return np.concatenate([getattr(panel, name)[:, 0] for panel in panels])


def cells() -> Iterator[Cell]:
    for officers in (10, 20, 50):
        for cv in (0.0, 1.0):
            for icc in (0.02, 0.1):
                yield Cell("null", officers, cv, icc)
    for effect in (0.4, 0.8):
        yield Cell("daylight", 30, 1.0, 0.02, effect)
        yield Cell("street lights", 30, 1.0, 0.02, effect)
    for scenario in ("seasonal mix", "harvest", "harvest evenings", "follows the sun"):
        yield Cell(scenario, 30, 1.0, 0.02)
    for officers in (10, 20, 50):
        for cluster in ("officer", "day", "auto"):
            yield Cell("officers and days", officers, 1.0, 0.02, day_icc=0.1, cluster=cluster)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--cells", default="", help="which rows to measure again, such as 0-3; all without it")
    args = parser.parse_args()
    every = list(cells())
    first, _, last = (args.cells or f"0-{len(every) - 1}").partition("-")
    kept = {}
    if args.cells and RESULTS.exists():
        with RESULTS.open(newline="") as handle:
            kept = {int(row["seed"]): row for row in csv.DictReader(handle)}
    for at in range(int(first), int(last or first) + 1):
        kept[SEED + at] = measure(every[at], args.runs, SEED + at)
        print(kept[SEED + at], flush=True)
        with RESULTS.open("w", newline="") as handle:
            writer = csv.DictWriter(handle, fieldnames=list(kept[SEED + at]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(kept[seed] for seed in sorted(kept))


if __name__ == "__main__":
    main()
