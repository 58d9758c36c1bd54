"""Error rate and power of the randomisation of operation days, over a generator that shares no code with the library.

A year of days; stops are Poisson about 8 times a lognormal factor (SD .4 on the log scale), more on operation days;
the focal share is beta-binomial about a quarter, with the stated correlation of stops of one day, season and trend.
Operation days fall at random or every week in a run. Tests are one-sided at .05 each way, and two-sided.

With officers: twelve officers, each on duty on half of the ordinary days, with log odds of their own (SD .5); only six
of them, those with the highest, take part in operations. "known" compares each officer with himself; "unknown" takes
all stops of a day together, and mistakes who was on duty for what the operation did.

Runs: operations last several days (`length`), or fall on Monday, Wednesday and Friday of a week ("mwf"), and days share
what a week brings (`weekly`: SD of the log odds of a week that begins on some day of it) or drift from day to day
(`drift`: SD of a first-order autoregression with `keep` as its coefficient). `taken` says whether the days of a run are
taken together, as the signal does, or one by one, as it did before. Rows from seed 4618 on.

Run: OMP_NUM_THREADS=1 python benchmarks/days_null.py [--runs 1000] [--cells 18 19]
Writes benchmarks/results/days_null.csv.
"""

from __future__ import annotations

import argparse
import csv
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from auditor.stats.days.matching import matched_days, matched_runs
from auditor.stats.days.randomisation import OperationDays, randomise_days

RESULTS = Path(__file__).resolve().parent / "results" / "days_null.csv"
LEVEL, DAYS = 0.05, 365


@dataclass(frozen=True)
class Cell:
    """One scenario."""

    operations: int = 10
    stops: float = 8.0
    times_as_many: float = 3.0
    correlation: float = 0.03
    trend: float = 0.0
    season: float = 0.0
    in_a_run: bool = False
    log_odds_ratio: float = 0.0
    officers: str = ""
    length: str = "1"
    weekly: float = 0.0
    drift: float = 0.0
    keep: float = 0.0
    taken: str = "together"


CELLS = [
    Cell(),
    Cell(correlation=0.0),
    Cell(correlation=0.1),
    Cell(times_as_many=8.0),
    Cell(times_as_many=8.0, correlation=0.1),
    Cell(times_as_many=1.0),
    Cell(operations=5, stops=3.0),
    Cell(operations=40, correlation=0.1),
    Cell(trend=1.0, season=0.5),
    Cell(operations=8, in_a_run=True, season=0.5),
    Cell(log_odds_ratio=0.5),
    Cell(operations=20, log_odds_ratio=0.5),
    Cell(officers="known", stops=24.0),
    Cell(officers="unknown", stops=24.0),
    Cell(officers="known", stops=8.0, operations=5),
    Cell(officers="known", stops=24.0, correlation=0.1, season=0.5),
    Cell(officers="known", stops=24.0, operations=8, in_a_run=True),
    Cell(officers="known", stops=24.0, log_odds_ratio=0.5),
    Cell(operations=5, length="3", weekly=0.4, taken="one by one"),
    Cell(operations=5, length="3", weekly=0.4),
    Cell(operations=5, length="3", drift=0.4, keep=0.7),
    Cell(operations=2, length="7", drift=0.4, keep=0.9, taken="one by one"),
    Cell(operations=2, length="7", drift=0.4, keep=0.9),
    Cell(operations=5, length="mwf", weekly=0.4, taken="one by one"),
    Cell(operations=5, length="mwf", weekly=0.4),
    Cell(operations=10, drift=0.4, keep=0.7),
    Cell(operations=5, length="3", log_odds_ratio=0.5, taken="one by one"),
    Cell(operations=5, length="3", log_odds_ratio=0.5),
    Cell(operations=5, length="3", weekly=0.4, officers="known", stops=24.0),
]
OFFICERS, OFFICER_SD = 12, 0.5


