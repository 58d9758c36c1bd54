"""Which places stand out among their peers, where nothing but the peers can say what is natural.

Every signal without a negative control reduces to one shape: k of n at place j, an expected share p0, and natural
differences between places of unknown family. The null is fitted to the places themselves, robustly, and gives each
place the chance of a count as high; Benjamini-Hochberg over those chances then decides.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from auditor.stats import peer_fit
from auditor.stats.checks import Array, inside_unit, tally, together
from auditor.stats.peer_limits import peer_detectable, peer_interval
from auditor.stats.peer_model import PeerNull, TooFewPeersError, peer_p

__all__ = ["PeerNull", "TooFewPeersError", "fit_peer_null", "peer_detectable", "peer_interval", "peer_p"]

#: Fewest places that the conservative null promises its error rate for.
FEWEST_PROMISED = 20
#: From here on, in places that carry information on the spread, the adequacy test has the power to be believed.
FEWEST_TESTED = 1000
#: Up to here each place is left out of the fit that judges it; beyond, its share of the fit is below 1 in 200.
LEAVE_ONE_OUT = 200
#: Degrees of freedom of the conservative tail.
HEAVY_DF = 3.0
#: Normal quantile of the upper limits of sigma and rho.
UPPER_QUANTILE = 1.0


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
    adequacy = {"statistic": None, "p": None, "places": places, "code": "too-few-places"}
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


def _fit(k: Array, n: Array, offset: Array, used: Array) -> PeerNull:
    y = peer_fit.empirical_logit(k, n, offset)
    everyone = np.ones((1, y.size))
    pooled = _families(y, n, offset, everyone)
    subsets = 1 - np.eye(y.size) if y.size <= LEAVE_ONE_OUT else everyone
    own = _families(y, n, offset, subsets) if y.size <= LEAVE_ONE_OUT else pooled
    normal, beta = pooled
    tail, df, adequate, adequacy, promised = _standing(y.size)
    centre, spread, dispersion = (_spread_out(a, used) for a in _predictive(*own))
    at_large = tuple(float(a[0]) for a in _predictive(*pooled))
    return PeerNull(
        places=y.size,
        mu=float(normal.centre[0]),
        mu_se=float(normal.centre_se[0]),
        sigma=float(np.sqrt(normal.theta[0])),
        sigma_upper=float(np.sqrt(normal.upper[0])),
        rho=float(beta.theta[0]),
        rho_upper=float(beta.upper[0]),
        tail=tail,
        df=df,
        adequate=adequate,
        adequacy=adequacy,
        promised=promised,
        centre=centre,
        spread=spread,
        dispersion=dispersion,
        pooled=(at_large[0], at_large[1], at_large[2]),
    )


def _families(y: Array, n: Array, offset: Array, keep: Array) -> tuple[peer_fit.Spread, peer_fit.Spread]:
    """Fit both families; the counting error is that at the centre, so it is found first."""
    centre = peer_fit.weighted_median(y, n)
    for _ in range(2):
        share = special.expit(offset + centre)
        v, one = 1 / (n * share * (1 - share)), np.ones(y.size)
        normal = peer_fit.fit_spread(y, v, one, keep, UPPER_QUANTILE)
        centre = float(np.median(normal.centre))
        if keep.shape[0] > 1:
            break
    return normal, peer_fit.fit_spread(y, v, 1 / (share * (1 - share)), keep, UPPER_QUANTILE)


def _predictive(normal: peer_fit.Spread, beta: peer_fit.Spread) -> tuple[Array, Array, Array]:
    return normal.centre, np.sqrt(normal.upper + normal.centre_se**2), np.minimum(beta.upper, 0.5)


def _spread_out(values: Array, used: Array) -> Array:
    """One value for each place given to the fit: its own, or the pooled one where it had no trials."""
    out = np.full(used.shape, float(np.median(values)))
    out[used.astype(bool)] = values
    return out


def _standing(places: int) -> tuple[str, float, bool, Mapping[str, float | int | str | None], bool]:
    code = "few-places-conservative" if places >= FEWEST_PROMISED else "too-few-places"
    adequacy = {"statistic": None, "p": None, "places": places, "code": code}
    return "conservative-t", HEAVY_DF, False, adequacy, places >= FEWEST_PROMISED
