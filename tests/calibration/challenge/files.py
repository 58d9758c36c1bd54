"""A drawn set as a user's files: CSV and a configuration, and what is true apart from them."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .world import CLASSES, FIRST_YEAR, GROUPS, World

HEAD = """[audit]
title = "{title}"
as_of = 2012-06-30
focal_groups = ["hispanic"]
reference_group = "white"
"""
SOURCE = '\n[[sources]]\nformat = "{kind}"\npath = "{name}.csv"\n'
Row = list[Any]


@dataclass
class Drawn:
    """Tables of one set, each a name, a format, a header and rows; and the truth.

    Attributes
    ----------
    kind : str
        ``null``, ``reverse``, ``planted``, ``trying`` or ``described``: what the scoring step asks for.
    planted : list of str
        Places in which something was planted.
    signal : str
        The signal that has to tell, for a set that no tested signal reads.
    """

    kind: str
    planted: list[str] = field(default_factory=list)
    signal: str = ""
    tables: dict[str, tuple[str, list[str], list[Row]]] = field(default_factory=dict)

    def add(self, name: str, kind: str, header: str, rows: list[Row]) -> None:
        self.tables[name] = (kind, header.split(), rows)


def place(j: int) -> str:
    return f"local:c{j:03d}"


def period(t: int, steps: int) -> str:
    return str(FIRST_YEAR + t) if steps == 1 else f"{FIRST_YEAR + t // 12}-{t % 12 + 1:02d}"


def named(places: int) -> list[Row]:
    return [[place(j), f"County {j:03d}", "county"] for j in range(places)]


def table_set(
    kind: str,
    drawn: World,
    counts: np.ndarray,
    event: str = "arrest",
    groups: int = 4,
    classes: tuple[int, ...] = tuple(range(len(CLASSES))),
    absent: np.ndarray | None = None,
) -> Drawn:
    """Return counts by place, time, group and class with residents (as counted, which errs) and programme starts.

    Parameters
    ----------
    absent : array of bool, shape (places, times), optional
        Stretches that the agency did not hand in: no row stands for them.
    """
    made = Drawn(kind, [place(j) for j in drawn.planted])
    made.add("places", "places", "place name kind", named(drawn.places))
    rows: list[Row] = []
    for j in range(drawn.places):
        for t in range(counts.shape[1]):
            if absent is None or not absent[j, t]:
                cells = [(g, o) for g in range(groups) for o in classes]
                when = period(t, drawn.steps)
                rows += [[place(j), when, event, GROUPS[g], CLASSES[o], int(counts[j, t, g, o])] for g, o in cells]
    made.add("arrests", "counts", "place period event group offence n", rows)
    counted = np.round(drawn.people[:, :groups] * np.exp(drawn.rng.normal(0, 0.1, (drawn.places, groups))))
    told = [[place(j), GROUPS[g], "residents", "2010", int(n)] for (j, g), n in np.ndenumerate(counted)]
    made.add("population", "population", "place group universe period n", told)
    if drawn.starts is not None:
        days = [f"{period(int(t), 12)}-15" for t in drawn.starts]
        began: list[Row] = [[place(j), "Secure Communities", "activated", day] for j, day in enumerate(days)]
        made.add("starts", "activations", "place program kind date", began)
    return made


def write(name: str, made: Drawn, data: Path, truth: Path) -> None:
    """Write the files of a set into ``data``/name, and the truth into ``truth``/name.json."""
    folder = data / name
    folder.mkdir(parents=True, exist_ok=True)
    truth.mkdir(parents=True, exist_ok=True)
    toml = HEAD.format(title=f"Counties, {name}")
    for table, (kind, header, rows) in made.tables.items():
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows([header, *rows])
        toml += SOURCE.format(kind=kind, name=table)
    (folder / "audit.toml").write_text(toml, encoding="utf-8")
    told = {"kind": made.kind, "planted": made.planted, "signal": made.signal}
    (truth / f"{name}.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
