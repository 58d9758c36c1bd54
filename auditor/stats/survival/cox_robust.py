"""Standard errors of a Cox model when persons of one facility, or one officer, are alike.

Three treatments, named in the result. "sandwich" adds up score residuals by cluster: R's `cluster()`, too small with
few clusters. "scaled" multiplies it by G / (G - 1). "jackknife" leaves out one cluster at a time and fits again,
the analogue of CV3. Rejections of a true null at 5 % over 1,000 samples (frailty of SD 0.5; covariates of the cluster,
of the person, and of the person with effects that differ between clusters; sizes equal or with CV 1.5):
10 and 20 clusters, jackknife 0.028 to 0.066, scaled 0.044 to 0.227, sandwich with the normal distribution 0.063 to
0.308; 6 clusters, jackknife 0.032 to 0.082.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged
from auditor.stats.survival.cox import Cox, fit_data
from auditor.stats.survival.cox_terms import lay_out, score_residuals
from auditor.stats.survival.risk_sets import Ints, Rows, codes

Treatment = Literal["jackknife", "scaled", "sandwich"]
FEWEST = 6
"""Clusters below which no standard error is given, unless fewer are asked for."""


@dataclass(frozen=True, slots=True)
class Clustered:
    """Cluster-robust covariance of a Cox model's coefficients.

    Attributes
    ----------
    se, covariance : ndarray, shapes (P,) and (P, P)
        Standard errors and covariance.
    clusters : int
        Clusters with persons in them, G.
    df : float
        G - 1: compare coefficient / se with Student's t on so many degrees of freedom.
    treatment : str
        Which of the three it is.
    """

    se: Array
    covariance: Array
    clusters: int
    df: float
    treatment: Treatment


def clustered(fit: Cox, cluster: ArrayLike, treatment: Treatment = "jackknife", fewest: int = FEWEST) -> Clustered:
    """Covariance that allows for dependence within clusters.

    Parameters
    ----------
    fit : Cox
        A fitted model.
    cluster : array_like of int, shape (N,)
        Cluster of each row, 0, 1, ...; need not be consecutive.
    treatment : {"jackknife", "scaled", "sandwich"}
        The jackknife fits the model once for each cluster. Use the others only with hundreds of clusters.
    fewest : int
        Clusters below which nothing is given, 2 or more. Fewer than 6 make limits that are right on average and next
        to useless: only for what is compared with them besides.

    Returns
    -------
    Clustered

    Raises
    ------
    ValueError
        If the codes are not whole, their number is not that of the rows, or the treatment is unknown.
    NotConverged
        With fewer clusters than that, or where the model cannot be fitted without some cluster: it alone then carries
        an estimate, and no standard error is to be had.

    References
    ----------
    Lin, D. Y. & Wei, L. J. (1989). JASA 84, 1074-1078 (sandwich). Lipsitz, S. R., Laird, N. M. & Harrington, D. P.
    (1990). Communications in Statistics A 19, 821-845 (jackknife). MacKinnon, J. G., Nielsen, M. O. & Webb, M. D.
    (2023). Journal of Applied Econometrics 38, 671-694 (why CV3, with G - 1 degrees of freedom).
    """
    member = codes("cluster", cluster, fit.data.rows.time.size)
    names = np.unique(member[fit.data.rows.count > 0])
    if names.size < max(fewest, 2):
        raise NotConverged(f"{names.size} clusters: a clustered standard error needs at least {max(fewest, 2)}")
    if treatment == "jackknife":
        covariance = _jackknife(fit, member, names)
    elif treatment in ("scaled", "sandwich"):
        factor = names.size / (names.size - 1) if treatment == "scaled" else 1.0
        covariance = factor * _sandwich(fit, member)
    else:
        raise ValueError(f"treatment must be jackknife, scaled or sandwich, got {treatment!r}")
    se = np.sqrt(np.diag(covariance))
    return Clustered(se, covariance, int(names.size), float(names.size - 1), treatment)


def _sandwich(fit: Cox, member: Ints) -> Array:
    # Score residuals of the scaled covariates, brought back to the units of the covariance.
    residuals = score_residuals(fit.data, fit.terms()) * fit.data.rows.count[:, None] * fit.data.scale
    sums = np.zeros((int(member.max()) + 1, residuals.shape[1]))
    np.add.at(sums, member, residuals)
    change = sums @ fit.covariance
    return np.asarray(change.T @ change, dtype=np.float64)


def _jackknife(fit: Cox, member: Ints, names: Ints) -> Array:
    moves = []
    for name in names:
        try:
            without = _without(fit, member != name)
        except NotConverged as reason:
            raise NotConverged(f"no fit without cluster {name}: {reason}") from reason
        moves.append(without.coefficients - fit.coefficients)
    changes = np.array(moves)
    return np.asarray((names.size - 1) / names.size * changes.T @ changes, dtype=np.float64)


def _without(fit: Cox, keep: np.ndarray) -> Cox:
    rows = fit.data.rows
    entry = None if rows.entry is None else rows.entry[keep]
    left = Rows(rows.time[keep], rows.event[keep], rows.count[keep], entry)
    if not left.event.any():
        raise NotConverged("there are no events")
    columns = fit.data.x[keep] * fit.data.scale
    return fit_data(lay_out(left, columns, fit.data.sets.segment[keep]), start=fit.coefficients)
