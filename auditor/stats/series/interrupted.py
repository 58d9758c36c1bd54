"""Interrupted series of many places at once: monthly shares of one group, by quasi-binomial regression.

Two groups' monthly counts are Poisson with log-linear means. Given the month's total, the focal count is binomial and
the month's own level, which both groups share, is gone: what is left is a regression of the log ratio of the groups
on season, trend and a step at the start of a programme. Months that were not observed have a total of 0 and no weight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from auditor.stats import checks
from auditor.stats.checks import Array

_TOLERANCE = 1e-9
_MOST_STEPS = 60
_FARTHEST = 30.0
_LEAST_EIGENVALUE = 1e-9

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SeriesFit:
    """One regression a place; rows of places that were not fitted hold NaN ("not applicable").

    Attributes
    ----------
    coefficients : ndarray, shape (J, P)
        On the log scale of the ratio of the groups.
    bread : ndarray, shape (J, P, P)
        Inverse of the (penalised) information.
    weights, residuals : ndarray, shape (J, T)
        Binomial weights n p (1 - p) and Pearson residuals; 0 in months without a count.
    months : ndarray, shape (J,)
        Months with a count.
    dispersion : ndarray, shape (J,)
        Pearson chi-square over months less P.
    fitted : ndarray of bool, shape (J,)
        Where a finite maximum was reached.
    design : ndarray, shape (T, P)
    """

    coefficients: Array
    bread: Array
    weights: Array
    residuals: Array
    months: Array
    dispersion: Array
    fitted: Bools
    design: Array

    @property
    def se(self) -> Array:
        """Quasi-likelihood standard errors, shape (J, P), as if months were independent."""
        variance = np.diagonal(self.bread, axis1=1, axis2=2)
        result: Array = np.sqrt(variance * self.dispersion[:, None])
        return result


def series_design(months: int, start: int, harmonics: int = 2, *, slope: bool = False) -> Array:
    """Return the columns of the regression: constant, season, trend, step and, if wanted, change of slope.

    Parameters
    ----------
    months : int
        Number of months T.
    start : int
        Position of the first month of the programme, 1 to T - 1.
    harmonics : int
        Pairs of sine and cosine of the year, 0 to 5.
    slope : bool
        Whether the trend may change at the start too.

    Returns
    -------
    ndarray, shape (T, P)
        Trend and change of slope are in years; the trend is centred. The step is column ``2 + 2 * harmonics``.

    Raises
    ------
    ValueError
        If the start does not lie inside, or the number of harmonics is not 0 to 5.
    """
    if not 1 <= start <= months - 1:
        raise ValueError(f"start must lie within the {months} months, got {start}")
    if not 0 <= harmonics <= 5:
        raise ValueError(f"harmonics must be 0 to 5, got {harmonics}")
    t = np.arange(months)
    columns = [np.ones(months)]
    for pair in range(1, harmonics + 1):
        columns += [np.sin(2 * np.pi * pair * t / 12), np.cos(2 * np.pi * pair * t / 12)]
    columns += [(t - t.mean()) / 12, (t >= start).astype(float)]
    if slope:
        columns.append(np.maximum(t - start, 0) / 12)
    return np.column_stack(columns)


def fit_series(
    focal: ArrayLike, total: ArrayLike, design: ArrayLike, penalty: ArrayLike = 0.0, centre: ArrayLike = 0.0
) -> SeriesFit:
    """Fit log(p / (1 - p)) = design @ coefficients to every place.

    Parameters
    ----------
    focal, total : array_like of int, shape (J, T)
        The focal group's count and that of both groups; 0 of 0 where the month was not observed.
    design : array_like of float, shape (T, P)
    penalty, centre : array_like of float, shape (P,)
        Each coefficient is drawn towards ``centre`` with this precision; 0 for none.

    Returns
    -------
    SeriesFit
        A place whose maximum is not finite, not unique or not reached is not fitted and holds NaN.

    Raises
    ------
    ValueError
        If shapes differ, a count is negative or not whole, or a focal count exceeds its total.

    References
    ----------
    McCullagh, P. & Nelder, J. A. (1989). Generalized Linear Models, 2nd ed., chapters 4 and 9.
    Bernal, J. L., Cummins, S. & Gasparrini, A. (2017). Interrupted time series regression for the evaluation of public
    health interventions: a tutorial. International Journal of Epidemiology 46, 348-355 (the use).
    """
    k, n, x = _inputs(focal, total, design)
    width = x.shape[1]
    pull, towards = np.broadcast_to(penalty, (width,)), np.broadcast_to(centre, (width,))
    beta, fitted = _newton(k, n, x, np.asarray(pull, dtype=float), np.asarray(towards, dtype=float))
    p = expit(beta @ x.T)
    weights = n * p * (1 - p)
    bread = np.full((len(k), width, width), np.nan)
    bread[fitted] = np.linalg.inv(_information(weights[fitted], x) + np.diag(pull))
    residuals = np.divide(k - n * p, np.sqrt(weights), out=np.zeros_like(p), where=weights > 0)
    months = (n > 0).sum(axis=1).astype(float)
    spare = months - width
    dispersion = np.divide((residuals**2).sum(axis=1), spare, out=np.full(len(k), np.nan), where=fitted & (spare > 0))
    beta[~fitted], weights[~fitted], residuals[~fitted] = np.nan, np.nan, np.nan
    return SeriesFit(beta, bread, weights, residuals, months, dispersion, fitted, x)


def _inputs(focal: ArrayLike, total: ArrayLike, design: ArrayLike) -> tuple[Array, Array, Array]:
    k, n = checks.counts("focal", focal), checks.counts("total", total)
    x = np.asarray(design, dtype=float)
    if k.ndim != 2 or k.shape != n.shape or x.ndim != 2 or x.shape[0] != k.shape[1]:
        raise ValueError(f"focal {k.shape}, total {n.shape} and design {x.shape} do not fit each other")
    if (k > n).any():
        raise ValueError("a focal count exceeds its total")
    if not np.isfinite(x).all():
        raise ValueError("design must be finite")
    return k, n, x


def _information(weights: Array, x: Array) -> Array:
    width = x.shape[1]
    result: Array = (weights @ (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)).reshape(-1, width, width)
    return result


def _sound(information: Array) -> Bools:
    """Say which matrices can be inverted: smallest eigenvalue, columns in units of their own size."""
    size = np.sqrt(np.diagonal(information, axis1=1, axis2=2))
    alive: Bools = np.asarray((size > 0).all(axis=1), dtype=bool)
    unit = np.where(alive[:, None], size, 1.0)
    scaled = information / unit[:, :, None] / unit[:, None]
    return alive & (np.linalg.eigvalsh(scaled)[:, 0] > _LEAST_EIGENVALUE)


def _newton(k: Array, n: Array, x: Array, pull: Array, towards: Array) -> tuple[Array, Bools]:
    """Coefficients, and where they are the maximum: the gradient is nil in units of its own standard error."""
    beta = np.zeros((len(k), x.shape[1]))
    beta[:, 0] = np.log((k.sum(axis=1) + 0.5) / ((n - k).sum(axis=1) + 0.5))
    alive = (n > 0).sum(axis=1) > x.shape[1]
    done = np.zeros(len(k), dtype=bool)
    for _ in range(_MOST_STEPS):
        rows = np.flatnonzero(alive & ~done)
        if not len(rows):
            break
        p = expit(beta[rows] @ x.T)
        information = _information(n[rows] * p * (1 - p), x) + np.diag(pull)
        sound = _sound(information)
        alive[rows[~sound]] = False
        rows, p, information = rows[sound], p[sound], information[sound]
        gradient = (k[rows] - n[rows] * p) @ x - pull * (beta[rows] - towards)
        step = np.linalg.solve(information, gradient[:, :, None])[:, :, 0]
        done[rows] = np.sqrt(np.maximum((gradient * step).sum(axis=1), 0.0)) < _TOLERANCE
        # Newton's step is exact near the maximum; far from it no coefficient moves by more than 2.
        beta[rows] += step * np.minimum(1.0, 2.0 / np.maximum(np.abs(step).max(axis=1), 1e-300))[:, None]
        alive[rows] &= np.abs(beta[rows]).max(axis=1) < _FARTHEST
    return beta, alive & done
