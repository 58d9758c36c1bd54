"""Stops for tests of veil-of-darkness: a year of evenings where the sun is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from auditor.cells import Cells, RowTable, table
from auditor.domain.locations import locate
from auditor.stats.clock.local_clock import local_sun

KEYS = ("event", "group", "group_source")
FIRST = np.datetime64("2017-01-01")
HENNEPIN = "27053"


def sun(days: np.ndarray, place: str = HENNEPIN) -> tuple[np.ndarray, np.ndarray]:
    """Sunset and the end of civil twilight, in minutes by the local clock."""
    where = locate(place)
    return tuple(
        local_sun(days, where.latitude, where.longitude, where.zone, depth).minutes for depth in ("horizon", "civil")
    )


class Year:
    """Stops one by one, of two groups, over a year of afternoons, evenings and mornings."""

    def __init__(self, seed: int, stops: int, officers: int = 40, place: str = HENNEPIN, days: int = 365) -> None:
        self.rng = np.random.default_rng(seed)
        self.place = place
        self.day = FIRST + self.rng.integers(0, days, stops)
        self.minute = self.rng.integers(960, 1320, stops)
        self.officer = self.rng.integers(0, officers, stops)
        self.sunset, self.dusk = sun(self.day, place)
        self.focal = np.zeros(stops, dtype=bool)
        self.agency = np.full(stops, "", dtype=object)

    def choose(self, log_odds: Callable[[Year], np.ndarray] | float) -> Year:
        """Draw the groups by the log odds of being focal."""
        value = log_odds(self) if callable(log_odds) else np.full(len(self.minute), log_odds)
        self.focal = self.rng.random(len(self.minute)) < 1 / (1 + np.exp(-value))
        return self

    @property
    def light(self) -> np.ndarray:
        return self.minute < self.sunset


def cells(*years: Year, quiet: bool = True, focal: Sequence[str] = ("hispanic",), **more: object) -> Cells:
    """Cells of some places, one for each year given; until 02:00 and from 06:00 there are stops too."""
    places = tuple(year.place for year in years)
    parts = [_rows(j, year, quiet) for j, year in enumerate(years)]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    index, n = columns.pop("index"), columns.pop("n").astype(float)
    return made(places, RowTable(index, columns, n), focal, **more)


def made(places: Sequence[str], rows: RowTable, focal: Sequence[str] = ("hispanic",), **more: object) -> Cells:
    nobody = ("",) * len(places)
    more = {"parents": nobody} | more
    parents = more.pop("parents")
    return Cells(
        tuple(places), tuple(places), nobody, parents, table([], places, KEYS),
        table([], places, ("universe", "group")), (), table([], (), KEYS), tuple(focal), "white", rows=rows, **more,
    )  # fmt: skip


def _rows(j: int, year: Year, quiet: bool) -> dict[str, np.ndarray]:
    by_day = np.concatenate([np.arange(0, 120, 7), np.arange(360, 840, 7)]) if quiet else np.zeros(0, dtype=np.int64)
    more = len(by_day)
    size = len(year.minute)
    group = np.where(year.focal, "hispanic", "white").astype(object)
    return {
        "index": np.full(size + more, j),
        "event": np.full(size + more, "stop", dtype=object),
        "group": np.concatenate([group, np.full(more, "white", dtype=object)]),
        "group_source": np.full(size + more, "", dtype=object),
        "agency": np.concatenate([year.agency, np.full(more, "", dtype=object)]),
        "minute": np.concatenate([year.minute, by_day]),
        "evening_day": np.concatenate([year.day, np.full(more, np.datetime64("NaT"), dtype="datetime64[D]")]),
        "evening_officer": np.concatenate([year.officer, np.full(more, -1)]),
        "n": np.concatenate([np.ones(size), np.full(more, max(size // max(more, 1), 1))]),
    }
