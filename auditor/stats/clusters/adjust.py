"""The bias-reducing correction of cluster scores, for one coefficient and all clusters at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.stats.checks import Array
from auditor.stats.clusters.sums import ClusterSums

_NOTHING_LEFT = 1e-7
_BLOCK = 4_000_000
_KRYLOV = 24
_SMALL = 40
_HIGH = 0.98

Ints = NDArray[np.int64]


def adjusted(sums: ClusterSums, column: int) -> tuple[Array, Array]:
    """Weights that turn each cluster's score into its corrected contribution to one coefficient.

    Parameters
    ----------
    sums : ClusterSums
    column : int
        Position of the coefficient.

    Returns
    -------
    lever : ndarray, shape (C, D)
        (M^-1 (L f L^-1) M c) of each cluster, with f the inverse root of I - L'QL; where a cluster alone decides some
        direction (the only cluster of a group), its residual there is 0 and so is f.
    pull : ndarray, shape (C, D)
        Information of the cluster times that.
    """
    size = len(sums.inverse)
    lever, pull = np.zeros((sums.clusters, size)), np.zeros((sums.clusters, size))
    inside, across = np.flatnonzero(sums.own >= 0), np.flatnonzero(sums.own < 0)
    for rows in _blocks(inside, (sums.design.shape[1] + 1) ** 2):
        information, columns = sums.nested(rows)
        inverse = sums.inverse[columns[:, :, None], columns[:, None, :]]
        found = _lever(information, inverse, sums.inverse[column][columns])
        lever[rows[:, None], columns] = found
        pull[rows[:, None], columns] = (information @ found[:, :, None])[:, :, 0]
    for rows in _blocks(across, size**2):
        information = sums.crossing(rows)
        found = _lever(information, sums.inverse[None], np.broadcast_to(sums.inverse[column], (len(rows), size)))
        lever[rows] = found
        pull[rows] = (information @ found[:, :, None])[:, :, 0]
    return lever, pull


def _blocks(rows: Ints, cost: int) -> list[Ints]:
    step = max(1, _BLOCK // cost)
    return [rows[at : at + step] for at in range(0, len(rows), step)]


def _lever(information: Array, inverse: Array, aim: Array) -> Array:
    """Return L f(L'QL) L^-1 aim for each cluster; the factor is taken in units that suit each parameter."""
    unit = np.sqrt(np.diagonal(inverse, axis1=1, axis2=2))
    factor = unit[:, :, None] * np.linalg.cholesky(inverse / unit[:, :, None] / unit[:, None, :])
    turned = np.swapaxes(factor, 1, 2)
    inner = turned @ information @ factor
    start = np.linalg.solve(factor, aim[:, :, None])[:, :, 0]
    root = _rooted(inner, start) if inner.shape[1] <= _SMALL else _krylov(inner, start)
    return np.asarray((factor @ root[:, :, None])[:, :, 0], dtype=np.float64)


def _inverse_root(values: Array) -> Array:
    """(1 - x)^(-1/2) of leverages x between 0 and 1; 0 where nothing is left."""
    left = 1 - values
    return np.where(left > _NOTHING_LEFT, 1 / np.sqrt(np.maximum(left, _NOTHING_LEFT)), 0.0)


def _rooted(inner: Array, start: Array) -> Array:
    values, vectors = np.linalg.eigh(inner)
    along = (np.swapaxes(vectors, 1, 2) @ start[:, :, None])[:, :, 0] * _inverse_root(values)
    result: Array = (vectors @ along[:, :, None])[:, :, 0]
    return result


def _krylov(inner: Array, start: Array) -> Array:
    """(I - A)^(-1/2) v by Lanczos: exact to rounding unless a leverage is near 1, where it is done in full."""
    steps = min(_KRYLOV, inner.shape[1])
    basis = np.zeros((steps, *start.shape))
    small = np.zeros((len(start), steps, steps))
    size = np.linalg.norm(start, axis=1)
    basis[0] = start / np.maximum(size, 1e-300)[:, None]
    for at in range(steps):
        new = (inner @ basis[at][:, :, None])[:, :, 0]
        for _ in range(2):  # twice is enough to keep the basis orthogonal (Parlett)
            along = np.einsum("scd,cd->sc", basis[: at + 1], new)
            new = new - np.einsum("sc,scd->cd", along, basis[: at + 1])
            small[:, : at + 1, at] += along.T
        if at + 1 < steps:
            length = np.linalg.norm(new, axis=1)
            # A basis that is complete has nothing to add: a null vector leaves the rest of the small matrix at 0.
            going = length > 1e-13
            basis[at + 1] = np.where(going[:, None], new / np.maximum(length, 1e-300)[:, None], 0.0)
            small[:, at + 1, at] = np.where(going, length, 0.0)
    small = (small + np.swapaxes(small, 1, 2)) / 2
    values, vectors = np.linalg.eigh(small)
    first = np.einsum("csk,ck,ck->cs", vectors, _inverse_root(values), vectors[:, 0, :])
    result: Array = np.einsum("cs,scd->cd", first * size[:, None], basis)
    high = values[:, -1] > _HIGH
    if high.any():
        result[high] = _rooted(inner[high], start[high])
    return result
