"""Logistic regression of counts k of n in cells, with an intercept for every place that is never written as a column.

Cells carry all that rows do: the likelihood of five million stops is that of the twenty thousand distinct rows of
their covariates, each with its count. Place intercepts are eliminated from every Newton step block by block (the
information between intercepts is diagonal), so their number costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse, special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged
from auditor.stats.numbering import numbered

_MOST_STEPS = 60
_STILL = 1e-7
_GRADIENT = 1e-8
_LEAST_EIGENVALUE = 1e-11

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class GroupedLogit:
    """A fitted model log(p / (1 - p)) = intercept of the group + design @ coefficients.

    Attributes
    ----------
    coefficients : ndarray, shape (P,)
    intercepts : ndarray, shape (G,)
        By group, in the order of `groups`; -inf or +inf where all of a group's trials failed or succeeded: such a
        group fits itself and tells nothing about the coefficients.
    covariance : ndarray, shape (P, P)
        Of the coefficients, as if rows were independent (inverse information).
    fitted : ndarray, shape (N,)
        Fitted share of each cell.
    weights : ndarray, shape (N,)
        n p (1 - p) of each cell.
    scores : ndarray, shape (N,)
        k - n p of each cell.
    used : ndarray of bool, shape (N,)
        Cells of the groups that vary.
    design : ndarray, shape (M, P)
        Distinct rows of covariates.
    row : ndarray of int, shape (N,)
        Position of each cell's covariates among them.
    group : ndarray of int, shape (N,)
        Position of each cell's group among `groups`.
    groups : ndarray, shape (G,)
        Their codes, in order.
    log_likelihood : float
        Over the cells used, without the binomial coefficients: that of the rows.
    steps : int
        Newton steps taken.
    """

    coefficients: Array
    intercepts: Array
    covariance: Array
    fitted: Array
    weights: Array
    scores: Array
    used: Bools
    design: Array
    row: Ints
    group: Ints
    groups: Ints
    log_likelihood: float
    steps: int

    @property
    def se(self) -> Array:
        """Standard errors as if rows were independent, shape (P,)."""
        result: Array = np.sqrt(np.diagonal(self.covariance))
        return result


def fit_grouped_logit(
    k: ArrayLike, n: ArrayLike, design: ArrayLike, group: ArrayLike | None = None, row: ArrayLike | None = None
) -> GroupedLogit:
    """Fit by Newton's method.

    Parameters
    ----------
    k, n : array_like of int, shape (N,)
        Successes and trials of each cell; n of 1 or more.
    design : array_like of float, shape (N, P), or (M, P) with `row`
        Covariates without a constant; the intercepts of the groups stand for it.
    group : array_like of int, shape (N,), optional
        Code of the place (agency, area) of each cell. Without it there is one intercept.
    row : array_like of int, shape (N,), optional
        Which row of the design each cell has. Many cells share few of them where groups meet the same covariates:
        sums over cells are then matrix products over rows.

    Returns
    -------
    GroupedLogit

    Raises
    ------
    ValueError
        If shapes do not fit, a value is not finite, or k exceeds n.
    NotConverged
        If no group varies, columns are collinear given the intercepts, the data are separated (some combination of
        covariates sets apart successes from failures, so that no finite maximum exists), or a gradient stays above
        1e-8 in units of its own standard error.

    References
    ----------
    McCullagh, P. & Nelder, J. A. (1989). Generalized Linear Models, 2nd ed., sections 2.5 and 4.4.
    Albert, A. & Anderson, J. A. (1984). On the existence of maximum likelihood estimates in logistic regression
    models. Biometrika 71, 1-10 (separation).
    Stammann, A., Heiss, F. & McFadden, D. (2016). Estimating fixed effects logit models with large panel data (the
    elimination of intercepts).
    """
    successes, trials, x, codes = _inputs(k, n, design, group, row)
    at = np.arange(len(x)) if row is None else np.asarray(row).astype(np.int64)
    groups, position = numbered(codes)
    which = position.astype(np.int64)
    total = np.bincount(which, trials, minlength=len(groups))
    hits = np.bincount(which, successes, minlength=len(groups))
    varies = (hits > 0) & (hits < total)
    if not varies.any():
        raise NotConverged("no group holds both successes and failures")
    used = varies[which]
    blocks = _Blocks.of(successes[used], trials[used], x, at[used], which[used])
    found = _newton(blocks, hits[varies] / total[varies])
    intercepts = np.where(hits > 0, np.inf, -np.inf)
    intercepts[varies] = found.alpha
    fitted = special.expit(intercepts[which] + (x @ found.beta)[at])
    return GroupedLogit(
        coefficients=found.beta,
        intercepts=intercepts,
        covariance=found.covariance,
        fitted=fitted,
        weights=trials * fitted * (1 - fitted),
        scores=successes - trials * fitted,
        used=used,
        design=x,
        row=at,
        group=which,
        groups=groups,
        log_likelihood=found.log_likelihood,
        steps=found.steps,
    )


def _inputs(
    k: ArrayLike, n: ArrayLike, design: ArrayLike, group: ArrayLike | None, row: ArrayLike | None
) -> tuple[Array, Array, Array, Ints]:
    successes, trials = checks.tally(k, n)
    checks.positive("n", trials)
    x = np.asarray(design)
    if successes.ndim != 1 or x.ndim != 2 or (row is None and len(x) != len(successes)):
        raise ValueError(f"k {successes.shape} and design {x.shape} do not fit each other")
    if row is not None:
        _refuse_rows(np.asarray(row), successes.shape, len(x))
    codes = np.zeros(len(successes), dtype=np.int64) if group is None else np.asarray(group)
    if codes.shape != successes.shape or codes.dtype.kind not in "iu":
        raise ValueError("group must hold one whole number for each cell")
    # An empty design is a model of intercepts alone; `numbers` would make it one-dimensional.
    return successes, trials, checks.numbers("design", x) if x.size else x.astype(float), codes.astype(np.int64)


def _refuse_rows(row: NDArray[Any], shape: tuple[int, ...], rows: int) -> None:
    if row.shape != shape or row.dtype.kind not in "iu":
        raise ValueError("row must hold one whole number for each cell")
    if row.size and (row.min() < 0 or row.max() >= rows):
        raise ValueError(f"row must lie between 0 and {rows - 1}")


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Cells in the order of their groups, so that sums over a group are sums over a stretch.

    Attributes
    ----------
    k, n : ndarray, shape (N,)
    x : ndarray, shape (M, P)
        Rows of the design, less their mean.
    square : ndarray, shape (M, P)
        Squares of the rows as they were given: what a column that does not vary is told by.
    centre : ndarray, shape (P,)
        The mean row of the design.
    row : ndarray of int, shape (N,)
    starts, lengths : ndarray of int, shape (G,)
    """

    k: Array
    n: Array
    x: Array
    square: Array
    centre: Array
    row: Ints
    starts: Ints
    lengths: Ints

    @classmethod
    def of(cls, k: Array, n: Array, x: Array, row: Ints, which: Ints) -> _Blocks:
        order = np.argsort(which, kind="stable")
        lengths = np.bincount(which)
        lengths = lengths[lengths > 0]
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
        # Sums of squares about the groups' means are differences of large numbers unless the columns are centred.
        centre = np.bincount(row, n, minlength=len(x)) @ x / n.sum()
        return cls(k[order], n[order], x - centre, x**2, centre, row[order], starts, lengths.astype(np.int64))

    def sums(self, values: Array) -> Array:
        """Sum over the cells of each group."""
        result: Array = np.add.reduceat(values, self.starts)
        return result

    def rows(self, values: Array) -> Array:
        """Sum over the cells of each row of the design."""
        return np.bincount(self.row, values, minlength=len(self.x)).astype(np.float64)

    def products(self, values: Array) -> Array:
        """Sum values times covariates over the cells of each group, shape (G, P)."""
        ends = np.append(self.starts, len(self.k))
        result: Array = sparse.csr_matrix((values, self.row, ends), shape=(len(self.starts), len(self.x))) @ self.x
        return result

    def predicted(self, beta: Array, alpha: Array) -> Array:
        """Linear predictor of each cell, from coefficients and intercepts of the centred columns."""
        return (self.x @ beta)[self.row] + np.repeat(alpha, self.lengths)

    def likelihood(self, eta: Array) -> float:
        return float(self.k @ eta - self.n @ np.logaddexp(0.0, eta))


