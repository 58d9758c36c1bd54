"""Error rate and power of the officers' screen, over generators that share no code with the library.

Design "estimates": officers drawn as such, with the share expected of each known up to an error of the size that the
weighting leaves; 50, 300 or 3,000 officers, stops lognormal about 150 (50 to 3,000), expected shares about .27
(SD .5 on the logit); natural differences of SD 0, .15 or .3 on the log odds, normal or Student t with 4 degrees of
freedom; nobody or 5 % of officers with a log odds effect. Two negative controls: "alike" vary as the focal contrast
does at a usual share of .38, "alike, rarer" at one of .12, "half" with half the SD, "still" not at all (odd days);
"absent" means none. Beside the library's screen stand
z against N(0, 1) and Efron's empirical null.

Design "cells": stops in cells of hour, weekend, area and offence, whose mix differs by officer and moves the focal
share; the whole way from cells to flags.

Run: OMP_NUM_THREADS=1 python benchmarks/officers_null.py [--runs 200] [--large 40] [--only DESIGN] [--least OFFICERS]
Writes benchmarks/results/officers_null.csv.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
import warnings
from collections import defaultdict
from pathlib import Path

import numpy as np
from scipy.stats import norm

from auditor.stats.fit import NotConverged
from auditor.stats.officer.benchmark import OfficerBenchmark, benchmark_officers
from auditor.stats.officer.cells import pool_cells
from auditor.stats.officer.null import FEWEST_CONTROLLED, screen_officers
from auditor.stats.screening.empirical_null import fit_likelihood
from auditor.stats.screening.multiple import benjamini_hochberg

RESULTS = Path(__file__).resolve().parent / "results" / "officers_null.csv"
LEVELS = (4, 2, 6, 3)
FAMILIES = (("normal", 0.0), ("normal", 0.15), ("t4", 0.15), ("normal", 0.3), ("t4", 0.3))
EFFECTS = (0.0, 1.0, 1.5)
SHARE = 0.05
#: Natural SD of the controls as a multiple of the focal contrast's, and their usual logit.
CONTROLS = {"alike": (1.0, -0.5), "alike, rarer": (1.0, -2.0), "half": (0.5, -0.5), "still": (0.0, -0.5)}
Row = dict[str, float | str | int]


def expit(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def natural(rng: np.random.Generator, family: str, sd: float, size: int) -> np.ndarray:
    return sd * (rng.standard_normal(size) if family == "normal" else rng.standard_t(4, size) / math.sqrt(2))


def planted(officers: int, effect: float) -> np.ndarray:
    return np.arange(officers) < round(SHARE * officers) * (effect > 0)


def contrast(
    rng: np.random.Generator, n: np.ndarray, middle: float, moved: np.ndarray, relative: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Count, expected share with its error, difference and standard error of one contrast."""
    logit = rng.normal(middle, 0.5, n.size)
    k = rng.binomial(n, expit(logit + moved))
    p = expit(logit)
    error = relative * np.sqrt(p * (1 - p) / n)
    expected = np.clip(p + error * rng.standard_normal(n.size), 0.005, 0.995)
    se = np.sqrt(expected * (1 - expected) / n + error**2)
    return k, expected, error, k / n - expected, se


def drawn(
    rng: np.random.Generator, officers: int, family: str, sd: float, effect: float
) -> tuple[OfficerBenchmark, dict[str, tuple[np.ndarray, ...]]]:
    """Comparisons without controls, and the three kinds of controls."""
    n = np.clip(np.exp(rng.normal(np.log(150), 0.7, officers)), 50, 3000).astype(int)
    relative = np.clip(3 / np.sqrt(officers) * rng.lognormal(0, 0.5, officers), 0.02, 0.6)
    moved = natural(rng, family, sd, officers) + effect * planted(officers, effect)
    k, expected, error, difference, se = contrast(rng, n, -1.0, moved, relative)
    controls = {}
    for name, (factor, middle) in CONTROLS.items():
        pair = [contrast(rng, n, middle, natural(rng, family, sd * factor, officers), relative) for _ in range(2)]
        controls[name] = tuple(np.stack([one[at] for one in pair], axis=1) for at in (3, 4, 1, 2))
    nothing, some = np.zeros((officers, 0)), np.full(officers, 100.0)
    result = OfficerBenchmark(
        reason=("",) * officers, stops=n.astype(float), focal=k.astype(float), uncovered=0 * some, effective=n * 10.0,
        colleagues=some, imbalance=0 * some, share=k / n, expected=expected, difference=difference, se=se, error=error,
        z=difference / se, control=nothing, control_se=nothing, control_expected=nothing,
        control_error=nothing,
    )  # fmt: skip
    return result, controls


