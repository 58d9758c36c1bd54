"""Counts by level within one event, regime and basis: by place, and what the nation's row would tell beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.cells import Bools, Cells, Floats, Table
from auditor.domain.vocabulary import parse_level
from auditor.signals.baseline import Own, nation_rows, own_counts, small
from auditor.signals.region.rows import Reduce, Totals, row_totals

SETS: dict[str, tuple[str, ...]] = {
    "low": ("3", "none"),
    "none": ("none",),
    "level-1": ("1",),
    "level-2": ("2",),
    "level-3": ("3",),
}
LEVELS = ("1", "2", "3", "none")


@dataclass(frozen=True)
class Stratum:
    """One event under one regime and basis: never mixed with another."""

    event: str
    regime: str
    basis: str

    @property
    def filters(self) -> dict[str, str]:
        """The values by which its rows are found."""
        return {"event": self.event, "level_regime": self.regime, "level_basis": self.basis}


def reduce_levels(wanted: tuple[str, ...], among: tuple[str, ...] = LEVELS) -> Reduce:
    """Return a function that counts the wanted levels among some of those known (all of them by default).

    The share is undeterminable where a row's union of levels lies partly inside and partly outside, and where the
    rows do not speak of all the levels asked for: a level that no row speaks of is absent, not zero.
    """

    def reduce(rows: Table, size: int) -> tuple[Floats, Floats, Bools]:
        inside = np.zeros(len(rows.n), dtype=bool)
        outside = np.zeros(len(rows.n), dtype=bool)
        spoken = np.zeros((size, len(among)), dtype=bool)
        for text in rows.levels("level"):
            union = set(parse_level(text) or ()) - {"unknown"}
            hit = rows.isin("level", text)
            asked = union & set(among)
            mixed = bool(asked) and bool(union - set(among))
            inside |= hit & (bool(asked & set(wanted)) or mixed)
            outside |= hit & (bool(asked - set(wanted)) or mixed)
            for position, level in enumerate(among):
                spoken[rows.index[hit], position] |= level in union
        spoken[rows.index[rows.complete]] = True
        counted = (inside | outside) & ~rows.censored
        straddles = inside & outside & (rows.n > 0)
        k = np.bincount(rows.index, weights=rows.n * (inside & ~outside), minlength=size).astype(float)
        n = np.bincount(rows.index, weights=rows.n * counted, minlength=size).astype(float)
        blind = rows.censored & (inside | outside)
        bad = np.bincount(rows.index, weights=(straddles | blind).astype(float), minlength=size) > 0
        return k, n, (n > 0) & ~bad & spoken.all(axis=1)

    return reduce


REDUCE = {name: reduce_levels(wanted) for name, wanted in SETS.items()}


@dataclass(frozen=True)
class Facts:
    """What holds for every contrast of a stratum, by place."""

    rows: Table
    everyone: Floats
    told: Floats
    censored: Bools
    fine: Bools
    coarse: Bools


def facts_of(cells: Cells, stratum: Stratum) -> Facts:
    """Count a stratum in every place, and find where a small level may not be printed."""
    rows = cells.counts.where(**stratum.filters)
    told_rows = rows.take(~rows.isin("level", "", "unknown"))
    everyone, told = rows.total(cells.size), told_rows.total(cells.size)
    atoms = rows.cube(cells.size, "level", rows.levels("level")).values
    untold = small(everyone - told, cells)
    censored = np.bincount(told_rows.index, weights=told_rows.censored.astype(float), minlength=cells.size) > 0
    # Where one level is small only the tested share may be printed: differences of the others would give it away.
    fine = np.zeros(cells.size, dtype=bool)
    for column in atoms.T:
        fine = fine | small(column, cells)
    # The matches of match-yield less those with a level would give a small number without one away.
    coarse = untold if stratum.event == "match" else np.zeros(cells.size, dtype=bool)
    return Facts(rows, everyone, told, censored, fine | untold, coarse)


def own_of(cells: Cells, facts: Facts, reduce: Reduce, *, tested: bool) -> Own:
    """Count one contrast in every place; beside a small level only the tested one is printed."""
    return own_counts(cells, facts.rows, reduce, facts.coarse if tested else facts.coarse | facts.fine)


def beside_of(cells: Cells, stratum: Stratum, facts: Facts, tested: str) -> list[tuple[Own, Totals]]:
    """Return every contrast that is printed of a stratum, with the nation's: what is known of one tells of the others.

    Matches without a level are match-yield's less those of the stratum.
    """
    rows = nation_rows(cells, stratum.filters)
    found = [
        (own_of(cells, facts, reduce, tested=name == tested), row_totals(rows, reduce))
        for name, reduce in REDUCE.items()
    ]
    if stratum.event == "match":
        everyone, told = cells.counts.where(event="match"), _told(stratum)
        own = own_counts(cells, everyone, told, np.zeros(cells.size, dtype=bool))
        found.append((own, row_totals(nation_rows(cells, {"event": "match"}), told)))
    return found


def _told(stratum: Stratum) -> Reduce:
    """Return a function that counts those of a stratum among all rows of its event."""

    def reduce(rows: Table, size: int) -> tuple[Floats, Floats, Bools]:
        inside = rows.isin("level_regime", stratum.regime) & rows.isin("level_basis", stratum.basis)
        inside &= ~rows.isin("level", "", "unknown")
        k, n, blind = (
            np.bincount(rows.index, weights=weights, minlength=size).astype(float)
            for weights in (rows.n * inside, rows.n, rows.censored.astype(float))
        )
        return k, n, (n > 0) & (blind == 0)

    return reduce
