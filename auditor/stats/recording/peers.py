"""Which officers or agencies record otherwise than their colleagues, given the same names and areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.peer.null import fit_peer_null, peer_interval, peer_p
from auditor.stats.screening.multiple import benjamini_hochberg
from auditor.stats.strata.hypergeometric_sums import positions

_EDGE = 1e-6
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Recorders:
    """Recording of I officers or agencies.

    Attributes
    ----------
    k, n : ndarray, shape (I,)
        Persons recorded otherwise (as white, as not of the group), and persons, in the bins compared.
    expected : ndarray, shape (I,)
        How many of them colleagues of the same place would have recorded so, bin of chance by bin.
    ratio, low, high : ndarray, shape (I,)
        Odds ratio of recording otherwise against the centre of the peers, and the interval that inverts the peer test;
        ratio NaN ("not applicable") where nothing was recorded, infinite at n of n.
    p_greater, q : ndarray, shape (I,)
        Chance of a count as high under the peer null, and its Benjamini-Hochberg value over those tested; NaN ("not
        applicable") where not tested.
    tested : ndarray of bool, shape (I,)
        At least ``fewest`` persons, and colleagues in the same place.
    promised : bool
        Whether simulation backs the error rate of a flag with so many tested (see `peer.fit_peer_null`).
    """

    k: Array
    n: Array
    expected: Array
    ratio: Array
    low: Array
    high: Array
    p_greater: Array
    q: Array
    tested: NDArray[np.bool_]
    promised: bool


def compare_recorders(
    otherwise: ArrayLike, persons: ArrayLike, place: ArrayLike, places: int, fewest: int = 11, level: float = 0.95
) -> Recorders:
    """Compare each officer or agency with the others of its place.

    Parameters
    ----------
    otherwise, persons : array_like of int, shape (I, B)
        Of each officer: persons recorded otherwise, and persons, by bin of the chance of the focal group. Give only
        bins above the threshold (such as .75).
    place : array_like of int, shape (I,)
        Place of each officer, 0 to places - 1; agencies of one county, or one place for all.
    places : int
        How many places there are.
    fewest : int
        Fewest persons with whom an officer is tested.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    Recorders
        Without p-values, and not promised, where fewer than three can be tested.

    Raises
    ------
    ValueError
        If a count is negative or not whole, k exceeds n, or a position is out of range.

    Notes
    -----
    The expected share is indirectly standardised, leaving the officer out; half a person at the place's overall rate is
    added to each bin, so that a bin seen by nobody else has the overall rate. Natural differences between officers are
    the peer null's (worst of logit-normal and beta-binomial, heavy tails while few).
    """
    k, n = checks.tally(otherwise, persons, "otherwise", "persons")
    if k.ndim != 2:
        raise ValueError(f"otherwise must be officers by bins, got shape {k.shape}")
    where = positions("place", place, places, k.shape[:1])
    own, all_ = k.sum(axis=1), n.sum(axis=1)
    others_k, others_n = _others(k, where, places), _others(n, where, places)
    overall = np.divide(others_k.sum(axis=1), others_n.sum(axis=1), out=np.zeros(own.size), where=others_n.sum(1) > 0)
    rate = (others_k + 0.5 * overall[:, None]) / (others_n + 0.5)
    expected = (n * rate).sum(axis=1)
    tested = (all_ >= max(fewest, 1)) & (others_n.sum(axis=1) > 0)
    share = np.clip(np.divide(expected, all_, out=np.full(own.size, 0.5), where=all_ > 0), _EDGE, 1 - _EDGE)
    result = _tested(own[tested], all_[tested], share[tested], level)
    ratio, low, high, p, q = (_spread(v, tested, empty) for v, empty in zip(result[:5], _EMPTY, strict=True))
    return Recorders(own, all_, expected, ratio, low, high, p, q, tested, result[5])


_EMPTY = (np.nan, 0.0, np.inf, np.nan, np.nan)


def _others(values: Array, where: NDArray[np.intp], places: int) -> Array:
    """Sums of the place over everybody else."""
    total = np.zeros((places, values.shape[1]))
    np.add.at(total, where, values)
    return np.asarray(total[where] - values)


def _tested(k: Array, n: Array, share: Array, level: float) -> tuple[Array, Array, Array, Array, Array, bool]:
    nothing = np.full(k.size, np.nan)
    if k.size < _FEWEST:
        return nothing, np.zeros(k.size), np.full(k.size, np.inf), nothing, nothing, False
    null = fit_peer_null(k, n, share)
    p = peer_p(null, k, n, share)[0]
    low, high = peer_interval(null, k, n, share, level)
    base = share / (1 - share) * np.exp(null.mu)
    ratio = np.where(k < n, k / np.where(k < n, n - k, 1.0) / base, np.inf)
    return ratio, low, high, p, benjamini_hochberg(p), null.promised


def _spread(values: Array, tested: NDArray[np.bool_], empty: float) -> Array:
    out = np.full(tested.shape, empty)
    out[tested] = values
    return out
