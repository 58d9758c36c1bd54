"""Stops drawn from the threshold model, for calibration and for the conformance of the signal."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit, logit, ndtr

from auditor.cells import Cells, Floats, RowTable
from auditor.signals.drawn import drawn_cells
from auditor.signals.signal import Design

_GROUPS = ("hispanic", "white", "black")
_SIZE = np.array([0.6, 1.0, 0.5])
_GUILT = np.array([-3.4, -3.6, -3.5])
_SEPARATION = np.exp(np.array([0.35, 0.45, 0.4]))
_THRESHOLD = 0.2
_KINDS = ((1, 1), (1, 0), (0, 0))
"""(searched, contraband) of a find, of a search that finds nothing, of no search: files write 0 there as well."""
_DAYS = ((0, 0, 10 / 28), (0, 1, 10 / 28), (1, 0, 4 / 28), (1, 1, 4 / 28))
"""(weekend, cold half, share of the stops)."""


def draw_cells(rng: np.random.Generator, effect: float, design: Design) -> Cells:
    """Draw the stops of some places.

    Parameters
    ----------
    rng : numpy.random.Generator
    effect : float
        By how much the log odds of the focal group's threshold are lower in the planted places.
    design : Design
        `typical` is the median number of searches of the reference group; `natural_sd` the standard deviation of
        groups' thresholds between places, on the log odds, beside 0.1.
    """
    places = design.places
    ids = tuple(f"local:sim-{i:05d}" for i in range(places))
    planted = np.arange(places) < round(design.planted * places)
    odds = logit(_THRESHOLD) + rng.normal(0, 0.1 + design.natural_sd, (places, len(_GROUPS)))
    odds[:, 0] -= np.where(planted, effect, 0.0)
    stops = np.maximum(rng.lognormal(np.log(25 * design.typical), 0.6, (places, 1)) * _SIZE, 50).astype(np.int64)
    shares = _shares(_GUILT + rng.normal(0, 0.1, (places, 1)), odds)
    rows = []
    for j in range(places):
        for g in range(len(_GROUPS)):
            for weekend, cold, part in _DAYS:
                counts = rng.multinomial(int(stops[j, g] * part), [share[j, g] for share in shares])
                each = zip(_KINDS, counts.tolist(), strict=True)
                rows += [(j, g, kind, (weekend, cold), n) for kind, n in each if n]
    return _cells(ids, rows)


def _shares(guilt: Floats, odds: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the shares of finds, of searches without one, and of stops without a search."""
    t = (odds - guilt) / _SEPARATION + _SEPARATION / 2
    found, missed = expit(guilt) * ndtr(_SEPARATION - t), (1 - expit(guilt)) * ndtr(-t)
    return found, missed, 1 - found - missed


def _cells(ids: tuple[str, ...], rows: list[tuple[int, int, tuple[int, int], tuple[int, int], int]]) -> Cells:
    keys = ("event", "group", "group_source")
    whole: dict[tuple[int, int], int] = {}
    for j, g, _, _, n in rows:
        whole[j, g] = whole.get((j, g), 0) + n
    counts = [
        {"place": ids[j], "event": "stop", "group": _GROUPS[g], "n": n, "complete": True} for (j, g), n in whole.items()
    ]
    texts = {
        "event": ["stop"] * len(rows),
        "group": [_GROUPS[row[1]] for row in rows],
        "group_source": ["recorded"] * len(rows),
        "agency": ["Police"] * len(rows),
    }
    columns: dict[str, Any] = {name: np.array(values, dtype=object) for name, values in texts.items()}
    numbers = {"searched": (2, 0), "contraband": (2, 1), "weekend": (3, 0), "cold_half": (3, 1)}
    for name, (i, k) in numbers.items():
        columns[name] = np.array([row[i][k] for row in rows], dtype=np.int64)  # type: ignore[index]
    index = np.array([row[0] for row in rows], dtype=np.int64)
    return drawn_cells(
        ids, counts, keys, rows=RowTable(index, columns, np.array([row[4] for row in rows], dtype=float))
    )
