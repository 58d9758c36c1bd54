"""What must be assumed about cases without an outcome for two groups' shares to be equal.

Companion of `partial_outcome`: bounds say what could be, these say how much of it is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.fit import bisect
from auditor.stats.strata.partial_outcome import read_cases


@dataclass(frozen=True, slots=True)
class AssumedRatio:
    """Ratio of two groups' shares under stated shares of the missing outcomes, one entry a place.

    NaN ("not applicable") where either group has no cases or no (assumed) events.
    """

    ratio: Array
    low: Array
    high: Array


@dataclass(frozen=True, slots=True)
class Tipping:
    """Shares of the focal group's missing outcomes, from 0 to 1, one entry a place.

    Attributes
    ----------
    even : ndarray
        The share with the event at which both groups' shares are equal; NaN ("not applicable") where no share does
        it, or no outcome is missing.
    certain : ndarray
        The smallest share at which the ratio's lower limit reaches 1: 0 where it does without any, NaN where it does
        not with all of them.
    known : ndarray
        The share with the event among focal cases with an outcome, to set the others against; NaN without any.
    """

    even: Array
    certain: Array
    known: Array


def assumed_ratio(
    k: ArrayLike,
    unknown: ArrayLike,
    n: ArrayLike,
    base_k: ArrayLike,
    base_unknown: ArrayLike,
    base_n: ArrayLike,
    share: ArrayLike,
    base_share: ArrayLike,
    level: ArrayLike = 0.95,
) -> AssumedRatio:
    """Ratio of shares if given parts of the cases without an outcome had the event.

    Parameters
    ----------
    k, unknown, n, base_k, base_unknown, base_n : array_like of int
        As in `partial_outcome.ratio_bounds`.
    share, base_share : array_like of float
        Assumed share with the event among the focal and the reference cases without an outcome, 0 to 1.
    level : array_like of float
        Confidence level in (0, 1).

    Returns
    -------
    AssumedRatio
        Limits by the delta method on the log scale, the assumed shares taken as known.

    Raises
    ------
    ValueError
        If a count is negative or not whole, k + unknown exceeds n, or a share or the level is out of range.

    References
    ----------
    Greenland, S. (1996). International Journal of Epidemiology 25, 1107-1116 (one set of assumptions at a time).
    """
    k, u, n = read_cases(k, unknown, n, "")
    c, v, m = read_cases(base_k, base_unknown, base_n, "base_")
    parts = checks.together(
        k=k, unknown=u, n=n, base_k=c, base_unknown=v, base_n=m, share=checks.share("share", share),
        base_share=checks.share("base_share", base_share), level=checks.inside_unit("level", level),
    )  # fmt: skip
    k, u, n, c, v, m, s, t, level = parts
    p, relative = _share(k, u, n, s)
    q, base_relative = _share(c, v, m, t)
    known = (p > 0) & (q > 0)
    ratio = np.where(known, p / np.where(known, q, 1.0), np.nan)
    width = np.exp(-special.ndtri((1 - level) / 2) * np.sqrt(relative + base_relative))
    return AssumedRatio(ratio, ratio / width, ratio * width)


def tipping_share(
    k: ArrayLike,
    unknown: ArrayLike,
    n: ArrayLike,
    base_k: ArrayLike,
    base_unknown: ArrayLike,
    base_n: ArrayLike,
    base_share: ArrayLike,
    level: ArrayLike = 0.95,
) -> Tipping:
    """Find how many of the focal group's missing outcomes would make, or unmake, a difference.

    Parameters
    ----------
    k, unknown, n, base_k, base_unknown, base_n, base_share, level
        As in `assumed_ratio`.

    Returns
    -------
    Tipping

    Raises
    ------
    ValueError
        As `assumed_ratio`.
    """
    k, u, n = read_cases(k, unknown, n, "")
    c, v, m = read_cases(base_k, base_unknown, base_n, "base_")
    k, u, n, c, v, m, t, level = checks.together(
        k=k, unknown=u, n=n, base_k=c, base_unknown=v, base_n=m, base_share=checks.share("base_share", base_share),
        level=checks.inside_unit("level", level),
    )  # fmt: skip
    base = _share(c, v, m, t)[0]
    needed = np.where(u > 0, (base * n - k) / np.where(u > 0, u, 1.0), np.nan)
    even = np.where((u > 0) & (m > 0) & (needed >= 0) & (needed <= 1), needed, np.nan)

    def short(s: Array) -> Array:
        # Without events on a side there is no lower limit above 1.
        low = assumed_ratio(k, u, n, c, v, m, s, t, level).low
        return np.where(np.isnan(low), 1.0, 1 - low)

    one = np.ones(k.shape)
    # Searched from 1 to 2: from 0 the halvings would run on into numbers too small to matter.
    found = bisect(lambda y: short(y - 1), one, 2 * one) - 1
    certain = np.where(short(0 * one) <= 0, 0.0, np.where(short(one) > 0, np.nan, found))
    seen = n - u
    return Tipping(even, certain, np.where(seen > 0, k / np.maximum(seen, 1.0), np.nan))


def _share(k: Array, u: Array, n: Array, assumed: Array) -> tuple[Array, Array]:
    """Share of events, a case without an outcome counting as `assumed` of one, and the variance of its log."""
    whole = np.maximum(n, 1.0)
    p = (k + assumed * u) / whole
    spread = np.maximum((k + assumed**2 * u) / whole - p**2, 0.0) / whole
    return p, spread / np.where(p > 0, p, 1.0) ** 2
