"""Error rates and power of the excess of two offence classes, cell by cell.

    python benchmarks/class_excess.py [--places 60 300 3000] [--runs 400] [--cells all]

Every run draws arrests by county, group and class (benchmarks/class_draws.py) and judges every place by its second most
outstanding discretionary class (auditor/stats/classes/excess.py), licence offences left out; Benjamini-Hochberg at
q = .05 over the places. Reported: P(any flag) with nobody profiling; with an effect on two or three classes in 5 % of
places the false discovery rate and the power among planted places that could be judged; and how often a single place
has p <= .01 though nothing is planted in it. A quarter of the runs at 300 places, a twentieth at 3,000. Rows are
added to benchmarks/results/class_excess.csv as they are done.
"""

from __future__ import annotations

import argparse
import csv
import zlib
from pathlib import Path

import numpy as np
from class_draws import LICENCE, SIDE, Scenario, draw, population

from auditor.signals.single_classes import FEWEST_PLACES
from auditor.stats.classes.deviations import class_levels, deviations
from auditor.stats.classes.excess import class_excess
from auditor.stats.classes.unequal import places_freedom
from auditor.stats.screening.multiple import benjamini_hochberg

RESULTS = Path(__file__).resolve().parent / "results" / "class_excess.csv"
SIDES = np.where(np.arange(len(SIDE)) == LICENCE, 0, SIDE)
TRAFFIC, ORDER, DRUGS = 8, 10, 13
Q, SHARE = 0.05, 0.05
FEW, LARGE = 100, 4000
"""Fewer places than this are drawn among those with more people of the focal group, so that they can be judged."""
FEWER = {60: 1, 300: 4, 3000: 20}
"""Runs at these numbers of places: one in so many."""

CELLS: dict[str, tuple[Scenario, float]] = {
    "normal": (Scenario(), 0.0),
    "t4": (Scenario(tails="t4"), 0.0),
    "t3": (Scenario(tails="t3"), 0.0),
    "contaminated": (Scenario(tails="contaminated"), 0.0),
    "lognormal": (Scenario(tails="lognormal"), 0.0),
    "skew-right": (Scenario(tails="skew-right"), 0.0),
    "unequal-0.5": (Scenario(unequal=0.5), 0.0),
    "discretionary-1.5": (Scenario(discretionary=1.5), 0.0),
    "factor-0.2": (Scenario(factor=0.2), 0.0),
    "factor-0.2-t4": (Scenario(factor=0.2, factor_tails="t4"), 0.0),
    "factor-0.4": (Scenario(factor=0.4), 0.0),
    "factor-0.4-t4": (Scenario(factor=0.4, factor_tails="t4"), 0.0),
    "pair-0.3": (Scenario(pair=0.2, pair_sd=0.3), 0.0),
    "campaign-x4": (Scenario(campaign=0.1, campaign_log=np.log(4)), 0.0),
    "two-x3": (Scenario(raised=(TRAFFIC, DRUGS)), np.log(3)),
    "two-x6": (Scenario(raised=(TRAFFIC, DRUGS)), np.log(6)),
    "three-x3": (Scenario(raised=(TRAFFIC, ORDER, DRUGS)), np.log(3)),
    "three-x6": (Scenario(raised=(TRAFFIC, ORDER, DRUGS)), np.log(6)),
    "all-x4": (Scenario(), np.log(4)),
}
"""Scenario, and the log effect planted in 5 % of the places."""


def judged(counts: np.ndarray) -> np.ndarray:
    """Return the p-value of every place, NaN where it is not judged."""
    levels = [class_levels(counts[:, g], counts[:, 1], SIDES) for g in (0, *range(2, counts.shape[1]))]
    told = [item for item in levels[1:] if int(item.ratios.use.any(axis=1).sum()) >= FEWEST_PLACES]
    freedom = places_freedom(levels[0], told)
    found = class_excess(deviations(levels[0]), [deviations(item) for item in told], freedom=freedom)
    return np.full(len(counts), np.nan) if found is None else found.p


def one(rng: np.random.Generator, people: np.ndarray, places: int, cell: Scenario, effect: float) -> dict[str, float]:
    """Return what one run counts."""
    among = people[people[:, 0] > LARGE] if places < FEW else people
    drawn = draw(rng, among, places, cell, effect, SHARE if effect else 0.0)
    p = judged(drawn.counts)
    known = np.isfinite(p)
    flagged = np.zeros(places, dtype=bool)
    if known.any():
        flagged[known] = benjamini_hochberg(p[known]) <= Q
    planted = (drawn.effect > 0) & known
    return {
        "judged": float(known.sum()),
        "any": float(flagged.any()),
        "fdr": float((flagged & ~planted).sum() / max(flagged.sum(), 1)),
        "power": float((flagged & planted).sum() / planted.sum()) if planted.any() else float("nan"),
        "small": float((p[known & ~planted] <= 0.01).mean()) if known.any() else float("nan"),
    }


def measure(name: str, places: int, runs: int, people: np.ndarray) -> dict[str, object]:
    """Return one row of the table."""
    cell, effect = CELLS[name]
    seed = zlib.crc32(name.encode())
    found = [one(np.random.default_rng([seed, places, run]), people, places, cell, effect) for run in range(runs)]
    of = {key: np.array([item[key] for item in found]) for key in found[0]}
    error = float(of["fdr"].std(ddof=1) / np.sqrt(runs))
    return {
        "cell": name,
        "places": places,
        "log_effect": f"{effect:.2f}",
        "runs": runs,
        "judged": f"{of['judged'].mean():.0f}",
        "any": f"{of['any'].mean():.4f}",
        "fdr": f"{of['fdr'].mean():.4f}",
        "fdr_mcse": f"{error:.4f}",
        "power": f"{np.nanmean(of['power']):.3f}" if effect else "",
        "p_below_01": f"{np.nanmean(of['small']):.4f}",
    }


def main() -> None:
    """Measure the cells asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", nargs="*", type=int, default=[60, 300, 3000])
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--cells", nargs="*", default=["all"])
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    people = population()
    names = list(CELLS) if given.cells == ["all"] else given.cells
    for places in given.places:
        for name in names:
            # A quarter of the runs where something is planted: a mean over places needs fewer than a rare event.
            runs = max(10, given.runs // FEWER.get(places, 1) // (4 if CELLS[name][1] else 1))
            row = measure(name, places, runs, people)
            fresh = not given.out.exists()
            with given.out.open("a", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, list(row), lineterminator="\n")
                if fresh:
                    writer.writeheader()
                writer.writerow(row)
            print(*row.values(), sep="\t", flush=True)


if __name__ == "__main__":
    main()
