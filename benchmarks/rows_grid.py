"""Error rates of the signals that need rows, each by itself and all in one screen with the others.

    python benchmarks/rows_grid.py [--runs 200] [--places 300] [--tails normal t4 skewed] [--effect 0]

Every run draws the data of every signal with its own `simulate`, at the same number of places, with natural
differences of SD 0.2 between places (their law replaced by the one that is asked for), and nobody profiling; or with an
effect in 5 % of the places. The signals are measured with their controls and go through the audit's own screen, first
alone and then together in their families. Reported: the share of runs in which any place has q <= .05, the false
discovery rate and the power among planted places that could be tested; how many places were tested, and by which null.
Writes benchmarks/results/rows_grid.csv, anew after every twenty runs.
"""

from __future__ import annotations

import argparse
import csv
import math
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from class_draws import standard

from auditor.audit.protocol import Protocol, load_protocol
from auditor.audit.screen import run_screen
from auditor.signals.registry import discover
from auditor.signals.signal import Design, Panel

RESULTS = Path(__file__).resolve().parent / "results" / "rows_grid.csv"
SIGNALS = (
    "booking-not-cited",
    "minor-traffic",
    "hold-time",
    "detainer-selectivity",
    "detainer-practice",
    "hit-rate",
    "no-charge",
    "operation-days",
    "perceived-ethnicity",
    "veil-of-darkness",
)
SD, SHARE, TYPICAL = 0.2000001, 0.05, 400.0
"""The standard deviation is one that no simulation uses for anything else, so that its law can be replaced."""
TAILS = {"normal": "normal", "t4": "t4", "skewed": "skew-right"}


class Natural:
    """A generator whose draws of natural differences follow another law of the same variance."""

    def __init__(self, seed: list[int], tails: str) -> None:
        self._rng, self._tails = np.random.default_rng(seed), tails

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rng, name)

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        """Draw as numpy does; natural differences from the law of this run."""
        if np.ndim(scale) == 0 and scale == SD:
            shape = (size,) if isinstance(size, int) else tuple(size)
            return loc + SD * standard(self._rng, shape, self._tails)
        return self._rng.normal(loc, scale, size)


def tested(protocol: Protocol, names: tuple[str, ...]) -> Protocol:
    """Return the protocol with these signals, and no others, in the screen."""
    families = {
        family: {
            name: rule.model_copy(update={"role": "test" if name in names else "describe"})
            for name, rule in rules.items()
        }
        for family, rules in protocol.families.items()
    }
    return protocol.model_copy(update={"families": families})


def measured(name: str, rng: Any, places: int, effect: float) -> tuple[Panel, Panel | None]:
    """Draw and measure one signal."""
    signal = discover()[name]
    options = signal.options(**(signal.trial or {}))
    cells = signal.simulate(rng, effect, Design(places, TYPICAL, SD, SHARE if effect else 0.0))
    panel = signal.measure(cells, options, np.random.default_rng(1))
    return panel, signal.controls(cells, options, np.random.default_rng(2))


def counted(
    panels: dict[str, Panel], controls: dict[str, Panel], protocol: Protocol, hit: np.ndarray
) -> dict[str, Any]:
    """Screen some signals together and count flags among planted and other places."""
    families = {name: discover()[name].card.family for name in panels}
    own = tested(protocol, tuple(panels))
    screen = run_screen(panels, controls, families, own, 1, np.random.default_rng(3))
    p = np.isfinite(screen.p_greater).any(axis=1)
    flagged = (np.nan_to_num(screen.q_greater, nan=1.0) <= protocol.q).any(axis=1)
    found = [null for item in screen.panels.values() for told in item.nulls for null in told]
    return {
        "any": float(flagged.any()),
        "fdp": float((flagged & ~hit).sum() / max(flagged.sum(), 1)),
        "power_k": float((flagged & hit & p).sum()),
        "power_n": float((p & hit).sum()),
        "tested": float(p.sum()),
        "size": float(np.nanmean(np.where(np.isfinite(screen.p_greater), screen.p_greater <= 0.05, np.nan))),
        "promised": float(np.mean([null.promised for null in found])) if found else 0.0,
        "nulls": {null.kind for null in found},
    }


def main() -> None:
    """Run the cells asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--places", type=int, default=300)
    parser.add_argument("--tails", nargs="*", default=list(TAILS))
    parser.add_argument("--effect", type=float, default=0.0)
    parser.add_argument("--signals", nargs="*", default=list(SIGNALS))
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    protocol = load_protocol()
    for tails in given.tails:
        told: dict[str, list[dict[str, Any]]] = {name: [] for name in (*given.signals, "all together")}
        for run in range(given.runs):
            panels, controls = {}, {}
            for name in given.signals:
                rng = Natural([zlib.crc32(f"{name} {tails}".encode()), given.places, run], TAILS[tails])
                panels[name], control = measured(name, rng, given.places, given.effect)
                if control is not None:
                    controls[name] = control
                hit = np.arange(given.places) < (round(SHARE * given.places) if given.effect else 0)
                alone = {name: controls[name]} if name in controls else {}
                told[name].append(counted({name: panels[name]}, alone, protocol, hit))
            told["all together"].append(counted(panels, controls, protocol, hit))
            if run % 20 == 19 or run + 1 == given.runs:
                for name, results in told.items():
                    _append(given, name, tails, results)


def _append(given: argparse.Namespace, name: str, tails: str, results: list[dict[str, Any]]) -> None:
    """Add a row, in the place of an older one of the same cell."""
    mean = {key: float(np.mean([r[key] for r in results])) for key in ("any", "fdp", "tested", "size", "promised")}
    power = [sum(r[key] for r in results) for key in ("power_k", "power_n")]
    row = {
        "signal": name,
        "tails": tails,
        "places": given.places,
        "effect": given.effect,
        "runs": len(results),
        **{key: f"{value:.4f}" for key, value in mean.items()},
        "mcse_any": f"{math.sqrt(mean['any'] * (1 - mean['any']) / len(results)):.4f}",
        "power": f"{power[0] / power[1]:.4f}" if power[1] else "",
        "nulls": " ".join(sorted(set().union(*(r["nulls"] for r in results)))),
    }
    keys = ("signal", "tails", "places", "effect")
    rows = []
    if given.out.exists():
        with given.out.open(encoding="utf-8", newline="") as stream:
            rows = [old for old in csv.DictReader(stream) if any(old[key] != str(row[key]) for key in keys)]
    rows.append({key: str(value) for key, value in row.items()})
    with given.out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(row, flush=True)


if __name__ == "__main__":
    main()
