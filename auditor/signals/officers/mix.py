"""The mix of time, place and offence that colleagues are weighted to: covariates of few levels.

A level that next to nobody has cannot be matched, and each level is an equation solved for every officer. So levels
with less than 3 % of a place's stops are put together, and strata stay below some 30,000 however large a place is.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from auditor.cells import Floats
from auditor.signals.officers.rows import Ints, Records

LEAST: Final = 0.03
"""Share of a place's stops below which a level is put together with others."""
_HOURS: Final = 3
"""Hours in a part of the day."""
_MOST: Final = {"period": 10, "offence": 8, "area": 24}
"""Most levels, besides one for what is left."""
NAMES: Final = ("time", "period", "offence", "area", "operation")


def mix_of(records: Records, rows: Ints, *, offence: bool = True) -> tuple[tuple[str, ...], Ints]:
    """Return the covariates of some rows of one place.

    Parameters
    ----------
    records : Records
    rows : (R,) int array
    offence : bool
        Whether the offence is one of them.

    Returns
    -------
    names : tuple of str
        Those of :data:`NAMES` that vary here.
    codes : (R, V) int array
        Levels from 0; V is 1 or more.
    """
    n = records.n[rows]
    columns = {
        "time": _time(records.hour[rows], records.weekday[rows]),
        "period": _period(records.month[rows]),
        "area": _area(records.area[rows], n),
        "operation": records.operation[rows],
    }
    if offence:
        columns["offence"] = _common(records.offence[rows], n, _MOST["offence"])
    varying = tuple(name for name in NAMES if name in columns and len(np.unique(columns[name])) > 1)
    if not varying:
        return (), np.zeros((len(rows), 1), dtype=np.int64)
    codes = [np.unique(columns[name], return_inverse=True)[1] for name in varying]
    return varying, np.stack(codes, axis=1).astype(np.int64)


def _time(hour: Ints, weekday: Ints) -> Ints:
    """Parts of the day on working days and weekends, apart; Friday evening belongs to neither more than the other."""
    part = np.where(hour < 0, -1, hour // _HOURS)
    day = np.where(weekday < 0, 2, (weekday >= 5).astype(np.int64))
    return np.asarray(3 * (part + 1) + day)


def _period(month: Ints) -> Ints:
    """Quarters of a year; years, pairs of years and so on where quarters are too many."""
    for length in (3, 12, 24, 48, 96):
        period = np.where(month < 0, -1, month // length)
        if len(np.unique(period)) <= _MOST["period"]:
            break
    return np.asarray(period)


def _area(area: Ints, n: Floats) -> Ints:
    """Squares with enough stops; elsewhere blocks of squares with enough; then all that is left."""
    squares = _common(area, n, _MOST["area"])
    left = squares == -2
    blocks = np.where(left, Records.blocks(area), -1)
    kept = _common(blocks, np.where(left, n, 0.0), max(_MOST["area"] - len(np.unique(squares[squares >= 0])), 0), n)
    # Blocks are numbered beyond the squares, so that the two never meet.
    return np.where(left, np.where(kept >= 0, kept + area.max() + 1, -2), squares)


def _common(values: Ints, n: Floats, most: int, base: Floats | None = None) -> Ints:
    """Return values with enough of all stops; -2 for the others, -1 where missing.

    Ties in size are broken by the value, which no row's position enters.
    """
    names, at = np.unique(values, return_inverse=True)
    total = np.bincount(at, n, len(names))
    enough = (names >= 0) & (total >= LEAST * float((n if base is None else base).sum())) & (total > 0)
    order = np.lexsort((names, -total))
    kept = np.zeros(len(names), dtype=bool)
    kept[order[enough[order]][:most]] = True
    return np.where((kept | (names == -1))[at], values, -2)
