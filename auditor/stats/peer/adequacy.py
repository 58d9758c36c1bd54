"""Whether the differences between places have the shape that the peer null assumes.

Each place's count is turned into a normal score under the fitted family (mid-p), and three directions are tested:
skew, tail weight, and spread that grows or shrinks with the place's size. Places that stand out upwards must not count
as heavy tails, so only scores below CUT are used; and centre and spread are estimated, so each direction is made
orthogonal, below CUT, to what a wrong centre or spread would do (Neyman 1959's C(alpha) construction).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import special

from auditor.stats.checks import Array
from auditor.stats.peer import tails as peer_tails

#: Scores above CUT are not used; scores below FLOOR count as FLOOR.
CUT, FLOOR = 2.25, -5.0
#: The shape is refused when the test's p is at most this.
LEVEL = 0.02
#: Natural SD (logit) below which a place's information is reckoned as if the SD were this.
LEAST_SD = 0.1


@dataclass(frozen=True, slots=True)
class Shape:
    """Test of one family's shape.

    Attributes
    ----------
    statistic, p : float
        Sum of the three squared directions, and its upper tail under chi-squared with 3 degrees of freedom.
    code : str
        "adequate", or the direction that departs most: "heavy-tails", "light-tails", "skewed", "unequal-spread".
    """

    statistic: float
    p: float
    code: str


def informative(v: Array, natural: Array) -> float:
    """Number of places, counted by how much of their variance is natural, that can show the shape.

    Parameters
    ----------
    v, natural : ndarray
        Counting and natural variance of each place's logit.

    Notes
    -----
    A place's excess kurtosis is that of the natural differences times the square of their share of its variance, and
    its weight in the test is that square; so the test's squared signal is the sum of fourth powers.
    """
    return float((_share(v, natural) ** 4).sum())


def normal_shape(k: Array, n: Array, eta: Array, sigma: float, v: Array) -> Shape:
    """Test the logit-normal with centre eta and SD sigma."""
    spread = np.full(k.shape, sigma)
    at_least = peer_tails.logit_normal_upper(k, n, eta, spread)
    at_most = peer_tails.logit_normal_upper(n - k, n, -eta, spread)
    return _shape(_scores(at_least, at_most), n, _share(v, spread**2))


def beta_shape(k: Array, n: Array, eta: Array, rho: float, v: Array) -> Shape:
    """Test the beta-binomial with mean share expit(eta) and over-dispersion rho."""
    mean, spread = special.expit(eta), np.full(k.shape, rho)
    at_least = peer_tails.beta_binomial_upper(k, n, mean, spread)
    at_most = peer_tails.beta_binomial_upper(n - k, n, 1 - mean, spread)
    return _shape(_scores(at_least, at_most), n, _share(v, rho / (mean * (1 - mean))))


def _share(v: Array, natural: Array) -> Array:
    floored = np.maximum(natural, LEAST_SD**2)
    return floored / (floored + v)


def _scores(at_least: Array, at_most: Array) -> Array:
    """Normal scores of the mid-p, from whichever tail is the smaller."""
    above, below = (at_least + 1 - at_most) / 2, (at_most + 1 - at_least) / 2
    tiny = np.finfo(float).tiny
    return np.where(above < below, -special.ndtri(np.maximum(above, tiny)), special.ndtri(np.maximum(below, tiny)))


def _shape(score: Array, n: Array, share: Array) -> Shape:
    inside = score < CUT
    z = np.maximum(score, FLOOR)
    size = np.log(n)
    size = size - np.average(size, weights=share**2)
    powers = np.stack([z**i for i in range(5)])
    directions = []
    for coefficients, weight in zip(_directions(), (share**1.5, share**2, share * size), strict=True):
        total = (weight * inside * (coefficients @ powers)).sum()
        norm = np.sqrt((weight**2).sum())
        directions.append(float(total / norm) if norm > 0 else 0.0)
    statistic = sum(d * d for d in directions)
    p = float(special.chdtrc(3, statistic))
    return Shape(statistic, p, _code(*directions) if p <= LEVEL else "adequate")


def _code(skew: float, weight: float, size: float) -> str:
    if abs(size) >= max(abs(skew), abs(weight)):
        return "unequal-spread"
    if abs(skew) > abs(weight):
        return "skewed"
    return "heavy-tails" if weight > 0 else "light-tails"


@lru_cache(maxsize=1)
def _directions() -> tuple[Array, Array, Array]:
    """Coefficients, by powers of z, of the three directions: unit variance below CUT under the standard normal.

    Skew: the cube, orthogonal to 1, z, z^2. Tail weight: the fourth power, orthogonal to these and the cube. Size:
    the square, orthogonal to 1 and z; its weights, which sum to zero against the information, do the rest.
    """
    node, weight = np.polynomial.legendre.leggauss(200)
    half = (CUT - FLOOR) / 2
    z = FLOOR + half * (node + 1)
    mass = weight * half * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    powers = np.stack([z**i for i in range(5)])
    gram = (powers * mass) @ powers.T
    return _residual(gram, 3), _residual(gram, 4), _residual(gram, 2)


def _residual(gram: Array, degree: int) -> Array:
    lower = np.linalg.solve(gram[:degree, :degree], gram[:degree, degree])
    out = np.zeros(gram.shape[0])
    out[:degree], out[degree] = -lower, 1.0
    return out / np.sqrt(out @ gram @ out)
