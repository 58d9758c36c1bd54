"""Table sets for the suppression attack: counts of a few places, with many of 1 to 10, as files that an audit reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

GROUPS = ("hispanic", "white", "black", "unknown")
OFFENCES = ("traffic", "licence", "drug-possession", "robbery", "burglary", "theft", "fraud", "unknown")
LEVELS = ("1", "2", "3", "none")
HALVES = (1, 2)
HEAD = """[audit]
title = "Attack"
as_of = 2012-06-30
focal_groups = {focal}
reference_group = "white"
"""


@dataclass
class World:
    """One audit: its counts by key, the populations that are public, and which kind it is.

    Keys of arrests are ("arrest", place, group, offence, half); of fingerprints ("submission", place, "rest"), matches
    and removals (event, place, level). The place "elsewhere" is what the nation's row covers beside the places.
    """

    kind: str
    places: tuple[str, ...]
    counts: dict[tuple, int]
    people: dict[tuple[str, str], int] = field(default_factory=dict)
    nation: bool = False
    monthly: bool = False
    focal: tuple[str, ...] = ()


def arrests(rng: np.random.Generator, places: int) -> World:
    """Arrests by group, offence and half year; half of the worlds by month, some with a row of the nation."""
    ids = tuple(f"480{2 * i + 1:02d}" for i in range(places))
    monthly, nation = bool(rng.random() < 0.3), bool(rng.random() < 0.4)
    typical = float(np.exp(rng.uniform(np.log(15), np.log(250))))
    few = rng.uniform(0.03, 0.3)
    groups = [group for group in GROUPS if group not in ("black", "unknown") or rng.random() < 0.8]
    offences = [name for name in OFFENCES if name in OFFENCES[:2] or rng.random() < 0.75]
    share = {group: float(rng.choice([1, 0.3, 0.05])) for group in ("black", "unknown")}
    counts = {}
    for place in (*ids, *(("elsewhere",) if nation else ())):
        for group in groups:
            for offence in offences:
                rare = share.get(group, 1.0) * (0.15 if offence == "unknown" else 1.0)
                n = count(rng, typical * rare * (3 if place == "elsewhere" else 1), few * max(rare, 0.2))
                first = int(rng.binomial(n, 0.5)) if monthly else n
                for half, part in zip(HALVES, (first, n - first), strict=True):
                    counts["arrest", place, group, offence, half] = part
    people = {(place, group): int(rng.integers(3000, 60000)) for place in ids for group in groups[:3]}
    people = {key: n for key, n in people.items() if key[1] != "unknown"}
    focal = ("hispanic", "black") if "black" in groups and rng.random() < 0.3 else ("hispanic",)
    return World("arrests", ids, counts, people, nation, monthly, focal)


def matches(rng: np.random.Generator, places: int) -> World:
    """Fingerprint submissions, matches and removals by level, as Secure Communities published them."""
    ids = tuple(f"480{2 * i + 1:02d}" for i in range(places))
    nation = bool(rng.random() < 0.6)
    typical = float(np.exp(rng.uniform(np.log(12), np.log(150))))
    few = rng.uniform(0.03, 0.3)
    events = [event for event in ("match", "removal") if event == "match" or rng.random() < 0.6]
    told = bool(rng.random() < 0.7)
    counts = {}
    for place in (*ids, *(("elsewhere",) if nation else ())):
        size = typical * (float(rng.choice([0.2, 1, 30])) if place == "elsewhere" else 1)
        for event in events:
            for level in (*LEVELS, *(() if told else ("unknown",))):
                n = count(rng, size * (0.1 if level == "unknown" else 1), few)
                # Who is removed was matched; a place with more removals than matches is set aside by the reader.
                counts[event, place, level] = n if event == "match" else min(n, counts["match", place, level])
        counts["submission", place, "rest"] = int(rng.integers(300, 9000))
    return World("matches", ids, counts, {}, nation)


def count(rng: np.random.Generator, typical: float, few: float) -> int:
    """Draw one count: 1 to 10 as often as is asked, now and then 0, else as large as it comes."""
    draw = rng.random()
    if draw < few:
        return int(rng.integers(1, 11))
    return 0 if draw < few + 0.05 else int(rng.poisson(rng.lognormal(np.log(typical), 0.8)))


def write(world: World, folder: Path, files: Callable[[World, Path], list[tuple[str, str]]] | None = None) -> Path:
    """Write the files of a world and return its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = (files or (_match_files if world.kind == "matches" else _arrest_files))(world, folder)
    text = HEAD.format(focal=json.dumps(list(world.focal)))
    for name, form in sources:
        text += f'\n[[sources]]\nformat = "{form}"\npath = "{name}"\n'
    (folder / "audit.toml").write_text(text, encoding="utf-8")
    return folder / "audit.toml"


def _arrest_files(world: World, folder: Path) -> list[tuple[str, str]]:
    own, row = ["place,period,event,group,offence,n"], ["place,period,event,offence,n"]
    whole: dict[tuple[str, str], int] = {}
    for (_, place, group, offence, half), n in world.counts.items():
        whole[offence, "2011"] = whole.get((offence, "2011"), 0) + n
        if place == "elsewhere":
            continue
        if not world.monthly:
            if half == 1:
                own.append(f"{place},2011,arrest,{group},{offence},{n}")
            continue
        months = _spread(n)
        own += [f"{place},2011-{6 * (half - 1) + m + 1:02d},arrest,{group},{offence},{months[m]}" for m in range(6)]
    files = {"own.csv": own}
    if world.nation:
        row += [f"US,{year},arrest,{offence},{n}" for (offence, year), n in whole.items()]
        files["nation.csv"] = row
    people = ["place,group,n,universe", *(f"{p},{g},{n},residents" for (p, g), n in world.people.items())]
    for name, lines in {**files, "people.csv": people}.items():
        (folder / name).write_text("\n".join([*lines, ""]), encoding="utf-8")
    return [*((name, "counts") for name in files), ("people.csv", "population")]


def _spread(n: int) -> list[int]:
    return [n // 6 + (1 if m < n % 6 else 0) for m in range(6)]


def _match_files(world: World, folder: Path) -> list[tuple[str, str]]:
    def lines(place: str, counted: dict[tuple[str, str], int]) -> list[str]:
        made = []
        for (event, level), n in counted.items():
            fixed = "conviction,conviction-based" if level else ","
            made.append(f"{place},2010,{event},{level},{fixed},{n}")
        return made

    own: list[str] = []
    whole: dict[tuple[str, str], int] = {}
    for place in (*world.places, "elsewhere"):
        counted: dict[tuple[str, str], int] = {}
        for (event, here, level), n in world.counts.items():
            if here == place and event != "submission":
                counted[event, level] = n
                counted["submission", ""] = counted.get(("submission", ""), 0) + (n if event == "match" else 0)
        rest = world.counts.get(("submission", place, "rest"), 0)
        counted["submission", ""] = counted.get(("submission", ""), 0) + rest
        for key, n in counted.items():
            whole[key] = whole.get(key, 0) + n
        if place != "elsewhere":
            own += lines(place, counted)
    head = "place,period,event,level,level_basis,level_regime,n"
    files = {"own.csv": [head, *own]}
    if world.nation:
        files["nation.csv"] = [head, *lines("US", whole)]
    for name, made in files.items():
        (folder / name).write_text("\n".join([*made, ""]), encoding="utf-8")
    return [(name, "counts") for name in files]
