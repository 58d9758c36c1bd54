"""How arrests ended: which have an outcome of their own, and what those without one could change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.cells import Bools, Cells, Floats, RowTable
from auditor.signals.baseline import small
from auditor.signals.cases import spread
from auditor.signals.sides import Counted
from auditor.stats.strata.partial_strata import even_share, pooled_bounds

ENDED = ("convicted", "acquitted", "dismissed", "no-charge", "other")
"""Dispositions that are an outcome; pending, unknown and blank ones are none."""
UNCHARGED = ("no-charge", "dismissed")


@dataclass(frozen=True)
class Ends:
    """What each row says of its ending; (R,) bool arrays.

    Attributes
    ----------
    told : array
        Ended, and not touched by immigration custody.
    hit : array
        Those that ended with no charge filed, or a dismissal.
    taken : array
        In immigration custody, or wanted by it: whatever the record says, it is no outcome of the case's own.
    open : array
        Pending, or nothing recorded, and not taken.
    """

    told: Bools
    hit: Bools
    taken: Bools
    open: Bools

    def within(self, kept: Bools) -> Ends:
        """Return the same of some of the rows only."""
        return Ends(self.told & kept, self.hit & kept, self.taken & kept, self.open & kept)


@dataclass(frozen=True)
class Charges:
    """Cases of two groups by ending, place, side and stratum.

    Attributes
    ----------
    counted : Counted
        Cases with an outcome of their own; ``unrecorded`` are the open ones.
    taken, open : (J, 2, S) arrays
        In the same strata.
    """

    counted: Counted
    taken: Floats
    open: Floats


def ends_of(rows: RowTable, ice: str) -> Ends:
    """Say of each row how it ended.

    Parameters
    ----------
    rows : RowTable
        With the keys ``disposition`` and ``ice``.
    ice : {"detainer", "transfer"}
        Whether a detainer alone makes a case immigration custody's, or a transfer only.
    """
    disposition = rows.columns["disposition"].astype(str)
    taken = np.isin(rows.columns["ice"].astype(str), ("taken", "detainer") if ice == "detainer" else ("taken",))
    ended = np.isin(disposition, ENDED)
    hit = np.isin(disposition, UNCHARGED)
    return Ends(ended & ~taken, hit & ~taken, taken, ~ended & ~taken)


def tally(rows: RowTable, places: int, groups: Sequence[str], ends: Ends, by: Sequence[str]) -> Charges:
    """Count the cases of two groups, the strata of all kinds of ending numbered together."""
    some = ends.told | ends.taken | ends.open
    kinds = (ends.hit, ends.told, ends.taken, ends.open)
    k, n, taken, unended = spread(rows, places, groups, kinds, by, within=some)
    censored = np.zeros(places, dtype=bool)
    ours = np.isin(rows.columns["group"].astype(str), tuple(groups))
    censored[rows.index[some & ours & rows.censored]] = True
    return Charges(Counted(k, n, unended.sum(axis=2), censored), taken, unended)


def ranges_of(charges: Charges) -> tuple[dict[str, tuple[Floats, Floats]], dict[str, Floats]]:
    """Return what the cases without an outcome could do to the ratio, and what evens it.

    Returns
    -------
    ranges : mapping of str to (low, high)
        ``taken-by-ice``: those that immigration custody took; ``no-outcome``: they and the open ones. NaN where there
        are none.
    extra : mapping of str to array
        ``taken``, ``reference_taken``: their numbers. ``taken_low``, ``taken_high``: limits of the ratio over all
        cases but the open ones, which hold sampling error as well. ``taken_even``: the share of the focal group's that
        would have had to end without a charge for the ratio to be 1, the reference group's ending like its others; NaN
        where no share does it.
    """
    taken, both = charges.taken, charges.taken + charges.open
    cases = _parts(charges, taken)
    first, every = pooled_bounds(*cases), pooled_bounds(*_parts(charges, both))
    some, further = taken.sum(axis=(1, 2)) > 0, charges.open.sum(axis=(1, 2)) > 0
    k, n = charges.counted.k.sum(axis=2), charges.counted.n.sum(axis=2)
    share = np.divide(k[:, 1], n[:, 1], out=np.zeros(len(n)), where=n[:, 1] > 0)
    ranges = {
        "taken-by-ice": (np.where(some, first.low, np.nan), np.where(some, first.high, np.nan)),
        "no-outcome": (np.where(further, every.low, np.nan), np.where(further, every.high, np.nan)),
    }
    extra = {
        "taken": taken[:, 0].sum(axis=1),
        "reference_taken": taken[:, 1].sum(axis=1),
        "taken_low": np.where(some, first.outer_low, np.nan),
        "taken_high": np.where(some, first.outer_high, np.nan),
        "taken_even": even_share(*cases, base_share=share),
    }
    return ranges, extra


def tells_ranges(cells: Cells, charges: Charges, earlier: Sequence[Charges]) -> Bools:
    """Return where ranges would let 1 to 10 cases without an outcome be worked out, alone or beside earlier ones.

    Comparisons within strata, those of other signals too, print what the strata with both sides hold: each total gives
    the rest. So do two of them, where they have other strata.
    """
    own = _sums(charges)
    found = np.asarray(small(own[0], cells).any(axis=1), dtype=bool)
    for told in (*own[1:], *(sums for other in earlier for sums in _sums(other))):
        for sums in own:
            found |= np.asarray(small(np.abs(sums - told), cells).any(axis=1), dtype=bool)
    return found


def tells_rest(cells: Cells, charges: Charges, earlier: Sequence[Charges], whole: Floats) -> Bools:
    """Return where the cases compared, taken from all of a side, would let 1 to 10 without an outcome be worked out.

    Parameters
    ----------
    cells : Cells
    charges, earlier : Charges
        Of this comparison and of those before it.
    whole : (J, 2) array
        All cases of each side, which other signals print; so do they those that ICE took within strata.

    Whoever has a total and that of the strata compared has what the others hold, and of each kind once every other kind
    is told: no kind may be few there.
    """
    beyond = whole - charges.counted.shared()[1].sum(axis=2)
    found = np.asarray(small(charges.open.sum(axis=2), cells).any(axis=1), dtype=bool)
    k, n = charges.counted.k, charges.counted.n
    for both in _both(charges):
        left = [(kind * ~both).sum(axis=2) for kind in (k, n - k, charges.taken, charges.open)]
        left += [(kind * both).sum(axis=2) for kind in (charges.taken, charges.open)]
        found |= np.asarray(small(np.concatenate(left, axis=1), cells).any(axis=1), dtype=bool)
    for sums in (sums for other in (charges, *earlier) for sums in _sums(other)):
        found |= np.asarray(small(beyond - sums[:, :2], cells).any(axis=1), dtype=bool)
    return found


def _sums(charges: Charges) -> tuple[Floats, Floats, Floats]:
    """Return (J, 4) cases that ICE took, and open ones, of both sides: all, and those of strata with both sides.

    A stratum holds a side by its cases with an outcome, or by any case.
    """
    cases = np.concatenate([charges.taken, charges.open], axis=1)
    told, any_ = _both(charges)
    return cases.sum(axis=2), (cases * told).sum(axis=2), (cases * any_).sum(axis=2)


def _both(charges: Charges) -> tuple[Bools, Bools]:
    """Return the strata, (J, 1, S), that hold both sides: by their cases with an outcome, and by any case."""
    n = charges.counted.n
    told, any_ = (np.all(there > 0, axis=1, keepdims=True) for there in (n, n + charges.taken + charges.open))
    return told, any_


def _parts(charges: Charges, unknown: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
    """Return focal and reference cases with the outcome, without one, and all."""
    k, n = charges.counted.k, charges.counted.n + unknown
    return k[:, 0], unknown[:, 0], n[:, 0], k[:, 1], unknown[:, 1], n[:, 1]
