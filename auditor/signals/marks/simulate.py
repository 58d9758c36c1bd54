"""Simulated stops with times, officers and ages, some of them rounded or copied."""

from __future__ import annotations

import numpy as np

from auditor.cells import Cells, RowTable
from auditor.signals.drawn import drawn_cells
from auditor.signals.signal import Design

_DAYS = 14 * 30
_OFFICERS = 6


def simulate(rng: np.random.Generator, effect: float, design: Design) -> Cells:
    """Draw stops of officers over fourteen months; the effect is the log odds that a time is rounded to five minutes.

    ``natural_sd`` is the spread of the places' own log odds of that, around a share of one in ten.
    """
    ids = tuple(f"local:sim-{i:05d}" for i in range(design.places))
    total = np.maximum(rng.lognormal(np.log(design.typical / 2), 0.5, design.places), 120).round().astype(int)
    planted = np.arange(design.places) < round(design.planted * design.places)
    odds = np.exp(-2.2 + rng.normal(0, design.natural_sd, design.places) + np.where(planted, effect, 0.0))
    place = np.repeat(np.arange(design.places), total)
    minute = rng.integers(0, 1440, len(place))
    rounded = rng.random(len(place)) < (odds / (1 + odds))[place]
    minute = np.where(rounded, minute // 5 * 5, minute)
    day = np.datetime64("2011-01-01") + rng.integers(0, _DAYS, len(place)).astype("timedelta64[D]")
    columns = {
        "event": np.full(len(place), "stop", dtype=object),
        "officer_code": place * _OFFICERS + rng.integers(0, _OFFICERS, len(place)),
        "day": day,
        "minute": minute,
        "age": rng.integers(16, 75, len(place)),
    }
    rows = RowTable(place.astype(np.int64), columns, np.ones(len(place)))
    month = day.astype("datetime64[M]").astype(str)
    pairs, n = np.unique(np.stack([place.astype(str), month]), axis=1, return_counts=True)
    counts = [
        {"place": ids[int(j)], "event": "stop", "month": str(m), "n": int(value), "complete": True}
        for j, m, value in zip(pairs[0], pairs[1], n, strict=True)
    ]
    keys = ("event", "month")
    return drawn_cells(ids, counts, keys, rows=rows)
