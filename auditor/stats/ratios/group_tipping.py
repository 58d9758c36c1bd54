"""How many events must be of the other group before a rate ratio's lower limit reaches 1.

Two readings of the same question: events whose group is not recorded, taken to be the reference group's one by one;
and events recorded for the focal group that were really the reference group's. Both keep the sampling error: it is the
limit that must reach 1, not the estimate. Searched for in whole events, so that the answer can be checked by hand.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logit

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.ratios.benchmark_error import log_upper_mixed
from auditor.stats.ratios.tails import log_tails

_Moved = Callable[[Array], tuple[Array, Array]]


def unrecorded_tipping(
    h: ArrayLike, w: ArrayLike, base: ArrayLike, unknown: ArrayLike, error: ArrayLike = 0.0, level: float = 0.95
) -> Array:
    """Share of the events of unrecorded group that must be the reference group's for the lower limit to reach 1.

    Parameters
    ----------
    h, w : array_like of int
        Events recorded for the focal and the reference group, one entry a place.
    base : array_like of float
        Share of both that equal rates would give the focal group, E_H / (E_H + E_W), in (0, 1).
    unknown : array_like of int
        Events whose group is not recorded.
    error : array_like of float
        Standard error of the log odds of ``base``, 0 or more.
    level : float
        Of the two-sided interval whose lower limit is meant (as in `rates.rate_ratio`).

    Returns
    -------
    ndarray
        The smallest number of such events over all of them; NaN ("not applicable") where the lower limit is at most 1
        already, where nothing is unknown, and where not even all of them bring it to 1.

    Raises
    ------
    ValueError
        If a count is negative or not whole, base or level lies outside (0, 1), or error is negative.
    """
    h, w, base, unknown, error = _checked(h, w, base, unknown, error)
    return _share(h, w, base, error, unknown, level, lambda x: (h, w + x))


def misrecorded_tipping(
    h: ArrayLike, w: ArrayLike, base: ArrayLike, error: ArrayLike = 0.0, level: float = 0.95
) -> Array:
    """Share of the focal group's events that must really be the reference group's for the lower limit to reach 1.

    Parameters
    ----------
    h, w, base, error, level
        As in `unrecorded_tipping`.

    Returns
    -------
    ndarray
        The smallest number of such events over h; NaN ("not applicable") where the lower limit is at most 1 already.

    Raises
    ------
    ValueError
        As `unrecorded_tipping`.
    """
    h, w, base, _, error = _checked(h, w, base, 0, error)
    return _share(h, w, base, error, h, level, lambda x: (h - x, w + x))


def _checked(h: ArrayLike, w: ArrayLike, base: ArrayLike, unknown: ArrayLike, error: ArrayLike) -> tuple[Array, ...]:
    arrays = checks.together(
        h=checks.counts("h", h),
        w=checks.counts("w", w),
        base=checks.inside_unit("base", base),
        unknown=checks.counts("unknown", unknown),
        error=checks.nonnegative("error", error),
    )
    return tuple(np.array(x, dtype=float) for x in arrays)


def _share(h: Array, w: Array, base: Array, error: Array, most: Array, level: float, moved: _Moved) -> Array:
    """Search by halving for the smallest x in 0 to ``most`` at which the limit is at most 1."""
    threshold = np.log((1 - float(checks.inside_unit("level", level)[0])) / 2)

    def reaches(x: Array) -> np.ndarray:
        focal, reference = moved(x)
        return _log_upper(focal, reference, base, error) >= threshold

    start = np.zeros_like(most)
    open_ = ~reaches(start) & (most > 0) & reaches(most)
    low, high = start, np.where(open_, most, 1.0)
    # Invariant where open: not reached at low, reached at high.
    while (open_ & (high - low > 1)).any():
        middle = np.floor((low + high) / 2)
        hit = reaches(middle)
        low, high = np.where(open_ & ~hit, middle, low), np.where(open_ & hit, middle, high)
    return np.where(open_, high / np.maximum(most, 1), np.nan)


def _log_upper(h: Array, w: Array, base: Array, error: Array) -> Array:
    """Log of P(H >= h | h + w, base): the lower limit is above 1 exactly where it is below log((1 - level) / 2)."""
    h, w, base, error = (np.ravel(x) for x in np.broadcast_arrays(h, w, base, error))
    result = log_tails(h, h + w, base, 1 - base)[1]
    rough = error > 0
    if rough.any():
        result[rough] = log_upper_mixed(h[rough], w[rough], logit(base[rough]), error[rough])
    return np.asarray(result)
