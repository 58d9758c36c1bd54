"""Error rate, coverage and power within persons, over a generator that shares no code with the library.

Persons are met two to five times and perceived as of the focal group on each occasion with a probability of their own
(uniform); a search follows with a probability of their own (beta) that rises with how they are mostly perceived, which
is no effect of perception. Where there is one, being perceived as focal multiplies it. Tests are one-sided at .05 each
way, and two-sided; the interval is that of the ratio.

Run: OMP_NUM_THREADS=1 python benchmarks/person_null.py [--runs 4000]
Writes benchmarks/results/person_null.csv.
"""

from __future__ import annotations

import argparse
import csv
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from auditor.stats.strata.person_fixed_effects import person_effect
from auditor.stats.strata.person_ratio import person_ratio

RESULTS = Path(__file__).resolve().parent / "results" / "person_null.csv"
LEVEL, AT_ONCE = 0.05, 500


@dataclass(frozen=True)
class Cell:
    """One scenario: persons of a place, usual chance of a search, how unlike persons are, ratio."""

    persons: int = 300
    searched: float = 0.2
    alike: float = 5.0
    ratio: float = 1.0


CELLS = [
    Cell(),
    Cell(persons=60),
    Cell(persons=2000, searched=0.02),
    Cell(persons=2000, searched=0.02, alike=50.0),
    Cell(ratio=1.5),
    Cell(persons=60, ratio=2.0),
    Cell(persons=2000, searched=0.02, ratio=1.5),
    Cell(persons=7500, searched=0.016, alike=20.0, ratio=1.17),
]


def draw(rng: np.random.Generator, cell: Cell, places: int) -> tuple[np.ndarray, ...]:
    """Sums of each person, and the person's place."""
    people = cell.persons * places
    met, leaning = rng.integers(2, 6, people), rng.random(people)
    usual = cell.searched * (0.5 + leaning)
    own = np.minimum(rng.beta(cell.alike * usual, cell.alike * (1 - usual)), 1 / cell.ratio)
    focal = rng.binomial(met, leaning)
    both = rng.binomial(focal, own * cell.ratio)
    return both, focal, both + rng.binomial(met - focal, own), met, np.repeat(np.arange(places), cell.persons)


def measure(cell: Cell, runs: int, seed: int) -> dict[str, object]:
    rng = np.random.default_rng(seed)
    p, covered = [], []
    for _ in range(math.ceil(runs / AT_ONCE)):
        units = draw(rng, cell, AT_ONCE)
        effect = person_effect(*units, AT_ONCE)
        ratio = person_ratio(*units, AT_ONCE, df=effect.df)
        p.append(np.stack([effect.shuffled.p_greater, effect.shuffled.p_less]))
        covered.append((ratio.low <= cell.ratio) & (cell.ratio <= ratio.high))
    tails = np.concatenate(p, axis=1)
    rejected, both = (tails <= LEVEL).mean(axis=1), float((2 * tails.min(axis=0) <= LEVEL).mean())
    return asdict(cell) | {
        "runs": tails.shape[1],
        "rejected_greater": round(float(rejected[0]), 4),
        "rejected_less": round(float(rejected[1]), 4),
        "rejected_either": round(both, 4),
        "mcse": round(math.sqrt(both * (1 - both) / tails.shape[1]), 4),
        "coverage_of_95_per_cent": round(float(np.concatenate(covered).mean()), 4),
        "seed": seed,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=4000)
    runs = parser.parse_args().runs
    rows = []
    for at, cell in enumerate(CELLS):
        rows.append(measure(cell, min(runs, 1000) if cell.persons > 5000 else runs, 4700 + at))
        print(*rows[-1].values(), sep="\t", flush=True)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
