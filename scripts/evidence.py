"""Make the published figures that are cheap to make again, run the tests of every requirement, and write the matrix.

    python scripts/evidence.py [--steps NAME ...] [--results FILE.xml ...]

scripts/requirements.toml says what is asked, which tests and tables show it, and how it stands. Each step writes a file
that is committed; whether it comes out the same is told. Nothing asks the network. Writes docs/evidence.md.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
import tomllib
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "scripts" / "requirements.toml"
OUT = ROOT / "docs" / "evidence.md"
STEPS = {
    "method pages": (["scripts/write_method_pages.py"], ["docs/methods"]),
    "conformance": (["scripts/conformance.py"], ["docs/conformance.md"]),
    "small tables": (["benchmarks/enumeration.py"], ["benchmarks/results/enumeration.csv"]),
    "promised cells": (
        ["benchmarks/calibration_table.py"],
        ["docs/calibration.md", "benchmarks/results/promised_cells.csv"],
    ),
    "challenge": (["benchmarks/challenge.py"], ["benchmarks/results/challenge.csv"]),
    "determinism": (["benchmarks/determinism.py"], ["benchmarks/results/determinism.csv"]),
}
"""Scripts, and the files or folders that each writes."""
FIGURES = "tests/docs/test_numbers.py"
"""Holds every figure of README, tutorials and pages for readers against the table or run that it comes from."""


def requirements() -> dict[str, dict[str, Any]]:
    """Return what is asked, by name."""
    return tomllib.loads(REQUIREMENTS.read_text(encoding="utf-8"))


def contents(names: list[str]) -> dict[Path, bytes]:
    """Return the bytes of files, and of all files in folders."""
    paths = [ROOT / name for name in names]
    files = [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    return {file: file.read_bytes() for file in files if file.is_file()}


def made_again(name: str) -> tuple[str, float]:
    """Run a step; say whether what it writes is what was there, and how many seconds it took."""
    script, written = STEPS[name]
    before, start = contents(written), time.monotonic()
    command = [sys.executable, *script]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 (our scripts)
    after = contents(written)
    changed = [file.name for file in before.keys() | after.keys() if before.get(file) != after.get(file)]
    told = f"differs: {', '.join(sorted(changed))}" if changed else "the same, byte for byte"
    if ended.returncode:
        told += f"; it ended with {ended.returncode}"
    return told, time.monotonic() - start


def tested(paths: list[str]) -> dict[str, Counter[str]]:
    """Run tests and return how many passed, failed and were skipped, by file."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        options = ["-q", "-p", "no:cacheprovider", "-o", "junit_family=xunit1", f"--junitxml={report}"]
        options += ["--numprocesses", "auto", "--dist", "worksteal"]
        subprocess.run([sys.executable, "-m", "pytest", *options, *paths], cwd=ROOT, check=False)  # noqa: S603
        return results([report])


def results(reports: Sequence[Path]) -> dict[str, Counter[str]]:
    """Read what pytest wrote (``-o junit_family=xunit1 --junitxml=FILE``): results by file."""
    found: dict[str, Counter[str]] = {}
    for case in (case for report in reports for case in ET.parse(report).getroot().iter("testcase")):  # noqa: S314
        kinds = {child.tag for child in case}
        failed = kinds & {"failure", "error"}
        result = "failed" if failed else "skipped" if "skipped" in kinds else "passed"
        found.setdefault(case.get("file", ""), Counter())[result] += 1
    return found


def summed(paths: list[str], found: Mapping[str, Counter[str]]) -> str:
    """Return the results of the tests in files and folders, in words."""
    own: Counter[str] = Counter()
    for file, counts in found.items():
        if any(file == path or file.startswith(f"{path}/") for path in paths):
            own += counts
    return ", ".join(f"{own[kind]:,} {kind}" for kind in ("passed", "failed", "skipped") if own[kind]) or "not run"


def rows(asked: Mapping[str, Mapping[str, Any]], found: Mapping[str, Counter[str]]) -> Iterator[str]:
    """Yield the rows of the matrix."""
    for name, item in asked.items():
        shown = [f"[{Path(path).stem}](../{path})" for path in (*item.get("tests", ()), *item.get("tables", ()))]
        result = summed(item["tests"], found) if item.get("tests") else ""
        cells = (name, item["what"], ", ".join(shown), result, item["standing"], item["said"])
        yield f"| {' | '.join(cells)} |"


def page(steps: Mapping[str, tuple[str, float]], found: Mapping[str, Counter[str]]) -> str:
    """Return the page."""
    asked = requirements()
    count = Counter(item["standing"] for item in asked.values())
    made = "\n".join(f"| {name} | {told} | {seconds:.0f} |" for name, (told, seconds) in steps.items())
    standing = ", ".join(f"{count[kind]} {kind}" for kind in ("met", "partly", "open") if count[kind])
    return _PAGE.format(asked=len(asked), standing=standing, steps=made, rows="\n".join(rows(asked, found)))


_PAGE = """# What is asked, where it is shown, and how it stands

Written by `make evidence`, which makes the figures again that are cheap to make, runs the tests named below, and asks
no network. Figures of README, tutorials and pages for readers are held against their tables by a test; those of long
simulations (`make calibrate`, `bench`, `fuzz`, `attack`, `kill`) are not made again here.

| made again | result | seconds |
|---|---|---|
{steps}

{asked} requirements: {standing}. Names are those of the project's list of figures: N arithmetic, C calibration,
D input, R robustness, P privacy, S security, V evidence. The standing is a judgement (`scripts/requirements.toml`); the
column of tests is what this run saw, and "not run" means that it left them out.

| | asked | shown by | tests | standing | remark |
|---|---|---|---|---|---|
{rows}
"""


def main() -> int:
    """Make, run, write; 1 where a test failed or a figure differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", nargs="*", default=list(STEPS), choices=list(STEPS))
    parser.add_argument("--results", nargs="*", type=Path, help="read these reports of pytest, and run no test")
    given = parser.parse_args()
    steps = {}
    for name in given.steps:
        steps[name] = made_again(name)
        print(f"{name}: {steps[name][0]} ({steps[name][1]:.0f} s)", flush=True)
    paths = sorted({path for item in requirements().values() for path in item.get("tests", ())} | {FIGURES})
    inner = [path for path in paths if not any(path != other and path.startswith(f"{other}/") for other in paths)]
    found = tested(inner) if given.results is None else results(given.results)
    OUT.write_text(page(steps, found), encoding="utf-8")
    failed = sum(counts["failed"] for counts in found.values())
    return int(bool(failed) or any("differs" in told or "ended" in told for told, _ in steps.values()))


if __name__ == "__main__":
    sys.exit(main())
