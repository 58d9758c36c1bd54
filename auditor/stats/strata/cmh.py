"""Is there an association within strata, and is it the same in all of them? Tests of J places at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from auditor.stats.checks import Array
from auditor.stats.strata.mantel_haenszel import mh_odds_ratio, read_tables


@dataclass(frozen=True, slots=True)
class Association:
    """Cochran-Mantel-Haenszel test of J places, arrays of shape (J,).

    Attributes
    ----------
    observed, expected, variance : ndarray
        Focal events, their expectation given every margin of every stratum, and variance.
    z : ndarray
        (observed - expected) / root of the variance; 0 where the variance is 0: nothing was compared.
    p_greater, p_less, p_two_sided : ndarray
        Normal p-values without continuity correction; 1 where the variance is 0.
    p_corrected : ndarray
        Two-sided p-value with the continuity correction of 1/2.
    reach : ndarray
        Mantel & Fleiss's criterion: events by which the focal count can lie from its expectation, on the nearer side.
        Below 5 take `exact_strata.exact_strata`.
    """

    observed: Array
    expected: Array
    variance: Array
    z: Array
    p_greater: Array
    p_less: Array
    p_two_sided: Array
    p_corrected: Array
    reach: Array


@dataclass(frozen=True, slots=True)
class Homogeneity:
    """Breslow-Day test of one odds ratio for all strata, arrays of shape (J,).

    NaN ("not applicable") where fewer than two strata are informative or the common odds ratio is 0 or infinite.

    Attributes
    ----------
    statistic, p : ndarray
        With Tarone's correction: chi-square on `df` degrees of freedom.
    uncorrected : ndarray
        Breslow & Day's own statistic.
    df : ndarray
        Informative strata less 1.
    """

    statistic: Array
    p: Array
    uncorrected: Array
    df: Array


def cmh_test(k: ArrayLike, n: ArrayLike, base_k: ArrayLike, base_n: ArrayLike) -> Association:
    """Test whether the focal group has the event as often as the reference group of its own stratum.

    Parameters
    ----------
    k, n, base_k, base_n : array_like of int, shape (J, S) or (S,)
        As in `mantel_haenszel.mh_odds_ratio`.

    Returns
    -------
    Association

    Raises
    ------
    ValueError
        If a count is negative or not whole, or a part exceeds its whole.

    References
    ----------
    Cochran, W. G. (1954). Biometrics 10, 417-451. Mantel & Haenszel (1959). JNCI 22, 719-748. Mantel, N. & Fleiss,
    J. L. (1980). American Journal of Epidemiology 112, 129-134 (when the approximation holds).
    """
    t = read_tables(k, n, base_k, base_n)
    total, focal, base = t.total, t.a + t.b, t.c + t.d
    events, rest = t.a + t.c, t.b + t.d
    mean = focal * events / total
    spread = mean * (base / total) * (rest / np.maximum(total - 1, 1.0))
    observed, expected, variance = (x.sum(axis=1) for x in (t.a, mean, spread))
    some = variance > 0
    root = np.sqrt(np.where(some, variance, 1.0))
    # Subtracted stratum by stratum: the sums may be large and nearly equal.
    gap = (t.a - mean).sum(axis=1)
    z = np.where(some, gap / root, 0.0)
    smallest, largest = np.maximum(events - base, 0.0), np.minimum(focal, events)
    reach = np.minimum((mean - smallest).sum(axis=1), (largest - mean).sum(axis=1))
    corrected = np.maximum(np.abs(gap) - 0.5, 0.0) / root
    tails = special.ndtr(-z), special.ndtr(z), 2 * special.ndtr(-np.abs(z)), 2 * special.ndtr(-corrected)
    p = (np.where(some, x, 1.0) for x in tails)
    greater, less, two_sided, continuity = p
    return Association(observed, expected, variance, z, greater, less, two_sided, continuity, np.maximum(reach, 0.0))


def breslow_day(k: ArrayLike, n: ArrayLike, base_k: ArrayLike, base_n: ArrayLike) -> Homogeneity:
    """Test whether the odds ratio is the same in every stratum.

    An approximation for strata of some size; with many small strata it has no power and little meaning.

    Parameters
    ----------
    k, n, base_k, base_n : array_like of int, shape (J, S) or (S,)
        As in `mantel_haenszel.mh_odds_ratio`.

    Returns
    -------
    Homogeneity

    Raises
    ------
    ValueError
        If a count is negative or not whole, or a part exceeds its whole.

    References
    ----------
    Breslow, N. E. & Day, N. E. (1980). Statistical Methods in Cancer Research 1, section 4.4. Tarone, R. E. (1985).
    Biometrika 72, 91-95.
    """
    t = read_tables(k, n, base_k, base_n)
    odds = mh_odds_ratio(k, n, base_k, base_n).estimate
    use = t.informative
    df = use.sum(axis=1) - 1.0
    known = np.isfinite(odds) & (odds > 0) & (df >= 1)
    theta = np.where(known, odds, 1.0)[:, None]
    focal, base, events = (np.where(use, x, y) for x, y in ((t.a + t.b, 2.0), (t.c + t.d, 2.0), (t.a + t.c, 2.0)))
    fitted = fitted_counts(theta, focal, base, events)
    cells = (fitted, focal - fitted, events - fitted, base - events + fitted)
    # An empty fitted cell (rounding, at extreme margins) leaves no variance to compare with.
    sound = np.logical_and.reduce([x > 0 for x in cells])
    known &= (sound | ~use).all(axis=1)
    spread = np.where(use, 1 / sum(1 / np.where(sound, x, 1.0) for x in cells), 0.0)
    gap = np.where(use, t.a - fitted, 0.0)
    plain = (gap**2 / np.where(use, spread, 1.0)).sum(axis=1)
    slack = spread.sum(axis=1)
    statistic = np.maximum(plain - gap.sum(axis=1) ** 2 / np.where(slack > 0, slack, 1.0), 0.0)
    p = special.chdtrc(np.maximum(df, 1.0), statistic)
    statistic, p, plain = (np.where(known, x, np.nan) for x in (statistic, p, plain))
    return Homogeneity(statistic, p, plain, np.maximum(df, 0.0))


def fitted_counts(theta: Array, focal: Array, base: Array, events: Array) -> Array:
    """Focal events at which the margins give the odds ratio theta; the root of a quadratic, without cancellation.

    Every stratum needs persons of both groups, and both events and others; theta is above 0 and finite.
    """
    linear = base - events + theta * (focal + events)
    product = theta * focal * events
    root = np.sqrt(np.maximum(linear**2 + 4 * (1 - theta) * product, 0.0))
    upward = linear >= 0
    # A negative linear term needs theta below 1, so the other form has no zero below.
    return np.where(
        upward,
        2 * product / np.where(upward, linear + root, 1.0),
        (root - linear) / np.where(upward, 1, 2 * (1 - theta)),
    )
