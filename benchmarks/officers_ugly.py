"""False flags of officer-benchmark under innocent patterns that an opposing expert would name, by its own generator.

Agencies of 12 to 60 officers with some 150 stops each (lognormal, SD .5 on the log) over a year, in four squares of the
map, by day and night, for four classes of offence; natural differences between officers of SD .1 on the log odds unless
the scenario says otherwise. No officer treats anybody differently; what moves the share of the group is in the column
`scenario`. "Recorded" means that the records' time, square or offence tell it, "hidden" that nothing does.

Counted: the share of agencies compared in which any officer stands out (at the signal's rate of .1, the most that is
promised), flags per 100 officers compared, and how often the 95 % limits of the spread leave out 1 (they are to:
officers do differ in all rows but the first).

Run: OMP_NUM_THREADS=1 python benchmarks/officers_ugly.py [--agencies 200] [--large 60] [--more]
Writes benchmarks/results/officers_ugly.csv.
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
from scipy.special import expit

from auditor.signals.exposure.officer_benchmark import OfficerBenchmarkOptions, find_officers
from auditor.signals.officers.draw import cells_of

RESULTS = Path(__file__).resolve().parent / "results" / "officers_ugly.csv"
OPTIONS = OfficerBenchmarkOptions()
SQUARES, OFFENCES = 4, ("traffic", "licence", "public-order", "drug-possession")
BY_SQUARE = np.array([0.0, 0.4, 0.8, 1.2])


@dataclass
class Agencies:
    """Officers and stops being drawn.

    Mixes are (officers, levels); the log odds of the group are (stops,).
    """

    rng: np.random.Generator
    each: int
    agency: np.ndarray
    who: np.ndarray
    square: np.ndarray
    hour: np.ndarray
    month: np.ndarray
    offence: np.ndarray
    own: np.ndarray
    odds: np.ndarray

    @property
    def officers(self) -> int:
        return len(self.agency)

    @property
    def rank(self) -> np.ndarray:
        """Number of each officer within the agency."""
        return np.arange(self.officers) % self.each


def chosen(rng: np.random.Generator, mixes: np.ndarray, who: np.ndarray) -> np.ndarray:
    """Draw a level for each stop from its officer's mix."""
    upto = mixes.cumsum(axis=1)
    return np.minimum((rng.random(len(who))[:, None] > upto[who]).sum(axis=1), mixes.shape[1] - 1)


def begin(rng: np.random.Generator, agencies: int, each: int, sd: float, evenly: float = 3.0) -> Agencies:
    """Stops of officers with mixes of their own."""
    total = agencies * each
    who = np.repeat(np.arange(total), np.maximum(rng.lognormal(math.log(150), 0.5, total), 20).astype(int))
    parts = [chosen(rng, rng.dirichlet(np.full(n, evenly), total), who) for n in (SQUARES, 8, 12, len(OFFENCES))]
    own = sd * rng.standard_normal(total)
    hour = 3 * parts[1] + rng.integers(0, 3, len(who))
    a = Agencies(
        rng, each, np.repeat(np.arange(agencies), each), who, parts[0], hour, parts[2], parts[3], own, np.zeros(0)
    )
    a.odds = -1.2 + BY_SQUARE[a.square] - 0.3 * (a.hour < 6)
    return a


