"""Identical rows beyond what chance collisions predict.

Two rows of one file agree on everything by chance more often than one thinks, and more often still where offences,
officers and hours go together. So the columns are split in two: a key (what may hang together: officer, offence, hour)
and a detail that the key does not decide (age in years, minute of the hour). If details are shuffled over the rows of a
context, the number of pairs that agree on both has a known mean and variance; copied rows agree on both too often.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from auditor.stats.checks import Array
from auditor.stats.strata.hypergeometric_sums import positions

_MOST_ROWS = 1e7


@dataclass(frozen=True, slots=True)
class IdenticalRows:
    """Rows that agree on key and detail, in J places.

    Attributes
    ----------
    rows, repeated : ndarray, shape (J,)
        Rows, and rows that have at least one identical other.
    pairs, expected, sd : ndarray, shape (J,)
        Identical pairs, and their mean and standard deviation if details were shuffled within contexts.
    excess_share : ndarray, shape (J,)
        Pairs beyond the expected, over the rows: about the share of rows that are a single copy of another; 0 or more,
        at most 1.
    p : ndarray, shape (J,)
        Chance of so many pairs (negative binomial with that mean and variance; Poisson where the variance is no
        larger); 1 without pairs that could agree.
    """

    rows: Array
    repeated: Array
    pairs: Array
    expected: Array
    sd: Array
    excess_share: Array
    p: Array


def identical_rows(
    key: ArrayLike, detail: ArrayLike, context: ArrayLike, place: ArrayLike, places: int
) -> IdenticalRows:
    """Count identical pairs and compare them with chance.

    Parameters
    ----------
    key, detail : array_like of int, shape (N,)
        Codes of the two halves of each row, 0 or more. Rows with a missing column are left out by the caller.
    context : array_like of int, shape (N,)
        Within a context details are exchangeable between keys: 0 for all, or a year, or an agency.
    place : array_like of int, shape (N,)
        Place of each row, 0 to places - 1.
    places : int
        How many places there are.

    Returns
    -------
    IdenticalRows

    Raises
    ------
    ValueError
        If shapes, kinds or ranges are wrong, or a context has more than ten million rows.

    Notes
    -----
    The mean and variance under shuffling are those of Knox's statistic with both graphs made of cliques. Whatever makes
    key and detail go together for an innocent reason counts as copying: the split is a choice to be stated. Measured
    with independent halves: .03-.06 at nominal .05, .005-.012 at .01, .003 at .001 (further out only the order of
    magnitude holds).

    References
    ----------
    Knox, E. G. (1964). Applied Statistics 13, 25-29. David, F. N. & Barton, D. E. (1966). British Journal of Preventive
    and Social Medicine 20, 44-48 (the variance).
    """
    one = np.asarray(place)
    where = positions("place", place, places, one.shape)
    codes = [_codes(name, v, one.shape) for name, v in (("key", key), ("detail", detail), ("context", context))]
    room, owner = _labels(where, codes[2])
    contexts = int(room.max()) + 1 if room.size else 0
    size = _count(room, contexts)
    if size.size and size.max() > _MOST_ROWS:
        raise ValueError(f"context: {size.max():.0f} rows in one context, at most {_MOST_ROWS:.0f}")
    edges, paths = zip(*(_cliques(room, code, contexts) for code in codes[:2]), strict=True)
    mean, variance = _shuffled(size, edges[0], edges[1], paths[0], paths[1])
    same, members = _groups(room, codes[0], codes[1])
    pairs = np.bincount(owner[same], members * (members - 1) / 2, places).astype(float)
    repeated = np.bincount(owner[same], np.where(members > 1, members, 0.0), places).astype(float)
    rows = np.bincount(where, minlength=places).astype(float)
    expected = np.bincount(owner, mean, places).astype(float)
    spread = np.bincount(owner, variance, places).astype(float)
    share = np.clip(np.maximum(pairs - expected, 0.0) / np.maximum(rows, 1), 0.0, 1.0)
    return IdenticalRows(rows, repeated, pairs, expected, np.sqrt(spread), share, _upper(pairs, expected, spread))


def _codes(name: str, value: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.int64]:
    array = np.asarray(value)
    if array.shape != shape or (array.size and array.dtype.kind not in "iu"):
        raise ValueError(f"{name} must hold one whole number a row, got {array.dtype} of shape {array.shape}")
    return array.astype(np.int64)


def _labels(place: NDArray[np.intp], context: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Number of each row's context across places, and the place of each context."""
    room, first = joint(place.astype(np.int64), context)
    return room, place[first]


def joint(*codes: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Number of each row's combination of codes, and the first row of each combination."""
    number = np.zeros(codes[0].shape, dtype=np.int64)
    for code in codes:
        values, rank = np.unique(code, return_inverse=True)
        # Numbered afresh at each step, so that the products stay below the square of the rows.
        number = np.unique(number * max(values.size, 1) + rank, return_inverse=True)[1].astype(np.int64)
    first = np.unique(number, return_index=True)[1]
    return number.astype(np.intp), first.astype(np.intp)


def _count(room: NDArray[np.intp], contexts: int) -> Array:
    return np.bincount(room, minlength=contexts).astype(float)


def _groups(room: NDArray[np.intp], *codes: NDArray[np.int64]) -> tuple[NDArray[np.intp], Array]:
    """Context of each group of rows that agree on the codes, and its rows."""
    number, first = joint(room.astype(np.int64), *codes)
    return room[first], np.bincount(number, minlength=first.size).astype(float)


def _cliques(room: NDArray[np.intp], code: NDArray[np.int64], contexts: int) -> tuple[Array, Array]:
    """Pairs that agree, and pairs of such pairs that share a row, in each context."""
    same, m = _groups(room, code)
    pairs = np.bincount(same, m * (m - 1) / 2, contexts).astype(float)
    return pairs, np.bincount(same, m * (m - 1) * (m - 2) / 2, contexts).astype(float)


def _shuffled(n: Array, a: Array, b: Array, a2: Array, b2: Array) -> tuple[Array, Array]:
    """Mean and variance of the pairs that agree on both, over all shuffles of one of them."""
    two = np.maximum(n * (n - 1), 1.0)
    three, four = np.maximum(two * (n - 2), 1.0), np.maximum(two * (n - 2) * (n - 3), 1.0)
    mean = 2 * a * b / two
    square = mean + 4 * a2 * b2 / three + 4 * (a * (a - 1) - 2 * a2) * (b * (b - 1) - 2 * b2) / four
    # Differences of large numbers: held between nothing and what the terms can carry.
    return mean, np.maximum(square - mean**2, 0.0)


def _upper(pairs: Array, mean: Array, variance: Array) -> Array:
    poisson = special.gammainc(np.maximum(pairs, 1), mean)
    over = variance > mean * (1 + 1e-9)
    safe_mean, safe_variance = np.where(over, mean, 1.0), np.where(over, variance, 2.0)
    size = safe_mean**2 / (safe_variance - safe_mean)
    negative = special.betainc(np.maximum(pairs, 1), size, 1 - safe_mean / safe_variance)
    return np.where(pairs > 0, np.where(over, negative, poisson), 1.0)
