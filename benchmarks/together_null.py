"""Error rate of hit-rate, no-charge and booking-not-cited when people share an outcome, by a generator of its own.

Cases of a place are drawn in encounters of `together` people of one group who have one result (a car of three whose
search finds something, or not); `officers` of them, each with a rate of his own and a taste of his own for whom he
stops (independent normal shifts of SD `sd` on the log odds each), share the encounters out, evenly (`cv` 0) or by a
lognormal of that coefficient of variation. One stratum, a third of the cases of the focal group, no difference between
the groups. Each signal measures the same places twice: as if neither encounters nor officers were recorded ("before"),
and with both.

Counted over the places measured: rejections at .05 of the tested ratio, one-sided (in the direction of profiling) and
two-sided, and 95 % intervals that miss 1.

Run: OMP_NUM_THREADS=1 python benchmarks/together_null.py [--places 1000]
Writes benchmarks/results/together_null.csv.
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
from auditor.signals.discretion.booking_not_cited import SIGNAL as BOOKING
from auditor.signals.outcome.hit_rate import SIGNAL as HITS
from auditor.signals.outcome.no_charge import SIGNAL as NO_CHARGE
from auditor.signals.signal import Panel, Signal

RESULTS = Path(__file__).resolve().parent / "results" / "together_null.csv"
LEVEL = 0.05
KEYS = ("event", "group", "group_source")
SIGNALS: dict[str, Signal] = {"hit-rate": HITS, "no-charge": NO_CHARGE, "booking-not-cited": BOOKING}
RATES = {"hit-rate": 0.3, "no-charge": 0.25, "booking-not-cited": 0.3}


@dataclass(frozen=True)
class Cell:
    """One scenario."""

    signal: str
    cases: int
    together: int = 1
    officers: int = 0
    sd: float = 0.0
    cv: float = 0.0


def grid() -> Iterator[Cell]:
    """Cars of one to three; officers, few and many, alike and unlike; both at once; the other two signals."""
    for cases in (300, 1500):
        for together in (1, 2, 3):
            yield Cell("hit-rate", cases, together)
    for officers in (6, 10, 30):
        for sd in (0.3, 0.6):
            for cases in (300, 1500):
                yield Cell("hit-rate", cases, 1, officers, sd)
    yield Cell("hit-rate", 1500, 1, 10)
    yield Cell("hit-rate", 1500, 1, 10, 0.6, cv=1.0)
    yield Cell("hit-rate", 1500, 2, 10, 0.3)
    yield Cell("hit-rate", 1500, 3, 100, 0.3)
    for signal in ("no-charge", "booking-not-cited"):
        for together in (1, 3):
            yield Cell(signal, 600, together)
        for officers in (10, 100):
            for cases in (600, 3000):
                yield Cell(signal, cases, 1, officers, 0.5)


def draw(rng: np.random.Generator, cell: Cell, places: int) -> Cells:
    """Cases of as many places, an encounter a row."""
    each = math.ceil(cell.cases / cell.together)
    place = np.repeat(np.arange(places), each)
    width = max(cell.officers, 1)
    spread = math.sqrt(math.log1p(cell.cv**2))
    upto = np.cumsum(np.exp(spread * rng.standard_normal((places, width))), axis=1)
    upto /= upto[:, -1:]
    officer = np.minimum((rng.random(len(place))[:, None] > upto[place]).sum(axis=1), width - 1)
    rate, taste = (cell.sd * rng.standard_normal((places, width)) for _ in range(2))
    focal = rng.random(len(place)) < 1 / (1 + np.exp(-(taste[place, officer] - math.log(2))))
    level = math.log(RATES[cell.signal] / (1 - RATES[cell.signal]))
    yes = rng.random(len(place)) < 1 / (1 + np.exp(-(rate[place, officer] + level)))
    # Encounters of one person are told by their number alone.
    encounter = np.zeros(len(place), dtype=np.int64) if cell.together == 1 else 1 + np.arange(len(place))
    known = officer if cell.officers else np.full(len(place), -1)
    found, count = np.unique(np.stack([place, focal, yes, encounter, known]), axis=1, return_counts=True)
    return cells(cell.signal, places, found, cell.together * count.astype(float))


def cells(signal: str, places: int, found: np.ndarray, n: np.ndarray) -> Cells:
    """Cells of one event whose rows have the keys of a signal."""
    place, focal, yes, encounter, officer = found
    size = len(place)
    event = {"hit-rate": "stop", "no-charge": "arrest", "booking-not-cited": "stop"}[signal]
    texts = {"event": event, "group_source": "", "agency": "police", "offence": "traffic", "ice": ""}
    columns: dict[str, Any] = {name: np.full(size, value, dtype=object) for name, value in texts.items()}
    columns["group"] = np.where(focal == 1, "hispanic", "white").astype(object)
    columns["disposition"] = np.where(yes == 1, "dismissed", "convicted").astype(object)
    whole = {"searched": np.ones(size), "contraband": yes, "booked": yes, "cited": 1 - yes}
    whole |= {"hour": np.full(size, 12), "weekday": np.zeros(size)}
    whole |= {"encounter": encounter, "search_encounter": encounter, "officer_code": officer, "search_officer": officer}
    columns |= {name: values.astype(np.int64) for name, values in whole.items()}
    ids = tuple(f"local:p{i}" for i in range(places))
    nobody = ("",) * places
    return Cells(
        ids, ids, nobody, nobody, table([], ids, KEYS), table([], ids, ("universe", "group")), (),
        table([], (), KEYS), ("hispanic",), "white", rows=RowTable(place.astype(np.int64), columns, n),
    )  # fmt: skip


def untold(whole: Cells) -> Cells:
    """Return the same as if neither encounters nor officers were recorded."""
    assert whole.rows is not None
    lost = ("encounter", "search_encounter", "officer_code", "search_officer")
    columns = {
        name: np.full_like(values, -1) if name in lost else values for name, values in whole.rows.columns.items()
    }
    rows = RowTable(whole.rows.index, columns, whole.rows.n)
    return Cells(
        whole.ids, whole.names, whole.states, whole.parents, whole.counts, whole.population, whole.region_ids,
        whole.regions, whole.focal_groups, whole.reference_group, rows=rows,
    )  # fmt: skip


def rejected(panel: Panel) -> tuple[int, str, str, str]:
    """Places, and the shares that are rejected one-sided and two-sided and whose intervals miss 1."""
    tested = panel.testable[:, 0]
    greater, less = panel.p_greater[tested, 0], panel.p_less[tested, 0]
    outside = (panel.low[tested, 0] > 1) | (panel.high[tested, 0] < 1)
    two = 2 * np.minimum(greater, less) <= LEVEL
    shares = ((greater <= LEVEL).mean(), two.mean(), outside.mean())
    one, both, missed = (f"{share:.4f}" for share in shares)
    return int(tested.sum()), one, both, missed


def measured(cell: Cell, places: int, seed: int) -> dict[str, object]:
    """One row of the table."""
    began = time.process_time()
    signal = SIGNALS[cell.signal]
    whole = draw(np.random.default_rng(seed), cell, places)
    options = signal.options()
    before, after = (
        rejected(signal.measure(told, options, np.random.default_rng(1))) for told in (untold(whole), whole)
    )
    return {
        "signal": cell.signal, "cases": cell.cases, "together": cell.together, "officers": cell.officers,
        "sd": cell.sd, "cv": cell.cv, "places": after[0],
        "before_one_sided": before[1], "before_two_sided": before[2], "before_missed": before[3],
        "one_sided": after[1], "two_sided": after[2], "missed": after[3],
        "cpu_seconds": f"{time.process_time() - began:.1f}",
    }  # fmt: skip


def main() -> None:
    """Measure the grid and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--places", type=int, default=1000)
    asked = parser.parse_args()
    rows = []
    for seed, cell in enumerate(grid()):
        rows.append(measured(cell, asked.places, seed))
        print(*rows[-1].values(), sep="\t", flush=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
