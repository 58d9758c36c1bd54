"""Simulated stops under the signal's own null, with a sun that rises and sets where the places lie."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Cells, Floats
from auditor.domain.locations import locate
from auditor.signals.signal import Design
from auditor.signals.simulated import GROUPS, planted, simulated_cells
from auditor.stats.clock.local_clock import local_sun

_PARENT = "04013"
"""Where simulated places lie: a county of Arizona, whose clocks are never changed."""
_OFFICERS = 32
_SPREAD = 0.2
"""Standard deviation of officers' log odds of stopping the focal group: no two work the same streets."""
_OF, _TIMED = 20, (5, 6, 8)
"""Of twenty places, those that record times of day."""
_FIRST = np.datetime64("2018-01-01")
_EVENING = (1050, 1190)
_AN_HOUR = 20
"""Stops of each group in each hour from 07:00 to 14:00."""

Ints = NDArray[np.int64]


def simulate(rng: np.random.Generator, effect: float, design: Design) -> Cells:
    """Draw stops of three groups in the places that record times, over a year.

    The focal share drifts with the clock and the season, and differs between officers; in planted places the odds of
    the focal group are higher by daylight.
    """
    timed = np.flatnonzero(np.isin(np.arange(design.places) % _OF, _TIMED))
    size = np.maximum(rng.lognormal(np.log(8 * design.typical), 0.3, len(timed)), 500).astype(np.int64)
    by_daylight = rng.normal(0, design.natural_sd, design.places) + effect * planted(design)
    evening = _evening(rng, np.repeat(timed, size), by_daylight)
    known, n = np.unique(evening, axis=0, return_counts=True)
    # Other hours, so that the clock can be checked: told by place, group and minute alone.
    other = [(j, g, 60 * hour + 7, -1, -1) for j in timed for g in range(len(GROUPS)) for hour in range(7, 14)]
    hours = np.array(other, dtype=np.int64).reshape(-1, known.shape[1])
    rows = np.concatenate([known, hours])
    day = rows[:, 3].astype("datetime64[D]")
    day[len(known) :] = np.datetime64("NaT")
    values = {
        "place": rows[:, 0],
        "group": rows[:, 1],
        "minute": rows[:, 2],
        "evening_day": day,
        "evening_officer": rows[:, 4],
        "agency": np.zeros(len(rows), dtype=np.int64),
    }
    names = {"group": GROUPS, "agency": ("",)}
    cells = simulated_cells(design, "stop", names, values, np.concatenate([n, np.full(len(hours), _AN_HOUR)]))
    return replace(cells, parents=(_PARENT,) * design.places)


def _evening(rng: np.random.Generator, place: Ints, by_daylight: Floats) -> Ints:
    """Draw place, group, minute, day and officer of each stop."""
    total = len(place)
    # Every fourth day, and minutes in fives: stops share cells, as in large files.
    number = 4 * rng.integers(0, 92, total)
    minute = rng.integers(_EVENING[0] // 5, _EVENING[1] // 5, total) * 5
    officer = rng.integers(0, _OFFICERS, total)
    own = rng.normal(0, _SPREAD, (len(by_daylight), _OFFICERS))[place, officer]
    clock = (minute - _EVENING[0]) / (_EVENING[1] - _EVENING[0])
    season = np.cos(2 * np.pi * number / 365.0)
    log_odds = -0.3 + 0.5 * clock + 0.2 * season + own + by_daylight[place] * (minute < _sunset(number))
    focal = rng.random(total) < 1 / (1 + np.exp(-log_odds))
    group = np.where(rng.random(total) < 0.2, 2, np.where(focal, 0, 1))
    days = (_FIRST + number).astype(np.int64)
    return np.stack([place, group, minute, days, officer], axis=1)


def _sunset(number: Ints) -> Floats:
    where = locate(_PARENT)
    if where is None:
        raise LookupError(f"{_PARENT} has no location")
    known, back = np.unique(_FIRST + number, return_inverse=True)
    return local_sun(known, where.latitude, where.longitude, where.zone, "horizon").minutes[back]
