"""Limits of a pooled ratio of shares where one side has no event: Mantel and Haenszel's error has none to offer.

The stratified exact test is inverted: its limit of the common odds ratio is one that the test at half the level does
not reject. Every stratum's margins and that odds ratio give the events expected of either side, and these give Mantel
and Haenszel's ratio of shares. It is 1 where the odds ratio is 1, and rises with it: limit and exact p-value agree.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from auditor.stats.checks import Array
from auditor.stats.strata.cmh import fitted_counts
from auditor.stats.strata.exact_strata import exact_strata
from auditor.stats.strata.mantel_haenszel import Tables, mh_risk_ratio, read_tables


def edge_limits(
    k: ArrayLike, n: ArrayLike, base_k: ArrayLike, base_n: ArrayLike, level: float = 0.95
) -> tuple[Array, Array]:
    """Limits of the pooled ratio of shares of places of which one side has no event.

    Parameters
    ----------
    k, n, base_k, base_n : array_like of int, shape (J, S) or (S,)
        As in `mantel_haenszel.mh_odds_ratio`.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    low, high : ndarray, shape (J,)
        0 and a limit above 0 where the focal side has none, a finite limit and infinity where the reference side has
        none; NaN ("not applicable") elsewhere.

    Raises
    ------
    ValueError
        If a count is negative or not whole, a part exceeds its whole, or the level is not inside (0, 1).
    NotConverged
        If a limit is not pinned down.

    References
    ----------
    Gart, J. J. (1970). Biometrika 57, 471-475 (the exact limits of the odds ratio).
    """
    tables = read_tables(k, n, base_k, base_n)
    estimate = mh_risk_ratio(k, n, base_k, base_n).estimate
    low, high = np.full(estimate.shape, np.nan), np.full(estimate.shape, np.nan)
    for j in np.flatnonzero((estimate == 0) | np.isinf(estimate)):
        a, b, c, d = (part[j] for part in (tables.a, tables.b, tables.c, tables.d))
        exact = exact_strata(a, a + b, c, c + d, level)
        if estimate[j] == 0:
            low[j], high[j] = 0.0, _ratio_at(float(exact.high[0]), tables, int(j))
        else:
            low[j], high[j] = _ratio_at(float(exact.low[0]), tables, int(j)), np.inf
    return low, high


def _ratio_at(odds: float, tables: Tables, j: int) -> float:
    """Mantel and Haenszel's ratio of the shares that one odds ratio and the margins give."""
    use = tables.informative[j]
    a, b, c, d = (part[j, use] for part in (tables.a, tables.b, tables.c, tables.d))
    focal, base, events = a + b, c + d, a + c
    fitted = fitted_counts(np.array(odds), focal, base, events)
    total = focal + base
    return float((fitted * base / total).sum() / ((events - fitted) * focal / total).sum())
