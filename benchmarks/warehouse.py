"""The same records counted by DuckDB, PostgreSQL and PySpark, and as a file: equal cells, equal reviews, and the cost.

    python benchmarks/warehouse.py [--rows 1000000] [--engines file duckdb postgres pyspark] [--audit] [--parquet]

Draws records as benchmarks/reading.py does, into a DuckDB database, a PostgreSQL server that it starts itself (Debian's
package, a folder of its own, a Unix socket and no port, another user than root), Parquet files for PySpark (local mode,
Debian's openjdk) and a CSV file. Each engine is asked by a process of its own; its CPU seconds are those of every
process that works for it (the server's and the JVM's too), from /proc, four times a second. The cells must be the same,
and with --audit review.json must be the same bytes, before anything is written to benchmarks/results/warehouse.csv. The
file is another source than the table: of it the cells are compared, not the review. --parquet measures how the time
grows with rows where the number of cells does not: DuckDB alone, over a Parquet file of 40 places.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.reading import draw

RESULTS = Path(__file__).resolve().parent / "results" / "warehouse.csv"
ENGINES = ("file", "duckdb", "postgres", "pyspark")
USER = "auditor"
PLACES = 40
"""Places of an audit: all of them would only measure what comes after the cells."""

COLUMNS = (
    'record_id text, place text, event text, date date, "group" text, offence text, age int, sex text, unit text, '
    "statute text"
)
AUDIT = """
[audit]
title = "One table, three engines"
as_of = 2014-06-30
seed = 1

[[sources]]
format = "records"
{source}
[[sources]]
format = "population"
path = "population.csv"
"""
TABLE = 'path = "arrests"\nengine = "environment"\ndatabase = "arrests.duckdb"\n'
FILE = 'path = "arrests.csv"\n'
PARQUET = """
COPY (
  SELECT '48' || lpad((2 * (hash(i * 29) % 40) + 1)::VARCHAR, 3, '0') AS place, 'arrest' AS event,
    DATE '2006-01-01' + (hash(i * 7) % 2922)::INT AS date,
    ['hispanic', 'white', 'black'][(1 + hash(i) % 3)::INT] AS "group",
    ['traffic', 'dui', 'theft', 'robbery', 'fraud', 'trespass'][(1 + hash(i * 13) % 6)::INT] AS offence,
    'R' || i AS record_id
  FROM range({rows}) t(i)
) TO '{path}' (FORMAT parquet)
"""
ASK = """
import os, sys
from pathlib import Path
folder, engine, audit = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "audit"
os.chdir(folder)  # Spark makes a folder where it stands
if engine == "pyspark":
    from pyspark.sql import SparkSession
    conf = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.driver.memory": "2g"}
    builder = SparkSession.builder
    for name, value in conf.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.read.parquet(str(folder / "arrests.parquet")).createOrReplaceTempView("arrests")
import auditor
from auditor.audit.config import load_config
from auditor.audit.run import read_sources
from auditor.records.store import Store
config = load_config(folder / {"file": "file.toml", "parquet": "parquet.toml"}.get(engine, "table.toml"))
if audit:
    auditor.run(config.base / config.file).save(folder / f"out-{engine}")
with Store() as store:
    loaded = read_sources(config, store, single=False)
    ledger = loaded.sources[0].ledger
    key = 'hash(place, start, "end", event::VARCHAR, "group"::VARCHAR, offence::VARCHAR, n)'
    cells = store.connection.execute(f"SELECT count(*), sum(n), bit_xor({key}) FROM counts").fetchone()
    print(*cells, ledger.read, ledger.used)
if engine == "pyspark":
    session.stop()
