"""Poisson log-linear model of counts by place and group, with the place effects profiled out.

Given a place's total, its counts are multinomial with probabilities proportional to E_jg exp(b_g): the place
effects are gone, and what is left has as many unknowns as groups less one, whatever the number of places.
Estimates, standard errors and deviance are those of the Poisson model with a dummy for every place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged
from auditor.stats.ratios.tails import deviance

_TOLERANCE = 1e-8
_MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class LogLinear:
    """One fitted model.

    Attributes
    ----------
    intercept : float or None
        Log rate of group 0 (of everyone, without groups); None where every place has its own.
    coefficients : ndarray, shape (G,)
        Log rate of each group less that of group 0, so 0 first; shape (0,) without groups.
    se, se_scaled : ndarray
        Standard errors of `coefficients` under Poisson variance, and times the root of the dispersion;
        0 first. se_scaled is NaN ("not applicable") where df is 0.
    deviance, pearson : float
        Deviance and Pearson chi-square.
    df : int
        Residual degrees of freedom over the cells with exposure.
    dispersion : float
        pearson / df; NaN ("not applicable") where df is 0.
    converged : bool
        Always True: an unfinished fit raises.
    """

    intercept: float | None
    coefficients: Array
    se: Array
    se_scaled: Array
    deviance: float
    pearson: float
    df: int
    dispersion: float
    converged: bool


@dataclass(frozen=True, slots=True)
class StratifiedFit:
    """Three nested models of the same cells, and how many places they rest on.

    Attributes
    ----------
    constant, groups, places_and_groups : LogLinear
        One rate for all; a rate for each group; a rate for each place times a factor for each group.
    places_used, places_empty : int
        Places with events, and places without any, which are left out of all three fits.
    cells_used : int
        Cells with exposure in the places used.
    """

    constant: LogLinear
    groups: LogLinear
    places_and_groups: LogLinear
    places_used: int
    places_empty: int
    cells_used: int


def poisson_stratified(counts: ArrayLike, exposure: ArrayLike) -> StratifiedFit:
    """Fit log E[count] = log exposure + place + group, and the two smaller models inside it.

    Parameters
    ----------
    counts : array_like of int, shape (J, G)
        Events of each of G >= 2 groups in each of J >= 1 places.
    exposure : array_like of float, shape (J, G)
        Population at risk, 0 or more; a cell of exposure 0 takes no part.

    Returns
    -------
    StratifiedFit

    Raises
    ------
    ValueError
        If the shapes differ or are not two-dimensional, a count is negative or not whole, an exposure is
        negative, or a count is positive where the exposure is 0.
    NotConverged
        If no finite estimate exists (a group without any event, groups that no place connects), or
        the scaled gradient does not fall below 1e-8.

    References
    ----------
    McCullagh, P. & Nelder, J. A. (1989). Generalized Linear Models, 2nd ed., section 6.4.2 (the multinomial
    as a conditioned Poisson). Ford, L. R. (1957). American Mathematical Monthly 64 (8, part 2), 28-33 (when
    the estimate exists). Gelman, A. & Hill, J. (2007). Data Analysis Using Regression, section 6.2 (the use).
    """
    n, e = _cells(counts, exposure)
    kept = n.sum(axis=1) > 0
    places_empty = int((~kept).sum())
    n, e = n[kept], e[kept]
    _refuse_infinite(n, e)
    cells = e > 0
    constant = _constant(n, e, cells)
    groups = _groups(n, e, cells)
    effect, mean, information = _newton(n, e, groups.coefficients)
    se = np.concatenate([[0.0], np.sqrt(np.diag(np.linalg.inv(information)))])
    both = _summary(n, mean, cells, n.shape[0] + n.shape[1] - 1, effect, se, None)
    return StratifiedFit(constant, groups, both, n.shape[0], places_empty, int(cells.sum()))


def _cells(counts: ArrayLike, exposure: ArrayLike) -> tuple[Array, Array]:
    n, e = checks.counts("counts", counts), checks.nonnegative("exposure", exposure)
    if n.ndim != 2 or n.shape != e.shape or n.shape[1] < 2:
        raise ValueError(f"counts {n.shape} and exposure {e.shape} must both be places by 2 or more groups")
    if ((n > 0) & (e == 0)).any():
        place, group = np.argwhere((n > 0) & (e == 0))[0]
        raise ValueError(f"exposure is 0 where counts is {n[place, group]:.0f} (place {place}, group {group})")
    return n, e


def _constant(n: Array, e: Array, cells: NDArray[np.bool_]) -> LogLinear:
    rate = n.sum() / e.sum()
    return _summary(n, e * rate, cells, 1, np.zeros(0), np.zeros(0), float(np.log(rate)))


def _groups(n: Array, e: Array, cells: NDArray[np.bool_]) -> LogLinear:
    events = n.sum(axis=0)
    rates = events / e.sum(axis=0)
    effect = np.log(rates) - np.log(rates[0])
    se = np.sqrt(1 / events + 1 / events[0])
    se[0] = 0.0
    return _summary(n, e * rates, cells, n.shape[1], effect, se, float(np.log(rates[0])))


def _refuse_infinite(n: Array, e: Array) -> None:
    """Raise where the likelihood has no finite maximum.

    Draw an arrow from g to h where some place counted an event of g and has exposure of h. The maximum is
    finite and unique exactly when arrows lead from every group to every other (Ford 1957).
    """
    silent = np.flatnonzero(n.sum(axis=0) == 0)
    if silent.size:
        raise NotConverged(f"group {silent[0]} has no events: its rate ratio has no finite estimate")
    reach: NDArray[np.bool_] = ((n > 0).astype(float).T @ (e > 0)) > 0
    for _ in range(n.shape[1].bit_length()):
        reach = (reach.astype(float) @ reach) > 0
    if not reach.all():
        group, other = np.argwhere(~reach)[0]
        raise NotConverged(f"no places connect group {group} with group {other}: no finite estimate")


def _newton(n: Array, e: Array, effect: Array) -> tuple[Array, Array, Array]:
    """Effects (0 first), fitted means and the information matrix of effects 1, 2, ..."""
    total = n.sum(axis=1, keepdims=True)
    log_share, value = _log_likelihood(n, e, effect)
    for _ in range(_MOST_STEPS):
        mean = total * np.exp(log_share)
        gradient = (n - mean).sum(axis=0)[1:]
        information = (np.diag(mean.sum(axis=0)) - (mean / total).T @ mean)[1:, 1:]
        step = np.linalg.solve(information, gradient)
        # The gradient in units of its own standard error (Newton's decrement).
        if np.sqrt(max(gradient @ step, 0.0)) < _TOLERANCE:
            return effect, mean, information
        effect, log_share, value = _climb(n, e, effect, np.concatenate([[0.0], step]), value)
    raise NotConverged(f"the scaled gradient did not fall below {_TOLERANCE:g} in {_MOST_STEPS} steps")


def _climb(n: Array, e: Array, effect: Array, step: Array, value: float) -> tuple[Array, Array, float]:
    """Take the step, halved until the likelihood does not fall by more than rounding."""
    for _ in range(_MOST_STEPS):
        log_share, reached = _log_likelihood(n, e, effect + step)
        if reached >= value - 1e-12 * abs(value):
            return effect + step, log_share, reached
        step = step / 2
    raise NotConverged("no step along Newton's direction raises the likelihood")


def _log_likelihood(n: Array, e: Array, effect: Array) -> tuple[Array, float]:
    """Log share of each group in its place (minus infinity without exposure), and the log-likelihood."""
    cells = e > 0
    linear = np.where(cells, np.log(np.where(cells, e, 1.0)) + effect, -np.inf)
    log_share = linear - special.logsumexp(linear, axis=1, keepdims=True)
    return log_share, float((n * np.where(cells, log_share, 0.0)).sum())


def _summary(
    n: Array, mean: Array, cells: NDArray[np.bool_], unknowns: int, effect: Array, se: Array, intercept: float | None
) -> LogLinear:
    observed, fitted = n[cells], mean[cells]
    if (fitted < 1e-280).any():
        raise NotConverged("a fitted count is too small for a double; exposures differ beyond reason")
    some = observed > 0
    distance = fitted.copy()
    distance[some] = deviance(observed[some], fitted[some], observed[some] - fitted[some])
    pearson = float(((observed - fitted) ** 2 / fitted).sum())
    df = observed.size - unknowns
    dispersion = pearson / df if df else np.nan
    return LogLinear(
        intercept=intercept,
        coefficients=effect,
        se=se,
        se_scaled=se * np.sqrt(dispersion),
        deviance=2 * float(distance.sum()),
        pearson=pearson,
        df=df,
        dispersion=dispersion,
        converged=True,
    )
