"""Numbering of whole-number codes: what sorting does, by a table where few values are possible."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.integer[Any]] | NDArray[np.bool_]

_DENSE = 4
"""Possible values to an entry, up to which a table is quicker than sorting."""
_LEAST = 1000


def numbered(values: Codes) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the distinct values in order, and the position of each entry's value among them.

    As ``numpy.unique(values, return_inverse=True)``.

    Parameters
    ----------
    values : ndarray of int, shape (N,)

    Returns
    -------
    names : ndarray of int64, shape (M,)
    which : ndarray of int32, shape (N,)
    """
    if not len(values):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
    low, high = int(values.min()), int(values.max())
    if high - low >= _DENSE * max(len(values), _LEAST):
        names, which = np.unique(values, return_inverse=True)
        return names.astype(np.int64), which.astype(np.int32)
    away = values - low if low else values
    met = np.zeros(high - low + 1, dtype=bool)
    met[away] = True
    number = (np.cumsum(met) - 1).astype(np.int32)
    return np.flatnonzero(met) + low, number[away]


def combined(*codes: Codes) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Number the distinct combinations of codes, in the order of the first code, then the second, and so on.

    Parameters
    ----------
    *codes : ndarrays of int or bool, shape (N,)

    Returns
    -------
    which : ndarray of int32, shape (N,)
        Position of each entry's combination.
    one : ndarray of int64, shape (M,)
        Position of some entry that has the combination.

    Raises
    ------
    ValueError
        If more combinations are possible than a 64-bit number can tell apart.
    """
    total = np.zeros(len(codes[0]), dtype=np.int64)
    possible = 1
    for code in codes if len(total) else ():
        low, high = int(code.min()), int(code.max())
        possible *= high - low + 1
        if possible > np.iinfo(np.int64).max:
            raise ValueError("the codes have too many combinations")
        if high > low:
            total *= high - low + 1
            total += code
            if low:
                total -= low
    names, which = numbered(total)
    one = np.zeros(len(names), dtype=np.int64)
    one[which] = np.arange(len(total))
    return which, one
