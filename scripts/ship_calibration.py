"""Write auditor/data/calibration/default.json, the measured error rates that travel with the package.

    python scripts/ship_calibration.py

It reads committed results only. `benchmarks/results/screen_grid.csv`, where it is there, has one row for each setting:

    protocol_sha256            of the whole protocol under which it was measured
    screened_sha256, version   of that part of it which can bear on an error rate, and of the package; all rows alike
    signals                    separated by spaces; they went through one screen
    natural, amount            law of the natural differences (normal, beta, t4 ...) and its parameter
    places, planted, effect    places, how many of them bear the effect, and the log effect (0: none)
    runs, any, flags           runs, runs with any flag, mean flags a run
    fdr, fdr_mcse              mean false discovery proportion and its Monte-Carlo error
    power_k, power_n           planted places that were found, and that were tested; and the same for the
    power_k1, power_n1 ... 3   small, middle and large third of the places
    wrong, signed              flags of planted places that point the wrong way, and all of them, over all runs
    promised                   share of the nulls that promised an error rate

with blanks where nothing was planted. Without it the rows come from `screen_null.csv`, which was measured under an
earlier protocol: its hash stands in the file, and audits under any other say that no measurement is shipped.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auditor.audit.calibrating.rates import Rate, Row, binomial

ROOT = Path(__file__).resolve().parents[1]
GRID = ROOT / "benchmarks" / "results" / "screen_grid.csv"
NULLS = ROOT / "benchmarks" / "results" / "screen_null.csv"
SHIPPED = ROOT / "auditor" / "data" / "calibration" / "default.json"
EARLIER = "3a576468d8be151e2e1c7f2bc980a1d6cecebac1cf1835092b5da5be2e9e8c94"
"""The protocol as it was when screen_null.csv was measured: benchmark, match-yield and level-mix."""
Q = 0.05


def table(grid: Path = GRID, nulls: Path = NULLS) -> str:
    """Return the text of the shipped table."""
    if grid.exists():
        rows = _read(grid)
        measured = {(row["screened_sha256"], row["version"]) for row in rows}
        if len(measured) != 1:
            raise SystemExit(f"{grid.name}: rows of {len(measured)} protocols or versions; measure all of them again")
        screened, version = measured.pop()
        # Protocols that differ in what no error rate depends on: the one of the first rows stands for all.
        protocol = rows[0]["protocol_sha256"]
        return _text(protocol, screened, version, grid, [_grid_row(row) for row in rows])
    return _text(EARLIER, None, "0.1.0", nulls, [_null_row(row) for row in _read(nulls)])


def _text(protocol: str, screened: str | None, version: str, source: Path, rows: list[Row]) -> str:
    data = {
        "schema_version": "1",
        "version": version,
        "protocol_sha256": protocol,
        "screened_sha256": screened,
        "source": f"benchmarks/results/{source.name}",
        "q": Q,
        "rows": [row.to_dict() for row in rows],
    }
    return json.dumps(data, indent=1, sort_keys=True) + "\n"


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _grid_row(row: Mapping[str, str]) -> Row:
    effect = float(row["effect"])
    found: dict[str, Any] = {}
    if effect:
        mean, error, runs = float(row["fdr"]), float(row["fdr_mcse"]), int(row["runs"])
        low, high = max(0.0, mean - 1.96 * error), min(1.0, mean + 1.96 * error)
        found = {
            "fdr": Rate(round(mean, 4), round(low, 4), round(high, 4), None, runs),
            "power": binomial(int(row["power_k"]), int(row["power_n"])),
            "power_by_size": tuple(binomial(int(row[f"power_k{i}"]), int(row[f"power_n{i}"])) for i in (1, 2, 3)),
            "sign_errors": binomial(int(row["wrong"]), int(row["signed"])),
        }
    return Row(
        what="simulated",
        signals=tuple(row["signals"].split()),
        places=int(row["places"]),
        natural=row["natural"],
        amount=float(row["amount"]),
        effect=effect,
        planted=int(row["planted"] or 0),
        replicates=int(row["runs"]),
        any=binomial(int(row["any"]), int(row["runs"])),
        flags=round(float(row["flags"]), 4),
        promised=round(float(row["promised"]), 4),
        **found,
    )


def _null_row(row: Mapping[str, str]) -> Row:
    natural, _, amount = row["cell"].partition("-")
    runs = int(row["runs"])
    return Row(
        what="simulated",
        signals=("benchmark", "match-yield", "level-mix"),
        places=int(row["places"]),
        natural=natural,
        amount=float(amount),
        effect=0.0,
        replicates=runs,
        any=binomial(round(float(row["p_any"]) * runs), runs),
        flags=round(float(row["mean_flags"]), 4),
        promised=round(float(row["promised"]), 4),
    )


if __name__ == "__main__":
    SHIPPED.parent.mkdir(exist_ok=True)
    SHIPPED.write_text(table(), encoding="utf-8")
    print(SHIPPED.relative_to(ROOT))
