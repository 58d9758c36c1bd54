"""Sets of single stops. What reads them is described beside the verdict, so that its own interval is asked."""

from __future__ import annotations

import numpy as np

from .files import Drawn, Row

ARIZONA = {"04013": 33.35, "04019": 32.1, "04025": 34.6}
"""Counties of a state without summer time, and the latitudes of their middles: made stops of places that exist."""
LONGITUDE, ZONE = -112.0, -105.0
FIRST = np.datetime64("2010-01-01")
HEADER = "place event date time group agency officer searched contraband"


def dusk(day: np.ndarray, latitude: float) -> np.ndarray:
    """Return the minute of sunset by the clock: declination and equation of time in their textbook series."""
    angle = 2 * np.pi * (day - 80) / 365.25
    tilt = np.radians(23.44) * np.sin(angle)
    late = 9.87 * np.sin(2 * angle) - 7.53 * np.cos(angle) - 1.5 * np.sin(angle)
    half = np.degrees(np.arccos(-np.tan(np.radians(latitude)) * np.tan(tilt)))
    return 720 + 4 * (half + ZONE - LONGITUDE) - late


def _stops(rng: np.random.Generator, kind: str, signal: str, planted: str) -> Drawn:
    made = Drawn(kind, [planted] if kind == "described" else [], signal)
    rows: list[Row] = []
    for county, latitude in ARIZONA.items():
        size = 12_000
        day, minute = rng.integers(0, 730, size), rng.integers(900, 1380, size)
        officer = rng.integers(0, 40, size)
        own = rng.normal(0, 0.15, 40)[officer] + rng.normal(0, 0.1, 730)[day]
        light = minute < dusk(day % 365.25, latitude)
        seen = np.log(1.6) * light if (county, signal) == (planted, "veil-of-darkness") else 0.0
        clock = 0.3 * np.sin((minute - 900) / 150) + 0.1 * np.cos(2 * np.pi * day / 365.25)
        focal = rng.random(size) < 1 / (1 + np.exp(0.7 - own - clock - seen))
        searched = rng.random(size) < 0.08
        worse = np.log(0.5) if (county, signal) == (planted, "hit-rate") else 0.0
        found = searched & (rng.random(size) < np.exp(np.log(0.3) + worse * focal))
        dates = (FIRST + day).astype(str)
        for i in range(size):
            who = "hispanic" if focal[i] else "white"
            at = f"{minute[i] // 60:02d}:{minute[i] % 60:02d}"
            told = ["yes" if flag else "no" for flag in (searched[i], found[i])]
            rows.append([county, "stop", dates[i], at, who, "Sheriff", f"o{officer[i]:02d}", *told])
    made.add("stops", "records", HEADER, rows)
    return made


def daylight(rng: np.random.Generator) -> Drawn:
    """One of three counties stops the group more while it can be seen: odds 1.6 times."""
    return _stops(rng, "described", "veil-of-darkness", "04019")


def searches(rng: np.random.Generator) -> Drawn:
    """One of three counties searches the group on less: half as many finds."""
    return _stops(rng, "described", "hit-rate", "04025")


DESCRIBED = (daylight, searches)
