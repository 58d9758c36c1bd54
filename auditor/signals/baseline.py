"""Leave-one-out shares of the nation and of states: what a place's own share is held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats, Table, Texts
from auditor.domain.periods import Period
from auditor.domain.vocabulary import NATION

Reduce = Callable[[Table, int], tuple[Floats, Floats, Bools]]
"""From rows to k, n and whether both can be determined, by place."""

Span = tuple[str, str]


@dataclass(frozen=True)
class Own:
    """What one contrast counts in every place.

    Attributes
    ----------
    k, n : (J,) arrays
    known : (J,) bool array
        Where both can be determined.
    shown : (J,) bool array
        Where both may be printed; only these are part of sums that are printed for other places.
    first, last : (J,) object arrays
        The window of these very rows ("" where it is not known).
    """

    k: Floats
    n: Floats
    known: Bools
    shown: Bools
    first: Texts
    last: Texts


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
        True where the base covers other days than the place.
    apart : (J,) bool array
        True where the place's own counts are not part of the base.
    """

    k: Floats
    n: Floats
    period: NDArray[np.object_]
    differs: Bools
    apart: Bools

    @property
    def share(self) -> Floats:
        """Share k / n, NaN where there is no base."""
        return np.divide(self.k, self.n, out=np.full_like(self.n, np.nan), where=self.n > 0)

    def enough(self, cells: Cells) -> Bools:
        """Return where the base itself rests on enough cases on both sides to be a comparison at all."""
        with np.errstate(invalid="ignore"):
            return np.minimum(self.k, self.n - self.k) >= cells.gates["expected"]


def own_counts(cells: Cells, rows: Table, reduce: Reduce, hidden: Bools) -> Own:
    """Count one contrast in every place.

    Parameters
    ----------
    cells : Cells
    rows : Table
        The rows of the contrast.
    reduce : callable
    hidden : (J,) bool array
        Places of which this contrast may not be printed for another reason than its own counts.
    """
    k, n, known = reduce(rows, cells.size)
    first, last = rows.window(cells.size)
    return Own(k, n, known, known & printable(k, n, cells) & ~hidden, first, last)


def national(cells: Cells, own: Own, reduce: Reduce, filters: dict[str, str]) -> Baseline:
    """Return the nation's share without each place's own part.

    The nation's own row is used where a source has one (of several windows the one that overlaps the place's most);
    otherwise the sum over all other places of the same stratum.
    """
    others = _from_others(cells, own, cells.stratum)
    if NATION not in cells.region_ids:
        return others
    row = _from_row(cells, own, reduce, filters, cells.region_ids.index(NATION))
    # Simulated places have no nation: they are held against each other.
    alone = (cells.stratum >= 10) | ~(row.n > 0)
    return Baseline(
        np.where(alone, others.k, row.k),
        np.where(alone, others.n, row.n),
        np.where(alone, others.period, row.period),
        np.where(alone, others.differs, row.differs),
        np.where(alone, others.apart, row.apart),
    )


def statewide(cells: Cells, own: Own) -> Baseline:
    """Return the share of the other places of the same state; NaN where there is none."""
    named = [f"{state}/{stratum}" if state else "" for state, stratum in zip(cells.states, cells.stratum, strict=True)]
    names = sorted(set(named))
    label = np.array([names.index(state) if state else -1 for state in named], dtype=np.int64)
    base = _from_others(cells, own, np.where(label >= 0, label, len(names)))
    lost = label < 0
    return Baseline(
        np.where(lost, np.nan, base.k), np.where(lost, np.nan, base.n), base.period, base.differs, base.apart
    )


def printable(k: Floats, n: Floats, cells: Cells) -> Bools:
    """Return where neither k nor n - k is a count of 1 to 10, or the source is published."""
    least = cells.gates["persons"]
    small = ((k > 0) & (k < least)) | ((n - k > 0) & (n - k < least))
    return (~small | public(cells)) & ~tainted(cells)


def small(values: Floats, cells: Cells) -> Bools:
    """Return where a count of 1 to 10 of an unpublished source stands; places along the first axis."""
    hidden = ~public(cells)
    return (values > 0) & (values < cells.gates["persons"]) & (hidden if values.ndim == 1 else hidden[:, None])


