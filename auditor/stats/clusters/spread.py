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
"""Entries of a matrix that are worked on at once: 2 MB."""
SHIFT = 2.0**26
"""What successes are multiplied by, so that they and fewer trials than this are added up in one number, exactly."""

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


def nested(rows: Array, own: Ints, table: Array, design: Array) -> tuple[Array, Array]:
    """Return scores and levels of clusters that lie in one group each.

    Parameters
    ----------
    rows : ndarray, shape (C, M)
        Trials of each cluster and row of the design, with its successes times :data:`SHIFT` on top. Overwritten by
        n p (1 - p).
    own : ndarray of int, shape (C,)
    table : ndarray, shape (G, M)
        Fitted share by group and row.
    design : ndarray, shape (M, P)

    Returns
    -------
    scores, levels : ndarray, shape (C, P + G)
        As in :class:`auditor.stats.clusters.sums.ClusterSums`.
    """
    width, clusters = design.shape[1], len(own)
    scores, levels = (np.zeros((clusters, width + len(table))) for _ in range(2))
    step = max(1, _BLOCK // len(design))
    for first in range(0, clusters, step):
        block = slice(first, first + step)
        lines, column = np.arange(clusters)[block], width + own[block]
        hits = np.floor(rows[block] / SHIFT)
        share = table[own[block]]
        expected = (rows[block] - SHIFT * hits) * share
        hits -= expected
        scores[block, :width], scores[lines, column] = hits @ design, hits.sum(axis=1)
        rows[block] = expected * (1 - share)
        levels[block, :width], levels[lines, column] = rows[block] @ design, rows[block].sum(axis=1)
    return scores, levels
