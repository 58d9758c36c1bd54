"""Count the tables that agree with all numbers of three digits of a place, where there are too many to try.

    python benchmarks/suppress_subset.py [--cases 3] [--seed 1]

Whoever knows everything about all other places, and of this one the sums of three discretionary and three serious
classes for both groups, looks for the tables that give every number as it was printed. `two ratios` are those of the
discretion contrast, without licence offences and with them, and their limits; `held against others` has the centred
ratio and its limits besides; `second class` the ratio of the second class in excess, a limit and a p-value. Subset
simulation (Au & Beck 2001) walks from any table towards those that agree: `left` is the decimal logarithm of how many
remain at the closeness reached, in half units of the last digit (1: they all agree). Where it could not come closer,
fewer are left than it says.

Writes benchmarks/results/suppress_subset.csv.

References
----------
Au, S.-K. & Beck, J. L. (2001). Estimation of small failure probabilities in high dimensions by subset simulation.
Probabilistic Engineering Mechanics 16, 263-277.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from auditor.signals.class_contrast import DEFAULT_VARIANCE
from auditor.signals.ways import class_ways
from auditor.stats.classes.deviations import Levels, deviations, second_class, second_largest
from auditor.stats.classes.ratios import ClassRatios, class_ratios

ROOT = Path(__file__).resolve().parents[1]
Floats = NDArray[np.float64]
SIDE = np.array([1, 1, 1, -1, -1, -1, 0])
"""Three classes of each side, then licence offences."""
LICENCE = np.array([1, 1, 1, -1, -1, -1, 1])
PARTS = (slice(0, 3), slice(3, 6))
NAMES = ("traffic", *["other"] * 6)
Z, NATURAL, PRIOR = 1.959963984540054, 0.07, 4.0
"""Natural variance and prior strength of the spread, as all places have them."""
KEPT, STEPS, LEVELS, CROWD = 0.15, 25, 80, 1500
PRINTED = ("two ratios", "held against others", "second class")


@dataclass(frozen=True)
class Place:
    """A place: its table (2, 7), the centres of the classes, and the small cell."""

    table: Floats
    centre: Floats
    cell: tuple[int, int]

    @property
    def ways(self) -> float:
        """Decimal logarithm of the ways to share its events out."""
        sides = [(which == SIDE)[None] for which in (1, -1)]
        return float(class_ways(NAMES, self.table[:1], self.table[1:], sides)[0])


def drawn(rng: np.random.Generator) -> Place:
    """Draw a place."""
    centre = rng.normal(0, 0.2, 7)
    size = np.exp(rng.uniform(np.log(8), np.log(150)))
    table = rng.poisson(rng.lognormal(np.log(size), 0.6, (2, 7))).astype(float)
    cell = int(rng.integers(2)), int(rng.integers(6))
    table[cell] = rng.integers(1, 11)
    return Place(table, centre - centre.mean(), cell)


def numbers(place: Place, tables: Floats, told: int) -> Floats:
    """Return the numbers that are printed of tables (2, N, 7): the first ``told`` kinds of :data:`PRINTED`."""
    found = []
    for side in (SIDE, LICENCE):
        ratios = class_ratios(tables[0], tables[1], side)
        found += _ratio(ratios, ratios.log_ratio, side, DEFAULT_VARIANCE, spread=False)
    ratios = class_ratios(tables[0], tables[1], SIDE)
    if told > 1:
        found += _ratio(ratios, ratios.log_ratio - place.centre, SIDE, NATURAL, spread=True)
    if told > 2:
        found += _second(place, ratios)
    return np.stack(found)


def _ratio(ratios: ClassRatios, x: Floats, side: NDArray[Any], natural: float, *, spread: bool) -> list[Floats]:
    weight = np.where(ratios.use, 1 / (ratios.variance + natural), 0.0)
    mean, variance, squares = [], np.zeros(len(x)), np.zeros(len(x))
    with np.errstate(divide="ignore", invalid="ignore"):
        for which in (1, -1):
            own = np.where(side == which, weight, 0.0)
            total = own.sum(axis=1)
            mean.append((own * x).sum(axis=1) / total)
            squares += (own * (x - mean[-1][:, None]) ** 2).sum(axis=1)
            variance += 1 / total if spread else (own**2 * ratios.variance).sum(axis=1) / total**2
        if spread:
            variance *= (PRIOR + squares) / (PRIOR + ratios.use.sum(axis=1) - 2)
        log_ratio, error = mean[0] - mean[1], np.sqrt(variance)
        return [np.exp(log_ratio + step * error) for step in (0, -Z, Z)]


def _second(place: Place, ratios: ClassRatios) -> list[Floats]:
    centre = np.where(SIDE != 0, place.centre, np.nan)
    bare = Levels(centre, ratios, NATURAL, np.ones(len(ratios.use)), SIDE)
    weight, x = bare.weight, bare.x
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (weight * x).sum(axis=1, keepdims=True) / weight.sum(axis=1, keepdims=True)
        freedom = (weight > 0).sum(axis=1) - 1
        spread = np.sqrt((PRIOR + (weight * (x - mean) ** 2).sum(axis=1)) / (PRIOR + freedom))
        levels = Levels(centre, ratios, NATURAL, spread, SIDE)
        rows = np.arange(len(spread))
        ends = [
            (second_largest(levels, sign), deviations(levels, sign).error[rows, second_class(levels, sign)])
            for sign in (1, -1)
        ]
        (above, error), (below, other) = ends
        up = above >= below
        value, far = np.where(up, above, -below), np.hypot(np.where(up, error, other), 0.3) * spread
        p = ndtr(-above / spread / np.hypot(error, 0.3))
        return [np.exp(value), np.exp(value - np.where(up, 2, -2) * far), p]


def half_unit(values: Floats) -> Floats:
    """Return half a unit of the third digit."""
    return np.asarray(10.0 ** (np.floor(np.log10(np.maximum(np.abs(values), 1e-300))) - 2) / 2)


def closeness(place: Place, tables: Floats, told: int, printed: Floats) -> Floats:
    """Return how far the worst number of each table is from what was printed, in half units of its last digit."""
    values = numbers(place, np.maximum(tables, 0.0), told)
    far = np.abs(values - printed[:, None]) / half_unit(printed)[:, None]
    return np.where((tables < 0).any(axis=(0, 2)), np.inf, np.nan_to_num(far, nan=np.inf).max(axis=0))


def walked(place: Place, told: int, rng: np.random.Generator) -> tuple[float, float]:
    """Walk towards the tables that agree.

    Returns
    -------
    share : float
        Decimal logarithm of the share of all tables that are as close.
    close : float
        The closeness reached, 1 or more.
    """
    own = numbers(place, place.table[:, None], told)[:, 0]
    printed = np.rint(own / (2 * half_unit(own))) * 2 * half_unit(own)
    crowd = _anywhere(place, rng)
    far, share, scale, close = closeness(place, crowd, told, printed), 0.0, 30.0, np.inf
    for _ in range(LEVELS):
        close = max(float(np.quantile(far, KEPT)), 1.0)
        kept = np.flatnonzero(far <= close)
        share += np.log10(len(kept) / CROWD)
        if close == 1:
            break
        chosen = rng.choice(kept, CROWD)
        crowd, far, moved = crowd[:, chosen], far[chosen], 0.0
        for step in range(STEPS):
            new = _moved(crowd, 1 + step % 3, scale, rng)
            there = closeness(place, new, told, printed)
            ok = there <= close
            crowd[:, ok], far[ok], moved = new[:, ok], there[ok], moved + ok.mean() / STEPS
        scale = max(1.0, scale * (1.3 if moved > 0.3 else 0.7 if moved < 0.15 else 1.0))
    return share, close


def _anywhere(place: Place, rng: np.random.Generator) -> Floats:
    """Draw tables with the same sums, each as likely."""
    crowd = np.repeat(place.table[:, None], CROWD, axis=1)
    for g in range(2):
        for part in PARTS:
            total = int(place.table[g, part].sum())
            cuts = np.sort([rng.choice(total + 2, 2, replace=False) for _ in range(CROWD)], axis=1)
            ends = np.column_stack([np.full(CROWD, -1), cuts, np.full(CROWD, total + 2)])
            crowd[g, :, part] = np.diff(ends, axis=1) - 1
    return crowd


def _moved(crowd: Floats, times: int, scale: float, rng: np.random.Generator) -> Floats:
    """Move events between two classes of a side, of one group."""
    new, rows = crowd.copy(), np.arange(CROWD)
    for _ in range(times):
        group, side = rng.integers(2, size=CROWD), 3 * rng.integers(2, size=CROWD)
        one, other = side + rng.integers(3, size=CROWD), side + rng.integers(3, size=CROWD)
        n = np.ceil(rng.exponential(scale, CROWD))
        new[group, rows, one] += n
        new[group, rows, other] -= n
    return new


def fits(place: Place) -> bool:
    """Say whether such a place has as few ways as are printed, and every class is used."""
    use = class_ratios(place.table[:1], place.table[1:], SIDE).use[0, :6].all()
    return bool(use and 16 <= place.ways <= 17)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results" / "suppress_subset.csv")
    given = parser.parse_args(argv)
    rng, rows = np.random.default_rng(given.seed), []
    for case in range(given.cases):
        place = drawn(rng)
        while not fits(place):
            place = drawn(rng)
        for told, name in enumerate(PRINTED, 1):
            share, close = walked(place, told, np.random.default_rng([given.seed, case]))
            left = {
                "ways": round(place.ways, 1),
                "left": round(float(place.ways + share), 1),
                "closeness": round(close, 1),
            }
            rows.append({"case": case, "printed": name, **left})
            print(rows[-1], flush=True)
    with given.out.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
