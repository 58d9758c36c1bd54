"""Log-rank test with clusters: R's robust score test, Student's t of the same parts, refusals."""

import numpy as np
import pytest
from scipy import stats

from auditor.stats.fit import NotConverged
from auditor.stats.survival.cox import cox
from auditor.stats.survival.log_rank import log_rank
from auditor.stats.survival.log_rank_robust import robust_score
from tests.stats import held
from tests.stats.held import from_r

X = held.focal.astype(float)


def fitted(case):
    e = held.early
    return {
        "rscore_plain": lambda: (cox(held.time, held.event, X), held.cluster),
        "rscore_strata": lambda: (cox(held.time, held.event, X, held.stratum, held.count), held.cluster),
        "rscore_entry": lambda: (cox(held.time[e], held.event[e], X[e], entry=held.entry[e]), held.cluster[e]),
    }[case]()


@pytest.mark.parametrize("case", ["rscore_plain", "rscore_strata", "rscore_entry"])
def test_robust_score_agrees_with_coxph(reference_rows, case):
    """R 4.2.2, survival 3.5.3: coxph(..., ties = "efron", cluster = cluster)$rscore, 12 clusters."""
    got = robust_score(*fitted(case))
    assert got.statistic == pytest.approx(from_r(reference_rows("stats_survival.csv"), case, "rscore")[0], rel=1e-10)
    assert (got.clusters, got.df) == (12, 11)
    # Student's t of the clusters' parts: t^2 = s (G - 1) / (G - s), s being R's statistic.
    assert got.t**2 == pytest.approx(got.statistic * 11 / (12 - got.statistic), rel=1e-10)
    assert got.p_two_sided == pytest.approx(2 * stats.t.sf(abs(got.t), 11), rel=1e-12)


def test_the_sign_is_that_of_the_plain_test():
    """Those who stay longer: above 0. With every person a cluster the statistic is near the plain one (within 15 %)."""
    fit, _ = fitted("rscore_plain")
    plain = log_rank(held.time, held.event, held.focal)
    got = robust_score(fit, held.i)
    assert np.sign(got.t) == np.sign(plain.z[0])
    assert got.t == pytest.approx(plain.z[0], rel=0.15)
    mirrored = robust_score(cox(held.time, held.event, 1 - X), held.cluster)
    assert mirrored.t == pytest.approx(-robust_score(fit, held.cluster).t, rel=1e-9)


def test_a_cluster_that_stands_twice_makes_the_test_surer():
    """Every row again, as further clusters of another stratum: the score and the sum of squares are twice as large."""
    fit, cluster = fitted("rscore_plain")
    once = robust_score(fit, cluster)
    twice = robust_score(
        cox(np.tile(held.time, 2), np.tile(held.event, 2), np.tile(X, 2), np.repeat([0, 1], len(X))),
        np.concatenate([cluster, cluster + 100]),
    )
    assert twice.statistic == pytest.approx(2 * once.statistic, rel=1e-10)


def test_refusals_and_clusters_that_add_nothing():
    fit, cluster = fitted("rscore_plain")
    with pytest.raises(NotConverged, match="at least 2"):
        robust_score(fit, np.zeros(len(X), dtype=int))
    with pytest.raises(ValueError, match="one covariate"):
        robust_score(cox(held.time, held.event, np.column_stack([X, held.x])), cluster)
    # Each cluster holds the same four people, two a side, who leave at the same times: it adds 0.
    time, side = np.tile([3.0, 5.0, 3.0, 5.0], 8), np.tile([0.0, 0.0, 1.0, 1.0], 8)
    still = robust_score(cox(time, np.ones(32, dtype=bool), side), np.repeat(np.arange(8), 4))
    assert (still.t, still.statistic, still.p_two_sided) == (0.0, 0.0, 1.0)
