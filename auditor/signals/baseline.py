"""Leave-one-out shares of the nation and of states: what a place's own share is held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats, Table, Texts
from auditor.domain.vocabulary import NATION
from auditor.signals.region.rows import Reduce, Totals, closest, covers, gives_away, row_totals

__all__ = [
    "Baseline",
    "Own",
    "elsewhere",
    "nation_rows",
    "national",
    "own_counts",
    "printable",
    "public",
    "small",
    "statewide",
    "tainted",
    "totals_tell",
]


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
    withheld : (J,) bool array
        True where the base would be a row of the nation, but that would give a small count away.
    """

    k: Floats
    n: Floats
    period: NDArray[np.object_]
    differs: Bools
    apart: Bools
    withheld: Bools

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
    bare = totals_tell(cells, rows.levels("event") if "event" in rows.columns else ())
    return Own(k, n, known, known & printable(k, n, cells) & ~hidden & ~bare, first, last)


def national(
    cells: Cells, own: Own, reduce: Reduce, filters: dict[str, str], beside: Sequence[tuple[Own, Totals]] = ()
) -> Baseline:
    """Return the nation's share without each place's own part.

    The nation's own row is used where a source has one (of several windows the one that overlaps the place's most) and
    it gives no small count away; otherwise the sum over all other places of the same stratum.

    Parameters
    ----------
    cells : Cells
    own : Own
    reduce : callable
    filters : mapping
        Which rows of the nation the contrast counts.
    beside : sequence of (Own, totals of the nation)
        Every other contrast of the same rows: what is printed of one is known to the reader of all.
    """
    others = _from_others(cells, own, cells.stratum)
    if NATION not in cells.region_ids:
        return others
    totals = row_totals(nation_rows(cells, filters), reduce)
    row = _from_row(cells, own, totals)
    # Simulated places have no nation: they are held against each other.
    real = (cells.stratum < 10) & (row.n > 0)
    kept = real
    if not (cells.published_regions and cells.published_regions[cells.region_ids.index(NATION)]):
        kept = real & _harmless(cells, [(own, totals), *beside], row.period)
    return Baseline(
        np.where(kept, row.k, others.k),
        np.where(kept, row.n, others.n),
        np.where(kept, row.period, others.period),
        np.where(kept, row.differs, others.differs),
        np.where(kept, row.apart, others.apart),
        real & ~kept,
    )


def nation_rows(cells: Cells, filters: Mapping[str, str]) -> Table:
    """Return the rows of the nation itself that a contrast counts."""
    rows = cells.regions.where(**filters)
    return rows.take(rows.index == (cells.region_ids.index(NATION) if NATION in cells.region_ids else -1))


def _harmless(cells: Cells, contrasts: Sequence[tuple[Own, Totals]], period: NDArray[np.object_]) -> Bools:
    """Return where an unpublished row of the nation may be what a place is held against.

    One window only, that of most places: of two, a reader could take one from the other.
    """
    periods, number = np.unique(period[period != ""].astype(str), return_counts=True)
    if not len(periods):
        return np.zeros(cells.size, dtype=bool)
    chosen = str(periods[len(number) - 1 - int(np.argmax(number[::-1]))])
    first, last = chosen.split("/")
    for own, totals in contrasts:
        total = totals.get((first, last))
        windows = zip(own.first.tolist(), own.last.tolist(), strict=True)
        inside = np.array([covers((first, last), window) for window in windows], dtype=bool)
        # Counts without days may lie in the row as well.
        inside = (inside | (own.known & (own.first == ""))) & (cells.stratum < 10)
        counted = (own.k[inside], own.n[inside], own.known[inside], own.shown[inside])
        if total is not None and gives_away(total, *counted, cells.gates["persons"]):
            return np.zeros(cells.size, dtype=bool)
    return np.asarray(period == chosen)


def elsewhere(cells: Cells, own: Own) -> Baseline:
    """Return the share of the other places of the same stratum: what there is where no row of the nation tells."""
    return _from_others(cells, own, cells.stratum)


def statewide(cells: Cells, own: Own) -> Baseline:
    """Return the share of the other places of the same state; NaN where there is none."""
    named = [f"{state}/{stratum}" if state else "" for state, stratum in zip(cells.states, cells.stratum, strict=True)]
    names = sorted(set(named))
    label = np.array([names.index(state) if state else -1 for state in named], dtype=np.int64)
    base = _from_others(cells, own, np.where(label >= 0, label, len(names)))
    lost = label < 0
    return replace(base, k=np.where(lost, np.nan, base.k), n=np.where(lost, np.nan, base.n))


def printable(k: Floats, n: Floats, cells: Cells) -> Bools:
    """Return where neither k nor n - k is a count of 1 to 10, or the source is published."""
    least = cells.gates["persons"]
    small = ((k > 0) & (k < least)) | ((n - k > 0) & (n - k < least))
    return (~small | public(cells)) & ~tainted(cells)


def small(values: Floats, cells: Cells) -> Bools:
    """Return where a count of 1 to 10 of an unpublished source stands; places along the first axis."""
    hidden = ~public(cells)
    shape = (-1, *(1,) * (values.ndim - 1))
    return (values > 0) & (values < cells.gates["persons"]) & hidden.reshape(shape)


def totals_tell(cells: Cells, events: Iterable[str], *, unrecorded: bool = False) -> Bools:
    """Return where a total of all groups would give a small count of the groups that are not compared away.

    Parameters
    ----------
    cells : Cells
    events : iterable of str
        Whose totals are printed.
    unrecorded : bool
        Whether the number of those of unrecorded group is printed too.
    """
    found = np.zeros(cells.size, dtype=bool)
    for event in events:
        left = cells.leftover.get(event)
        if left is not None:
            found |= left.whole | (left.named & unrecorded)
    return found


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
        np.zeros(cells.size, dtype=bool),
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


def _from_row(cells: Cells, own: Own, totals: Totals) -> Baseline:
    base_k, base_n = np.full(cells.size, np.nan), np.full(cells.size, np.nan)
    period = np.full(cells.size, "", dtype=object)
    differs, apart = np.zeros(cells.size, dtype=bool), np.zeros(cells.size, dtype=bool)
    windows = list(zip(own.first.tolist(), own.last.tolist(), strict=True))
    for window in sorted(set(windows)):
        span = closest(window, list(totals))
        if span is None:
            continue
        mask = np.array([pair == window for pair in windows], dtype=bool)
        k, n = totals[span]
        # A national row that is smaller than a place of the same days is no nation.
        inside = covers(span, window)
        mask &= ~(inside & own.known & ((own.k > k) | (own.n >= n)))
        part = mask & own.known & inside
        base_k[mask], base_n[mask] = k, n
        base_k[part] -= own.k[part]
        base_n[part] -= own.n[part]
        period[mask] = f"{span[0]}/{span[1]}"
        differs[mask], apart[part] = span != window, True
    return Baseline(base_k, base_n, period, differs, apart, np.zeros(cells.size, dtype=bool))
