"""How numbers are written into the review: few digits where other counts enter, none for what is not finite."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

from auditor.signals.signal import Panel

_LEAST = float(f"{sys.float_info.min:.2g}")
"""2.2e-308."""


def pooled(value: Any, digits: int = 3) -> float | None:
    """Return a number that other places' data enter, to a few significant digits.

    More digits would let a reader who refits the null work out a count that is hidden elsewhere.
    """
    result = float(value)
    return float(f"{result:.{digits}g}") if math.isfinite(result) else None


def number(value: Any) -> float | None:
    """Return a plain float of twelve significant digits, or None for what is not finite.

    The last digits of a double depend on the order in which a processor's libraries add; nothing that is written may.
    """
    result = float(value)
    return float(f"{result:.12g}") if math.isfinite(result) else None


def bounded(p: float | None) -> float | None:
    """Return a p-value that is never 0: what a double cannot hold is written as the smallest that it can, a bound."""
    return None if p is None else max(p, _LEAST)


def writer(panel: Panel, j: int, c: int) -> Callable[[Any], float | None]:
    """Return how an entry's numbers are written: to few digits where they mix many small counts."""
    coarse = panel.coarse is not None and bool(panel.coarse[j, c])
    return pooled if coarse else number
