"""Error rate of hit-rate under innocent patterns that an opposing expert would name, by a generator of its own.

One agency a place, `searches` searches, a third of the focal group, a hit rate near .3 for both groups. Each scenario
adds one thing for which nobody's treatment of a group is to blame. Where it moves both groups' hit rates alike
("alike": the null of the card holds) the test is to reject in 5 % of places. Where it makes the groups' searches differ
("unlike": the kinds of search, the precinct, the year go with the group) the two hit rates really differ and the test
says so: an assumption of the card fails, and the share of places that are told apart shows what that costs. Officers
and encounters are recorded, the kind of search, the precinct and the year are not used.

Counted over the places measured: rejections at .05, one-sided (in the direction of profiling) and two-sided, and 95 %
intervals that miss 1; then the same one-sided where each officer is held against himself (`within = "officer"` under
[signals.hit-rate], not the default).

Run: OMP_NUM_THREADS=1 python benchmarks/hit_ugly.py [--places 1000]
Writes benchmarks/results/hit_ugly.csv.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from together_null import cells, rejected

from auditor.signals.outcome.hit_rate import SIGNAL

RESULTS = Path(__file__).resolve().parent / "results" / "hit_ugly.csv"
LEVEL, FOCAL, HIT = 0.05, math.log(1 / 2), math.log(0.3 / 0.7)
OFFICERS = 20


def expit(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


@dataclass
class Searches:
    """Searches being drawn: (N,) arrays over them; log odds of the focal group and of a find."""

    rng: np.random.Generator
    place: np.ndarray
    places: int
    officer: np.ndarray
    officers: int
    focal: np.ndarray
    hit: np.ndarray
    encounter: np.ndarray
    year: np.ndarray

    def by_officer(self, values: np.ndarray) -> np.ndarray:
        """Spread (J, officers) values over the searches."""
        return values[self.place, self.officer]


def begin(rng: np.random.Generator, places: int, searches: int, officers: int = OFFICERS, cv: float = 0.7) -> Searches:
    """Searches shared out among officers by a lognormal; everything else alike."""
    place = np.repeat(np.arange(places), searches)
    weight = np.exp(math.sqrt(math.log1p(cv**2)) * rng.standard_normal((places, officers)))
    upto = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    officer = np.minimum((rng.random(len(place))[:, None] > upto[place]).sum(axis=1), officers - 1)
    size = len(place)
    none = np.zeros(size, dtype=np.int64)
    return Searches(
        rng, place, places, officer, officers, np.full(size, FOCAL), np.full(size, HIT), none, none.copy()
    )  # fmt: skip


def kinds(s: Searches, consent: tuple[float, float], per_officer: float) -> None:
    """Consent searches find something in 15 %, searches upon an arrest in 45 %; officers differ in how many they do."""
    focal = s.rng.random(len(s.place)) < expit(s.focal)
    s.focal = np.where(focal, np.inf, -np.inf)
    share = np.where(focal, *(math.log(c / (1 - c)) for c in consent))
    own = s.by_officer(per_officer * s.rng.standard_normal((s.places, s.officers)))
    kind = s.rng.random(len(s.place)) < expit(share + own)
    s.hit = np.where(kind, math.log(0.15 / 0.85), math.log(0.45 / 0.55))


def kinds_alike(s: Searches) -> None:
    kinds(s, (0.6, 0.6), 1.0)


def kinds_unlike(s: Searches) -> None:
    kinds(s, (0.7, 0.55), 1.0)


def dogs(s: Searches) -> None:
    """Two officers with dogs: .6 of their searches find something; whom they are called to is their own (SD .6)."""
    s.focal = s.focal + s.by_officer(0.6 * s.rng.standard_normal((s.places, s.officers)))
    s.hit = np.where(s.officer < 2, math.log(0.6 / 0.4), math.log(0.26 / 0.74))


def dogs_at_border(s: Searches) -> None:
    """The same, but dogs stand where most of those searched are of the focal group (half of them, not a third)."""
    s.focal = np.where(s.officer < 2, 0.0, s.focal)
    s.hit = np.where(s.officer < 2, math.log(0.6 / 0.4), math.log(0.26 / 0.74))


def habit(s: Searches) -> None:
    """One officer writes "found" in 85 % of his searches; whom each officer searches is his own (SD .6)."""
    s.focal = s.focal + s.by_officer(0.6 * s.rng.standard_normal((s.places, s.officers)))
    s.hit = np.where(s.officer == 0, math.log(0.85 / 0.15), math.log(0.27 / 0.73))


def busy_habit(s: Searches) -> None:
    """The same, and he makes a quarter of all searches."""
    s.officer = np.where(s.rng.random(len(s.place)) < 0.22, 0, s.officer)
    habit(s)


def heavy(s: Searches) -> None:
    """Officers' rates and tastes by Student's t on 3 degrees of freedom (SD .4 each)."""
    rate, taste = (0.4 / math.sqrt(3) * s.rng.standard_t(3, (s.places, s.officers)) for _ in range(2))
    s.focal, s.hit = s.focal + s.by_officer(taste), s.hit + s.by_officer(rate)


def cars(s: Searches, minutes_apart: float) -> None:
    """Cars of one to four people of one group with one result; some of them written down minutes apart."""
    size = s.rng.choice(np.arange(1, 5), len(s.place), p=(0.4, 0.3, 0.2, 0.1))
    start = np.cumsum(size)
    car = np.searchsorted(start, np.arange(len(s.place)), side="right")
    first = np.searchsorted(car, car)
    s.place, s.officer = s.place[first], s.officer[first]
    s.focal = np.where((s.rng.random(len(car)) < expit(s.focal))[first], np.inf, -np.inf)
    s.hit = np.where((s.rng.random(len(car)) < expit(s.hit))[first], np.inf, -np.inf)
    alone = (s.rng.random(len(car)) < minutes_apart)[first]
    s.encounter = np.where(alone, 1 + len(car) + np.arange(len(car)), 1 + car)


def cars_told(s: Searches) -> None:
    cars(s, 0.0)


def cars_apart(s: Searches) -> None:
    cars(s, 0.5)


def precincts(s: Searches) -> None:
    """Four precincts that differ in the group's share and in the hit rate (SD .8 and .6); officers stay in theirs."""
    home = s.officer % 4
    share, rate = (sd * s.rng.standard_normal((s.places, 4)) for sd in (0.8, 0.6))
    s.focal, s.hit = s.focal + share[s.place, home], s.hit + rate[s.place, home]


