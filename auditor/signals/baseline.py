"""Leave-one-out shares of the nation and of states: what a place's own share is held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats, Table
from auditor.domain.periods import Period
from auditor.domain.vocabulary import NATION

Reduce = Callable[[Table, int], tuple[Floats, Floats, Bools]]
"""From rows to k, n and whether both can be determined, by place."""


@dataclass(frozen=True)
class Baseline:
    """A base share for every place.

    Attributes
    ----------
    k, n : (J,) arrays
        Counts behind the base, without the place's own wherever they were part of it; NaN where there is no base.
    period : (J,) object array
        ISO interval of the base where it is a published row of its own; "" where it is the sum of the other places.
    differs : (J,) bool array
        True where that interval is not the place's own.
    """

    k: Floats
    n: Floats
    period: NDArray[np.object_]
    differs: Bools

    @property
    def share(self) -> Floats:
        """K / n, NaN where there is no base."""
        return np.divide(self.k, self.n, out=np.full_like(self.n, np.nan), where=self.n > 0)

    def enough(self, cells: Cells) -> Bools:
        """Return where the base itself rests on enough cases on both sides to be a comparison at all."""
        with np.errstate(invalid="ignore"):
            return np.minimum(self.k, self.n - self.k) >= cells.gates["expected"]


def national(cells: Cells, event: str, reduce: Reduce, filters: dict[str, str]) -> Baseline:
    """Return the nation's share without each place's own part.

    The nation's own row is used where a source has one (of several windows the one that overlaps the place's most);
    otherwise the sum over all other places.
    """
    others = _from_others(cells, reduce, filters, cells.stratum)
    if NATION not in cells.region_ids:
        return others
    row = _from_row(cells, event, reduce, filters, cells.region_ids.index(NATION))
    # Simulated places have no nation: they are held against each other.
    apart = (cells.stratum > 0) | ~(row.n > 0)
    return Baseline(
        np.where(apart, others.k, row.k),
        np.where(apart, others.n, row.n),
        np.where(apart, others.period, row.period),
        row.differs & ~apart,
    )


def statewide(cells: Cells, reduce: Reduce, filters: dict[str, str]) -> Baseline:
    """Return the share of the other places of the same state; NaN where there is none."""
    own = [f"{state}/{stratum}" if state else "" for state, stratum in zip(cells.states, cells.stratum, strict=True)]
    names = sorted(set(own))
    label = np.array([names.index(state) if state else -1 for state in own], dtype=np.int64)
    base = _from_others(cells, reduce, filters, np.where(label >= 0, label, len(names)))
    lost = label < 0
    return Baseline(np.where(lost, np.nan, base.k), np.where(lost, np.nan, base.n), base.period, base.differs)


def printable(k: Floats, n: Floats, cells: Cells) -> Bools:
    """Return where neither k nor n - k is a count of 1 to 10, or the source is published."""
    least = cells.gates["persons"]
    small = ((k > 0) & (k < least)) | ((n - k > 0) & (n - k < least))
    public = np.array(cells.published, dtype=bool) if cells.published else np.zeros(cells.size, dtype=bool)
    return ~small | public


def _from_others(cells: Cells, reduce: Reduce, filters: dict[str, str], label: NDArray[np.int64]) -> Baseline:
    k, n, known = reduce(cells.counts.where(**filters), cells.size)
    # A small cell inside a sum that is printed for every other place could be worked out from it.
    known = known & printable(k, n, cells)
    k, n = np.where(known, k, 0.0), np.where(known, n, 0.0)
    size = int(label.max(initial=0)) + 1
    rest_k = np.bincount(label, weights=k, minlength=size)[label] - k
    rest_n = np.bincount(label, weights=n, minlength=size)[label] - n
    nothing = rest_n <= 0
    blank = np.full(cells.size, "", dtype=object)
    return Baseline(
        np.where(nothing, np.nan, rest_k),
        np.where(nothing, np.nan, rest_n),
        blank,
        np.zeros(cells.size, dtype=bool),
    )


def _from_row(cells: Cells, event: str, reduce: Reduce, filters: dict[str, str], region: int) -> Baseline:
    rows = cells.regions.where(**filters)
    rows = rows.take(rows.index == region)
    spans = sorted({(str(a), str(b)) for a, b in zip(rows.columns["start"], rows.columns["end"], strict=True)})
    own_k, own_n, known = reduce(cells.counts.where(**filters), cells.size)
    base_k, base_n = np.full(cells.size, np.nan), np.full(cells.size, np.nan)
    period = np.full(cells.size, "", dtype=object)
    differs = np.zeros(cells.size, dtype=bool)
    totals = {span: _row_total(rows, span, reduce) for span in spans}
    totals = {span: total for span, total in totals.items() if total is not None}
    first, last = cells.window(event)
    for window in set(zip(first, last, strict=True)):
        mask = np.array([pair == window for pair in zip(first, last, strict=True)])
        span = _closest(window, list(totals))
        if span is None:
            continue
        k, n = totals[span]  # type: ignore[misc]
        inside = bool(window[0]) and span[0] <= window[0] and window[1] <= span[1]
        part = mask & known & inside & (own_k <= k) & (own_n < n)
        base_k[mask], base_n[mask] = k, n
        base_k[part] -= own_k[part]
        base_n[part] -= own_n[part]
        period[mask] = f"{span[0]}/{span[1]}"
        differs[mask] = span != window
    return Baseline(base_k, base_n, period, differs)


def _row_total(rows: Table, span: tuple[str, str], reduce: Reduce) -> tuple[float, float] | None:
    hit = (rows.columns["start"].astype(str) == span[0]) & (rows.columns["end"].astype(str) == span[1])
    chosen = rows.take(hit)
    zeroed = Table(np.zeros(len(chosen.n), dtype=np.int64), chosen.columns, chosen.n, chosen.censored, chosen.complete)
    k, n, known = reduce(zeroed, 1)
    return (float(k[0]), float(n[0])) if known[0] and n[0] > 0 else None


def _closest(window: tuple[str, str], spans: list[tuple[str, str]]) -> tuple[str, str] | None:
    if not spans:
        return None
    if not window[0]:
        return max(spans, key=lambda span: span[1])
    own = _period(window)
    return max(spans, key=lambda span: (_period(span).overlap(own), span[1], span[0]))


def _period(span: tuple[str, str]) -> Period:
    from datetime import date

    return Period(date.fromisoformat(span[0]), date.fromisoformat(span[1]))
