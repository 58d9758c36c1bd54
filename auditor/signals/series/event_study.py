"""The years around a start in short steps: how the groups' ratio moved, and how far it moves where nothing started.

For a figure and a table, not for a decision: the test is that of :mod:`auditor.signals.series.places`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from auditor.cells import Bools, Floats
from auditor.findings.listed import Listed, listed

FEWEST: Final = 11.0
"""Events of either group in every step; with fewer, the steps are made longer."""
STEPS: Final = (3, 6, 12)
"""Months of a step: the first in which every step holds enough events."""
PLACES: Final = 10
"""Comparison places below which no band is drawn."""
BAND: Final = (0.05, 0.95)
"""Quantiles of the comparison places between which the band lies."""

Row = Mapping[str, Any]


def study(
    j: int, focal: Floats, reference: Floats, cut: tuple[int, int], compared: Bools, about: Mapping[str, Any]
) -> list[Row]:
    """Return the rows of one place.

    Parameters
    ----------
    j : int
        Position of the place.
    focal, reference : (J, T) arrays
        Monthly counts over the place's window.
    cut : pair of int
        First month that no longer counts as before, and first month after.
    compared : (J,) bool array
        Places in which nothing started.
    about : mapping
        What stands in every row: group, reference, event, start.

    Returns
    -------
    list of mapping
        One for each step: ``step`` (negative before, 0 the first after the start), ``months`` (its length),
        ``ratio`` (focal over reference events, 1 the average of the steps before), ``band_low`` and ``band_high``
        (the middle 90 % of the comparison places; None below ten of them), ``places``. Two decimals: no count can
        be worked out. Empty where no length of step holds enough events throughout.
    """
    start, after = cut
    for months in STEPS:
        edges = _edges(start, after, focal.shape[1], months)
        own = (_sums(focal[[j]], edges), _sums(reference[[j]], edges))
        if len(edges) < 3 or not all((part >= FEWEST).all() for part in own):
            continue
        before = np.array([last <= start for _, last in edges])
        value = _moves(own[0], own[1], before)[0]
        a, b = _sums(focal[compared], edges), _sums(reference[compared], edges)
        enough = (a >= FEWEST).all(axis=1) & (b >= FEWEST).all(axis=1)
        low, high = _band(_moves(a[enough], b[enough], before))
        return [
            {
                **about,
                "step": i - int(before.sum()),
                "months": months,
                "ratio": _coarse(value[i]),
                "band_low": None if low is None else _coarse(low[i]),
                "band_high": None if high is None else _coarse(high[i]),
                "places": int(enough.sum()) if low is not None else None,
            }
            for i in range(len(edges))
        ]
    return []


def tables(rows: Mapping[int, Sequence[Row]], size: int) -> tuple[Listed, ...]:
    """Return the table of every place; none where no place has rows."""
    return tuple(listed(rows.get(j, ())) for j in range(size)) if rows else ()


def _edges(start: int, after: int, length: int, months: int) -> list[tuple[int, int]]:
    """Return the steps as (first, end) positions: whole ones, counted from the start in both directions."""
    before = [(start - (i + 1) * months, start - i * months) for i in range(start // months)]
    late = [(after + i * months, after + (i + 1) * months) for i in range((length - after) // months)]
    return [*reversed(before), *late]


def _sums(counts: Floats, edges: Sequence[tuple[int, int]]) -> Floats:
    return np.array([counts[:, first:end].sum(axis=1) for first, end in edges]).T.reshape(len(counts), len(edges))


def _moves(focal: Floats, reference: Floats, before: Bools) -> Floats:
    ratio = np.log(focal) - np.log(reference)
    centred: Floats = ratio - ratio[:, before].mean(axis=1, keepdims=True)
    return centred


def _band(moves: Floats) -> tuple[Floats, Floats] | tuple[None, None]:
    if len(moves) < PLACES:
        return None, None
    low, high = np.quantile(moves, BAND, axis=0)
    return low, high


def _coarse(value: float) -> float:
    return round(float(np.exp(value)), 2)
