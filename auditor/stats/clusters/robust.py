"""Errors of a logit coefficient when rows of one officer, or of one day, resemble each other.

The variance is the bias-reduced sandwich CR2 (Bell & McCaffrey 2002), whose correction needs no more of a cluster
than its score and information: with M the inverse information, Q a cluster's information and M = L L', the corrected
score is L^-T (I - L'QL)^(-1/2) L' times the score. Degrees of freedom are Satterthwaite's under a random intercept of
the clusters whose variance is estimated (Imbens & Kolesar 2016), not under independence.

Chosen by measurement (benchmarks/clusters_null.py: 2,000 runs a cell, Monte Carlo error .005; officers, days and night
shifts; 10, 20 and 50 clusters; coefficient of variation of sizes 0 and 1; intraclass correlation .02 and .1). Two-sided
at .05 this rejected a true null at .032 to .0585 over the 36 cells, one-sided at .036 to .0605; at a coefficient of 1.5
and a correlation of .2 with 10 clusters at .0325 to .0415; with 6 clusters at .036 to .0495. In the same 36 cells CR2
with Bell & McCaffrey's degrees of freedom reached .0645, and CR1 .18 (.217 in the worst corner). In smaller trials of
500 to 1,000 runs a jackknife with clusters less one degrees of freedom reached .072, a sign-flip score test .089, and
CR3 with Satterthwaite's degrees of freedom .067, falling to .006 elsewhere with up to half of the power lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from auditor.stats.checks import Array, inside_unit
from auditor.stats.clusters.adjust import adjusted
from auditor.stats.clusters.grouped_logit import GroupedLogit
from auditor.stats.clusters.sums import ClusterSums, sum_clusters

FEWEST = 6
"""Fewer clusters than this are refused: no method we know holds its error rate there."""
METHOD = "CR2 sandwich, t with Satterthwaite degrees of freedom under a random intercept (Imbens & Kolesar 2016)"


class TooFewClusters(ValueError):
    """The clusters leave too little to estimate an error from."""


@dataclass(frozen=True, slots=True)
class Clustered:
    """A coefficient with an error that allows for clusters.

    Attributes
    ----------
    estimate, se : float
        Log odds ratio and its standard error.
    df : float
        Degrees of freedom; never above the number of clusters less one.
    clusters : int
        Clusters with rows that were used.
    between : float
        Estimated variance of the clusters' random intercept, 0 or more (log-odds scale).
    se_independent : float
        Standard error as if rows were independent, for comparison.
    """

    estimate: float
    se: float
    df: float
    clusters: int
    between: float
    se_independent: float

    @property
    def p_greater(self) -> float:
        """One-sided p-value of a true value of 0 or below."""
        return float(special.stdtr(self.df, -self.estimate / self.se))

    @property
    def p_less(self) -> float:
        """One-sided p-value of a true value of 0 or above."""
        return float(special.stdtr(self.df, self.estimate / self.se))

    @property
    def p_value(self) -> float:
        """Two-sided p-value of a true value of 0."""
        return min(1.0, 2 * min(self.p_greater, self.p_less))

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the limits that the test at 1 - level does not reject."""
        inside_unit("level", level)
        reach = float(stats.t.ppf((1 + level) / 2, self.df)) * self.se
        return self.estimate - reach, self.estimate + reach


