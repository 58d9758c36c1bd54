"""Simulated stops of which some have no ethnic group."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Cells, Floats, RowTable
from auditor.signals.drawn import drawn_cells
from auditor.signals.signal import Design

_GROUPS = ("hispanic", "white", "unknown")
_MONTHS = ("2011-01", "2011-02", "2011-03", "2011-04")


def simulate(rng: np.random.Generator, effect: float, design: Design) -> Cells:
    """Draw stops by place, group, month and search; gaps are commoner after a search by the odds exp(effect).

    ``natural_sd`` is the spread of the places' own log odds of a gap, around a share of one in ten.
    """
    ids = tuple(f"local:sim-{i:05d}" for i in range(design.places))
    total = np.maximum(rng.lognormal(np.log(design.typical), 0.8, design.places), 40).round().astype(int)
    share = rng.beta(3, 7, design.places)
    planted = np.arange(design.places) < round(design.planted * design.places)
    own = -2.2 + rng.normal(0, design.natural_sd, design.places)
    stops = rng.multinomial(total, np.full(8, 1 / 8)).reshape(design.places, len(_MONTHS), 2)
    log_odds = own[:, None, None] + np.where(planted, effect, 0.0)[:, None, None] * np.arange(2)
    gaps = rng.binomial(stops, 1 / (1 + np.exp(-log_odds)))
    focal = rng.binomial(stops - gaps, share[:, None, None])
    counts = np.stack([focal, stops - gaps - focal, gaps], axis=-1).astype(float)
    return _cells(ids, counts, np.stack([share, 1 - share], axis=1) * 10_000)


def _cells(ids: tuple[str, ...], counts: Floats, residents: Floats) -> Cells:
    place, month, searched, group = np.nonzero(counts)
    size, n = len(place), counts[place, month, searched, group]
    texts = {
        "event": np.full(size, "stop", dtype=object),
        "group": np.array([_GROUPS[g] for g in group], dtype=object),
        "month": np.array([_MONTHS[m] for m in month], dtype=object),
        **{name: np.full(size, "", dtype=object) for name in ("group_source", "agency", "disposition")},
    }
    flags: dict[str, NDArray[np.int64]] = {
        name: np.full(size, -1, dtype=np.int64) for name in ("contraband", "cited", "booked", "detainer")
    }
    rows = RowTable(place.astype(np.int64), {**texts, **flags, "searched": searched.astype(np.int64)}, n)
    listed = [
        {"place": ids[j], "event": "stop", "group": _GROUPS[g], "month": _MONTHS[m], "n": value, "complete": True}
        for (j, m, g), value in np.ndenumerate(counts.sum(axis=2))
    ]
    base = [
        {"place": ids[j], "universe": "residents", "group": _GROUPS[g], "n": round(value)}
        for (j, g), value in np.ndenumerate(residents)
    ]
    keys = ("event", "group", "group_source", "month")
    return drawn_cells(ids, listed, keys, population=base, rows=rows)
