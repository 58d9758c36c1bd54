"""Records without an ethnic group: what the gaps could hide, and whether they depend on the outcome.

The range over all ways of filling the gaps is `sensitivity.missing_group_bounds`, and how far a limit bears it is
`group_tipping.unrecorded_tipping`; here the range has its sampling limits, and the gaps are looked at for themselves.
Officers or agencies with more gaps than colleagues are found by `recording_peers.compare_recorders`, with gaps as k.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.ratios.intervals import wilson
from auditor.stats.ratios.rates import rate_ratio
from auditor.stats.ratios.sensitivity import missing_group_bounds
from auditor.stats.strata.hypergeometric_sums import permuted_sums, positions
from auditor.stats.strata.mantel_haenszel import mh_odds_ratio


@dataclass(frozen=True, slots=True)
class MissingRange:
    """Rate ratio when the group of some events is missing: an assumption range and, apart from it, sampling limits.

    Attributes
    ----------
    low, high, tipping : ndarray, shape (J,)
        As in `sensitivity.GroupBounds`: (n_c / E_c) / ((n_r + U) / E_r), ((n_c + U) / E_c) / (n_r / E_r), and the share
        of the gaps that must be the reference group's for a ratio of 1.
    limit_low, limit_high : ndarray, shape (J,)
        Lower exact limit at the low end and upper exact limit at the high end: they hold the true ratio at least as
        often as the level says, however the gaps came about.
    """

    low: Array
    high: Array
    tipping: Array
    limit_low: Array
    limit_high: Array


@dataclass(frozen=True, slots=True)
class MissingByOutcome:
    """Are gaps more common with the outcome than without, within strata? One entry a place.

    Attributes
    ----------
    share_with, share_without : ndarray
        Share of records without a group, with and without the outcome; NaN ("not applicable") without records.
    odds_ratio, low, high : ndarray
        Mantel-Haenszel odds ratio of a gap and its limits (see `mantel_haenszel.mh_odds_ratio`).
    p : ndarray
        Two-sided p-value (twice the smaller tail) of the exact shuffle of gaps within strata; 1 where nothing informs.
    strata : ndarray of int
        Strata that inform.
    """

    share_with: Array
    share_without: Array
    odds_ratio: Array
    low: Array
    high: Array
    p: Array
    strata: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Unevenness:
    """Do the units of a place (officers, agencies, months) leave gaps unevenly? One entry a place.

    Attributes
    ----------
    z, p : ndarray
        Tarone's statistic for more variation than binomial, and its one-sided normal p-value; z NaN ("not applicable")
        and p 1 where fewer than two units have records or all or none of the records are gaps.
    rho : ndarray
        Moment estimate of the agreement of two records of one unit, 0 to 1; 0 where not applicable.
    units : ndarray of int
        Units with records.
    """

    z: Array
    p: Array
    rho: Array
    units: NDArray[np.int64]


def missing_range(
    n_c: ArrayLike,
    exposure_c: ArrayLike,
    n_r: ArrayLike,
    exposure_r: ArrayLike,
    unknown: ArrayLike,
    level: float = 0.95,
) -> MissingRange:
    """Bound a rate ratio over every way of filling the gaps, with sampling limits at both ends.

    Parameters
    ----------
    n_c, n_r, unknown : array_like of int, shape (J,)
        Events of the focal group, of the reference group, and without a group.
    exposure_c, exposure_r : array_like of float, shape (J,)
        Population at risk of each group, above 0, in one unit.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    MissingRange

    Raises
    ------
    ValueError
        If a count is negative or not whole, an exposure is not above 0, or the level lies outside (0, 1).
    """
    bounds = missing_group_bounds(n_c, exposure_c, n_r, exposure_r, unknown)
    c, r, u = (np.asarray(x) for x in (n_c, n_r, unknown))
    least = rate_ratio(c, r + u, exposure_c, exposure_r, level)
    most = rate_ratio(c + u, r, exposure_c, exposure_r, level)
    return MissingRange(bounds.low, bounds.high, bounds.tipping, least.low, most.high)


def missing_share(missing: ArrayLike, total: ArrayLike, level: float = 0.95) -> tuple[Array, Array, Array]:
    """Share of records without a group, with Wilson limits, for any cut of the records (place, agency, month ...).

    Parameters
    ----------
    missing, total : array_like of int, any shape
        Records without a group, and all.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    share, low, high : ndarray
        NaN ("not applicable"), 0 and 1 without records.

    Raises
    ------
    ValueError
        If a count is negative or not whole, or missing exceeds total.
    """
    k, n = checks.tally(missing, total, "missing", "total")
    low, high = wilson(k, n, level)
    return np.divide(k, n, out=np.full(k.shape, np.nan), where=n > 0), low, high


def missing_by_outcome(
    missing_with: ArrayLike, with_: ArrayLike, missing_without: ArrayLike, without: ArrayLike, level: float = 0.95
) -> MissingByOutcome:
    """Test whether gaps go with the outcome, within strata such as agency by month.

    Parameters
    ----------
    missing_with, with_, missing_without, without : array_like of int, shape (J, K)
        Of each stratum: records with the outcome that lack a group, all with the outcome, and the same without it.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    MissingByOutcome

    Raises
    ------
    ValueError
        If a count is negative or not whole, a part exceeds its whole, or the arrays are not places by strata.

    Notes
    -----
    Gaps that depend on the outcome cannot be left out of a comparison of outcomes: then only the range stands.
    """
    k, n = checks.tally(missing_with, with_, "missing_with", "with_")
    base_k, base_n = checks.tally(missing_without, without, "missing_without", "without")
    if k.ndim != 2 or k.shape != base_k.shape:
        raise ValueError(f"missing_with {k.shape} and missing_without {base_k.shape} must be places by strata")
    pooled = mh_odds_ratio(k, n, base_k, base_n, level)
    place = np.repeat(np.arange(k.shape[0]), k.shape[1])
    shuffled = permuted_sums(k.ravel(), (k + base_k).ravel(), n.ravel(), (n + base_n).ravel(), place, k.shape[0])
    p = np.minimum(2 * np.minimum(shuffled.p_greater, shuffled.p_less), 1.0)
    shares = [missing_share(a.sum(axis=1), b.sum(axis=1))[0] for a, b in ((k, n), (base_k, base_n))]
    return MissingByOutcome(shares[0], shares[1], pooled.estimate, pooled.low, pooled.high, p, shuffled.units)


def unevenness(missing: ArrayLike, total: ArrayLike, place: ArrayLike, places: int) -> Unevenness:
    """Test whether gaps come in clumps: some officers, agencies or months with many, others with few.

    Parameters
    ----------
    missing, total : array_like of int, shape (U,)
        Records of each unit without a group, and all.
    place : array_like of int, shape (U,)
        Place of each unit, 0 to places - 1.
    places : int
        How many places there are.

    Returns
    -------
    Unevenness

    Raises
    ------
    ValueError
        If a count is negative or not whole, missing exceeds total, or a place is out of range.

    References
    ----------
    Tarone, R. E. (1979). Biometrika 66, 585-590.
    """
    k, n = checks.tally(missing, total, "missing", "total")
    where = positions("place", place, places, k.shape)

    def by_place(values: Array) -> Array:
        return np.bincount(where, values, places).astype(float)

    units, events, records = by_place((n > 0).astype(float)), by_place(k), by_place(n)
    rate = events / np.maximum(records, 1)
    open_ = (units >= 2) & (events > 0) & (events < records)
    noise = np.where(open_, rate * (1 - rate), 1.0)
    square, pairs = by_place((k - n * rate[where]) ** 2) / noise, by_place(n * (n - 1))
    open_ &= pairs > 0
    excess, pairs = square - records, np.where(pairs > 0, pairs, 1.0)
    z = np.where(open_, excess / np.sqrt(2 * pairs), np.nan)
    p = np.where(open_, special.ndtr(-np.where(open_, z, 0.0)), 1.0)
    rho = np.where(open_, np.clip(excess / pairs, 0.0, 1.0), 0.0)
    return Unevenness(z, p, rho, units.astype(np.int64))