def with_controls(result: OfficerBenchmark, control: tuple[np.ndarray, ...]) -> OfficerBenchmark:
    values = {name: getattr(result, name) for name in result.__slots__}
    names = ("control", "control_se", "control_expected", "control_error")
    return OfficerBenchmark(**{**values, **dict(zip(names, control, strict=True))})


class Tally:
    """Flags at both rates, by null."""

    def __init__(self, affected: np.ndarray) -> None:
        self.affected = affected
        self.rows: dict[tuple[str, float], list[tuple[float, ...]]] = defaultdict(list)

    def add(self, name: str, p: np.ndarray, by_controls: bool = False, promised: bool = False) -> None:
        q = benjamini_hochberg(p)
        for rate in (0.05, 0.1):
            flag = q <= rate
            wrong, count = (flag & ~self.affected).sum(), flag.sum()
            power = flag[self.affected].mean() if self.affected.any() else 0.0
            self.rows[name, rate].append((wrong > 0, wrong / max(count, 1), power, count, by_controls, promised))

    def table(self, cell: Row) -> list[Row]:
        out: list[Row] = []
        for (name, rate), values in self.rows.items():
            mean, error = np.mean(values, axis=0), np.std(values, axis=0) / math.sqrt(len(values))
            out.append(cell | {
                "null": name, "q": rate, "runs": len(values), "p_any_false": round(float(mean[0]), 4),
                "fdr": round(float(mean[1]), 4), "fdr_mcse": round(float(error[1]), 4),
                "power": round(float(mean[2]), 4) if self.affected.any() else "", "flags": round(float(mean[3]), 3),
                "decided_by_controls": round(float(mean[4]), 3), "promised": round(float(mean[5]), 3),
            })  # fmt: skip
        return out


def usual(tally: Tally, z: np.ndarray) -> None:
    tally.add("N(0,1)", norm.sf(z))
    if z.size >= 200:
        try:
            tally.add("empirical", fit_likelihood(z).p_greater(z))
        except NotConverged:
            tally.add("empirical", np.ones(z.size))


def kinds(officers: int, sd: float) -> tuple[str, ...]:
    """Kinds of controls that can make a difference: none with few officers."""
    if officers < FEWEST_CONTROLLED:
        return ("absent",)
    return ("absent", *CONTROLS) if sd == 0.3 else ("absent", "alike", "alike, rarer")


def estimates(officers: int, family: str, sd: float, effect: float, runs: int, seed: int) -> list[Row]:
    began, tally = time.process_time(), Tally(planted(officers, effect))
    for stream in np.random.SeedSequence(seed).spawn(runs):
        result, controls = drawn(np.random.default_rng(stream), officers, family, sd, effect)
        usual(tally, result.z)
        for name in kinds(officers, sd):
            given = result if name == "absent" else with_controls(result, controls[name])
            screen = screen_officers(given)
            tally.add(f"screen, controls {name}", screen.p_greater, screen.kind == "controls", screen.promised)
    cell: Row = {"design": "estimates", "officers": officers, "natural": family, "sd": sd, "effect": effect, "z_sd": ""}
    return tally.table(cell | {"seconds_a_run": round((time.process_time() - began) / runs, 3), "seed": seed})


