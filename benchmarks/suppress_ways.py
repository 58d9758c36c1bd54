"""Try every way to share cases out over classes, or strata, that are pooled into numbers of three digits.

    python benchmarks/suppress_ways.py [--cases 6] [--seed 1]

Two things are drawn as an audit would print them: a contrast of two discretionary and two serious classes of offences,
with licence offences and without (both ratios, and their limits), and a comparison of shares within three strata of
which one is told (the pooled ratio with its limits, the difference with its limits, the reference group's share when
standardised). The sums over classes and strata are known. `ways` are all that agree with the sums, `left` those that
agree with what is printed too. auditor/signals/ways.py hides such numbers; its limit rests on `ways` over `left`.

Writes benchmarks/results/suppress_ways.csv.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from auditor.signals.class_contrast import DEFAULT_VARIANCE
from auditor.stats.strata.mantel_haenszel import mh_risk_difference, mh_risk_ratio

ROOT = Path(__file__).resolve().parents[1]
Z = 1.959963984540054
Floats = NDArray[np.float64]


def spread(total: int) -> Floats:
    """Return every way to write a number as two."""
    first = np.arange(total + 1.0)
    return np.stack([first, total - first])


def both(h: int, w: int) -> tuple[Floats, Floats]:
    """Return every way to share the events of two groups out over two classes, (2, N) each."""
    one, other = spread(h), spread(w)
    i, j = (index.ravel() for index in np.meshgrid(*map(np.arange, (h + 1, w + 1)), indexing="ij"))
    return one[:, i], other[:, j]


def side(h: Floats, w: Floats, share: float) -> tuple[Floats, Floats]:
    """Return the weighted mean of a side's log ratios and its variance, as the contrast of classes takes them."""
    information = (h + w) * share * (1 - share)
    used = information >= 2
    variance = 1 / np.where(used, information, 1.0)
    weight = np.where(used, 1 / (variance + DEFAULT_VARIANCE), 0.0)
    total = np.where(used.all(axis=0), weight.sum(axis=0), np.nan)
    mean = (weight * np.log((h + 0.5) / (w + 0.5))).sum(axis=0) / total
    return mean, (weight**2 * variance).sum(axis=0) / total**2


def printed(values: Floats) -> Floats:
    """Return numbers with three digits."""
    size = 10.0 ** (2 - np.floor(np.log10(np.maximum(np.abs(values), 1e-300))))
    return np.rint(values * size) / size


def limits(first: tuple[Floats, Floats], second: tuple[Floats, Floats]) -> Floats:
    """Return the ratio and its limits."""
    ratio, error = first[0] - second[0], np.sqrt(first[1] + second[1])
    return np.exp(np.stack([ratio, ratio - Z * error, ratio + Z * error]))


def classes(rng: np.random.Generator) -> tuple[float, int]:
    """Draw a contrast and try all ways: how many there are, and how many agree."""
    true = rng.poisson(rng.lognormal(np.log(45), 0.6, (2, 5)))  # groups; two of each side, then licence
    true[0, rng.integers(4)] = rng.integers(1, 11)
    (h, w), licence = true[:, :4], true[:, 4]
    on, off = both(h[:2].sum(), w[:2].sum()), both(h[2:].sum(), w[2:].sum())
    parts = []
    for more in (np.zeros((2, 0)), licence[:, None].astype(float)):
        total = true[:, :4].sum(axis=1) + more.sum(axis=1)
        share = total[0] / total.sum()
        wide = [
            np.vstack([values, np.repeat(more[g][:, None], values.shape[1], axis=1)]) for g, values in enumerate(on)
        ]
        parts.append((side(wide[0], wide[1], share), side(*off, share)))
    at = [np.flatnonzero((a[0] == x) & (b[0] == y))[0] for (a, b), x, y in ((on, h[0], w[0]), (off, h[2], w[2]))]
    told = [
        printed(limits(*(tuple(v[i] for v in values) for values, i in zip(pair, at, strict=True)))) for pair in parts
    ]
    left = 0
    for i in range(on[0].shape[1]):
        rows = np.arange(off[0].shape[1])
        for (first, second), wanted in zip(parts, told, strict=True):
            found = limits((first[0][i], first[1][i]), (second[0][rows], second[1][rows]))
            rows = rows[(np.abs(printed(found) - wanted[:, None]) <= 1e-9 * wanted[:, None]).all(axis=0)]
        left += len(rows)
    return float(on[0].shape[1]) * off[0].shape[1], left


def strata(rng: np.random.Generator) -> tuple[float, int]:
    """Draw a comparison within three strata, the first of them told, and try all ways."""
    true = rng.poisson(
        rng.lognormal(np.log(28), 0.5, (4, 3))
    )  # focal with and without the outcome, the same of the other
    true[rng.integers(4), 2] = rng.integers(1, 11)
    told = list(_pooled(*_sides(true[:, :, None])))
    ways, left = 1.0, 0
    for total in true[:, 1:].sum(axis=1):
        ways *= total + 1.0
    for counts in _ways(true):
        alike = np.ones(counts.shape[2], dtype=bool)
        with np.errstate(divide="ignore", invalid="ignore"):
            for wanted, found in zip(told, _pooled(*_sides(counts)), strict=True):
                alike &= np.abs(found - wanted) <= 1e-9 * np.abs(wanted)
        left += int(alike.sum())
    return ways, left


def _ways(true: NDArray[np.int64]) -> Iterator[Floats]:
    totals = true[:, 1:].sum(axis=1)
    one, other = np.meshgrid(np.arange(totals[2] + 1), np.arange(totals[3] + 1), indexing="ij")
    for a in range(totals[0] + 1):
        for b in range(totals[1] + 1):
            second = np.stack(np.broadcast_arrays(a, b, one.ravel(), other.ravel())).astype(float)
            first = np.repeat(true[:, :1].astype(float), second.shape[1], axis=1)
            yield np.stack([first, second, totals[:, None] - second], axis=1)


def _sides(counts: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return k, n, c and m, (N, S) each, of counts (4, S, N)."""
    k, without, c, other = counts.transpose(0, 2, 1).astype(float)
    return k, k + without, c, c + other


def _pooled(k: Floats, n: Floats, c: Floats, m: Floats) -> Iterator[Floats]:
    ratio, gap = mh_risk_ratio(k, n, c, m), mh_risk_difference(k, n, c, m)
    yield from (printed(values) for values in (ratio.estimate, ratio.low, ratio.high))
    yield from (np.rint(1000 * values) for values in (gap.estimate, gap.low, gap.high))
    yield printed((n * c / m).sum(axis=1) / n.sum(axis=1))


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results" / "suppress_ways.csv")
    given = parser.parse_args(argv)
    rows = []
    for kind, draw in (("classes", classes), ("strata", strata)):
        for case in range(given.cases):
            ways, left = draw(np.random.default_rng([given.seed, case]))
            rows.append({"kind": kind, "case": case, "ways": f"{ways:.0f}", "left": left})
            print(rows[-1], flush=True)
    with given.out.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
