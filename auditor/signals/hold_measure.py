"""What stands beside the tested share: how fast people leave, how many hours longer they stay, and holds alone.

Everybody is followed for the same horizon, so the product-limit curve up to it is the plain share still held and its
restricted mean is the mean of the hours, none counted beyond the horizon. Nothing here is tested.

Jails are the clusters. One jail: its weeks, or four weeks of it, are the units, where that is the wider interval and
the larger p, else persons. Six or more: the jails are (jackknife, Student's t), or weeks of all of them where those
allow less (the hazard). Two to five jails are too few for either, and nothing is stated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from auditor.cells import Bools, Floats
from auditor.signals.hold_weeks import FEWEST_MONTHS, MONTH, WEEK
from auditor.signals.stays import Stays
from auditor.stats.fit import NotConverged
from auditor.stats.strata.block_jackknife import FEWEST_BLOCKS
from auditor.stats.survival.cox import Cox, cox, hazard_ratio
from auditor.stats.survival.cox_check import check_proportional
from auditor.stats.survival.cox_robust import FEWEST, Treatment, clustered
from auditor.stats.survival.log_rank import log_rank
from auditor.stats.survival.log_rank_robust import RobustScore, robust_score

LEVEL = 0.95
FINE, NO_OVERLAP, FEW_JAILS, NO_FIT = range(4)
"""Why a number is not there: measured, no jail with both sides, two to five jails, no finite estimate."""
_DRIFTS = 0.05
_MOST_REFITS, _MOST_WEEKS = 200, 30
"""Jails, and weeks of one jail, up to which each is left out once; with more the scaled sandwich does as well."""


@dataclass(frozen=True)
class Measured:
    """A number of each place with 95 % limits; (J,) arrays, NaN where ``reason`` is above 0.

    Attributes
    ----------
    estimate, low, high : arrays
    reason : int array
        One of the codes above.
    clusters : array
        Jails that hold both sides.
    weekly : bool array
        Where the interval allows for what people of one week have in common.
    note : bool array
        Hazard ratio: where the hazards drift apart over the time held (Grambsch and Therneau, p below 0.05).
    z, p : arrays
        Hazard ratio: stratified log-rank statistic, above 0 where those with a hold stay longer, and two-sided p; that
        of persons taken as independent, or of their clusters (Student's t on clusters less one). Hours: NaN.
    focal, reference : arrays
        Hours: the mean hours of both sides, standardised to the jails of those with a hold. Hazard ratio: NaN.
    """

    estimate: Floats
    low: Floats
    high: Floats
    reason: np.ndarray
    clusters: Floats
    weekly: Bools
    note: Bools
    z: Floats
    p: Floats
    focal: Floats
    reference: Floats


def leaving(stays: Stays, horizon: float) -> Measured:
    """Hazard of leaving with a hold over that without one, within jails, in the first hours up to the horizon.

    Parameters
    ----------
    stays : Stays
    horizon : float
        Hours after which follow-up is cut off.

    Returns
    -------
    Measured
        Cox's proportional hazards, ties by Efron, jails as strata; below 1 where people with a hold leave more slowly.

    References
    ----------
    As in `auditor.stats.survival.cox`, `cox_robust`, `cox_check`, `log_rank` and `log_rank_robust`.
    """
    known, result = _compared(stays)
    clusters = result.clusters
    if not len(known.n):
        return result
    time = np.minimum(known.hours["plain"], horizon)
    event = known.left & (known.hours["plain"] <= horizon)
    ranks = log_rank(time, event, known.side == 0, known.jail, known.place, known.places, known.n)
    order = np.argsort(known.place, kind="stable")
    edges = np.searchsorted(known.place[order], np.arange(known.places + 1))
    for j in np.flatnonzero(result.reason == FINE):
        mine = order[edges[j] : edges[j + 1]]
        week = _weeks(known.followed[mine])
        units = known.jail[mine] if clusters[j] > 1 else week
        result.weekly[j] = clusters[j] == 1 and units is not None
        told = (time[mine], event[mine], known.side[mine] == 0, known.jail[mine], known.n[mine])
        fit = _fit(*told, units, _besides(week, several=bool(clusters[j] > 1)))
        if fit is None and result.weekly[j]:
            # One week carries the ratio: persons are the units then, as with a single week.
            fit, result.weekly[j] = _fit(*told, None, []), False
        if fit is None:
            result.reason[j] = NO_FIT
            continue
        result.estimate[j], result.low[j], result.high[j], result.note[j] = fit.numbers
        result.z[j], result.p[j] = ranks.z[j], ranks.p_two_sided[j]
        if fit.ranks is not None and (clusters[j] > 1 or fit.ranks.p_two_sided > result.p[j]):
            result.z[j], result.p[j] = fit.ranks.t, fit.ranks.p_two_sided
    return result


@dataclass(frozen=True)
class _Fit:
    """Hazard ratio, limits and whether it drifts; the log-rank test of the clusters, None where there are none."""

    numbers: tuple[float, float, float, bool]
    ranks: RobustScore | None


def _weeks(followed: Floats) -> NDArray[np.int64] | None:
    """Return the week in which release fell due; None where that is one week for all."""
    week = np.floor(followed / WEEK).astype(np.int64)
    return week if len(np.unique(week)) >= FEWEST_BLOCKS else None


def _fit(
    time: Floats,
    event: Bools,
    focal: Bools,
    jail: NDArray[np.int64],
    count: Floats,
    units: NDArray[np.int64] | None,
    besides: list[NDArray[np.int64]],
) -> _Fit | None:
    """Fit the model; None where the data give no finite ratio.

    Weeks of one jail never make the interval narrower than persons do, nor do weeks of several, or months, than the
    units themselves.
    """
    try:
        fit = cox(time, event, focal.astype(float), jail, count)
        if units is None:
            return _Fit((*_limits(fit, fit.se, None), _drifts(fit)), None)
        several = len(np.unique(jail)) > 1
        found = [_of_units(fit, units, _MOST_REFITS if several else _MOST_WEEKS)]
    except NotConverged:
        return None
    for longer in besides:
        found += _if_fitted(fit, longer)
    every = [limits for limits, _ in found] + ([] if several else [_limits(fit, fit.se, None)])
    low, high = min(limits[1] for limits in every), max(limits[2] for limits in every)
    ranks = max((ranks for _, ranks in found), key=lambda ranks: ranks.p_two_sided)
    return _Fit((every[0][0], low, high, _drifts(fit)), ranks)


def _of_units(fit: Cox, units: NDArray[np.int64], most: int) -> tuple[tuple[float, float, float], RobustScore]:
    """Return ratio and limits, and the log-rank test, of some units; up to so many of them are each left out once."""
    treatment: Treatment = "jackknife" if len(np.unique(units)) <= most else "scaled"
    robust = clustered(fit, units, treatment, FEWEST_BLOCKS)
    return _limits(fit, robust.se, robust.df), robust_score(fit, units)


def _if_fitted(fit: Cox, units: NDArray[np.int64]) -> list[tuple[tuple[float, float, float], RobustScore]]:
    """Return the same of units besides, by their scaled sandwich; nothing where one of them carries the ratio."""
    try:
        return [_of_units(fit, units, 0)]
    except NotConverged:
        return []


def _besides(week: NDArray[np.int64] | None, *, several: bool) -> list[NDArray[np.int64]]:
    """Return weeks of several jails, and four weeks, where there are enough of them to be units."""
    if week is None:
        return []
    wanted = (week, week // MONTH) if several else (week // MONTH,)
    return [units for units in wanted if len(np.unique(units)) >= FEWEST_MONTHS]


def _limits(fit: Cox, se: Floats, df: Any) -> tuple[float, float, float]:
    ratio, low, high = hazard_ratio(fit.coefficients, se, df, LEVEL)
    return float(ratio[0]), float(low[0]), float(high[0])


def _drifts(fit: Cox) -> bool:
    try:
        return bool(check_proportional(fit).p[0] < _DRIFTS)
    except NotConverged:
        # Too few times to tell a drift; nothing is said of one then.
        return False


def hours_longer(stays: Stays, horizon: float) -> Measured:
    """Difference of mean hours held, none counted beyond the horizon, with a hold less without, within jails.

    Parameters
    ----------
    stays : Stays
    horizon : float
        Hours.

    Returns
    -------
    Measured
        Each jail's difference weighted by its people with a hold. A place where neither side's hours vary has no
        interval and no number.

    References
    ----------
    Royston, P. & Parmar, M. K. B. (2013). BMC Medical Research Methodology 13, 152 (restricted mean).
    """
    known, result = _compared(stays)
    clusters = result.clusters
    n, mean, spread = _moments(known, np.minimum(known.hours["plain"], horizon))
    both = np.all(n > 0, axis=1)
    weight = np.where(both, n[:, 0], 0.0)
    total = np.maximum(weight.sum(axis=1), 1.0)
    sides = [(weight * mean[:, side]).sum(axis=1) / total for side in (0, 1)]
    error = np.sqrt((weight**2 * spread.sum(axis=1)).sum(axis=1)) / total
    quantile = np.full(known.places, -special.ndtri((1 - LEVEL) / 2))
    many = clusters >= FEWEST
    if many.any():
        error[many] = _jackknife(weight[many], mean[many])
        quantile[many] = special.stdtrit(clusters[many] - 1, 1 - (1 - LEVEL) / 2)
    fine = result.reason == FINE
    for j in np.flatnonzero(fine & (clusters == 1)):
        width = _week_width(known.take(known.place == j), horizon)
        if width is not None:
            result.weekly[j], quantile[j] = True, max(quantile[j], width / error[j]) if error[j] > 0 else quantile[j]
    result.reason[fine & ~(error > 0)] = NO_FIT
    fine &= error > 0
    gap = sides[0] - sides[1]
    for array, values in (
        (result.estimate, gap), (result.low, gap - quantile * error), (result.high, gap + quantile * error),
        (result.focal, sides[0]), (result.reference, sides[1]),
    ):  # fmt: skip
        array[fine] = values[fine]
    return result


def _week_width(own: Stays, horizon: float) -> float | None:
    """Return half the interval of one jail's difference when weeks, or months, are left out; None with one week."""
    week = _weeks(own.followed)
    if week is None:
        return None
    month = week // MONTH
    enough = len(np.unique(month)) >= FEWEST_MONTHS
    widths = [_unit_width(own, unit, horizon) for unit in ((week, month) if enough else (week,))]
    if widths[0] is None:
        return None
    return max(width for width in widths if width is not None)


def _unit_width(own: Stays, unit: NDArray[np.int64], horizon: float) -> float | None:
    """Return half the interval of one jail's difference when one unit of time at a time is left out."""
    at = np.unique(unit, return_inverse=True)[1].ravel()
    n, total = np.zeros((2, at.max() + 1)), np.zeros((2, at.max() + 1))
    np.add.at(n, (own.side, at), own.n)
    np.add.at(total, (own.side, at), own.n * np.minimum(own.hours["plain"], horizon))
    rest = n.sum(axis=1, keepdims=True) - n
    if not (rest > 0).all():
        return None
    left = (total.sum(axis=1, keepdims=True) - total) / rest
    gap = left[0] - left[1]
    whole = total.sum(axis=1) / n.sum(axis=1)
    units = n.shape[1]
    error = np.sqrt((units - 1) / units * ((gap - (whole[0] - whole[1])) ** 2).sum())
    return float(special.stdtrit(units - 1, 1 - (1 - LEVEL) / 2) * error)


def _moments(known: Stays, hours: Floats) -> tuple[Floats, Floats, Floats]:
    """Return n, mean and squared standard error of the mean, by place, side and jail: (J, 2, S) arrays."""
    shape = (known.places, 2, known.jails)
    n, total, squares = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    at = (known.place, known.side, known.jail)
    np.add.at(n, at, known.n)
    np.add.at(total, at, known.n * hours)
    mean = total / np.maximum(n, 1.0)
    np.add.at(squares, at, known.n * (hours - mean[at]) ** 2)
    # Greenwood's variance of a restricted mean without censoring divides by n, not n - 1.
    return n, mean, squares / np.maximum(n, 1.0) ** 2


def _jackknife(weight: Floats, mean: Floats) -> Floats:
    """Standard error of the weighted difference when one jail at a time is left out."""
    there = weight > 0
    gap = mean[:, 0] - mean[:, 1]
    total = weight.sum(axis=1, keepdims=True)
    whole = (weight * gap).sum(axis=1, keepdims=True) / total
    without = ((weight * gap).sum(axis=1, keepdims=True) - weight * gap) / np.maximum(total - weight, 1e-300)
    jails = there.sum(axis=1)
    moved = np.where(there, (without - whole) ** 2, 0.0).sum(axis=1)
    return np.asarray(np.sqrt((jails - 1) / jails * moved), dtype=np.float64)


def _compared(stays: Stays) -> tuple[Stays, Measured]:
    """Return the stays in jails that hold both sides, and a result without numbers."""
    known = stays.known
    n = np.zeros((known.places, 2, known.jails))
    np.add.at(n, (known.place, known.side, known.jail), known.n)
    both = np.all(n > 0, axis=1)
    clusters = both.sum(axis=1).astype(np.float64)
    reason = np.where(clusters == 0, NO_OVERLAP, np.where((clusters > 1) & (clusters < FEWEST), FEW_JAILS, FINE))
    estimate, low, high, z, p, focal, reference = (np.full(len(clusters), np.nan) for _ in range(7))
    drift = np.zeros(len(clusters), dtype=bool)
    weekly = np.zeros(len(clusters), dtype=bool)
    result = Measured(estimate, low, high, reason, clusters, weekly, drift, z, p, focal, reference)
    return known.take(both[known.place, known.jail]), result
