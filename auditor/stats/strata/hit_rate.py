"""Hit rates: contraband found given a search, by group and sub-area, and two groups compared within sub-areas.

If a group is searched on weaker grounds than another, its searches find less. The comparison is made within strata
(sub-areas, search bases, years) and pooled by Mantel & Haenszel. A lower hit rate is not proof of a lower threshold,
nor an equal one of an equal threshold, where the groups' distributions of risk differ (infra-marginality): that is
what `threshold_fit` is for.

References
----------
Knowles, J., Persico, N. & Todd, P. (2001). Journal of Political Economy 109, 203-229 (the outcome test). Simoiu, C.,
Corbett-Davies, S. & Goel, S. (2017). Annals of Applied Statistics 11, 1193-1216 (infra-marginality).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.ratios.intervals import wilson
from auditor.stats.strata.cmh import Homogeneity, breslow_day, cmh_test
from auditor.stats.strata.edge_ratio import edge_limits
from auditor.stats.strata.exact_strata import exact_strata
from auditor.stats.strata.mantel_haenszel import Pooled, mh_risk_difference, mh_risk_ratio

LEAST_REACH = 5.0
"""Mantel & Fleiss's criterion below which p-values are exact instead of normal."""
_TINY = float(np.finfo(float).tiny)
"""Smallest p-value that is given: smaller ones are told as this bound."""


@dataclass(frozen=True, slots=True)
class HitRates:
    """Shares of searches that found contraband, with Wilson limits.

    Attributes
    ----------
    rate : ndarray
        NaN ("not applicable") where nobody was searched.
    low, high : ndarray
        0 and 1 where nobody was searched.
    searches : ndarray
    """

    rate: Array
    low: Array
    high: Array
    searches: Array


@dataclass(frozen=True, slots=True)
class HitComparison:
    """Hit rates of the focal against the reference group in J places, compared within strata; arrays of shape (J,).

    Attributes
    ----------
    focal, reference : HitRates
        Over all strata together, for display: differences in where groups are searched are not taken out.
    ratio, difference : Pooled
        Mantel-Haenszel risk ratio and difference over strata, focal to reference. Where one side has no event the
        ratio's limits invert the exact test (`edge_ratio.edge_limits`).
    p_lower, p_upper, p_two_sided : ndarray
        Against "the focal group's searches hit at least as often", "at most as often" and "equally often" within
        strata; 1 where no stratum can tell, and never below the smallest normal double, 2.2e-308.
    exact : ndarray of bool
        Whether those are exact: conditional on the margins, where counts are small or one side has no event; else
        Cochran-Mantel-Haenszel.
    same : Homogeneity
        Breslow-Day test of one odds ratio for all strata.
    """

    focal: HitRates
    reference: HitRates
    ratio: Pooled
    difference: Pooled
    p_lower: Array
    p_upper: Array
    p_two_sided: Array
    exact: NDArray[np.bool_]
    same: Homogeneity


def hit_rates(hits: ArrayLike, searches: ArrayLike, level: ArrayLike = 0.95) -> HitRates:
    """Hit rates of arrays of any one shape, for instance places by sub-areas by groups.

    Parameters
    ----------
    hits, searches : array_like of int
    level : array_like of float
        Of the limits, in (0, 1).

    Raises
    ------
    ValueError
        If a count is negative or not whole, hits exceed searches, or the level is not inside (0, 1).
    """
    h, s = checks.tally(hits, searches, "hits", "searches")
    low, high = wilson(h, s, level)
    return HitRates(np.where(s > 0, h / np.maximum(s, 1), np.nan), low, high, s)


def compare_hit_rates(
    focal_hits: ArrayLike,
    focal_searches: ArrayLike,
    reference_hits: ArrayLike,
    reference_searches: ArrayLike,
    level: float = 0.95,
) -> HitComparison:
    """Compare two groups' hit rates within strata.

    Parameters
    ----------
    focal_hits, focal_searches, reference_hits, reference_searches : array_like of int, shape (J, S) or (S,)
        Counts of J places by S strata; 0 and 0 where a stratum is absent.
    level : float
        Of every pair of limits, in (0, 1).

    Returns
    -------
    HitComparison

    Raises
    ------
    ValueError
        If a count is negative or not whole, hits exceed searches, or the level is not inside (0, 1).
    """
    focal = checks.tally(focal_hits, focal_searches, "focal_hits", "focal_searches")
    base = checks.tally(reference_hits, reference_searches, "reference_hits", "reference_searches")
    k, n, base_k, base_n = (np.atleast_2d(x) for x in (*focal, *base))
    ratio = mh_risk_ratio(k, n, base_k, base_n, level)
    edge = (ratio.estimate == 0) | np.isinf(ratio.estimate)
    p_lower, p_upper, p_two_sided, exact = _p_values((k, n, base_k, base_n), edge)
    return HitComparison(
        hit_rates(k.sum(axis=-1), n.sum(axis=-1), level),
        hit_rates(base_k.sum(axis=-1), base_n.sum(axis=-1), level),
        _closed(ratio, edge, (k, n, base_k, base_n), level),
        mh_risk_difference(k, n, base_k, base_n, level),
        p_lower,
        p_upper,
        p_two_sided,
        exact,
        breslow_day(k, n, base_k, base_n),
    )


def _closed(ratio: Pooled, edge: NDArray[np.bool_], tables: tuple[Array, ...], level: float) -> Pooled:
    """Give the ratios with an empty side their limits."""
    if not edge.any():
        return ratio
    low, high = ratio.low.copy(), ratio.high.copy()
    k, n, base_k, base_n = (x[edge] for x in tables)
    low[edge], high[edge] = edge_limits(k, n, base_k, base_n, level)
    return replace(ratio, low=low, high=high)


def _p_values(
    tables: tuple[Array, Array, Array, Array], edge: NDArray[np.bool_]
) -> tuple[Array, Array, Array, NDArray[np.bool_]]:
    normal = cmh_test(*tables)
    lower, upper, two_sided = (p.copy() for p in (normal.p_less, normal.p_greater, normal.p_two_sided))
    small: NDArray[np.bool_] = (normal.reach < LEAST_REACH) | edge
    if small.any():
        k, n, base_k, base_n = (x[small] for x in tables)
        conditional = exact_strata(k, n, base_k, base_n)
        lower[small], upper[small] = conditional.p_less, conditional.p_greater
        two_sided[small] = conditional.p_two_sided
    lower, upper, two_sided = (np.maximum(p, _TINY) for p in (lower, upper, two_sided))
    return lower, upper, two_sided, small
