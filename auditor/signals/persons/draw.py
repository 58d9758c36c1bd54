"""Simulated stops of persons who are met several times and not always perceived alike."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit, logit

from auditor.cells import Cells, Floats, RowTable
from auditor.signals.drawn import drawn_cells
from auditor.signals.signal import Design

GROUPS = ("hispanic", "white", "black")
KEYS = ("event", "group", "group_source")
MOST_MET = 4
"""Persons are met two to four times."""
_SEARCHED, _BETWEEN = 0.2, 0.8


def draw(rng: np.random.Generator, effect: float, design: Design) -> Cells:
    """Draw persons seen two to four times, perceived as white or as something else, and whether they were searched.

    Persons differ by an SD of 0.8 in their log odds of a search, and in how they are mostly perceived: among persons,
    those mostly perceived as Hispanic are searched more. Neither is profiling. The effect is on the log odds of a
    search when perceived as Hispanic.
    """
    ids = tuple(f"local:sim-{i:05d}" for i in range(design.places))
    people = np.maximum(rng.lognormal(np.log(design.typical), 0.6, design.places), 40).astype(np.int64)
    place = np.repeat(np.arange(design.places), people)
    other = np.where(rng.random(len(place)) < 0.7, 0, 2)
    leaning = rng.beta(2, 2, len(place))
    odds = logit(_SEARCHED) + rng.normal(0, _BETWEEN, len(place)) + (leaning - 0.5)
    met = rng.integers(2, MOST_MET + 1, len(place))
    who = np.repeat(np.arange(len(place)), met)
    group = np.where(rng.random(len(who)) < leaning[who], other[who], 1)
    shift = _shifts(rng, effect, design)
    searched = rng.random(len(who)) < expit(odds[who] + shift[place[who], group])
    return _cells(ids, place[who], who, group, searched)


def _shifts(rng: np.random.Generator, effect: float, design: Design) -> Floats:
    """What perception adds to the log odds of a search, by place and group."""
    shift = rng.normal(0, design.natural_sd, (design.places, len(GROUPS)))
    shift[: round(design.planted * design.places), 0] += effect
    return shift


def _cells(ids: tuple[str, ...], place: Any, who: Any, group: Any, searched: Any) -> Cells:
    rows = np.stack([place, who, group, searched.astype(np.int64)])
    found, n = np.unique(rows, axis=1, return_counts=True)
    met = np.zeros((len(ids), len(GROUPS)))
    np.add.at(met, (place, group), 1)
    counts = [
        {"place": ids[j], "event": "stop", "group": name, "n": met[j, g] * 20, "complete": True}
        for j in range(len(ids))
        for g, name in enumerate(GROUPS)
    ]
    return drawn_cells(ids, counts, KEYS, rows=_rows(found, n))


def _rows(found: Any, n: Any) -> RowTable:
    texts = {"event": "stop", "group_source": "perceived", "agency": ""}
    columns: dict[str, Any] = {name: np.full(len(n), value, dtype=object) for name, value in texts.items()}
    columns["group"] = np.array(GROUPS, dtype=object)[found[2]]
    columns["person_code"], columns["searched"] = found[1], found[3]
    columns |= {name: np.full(len(n), -1, dtype=np.int64) for name in ("booked", "cited", "officer_code")}
    return RowTable(found[0], columns, n.astype(float))
