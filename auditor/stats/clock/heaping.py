"""Two checks of recorded times: round minutes, and a clock that is hours out (an export in UTC).

Both read counts only: stops by minute of the day, and by hour of the day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array

MINUTES = 1440
ROUND = ("midnight", "hour", "five_minutes")
"""Kinds of round times, in the order of the columns: 00:00; minute 0 of any hour; minutes divisible by 5."""
EXPECTED = np.array([1 / MINUTES, 1 / 60, 1 / 5])
"""Shares of times that fall there if every minute is as likely as any other."""
USUAL = (2, 3, 4, 5)
"""Hours at which the quietest three hours of stops start by the local clock, usually: 02:00 on the highways of Texas,
05:00 in Minneapolis in 2017 (real stops, both)."""
_CENTRE = 4
_WINDOW = 3

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Heaping:
    """Shares of round times at each of J places, columns as :data:`ROUND`.

    Attributes
    ----------
    count : ndarray, shape (J, 3)
        Times recorded there; a time at midnight counts in all three columns.
    total : ndarray, shape (J,)
        All times.
    share : ndarray, shape (J, 3)
        Shares of all times; NaN ("not applicable") at a place without times.
    rounded : ndarray, shape (J, 3)
        Share of times that must have been rounded (or filled in) to make up the excess over :data:`EXPECTED`, 0 or
        more; NaN at a place without times.
    p_greater : ndarray, shape (J, 3)
        Binomial probability of as many or more if every minute were equally likely; 1 at a place without times.
    """

    count: Array
    total: Array
    share: Array
    rounded: Array
    p_greater: Array


def heaping(by_minute: ArrayLike) -> Heaping:
    """Count times at midnight, on the hour and on five minutes.

    Parameters
    ----------
    by_minute : array_like of int, shape (J, 1440) or (1440,)
        Times recorded in each minute of the day.

    Returns
    -------
    Heaping

    Raises
    ------
    ValueError
        If there are not 1,440 columns, or a count is negative or not whole.
    """
    counts = _table("by_minute", by_minute, MINUTES)
    minute = np.arange(MINUTES)
    where = np.stack([minute == 0, minute % 60 == 0, minute % 5 == 0], axis=1)
    count, total = counts @ where, counts.sum(axis=1)
    some = total[:, None] > 0
    share = np.divide(count, total[:, None], out=np.full(count.shape, np.nan), where=some)
    rounded = np.where(some, np.maximum((share - EXPECTED) / (1 - EXPECTED), 0.0), np.nan)
    # P(K >= k) is the incomplete beta function I_e(k, n - k + 1), and 1 for k = 0.
    chance = special.betainc(np.maximum(count, 1), total[:, None] - count + 1, EXPECTED)
    return Heaping(count, total, share, rounded, np.where(count > 0, chance, 1.0))


@dataclass(frozen=True, slots=True)
class ClockShift:
    """How far the recorded clock of each of J places seems to be from the local one.

    Attributes
    ----------
    shift : ndarray of int, shape (J,)
        Hours to add to the recorded times, -11 to 12, so that the quietest three hours start at 04:00; 0 where they
        start at one of :data:`USUAL` already. Good to 2 hours or so, since places keep different hours: it says that
        the clock is out, not which zone it shows. A file in UTC of a place 6 hours behind shows -4 to -8.
    quietest : ndarray of int, shape (J,)
        Hour at which the quietest three recorded hours start; of equal ones, the one nearest to 04:00.
    usual, best : ndarray, shape (J,)
        Counts in the quietest three hours that start at one of :data:`USUAL`, and in the quietest of all.
    ratio : ndarray, shape (J,)
        (usual + 0.5) / (best + 0.5): how much better the shift is than none; 1 where the shift is 0.
    p_value : ndarray, shape (J,)
        Chance of so small a part in the quietest hours if both windows were equally quiet, times the 20 unusual windows
        that were looked at, at most 1; 1 where the shift is 0. Stops are not independent, so read it with the ratio.
    """

    shift: Ints
    quietest: Ints
    usual: Array
    best: Array
    ratio: Array
    p_value: Array

    def suspect(self, ratio: float = 1.5, level: float = 0.01) -> NDArray[np.bool_]:
        """Mark places whose quiet hours are elsewhere by at least this ratio, with a p-value of at most `level`."""
        return (self.shift != 0) & (self.ratio >= ratio) & (self.p_value <= level)


def clock_shift(by_hour: ArrayLike) -> ClockShift:
    """Look for a time-zone error in counts by hour of the day.

    Parameters
    ----------
    by_hour : array_like of int, shape (J, 24) or (24,)
        Stops by recorded hour, all days together. Daylight saving blurs this by an hour.

    Returns
    -------
    ClockShift
        Where several windows are equally quiet, as at an agency that works by day only, the one nearest to 04:00
        counts, so that empty nights are no suspicion.

    Raises
    ------
    ValueError
        If there are not 24 columns, a count is negative or not whole, or a place has no stops.
    """
    counts = _table("by_hour", by_hour, 24)
    if not (counts.sum(axis=1) > 0).all():
        raise ValueError("by_hour holds a place without stops")
    # windows[:, h]: counts of the hours h, h + 1 and h + 2, around midnight.
    windows = np.sum([np.roll(counts, -step, axis=1) for step in range(_WINDOW)], axis=0)
    # Hours from the centre, nearest first, so that the first minimum is the nearest.
    away = np.array(sorted(range(-11, 13), key=lambda hours: (abs(hours), hours)))
    ordered = windows[:, (_CENTRE + away) % 24]
    nearest = away[ordered.argmin(axis=1)]
    quietest = (_CENTRE + nearest) % 24
    usual, best = windows[:, list(USUAL)].min(axis=1), ordered.min(axis=1)
    moved = ~np.isin(quietest, USUAL)
    # Twelve hours forward and back are the same.
    shift = np.where(moved, np.where(nearest == 12, 12, -nearest), 0)
    # Given the stops of both windows, those in the quieter one are Bin(both, 1/2) if neither is quieter.
    chance = special.betainc(np.maximum(usual, 1), best + 1, 0.5)
    return ClockShift(
        shift=shift.astype(np.int64),
        quietest=quietest.astype(np.int64),
        usual=usual,
        best=best,
        ratio=np.where(moved, (usual + 0.5) / (best + 0.5), 1.0),
        p_value=np.where(moved & (usual > 0), np.minimum((24 - len(USUAL)) * chance, 1.0), 1.0),
    )


def _table(name: str, value: ArrayLike, width: int) -> Array:
    counts = np.atleast_2d(checks.counts(name, value))
    if counts.ndim != 2 or counts.shape[1] != width:
        raise ValueError(f"{name} must have {width} columns, got shape {counts.shape}")
    return counts