def draw_on(rng: np.random.Generator, cell: Cell) -> np.ndarray:
    on = np.zeros(DAYS, dtype=bool)
    if cell.length != "1":
        last = 7 * np.sort(rng.choice(np.arange(4, DAYS // 7 - 4), cell.operations, replace=False)) + rng.integers(7)
        on[(last[:, None] + ([0, 2, 4] if cell.length == "mwf" else np.arange(int(cell.length)))).ravel()] = True
    elif cell.in_a_run:
        on[rng.integers(0, DAYS - 7 * cell.operations) + 7 * np.arange(cell.operations)] = True
    else:
        on[rng.choice(DAYS, cell.operations, replace=False)] = True
    return on


def draw_officers(rng: np.random.Generator, cell: Cell) -> tuple[np.ndarray, ...]:
    """Parts of days by officer; a day's officers share a normal deviation that gives about the stated correlation."""
    on, day, at = draw_on(rng, cell), np.arange(DAYS), np.arange(DAYS) / DAYS
    own = np.sort(rng.normal(0, OFFICER_SD, OFFICERS))
    duty = rng.random((DAYS, OFFICERS)) < 0.5
    duty[on] = np.arange(OFFICERS) >= OFFICERS // 2
    mean = cell.stops / OFFICERS * 2 * np.where(on, cell.times_as_many, 1) * rng.lognormal(0, 0.4, DAYS)
    n = rng.poisson(mean[:, None] * duty)
    # A normal deviation of variance v on the log odds gives a correlation of about v p (1 - p).
    shared = rng.normal(0, math.sqrt(cell.correlation / 0.1875), DAYS)
    eta = -1 + cell.season * np.sin(2 * np.pi * at) + shared + cell.log_odds_ratio * on + near(rng, cell)
    k = rng.binomial(n, 1 / (1 + np.exp(-eta[:, None] - own)))
    which, officer = np.nonzero(n)
    return np.datetime64("2008-01-01") + day, on, k[which, officer], n[which, officer], which, officer


def near(rng: np.random.Generator, cell: Cell) -> np.ndarray:
    """Log odds that days have in common with those near them; nothing is drawn where there is none."""
    found = np.zeros(DAYS)
    if cell.weekly:
        found += rng.normal(0, cell.weekly, DAYS // 7 + 2)[(np.arange(DAYS) + rng.integers(7)) // 7]
    if cell.drift:
        steps = rng.normal(0, cell.drift, DAYS)
        for i in range(1, DAYS):
            steps[i] = cell.keep * steps[i - 1] + math.sqrt(1 - cell.keep**2) * steps[i]
        found += steps
    return found


def compare(rng: np.random.Generator, cell: Cell, seed: int) -> OperationDays:
    if not cell.officers:
        day, on, k, n = draw(rng, cell)
        which, officer = np.arange(DAYS), np.zeros(DAYS, dtype=np.int64)
    else:
        day, on, k, n, which, officer = draw_officers(rng, cell)
    who = officer if cell.officers == "known" else np.zeros_like(officer)
    if cell.taken != "together":
        stratum = matched_days(day, on)[which]
        return randomise_days(k, n, on[which], stratum, day=which, officer=who, draws=999, seed=seed)
    runs = matched_runs(day, on)
    level = runs.level[which] * (OFFICERS + 1) + who
    return randomise_days(
        k, n, on[which], runs.stratum[which], day=runs.unit[which], officer=level, draws=999, seed=seed
    )


def draw(rng: np.random.Generator, cell: Cell) -> tuple[np.ndarray, ...]:
    on = draw_on(rng, cell)
    n = rng.poisson(cell.stops * np.where(on, cell.times_as_many, 1) * rng.lognormal(0, 0.4, DAYS))
    at = np.arange(DAYS) / DAYS
    eta = cell.trend * at + cell.season * np.sin(2 * np.pi * at) + cell.log_odds_ratio * on - 1 + near(rng, cell)
    p = 1 / (1 + np.exp(-eta))
    if cell.correlation:
        spread = (1 - cell.correlation) / cell.correlation
        p = rng.beta(p * spread, (1 - p) * spread)
    return np.datetime64("2008-01-01") + np.arange(DAYS), on, rng.binomial(n, p), n


def measure(cell: Cell, runs: int, seed: int) -> dict[str, object]:
    rng = np.random.default_rng(seed)
    p, covered, refused = [], [], 0
    for run in range(runs):
        try:
            found = compare(rng, cell, run)
        except ValueError:
            refused += 1
            continue
        p.append((found.p_greater, found.p_less))
        covered.append(found.low <= cell.log_odds_ratio <= found.high)
    share = (np.array(p) <= LEVEL).mean(axis=0)
    both = float((2 * np.min(p, axis=1) <= LEVEL).mean())
    return asdict(cell) | {
        "runs": runs,
        "refused": refused,
        "rejected_greater": round(float(share[0]), 4),
        "rejected_less": round(float(share[1]), 4),
        "rejected_either": round(both, 4),
        "mcse": round(math.sqrt(both * (1 - both) / len(p)), 4),
        "coverage_of_95_per_cent": round(float(np.mean(covered)), 4),
        "seed": seed,
    }


def kept() -> dict[int, dict[str, object]]:
    """Rows of the file by seed."""
    with RESULTS.open(encoding="utf-8", newline="") as file:
        return {int(row["seed"]): dict(row) for row in csv.DictReader(file)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--cells", type=int, nargs="*", help="Only these; the other rows of the file are kept.")
    given = parser.parse_args()
    runs, rows = given.runs, kept() if given.cells else {}
    for at, cell in enumerate(CELLS):
        if given.cells and at not in given.cells:
            continue
        rows[4600 + at] = measure(cell, runs, 4600 + at)
        print(*rows[4600 + at].values(), sep="\t", flush=True)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(next(iter(rows.values()))), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[seed] for seed in sorted(rows))


if __name__ == "__main__":
    main()
