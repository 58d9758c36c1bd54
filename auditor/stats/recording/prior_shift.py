"""Members of a group among persons whose chances were worked out for another population.

The chances of surname geocoding are right for residents. Among those stopped or arrested the group may be more or less
common; every chance is then off by the same factor of its odds. The share that fits the chances best (maximum
likelihood for a mixture of two known distributions) undoes that, if a group's names are the same in both populations.

References
----------
Saerens, M., Latinne, P. & Decaestecker, C. (2002). Neural Computation 14, 21-41 (the EM form of the same estimate).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.fit import bisect

_LEAST, _FARTHEST = 1e-6, 30.0


@dataclass(frozen=True, slots=True)
class ShiftedShare:
    """Share of the group in each place.

    Attributes
    ----------
    share, low, high : ndarray, shape (J,)
        Estimate and likelihood-ratio limits; 0 to 1 with share NaN ("not applicable") where nobody is there.
    se : ndarray, shape (J,)
        From the curvature of the likelihood; NaN ("not applicable") where it is flat.
    """

    share: Array
    low: Array
    high: Array
    se: Array


def shifted_share(n: ArrayLike, chance: ArrayLike, prior: ArrayLike, level: float = 0.95) -> ShiftedShare:
    """Estimate the share of the group in every place at once.

    Parameters
    ----------
    n, chance : array_like, shape (J, B)
        Persons in each bin of the chance, and the sum of their chances. Fine bins lose little.
    prior : array_like of float, shape (J,)
        Share of the group in the population for which the chances hold (the county's residents), in (0, 1).
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    ShiftedShare

    Raises
    ------
    ValueError
        If shapes or ranges are wrong.
    NotConverged
        If a limit is not pinned down.
    """
    persons, total = checks.counts("n", n), checks.nonnegative("chance", chance)
    base = checks.inside_unit("prior", prior)
    if persons.ndim != 2 or persons.shape != total.shape or base.shape != persons.shape[:1]:
        raise ValueError(f"n {persons.shape}, chance {total.shape}, prior {base.shape} must be places by bins")
    if (total > persons * (1 + 1e-9)).any():
        raise ValueError("chance must not exceed n")
    drop = special.chdtri(1, 1 - checks.inside_unit("level", level)[0]) / 2
    excess = _excess(persons, total, base)
    share = _peak(persons, excess)
    top = _log_likelihood(persons, excess, share)

    def below(logit: Array) -> Array:
        return np.asarray(top - _log_likelihood(persons, excess, special.expit(logit)) - drop)

    # On the logit, so that halving reaches small shares; beyond the ends a share is 0 or 1.
    middle, end = np.clip(special.logit(share), -_FARTHEST, _FARTHEST), np.full(share.shape, _FARTHEST)
    low = np.where(below(-end) > 0, special.expit(bisect(below, -end, middle)), 0.0)
    high = np.where(below(end) > 0, special.expit(bisect(lambda at: -below(at), middle, end)), 1.0)
    curve = (persons * (excess / (1 + share[:, None] * excess)) ** 2).sum(axis=1)
    seen = persons.sum(axis=1) > 0
    se = np.where(curve > 0, 1 / np.sqrt(np.where(curve > 0, curve, 1.0)), np.nan)
    return ShiftedShare(np.where(seen, share, np.nan), np.where(seen, low, 0.0), np.where(seen, high, 1.0), se)


def scores(n: Array, chance: Array, prior: Array, share: Array) -> Array:
    """Slope of one person's log-likelihood in each bin at the share, shape (J, B)."""
    excess = _excess(n, chance, prior)
    return np.asarray(excess / (1 + share[:, None] * excess))


def _excess(persons: Array, total: Array, prior: Array) -> Array:
    """How much likelier a name is within the group than outside it, less 1."""
    p = np.clip(total / np.maximum(persons, 1), _LEAST, 1 - _LEAST)
    return np.asarray(np.exp(special.logit(p) - special.logit(prior)[:, None]) - 1)


def _peak(persons: Array, excess: Array) -> Array:
    def slope(share: Array) -> Array:
        return np.asarray((persons * excess / (1 + share[:, None] * excess)).sum(axis=1))

    end = np.full(persons.shape[0], _FARTHEST)
    found = special.expit(bisect(lambda logit: slope(special.expit(logit)), -end, end))
    at_end = np.where(slope(np.ones_like(end)) >= 0, 1.0, found)
    # A flat likelihood (nobody there, or chances that tell nothing) has its peak nowhere: 0 stands, with limits 0 to 1.
    return np.where(slope(np.zeros_like(end)) <= 0, 0.0, at_end)


def _log_likelihood(persons: Array, excess: Array, share: Array) -> Array:
    return np.asarray((persons * np.log1p(share[:, None] * excess)).sum(axis=1))
