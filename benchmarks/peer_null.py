"""Error rate and power of the peer null, over generators that share no code with the library.

Run: python benchmarks/peer_null.py [--runs N] [--places 40,3100] [--cells TEXT]
Writes benchmarks/results/peer_null.csv and docs/calibration-peer-null.md (only when all cells are run).
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import special

from auditor.stats.peer.null import fit_peer_null, peer_upper

ROOT = Path(__file__).resolve().parents[1]
CSV, DOC = ROOT / "benchmarks/results/peer_null.csv", ROOT / "docs/calibration-peer-null.md"
Q = 0.05
Row = dict[str, float | str | int]
#: Runs of a cell by number of places, before --runs; cells with planted places, or too dear, get fewer.
RUNS = {12: 200, 20: 300, 40: 300, 60: 120, 100: 120, 200: 100, 500: 100, 1000: 60, 3100: 40}
OWN = [("normal", 0.0), ("normal", 0.15), ("normal", 0.4), ("beta", 0.001), ("beta", 0.005), ("beta", 0.02)]
ODD = [("t4", 0.4), ("t3", 0.4), ("contaminated", 0.15), ("gumbel-right", 0.4), ("gamma", 0.4)]
MORE = [("t4", 0.15), ("t3", 0.15), ("gumbel-right", 0.15), ("gumbel-left", 0.4), ("by-size", 0.1)]


@dataclass(frozen=True)
class Cell:
    """One scenario: natural differences of a family and size, places, size of places, and planted outliers."""

    family: str
    size: float
    places: int
    mean_log: float
    outliers: int = 0
    effect: float = 0.0
    shape: str = "varying"

    @property
    def name(self) -> str:
        return (
            f"{self.family}-{self.size:g}/{self.places}/{self.mean_log:g}/{self.shape}/{self.outliers}x{self.effect:g}"
        )


def natural(rng: np.random.Generator, cell: Cell, n: np.ndarray) -> np.ndarray:
    """Differences on the logit scale with SD cell.size (for "contaminated": 0.15 is 90 % SD .1 and 10 % SD .5)."""
    count = n.size
    if cell.family == "normal":
        return cell.size * rng.standard_normal(count)
    if cell.family in ("t3", "t4"):
        df = int(cell.family[1])
        return cell.size * rng.standard_t(df, count) / math.sqrt(df / (df - 2))
    if cell.family == "contaminated":
        return cell.size / 0.15 * rng.standard_normal(count) * np.where(rng.random(count) < 0.1, 0.5, 0.1)
    if cell.family in ("gumbel-right", "gumbel-left"):
        # Log of a gamma whose log has skewness -1 (shape 1.2483), standardised; negated for a long right tail.
        value = np.log(rng.standard_gamma(1.2483, count))
        value = (value - special.digamma(1.2483)) / math.sqrt(special.polygamma(1, 1.2483))
        return cell.size * value * (-1 if cell.family == "gumbel-right" else 1)
    if cell.family == "gamma":
        return cell.size * (rng.standard_gamma(4.0, count) - 4) / 2
    if cell.family == "by-size":
        return rng.standard_normal(count) * np.where(n > 5000, 2 * cell.size, cell.size)
    raise ValueError(cell.family)


def draw(rng: np.random.Generator, cell: Cell) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw k, n, p0 and which places have the planted effect."""
    count = cell.places
    if cell.shape == "tiny":
        n = rng.integers(1, 6, count)
    elif cell.shape == "county":
        n = np.exp(rng.uniform(np.log(2000), np.log(10000), count)).astype(np.int64)
    else:
        n = np.clip(np.exp(rng.normal(cell.mean_log, 1.3, count)), 5, 200_000).astype(np.int64)
    logit = np.full(count, -1.5) if cell.shape == "constant" else rng.normal(-1.5, 0.6, count)
    planted = np.arange(count) < cell.outliers
    effect = cell.effect * planted
    if cell.family == "beta":
        mean = 1 / (1 + np.exp(-logit - effect))
        scale = (1 - cell.size) / cell.size
        share = rng.beta(mean * scale, (1 - mean) * scale)
    else:
        share = 1 / (1 + np.exp(-logit - effect - natural(rng, cell, n)))
    return rng.binomial(n, share), n, 1 / (1 + np.exp(-logit)), planted


def flags(p: np.ndarray) -> np.ndarray:
    """Benjamini-Hochberg at Q."""
    order = np.sort(p)
    passed = np.nonzero(order <= Q * np.arange(1, p.size + 1) / p.size)[0]
    return p <= (order[passed[-1]] if passed.size else -1.0)


