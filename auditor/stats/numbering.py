"""Numbering of whole-number codes: what sorting does, by a table where few values are possible."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.integer[Any]] | NDArray[np.bool_]

_DENSE = 4
"""Possible values to an entry, up to which a table is quicker than sorting."""
_LEAST = 1000
_AT_ONCE = 250_000
"""Entries that are added up at once: 2 MB each of codes and values, as numpy converts them."""


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
    away = np.subtract(values, low, dtype=_kind(max(abs(low), abs(high), high - low))) if low else values
    met = np.zeros(high - low + 1, dtype=bool)
    met[away] = True
    number = (np.cumsum(met) - 1).astype(np.int32)
    return np.flatnonzero(met) + low, number[away]


def in_runs(values: Codes) -> tuple[int, NDArray[np.int32]]:
    """Return how many distinct values there are, and a number for each entry's: as they come where equal ones stand
    together, so that the numbers only rise; else in the order of the values.

    Parameters
    ----------
    values : ndarray of int, shape (N,)

    Returns
    -------
    count : int
    which : ndarray of int32, shape (N,)
    """
    starts = np.flatnonzero(values[1:] != values[:-1]) + 1
    firsts = np.concatenate([[0], starts])[: len(values)]
    if len(np.unique(values[firsts])) == len(firsts):
        lengths = np.diff(firsts, append=len(values))
        return len(firsts), np.repeat(np.arange(len(firsts), dtype=np.int32), lengths)
    names, which = numbered(values)
    return len(names), which


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
    total, _ = _mixed(codes)
    names, which = numbered(total)
    one = np.zeros(len(names), dtype=np.int64)
    one[which] = np.arange(len(total), dtype=_kind(len(total)))
    return which, one


def distinct(*codes: Codes) -> tuple[NDArray[np.int32], tuple[NDArray[np.int64], ...]]:
    """Number the distinct combinations of codes, as :func:`combined`, and return the codes of each.

    Parameters
    ----------
    *codes : ndarrays of int or bool, shape (N,)

    Returns
    -------
    which : ndarray of int32, shape (N,)
    values : tuple of ndarrays, shape (M,)

    Raises
    ------
    ValueError
        If more combinations are possible than a 64-bit number can tell apart.
    """
    total, ranges = _mixed(codes)
    rest, which = numbered(total)
    values = []
    for low, high in reversed(ranges):
        values.append(rest % (high - low + 1) + low)
        rest = rest // (high - low + 1)
    return which, tuple(reversed(values))


def _mixed(codes: tuple[Codes, ...]) -> tuple[NDArray[np.integer[Any]], list[tuple[int, int]]]:
    """Return one number for each combination, and the least and the most of each code."""
    ranges = [(int(code.min()), int(code.max())) if len(code) else (0, 0) for code in codes]
    possible = prod(high - low + 1 for low, high in ranges)
    if possible > np.iinfo(np.int64).max:
        raise ValueError("the codes have too many combinations")
    total = np.zeros(len(codes[0]), dtype=_kind(possible + max(abs(end) for ends in ranges for end in ends)))
    for code, (low, high) in zip(codes, ranges, strict=True):
        if high > low:
            total *= high - low + 1
            total += code
            if low:
                total -= low
    return total, ranges


def _kind(largest: int) -> type[np.int32] | type[np.int64]:
    return np.int32 if largest <= np.iinfo(np.int32).max else np.int64


def summed(code: Codes, values: NDArray[Any], size: int) -> NDArray[np.float64]:
    """Add values up by code.

    As ``numpy.bincount(code, values, minlength=size)`` for codes below `size`, without copies of long arrays: numpy
    turns codes and values into 64-bit numbers first.

    Parameters
    ----------
    code : ndarray of int, shape (N,)
        From 0 to size - 1.
    values : ndarray, shape (N,)
        Numbers or truth values.
    size : int

    Returns
    -------
    ndarray, shape (size,)
    """
    total, step = np.zeros(size), max(_AT_ONCE, size)
    for first in range(0, len(code), step):
        block = slice(first, first + step)
        total += np.bincount(code[block], values[block], minlength=size)
    return total
