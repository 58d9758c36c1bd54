"""Mutation score of auditor/stats: how many small faults, drawn at random, its own tests find.

    python benchmarks/mutation.py [--sample 500] [--seed 1] [--again] [--only TEXT]

A draw spread over all modules in proportion to what each could have wrong (every fault has the same chance). A fault
is shown the tests of tests/stats that come to its line by a coverage run made first (build/mutation/), those of its
own folder before others, quickest first, up to `--most` seconds of them; so the score is a lower bound. Ten placebos
(the module compiled anew without a fault) must survive. Writes benchmarks/results/mutation.csv, keeping the notes
that say why a survivor is equivalent; `--again` shows only the survivors of the table to the tests as they are now.

Not mutmut or cosmic-ray: the first changes nothing outside functions, the second starts pytest anew for every fault,
which takes longer here than the tests, and neither draws a sample with a seed.
"""

from __future__ import annotations

import argparse
import csv
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from benchmarks.mutant_tests import NO_TEST, load_libraries, reached, told
from benchmarks.mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "mutation.csv"
WORK = ROOT / "build" / "mutation"
TESTS = ["tests/stats"]
COLUMNS = ("module", "line", "function", "kind", "before", "after", "nth", "draw", "result", "by", "note")
PLACEBOS = 10
SLACK = 8.0
"""Seconds of processor time beyond twice what the tests took by the clock."""
Row = dict[str, str]


def drawn(everything: Sequence[Mutant], count: int, seed: int) -> list[Mutant]:
    """Draw mutants systematically from all, those of each module in random order: every one has the same chance."""
    rng = random.Random(seed)
    modules: dict[str, list[Mutant]] = {}
    for mutant in everything:
        modules.setdefault(mutant.module, []).append(mutant)
    ordered = [mutant for own in modules.values() for mutant in rng.sample(own, len(own))]
    start = rng.random()
    return [ordered[int((start + i) * len(ordered) / count)] for i in range(min(count, len(ordered)))]