def run(cell: Cell, runs: int, seed: int) -> Row:
    """Measure one cell."""
    rows, codes, start = [], Counter[str](), time.perf_counter()
    for stream in np.random.SeedSequence(seed).spawn(runs):
        k, n, p0, planted = draw(np.random.default_rng(stream), cell)
        null = fit_peer_null(k, n, p0)
        flag = flags(peer_upper(null, k, n, p0))
        wrong, right, total = (flag & ~planted).sum(), (flag & planted).sum(), flag.sum()
        rows.append((wrong > 0, (wrong > 0) & null.promised, null.adequate, null.promised, wrong, wrong / max(total, 1),
                     right / max(planted.sum(), 1), null.sigma))  # fmt: skip
        codes[str(null.adequacy["code"])] += 1
    table = np.array(rows, dtype=float)
    mean = table.mean(axis=0)
    return {
        "scenario": cell.family, "size": cell.size, "places": cell.places, "mean_log_n": cell.mean_log,
        "shape": cell.shape, "planted": cell.outliers, "log_effect": cell.effect, "runs": runs,
        "p_any_false": mean[0], "mcse": math.sqrt(max(mean[0] * (1 - mean[0]), 1e-12) / runs),
        "p_any_false_and_promised": mean[1], "adequate": mean[2], "promised": mean[3], "false_flags": mean[4],
        "fdr": mean[5], "fdr_mcse": table[:, 5].std() / math.sqrt(runs), "power": mean[6], "sigma": mean[7],
        "code": codes.most_common(1)[0][0], "code_share": codes.most_common(1)[0][1] / runs,
        "seconds_a_run": (time.perf_counter() - start) / runs, "seed": seed,
    }  # fmt: skip


def runs_of(cell: Cell, scale: float) -> int:
    """Number of runs: more where the national promise is made, fewer where power is measured."""
    base = RUNS[cell.places]
    if cell.places == 3100 and cell.mean_log > 5 and (cell.family, cell.size) in OWN and not cell.outliers:
        base = 200
    return max(2, round(scale * (min(base, 40) if cell.outliers else base)))


