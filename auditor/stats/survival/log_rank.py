"""Log-rank comparison of two groups' times held, stratified, in many places at once.

Given who is at risk at an event time, the focal group's events there are hypergeometric under the null hypothesis
that both groups leave at the same rate. Other ways out (transfer to immigration custody) are censored and have a test
of their own, cause by cause; see `kaplan_meier` for what that does and does not mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from auditor.stats.checks import Array
from auditor.stats.survival.risk_sets import RiskSets, Rows, codes, flags, read_rows, risk_sets, sums_by


@dataclass(frozen=True, slots=True)
class LogRank:
    """Log-rank test of J places, arrays of shape (J,).

    Attributes
    ----------
    observed, expected : ndarray
        Events of the focal group, and those expected were both groups to leave at one rate.
    variance : ndarray
        Hypergeometric variance of observed - expected; 0 where the groups are never at risk together.
    z : ndarray
        (expected - observed) / root of the variance: positive where the focal group is held longer. 0 where the
        variance is 0: nothing was compared.
    p_greater, p_less, p_two_sided : ndarray
        Normal p-values against "the focal group is held no longer", "no shorter" and "equally long"; 1 where the
        variance is 0. For few events take `log_rank_exact`.
    focal, reference : ndarray
        Persons of each group.
    """

    observed: Array
    expected: Array
    variance: Array
    z: Array
    p_greater: Array
    p_less: Array
    p_two_sided: Array
    focal: Array
    reference: Array


def log_rank(
    time: ArrayLike,
    event: ArrayLike,
    focal: ArrayLike,
    stratum: ArrayLike | None = None,
    place: ArrayLike | None = None,
    places: int | None = None,
    count: ArrayLike | None = None,
    entry: ArrayLike | None = None,
) -> LogRank:
    """Test, in each place, whether the focal group leaves at the rate of the others in the same strata.

    Parameters
    ----------
    time, event, count, entry
        Rows of follow-up (see `risk_sets.read_rows`).
    focal : array_like of bool, shape (N,)
        Whether the row belongs to the focal group.
    stratum : array_like of int, shape (N,)
        Stratum of each row, 0, 1, ...; compared only within. One stratum by default.
    place : array_like of int, shape (N,)
        Place of each row, 0 to J - 1; one place by default.
    places : int
        J; the largest place plus 1 by default.

    Returns
    -------
    LogRank

    Raises
    ------
    ValueError
        If an argument is of the wrong shape, negative, missing or (counts, codes) not whole.

    References
    ----------
    Mantel, N. (1966). Cancer Chemotherapy Reports 50, 163-170. Peto, R. & Peto, J. (1972). JRSS A 135, 185-207.
    """
    rows = read_rows(time, event, count, entry)
    own = np.where(flags("focal", focal, rows.time.size), rows.count, 0.0)
    layer, owner = codes("stratum", stratum, own.size), codes("place", place, own.size, places)
    size = int(owner.max()) + 1 if places is None else places
    strata = int(layer.max()) + 1
    sets = risk_sets(rows, owner * strata + layer, size * strata)
    observed, expected, variance = _sums(rows, sets, own)
    observed, expected, variance = (x.reshape(size, strata).sum(axis=1) for x in (observed, expected, variance))
    z = np.where(variance > 0, (expected - observed) / np.sqrt(np.where(variance > 0, variance, 1.0)), 0.0)
    some = variance > 0
    greater, less = np.where(some, special.ndtr(-z), 1.0), np.where(some, special.ndtr(z), 1.0)
    persons = sums_by(owner, own, size), sums_by(owner, rows.count - own, size)
    two_sided = np.where(some, 2 * special.ndtr(-np.abs(z)), 1.0)
    return LogRank(observed, expected, variance, z, greater, less, two_sided, *persons)


def hypergeometric_variance(n: Array, d: Array, share: Array) -> Array:
    """Variance of the focal group's events: d of n at risk have the event, and a share of n is focal."""
    return d * share * (1 - share) * (n - d) / np.maximum(n - 1, 1.0)


def _sums(rows: Rows, sets: RiskSets, own: Array) -> tuple[Array, Array, Array]:
    """Observed, expected and variance of each segment."""
    n, d = sets.at_risk(rows.count), sets.at_event(rows, rows.count)
    share = sets.at_risk(own) / n
    owner, size = sets.owner(), sets.starts.size - 1
    parts = (sets.at_event(rows, own), d * share, hypergeometric_variance(n, d, share))
    observed, expected, variance = (sums_by(owner, x, size) for x in parts)
    return observed, expected, variance
