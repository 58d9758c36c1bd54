"""A simulated nation for benchmarks: counties of 2010, their programme statistics, arrests and programme starts."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np

from auditor.baselines import census2010
from auditor.domain.places import gazetteer

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


def generate(folder: Path, places: int, months: int = 0, records: int = 0) -> None:
    """Write the tables and the configuration.

    With months, arrests come by month and class, and there are programme starts; with records, those arrests are drawn
    so that there are about so many, and written one by one with their day. ``residents.csv`` is for peers.
    """
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
    config = CONFIG.replace('format = "counts"', 'format = "records"', 1) if records else CONFIG
    (folder / "audit.toml").write_text(config + (MONTHLY if months else ""), encoding="utf-8")
    lines = [f"{place},{group},{n}" for place in chosen for group, n in people[place].items()]
    (folder / "residents.csv").write_text("\n".join(["place,group,n", *lines]) + "\n", encoding="utf-8")
    if months:
        _monthly(folder, rng, chosen, people, months, records)


def _monthly(
    folder: Path,
    rng: np.random.Generator,
    chosen: list[str],
    people: dict[str, dict[str, int]],
    months: int,
    records: int,
) -> None:
    """Write arrests by month, group and class in place of those by year, and the programme's starts."""
    groups = ("hispanic", "white", "black")
    size = np.array([[people[place][group] for group in groups] for place in chosen], dtype=float)
    rate = np.array(list(CLASSES.values())) / 1e5
    natural = np.exp(rng.normal(0, 0.15, (len(chosen), len(groups), len(CLASSES))))
    mean = size[:, :, None] * rate * natural
    if records:
        mean *= records / (mean.sum() * months)
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
    if records:
        _one_by_one(folder)
    starts = np.datetime64("2008-11") + rng.integers(0, 50, len(chosen))
    begun = [f"{place},secure-communities,activated,{start}-01" for place, start in zip(chosen, starts, strict=True)]
    kept = [line for j, line in enumerate(begun) if j % 3]
    (folder / "activations.csv").write_text("\n".join(["place,program,kind,date", *kept]) + "\n", encoding="utf-8")


ONE_BY_ONE = """
COPY (
  SELECT 'R' || lpad((hash(place, period, offence, "group", i) % 10000000000)::VARCHAR, 10, '0') AS record_id, place,
    'arrest' AS event,
    period || '-' || lpad((1 + hash(i, place, offence, period) % 28)::VARCHAR, 2, '0') AS date,
    "group", offence, 18 + (hash(i, period) % 60) AS age, 'CHARGE ' || (hash(i, place) % 500) AS statute
  FROM (SELECT *, unnest(range(n)) AS i FROM read_csv('{counts}', all_varchar = true, types = {{'n': 'BIGINT'}}))
) TO '{rows}' (HEADER)
"""


def _one_by_one(folder: Path) -> None:
    """Write each arrest as a row of its own, on a day of its month."""
    counts, rows = folder / "arrests.csv", folder / "rows.csv"
    connection = duckdb.connect()
    connection.execute("SET memory_limit = '2GB'")
    connection.execute(ONE_BY_ONE.format(counts=counts, rows=rows))
    rows.replace(counts)


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
