"""What a signal says of a region: one estimate for many places, with the table behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class RegionResult:
    """One estimate for a region of places. It says nothing of any one place in it and never enters the screen.

    Every number of it is written out, so no count that may not be printed can be part of any: a signal leaves such a
    place out and says so in ``left_out``. Writing fewer digits is no remedy (three were enough to find the count).

    Attributes
    ----------
    region : str
        The parent, the state or the nation.
    group, reference, event : str
    k, n : float
        Focal count; the count that it is part of.
    estimate, low, high : float
        On ``scale``, with the 95 % interval.
    comparator : float or None
        What the estimate is held against (the unadjusted ratio, say); None where there is no such number.
    places : int
        How many places carry it.
    method : str
    p_value : float
    contrast : str
        What is compared, the last part of the finding's key; ``/`` separates parts.
    scale : str
    left_out : int
        Places of the region that take no part because one of their counts may not be printed.
    sentence, why : str
        Ids of the catalogue: the finding in words, and what the comparator is.
    values : mapping
        Values of the sentence and the caveats besides place, places, counted, group, reference, ratio, low, high and
        unadjusted; floats are rounded like the estimate.
    absolute : (value, low, high) or None
        The same in persons per 1,000.
    detectable : float or None
        The smallest ratio found with 80 % power.
    definitions, caveats : tuple of str
        Ids of the catalogue; the caveat that it is one number for a region is added to every result.
    period : mapping or None
        ``start`` and ``end`` of what was counted; None for the whole window of the event.
    models : tuple of mapping
        Rows for ``tables/regions.csv``.
    """

    region: str
    group: str
    reference: str
    event: str
    k: float
    n: float
    estimate: float
    low: float
    high: float
    comparator: float | None
    places: int
    method: str
    p_value: float
    contrast: str
    sentence: str
    why: str
    scale: str = "ratio"
    left_out: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)
    absolute: tuple[float, float, float] | None = None
    detectable: float | None = None
    definitions: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    period: Mapping[str, str] | None = None
    models: tuple[Mapping[str, Any], ...] = ()
