"""Fuzzing of the readers: random corruptions of valid files, and random input by hypothesis.

    python benchmarks/fuzz_readers.py --corruptions 10000 [--seed 1] [--minutes 0] [--resume]
    python benchmarks/fuzz_readers.py --hypothesis 60 [--seed 1] [--resume]

The first draws a valid file and a corruption, reads the result as `auditor check` does, and sorts it:

error      refused, or a person asked (exit 2, 3, 4)
noted      read, and the ledger says something that it does not say of the valid file (a note, rows set aside)
identical  read, the same canonical tables, nothing said
silent     read, other canonical tables, nothing said
crash      an error that is not auditor's own; or more than 30 seconds

A silent change is only allowed where the corrupted file is well formed by an independent reading (fuzz_files.py): it
is then another valid file, and no reader could tell. These are counted apart (`undetectable`); any other silent change
is a fault, and its file is kept (--keep FOLDER). The second mode runs every reader and parser on drawn input for so
many minutes of processor time; only auditor's own errors may come out. Results are written to
benchmarks/results/fuzz.csv and fuzz_hypothesis.csv as they come; --resume goes on from there (each corruption, and each
batch of drawn input, has a seed of its own, so the end is that of a run in one piece). The exit code is 1 when there
was a fault.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

from fuzz_corrupt import corruptions_of
from fuzz_files import Valid, valid_files
from fuzz_tables import OUTCOMES, Found, cpu_seconds, read_corruptions, write_corruptions

from auditor.errors import AuditorError
from auditor.records import child, isolated
from auditor.records.load import load
from auditor.records.spec import SourceSpec
from auditor.records.store import Store

RESULTS = Path(__file__).parent / "results"
TABLES = ("counts", "population", "places", "activations", "operations")
SECONDS = 30
EVERY = 50
"""Corruptions between two writings of the table."""
Seen = tuple[list[Any], frozenset[str]]


class TooLong(BaseException):
    """Reading took more than :data:`SECONDS`."""


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """End whatever runs after so many seconds."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def forked(arguments: list[str]) -> int:
    """Run the reader of workbooks in a fork of this process: as isolated as in auditor, without its start."""
    pid = os.fork()
    if pid == 0:
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            code = child.main(arguments)
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
            code = 1
        os._exit(code)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def reading(path: Path, base: Path) -> Seen:
    """Read a file as ``check`` does: the canonical rows without their row numbers, and everything that was said."""
    with Store() as store:
        loaded = load([SourceSpec(path=path.name)], base, store, as_of=date(2012, 6, 30))
        rows: list[Any] = []
        for table in TABLES:
            found = store.connection.execute(f"SELECT * EXCLUDE (row) FROM {table}").fetchall()
            rows += sorted(((table, *row) for row in found), key=repr)
        said = set(loaded.notes)
        for source in loaded.sources:
            said |= set(source.ledger.notes) | {f"{step.rows} {step.reason}" for step in source.ledger.steps}
        return rows, frozenset(said)


def sort(file: Valid, content: bytes, base: Path, valid: Seen) -> str:
    """Say what became of a corrupted file."""
    path = base / file.name
    path.write_bytes(content)
    try:
        with limited(SECONDS):
            rows, said = reading(path, base)
    except AuditorError:
        return "error"
    except (TooLong, Exception):
        traceback.print_exc()
        return "crash"
    if said - valid[1]:
        return "noted"
    if rows == valid[0]:
        return "identical"
    return "undetectable" if file.well_formed(content) else "silent"


def fuzz(count: int, seed: int, minutes: float, keep: Path | None, before: tuple[Found, float]) -> Found:
    """Draw corruptions until there are enough of them or the time is over; go on from what was found before."""
    isolated._run = forked
    found, spent = before
    start, first = cpu_seconds() - spent, sum(n for key, n in found.items() if key[0] == "file")
    with tempfile.TemporaryDirectory() as folder:
        base, files = Path(folder), valid_files()
        plain = {}
        for file in files:
            (base / file.name).write_bytes(file.content)
            plain[file.name] = reading(base / file.name, base)
            assert file.well_formed(file.content), file.name
        for number in range(first, count):
            rng = Random(f"{seed}:{number}")
            file = rng.choice(files)
            known = corruptions_of(file)
            name = rng.choice(list(known))
            content = known[name](rng, file.content)
            outcome = sort(file, content, base, plain[file.name]) if content != file.content else "identical"
            found.update([("file", file.name, outcome), ("corruption", name, outcome)])
            if outcome in ("silent", "crash"):
                print(f"{outcome}: number {number}, {name}, {file.name}", flush=True)
                if keep:
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / f"{number}-{outcome}-{file.name}").write_bytes(content)
            over = bool(minutes) and cpu_seconds() - start > 60 * minutes
            if over or number % EVERY == 0 or number == count - 1:
                write_corruptions(RESULTS / "fuzz.csv", found, cpu_seconds() - start, seed)
            if over:
                break
    return found


def main() -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corruptions", type=int, default=0, metavar="N")
    parser.add_argument("--hypothesis", type=float, default=0, metavar="MINUTES")
    parser.add_argument("--minutes", type=float, default=0, help="processor time after which corruptions end")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true", help="go on from the tables of an earlier run with this seed")
    parser.add_argument("--keep", type=Path, help="folder for the files that were read silently or crashed")
    options = parser.parse_args()
    faults = 0
    if options.corruptions:
        before = read_corruptions(RESULTS / "fuzz.csv", options.seed) if options.resume else (Counter(), 0.0)
        found = fuzz(options.corruptions, options.seed, options.minutes, options.keep, before)
        total = {o: sum(n for key, n in found.items() if key[0] == "file" and key[2] == o) for o in OUTCOMES}
        print(total)
        faults += total["silent"] + total["crash"]
    if options.hypothesis:
        from fuzz_drawn import draw_all

        faults += draw_all(options.hypothesis, options.seed, RESULTS / "fuzz_hypothesis.csv", resume=options.resume)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
