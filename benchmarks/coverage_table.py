"""Branch coverage of the statistics, the readers and the wording by their own tests.

    python benchmarks/coverage_table.py [--parts NAME ...] [--kept]

Each part's tests run once with coverage.py (branches; the processes in which files are unpacked too) into
build/coverage/PART; `--kept` reads what is there already. Writes a row for each folder (of readers and wording) or
family of statistics, and one for each part, to benchmarks/results/coverage.csv, and prints the files below 95 % of
their branches. Other tests reach more: what counts here is what a part's own tests reach.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "coverage.csv"
WORK = ROOT / "build" / "coverage"
COLUMNS = ("part", "folder", "files", "statements", "statements_run", "branches", "branches_taken", "share")
ASKED = 0.95


@dataclass(frozen=True)
class Part:
    """What is measured, and the tests that count."""

    files: tuple[str, ...]
    """Paths begin like this."""
    tests: tuple[str, ...]


PARTS = {
    "statistics": Part(("auditor/stats/",), ("tests/stats",)),
    "readers": Part(("auditor/records/",), ("tests/records", "tests/bad_inputs")),
    "wording": Part(
        ("auditor/audit/said.py", "auditor/audit/wording.py", "auditor/audit/written.py", "auditor/audit/ethnicity.py",
         "auditor/report/sentences.py", "auditor/report/wording.py", "auditor/report/numbers.py",
         "auditor/report/doubts.py", "auditor/report/tongue.py", "auditor/report/letters/"),
        ("tests/report/test_sentences.py", "tests/report/test_wording.py", "tests/report/test_numbers.py",
         "tests/report/test_increase.py", "tests/report/test_doubts.py", "tests/report/letters/test_letters.py",
         "tests/audit/test_adequacy_words.py", "tests/audit/test_verdict.py", "tests/audit/test_ethnicity.py",
         "tests/audit/test_place_classes.py"),
    ),
}  # fmt: skip
_SETTINGS = """[run]
branch = true
source = auditor
data_file = {folder}/data
parallel = true
patch = subprocess
concurrency = multiprocessing,thread
[report]
exclude_also =
    if TYPE_CHECKING:
    ^\\s*\\.\\.\\.$
"""


def _coverage(folder: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "coverage", arguments[0], f"--rcfile={folder / 'rc'}", *arguments[1:]]
    subprocess.run(command, cwd=ROOT, check=True)


def measured(name: str, kept: bool) -> dict[str, Any]:
    """Run a part's tests, unless what they reached is kept, and return coverage.py's own summary by file."""
    folder = WORK / name
    if not kept:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    (folder / "rc").write_text(_SETTINGS.format(folder=folder), encoding="utf-8")
    if not kept:
        options = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")
        _coverage(folder, "run", *options, *PARTS[name].tests)
    if any(folder.glob("data.*")):
        _coverage(folder, "combine", "-q", "--append")
    _coverage(folder, "json", "-q", "-o", str(folder / "table.json"))
    files = json.loads((folder / "table.json").read_text(encoding="utf-8"))["files"]
    return {file: found["summary"] for file, found in files.items() if file.startswith(PARTS[name].files)}


def rows(name: str, files: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, object]]:
    """Yield a row for each folder, and last one for the part."""
    folders = sorted({Path(file).parent.as_posix() for file in files})
    for folder in [*folders, "all"]:
        own = [found for file, found in files.items() if folder in {"all", Path(file).parent.as_posix()}]
        said = [
            sum(found[key] for found in own)
            for key in ("num_statements", "covered_lines", "num_branches", "covered_branches")
        ]
        share = f"{said[3] / said[2]:.3f}" if said[2] else ""
        yield dict(zip(COLUMNS, (name, folder, len(own), *said, share), strict=True))


def _place(row: Mapping[str, object]) -> tuple[int, bool, str]:
    folder = str(row["folder"])
    return list(PARTS).index(str(row["part"])), folder == "all", folder


def main() -> int:
    """Measure, write, and name what is below the share asked for; 1 where a part is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="*", default=list(PARTS), choices=list(PARTS))
    parser.add_argument("--kept", action="store_true", help="read what earlier runs left in build/coverage")
    given = parser.parse_args()
    table: list[Mapping[str, object]] = []
    if RESULTS.exists():
        with RESULTS.open(encoding="utf-8", newline="") as stream:
            table = [row for row in csv.DictReader(stream) if row["part"] not in given.parts]
    short = False
    for name in given.parts:
        files = measured(name, given.kept)
        own = list(rows(name, files))
        table += own
        print(own[-1], flush=True)
        short |= float(str(own[-1]["share"])) < ASKED
        for file, found in files.items():
            if found["covered_branches"] < ASKED * found["num_branches"]:
                print(f"  {file}: {found['covered_branches']} of {found['num_branches']} branches")
    with RESULTS.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(table, key=_place))
    return int(short)


if __name__ == "__main__":
    sys.exit(main())