def beats(a: Agencies, spread: float, evenly: float) -> None:
    """Three beats in every square differ by so much on the log odds; officers have beats of their own."""
    shift = spread * a.rng.standard_normal((a.officers // a.each, SQUARES, 3))
    beat = chosen(a.rng, a.rng.dirichlet(np.full(3, evenly), a.officers), a.who)
    a.odds = a.odds + shift[a.agency[a.who], a.square, beat]


def partners(a: Agencies, spread: float) -> None:
    """Officers ride in pairs all year: what moves one moves the other (the same car, beat and calls)."""
    pair = a.rank // 2
    shift = spread * a.rng.standard_normal((a.officers // a.each, a.each // 2 + 1))
    a.odds = a.odds + shift[a.agency, pair][a.who]


def shifts(a: Agencies, within: float) -> None:
    """Each officer works one of three shifts only, by seniority; the share rises over the hours of every shift."""
    shift = a.rank % 3
    part = a.rng.integers(0, 8, len(a.who))
    late = a.rng.beta(1.5, 1.5, a.officers)
    part = np.where(a.rng.random(len(part)) < late[a.who], part % 4 + 4, part % 4)
    a.hour = 8 * shift[a.who] + part
    a.odds = -1.2 + BY_SQUARE[a.square] + np.array([-0.6, 0.0, 0.6])[shift[a.who]] + within * (part - 3.5) / 3.5


def tails(a: Agencies, law: str, sd: float) -> None:
    """Natural differences with heavy tails, or nine in ten officers alike and one in ten three times as far away."""
    if law == "contaminated":
        wide = np.where(a.rng.random(a.officers) < 0.1, 3.0, 1.0)
        a.own = sd / math.sqrt(1.8) * wide * a.rng.standard_normal(a.officers)
    else:
        a.own = sd / math.sqrt(3) * a.rng.standard_t(3, a.officers)


def unit(a: Agencies, share: float, shift: float, *, recorded: bool) -> None:
    """A unit works where more of the group is met; its square (and hours) are its own, or nothing tells."""
    member = (a.rank < max(round(share * a.each), 1))[a.who]
    if recorded:
        a.square = np.where(member & (a.rng.random(len(member)) < 0.85), 3, a.square)
        a.hour = np.where(member, 18 + a.hour % 6, a.hour)
        a.odds = -1.2 + BY_SQUARE[a.square] - 0.3 * (a.hour < 6) + shift * (a.square == 3)
    else:
        a.odds = a.odds + shift * member


def tenth(a: Agencies) -> None:
    """A unit of a tenth of the officers meets the group at three times the odds, and nothing tells of it."""
    unit(a, 0.1, 1.1, recorded=False)


def season(a: Agencies) -> None:
    """Harvest workers come for two months; a third of the officers came or left in the middle of the year."""
    half = np.array([-1, 0, 1])[a.rank % 3]
    early = np.where(half == 0, 0.5, np.where(half < 0, 1.0, 0.0))
    first = a.rng.random(len(a.who)) < early[a.who]
    a.month = np.where(first, a.month % 6, 6 + a.month % 6)
    a.odds = a.odds + 0.8 * np.isin(a.month, (7, 8))


Change = Callable[[Agencies], None]
SCENARIOS: tuple[tuple[str, str, int, float, Change], ...] = (
    ("officers alike", "recorded", 24, 0.0, lambda a: None),
    *(("few officers", "recorded", n, 0.1, lambda a: None) for n in (12, 16, 20)),
    *(("few officers", "recorded", n, 0.3, lambda a: None) for n in (12, 20)),
    *(("three beats in a square", "hidden", n, 0.1, lambda a: beats(a, 0.5, 1.0)) for n in (16, 24)),
    *(("one beat an officer", "hidden", n, 0.1, lambda a: beats(a, 0.5, 0.1)) for n in (16, 24, 60)),
    *(("partners all year", "hidden", n, 0.1, lambda a: partners(a, 0.3)) for n in (16, 24, 60)),
    *(("tails of t3", "hidden", n, 0.3, lambda a: tails(a, "t3", 0.3)) for n in (16, 24)),
    *(("contaminated", "hidden", n, 0.3, lambda a: tails(a, "contaminated", 0.3)) for n in (16, 24)),
    ("shifts by seniority", "recorded", 24, 0.1, lambda a: shifts(a, 0.4)),
    ("unit in its own square and hours", "recorded", 24, 0.1, lambda a: unit(a, 0.15, 0.4, recorded=True)),
    ("unit of a tenth, odds 1.5 times", "hidden", 24, 0.1, lambda a: unit(a, 0.1, 0.4, recorded=False)),
    *(("unit of a tenth, odds 3 times", "hidden", n, 0.1, tenth) for n in (24, 60)),
    ("unit of a quarter, odds 3 times", "hidden", 24, 0.1, lambda a: unit(a, 0.25, 1.1, recorded=False)),
    ("harvest and turnover", "recorded", 24, 0.1, season),
)  # fmt: skip
"""Name, what the records tell of it, officers, natural SD, what is changed."""


def cells(a: Agencies) -> object:
    """Cells of these stops, three groups as in the signal's own draws."""
    focal = a.rng.random(len(a.who)) < expit(a.odds + a.own[a.who])
    other = a.rng.random(len(a.who)) < expit(-0.8 + 0.1 * a.rng.standard_normal(a.officers)[a.who])
    group = np.array(["hispanic", "white", "black"], dtype=object)[np.where(focal, 0, np.where(other, 2, 1))]
    texts = {name: np.full(len(a.who), value, dtype=object) for name, value in
             (("event", "stop"), ("group_source", ""), ("agency", ""), ("operation", ""))}  # fmt: skip
    columns = {
        **texts, "group": group, "month": np.array([f"2011-{m:02d}" for m in range(1, 13)], dtype=object)[a.month],
        "offence": np.array(OFFENCES, dtype=object)[a.offence], "officer_code": a.who,
        "hour": a.hour.astype(np.int64), "weekday": a.rng.integers(0, 7, len(a.who)),
        "area": 900_000_000 + a.square.astype(np.int64),
    }  # fmt: skip
    return cells_of(a.agency[a.who], columns, a.officers // a.each)


def measured(name: str, told: str, each: int, sd: float, change: Change, agencies: int, seed: int) -> dict[str, object]:
    """One row of the table."""
    began = time.process_time()
    rng = np.random.default_rng([20112, seed])
    any_flag, flags, officers, apart = [], 0, 0, []
    for _ in range(math.ceil(agencies / 20)):
        a = begin(rng, 20, each, sd)
        change(a)
        for place in find_officers(cells(a), OPTIONS).places:
            compared = place.compared.get("hispanic")
            if compared is None:
                continue
            any_flag.append(bool(compared.flagged.any()))
            flags, officers = flags + int(compared.flagged.sum()), officers + int(compared.result.compared.sum())
            apart.append(compared.spread.ratio()[1] > 1)
    size = float(np.mean(any_flag))
    return {
        "scenario": name, "told": told, "officers": each, "sd": sd, "agencies": len(any_flag),
        "any_flag": f"{size:.4f}", "mcse": f"{math.sqrt(size * (1 - size) / len(any_flag)):.4f}",
        "flags_per_100": f"{100 * flags / officers:.2f}", "spread_above_1": f"{np.mean(apart):.4f}",
        "compared": f"{officers / len(any_flag):.1f}", "cpu_seconds": f"{time.process_time() - began:.1f}",
    }  # fmt: skip


def main() -> None:
    """Measure the scenarios and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--agencies", type=int, default=200, help="half as many again with 20 officers or fewer")
    parser.add_argument("--large", type=int, default=60, help="agencies of 60 officers")
    parser.add_argument("--more", action="store_true", help="keep the rows that are there, measure those after them")
    asked = parser.parse_args()
    rows: list[dict[str, object]] = []
    if asked.more and RESULTS.exists():
        with RESULTS.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    for seed, (name, told, each, sd, change) in list(enumerate(SCENARIOS))[len(rows) :]:
        agencies = asked.large if each > 24 else asked.agencies * 3 // 2 if each <= 20 else asked.agencies
        rows.append(measured(name, told, each, sd, change, agencies, seed))
        print(*rows[-1].values(), sep="\t", flush=True)
        with RESULTS.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
