"""A whole national audit: 3,100 counties, every page.

    python benchmarks/national.py [--places 3100] [--months 0] [--workers 2] [--keep FOLDER]

Draws programme statistics (interoperability layout) and arrests by group for counties of 2010, with a fixed seed; runs
`auditor run` on them in a process of its own; checks that every place has a page; and writes wall seconds, CPU seconds
(children included) and peak memory of the largest process to benchmarks/results/national.csv, a row for each number of
months. With `--months 96` the arrests come by month (from January 2005), group and four offence classes, and two in
three places have a programme start between November 2008 and December 2012, so that the signals of change run too.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from auditor.baselines import census2010
from auditor.domain.places import gazetteer

ROOT = Path(__file__).resolve().parents[1]
HEADER = (
    "state,jurisdiction,county_fips,activation_date,period_start,period_end,cumulative,submissions,matches,matches_l1,"
    "matches_l2,matches_l3,matches_none,removed,removed_l1,removed_l2,removed_l3,removed_none,level_regime,level_basis"
)
CONFIG = """[audit]
title = "National benchmark (SIMULATED)"
as_of = 2012-06-30
seed = 1

[[sources]]
format = "interoperability"
path = "statistics.csv"
simulated = true

[[sources]]
format = "counts"
path = "arrests.csv"
simulated = true

[[sources]]
format = "population"
path = "noncitizens.csv"
simulated = true
"""


MONTHLY = """
[[sources]]
format = "activations"
path = "activations.csv"
simulated = true
"""
CLASSES = {"traffic": 30, "drug-possession": 40, "theft": 40, "aggravated-assault": 15}
"""Arrests a month among 100,000 people of a group."""


def generate(folder: Path, places: int, months: int = 0) -> None:
    """Write the tables and the configuration; with months, arrests by month and class, and programme starts."""
    rng = np.random.default_rng(20120630)
    people: dict[str, dict[str, int]] = {}
    for place, group, n in census2010.load().rows:
        people.setdefault(place, {})[group] = n
    chosen = sorted(place for place in people if not place.startswith("72"))[:places]
    statistics, arrests, aliens = [HEADER], ["place,period,event,group,n"], ["place,group,universe,period,n,moe"]
    for place in chosen:
        statistics.append(_statistics(rng, place, sum(people[place].values()), people[place]))
        by_year = ("hispanic", "white", "black") if not months else ()
        own = {group: np.exp(rng.normal(0, 0.15)) for group in by_year}
        for year in (2009, 2010, 2011):
            for group, factor in own.items():
                arrests.append(f"{place},{year},arrest,{group},{rng.poisson(people[place][group] * 0.04 * factor)}")
        alien = round(people[place]["hispanic"] * 0.35)
        aliens.append(f"{place},hispanic,noncitizens,2007/2011,{alien},{round(2.5 * alien**0.5)}")
        aliens.append(f"{place},white,noncitizens,2007/2011,{round(people[place]['white'] * 0.012)},")
    for name, lines in (("statistics", statistics), ("arrests", arrests), ("noncitizens", aliens)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "audit.toml").write_text(CONFIG + (MONTHLY if months else ""), encoding="utf-8")
    if months:
        _monthly(folder, rng, chosen, people, months)


def _monthly(
    folder: Path, rng: np.random.Generator, chosen: list[str], people: dict[str, dict[str, int]], months: int
) -> None:
    """Write arrests by month, group and class in place of those by year, and the programme's starts."""
    groups = ("hispanic", "white", "black")
    size = np.array([[people[place][group] for group in groups] for place in chosen], dtype=float)
    rate = np.array(list(CLASSES.values())) / 1e5
    natural = np.exp(rng.normal(0, 0.15, (len(chosen), len(groups), len(CLASSES))))
    mean = size[:, :, None] * rate * natural
    names = [f"{2005 + month // 12}-{month % 12 + 1:02d}" for month in range(months)]
    with (folder / "arrests.csv").open("w", encoding="utf-8") as stream:
        stream.write("place,period,event,group,offence,n\n")
        for month in names:
            drawn = rng.poisson(mean)
            stream.writelines(
                f"{chosen[j]},{month},arrest,{groups[g]},{offence},{drawn[j, g, o]}\n"
                for j in range(len(chosen))
                for g in range(len(groups))
                for o, offence in enumerate(CLASSES)
            )
    starts = np.datetime64("2008-11") + rng.integers(0, 50, len(chosen))
    begun = [f"{place},secure-communities,activated,{start}-01" for place, start in zip(chosen, starts, strict=True)]
    kept = [line for j, line in enumerate(begun) if j % 3]
    (folder / "activations.csv").write_text("\n".join(["place,program,kind,date", *kept]) + "\n", encoding="utf-8")


def _statistics(rng: np.random.Generator, place: str, total: int, groups: dict[str, int]) -> str:
    known = gazetteer().place(place)
    state = gazetteer().place(place[:2])
    submissions = rng.poisson(total * 0.04)
    share = max(groups["hispanic"] * 0.35 / total, 0.002)
    odds = np.exp(0.8 * np.log(share) - 0.6 + rng.normal(0, 0.15))
    matches = rng.binomial(submissions, odds / (1 + odds))
    low = 1 / (1 + np.exp(-(0.2 + rng.normal(0, 0.15))))
    levels = rng.multinomial(matches, [0.57 * (1 - low), 0.43 * (1 - low), 0.53 * low, 0.47 * low])
    removed = rng.binomial(levels, 0.5)
    cells = [
        state.state if state else "",
        f'"{known.name if known else place}"',
        place,
        "",
        "2009-01-01",
        "2011-12-31",
        "true",
        submissions,
        matches,
        *levels,
        removed.sum(),
        *removed,
        "conviction-based",
        "conviction",
    ]
    return ",".join(str(cell) for cell in cells)


def main() -> None:
    """Generate, run, check, record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, default=3100)
    parser.add_argument("--months", type=int, default=0, help="arrests by month and class, and programme starts")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="folder to keep the inputs and the output in")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        generate(folder, given.places, given.months)
        command = [sys.executable, "-m", "auditor.cli", "run", str(folder / "audit.toml"), "--quiet"]
        started = time.monotonic()
        subprocess.run([*command, "--out", str(folder / "out"), "--workers", str(given.workers)], check=True)
        wall = time.monotonic() - started
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        pages = sorted((folder / "out" / "places").glob("*.html"))
        if len(pages) != given.places:
            raise SystemExit(f"{len(pages)} pages for {given.places} places")
        sizes = [page.stat().st_size for page in pages]
        index = (folder / "out" / "index.html").stat().st_size
    row = {
        "places": given.places,
        "months": given.months,
        "workers": given.workers,
        "wall_s": f"{wall:.1f}",
        "cpu_s": f"{used.ru_utime + used.ru_stime:.1f}",
        "peak_mib": f"{used.ru_maxrss / 1024:.0f}",
        "largest_page_kb": f"{max(sizes) / 1000:.0f}",
        "index_kb": f"{index / 1000:.0f}",
        "python": platform.python_version(),
        "processors": os.cpu_count(),
    }
    print(row)
    path = ROOT / "benchmarks" / "results" / "national.csv"
    path.parent.mkdir(exist_ok=True)
    kept: list[dict[str, object]] = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as stream:
            kept = [dict(old) for old in csv.DictReader(stream) if old.get("months", "0") != str(given.months)]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(row), restval="0", lineterminator="\n")
        writer.writeheader()
        writer.writerows([*kept, row])


if __name__ == "__main__":
    main()
