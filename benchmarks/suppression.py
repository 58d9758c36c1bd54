"""Attack what an audit publishes: linear programming over every number of its output, for every count of 1 to 10.

    python benchmarks/suppression.py [--sets 10000] [--seed 1] [--kind arrests]

A table set is the counts of one place by group, offence and half year, or by level, with its margins and rates, or its
people listed row by row with how searches, arrests, cases and custody ended (`suppress_records.py`). The places that
are compared with each other (3, 8 or 48) make one audit, with the nation's row, or a second focal group, in some. The
audit is run whole, but for the posterior of a threshold model, which is made up (`suppress_drawn.py`), and every number
of its review is read back as an equation over the counts (`suppress_read.py`, `suppress_people.py`), with the number of
rows of a file that lists people; pages, tables and letters hold no number that the review does not hold (`auditor
verify`). For every count of 1 to 10 people - single cells, sums over groups, offences, outcomes, sides, halves - a
reader must hold possible that it is 0, or 11 or more, and values five apart: whole numbers of people that agree with
all that is published show it, or its exact bounds do (`suppress_settle.py`).

A count is *recovered* where one value is left, *narrowed* where what is left lies within 1 to 10 (then the reader knows
that a few people stand there), and *tight* where what is left is fewer than five apart. None may happen.

What was done is kept beside the package, so that the next call goes on with it as long as no line of the package or
of the attack has changed. Writes benchmarks/results/suppression.csv.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from auditor.audit.config import load_config
from auditor.audit.run import audit
from benchmarks.suppress_classes import classes
from benchmarks.suppress_counts import ArrestReader, MatchReader, targets
from benchmarks.suppress_drawn import unsampled
from benchmarks.suppress_lp import LEAST
from benchmarks.suppress_people import PeopleReader, people_targets
from benchmarks.suppress_read import system_of
from benchmarks.suppress_records import OUTCOMES, drawer, files
from benchmarks.suppress_settle import WIDE, settle
from benchmarks.suppress_worlds import World, arrests, matches, write

ROOT = Path(__file__).resolve().parents[1]
KINDS = {"arrests": arrests, "classes": classes, "matches": matches, **{kind: drawer(kind) for kind in OUTCOMES}}
READERS = {"arrests": ArrestReader, "classes": ArrestReader, "matches": MatchReader}
PLACES = (48, 8, 48, 3)
"""Places of one audit and the next: a large one costs little more, in a small one a sum over the others says most."""


@dataclass
class Result:
    """What one audit gives away."""

    table_sets: int = 0
    equations: int = 0
    small: int = 0
    programs: int = 0
    free: int = 0
    exact: int = 0
    fractional: int = 0
    smallest_width: float | None = None
    recovered: list[str] = field(default_factory=list)
    narrowed: list[str] = field(default_factory=list)
    tight: list[str] = field(default_factory=list)


Done = dict[tuple[str, int, int], Result]
"""By kind, seed and number of the audit."""


def attack(world: World, folder: Path) -> Result:
    """Run the audit of a world and attack its review."""
    listed = world.kind in OUTCOMES
    with unsampled():
        review = audit(load_config(write(world, folder, files if listed else None))).to_dict()
    system = system_of(world, review, READERS.get(world.kind, PeopleReader))
    # Sums of the same counts are one question.
    sums = people_targets(world.counts) if listed else targets(world)
    asked = {frozenset(keys): name for name, keys in sums.items()}
    asked = {keys: name for keys, name in asked.items() if 0 < sum(world.counts[key] for key in keys) < LEAST}
    wanted = list(asked)
    found = settle(system, wanted)
    unseen = np.isinf(found.high)
    result = Result(len(world.places), len(system.rows), len(asked), found.programs, int(unseen.sum()))
    result.exact, result.fractional = int(found.exact.sum()), int((~found.whole).sum())
    result.smallest_width = min(found.width[~unseen].tolist(), default=None)
    for t, keys in enumerate(wanted):
        low, high, truth = found.low[t] + 0.0, found.high[t], sum(world.counts[key] for key in keys)
        if not low <= truth <= high:
            raise ArithmeticError(f"{asked[keys]}: {truth} is not within {low} to {high}: an equation is read wrongly")
        line = f"{asked[keys]} in {low:g}..{high:g} ({truth})"
        if low == high:
            result.recovered.append(line)
        elif low >= 1 and high < LEAST:
            result.narrowed.append(line)
        elif high - low < WIDE:
            result.tight.append(line)
    return result


def code() -> str:
    """Return a hash of every line that the result depends on."""
    files = [*(ROOT / "auditor").rglob("*.py"), *(ROOT / "auditor").rglob("*.toml"), *ROOT.glob("configs/**/*.toml")]
    files += [*(ROOT / "benchmarks").glob("suppress*.py")]
    texts = "".join(f"{path.relative_to(ROOT)}\0{path.read_text(encoding='utf-8')}\0" for path in sorted(files))
    return hashlib.sha256(texts.encode()).hexdigest()[:16]


def sizes(kind: int) -> Iterator[tuple[int, int]]:
    """Yield the number of each audit and that of its places."""
    number = 0
    while True:
        yield number, PLACES[(number + kind) % len(PLACES)]
        number += 1


def attacked(kind: str, seed: int, number: int, places: int) -> Result:
    """Draw a world and attack it."""
    rng = np.random.default_rng([seed, sorted(KINDS).index(kind), number])
    world = KINDS[kind](rng, places)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return attack(world, Path(folder))
    except (ArithmeticError, KeyError) as error:
        raise ArithmeticError(f"{kind} {number} of {places} places: {error!r}") from error


def kept(path: Path, mark: str) -> Done:
    """Return what an earlier call did with the same code."""
    if not path.is_file():
        return {}
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
    return {tuple(line["of"]): Result(**line["result"]) for line in lines if line["code"] == mark}


def run(kind: str, seed: int, sets: int, done: Done, keep: Path, mark: str) -> list[Result]:
    """Attack audits until there were so many table sets."""
    results: list[Result] = []
    for number, places in sizes(sorted(KINDS).index(kind)):
        if sum(result.table_sets for result in results) >= sets:
            return results
        result = done.get((kind, seed, number))
        if result is None:
            result = attacked(kind, seed, number, places)
            with keep.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps({"code": mark, "of": [kind, seed, number], "result": asdict(result)}) + "\n")
        for what in ("recovered", "narrowed", "tight"):
            for line in getattr(result, what):
                print(f"{kind} {number} of {places} places: {what} {line}", file=sys.stderr)
        results.append(result)
    return results


def row_of(kind: str, seed: int, results: list[Result]) -> dict[str, object]:
    """Return a line of the table."""
    found: dict[str, object] = {"kind": kind, "seed": seed, "audits": len(results)}
    for name in ("table_sets", "equations", "small", "programs", "free", "exact", "fractional"):
        found[name] = sum(getattr(result, name) for result in results)
    for what in ("recovered", "narrowed", "tight"):
        found[what] = sum(len(getattr(result, what)) for result in results)
    widths = [result.smallest_width for result in results if result.smallest_width is not None]
    return {**found, "smallest_width": min(widths, default=None)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=sorted(KINDS), action="append")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results" / "suppression.csv")
    parser.add_argument("--keep", type=Path, default=ROOT / "build" / "suppression.jsonl")
    given = parser.parse_args()
    kinds, rows, mark = given.kind or sorted(KINDS), [], code()
    given.keep.parent.mkdir(parents=True, exist_ok=True)
    done = kept(given.keep, mark)
    for kind in kinds:
        rows.append(row_of(kind, given.seed, run(kind, given.seed, given.sets // len(kinds), done, given.keep, mark)))
        print(rows[-1], flush=True)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    with given.out.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
