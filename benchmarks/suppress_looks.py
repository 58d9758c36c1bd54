"""Two runs of one file beside each other: what a reader of both can work out, and whether `compare` says so.

    python benchmarks/suppress_looks.py [--audits 12] [--seed 1]

Worlds of arrests by month (`suppress_worlds.py`) are audited over the first half of the year, over the second, and over
the whole. Quarters that follow each other have no day in common; a look that begins again holds the one before. Every
number of both reviews is read as in `suppression.py`, and each count of 1 to 10 people bounded. `compare` names
findings whose difference is 1 to 10: `named` counts the places with something recovered of which it names one.

Writes benchmarks/results/suppress_looks.csv.
"""

from __future__ import annotations

import argparse
import csv
import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from auditor.audit.comparison.series import series_of
from auditor.audit.config import load_config
from auditor.audit.run import audit
from auditor.findings.review import Review
from benchmarks.suppress_counts import ArrestReader, targets
from benchmarks.suppress_lp import LEAST, System
from benchmarks.suppress_read import read
from benchmarks.suppress_settle import settle
from benchmarks.suppress_worlds import HALVES, World, arrests, write

ROOT = Path(__file__).resolve().parents[1]
WINDOWS = {"first": ("2011-01-01", "2011-06-30"), "second": ("2011-07-01", "2011-12-31")}
LOOKS = {"one after the other": ("first", "second"), "the second with the first in it": ("first", "year")}


class HalfReader(ArrestReader):
    """Read a review of half a year; how its quarters differ is in no key."""

    def finding(self, finding: Mapping[str, Any]) -> None:
        """State what one finding says."""
        if not finding["contrast"].endswith("gaps-time"):
            super().finding(finding)


def drawn(rng: np.random.Generator, places: int) -> World:
    """Draw a world that is told by month and holds no row of the nation."""
    while True:
        world = arrests(rng, places)
        if world.monthly and not world.nation:
            return world


def reviewed(world: World, folder: Path, look: str) -> Review:
    """Audit a window of a world."""
    config = write(world, folder)
    if look in WINDOWS:
        start, end = WINDOWS[look]
        text = config.read_text(encoding="utf-8")
        line = f"period = {{ start = {start}, end = {end} }}\n"
        config.write_text(text.replace("[[sources]]", line + "\n[[sources]]", 1), encoding="utf-8")
    return audit(load_config(config))


def both(world: World, reviews: Mapping[str, Review], looks: tuple[str, str]) -> dict[str, Any]:
    """Attack two reviews together."""
    system = System(world.counts)
    for look in looks:
        half = {"first": HALVES[:1], "second": HALVES[1:], "year": HALVES}[look]
        seen = replace(world, counts={key: n for key, n in world.counts.items() if key[4] in half})
        read((ArrestReader if look == "year" else HalfReader)(seen, system), reviews[look].to_dict())
    asked = {frozenset(keys): name for name, keys in targets(world).items()}
    wanted = [keys for keys in asked if 0 < sum(world.counts[key] for key in keys) < LEAST]
    found = settle(system, wanted)
    lost = {asked[keys].split("/")[0] for keys, width in zip(wanted, found.width, strict=True) if width == 0}
    named = {here for here in lost if _named(reviews, looks, here)}
    return {
        "small": len(wanted),
        "recovered": int((found.width == 0).sum()),
        "unsafe": int((~found.safe).sum()),
        "places": len(lost),
        "named": len(named),
    }


def _named(reviews: Mapping[str, Review], looks: tuple[str, str], place: str) -> bool:
    entries = [next(entry for entry in reviews[look].places if entry.place == place).findings for look in looks]
    return any(series.small for series in series_of(entries, LEAST))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--audits", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results" / "suppress_looks.csv")
    given = parser.parse_args()
    rows = {name: {"looks": name, "audits": given.audits, "table_sets": 0} for name in LOOKS}
    for number in range(given.audits):
        world = drawn(np.random.default_rng([given.seed, number]), (24, 8, 3)[number % 3])
        with tempfile.TemporaryDirectory() as folder:
            reviews = {look: reviewed(world, Path(folder), look) for look in ("first", "second", "year")}
        for name, looks in LOOKS.items():
            rows[name]["table_sets"] += len(world.places)
            for key, value in both(world, reviews, looks).items():
                rows[name][key] = rows[name].get(key, 0) + value
        print(number, rows, flush=True)
    with given.out.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[next(iter(LOOKS))]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows.values())


if __name__ == "__main__":
    main()
