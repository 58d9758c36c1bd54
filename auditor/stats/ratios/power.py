"""What an exact one-sided test could have found: critical counts, power, smallest detectable effect.

The share tested is either a plain share against a base, or the focal group's share of all events in the
conditional test of two rates, whose odds are the rate ratio times the exposure ratio. In closed form throughout: the
power of a fixed critical count is an incomplete beta function, and rises with the share.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.ratios.binomial import log_binom_upper
from auditor.stats.ratios.intervals import exact_log_odds
from auditor.stats.ratios.tails import log_tails


def critical_count(n: ArrayLike, p0: ArrayLike, alpha: ArrayLike) -> Array:
    """Fewest events that the exact test against p0 flags at one-sided level alpha.

    Parameters
    ----------
    n : array_like of int
        Trials (for two rates: events of both groups together), one entry a place.
    p0 : array_like of float
        Share under the null hypothesis, strictly between 0 and 1.
    alpha : array_like of float
        One-sided level in (0, 1): the cut-off that the run really used, such as `multiple.bh_cutoff` gives.

    Returns
    -------
    ndarray
        Smallest k with P(X >= k) <= alpha; n + 1 where even n events out of n would not be flagged.

    Raises
    ------
    ValueError
        If n is negative or not whole, or p0 or alpha lies outside (0, 1).
    """
    n, p0, alpha = _three(n, p0, alpha)
    k = _bisected(n, p0, alpha)
    # The search used a faster tail, good to about 1e-8: the exact one has the last word.
    while (late := (k <= n) & (log_binom_upper(np.minimum(k, n), n, p0) > np.log(alpha))).any():
        k = np.where(late, k + 1, k)
    while (early := (k > 0) & (log_binom_upper(np.maximum(k - 1, 0), n, p0) <= np.log(alpha))).any():
        k = np.where(early, k - 1, k)
    return k


def _bisected(n: Array, p0: Array, alpha: Array) -> Array:
    # P(X >= 0) = 1 is above alpha, P(X >= n + 1) = 0 is not. A bracket one wide has middle = low and stays.
    low, high = np.zeros(n.shape), n + 1
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        flagged = (middle > 0) & (special.betainc(np.maximum(middle, 1), n - middle + 1, p0) <= alpha)
        low, high = np.where(flagged, low, middle), np.where(flagged, middle, high)
    return high


def power_at(n: ArrayLike, p0: ArrayLike, alpha: ArrayLike, ratio: ArrayLike) -> Array:
    """Chance that the exact test flags a true effect.

    Parameters
    ----------
    n, p0, alpha
        As in `critical_count`.
    ratio : array_like of float
        True odds of the share over its odds under the null (for two rates, the rate ratio), above 0.

    Returns
    -------
    ndarray
        Probability of a flag, given n; 0 where nothing could be flagged.

    Raises
    ------
    ValueError
        As `critical_count`, and if a ratio is not above 0 or so large that the share is 1 to rounding.
    """
    n, p0, alpha = _three(n, p0, alpha)
    n, p0, alpha, ratio = checks.together(n=n, p0=p0, alpha=alpha, ratio=checks.positive("ratio", ratio))
    k = critical_count(n, p0, alpha)
    total = ratio * p0 + (1 - p0)
    p, q = ratio * p0 / total, (1 - p0) / total
    if (q <= 0).any() or (p <= 0).any():
        raise ValueError("ratio is so extreme that the share is 0 or 1 to rounding")
    return np.where(k <= n, np.exp(log_tails(np.minimum(k, n), n, p, q)[1]), 0.0)


def detectable_ratio(n: ArrayLike, p0: ArrayLike, alpha: ArrayLike, power: ArrayLike = 0.8) -> Array:
    """Smallest odds ratio of the share (for two rates, rate ratio) that the exact test finds with the given power.

    Parameters
    ----------
    n, p0, alpha
        As in `critical_count`. For two rates n is the events of both groups and p0 = E_H / (E_H + E_W).
    power : array_like of float
        Chance of a flag wanted, in (0, 1) and above alpha.

    Returns
    -------
    ndarray
        Ratio above 1; infinite where no effect, however large, could be flagged.

    Raises
    ------
    ValueError
        As `critical_count`, and if the power is outside (0, 1) or not above alpha.
    NotConverged
        If the limit behind the ratio does not settle.
    """
    log_odds, _, p0 = _detectable(n, p0, alpha, power)
    return np.exp(log_odds - (np.log(p0) - np.log1p(-p0)))


def detectable_share(n: ArrayLike, p0: ArrayLike, alpha: ArrayLike, power: ArrayLike = 0.8) -> Array:
    """Smallest share that the exact test against p0 finds with the given power.

    Parameters
    ----------
    n, p0, alpha, power
        As in `detectable_ratio`.

    Returns
    -------
    ndarray
        Share between p0 and 1; infinite where no share, not even 1, could be flagged.

    Raises
    ------
    ValueError, NotConverged
        As `detectable_ratio`.
    """
    log_odds, possible, _ = _detectable(n, p0, alpha, power)
    return np.where(possible, special.expit(np.where(possible, log_odds, 0.0)), np.inf)


def _detectable(
    n: ArrayLike, p0: ArrayLike, alpha: ArrayLike, power: ArrayLike
) -> tuple[Array, NDArray[np.bool_], Array]:
    """Log-odds at which the critical count has the power wanted; infinite where no count is critical."""
    n, p0, alpha = _three(n, p0, alpha)
    n, p0, alpha, power = checks.together(n=n, p0=p0, alpha=alpha, power=checks.inside_unit("power", power))
    if (power <= alpha).any():
        raise ValueError("power must be above alpha")
    k = critical_count(n, p0, alpha)
    possible = k <= n
    # P(X >= k | p) = power is the equation of an exact lower limit whose tail is the power.
    log_odds, _ = exact_log_odds(np.where(possible, k, n), n, power)
    return np.where(possible, log_odds, np.inf), possible, p0


def _three(n: ArrayLike, p0: ArrayLike, alpha: ArrayLike) -> tuple[Array, Array, Array]:
    n, p0, alpha = checks.together(
        n=checks.counts("n", n), p0=checks.inside_unit("p0", p0), alpha=checks.inside_unit("alpha", alpha)
    )
    return n, p0, alpha
