"""Simulated stays with and without an immigration hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from auditor.cells import Cells, RowTable
from auditor.signals.drawn import drawn_cells
from auditor.signals.signal import Design

_LIMIT, _LONGEST, _HORIZON = 48, 160, 400.0
_GROUPS = np.array(["hispanic", "white"], dtype=object)
_JAILS = np.array(["main", "annexe"], dtype=object)
_UNENDED, _WEEKS = 0.05, 52


def draw_stays(
    rng: np.random.Generator, effect: float, design: Design, jails: int | None = None, icc_sd: float = 0.4
) -> Cells:
    """Draw bookings whose release fell due.

    Parameters
    ----------
    rng : Generator
    effect : float
        Log odds ratio of being held beyond 48 hours, with a hold over without one, in the planted places.
    design : Design
        Its natural SD is that of the places' own log odds ratios.
    jails : int, optional
        Jails of every place; without, one in every fourth and two in the others.
    icc_sd : float
        SD of the jails' log odds of a stay beyond 48 hours, the same with and without a hold.

    Returns
    -------
    Cells
        Places ``local:sim-00000`` and so on; hours are whole, and a share of the long stays has no end.
    """
    size = design.places
    total = np.maximum(rng.lognormal(np.log(design.typical), 0.6, size), 60).astype(np.int64)
    place = np.repeat(np.arange(size), total)
    number = 1 + (np.arange(size) % 4 > 0) if jails is None else np.full(size, jails)
    jail = rng.integers(0, number[place])
    most = int(number.max())
    with_hold = 0.25 + 0.3 * rng.random((size, most))
    level = -1.2 + rng.normal(0, icc_sd, (size, most))
    planted = np.arange(size) < round(design.planted * size)
    shift = np.where(planted, effect, 0.0) + rng.normal(0, design.natural_sd, size)
    hold = rng.random(len(place)) < with_hold[place, jail]
    odds = level[place, jail] + np.where(hold, shift[place], 0.0)
    longer = rng.random(len(place)) < 1 / (1 + np.exp(-odds))
    hours = np.where(longer, rng.integers(_LIMIT + 1, _LONGEST, len(place)), rng.integers(1, _LIMIT + 1, len(place)))
    unended = longer & (rng.random(len(place)) < _UNENDED)
    group = rng.integers(0, 2, len(place))
    weekend = 48 * (rng.random(len(place)) < 0.25)
    week = rng.integers(0, _WEEKS, len(place))
    keys = np.stack([place, jail, hold, group, hours, weekend, unended, week]).astype(np.int64)
    found, count = np.unique(keys, axis=1, return_counts=True)
    return _cells(size, found, count.astype(np.float64), most)


def _cells(size: int, found: np.ndarray, count: np.ndarray, most: int) -> Cells:
    ids = tuple(f"local:sim-{i:05d}" for i in range(size))
    place, jail, hold, group, hours, weekend, unended, week = found
    names = _JAILS if most <= len(_JAILS) else np.array([f"jail {i + 1}" for i in range(most)], dtype=object)
    columns: dict[str, Any] = {
        "event": np.full(len(place), "booking", dtype=object),
        "group": _GROUPS[group],
        "group_source": np.full(len(place), "", dtype=object),
        "agency": np.full(len(place), "", dtype=object),
        "facility": names[jail],
        "ended": np.where(unended, "censored", "release").astype(object),
        "held_hours": np.where(unended, _HORIZON, hours + weekend).astype(np.float64),
        "held_hours_regulation": np.where(unended, _HORIZON, hours).astype(np.float64),
        "followed_hours": _HORIZON + 168.0 * week,
        "hold_when_due": hold,
    }
    keys = ("event", "group", "group_source")
    n = np.bincount(place, count, size)
    counts = [{"place": ids[j], "event": "booking", "n": n[j], "complete": True} for j in range(size)]
    return drawn_cells(ids, counts, keys, rows=RowTable(place, columns, count))
