"""Two groups' shares over one and the same mix of strata: direct standardisation, which for strata is g-computation.

No separate doubly robust estimate is offered. With strata as the only covariates the saturated outcome model (the
observed shares), the saturated propensity model (each group's share of each stratum) and their augmented combination
give one and the same number: the augmentation term sums to zero in every stratum. A doubly robust form adds something
only where strata are pooled by a model, because they are too sparse to stand alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.strata.mantel_haenszel import Tables, read_tables

Target = Literal["focal", "reference", "all"]


@dataclass(frozen=True, slots=True)
class Standardised:
    """Standardised comparison of J places, arrays of shape (J,).

    NaN ("not applicable") where no stratum holds both groups; a ratio is also NaN where neither group has an event,
    and infinite where only the reference group has none.

    Attributes
    ----------
    share, base_share : ndarray
        Share with the event in the focal and the reference group, over the target's mix of strata.
    difference, difference_low, difference_high, difference_se : ndarray
        share - base_share; limits from those of both shares, standard error by the delta method.
    ratio, ratio_low, ratio_high, log_ratio_se : ndarray
        share / base_share, its limits, and the standard error of its log (NaN where a share is 0).
    covered : ndarray
        Part of the target's persons in strata that hold both groups: the comparison is about them alone. 0 where
        there are none.
    strata : ndarray
        Number of those strata.
    """

    share: Array
    base_share: Array
    difference: Array
    difference_low: Array
    difference_high: Array
    difference_se: Array
    ratio: Array
    ratio_low: Array
    ratio_high: Array
    log_ratio_se: Array
    covered: Array
    strata: Array


def standardise(
    k: ArrayLike,
    n: ArrayLike,
    base_k: ArrayLike,
    base_n: ArrayLike,
    target: Target = "focal",
    level: ArrayLike = 0.95,
) -> Standardised:
    """Compare two groups' shares with both given the mix of strata of one population.

    Parameters
    ----------
    k, n : array_like of int, shape (J, S) or (S,)
        Events and persons of the focal group in each stratum; 0 and 0 where a stratum is absent.
    base_k, base_n : array_like of int
        The same of the reference group.
    target : {"focal", "reference", "all"}
        Whose mix: "focal" asks what the focal persons' share would be, were they treated like reference persons of
        the same strata. The mix is taken as it is, not as a sample.
    level : array_like of float
        Confidence level in (0, 1), one or (J,).

    Returns
    -------
    Standardised
        Limits: each share gets Wilson's interval at its effective sample size, with shares drawn towards the group's
        own for the variance (a stratum of three with no event is no certainty); the two are then combined by MOVER.

    Raises
    ------
    ValueError
        If a count is negative or not whole, a part exceeds its whole, the level is not inside (0, 1), or the target
        is unknown.

    References
    ----------
    Robins, J. (1986). Mathematical Modelling 7, 1393-1512 (g-computation). Rothman, K. J., Greenland, S. & Lash, T.
    (2008). Modern Epidemiology, 3rd ed., p. 265. Dean, N. & Pagano, M. (2015). Journal of Survey Statistics and
    Methodology 3, 484-503 (Wilson's interval at the effective sample size). Zou, G. Y. & Donner, A. (2008).
    Statistics in Medicine 27, 1693-1702 (MOVER).
    """
    t = read_tables(k, n, base_k, base_n)
    weight, covered, strata = _weights(t, target)
    z = np.broadcast_to(-special.ndtri((1 - checks.inside_unit("level", level)) / 2), covered.shape)
    share, variance, low, high = _group(t.a, t.a + t.b, weight, z)
    base, base_variance, base_low, base_high = _group(t.c, t.c + t.d, weight, z)
    difference = share - base
    below = difference - np.hypot(share - low, base_high - base)
    above = difference + np.hypot(high - share, base - base_low)
    ratio, ratio_low, ratio_high = _ratio((share, low, high), (base, base_low, base_high))
    both = (share > 0) & (base > 0)
    relative = variance / np.where(both, share, 1.0) ** 2 + base_variance / np.where(both, base, 1.0) ** 2
    log_se = np.where(both, np.sqrt(relative), np.nan)
    se = np.sqrt(variance + base_variance)
    void = strata == 0

    def shown(x: Array) -> Array:
        return np.where(void, np.nan, x)

    return Standardised(
        share=shown(share),
        base_share=shown(base),
        difference=shown(difference),
        difference_low=shown(below),
        difference_high=shown(above),
        difference_se=shown(se),
        ratio=shown(ratio),
        ratio_low=shown(ratio_low),
        ratio_high=shown(ratio_high),
        log_ratio_se=shown(log_se),
        covered=covered,
        strata=strata,
    )


def _weights(t: Tables, target: str) -> tuple[Array, Array, Array]:
    """Weights of the strata with both groups (sum 1), the part of the target they hold, and their number."""
    focal, base = t.a + t.b, t.c + t.d
    mixes = {"focal": focal, "reference": base, "all": focal + base}
    if target not in mixes:
        raise ValueError(f"target must be focal, reference or all, got {target!r}")
    both = (focal > 0) & (base > 0)
    inside = np.where(both, mixes[target], 0.0)
    persons, everyone = inside.sum(axis=1), mixes[target].sum(axis=1)
    weight = inside / np.where(persons > 0, persons, 1.0)[:, None]
    return weight, persons / np.maximum(everyone, 1.0), both.sum(axis=1).astype(np.float64)


def _group(k: Array, n: Array, weight: Array, z: Array) -> tuple[Array, Array, Array, Array]:
    """Standardised share of one group, its delta-method variance, and limits."""
    persons = np.maximum(n, 1.0)
    p = k / persons
    share = (weight * p).sum(axis=1)
    variance = (weight**2 * p * (1 - p) / persons).sum(axis=1)
    drawn, rest = _drawn(k, n, weight > 0), _drawn(n - k, n, weight > 0)
    # The product falls short of the true share's on average by n / (n + 1)^2 where that is the group's.
    spread = drawn * rest / (1 - n / (n + 1) ** 2)
    careful = np.maximum((weight**2 * spread / persons).sum(axis=1), variance)
    # The size of one sample whose share, drawn likewise, would vary as much.
    size = (weight * drawn).sum(axis=1) * (weight * rest).sum(axis=1) / np.where(careful > 0, careful, 1.0)
    low, high = wilson_at(share, size, z)
    return share, variance, low, high


def _drawn(k: Array, n: Array, used: NDArray[np.bool_]) -> Array:
    """Shares drawn towards the group's own by one person; of events and of non-events apart, lest 1 - p be lost."""
    own = (np.where(used, k, 0.0).sum(axis=1) + 0.5) / (np.where(used, n, 0.0).sum(axis=1) + 1.0)
    return (k + own[:, None]) / (n + 1)


def wilson_at(share: Array, size: Array, z: Array) -> tuple[Array, Array]:
    """Wilson's interval for a share of an effective sample of any size (`intervals.wilson` takes whole counts)."""
    n = np.where(size > 0, size, 1.0)
    root = z * np.sqrt(z**2 + 4 * n * share * (1 - share))
    upper = 2 * n * share + z**2 + root
    low, high = 2 * n * share**2 / upper, upper / (2 * (n + z**2))
    return low, np.where(share < 1, np.minimum(high, 1.0), 1.0)


def _ratio(one: tuple[Array, Array, Array], other: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
    """Ratio of two independent shares and its MOVER limits."""
    (p, low, high), (q, base_low, base_high) = one, other
    some = q > 0
    safe = np.where(some, q, 1.0)
    ratio = np.where(some, p / safe, np.where(p > 0, np.inf, np.nan))
    product = p * q
    lower_root = np.sqrt(np.maximum(product**2 - low * base_high * (2 * p - low) * (2 * q - base_high), 0.0))
    # The smaller root through the product of the two: no cancellation, and finite where q is 0.
    below = low * (2 * p - low) / np.maximum(product + lower_root, np.finfo(float).tiny)
    lower = np.where(low > 0, np.where(product + lower_root > 0, below, 0.0), 0.0)
    upper_root = np.sqrt(np.maximum(product**2 - high * base_low * (2 * p - high) * (2 * q - base_low), 0.0))
    beneath = base_low * (2 * q - base_low)
    upper = np.where(beneath > 0, (product + upper_root) / np.where(beneath > 0, beneath, 1.0), np.inf)
    return ratio, np.minimum(lower, np.where(np.isnan(ratio), 0.0, ratio)), upper
