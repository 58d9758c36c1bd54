"""The change of level at a programme's start, and its decision by randomisation over places.

The place's studentised change is ranked among those of comparison places at the same calendar date, in which nothing
started. What all places share in that month, season, autocorrelation and natural drift are in the comparison places
too; the p-value is exact where the place would, without the programme, be exchangeable with them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.series.error import Noise, noise, robust_se
from auditor.stats.series.interrupted import Bools, SeriesFit, fit_series, series_design

_LEAST_DRIFT = 0.01
"""Natural standard deviation of the trends, per year on the log scale, below which it is not put."""
_FEWEST_TO_SHRINK = 10
_ALPHA, _POWER = 0.05, 0.8
_ROUGHER, _BEYOND_CHANCE = 2.0, 1.5


@dataclass(frozen=True, slots=True)
class LevelChange:
    """Change of the log ratio of the groups at the start.

    Attributes
    ----------
    estimate, se : ndarray, shape (J,)
        NaN where the series could not be fitted ("not applicable").
    fitted : ndarray of bool, shape (J,)
    drift : float
        Natural standard deviation of the places' trends, per year; NaN where trends were not drawn together.
    natural : ndarray, shape (J,)
        Variance of the months about the regression beyond that of counting, on the log scale; 0 where there is none.
    dispersion : ndarray, shape (J,)
        Pearson chi-square over its degrees of freedom, the larger of the two where two series are compared.
    """

    estimate: Array
    se: Array
    fitted: Bools
    drift: float
    natural: Array
    dispersion: Array

    @property
    def statistic(self) -> Array:
        """Studentised change, shape (J,)."""
        return self.estimate / self.se


def level_change(focal: ArrayLike, total: ArrayLike, start: int, harmonics: int = 2) -> LevelChange:
    """Estimate the change of level of every place at one date.

    Each place has its own level, season and step. Its trend is drawn towards the median trend of all places as far
    as the places' trends agree (a trend of its own would cost most of the power, a common one would read a place's
    drift as a step).

    Parameters
    ----------
    focal, total : array_like of int, shape (J, T)
        Monthly counts of the focal group and of both groups; 0 of 0 in months that were not observed. All places of
        one call share the fitting of trends and noise, so they must be the tested place and its comparisons.
    start : int
        Position of the first month of the programme.
    harmonics : int
        Pairs of sine and cosine of the year.

    Returns
    -------
    LevelChange

    Raises
    ------
    ValueError
        As :func:`auditor.stats.series.interrupted.fit_series`.
    """
    design = series_design(np.shape(focal)[1], start, harmonics)
    first = fit_series(focal, total, design)
    trend, step = design.shape[1] - 2, design.shape[1] - 1
    if first.fitted.sum() < _FEWEST_TO_SHRINK:
        return _changed(first, step, np.nan)
    estimated = noise(first)
    slopes = first.coefficients[first.fitted, trend]
    errors = robust_se(first, estimated, _unit(design, trend))[first.fitted]
    drift = _natural_sd(slopes, errors)
    penalty, centre = np.zeros(design.shape[1]), np.zeros(design.shape[1])
    # Binomial information counts autocorrelated months for more than they are worth: the pull grows with it.
    penalty[trend], centre[trend] = estimated.inflation / drift**2, np.median(slopes)
    second = fit_series(focal, total, design, penalty, centre)
    return _changed(second, step, drift)


def slope_change(focal: ArrayLike, total: ArrayLike, start: int, harmonics: int = 2) -> LevelChange:
    """Estimate the change of trend per year at the start, in a regression with a step too; for description only.

    Parameters and result are those of :func:`level_change`; every place has its own trend.
    """
    design = series_design(np.shape(focal)[1], start, harmonics, slope=True)
    return _changed(fit_series(focal, total, design), design.shape[1] - 1, np.nan)


def less(first: LevelChange, second: LevelChange) -> LevelChange:
    """Return the difference of two changes of the same places: discretionary less serious arrests."""
    return LevelChange(
        first.estimate - second.estimate,
        np.hypot(first.se, second.se),
        first.fitted & second.fitted,
        first.drift,
        first.natural + second.natural,
        np.maximum(first.dispersion, second.dispersion),
    )


def rougher(tested: tuple[float, float], compared: tuple[ArrayLike, ArrayLike]) -> bool:
    """Say whether a place's months are so much noisier than those of its comparison places that it is not like them.

    Ranks need exchangeable places. A place of twice the natural noise, and autocorrelated, is ranked too far out,
    because what all places share of noise and autocorrelation is drawn into its own standard error.

    Parameters
    ----------
    tested : (float, float)
        Natural variance and dispersion of the tested place.
    compared : (array_like, array_like), each of shape (K,)
        The same of its comparison places; finite, at least one.

    Returns
    -------
    bool
        True where the natural variance is more than twice the comparisons' upper quartile (size alone does not
        enlarge it) and the dispersion more than one and a half times their median (chance alone hardly does, where
        counts are small).
    """
    natural, dispersion = (np.asarray(value, dtype=float) for value in compared)
    return bool(
        tested[0] > _ROUGHER * np.quantile(natural, 0.75) and tested[1] > _BEYOND_CHANCE * np.median(dispersion)
    )


def _natural_sd(values: Array, errors: Array) -> float:
    """Spread that errors do not explain: by quartiles, so that one place cannot widen it for all."""
    low, high = np.quantile(values, [0.25, 0.75])
    spread = (high - low) / (2 * ndtri(0.75))
    return float(max(np.sqrt(max(spread**2 - np.median(errors**2), 0.0)), _LEAST_DRIFT))


def _unit(design: Array, column: int) -> Array:
    unit = np.zeros(design.shape[1])
    unit[column] = 1.0
    return unit


def _changed(fit: SeriesFit, column: int, drift: float) -> LevelChange:
    if not fit.fitted.any():
        nothing = np.full(len(fit.fitted), np.nan)
        return LevelChange(nothing, nothing, fit.fitted, drift, nothing, nothing)
    estimated: Noise = noise(fit)
    se = robust_se(fit, estimated, _unit(fit.design, column))
    # A series without any residual noise has no scale to be studentised by.
    sound = fit.fitted & (np.nan_to_num(se) > 0)
    estimate = np.where(sound, fit.coefficients[:, column], np.nan)
    se = np.where(sound, se, np.nan)
    return LevelChange(estimate, se, sound, drift, _natural_variance(fit), fit.dispersion)


def _natural_variance(fit: SeriesFit) -> Array:
    """Return what over-dispersion adds to the variance of a month, (phi - 1) over its weight; shape (J,)."""
    weight = np.nan_to_num(fit.weights).sum(axis=1) / np.maximum(fit.months, 1.0)
    excess = np.maximum(fit.dispersion - 1.0, 0.0)
    return np.divide(excess, weight, out=np.full(len(weight), np.nan), where=fit.fitted & (weight > 0))


@dataclass(frozen=True, slots=True)
class Ranked:
    """Randomisation of one date over comparison places; arrays of shape (J,) over the tested places.

    Attributes
    ----------
    greater, less : ndarray
        One-sided p-values.
    low, high : ndarray
        Limits of the change, on the log scale, that invert the two tests; infinite where the comparisons are too few.
    detectable : ndarray
        Change, on the log scale, that a test at .05 finds with 80 % power; infinite where it cannot reach .05.
    assignments : int
        Admissible assignments of the date: the place itself and its comparisons.
    """

    greater: Array
    less: Array
    low: Array
    high: Array
    detectable: Array
    assignments: int

    @property
    def least(self) -> float:
        """Smallest p-value that this randomisation can give."""
        return 1 / self.assignments


def rank_change(estimate: ArrayLike, se: ArrayLike, compared: ArrayLike, level: float = 0.95) -> Ranked:
    """Rank studentised changes of tested places among those of the comparison places.

    Parameters
    ----------
    estimate, se : array_like of float, shape (J,)
        Of the tested places.
    compared : array_like of float, shape (K,)
        Studentised changes of the comparison places at the same date, from the same fit.
    level : float
        Level of the limits, in (0, 1).

    Returns
    -------
    Ranked
        p = (1 + #{comparisons at least as extreme}) / (1 + K).

    Raises
    ------
    ValueError
        If a value is not finite, a standard error is not above 0, or there is no comparison.

    References
    ----------
    Phipson, B. & Smyth, G. K. (2010). Statistical Applications in Genetics and Molecular Biology 9, article 39 (a
    p-value is never 0). Canay, I. A., Romano, J. P. & Shaikh, A. M. (2017). Econometrica 85, 1013-1030, and
    MacKinnon, J. G. & Webb, M. D. (2020). Journal of Econometrics 218, 435-450 (randomisation of who is treated).
    """
    d, s = checks.together(estimate=checks.numbers("estimate", estimate), se=checks.positive("se", se))
    others = np.sort(checks.numbers("compared", compared))
    if others.ndim != 1 or not others.size:
        raise ValueError("compared must hold at least one comparison place")
    tail = float((1 - checks.inside_unit("level", level)[0]) / 2)
    size = others.size + 1
    t = d / s
    above = others.size - np.searchsorted(others, t, side="left")
    below = np.searchsorted(others, t, side="right")
    low, high = _limits(d, s, others, tail)
    needed = int(np.floor(_ALPHA * size + 1e-9))
    reach = others[-needed] + ndtri(_POWER) if needed else np.inf
    return Ranked((1 + above) / size, (1 + below) / size, low, high, s * reach, size)


def _limits(d: Array, s: Array, others: NDArray[np.float64], tail: float) -> tuple[Array, Array]:
    """Changes that neither one-sided test would reject at the tail's level.

    A change c is kept while more than tail * (K + 1) - 1 comparisons lie at or above (d - c) / s.
    """
    needed = int(np.floor(tail * (others.size + 1) + 1e-9))
    if needed < 1:
        return np.full(d.shape, -np.inf), np.full(d.shape, np.inf)
    return d - s * others[-needed], d - s * others[needed - 1]


def normal_limits(estimate: float, se: float, level: float = 0.95) -> tuple[float, float, float, float]:
    """Return low, high and both one-sided p-values by the normal approximation, for what is described only."""
    z, reach = estimate / se, se * ndtri((1 + level) / 2)
    return estimate - reach, estimate + reach, float(ndtr(-z)), float(ndtr(z))
