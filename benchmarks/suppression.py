"""Attack what an audit publishes: linear programming over every number of its output, for every count of 1 to 10.

    python benchmarks/suppression.py [--sets 10000] [--seed 1]

A table set is the counts of one place by group, offence and half year, or by level, with its margins and rates; eight
places that are compared with each other make one audit, with the nation's row in some. The audit is run whole, and
every number of its review is read back as an equation over the counts (`suppress_read.py`); pages, tables and letters
hold no number that the review does not hold (`auditor verify`). For every count of 1 to 10 people - single cells, sums
over groups, offences, sides, halves - the least and the largest value are found that agree with all that is published.

A count is *recovered* where one value is left, and *narrowed* where what is left lies within 1 to 10: then the reader
knows that a few people stand there. Neither may happen. Writes benchmarks/results/suppression.csv.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from auditor.audit.config import load_config
from auditor.audit.run import audit
from benchmarks.suppress_lp import LEAST
from benchmarks.suppress_read import system_of, targets
from benchmarks.suppress_worlds import World, arrests, matches, write

ROOT = Path(__file__).resolve().parents[1]
KINDS = {"arrests": arrests, "matches": matches}
PLACES = 8


@dataclass
class Result:
    """What one audit gives away."""

    small: int = 0
    numbers: int = 0
    recovered: list[str] = field(default_factory=list)
    narrowed: list[str] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)


def attack(world: World, folder: Path) -> Result:
    """Run the audit of a world and attack its review."""
    review = audit(load_config(write(world, folder))).to_dict()
    system, result = system_of(world, review), Result()
    result.numbers = len(system.rows)
    # Sums of the same counts are one question.
    asked = {frozenset(keys): name for name, keys in targets(world).items()}
    for keys, name in asked.items():
        truth = sum(world.counts[key] for key in keys)
        if not 0 < truth < LEAST:
            continue
        result.small += 1
        low, high = system.bounds(keys) if system.rows else (0, np.inf)
        if not low <= truth <= high:
            raise ArithmeticError(f"{name}: {truth} is not within {low} to {high}: an equation is read wrongly")
        result.widths.append(high - low)
        if low == high:
            result.recovered.append(f"{name} = {low}")
        elif low >= 1 and high < LEAST:
            result.narrowed.append(f"{name} in {low}..{high} ({truth})")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=sorted(KINDS), action="append")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results" / "suppression.csv")
    given = parser.parse_args()
    kinds, rows = given.kind or sorted(KINDS), []
    for kind in kinds:
        audits = -(-given.sets // (PLACES * len(kinds)))
        found, total, seen = Counter(), Result(), 0
        for number in range(audits):
            rng = np.random.default_rng([given.seed, sorted(KINDS).index(kind), number])
            world = KINDS[kind](rng, PLACES)
            try:
                with tempfile.TemporaryDirectory() as folder:
                    result = attack(world, Path(folder))
            except ArithmeticError as error:
                raise ArithmeticError(f"{kind} {number}: {error}") from error
            seen += 1
            total.small += result.small
            total.numbers += result.numbers
            total.widths += result.widths
            for what in ("recovered", "narrowed"):
                for line in getattr(result, what):
                    found[what] += 1
                    print(f"{kind} {number}: {what} {line}", file=sys.stderr)
        finite = [width for width in total.widths if np.isfinite(width)]
        rows.append(
            {
                "kind": kind,
                "seed": given.seed,
                "audits": seen,
                "table_sets": seen * PLACES,
                "equations": total.numbers,
                "counts_of_1_to_10": total.small,
                "recovered": found["recovered"],
                "narrowed": found["narrowed"],
                "smallest_width": min(finite, default=None),
                "unbounded": len(total.widths) - len(finite),
            }
        )
        print(rows[-1])
    given.out.parent.mkdir(parents=True, exist_ok=True)
    with given.out.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
