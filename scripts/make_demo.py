"""Write the simulated part of the embedded example, or check that the shipped files are what this script writes.

    python scripts/make_demo.py [--check]

Forty counties of a state that does not exist. Nobody profiles anywhere except in three counties, in which the script
plants an effect (see PLANTED), and two counties have too few events for any test. The published part of the example
(``configs/demo/published.csv``) holds cited facts and is not written by this script.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parents[1] / "configs" / "demo"
SEED = 20120630
NATURAL_SD = 0.08
NAMES = (  # noqa: SIM905
    "Alder Ash Aspen Bay Birch Briar Cedar Cherry Clover Cypress Dogwood Elder Elm Fern Fir Foxglove Gorse Hawthorn "
    "Hazel Heather Hemlock Hickory Holly Ivy Juniper Larch Laurel Linden Locust Maple Myrtle Oak Pine Poplar Rowan "
    "Sage Spruce Sumac Sycamore Willow"
).split()
PLANTED = {
    7: {"arrests": 1.9, "discretion": 0.0, "yield": 0.0, "low": 0.0},
    19: {"arrests": 0.0, "discretion": 2.0, "yield": 1.5, "low": 1.9},
    28: {"arrests": 0.0, "discretion": 0.0, "yield": 0.0, "low": 2.9},
}
"""Log effects: on arrests of every class (a wrong benchmark looks like that), on arrests at an officer's choice, on the
odds of a match, on the odds of a low level."""
TINY = (12, 33)
SPANS = ("2009-01-01/2010-06-30", "2010-07-01/2011-12-31")
RATES = {
    "homicide": 4, "sexual-assault": 7, "robbery": 36, "aggravated-assault": 132, "burglary": 94, "arson": 4,
    "vehicle-theft": 23, "theft": 414, "traffic": 300, "licence": 150, "public-order": 200,
    "public-intoxication": 180, "trespass": 110, "drug-possession": 430, "false-identification": 20,
    "simple-assault": 310, "dui": 450, "warrant": 300,
}  # fmt: skip
"""Arrests per 100,000 adults and year, of the order of the FBI's national figures of 2010."""
DISCRETIONARY = list(RATES)[8:15]
CLASS_SD, ENFORCEMENT_SD = 0.1, 0.4
"""Natural differences between groups by class; how unevenly counties enforce each class. Neither is profiling."""
MONTHS = [f"{year}-{month:02d}" for year in range(2006, 2012) for month in range(1, 13)]
STARTS = {**dict.fromkeys(range(0, 5), "2009-01-13"), **dict.fromkeys(range(15, 20), "2009-07-14"),
          **dict.fromkeys(range(25, 30), "2010-01-12")}  # fmt: skip
"""When the programme came to a county; to the others it came after the last month."""
CHANGED = {3: 0.3, 17: 0.2, 19: 0.6, 26: 0.3}
"""Log change of stops of the focal group after that."""


def main() -> int:
    """Write or check the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the shipped files")
    check = parser.parse_args().check
    different = []
    for name, text in files().items():
        path = FOLDER / name
        if not check:
            path.write_text(text, encoding="utf-8", newline="")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            different.append(name)
    print("different: " + ", ".join(different) if different else "same" if check else "written")
    return 1 if different else 0


def files() -> dict[str, str]:
    """Return the text of every simulated file, by name."""
    rng = np.random.default_rng(SEED)
    people = populations(rng)
    return {
        "simulated-places.csv": text(("place", "name", "state", "kind", "parent"), places()),
        "simulated-population.csv": text(("place", "group", "universe", "period", "n", "moe"), baseline(people)),
        "simulated-arrests.csv": text(("place", "period", "event", "group", "offence", "n"), arrests(rng, people)),
        "simulated-stops.csv": text(("place", "period", "event", "group", "n"), stops(rng, people)),
        "simulated-starts.csv": text(("place", "program", "kind", "date"), starts()),
        "simulated-statistics.csv": text(STATISTICS, statistics(rng, people)),
    }


def identifier(i: int) -> str:
    """Return the identifier of a county."""
    return f"local:sim-{i + 1:02d}"


def places() -> Iterator[Sequence[str]]:
    """Yield the state, then its counties."""
    yield ("local:sim-state", "Simulated State", "", "state", "")
    for i, name in enumerate(NAMES):
        yield (identifier(i), f"{name} County", "", "county", "local:sim-state")


def populations(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw residents and noncitizens by group."""
    total = np.round(rng.lognormal(np.log(60_000), 0.8, len(NAMES)))
    total[list(TINY)] = 260
    total[list(PLANTED)] = (90_000, 110_000, 420_000)
    share = 1 / (1 + np.exp(-rng.normal(-1.7, 0.5, len(NAMES))))
    hispanic = np.round(total * share)
    black = np.round(total * 0.11)
    white = np.round((total - hispanic - black) * 0.93)
    alien = np.round(hispanic * rng.uniform(0.25, 0.45, len(NAMES)))
    return {"hispanic": hispanic, "white": white, "black": black, "alien": alien, "total": total}


