"""Invented stops, arrests and bookings, with the columns that signals of single rows read; and how they are spoilt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pandas as pd

AGENCIES = 5
_NAMES = {"hispanic": ("Garcia", "Hernandez", "Lopez"), "white": ("Mueller", "Olson", "Larson"), "black": ("Booker",)}
_START = date(2010, 1, 1)
_OPERATIONS = frozenset(_START + timedelta(days) for days in range(40, 700, 47))
_OFFENCES = ("traffic", "licence", "drug-possession", "theft", "burglary", "robbery")


class Drawn:
    """Rows of one place; `whole` is the file as it should be."""

    def __init__(self, place: str, seed: int, stops: int = 1100, others: int = 400) -> None:
        self.place, self.rng = place, np.random.default_rng(seed)
        known = [self._person(i) for i in range(stops // 4)]
        self.stops = pd.DataFrame([self._stop(known[self.rng.integers(len(known))]) for _ in range(stops)])
        self.arrests = pd.DataFrame([self._arrest(self._person(i)) for i in range(others)])
        self.bookings = pd.DataFrame([self._booking(self._person(i)) for i in range(others)])

    def _person(self, number: int) -> dict[str, str]:
        group = str(self.rng.choice(list(_NAMES), p=[0.4, 0.45, 0.15]))
        return {"person": f"P{number}", "true": group, "surname": str(self.rng.choice(_NAMES[group]))}

    def _event(self, event: str, person: dict[str, str], agency: int) -> dict[str, object]:
        day = _START + timedelta(int(self.rng.integers(730)))
        minute = int(np.clip(self.rng.normal(1110, 150), 0, 1439))
        group = person["true"] if self.rng.random() > 0.1 else str(self.rng.choice(["hispanic", "white"]))
        return {
            "place": self.place, "event": event, "date": day.isoformat(),
            "time": f"{minute // 60:02d}:{minute % 60:02d}",
            "group": group, "agency": f"Agency {agency}", "officer": f"O{agency}-{self.rng.integers(8)}",
            "surname": person["surname"],
        }  # fmt: skip

    def _stop(self, person: dict[str, str]) -> dict[str, object]:
        row = self._event("stop", person, int(self.rng.integers(AGENCIES)))
        if self.rng.random() < 0.1:
            row["date"] = str(self.rng.choice(sorted(day.isoformat() for day in _OPERATIONS)))
        searched = self.rng.random() < 0.3
        found = ("yes" if self.rng.random() < 0.3 else "no") if searched else ""
        operation = "yes" if date.fromisoformat(str(row["date"])) in _OPERATIONS else "no"
        mark = "yes" if searched else "no"
        return row | {"person": person["person"], "searched": mark, "contraband": found, "operation": operation}

    def _arrest(self, person: dict[str, str]) -> dict[str, object]:
        row = self._event("arrest", person, int(self.rng.integers(AGENCIES)))
        booked = self.rng.random() < 0.5
        ended = str(self.rng.choice(["convicted", "dismissed", "no-charge"]))
        own = {"offence": str(self.rng.choice(_OFFENCES)), "disposition": ended}
        return row | own | {"booked": "yes" if booked else "no", "cited": "no" if booked else "yes"}

    def _booking(self, person: dict[str, str]) -> dict[str, object]:
        row = self._event("booking", person, 0)
        held = self.rng.random() < 0.3
        due = date.fromisoformat(str(row["date"])) + timedelta(int(self.rng.integers(1, 30)))
        left = due + timedelta(int(self.rng.integers(1, 5)) if held else int(self.rng.integers(2)))
        hour = f" {self.rng.integers(24):02d}:{self.rng.integers(60):02d}"
        return row | {
            "offence": str(self.rng.choice(_OFFENCES)), "facility": f"Jail {self.rng.integers(7)}",
            "detainer": "yes" if held else "no", "detainer_date": row["date"] if held else "",
            "release_eligible_date": f"{due}{hour}", "release_date": f"{left}{hour}",
        }  # fmt: skip

    def each(self, spoil: Callable[[pd.DataFrame], pd.DataFrame]) -> list[pd.DataFrame]:
        """Return the three files, spoilt."""
        return [spoil(frame.copy()) for frame in (self.stops, self.arrests, self.bookings)]


def nameless(frame: pd.DataFrame) -> pd.DataFrame:
    """No surname: the column is not there."""
    return frame.drop(columns=["surname"])


def whole(frame: pd.DataFrame) -> pd.DataFrame:
    """As it should be."""
    return frame


def timeless(frame: pd.DataFrame) -> pd.DataFrame:
    """No time of day: the column is not there."""
    for name in ("release_eligible_date", "release_date"):
        if name in frame:
            frame[name] = frame[name].str[:10]
    return frame.drop(columns=["time"])


def midnight(frame: pd.DataFrame) -> pd.DataFrame:
    """Every time of day is midnight."""
    for name in ("release_eligible_date", "release_date"):
        if name in frame:
            frame[name] = frame[name].str[:10] + " 00:00"
    return frame.assign(time="00:00")


def one_group(frame: pd.DataFrame) -> pd.DataFrame:
    """Everybody is of one group."""
    return frame.assign(group="white")


def unsearched(frame: pd.DataFrame) -> pd.DataFrame:
    """Nobody was searched."""
    return frame.assign(searched="no", contraband="") if "searched" in frame else frame


def found_false(frame: pd.DataFrame) -> pd.DataFrame:
    """Contraband is "no" where no search was made."""
    if "searched" in frame:
        frame.loc[frame["searched"] == "no", "contraband"] = "no"
    return frame


def half_named(frame: pd.DataFrame) -> pd.DataFrame:
    """The officer is missing in a little more than half of the rows."""
    frame.loc[np.arange(len(frame)) % 100 < 55, "officer"] = ""
    return frame