@dataclass(frozen=True, slots=True)
class _Found:
    beta: Array
    alpha: Array
    covariance: Array
    log_likelihood: float
    steps: int


def _newton(cells: _Blocks, start: Array) -> _Found:
    alpha, beta = np.log(start / (1 - start)), np.zeros(cells.x.shape[1])
    eta = np.repeat(alpha, cells.lengths)
    likelihood = cells.likelihood(eta)
    for step in range(1, _MOST_STEPS + 1):
        system = _System.at(cells, eta, first=step == 1)
        change, shift = system.solve()
        move = cells.predicted(change, shift)
        # Newton's step never overshoots near the maximum; far from it, it is halved until the likelihood rises.
        for halving in range(30):
            part = 0.5**halving
            new = cells.likelihood(eta + part * move)
            if new >= likelihood - 1e-9 * (1 + abs(likelihood)):
                break
        alpha, beta, eta, likelihood = alpha + part * shift, beta + part * change, eta + part * move, new
        if float(np.abs(move).max()) < _STILL:
            return _finish(cells, alpha, beta, step)
    raise NotConverged(f"the logistic fit still moved after {_MOST_STEPS} steps: the data are separated")


def _finish(cells: _Blocks, alpha: Array, beta: Array, steps: int) -> _Found:
    eta = cells.predicted(beta, alpha)
    system = _System.at(cells, eta, first=False)
    gradient = max(
        float(np.abs(part / np.sqrt(size)).max(initial=0.0))
        for part, size in ((system.slope, np.diagonal(system.information)), (system.level, system.mass))
    )
    if not gradient <= _GRADIENT:
        raise NotConverged(f"the gradient of the logistic fit is {gradient:.2g} standard errors, not 0")
    covariance = np.linalg.inv(system.information).astype(np.float64)
    return _Found(beta, alpha - float(cells.centre @ beta), covariance, cells.likelihood(eta), steps)


