"""Many spread synthetic controls at once: one projected-gradient search for all units that share a pool of donors.

With a penalty zeta above 0 the programme min |X'w - y|^2 + zeta |w|^2 over the simplex is strictly convex, and its
matrix XX' + zeta is the same for every unit, so that a step for all of them is one product of matrices. Nesterov's
constant-momentum search for strongly convex functions converges at the rate 1 - 1 / sqrt(condition number), and the
penalty keeps that number small. A unit whose duality gap is not closed goes to the exact solver of
:mod:`auditor.stats.synthetic.simplex`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.stats.checks import Array
from auditor.stats.synthetic.simplex import nearest

CLOSED = 1e-13
"""Duality gap, as a share of the largest squared distance between target and donor, at which the search ends."""
_MOST_STEPS = 400
_EVERY = 5

Bools = NDArray[np.bool_]


def nearest_all(targets: Array, donors: Array, penalty: float, allowed: Bools | None = None) -> Array:
    """Return the weights of every target's synthetic control.

    Parameters
    ----------
    targets : ndarray, shape (B, m, T)
        Outcomes of m units in each of B problems.
    donors : ndarray, shape (B, n, T)
        Outcomes of the donors.
    penalty : float
        0 or more; see :func:`auditor.stats.synthetic.simplex.simplex_weights`.
    allowed : ndarray of bool, shape (m, n), optional
        Donors that each unit may draw on, at least one; all by default.

    Returns
    -------
    ndarray, shape (B, m, n)

    Raises
    ------
    NotConverged
        If a set of weights does not meet its optimality conditions.

    References
    ----------
    Nesterov, Y. (2004). Introductory Lectures on Convex Optimization, section 2.2.1 (constant step scheme).
    Held, M., Wolfe, P. & Crowder, H. (1974). Mathematical Programming 6, 62-88 (projection on the simplex).
    """
    may = np.ones((targets.shape[1], donors.shape[1]), dtype=bool) if allowed is None else allowed
    shape = (*targets.shape[:2], donors.shape[1])
    weights, open_ = np.zeros(shape), np.ones(shape[:2], dtype=bool)
    if penalty > 0:
        weights, open_ = _search(targets, donors, penalty, may)
    for b, i in np.argwhere(open_):
        on = may[i]
        weights[b, i] = 0.0
        weights[b, i, on] = nearest((donors[b, on] - targets[b, i]).T, penalty).weights
    return weights


def _search(targets: Array, donors: Array, penalty: float, may: Bools) -> tuple[Array, Bools]:
    """Return weights, and which of them are still open."""
    crossed = donors @ donors.transpose(0, 2, 1)
    aim = targets @ donors.transpose(0, 2, 1)
    steepest = np.linalg.norm(donors, 2, axis=(1, 2))[:, None, None] ** 2 + penalty
    root = np.sqrt(penalty / steepest)
    momentum = (1 - root) / (1 + root)
    scale = _distance(targets, donors, may)
    weights = np.broadcast_to(may / may.sum(axis=1, keepdims=True), aim.shape).copy()
    ahead = weights
    for step in range(1, _MOST_STEPS + 1):
        gradient = ahead @ crossed + penalty * ahead - aim
        moved = _project(np.where(may, ahead - gradient / steepest, -np.inf))
        ahead, weights = moved + momentum * (moved - weights), moved
        if step % _EVERY == 0:
            open_ = _gap(weights, crossed, penalty, aim, may) > CLOSED * scale
            if not open_.any():
                break
    return weights, np.asarray(open_)


def _distance(targets: Array, donors: Array, may: Bools) -> Array:
    """Largest squared distance of each target from a donor it may draw on, (B, m)."""
    squares = (donors**2).sum(axis=2)[:, None] + (targets**2).sum(axis=2)[:, :, None]
    apart = squares - 2 * targets @ donors.transpose(0, 2, 1)
    return np.asarray(np.where(may, apart, 0.0).max(axis=2))


def _gap(weights: Array, crossed: Array, penalty: float, aim: Array, may: Bools) -> Array:
    """How much half the objective could still fall, at most, (B, m)."""
    gradient = weights @ crossed + penalty * weights - aim
    least = np.where(may, gradient, np.inf).min(axis=2)
    return np.asarray(np.einsum("bmn,bmn->bm", weights, gradient - least[..., None]))


def _project(values: Array) -> Array:
    """Project each row (last axis) on the simplex: raise the level until what stands above it adds up to 1.

    Newton's method on a convex, piecewise linear function: from below it never overshoots and ends after a few steps.
    """
    finite = np.isfinite(values)
    level = (np.where(finite, values, 0.0).sum(axis=-1, keepdims=True) - 1) / finite.sum(axis=-1, keepdims=True)
    while True:
        above = values > level
        higher = (np.where(above, values, 0.0).sum(axis=-1, keepdims=True) - 1) / above.sum(axis=-1, keepdims=True)
        if (higher <= level + 1e-15 * np.maximum(1.0, np.abs(level))).all():
            return np.asarray(np.maximum(values - higher, 0.0))
        level = np.maximum(level, higher)