def cluster_robust(
    fit: GroupedLogit, k: ArrayLike, n: ArrayLike, cell: ArrayLike, cluster: ArrayLike, column: int = 0
) -> Clustered:
    """Standard error, degrees of freedom and p-values of one coefficient, allowing for clusters.

    Parameters
    ----------
    fit : GroupedLogit
        Fitted to the cells, clusters ignored.
    k, n : array_like of int, shape (R,)
        Successes and trials of each part of a cell that lies in one cluster.
    cell : array_like of int, shape (R,)
        Position of the part's cell in the fit.
    cluster : array_like of int, shape (R,)
        Code of the part's cluster. Clusters may lie inside groups (officers) or cross them (days).
    column : int
        Position of the coefficient.

    Returns
    -------
    Clustered

    Raises
    ------
    TooFewClusters
        If there are fewer than six clusters, or they leave nothing to estimate a variance from.
    ValueError
        If the column does not exist, or the parts do not add up to the fitted cells.

    References
    ----------
    Bell, R. M. & McCaffrey, D. F. (2002). Bias reduction in standard errors for linear regression with multi-stage
    samples. Survey Methodology 28, 169-181.
    Pustejovsky, J. E. & Tipton, E. (2018). Small-sample methods for cluster-robust variance estimation and hypothesis
    testing in fixed effects models. Journal of Business & Economic Statistics 36, 672-683.
    Imbens, G. W. & Kolesar, M. (2016). Robust standard errors in small samples: some practical advice. Review of
    Economics and Statistics 98, 701-712.
    """
    width = len(fit.coefficients)
    if not 0 <= column < width:
        raise ValueError(f"column must lie between 0 and {width - 1}, got {column}")
    sums = sum_clusters(fit, k, n, cell, cluster)
    if sums.clusters < FEWEST:
        raise TooFewClusters(
            f"{sums.clusters} clusters are too few for an error that allows for them; at least {FEWEST} are needed"
        )
    lever, pull = adjusted(sums, column)
    parts = (lever * sums.scores).sum(axis=1)
    variance = float(parts @ parts)
    if not variance > 0:
        raise TooFewClusters("the clusters leave nothing to estimate a variance from")
    between = random_intercept(sums)
    return Clustered(
        estimate=float(fit.coefficients[column]),
        se=float(np.sqrt(variance)),
        df=min(freedom(sums, lever, pull, between), sums.clusters - 1.0),
        clusters=sums.clusters,
        between=between,
        se_independent=float(fit.se[column]),
    )


def random_intercept(sums: ClusterSums) -> float:
    """Variance of a random intercept of the clusters, by moments of their score totals.

    With t the total residual of a cluster, q its total weight and c its information against a common shift, t has
    variance q - c'Mc, and q^2 - 2 q c'Mc + c'M(sum of cc')Mc more for each unit of the random intercept's variance.
    """
    width = sums.design.shape[1]
    total, level = sums.scores[:, width:].sum(axis=1), sums.levels
    mass = level[:, width:].sum(axis=1)
    used = mass > 0
    shifted = level @ sums.inverse
    own = (shifted * level).sum(axis=1)
    every = ((shifted @ (level.T @ level)) * shifted).sum(axis=1)
    gain = (mass**2 - 2 * mass * own + every)[used] / mass[used]
    excess = (total**2 - mass + own)[used] / mass[used]
    return max(0.0, float(excess.sum() / gain.sum())) if gain.sum() > 0 else 0.0


def freedom(sums: ClusterSums, lever: Array, pull: Array, between: float) -> float:
    """Satterthwaite's degrees of freedom of the variance, under a random intercept of the clusters.

    Parameters
    ----------
    sums : ClusterSums
    lever, pull : ndarray, shape (C, D)
        Corrected weights of each cluster's scores, and those times the cluster's information.
    between : float
        Variance of the random intercept; 0 gives the degrees of freedom of Bell & McCaffrey.

    Notes
    -----
    The corrected contributions have covariance diag(d) - T R' - R T' + T K T', of which only traces are needed, so the
    cost does not grow with the square of the number of clusters.
    """
    level = sums.levels
    moved = pull + between * level * (lever * level).sum(axis=1)[:, None]
    d = (lever * moved).sum(axis=1)
    r = moved @ sums.inverse
    # The whole covariance of the scores: the information, and the random intercept's part.
    whole = np.linalg.inv(sums.inverse) + between * level.T @ level
    core = sums.inverse @ whole @ sums.inverse
    both = np.column_stack([pull, r])
    size = len(core)
    middle = np.block([[core, -np.eye(size)], [-np.eye(size), np.zeros((size, size))]])
    turned = both @ middle
    diagonal = (turned * both).sum(axis=1)
    trace = float((d + diagonal).sum())
    cross = both.T @ turned
    squares = float((d**2).sum() + 2 * (d * diagonal).sum() + (cross * cross.T).sum())
    return trace**2 / squares
