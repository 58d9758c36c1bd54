"""Synthetic control: a place is compared with the weighted average of others that resembled it before.

The weights are 0 or more and add up to 1 (Abadie & Gardeazabal 2003; Abadie, Diamond & Hainmueller 2010). They solve
a convex quadratic programme, here exactly: with the weights adding up to 1 the residual is Z w, where the columns of
Z are the donors less the target, so the solution is the point of the columns' convex hull that is nearest to 0. That
point is a non-negative least-squares solution u of [Z; c 1'] u = (0, c), scaled to add up to 1 (for w fixed the best
scale of u depends on |Z w| alone, and falls as it rises). Every solution is checked against its optimality conditions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import nnls

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged

#: Largest duality gap of a solution that is reported, as a share of the largest squared distance to a donor.
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Simplex:
    """Weights of a synthetic control.

    Attributes
    ----------
    weights : ndarray, shape (n,)
        0 or more, adding up to 1.
    loss : float
        Weighted sum of squared residuals, without the penalty.
    gap : float
        Duality gap (how far from the optimum the solution can be at most), as a share of the largest squared distance
        between target and donor.
    """

    weights: Array
    loss: float
    gap: float


def simplex_weights(target: ArrayLike, donors: ArrayLike, v: ArrayLike | None = None, penalty: float = 0.0) -> Simplex:
    """Weights that bring the donors' average nearest to the target.

    Minimises sum_k v_k (x_k - sum_i X_ki w_i)^2 + penalty sum_i w_i^2 over w >= 0, sum w = 1.

    Parameters
    ----------
    target : array_like of float, shape (K,)
        The place's predictors, or its outcomes before the change.
    donors : array_like of float, shape (K, n)
        The same of at least two donors, one a column.
    v : array_like of float, shape (K,), optional
        Weights of the predictors, 0 or more and not all 0; all 1 when not given.
    penalty : float
        0 for the classical synthetic control. Above 0 the solution is unique and spreads over more donors
        (Doudchenko & Imbens 2016; Arkhangelsky et al. 2021).

    Returns
    -------
    Simplex

    Raises
    ------
    ValueError
        If shapes do not fit or a number is not finite.
    NotConverged
        If the solution does not meet its optimality conditions.

    References
    ----------
    Abadie, A. & Gardeazabal, J. (2003). American Economic Review 93, 113-132.
    Abadie, A., Diamond, A. & Hainmueller, J. (2010). Journal of the American Statistical Association 105, 493-505.
    Lawson, C. L. & Hanson, R. J. (1974). Solving Least Squares Problems, ch. 23 (non-negative least squares).
    """
    x, pool = checks.numbers("target", target), checks.numbers("donors", donors)
    if x.ndim != 1 or pool.ndim != 2 or pool.shape[0] != x.size or pool.shape[1] < 2:
        raise ValueError(f"donors must be (K, n >= 2) beside a target (K,), got {pool.shape} and {x.shape}")
    zeta = float(checks.nonnegative("penalty", penalty)[0])
    root = np.ones(x.size) if v is None else np.sqrt(_importance(v, x.size))
    return nearest((pool - x[:, None]) * root[:, None], zeta)


def spreading_penalty(donors_before: ArrayLike, after: int) -> float:
    """Penalty that spreads the weights as the noise of the outcomes asks for: T0 sqrt(T1) times their variance.

    Parameters
    ----------
    donors_before : array_like of float, shape (n, T0)
        Outcomes before the change, T0 at least 3.
    after : int
        Periods after it, T1.

    Returns
    -------
    float
        For `simplex_weights` of one place; the variance is that of the outcomes' first differences.

    References
    ----------
    Arkhangelsky, D. et al. (2021). American Economic Review 111, 4088-4118 (equation 5, one treated unit).
    """
    pool = checks.numbers("donors_before", donors_before)
    if pool.ndim != 2 or pool.shape[1] < 3 or after < 1:
        raise ValueError(f"donors_before must be (n, T0 >= 3) and after 1 or more, got {pool.shape} and {after}")
    return float(pool.shape[1] * np.sqrt(after) * np.diff(pool, axis=1).var(ddof=1))


def _importance(v: ArrayLike, size: int) -> Array:
    values = checks.nonnegative("v", v)
    if values.shape != (size,) or not values.any():
        raise ValueError(f"v must hold {size} weights of 0 or more, not all 0")
    return values


def nearest(difference: Array, penalty: float) -> Simplex:
    """Solve the programme for the columns donor less target, shape (K, n); see `simplex_weights`."""
    squares = np.einsum("ki,ki->i", difference, difference)
    scale = float(squares.max())
    if scale == 0:  # every donor equals the target: any weights will do, equal ones are the least arbitrary
        equal = np.full(difference.shape[1], 1 / difference.shape[1])
        return Simplex(equal, 0.0, 0.0)
    z, zeta = difference / np.sqrt(scale), penalty / scale
    weights = _solve(z, zeta)
    gap = _gap(z, zeta, weights)
    if gap > TOLERANCE:
        weights = _polish(z, zeta, weights)
        gap = _gap(z, zeta, weights)
    if not gap <= TOLERANCE:
        raise NotConverged(f"weights of the synthetic control: duality gap {gap:.3g} of the largest squared distance")
    residual = difference @ weights
    return Simplex(weights, float(residual @ residual), max(gap, 0.0))


def _solve(z: Array, zeta: float) -> Array:
    donors = z.shape[1]
    # The last row's size only balances the system; 1 is the largest norm of a column.
    parts = [z, np.ones((1, donors))] if zeta == 0 else [z, np.sqrt(zeta) * np.eye(donors), np.ones((1, donors))]
    system = np.vstack(parts)
    aim = np.zeros(system.shape[0])
    aim[-1] = 1.0
    try:
        u, _ = nnls(system, aim, maxiter=30 * donors)
    except RuntimeError as error:
        raise NotConverged(f"weights of the synthetic control: {error}") from error
    weights: Array = u / u.sum()
    return weights


def _gap(z: Array, zeta: float, weights: Array) -> float:
    """How much half the objective could still fall, at most: w'g - min g with g its gradient."""
    gradient = z.T @ (z @ weights) + zeta * weights
    return float(weights @ gradient - gradient.min())


def _polish(z: Array, zeta: float, weights: Array) -> Array:
    """Solve the equality-constrained programme on the support that was found."""
    on = weights > 1e-12
    z_on, size = z[:, on], int(on.sum())
    system = np.ones((size + 1, size + 1))
    system[:size, :size] = z_on.T @ z_on + zeta * np.eye(size)
    system[size, size] = 0.0
    solution = np.linalg.lstsq(system, np.append(np.zeros(size), 1.0), rcond=None)[0][:size]
    result = np.zeros(weights.size)
    result[on] = np.maximum(solution, 0.0)
    total = result.sum()
    return result / total if total > 0 else weights
