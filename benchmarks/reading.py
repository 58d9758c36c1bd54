"""Reading arrest records into cells: validated, mapped and accounted for, beside bare DuckDB that does none of it.

    python benchmarks/reading.py [--rows 11000000] [--pairs 5] [--kind csv|parquet] [--keep FOLDER]

Draws records with a fixed seed (counties with a long tail of sizes, eight years of days, six groups, fourteen classes
of offence, and columns that are not used: an identifier, age, sex, unit, statute; 90 bytes a record). Ours is
`auditor.records.load.load` with the default settings (its own process, hashing included); the peer reads the same file
with DuckDB under the same memory limit and groups by place, month, group and offence. Both must give the same cells
before any time is taken. Pairs are run in turn; medians, CPU seconds, wall seconds and peak memory go to
benchmarks/results/reading.csv.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from auditor.domain.places import gazetteer

RESULTS = Path(__file__).resolve().parent / "results" / "reading.csv"
GROUPS = ["hispanic", "white", "black", "asian", "other", "unknown"]
OFFENCES = [
    "traffic", "licence", "public-order", "drug-possession", "dui", "theft", "simple-assault", "aggravated-assault",
    "burglary", "robbery", "fraud", "warrant", "homicide", "trespass",
]  # fmt: skip
DRAW = """
COPY (
  SELECT 'R' || lpad(i::VARCHAR, 9, '0') AS record_id, p.code AS place, 'arrest' AS event,
    (DATE '2006-01-01' + (hash(i * 7 + 1) % 2922)::INT)::VARCHAR AS date,
    $groups[1 + (CASE WHEN h % 100 < 25 THEN 0 WHEN h % 100 < 75 THEN 1 WHEN h % 100 < 92 THEN 2
      WHEN h % 100 < 95 THEN 3 WHEN h % 100 < 97 THEN 4 ELSE 5 END)] AS "group",
    $offences[1 + (hash(i * 13 + 5) % 14)::INT] AS offence, 18 + (hash(i * 3) % 60) AS age,
    CASE WHEN hash(i * 17) % 4 = 0 THEN 'F' ELSE 'M' END AS sex,
    'Agency of ' || p.code || ' No ' || (hash(i * 5) % 3) AS unit, 'CHARGE ' || (hash(i * 19) % 500) AS statute
  FROM (SELECT i, hash(i) AS h, floor(pow((hash(i * 29) % 1000003) / 1000003.0, 3) * len($codes))::INT AS k
        FROM range($rows) t(i)) r
  JOIN (SELECT unnest($codes) AS code, unnest(range(len($codes))) AS at) p ON p.at = r.k
) TO '{path}' ({options})
"""
OURS = """
import json, sys
from pathlib import Path
from auditor.records.load import load
from auditor.records.spec import SourceSpec
from auditor.records.store import Store
path = Path(sys.argv[1])
with Store([path]) as store:
    loaded = load([SourceSpec(format="records", path=str(path))], path.parent, store)
    ledger = loaded.sources[0].ledger
    assert ledger.used == ledger.read, ledger
    # Its rows are the cells: one that stood there twice would make the number of rows another.
    key = "hash(place, start, \\"group\\"::VARCHAR, offence::VARCHAR, n)"
    total = store.connection.execute(f"SELECT count(*), sum(n), bit_xor({key}) FROM counts")
    print(json.dumps([str(value) for value in total.fetchone()]))
"""
BARE = """
import json, sys
import duckdb
path = sys.argv[1]
c = duckdb.connect()
c.execute("SET memory_limit = '1GB'")
reader = f"read_csv('{path}', all_varchar=true)" if path.endswith("csv") else f"'{path}'"
month = "date_trunc('month', date::DATE)::DATE"
cells = f"SELECT place, {month} AS month, \\"group\\", offence, count(*) AS n FROM {reader} GROUP BY ALL"
total = c.execute(f"SELECT count(*), sum(n), bit_xor(hash(place, month, \\"group\\", offence, n)) FROM ({cells})")
print(json.dumps([str(value) for value in total.fetchone()]))
"""


def draw(path: Path, rows: int) -> None:
    """Write the records."""
    codes = [place.id for place in gazetteer().counties("", 2010)]
    connection = duckdb.connect()
    connection.execute("SET memory_limit = '2GB'")
    connection.execute("SET preserve_insertion_order = false")
    options = "HEADER" if path.suffix == ".csv" else "FORMAT parquet"
    values = {"codes": codes, "groups": GROUPS, "offences": OFFENCES, "rows": rows}
    statement = DRAW.format(path=path, options=options)
    connection.execute(statement, values)


def measured(program: str, path: Path) -> tuple[list[str], dict[str, float]]:
    """Run a program on the file in a process of its own; return its answer, and what it needed."""
    process = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
    started = os.times().elapsed
    answer = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"the program ended with {status}")
    cost = {
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "wall_seconds": os.times().elapsed - started,
        "peak_mib": usage.ru_maxrss / 1024,
    }
    return json.loads(answer.splitlines()[-1]), cost  # DuckDB may draw a bar before it


def compare(path: Path, pairs: int) -> dict[str, float]:
    """Return the medians of both, after checking that the cells are the same."""
    costs: dict[str, list[dict[str, float]]] = {"ours": [], "bare": []}
    for _ in range(pairs):
        ours, cost = measured(OURS, path)
        costs["ours"].append(cost)
        bare, cost = measured(BARE, path)
        costs["bare"].append(cost)
        if ours != bare:
            raise AssertionError(f"the cells differ: {ours} against {bare}")
    return {
        f"{who}_{what}": statistics.median(cost[what] for cost in found)
        for who, found in costs.items()
        for what in ("cpu_seconds", "wall_seconds", "peak_mib")
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=11_000_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--kind", choices=("csv", "parquet"), default="csv")
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        path = (options.keep or Path(made)) / f"records-{options.rows}.{options.kind}"
        if not path.exists():
            draw(path, options.rows)
        found = compare(path, options.pairs)
        size = path.stat().st_size / 2**20
    row = {"kind": options.kind, "rows": options.rows, "file_mib": round(size), "pairs": options.pairs}
    row |= {name: round(value, 2) for name, value in found.items()}
    row["cpu_ratio"] = round(found["ours_cpu_seconds"] / found["bare_cpu_seconds"], 2)
    row["wall_ratio"] = round(found["ours_wall_seconds"] / found["bare_wall_seconds"], 2)
    row |= {"python": platform.python_version(), "duckdb": duckdb.__version__, "cores": os.cpu_count() or 0}
    print(row)
    _keep(row)


def _keep(row: dict[str, object]) -> None:
    """Replace the row of the same kind and size."""
    kept: list[dict[str, object]] = []
    if RESULTS.exists():
        with RESULTS.open(newline="") as handle:
            same = (str(row["kind"]), str(row["rows"]))
            kept = [old for old in csv.DictReader(handle) if (old["kind"], old["rows"]) != same]
    with RESULTS.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted([*kept, row], key=lambda one: (str(one["kind"]), int(str(one["rows"])))))


if __name__ == "__main__":
    main()
