"""A whole national audit: 3,100 counties, every page.

    python benchmarks/national.py [--places 3100] [--months 0] [--records 0] [--workers 2] [--keep FOLDER]
    python benchmarks/national.py --months 96 --peer PYTHON

The inputs are drawn by benchmarks/nation.py: programme statistics (interoperability layout) and arrests by group. Runs
`auditor run` on them in a process of its own; checks that every place has a page; and writes wall seconds, CPU seconds
(children included) and peak memory of the largest process to benchmarks/results/national.csv, a row for each number of
months and records. With `--months 96` the arrests come by month (from January 2005), group and four offence classes,
and two in three places have a programme start between November 2008 and December 2012, so that the signals of change
run too. With `--records 11000000` those arrests stand in the file one by one, with their day, some 11 million of them.

With `--peer` (an interpreter that has pandas, statsmodels and matplotlib) the audit as a user would put it together
(benchmarks/peers/national_pandas.py) goes over the first 310 places of the same tables, once with figures and once
without; its seconds for 3,100 are ten times that. Written to benchmarks/results/national_peer.csv beside the last row
of national.csv with the same months.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nation import generate

RESULTS = Path(__file__).resolve().parent / "results"
PEER = Path(__file__).resolve().parent / "peers" / "national_pandas.py"
PEER_PLACES = 310
KEYS = ("months", "records")


def run(folder: Path, places: int, workers: int) -> dict[str, object]:
    """Audit the nation of a folder; return what it took."""
    command = [sys.executable, "-m", "auditor.cli", "run", str(folder / "audit.toml"), "--quiet"]
    started = time.monotonic()
    subprocess.run([*command, "--out", str(folder / "out"), "--workers", str(workers)], check=True)
    wall = time.monotonic() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    pages = sorted((folder / "out" / "places").glob("*.html"))
    if len(pages) != places:
        raise SystemExit(f"{len(pages)} pages for {places} places")
    return {
        "wall_s": f"{wall:.1f}",
        "cpu_s": f"{used.ru_utime + used.ru_stime:.1f}",
        "peak_mib": f"{used.ru_maxrss / 1024:.0f}",
        "largest_page_kb": f"{max(page.stat().st_size for page in pages) / 1000:.0f}",
        "index_kb": f"{(folder / 'out' / 'index.html').stat().st_size / 1000:.0f}",
    }


def peer(python: str, folder: Path, *, draw: bool) -> dict[str, float]:
    """Let the peer audit the nation of a folder."""
    command = [python, str(PEER), str(folder), *(() if draw else ("--without-figures",))]
    surroundings = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=surroundings)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def beside(python: str, folder: Path, months: int) -> None:
    """Write the peer's seconds beside ours."""
    ours = [row for row in _rows(RESULTS / "national.csv") if row["months"] == str(months) and row["records"] == "0"]
    if not ours:
        raise SystemExit("run `python benchmarks/national.py --months` with the same months first")
    rows = []
    for draw in (True, False):
        found = peer(python, folder, draw=draw)
        national = found["cpu"] * int(ours[-1]["places"]) / found["places"]
        rows.append({
            "peer": f"pandas, statsmodels{', matplotlib' if draw else ', no figures'}",
            "months": months,
            "peer_places": found["places"],
            "peer_cpu_s": f"{found['cpu']:.1f}",
            "peer_cpu_s_national": f"{national:.0f}",
            "peer_peak_mib": f"{found['peak_mib']:.0f}",
            "ours_cpu_s": ours[-1]["cpu_s"],
            "times": f"{national / float(ours[-1]['cpu_s']):.1f}",
            "python": platform.python_version(),
            "processors": os.cpu_count(),
        })  # fmt: skip
        print(rows[-1])
    _write(RESULTS / "national_peer.csv", rows)


def _rows(path: Path) -> list[dict[str, object]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return [{"records": "0", **row} for row in csv.DictReader(stream)]


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[-1]), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Generate, run, check, record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, default=3100)
    parser.add_argument("--months", type=int, default=0, help="arrests by month and class, and programme starts")
    parser.add_argument("--records", type=int, default=0, help="about so many arrests, one by one (needs months)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="folder to keep the inputs and the output in")
    parser.add_argument("--peer", metavar="PYTHON", help="time the peer instead, with this interpreter")
    given = parser.parse_args()
    if given.records and not given.months:
        parser.error("records need months")
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if given.peer:
            generate(folder, PEER_PLACES, given.months)
            beside(given.peer, folder, given.months)
            return
        generate(folder, given.places, given.months, given.records)
        took = run(folder, given.places, given.workers)
    row: dict[str, object] = {
        "places": given.places, "months": given.months, "records": given.records, "workers": given.workers, **took,
        "python": platform.python_version(), "processors": os.cpu_count(),
    }  # fmt: skip
    print(row)
    mine = tuple(str(row[key]) for key in KEYS)
    kept = [old for old in _rows(RESULTS / "national.csv") if tuple(old[key] for key in KEYS) != mine]
    _write(RESULTS / "national.csv", [*kept, row])


if __name__ == "__main__":
    main()
