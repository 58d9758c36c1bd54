"""Counts by offence class within one event: by place, and what the nation's row would tell beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.cells import Bools, Cells, Floats, Table
from auditor.signals.baseline import Own, nation_rows, own_counts, small
from auditor.signals.region.rows import Reduce, Totals, row_totals

MINOR: dict[str, tuple[str, ...]] = {
    "minor": ("traffic", "licence"),
    "traffic": ("traffic",),
    "licence": ("licence",),
}
"""Sets of minor traffic classes; driving under the influence is a class of its own, and in none of them."""

MOST_UNRECORDED = 0.3
"""Share of events without an offence above which a mix of offences says nothing."""

UNRECORDED = ("", "unknown")


def reduce_offences(wanted: Sequence[str], among: Sequence[str] = ()) -> Reduce:
    """Return a function that counts the wanted classes among those recorded, or among some of them.

    A share is undeterminable where a number is suppressed, and where the rows speak of none of the wanted classes or of
    no other: a class that no row speaks of is absent, not zero. Sources of single events speak of all.
    """

    def reduce(rows: Table, size: int) -> tuple[Floats, Floats, Bools]:
        told = rows.isin("offence", *among) if among else ~rows.isin("offence", *UNRECORDED)
        hit = told & rows.isin("offence", *wanted)
        k, n, blind = (
            np.bincount(rows.index, weights=weights, minlength=size).astype(float)
            for weights in (rows.n * hit, rows.n * told, (rows.censored & told).astype(float))
        )
        spoken = np.zeros((2, size), dtype=bool)
        for side, mask in enumerate((hit, told & ~hit)):
            spoken[side, rows.index[mask | (told & rows.complete)]] = True
        return k, n, (n > 0) & (blind == 0) & spoken.all(axis=0)

    return reduce


REDUCE = {name: reduce_offences(wanted) for name, wanted in MINOR.items()}


@dataclass(frozen=True)
class OffenceFacts:
    """What holds for every contrast of one event, by place.

    Attributes
    ----------
    rows : Table
    everyone, told : (J,) arrays
        Events, and those of which an offence is recorded.
    censored : (J,) bool array
        Where a number is suppressed.
    coarse, fine : (J,) bool arrays
        Where no contrast may be printed; where only the union of the minor classes may be.
    """

    rows: Table
    everyone: Floats
    told: Floats
    censored: Bools
    coarse: Bools
    fine: Bools

    @property
    def missing(self) -> Floats:
        """Share of events without an offence, NaN where there is none."""
        return np.divide(
            self.everyone - self.told, self.everyone, out=np.full_like(self.told, np.nan), where=self.everyone > 0
        )


def facts_of(cells: Cells, event: str) -> OffenceFacts:
    """Count an event by offence in every place, and find where a small class may not be printed."""
    rows = cells.counts.where(event=event)
    recorded = rows.take(~rows.isin("offence", *UNRECORDED))
    everyone, told = rows.total(cells.size), recorded.total(cells.size)
    censored = np.bincount(recorded.index, weights=recorded.censored.astype(float), minlength=cells.size) > 0
    atoms = recorded.cube(cells.size, "offence", MINOR["minor"]).values
    # Other findings print how many events there were: a small number without an offence would be what is left.
    coarse = small(everyone - told, cells)
    # Both classes and the whole together tell what is left beside them.
    fine = coarse | small(atoms, cells).any(axis=1) | small(told - atoms.sum(axis=1), cells)
    return OffenceFacts(rows, everyone, told, censored, coarse, fine)


def own_of(cells: Cells, facts: OffenceFacts, name: str) -> Own:
    """Count one set of minor classes; beside a small class only the union is printed."""
    return own_counts(cells, facts.rows, REDUCE[name], facts.coarse if name == "minor" else facts.fine)


def beside_of(cells: Cells, event: str, facts: OffenceFacts) -> list[tuple[Own, Totals]]:
    """Return every set that is printed of an event, with the nation's: what is known of one tells of the others."""
    rows = nation_rows(cells, {"event": event})
    return [(own_of(cells, facts, name), row_totals(rows, REDUCE[name])) for name in MINOR]
