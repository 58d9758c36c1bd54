"""Error rates and power of the class-randomised screen, cell by cell.

    python benchmarks/class_screen.py [--null 1000] [--effect 100] [--places 3000 300] [--cells all] [--only one]

Every run draws arrests by county, group and class (benchmarks/class_draws.py), contrasts the focal with the reference
group by class randomisation, measures the common factor on the other groups, and applies Benjamini-Hochberg at q = .05
and .10. Reported: P(any flag) with nobody profiling; with log effects of 1.0 and 1.5 in 5 % of places the false
discovery rate, the power among planted places that could be tested, and the share of flags in the wrong direction;
coverage of the 95 % interval; the naive z-test's false flags beside it. One place by itself (at p <= .05 and at .025,
where its interval leaves 1; over many patterns of how the groups differ by class) and one among 40 peers: size and
power. Rows are added to benchmarks/results/class_screen.csv as they are done, so that an
interrupted run loses nothing; `benchmarks/calibration_table.py` makes the page.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import zlib
from pathlib import Path

import numpy as np
from class_draws import SIDE, Scenario, draw, population
from scipy.special import ndtr

from auditor.stats.classes.alone import randomise_alone
from auditor.stats.classes.pooled_null import fit_pooled_null
from auditor.stats.classes.randomisation import Randomised, randomise_classes
from auditor.stats.classes.ratios import ClassRatios, class_centres, class_ratios, natural_variance
from auditor.stats.screening.multiple import benjamini_hochberg

RESULTS = Path(__file__).resolve().parent / "results" / "class_screen.csv"
RELABELLINGS = 300
"""Per place: the pool of all places has enough of them."""
FEW, LARGE = 100, 4000
"""Fewer places than this are drawn among those with more adults of the focal group, so that they can be tested."""
PLACES_A_PATTERN = 20
"""Places by themselves for every pattern of how the groups differ by class: the pattern is what errors depend on."""

CELLS = {
    "normal": Scenario(),
    "t4": Scenario(tails="t4"),
    "t3": Scenario(tails="t3"),
    "contaminated": Scenario(tails="contaminated"),
    "lognormal": Scenario(tails="lognormal"),
    "skew-right": Scenario(tails="skew-right"),
    "skew-left": Scenario(tails="skew-left"),
    "factor-0.2": Scenario(factor=0.2),
    "factor-0.2-t4": Scenario(factor=0.2, factor_tails="t4"),
    "factor-0.4": Scenario(factor=0.4),
    "factor-0.4-t4": Scenario(factor=0.4, factor_tails="t4"),
    "factor-0.2-t3": Scenario(factor=0.2, factor_tails="t3"),
    "factor-0.2-contaminated": Scenario(factor=0.2, factor_tails="contaminated"),
    "factor-0.2-skew": Scenario(factor=0.2, factor_tails="skew-right"),
    "factor-0.2-exponential": Scenario(factor=0.2, factor_tails="exponential", steady_reference=True),
    "factor-0.4-exponential": Scenario(factor=0.4, factor_tails="exponential", steady_reference=True),
    "focal-0.8": Scenario(factor=0.2, focal_factor=0.8),
    "focal-1.2": Scenario(factor=0.2, focal_factor=1.2),
    "focal-1.5": Scenario(factor=0.2, focal_factor=1.5),
    "shift+0.2": Scenario(shift=0.2),
    "shift-0.2": Scenario(shift=-0.2),
    "controls-thin": Scenario(factor=0.2, thin=12.0),
    "controls-correlated-0.9": Scenario(factor=0.2, correlation=0.9),
    "no-controls": Scenario(factor=0.2, groups=2),
    "unequal-0.5": Scenario(unequal=0.5),
    "size-dependent": Scenario(sd=0.15, large=0.15),
    "discretionary-1.5": Scenario(discretionary=1.5),
    "licence-0.8": Scenario(licence=0.8),
    "sd-0": Scenario(sd=0.0),
    "sd-0.15": Scenario(sd=0.15),
    "sd-0.4": Scenario(sd=0.4),
    "sd-0.6": Scenario(sd=0.6),
    "small-counts": Scenario(small=5.0),
    "both-signs": Scenario(sign=True),
}
SHARES = (0.001, 0.005, 0.02, 0.1)
"""Further shares of planted places, for the first cell."""


def contrast(focal: np.ndarray, reference: np.ndarray, most: int = RELABELLINGS) -> Randomised:
    """Randomise the classes of a pair of groups as the signal does."""
    ratios = class_ratios(focal, reference, SIDE)
    centre = class_centres(ratios)
    use = ratios.use & np.isfinite(centre)
    x = np.where(use, ratios.log_ratio - np.where(np.isfinite(centre), centre, 0.0), 0.0)
    ratios = ClassRatios(ratios.log_ratio, ratios.variance, use)
    return randomise_classes(x, ratios.variance, use, SIDE, natural_variance(x, ratios, SIDE), most)


def screen(counts: np.ndarray) -> tuple[Randomised, np.ndarray, np.ndarray, np.ndarray]:
    """Return the contrasts, and of the used places the p-values and 95 % limits (log scale)."""
    focal = contrast(counts[:, 0], counts[:, 1])
    others = [contrast(counts[:, g], counts[:, 1]) for g in range(2, counts.shape[1])]
    null = fit_pooled_null(focal, others)
    used = focal.used
    parts = focal.se[used], focal.stratum[used]
    p, _ = null.p(focal.statistic[used], *parts)
    low, high = null.interval(focal.difference[used], *parts, 0.95)
    return focal, p, low, high


def naive(focal: Randomised, counts: np.ndarray) -> np.ndarray:
    """Return p-values of the crude log odds ratio, sampling error alone."""
    on = SIDE > 0
    cells = [counts[focal.used, g][:, side].sum(axis=1) + 0.5 for g in (0, 1) for side in (on, ~on)]
    z = np.log(cells[0] * cells[3] / (cells[1] * cells[2])) / np.sqrt(sum(1 / cell for cell in cells))
    return np.asarray(ndtr(-(z - np.median(z))))


def one(rng: np.random.Generator, people: np.ndarray, places: int, cell: Scenario, effect: float, share: float) -> dict:
    """Return what one run counts."""
    drawn = draw(rng, people, places, cell, effect, share)
    focal, p, low, high = screen(drawn.counts)
    true = drawn.effect[focal.used]
    centred = true  # the shift of a scenario is taken out by the centres, as it should be
    result = {
        "tested": len(p),
        "coverage": float(((low <= centred) & (high >= centred)).mean()),
        "size": float((p[true == 0] <= 0.05).mean()),
        "naive": int((benjamini_hochberg(naive(focal, drawn.counts)) <= 0.05).sum()),
    }
    for q in (0.05, 0.10):
        flagged = benjamini_hochberg(p) <= q
        tag = f"{q:.2f}"
        result[f"any-{tag}"] = float(flagged.any())
        result[f"fdp-{tag}"] = float((flagged & (true <= 0)).sum() / max(flagged.sum(), 1))
        result[f"power-{tag}"] = float((flagged & (true > 0)).sum() / max((true > 0).sum(), 1))
        result[f"sign-{tag}"] = float((flagged & (true < 0)).sum() / max(flagged.sum(), 1))
    return result


def alone(people: np.ndarray, cell: str, effect: float, pattern: int) -> list[float]:
    """Return p-values of a few places that are each decided by themselves, as the signal does it."""
    scenario = dataclasses.replace(CELLS[cell], pattern=1000 + pattern)
    rng = np.random.default_rng([zlib.crc32(cell.encode()), 1, round(effect * 10), pattern])
    drawn = draw(rng, people, PLACES_A_PATTERN, scenario, effect, 1.0)
    ratios = class_ratios(drawn.counts[:, 0], drawn.counts[:, 1], SIDE)
    return [float(randomise_alone(ratios, SIDE, j).p_greater[j]) for j in np.flatnonzero(ratios.use.any(axis=1))]


def among_peers(rng: np.random.Generator, people: np.ndarray, cell: Scenario, effect: float) -> dict:
    """Return whether the largest of 41 counties is found at p <= .05 (an effect is planted in it alone)."""
    large = people[people[:, 0] > LARGE]
    drawn = draw(rng, large, 41, cell, 0.0, 0.0)
    counts = drawn.counts
    if effect:
        moved = rng.poisson(counts[0, 0, SIDE > 0] * np.exp(effect))
        counts = counts.copy()
        counts[0, 0, SIDE > 0] = moved
    focal, p, _, _ = screen(counts)
    return {"tested": int(focal.used[0]), "size": float(focal.used[0] and p[0] <= 0.05)}


def main() -> None:
    """Run the cells asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--null", type=int, default=1000)
    parser.add_argument("--effect", type=int, default=100)
    parser.add_argument("--places", type=int, nargs="*", default=[3000, 300])
    parser.add_argument("--cells", nargs="*", default=list(CELLS))
    parser.add_argument("--one", action="store_true", help="one place by itself, and one among 40 peers, only")
    parser.add_argument("--shares", action="store_true", help="further shares of planted places, only")
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    people = population()
    if given.one:
        _one_place(people, given)
        return
    for places in given.places:
        for cell in given.cells:
            plans = [(0.0, 0.0, given.null), (1.0, 0.05, given.effect), (1.5, 0.05, given.effect)]
            if given.shares:
                plans = [(1.5, share, given.effect) for share in SHARES]
            for effect, share, runs in plans:
                if runs:
                    _cell(people, cell, places, effect, share, runs, given.out)


