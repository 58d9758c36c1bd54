"""Error rate, coverage and power within persons, over a generator that shares no code with the library.

Persons are met two to five times and perceived as of the focal group on each occasion with a probability of their own
(uniform); a search follows with a probability of their own (beta) that rises with how they are mostly perceived, which
is no effect of perception. Where there is one, being perceived as focal multiplies it. Tests are one-sided at .05 each
way, and two-sided; the interval is that of the ratio.

Officers (rows from seed 4708 on): each occasion is with one of so many officers (shares of occasions lognormal with the
stated coefficient of variation), whose log odds of a search, and of writing the focal group down, are normal with the
stated SD and correlation. Nobody treats anybody otherwise for what is written. `held` says whether officers are held
fixed, as the signal does where they are recorded, or not.

Run: OMP_NUM_THREADS=1 python benchmarks/person_null.py [--runs 4000] [--cells 8 9]
Writes benchmarks/results/person_null.csv.
"""

from __future__ import annotations

import argparse
import csv
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from auditor.cells import RowTable
from auditor.signals.persons.counts import occasions
from auditor.signals.persons.measure import fits

RESULTS = Path(__file__).resolve().parent / "results" / "person_null.csv"
LEVEL, AT_ONCE = 0.05, 500
MEASURED = [
    *("runs", "rejected_greater", "rejected_less", "rejected_either", "mcse", "coverage_of_95_per_cent", "seed"),
]


@dataclass(frozen=True)
class Cell:
    """One scenario: persons of a place, usual chance of a search, how unlike persons are, ratio."""

    persons: int = 300
    searched: float = 0.2
    alike: float = 5.0
    ratio: float = 1.0
    officers: int = 0
    spread: float = 0.0
    together: float = 0.0
    size_cv: float = 0.0
    held: bool = False


CELLS = [
    Cell(),
    Cell(persons=60),
    Cell(persons=2000, searched=0.02),
    Cell(persons=2000, searched=0.02, alike=50.0),
    Cell(ratio=1.5),
    Cell(persons=60, ratio=2.0),
    Cell(persons=2000, searched=0.02, ratio=1.5),
    Cell(persons=7500, searched=0.016, alike=20.0, ratio=1.17),
    Cell(officers=20, held=True),
    Cell(persons=60, officers=20, held=True),
    Cell(officers=5, spread=0.8),
    Cell(officers=5, spread=0.8, held=True),
    Cell(officers=10, spread=0.8),
    Cell(officers=10, spread=0.8, held=True),
    Cell(officers=20, spread=0.8, size_cv=1.0),
    Cell(officers=20, spread=0.8, size_cv=1.0, held=True),
    Cell(officers=50, spread=0.8, held=True),
    Cell(officers=10, spread=1.2, together=0.5),
    Cell(officers=10, spread=1.2, together=0.5, held=True),
    Cell(officers=10, spread=0.4),
    Cell(officers=20, ratio=1.5),
    Cell(officers=20, ratio=1.5, held=True),
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


def draw_rows(rng: np.random.Generator, cell: Cell, places: int) -> RowTable:
    """Single occasions, with their officers."""
    people = cell.persons * places
    met, leaning = rng.integers(2, 6, people), rng.normal(0, 1, people)
    usual = rng.normal(math.log(cell.searched / (1 - cell.searched)), 0.5, people)
    who = np.repeat(np.arange(people), met)
    place = who // cell.persons
    weight = np.exp(math.sqrt(math.log1p(cell.size_cv**2)) * rng.standard_normal((places, cell.officers)))
    ends = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)[place, :-1]
    officer = (rng.random((len(who), 1)) > ends).sum(axis=1)
    own = rng.standard_normal((2, places, cell.officers))
    own[1] = cell.together * own[0] + math.sqrt(1 - cell.together**2) * own[1]
    searching, writing = cell.spread * own[:, place, officer]
    focal = rng.random(len(who)) < 1 / (1 + np.exp(-leaning[who] - writing))
    chance = np.minimum(np.where(focal, cell.ratio, 1.0) / (1 + np.exp(-usual[who] - searching)), 1.0)
    columns = {
        "group": np.where(focal, "hispanic", "white").astype(object),
        "person_code": who,
        "searched": (rng.random(len(who)) < chance).astype(np.int64),
        "officer_code": officer if cell.held else np.full(len(who), -1),
    }
    return RowTable(place, columns, np.ones(len(who)))


def units_of(cell: Cell, rng: np.random.Generator, places: int) -> tuple[np.ndarray, ...]:
    """P-values (2, J), low and high limits of the ratio, as the signal makes them."""
    if cell.officers:
        counted = occasions(draw_rows(rng, cell, places), places, ("hispanic", "white"), "searched")
    else:
        both, focal, outcome, size, place = draw(rng, cell, places)
        counted = occasions(_rows(both, focal, outcome, size, place), places, ("hispanic", "white"), "searched")
    effect, ratio = fits(counted, places)
    return np.stack([effect.shuffled.p_greater, effect.shuffled.p_less]), ratio.low, ratio.high


def _rows(both: np.ndarray, focal: np.ndarray, outcome: np.ndarray, size: np.ndarray, place: np.ndarray) -> RowTable:
    kinds = (("hispanic", 1, both), ("hispanic", 0, focal - both), ("white", 1, outcome - both))
    every = (*kinds, ("white", 0, size - focal - outcome + both))
    n = np.concatenate([count for *_, count in every])
    units, used = len(both), n > 0
    columns = {
        "group": np.repeat(np.array([group for group, *_ in every], dtype=object), units),
        "searched": np.repeat([mark for _, mark, _ in every], units),
        "person_code": np.tile(np.arange(units), 4),
        "officer_code": np.full(4 * units, -1),
    }
    columns = {name: values[used] for name, values in columns.items()}
    return RowTable(np.tile(place, 4)[used], columns, n[used].astype(float))


def measure(cell: Cell, runs: int, seed: int) -> dict[str, object]:
    rng = np.random.default_rng(seed)
    p, covered = [], []
    for _ in range(math.ceil(runs / AT_ONCE)):
        tails, low, high = units_of(cell, rng, AT_ONCE)
        p.append(tails)
        covered.append((low <= cell.ratio) & (cell.ratio <= high))
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


def kept() -> dict[int, dict[str, object]]:
    """Rows of the file by seed."""
    with RESULTS.open(encoding="utf-8", newline="") as file:
        return {int(row["seed"]): dict(row) for row in csv.DictReader(file)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=4000)
    parser.add_argument("--cells", type=int, nargs="*", help="Only these; the other rows of the file are kept.")
    given = parser.parse_args()
    rows = kept() if given.cells else {}
    for at, cell in enumerate(CELLS):
        if given.cells and at not in given.cells:
            continue
        rows[4700 + at] = measure(cell, min(given.runs, 1000) if cell.persons > 5000 else given.runs, 4700 + at)
        print(*rows[4700 + at].values(), sep="\t", flush=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(asdict(CELLS[0])) + MEASURED, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[seed] for seed in sorted(rows))


if __name__ == "__main__":
    main()
