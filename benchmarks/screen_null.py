"""How often the whole screen flags anybody when nobody profiles.

    python benchmarks/screen_null.py [--runs 1000] [--places 3100] [--cells all]

Every run draws the counts of three signals (benchmark, match-yield, level-mix) for all places, with natural
differences between places and no effect anywhere, and passes them through the screen of an audit: peer nulls, Simes
within families, Benjamini-Hochberg at q = 0.05 over all place x family tests. Reported: P(any place with q <= 0.05),
an upper bound on P(any place above inconclusive), since a flag must meet further conditions too; and how often the
nulls promise an error rate at all. The generator: n lognormal (SD 1.3 of the log, clipped to 5-200,000), benchmark
logits N(-1.5, 0.6); it shares no code with the library. Writes benchmarks/results/screen_null.csv and
docs/calibration-screen.md.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from auditor.audit.protocol import load_protocol
from auditor.audit.screening.decide import decide
from auditor.signals.signal import Contrast, Panel, blank

ROOT = Path(__file__).resolve().parents[1]
Q = 0.05
FAMILY = {"benchmark": "exposure", "match-yield": "match", "level-mix": "match"}
Draw = Callable[[np.random.Generator, np.ndarray], np.ndarray]


def logit_normal(sd: float) -> Draw:
    """Natural differences: normal on the log odds."""
    return lambda rng, p: 1 / (1 + np.exp(-(np.log(p / (1 - p)) + rng.normal(0, sd, len(p)))))


def beta(rho: float) -> Draw:
    """Natural differences: beta with over-dispersion rho."""
    size = 1 / rho - 1
    return lambda rng, p: rng.beta(p * size, (1 - p) * size)


def student(sd: float, df: int) -> Draw:
    """Natural differences: heavy tails on the log odds, scaled to the given SD of a normal (not of the t)."""
    return lambda rng, p: 1 / (1 + np.exp(-(np.log(p / (1 - p)) + sd * rng.standard_t(df, len(p)))))


CELLS: dict[str, tuple[str, Draw]] = {
    "normal-0": ("logit-normal, SD 0", logit_normal(0.0)),
    "normal-0.15": ("logit-normal, SD 0.15", logit_normal(0.15)),
    "normal-0.4": ("logit-normal, SD 0.4", logit_normal(0.4)),
    "beta-0.005": ("beta-binomial, rho 0.005", beta(0.005)),
    "t4-0.4": ("t4 on the log odds, scale 0.4", student(0.4, 4)),
}


def panel(name: str, rng: np.random.Generator, places: int, mean_log: float, draw: Draw) -> Panel:
    """Draw one signal's counts."""
    n = np.clip(np.round(rng.lognormal(mean_log, 1.3, places)), 5, 200_000)
    if name == "benchmark":
        base = 1 / (1 + np.exp(-rng.normal(-1.5, 0.6, places)))
    else:
        base = np.full(places, 0.063 if name == "match-yield" else 0.55)
    k = rng.binomial(n.astype(int), draw(rng, base)).astype(float)
    arrays = blank(places, 1) | {"k": k[:, None], "n": n[:, None], "base": base[:, None]}
    expected = n * base
    testable = np.minimum(expected, n - expected) >= 5
    contrast = Contrast(name, None, None, "arrest", "", "", "", "", "", "share", "", tested=True)
    ids = tuple(str(i) for i in range(places))
    code = np.zeros((places, 1), dtype=np.int64)
    return Panel(name, ids, (contrast,), code=code, testable=testable[:, None], **arrays)


def one(seed: int, cell: str, places: int, mean_log: float) -> tuple[int, int, int]:
    """Return how many places were flagged, how many nulls promised, and how many there were."""
    rng = np.random.default_rng([seed, list(CELLS).index(cell), int(mean_log * 10), places])
    panels = {name: panel(name, rng, places, mean_log, CELLS[cell][1]) for name in FAMILY}
    decision = decide(panels, {}, FAMILY, load_protocol())
    nulls = [null for fitted in decision.fitted.values() for found in fitted.nulls for null in found]
    flagged = int((np.nan_to_num(decision.q_greater, nan=1.0) <= Q).any(axis=1).sum())
    return flagged, sum(null.promised for null in nulls), len(nulls)


def main() -> None:
    """Run the cells asked for and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--places", type=int, default=3100)
    parser.add_argument("--cells", nargs="*", default=list(CELLS))
    parser.add_argument("--mean-log", type=float, default=6.5)
    given = parser.parse_args()
    path = ROOT / "benchmarks" / "results" / "screen_null.csv"
    path.parent.mkdir(exist_ok=True)
    rows = {(row["cell"], row["places"], row["mean_log"]): row for row in _read(path)}
    for cell in given.cells:
        started = time.process_time()
        results = np.array([one(seed, cell, given.places, given.mean_log) for seed in range(given.runs)])
        share = float((results[:, 0] > 0).mean())
        rows[cell, str(given.places), str(given.mean_log)] = {
            "cell": cell,
            "places": str(given.places),
            "mean_log": str(given.mean_log),
            "runs": str(given.runs),
            "p_any": f"{share:.4f}",
            "mcse": f"{math.sqrt(share * (1 - share) / given.runs):.4f}",
            "mean_flags": f"{results[:, 0].mean():.4f}",
            "promised": f"{results[:, 1].sum() / results[:, 2].sum():.4f}",
            "cpu_seconds_a_run": f"{(time.process_time() - started) / given.runs:.2f}",
        }
        _write(path, list(rows.values()))
        print(rows[cell, str(given.places), str(given.mean_log)], flush=True)


def _read(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    (ROOT / "docs" / "calibration-screen.md").write_text(_page(rows), encoding="utf-8")


def page_text() -> str:
    """Return the page, from the table."""
    return _page(_read(ROOT / "benchmarks" / "results" / "screen_null.csv"))


def _page(rows: list[dict[str, str]]) -> str:
    bound = {row["cell"]: 0.05 + 2 * math.sqrt(0.05 * 0.95 / int(row["runs"])) for row in rows}
    lines = [
        "# The screen when nobody profiles",
        "",
        "Three signals in two families over all places, q = 0.05, no effect anywhere. `P(any)` is the share of runs",
        "in which at least one place has q <= 0.05: an upper bound on the share with any place above *inconclusive*.",
        "`promised` is the share of peer nulls for which the screen gave calibrated p-values at all; where it gives",
        "none, the report says so and no place is graded.",
        "",
        "Command: `python benchmarks/screen_null.py --runs 1000 --places 3100`",
        "",
        "| natural differences | places | median n | runs | P(any) | MCSE | 0.05 + 2 MCSE | mean flags | promised "
        "| CPU-s a run |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        lines.append(
            f"| {CELLS[row['cell']][0]} | {row['places']} | {math.exp(float(row['mean_log'])):.0f} | {row['runs']} "
            f"| {row['p_any']} | {row['mcse']} | {bound[row['cell']]:.4f} | {row['mean_flags']} | {row['promised']} "
            f"| {row['cpu_seconds_a_run']} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
