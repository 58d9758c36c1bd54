"""How focal contrasts differ from their controls in innocent ways: a shift and a scale.

Both are read off the lower quantiles of the focal contrasts over places, where an excess of the group does not reach.
The matching is on the natural differences: the errors of focal and control estimates enter as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged
from auditor.stats.screening.mixture import NormalMixture

#: Quantiles of the focal contrasts that are matched.
QUANTILES = np.arange(1, 9) * 0.05
#: Standard errors are put into this many classes of equal size.
_CLASSES = 48
_LARGEST_SCALE = 100.0
_FEWEST = 10


@dataclass(frozen=True, slots=True)
class Match:
    """Shift and scale of the focal contrasts against their controls.

    Attributes
    ----------
    shift, scale : float
        Natural differences of focal contrasts are shift + scale times those of controls; scale is as estimated, and
        may be below 1.
    scale_upper : float
        The scale one standard error up (of its square; places are independent); infinite where it cannot be told.
    places : int
        Places whose focal contrasts were used.
    """

    shift: float
    scale: float
    scale_upper: float
    places: int


def match(focal: Array, se: Array, natural: NormalMixture, affected: float = 0.0) -> Match:
    """Shift and scale by minimum chi-square over the cells that the lower quantiles cut.

    Parameters
    ----------
    focal, se : ndarray, shape (J,)
        Focal estimates of all places, finite, and their standard errors, above 0.
    natural : NormalMixture
        Natural differences of the controls.
    affected : float
        Share of the places known to have an excess, in [0, 1): they are counted above the last quantile.

    Returns
    -------
    Match
        With fewer than ten places the shift is 0, and the scale 1 with an infinite upper value.

    Raises
    ------
    NotConverged
        If the least squares do not settle.

    Notes
    -----
    Places with an excess leave the lower part. As far as they are not known, the quantiles of the others are taken
    slightly too high: shift and scale err upwards, which costs power and not error rate.
    """
    if focal.size < _FEWEST:
        return Match(0.0, 1.0, float("inf"), int(focal.size))
    cuts = np.quantile(focal, QUANTILES)
    errors = _classes(se)
    wanted = np.diff(QUANTILES / (1 - affected), prepend=0.0)
    # Multinomial covariance of the cells by its inverse square root: each cell by its own expected share, and the
    # last cell (all that lies above) through the sum of the others.
    weight = np.sqrt(focal.size / wanted)
    last = np.sqrt(focal.size / (1 - wanted.sum()))

    def residuals(at: Array) -> Array:
        below = natural.lower(cuts[:, None] - at[0], errors[None, :], np.sqrt(max(at[1], 0.0))).mean(axis=1)
        off = np.diff(below, prepend=0.0) - wanted
        return np.append(off * weight, off.sum() * last)

    return _solve(residuals, focal)


def _solve(residuals: Callable[[Array], Array], focal: Array) -> Match:
    """Least squares over shift and squared scale, whose information does not vanish where the scale is 0."""
    unit = max(float(np.subtract(*np.quantile(focal, [0.4, 0.05]))), 1e-12)
    start = np.array([float(np.median(focal)), 1.0])
    bounds = ([-np.inf, 0.0], [np.inf, _LARGEST_SCALE**2])
    found = least_squares(residuals, start, bounds=bounds, x_scale=[unit, 1.0], xtol=1e-10, ftol=1e-10)
    if not found.success:
        # One-sided differences can leave the last steps zigzagging; central ones from there do not.
        found = least_squares(
            residuals, found.x, "3-point", bounds, x_scale=[unit, 1.0], xtol=1e-8, ftol=1e-8, max_nfev=1000
        )
    if not found.success:
        raise NotConverged("shift and scale of the focal contrasts were not pinned down")
    information = found.jac.T @ found.jac
    determinant = float(np.linalg.det(information))
    error = float(np.sqrt(information[0, 0] / determinant)) if determinant > 0 else float("inf")
    shift, square = float(found.x[0]), float(found.x[1])
    return Match(shift, float(np.sqrt(square)), float(np.sqrt(square + error)), int(focal.size))


def _classes(se: Array) -> Array:
    """Return representative standard errors: means of classes of equal size."""
    ordered = np.sort(se)
    if ordered.size <= _CLASSES:
        return ordered
    return np.array([part.mean() for part in np.array_split(ordered, _CLASSES)])