def precincts_unlike(s: Searches) -> None:
    """The same, always the poorer find where most of those searched are of the focal group."""
    home = s.officer % 4
    slope = np.array([-1.0, -0.3, 0.3, 1.0])
    s.focal, s.hit = s.focal + 0.8 * slope[home], s.hit - 0.5 * slope[home]


def trend(s: Searches) -> None:
    """Over three years the hit rate falls (.4 to .2) while the group's share of searches grows (.24 to .43)."""
    s.year = s.rng.integers(0, 3, len(s.place))
    s.hit = np.log(np.array([0.4, 0.3, 0.2]) / np.array([0.6, 0.7, 0.8]))[s.year]
    s.focal = np.log(np.array([0.24, 0.33, 0.43]) / np.array([0.76, 0.67, 0.57]))[s.year]


def turnover(s: Searches) -> None:
    """Half of the officers leave after the first year and as many come; rates and tastes of their own (SD .5)."""
    rate, taste = (0.5 * s.rng.standard_normal((s.places, s.officers)) for _ in range(2))
    s.focal, s.hit = s.focal + s.by_officer(taste), s.hit + s.by_officer(rate)
    s.year = s.rng.integers(0, 3, len(s.place))
    s.year = np.where(s.officer < s.officers // 2, 0, s.year)


Change = Callable[[Searches], None]
SCENARIOS: tuple[tuple[str, str, int, Change, int], ...] = (
    ("nothing", "alike", 600, lambda s: None, 20),
    ("kinds of search, groups alike", "alike", 600, kinds_alike, 20),
    ("kinds of search, groups alike", "alike", 2400, kinds_alike, 20),
    ("kinds of search go with the group", "unlike", 600, kinds_unlike, 20),
    ("two dog units", "alike", 600, dogs, 20),
    ("two dog units", "alike", 2400, dogs, 20),
    ("two dog units", "alike", 2400, dogs, 60),
    ("dog units where the group is", "unlike", 600, dogs_at_border, 20),
    ("one officer's habit", "alike", 600, habit, 12),
    ("one officer's habit", "alike", 2400, habit, 12),
    ("one officer's habit", "alike", 2400, habit, 40),
    ("one busy officer's habit", "alike", 600, busy_habit, 12),
    ("one busy officer's habit", "alike", 2400, busy_habit, 12),
    ("one busy officer's habit", "alike", 2400, busy_habit, 40),
    ("heavy tails of officers", "alike", 600, heavy, 11),
    ("heavy tails of officers", "alike", 2400, heavy, 20),
    ("cars of one to four", "alike", 600, cars_told, 20),
    ("cars, half of them minutes apart", "alike", 600, cars_apart, 20),
    ("cars, half of them minutes apart", "alike", 2400, cars_apart, 20),
    ("precincts at random", "alike", 600, precincts, 20),
    ("precincts at random", "alike", 2400, precincts, 20),
    ("precincts where the group is", "unlike", 600, precincts_unlike, 20),
    ("precincts where the group is", "unlike", 2400, precincts_unlike, 20),
    ("trend of three years", "unlike", 600, trend, 20),
    ("trend of three years", "unlike", 2400, trend, 20),
    ("turnover of officers", "alike", 2400, turnover, 20),
)
"""Name, kind, searches, what is changed, officers."""


def drawn(rng: np.random.Generator, places: int, searches: int, officers: int, change: Change) -> Searches:
    """Searches of a scenario."""
    s = begin(rng, places, searches, officers)
    change(s)
    return s


def measured(name: str, kind: str, searches: int, officers: int, change: Change, places: int, seed: int) -> dict:
    """One row of the table."""
    began = time.process_time()
    rng = np.random.default_rng([20111, seed])
    s = drawn(rng, places, searches, officers, change)
    focal, found = (rng.random(len(s.place)) < expit(odds) for odds in (s.focal, s.hit))
    keys = np.stack([s.place, focal, found, s.encounter, s.officer])
    told, n = np.unique(keys, axis=1, return_counts=True)
    whole = cells("hit-rate", places, told, n.astype(float))
    panel = SIGNAL.measure(whole, SIGNAL.options(), np.random.default_rng(1))
    count, one, two, missed = rejected(panel)
    own = rejected(SIGNAL.measure(whole, SIGNAL.options(within="officer"), np.random.default_rng(1)))[1]
    return {
        "scenario": name, "hit_rates": kind, "searches": searches, "officers": officers, "places": count,
        "one_sided": one, "two_sided": two, "missed": missed, "within_officers": own,
        "cpu_seconds": f"{time.process_time() - began:.1f}",
    }  # fmt: skip


def main() -> None:
    """Measure the scenarios and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--places", type=int, default=1000)
    asked = parser.parse_args()
    rows = []
    with np.errstate(over="ignore"):
        for seed, (name, kind, searches, change, officers) in enumerate(SCENARIOS):
            rows.append(measured(name, kind, searches, officers, change, asked.places, seed))
            print(*rows[-1].values(), sep="\t", flush=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
