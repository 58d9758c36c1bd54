"""Simulated arrests of a staggered roll-out, for tests and calibration."""

from __future__ import annotations

import numpy as np

from auditor.cells import Activations, Cells, Floats, Table
from auditor.signals.drawn import drawn_cells

GROUPS = ("hispanic", "white", "black")
OFFENCES = ("traffic", "licence", "aggravated-assault", "theft")
MONTHS = np.arange(np.datetime64("2007-01"), np.datetime64("2013-01"))
"""Six years."""

PROGRAM = "secure-communities"
WAVES = np.array([27, 31, 35, 39, 43, 47])
"""Months since January 2007 in which the waves start; the last fifth of the places starts after the data end."""


def draw(
    rng: np.random.Generator, effect: float, places: int, typical: float, natural_sd: float, planted: float
) -> Cells:
    """Draw monthly arrests by group and offence.

    Parameters
    ----------
    rng : Generator
    effect : float
        Log effect on the focal group's discretionary arrests from the start on.
    places : int
    typical : float
        Median number of arrests of a place in three months.
    natural_sd : float
        Standard deviation between places of the log odds of each group and offence.
    planted : float
        Share of the places that bear the effect; the others start without one.
    """
    ids = tuple(f"local:sim-{i:05d}" for i in range(places))
    starts = _starts(rng, places)
    months, shape = len(MONTHS), (places, len(GROUPS), len(OFFENCES), len(MONTHS))
    size = typical / 36 * np.exp(rng.normal(0, 0.6, places))
    rate = np.log(size)[:, None, None] + np.log([0.8, 1.4, 0.8])[:, None] + np.log([1.3, 0.9, 0.9, 0.9])
    rate = rate + rng.normal(0, natural_sd, shape[:3])
    season = rng.uniform(0, 0.3, places)[:, None] * np.cos(
        2 * np.pi * (np.arange(months) / 12 - rng.random(places)[:, None])
    )
    mean = np.broadcast_to(rate[..., None] + season[:, None, None, :], shape).copy()
    bears = rng.permutation(places) < round(planted * places)
    late = (np.arange(months) >= starts[:, None]) & bears[:, None]
    mean[:, 0, :2] += effect * late[:, None, :]
    return _cells(ids, rng.poisson(np.exp(mean)).astype(float), starts)


def _starts(rng: np.random.Generator, places: int) -> Floats:
    order = rng.permutation(places)
    wave = np.minimum(order * (len(WAVES) + 1.5) / places, len(WAVES)).astype(int)
    return np.append(WAVES, len(MONTHS) + 12)[wave].astype(float)


def _cells(ids: tuple[str, ...], n: Floats, starts: Floats) -> Cells:
    places = len(ids)
    index, g, o, m = (part.ravel() for part in np.indices(n.shape))
    texts = {
        "event": np.full(n.size, "arrest", dtype=object),
        "group": np.array(GROUPS, dtype=object)[g],
        "group_source": np.full(n.size, "recorded", dtype=object),
        "offence": np.array(OFFENCES, dtype=object)[o],
        "month": MONTHS.astype(str).astype(object)[m],
    }
    known = np.ones(n.size, dtype=bool)
    days = (MONTHS[0] + starts.astype(np.int64)).astype("datetime64[D]")
    return drawn_cells(
        ids,
        Table(index.astype(np.int64), texts, n.ravel(), ~known, known),
        tuple(texts),
        activations=Activations(
            np.arange(places),
            np.full(places, PROGRAM, dtype=object),
            np.full(places, "activated", dtype=object),
            days,
        ),
    )
