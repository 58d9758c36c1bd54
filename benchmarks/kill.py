"""Kill runs at random instants, go on with them, and hold the output against that of a run that was left alone.

    python benchmarks/kill.py [--places 300] [--kills 190] [--workers 2] [--seed 1] [--seconds 0]

The inputs are those of benchmarks/nation.py. One run is left alone. Then, until enough runs were killed (or the
seconds are over): a run is started and killed (SIGKILL, its main process alone) at an instant drawn from the whole of
its length; it is started again with --resume and killed again, up to four times, the later ones within the time that a
resumed run takes; and then gone on with to its end. Every second one writes where an earlier output stands.

After each kill there may be nothing at OUT but what stood there before or the whole output, and no process of the run
may be left ten seconds later. At the end every byte must be that of the run left alone, nothing may stand beside it,
and the folder of temporary files must be empty. Anything else is counted as wrong, said, and ends with exit code 1.
Writes a row to benchmarks/results/kill.csv.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from nation import generate

ROOT = Path(__file__).resolve().parents[1]
STAGES = ("before the review", "review kept", "publishing or after")
MOST = 4
Tree = dict[str, str]


def tree(folder: Path) -> Tree:
    """Return the hash of every file below a folder, by its path; empty where there is no folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@dataclass
class Trials:
    """Runs into one place, and what came of them."""

    config: Path
    base: Path
    workers: int
    draw: random.Random
    whole: Tree = field(default_factory=dict)
    length: float = 0.0
    resumed: float = 0.0
    killed: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    resumes: int = 0

    @property
    def out(self) -> Path:
        """Where the runs write."""
        return self.base / "beside" / "out"

    def start(self, *more: str) -> subprocess.Popen[bytes]:
        """Start a run in a session of its own, with temporary files of its own."""
        command = [sys.executable, "-m", "auditor.cli", "run", str(self.config), "--out", str(self.out)]
        environment = {**os.environ, "TMPDIR": str(self.base / "temporary")}
        with (self.base / "said").open("w") as said:  # a file: a pipe would wait for workers that outlive the run
            return subprocess.Popen(
                [*command, "--workers", str(self.workers), *more],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
            )

    def alone(self) -> None:
        """Run once without a disturbance."""
        started = time.monotonic()
        with self.start() as process:
            process.wait()
        if process.returncode:
            raise SystemExit(f"the run that was left alone ended with {process.returncode}")
        self.length = self.resumed = time.monotonic() - started
        self.whole = tree(self.out)

    def trial(self, earlier: Path | None) -> None:
        """Kill a run some times, and go on with it."""
        shutil.rmtree(self.out.parent)
        self.out.parent.mkdir()
        if earlier is not None:
            shutil.copytree(earlier, self.out)
        before = tree(self.out)
        if self.kill(self.length, before):
            for _ in range(self.draw.randrange(MOST)):
                kept = bool(list(self.out.parent.glob(".out.partial-*/batch-*")))
                if not self.kill(self.resumed if kept else self.length, before, "--resume"):
                    break
            self.finish()
        if tree(self.out) != self.whole:
            self.wrong.append("the resumed output differs")
        if left := [path.name for path in self.out.parent.iterdir() if path != self.out]:
            self.wrong.append(f"left beside the output: {left}")
        if left := [path.name for path in (self.base / "temporary").iterdir()]:
            self.wrong.append(f"left among the temporary files: {left}")

    def kill(self, within: float, before: Tree, *more: str) -> bool:
        """Start a run and kill it; False when it was quicker."""
        process = self.start(*more)
        started = time.monotonic()
        try:
            process.wait(self.draw.uniform(0, within))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        else:
            if process.returncode:
                self.wrong.append(f"a run ended with {process.returncode}")
            if not more:  # the machine is less busy than before
                self.length = time.monotonic() - started
            return False
        if not gone(process.pid):
            self.wrong.append("a worker outlived the run")
            os.killpg(process.pid, signal.SIGKILL)
        now = tree(self.out)
        if now not in (before, self.whole):
            self.wrong.append("a partial output")
        kept = list(self.out.parent.glob(".out.partial-*/batch-*"))
        stage = 2 if now == self.whole and now != before else 1 if kept else 0
        self.killed[STAGES[stage]] += 1
        return True

    def finish(self) -> None:
        """Go on to the end."""
        started = time.monotonic()
        with self.start("--resume") as process:
            process.wait()
        said = (self.base / "said").read_text(encoding="utf-8")
        if process.returncode:
            self.wrong.append(f"a resumed run ended with {process.returncode}: {said[-300:]}")
        self.resumes += 1
        if "going on" in said:
            self.resumed = time.monotonic() - started


def gone(group: int, seconds: float = 10.0) -> bool:
    """Say whether every process of a group ends within some time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def main() -> None:
    """Generate, kill, go on, compare, record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, default=300)
    parser.add_argument("--kills", type=int, default=190)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=0, help="stop after the trial in which these are over")
    given = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        for name in ("in", "small", "beside", "temporary"):
            (base / name).mkdir()
        generate(base / "in", given.places)
        generate(base / "small", 3)
        earlier = Trials(base / "small" / "audit.toml", base, 1, random.Random(0))
        earlier.alone()
        shutil.move(earlier.out, base / "earlier")
        trials = Trials(base / "in" / "audit.toml", base, given.workers, random.Random(given.seed))
        trials.alone()
        done = 0
        while trials.killed.total() < given.kills and not (0 < given.seconds < time.monotonic() - started):
            trials.trial(base / "earlier" if done % 2 else None)
            done += 1
            print(done, dict(trials.killed), trials.wrong, flush=True)
    row = {
        "places": given.places,
        "workers": given.workers,
        "seed": given.seed,
        "kills": trials.killed.total(),
        **{f"killed {name}": trials.killed[name] for name in STAGES},
        "runs": done,
        "resumed to the end": trials.resumes,
        "wrong": len(trials.wrong),
        "wall_s alone": f"{trials.length:.1f}",
        "python": platform.python_version(),
        "processors": os.cpu_count(),
    }
    print(row)
    record(row)
    if trials.wrong:
        raise SystemExit("\n".join(trials.wrong))


def record(row: dict[str, object]) -> None:
    """Write the row in place of an earlier one of as many places and of this seed."""
    path = ROOT / "benchmarks" / "results" / "kill.csv"
    kept: list[dict[str, object]] = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as stream:
            own = [str(row[name]) for name in ("places", "seed")]
            kept = [dict(old) for old in csv.DictReader(stream) if [old["places"], old["seed"]] != own]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerows([*kept, row])


if __name__ == "__main__":
    main()
