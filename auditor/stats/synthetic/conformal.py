"""Conformal inference for one place: residuals of all periods under a supposed effect, turned round in time.

Unlike the placebos it needs no exchangeable donors, only residuals that look alike over time; it allows no p-value
below 1 / (T0 + T1).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.synthetic.simplex import nearest


def conformal_p(
    outcome: ArrayLike, donors: ArrayLike, after: int, effect: float = 0.0, penalty: float = 0.0, centre: bool = True
) -> float:
    """Two-sided p-value of a constant effect over the last periods.

    Under the supposed effect the weights are fitted to all periods at once; the mean residual of the last periods is
    ranked among those of all cyclic shifts, which keeps dependence over time.

    Parameters
    ----------
    outcome : array_like of float, shape (T,)
    donors : array_like of float, shape (n, T)
    after : int
        How many of the T periods lie after the change, from 1 to T - 2.
    effect : float
        The supposed effect.
    penalty : float
        As in `simplex_weights`.
    centre : bool
        Whether each unit's mean over all periods is taken off.

    Returns
    -------
    float
        A multiple of 1 / T.

    Raises
    ------
    ValueError
        If shapes do not fit or a number is not finite.
    NotConverged
        If the weights do not meet their optimality conditions.

    References
    ----------
    Chernozhukov, V., Wüthrich, K. & Zhu, Y. (2021). Journal of the American Statistical Association 116, 1849-1864
    (moving-block permutations).
    """
    y, pool = checks.numbers("outcome", outcome), checks.numbers("donors", donors)
    if y.ndim != 1 or pool.ndim != 2 or pool.shape[1] != y.size or not 1 <= after <= y.size - 2:
        raise ValueError(f"outcome (T,), donors (n, T) and after do not fit: {y.shape}, {pool.shape}, {after}")
    residual = _residuals(y, pool, after, effect, penalty, centre)
    doubled = np.concatenate([residual, residual])
    running = np.concatenate([[0.0], np.cumsum(doubled)])
    means = np.abs(running[after : after + y.size] - running[: y.size]) / after
    observed = means[y.size - after]
    return float((means >= observed * (1 - 1e-9)).mean())


def _residuals(y: Array, pool: Array, after: int, effect: float, penalty: float, centre: bool) -> Array:
    under = y.copy()
    under[y.size - after :] -= effect
    others = pool
    if centre:
        under, others = under - under.mean(), pool - pool.mean(axis=1, keepdims=True)
    return np.asarray(under - nearest((others - under).T, penalty).weights @ others)