@dataclass(frozen=True, slots=True)
class _System:
    """Gradient and information at one point, with the intercepts eliminated."""

    slope: Array
    level: Array
    mass: Array
    means: Array
    information: Array

    @classmethod
    def at(cls, cells: _Blocks, eta: Array, *, first: bool) -> _System:
        p = special.expit(eta)
        weight = cells.n * p * special.expit(-eta)
        mass = cells.sums(weight)
        if not (mass > 0).all():
            raise NotConverged("the data are separated: fitted shares reached 0 or 1")
        cross, heavy = cells.products(weight), cells.rows(weight)
        means = cross / mass[:, None]
        information = (cells.x * heavy[:, None]).T @ cells.x - cross.T @ means
        _refuse_singular(information, heavy @ cells.square, first)
        residual = cells.k - cells.n * p
        level = cells.sums(residual)
        return cls(cells.x.T @ cells.rows(residual) - means.T @ level, level, mass, means, information)

    def solve(self) -> tuple[Array, Array]:
        """Return Newton's change of the coefficients and of the intercepts."""
        change = np.linalg.solve(self.information, self.slope).astype(np.float64)
        return change, self.level / self.mass - self.means @ change


def _refuse_singular(information: Array, raw: Array, first: bool) -> None:
    """Refuse a matrix without an inverse: smallest eigenvalue with columns in units of their own size."""
    reason = "columns are collinear, or do not vary within any group" if first else "the data are separated"
    size = np.diagonal(information)
    if not (size > _LEAST_EIGENVALUE * raw).all():
        raise NotConverged(f"no unique maximum: {reason}")
    unit = np.sqrt(size)
    if len(size) and not np.linalg.eigvalsh(information / unit[:, None] / unit)[0] > _LEAST_EIGENVALUE:
        raise NotConverged(f"no unique maximum: {reason}")
