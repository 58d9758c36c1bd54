"""Table sets whose sources list people row by row: searches, custody or citation, ends of cases, days held.

Keys are (event, place, group, agency, offence, outcome). Every row is of one day and, where there is a time, of one
hour, so that every count that a signal can make of a place is a sum over keys.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.suppress_worlds import World

GROUPS = ("hispanic", "white", "black", "unknown")
OFFENCES = ("traffic", "licence", "drug-possession", "theft")
AGENCIES = ("a", "b", "c")
OUTCOMES = {
    "searches": ("none", "miss", "hit", "silent"),
    "custody": ("cited", "booked", "silent"),
    "ends": ("kept", "dropped", "open", "taken"),
    "holds": ("hold-long", "hold-short", "long", "short"),
}
EVENTS = {"searches": "stop", "custody": "arrest", "ends": "arrest", "holds": "booking"}
COLUMNS = {
    "searches": ("searched", "contraband"),
    "custody": ("cited", "booked"),
    "ends": ("disposition", "detainer"),
    "holds": ("detainer", "detainer_date", "release_eligible_date", "release_date"),
}
_BOOKED, _DUE, _SOON, _LATE = "2011-03-15 02:00", "2011-03-15 10:00", "2011-03-15 20:00", "2011-03-23 18:00"
VALUES = {
    "none": ("no", ""), "miss": ("yes", "no"), "hit": ("yes", "yes"), "silent-searches": ("yes", ""),
    "unasked": ("", ""),
    "cited": ("yes", "no"), "booked": ("no", "yes"), "silent-custody": ("", ""),
    "kept": ("convicted", "no"), "dropped": ("dismissed", "no"), "open": ("pending", "no"), "taken": ("", "yes"),
    "hold-long": ("yes", _BOOKED, _DUE, _LATE), "hold-short": ("yes", _BOOKED, _DUE, _SOON),
    "long": ("no", "", _DUE, _LATE), "short": ("no", "", _DUE, _SOON), "unsaid": ("", "", _DUE, _SOON),
}  # fmt: skip


def drawer(kind: str) -> Callable[[np.random.Generator, int], World]:
    """Return the function that draws worlds of a kind."""

    def draw(rng: np.random.Generator, places: int) -> World:
        return people(rng, places, kind)

    return draw


def people(rng: np.random.Generator, places: int, kind: str) -> World:
    """Draw a world: some cells of 1 to 10 by design, others as large as they come, strata of which some are missing."""
    ids = tuple(f"480{2 * i + 1:02d}" for i in range(places))
    typical, few = float(np.exp(rng.uniform(np.log(8), np.log(120)))), rng.uniform(0.02, 0.25)
    groups = [group for group in GROUPS if group in GROUPS[:2] or rng.random() < 0.8]
    outcomes = [name for name in OUTCOMES[kind] if name not in ("silent", "open", "taken") or rng.random() < 0.7]
    share = {name: float(rng.choice([1, 0.3, 0.08])) for name in ("black", "unknown", "silent", "open", "taken", "hit")}
    offences = OFFENCES[: rng.integers(1, 5)] if kind in ("custody", "ends") else ("",)
    counts = {}
    for place in ids:
        agencies = AGENCIES[: rng.choice([1, 2, 3], p=[0.5, 0.2, 0.3])]
        for group in groups:
            for agency in agencies:
                for offence in offences:
                    gone = rng.random() < 0.04
                    for outcome in outcomes:
                        size = typical * share.get(group, 1.0) * share.get(outcome, 3.0 if outcome == "none" else 1.0)
                        n = 0 if gone else _count(rng, size / len(agencies), few)
                        counts[EVENTS[kind], place, group, agency, offence, outcome] = n
    residents = {(place, group): int(rng.integers(3000, 60000)) for place in ids for group in GROUPS[:3]}
    focal = ("hispanic", "black") if "black" in groups and rng.random() < 0.3 else ("hispanic",)
    if kind == "searches" and rng.random() < 0.3:  # drawn last: other worlds stay as they were
        asked = dict.fromkeys(key[:5] for key in counts)
        counts |= {(*key, "unasked"): _count(rng, typical * 0.1 * share.get(key[2], 1.0), few) for key in asked}
    if kind == "holds" and rng.random() < 0.3:
        held = dict.fromkeys(key[:5] for key in counts)
        counts |= {(*key, "unsaid"): _count(rng, typical * 0.3 * share.get(key[2], 1.0), few) for key in held}
    return World(kind, ids, counts, residents, focal=focal)


def _count(rng: np.random.Generator, typical: float, few: float) -> int:
    draw = rng.random()
    if draw < few:
        return int(rng.integers(1, 11))
    return 0 if draw < few + 0.04 else int(rng.poisson(rng.lognormal(np.log(typical), 0.7)))


def files(world: World, folder: Path) -> list[tuple[str, str]]:
    """Write the files of a world; return their names and formats."""
    lines = [",".join(["place", "event", "date", "group", "agency", "offence", *COLUMNS[world.kind]])]
    for (event, place, group, agency, offence, outcome), n in world.counts.items():
        values = VALUES.get(outcome) or VALUES[f"{outcome}-{world.kind}"]
        date = _BOOKED if world.kind == "holds" else "2011-03-15"
        named = "" if group == "unknown" else group
        lines += [",".join([place, event, date, named, agency, offence, *values])] * n
    if world.kind == "holds":
        lines[0] = lines[0].replace(",agency,", ",facility,")
    people = ["place,group,n,universe", *(f"{p},{g},{n},residents" for (p, g), n in world.people.items())]
    for name, text in (("own.csv", lines), ("people.csv", people)):
        (folder / name).write_text("\n".join([*text, ""]), encoding="utf-8")
    return [("own.csv", "records"), ("people.csv", "population")]
