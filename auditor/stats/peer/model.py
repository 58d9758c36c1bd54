"""The peer null as fitted, and the chance it gives each place's count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from auditor.stats.checks import Array, inside_unit, tally, together
from auditor.stats.peer import tails as peer_tails


class TooFewPeersError(ValueError):
    """The null was fitted to too few places to give any place a chance."""


@dataclass(frozen=True, slots=True)
class PeerNull:
    """How shares differ between places where nothing stands out.

    Attributes
    ----------
    places : int
        Places with at least one trial that the null was fitted to.
    mu, mu_se : float
        Robust centre of the places on the logit scale, relative to their expected shares, and its standard error.
        Not applicable (NaN) when `tail` is "none".
    sigma, sigma_upper : float
        Natural SD between places on the logit scale (logit-normal family), and its upper confidence limit.
        Not applicable (NaN) when `tail` is "none".
    rho, rho_upper : float
        Over-dispersion of the beta-binomial family, and its upper confidence limit. Likewise.
    tail : str
        "normal" (the larger of the logit-normal and beta-binomial chance decides), "conservative-t" (the larger of
        these two and of a Student-t) or "none" (too few places).
    df : float
        Degrees of freedom of the Student-t; infinite for "normal".
    adequate : bool
        Whether the differences between the places looked like one of the two families, with enough places to tell.
    adequacy : Mapping
        "statistic", "p", "places" (that carry information on the spread), and "code": "adequate",
        "few-places-conservative", "too-few-places", "heavy-tails", "light-tails", "skewed" or "unequal-spread".
    promised : bool
        Whether simulation backs the error rate of a flag (docs/calibration-peer-null.md).
    centre, spread, dispersion : ndarray
        Centre, SD and rho used for each place of the fit, leaving that place out where `places` is at most
        `peer.LEAVE_ONE_OUT`; predictive, that is, upper limits widened by the standard error of the centre.
    pooled : tuple of float
        The same three from all places, for a place that was not among them.
    """

    places: int
    mu: float
    mu_se: float
    sigma: float
    sigma_upper: float
    rho: float
    rho_upper: float
    tail: str
    df: float
    adequate: bool
    adequacy: Mapping[str, float | int | str | None]
    promised: bool
    centre: Array = field(repr=False, compare=False)
    spread: Array = field(repr=False, compare=False)
    dispersion: Array = field(repr=False, compare=False)
    pooled: tuple[float, float, float] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Setting:
    """Each tested place's counts and its own null: logit centre, spread, dispersion, one entry a place."""

    k: Array
    n: Array
    eta: Array
    spread: Array
    dispersion: Array
    df: float

    def shifted(self, k: Array, delta: Array) -> Setting:
        """The same places with other counts and with their logit centres moved by delta."""
        return Setting(k, self.n, self.eta + delta, self.spread, self.dispersion, self.df)

    def among(self, where: NDArray[np.intp]) -> Setting:
        """The places at the given positions."""
        return Setting(
            self.k[where], self.n[where], self.eta[where], self.spread[where], self.dispersion[where], self.df
        )

    def mirrored(self) -> Setting:
        """Failures in place of successes: upper tails become lower ones."""
        return Setting(self.n - self.k, self.n, -self.eta, self.spread, self.dispersion, self.df)

    def upper(self) -> Array:
        """Largest P(K >= k) over the families; 1 where there were no trials."""
        n, mean = np.maximum(self.n, 1), special.expit(self.eta)
        tail = peer_tails.logit_normal_upper(self.k, n, self.eta, self.spread)
        tail = np.maximum(tail, peer_tails.beta_binomial_upper(self.k, n, mean, self.dispersion))
        if np.isfinite(self.df):
            tail = np.maximum(tail, peer_tails.student_upper(self.k, n, self.eta, self.spread, self.df))
        return np.where(self.n > 0, tail, 1.0)

    def beyond(self) -> Array:
        """Largest P(K > k) over the families; 0 where k = n."""
        more = Setting(np.minimum(self.k + 1, self.n), self.n, self.eta, self.spread, self.dispersion, self.df)
        return np.where(self.k >= self.n, 0.0, more.upper())


def setting(null: PeerNull, k: ArrayLike, n: ArrayLike, p0: ArrayLike, member: ArrayLike | None) -> Setting:
    """Validate the places tested and look up the null of each.

    Raises
    ------
    TooFewPeersError
        If the null rests on fewer than three places.
    ValueError
        If the counts or shares are out of range, or do not line up with the places of the fit.
    """
    if null.tail == "none":
        raise TooFewPeersError(f"a peer null needs at least 3 places with trials, got {null.places}")
    k, n = tally(k, n)
    k, n, p0 = together(k=k, n=n, p0=inside_unit("p0", p0))
    where = _positions(null, k.size, member)
    own = where >= 0
    at = np.where(own, where, 0)
    centre, spread, rho = (
        np.where(own, a[at], b) for a, b in zip((null.centre, null.spread, null.dispersion), null.pooled, strict=True)
    )
    return Setting(k, n, special.logit(p0) + centre, spread, rho, null.df)


def _positions(null: PeerNull, size: int, member: ArrayLike | None) -> NDArray[np.intp]:
    if member is None:
        if size != null.centre.size:
            raise ValueError(f"the null was fitted to {null.centre.size} places, got {size}: say which with member")
        return np.arange(size)
    where = np.atleast_1d(np.asarray(member))
    if where.dtype.kind not in "iu" or where.shape != (size,):
        raise ValueError("member must hold one whole number for each place")
    if ((where < -1) | (where >= null.centre.size)).any():
        raise ValueError(f"member must lie between -1 and {null.centre.size - 1}")
    return where.astype(np.intp)


def peer_upper(null: PeerNull, k: ArrayLike, n: ArrayLike, p0: ArrayLike, *, member: ArrayLike | None = None) -> Array:
    """Chance of a count at least as high as each place's: the first of `peer_p`, in half its time.

    Raises
    ------
    TooFewPeersError, ValueError
        As for `peer_p`.
    """
    return setting(null, k, n, p0, member).upper()


def peer_p(
    null: PeerNull, k: ArrayLike, n: ArrayLike, p0: ArrayLike, *, mid: bool = False, member: ArrayLike | None = None
) -> tuple[Array, Array]:
    """Chance, under the null, of a count at least as high and of one at least as low as each place's.

    Parameters
    ----------
    null : PeerNull
        From `fit_peer_null`.
    k, n : array_like of int, shape (places,)
        Successes and trials.
    p0 : array_like of float
        Expected share before the peers' centre is applied, in (0, 1).
    mid : bool
        Count half the chance of the observed count itself. For display; decisions use the default, which is
        conservative for counts.
    member : array_like of int, optional
        Position of each place among those of the fit, -1 for a place that was not among them. By default the places
        are those of the fit, in order.

    Returns
    -------
    p_upper, p_lower : ndarray
        In [0, 1]; both 1 for a place without trials.

    Raises
    ------
    TooFewPeersError
        If the null rests on fewer than three places.
    ValueError
        If the counts or shares are out of range, or do not line up with the places of the fit.

    Notes
    -----
    Each is the largest of the families' chances, so p_upper + p_lower may exceed 1 by more than the chance of the
    observed count.
    """
    case = setting(null, k, n, p0, member)
    mirror = case.mirrored()
    upper, lower = case.upper(), mirror.upper()
    if not mid:
        return upper, lower
    return (upper + case.beyond()) / 2, (lower + mirror.beyond()) / 2
