"""Rows that the sources hold of the nation itself: their totals by window, and what printing one would give away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np

from auditor.cells import Bools, Floats, Table
from auditor.domain.periods import Period

Reduce = Callable[[Table, int], tuple[Floats, Floats, Bools]]
"""From rows to k, n and whether both can be determined, by place."""

Span = tuple[str, str]
"""First and last day, ISO."""

Totals = Mapping[Span, tuple[float, float]]
"""k and n of a region's row, by its window."""


def row_totals(rows: Table, reduce: Reduce) -> Totals:
    """Return k and n of every window of a region's rows in which both can be determined."""
    spans = sorted({(str(a), str(b)) for a, b in zip(rows.columns["start"], rows.columns["end"], strict=True)})
    return {span: total for span in spans if (total := _total(rows, span, reduce)) is not None}


def closest(window: Span, spans: Sequence[Span]) -> Span | None:
    """Return the window that overlaps a place's own most, the latest of several; None where there is none."""
    if not spans:
        return None
    if not window[0]:
        return max(spans, key=lambda span: span[1])
    own = _period(window)
    return max(spans, key=lambda span: (_period(span).overlap(own), span[1], span[0]))


def covers(span: Span, window: Span) -> bool:
    """Say whether a window lies within a span."""
    return bool(window[0]) and span[0] <= window[0] and window[1] <= span[1]


def gives_away(total: tuple[float, float], k: Floats, n: Floats, known: Bools, shown: Bools, least: float) -> bool:
    """Say whether a row, printed beside the places that it covers, would give a small count away.

    A reader who has the row takes printed places from it, all of them or some. The row is harmless where it is the sum
    of printed places and nothing else, or where what no place of the sources holds is itself no small count, and so
    hides those that the places hide. Counts of k and of n - k are looked at alike.

    Parameters
    ----------
    total : (k, n)
        Of the row.
    k, n : (J,) arrays
        Of the places that the row covers.
    known, shown : (J,) bool arrays
        Where both can be determined; where both are printed.
    least : float
        The smallest count that may be printed.
    """
    unknown = int((~known).sum())
    for whole, own in ((total[0], k), (total[1] - total[0], n - k)):
        outside = whole - float(own[known].sum())
        hides = unknown > 0 or bool((own[known & ~shown] > 0).any())
        # A place whose count is not known may hold as many as may not be printed.
        if outside < least + (least - 1) * unknown and (hides or outside != 0):
            return True
    return False


def _total(rows: Table, span: Span, reduce: Reduce) -> tuple[float, float] | None:
    hit = (rows.columns["start"].astype(str) == span[0]) & (rows.columns["end"].astype(str) == span[1])
    chosen = rows.take(hit)
    zeroed = Table(np.zeros(len(chosen.n), dtype=np.int64), chosen.columns, chosen.n, chosen.censored, chosen.complete)
    k, n, known = reduce(zeroed, 1)
    return (float(k[0]), float(n[0])) if known[0] and n[0] > 0 else None


def _period(span: Span) -> Period:
    return Period(date.fromisoformat(span[0]), date.fromisoformat(span[1]))
