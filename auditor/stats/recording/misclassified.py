"""Ratios of two groups when some members of each are recorded as of the other.

Sensitivity: the share of focal persons recorded as focal; specificity: the share of reference persons recorded as
reference. With both known the recorded share turns into the true one by a rising function, so exact limits of the
recorded share stay exact. With both only bounded, the corners of the rectangle bound the ratio.

References
----------
Rogan, W. J. & Gladen, B. (1978). American Journal of Epidemiology 107, 71-76.
Manski, C. F. (2003). Partial Identification of Probability Distributions (bounds).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.ratios.intervals import clopper_pearson

#: Least sensitivity + specificity - 1 for which a correction is worth its noise.
LEAST_INFORMATION = 0.1


@dataclass(frozen=True, slots=True)
class Corrected:
    """Corrected rate ratio of J places.

    Attributes
    ----------
    ratio, low, high : ndarray, shape (J,)
        Ratio and limits; 0 without any focal event left after correction, infinite without any reference event, NaN
        ("not applicable", with limits 0 and infinite) without events.
    focal : ndarray, shape (J,)
        Estimated true events of the focal group.
    possible : ndarray of bool, shape (J,)
        False where the recorded share lies outside what sensitivity and specificity allow (below 1 - specificity or
        above sensitivity): the share was moved to the border, and the error rates given may be wrong.
    """

    ratio: Array
    low: Array
    high: Array
    focal: Array
    possible: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ErrorBounds:
    """Range of the ratio over the error rates allowed; two kinds of doubt, never one bar.

    Attributes
    ----------
    low, high : ndarray, shape (J,)
        Smallest and largest ratio at the recorded shares.
    limit_low, limit_high : ndarray, shape (J,)
        The same with the sampling error of the recorded share added: they hold the truth in at least `level` of cases
        if the true error rates are within the bounds given.
    """

    low: Array
    high: Array
    limit_low: Array
    limit_high: Array


def corrected_ratio(
    h: ArrayLike,
    w: ArrayLike,
    exposure_h: ArrayLike,
    exposure_w: ArrayLike,
    sensitivity: ArrayLike,
    specificity: ArrayLike,
    level: float = 0.95,
) -> Corrected:
    """Correct a rate ratio for known error rates; the exposures are taken to be right.

    Parameters
    ----------
    h, w : array_like of int, shape (J,)
        Events recorded for the focal and the reference group.
    exposure_h, exposure_w : array_like of float
        True population at risk of each group, above 0, in one unit.
    sensitivity, specificity : array_like of float
        Known error rates in (0, 1], adding up to at least 1.1.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    Corrected
        Limits from Clopper and Pearson's: coverage at least the level where the error rates are right.

    Raises
    ------
    ValueError
        If a count, exposure or rate is out of range, or the rates say too little.
    """
    h, w, se, sp, factor = _inputs(h, w, exposure_h, exposure_w, sensitivity, specificity)
    total = h + w
    share = np.divide(h, total, out=np.zeros_like(h), where=total > 0)
    low, high = clopper_pearson(h, total, level)
    truth = _true_share(share, se, sp)
    possible = (total == 0) | ((share >= 1 - sp) & (share <= se))
    limits = [_odds(_true_share(limit, se, sp)) * factor for limit in (low, high)]
    ratio = np.where(total > 0, _odds(truth) * factor, np.nan)
    return Corrected(ratio, limits[0], limits[1], truth * total, possible)


def corrected_ratio_validated(
    h: ArrayLike,
    w: ArrayLike,
    exposure_h: ArrayLike,
    exposure_w: ArrayLike,
    focal_right: tuple[int, int],
    reference_right: tuple[int, int],
    rng: np.random.Generator,
    level: float = 0.95,
    draws: int = 4000,
) -> Corrected:
    """Correct with error rates that were themselves counted in a validation sample.

    Parameters
    ----------
    h, w, exposure_h, exposure_w, level
        As for `corrected_ratio`.
    focal_right, reference_right : (int, int)
        Of the truly focal, and truly reference, persons of the validation sample: recorded rightly, and all.
    rng : numpy.random.Generator
        Drawn from for the limits.
    draws : int
        Draws, 1,000 or more.

    Returns
    -------
    Corrected
        Limits are quantiles of the ratio over draws of the recorded share and both rates from their Jeffreys
        posteriors; draws whose rates say nothing about the group push the limits to 0 and infinity.

    Raises
    ------
    ValueError
        As `corrected_ratio`, or if there are fewer than 1,000 draws.
    """
    if draws < 1000:
        raise ValueError(f"draws must be 1000 or more, got {draws}")
    (a, n), (b, m) = (checks.tally(*pair) for pair in (focal_right, reference_right))
    if min(n[0], m[0]) < 1:
        raise ValueError("the validation sample must hold persons of both groups")
    se, sp = a[0] / n[0], b[0] / m[0]
    middle = corrected_ratio(h, w, exposure_h, exposure_w, se, sp, level)
    h, w, _, _, factor = _inputs(h, w, exposure_h, exposure_w, se, sp)
    se_draw = rng.beta(a[0] + 0.5, n[0] - a[0] + 0.5, draws)
    sp_draw = rng.beta(b[0] + 0.5, m[0] - b[0] + 0.5, draws)
    told = se_draw + sp_draw - 1 > 0
    low, high = np.empty(h.shape), np.empty(h.shape)
    tails = ((1 - level) / 2, (1 + level) / 2)
    for j in range(h.size):
        share = rng.beta(h[j] + 0.5, w[j] + 0.5, draws)
        truth = _true_share(share, np.where(told, se_draw, 1.0), np.where(told, sp_draw, 1.0))
        low[j] = np.quantile(np.where(told, truth, 0.0), tails[0], method="lower")
        high[j] = np.quantile(np.where(told, truth, 1.0), tails[1], method="higher")
    return Corrected(middle.ratio, _odds(low) * factor, _odds(high) * factor, middle.focal, middle.possible)


def error_bounds(
    h: ArrayLike,
    w: ArrayLike,
    exposure_h: ArrayLike,
    exposure_w: ArrayLike,
    sensitivity: tuple[float, float],
    specificity: tuple[float, float],
    level: float = 0.95,
) -> ErrorBounds:
    """Bound a rate ratio when the error rates are only known to lie in a range.

    Parameters
    ----------
    h, w, exposure_h, exposure_w, level
        As for `corrected_ratio`.
    sensitivity, specificity : (float, float)
        Smallest and largest value thought possible, in (0, 1].

    Returns
    -------
    ErrorBounds

    Raises
    ------
    ValueError
        If a count, exposure or rate is out of range, or a range is upside down.

    Notes
    -----
    The corrected share falls as sensitivity rises and rises with specificity, so two corners are enough. Values that
    the recorded share rules out (sensitivity below it, specificity below its complement) narrow the range by
    themselves.
    """
    (se_low, se_high), (sp_low, sp_high) = (_range(n, r) for n, r in _named(sensitivity, specificity))
    h, w, _, _, factor = _inputs(h, w, exposure_h, exposure_w, 1.0, 1.0)
    total = h + w
    share = np.divide(h, total, out=np.zeros_like(h), where=total > 0)
    below, above = clopper_pearson(h, total, level)
    ends = [
        _odds(_corner(s, se, sp, side)) * factor
        for s, se, sp, side in (
            (share, se_high, sp_low, 0.0),
            (share, se_low, sp_high, 1.0),
            (below, se_high, sp_low, 0.0),
            (above, se_low, sp_high, 1.0),
        )
    ]
    known = total > 0
    low, high = np.where(known, ends[0], 0.0), np.where(known, ends[1], np.inf)
    return ErrorBounds(low, high, np.where(known, ends[2], 0.0), np.where(known, ends[3], np.inf))


def _inputs(
    h: ArrayLike, w: ArrayLike, exposure_h: ArrayLike, exposure_w: ArrayLike, se: ArrayLike, sp: ArrayLike
) -> tuple[Array, ...]:
    rates = {"sensitivity": checks.share("sensitivity", se), "specificity": checks.share("specificity", sp)}
    h, w, eh, ew, se_, sp_ = checks.together(
        h=checks.counts("h", h),
        w=checks.counts("w", w),
        exposure_h=checks.positive("exposure_h", exposure_h),
        exposure_w=checks.positive("exposure_w", exposure_w),
        **rates,
    )
    if (se_ + sp_ - 1 < LEAST_INFORMATION).any():
        raise ValueError(f"sensitivity + specificity must be at least {1 + LEAST_INFORMATION}: records say too little")
    return np.array(h), np.array(w), se_, sp_, np.asarray(ew / eh)


def _true_share(share: Array, se: Array, sp: Array) -> Array:
    return np.clip((share + sp - 1) / (se + sp - 1), 0.0, 1.0)


def _corner(share: Array, se: float, sp: float, side: float) -> Array:
    """True share at a corner; where the two rates there say nothing, the side of the bound."""
    told = se + sp - 1
    return np.clip((share + sp - 1) / told, 0.0, 1.0) if told > 0 else np.full(share.shape, side)


def _odds(share: Array) -> Array:
    return np.where(share < 1, share / np.where(share < 1, 1 - share, 1.0), np.inf)


def _named(
    sensitivity: tuple[float, float], specificity: tuple[float, float]
) -> tuple[tuple[str, tuple[float, float]], ...]:
    return ("sensitivity", sensitivity), ("specificity", specificity)


def _range(name: str, value: tuple[float, float]) -> tuple[float, float]:
    low, high = (float(v) for v in checks.share(name, value))
    if low > high or low <= 0:
        raise ValueError(f"{name} must be a range above 0, smallest first, got {low:g} to {high:g}")
    return low, high
