"""How often the signals that are only described say something false: one page, and a whole audit.

    python benchmarks/rows_shown.py [--runs 25] [--places 40] [--sd 0 0.2]

Every run is an audit of so many places with records of single stops, cases and detainers, a median of 2,000 events a
place and nobody treated differently for the group: each signal's data are drawn by its own `simulate`, apart from the
others', with natural differences between places and groups of the stated SD on the log odds (0: the null hypothesis of
every card holds in every place; 0.2: places differ, for reasons that are nobody's treatment of a group). What a page
would print is counted: every comparison (an estimate with a 95 % interval), and every sentence that rests on p below
.05 (a negative control failed, hazards drift, offences differ). False is an interval that leaves out "no difference", a
p-value of .01 or less towards what profiling would predict, or such a sentence.

A signal's own comparison is the one that it would test; beside it pages show others (all agencies, offences or levels
taken together, subgroups, placebos), which at equal treatment may differ because the mixes do, and say so.

Columns: `own`, `beside`, comparisons of either kind on a page; `own_outside`, `beside_outside`, the share of them whose
interval leaves out no difference; `page_own`, pages with at least one such interval of the signals' own comparisons;
`page_any`, of either kind; `page_towards`, with an own one on the side that profiling would predict; `page_p01`, with
an own p at most .01 towards it; `page_shared`, with an own p at most .05 over the number of own comparisons on the page
(Bonferroni); `page_words`, with a false sentence; `audit_own`, `audit_p01`, `audit_shared`: audits with such an
interval, p at most .01, and p at most .05 over the number of own comparisons of the whole audit, on any page.

Writes benchmarks/results/rows_shown.csv.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
import zlib
from pathlib import Path

import numpy as np
from rows_grid import SIGNALS

from auditor.signals.registry import discover
from auditor.signals.signal import Design, Panel

RESULTS = Path(__file__).resolve().parent / "results" / "rows_shown.csv"
TYPICAL, TOGETHER = 2000.0, "all together"
RATIOS = ("ratio", "odds-ratio", "ratio-of-odds", "hazard-ratio")
WORDS = ("veil-of-darkness.caveat-placebo", "hold-time.caveat-drift", "no-charge.caveat-uneven")
PAGE = ("page_own", "page_any", "page_towards", "page_p01", "page_shared", "page_words")


def drawn(name: str, places: int, sd: float, run: int) -> Panel:
    """Draw and measure one signal without an effect."""
    signal = discover()[name]
    options = signal.options(**(signal.trial or {}))
    rng = np.random.default_rng([zlib.crc32(name.encode()), round(100 * sd), run])
    cells = signal.simulate(rng, 0.0, Design(places, TYPICAL, sd))
    return signal.measure(cells, options, np.random.default_rng(1))


def statements(panel: Panel) -> dict[str, np.ndarray]:
    """What the page of each place prints: (J, C) arrays, and (J,) for sentences."""
    ratio = np.array([c.scale in RATIOS for c in panel.contrasts])
    neutral = np.where(ratio, 1.0, 0.0)
    # A share is stated for itself: there is no value that it ought to have.
    told = ratio | np.array([c.scale in ("difference", "hours") for c in panel.contrasts])
    own = np.array([c.tested for c in panel.contrasts])
    there = (panel.code == 0) & np.isfinite(panel.low) & told & (panel.testable | ~own)
    if panel.hidden is not None:
        there &= ~panel.hidden
    with np.errstate(invalid="ignore"):
        above, below = there & (panel.low > neutral), there & (panel.high < neutral)
    p = np.where(there & own, panel.p_greater, np.nan)
    words = np.zeros(len(panel.places), dtype=bool)
    for name in WORDS:
        if name in panel.notes:
            words |= panel.notes[name].any(axis=1)
    outside = above | below
    return {
        "own": there & own, "own_out": outside & own, "beside": there & ~own, "beside_out": outside & ~own,
        "towards": above & own, "p": p, "words": words,
    }  # fmt: skip


def counted(pages: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Figures of every page over some signals: (J,) arrays."""
    sums = {key: sum(page[key].sum(axis=1) for page in pages) for key in ("own", "own_out", "beside", "beside_out")}
    p = np.concatenate([page["p"] for page in pages], axis=1)
    least = np.min(np.where(np.isfinite(p), p, 2.0), axis=1)
    return sums | {
        "least": least,
        "page_own": sums["own_out"] > 0,
        "page_any": sums["own_out"] + sums["beside_out"] > 0,
        "page_towards": np.any([page["towards"].any(axis=1) for page in pages], axis=0),
        "page_p01": least <= 0.01,
        "page_shared": least <= 0.05 / np.maximum(sums["own"], 1),
        "page_words": np.any([page["words"] for page in pages], axis=0),
    }


def rate(outside: np.ndarray, shown: np.ndarray) -> str:
    """Share of comparisons; empty where there are none."""
    return f"{outside.sum() / shown.sum():.4f}" if shown.sum() else ""


def row(name: str, sd: float, runs: list[dict[str, np.ndarray]]) -> dict[str, object]:
    """One row of the table."""
    every = {key: np.concatenate([run[key] for run in runs]) for key in runs[0]}
    spoken = every["own"] + every["beside"] > 0
    pages = int(spoken.sum())
    audits = {
        "audit_own": [run["page_own"].any() for run in runs],
        "audit_p01": [run["page_p01"].any() for run in runs],
        "audit_shared": [run["least"].min() <= 0.05 / max(run["own"].sum(), 1) for run in runs],
    }
    share = float(every["page_own"][spoken].mean())
    return {
        "signal": name, "sd": sd, "audits": len(runs), "places": len(runs[0]["own"]), "pages": pages,
        "own": f"{every['own'][spoken].mean():.2f}", "own_outside": rate(every["own_out"], every["own"]),
        "beside": f"{every['beside'][spoken].mean():.2f}", "beside_outside": rate(every["beside_out"], every["beside"]),
        **{key: f"{every[key][spoken].mean():.4f}" for key in PAGE},
        "mcse": f"{math.sqrt(share * (1 - share) / pages):.4f}",
        **{key: f"{np.mean(values):.4f}" for key, values in audits.items()},
    }  # fmt: skip


def main() -> None:
    """Run the cells asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=25)
    parser.add_argument("--places", type=int, default=40)
    parser.add_argument("--sd", nargs="*", type=float, default=[0.0, 0.2])
    asked = parser.parse_args()
    rows = []
    for sd in asked.sd:
        told: dict[str, list[dict[str, np.ndarray]]] = {name: [] for name in (*SIGNALS, TOGETHER)}
        spent = dict.fromkeys(SIGNALS, 0.0)
        for run in range(asked.runs):
            pages = []
            for name in SIGNALS:
                began = time.process_time()
                pages.append(statements(drawn(name, asked.places, sd, run)))
                spent[name] += time.process_time() - began
                told[name].append(counted(pages[-1:]))
            told[TOGETHER].append(counted(pages))
        rows += [row(name, sd, runs) for name, runs in told.items()]
        for line in rows[-len(told) :]:
            print(*line.values(), sep="\t", flush=True)
        print({name: round(seconds, 1) for name, seconds in spent.items()}, flush=True)
        with RESULTS.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