def _cell(people: np.ndarray, cell: str, places: int, effect: float, share: float, runs: int, out: Path) -> None:
    seed = [zlib.crc32(cell.encode()), places, round(effect * 10), round(share * 1000)]
    if places < FEW:
        people = people[people[:, 0] > LARGE]
    results = [
        one(np.random.default_rng([*seed, run]), people, places, CELLS[cell], effect, share) for run in range(runs)
    ]
    mean = {name: float(np.mean([result[name] for result in results])) for name in results[0]}
    row = {"cell": cell, "places": places, "effect": effect, "share": share, "runs": runs}
    row |= {name: f"{value:.4f}" for name, value in mean.items()}
    for tag in ("0.05", "0.10"):
        row[f"mcse-{tag}"] = f"{np.std([r[f'fdp-{tag}'] for r in results], ddof=1) / np.sqrt(runs):.4f}"
    _append(out, row)


def _one_place(people: np.ndarray, given: argparse.Namespace) -> None:
    large = people[people[:, 0] > LARGE]
    for cell in given.cells:
        for effect in (0.0, 1.0, 1.5):
            several = range(max(2, given.null // PLACES_A_PATTERN))
            patterns = [alone(large, cell, effect, pattern) for pattern in several]
            rates = np.array([np.mean(np.array(p) <= 0.05) for p in patterns if p])
            flagged = np.array([np.mean(np.array(p) <= 0.025) for p in patterns if p])
            seeds = ([zlib.crc32(cell.encode()), 41, round(effect * 10), run] for run in range(given.effect))
            found = [among_peers(np.random.default_rng(seed), people, CELLS[cell], effect) for seed in seeds]
            row = {
                "cell": cell,
                "effect": effect,
                "patterns": len(rates),
                "runs_alone": sum(map(len, patterns)),
                "found_alone": f"{rates.mean():.4f}",
                "mcse_alone": f"{rates.std(ddof=1) / np.sqrt(len(rates)):.4f}",
                "flagged_alone": f"{flagged.mean():.4f}",
                "most_of_a_pattern": f"{np.quantile(rates, 0.95):.4f}",
                "runs_among_40": sum(result["tested"] for result in found),
                "found_among_40": f"{sum(r['size'] for r in found) / max(1, sum(r['tested'] for r in found)):.4f}",
            }
            _append(given.out.with_name("class_one_place.csv"), row)


def _append(path: Path, row: dict) -> None:
    """Add a row, in the place of an older one of the same cell."""
    keys = [name for name in ("cell", "places", "effect", "share") if name in row]
    rows = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as stream:
            rows = [old for old in csv.DictReader(stream) if any(old[name] != str(row[name]) for name in keys)]
    rows.append({name: str(value) for name, value in row.items()})
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(row, flush=True)


if __name__ == "__main__":
    main()
