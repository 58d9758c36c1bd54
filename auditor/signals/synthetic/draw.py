"""Simulated arrests by month around a programme's start."""

from __future__ import annotations

import numpy as np

from auditor.cells import Activations, Bools, Cells, Floats
from auditor.signals.drawn import drawn_cells
from auditor.signals.signal import Design

_MONTHS, _START = 48, 36


def arrests(rng: np.random.Generator, design: Design, shift: Floats) -> Floats:
    """Draw counts (J, T, 4): focal and reference, discretionary then serious; `shift` is the log effect by place."""
    size = design.places
    volume = rng.lognormal(np.log(design.typical / 2), 0.5, size)[:, None]
    t = np.arange(_MONTHS)
    season = 0.2 * np.sin(2 * np.pi * (t + rng.integers(0, 12, size)[:, None]) / 12)
    slow = np.zeros((size, _MONTHS))
    slow[:, 0] = rng.normal(0, 0.1, size)
    for month in range(1, _MONTHS):
        slow[:, month] = 0.3 * slow[:, month - 1] + rng.normal(0, 0.1 * np.sqrt(1 - 0.3**2), size)
    level = rng.normal(0, design.natural_sd, size)[:, None]
    contrast = level + slow + shift[:, None] * (t >= _START)
    shares = (np.log(0.25) + contrast + season, np.log(0.35) + season, np.full_like(slow, np.log(0.15)), np.log(0.25))
    drawn = [rng.poisson(volume * np.exp(np.broadcast_to(share, slow.shape))) for share in shares]
    return np.stack(drawn, axis=2).astype(float)


def cells_of(ids: tuple[str, ...], counts: Floats, started: Bools) -> Cells:
    """Cells of arrests by month, with the starts of the places that have one."""
    months = [str(month) for month in np.datetime64("2006-01", "M") + np.arange(_MONTHS)]
    named = [(group, offence) for offence in ("drug-possession", "robbery") for group in ("hispanic", "white")]
    keys = ("event", "group", "group_source", "offence", "month")
    rows = [
        {"place": place, "event": "arrest", "group": group, "offence": offence, "month": month, "n": counts[j, t, s]}
        for j, place in enumerate(ids)
        for t, month in enumerate(months)
        for s, (group, offence) in enumerate(named)
    ]
    which = np.flatnonzero(started)
    starts = Activations(
        which.astype(np.int64),
        np.full(len(which), "simulated", dtype=object),
        np.full(len(which), "activated", dtype=object),
        np.full(len(which), np.datetime64(months[_START]), dtype="datetime64[D]"),
    )
    return drawn_cells(ids, rows, keys, activations=starts)
