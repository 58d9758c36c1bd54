"""How long the officers of one large agency take: rows as DuckDB hands them over, to findings and pseudonyms.

Officers with stops lognormal about 150 (50 to 3,000), each with a mix of their own over 24 hours, 7 weekdays, 24
months, 24 squares of the map and 8 offences: as many levels as the signal ever keeps, so that strata are as many as
they can be. Three groups: one contrast and one control share the weights. CPU seconds of this process (user and system,
one thread), without the drawing; ``reference_s`` is a fixed sum by index on the same machine, and ``ratio`` the
quotient, which carries from machine to machine where seconds do not. Peak memory is that of the process so far.

Run: OMP_NUM_THREADS=1 python benchmarks/officers_speed.py [--officers 300 1000 3000]
Writes benchmarks/results/officers_speed.csv.
"""

from __future__ import annotations

import argparse
import csv
import resource
import time
from pathlib import Path

import numpy as np
from scipy.special import expit

from auditor.cells import Cells
from auditor.signals.exposure.officer_benchmark import SIGNAL
from auditor.signals.officers.draw import cells_of
from auditor.signals.officers.mix import mix_of
from auditor.signals.officers.rows import records_of

RESULTS = Path(__file__).resolve().parent / "results" / "officers_speed.csv"
SIZES = {"hour": 24, "weekday": 7, "month": 24, "area": 24, "offence": 8}
GROUPS = np.array(["hispanic", "white", "black"], dtype=object)
OFFENCES = np.array(
    ["traffic", "licence", "drug-possession", "trespass", "public-order", "theft", "burglary", "robbery"], dtype=object
)


def agency(officers: int, seed: int) -> Cells:
    """Draw the stops of one agency."""
    rng = np.random.default_rng(seed)
    each = np.clip(np.exp(rng.normal(np.log(150), 0.7, officers)), 50, 3000).astype(int)
    who = np.repeat(np.arange(officers), each)
    at = {}
    for name, size in SIZES.items():
        mixes = rng.dirichlet(np.full(size, 2.0), officers).cumsum(axis=1)
        drawn = np.zeros(who.size, dtype=np.int64)
        chance = rng.random(who.size)
        for level in range(size - 1):
            drawn += chance > mixes[who, level]
        at[name] = drawn
    focal = rng.random(who.size) < expit(-1 + 0.05 * at["area"] + rng.normal(0, 0.15, officers)[who])
    group = np.where(focal, 0, np.where(rng.random(who.size) < 0.3, 2, 1))
    months = np.array([f"{2011 + m // 12}-{m % 12 + 1:02d}" for m in range(24)], dtype=object)
    blank = np.full(who.size, "", dtype=object)
    columns = {
        "event": np.full(who.size, "stop", dtype=object), "group": GROUPS[group], "group_source": blank,
        "agency": blank, "operation": blank, "month": months[at["month"]], "offence": OFFENCES[at["offence"]],
        "hour": at["hour"], "weekday": at["weekday"], "area": 600_000_000 + 1000 * at["area"], "officer_code": who,
    }  # fmt: skip
    return cells_of(np.zeros(who.size, dtype=np.int64), columns, 1)


def reference() -> float:
    """CPU seconds of fifty sums of a million numbers by index."""
    rng = np.random.default_rng(0)
    index, weight = rng.integers(0, 30_000, 1_000_000), rng.random(1_000_000)
    began = time.process_time()
    for _ in range(50):
        np.bincount(index, weight, 30_000)
    return time.process_time() - began


def measure(officers: int) -> dict[str, float | int | str]:
    cells = agency(officers, 7100 + officers)
    assert cells.rows is not None
    strata = len(np.unique(mix_of(records_of(cells, "stop"), np.arange(cells.rows.n.size))[1], axis=0))
    unit, began = reference(), time.process_time()
    panel = SIGNAL.measure(cells, SIGNAL.options(), np.random.default_rng(1))
    spent = time.process_time() - began
    return {
        "officers": officers, "stops": cells.rows.n.size, "strata": strata, "compared": int(panel.n[0, 0]),
        "cpu_s": round(spent, 1), "reference_s": round(unit, 3), "ratio": round(spent / unit, 1),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--officers", type=int, nargs="+", default=[300, 1000, 3000])
    rows = [measure(officers) for officers in sorted(parser.parse_args().officers)]
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for row in rows:
        print(row)


if __name__ == "__main__":
    main()
