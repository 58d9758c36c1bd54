"""Two groups' shares within strata when some cases have no outcome: bounds of the pooled ratio, and what evens it.

The stratified companion of `partial_outcome` and `partial_tipping`; with one stratum it gives their numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.strata.mantel_haenszel import Pooled, mh_risk_ratio
from auditor.stats.strata.partial_outcome import PartialRatio, critical_level, ratio_bounds, read_cases


def pooled_bounds(
    k: ArrayLike,
    unknown: ArrayLike,
    n: ArrayLike,
    base_k: ArrayLike,
    base_unknown: ArrayLike,
    base_n: ArrayLike,
    level: float = 0.95,
) -> PartialRatio:
    """Bounds of Mantel and Haenszel's ratio of shares over all cases, those without an outcome included.

    The cases of each stratum are fixed, so the ratio rises with every focal event and falls with every reference one:
    none of the focal and all of the reference group's missing outcomes give its least value, the reverse its greatest.

    Parameters
    ----------
    k, unknown, n : array_like of int, shape (J, S) or (S,)
        Focal cases known to have had the event, those without an outcome, and all; 0 where a stratum is absent.
    base_k, base_unknown, base_n : array_like of int
        The same of the reference group.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    PartialRatio
        Arrays of shape (J,): 0 to infinity where an end has no value. Limits: those of each end (the score interval in
        one stratum, Greenland and Robins's in several) at Imbens and Manski's critical value on the log scale.
        ``known`` is pooled over the cases with an outcome.

    Raises
    ------
    ValueError
        If a count is negative or not whole, k + unknown exceeds n, shapes differ, or the level is not inside (0, 1).

    References
    ----------
    As `partial_outcome.ratio_bounds`; Greenland, S. & Robins, J. M. (1985). Biometrics 41, 55-68.
    """
    k, u, n, c, v, m = _read(k, unknown, n, base_k, base_unknown, base_n)
    low, high = mh_risk_ratio(k, n, c + v, m), mh_risk_ratio(k + u, n, c, m)
    inner = _inner(low, high, level)
    outer_low = mh_risk_ratio(k, n, c + v, m, inner).low
    outer_high = mh_risk_ratio(k + u, n, c, m, inner).high
    known = mh_risk_ratio(k, n - u, c, m - v).estimate
    several = PartialRatio(
        _open(low.estimate, 0.0), _open(high.estimate, np.inf), _open(outer_low, 0.0), _open(outer_high, np.inf), known
    )
    return _single(several, (k, u, n, c, v, m), level)


def even_share(
    k: ArrayLike,
    unknown: ArrayLike,
    n: ArrayLike,
    base_k: ArrayLike,
    base_unknown: ArrayLike,
    base_n: ArrayLike,
    base_share: ArrayLike,
) -> Array:
    """Share of the focal group's missing outcomes that would make the pooled ratio 1.

    Parameters
    ----------
    k, unknown, n, base_k, base_unknown, base_n
        As in `pooled_bounds`.
    base_share : array_like of float, shape (J,)
        Assumed share with the event among the reference cases without an outcome, 0 to 1.

    Returns
    -------
    ndarray, shape (J,)
        NaN ("not applicable") where no share from 0 to 1 does it, or no focal outcome is missing in a stratum that
        holds both groups.

    Raises
    ------
    ValueError
        As `pooled_bounds`, or a share is out of range.
    """
    k, u, n, c, v, m = _read(k, unknown, n, base_k, base_unknown, base_n)
    t = np.broadcast_to(checks.share("base_share", base_share), k.shape[:1])[:, None]
    whole = np.maximum(n + m, 1.0)
    lacking = (((c + t * v) * n - k * m) / whole).sum(axis=1)
    weight = (u * m / whole).sum(axis=1)
    needed = np.where(weight > 0, lacking / np.where(weight > 0, weight, 1.0), np.nan)
    with np.errstate(invalid="ignore"):
        return np.where((needed >= 0) & (needed <= 1), needed, np.nan)


def _read(
    k: ArrayLike, u: ArrayLike, n: ArrayLike, base_k: ArrayLike, base_u: ArrayLike, base_n: ArrayLike
) -> tuple[Array, ...]:
    focal, base = read_cases(k, u, n, ""), read_cases(base_k, base_u, base_n, "base_")
    names = ("k", "unknown", "n", "base_k", "base_unknown", "base_n")
    parts = checks.together(**dict(zip(names, (*focal, *base), strict=True)))
    if parts[0].ndim > 2:
        raise ValueError(f"counts must be places by strata, got shape {parts[0].shape}")
    return tuple(np.atleast_2d(part) for part in parts)


def _inner(low: Pooled, high: Pooled, level: float) -> Array:
    """Level of the ends' limits; an end without a value leaves the widest range there is."""
    wanted = np.full(low.estimate.shape, checks.inside_unit("level", level)[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.log(high.estimate / low.estimate) / np.fmax(low.se, high.se)
    width = np.where(np.isnan(width), np.inf, np.maximum(width, 0.0))
    return critical_level(width, np.ones(width.shape), wanted)


def _open(values: Array, without: float) -> Array:
    return np.where(np.isnan(values), without, values)


def _single(several: PartialRatio, parts: tuple[Array, ...], level: float) -> PartialRatio:
    """Take the bounds of one stratum where a place has one with both groups."""
    both = (parts[2] > 0) & (parts[5] > 0)
    one: NDArray[np.bool_] = both.sum(axis=1) == 1
    if not one.any():
        return several
    k, u, n, c, v, m = (np.where(both, x, 0.0).sum(axis=1)[one] for x in parts)
    alone = ratio_bounds(k, u, n, c, v, m, level)
    names = ("low", "high", "outer_low", "outer_high", "known")
    merged = {name: getattr(several, name).copy() for name in names}
    for name in names:
        merged[name][one] = getattr(alone, name)
    return PartialRatio(**merged)
