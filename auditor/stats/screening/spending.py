"""Planned repeated looks: cut-offs that spend a one-sided error rate over K looks.

Z statistics at information fractions t_1 < ... < t_K <= 1 whose increments are independent.

References
----------
Lan, K. K. G. & DeMets, D. L. (1983). Biometrika 70, 659-663 (spending functions).
Armitage, P., McPherson, C. K. & Rowe, B. C. (1969). Journal of the Royal Statistical Society A 132, 235-244
    (recursive integration).
Jennison, C. & Turnbull, B. W. (2000). Group Sequential Methods with Applications to Clinical Trials, chapters 7, 19.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from auditor.stats.checks import Array, inside_unit, numbers

Kind = Literal["obrien-fleming", "pocock"]
#: Standard deviations below the mean from which a look's statistic is followed.
_REACH = 9.0
_LARGEST_Z = 38.0


def spent(fraction: ArrayLike, alpha: float, kind: Kind) -> Array:
    """One-sided error rate spent up to an information fraction.

    Parameters
    ----------
    fraction : array_like of float
        In (0, 1].
    alpha : float
        One-sided error rate of all looks together, in (0, 1).
    kind : {"obrien-fleming", "pocock"}
        2 - 2 Phi(z_(alpha/2) / sqrt(t)), or alpha ln(1 + (e - 1) t).

    Returns
    -------
    ndarray

    Raises
    ------
    ValueError
        If a fraction lies outside (0, 1], alpha outside (0, 1), or the kind is unknown.
    """
    t, level = numbers("fraction", fraction), float(inside_unit("alpha", alpha)[0])
    if (t <= 0).any() or (t > 1).any():
        raise ValueError("fraction must lie above 0 and at most at 1")
    if kind == "obrien-fleming":
        return np.asarray(2 * ndtr(ndtri(level / 2) / np.sqrt(t)))
    if kind == "pocock":
        return np.asarray(level * np.log1p((np.e - 1) * t))
    raise ValueError(f"kind must be 'obrien-fleming' or 'pocock', got {kind!r}")


def cutoffs(fraction: ArrayLike, alpha: float, kind: Kind = "obrien-fleming") -> Array:
    """Cut-offs on z at each look that spend the error rate as the function says.

    Parameters
    ----------
    fraction : array_like of float, shape (K,)
        Rising information fractions, in (0, 1]; equally spaced looks are 1/K, 2/K, ..., 1.
    alpha : float
    kind : {"obrien-fleming", "pocock"}

    Returns
    -------
    ndarray, shape (K,)
        Flag at look k when z_k is at least this; infinite where a look has too little to spend (below 1e-300).

    Raises
    ------
    ValueError
        As in `spent`, or if the fractions do not rise.
    """
    t = _rising(fraction)
    wanted = np.diff(spent(t, alpha, kind), prepend=0.0)
    found = np.full(t.size, np.inf)
    state = _State(t)
    for k in range(t.size):
        if wanted[k] > 1e-300:
            # The chance to cross first at this look falls from all that is left to nothing.
            found[k] = brentq(lambda z, k=k: state.crossing(k, z) - wanted[k], -_REACH, _LARGEST_Z, xtol=1e-12)
        state.advance(k, found[k])
    return found


def sequential_power(fraction: ArrayLike, cutoff: ArrayLike, drift: float) -> Array:
    """Chance to have flagged by each look.

    Parameters
    ----------
    fraction, cutoff : array_like of float, shape (K,)
        Information fractions and the cut-offs on z.
    drift : float
        Mean of z at full information (t = 1): effect over its standard error there; 0 gives the error spent.

    Returns
    -------
    ndarray, shape (K,)
        Cumulative. With one look at t = 1 it is the power of the fixed design.

    Raises
    ------
    ValueError
        If the fractions do not rise within (0, 1] or the shapes differ.
    """
    t, z = _rising(fraction), np.atleast_1d(np.asarray(cutoff, dtype=float))
    if z.shape != t.shape or np.isnan(z).any():
        raise ValueError(f"cutoff must hold one value for each of {t.size} looks")
    state, crossed = _State(t, float(drift)), np.zeros(t.size)
    for k in range(t.size):
        crossed[k] = state.crossing(k, z[k])
        state.advance(k, z[k])
    return np.cumsum(crossed)


def fixed_power(alpha: float, drift: float) -> float:
    """Power of a single one-sided look at full information, Phi(drift - z_alpha)."""
    return float(ndtr(drift + ndtri(float(inside_unit("alpha", alpha)[0]))))


class _State:
    """Density of the score z sqrt(t) among runs that have not crossed, on Gauss-Legendre points."""

    def __init__(self, fraction: Array, drift: float = 0.0) -> None:
        self.fraction, self.drift = fraction, drift
        self.steps = np.diff(fraction, prepend=0.0)
        self.points, self.mass = np.zeros(1), np.ones(1)

    def crossing(self, k: int, z: float) -> float:
        """Chance not to have crossed before and to reach z at look k."""
        if z == np.inf:
            return 0.0
        gap = self.points + self.drift * self.steps[k] - z * np.sqrt(self.fraction[k])
        return float(self.mass @ ndtr(gap / np.sqrt(self.steps[k])))

    def advance(self, k: int, z: float) -> None:
        """Go on with the runs that stay below z at look k."""
        t, sd = self.fraction[k], np.sqrt(self.steps[k])
        low = self.drift * t - _REACH * np.sqrt(t)
        high = min(z * np.sqrt(t), self.drift * t + _REACH * np.sqrt(t))
        if high <= low:
            self.points, self.mass = np.zeros(1), np.zeros(1)
            return
        # Ten points to a standard deviation of the narrowest step make the integrals exact to rounding.
        finest = np.sqrt(self.steps.min())
        node, weight = np.polynomial.legendre.leggauss(int(min(60 + 10 * (high - low) / finest, 1500)))
        points = low + (high - low) * (node + 1) / 2
        moved = (points[:, None] - self.points - self.drift * self.steps[k]) / sd
        density = np.exp(-0.5 * moved**2) @ self.mass / (sd * np.sqrt(2 * np.pi))
        self.points, self.mass = points, density * weight * (high - low) / 2


def _rising(fraction: ArrayLike) -> Array:
    t = numbers("fraction", fraction)
    if t.ndim != 1 or t.size == 0 or (np.diff(t) <= 0).any() or t[0] <= 0 or t[-1] > 1:
        raise ValueError("fraction must rise within (0, 1]")
    return t
