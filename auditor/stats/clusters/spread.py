"""Values of parts added up by cluster and row of the design, in a full matrix where enough of it is filled."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from auditor.stats.checks import Array

_FULL = 4
"""Entries of a matrix to each value that is put there, up to which it is held in full: products are quicker."""
_LEAST = 10_000
_BLOCK = 250_000
"""Entries of a matrix that are worked on at once, 2 MB: a matrix of all clusters would cost more than what is done."""
Ints = NDArray[np.int64]
Whole = NDArray[np.integer[Any]]
Spread: TypeAlias = Array | sparse.csr_matrix


def is_full(shape: tuple[int, int], values: int) -> bool:
    """Say whether a matrix is held in full."""
    return shape[0] * shape[1] <= _FULL * max(values, _LEAST)


def spread(line: Whole, column: Whole, values: Array, shape: tuple[int, int]) -> Spread:
    """Add values up in a matrix; a full one where enough of it would be filled."""
    if not is_full(shape, len(values)):
        return sparse.csr_matrix((values, (line, column)), shape=shape)
    return tabled(line, column, values, shape)


def tabled(line: Whole, column: Whole, values: Array, shape: tuple[int, int]) -> Array:
    """Add values up in a full matrix."""
    flat = np.multiply(line, shape[1], dtype=np.int64)
    flat += column
    return np.bincount(flat, values, minlength=shape[0] * shape[1]).astype(np.float64, copy=False).reshape(shape)


def nested(
    parts: tuple[Whole, Whole, Whole, Whole], own: Ints, table: Array, design: Array
) -> tuple[Array, Array, Array]:
    """Return scores, levels and information of clusters that lie in one group each.

    Parameters
    ----------
    parts : tuple of arrays, shape (R,)
        Successes, trials, row of the design and cluster of each part, in the order of clusters.
    own : ndarray of int, shape (C,)
        Group of each cluster.
    table : ndarray, shape (G, M)
        Fitted share by group and row.
    design : ndarray, shape (M, P)

    Returns
    -------
    scores, levels : ndarray, shape (C, P + G)
        As in :class:`auditor.stats.clusters.sums.ClusterSums`.
    between : ndarray, shape (C, P (P + 1) / 2)
    """
    k, n, row, which = parts
    (size, width), clusters = design.shape, len(own)
    scores, levels = (np.zeros((clusters, width + len(table))) for _ in range(2))
    squares = products(design)
    between = np.zeros((clusters, squares.shape[1]))
    step, edges = max(1, _BLOCK // size), np.searchsorted(which, np.arange(clusters + 1, dtype=which.dtype))
    for first in range(0, clusters, step):
        last = min(first + step, clusters)
        here = slice(edges[first], edges[last])
        lines, column = np.arange(first, last), width + own[first:last]
        at = (which[here] - first) * np.int64(size) + row[here]
        hits, trials = (
            np.bincount(at, each[here], minlength=(last - first) * size).reshape(-1, size) for each in (k, n)
        )
        share = table[own[first:last]]
        expected = trials * share
        residual, weight = hits - expected, expected * (1 - share)
        scores[first:last, :width], scores[lines, column] = residual @ design, residual.sum(axis=1)
        levels[first:last, :width], levels[lines, column] = weight @ design, weight.sum(axis=1)
        between[first:last] = weight @ squares
    return scores, levels, between


def products(design: Array) -> Array:
    """Return the products of every two columns, shape (M, P (P + 1) / 2), in the order of ``numpy.triu_indices``."""
    one, other = np.triu_indices(design.shape[1])
    found: Array = design[:, one] * design[:, other]
    return found
