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
    7: {"arrests": 1.9, "yield": 0.0, "low": 0.0},
    19: {"arrests": 1.7, "yield": 1.5, "low": 1.9},
    28: {"arrests": 0.0, "yield": 0.0, "low": 2.4},
}
"""Log effects: on the arrest rate ratio, on the odds of a match, on the odds of a low level."""
TINY = (12, 33)
QUARTERS = ("2011-Q1", "2011-Q2", "2011-Q3", "2011-Q4")


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
        "simulated-arrests.csv": text(("place", "period", "event", "group", "n"), arrests(rng, people)),
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
    total[list(PLANTED)] = (90_000, 110_000, 160_000)
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
    """Yield arrests by quarter and group; one in forty has no group on record."""
    rates = {"hispanic": 0.045, "white": 0.04, "black": 0.055}
    for i in range(len(NAMES)):
        own = {group: rng.normal(0, NATURAL_SD) for group in rates}
        for quarter in QUARTERS:
            unknown = 0
            for group, rate in rates.items():
                effect = PLANTED.get(i, {}).get("arrests", 0.0) if group == "hispanic" else 0.0
                n = int(rng.poisson(people[group][i] * rate / 4 * np.exp(own[group] + effect)))
                lost = int(rng.binomial(n, 0.025))
                unknown += lost
                yield (identifier(i), quarter, "arrest", group, n - lost)
            yield (identifier(i), quarter, "arrest", "unknown", unknown)


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
            "", "", identifier(i), "2010-11-02", "2011-01-01", "2011-12-31", "false", submissions,
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
