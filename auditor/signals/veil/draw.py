"""Simulated stops under the signal's own null, with a sun that rises and sets where the places lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.cells import Cells, Days, Floats, RowTable, table
from auditor.domain.locations import locate
from auditor.signals.signal import Design
from auditor.stats.clock.local_clock import local_sun

GROUPS = ("hispanic", "white", "black")
_PARENT = "04013"
"""Where simulated places lie: a county of Arizona, whose clocks are never changed."""
_OFFICERS = 32
_SPREAD = 0.2
"""Standard deviation of officers' log odds of stopping the focal group: no two work the same streets."""
_TIMED = (5, 6, 8)
"""Of twenty places, those that record times of day."""
_FIRST = np.datetime64("2018-01-01")
_EVENING = (1050, 1190)


@dataclass(frozen=True)
class _Drawn:
    """Stops one by one."""

    place: np.ndarray
    day: Days
    minute: np.ndarray
    officer: np.ndarray
    group: np.ndarray


def simulate(rng: np.random.Generator, effect: float, design: Design) -> Cells:
    """Draw stops of three groups in the places that record times, over a year.

    The focal share drifts with the clock and the season, and differs between officers; in planted places the odds of
    the focal group are higher by daylight.
    """
    ids = tuple(f"local:sim-{i:05d}" for i in range(design.places))
    timed = np.flatnonzero(np.isin(np.arange(design.places) % 20, _TIMED))
    size = np.maximum(rng.lognormal(np.log(8 * design.typical), 0.3, len(timed)), 500).astype(np.int64)
    place = np.repeat(timed, size)
    natural = rng.normal(0, design.natural_sd, design.places)
    natural[: round(design.planted * design.places)] += effect
    drawn = _evening(rng, place, natural)
    rows = _grouped(drawn, design.places)
    keys = ("event", "group", "group_source")
    held = np.bincount(rows.index, rows.n, minlength=design.places)
    counts = [
        {"place": ids[j], "event": "stop", "group": group, "n": held[j], "complete": True}
        for j in timed
        for group in GROUPS
    ]
    nobody = ("",) * len(ids)
    return Cells(
        ids,
        ids,
        nobody,
        (_PARENT,) * len(ids),
        table(counts, ids, keys),
        table([], ids, ("universe", "group")),
        (),
        table([], (), (*keys, "start", "end")),
        ("hispanic",),
        "white",
        rows=rows,
    )


def _evening(rng: np.random.Generator, place: np.ndarray, natural: Floats) -> _Drawn:
    total = len(place)
    # Every fourth day, and minutes in fives: stops share cells, as in large files.
    number = 4 * rng.integers(0, 92, total)
    minute = rng.integers(_EVENING[0] // 5, _EVENING[1] // 5, total) * 5
    officer = rng.integers(0, _OFFICERS, total)
    own = rng.normal(0, _SPREAD, (len(natural), _OFFICERS))[place, officer]
    where = locate(_PARENT)
    if where is None:
        raise LookupError(f"{_PARENT} has no location")
    days = _FIRST + number
    known, back = np.unique(days, return_inverse=True)
    sunset = local_sun(known, where.latitude, where.longitude, where.zone, "horizon").minutes[back]
    season = np.cos(2 * np.pi * number / 365.0)
    clock = (minute - _EVENING[0]) / 140.0
    log_odds = -0.3 + 0.5 * clock + 0.2 * season + own + natural[place] * (minute < sunset)
    focal = rng.random(total) < 1 / (1 + np.exp(-log_odds))
    black = rng.random(total) < 0.2
    group = np.where(black, 2, np.where(focal, 0, 1))
    return _Drawn(place, days, minute, officer, group)


def _grouped(drawn: _Drawn, places: int) -> RowTable:
    """Group the stops of the evening, and add a day's profile of other hours, so that the clock can be checked."""
    number = drawn.day.astype(np.int64)
    codes = np.stack([drawn.place, drawn.group, drawn.minute, number, drawn.officer], axis=1)
    known, n = np.unique(codes, axis=0, return_counts=True)
    held = np.unique(drawn.place)
    quiet = np.array([(j, g, 60 * hour + 7, -1, -1) for j in held for g in range(3) for hour in range(7, 14)])
    every = np.concatenate([known, quiet])
    day = every[:, 3].astype("datetime64[D]")
    day[len(known) :] = np.datetime64("NaT")
    size = len(every)
    blank = np.full(size, "", dtype=object)
    columns = {
        "event": np.full(size, "stop", dtype=object),
        "group": np.array(GROUPS, dtype=object)[every[:, 1]],
        "group_source": blank,
        "agency": blank,
        "minute": every[:, 2],
        "evening_day": day,
        "evening_officer": every[:, 4],
    }
    return RowTable(every[:, 0], columns, np.concatenate([n, np.full(len(quiet), 20)]).astype(float))
