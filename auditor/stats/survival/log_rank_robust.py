"""Log-rank test when persons of one week, or one facility, are alike: clusters' score residuals in place of persons'.

The score of Cox's model at no effect is the log-rank statistic; its part from each cluster is the sum of the residuals
of that cluster's persons. Two statistics come of it. Lin and Wei's, which R prints as "robust score", divides by the
sum of the parts' squares: it can never exceed the number of clusters. Student's t of the same parts divides by their
scatter about their mean; it is a monotone function of the other, and is compared with clusters less one degrees of
freedom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from auditor.stats.fit import NotConverged
from auditor.stats.survival.cox import Cox
from auditor.stats.survival.cox_terms import score_residuals, terms
from auditor.stats.survival.risk_sets import codes


@dataclass(frozen=True, slots=True)
class RobustScore:
    """Score test of the first covariate of a Cox model against no effect, allowing for clusters.

    Attributes
    ----------
    t : float
        Positive where those with the larger value of the covariate stay longer; infinite where every cluster adds the
        same, 0 where each adds nothing.
    df : float
        Clusters less one.
    p_two_sided : float
        By Student's t.
    statistic : float
        Lin and Wei's chi-square on 1 degree of freedom; 0 where every cluster adds nothing.
    clusters : int
    """

    t: float
    df: float
    p_two_sided: float
    statistic: float
    clusters: int


def robust_score(fit: Cox, cluster: ArrayLike) -> RobustScore:
    """Test one covariate, allowing for dependence within clusters.

    Parameters
    ----------
    fit : Cox
        A model with one covariate. Only its data are used: the test is at a coefficient of 0.
    cluster : array_like of int, shape (N,)
        Cluster of each row, 0, 1, ...; need not be consecutive.

    Returns
    -------
    RobustScore

    Raises
    ------
    ValueError
        If the codes are not whole, their number is not that of the rows, or there are several covariates.
    NotConverged
        With a single cluster.

    References
    ----------
    Lin, D. Y. & Wei, L. J. (1989). JASA 84, 1074-1078.
    """
    rows = fit.data.rows
    if fit.data.scale.size != 1:
        raise ValueError(f"the test is of one covariate, got {fit.data.scale.size}")
    member = codes("cluster", cluster, rows.time.size)
    names, at = np.unique(member[rows.count > 0], return_inverse=True)
    if names.size < 2:
        raise NotConverged("one cluster: a clustered test needs at least 2")
    residuals = score_residuals(fit.data, terms(fit.data, np.zeros(1)))[:, 0] * rows.count
    parts = np.bincount(at, residuals[rows.count > 0], names.size)
    total, squares, size = float(parts.sum()), float((parts**2).sum()), names.size
    scatter = float(((parts - total / size) ** 2).sum()) * size / (size - 1)
    # Rounding leaves parts of nothing a hair away from 0.
    still = squares <= 1e-20 * max(float((residuals**2).sum()), 1e-300)
    t = 0.0 if still else -total / np.sqrt(scatter) if scatter > 0 else -np.sign(total) * np.inf
    p = float(min(2 * special.stdtr(size - 1, -abs(t)), 1.0))
    return RobustScore(float(t), size - 1.0, p, 0.0 if still else total**2 / squares, int(size))
