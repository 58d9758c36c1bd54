"""W7: CPU seconds of `auditor --help`, against importing what peers need before they say anything.

    python benchmarks/start_up.py --peer PYTHON [--runs 5]

PYTHON is the interpreter of an environment with pandas, scipy and statsmodels. Before a time is written, `auditor
--help` must name every command, and must have imported none of the numeric libraries. Medians of CPU seconds (user and
system) of whole processes, the first of each not counted, in benchmarks/results/start_up.csv.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import resource
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results" / "start_up.csv"
NUMERIC = ("numpy", "scipy", "pandas", "duckdb", "statsmodels", "pydantic", "jinja2")
COMMANDS = ("check", "run", "letter", "verify", "compare", "calibrate", "explain", "demo")
HELP = "import sys; from auditor.cli import main; sys.exit(main(['--help']))"
LOADED = f"import sys, auditor.cli; print([name for name in {NUMERIC!r} if name in sys.modules])"
PEERS = {"pandas": "import pandas", "scipy.stats": "import scipy.stats", "statsmodels.api": "import statsmodels.api"}


def seconds(command: Sequence[str], runs: int) -> float:
    """Return the median CPU seconds of a command."""
    found = []
    # The first run may write compiled files, which the others read.
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(runs + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=surroundings)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(found[1:])


def told(code: str) -> str:
    """Return what a piece of code prints."""
    return subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True).stdout


def version(peer: str, name: str) -> str:
    """Return the version of a package of the peers' environment."""
    code = f"from importlib.metadata import version; print(version({name!r}))"
    return subprocess.run([peer, "-c", code], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def main() -> None:
    """Check, measure, write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default=sys.executable, help="interpreter of the environment of the peers")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    lacking = [name for name in COMMANDS if name not in told(HELP)]
    if lacking or told(LOADED).strip() != "[]":
        raise SystemExit(f"the help lacks {lacking}; imported: {told(LOADED)}")
    rows = [
        ("python", "", seconds([sys.executable, "-c", "pass"], given.runs)),
        ("auditor --help", "", seconds([sys.executable, "-c", HELP], given.runs)),
    ]
    for name, code in PEERS.items():
        package = name.partition(".")[0]
        rows.append((code, f"{package} {version(given.peer, package)}", seconds([given.peer, "-c", code], given.runs)))
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    with RESULTS.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("what", "version", "runs", "cpu_s", "machine"))
        for what, package, cpu in rows:
            writer.writerow((what, package, given.runs, f"{cpu:.3f}", machine))
            print(what, package, f"{cpu:.3f}")


if __name__ == "__main__":
    main()
