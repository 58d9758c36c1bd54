"""Clustered errors: dense matrices and clubSandwich in R, cells against rows, refusals, clusters alone in a group."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from auditor.stats.clusters.adjust import _krylov, _rooted, adjusted
from auditor.stats.clusters.grouped_logit import fit_grouped_logit
from auditor.stats.clusters.robust import cluster_robust, freedom, random_intercept
from auditor.stats.clusters.sums import sum_clusters

AT = np.arange(1, 421)
X = np.column_stack([(AT * 7) % 5 < 2, ((AT * 37) % 101) / 50 - 1]).astype(float)
ONE = np.ones(420, dtype=int)


@pytest.fixture(params=["nested", "crossing"])
def case(request, reference_rows):
    """Rows and R's values; script: tests/reference/stats_clustered.R."""
    found: dict[str, list[float]] = {}
    for row in reference_rows("stats_clustered.csv"):
        if row["case"] == request.param:
            found.setdefault(row["what"], []).append(float(row["value"]))
    return {name: np.array(values) for name, values in found.items()}


def rows_of(case):
    fit = fit_grouped_logit(case["y"], ONE, X, case["group"].astype(int))
    return fit, (case["y"], ONE, np.arange(420), case["cluster"].astype(int))


def test_agrees_with_dense_matrices_in_r(case):
    """R 4.2.2, matrices of rows written out: standard error, variance of the intercept, degrees of freedom."""
    fit, rows = rows_of(case)
    got = cluster_robust(fit, *rows)
    assert got.estimate == pytest.approx(case["coefficient"][0], abs=1e-9)
    assert got.se == pytest.approx(case["ours"][0], rel=1e-9)
    assert got.between == pytest.approx(case["tau"][0], rel=1e-8)
    assert got.df == pytest.approx(case["ours"][1], rel=1e-8)
    sums = sum_clusters(fit, *rows)
    lever, pull = adjusted(sums, 0)
    assert freedom(sums, lever, pull, 0.0) == pytest.approx(case["bell"][1], rel=1e-8)
    assert freedom(sums, lever, pull, 0.3) == pytest.approx(case["fixed"][1], rel=1e-8)


def test_is_close_to_clubsandwich(case):
    """clubSandwich 0.5.8 takes the root of Cholesky factors of the working variance: the same to .2 %."""
    fit, rows = rows_of(case)
    assert cluster_robust(fit, *rows).se == pytest.approx(case["club"][0], rel=2e-3)
    sums = sum_clusters(fit, *rows)
    assert freedom(sums, *adjusted(sums, 0), 0.0) == pytest.approx(case["club"][1], rel=1e-3)


def balanced(reference_rows):
    rows = [row for row in reference_rows("stats_clustered.csv") if row["case"] == "equal"]
    k = np.array([float(row["value"]) for row in rows if row["what"] == "k"])
    return k, [float(row["value"]) for row in rows if row["what"] == "club"]


def test_equals_clubsandwich_where_all_weights_are_equal(reference_rows):
    """clubSandwich 0.5.8: coef_test(f, "CR2", cluster, "Satterthwaite"), 12 clusters of 20; df is 10 by arithmetic."""
    k, (se, df) = balanced(reference_rows)
    dark = np.repeat([0.0, 1.0], 6)
    # Two cells hold all rows; the clusters are parts of them.
    fit = fit_grouped_logit([k[:6].sum(), k[6:].sum()], [120, 120], [[0.0], [1.0]])
    got = cluster_robust(fit, k, np.full(12, 20), dark.astype(int), np.arange(12))
    assert got.se == pytest.approx(se, rel=1e-9)
    sums = sum_clusters(fit, k, np.full(12, 20), dark.astype(int), np.arange(12))
    assert freedom(sums, *adjusted(sums, 0), 0.0) == pytest.approx(df, rel=1e-9)


