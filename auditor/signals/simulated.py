"""Cells for simulations of signals that work on single rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Cells, RowTable
from auditor.signals.drawn import drawn_cells
from auditor.signals.signal import Design

GROUPS = ("hispanic", "white", "black")
"""Focal group, reference group, and one that nobody asks about."""
_KEYS = ("event", "group", "group_source")


def totals(rng: np.random.Generator, design: Design, factor: float = 1.0, least: float = 60.0) -> NDArray[np.float64]:
    """Draw the number of cases of every place, log-normal around the typical one."""
    typical = np.log(factor * design.typical)
    return np.maximum(rng.lognormal(typical, 0.8, design.places), least)


def planted(design: Design) -> NDArray[np.bool_]:
    """Return which places bear the effect."""
    return np.arange(design.places) < round(design.planted * design.places)


def natural(rng: np.random.Generator, design: Design) -> NDArray[np.float64]:
    """Draw the groups' natural deviations in log odds, shape (places, groups)."""
    return rng.normal(0, design.natural_sd, (design.places, len(GROUPS)))


def simulated_cells(
    design: Design, event: str, names: Mapping[str, Sequence[str]], values: Mapping[str, NDArray[np.int64]], n: Any
) -> Cells:
    """Build cells from rows of one event.

    Parameters
    ----------
    design : Design
    event : str
    names : mapping of str to sequence of str
        What the codes of a column stand for; a column without an entry keeps its numbers.
    values : mapping of str to (R,) int array
        ``place`` and the keys of the rows.
    n : (R,) array
        Rows of 0 cases are left out.
    """
    kept = np.asarray(n) > 0
    ids = tuple(f"local:sim-{i:05d}" for i in range(design.places))
    columns: dict[str, Any] = {"event": np.full(int(kept.sum()), event, dtype=object)}
    columns["group_source"] = np.full(int(kept.sum()), "", dtype=object)
    for name, codes in values.items():
        if name != "place":
            columns[name] = np.array(names[name], dtype=object)[codes[kept]] if name in names else codes[kept]
    rows = RowTable(values["place"][kept], columns, np.asarray(n, dtype=float)[kept])
    counts = [
        {"place": ids[j], "event": event, "group": group, "n": float(whole), "complete": True}
        for (j, group), whole in _whole(rows, design.places).items()
    ]
    return drawn_cells(ids, counts, _KEYS, rows=rows)


def _whole(rows: RowTable, places: int) -> dict[tuple[int, str], float]:
    found: dict[tuple[int, str], float] = {}
    for group in GROUPS:
        mine = rows.columns["group"] == group
        sums = np.bincount(rows.index[mine], weights=rows.n[mine], minlength=places)
        found |= {(j, group): float(sums[j]) for j in range(places)}
    return found
