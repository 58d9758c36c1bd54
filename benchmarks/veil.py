"""Speed and memory of veil-of-darkness beside a logistic fit on rows.

Five million stops (or as many as asked for) of one county over three years, by 100 agencies with 20 officers each, at
times that are light on some days and dark on others. Ours starts from the table of single rows in a DuckDB file and
ends with the odds ratio and its clustered interval: rows grouped, sun of every day, cells, fit, and errors over 2,000
officers (CR2). Beside it glum 3.4 fits the same model to the rows, with the agencies as a category of its own matrices,
and gives its clustered covariance (CR1); it starts from the same file, whose columns it has as they are, and takes the
sun, the spline and the season from our functions. Before anything is timed both must give the same coefficient, to
1e-8. `seconds` are of the processor (user and system), on one core, from the file to the interval: the median of the
runs, which take turns, with the least and the most; `model_seconds` without the first step, in which the rows leave
DuckDB (ours: grouped and sorted, with officers turned into codes). Each run is a process of its own. `system_seconds`
are spent on memory that is touched for the first time, which costs much on a virtual machine such as the one that this
was measured on: where it is cheap, `seconds` less `system_seconds` are the fairer comparison.

`auditor, officers and days` is ours with both clusterings, as the signal decides where officers are recorded: the days
of 100 agencies are clusters that lie across all intercepts.

Run: OMP_NUM_THREADS=1 python benchmarks/veil.py --stops 500000 --pairs 5 --glum /path/to/venv/bin/python
(glum in a virtual environment of its own: pip install glum duckdb.) Writes benchmarks/results/veil.csv, a row a tool.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "veil.csv"
AGENCIES, OFFICERS, DAYS = 100, 20, 1095
FIRST = np.datetime64("2017-01-01")
FROM, UNTIL = 1077, 1236
"""Clock times in Travis County, Texas, that are light on some days and dark on others."""
PLACE = "48453"
EFFECT = 0.1


def write(folder: Path, stops: int, seed: int = 1) -> Path:
    """Draw the stops and lay them down as the table of single rows."""
    import duckdb

    from auditor.domain.locations import locate
    from auditor.stats.clock.local_clock import local_sun

    rng = np.random.default_rng(seed)
    where = locate(PLACE)
    every = FIRST + np.arange(DAYS)
    sunset = local_sun(every, where.latitude, where.longitude, where.zone, "horizon").minutes
    agency, number = rng.integers(0, AGENCIES, stops), rng.integers(0, DAYS, stops)
    officer = agency * OFFICERS + rng.integers(0, OFFICERS, stops)
    minute = rng.integers(FROM, UNTIL, stops)
    own = rng.normal(0, 0.3, AGENCIES)[agency] + rng.normal(0, 0.2, AGENCIES * OFFICERS)[officer]
    drift = 0.3 * np.sin((minute - FROM) / 60) + 0.2 * np.cos(2 * np.pi * number / 365)
    eta = -0.6 + own + drift + EFFECT * (minute < sunset[number])
    focal = rng.random(stops) < 1 / (1 + np.exp(-eta))
    path = folder / "stops.duckdb"
    connection = duckdb.connect(str(path))
    # DuckDB sees the arrays by their names.
    drawn = {"agency": agency, "officer": officer, "number": number, "minute": minute, "focal": focal}
    connection.register("drawn", drawn)
    connection.execute(
        "CREATE TABLE events AS SELECT 0::INTEGER AS source, row_number() OVER () AS row, "
        f"'{PLACE}' AS place, 'Agency ' || agency AS agency, 'stop' AS event, "
        "if(focal, 'hispanic', 'white') AS \"group\", NULL::VARCHAR AS group_source, 'O' || officer AS officer, "
        'day, minute::SMALLINT AS minute, day AS start, day AS "end", 1::BIGINT AS n '
        f"FROM (SELECT *, DATE '{FIRST}' + number::INTEGER AS day FROM drawn)"
    )
    connection.execute("CREATE TABLE counts AS SELECT 0::INTEGER AS source, 'stop' AS event, 'white' AS \"group\"")
    connection.execute(f"CREATE TABLE audit_places AS SELECT 0::BIGINT AS idx, '{PLACE}' AS place")
    connection.close()
    return path


def opened(path: Path) -> Any:
    import duckdb

    connection = duckdb.connect(str(path))
    connection.execute("SET threads = 1")
    connection.execute("SET memory_limit = '512MB'")
    connection.execute("SET temp_directory = ?", [str(path.parent / "spill")])
    return connection


class Watch:
    """Seconds of the processor, by step."""

    def __init__(self) -> None:
        self.began, self.wall, self.steps = time.process_time(), time.perf_counter(), {}
        self._last, self._system = self.began, resource.getrusage(resource.RUSAGE_SELF).ru_stime

    def step(self, name: str) -> None:
        now = time.process_time()
        self.steps[name], self._last = round(now - self._last, 2), now

    def report(self, **more: Any) -> dict[str, Any]:
        return more | {
            "seconds": round(time.process_time() - self.began, 2),
            "system_seconds": round(resource.getrusage(resource.RUSAGE_SELF).ru_stime - self._system, 2),
            "model_seconds": round(time.process_time() - self.began - self.steps["rows"], 2),
            "wall_seconds": round(time.perf_counter() - self.wall, 2),
            "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "steps": " ".join(f"{name} {value}" for name, value in self.steps.items()),
        }


def ours(path: Path, cluster: str = "officer") -> dict[str, Any]:
    from auditor.cells import Cells, table
    from auditor.engine.events import Events
    from auditor.signals.veil.designs import by_dusk
    from auditor.signals.veil.fit import compare
    from auditor.signals.veil.moments import pair_of
    from auditor.signals.veil.stops import recorded_stops
    from auditor.signals.visibility.veil_of_darkness import SIGNAL

    events, options = Events(opened(path)), SIGNAL.options(clock="local")
    keys, ids = ("event", "group", "group_source"), (PLACE,)
    watch = Watch()
    rows = events.table(SIGNAL.view(options).rows)
    watch.step("rows")
    none = table([], ids, ("universe", "group"))
    cells = Cells(
        ids, ids, ("",), ("",), table([], ids, keys), none, (), table([], (), keys), ("hispanic",), "white", rows=rows
    )  # fmt: skip
    _, stops = recorded_stops(cells, rows, "civil", "local")
    del rows, cells
    watch.step("sun")
    found = compare(by_dusk(pair_of(stops, "hispanic", "white")), 6, cluster)
    watch.step("cells, fit and errors")
    used, effect = int(found.counts.sum()), found.effect
    return watch.report(tool="auditor", used=used, cells=found.cells, estimate=effect.estimate, se=effect.se)


def glum(path: Path) -> dict[str, Any]:
    import tabmat
    from glum import GeneralizedLinearRegressor

    from auditor.domain.locations import locate
    from auditor.stats.clock.local_clock import local_sun
    from auditor.stats.clock.spline import NaturalSpline

    connection, watch = opened(path), Watch()
    data = connection.execute(
        "SELECT replace(agency, 'Agency ', '')::SMALLINT AS agency, substr(officer, 2)::SMALLINT AS officer, day, "
        "minute, \"group\" = 'hispanic' AS focal FROM events"
    ).fetchnumpy()
    connection.close()
    agency, officer, minute, focal = (np.asarray(data[name]) for name in ("agency", "officer", "minute", "focal"))
    day = np.asarray(data["day"]).astype("datetime64[D]")
    del data
    watch.step("rows")
    where = locate(PLACE)
    known, back = np.unique(day, return_inverse=True)
    sunset, dusk = (
        local_sun(known, where.latitude, where.longitude, where.zone, depth).minutes for depth in ("horizon", "civil")
    )
    keep = (minute < sunset[back]) | (minute >= dusk[back])
    keep &= (minute >= dusk.min()) & (minute < sunset.max())
    watch.step("sun")
    at = minute[keep] // 5 * 5 + 2.0
    spline = NaturalSpline(np.quantile(at, np.arange(1, 6) / 6), at.min(), at.max())
    clock, place = np.unique(at, return_inverse=True)
    days = day[keep]
    year = days.astype("datetime64[Y]")
    week = (days - year.astype("datetime64[D]")).astype(int) // 7
    angle = 2 * np.pi * (7 * week + 3.5) / 365.2425
    waves = [wave(turns * angle) for turns in (1, 2) for wave in (np.cos, np.sin)]
    steps = [(year == value).astype(float) for value in np.unique(year)[1:]]
    light = (minute < sunset[back])[keep].astype(float)
    dense = np.column_stack([light, spline.basis(clock)[place], *waves, *steps])
    matrix = tabmat.SplitMatrix([tabmat.DenseMatrix(dense), tabmat.CategoricalMatrix(agency[keep], drop_first=True)])
    watch.step("design")
    y = focal[keep].astype(float)
    model = GeneralizedLinearRegressor(family="binomial", alpha=0, gradient_tol=1e-5)
    model.fit(matrix, y)
    watch.step("fit")
    covariance = model.covariance_matrix(matrix, y, clusters=officer[keep].astype(np.int64))
    watch.step("errors")
    se = float(np.sqrt(covariance[1, 1]))
    return watch.report(tool="glum", used=len(y), cells=len(y), estimate=float(model.coef_[0]), se=se)


def both(path: Path) -> dict[str, Any]:
    return ours(path, "auto") | {"tool": BOTH}


BOTH = "auditor, officers and days"
TOOLS: dict[str, Callable[[Path], dict[str, Any]]] = {"auditor": ours, "glum": glum, BOTH: both}


def run(tool: str, path: Path, python: str) -> dict[str, Any]:
    """Run one tool in a process of its own."""
    environment = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1") | {"PYTHONPATH": str(ROOT)}
    command = [python, str(Path(__file__).resolve()), "--tool", tool, "--path", str(path)]
    done = subprocess.run(command, env=os.environ | environment, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the run that took the median time, with the least and the most."""
    ordered = sorted(runs, key=lambda each: each["seconds"])
    least, most = ordered[0]["seconds"], ordered[-1]["seconds"]
    return ordered[(len(runs) - 1) // 2] | {"runs": len(runs), "least_seconds": least, "most_seconds": most}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stops", type=int, default=500_000)
    parser.add_argument("--pairs", type=int, default=5, help="timed runs of each tool, which take turns")
    parser.add_argument("--glum", default="", help="the Python of an environment that has glum")
    parser.add_argument("--tool", choices=TOOLS)
    parser.add_argument("--path", type=Path)
    args = parser.parse_args()
    if args.tool:
        print(json.dumps(TOOLS[args.tool](args.path)))
        return
    pythons = {"auditor": sys.executable} | ({"glum": args.glum} if args.glum else {}) | {BOTH: sys.executable}
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), args.stops)
        first = [run(tool, path, python)["estimate"] for tool, python in pythons.items()]
        if max(first) - min(first) > 1e-8:
            raise SystemExit(f"the coefficients differ: {first}")
        every = [{tool: run(tool, path, python) for tool, python in pythons.items()} for _ in range(args.pairs)]
    found = [{"stops": args.stops} | median([runs[tool] for runs in every]) for tool in pythons]
    if args.glum:
        print("glum / ours:", [round(runs["glum"]["seconds"] / runs["auditor"]["seconds"], 2) for runs in every])
    kept = []
    if RESULTS.exists():
        with RESULTS.open(newline="") as handle:
            kept = [row for row in csv.DictReader(handle) if int(row["stops"]) != args.stops]
    rows = sorted([*kept, *found], key=lambda row: (int(row["stops"]), row["tool"]))
    with RESULTS.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=list(found[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for row in found:
        print(row)


if __name__ == "__main__":
    main()
