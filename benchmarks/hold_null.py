"""Error rate of what hold-time reports when the people of a jail are alike (scenario 23), by a generator of its own.

Stays are drawn by jail. Each jail has a level of its own on the log-odds scale of being held beyond 48 hours
(intraclass correlation s2 / (s2 + pi^2 / 3)), with and without a hold alike; the share with a hold differs between
jails (.25 to .55). Sizes are a lognormal of the stated coefficient of variation. Two kinds of dependence beyond that:
`slopes` gives the hold an effect of its own in each jail, of mean 0 on the log odds; `van` lets so many people with a
hold share one fate, and the week in which release fell due, as when they are fetched together. Nobody with a hold is
held longer on average.

Counted, of the places measured: rejections of the tested ratio of shares at .05, one-sided (longer with a hold) and
two-sided; 95 % intervals of the hazard ratio and of the difference in mean hours that miss 1 and 0; and rejections of
the log-rank test at .05, two-sided. A place with two to five jails has none of the last three; one place with one jail
is the case that carries most files. `weeks` is the number of weeks in which release fell due.

The table was made before weeks of all jails and four weeks became units besides (benchmarks/hold_ugly.py): on the same
data limits can only have grown wider since, and p-values larger.

Run: OMP_NUM_THREADS=1 python benchmarks/hold_null.py [--places 400]
Writes benchmarks/results/hold_null.csv.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from auditor.cells import Cells, RowTable, table
from auditor.signals.match.hold_time import SIGNAL
from auditor.signals.signal import Panel

RESULTS = Path(__file__).resolve().parent / "results" / "hold_null.csv"
LEVEL, FOLLOWED, BEYOND = 0.05, 400.0, 160
KEYS = ("event", "group", "group_source")


@dataclass(frozen=True)
class Cell:
    """One scenario."""

    jails: int
    icc: float
    cv: float = 0.0
    slopes: float = 0.0
    van: int = 1
    weeks: int = 52

    @property
    def people(self) -> int:
        """Stays of a place."""
        return max(600, 30 * self.jails)


def grid() -> Iterator[Cell]:
    """Scenario 23, then unequal jails, and what goes beyond it."""
    for jails in (1, 4, 6, 10, 20, 50):
        for icc in (0.02, 0.1, 0.2):
            yield Cell(jails, icc)
    for jails in (6, 10, 20, 50):
        yield Cell(jails, 0.2, cv=1.5)
    for slopes in (0.2, 0.4, 0.8):
        for jails in (1, 4, 6, 10, 20):
            yield Cell(jails, 0.05, slopes=slopes)
    for van in (3, 5):
        for jails in (1, 4, 10, 20):
            yield Cell(jails, 0.05, van=van)
    for weeks in (2, 4, 6, 8, 11, 12, 26):
        for van in (1, 3, 5):
            yield Cell(1, 0.05, van=van, weeks=weeks)


def draw(rng: np.random.Generator, cell: Cell, places: int) -> Cells:
    """Stays of as many places."""
    place = np.repeat(np.arange(places), cell.people)
    weight = np.exp(math.sqrt(math.log(1 + cell.cv**2)) * rng.standard_normal((places, cell.jails)))
    upto = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    jail = np.minimum((rng.random(len(place))[:, None] > upto[place]).sum(axis=1), cell.jails - 1)
    sd = math.sqrt(cell.icc / (1 - cell.icc) * math.pi**2 / 3)
    level = -1.2 + sd * rng.standard_normal((places, cell.jails))
    effect = cell.slopes * rng.standard_normal((places, cell.jails))
    hold = rng.random(len(place)) < (0.25 + 0.3 * rng.random((places, cell.jails)))[place, jail]
    odds = level[place, jail] + np.where(hold, effect[place, jail], 0.0)
    fate, week = rng.random(len(place)), rng.integers(0, cell.weeks, len(place))
    if cell.van > 1:
        load = _loads((place * cell.jails + jail)[hold], cell.van)
        fate[hold] = rng.random(int(load.max()) + 1)[load]
        week[hold] = rng.integers(0, cell.weeks, int(load.max()) + 1)[load]
    longer = fate < 1 / (1 + np.exp(-odds))
    hours = np.where(longer, rng.integers(49, BEYOND, len(place)), rng.integers(1, 49, len(place)))
    return cells(places, np.stack([place, jail, hold, hours, week]))


def _loads(jail: np.ndarray, van: int) -> np.ndarray:
    """Number the loads of so many people of a jail in turn."""
    order = np.argsort(jail, kind="stable")
    first = np.searchsorted(jail[order], jail[order], side="left")
    load = jail[order] * len(jail) + (np.arange(len(jail)) - first) // van
    number = np.empty(len(jail), dtype=np.int64)
    number[order] = np.unique(load, return_inverse=True)[1].ravel()
    return number


def cells(places: int, stays: np.ndarray) -> Cells:
    """Cells of bookings whose hours are the same by both clocks."""
    found, count = np.unique(stays.astype(np.int64), axis=1, return_counts=True)
    place, jail, hold, hours, week = found
    texts = {"event": "booking", "group": "", "group_source": "", "agency": "", "ended": "release"}
    columns: dict[str, Any] = {name: np.full(len(place), value, dtype=object) for name, value in texts.items()}
    columns["facility"] = np.array([f"jail {i}" for i in range(int(jail.max()) + 1)], dtype=object)[jail]
    columns |= {"held_hours": hours.astype(float), "held_hours_regulation": hours.astype(float)}
    columns |= {"followed_hours": FOLLOWED + 168.0 * week, "hold_when_due": hold}
    ids = tuple(f"local:p{i}" for i in range(places))
    nobody = ("",) * places
    return Cells(
        ids, ids, nobody, nobody, table([], ids, KEYS), table([], ids, ("universe", "group")), (),
        table([], (), KEYS), (), "white", rows=RowTable(place, columns, count.astype(float)),
    )  # fmt: skip


def missed(panel: Panel, key: str, truth: float) -> str:
    """Share of the places' intervals that miss the truth; empty where none is stated."""
    c = [contrast.key for contrast in panel.contrasts].index(key)
    there = panel.code[:, c] == 0
    if not there.any():
        return ""
    outside = (panel.low[there, c] > truth) | (panel.high[there, c] < truth)
    return f"{outside.mean():.4f}"


