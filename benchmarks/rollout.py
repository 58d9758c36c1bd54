"""Staggered difference-in-differences side by side with csdid (PyPI), the Python port of R's did.

    python benchmarks/rollout.py [--repeats 5]

Needs csdid beside auditor (pip install csdid); without it the table is left as it is and a message says so. Each case
is the same work on both sides: all group-time effects with analytical influence functions, 999 Rademacher draws with
simultaneous bands for them, and the event-time aggregate with 999 draws of its own. Timed: the best of the repeats, in
one process with one thread (OMP_NUM_THREADS=1). csdid is given its fast mode, which is its default; what it prints
goes nowhere. Writes benchmarks/results/rollout.csv.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import importlib.metadata
import importlib.util
import io
import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from auditor.stats.rollout.aggregate import aggregate
from auditor.stats.rollout.errors import bands, standard_errors
from auditor.stats.rollout.study import group_time

ROOT = Path(__file__).resolve().parents[1]
DRAWS = 999
COMMAND = "python benchmarks/rollout.py"
CASES = (
    ("500 places, 5 periods, 3 cohorts", 500, 5, (2, 3, 4), False),
    ("500 places, 5 periods, 3 cohorts, doubly robust", 500, 5, (2, 3, 4), True),
    ("3,000 places, 24 quarters, 10 cohorts", 3000, 24, tuple(range(8, 18)), False),
    ("3,000 places, 24 quarters, 10 cohorts, doubly robust", 3000, 24, tuple(range(8, 18)), True),
    ("3,100 places, 96 months, 20 cohorts", 3100, 96, tuple(range(24, 84, 3)), False),
)
Panel = tuple[np.ndarray, np.ndarray, np.ndarray]


def draw(places: int, periods: int, cohorts: tuple[int, ...], seed: int = 1) -> Panel:
    """Outcome, first period (infinity for a third of the places) and one covariate."""
    rng = np.random.default_rng(seed)
    first = np.where(rng.random(places) < 1 / 3, np.inf, rng.choice(cohorts, places).astype(float))
    x = rng.normal(size=places)
    y = rng.normal(size=(places, periods)) + 0.1 * x[:, None] * np.arange(periods) + rng.normal(size=(places, 1))
    return y + 0.3 * (np.arange(periods) >= first[:, None]), first, x


def ours(panel: Panel, robust: bool) -> tuple[np.ndarray, np.ndarray, float]:
    y, first, x = panel
    rng = np.random.default_rng(2)
    found = group_time(y, first, control="never", covariates=x if robust else None, method="dr")
    bands(found.att, found.influence, found.member, rng, draws=DRAWS)
    event = aggregate(found, "event")
    bands(event.att, event.influence, found.member, rng, draws=DRAWS)
    return found.att, standard_errors(found.influence), event.overall


def theirs(panel: Panel, robust: bool) -> tuple[np.ndarray, np.ndarray, float]:
    import pandas as pd
    from csdid.att_gt import ATTgt

    y, first, x = panel
    places, periods = y.shape
    frame = pd.DataFrame(
        {
            "id": np.repeat(np.arange(1, places + 1), periods),
            "t": np.tile(np.arange(1, periods + 1), places),
            "g": np.repeat(np.where(np.isinf(first), 0, first + 1), periods).astype(int),
            "y": y.ravel(),
            "x": np.repeat(x, periods),
        }
    )
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        model = ATTgt(
            "y", "t", "id", "g", frame, ["nevertreated"], xformla="y~x" if robust else None, biters=DRAWS, cband=True
        )
        model.fit(est_method="dr", base_period="varying", bstrap=True)
        values = np.array(model.results["att"], dtype=float), np.array(model.results["se"], dtype=float)
        model.aggte("dynamic", bstrap=True, biters=DRAWS, cband=True)
    return *values, float(model.atte["overall_att"])


def best(work: Callable[[], tuple[np.ndarray, np.ndarray, float]], repeats: int) -> tuple[float, tuple]:
    took, result = [], None
    for _ in range(repeats):
        start = time.perf_counter()
        result = work()
        took.append(time.perf_counter() - start)
    assert result is not None
    return min(took), result


def compare(name: str, places: int, periods: int, cohorts: tuple[int, ...], robust: bool, repeats: int) -> dict:
    panel = draw(places, periods, cohorts)
    fast, mine = best(lambda: ours(panel, robust), repeats)
    slow, other = best(lambda: theirs(panel, robust), repeats)
    return {
        "case": name,
        "effects": len(mine[0]),
        "auditor_seconds": f"{fast:.4f}",
        "csdid_seconds": f"{slow:.4f}",
        "times_faster": f"{slow / fast:.1f}",
        "largest_difference_att": f"{np.abs(mine[0] - other[0]).max():.1e}",
        "difference_event_mean": f"{abs(mine[2] - other[2]):.1e}",
        "se_ratio_median": f"{np.median(other[1] / mine[1]):.3f}",
        "csdid_version": importlib.metadata.version("csdid"),
        "command": COMMAND,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    if importlib.util.find_spec("csdid") is None:
        print("skipped: csdid is not installed here (pip install csdid); the table was left as it is")
        return
    rows = [compare(*case, repeats) for case in CASES]
    target = ROOT / "benchmarks" / "results" / "rollout.csv"
    target.parent.mkdir(exist_ok=True)
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for row in rows:
        print(", ".join(f"{key} {value}" for key, value in row.items() if key != "command"))


if __name__ == "__main__":
    main()
