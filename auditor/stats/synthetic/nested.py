"""Predictors and their weights, chosen such that the synthetic control follows the outcome before the change.

The inner problem (weights of the donors, given those of the predictors) is exact; the outer one is a search over the
weights of the predictors, which is neither convex nor smooth: many starting points, two optimisers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged
from auditor.stats.synthetic.simplex import simplex_weights

_AGREE = 1e-4
_STARTS, _SEARCHED = 60, 5


@dataclass(frozen=True, slots=True)
class Nested:
    """Donors' and predictors' weights.

    Attributes
    ----------
    weights : ndarray, shape (n,)
    v : ndarray, shape (K,)
        Weights of the standardised predictors, adding up to 1. Often not unique.
    mspe : float
        Mean squared gap of the outcome over the periods that were to be followed.
    """

    weights: Array
    v: Array
    mspe: float


def standardise(target: ArrayLike, donors: ArrayLike) -> tuple[Array, Array]:
    """Divide each predictor by its standard deviation over all units, place included.

    Parameters
    ----------
    target : array_like of float, shape (K,)
    donors : array_like of float, shape (K, n)

    Raises
    ------
    ValueError
        If a predictor does not vary.
    """
    x, pool = checks.numbers("target", target), checks.numbers("donors", donors)
    if x.ndim != 1 or pool.ndim != 2 or pool.shape[0] != x.size:
        raise ValueError(f"donors must be (K, n) beside a target (K,), got {pool.shape} and {x.shape}")
    spread = np.column_stack([x, pool]).std(axis=1, ddof=1)
    if not spread.all():
        raise ValueError("every predictor must vary between units")
    return x / spread, pool / spread[:, None]


def nested_weights(
    target: ArrayLike, donors: ArrayLike, outcome: ArrayLike, donors_outcome: ArrayLike, floor: float = 0.01
) -> Nested:
    """Choose the predictors' weights by how well the outcome is followed, as Abadie, Diamond & Hainmueller (2010) do.

    Parameters
    ----------
    target, donors : array_like of float, shapes (K,) and (K, n)
        Standardised predictors (see `standardise`).
    outcome, donors_outcome : array_like of float, shapes (T,) and (T, n)
        The outcome over the periods to be followed.
    floor : float
        Least weight of a predictor, as a share of the largest, in (0, 1). Without one the search drives all weights
        but a few to 0 and the predictors drop out: it ends at the fit to the outcome alone (Becker & Klößner 2018).

    Returns
    -------
    Nested

    Raises
    ------
    ValueError
        If shapes do not fit.
    NotConverged
        If the two optimisers, each from several starts, end more than 1e-4 apart (as a share of the loss under equal
        weights).

    References
    ----------
    Abadie, A., Diamond, A. & Hainmueller, J. (2011). Journal of Statistical Software 42(13).
    Becker, M. & Klößner, S. (2018). Econometrics and Statistics 7, 1-19.
    """
    x, pool = checks.numbers("target", target), checks.numbers("donors", donors)
    y, others = checks.numbers("outcome", outcome), checks.numbers("donors_outcome", donors_outcome)
    if y.ndim != 1 or others.shape != (y.size, pool.shape[1]):
        raise ValueError(f"donors_outcome must be (T, n) beside an outcome (T,), got {others.shape} and {y.shape}")
    lowest = float(np.log10(checks.inside_unit("floor", floor)[0]))

    def loss(power: Array) -> float:
        weights = simplex_weights(x, pool, 10.0**power).weights
        return float(np.mean((y - others @ weights) ** 2))

    starts = _starts(x, pool, y, others, lowest)
    ends = [_search(loss, starts, lowest, method) for method in ("Nelder-Mead", "Powell")]
    losses = [loss(end) for end in ends]
    if abs(losses[0] - losses[1]) > _AGREE * loss(starts[0]):
        raise NotConverged(f"two searches for predictor weights end at {losses[0]:.6g} and {losses[1]:.6g}")
    v = 10.0 ** ends[int(np.argmin(losses))]
    return Nested(simplex_weights(x, pool, v).weights, v / v.sum(), min(losses))


def _starts(x: Array, pool: Array, y: Array, others: Array, lowest: float) -> list[Array]:
    """Equal weights, squared coefficients of the outcome's regression on the predictors, and random ones (log10)."""
    units = np.column_stack([np.ones(pool.shape[1] + 1), np.column_stack([x, pool]).T])
    coefficient = np.linalg.lstsq(units, np.column_stack([y, others]).T, rcond=None)[0][1:]
    square = (coefficient**2).sum(axis=1)
    regression = np.log10(np.maximum(square / square.max(), 10.0**lowest))
    rng = np.random.default_rng(20100401)
    return [np.zeros(x.size), regression, *rng.uniform(lowest, 0, (_STARTS, x.size))]


def _search(loss: Callable[[Array], float], starts: list[Array], lowest: float, method: str) -> Array:
    """Search from the best few of the starts, and once more from the best end."""
    bounds = [(lowest, 0.0)] * starts[0].size
    options = {"maxiter": 4000, "maxfev": 4000, "xatol" if method == "Nelder-Mead" else "xtol": 1e-6}
    best = sorted(starts, key=loss)[:_SEARCHED]
    for _ in range(2):
        ends = (minimize(loss, start, method=method, bounds=bounds, options=options).x for start in best)
        best = sorted((np.clip(end, lowest, 0.0) for end in ends), key=loss)[:1]
    return best[0]
