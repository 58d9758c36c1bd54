"""Two rates compared: the exact conditional test of their ratio, and their difference.

Given the total H + W, the count H is binomial with share theta E_H / (theta E_H + E_W), theta the rate ratio
(Przyborowski & Wilenski 1940, *Biometrika* 31, 313-323): the nuisance rate has gone, and nothing is approximate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from auditor.stats.checks import Array, counts, inside_unit, nonnegative, positive, together
from auditor.stats.ratios.benchmark_error import log_upper_mixed, lowest_log_odds
from auditor.stats.ratios.intervals import exact_log_odds, garwood
from auditor.stats.ratios.tails import log_mid_upper, log_tails


@dataclass(frozen=True, slots=True)
class RateRatio:
    """Ratio of two rates, its exact interval, and one-sided tests; one entry a place.

    Attributes
    ----------
    ratio : ndarray
        (H / E_H) / (W / E_W): 0 without H, infinite without W, NaN ("not applicable") without either.
    low, high : ndarray
        Limits: low is 0.0 without H, high is infinite without W.
    p_greater, p_less : ndarray
        Exact one-sided p-values against "the ratio is at most" and "at least" the null ratio.
        1 where nothing was counted.
    mid_p_greater : ndarray
        Mid-P version of p_greater, for display.
    log_p_greater, log_p_less : ndarray
        Natural logs of the exact p-values, for those too small for a double.
    """

    ratio: Array
    low: Array
    high: Array
    p_greater: Array
    p_less: Array
    mid_p_greater: Array
    log_p_greater: Array
    log_p_less: Array


@dataclass(frozen=True, slots=True)
class RateDifference:
    """Difference of two rates and the limits of its interval, in events per `per` of exposure."""

    difference: Array
    low: Array
    high: Array


def rate_ratio(
    h: ArrayLike,
    w: ArrayLike,
    exposure_h: ArrayLike,
    exposure_w: ArrayLike,
    level: ArrayLike = 0.95,
    null: ArrayLike = 1.0,
) -> RateRatio:
    """Exact conditional comparison of two Poisson rates.

    Parameters
    ----------
    h, w : array_like of int
        Events of the focal and the reference group; broadcast together, one entry a place.
    exposure_h, exposure_w : array_like of float
        Population at risk of each group, above 0, in one unit.
    level : array_like of float
        Confidence level in (0, 1). The interval is Clopper & Pearson's for the conditional share, so the low
        limit exceeds the null ratio exactly when p_greater is below (1 - level) / 2.
    null : array_like of float
        Ratio under the null hypothesis, above 0; 1 for equal rates.

    Returns
    -------
    RateRatio

    Raises
    ------
    ValueError
        If a count is negative or not whole, an exposure or the null is not above 0, the exposures
        differ by a factor above 1e300, or the level lies outside (0, 1).

    References
    ----------
    Przyborowski, J. & Wilenski, H. (1940). Biometrika 31, 313-323. Clopper & Pearson (1934). Biometrika 26.
    """
    h, w, offset, shift, tail = _prepare(h, w, exposure_h, exposure_w, level, null)
    low, high = exact_log_odds(h, h + w, tail)
    p, q = special.expit(offset + shift), special.expit(-offset - shift)
    less, greater = log_tails(h, h + w, p, q)
    mid = log_mid_upper(h, h + w, p, q)
    return _result(h, w, offset, low, high, greater, less, np.exp(mid))


def rate_ratio_with_error(
    h: ArrayLike,
    w: ArrayLike,
    exposure_h: ArrayLike,
    exposure_w: ArrayLike,
    cv_h: ArrayLike,
    cv_w: ArrayLike,
    level: ArrayLike = 0.95,
    null: ArrayLike = 1.0,
) -> RateRatio:
    """Comparison of two rates whose exposures are survey estimates.

    Each exposure is taken as its stated value times an independent lognormal error; the test and the
    interval, which still invert each other, average the exact conditional tail over that error. With both
    coefficients 0 the result is that of `rate_ratio`. Only sampling error enters: a benchmark of the wrong
    people is a matter for `sensitivity.benchmark_tipping`.

    Parameters
    ----------
    h, w, exposure_h, exposure_w, level, null
        As in `rate_ratio`.
    cv_h, cv_w : array_like of float
        Coefficient of variation (standard error over estimate) of each exposure, 0 or more. For the
        American Community Survey the standard error is the published margin of error over 1.645.

    Returns
    -------
    RateRatio

    Raises
    ------
    ValueError
        As `rate_ratio`, and if a coefficient of variation is negative.
    NotConverged
        If the limits do not settle.
    """
    h, w, offset, shift, tail = _prepare(h, w, exposure_h, exposure_w, level, null)
    h, w, offset, shift, tail, cv_h, cv_w = together(
        h=h, w=w, offset=offset, shift=shift, tail=tail,
        cv_h=nonnegative("cv_h", cv_h), cv_w=nonnegative("cv_w", cv_w),
    )  # fmt: skip
    shape = h.shape
    h, w, offset, shift, tail = (np.ravel(x) for x in (h, w, offset, shift, tail))
    error = np.ravel(np.sqrt(np.log1p(cv_h**2) + np.log1p(cv_w**2)))
    exact_low, exact_high = exact_log_odds(h, h + w, tail)
    low = lowest_log_odds(h, w, tail, error, exact_low)
    high = -lowest_log_odds(w, h, tail, error, -exact_high)
    greater = log_upper_mixed(h, w, offset + shift, error)
    less = log_upper_mixed(w, h, -offset - shift, error)
    beyond = np.where(w > 0, log_upper_mixed(h + 1, np.maximum(w - 1, 0), offset + shift, error), -np.inf)
    mid = (np.exp(greater) + np.exp(beyond)) / 2
    parts = (h, w, offset, low, high, greater, less, mid)
    return _result(*(x.reshape(shape) for x in parts))


def rate_difference(
    h: ArrayLike,
    w: ArrayLike,
    exposure_h: ArrayLike,
    exposure_w: ArrayLike,
    per: float = 1000.0,
    level: ArrayLike = 0.95,
) -> RateDifference:
    """Difference of two Poisson rates, with limits recovered from the exact limits of each rate.

    Parameters
    ----------
    h, w, exposure_h, exposure_w, level
        As in `rate_ratio`.
    per : float
        Unit of exposure of the result: 1,000 gives events per 1,000 persons.

    Returns
    -------
    RateDifference
        Rate of the focal group less that of the reference group.

    Raises
    ------
    ValueError
        If a count is negative or not whole, an exposure or `per` is not above 0, or the level lies outside (0, 1).

    References
    ----------
    Zou, G. Y. & Donner, A. (2008). Statistics in Medicine 27, 1693-1702 (MOVER); Garwood (1936) for each rate.
    """
    h, w, exposure_h, exposure_w, level, unit = together(
        h=counts("h", h),
        w=counts("w", w),
        exposure_h=positive("exposure_h", exposure_h),
        exposure_w=positive("exposure_w", exposure_w),
        level=inside_unit("level", level),
        per=positive("per", per),
    )
    rate_h, rate_w = h / exposure_h, w / exposure_w
    (low_h, high_h), (low_w, high_w) = garwood(h, exposure_h, level), garwood(w, exposure_w, level)
    difference = rate_h - rate_w
    low = difference - np.hypot(rate_h - low_h, high_w - rate_w)
    high = difference + np.hypot(high_h - rate_h, rate_w - low_w)
    return RateDifference(unit * difference, unit * low, unit * high)


def _prepare(
    h: ArrayLike, w: ArrayLike, exposure_h: ArrayLike, exposure_w: ArrayLike, level: ArrayLike, null: ArrayLike
) -> tuple[Array, Array, Array, Array, Array]:
    """Counts, log of the exposure ratio, log of the null ratio, and the probability in each tail."""
    h, w, exposure_h, exposure_w, level, null = together(
        h=counts("h", h),
        w=counts("w", w),
        exposure_h=positive("exposure_h", exposure_h),
        exposure_w=positive("exposure_w", exposure_w),
        level=inside_unit("level", level),
        null=positive("null", null),
    )
    offset, shift = np.log(exposure_h) - np.log(exposure_w), np.log(null)
    if (np.abs(offset + shift) > _WIDEST).any():
        raise ValueError("exposure_h and exposure_w differ by a factor above 1e300")
    return h, w, offset, shift, (1 - level) / 2


_WIDEST = 300 * np.log(10.0)


def _result(
    h: Array, w: Array, offset: Array, low: Array, high: Array, greater: Array, less: Array, mid: Array
) -> RateRatio:
    ratio = np.full(h.shape, np.nan)
    ratio[(h > 0) & (w == 0)] = np.inf
    ratio[w > 0] = 0.0
    both = (h > 0) & (w > 0)
    ratio[both] = np.exp(np.log(h[both]) - np.log(w[both]) - offset[both])
    return RateRatio(
        ratio=ratio,
        low=np.exp(low - offset),
        high=np.exp(high - offset),
        p_greater=np.exp(greater),
        p_less=np.exp(less),
        mid_p_greater=mid,
        log_p_greater=greater,
        log_p_less=less,
    )
