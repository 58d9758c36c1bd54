"""Seconds from loaded tables to calibrated p-values: every signal of totals and months, 3,100 places, 96 months.

    python benchmarks/screen_speed.py [--places 3100] [--months 96]

The data are those of `benchmarks/nation.py`. Timed, in one process: the cells of every signal, its measurement, its
negative controls, and the screen of all of them together. Not timed: reading the files (`benchmarks/reading.py`),
sensitivity, findings and pages (`benchmarks/national.py`). One row a signal, and their sum, in
benchmarks/results/screen_speed.csv.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nation import generate

from auditor.audit.config import load_config
from auditor.audit.reading import read_sources
from auditor.audit.run import open_engine, plan
from auditor.audit.screen import run_screen
from auditor.audit.seeds import generator
from auditor.records.store import Store
from auditor.signals.signal import Panel

RESULTS = Path(__file__).resolve().parent / "results" / "screen_speed.csv"
Row = dict[str, object]


@contextmanager
def timed(rows: list[Row], step: str) -> Iterator[None]:
    """Note the wall and CPU seconds of a block."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    rows.append({"step": step, "wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu})
    print(rows[-1], flush=True)


def main() -> None:
    """Generate, measure, screen, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, default=3100)
    parser.add_argument("--months", type=int, default=96)
    given = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name, Store() as store:
        generate(Path(name), given.places, given.months)
        config = load_config(Path(name) / "audit.toml")
        engine = open_engine(config, read_sources(config, store))
        panels: dict[str, Panel] = {}
        controls: dict[str, Panel] = {}
        speaking = plan(engine.ground.inventory, config).signals
        for signal in speaking:
            card, options, seed = signal.card.name, config.options(signal.card.name), config.audit.seed
            with timed(rows, f"{card}: cells"):
                cells = engine.cells(signal.view(options))
            with timed(rows, f"{card}: measure"):
                panels[card] = signal.measure(cells, options, generator(seed, card))
            with timed(rows, f"{card}: controls"):
                found = signal.controls(cells, options, generator(seed, card, "controls"))
            if found is not None:
                controls[card] = found
        families = {signal.card.name: signal.card.family for signal in speaking}
        own = generator(config.audit.seed, "screen")
        with timed(rows, "screen"):
            run_screen(panels, controls, families, config.protocol, config.audit.seed, own)
    _write(given, rows)


def _write(given: argparse.Namespace, rows: list[Row]) -> None:
    total = {name: sum(float(str(row[name])) for row in rows) for name in ("wall_s", "cpu_s")}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    with RESULTS.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("places", "months", "step", "wall_s", "cpu_s", "peak_mib", "machine"))
        for row in [*rows, {"step": "all", **total}]:
            told = f"{peak:.0f}" if row["step"] == "all" else ""
            seconds = (f"{float(str(row[name])):.2f}" for name in ("wall_s", "cpu_s"))
            writer.writerow((given.places, given.months, row["step"], *seconds, told, machine))
    print(total, f"{peak:.0f} MiB")


if __name__ == "__main__":
    main()
