"""The list of a place's officers as it is written: pseudonyms, and figures so coarse that they point to nobody.

A reader who knows how many stops an officer made must not find the officer by it, so sizes are bands with eleven
officers or more each, and no band of which every officer stands out. No count of stops is written, nor any share that
one could be worked out from: how far an officer is from the colleagues is one of six classes. What is left out on
purpose: the agency, the shares, the exact ratio, the p-value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from auditor.cells import Bools, Floats
from auditor.domain.pseudonyms import rank_pseudonyms
from auditor.signals.officers.compare import Compared
from auditor.signals.officers.reach import Reach
from auditor.signals.officers.rows import Ints

FEWEST: Final = 11
"""Officers in a band of sizes."""
SIZES: Final = (50, 100, 200, 500, 1000, 2000, 5000, 10000)
"""Where bands of stops begin; the first is the fewest stops that an officer needs."""
ODDS: Final = (0.5, 0.8, 1.25, 2.0, 3.0)
"""Where classes of odds ratios begin, the first from 0."""


@dataclass
class _Band:
    low: float
    high: float | None
    members: Ints


@dataclass(frozen=True)
class Listing:
    """Officers of one place and group, in the order of their pseudonyms.

    Attributes
    ----------
    rows : tuple of dict
        As written.
    codes : tuple of int
        ``officer_code`` of each row: for the private key alone.
    """

    rows: tuple[dict[str, Any], ...]
    codes: tuple[int, ...]


def listing_of(
    compared: Compared, group: str, event: str, fewest_stops: int, word: str = "Officer", reach: Reach | None = None
) -> Listing:
    """Return the officers of one place and group.

    Parameters
    ----------
    compared : Compared
    group, event : str
    fewest_stops : int
        Where the first band begins.
    word : str
        What precedes the number of a pseudonym.
    reach : Reach or None
        What stops of unrecorded group could do; None where there are none, or too few to be told.
    """
    at = np.flatnonzero(compared.result.compared)
    flagged = compared.flagged[at]
    bands = size_bands(compared.result.stops[at], flagged, fewest_stops)
    classes = _classes(np.exp(compared.screen.estimate[at]))
    lowest, highest = (classes, classes) if reach is None else (_classes(reach.low[at]), _classes(reach.high[at]))
    figures = [
        (float(flagged[i]), float(classes[i]), bands[i][0], float(lowest[i]), float(highest[i])) for i in range(len(at))
    ]
    labels = rank_pseudonyms(figures, word)
    order = sorted(range(len(at)), key=labels.__getitem__)
    rows = [
        {
            "group": group,
            "event": event,
            "officer": labels[i],
            "events_low": bands[i][0],
            "events_high": bands[i][1],
            "odds_low": _begin(classes[i]),
            "odds_high": _end(classes[i]),
            "stands_out": bool(flagged[i]) if compared.promised else None,
            "bounded_low": None if reach is None else _begin(lowest[i]),
            "bounded_high": None if reach is None else _end(highest[i]),
        }
        for i in order
    ]
    return Listing(tuple(rows), tuple(int(compared.codes[at[i]]) for i in order))


def _classes(odds: Floats) -> Ints:
    return np.searchsorted(ODDS, odds, side="right")


def _begin(number: int) -> float:
    return 0.0 if number == 0 else ODDS[number - 1]


def _end(number: int) -> float | None:
    return ODDS[number] if number < len(ODDS) else None


def size_bands(stops: Floats, flagged: Bools, fewest_stops: int) -> list[tuple[int, int | None]]:
    """Return the band of each officer: at least that many stops, and fewer than the next band's (None: no limit).

    Bands with fewer than eleven officers, and bands of which everybody stands out, are put together with the next
    smaller one. Where it begins tells a reader nothing else than that eleven officers are in it.
    """
    begins = [fewest_stops, *(size for size in SIZES if size > fewest_stops)]
    at = np.searchsorted(begins, stops, side="right") - 1
    ends = [*begins[1:], None]
    bands = [_Band(begins[b], ends[b], np.flatnonzero(at == b)) for b in range(len(begins))]
    while len(bands) > 1 and (bad := _poor(bands, flagged)) >= 0:
        lower = max(bad - 1, 0)
        upper = bands.pop(lower + 1)
        bands[lower] = _Band(bands[lower].low, upper.high, np.concatenate([bands[lower].members, upper.members]))
    found: list[tuple[int, int | None]] = [(0, None)] * len(stops)
    for band in bands:
        for i in band.members:
            found[int(i)] = (int(band.low), None if band.high is None else int(band.high))
    return found


def _poor(bands: Sequence[_Band], flagged: Bools) -> int:
    """Return the largest band that may not stand by itself, -1 where all may."""
    for b in range(len(bands) - 1, -1, -1):
        if len(bands[b].members) < FEWEST or flagged[bands[b].members].all():
            return b
    return -1
