"""Scores and information of clusters (officers, days), accumulated over the cells of a fitted logit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.clusters.grouped_logit import GroupedLogit
from auditor.stats.fit import NotConverged
from auditor.stats.numbering import numbered

Ints = NDArray[np.int64]
Whole = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class ClusterSums:
    """What each cluster adds to the score and the information of all D = P + G parameters, intercepts last.

    Only cells of groups that vary are in it, so G counts those groups.

    Attributes
    ----------
    scores : ndarray, shape (C, D)
    levels : ndarray, shape (C, D)
        Information between each parameter and a shift of all intercepts alike.
    inverse : ndarray, shape (D, D)
        Inverse of the whole information.
    weight : csr_matrix, shape (C, N)
        n p (1 - p) by cluster and cell.
    design : ndarray, shape (N, P)
    group : ndarray of int, shape (N,)
    own : ndarray of int, shape (C,)
        The one group a cluster lies in; -1 where it crosses groups.
    """

    scores: Array
    levels: Array
    inverse: Array
    weight: sparse.csr_matrix
    design: Array
    group: Ints
    own: Ints

    @property
    def clusters(self) -> int:
        """Number of clusters C."""
        return len(self.own)

    def nested(self, rows: Ints) -> tuple[Array, Ints]:
        """Information of clusters that lie in one group each.

        Returns
        -------
        information : ndarray, shape (R, P + 1, P + 1)
            Of the coefficients and the cluster's own intercept.
        columns : ndarray of int, shape (R, P + 1)
            Their positions among all parameters.
        """
        width = self.design.shape[1]
        information = np.empty((len(rows), width + 1, width + 1))
        information[:, :width, :width] = self._between(rows)
        levels = self.weight[rows] @ np.column_stack([self.design, np.ones(len(self.design))])
        information[:, width, :], information[:, :, width] = levels, levels
        columns = np.broadcast_to(np.arange(width + 1), (len(rows), width + 1)).copy()
        columns[:, width] = width + self.own[rows]
        return information, columns

    def crossing(self, rows: Ints) -> Array:
        """Information of any clusters on all parameters, shape (R, D, D)."""
        width, size = self.design.shape[1], len(self.inverse)
        information = np.zeros((len(rows), size, size))
        information[:, :width, :width] = self._between(rows)
        weight, member = self.weight[rows], self._membership()
        for at in range(width):
            part = (weight @ member.multiply(self.design[:, [at]]).tocsr()).toarray()
            information[:, at, width:], information[:, width:, at] = part, part
        diagonal = np.arange(width, size)
        information[:, diagonal, diagonal] = (weight @ member).toarray()
        return information

    def _between(self, rows: Ints) -> Array:
        """Information between the coefficients, shape (R, P, P), one pair of columns at a time."""
        width, weight = self.design.shape[1], self.weight[rows]
        result = np.empty((len(rows), width, width))
        for at in range(width):
            part = weight @ (self.design[:, [at]] * self.design[:, at:])
            result[:, at, at:], result[:, at:, at] = part, part
        return result

    def _membership(self) -> sparse.csr_matrix:
        cells = len(self.group)
        shape = (cells, len(self.inverse) - self.design.shape[1])
        return sparse.csr_matrix((np.ones(cells), (np.arange(cells), self.group)), shape=shape)


def sum_clusters(fit: GroupedLogit, k: ArrayLike, n: ArrayLike, cell: ArrayLike, cluster: ArrayLike) -> ClusterSums:
    """Accumulate the parts of cells that each cluster holds.

    Parameters
    ----------
    fit : GroupedLogit
        Fitted to the cells.
    k, n : array_like of int, shape (R,)
        Successes and trials of each part; over all parts of a cell they add up to the cell's.
    cell : array_like of int, shape (R,)
        Position of the part's cell in the fit, 0 to N - 1.
    cluster : array_like of int, shape (R,)
        Code of the part's cluster.

    Returns
    -------
    ClusterSums

    Raises
    ------
    ValueError
        If shapes differ, a cell does not exist, or the parts do not add up to the cells that were fitted.
    NotConverged
        If the information of coefficients and intercepts together cannot be inverted.
    """
    successes, trials, at, code = _parts(fit, k, n, cell, cluster)
    groups, group = numbered(fit.group[fit.used])
    if not fit.used.all():
        keep = fit.used[at]
        successes, trials, code = successes[keep], trials[keep], code[keep]
        at = (np.cumsum(fit.used) - 1)[at[keep]]
    names, which = numbered(code)
    p = fit.fitted[fit.used]
    shape = (len(names), len(p))
    # Parts of one cell and cluster are added, both counts in one go: trials as the real part, successes beside them.
    both = sparse.csr_matrix((trials + 1j * successes, (which, at.astype(np.int32))), shape=shape)
    at_cell = (both.indices, both.indptr)
    whole = sparse.csr_matrix((both.data.real * (p * (1 - p))[both.indices], *at_cell), shape=shape)
    score = sparse.csr_matrix((both.data.imag - both.data.real * p[both.indices], *at_cell), shape=shape)
    del both
    least, most = _edges(group, whole)
    member = sparse.csr_matrix((np.ones(shape[1]), (np.arange(shape[1]), group)), shape=(shape[1], len(groups)))
    design = fit.design[fit.used]
    return ClusterSums(
        scores=np.column_stack([score @ design, (score @ member).toarray()]),
        levels=np.column_stack([whole @ design, (whole @ member).toarray()]),
        inverse=_inverse(design, fit.weights[fit.used], group, member),
        weight=whole,
        design=design,
        group=group.astype(np.int64),
        own=np.where(least == most, least, -1),
    )


def _parts(
    fit: GroupedLogit, k: ArrayLike, n: ArrayLike, cell: ArrayLike, cluster: ArrayLike
) -> tuple[Array, Array, Whole, Whole]:
    successes, trials = checks.tally(k, n)
    at, code = np.asarray(cell), np.asarray(cluster)
    if successes.ndim != 1 or not successes.shape == at.shape == code.shape:
        raise ValueError(f"k {successes.shape}, cell {at.shape} and cluster {code.shape} must be equally long")
    if at.dtype.kind not in "iu" or code.dtype.kind not in "iu":
        raise ValueError("cell and cluster must hold whole numbers")
    cells = len(fit.fitted)
    if at.size and (at.min() < 0 or at.max() >= cells):
        raise ValueError(f"cell must lie between 0 and {cells - 1}")
    total = np.bincount(at, trials, minlength=cells)
    score = np.bincount(at, successes, minlength=cells) - total * fit.fitted
    weight = total * fit.fitted * (1 - fit.fitted)
    size = 1 + np.abs(fit.weights)
    if not (np.allclose(score, fit.scores, atol=1e-6) and (np.abs(weight - fit.weights) <= 1e-9 * size).all()):
        raise ValueError("the parts of the clusters do not add up to the cells that were fitted")
    return successes, trials, at, code


def _edges(group: Whole, parts: sparse.csr_matrix) -> tuple[Ints, Ints]:
    """Return the least and the greatest group that each cluster has a part in; every cluster has one."""
    met, starts = group[parts.indices], parts.indptr[:-1]
    least, most = np.minimum.reduceat(met, starts), np.maximum.reduceat(met, starts)
    return least.astype(np.int64), most.astype(np.int64)


def _inverse(design: Array, weight: Array, group: Whole, member: sparse.csr_matrix) -> Array:
    """Inverse information of coefficients and intercepts, by the blocks of which that of the intercepts is diagonal."""
    mass = member.T @ weight
    cross = member.T @ (design * weight[:, None])
    means = cross / mass[:, None]
    centred = design - means[group]
    information = (centred * weight[:, None]).T @ centred
    try:
        own = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        raise NotConverged("the information of the fit cannot be inverted") from None
    corner = -own @ means.T
    return np.block([[own, corner], [corner.T, np.diag(1 / mass) + means @ own @ means.T]])