def cover() -> None:
    """Run the tests once, noting which lines each comes to."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    (WORK / "rc").write_text(f"[run]\nbranch = true\nsource = auditor/stats\ndata_file = {WORK / 'data'}\n")
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-o", "junit_family=xunit1", "--cov-context=test"]
    options += [f"--junitxml={WORK / 'times.xml'}", "--cov", f"--cov-config={WORK / 'rc'}", "--cov-report="]
    subprocess.run([sys.executable, "-m", "pytest", *options, *TESTS], cwd=ROOT, check=True)


def known() -> list[Row]:
    """Return the rows of the table."""
    if not RESULTS.exists():
        return []
    with RESULTS.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def key(row: Row) -> tuple[str, ...]:
    """Return what stays the same when lines move."""
    return tuple(row[column] for column in ("module", "function", "kind", "before", "after", "nth"))


@dataclass(frozen=True)
class Task:
    """A fault, and the tests that it is shown."""

    mutant: Mutant
    tests: list[str]
    seconds: float
    placebo: bool = False


def shown(task: Task) -> tuple[str, str]:
    """Return what the tests say of a fault, and which said it."""
    if not task.tests:
        return "survived", "no test comes to this line"
    limit = SLACK + 2 * task.seconds
    answer = told(ROOT, task.mutant, task.tests, limit, placebo=task.placebo)
    if answer.by == NO_TEST and told(ROOT, task.mutant, task.tests, limit, placebo=True).result != "survived":
        raise RuntimeError(f"{task.mutant.module} without a fault: these tests cannot be run: {task.tests}")
    return answer.result, answer.by


def row_of(mutant: Mutant, draw: str, told: tuple[str, str], notes: Mapping[tuple[str, ...], str]) -> Row:
    """Return a row of the table, with the note that stood there."""
    module, function, kind, before, after, nth = mutant.key
    note = notes.get(mutant.key, "") if told[0] == "survived" else ""
    values = (module, str(mutant.line), function, kind, before, after, nth, draw, *told, note)
    return dict(zip(COLUMNS, values, strict=True))


def write(rows: Sequence[Row]) -> None:
    """Write the table, in the order of the source."""
    with RESULTS.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda r: (r["draw"], r["module"], int(r["line"]), r["kind"], r["after"])))


def said(name: str, rows: Sequence[Mapping[str, str]]) -> str:
    """Return the score of some rows in a line; a loop without an end counts as found."""
    from auditor.stats.ratios.intervals import wilson  # not before the mutants: the children import our modules anew

    count = Counter(row["result"] for row in rows)
    equivalent = sum(row["result"] == "survived" and row["note"].startswith("equivalent") for row in rows)
    found, n = count["killed"] + count["timed out"], len(rows)
    low, high = wilson([found, found], [n, max(n - equivalent, 1)])
    whole = f"{100 * found / n:.1f} % [{100 * low[0]:.1f}, {100 * high[0]:.1f}]"
    other = f"{100 * found / max(n - equivalent, 1):.1f} % [{100 * low[1]:.1f}, {100 * high[1]:.1f}]"
    results = f"{count['killed']} killed, {count['timed out']} timed out, {count['survived']} survived"
    return f"{name:14} {n:4}: {results} ({equivalent} equivalent); {whole}, without the equivalent {other}"


def _open(row: Row) -> bool:
    return row["result"] == "survived" and not row["note"].startswith("equivalent")


def report(rows: Sequence[Mapping[str, str]]) -> None:
    """Print the scores."""
    for draw in sorted({row["draw"] for row in rows}):
        own = [row for row in rows if row["draw"] == draw]
        print(said(f"seed {draw}", own))
        for kind in sorted({row["kind"] for row in own}):
            print(said(f"  {kind}", [row for row in own if row["kind"] == kind]))


def main() -> int:
    """Draw, run, write; 1 where a placebo is killed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=float, default=15.0, help="seconds of tests shown to a fault")
    parser.add_argument("--again", action="store_true", help="only the survivors of the table, against new tests")
    parser.add_argument("--only", default="", help="with --again: modules whose path has this")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--covered", action="store_true", help="use the coverage run that is there")
    given = parser.parse_args()
    if not given.covered:
        cover()
    load_libraries()
    lines, old = reached(ROOT, WORK / "data", WORK / "times.xml"), known()
    notes = {key(row): row["note"] for row in old}
    every = [m for path in sorted((ROOT / "auditor" / "stats").rglob("*.py")) for m in mutants(ROOT, path)]
    now = {mutant.key: mutant for mutant in every}
    if given.again:
        left = [row for row in old if _open(row) and key(row) in now and given.only in row["module"]]
        chosen = [(now[key(row)], row["draw"]) for row in left]
    else:
        chosen = [(mutant, str(given.seed)) for mutant in drawn(every, given.sample, given.seed)]
        old = [row for row in old if row["draw"] != str(given.seed)]
    tasks = [Task(mutant, *lines.tests(mutant, given.most)) for mutant, _ in chosen]
    placebos = [replace(task, placebo=True) for task in tasks[:: max(len(tasks) // PLACEBOS, 1)]]
    rows = {(row["draw"], *key(row)): row for row in old}
    with get_context("fork").Pool(given.workers) as pool:
        for task, (result, by) in zip(placebos, pool.imap(shown, placebos), strict=True):
            if result != "survived":
                print(f"without a fault {task.mutant.module} fails {by} ({result}): nothing can be said")
                return 1
        for (mutant, draw), answer in zip(chosen, pool.imap(shown, tasks), strict=True):
            row = rows[draw, *mutant.key] = row_of(mutant, draw, answer, notes)
            if answer[0] == "survived":
                where = f"{mutant.module}:{mutant.line} {mutant.function} ({mutant.kind})"
                print(f"{where}: {mutant.before}  ->  {mutant.after}  {answer[1]} {row['note']}", flush=True)
            write(list(rows.values()))
    report(list(rows.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
