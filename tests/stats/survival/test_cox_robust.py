"""Clustered standard errors of Cox models: R, refusals, size with ten clusters of unequal size."""

import numpy as np
import pytest
from scipy.stats import t as student

from auditor.stats.fit import NotConverged
from auditor.stats.survival.cox import cox
from auditor.stats.survival.cox_robust import clustered
from tests.stats import held
from tests.stats.held import from_r
from tests.stats.survival.test_cox import X


def fitted(case):
    e = held.early
    return {
        "cox_cluster": lambda: (cox(held.time, held.event, X), held.cluster),
        "cox_cluster_strata": lambda: (cox(held.time, held.event, X, held.stratum, held.count), held.cluster),
        "cox_cluster_entry": lambda: (cox(held.time[e], held.event[e], X[e], entry=held.entry[e]), held.cluster[e]),
    }[case]()


@pytest.fixture
def rows(reference_rows):
    return reference_rows("stats_survival.csv")


@pytest.mark.parametrize("case", ["cox_cluster", "cox_cluster_strata", "cox_cluster_entry"])
def test_sandwich_agrees_with_coxph(rows, case):
    """R 4.2.2, survival 3.5.3: coxph(..., ties = "efron", cluster = cluster): robust se, and naive beside it"""
    fit, cluster = fitted(case)
    got = clustered(fit, cluster, "sandwich")
    np.testing.assert_allclose(got.se, from_r(rows, case, "robust"), rtol=1e-10)
    np.testing.assert_allclose(fit.se, from_r(rows, case, "se"), rtol=1e-10)
    scaled = clustered(fit, cluster, "scaled")
    np.testing.assert_allclose(scaled.se, got.se * np.sqrt(12 / 11), rtol=1e-12)
    assert (got.clusters, got.df, got.treatment, scaled.treatment) == (12, 11, "sandwich", "scaled")


def test_jackknife_agrees_with_refits_in_r(rows):
    """R, as above: sqrt((G - 1) / G x sum of squared changes of coef when a cluster is left out)"""
    fit, cluster = fitted("cox_cluster")
    np.testing.assert_allclose(clustered(fit, cluster).se, from_r(rows, "cox_cluster", "jackknife"), rtol=1e-9)


def test_labels_of_clusters_do_not_matter():
    fit, cluster = fitted("cox_cluster_entry")
    for treatment in ("sandwich", "jackknife"):
        one, two = clustered(fit, cluster, treatment), clustered(fit, 40 - cluster, treatment)
        np.testing.assert_allclose(one.covariance, two.covariance, rtol=1e-9)


def test_every_person_a_cluster_is_the_plain_jackknife():
    """With clusters of one the sandwich is near the model's own error, and the jackknife near both (within 15 %)."""
    fit = cox(held.time, held.event, X)
    for treatment in ("sandwich", "jackknife"):
        np.testing.assert_allclose(clustered(fit, held.i, treatment).se, fit.se, rtol=0.15)


def test_refusals():
    fit = cox(held.time, held.event, X)
    with pytest.raises(NotConverged, match="5 clusters: a clustered standard error needs at least 6"):
        clustered(fit, held.i % 5)
    with pytest.raises(NotConverged, match="1 clusters"):
        clustered(fit, np.zeros(240), "sandwich")
    # All focal persons in one cluster: without it there is nothing to compare.
    lone = np.where(held.focal, 0, 1 + held.i % 9)
    with pytest.raises(NotConverged, match="no fit without cluster 0: covariate 0 does not vary"):
        clustered(fit, lone)
    with pytest.raises(ValueError, match="treatment must be"):
        clustered(fit, held.cluster, "CR2")
    with pytest.raises(ValueError, match="one entry for each of 240 rows"):
        clustered(fit, held.cluster[:-1])


def test_size_with_ten_unequal_clusters():
    """A covariate of the whole cluster, frailty of SD 0.5, sizes of CV 1.5; 120 samples at 0.05.

    Three Monte-Carlo errors make 0.11 (1,000 samples outside the suite, 25 persons a cluster: 0.061; the sandwich
    0.308).
    """
    rng = np.random.default_rng(21)
    rejected, sandwich, done = 0, 0, 0
    for _ in range(120):
        weight = rng.gamma(1 / 2.25, 2.25, 10)
        cluster = np.repeat(np.arange(10), np.maximum(np.round(weight / weight.mean() * 15), 3).astype(int))
        x = (rng.permutation(10) < 5)[cluster].astype(float)
        frailty = np.exp(rng.normal(0, 0.5, 10))[cluster]
        time = np.ceil(24 * rng.exponential(1, cluster.size) / frailty)
        fit = cox(time, rng.random(cluster.size) < 0.8, x)
        t = abs(fit.coefficients[0]) / np.array([clustered(fit, cluster, m).se[0] for m in ("jackknife", "sandwich")])
        rejected, sandwich, done = rejected + (t[0] > student.ppf(0.975, 9)), sandwich + (t[1] > 1.96), done + 1
    assert rejected / done <= 0.11
    assert sandwich / done > 0.15
