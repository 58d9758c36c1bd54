"""Hold the bytes of the example against those of other surroundings, and two wheels against each other.

    python benchmarks/determinism.py [--quick]

Hash seeds, workers, threads of the linear algebra, time zones, locales, other paths, rows and columns of the inputs in
another order. Where the order of rows or columns of a file changes, the hash of that file does, which every page and
table carries: those are compared with the hashes of inputs and what is made from them taken out. Writes
benchmarks/results/determinism.csv (not with --quick).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "configs" / "demo"
RESULTS = ROOT / "benchmarks" / "results" / "determinism.csv"
PLAIN = {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C", "OMP_NUM_THREADS": "1"}
PROGRAM = "import sys; from auditor.cli import main; sys.exit(main(sys.argv[1:]))"
HASHED = re.compile(rb"[0-9a-f]{8,64}")


def surroundings(*, quick: bool) -> Iterator[tuple[str, dict[str, str], int]]:
    """Yield a name, variables and the number of workers."""
    yield "the same again", {}, 1
    yield "hash seed 1", {"PYTHONHASHSEED": "1"}, 1
    for number in range(0 if quick else 3):
        drawn = str(random.SystemRandom().randrange(1, 2**32))
        print(f"hash seed {drawn} is next", flush=True)
        yield f"a hash seed at random ({number + 1})", {"PYTHONHASHSEED": drawn}, 1
    yield "two workers", {}, 2
    yield "two threads", {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}, 1
    for zone in ("America/New_York", "Asia/Kolkata"):
        yield f"time zone {zone}", {"TZ": zone}, 1
    for locale in ("de_DE.UTF-8", "tr_TR.UTF-8"):
        yield f"locale {locale}", {"LC_ALL": locale, "LANG": locale}, 1


def run(config: Path, out: Path, variables: dict[str, str], workers: int, folder: Path) -> dict[str, bytes]:
    """Run an audit in a process of its own and return its files."""
    known = {
        **os.environ,
        **PLAIN,
        **variables,
        "HOME": str(folder),
        "PYTHONPATH": os.pathsep.join(map(str, [ROOT, *filter(None, sys.path)])),
    }
    command = [
        sys.executable,
        "-c",
        PROGRAM,
        "run",
        str(config),
        "--out",
        str(out),
        "--workers",
        str(workers),
        "--quiet",
    ]
    ended = subprocess.run(command, cwd=folder, env=known, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise RuntimeError(ended.stderr)
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def shuffled(folder: Path, seed: int, *, columns: bool) -> Path:
    """Copy the example with the rows, or the columns, of each of its tables in another order."""
    shutil.copytree(DEMO, folder)
    reorder(folder, seed, columns=columns)
    return folder / "audit.toml"


def reorder(folder: Path, seed: int, *, columns: bool) -> None:
    """Put the rows, or the columns, of each table of a folder in another order."""
    drawn = random.Random(seed)
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            head, *rows = list(csv.reader(stream))
        if columns:
            order = drawn.sample(range(len(head)), len(head))
            head, rows = [head[i] for i in order], [[row[i] for i in order] for row in rows]
        else:
            drawn.shuffle(rows)
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows([head, *rows])


def without_hashes(files: dict[str, bytes]) -> dict[str, bytes]:
    """Take out what names the bytes of an input, and the lists of hashes of the output."""
    listed = {"SHA256SUMS", "datapackage.json", "environment.json"}
    return {name: HASHED.sub(b"#", raw) for name, raw in files.items() if name not in listed}


def differences(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """Return the names of the files that differ."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def wheels(folder: Path) -> list[str]:
    """Build the wheel twice and return the hashes."""
    found = []
    for name in ("one", "two"):
        command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder / name), str(ROOT)]
        subprocess.run(command, env={**os.environ, "SOURCE_DATE_EPOCH": "1320000000"}, capture_output=True, check=True)
        (wheel,) = (folder / name).glob("*.whl")
        found.append(hashlib.sha256(wheel.read_bytes()).hexdigest())
    return found


def known_locale(name: str) -> bool:
    """Say whether the system has a locale: an unknown one is the C locale, and nothing would be compared."""
    known = {**os.environ, "LC_ALL": name}
    asked = [sys.executable, "-c", "import locale; locale.setlocale(locale.LC_ALL, '')"]
    return subprocess.run(asked, env=known, capture_output=True, check=False).returncode == 0


def compared(folder: Path, *, quick: bool) -> Iterator[tuple[str, str]]:
    """Yield what was changed and how many files differ then, or why it could not be tried."""
    first = run(DEMO / "audit.toml", folder / "first", {}, 1, folder)
    for number, (what, variables, workers) in enumerate(surroundings(quick=quick)):
        if "LC_ALL" in variables and not known_locale(variables["LC_ALL"]):
            yield what, "the system has no such locale"
            continue
        elsewhere = folder / f"other {number}"
        elsewhere.mkdir()
        other = run(DEMO / "audit.toml", elsewhere / "out", variables, workers, elsewhere)
        yield f"{what}, another path", told(differences(first, other), len(first))
    for columns in (False, True):
        config = shuffled(folder / f"shuffled {columns}", 1, columns=columns)
        other = run(config, folder / f"out {columns}", {}, 1, folder)
        found = differences(without_hashes(first), without_hashes(other))
        yield f"{'columns' if columns else 'rows'} in another order", told(found, len(first))
    if not quick:
        one, two = wheels(folder)
        yield "two wheels", told([] if one == two else ["the wheel"], 1)


def told(found: list[str], of: int) -> str:
    """Return how many files differ, and which are the first."""
    return f"{len(found)} of {of} files differ" + (f": {', '.join(found[:3])}" if found else "")


def main() -> int:
    """Compare, write the table, and say whether nothing differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one hash seed, no wheel")
    given = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for what, result in compared(Path(name), quick=given.quick):
            rows.append((what, result))
            print(f"{what}: {result}", flush=True)
    if not given.quick:
        with RESULTS.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows([("changed", "result"), *rows])
    return int(any(" differ: " in result for _, result in rows))


if __name__ == "__main__":
    sys.exit(main())
