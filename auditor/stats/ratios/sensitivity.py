"""How wrong an assumption must be before a ratio above 1 is explained away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from auditor.stats import checks
from auditor.stats.checks import Array


@dataclass(frozen=True, slots=True)
class GroupBounds:
    """Range of a rate ratio over every way in which events of unknown group may be shared out.

    Attributes
    ----------
    low, high : ndarray
        Ratio when every unknown event is the reference group's, and when every one is the focal group's;
        infinite without reference events, NaN ("not applicable") without any events.
    tipping : ndarray
        Share of the unknown events that must be the reference group's for the ratio to be 1; NaN ("not
        applicable") where no sharing gives 1, or nothing is unknown.
    """

    low: Array
    high: Array
    tipping: Array


def e_value(ratio: ArrayLike, low: ArrayLike) -> tuple[Array, Array]:
    """E-values of a ratio above 1 and of its lower limit.

    The strength, as a risk ratio, with which an unmeasured confounder must go with both the group and the event
    to explain the ratio away (or to move the limit to 1), beyond what was measured.

    Parameters
    ----------
    ratio : array_like of float
        Risk or rate ratio, 0 to infinity, one entry a place. For a ratio below 1 give the reciprocal, and the
        reciprocal of the upper limit.
    low : array_like of float
        Lower limit of its interval, no larger than the ratio.

    Returns
    -------
    point, limit : ndarray
        1 where the ratio, or the limit, is at most 1: nothing needs explaining. Infinite where it is infinite.

    Raises
    ------
    ValueError
        If a value is negative or NaN, or low exceeds the ratio.

    References
    ----------
    VanderWeele, T. J. & Ding, P. (2017). Annals of Internal Medicine 167, 268-274.
    """
    ratio, low = checks.together(ratio=checks.ratios("ratio", ratio), low=checks.ratios("low", low))
    if (low > ratio).any():
        raise ValueError("low must not exceed ratio")
    return _e_value(ratio), _e_value(low)


def _e_value(ratio: Array) -> Array:
    above = np.maximum(ratio, 1.0)
    return above + np.sqrt(above) * np.sqrt(above - 1)


def e_value_either_side(
    ratio: ArrayLike, low: ArrayLike, high: ArrayLike, common_odds: ArrayLike = False
) -> tuple[Array, Array]:
    """E-values of a ratio on either side of 1 and of the limit nearest 1.

    A ratio below 1 is taken as its reciprocal, with the reciprocal of its upper limit. The ratio of two odds of a
    common outcome overstates the ratio of risks; its square root stands for that, as the authors of the E-value give
    it. (They call an outcome common where more than 15 % have it.)

    Parameters
    ----------
    ratio, low, high : array_like of float
        Ratio and interval, 0 to infinity, one entry a place; NaN where not measured.
    common_odds : array_like of bool
        Where the ratio is one of odds and the outcome is common.

    Returns
    -------
    point, limit : ndarray
        NaN ("not applicable") where the ratio or a limit is NaN; 1 for the limit where the interval holds 1; infinite
        for the point where the ratio is 0 or infinite.

    References
    ----------
    VanderWeele, T. J. & Ding, P. (2017). Annals of Internal Medicine 167, 268-274, table 2.
    """
    parts = np.broadcast_arrays(*(np.atleast_1d(np.asarray(x, dtype=float)) for x in (ratio, low, high)))
    value, below, above = (np.array(x) for x in parts)
    power = np.where(np.broadcast_to(np.asarray(common_odds, dtype=bool), value.shape), 0.5, 1.0)
    known = ~(np.isnan(value) | np.isnan(below) | np.isnan(above))
    point, limit = np.full(value.shape, np.nan), np.full(value.shape, np.nan)
    with np.errstate(divide="ignore"):
        up = np.where(value >= 1, value, 1 / value)[known] ** power[known]
        near = np.where(value >= 1, below, 1 / above)[known] ** power[known]
    # An exact interval may lie beside a ratio that is estimated otherwise; the limit never exceeds the ratio.
    point[known], limit[known] = e_value(up, np.minimum(near, up))
    return point, limit


def benchmark_tipping(low: ArrayLike) -> Array:
    """Factor by which the benchmark must understate the focal group, relative to the other, for no finding.

    The rate ratio is inversely proportional to the exposure ratio, so the factor is the lower limit itself.

    Parameters
    ----------
    low : array_like of float
        Lower limit of a rate ratio, 0 to infinity.

    Returns
    -------
    ndarray
        The limit where it is above 1; 1 where the interval already holds 1.

    Raises
    ------
    ValueError
        If a limit is negative or NaN.
    """
    return np.maximum(checks.ratios("low", low), 1.0)


def missing_group_bounds(
    n_c: ArrayLike, exposure_c: ArrayLike, n_r: ArrayLike, exposure_r: ArrayLike, unknown: ArrayLike
) -> GroupBounds:
    """Bounds of a rate ratio when the group of some events is not recorded.

    An assumption range, not a confidence interval: sampling error comes on top and is shown apart.

    Parameters
    ----------
    n_c, n_r : array_like of int
        Events recorded for the focal and the reference group, one entry a place.
    exposure_c, exposure_r : array_like of float
        Population at risk of each group, above 0, in one unit.
    unknown : array_like of int
        Events whose group is not recorded, all taken to be of one of the two groups.

    Returns
    -------
    GroupBounds

    Raises
    ------
    ValueError
        If a count is negative or not whole, or an exposure is not above 0.

    References
    ----------
    Manski, C. F. (2003). Partial Identification of Probability Distributions (bounds without assumptions).
    """
    n_c, exposure_c, n_r, exposure_r, unknown = checks.together(
        n_c=checks.counts("n_c", n_c),
        exposure_c=checks.positive("exposure_c", exposure_c),
        n_r=checks.counts("n_r", n_r),
        exposure_r=checks.positive("exposure_r", exposure_r),
        unknown=checks.counts("unknown", unknown),
    )
    relative = exposure_c / exposure_r
    low = _quotient(n_c, (n_r + unknown) * relative)
    high = _quotient(n_c + unknown, n_r * relative)
    # (n_c + (1 - s) U) / E_c = (n_r + s U) / E_r, solved for s.
    needed = (n_c + unknown - n_r * relative) / (1 + relative)
    possible = (unknown > 0) & (needed >= 0) & (needed <= unknown)
    tipping = np.where(possible, needed / np.maximum(unknown, 1), np.nan)
    return GroupBounds(low, high, tipping)


def _quotient(above: Array, below: Array) -> Array:
    empty = np.where(above > 0, np.inf, np.nan)
    return np.where(below > 0, above / np.where(below > 0, below, 1.0), empty)
