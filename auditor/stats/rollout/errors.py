"""Standard errors and simultaneous bands from influence functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm, t

from auditor.stats.checks import Array

Multiplier = Literal["rademacher", "mammen"]

__all__ = ["Bands", "bands", "bootstrap_errors", "degrees", "multiplier_draws", "standard_errors"]


def standard_errors(influence: ArrayLike) -> Array:
    """Return sqrt(sum of squares) / n for each column.

    This is the convention of R's ``did`` (the variance divides by n, not by n - 1). Small cohorts make it too small;
    ``group_time(correction="hc2")`` mends that in the influence functions themselves.

    Parameters
    ----------
    influence : (J, K) or (J,) array_like

    Returns
    -------
    (K,) array
    """
    psi = _columns(influence)
    return np.asarray(np.sqrt(np.einsum("jk,jk->k", psi, psi)) / len(psi))


def degrees(influence: ArrayLike, cohort: ArrayLike) -> Array:
    """Degrees of freedom of each variance, by Satterthwaite over the cohorts that carry it.

    The variance is a sum of parts, one for each cohort (places that never began are one, all others another), each
    with its places less one degrees of freedom: df = (sum of parts)^2 / sum of (part^2 / df of the part). A variance
    that rests on one small cohort so has few, whatever the number of places.

    Parameters
    ----------
    influence : (J, K) or (J,) array_like
    cohort : (J,) array_like
        Cohort of each place; infinity and NaN are kinds of their own.

    Returns
    -------
    (K,) array
        At least 1; 1 where the variance is 0.

    References
    ----------
    Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components. Biometrics Bulletin
    2, 110-114.
    """
    psi, label = _columns(influence), np.asarray(cohort, dtype=float)
    _, inverse = np.unique(np.where(np.isnan(label), -np.inf, label), return_inverse=True)
    groups = int(inverse.max()) + 1
    parts = np.zeros((groups, psi.shape[1]))
    np.add.at(parts, inverse, psi**2)
    carried = np.zeros((groups, psi.shape[1]))
    np.add.at(carried, inverse, (psi != 0).astype(float))
    own = np.maximum(carried - 1, 1)
    total, scaled = parts.sum(axis=0), (parts**2 / own).sum(axis=0)
    return np.asarray(np.maximum(np.divide(total**2, scaled, out=np.ones_like(total), where=scaled > 0), 1.0))


def multiplier_draws(
    influence: ArrayLike, draws: int, rng: np.random.Generator, kind: Multiplier = "rademacher"
) -> Array:
    """Draw deviations of the estimates from the truth, by weighting each place's influence at random.

    Parameters
    ----------
    influence : (J, K) or (J,) array_like
    draws : int
    rng : Generator
    kind : {"rademacher", "mammen"}
        Multipliers -1 and 1 with equal chance, or Mammen's two points with third moment 1.

    Returns
    -------
    (draws, K) array

    Raises
    ------
    ValueError
        When ``draws`` is below 1 or the kind is unknown.

    References
    ----------
    Callaway & Sant'Anna (2021), algorithm 1. Mammen, E. (1993). Annals of Statistics 21, 255-285.
    """
    if draws < 1:
        raise ValueError(f"draws must be at least 1, not {draws}")
    psi = _columns(influence)
    if kind == "rademacher":
        packed = rng.integers(0, 256, size=(draws, -(-len(psi) // 8)), dtype=np.uint8)
        # With s = 0 or 1 the signs are 2 s - 1: the product needs the zeros and ones only.
        ones = np.unpackbits(packed, axis=1, count=len(psi)).astype(float)
        return np.asarray((2 * (ones @ psi) - psi.sum(axis=0)) / len(psi))
    if kind != "mammen":
        raise ValueError(f"kind must be rademacher or mammen, not {kind!r}")
    root = np.sqrt(5.0)
    low = rng.random((draws, len(psi))) < (root + 1) / (2 * root)
    return np.asarray(np.where(low, (1 - root) / 2, (1 + root) / 2) @ psi / len(psi))


def bootstrap_errors(drawn: ArrayLike) -> Array:
    """Standard errors from the spread of the quartiles of the draws, the convention of R's ``did::mboot``.

    Parameters
    ----------
    drawn : (B, K) array_like

    Returns
    -------
    (K,) array
    """
    values = np.asarray(drawn, dtype=float)
    low, high = np.quantile(values, (0.25, 0.75), axis=0, method="inverted_cdf")
    return np.asarray((high - low) / (norm.ppf(0.75) - norm.ppf(0.25)))


@dataclass(frozen=True, slots=True)
class Bands:
    """Pointwise and simultaneous intervals of several estimates.

    Attributes
    ----------
    se, df : (K,) arrays
    low, high : (K,) arrays
        Simultaneous limits: all true values lie within with the given probability.
    point_low, point_high : (K,) arrays
        Limits for each estimate by itself.
    critical : float
        The 1 - alpha quantile of the largest |deviation| / se over the estimates.
    """

    se: Array
    df: Array
    low: Array
    high: Array
    point_low: Array
    point_high: Array
    critical: float


def bands(
    att: ArrayLike,
    influence: ArrayLike,
    cohort: ArrayLike,
    rng: np.random.Generator,
    *,
    level: float = 0.95,
    draws: int = 999,
    kind: Multiplier = "rademacher",
) -> Bands:
    """Intervals of several estimates, each by itself and all together.

    The critical value is that of the multiplier bootstrap (sup-t), carried from the normal to the t distribution of
    each estimate's own degrees of freedom at the same pointwise level, because with few places a normal is too short.

    Parameters
    ----------
    att : (K,) array_like
    influence : (J, K) array_like
    cohort : (J,) array_like
        As for :func:`degrees`.
    rng : Generator
    level : float
        Between 0 and 1.
    draws : int
    kind : {"rademacher", "mammen"}

    Returns
    -------
    Bands
        An estimate whose variance is 0 (a cell that is its own base) has limits equal to itself.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}")
    psi, value = _columns(influence), np.asarray(att, dtype=float)
    se, df = standard_errors(psi), degrees(psi, cohort)
    some = se > 0
    critical = float(norm.ppf((1 + level) / 2))
    if some.any():
        largest = np.abs(multiplier_draws(psi[:, some], draws, rng, kind) / se[some]).max(axis=1)
        critical = max(critical, float(np.quantile(largest, level, method="inverted_cdf")))
    reach = t.isf(norm.sf(critical), df) * se
    point = t.isf((1 - level) / 2, df) * se
    return Bands(se, df, value - reach, value + reach, value - point, value + point, critical)


def _columns(influence: ArrayLike) -> Array:
    psi = np.asarray(influence, dtype=float)
    psi = psi[:, None] if psi.ndim == 1 else psi
    if psi.ndim != 2 or not len(psi) or not np.isfinite(psi).all():
        raise ValueError("influence must be finite, places x estimates")
    return psi
