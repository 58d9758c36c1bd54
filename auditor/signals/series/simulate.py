"""Monthly arrests by group and offence class, around a programme's start that does nothing or something."""

from __future__ import annotations

import numpy as np

from auditor.cells import Activations, Cells, Floats, Table
from auditor.domain.vocabulary import DISCRETIONARY, SERIOUS
from auditor.signals.drawn import drawn_cells
from auditor.signals.signal import Design

MONTHS, START = 36, 24
FIRST = np.datetime64("2008-01", "M")
_CLASSES = (*SERIOUS[:6], *DISCRETIONARY)
_KEYS = ("event", "group", "group_source", "offence", "month")


def simulated(rng: np.random.Generator, effect: float, design: Design) -> Cells:
    """Draw the cells.

    ``design.typical`` is the median number of focal discretionary arrests of a place in a year; the reference group
    has twice as many, serious offences half. Natural differences are independent normal changes, with standard
    deviation ``design.natural_sd``, of the log ratio in each place, group and class. All places share a season, and a
    jump of a fifth in month 20. The effect multiplies the focal group's discretionary arrests after the start.
    """
    ids = tuple(f"local:sim-{i:05d}" for i in range(design.places))
    share = np.array([0.5 / 6] * 6 + [1 / 7] * 7)
    size = np.maximum(rng.lognormal(np.log(design.typical), 0.5, design.places), 60) / 12
    base = size[:, None, None] * share[:, None] * np.array([1.0, 2.0])
    after = np.arange(MONTHS) >= START
    planted = np.arange(design.places) < round(design.planted * design.places)
    moved = rng.normal(0, design.natural_sd, (design.places, len(_CLASSES), 2))
    moved[:, 6:, 0] += np.where(planted, effect, 0.0)[:, None]
    month = np.arange(MONTHS)
    common = 0.15 * np.sin(2 * np.pi * month / 12) + np.where(month >= 20, np.log(1.2), 0.0)
    rates = base[..., None] * np.exp(common + moved[..., None] * after)
    started = np.flatnonzero(np.arange(design.places) < 0.75 * design.places)
    return drawn_cells(ids, _counts(rng.poisson(rates).astype(float)), _KEYS, activations=_starts(started))


def _counts(values: Floats) -> Table:
    """Write (J, O, G, T) counts as rows."""
    index = np.indices(values.shape).reshape(4, -1)
    months = np.array([str(FIRST + t) for t in range(MONTHS)], dtype=object)
    days = (FIRST + index[3]).astype("datetime64[D]")
    rows = index.shape[1]
    columns = {
        "event": np.full(rows, "arrest", dtype=object),
        "group": np.array(["hispanic", "white"], dtype=object)[index[2]],
        "group_source": np.full(rows, "", dtype=object),
        "offence": np.array(_CLASSES, dtype=object)[index[1]],
        "month": months[index[3]],
    }
    no = np.zeros(rows, dtype=bool)
    ends = (FIRST + index[3] + 1).astype("datetime64[D]") - 1
    return Table(index[0], columns, values.ravel(), no, no.copy(), None, days, ends)


def _starts(places: np.ndarray) -> Activations:
    size = len(places)
    return Activations(
        places.astype(np.int64),
        np.full(size, "secure-communities", dtype=object),
        np.full(size, "activated", dtype=object),
        np.full(size, (FIRST + START).astype("datetime64[D]")),
    )
