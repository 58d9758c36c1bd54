"""The panel of the officers: for each focal group, how many stand out, and how far officers differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from auditor.cells import Cells
from auditor.findings.listed import listed
from auditor.signals.baseline import small
from auditor.signals.officers.compare import MIDDLE, UNPROMISED, Compared, Place
from auditor.signals.officers.listing import Listing
from auditor.signals.officers.reach import Reach
from auditor.signals.signal import Contrast, Lack, Panel, blank

LACKS = (
    Lack("officer-benchmark.absent", "officer-benchmark.need-rows"),
    Lack("officer-benchmark.suppressed", "officer-benchmark.need-unsuppressed"),
    Lack("officer-benchmark.no-officer", "officer-benchmark.need-officer"),
    Lack("officer-benchmark.no-group", "officer-benchmark.need-group"),
    Lack("officer-benchmark.no-time", "officer-benchmark.need-time"),
    Lack("officer-benchmark.rare", "officer-benchmark.need-longer"),
    Lack("officer-benchmark.unsettled", "officer-benchmark.need-longer"),
    Lack("officer-benchmark.few", "officer-benchmark.need-longer"),
    Lack("officer-benchmark.unpromised", "officer-benchmark.need-longer"),
)
"""In the order of the codes of :mod:`auditor.signals.officers.compare`."""
_EXTRA = ("rate", "false", "most_false", "detectable", "colleagues", "share_low", "share_high", "grain", "kept")
ALIKE = "missing-group-alike"
"""Name of the range over two ways to fill in unrecorded groups: all are the group's, or none is."""
_PARTS = ("officer", "group", "time", "area")
_MIX = {"area": "no-area", "offence": "no-offence"}
_CATCH_ALL = 0.25
"""Share of a place's stops under one identifier above which a reader is told that it may be no person."""
_GRAIN = 50
"""Base for which the sentences write whole percents."""


@dataclass(frozen=True)
class Found:
    """What was found, place by place.

    Attributes
    ----------
    places : sequence of Place
    listings : sequence of mapping of str to Listing
        Of each place, by focal group.
    event : str
    rate : float
    surname : bool
    """

    places: Sequence[Place]
    listings: Sequence[dict[str, Listing]]
    event: str
    rate: float
    surname: bool


def panel_of(signal: str, cells: Cells, found: Found) -> Panel:
    """Stack what was found: for each focal group those who stand out, then the spread."""
    contrasts = tuple(c for group in cells.focal_groups for c in _contrasts(group, found.event))
    arrays = _Arrays(cells.size, len(contrasts))
    for j, place in enumerate(found.places):
        for g, group in enumerate(cells.focal_groups):
            arrays.fill(j, 2 * g, place, group, found)
    first, last = cells.window(found.event)
    ok = arrays.code == 0
    few = small(np.array([place.blank for place in found.places]), cells)
    arrays.notes["kept"] &= ~few[:, None]
    return Panel(
        signal=signal,
        places=cells.ids,
        contrasts=contrasts,
        code=arrays.code,
        testable=ok.copy(),
        lacks=LACKS,
        notes={f"officer-benchmark.caveat-{name}": mask & ok for name, mask in arrays.notes.items()},
        extra=arrays.extra,
        missing={name: np.where(ok, values, np.nan) for name, values in arrays.missing.items()},
        ranges={ALIKE: arrays.ranges},
        window=(_wide(first, len(contrasts)), _wide(last, len(contrasts))),
        censored=arrays.code == 2,
        range_hidden=np.broadcast_to(few[:, None], ok.shape),
        missing_hidden=np.zeros(ok.shape, dtype=bool),
        coarse=ok.copy(),
        stratum=cells.stratum,
        listed=tuple(listed([row for one in own.values() for row in one.rows]) for own in found.listings),
        **arrays.numbers,
    )


def _wide(days: Sequence[str], columns: int) -> NDArray[np.object_]:
    return np.column_stack([np.array(days, dtype=object)] * columns)


def _contrasts(group: str, event: str) -> tuple[Contrast, Contrast]:
    common: dict[str, Any] = {
        "group": group,
        "reference": None,
        "event": event,
        "counted": "officers-apart",
        "among": event,
        "comparator": "colleagues",
        "why": "officer-benchmark.why",
        "shape": "described",
        "tested": False,
    }
    apart = Contrast(
        key=f"{group}/{event}/standing-out",
        label="standing-out",
        scale="share",
        method="colleagues weighted to the officer's mix, doubly robust; natural differences between officers; "
        "Benjamini-Hochberg; closed testing for the limit",
        definitions=("officer-benchmark.define-expected", "officer-benchmark.define-apart"),
        words="officer-benchmark",
        **common,
    )
    spread = Contrast(
        key=f"{group}/{event}/spread",
        label="spread",
        scale="ratio-of-odds",
        method="robust spread of log odds ratios beyond counting, with its score limits",
        definitions=("officer-benchmark.define-expected", "officer-benchmark.define-spread"),
        words="officer-spread",
        **common,
    )
    return apart, spread