def public(cells: Cells) -> Bools:
    """Return where every count of the place is already public."""
    return np.array(cells.published, dtype=bool) if cells.published else np.zeros(cells.size, dtype=bool)


def tainted(cells: Cells) -> Bools:
    """Return where public and small unpublished counts are mixed."""
    return np.array(cells.tainted, dtype=bool) if cells.tainted else np.zeros(cells.size, dtype=bool)


def _from_others(cells: Cells, own: Own, label: NDArray[np.int64]) -> Baseline:
    # A small cell inside a sum that is printed for every other place could be worked out from it.
    k, n = np.where(own.shown, own.k, 0.0), np.where(own.shown, own.n, 0.0)
    size = int(label.max(initial=0)) + 1
    rest_k = np.bincount(label, weights=k, minlength=size)[label] - k
    rest_n = np.bincount(label, weights=n, minlength=size)[label] - n
    nothing = rest_n <= 0
    return Baseline(
        np.where(nothing, np.nan, rest_k),
        np.where(nothing, np.nan, rest_n),
        np.full(cells.size, "", dtype=object),
        _other_days(own, label),
        np.ones(cells.size, dtype=bool),
    )


def _other_days(own: Own, label: NDArray[np.int64]) -> Bools:
    """Return where some place of the sum covers other days than the place itself."""
    windows = [f"{a}/{b}" if a else "" for a, b in zip(own.first, own.last, strict=True)]
    met: dict[int, set[str]] = {}
    for key, window, shown in zip(label.tolist(), windows, own.shown.tolist(), strict=True):
        if shown and window:
            met.setdefault(key, set()).add(window)
    return np.array(
        [
            bool(window) and len(met.get(key, set()) | {window}) > 1
            for key, window in zip(label.tolist(), windows, strict=True)
        ],
        dtype=bool,
    )


def _from_row(cells: Cells, own: Own, reduce: Reduce, filters: dict[str, str], region: int) -> Baseline:
    rows = cells.regions.where(**filters)
    rows = rows.take(rows.index == region)
    spans = sorted({(str(a), str(b)) for a, b in zip(rows.columns["start"], rows.columns["end"], strict=True)})
    totals = {span: total for span in spans if (total := _row_total(rows, span, reduce)) is not None}
    base_k, base_n = np.full(cells.size, np.nan), np.full(cells.size, np.nan)
    period = np.full(cells.size, "", dtype=object)
    differs, apart = np.zeros(cells.size, dtype=bool), np.zeros(cells.size, dtype=bool)
    windows = list(zip(own.first.tolist(), own.last.tolist(), strict=True))
    for window in sorted(set(windows)):
        span = _closest(window, list(totals))
        if span is None:
            continue
        mask = np.array([pair == window for pair in windows], dtype=bool)
        k, n = totals[span]
        # A national row that is smaller than a place of the same days is no nation.
        inside = bool(window[0]) and span[0] <= window[0] and window[1] <= span[1]
        mask &= ~(inside & own.known & ((own.k > k) | (own.n >= n)))
        part = mask & own.known & inside
        base_k[mask], base_n[mask] = k, n
        base_k[part] -= own.k[part]
        base_n[part] -= own.n[part]
        period[mask] = f"{span[0]}/{span[1]}"
        differs[mask], apart[part] = span != window, True
    return Baseline(base_k, base_n, period, differs, apart)


def _row_total(rows: Table, span: Span, reduce: Reduce) -> tuple[float, float] | None:
    hit = (rows.columns["start"].astype(str) == span[0]) & (rows.columns["end"].astype(str) == span[1])
    chosen = rows.take(hit)
    zeroed = Table(np.zeros(len(chosen.n), dtype=np.int64), chosen.columns, chosen.n, chosen.censored, chosen.complete)
    k, n, known = reduce(zeroed, 1)
    return (float(k[0]), float(n[0])) if known[0] and n[0] > 0 else None


def _closest(window: Span, spans: list[Span]) -> Span | None:
    if not spans:
        return None
    if not window[0]:
        return max(spans, key=lambda span: span[1])
    own = _period(window)
    return max(spans, key=lambda span: (_period(span).overlap(own), span[1], span[0]))


def _period(span: Span) -> Period:
    return Period(date.fromisoformat(span[0]), date.fromisoformat(span[1]))
