"""Scores and information of clusters (officers, days), accumulated over the cells of a fitted logit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.clusters.grouped_logit import GroupedLogit
from auditor.stats.clusters.spread import is_full, nested, products, spread, tabled
from auditor.stats.fit import NotConverged
from auditor.stats.numbering import in_runs, numbered, summed

Ints = NDArray[np.int64]
Whole = NDArray[np.integer[Any]]


@dataclass(frozen=True)
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
    between : ndarray, shape (C, P (P + 1) / 2)
        Information between the coefficients: the upper triangle.
    parts : tuple of arrays, shape (R,)
        Cluster, cell and trials of the parts of cells.
    variance : ndarray, shape (N,)
        p (1 - p) of each cell.
    design : ndarray, shape (M, P)
        Distinct rows of covariates.
    row : ndarray of int, shape (N,)
        Position of each cell's covariates among them.
    group : ndarray of int, shape (N,)
    own : ndarray of int, shape (C,)
        The one group a cluster lies in; -1 where it crosses groups.
    """

    scores: Array
    levels: Array
    inverse: Array
    between: Array
    parts: tuple[Whole, Whole, Whole]
    variance: Array
    design: Array
    row: Ints
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
        levels = np.column_stack([self.levels[rows, :width], self.levels[rows, width:].sum(axis=1)])
        information[:, width, :], information[:, :, width] = levels, levels
        columns = np.broadcast_to(np.arange(width + 1), (len(rows), width + 1)).copy()
        columns[:, width] = width + self.own[rows]
        return information, columns

    def crossing(self, rows: Ints) -> Array:
        """Information of any clusters on all parameters, shape (R, D, D)."""
        width, size = self.design.shape[1], len(self.inverse)
        information = np.zeros((len(rows), size, size))
        information[:, :width, :width] = self._between(rows)
        weight, member = self._by_cell[rows], self._membership()
        for at in range(width):
            part = (weight @ member.multiply(self.design[self.row, at][:, None]).tocsr()).toarray()
            information[:, at, width:], information[:, width:, at] = part, part
        diagonal = np.arange(width, size)
        information[:, diagonal, diagonal] = (weight @ member).toarray()
        return information

    def _between(self, rows: Ints) -> Array:
        """Information between the coefficients, shape (R, P, P)."""
        width = self.design.shape[1]
        one, other = np.triu_indices(width)
        result = np.empty((len(rows), width, width))
        result[:, one, other] = result[:, other, one] = self.between[rows]
        return result

    @cached_property
    def _by_cell(self) -> sparse.csr_matrix:
        which, at, trials = self.parts
        return sparse.csr_matrix((trials * self.variance[at], (which, at)), shape=(self.clusters, len(self.group)))

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
    clusters, which = in_runs(code)
    p, design, row = fit.fitted[fit.used], fit.design, fit.row[fit.used]
    own = _own(which, group[at], clusters)
    shape = (clusters, len(design))
    if (own >= 0).all() and is_full(shape, len(at)):
        table = np.zeros((len(groups), len(design)))
        table[group, row] = p
        scores, levels, between = nested(_in_order(successes, trials, row[at], which), own, table, design)
    else:
        share = p[at]
        weight, score = trials * share * (1 - share), successes - trials * share
        rows, by_score = (spread(which, row[at], each, shape) for each in (weight, score))
        by_group = [tabled(which, group[at], each, (clusters, len(groups))) for each in (score, weight)]
        scores = np.column_stack([by_score @ design, by_group[0]])
        levels = np.column_stack([rows @ design, by_group[1]])
        between = np.asarray(rows @ products(design))
    return ClusterSums(
        scores=scores,
        levels=levels,
        inverse=_inverse(design, row, fit.weights[fit.used], group, len(groups)),
        between=between,
        parts=(which, at, trials),
        variance=p * (1 - p),
        design=design,
        row=row,
        group=group.astype(np.int64),
        own=own,
    )


def _in_order(k: Whole, n: Whole, row: Whole, which: Whole) -> tuple[Whole, Whole, Whole, Whole]:
    """Return the parts in the order of their clusters."""
    if (which[1:] >= which[:-1]).all():
        return k, n, row, which
    order = np.argsort(which, kind="stable")
    return k[order], n[order], row[order], which[order]


def _own(which: Whole, group: Whole, clusters: int) -> Ints:
    """Return the one group that each cluster has parts in; -1 where it has parts in several."""
    own = np.zeros(clusters, dtype=np.int32)
    own[which] = group
    crossing = np.zeros(clusters, dtype=bool)
    crossing[which[own[which] != group]] = True
    return np.where(crossing, -1, own).astype(np.int64)


def _parts(
    fit: GroupedLogit, k: ArrayLike, n: ArrayLike, cell: ArrayLike, cluster: ArrayLike
) -> tuple[Whole, Whole, Whole, Whole]:
    successes, trials = checks.whole_tally(k, n)
    at, code = np.asarray(cell), np.asarray(cluster)
    if successes.ndim != 1 or not successes.shape == at.shape == code.shape:
        raise ValueError(f"k {successes.shape}, cell {at.shape} and cluster {code.shape} must be equally long")
    if at.dtype.kind not in "iu" or code.dtype.kind not in "iu":
        raise ValueError("cell and cluster must hold whole numbers")
    cells = len(fit.fitted)
    if at.size and (at.min() < 0 or at.max() >= cells):
        raise ValueError(f"cell must lie between 0 and {cells - 1}")
    total = summed(at, trials, cells)
    score = summed(at, successes, cells) - total * fit.fitted
    weight = total * fit.fitted * (1 - fit.fitted)
    size = 1 + np.abs(fit.weights)
    if not (np.allclose(score, fit.scores, atol=1e-6) and (np.abs(weight - fit.weights) <= 1e-9 * size).all()):
        raise ValueError("the parts of the clusters do not add up to the cells that were fitted")
    return successes, trials, at, code


def _inverse(design: Array, row: Ints, weight: Array, group: Whole, groups: int) -> Array:
    """Inverse information of coefficients and intercepts, by the blocks of which that of the intercepts is diagonal."""
    mass = np.bincount(group, weight, minlength=groups)
    heavy = np.bincount(row, weight, minlength=len(design))
    centre = heavy @ design / heavy.sum()
    x = design - centre
    member = sparse.csr_matrix((weight, (group, row)), shape=(groups, len(design)))
    cross = np.asarray(member @ x)
    means = cross / mass[:, None]
    information = (x * heavy[:, None]).T @ x - cross.T @ means
    try:
        own = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        raise NotConverged("the information of the fit cannot be inverted") from None
    means += centre
    corner = -own @ means.T
    return np.block([[own, corner], [corner.T, np.diag(1 / mass) + means @ own @ means.T]])
