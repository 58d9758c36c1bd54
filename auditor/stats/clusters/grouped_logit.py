"""Logistic regression of counts k of n in cells, with an intercept for every place that is never written as a column.

Cells carry all that rows do: the likelihood of five million stops is that of the twenty thousand distinct rows of
their covariates, each with its count. Place intercepts are eliminated from every Newton step block by block (the
information between intercepts is diagonal), so their number costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

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
    design : ndarray, shape (N, P)
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
    group: Ints
    groups: Ints
    log_likelihood: float
    steps: int

    @property
    def se(self) -> Array:
        """Standard errors as if rows were independent, shape (P,)."""
        result: Array = np.sqrt(np.diagonal(self.covariance))
        return result


def fit_grouped_logit(k: ArrayLike, n: ArrayLike, design: ArrayLike, group: ArrayLike | None = None) -> GroupedLogit:
    """Fit by Newton's method.

    Parameters
    ----------
    k, n : array_like of int, shape (N,)
        Successes and trials of each cell; n of 1 or more.
    design : array_like of float, shape (N, P)
        Covariates without a constant; the intercepts of the groups stand for it.
    group : array_like of int, shape (N,), optional
        Code of the place (agency, area) of each cell. Without it there is one intercept.

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
    successes, trials, x, codes = _inputs(k, n, design, group)
    groups, position = numbered(codes)
    which = position.astype(np.int64)
    total = np.bincount(which, trials, minlength=len(groups))
    hits = np.bincount(which, successes, minlength=len(groups))
    varies = (hits > 0) & (hits < total)
    if not varies.any():
        raise NotConverged("no group holds both successes and failures")
    used = varies[which]
    found = _newton(_Blocks.of(successes[used], trials[used], x[used], which[used]), hits[varies] / total[varies])
    intercepts = np.where(hits > 0, np.inf, -np.inf)
    intercepts[varies] = found.alpha
    fitted = special.expit(intercepts[which] + x @ found.beta)
    return GroupedLogit(
        coefficients=found.beta,
        intercepts=intercepts,
        covariance=found.covariance,
        fitted=fitted,
        weights=trials * fitted * (1 - fitted),
        scores=successes - trials * fitted,
        used=used,
        design=x,
        group=which,
        groups=groups,
        log_likelihood=found.log_likelihood,
        steps=found.steps,
    )


def _inputs(k: ArrayLike, n: ArrayLike, design: ArrayLike, group: ArrayLike | None) -> tuple[Array, Array, Array, Ints]:
    successes, trials = checks.tally(k, n)
    checks.positive("n", trials)
    x = np.asarray(design)
    if successes.ndim != 1 or x.ndim != 2 or len(x) != len(successes):
        raise ValueError(f"k {successes.shape} and design {x.shape} do not fit each other")
    codes = np.zeros(len(x), dtype=np.int64) if group is None else np.asarray(group)
    if codes.shape != successes.shape or codes.dtype.kind not in "iu":
        raise ValueError("group must hold one whole number for each cell")
    # An empty design is a model of intercepts alone; `numbers` would make it one-dimensional.
    return successes, trials, checks.numbers("design", x) if x.size else x.astype(float), codes.astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Cells in the order of their groups, so that sums over a group are sums over a stretch."""

    k: Array
    n: Array
    x: Array
    starts: Ints
    lengths: Ints

    @classmethod
    def of(cls, k: Array, n: Array, x: Array, which: Ints) -> _Blocks:
        order = np.argsort(which, kind="stable")
        lengths = np.bincount(which)
        lengths = lengths[lengths > 0]
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
        return cls(k[order], n[order], x[order], starts, lengths.astype(np.int64))

    def sums(self, values: Array) -> Array:
        """Sum over the cells of each group."""
        result: Array = np.add.reduceat(values, self.starts, axis=0)
        return result

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
        move = cells.x @ change + np.repeat(shift, cells.lengths)
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
    eta = cells.x @ beta + np.repeat(alpha, cells.lengths)
    system = _System.at(cells, eta, first=False)
    gradient = max(
        float(np.abs(part / np.sqrt(size)).max(initial=0.0))
        for part, size in ((system.slope, np.diagonal(system.information)), (system.level, system.mass))
    )
    if not gradient <= _GRADIENT:
        raise NotConverged(f"the gradient of the logistic fit is {gradient:.2g} standard errors, not 0")
    covariance = np.linalg.inv(system.information).astype(np.float64)
    return _Found(beta, alpha, covariance, cells.likelihood(eta), steps)


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
        means = cells.sums(weight[:, None] * cells.x) / mass[:, None]
        centred = cells.x - np.repeat(means, cells.lengths, axis=0)
        information = (centred * weight[:, None]).T @ centred
        _refuse_singular(information, (weight[:, None] * cells.x**2).sum(axis=0), first)
        residual = cells.k - cells.n * p
        return cls(centred.T @ residual, cells.sums(residual), mass, means, information)

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
