"""Simulated stops by officer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from auditor.cells import Cells, Floats, RowTable
from auditor.signals.drawn import drawn_cells
from auditor.signals.officers.rows import Ints
from auditor.signals.signal import Design

_GROUPS = ("hispanic", "white", "black")
_OFFENCES = ("traffic", "licence", "drug-possession")
_LARGE, _SMALL, _EVERY = 22, 1, 20
"""Officers of a large and of a small agency, and how many places share one large agency."""
AFFECTED = 0.1
"""Share of the officers of a planted place who bear the effect."""


def places_of(rng: np.random.Generator, effect: float, design: Design) -> Cells:
    """Draw places of which one in twenty has an agency large enough to compare its officers (the seventh, and so on).

    In planted places a tenth of the officers stop people of the focal group at odds exp(``effect``) times as high.
    """
    large = np.arange(design.places) % _EVERY == _EVERY // 3
    officers = np.where(large, _LARGE, _SMALL)
    planted = np.arange(design.places) < round(design.planted * design.places)
    return draw(rng, officers, design.typical / 3, design.natural_sd, np.where(planted, effect, 0.0))


def draw(rng: np.random.Generator, officers: Ints, stops: float, sd: float, effect: Floats) -> Cells:
    """Draw the stops of some places.

    Parameters
    ----------
    rng : numpy.random.Generator
    officers : (J,) int array
    stops : float
        Median number of an officer.
    sd : float
        Natural differences between officers, on the log odds.
    effect : (J,) array
        Log odds of a tenth of a place's officers.
    """
    place = np.repeat(np.arange(len(officers)), officers)
    number = np.arange(len(place)) - np.repeat(np.cumsum(officers) - officers, officers)
    bears = number < np.maximum(np.rint(AFFECTED * officers), 1)[place]
    moved = rng.normal(0, sd, len(place)) + np.where(bears, effect[place], 0.0)
    black = rng.normal(0, sd, len(place))
    each = np.maximum(rng.lognormal(np.log(stops), 0.4, len(place)), 20).astype(np.int64)
    who = np.repeat(np.arange(len(place)), each)
    columns = _mix(rng, who, len(place))
    # The area and the hour move the share of the group, and officers differ in both: that is no profiling.
    base = -1.0 + 0.4 * (columns["area"] % 4) - 0.3 * (columns["hour"] < 6)
    focal = rng.random(len(who)) < expit(base + moved[who])
    other = rng.random(len(who)) < expit(-0.8 + black[who])
    group = np.where(focal, 0, np.where(other, 2, 1))
    texts = {
        "event": np.full(len(who), "stop", dtype=object),
        "group": np.array(_GROUPS, dtype=object)[group],
        "group_source": np.full(len(who), "", dtype=object),
        "agency": np.full(len(who), "", dtype=object),
        "month": np.array([f"2011-{m:02d}" for m in range(1, 13)], dtype=object)[columns.pop("month")],
        "offence": np.array(_OFFENCES, dtype=object)[columns.pop("offence")],
        "operation": np.full(len(who), "", dtype=object),
        "officer_code": who,
    }
    return cells_of(place[who], texts | columns, len(officers))


def _mix(rng: np.random.Generator, who: Ints, officers: int) -> dict[str, Ints]:
    """Draw when, where and for what each officer stops: mixes of their own, drawn about a common one."""
    sizes = {"hour": 24, "weekday": 7, "month": 12, "area": 4, "offence": len(_OFFENCES)}
    found = {}
    for name, size in sizes.items():
        mixes = rng.dirichlet(np.full(size, 6.0), officers).cumsum(axis=1)
        drawn = (rng.random(len(who))[:, None] > mixes[who]).sum(axis=1)
        found[name] = np.minimum(drawn, size - 1).astype(np.int64)
    found["area"] += 900_000_000
    return found


def cells_of(index: Ints, columns: dict[str, NDArray[Any]], places: int) -> Cells:
    """Return cells whose single rows are these, one stop each."""
    ids = tuple(f"local:sim-{i:05d}" for i in range(places))
    keys = ("event", "group", "group_source")
    total = np.bincount(index, minlength=places)
    counts = [{"place": ids[j], "event": "stop", "n": n, "complete": True} for j, n in enumerate(total.tolist())]
    return drawn_cells(ids, counts, keys, rows=RowTable(index.astype(np.int64), columns, np.ones(len(index))))