def cells() -> list[Cell]:
    """The committed grid."""
    grid = [Cell(f, s, 12, 6.5) for f, s in OWN[2:3] + ODD]
    grid += [Cell(f, s, j, m) for j in (20, 40) for m in (4.0, 6.5) for f, s in OWN + ODD]
    some = [OWN[1], OWN[2], OWN[4], *ODD]
    grid += [Cell(f, s, j, 6.5) for j in (60, 100, 200, 500) for f, s in some]
    grid += [Cell(f, s, 100, 4.0) for f, s in some]
    grid += [Cell(f, s, 1000, 6.5) for f, s in OWN[2:3] + ODD + MORE]
    grid += [Cell(f, s, 3100, m) for m in (4.0, 6.5) for f, s in OWN + ODD + MORE]
    grid += [Cell("normal", s, j, 6.5, shape="constant") for j in (40, 3100) for s in (0.15, 0.4)]
    grid += [Cell("normal", 0.4, j, 1.0, shape="tiny") for j in (40, 3100)]
    grid += [Cell("normal", 0.15, j, 8.4, 3, e, "county") for j in (20, 40, 60, 100) for e in (1.0, 1.5, 2.0)]
    grid += [Cell("normal", 0.15, j, m, j // 20, 1.0) for j in (100, 500, 1000, 3100) for m in (4.0, 6.5)]
    grid += [Cell("normal", 0.4, j, 6.5, j // 20, e) for j in (500, 3100) for e in (1.0, 2.0)]
    grid += [Cell("normal", s, 3100, m, 155, 1.0) for s in (0.1, 0.2) for m in (4.0, 6.5)]
    return grid


def row_text(r: Row) -> str:
    """One line of the readable table."""
    planted = f"{r['planted']:.0f} x {r['log_effect']:g}" if r["planted"] else ""
    found = f"{r['fdr']:.3f} ± {r['fdr_mcse']:.3f} / {r['power']:.2f}" if r["planted"] else ""
    over = not r["planted"] and float(r["p_any_false"]) > Q + 2 * float(r["mcse"])
    return (
        f"| {r['scenario']} {r['size']:g} | {r['shape']} | {r['places']:.0f} | {r['mean_log_n']:g} | {planted} "
        f"| {r['p_any_false']:.3f} ± {r['mcse']:.3f}{' **over**' if over else ''} "
        f"| {r['p_any_false_and_promised']:.3f} "
        f"| {r['adequate']:.2f} | {r['promised']:.2f} | {r['code']} ({r['code_share']:.2f}) | {found} "
        f"| {r['sigma']:.3f} | {r['runs']:.0f} |"
    )


INTRO = """# Peer null: measured error rates

What is measured: places have k of n, an expected share, and natural differences on the logit scale of a family that
the method is not told. `fit_peer_null` is fitted to the places themselves, `peer_upper` gives each its chance, and
Benjamini-Hochberg flags at q = .05. Nobody stands out, unless the column "planted" says how many places were given
how large a log odds effect. "Any false flag" is the share of runs with at least one flag of a place without effect;
under the global null it must not exceed .05 + 2 MCSE.

Generators: n lognormal (mean log as given, SD 1.3, clipped to 5 ... 200,000), logit of the expected share
N(-1.5, 0.6). "constant": one expected share for all. "county": n log-uniform on 2,000 ... 10,000. "tiny": n uniform on
1 ... 5. Families are scaled to the SD given (so the number after "beta" is rho); "contaminated 0.15" is 90 % SD .1 and
10 % SD .5; "gumbel" is the log of a gamma with skewness 1 in size, its long tail on the side named; "gamma" has shape
4 (skewness 1 to the right); "by-size" doubles the SD for n above 5,000. Seeds are fixed.

The rule that is being measured (`auditor/stats/peer/null.py`):

| places | tail of the null | adequate | promised | code |
|---|---|---|---|---|
| 1, 2 | none: no chance is given | no | no | too-few-places |
| 3 ... 19 | largest of logit-normal, beta-binomial and t with 3 d.f. | no | no | too-few-places |
| 20 or more, fewer than 150 informative | the same | no | yes | few-places-conservative |
| 150 informative or more, shape test passed | the same with 6 d.f. | no | yes | few-places-conservative |
| 1,000 or more, 750 informative, shape test passed | larger of logit-normal and beta-binomial | yes | yes | adequate |
| 150 informative or more, shape test failed | with t, 3 d.f. | no | only below 1,000 places | the departure |

An informative place is one whose differences are all natural; one whose variance is half counting error counts 1/16.

What to read from the table:

- No cell of the global null exceeds .05 + 2 MCSE, whether promised or not. The t with 3 d.f. also covers t4, t3,
  contaminated and skewed differences from 12 places to 3,100; natural differences with heavier tails than t3 are not
  covered by any figure here. In 1,000 runs each (`--runs 5 --cells normal-0.15/3100/6.5/varying/0x0`, and 0.4) the
  two national cells nearest the limit gave .032 and .038, MCSE .006.
- The price is power. Fewer than some 1,000 places cannot show that their tails are light, so a place must stand far
  out, and the further the more innocent places there are: at SD .15 three of 40 counties with log odds 1.5 are found
  nine times in ten, three of 100 twice in ten (with log odds 2.0 nearly always); with log odds 1.0, 5 % of 500 places
  are found a quarter of the time, of 1,000 four fifths, of 3,100 nine tenths. Where most places have few counts
  (mean log n 4) log odds 1.0 is never found, because tails cannot be judged through the counting error.
- At log odds 1.0 (ratio 2.7) and SD .4 next to nothing is found: the effect lies within natural differences.
- A refused shape (`heavy-tails`, `skewed`, `unequal-spread`, `light-tails`) with 1,000 places or more withdraws the
  promise although the flags still held their error rate in every cell tried.
- Places that stand out only upwards and are more than a few per cent of all cannot be told from a heavy upper tail.

Run: `python benchmarks/peer_null.py` (about 25 minutes of a core shared with other work; `--runs 5` for five times as
many runs).

"""
HEAD = (
    "| natural differences | p0 and n | J | mean log n | planted | P(any false flag) ± MCSE | of these promised "
    "| adequate | promised | commonest code (share) | FDR / power | mean sigma | runs |\n" + "|---" * 13 + "|\n"
)


def write_csv(rows: list[Row]) -> None:
    """Write the table for machines."""
    CSV.parent.mkdir(parents=True, exist_ok=True)
    with CSV.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        for r in rows:
            writer.writerow({k: f"{v:.5g}" if isinstance(v, float) else v for k, v in r.items()})


def page_text() -> str:
    """Return the page, from the table for machines."""
    text = ("scenario", "shape", "code")
    with CSV.open(encoding="utf-8") as handle:
        rows = [{k: v if k in text else float(v) for k, v in r.items()} for r in csv.DictReader(handle)]
    return INTRO + HEAD + "\n".join(row_text(r) for r in rows) + "\n"


def main() -> int:
    """Run the chosen cells."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=float, default=1.0, help="multiplies the runs of every cell")
    parser.add_argument("--places", default="", help="comma-separated numbers of places; all by default")
    parser.add_argument("--cells", default="", help="only cells whose name holds this text")
    parser.add_argument("--table", action="store_true", help="only rewrite the readable table from the CSV file")
    args = parser.parse_args()
    if args.table:
        DOC.write_text(page_text(), encoding="utf-8")
        return 0
    wanted = {int(p) for p in args.places.split(",") if p}
    chosen = [c for c in cells() if (not wanted or c.places in wanted) and args.cells in c.name]
    rows = []
    for i, cell in enumerate(chosen):
        rows.append(run(cell, runs_of(cell, args.runs), 20_260 + i))
        print(cell.name, {k: v for k, v in rows[-1].items() if k in (
            "p_any_false", "p_any_false_and_promised", "adequate", "promised", "fdr", "power", "sigma", "code",
            "seconds_a_run")}, flush=True)  # fmt: skip
    if not wanted and not args.cells:
        write_csv(rows)
        DOC.write_text(page_text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
