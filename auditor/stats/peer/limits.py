"""Intervals that invert the peer test, and the smallest ratio it can find."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from auditor.stats.checks import Array, counts, inside_unit, together
from auditor.stats.peer import tails as peer_tails
from auditor.stats.peer.model import PeerNull, Setting, setting

Positions = NDArray[np.intp]

#: Log ratios beyond this are reported as 0 or infinity.
FARTHEST = 40.0
#: Width, on the log ratio, to which limits are found.
PRECISION = 1e-7
#: Most evaluations in a search; the worst of the tests needs 40.
MOST_STEPS = 100


def peer_interval(
    null: PeerNull,
    k: ArrayLike,
    n: ArrayLike,
    p0: ArrayLike,
    level: float = 0.95,
    *,
    member: ArrayLike | None = None,
) -> tuple[Array, Array]:
    """Interval for each place's ratio to the centre of its peers, on the odds scale.

    The interval holds the ratios that the peer test, moved by that ratio, does not reject at (1 - level) / 2 a side:
    the lower limit is at least 1 exactly when p_upper of `peer_p` is at most (1 - level) / 2, and the upper at most
    1 exactly when p_lower is.

    Parameters
    ----------
    null : PeerNull
        From `fit_peer_null`.
    k, n, p0 : array_like, shape (places,)
        As for `peer_p`.
    level : float
        Confidence level in (0, 1).
    member : array_like of int, optional
        As for `peer_p`.

    Returns
    -------
    low, high : ndarray
        Odds ratios; for a rate ratio given the two counts' sum, that rate ratio. 0 and infinity where the count sets
        no limit.

    Raises
    ------
    TooFewPeersError, ValueError
        As for `peer_p`, or if the level lies outside (0, 1).
    """
    inside_unit("level", level)
    case = setting(null, k, n, p0, member)
    low = _limit(case, (1 - level) / 2)
    high = -_limit(case.mirrored(), (1 - level) / 2)
    return _ratio(low), _ratio(high)


def peer_detectable(
    null: PeerNull,
    n: ArrayLike,
    p0: ArrayLike,
    alpha: ArrayLike,
    power: float = 0.8,
    *,
    member: ArrayLike | None = None,
) -> Array:
    """Smallest ratio to the peers' centre that would be flagged with the given power.

    Parameters
    ----------
    null : PeerNull
        From `fit_peer_null`.
    n : array_like of int, shape (places,)
        Trials.
    p0 : array_like of float
        Expected share, as for `peer_p`.
    alpha : array_like of float
        One-sided level at which a place is flagged, in (0, 1): the cut-off that the run really used.
    power : float
        Chance of a flag, in (0, 1).
    member : array_like of int, optional
        As for `peer_p`.

    Returns
    -------
    ndarray
        Odds ratios; infinity where even a count of n of n would not be flagged.

    Notes
    -----
    A place with the ratio is taken to vary about it as its peers do (logit-normal with SD `null.sigma`).

    Raises
    ------
    TooFewPeersError, ValueError
        As for `peer_p`, or if alpha or power lies outside (0, 1).
    """
    inside_unit("power", power)
    n = counts("n", n)
    n, p0, alpha = together(n=n, p0=inside_unit("p0", p0), alpha=inside_unit("alpha", alpha))
    case = setting(null, n, n, p0, member)
    needed = _critical(case, alpha)
    possible = (n > 0) & (needed <= n)
    sigma = np.full(n.shape, null.sigma)
    count = np.clip(needed, 1, np.maximum(n, 1))

    def chance(delta: Array, at: Positions) -> Array:
        return peer_tails.logit_normal_upper(count[at], np.maximum(n, 1)[at], case.eta[at] + delta, sigma[at])

    delta = _root(chance, np.full(n.shape, power))
    return np.where(possible, _ratio(delta), np.inf)


def _critical(case: Setting, alpha: Array) -> Array:
    """Smallest count whose upper tail is at most alpha; n + 1 where there is none."""
    low, high = np.zeros(case.n.shape), case.n + 1
    while (at := np.flatnonzero(high - low > 1)).size:
        middle = np.floor((low[at] + high[at]) / 2)
        here = case.among(at).shifted(middle, np.zeros(at.size))
        small = here.upper() <= alpha[at]
        high[at[small]], low[at[~small]] = middle[small], middle[~small]
    return high


def _limit(case: Setting, tail: float) -> Array:
    """Log ratio at which the upper tail equals `tail`; minus infinity where k = 0."""

    def chance(delta: Array, at: Positions) -> Array:
        here = case.among(at)
        return here.shifted(here.k, delta).upper()

    limit = _root(chance, np.full(case.k.shape, tail))
    return np.where(case.k > 0, limit, -np.inf)


def _root(chance: Callable[[Array, Positions], Array], target: Array) -> Array:
    """Largest delta, to PRECISION, at which an increasing chance is at most target.

    Zero is tried first, so that a limit and the test at ratio 1 cannot fall on different sides. Then doubling
    steps find a bracket, and the Illinois rule (Dowell & Jarratt 1971, BIT 11, 168-174) closes it, on the normal
    quantiles of the chance, which are nearly linear in delta.
    """
    goal = special.ndtri(target)
    at_zero = special.ndtri(chance(np.zeros(target.shape), np.arange(target.size))) - goal
    below = at_zero <= 0
    low, high = np.where(below, 0.0, -FARTHEST), np.where(below, FARTHEST, 0.0)
    f_low, f_high = np.where(below, at_zero, -np.inf), np.where(below, np.inf, at_zero)
    side = np.zeros(target.shape)
    for _ in range(MOST_STEPS):
        at = np.flatnonzero(high - low > PRECISION)
        if at.size == 0:
            break
        trial = _trial(low[at], high[at], f_low[at], f_high[at])
        value = special.ndtri(chance(trial, at)) - goal[at]
        up, down = at[value <= 0], at[value > 0]
        # The end kept twice running counts half, or the bracket would close from one side only.
        f_high[up[side[up] < 0]] /= 2
        f_low[down[side[down] > 0]] /= 2
        low[up], f_low[up], side[up] = trial[value <= 0], value[value <= 0], -1.0
        high[down], f_high[down], side[down] = trial[value > 0], value[value > 0], 1.0
    return np.where(low <= -FARTHEST, -np.inf, low)


def _trial(low: Array, high: Array, f_low: Array, f_high: Array) -> Array:
    known = np.isfinite(f_low) & np.isfinite(f_high)
    share = np.where(known, -f_low, 1.0) / np.where(known, f_high - f_low, 2.0)
    # The floor on the share steps just across the root once the secant has found it, which ends the search.
    edge = np.clip(PRECISION / np.maximum(high - low, PRECISION) / 2, 0.0, 0.5)
    inside = low + (high - low) * np.clip(share, edge, 1 - edge)
    outside = np.where(np.isfinite(f_low), np.minimum(np.maximum(2 * low, 0.5), FARTHEST), 0.0)
    outside = np.where(np.isfinite(f_high), np.maximum(np.minimum(2 * high, -0.5), -FARTHEST), outside)
    middle = (low + high) / 2
    return np.where(known, inside, np.where((outside <= low) | (outside >= high), middle, outside))


def _ratio(delta: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.where(delta >= FARTHEST - 1, np.inf, np.exp(delta))
