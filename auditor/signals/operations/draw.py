"""Simulated stops of officers on ordinary days and on the days of a few operations."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import softmax

from auditor.cells import Cells, RowTable
from auditor.signals.drawn import drawn_cells
from auditor.signals.signal import Design

GROUPS = ("hispanic", "white", "black")
KEYS = ("event", "group", "group_source")
OPERATIONS = 3
"""Operations of a place, ten weeks apart; four weeks before and after each are ordinary."""
_EVERY, _TIMES, _OFFICERS = 7, 3.0, 4
_OFFICER_SD, _DAY_SD = 0.4, 0.1
_FIRST = np.datetime64("2008-01-04")


def draw(rng: np.random.Generator, effect: float, design: Design) -> Cells:
    """Draw the Fridays around three operations in every seventh place; the others have ordinary Fridays only.

    Three times as many people are stopped on operation days. Officers differ by an SD of 0.4 in whom they stop, and
    half of them work more on operation days; the Fridays differ by an SD of 0.1, and the place changes slowly. None
    of that is profiling. The effect is on the log odds of the focal group on operation days.
    """
    ids = tuple(f"local:sim-{i:05d}" for i in range(design.places))
    week = np.array([10 * i + step for i in range(OPERATIONS) for step in range(-4, 5)])
    on = np.tile(np.arange(9) == 4, OPERATIONS)
    shape = (design.places, len(week), _OFFICERS)
    held = (np.arange(design.places) % _EVERY == 6)[:, None] & on
    total = np.maximum(rng.lognormal(np.log(2.5 * design.typical), 0.6, design.places), 60)
    busy = np.where(held[:, :, None], _TIMES * np.linspace(0.5, 1.5, _OFFICERS), 1.0)
    stops = rng.poisson(total[:, None, None] / (len(week) * _OFFICERS) * busy)
    scores = np.array([0.0, 0.6, -0.3]) + np.zeros((*shape, 3))
    scores += rng.normal(0, _OFFICER_SD, (design.places, 1, _OFFICERS, 3))
    scores += rng.normal(0, _DAY_SD, (design.places, len(week), 1, 3))
    scores += 0.3 * np.sin(week / 8)[None, :, None, None] * np.array([1.0, 0.0, 0.5])
    bears = (np.arange(design.places) < round(design.planted * design.places))[:, None] & held
    scores[..., 0] += np.where(bears, effect, 0.0)[:, :, None]
    natural = rng.normal(0, design.natural_sd, (design.places, 1, 1, 3))
    scores += np.where(held[:, :, None, None], natural, 0.0)
    counts = rng.multinomial(stops, softmax(scores, axis=-1))
    return _cells(ids, counts, _FIRST + 7 * (week + 4), held)


def _cells(ids: tuple[str, ...], counts: Any, days: Any, held: Any) -> Cells:
    places, officer, group = counts.shape[0], counts.shape[2], counts.shape[3]
    whole = [
        {"place": ids[j], "event": "stop", "group": GROUPS[g], "n": int(counts[j, ..., g].sum()), "complete": True}
        for j in range(places)
        for g in range(group)
    ]
    j, d, o, g = np.nonzero(counts)
    size = len(j)
    columns: dict[str, Any] = {
        name: np.full(size, text, dtype=object)
        for name, text in (("event", "stop"), ("group_source", ""), ("agency", "Sheriff"))
    }
    columns |= {
        "group": np.array(GROUPS, dtype=object)[g],
        "day": days[d],
        "in_operation": np.full(size, -1, dtype=np.int64),
        "operation_day": held[j, d].astype(np.int64),
        "officer_code": j * officer + o,
    }
    return drawn_cells(ids, whole, KEYS, rows=RowTable(j.astype(np.int64), columns, counts[j, d, o, g].astype(float)))
