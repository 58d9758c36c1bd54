"""Cut the time that each place covers into parts at whole months."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Days, Texts

LONG = 48
"""From this many months on a place is cut into four parts at least."""
_LONG_PARTS = 4


def days(texts: Texts) -> Days:
    """Return ISO days as dates, NaT for the empty text."""
    return np.where(texts == "", "NaT", texts).astype("datetime64[D]")


def cut(first: Days, last: Days, parts: int) -> tuple[tuple[Days, Days], ...]:
    """Cut the window of each place.

    Parameters
    ----------
    first, last : (J,) day arrays
        First and last day of each place; NaT where not known.
    parts : int
        How many parts a place of less than :data:`LONG` months gets, at least 2.

    Returns
    -------
    tuple of (first, last)
        (J,) day arrays for each part in turn: NaT where a place has no such part. A place with fewer months than
        parts has none. The first part begins, and the last ends, at a whole month around the window.
    """
    start, months = _months(first, last)
    number = np.where(months >= LONG, max(parts, _LONG_PARTS), parts)
    number[months < number] = 0
    return tuple(_part(start, months, number, which) for which in range(int(number.max(initial=0))))


def _months(first: Days, last: Days) -> tuple[NDArray[np.datetime64], NDArray[np.int64]]:
    known = ~(np.isnat(first) | np.isnat(last))
    start = np.where(known, first, np.datetime64("1970-01-01")).astype("datetime64[M]")
    end = np.where(known, last, np.datetime64("1970-01-01")).astype("datetime64[M]")
    return start, np.where(known, (end - start).astype(np.int64) + 1, 0)


def _part(
    start: NDArray[np.datetime64], months: NDArray[np.int64], number: NDArray[np.int64], which: int
) -> tuple[Days, Days]:
    some = which < number
    count = np.where(some, number, 1)
    begin = (start + which * months // count).astype("datetime64[D]")
    end = (start + (which + 1) * months // count).astype("datetime64[D]") - 1
    never = np.datetime64("NaT")
    return np.where(some, begin, never), np.where(some, end, never)
