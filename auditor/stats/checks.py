"""Validation shared by the mathematics: every array is checked where it enters, and the error names it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

#: Far above any file of arrests; the exact tails are tested up to a billion.
LARGEST_COUNT = 1e10


def numbers(name: str, value: ArrayLike) -> Array:
    """Finite float array of at least one dimension.

    Parameters
    ----------
    name : str
        Name of the argument, for the message.
    value : array_like
        Numbers. Text, truth values, missing values and masked arrays are refused, not converted.

    Returns
    -------
    ndarray of float64
        At least one-dimensional; a scalar becomes an array of length 1.

    Raises
    ------
    ValueError
        Naming the argument and what was wrong with it.
    """
    array = _floats(name, value)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {_first(array, ~np.isfinite(array))}")
    return array


def counts(name: str, value: ArrayLike) -> Array:
    """Whole numbers from 0 to ten billion, as floats (see `numbers`)."""
    array = _floats(name, value)
    # Millions of good counts are told quickly; what is wrong with others is told in full.
    if array.size and array.min() >= 0 and array.max() <= LARGEST_COUNT and (array.astype(np.int64) == array).all():
        return array
    numbers(name, array)
    _refuse(name, array, array < 0, "must be 0 or more")
    _refuse(name, array, array != np.floor(array), "must be whole numbers")
    _refuse(name, array, array > LARGEST_COUNT, "must not exceed 10**10")
    return array


def positive(name: str, value: ArrayLike) -> Array:
    """Finite numbers above 0 (see `numbers`)."""
    array = numbers(name, value)
    _refuse(name, array, array <= 0, "must be above 0")
    return array


def nonnegative(name: str, value: ArrayLike) -> Array:
    """Finite numbers of 0 or more (see `numbers`)."""
    array = numbers(name, value)
    _refuse(name, array, array < 0, "must be 0 or more")
    return array


def inside_unit(name: str, value: ArrayLike) -> Array:
    """Numbers strictly between 0 and 1, such as levels (see `numbers`)."""
    array = numbers(name, value)
    _refuse(name, array, (array <= 0) | (array >= 1), "must lie strictly between 0 and 1")
    return array


def share(name: str, value: ArrayLike) -> Array:
    """Numbers from 0 to 1, both included (see `numbers`)."""
    array = numbers(name, value)
    _refuse(name, array, (array < 0) | (array > 1), "must lie between 0 and 1")
    return array


def ratios(name: str, value: ArrayLike) -> Array:
    """Ratios from 0 to infinity, both included; NaN is refused (see `numbers`)."""
    array = _floats(name, value)
    infinite = np.isposinf(array)
    return np.where(infinite, np.inf, nonnegative(name, np.where(infinite, 0.0, array)))


def together(**named: Array) -> tuple[Array, ...]:
    """Broadcast named arrays against each other, or name those that do not fit.

    Raises
    ------
    ValueError
        If the shapes cannot be broadcast; the message gives each name and shape.
    """
    try:
        return tuple(np.broadcast_arrays(*named.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in named.items())
        raise ValueError(f"shapes do not fit together: {shapes}") from None


def tally(k: ArrayLike, n: ArrayLike, k_name: str = "k", n_name: str = "n") -> tuple[Array, Array]:
    """Counts k out of n, broadcast together, with k no larger than n."""
    part, whole = together(**{k_name: counts(k_name, k), n_name: counts(n_name, n)})
    _refuse(k_name, part, part > whole, f"must not exceed {n_name}")
    return part, whole


def whole_tally(k: ArrayLike, n: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """Counts k out of n as `tally`, but of one shape and in the types in which they come, if these hold whole numbers.

    Millions of counts in 8 bits each are not turned into as many of 64.
    """
    part, whole = np.asarray(k), np.asarray(n)
    if not (part.dtype.kind in "iu" and whole.dtype.kind in "iu" and part.shape == whole.shape):
        return tally(k, n)
    if part.size and (part.min() < 0 or whole.max() > LARGEST_COUNT or (part > whole).any()):
        return tally(k, n)  # which says what is wrong with them
    return part, whole


def _floats(name: str, value: ArrayLike) -> Array:
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(f"{name} is a masked array; drop the masked places first")
    array = np.atleast_1d(np.asarray(value))
    if array.size and array.dtype.kind not in "iuf":
        raise ValueError(f"{name} must hold numbers, got {array.dtype} values")
    return array.astype(np.float64)


def _refuse(name: str, array: Array, bad: NDArray[np.bool_], rule: str) -> None:
    if bad.any():
        raise ValueError(f"{name} {rule}, got {_first(array, bad)}")


def _first(array: Array, bad: NDArray[np.bool_]) -> str:
    return f"{array[bad].flat[0]:.15g}"
