"""Two groups' shares compared within strata: the common odds ratio, risk ratio and risk difference, J places at once.

Each stratum (an offence, a quarter, a charge level) compares its own focal and reference persons; the strata are then
pooled with Mantel & Haenszel's weights, which need no model and stay right with many small strata.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.survival.risk_sets import Bools


@dataclass(frozen=True, slots=True)
class Tables:
    """Checked 2 x 2 tables, arrays of shape (J, S): focal persons with and without the event, then reference."""

    a: Array
    b: Array
    c: Array
    d: Array

    @property
    def total(self) -> Array:
        """Persons of each stratum, at least 1: an empty stratum adds 0 to every sum whatever it is divided by."""
        return np.maximum(self.a + self.b + self.c + self.d, 1.0)

    @property
    def informative(self) -> Bools:
        """Strata with both groups, and both events and non-events."""
        margins = (self.a + self.b, self.c + self.d, self.a + self.c, self.b + self.d)
        return np.logical_and.reduce([m > 0 for m in margins])


@dataclass(frozen=True, slots=True)
class Pooled:
    """Pooled comparison of J places, arrays of shape (J,).

    Attributes
    ----------
    estimate, low, high : ndarray
        Ratio, or difference of shares (focal less reference), and its limits. A ratio is 0 or infinite where only one
        group has events; its limits are then 0 and infinity, for this method has none (take
        `edge_ratio.edge_limits`). NaN ("not applicable") where no stratum holds both groups or, for ratios, no
        stratum with both has an event that tells them apart.
    se : ndarray
        Standard error, of the log for a ratio; NaN where the estimate is 0, infinite or NaN.
    strata : ndarray
        Strata that hold persons of both groups.
    """

    estimate: Array
    low: Array
    high: Array
    se: Array
    strata: Array


def read_tables(k: ArrayLike, n: ArrayLike, base_k: ArrayLike, base_n: ArrayLike) -> Tables:
    """Check events k among n focal persons, base_k among base_n reference persons, shapes (J, S) or (S,).

    Raises
    ------
    ValueError
        If a count is negative or not whole, a part exceeds its whole, or there are more than two dimensions.
    """
    k, n = checks.tally(k, n)
    base_k, base_n = checks.tally(base_k, base_n, "base_k", "base_n")
    k, n, base_k, base_n = checks.together(k=k, n=n, base_k=base_k, base_n=base_n)
    if k.ndim > 2:
        raise ValueError(f"tables must be places by strata, got shape {k.shape}")
    a, whole, c, base = (np.atleast_2d(x) for x in (k, n, base_k, base_n))
    return Tables(a, whole - a, c, base - c)


def mh_odds_ratio(k: ArrayLike, n: ArrayLike, base_k: ArrayLike, base_n: ArrayLike, level: ArrayLike = 0.95) -> Pooled:
    """Mantel & Haenszel's common odds ratio with Robins, Breslow & Greenland's variance.

    Parameters
    ----------
    k, n : array_like of int, shape (J, S) or (S,)
        Events and persons of the focal group in each stratum; 0 and 0 where a stratum is absent.
    base_k, base_n : array_like of int
        The same of the reference group.
    level : array_like of float
        Confidence level in (0, 1), one or (J,).

    Returns
    -------
    Pooled

    Raises
    ------
    ValueError
        If a count is negative or not whole, a part exceeds its whole, or the level is not inside (0, 1).

    References
    ----------
    Mantel, N. & Haenszel, W. (1959). JNCI 22, 719-748. Robins, J., Breslow, N. & Greenland, S. (1986). Biometrics
    42, 311-323.
    """
    t = read_tables(k, n, base_k, base_n)
    r, s = t.a * t.d / t.total, t.b * t.c / t.total
    p, q = (t.a + t.d) / t.total, (t.b + t.c) / t.total
    above, below = r.sum(axis=1), s.sum(axis=1)
    inner = (above > 0) & (below > 0)
    up, down = np.where(inner, above, 1.0), np.where(inner, below, 1.0)
    # Each term divided in turn, or squares of large counts would overflow their significance.
    first = (p * r).sum(axis=1) / up / up + (q * s).sum(axis=1) / down / down
    variance = (first + (p * s + q * r).sum(axis=1) / up / down) / 2
    return _ratio(t, above, below, variance, level)


def mh_risk_ratio(k: ArrayLike, n: ArrayLike, base_k: ArrayLike, base_n: ArrayLike, level: ArrayLike = 0.95) -> Pooled:
    """Mantel & Haenszel's common ratio of shares with Greenland & Robins's variance.

    Parameters and result as `mh_odds_ratio`.

    References
    ----------
    Greenland, S. & Robins, J. M. (1985). Biometrics 41, 55-68.
    """
    t = read_tables(k, n, base_k, base_n)
    focal, base = t.a + t.b, t.c + t.d
    above, below = (t.a * base / t.total).sum(axis=1), (t.c * focal / t.total).sum(axis=1)
    spread = ((t.a + t.c) * focal * base - t.a * t.c * t.total) / t.total**2
    inner = (above > 0) & (below > 0)
    # Rounding may leave a spread of nothing a hair below 0.
    variance = np.maximum(spread.sum(axis=1), 0.0) / np.where(inner, above, 1.0) / np.where(inner, below, 1.0)
    return _ratio(t, above, below, variance, level)


def mh_risk_difference(
    k: ArrayLike, n: ArrayLike, base_k: ArrayLike, base_n: ArrayLike, level: ArrayLike = 0.95
) -> Pooled:
    """Mantel & Haenszel's common difference of shares.

    The variance is Sato's, right for few large strata and for many small ones; Greenland & Robins's (1985) is 0 in a
    stratum with one person of each group. Without any event, or any non-event, it is 0 and would feign certainty: the
    limits are then -1 and 1.

    Parameters and result as `mh_odds_ratio`.

    References
    ----------
    Greenland & Robins (1985), as above. Sato, T. (1989). Biometrics 45, 1323-1324 (with Greenland & Robins).
    """
    t = read_tables(k, n, base_k, base_n)
    total, focal, base = t.total, t.a + t.b, t.c + t.d
    weight = (focal * base / total).sum(axis=1)
    some = weight > 0
    whole = np.where(some, weight, 1.0)
    estimate = ((t.a * base - t.c * focal) / total).sum(axis=1) / whole
    tilt = (focal**2 * t.c - base**2 * t.a + focal * base * (base - focal) / 2) / total**2
    level_part = (t.a * t.d + t.c * t.b) / (2 * total)
    variance = np.maximum(estimate * tilt.sum(axis=1) + level_part.sum(axis=1), 0.0) / whole**2
    known = some & (variance > 1e-30)
    width = _critical(level, estimate.shape) * np.sqrt(variance)
    low = np.where(known, np.maximum(estimate - width, -1.0), -1.0)
    high = np.where(known, np.minimum(estimate + width, 1.0), 1.0)
    estimate, low, high = (np.where(some, x, np.nan) for x in (estimate, low, high))
    return Pooled(estimate, low, high, np.where(known, np.sqrt(variance), np.nan), _strata(t))


def _ratio(t: Tables, above: Array, below: Array, variance: Array, level: ArrayLike) -> Pooled:
    inner = (above > 0) & (below > 0)
    estimate = np.full(above.shape, np.nan)
    estimate[(above > 0) & (below == 0)] = np.inf
    estimate[(above == 0) & (below > 0)] = 0.0
    estimate[inner] = above[inner] / below[inner]
    se = np.where(inner, np.sqrt(variance), np.nan)
    width = np.exp(_critical(level, above.shape) * np.where(inner, se, 0.0))
    edge = np.isinf(estimate) | (estimate == 0)
    low = np.where(inner, estimate / width, np.where(edge, 0.0, np.nan))
    high = np.where(inner, estimate * width, np.where(edge, np.inf, np.nan))
    return Pooled(estimate, low, high, se, _strata(t))


def _strata(t: Tables) -> Array:
    return ((t.a + t.b > 0) & (t.c + t.d > 0)).sum(axis=1).astype(np.float64)


def _critical(level: ArrayLike, shape: tuple[int, ...]) -> Array:
    return np.broadcast_to(-special.ndtri((1 - checks.inside_unit("level", level)) / 2), shape)
