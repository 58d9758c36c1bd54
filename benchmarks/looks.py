"""How often a place is flagged that should not be when the same places are looked at again and again, and the price.

    python benchmarks/looks.py [--runs 1000] [--screen-runs 150]

Part "exact": 300 places, one test each, natural differences of SD 0.3 on the log scale, standard errors around 0.15 a
look (log-normal, SD 0.5). What makes a place differ by nature lasts from look to look (persistence 1), half of its
variance does (0.5), or it is drawn anew (0). p-values are exact for each look by itself, so that only the looks are in
question. Windows are new (each look has data of its own) or nested (each look has all data so far). An effect of 1.2 on
the log scale stands in 5 % of places at every look, or in none. Part "screen": counts of two signals in 200 places
through the whole screen of an audit at every look, natural differences of SD 0.15
that last, effect 2.5 (200 places learn too little about the tails of their own differences for less).

Methods: "alone" flags at q = 0.05 at every look as if it were the only one; "shares" is what `auditor compare` does,
p* = min_t p_t / w_t and Benjamini-Hochberg, with w_t = 1/(t(t+1)) or 1/K; "e-sum" adds e-values with the same shares,
"e-product" multiplies them (calibrator (1 - p + p ln p)/(p ln^2 p)), both with e-BH. Flags once
raised are kept. Nothing here is shared with the library but the functions under test. Writes
benchmarks/results/looks.csv.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from scipy.special import ndtr

from auditor.stats.screening.eprocess import e_benjamini_hochberg, e_product, integrated_calibrator
from auditor.stats.screening.looks import look_share, over_looks
from auditor.stats.screening.multiple import benjamini_hochberg

ROOT = Path(__file__).resolve().parents[1]
Q = 0.05
PLACES = 300
NATURAL, ERROR, EFFECT, PLANTED = 0.3, 0.15, 1.2, 0.05
SCREEN_EFFECT = 2.5
FIELDS = (  # noqa: SIM905
    "part looks windows persistence planted method runs p_any mcse_any fdr_first fdr_last mcse_fdr power_first "
    "power_last"
).split()
Flags = np.ndarray  # (places, looks) of bool


def draw(rng: np.random.Generator, looks: int, persistence: float, planted: float, nested: bool) -> tuple:
    """Exact one-sided p-values (places, looks), and which places bear the effect."""
    se = np.exp(rng.normal(np.log(ERROR), 0.5, PLACES))[:, None]
    lasting, fresh = rng.normal(size=(PLACES, 1)), rng.normal(size=(PLACES, looks))
    own = NATURAL * (np.sqrt(persistence) * lasting + np.sqrt(1 - persistence) * fresh)
    bears = rng.random(PLACES) < planted
    x = own + se * rng.normal(size=(PLACES, looks)) + EFFECT * bears[:, None]
    many = np.arange(1, looks + 1) if nested else np.ones(looks)
    if nested:
        x = np.cumsum(x, axis=1) / many
    variance = NATURAL**2 * (persistence + (1 - persistence) / many) + se**2 / many
    return ndtr(-x / np.sqrt(variance)), bears


def alone(p: np.ndarray) -> Flags:
    return np.stack([benjamini_hochberg(column) <= Q for column in p.T], axis=1)


def shares(planned: bool) -> Callable[[np.ndarray], Flags]:
    def flags(p: np.ndarray) -> Flags:
        looks = p.shape[1]
        w = np.array([look_share(t + 1, looks if planned else None) for t in range(looks)])
        over = [over_looks(p[:, : t + 1], w[: t + 1]) for t in range(looks)]
        return np.stack([benjamini_hochberg(column) <= Q for column in over], axis=1)

    return flags


def e_sum(p: np.ndarray) -> Flags:
    w = np.array([look_share(t + 1) for t in range(p.shape[1])])
    return _e_flags(np.cumsum(w * integrated_calibrator(p), axis=1))


def products(p: np.ndarray) -> Flags:
    return _e_flags(e_product(integrated_calibrator(p)))


def _e_flags(e: np.ndarray) -> Flags:
    return np.stack([e_benjamini_hochberg(column) <= Q for column in e.T], axis=1)


METHODS: dict[str, Callable[[np.ndarray], Flags]] = {
    "alone": alone,
    "shares, no last look": shares(planned=False),
    "shares, planned": shares(planned=True),
    "e-sum": e_sum,
    "e-product": products,
}


def measure(draws: Iterator[tuple], about: dict[str, object], names: tuple[str, ...]) -> list[dict[str, object]]:
    """Error rates and power of each method over runs."""
    kept: dict[str, list[tuple]] = {name: [] for name in names}
    for p, bears in draws:
        for name in names:
            flags = np.maximum.accumulate(METHODS[name](p), axis=1)
            false = flags[~bears].sum(axis=0)
            fdp = false / np.maximum(flags.sum(axis=0), 1)
            power = flags[bears].mean(axis=0) if bears.any() else np.full(p.shape[1], np.nan)
            kept[name].append((false[-1] > 0, fdp[0], fdp[-1], power[0], power[-1]))
    return [{**about, "method": name, **_summary(np.array(kept[name], dtype=float))} for name in names]


def _summary(values: np.ndarray) -> dict[str, object]:
    runs = len(values)
    mean = np.array([np.nan if np.isnan(column).all() else np.nanmean(column) for column in values.T])
    error = values.std(axis=0) / np.sqrt(runs)
    row: dict[str, object] = {"runs": runs, "p_any": f"{mean[0]:.3f}", "mcse_any": f"{error[0]:.3f}"}
    row |= {"fdr_first": f"{mean[1]:.3f}", "fdr_last": f"{mean[2]:.3f}", "mcse_fdr": f"{error[2]:.3f}"}
    power = ["" if np.isnan(value) else f"{value:.2f}" for value in mean[3:]]
    return row | {"power_first": power[0], "power_last": power[1]}


def exact(runs: int) -> Iterator[dict[str, object]]:
    for looks in (5, 20):
        for nested in (False, True):
            names = tuple(METHODS)[: 3 if nested else None]
            for persistence in (0.0, 0.5, 1.0) if looks == 5 else (0.0, 1.0):
                for planted in (0.0, PLANTED):
                    rng = np.random.default_rng([28, looks, int(nested), int(10 * persistence), int(100 * planted)])
                    about = {"part": "exact", "looks": looks, "windows": "nested" if nested else "new"}
                    about |= {"persistence": persistence, "planted": planted}
                    draws = (draw(rng, looks, persistence, planted, nested) for _ in range(runs))
                    yield from measure(draws, about, names)


def screened(runs: int) -> Iterator[dict[str, object]]:
    """Counts through the screen: two signals of two families, 200 places, five looks with new data."""
    for planted in (0.0, PLANTED):
        rng = np.random.default_rng([28, 200, int(100 * planted)])
        about = {"part": "screen", "looks": 5, "windows": "new", "persistence": 1.0, "planted": planted}
        yield from measure((_audit(rng, 200, 5, planted) for _ in range(runs)), about, tuple(METHODS))


def _audit(rng: np.random.Generator, places: int, looks: int, planted: float) -> tuple:
    from auditor.audit.protocol import load_protocol
    from auditor.audit.screening.decide import decide

    protocol = load_protocol()
    family = {"benchmark": "exposure", "match-yield": "match"}
    bears = rng.random(places) < planted
    size = {name: np.clip(np.round(rng.lognormal(6.5, 1.3, places)), 50, 200_000) for name in family}
    base = {"benchmark": 1 / (1 + np.exp(-rng.normal(-1.5, 0.6, places))), "match-yield": np.full(places, 0.063)}
    own = {name: rng.normal(0, 0.15, places) + SCREEN_EFFECT * bears for name in family}
    columns = []
    for _ in range(looks):
        panels = {name: _panel(rng, name, size[name], base[name], own[name]) for name in family}
        decision = decide(panels, {}, family, protocol)
        columns.append(decision.p_greater)
    p = np.stack(columns, axis=2)
    both = np.repeat(bears[:, None], p.shape[1], axis=1)
    # A test that no null of that look would promise is not made; 1 changes nothing for any method but the product.
    return np.nan_to_num(p.reshape(-1, looks), nan=1.0), both.reshape(-1)


def _panel(rng: np.random.Generator, name: str, n: np.ndarray, base: np.ndarray, own: np.ndarray) -> object:
    from auditor.signals.signal import Contrast, Panel, blank

    places = len(n)
    share = 1 / (1 + (1 - base) / base * np.exp(-own))
    k = rng.binomial(n.astype(int), share).astype(float)
    arrays = blank(places, 1) | {"k": k[:, None], "n": n[:, None], "base": base[:, None]}
    expected = np.minimum(n * base, n - n * base)
    contrast = Contrast(name, None, None, "arrest", "", "", "", "", "", "share", "", tested=True)
    code = np.zeros((places, 1), dtype=np.int64)
    ids = tuple(str(i) for i in range(places))
    return Panel(name, ids, (contrast,), code=code, testable=(expected >= 5)[:, None], **arrays)


def main() -> None:
    """Run both parts and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--screen-runs", type=int, default=150)
    given = parser.parse_args()
    rows = [*exact(given.runs), *screened(given.screen_runs)]
    with (ROOT / "benchmarks" / "results" / "looks.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