def ranked(panel: Panel) -> str:
    """Share of the places' log-rank tests that reject; empty where none is stated."""
    c = [contrast.key for contrast in panel.contrasts].index("leaving/hold/no-hold")
    p = panel.extra["log_rank_p"][panel.code[:, c] == 0, c]
    return f"{(p <= LEVEL).mean():.4f}" if len(p) else ""


def measured(cell: Cell, places: int, seed: int) -> dict[str, object]:
    """One row of the table."""
    began = time.process_time()
    stays = draw(np.random.default_rng(seed), cell, places)
    panel = SIGNAL.measure(stays, SIGNAL.options(), np.random.default_rng(1))
    tested = panel.testable[:, 0]
    greater, less = panel.p_greater[tested, 0], panel.p_less[tested, 0]
    return {
        "jails": cell.jails, "icc": cell.icc, "cv": cell.cv, "slopes": cell.slopes, "van": cell.van,
        "weeks": cell.weeks, "people": cell.people, "places": int(tested.sum()),
        "one_sided": f"{(greater <= LEVEL).mean():.4f}",
        "two_sided": f"{(2 * np.minimum(greater, less) <= LEVEL).mean():.4f}",
        "hazard": missed(panel, "leaving/hold/no-hold", 1.0),
        "hours": missed(panel, "hours-held/hold/no-hold", 0.0),
        "log_rank": ranked(panel),
        "cpu_seconds": f"{time.process_time() - began:.1f}",
    }  # fmt: skip


def main() -> None:
    """Measure the grid and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--places", type=int, default=400)
    asked = parser.parse_args()
    rows = []
    for seed, cell in enumerate(grid()):
        rows.append(measured(cell, asked.places, seed))
        print(rows[-1], flush=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
