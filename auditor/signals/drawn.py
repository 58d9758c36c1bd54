"""Cells of places that a simulation drew: no names, no states, no regions; hispanic against white."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditor.cells import Activations, Cells, RowTable, Table, no_activations, table


def drawn_cells(
    ids: tuple[str, ...],
    counts: Table | Sequence[Mapping[str, Any]],
    keys: Sequence[str],
    *,
    population: Sequence[Mapping[str, Any]] = (),
    rows: RowTable | None = None,
    activations: Activations | None = None,
) -> Cells:
    """Return cells of simulated places.

    Parameters
    ----------
    ids : tuple of str
        The places; their names too.
    counts : Table or sequence of mapping
        As :func:`auditor.cells.table` takes them.
    keys : sequence of str
        Columns of the counts.
    population : sequence of mapping
        With ``place``, ``universe``, ``group`` and ``n``.
    rows : RowTable, optional
        Single rows.
    activations : Activations, optional
        Programme starts.
    """
    nobody = ("",) * len(ids)
    return Cells(
        ids,
        ids,
        nobody,
        nobody,
        counts if isinstance(counts, Table) else table(counts, ids, keys),
        table(population, ids, ("universe", "group")),
        (),
        table([], (), (*keys, "start", "end")),
        ("hispanic",),
        "white",
        rows=rows,
        activations=no_activations() if activations is None else activations,
    )