def stops(rng: np.random.Generator, officers: int, family: str, sd: float, effect: float) -> tuple[np.ndarray, ...]:
    """Cells of stops: 60 to 400 an officer, mixes Dirichlet; one control alike and one still."""
    each = rng.integers(60, 400, officers)
    who = np.repeat(np.arange(officers), each)
    mixes = [rng.dirichlet(np.full(count, 2.0), officers) for count in LEVELS]
    codes = np.stack([
        np.minimum((rng.random(who.size)[:, None] > mix.cumsum(axis=1)[who]).sum(axis=1), mix.shape[1] - 1)
        for mix in mixes
    ], axis=1)  # fmt: skip
    moved = natural(rng, family, sd, officers) + effect * planted(officers, effect)
    # The area moves the share most, and more by night: the model and the weights, both additive, are slightly wrong.
    place = np.array([-1.0, -0.5, 0, 0, 0.5, 1.0])[codes[:, 2]]
    focal = rng.random(who.size) < expit(-1 + place * (1 + 0.2 * codes[:, 1]) + 0.2 * codes[:, 0] + moved[who])
    other = rng.random(who.size) < expit(-0.5 - 0.5 * place + natural(rng, family, sd, officers)[who])
    odd = rng.random(who.size) < 0.5
    key = np.ravel_multi_index((who, *codes.T), (officers, *LEVELS))
    cells, at = np.unique(key, return_inverse=True)
    index = np.stack(np.unravel_index(cells, (officers, *LEVELS)), axis=1)
    n, k, a, b = (np.bincount(at, column, cells.size).astype(int) for column in (np.ones(who.size), focal, other, odd))
    return index[:, 0], index[:, 1:], n, k, np.stack([a, b], axis=1)


def cells(officers: int, family: str, sd: float, effect: float, runs: int, seed: int) -> list[Row]:
    began, spread, tally = time.process_time(), [], Tally(planted(officers, effect))
    for stream in np.random.SeedSequence(seed).spawn(runs):
        table = stops(np.random.default_rng(stream), officers, family, sd, effect)
        result = benchmark_officers(pool_cells(*table))
        assert result.compared.all(), set(result.reason)
        usual(tally, result.z)
        spread.append(float(result.z[~tally.affected].std()))
        every = (result.control, result.control_se, result.control_expected, result.control_error)
        for name, kept in (("absent", 0), ("alike", 1), ("alike and still", 2))[: 1 if officers < 300 else 3]:
            screen = screen_officers(with_controls(result, tuple(table[:, :kept] for table in every)))
            tally.add(f"screen, controls {name}", screen.p_greater, screen.kind == "controls", screen.promised)
    cell: Row = {"design": "cells", "officers": officers, "natural": family, "sd": sd, "effect": effect}
    cell |= {"z_sd": round(float(np.mean(spread)), 3), "seconds_a_run": round((time.process_time() - began) / runs, 3)}
    return tally.table(cell | {"seed": seed})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    about = "runs with 3,000 officers or the larger effect; twice as many in cells"
    parser.add_argument("--large", type=int, default=40, help=about)
    parser.add_argument("--only", choices=("estimates", "cells"), help="measure one design, keep the other's rows")
    parser.add_argument("--least", type=int, default=0, help="measure this many officers or more, keep the other rows")
    asked = parser.parse_args()
    warnings.simplefilter("error")
    rows: list[Row] = []
    if (asked.only or asked.least) and RESULTS.exists():
        with RESULTS.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        again = asked.only or ("estimates", "cells")
        rows = [row for row in rows if row["design"] not in again or int(row["officers"]) < asked.least]
    plan = [(e, f, sd, x) for e in (50, 300, 3000) for f, sd in FAMILIES for x in EFFECTS]
    for number, (officers, family, sd, effect) in enumerate(plan):
        if officers < asked.least:
            continue
        if asked.only != "cells":
            runs = asked.runs if officers < 3000 and effect < 1.5 else asked.large
            rows += estimates(officers, family, sd, effect, runs, 5100 + number)
            write(rows)
        if asked.only != "estimates" and officers < 3000 and effect != 1.5 and family == "normal":
            rows += cells(officers, family, sd, effect, 2 * asked.large, 5200 + number)
            write(rows)


def write(rows: list[Row]) -> None:
    """Written as it goes, so that a run cut short leaves what it has measured."""
    ordered = sorted(rows, key=lambda row: row["design"] == "cells")
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(ordered[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(ordered)


if __name__ == "__main__":
    main()
