"""From counts to verdicts: how often the whole audit flags anybody, and whom it finds.

    python benchmarks/screen_grid.py [--runs 200] [--places 300] [--cells all]

Every run draws arrests by county, group and class (benchmarks/class_draws.py), residents, and the programme's
statistics by level (submissions, matches, removals), with natural differences of the scenario and nobody profiling; or
with effects planted in 5 % of the counties (log effect 1.5 on discretionary arrests, 0.7 on the odds of a low level).
Four signals measure them with their controls; the screen, the evidence and the verdicts are the audit's own. Reported:
the share of runs in which any place is graded `pattern-worth-examining` or higher; with effects the false discovery
rate among flagged places, and the power. Resident benchmarks are drawn with an error of SD 0.25 on the log, as
undercount and commuting give. Writes benchmarks/results/screen_grid.csv, from which `scripts/ship_calibration.py`
makes the table that travels with the package.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import math
import zlib
from pathlib import Path

import numpy as np
from class_draws import Scenario, draw, population, standard

from auditor import __version__
from auditor.audit.evidence import evidence_of
from auditor.audit.measured import Measured
from auditor.audit.protocol import Protocol, load_protocol
from auditor.audit.screen import Screen, run_screen
from auditor.audit.verdict import FLAG, GRADES, Circumstances, Families, Rules, judge
from auditor.cells import Cells, Table
from auditor.domain.vocabulary import DISCRETIONARY, SERIOUS
from auditor.signals.registry import discover

RESULTS = Path(__file__).resolve().parent / "results" / "screen_grid.csv"
CLASSES = (*SERIOUS, *DISCRETIONARY)
GROUPS = ("hispanic", "white", "black", "asian")
SIGNALS = ("benchmark", "discretion-contrast", "level-mix", "match-yield")
CELLS: dict[str, tuple[Scenario, str, float, float]] = {
    "normal": (Scenario(), "normal", 0.25, 0.0),
    "t4": (Scenario(tails="t4"), "t4", 0.25, 0.0),
    "contaminated": (Scenario(tails="contaminated"), "contaminated", 0.25, 0.0),
    "skew-right": (Scenario(tails="skew-right"), "skewed", 0.25, 0.0),
    "unequal-0.5": (Scenario(unequal=0.5), "unequal", 0.25, 0.0),
    "factor-0.2": (Scenario(factor=0.2), "common factor, normal", 0.2, 0.0),
    "factor-0.2-t4": (Scenario(factor=0.2, factor_tails="t4"), "common factor, heavy-tailed", 0.2, 0.0),
    "effect": (Scenario(), "normal", 0.25, 1.5),
}
"""Scenario, its name and amount in the table, and the log effect planted."""
SHARE = 0.05


def table(columns: dict[str, np.ndarray], n: np.ndarray, index: np.ndarray, moe: bool = False) -> Table:
    """Return rows as the engine gives them."""
    none = np.zeros(len(n), dtype=bool)
    return Table(
        index.astype(np.int64),
        {name: values.astype(object) for name, values in columns.items()},
        n.astype(float),
        none,
        none,
        np.full(len(n), np.nan) if moe else None,
    )


def arrests(counts: np.ndarray) -> Table:
    """Return arrests by place, group and class."""
    places, groups, classes = counts.shape
    j, g, o = (part.ravel() for part in np.indices(counts.shape))
    size = places * groups * classes
    columns = {
        "event": np.full(size, "arrest"),
        "group": np.array(GROUPS)[g],
        "group_source": np.full(size, "recorded"),
        "offence": np.array(CLASSES)[o],
    }
    return table(columns, counts.ravel(), j)


def statistics(rng: np.random.Generator, people: np.ndarray, cell: Scenario, planted: np.ndarray) -> Table:
    """Return submissions, and matches by level; profiling adds matches and lowers their levels."""
    places = len(people)
    submitted = rng.poisson(people.sum(axis=1) * 0.16) + 1
    natural = standard(rng, (3, places), cell.tails) * 0.15
    hit = (planted > 0) * 1.0
    odds = np.exp(-2.7 + natural[0] + 0.7 * hit)
    matched = rng.binomial(submitted, odds / (1 + odds))
    low = 1 / (1 + np.exp(-(0.2 + natural[1] + 0.7 * hit)))
    first = 1 / (1 + np.exp(-(0.3 + natural[2])))
    low_n = rng.binomial(matched, low)
    third = rng.binomial(low_n, 0.53)
    one = rng.binomial(matched - low_n, first)
    by_level = np.stack([one, matched - low_n - one, third, low_n - third], axis=1)
    index = np.concatenate([np.arange(places), np.repeat(np.arange(places), 4)])
    level = np.concatenate([np.full(places, ""), np.tile(["1", "2", "3", "none"], places)])
    event = np.concatenate([np.full(places, "submission"), np.full(4 * places, "match")])
    told = event == "match"
    columns = {
        "event": event,
        "level": level,
        "level_basis": np.where(told, "conviction", ""),
        "level_regime": np.where(told, "conviction-based", ""),
    }
    return table(columns, np.concatenate([submitted, by_level.ravel()]), index)


def cells_of(rng: np.random.Generator, people: np.ndarray, places: int, cell: Scenario, effect: float) -> tuple:
    """Return the cells of arrests, those of the statistics, and the effects planted."""
    drawn = draw(rng, people, places, cell, effect, SHARE if effect else 0.0)
    seen = np.maximum(drawn.people, 1) * np.exp(rng.normal(0, 0.25, (places, 4)))
    ids = tuple(f"local:p{i:04d}" for i in range(places))
    nobody = ("",) * places
    j, g = (part.ravel() for part in np.indices((places, 4)))
    residents = table(
        {"universe": np.full(places * 4, "residents"), "group": np.array(GROUPS)[g]}, seen.round().ravel(), j, moe=True
    )
    empty = table({name: np.array([], dtype=object) for name in ("universe", "group")}, np.zeros(0), np.zeros(0), True)
    base = Cells(
        ids, nobody, nobody, nobody, arrests(drawn.counts), residents, (), _no_regions(), ("hispanic",), "white"
    )
    other = dataclasses.replace(base, counts=statistics(rng, seen, cell, drawn.effect), population=empty)
    return base, other, drawn.effect


def _no_regions() -> Table:
    names = ("event", "group", "group_source", "offence", "level", "level_basis", "level_regime", "start", "end")
    return table({name: np.array([], dtype=object) for name in names}, np.zeros(0), np.zeros(0))


def verdicts(base: Cells, other: Cells, protocol: Protocol) -> tuple[np.ndarray, Screen]:
    """Return the grade of every place."""
    known = discover()
    panels, controls, cells = {}, {}, {}
    for name in SIGNALS:
        signal = known[name]
        cells[name] = base if name in ("benchmark", "discretion-contrast") else other
        rng = np.random.default_rng(1)
        panels[name] = signal.measure(cells[name], signal.options(), rng)
        control = signal.controls(cells[name], signal.options(), rng)
        if control is not None:
            controls[name] = control
    families = {name: known[name].card.family for name in SIGNALS}
    screen = run_screen(panels, controls, families, protocol, 1, np.random.default_rng(2))
    measured = [
        Measured(known[name].card, panels[name], screen.panels[name], cells[name], controls.get(name))
        for name in SIGNALS
    ]
    rules = Rules(q=protocol.q, materiality=protocol.materiality)
    grades = np.zeros(base.size)
    for j in range(base.size):
        evidence = [
            evidence_of(item, screen, j, c)
            for item in measured
            for c in np.flatnonzero(item.panel.speaks[j] & (item.panel.code[j] == 0))
        ]
        told = Families(_known(screen, screen.q_greater, j), _known(screen, screen.q_less, j))
        grades[j] = GRADES[judge(evidence, told, rules, Circumstances()).verdict]
    return grades, screen


def _known(screen: Screen, q: np.ndarray, j: int) -> dict[str, float]:
    return {family: float(q[j, f]) for f, family in enumerate(screen.families) if math.isfinite(q[j, f])}


def one(task: tuple[str, int, int]) -> dict[str, float]:
    """Return what one run counts."""
    name, places, run = task
    cell, _, _, effect = CELLS[name]
    rng = np.random.default_rng([zlib.crc32(name.encode()), places, run])
    base, other, planted = cells_of(rng, population(), places, cell, effect)
    protocol = load_protocol()
    grades, screen = verdicts(base, other, protocol)
    flagged, true = grades >= GRADES[FLAG], planted > 0
    tested = true & np.isfinite(screen.p_greater).any(axis=1)
    size = np.argsort(np.argsort(base.counts.total(places))) * 3 // places
    below = ((np.nan_to_num(screen.q_less, nan=1.0) <= protocol.q).any(axis=1)) & true
    nulls = [null for item in screen.panels.values() for found in item.nulls for null in found]
    result = {
        "any": float(flagged.any()),
        "flags": float(flagged.sum()),
        "fdp": float((flagged & ~true).sum() / max(flagged.sum(), 1)),
        "power_k": float((flagged & tested).sum()),
        "power_n": float(tested.sum()),
        "wrong": float(below.sum()),
        "signed": float((below | (flagged & true)).sum()),
        "promised": float(np.mean([null.promised for null in nulls])),
        "contradictory": float((grades == GRADES["contradictory"]).mean()),
    }
    for third in range(3):
        result[f"power_k{third + 1}"] = float((flagged & tested & (size == third)).sum())
        result[f"power_n{third + 1}"] = float((tested & (size == third)).sum())
    return result


def row_of(name: str, places: int, results: list[dict[str, float]]) -> dict[str, str]:
    """Return the row of a setting, in the columns that the shipped table is made of."""
    _, natural, amount, effect = CELLS[name]
    protocol = load_protocol()
    mean = {key: float(np.mean([result[key] for result in results])) for key in results[0]}
    total = {key: sum(result[key] for result in results) for key in results[0]}
    row = {
        "cell": name,
        "protocol_sha256": protocol.sha256,
        "screened_sha256": protocol.screened_sha256,
        "version": __version__,
        "signals": " ".join(SIGNALS),
        "natural": natural,
        "amount": amount,
        "places": places,
        "planted": round(SHARE * places) if effect else 0,
        "effect": effect,
        "runs": len(results),
        "any": int(total["any"]),
        "flags": f"{mean['flags']:.4f}",
        "promised": f"{mean['promised']:.4f}",
        "contradictory": f"{mean['contradictory']:.5f}",
    }
    counted = ("power_k", "power_n", *(f"power_{kn}{third}" for third in (1, 2, 3) for kn in "kn"), "wrong", "signed")
    told = {key: int(total[key]) for key in counted}
    told |= {
        "fdr": f"{mean['fdp']:.4f}",
        "fdr_mcse": f"{np.std([result['fdp'] for result in results], ddof=1) / math.sqrt(len(results)):.4f}",
    }
    return {key: str(value) for key, value in (row | (told if effect else dict.fromkeys(told, ""))).items()}


def main() -> None:
    """Run the cells asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--places", type=int, default=300)
    parser.add_argument("--cells", nargs="*", default=list(CELLS))
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    for name in given.cells:
        results = [one((name, given.places, run)) for run in range(given.runs)]
        _append(given.out, row_of(name, given.places, results))


def _append(path: Path, row: dict[str, str]) -> None:
    """Add a row, in the place of an older one of the same setting."""
    rows = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as stream:
            rows = [old for old in csv.DictReader(stream) if any(old[k] != row[k] for k in ("cell", "places"))]
    rows.append(row)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(row, flush=True)


if __name__ == "__main__":
    main()
