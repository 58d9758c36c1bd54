"""What the audits said, held against what is true. Only this step reads the truth."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FLAGS = ("pattern-worth-examining", "notable-departure", "strong-signal")
CLEARED = "no-disparity-detected"
NOTHING = "insufficient-data"
ALONE = 0.01
"""A described signal errs in other places where its p-value is at most this."""


def score(said: Mapping[str, Any], truth: Path) -> dict[str, Any]:
    """Score one set.

    Right, fixed before the first set was audited:

    - null, reverse: no place is flagged;
    - planted: a planted place is flagged, more than half of the flagged places are planted, no planted one is cleared;
    - trying: the agency is not cleared;
    - described: the signal's interval lies above 1 in every planted place, and its p is above .01 in all others.

    Parameters
    ----------
    said : mapping
        Of one set: ``verdicts`` (place to verdict), and ``signals`` (signal to place to low limit and p-value).
    truth : path
        Of the set.
    """
    known = json.loads(truth.read_text(encoding="utf-8"))
    verdicts, planted = said["verdicts"], set(known["planted"])
    flagged = {place for place, verdict in verdicts.items() if verdict in FLAGS}
    cleared = {place for place, verdict in verdicts.items() if verdict == CLEARED}
    found = flagged & planted
    right = {
        "null": not flagged,
        "reverse": not flagged,
        "planted": bool(found) and 2 * len(found) > len(flagged) and not cleared & planted,
        "trying": not cleared & planted,
        "described": known["kind"] == "described" and _told(said["signals"].get(known["signal"], {}), planted),
    }[known["kind"]]
    return {
        "kind": known["kind"],
        "places": len(verdicts),
        "tested": sum(verdict != NOTHING for verdict in verdicts.values()),
        "planted": len(planted),
        "found": len(found),
        "false_flags": len(flagged - (planted if known["kind"] != "reverse" else set())),
        "strong": sum(verdict == FLAGS[2] for verdict in verdicts.values()),
        "planted_cleared": len(cleared & planted),
        "cleared": len(cleared),
        "right": right,
    }


def _told(places: Mapping[str, Any], planted: set[str]) -> bool:
    hit = [found["low"] is not None and found["low"] > 1 for place, found in places.items() if place in planted]
    other = [found["p"] is None or found["p"] > ALONE for place, found in places.items() if place not in planted]
    return len(hit) == len(planted) and all(hit) and all(other)
