"""Which places stand out among their peers, where nothing but the peers can say what is natural.

Every signal without a negative control reduces to one shape: k of n at place j, an expected share p0, and natural
differences between places of unknown family. The null is fitted to the places themselves, robustly, and gives each
place the chance of a count as high; Benjamini-Hochberg over those chances then decides.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from auditor.stats.checks import Array, inside_unit, tally, together
from auditor.stats.peer import adequacy as peer_adequacy
from auditor.stats.peer import fit as peer_fit
from auditor.stats.peer.limits import peer_detectable, peer_interval
from auditor.stats.peer.model import PeerNull, TooFewPeersError, peer_p, peer_upper

__all__ = ["PeerNull", "TooFewPeersError", "fit_peer_null", "peer_detectable", "peer_interval", "peer_p", "peer_upper"]

Adequacy = dict[str, float | int | str | None]

#: Fewest places that the conservative null promises its error rate for.
FEWEST_PROMISED = 20
#: Fewest places, and fewest fully informative ones, from which the adequacy test has the power to be believed.
FEWEST_TESTED, FEWEST_INFORMATIVE = 1000, 750.0
#: Up to here each place is left out of the fit that judges it; beyond, its share of the fit is below 1 in 100.
LEAVE_ONE_OUT = 100
#: Degrees of freedom of the conservative tail: before any look at the shape, and where a look with less than full
#: power (at least SOME_INFORMATIVE places) has found nothing wrong with it.
HEAVY_DF, MIDDLE_DF, SOME_INFORMATIVE = 3.0, 6.0, 150.0
#: Normal quantile of the upper limits of sigma and rho: one-sided 90 %.
UPPER_QUANTILE = 1.28
#: Rounds in which the centre is found and the logits taken afresh about it.
RECENTRINGS = 3
#: A beta-binomial's rho is held below this; a pair of trials at one place never agrees more.
LARGEST_RHO = 0.5


def fit_peer_null(k: ArrayLike, n: ArrayLike, p0: ArrayLike) -> PeerNull:
    """Fit the null of natural differences between places.

    Parameters
    ----------
    k, n : array_like of int, shape (places,)
        Successes and trials; places without trials are passed over.
    p0 : array_like of float
        Expected share of each place, in (0, 1), or one for all.

    Returns
    -------
    PeerNull
        With `promised` False where simulation does not back the error rate of a flag.

    Raises
    ------
    ValueError
        If a count is negative or not whole, k exceeds n, p0 lies outside (0, 1), or shapes differ.
    """
    k, n = tally(k, n)
    k, n, p0 = together(k=k, n=n, p0=inside_unit("p0", p0))
    used = n > 0
    if used.sum() < 3:
        return _too_few(int(used.sum()), k.size)
    return _fit(k[used], n[used], special.logit(p0[used]), used)


def _too_few(places: int, size: int) -> PeerNull:
    nothing, na = np.zeros(size), float("nan")
    adequacy: Adequacy = {"statistic": None, "p": None, "places": places, "code": "too-few-places"}
    return PeerNull(
        places,
        na,
        na,
        na,
        na,
        na,
        na,
        "none",
        np.inf,
        False,
        adequacy,
        False,
        nothing,
        nothing,
        nothing,
        (0.0, 0.0, 0.0),
    )


def _fit(k: Array, n: Array, offset: Array, used: NDArray[np.bool_]) -> PeerNull:
    # The first fit has every place; with few places, one more for each leaves that place out.
    keep = np.ones((1, k.size))
    if k.size <= LEAVE_ONE_OUT:
        keep = np.vstack([keep, 1 - np.eye(k.size)])
    v, normal, beta = _families(k, n, offset, keep)
    df, adequate, adequacy, promised = _standing(k, n, offset, v, normal, beta)
    predictive = _predictive(normal, beta)
    centre, spread, dispersion = (_spread_out(a[-k.size :] if a.size > 1 else a, used) for a in predictive)
    pooled = [float(a[0]) for a in predictive]
    return PeerNull(
        places=k.size,
        mu=float(normal.centre[0]),
        mu_se=float(normal.centre_se[0]),
        sigma=float(np.sqrt(normal.theta[0])),
        sigma_upper=float(np.sqrt(normal.upper[0])),
        rho=float(beta.theta[0]),
        rho_upper=float(beta.upper[0]),
        tail="conservative-t" if np.isfinite(df) else "normal",
        df=df,
        adequate=adequate,
        adequacy=adequacy,
        promised=promised,
        centre=centre,
        spread=spread,
        dispersion=dispersion,
        pooled=(pooled[0], pooled[1], pooled[2]),
    )


def _families(k: Array, n: Array, offset: Array, keep: Array) -> tuple[Array, peer_fit.Spread, peer_fit.Spread]:
    """Counting variances, and the fits of both families.

    Logits and counting errors are those at the centre of all places, so that is found first, by repetition.
    """
    one, centre = np.ones(k.size), 0.0
    for _ in range(RECENTRINGS):
        y, v = peer_fit.working_logit(k, n, offset, centre)
        centre = float(peer_fit.fit_spread(y, v, one, keep[:1], 0.0).centre[0])
    y, v = peer_fit.working_logit(k, n, offset, centre)
    share = special.expit(offset + centre)
    normal = peer_fit.fit_spread(y, v, one, keep, UPPER_QUANTILE)
    return v, normal, peer_fit.fit_spread(y, v, 1 / (share * (1 - share)), keep, UPPER_QUANTILE)


def _predictive(normal: peer_fit.Spread, beta: peer_fit.Spread) -> tuple[Array, Array, Array]:
    """Centre, SD and rho of a new place: upper limits, widened by the error of the centre."""
    return normal.centre, np.sqrt(normal.upper + normal.centre_se**2), np.minimum(beta.upper, LARGEST_RHO)


def _spread_out(values: Array, used: NDArray[np.bool_]) -> Array:
    """One value for each place given to the fit; a place without trials, which gets p = 1, has the median."""
    out = np.full(used.shape, float(np.median(values)))
    out[used] = values
    return out


def _standing(
    k: Array, n: Array, offset: Array, v: Array, normal: peer_fit.Spread, beta: peer_fit.Spread
) -> tuple[float, bool, Adequacy, bool]:
    """Degrees of freedom, adequate, adequacy and promised."""
    eta = offset + normal.centre[0]
    places = peer_adequacy.informative(v, np.full(n.shape, normal.theta[0]))
    if places < SOME_INFORMATIVE:
        enough = k.size >= FEWEST_PROMISED
        code = "few-places-conservative" if enough else "too-few-places"
        return HEAVY_DF, False, {"statistic": None, "p": None, "places": places, "code": code}, enough
    shape = peer_adequacy.normal_shape(k, n, eta, float(np.sqrt(normal.theta[0])), v)
    if shape.code != "adequate":
        other = peer_adequacy.beta_shape(k, n, offset + beta.centre[0], float(beta.theta[0]), v)
        shape = max(shape, other, key=lambda s: s.p)
    adequacy: Adequacy = {"statistic": shape.statistic, "p": shape.p, "places": places, "code": shape.code}
    full = k.size >= FEWEST_TESTED and places >= FEWEST_INFORMATIVE
    if shape.code != "adequate":
        # With many places a refused shape is a finding about the data: no promise, though the tail still holds.
        return HEAVY_DF, False, adequacy, k.size < FEWEST_TESTED
    if full:
        return np.inf, True, adequacy, True
    return MIDDLE_DF, False, {**adequacy, "code": "few-places-conservative"}, True
