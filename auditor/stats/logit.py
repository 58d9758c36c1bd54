"""Logistic regression of grouped counts on one covariate, with a gate on convergence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from auditor.stats.fit import NotConverged

_STEPS = 50


@dataclass(frozen=True, slots=True)
class LogitFit:
    """A fitted curve logit(p) = intercept + slope x.

    Attributes
    ----------
    intercept, slope : float
    fitted : (J,) array
        Fitted share of each row.
    """

    intercept: float
    slope: float
    fitted: NDArray[np.float64]


def grouped_logit(k: ArrayLike, n: ArrayLike, x: ArrayLike) -> LogitFit:
    """Fit by iteratively reweighted least squares.

    Parameters
    ----------
    k, n : (J,) array_like
        Successes and trials of each row; 0 <= k <= n, n > 0.
    x : (J,) array_like
        Covariate.

    Returns
    -------
    LogitFit

    Raises
    ------
    ValueError
        When the arrays differ in shape, or k is not between 0 and n.
    NotConverged
        When the covariate does not vary, the data are separated, or the scaled score stays above 1e-8.

    References
    ----------
    McCullagh, P. & Nelder, J. A. (1989). Generalized Linear Models, 2nd edition, section 2.5 and chapter 4.
    """
    successes, trials, covariate = (np.asarray(values, dtype=float) for values in (k, n, x))
    if not successes.shape == trials.shape == covariate.shape:
        raise ValueError("k, n and x must have the same shape")
    if ((successes < 0) | (successes > trials) | (trials <= 0)).any():
        raise ValueError("k must lie between 0 and n, and n above 0")
    centre, spread = covariate.mean(), covariate.std()
    if not spread > 0:
        raise NotConverged("the covariate does not vary")
    design = np.column_stack([np.ones_like(covariate), (covariate - centre) / spread])
    share = (successes.sum() + 0.5) / (trials.sum() + 1.0)
    beta = np.array([np.log(share / (1 - share)), 0.0])
    for _ in range(_STEPS):
        fitted = expit(design @ beta)
        score = design.T @ (successes - trials * fitted)
        information = (design * (trials * fitted * (1 - fitted))[:, None]).T @ design
        if not np.isfinite(information).all() or np.linalg.cond(information) > 1e12:
            raise NotConverged("the data are separated: a fitted share reached 0 or 1")
        step = np.linalg.solve(information, score)
        beta = beta + step
        if np.abs(beta).max() > 30:
            raise NotConverged("the data are separated: the coefficients diverge")
        if float(score @ step) < 1e-16 * max(1.0, float(trials.sum())):
            slope = beta[1] / spread
            return LogitFit(float(beta[0] - slope * centre), float(slope), expit(design @ beta))
    raise NotConverged("the logistic fit did not settle")
