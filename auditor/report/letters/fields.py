"""Which fields of which files each test needs, as a records officer would be asked for them.

Officers are left out, also as numbers: no letter speaks of them. Every signal of this version stands here
(tests/report/letters checks it); one that does not is asked for in the words of its own review.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DATASETS: Final = ("stops", "arrests", "stays", "detainers", "matches", "programme")
"""In the order of a person's way, then the dates of the programme."""

Needs = Mapping[str, tuple[str, ...]]

_CHANGE: Final[Needs] = {
    "arrests": ("date", "agency", "group", "offence", "charges"),
    "programme": ("start", "start-kind", "start-source"),
}
FIELDS: Final[Mapping[str, Needs]] = {
    "activation-rollout": _CHANGE,
    "activation-series": _CHANGE,
    "activation-synthetic": _CHANGE,
    "benchmark": {"arrests": ("date", "agency", "group", "group-source")},
    "booking-not-cited": {"stops": ("date", "time", "agency", "group", "offence", "cited", "booked")},
    "class-excess": {"arrests": ("date", "agency", "group", "offence", "charges")},
    "detainer-practice": {
        "detainers": ("detainer-date", "facility", "form", "lift-reason", "offence", "disposition", "conviction-date")
    },
    "detainer-selectivity": {
        "matches": ("date", "agency", "group", "level", "level-basis"),
        "detainers": ("detainer-date", "group", "level"),
    },
    "discretion-contrast": {"arrests": ("date", "agency", "group", "offence", "charges")},
    "discretion-use": {
        "matches": ("date", "agency", "level", "level-basis"),
        "detainers": ("detainer-date", "level", "lift-reason"),
    },
    "ethnicity-recording": {"arrests": ("date", "agency", "group", "group-source", "surname")},
    "hit-rate": {"stops": ("date", "agency", "group", "searched", "search-ground", "contraband")},
    "hold-time": {"stays": ("booking-time", "facility", "hold-time", "release-due", "release-time", "transfer-time")},
    "level-mix": {"matches": ("date", "agency", "level", "level-basis", "stage")},
    "match-yield": {"matches": ("date", "agency", "submissions", "matched")},
    "minor-traffic": {
        "arrests": ("date", "agency", "offence", "charges", "prior-conviction"),
        "detainers": ("detainer-date", "offence", "conviction-date"),
    },
    "missing-ethnicity": {"arrests": ("date", "agency", "group", "group-source")},
    "no-charge": {"arrests": ("date", "agency", "group", "offence", "disposition", "transferred")},
    "operation-days": {"stops": ("date", "agency", "group", "operation")},
    "perceived-ethnicity": {"stops": ("date", "agency", "person", "perceived", "searched")},
    "record-authenticity": {"stops": ("date", "time", "agency", "age")},
    "search-threshold": {"stops": ("date", "agency", "group", "searched", "search-ground", "contraband")},
    "veil-of-darkness": {"stops": ("date", "time", "agency", "group")},
}
"""By signal: its fields by dataset."""

CHANGES: Final = frozenset(["activation-rollout", "activation-series", "activation-synthetic"])
"""Signals that need months before and after the programme's start."""
