"""A model-based tail below the smallest p-value that ranks can give.

With n controls no rank says more than 1 / (n + 1). How fast the controls' scores thin out on the way there can be
carried on by a generalised Pareto distribution, at the price of believing it: the upper confidence limit is used, and
whoever uses it says that it is model-based and caps the grade.

References
----------
Pickands, J. (1975). Annals of Statistics 3, 119-131.
Coles, S. (2001). An Introduction to Statistical Modeling of Extreme Values, chapter 4.
Knijnenburg, T. A. et al. (2009). Bioinformatics 25, i161-i168 (the same for permutation p-values).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from auditor.stats.checks import Array, inside_unit
from auditor.stats.conformal.null import ConformalNull
from auditor.stats.conformal.screen import Conformal

#: Share of the control scores that the tail is fitted to, and fewest independent exceedances it needs.
SHARE, FEWEST = 0.1, 30.0
_SHAPES = np.linspace(-0.6, 1.6, 89)
_WIDTHS = np.exp(np.linspace(-2.0, 2.0, 161))
_MOST = 400


def tail_p(screen: Conformal, confidence: float = 0.95) -> tuple[Array, NDArray[np.bool_]]:
    """Upper-tail p-values that go on below the resolution floor.

    Parameters
    ----------
    screen : Conformal
    confidence : float
        Of the upper limit that is given, in (0, 1).

    Returns
    -------
    p : ndarray, shape (J,)
        `screen.p_greater`, but at the floor the upper confidence limit of the fitted tail where that is smaller. NaN
        where the place is not tested.
    model_based : ndarray of bool, shape (J,)
        Where the fitted tail was used.

    Raises
    ------
    ValueError
        If the confidence lies outside (0, 1).
    """
    level = float(inside_unit("confidence", confidence)[0])
    p = screen.p_greater.copy()
    used = np.zeros(p.shape, dtype=bool)
    score = np.full(p.shape, np.nan)
    rows = screen.tested
    score[rows] = screen.null.score(screen.estimate[rows], screen.se[rows])
    for index, controls in enumerate(screen.null.above):
        # The place is beyond every control of its stratum.
        bottom = np.flatnonzero(rows & (screen.stratum == index) & (p <= screen.least_p))
        if not bottom.size:
            continue
        beyond = _upper_limit(screen.null, controls, score[bottom], level)
        smaller = beyond < p[bottom]
        p[bottom[smaller]] = beyond[smaller]
        used[bottom[smaller]] = True
    return p, used


def _upper_limit(null: ConformalNull, controls: Array, score: Array, level: float) -> Array:
    return upper_limit(controls, score, level, null.weight)


def upper_limit(controls: Array, score: Array, level: float, weight: float = 1.0) -> Array:
    """Upper confidence limit of the chance of a control score as small, by profile likelihood.

    Parameters
    ----------
    controls : ndarray, shape (n,)
        Ordered scores of the controls: small is extreme.
    score : ndarray, shape (k,)
        Below the tenth of the controls' scores.
    level : float
    weight : float
        How much independent information one control adds, in (0, 1].

    Returns
    -------
    ndarray, shape (k,)
        1 where the controls are too few for a tail.
    """
    count = int(controls.size * SHARE)
    if count * weight < FEWEST:
        return np.ones(score.size)
    depth = -np.log(np.maximum(controls[: count + 1], 1e-300))
    excess = depth[:count] - depth[count]
    wanted = -np.log(np.maximum(score, 1e-300)) - depth[count]
    typical = float(excess.mean())
    if typical <= 0:
        return np.ones(score.size)
    shape, width = (grid.ravel() for grid in np.meshgrid(_SHAPES, _WIDTHS * typical, indexing="ij"))
    likelihood = weight * count * _mean_log_density(excess, shape, width)
    # The two-sided quantile for a one-sided limit: with the one-sided one, a limit meant to hold in 95 of 100 samples
    # held in 85-93 (simulated, 400 to 12,000 controls).
    near = likelihood >= likelihood.max() - 0.5 * ndtri((1 + level) / 2) ** 2
    survival = _survival(wanted[:, None], shape[near], width[near]).max(axis=1)
    over = (1 + weight * count) / (1 + weight * controls.size)
    # Nothing deeper than the double-precision floor of the scores is claimed.
    return np.asarray(np.maximum(over * survival, 1e-12))


def _mean_log_density(excess: Array, shape: Array, width: Array) -> Array:
    """Mean log density of the generalised Pareto distribution; thinned to 400 order statistics."""
    if excess.size > _MOST:
        excess = excess[np.linspace(0, excess.size - 1, _MOST).round().astype(int)]
    result = np.empty(shape.size)
    for part in np.array_split(np.arange(shape.size), 20):
        xi, sigma = shape[part][:, None], width[part][:, None]
        x = excess / sigma
        inside = 1 + xi * x
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.where(np.abs(xi) < 1e-9, -x, -(1 + 1 / xi) * np.log(inside))
        logs = np.where(inside > 0, logs, -np.inf)
        result[part] = logs.mean(axis=1) - np.log(sigma[:, 0])
    return result


def _survival(x: Array, shape: Array, width: Array) -> Array:
    inside = np.maximum(1 + shape * x / width, 0.0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        general = np.exp(-np.log(inside) / shape)
    general = np.where((inside <= 0) & (shape < 0), 0.0, general)
    return np.where(np.abs(shape) < 1e-9, np.exp(-x / width), general)