def test_cells_and_rows_give_the_same():
    rng = np.random.default_rng(8)
    bins, dark, cluster, group = (rng.integers(0, top, 3000) for top in (6, 2, 24, 3))
    y = rng.binomial(1, 0.3 + 0.02 * bins + 0.1 * (cluster % 3))
    cell = (group * 6 + bins) * 2 + dark
    names, at = np.unique(cell, return_inverse=True)
    design = np.column_stack([names % 2, names // 2 % 6, (names // 2 % 6) ** 2]).astype(float)
    k, n = np.bincount(at, y), np.bincount(at)
    part, back = np.unique(at * 24 + cluster, return_inverse=True)
    cells = cluster_robust(
        fit_grouped_logit(k, n, design, names // 12), np.bincount(back, y), np.bincount(back), part // 24, part % 24
    )
    full = np.column_stack([dark, bins, bins**2]).astype(float)
    rows = cluster_robust(
        fit_grouped_logit(y, np.ones(3000), full, group), y, np.ones(3000), np.arange(3000), cluster + 500
    )
    for name in ("estimate", "se", "df", "between", "se_independent"):
        assert getattr(cells, name) == pytest.approx(getattr(rows, name), rel=1e-7), name


def test_nested_and_crossing_paths_agree(case):
    """The same clusters, once by their own group's intercept only and once by all parameters."""
    fit, rows = rows_of(case)
    sums = sum_clusters(fit, *rows)
    lever, _ = adjusted(sums, 0)
    forced = replace(sums, own=np.full(sums.clusters, -1))
    other, _ = adjusted(forced, 0)
    np.testing.assert_allclose((other * sums.scores).sum(axis=1), (lever * sums.scores).sum(axis=1), atol=1e-10)


def test_lanczos_agrees_with_eigenvalues():
    """60 dimensions, leverages up to .97 and one of exactly 1, whose direction drops out."""
    rng = np.random.default_rng(2)
    turn = np.linalg.qr(rng.normal(size=(4, 60, 60)))[0]
    values = np.concatenate(
        [rng.uniform(0, 0.3, (4, 57)), [[0.6, 0.9, 0.97], [0.1, 0.2, 0.3], [0, 0, 1], [0, 0, 0]]], 1
    )
    inner = turn @ (values[:, :, None] * np.swapaxes(turn, 1, 2))
    start = rng.normal(size=(4, 60))
    np.testing.assert_allclose(_krylov(inner, start), _rooted(inner, start), rtol=1e-7, atol=1e-9)


def test_a_cluster_alone_in_its_group_adds_nothing():
    """The only officer of an agency fits the agency's intercept; only the contrast with light inside remains."""
    rng = np.random.default_rng(4)
    cluster = np.repeat(np.arange(13), 40)
    group = np.where(cluster == 12, 1, 0)
    dark = rng.integers(0, 2, 520).astype(float)
    dark[cluster == 12] = 1.0
    y = rng.binomial(1, 0.4, 520)
    rows = (y, np.ones(520), np.arange(520), cluster)
    fit = fit_grouped_logit(y, np.ones(520), dark[:, None], group)
    sums = sum_clusters(fit, *rows)
    lever, _ = adjusted(sums, 0)
    assert abs((lever * sums.scores).sum(axis=1)[12]) < 1e-6
    got = cluster_robust(fit, *rows)
    some = cluster < 12
    without = cluster_robust(
        fit_grouped_logit(y[some], np.ones(480), dark[some, None]), y[some], np.ones(480), np.arange(480), cluster[some]
    )
    assert got.se == pytest.approx(without.se, rel=1e-6)


def test_p_values_and_interval_agree(case):
    fit, rows = rows_of(case)
    got = cluster_robust(fit, *rows)
    t = got.estimate / got.se
    assert got.p_value == pytest.approx(2 * stats.t.sf(abs(t), got.df))
    assert got.p_greater + got.p_less == pytest.approx(1)
    low, high = got.interval(1 - got.p_value)
    assert min(abs(low), abs(high)) == pytest.approx(0, abs=1e-9)
    low, high = got.interval()
    assert low < got.estimate < high


def test_the_random_intercept_is_found():
    """60 clusters of 80 rows, 40 draws.

    A total of n rows has variance n p q + n^2 var(p_cluster), nearly, so the moment estimates var(p_cluster) / (p q)^2,
    which quadrature puts somewhat below the variance .49 of the log-odds.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    shares = 1 / (1 + np.exp(0.5 - 0.7 * nodes))
    p = shares @ weights / weights.sum()
    expected = ((shares - p) ** 2 @ weights / weights.sum()) / (p * (1 - p)) ** 2
    assert 0.38 < expected < 0.42
    rng = np.random.default_rng(6)
    found = []
    for _ in range(40):
        cluster = np.repeat(np.arange(60), 80)
        x = rng.normal(size=(4800, 1))
        y = rng.binomial(1, 1 / (1 + np.exp(0.5 - 0.7 * rng.normal(size=60)[cluster])))
        fit = fit_grouped_logit(y, np.ones(4800), x)
        found.append(random_intercept(sum_clusters(fit, y, np.ones(4800), np.arange(4800), cluster)))
    assert np.mean(found) == pytest.approx(expected, abs=4 * np.std(found) / np.sqrt(40))


def test_few_clusters_and_parts_that_do_not_add_up_are_refused(case):
    fit, (y, one, at, cluster) = rows_of(case)
    with pytest.raises(ValueError, match=r"5 clusters are too few .* at least 6 are needed"):
        cluster_robust(fit, y, one, at, cluster % 5)
    with pytest.raises(ValueError, match="do not add up"):
        cluster_robust(fit, y[1:], one[1:], at[1:], cluster[1:])
    with pytest.raises(ValueError, match="do not add up"):
        cluster_robust(fit, 1 - y, one, at, cluster)
    with pytest.raises(ValueError, match="cell must lie between 0 and 419"):
        cluster_robust(fit, y, one, at + 1, cluster)
    with pytest.raises(ValueError, match="column must lie between 0 and 1"):
        cluster_robust(fit, y, one, at, cluster, column=2)
    with pytest.raises(ValueError, match="whole numbers"):
        cluster_robust(fit, y, one, at, cluster / 2)
    with pytest.raises(ValueError, match="equally long"):
        cluster_robust(fit, y, one, at, cluster[1:])


def test_rows_in_groups_that_do_not_vary_are_left_out(case):
    fit, (y, one, at, cluster) = rows_of(case)
    plain = cluster_robust(fit, y, one, at, cluster)
    more = fit_grouped_logit([*y, 0, 0], [*one, 1, 1], np.vstack([X, X[:2]]), [*case["group"].astype(int), 9, 9])
    got = cluster_robust(more, [*y, 0, 0], [*one, 1, 1], np.arange(422), [*cluster, 700, 701])
    assert got.clusters == plain.clusters
    assert got.se == pytest.approx(plain.se, rel=1e-9)