class _Arrays:
    """The panel's arrays while they are filled in."""

    def __init__(self, places: int, contrasts: int) -> None:
        shape = (places, contrasts)
        self.numbers: dict[str, Any] = dict(blank(places, contrasts))
        self.extra = {name: np.full(shape, np.nan) for name in _EXTRA}
        self.missing = {name: np.full(shape, np.nan) for name in _PARTS}
        self.code = np.zeros(shape, dtype=np.int64)
        names = (
            "no-area",
            "no-offence",
            "one-identifier",
            "unpromised",
            "detectable",
            "peers",
            "surname",
            "within",
            "kept",
        )
        self.ranges = (np.full(shape, np.nan), np.full(shape, np.nan))
        self.notes = {name: np.zeros(shape, dtype=bool) for name in names}

    def fill(self, j: int, c: int, place: Place, group: str, found: Found) -> None:
        """Fill in one place and group, whose two contrasts stand at c and c + 1."""
        code = place.code[group]
        self.code[j, c : c + 2] = code
        if code:
            return
        one, both = place.compared[group], slice(c, c + 2)
        for name in _PARTS:
            self.missing[name][j, both] = _hinted(place.missing[name])
        for part, name in _MIX.items():
            self.notes[name][j, both] = part not in place.mixed
        self.notes["one-identifier"][j, both] = place.largest > _CATCH_ALL
        self.notes["surname"][j, both] = found.surname
        self.notes["within"][j, both] = True
        self.extra["grain"][j, both] = _GRAIN
        self._spread(j, c + 1, place, one)
        self._reach(j, c, place.reaches.get(group), one)
        if one.promised:
            self._apart(j, c, one, found.rate)
        else:
            self.code[j, c] = UNPROMISED
            self.notes["unpromised"][j, c + 1] = True

    def _apart(self, j: int, c: int, one: Compared, rate: float) -> None:
        k, n = int(one.flagged.sum()), int(one.result.compared.sum())
        self._put(j, c, k=k, n=n, estimate=k / n, low=(k - one.most_false) / n, high=math.inf)
        extra = {"rate": rate, "false": float(f"{rate * k:.2g}"), "most_false": one.most_false}
        for name, value in extra.items():
            self.extra[name][j, c] = value
        self.notes["peers"][j, c] = one.screen.kind == "peers"
        if math.isfinite(one.detectable):
            self.extra["detectable"][j, c] = float(f"{one.detectable:.2g}")
            self.notes["detectable"][j, c] = True

    def _spread(self, j: int, c: int, place: Place, one: Compared) -> None:
        value, low, high = one.spread.ratio(MIDDLE)
        self._put(j, c, k=one.spread.officers, n=place.officers, estimate=value, low=low, high=high)
        usual = float(np.median(one.result.expected[one.result.compared]))
        reach = float(ndtri((1 + MIDDLE) / 2)) * one.spread.sd
        ends = expit(logit(usual) + one.spread.centre + np.array([-reach, reach]))
        self.extra["colleagues"][j, c] = _coarse(usual)
        self.extra["share_low"][j, c], self.extra["share_high"][j, c] = (_coarse(float(end)) for end in ends)

    def _reach(self, j: int, c: int, reach: Reach | None, one: Compared) -> None:
        if reach is None:
            return
        for at, pair in ((c, reach.share), (c + 1, reach.spread)):
            for side, value in zip(self.ranges, pair, strict=True):
                side[j, at] = value
        if one.flagged.any():
            self.extra["kept"][j, c] = int((one.flagged & (reach.low > 1)).sum())
            self.notes["kept"][j, c] = True

    def _put(self, j: int, c: int, **values: float) -> None:
        for name, value in values.items():
            self.numbers[name][j, c] = value


def _coarse(share: float) -> float:
    """Whole percents: no count can be worked out from them."""
    return round(share, 2)


def _hinted(share: float) -> float:
    """Whole percents, and 1 % for anything less than that: a few missing rows are a small count too."""
    return max(_coarse(share), 0.01) if share > 0 else 0.0