def baseline(people: dict[str, np.ndarray]) -> Iterator[Sequence[object]]:
    """Yield residents and adults by group, and noncitizens with a margin of error."""
    for i in range(len(NAMES)):
        for group in ("hispanic", "white", "black"):
            yield (identifier(i), group, "residents", "2010", int(people[group][i]), "")
        for group, adult in (("hispanic", 0.66), ("white", 0.79), ("black", 0.72)):
            yield (identifier(i), group, "adults", "2010", round(float(people[group][i]) * adult), "")
        alien = int(people["alien"][i])
        yield (identifier(i), "hispanic", "noncitizens", "2007/2011", alien, round(2.5 * alien**0.5))
        other = round(0.012 * float(people["white"][i] + people["black"][i]))
        yield (identifier(i), "other", "noncitizens", "2007/2011", other, round(2.5 * other**0.5))


def arrests(rng: np.random.Generator, people: dict[str, np.ndarray]) -> Iterator[Sequence[object]]:
    """Yield arrests by span, group and offence class; one in forty has no group on record."""
    level = {"hispanic": 1.1, "white": 1.0, "black": 1.35}
    for i in range(len(NAMES)):
        own = {group: rng.normal(0, NATURAL_SD) for group in level}
        enforced = {name: rng.normal(0, ENFORCEMENT_SD) for name in RATES}
        natural = {(group, name): rng.normal(0, CLASS_SD) for group in level for name in RATES}
        for span in SPANS:
            for name, rate in RATES.items():
                unknown = 0
                for group, factor in level.items():
                    log_rate = own[group] + enforced[name] + natural[group, name] + _planted(i, group, name)
                    mean = people[group][i] * rate / 1e5 * 1.5 * factor * np.exp(log_rate)
                    n = int(rng.poisson(mean))
                    lost = int(rng.binomial(n, 0.025))
                    unknown += lost
                    yield (identifier(i), span, "arrest", group, name, n - lost)
                yield (identifier(i), span, "arrest", "unknown", name, unknown)


def _planted(i: int, group: str, offence: str) -> float:
    effects = PLANTED.get(i, {}) if group == "hispanic" else {}
    return effects.get("arrests", 0.0) + (effects.get("discretion", 0.0) if offence in DISCRETIONARY else 0.0)


def stops(rng: np.random.Generator, people: dict[str, np.ndarray]) -> Iterator[Sequence[object]]:
    """Yield stops by month and group, with a season; a change after the programme's start in a few counties."""
    for i in range(len(NAMES)):
        after = STARTS.get(i, "9999")[:7]
        own = {group: rng.normal(0, NATURAL_SD) for group in ("hispanic", "white")}
        for at, month in enumerate(MONTHS):
            season = 0.15 * np.sin(2 * np.pi * at / 12)
            for group, rate in (("hispanic", 0.12), ("white", 0.11)):
                change = CHANGED.get(i, 0.0) if group == "hispanic" and month > after else 0.0
                mean = people[group][i] * rate / 12 * np.exp(season + own[group] + change + rng.normal(0, 0.05))
                yield (identifier(i), month, "stop", group, int(rng.poisson(mean)))


def starts() -> Iterator[Sequence[object]]:
    """Yield the start of the programme in the counties that it reached."""
    for i, day in sorted(STARTS.items()):
        yield (identifier(i), "Secure Communities", "activated", day)


STATISTICS = (  # noqa: SIM905
    "state jurisdiction county_fips activation_date period_start period_end cumulative submissions "
    "matches matches_l1 matches_l2 matches_l3 matches_none removed removed_l1 removed_l2 removed_l3 removed_none "
    "level_regime level_basis source"
).split()


def statistics(rng: np.random.Generator, people: dict[str, np.ndarray]) -> Iterator[Sequence[object]]:
    """Yield one row of programme statistics a county, in the layout of the interoperability template."""
    for i in range(len(NAMES)):
        planted = PLANTED.get(i, {})
        submissions = int(rng.poisson(people["total"][i] * 0.045))
        alien_share = people["alien"][i] / people["total"][i]
        odds = np.exp(0.9 * np.log(alien_share) - 0.4 + rng.normal(0, NATURAL_SD) + planted.get("yield", 0.0))
        matches = int(rng.binomial(submissions, odds / (1 + odds)))
        low = 1 / (1 + np.exp(-(0.2 + rng.normal(0, NATURAL_SD) + planted.get("low", 0.0))))
        shares = np.array([0.57 * (1 - low), 0.43 * (1 - low), 0.53 * low, 0.47 * low])
        by_level = rng.multinomial(matches, shares)
        removed = rng.binomial(by_level, 0.55)
        yield (
            "", "", identifier(i), "", "2011-01-01", "2011-12-31", "false", submissions,
            matches, *by_level, int(removed.sum()), *removed, "conviction-based", "conviction", "simulated",
        )  # fmt: skip


def text(header: Sequence[str], rows: Iterator[Sequence[object]]) -> str:
    """Return rows as CSV text with LF line ends."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
