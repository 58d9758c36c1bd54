"""What events of unrecorded group could do to a change."""

from __future__ import annotations

import numpy as np

from auditor.cells import Floats
from auditor.signals.series.parts import Change, Cut


def bounds(made: Cut, change: Change) -> tuple[Floats, Floats]:
    """Bound the estimate over every way in which events of unrecorded group may be shared out.

    The lowest: those after the start belong to the reference group and those before it to the focal group, and the
    other way round among serious offences. The extremes of the plain ratio of sums, over that ratio, scale the
    estimate. NaN where every group is recorded; no bound (0, infinity) where the number is suppressed.
    """
    low, high = (np.full(len(change.code), np.nan) for _ in range(2))
    rows = change.code == 0
    signs = (1, -1) if made.data.sided else (1,)
    moved = np.zeros((2, len(change.code)))
    some = np.zeros(len(change.code), dtype=bool)
    for sign in signs:
        lost = [_unknown(made, sign, side) for side in ("before_mask", "after_mask")]
        some |= ~(lost[0] + lost[1] == 0)
        least, most = _extremes(made, sign, lost[0], lost[1])
        moved += sign * (np.array([least, most]) if sign > 0 else np.array([most, least]))
    rows = rows & some
    low[rows], high[rows] = np.exp(change.value[rows] + np.nan_to_num(moved[:, rows], nan=0.0))
    blind = rows & np.isnan(moved).any(axis=0)
    low[blind], high[blind] = 0.0, np.inf
    return low, high


def _unknown(made: Cut, sign: int, side: str) -> Floats:
    mask = getattr(made.windows, side)(len(made.data.months)) & made.sums.used
    taken = made.data.unknown * (made.sums.takes_part & (made.data.side == sign))[:, None, :]
    result: Floats = (mask[..., None] * taken).sum(axis=(1, 2))
    return result


def _extremes(made: Cut, sign: int, before: Floats, after: Floats) -> tuple[Floats, Floats]:
    """How far one side's log change moves when unrecorded events after go to one group, those before to the other."""
    h0, h1 = (made.total(when, sign, made.group) + 0.5 for when in ("before", "after"))
    w0, w1 = (made.total(when, sign, -1) + 0.5 for when in ("before", "after"))
    most = np.log1p(after / h1) + np.log1p(before / w0)
    least = -np.log1p(before / h0) - np.log1p(after / w1)
    return least, most
