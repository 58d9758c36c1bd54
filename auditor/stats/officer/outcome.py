"""What colleagues' stops look like given time, place and offence: one logistic model, with each officer taken out.

The model is fitted once to all stops. Taking one officer out moves the coefficients by a Newton step from that fit,
with the officer's own information taken off; what the step leaves is of the order of the square of the officer's
share of all stops. An officer with more than `LARGEST_SHARE` of them, of whom there can be only a few, gets a full
refit. The weights balance the same margins, so an error here reaches the comparison only where the logit is not
additive in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged
from auditor.stats.officer.cells import PairTables, Terms

#: Prior SD of a level's coefficient (log odds): keeps levels without a focal stop finite and the model unique.
PRIOR_SD = 3.0
#: Share of all stops from which an officer is taken out by a full refit.
LARGEST_SHARE = 0.05
_STEPS, _HALVINGS, _TOLERANCE = 50, 30, 1e-11


@dataclass(frozen=True, slots=True)
class OutcomeModel:
    """Penalised logistic regression of an outcome on the levels of the terms.

    Attributes
    ----------
    design : Terms
    n, k : ndarray, shape (S,)
        Stops and outcomes that it was fitted to.
    coefficients : ndarray, shape (1 + P,)
        Intercept, then one a level.
    information : ndarray, shape (1 + P, 1 + P)
        Minus the second derivatives of the penalised log likelihood.
    """

    design: Terms
    n: Array
    k: Array
    coefficients: Array
    information: Array

    def shares(self, coefficients: Array, rows: NDArray[np.intp]) -> Array:
        """Fitted shares in the strata at ``rows``."""
        return np.asarray(expit(_predictor(self.design, coefficients, rows)))

    def without(self, n: Array, k: Array) -> Array:
        """Coefficients with one officer's stops and outcomes, shape (S,) each, taken out.

        Raises
        ------
        NotConverged
            If a refit does not settle.
        """
        if n.sum() > LARGEST_SHARE * self.n.sum():
            return _fit(self.design, self.n - n, self.k - k, self.coefficients)[0]
        rows = np.flatnonzero(n > 0)
        fitted = self.shares(self.coefficients, rows)
        residual = _sums(self.design, rows, k[rows] - n[rows] * fitted)
        own = _table(PairTables(self.design, rows), n[rows] * fitted * (1 - fitted))
        return np.asarray(self.coefficients - np.linalg.solve(self.information - own, residual))


def fit_outcome(design: Terms, n: Array, k: Array) -> OutcomeModel:
    """Fit the model to the stops of all officers.

    Parameters
    ----------
    design : Terms
        Terms whose levels are the covariates.
    n, k : ndarray, shape (S,)
        Stops and outcomes of each stratum; the outcome neither in none nor in all of the stops.

    Returns
    -------
    OutcomeModel

    Raises
    ------
    ValueError
        If the outcome does not vary.
    NotConverged
        If the largest gradient stays above 1e-11 of the number of stops.
    """
    if not 0 < k.sum() < n.sum():
        raise ValueError("the outcome is in none or in all of the stops")
    start = np.zeros(1 + design.size)
    start[0] = np.log(k.sum() / (n.sum() - k.sum()))
    coefficients, information = _fit(design, n, k, start)
    return OutcomeModel(design, n, k, coefficients, information)


def _fit(design: Terms, n: Array, k: Array, start: Array) -> tuple[Array, Array]:
    """Newton with halved steps; the intercept alone is not penalised."""
    rows = np.flatnonzero(n > 0)
    trials, successes = n[rows], k[rows]
    pairs, penalty = PairTables(design, rows), _penalty(design)
    beta, value = start, _loss(design, rows, trials, successes, penalty, start)
    for _ in range(_STEPS):
        fitted = expit(_predictor(design, beta, rows))
        slope = _sums(design, rows, successes - trials * fitted) - penalty * beta
        information = _table(pairs, trials * fitted * (1 - fitted)) + np.diag(penalty)
        if np.abs(slope).max() <= _TOLERANCE * trials.sum():
            return beta, information
        step, size = np.linalg.solve(information, slope), 1.0
        for _ in range(_HALVINGS):
            trial = beta + size * step
            new = _loss(design, rows, trials, successes, penalty, trial)
            if new <= value + 1e-12 * abs(value):
                break
            size /= 2
        beta, value = trial, new
    raise NotConverged("the model of colleagues' outcomes was not pinned down")


def _loss(design: Terms, rows: NDArray[np.intp], n: Array, k: Array, penalty: Array, beta: Array) -> float:
    score = _predictor(design, beta, rows)
    return float((n * np.logaddexp(0.0, score) - k * score).sum() + (penalty * beta**2).sum() / 2)


def _predictor(design: Terms, beta: Array, rows: NDArray[np.intp]) -> Array:
    score = np.full(rows.size, beta[0])
    for codes in design.codes:
        score += beta[1 + codes[rows]]
    return score


def _penalty(design: Terms) -> Array:
    return np.concatenate([[0.0], np.full(design.size, PRIOR_SD**-2)])


def _sums(design: Terms, rows: NDArray[np.intp], weight: Array) -> Array:
    return np.concatenate([[weight.sum()], design.sums(weight, rows)])


def _table(pairs: PairTables, weight: Array) -> Array:
    inner = pairs.table(weight)
    margins = np.diag(inner)
    return np.block([[np.array([[weight.sum()]]), margins[None, :]], [margins[:, None], inner]])
