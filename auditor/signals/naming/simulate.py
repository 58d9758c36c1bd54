"""Simulated persons whose names are told, and whose recorded group may be wrong."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.baselines import bisg
from auditor.cells import Cells, Floats, RowTable
from auditor.signals.drawn import drawn_cells
from auditor.signals.signal import Design
from auditor.stats.recording.bins import BINS, bin_of

APART = 3.2
"""Distance of the groups' scores in standard deviations: an area of .988 under the curve, near what names give."""
Codes = NDArray[np.int64]
_GROUPS = ("hispanic", "white", "black")
_FEWEST = 60


def simulate(rng: np.random.Generator, effect: float, design: Design) -> Cells:
    """Draw persons of places that record faithfully, with an effect on the under-count in the planted ones.

    The group's share differs between places and from that of the residents for whom the chances are worked out. A
    positive effect records only exp(-effect) of the group as such (the others as white); a negative one records others
    as of the group until exp(-effect) as many are. ``natural_sd`` does the same by nature, either way.
    """
    ids = tuple(f"local:sim-{i:05d}" for i in range(design.places))
    prior = float(bisg.resident_share("hispanic", np.array([-1]))[0])
    total = np.maximum(rng.lognormal(np.log(2 * design.typical), 0.8, design.places), _FEWEST).round().astype(int)
    share = rng.beta(3, 7, design.places)
    planted = np.arange(design.places) < round(design.planted * design.places)
    log_u = np.where(planted, effect, 0.0) + rng.normal(0, design.natural_sd, design.places)
    persons = np.zeros((design.places, len(_GROUPS), BINS))
    for j in range(design.places):
        np.add.at(persons[j], _persons(rng, int(total[j]), float(share[j]), prior, float(log_u[j])), 1)
    return _cells(ids, persons)


def _persons(rng: np.random.Generator, n: int, share: float, prior: float, log_u: float) -> tuple[Codes, Codes]:
    """Return the recorded group and the bin of every person of one place."""
    focal = rng.random(n) < share
    score = APART * rng.normal(np.where(focal, APART / 2, -APART / 2), 1)
    chance = 1 / (1 + np.exp(-(score + np.log(prior / (1 - prior)))))
    kept, taken = min(1.0, np.exp(-log_u)), min(1.0, max(0.0, share * (np.exp(-log_u) - 1)) / (1 - share))
    as_focal = np.where(focal, rng.random(n) < kept, rng.random(n) < taken)
    other = np.where(focal | (rng.random(n) < 0.75), 1, 2)
    return np.where(as_focal, 0, other).astype(np.int64), bin_of(chance)


def _cells(ids: tuple[str, ...], persons: Floats) -> Cells:
    place, group, bins = np.nonzero(persons)
    size = len(place)
    texts = {
        "event": np.full(size, "arrest", dtype=object),
        "group": np.array([_GROUPS[g] for g in group], dtype=object),
        **{name: np.full(size, "", dtype=object) for name in ("group_source", "agency", "month")},
    }
    codes = {"chance_bin": bins.astype(np.int64), "officer_code": np.full(size, -1, dtype=np.int64)}
    counts = [
        {"place": ids[j], "event": "arrest", "group": name, "n": n, "complete": True}
        for j, row in enumerate(persons.sum(axis=2))
        for name, n in zip(_GROUPS, row, strict=True)
    ]
    keys = ("event", "group", "group_source")
    return drawn_cells(
        ids, counts, keys, rows=RowTable(place.astype(np.int64), {**texts, **codes}, persons[place, group, bins])
    )
