"""Mean time held up to a horizon, and differences between two groups' held shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.survival.kaplan_meier import Curve, SurvivalAt


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """Mean time held, counting at most `horizon`, in the unit of time; NaN ("not applicable") as `survival_at`."""

    mean: float
    se: float
    low: float
    high: float
    horizon: float


@dataclass(frozen=True, slots=True)
class HeldDifference:
    """Difference of two groups' shares, focal less reference, and its limits; NaN where either has no share."""

    difference: Array
    low: Array
    high: Array


def restricted_mean(curve: Curve, horizon: float, level: float = 0.95) -> RestrictedMean:
    """Area under a curve from 0 to the horizon.

    Parameters
    ----------
    curve : Curve
        See `kaplan_meier`.
    horizon : float
        Time beyond which further holding is not counted, above 0.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    RestrictedMean
        Limits are mean -+ z se, kept between 0 and the horizon; those two themselves where the standard error is 0,
        for a sample without an event before the horizon is not certain of its mean.

    Raises
    ------
    ValueError
        If the horizon is not above 0, lies beyond the longest follow-up although some are still held, or the
        level lies outside (0, 1).

    References
    ----------
    Irwin, J. O. (1949). Journal of Hygiene 47, 188-189. Royston, P. & Parmar, M. K. B. (2013). BMC Medical Research
    Methodology 13, 152. Variance as in R's `survival` (no factor m / (m - 1)).
    """
    end = checks.positive("horizon", horizon)[0]
    if end > curve.followed and not (curve.survival == 0).any():
        raise ValueError(f"horizon {end:g} lies beyond the longest follow-up, {curve.followed:g}, with some still held")
    past = curve.time < end
    edges = np.concatenate([[0.0], curve.time[past], [end]])
    areas = np.diff(edges) * np.concatenate([[1.0], curve.survival[past]])
    ahead = np.cumsum(areas[::-1])[::-1][1:]
    n, d = curve.at_risk[past], curve.events[past]
    spread = np.where(n > d, d / (n * np.where(n > d, n - d, 1.0)), 0.0)
    mean, se = float(areas.sum()), float(np.sqrt((ahead**2 * spread).sum()))
    z = -special.ndtri((1 - checks.inside_unit("level", level)[0]) / 2)
    width = z * se if se > 0 else np.inf
    low, high = max(mean - width, 0.0), min(mean + width, end)
    return RestrictedMean(mean, se, float(low), float(high), float(end))


def held_difference(focal: SurvivalAt, reference: SurvivalAt) -> HeldDifference:
    """Difference of two independent groups' held shares, with limits recovered from those of each share.

    Parameters
    ----------
    focal, reference : SurvivalAt
        Shares of both groups in the same places at the same times, with limits at one level.

    Returns
    -------
    HeldDifference

    Raises
    ------
    ValueError
        If the shapes differ.

    References
    ----------
    Zou, G. Y. & Donner, A. (2008). Statistics in Medicine 27, 1693-1702 (MOVER).
    """
    if focal.share.shape != reference.share.shape:
        raise ValueError(f"shapes differ: {focal.share.shape} and {reference.share.shape}")
    difference = focal.share - reference.share
    low = difference - np.hypot(focal.share - focal.low, reference.high - reference.share)
    high = difference + np.hypot(focal.high - focal.share, reference.share - reference.low)
    return HeldDifference(difference, low, high)