"""


def missing(engine: str) -> str:
    """Return what an engine lacks on this machine, or an empty text."""
    needs = {"postgres": ("psycopg",), "pyspark": ("pyspark",)}.get(engine, ())
    for name in ("ibis-framework", *needs):
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            return f'{name} is not installed (pip install "auditor[warehouse]")'
    if engine == "postgres" and not programs():
        return "there is no PostgreSQL server (Debian's package postgresql)"
    if engine == "pyspark" and shutil.which("java") is None:
        return "there is no java (Debian's package openjdk-17-jre-headless)"
    return ""


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL server installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    named = shutil.which("postgres")
    return found[-1].parent if found else Path(named).parent if named else None


@contextmanager
def postgres(folder: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Start a PostgreSQL server that only this machine's users reach, and only through a socket in its folder.

    Parameters
    ----------
    folder : pathlib.Path
        New folder for its data; a user other than root must be able to come to it.

    Yields
    ------
    tuple
        The server's process, and the environment under which libpq finds it.
    """
    bin_, owner = programs(), {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    if bin_ is None:
        raise RuntimeError(missing("postgres"))
    folder.mkdir(mode=0o755)
    if owner:
        shutil.chown(folder, owner["user"], owner["group"])
    data, quiet = folder / "data", {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    made = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", f"--username={USER}"]
    subprocess.run([bin_ / "initdb", "-D", data, *made], check=True, cwd=folder, **owner, **quiet)
    settings = {"listen_addresses": "", "unix_socket_directories": folder, "fsync": "off", "work_mem": "256MB"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    server = subprocess.Popen([bin_ / "postgres", "-D", data, *options], cwd=folder, **owner, **quiet)
    found = {"PGHOST": str(folder), "PGUSER": USER, "PGDATABASE": "postgres"}
    try:
        for _ in range(600):
            if subprocess.run([bin_ / "pg_isready", "-q"], env=os.environ | found, check=False).returncode == 0:
                break
            time.sleep(0.1)
        else:
            raise RuntimeError("the PostgreSQL server did not start")
        yield server.pid, found
    finally:
        server.terminate()
        server.wait()


def fill_postgres(csv_file: Path, found: Mapping[str, str], columns: str = COLUMNS) -> None:
    """Copy a CSV file into the table ``arrests``."""
    import psycopg

    where = {name.removeprefix("PG").lower().replace("database", "dbname"): value for name, value in found.items()}
    with psycopg.connect(**where) as sql, csv_file.open("rb") as rows:
        sql.execute(f"CREATE TABLE arrests ({columns})")
        with sql.cursor().copy("COPY arrests FROM STDIN (FORMAT csv, HEADER)") as copy:
            while chunk := rows.read(1 << 20):
                copy.write(chunk)
        sql.execute("ANALYZE arrests")


class Meter:
    """CPU seconds and peak memory of all processes below some others, looked at four times a second."""

    def __init__(self, *roots: int) -> None:
        self.roots, self.cpu, self.peak = set(roots), dict[int, float](), dict[int, int]()
        self._before = {pid: cpu for pid, cpu, _ in self._seen()}
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Meter:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def add(self, root: int) -> None:
        """Watch another process and what is below it."""
        self.roots.add(root)

    def _watch(self) -> None:
        while not self._end.wait(0.25):
            for pid, cpu, peak in self._seen():
                self.cpu[pid], self.peak[pid] = cpu - self._before.get(pid, 0.0), max(peak, self.peak.get(pid, 0))

    def _seen(self) -> Iterator[tuple[int, float, int]]:
        parents, facts, tick = dict[int, int](), dict[int, tuple[float, int]](), os.sysconf("SC_CLK_TCK")
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
                status = (entry / "status").read_text()
            except OSError:  # it ended
                continue
            parents[int(entry.name)] = int(stat[1])
            high = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)
            facts[int(entry.name)] = ((int(stat[11]) + int(stat[12])) / tick, high)
        for pid, (cpu, high) in facts.items():
            at = pid
            while at and at not in self.roots:
                at = parents.get(at, 0)
            if at:
                yield pid, cpu, high


def asked(
    folder: Path, engine: str, audit: bool, server: int, found: Mapping[str, str]
) -> tuple[str, dict[str, float]]:
    """Have an engine count, or audit, in a process of its own; return the cells and what it needed."""
    environment = {**os.environ, **found, "AUDITOR_ENGINE": engine, "SPARK_LOCAL_IP": "127.0.0.1"}
    environment["PYTHONPATH"] = str(Path(__file__).resolve().parent.parent)
    started = time.monotonic()
    with Meter(server) if server else Meter() as meter:
        command = [sys.executable, "-c", ASK, str(folder), engine, "audit" if audit else "cells"]
        quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        with subprocess.Popen(command, env=environment, **quiet) as child:
            meter.add(child.pid)
            answer = child.stdout.read() if child.stdout else ""
        if child.returncode:
            raise RuntimeError(f"{engine} ended with {child.returncode}")
    cost = {"cpu_seconds": sum(meter.cpu.values()), "wall_seconds": time.monotonic() - started}
    own = meter.peak.pop(child.pid, 0)
    return answer.splitlines()[-1], cost | {
        "peak_mib": own / 1024,
        "engine_mib": max(meter.peak.values(), default=0) / 1024,
    }


def lay_down(folder: Path, rows: int, places: int | None) -> None:
    """Draw the records (of the first places only, if not of all), in the forms in which the engines hold them."""
    file = folder / "arrests.csv"
    draw(file, rows)
    with duckdb.connect(str(folder / "arrests.duckdb")) as sql:
        sql.execute("SET memory_limit = '2GB'")
        kinds = "types = {'place': 'VARCHAR', 'date': 'DATE'}"
        some = f"SELECT DISTINCT place FROM drawn ORDER BY 1 LIMIT {places or 'ALL'}"
        sql.execute(f"CREATE TEMP TABLE drawn AS SELECT * FROM read_csv('{file}', {kinds})")
        sql.execute(f"CREATE TABLE arrests AS SELECT * FROM drawn WHERE place IN ({some})")
        sql.execute(f"COPY arrests TO '{file}' (HEADER)")
        sql.execute(f"COPY arrests TO '{folder / 'arrests.parquet'}'")
        places = sql.execute("SELECT DISTINCT place FROM arrests ORDER BY 1").fetchall()
    with (folder / "population.csv").open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["place", "group", "n", "period", "universe"])
        for (place,) in places:
            writer.writerows(
                [place, group, n, 2010, "residents"] for group, n in (("hispanic", 25000), ("white", 50000))
            )
    for name, source in (("table", TABLE), ("file", FILE)):
        (folder / f"{name}.toml").write_text(AUDIT.format(source=source))


def parquet(rows: int) -> dict[str, object]:
    """Count the records of one state in Parquet files where they lie: cells stay as they are, rows do not."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with duckdb.connect() as sql:
            sql.execute("SET memory_limit = '2GB'")
            sql.execute(PARQUET.format(rows=rows, path=folder / "arrests.parquet"))
        (folder / "parquet.toml").write_text(AUDIT.format(source='path = "arrests.parquet"\nengine = "duckdb"\n'))
        with (folder / "population.csv").open("w") as handle:
            handle.write("place,group,n,period,universe\n48001,white,50000,2010,residents\n")
        answer, cost = asked(folder, "parquet", False, 0, {})
    cells, counted = answer.split()[:2]
    if int(counted) != rows:
        raise AssertionError(f"{counted} of {rows} rows were counted")
    shown = {name: round(value, 1) for name, value in cost.items()}
    print(json.dumps(shown), answer, flush=True)
    return {"rows": rows, "step": "parquet", "engine": "duckdb", **shown, "cells": cells, "review_bytes_equal": ""}


def measured(rows: int, engines: list[str], audit: bool) -> list[dict[str, object]]:
    """Ask every engine; the cells, and with ``audit`` the bytes of the reviews, must be equal."""
    found: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        lay_down(folder, rows, PLACES if audit else None)
        answers, reviews = dict[str, str](), dict[str, bytes]()
        for engine in engines:
            if engine == "postgres":
                with postgres(folder / "pg") as (server, where):
                    fill_postgres(folder / "arrests.csv", where)
                    answers[engine], cost = asked(folder, engine, audit, server, where)
            else:
                answers[engine], cost = asked(folder, engine, audit, 0, {})
            if audit and engine != "file":
                reviews[engine] = (folder / f"out-{engine}" / "review.json").read_bytes()
            counted = int(answers[engine].split()[3])
            shown = {name: round(value, 1) for name, value in cost.items()}
            found.append({"rows": counted, "step": "audit" if audit else "cells", "engine": engine, **shown})
            print(json.dumps(found[-1]), answers[engine], flush=True)
        if len(set(answers.values())) > 1:
            raise AssertionError(f"the cells differ: {answers}")
        if len(set(reviews.values())) > 1:
            raise AssertionError(f"the reviews of {', '.join(reviews)} differ")
    cells = next(iter(answers.values())).split()[0]
    return [row | {"cells": cells, "review_bytes_equal": _equal(row, reviews)} for row in found]


def _equal(row: Mapping[str, object], reviews: Mapping[str, bytes]) -> str:
    return "yes" if row["engine"] in reviews and len(reviews) > 1 else ""


def versions() -> dict[str, str]:
    """Return the versions of what was measured."""
    server = programs()
    told = (
        subprocess.run([server / "postgres", "--version"], capture_output=True, text=True, check=True)
        if server
        else None
    )
    return {
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in ("duckdb", "ibis-framework", "pyspark")},
        "postgres": told.stdout.split()[2] if told else "",
        "cores": str(os.cpu_count()),
    }


def keep(rows: list[dict[str, object]]) -> None:
    """Put rows into the table of results, in place of those of the same size, step and engine."""
    rows = [row | versions() for row in rows]
    same = {(str(row["rows"]), row["step"], row["engine"]) for row in rows}
    old: list[dict[str, object]] = []
    if RESULTS.exists():
        with RESULTS.open(newline="") as handle:
            old = [row for row in csv.DictReader(handle) if (row["rows"], row["step"], row["engine"]) not in same]
    ordered = sorted(
        [*old, *rows], key=lambda row: (str(row["step"]), int(str(row["rows"])), ENGINES.index(str(row["engine"])))
    )
    with RESULTS.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(ordered)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--audit", action="store_true")
    parser.add_argument("--parquet", action="store_true", help="Parquet files of one state, DuckDB alone")
    options = parser.parse_args()
    for engine in options.engines:
        if reason := missing(engine):
            raise SystemExit(f"{engine}: {reason}")
    for rows in options.rows if options.parquet else ():
        keep([parquet(rows)])
    for rows in options.rows if not options.parquet else ():
        keep(measured(rows, options.engines, options.audit))


if __name__ == "__main__":
    main()
