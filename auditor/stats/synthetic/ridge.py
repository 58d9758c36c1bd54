"""Augmented synthetic control: what the simplex weights leave unfitted is taken off by a ridge regression.

The weights add up to 1 but may be negative: the method extrapolates, the less the larger lambda is. Limits of the mean
effect come from jackknife+ over the periods before the change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.synthetic.penalty import choose_lambda, level_off
from auditor.stats.synthetic.simplex import nearest


@dataclass(frozen=True, slots=True)
class Augmented:
    """An augmented synthetic control of one place.

    Attributes
    ----------
    weights, simplex : ndarray, shape (n,)
        With and without the augmentation.
    lam : float
        Ridge penalty.
    rmspe : float
        Root mean squared gap before the change.
    gap : float
        Mean gap after it.
    low, high : float
        Jackknife+ limits of the mean gap.
    """

    weights: Array
    simplex: Array
    lam: float
    rmspe: float
    gap: float
    low: float
    high: float


def augmented(
    before: ArrayLike,
    after: ArrayLike,
    donors_before: ArrayLike,
    donors_after: ArrayLike,
    *,
    lam: float | None = None,
    penalty: float = 0.0,
    centre: bool = False,
    level: float = 0.95,
) -> Augmented:
    """Fit one place's augmented synthetic control to its outcomes before the change.

    Parameters
    ----------
    before, after : array_like of float, shapes (T0,) and (T1,)
        Outcomes of the place; at least four periods before.
    donors_before, donors_after : array_like of float, shapes (n, T0) and (n, T1)
    lam : float, optional
        Ridge penalty, above 0. Chosen by `choose_lambda` when not given.
    penalty : float
        Of the simplex weights, as in `simplex_weights`.
    centre : bool
        Whether each unit's mean before the change is taken off first (without the period left out, where one is:
        else the others would give it away).
    level : float
        Of the limits, in (0, 1).

    Returns
    -------
    Augmented

    Raises
    ------
    ValueError
        If shapes do not fit or a number is not finite.
    NotConverged
        If a set of simplex weights does not meet its optimality conditions.

    References
    ----------
    Ben-Michael, E., Feller, A. & Rothstein, J. (2021). Journal of the American Statistical Association 116,
    1789-1803. Barber, R. F., Candès, E. J., Ramdas, A. & Tibshirani, R. J. (2021). Annals of Statistics 49, 486-507.
    """
    x0, x1, d0, d1 = _checked(before, after, donors_before, donors_after)
    zeta, alpha = float(checks.nonnegative("penalty", penalty)[0]), 1 - float(checks.inside_unit("level", level)[0])
    strength = choose_lambda(x0, d0, zeta, centre) if lam is None else float(checks.positive("lam", lam)[0])
    gaps, residuals = _leave_out(x0, x1, d0, d1, strength, zeta, centre)
    if centre:
        x0, x1, d0, d1 = *level_off(x0, x1), *level_off(d0, d1)
    simplex, weights = ridge_weights(x0, d0, strength, zeta)
    return Augmented(
        weights,
        simplex,
        strength,
        float(np.sqrt(np.mean((x0 - weights @ d0) ** 2))),
        float((x1 - weights @ d1).mean()),
        *plus_limits(gaps, residuals, alpha),
    )


def _checked(before: ArrayLike, after: ArrayLike, d_before: ArrayLike, d_after: ArrayLike) -> tuple[Array, ...]:
    x0, x1 = checks.numbers("before", before), checks.numbers("after", after)
    d0, d1 = checks.numbers("donors_before", d_before), checks.numbers("donors_after", d_after)
    if x0.ndim != 1 or x1.ndim != 1 or x0.size < 4:
        raise ValueError(f"before (T0 >= 4,) and after (T1,) must be one place's, got {x0.shape} and {x1.shape}")
    if d0.ndim != 2 or len(d0) < 3 or d0.shape[1] != x0.size or d1.shape != (len(d0), x1.size):
        raise ValueError(f"donors must be (n >= 3, T0) and (n, T1), got {d0.shape} and {d1.shape}")
    return x0, x1, d0, d1


def ridge_weights(before: Array, donors_before: Array, lam: float, penalty: float = 0.0) -> tuple[Array, Array]:
    """Return the simplex weights of one place and the augmented ones, each of shape (n,).

    Parameters
    ----------
    before : ndarray, shape (T0,)
    donors_before : ndarray, shape (n, T0)
    lam : float
        Ridge penalty, above 0.
    penalty : float
        Of the simplex weights.
    """
    simplex = nearest((donors_before - before).T, penalty).weights
    return simplex, ridge_added(before[None], donors_before, simplex[None], lam)[0]


def ridge_added(before: Array, donors_before: Array, simplex: Array, lam: float) -> Array:
    """Add to simplex weights what the ridge regression takes off their gaps before the change.

    Parameters
    ----------
    before : ndarray, shape (J, T0)
    donors_before : ndarray, shape (n, T0)
    simplex : ndarray, shape (J, n)
    lam : float
        Ridge penalty, above 0.

    Returns
    -------
    ndarray, shape (J, n)
    """
    # Donors are centred at their mean in each period, so that what is added to the weights adds up to 0.
    centred = donors_before - donors_before.mean(axis=0)
    left = before - simplex @ donors_before
    system = centred.T @ centred + lam * np.eye(before.shape[1])
    return np.asarray(simplex + np.linalg.solve(system, left.T).T @ centred.T)


def _leave_out(
    x0: Array, x1: Array, d0: Array, d1: Array, lam: float, zeta: float, centre: bool
) -> tuple[Array, Array]:
    """Mean gap after, and gap in the period left out, without each period before in turn."""
    gaps, residuals = np.zeros(x0.size), np.zeros(x0.size)
    for t in range(x0.size):
        rest, rest_d = np.delete(x0, t), np.delete(d0, t, axis=1)
        later, later_d = np.append(x0[t], x1), np.column_stack([d0[:, t], d1])
        if centre:
            rest, later, rest_d, later_d = *level_off(rest, later), *level_off(rest_d, later_d)
        gap = later - ridge_weights(rest, rest_d, lam, zeta)[1] @ later_d
        residuals[t], gaps[t] = gap[0], gap[1:].mean()
    return gaps, residuals


def plus_limits(gaps: Array, residuals: Array, alpha: float) -> tuple[float, float]:
    """Jackknife+ limits: order statistics of gap less, and plus, the absolute residual.

    Parameters
    ----------
    gaps, residuals : ndarray, shape (T0,)
        Of the fits without each period.
    alpha : float

    Returns
    -------
    low, high : float
        Infinite where T0 + 1 < 1 / alpha.
    """
    size = gaps.size
    rank = int(np.floor(alpha * (size + 1) + 1e-9))
    if rank < 1:
        return -np.inf, np.inf
    low, high = np.sort(gaps - np.abs(residuals)), np.sort(gaps + np.abs(residuals))
    return float(low[rank - 1]), float(high[-rank])
