"""Cox's proportional hazards for times held: one kind of end, few covariates, strata.

An end by another door (transfer to immigration custody, where release is studied) is censored, and an event of a
model of its own: hazards are cause-specific. Coefficients that vary with time, covariates that change while a person
is held, and models of the competing ends together are out of scope. A facility's or officer's own rate enters as a
stratum; dependence within them is for `cox_robust.clustered`, the assumption of proportion for `cox_check`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged
from auditor.stats.survival.cox_terms import CoxData, Terms, information, read_data, score, terms

_TOLERANCE = 1e-9
_MOST_STEPS = 100
_WIDEST = 40.0
"""Range of the linear predictor in a stratum, beyond which the likelihood is taken to have no maximum."""
_CONDITION = 1e-10


@dataclass(frozen=True, slots=True)
class Cox:
    """A fitted model; P covariates.

    Attributes
    ----------
    coefficients : ndarray, shape (P,)
        Log hazard ratios: below 0 where leaving is slower, and people are held longer.
    se, covariance : ndarray, shapes (P,) and (P, P)
        From the information matrix: right only where persons are independent.
    log_likelihood, log_likelihood_null : float
        At the estimate, and with all coefficients 0.
    score_test : float
        Score statistic against all coefficients 0, chi-square on P degrees of freedom.
    events, persons : int
        Events, and persons behind the rows.
    data : CoxData
        What was fitted, for the functions that go on from here.
    """

    coefficients: Array
    se: Array
    covariance: Array
    log_likelihood: float
    log_likelihood_null: float
    score_test: float
    events: int
    persons: int
    data: CoxData

    def terms(self) -> Terms:
        """Partial likelihood at the estimate."""
        return terms(self.data, self.coefficients * self.data.scale)


def cox(
    time: ArrayLike,
    event: ArrayLike,
    x: ArrayLike,
    stratum: ArrayLike | None = None,
    count: ArrayLike | None = None,
    entry: ArrayLike | None = None,
) -> Cox:
    """Fit by Newton's method, ties by Efron.

    Parameters
    ----------
    time, event, count, entry
        Rows of follow-up (see `risk_sets.read_rows`).
    x : array_like of float, shape (N, P) or (N,)
        Covariates, fixed for each row.
    stratum : array_like of int, shape (N,)
        Stratum of each row, 0, 1, ...: each has a baseline hazard of its own. One by default.

    Returns
    -------
    Cox

    Raises
    ------
    ValueError
        If an argument is of the wrong shape, negative, missing or (counts, codes) not whole.
    NotConverged
        If there are no events, a covariate does not vary within strata or is a combination of others, the likelihood
        has no finite maximum (one group without events, separation), or the scaled slope and step do not fall below
        1e-9.

    References
    ----------
    Cox, D. R. (1972). JRSS B 34, 187-220. Efron, B. (1977). JASA 72, 557-565. Therneau, T. M. & Grambsch, P. M.
    (2000). Modeling Survival Data, chapter 3.
    """
    return fit_data(read_data(time, event, x, stratum, count, entry))


def fit_data(data: CoxData, start: Array | None = None) -> Cox:
    """Fit checked data; `start` holds coefficients to begin from. Errors as `cox`."""
    nothing = np.zeros(data.scale.size)
    null = terms(data, nothing)
    slope = score(data, null)
    score_test = float(slope @ _solve(information(data, null), slope, data))
    beta, at = _newton(data, nothing if start is None else start * data.scale)
    covariance = np.linalg.inv(information(data, at)) / np.outer(data.scale, data.scale)
    persons, events = int(data.rows.count.sum()), int(data.rows.count[data.rows.event].sum())
    se = np.sqrt(np.diag(covariance))
    return Cox(beta / data.scale, se, covariance, at.value, null.value, score_test, events, persons, data)


def hazard_ratio(
    coefficient: ArrayLike, se: ArrayLike, df: float | None = None, level: float = 0.95
) -> tuple[Array, ...]:
    """Hazard ratios and limits exp(coefficient -+ q se).

    Parameters
    ----------
    coefficient, se : array_like of float, shape (P,)
        Log hazard ratios and standard errors, model-based or clustered.
    df : float, optional
        Degrees of freedom of Student's t, from `cox_robust.clustered`; the normal distribution without.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    ratio, low, high : ndarray
    """
    b, s = checks.together(coefficient=checks.numbers("coefficient", coefficient), se=checks.nonnegative("se", se))
    tail = 1 - (1 - checks.inside_unit("level", level)[0]) / 2
    q = special.ndtri(tail) if df is None else special.stdtrit(df, tail)
    return np.exp(b), np.exp(b - q * s), np.exp(b + q * s)


def _newton(data: CoxData, beta: Array) -> tuple[Array, Terms]:
    at = terms(data, beta)
    for _ in range(_MOST_STEPS):
        slope = score(data, at)
        step = _solve(information(data, at), slope, data)
        # Both: where the maximum lies at infinity the slope dies away but the steps do not.
        if np.sqrt(max(float(slope @ step), 0.0)) < _TOLERANCE and np.abs(data.x @ step).max() < _TOLERANCE:
            return beta, at
        beta, at = _climb(data, beta, step, at)
        _refuse_infinite(data, beta)
    raise NotConverged(f"the scaled slope and step did not fall below {_TOLERANCE:g} in {_MOST_STEPS} steps")


def _climb(data: CoxData, beta: Array, step: Array, at: Terms) -> tuple[Array, Terms]:
    """Take the step, halved until the likelihood does not fall by more than rounding."""
    for _ in range(_MOST_STEPS):
        reached = terms(data, beta + step)
        if reached.value >= at.value - 1e-12 * abs(at.value):
            return beta + step, reached
        step = step / 2
    raise NotConverged("no step along Newton's direction raises the likelihood")


def _refuse_infinite(data: CoxData, beta: Array) -> None:
    linear = data.x @ beta
    if linear.max() - linear.min() > _WIDEST:
        raise NotConverged("the likelihood rises without end: some covariate separates those who leave from the rest")


def _solve(matrix: Array, right: Array, data: CoxData) -> Array:
    """Solve with an information matrix that must be positive definite by a margin."""
    diagonal = np.diag(matrix)
    # In units of the covariates' own variance an event adds about 1; next to nothing means a flat likelihood.
    if not (diagonal > 1e-11 * max(1, data.tie.size)).all():
        raise NotConverged("the likelihood is flat: some covariate says nothing about who leaves, or tells it fully")
    root = np.sqrt(diagonal)
    correlation = matrix / np.outer(root, root)
    if np.linalg.eigvalsh(correlation)[0] < _CONDITION:
        raise NotConverged("the covariates are collinear within the risk sets")
    return np.asarray(np.linalg.solve(correlation, right / root) / root, dtype=np.float64)
