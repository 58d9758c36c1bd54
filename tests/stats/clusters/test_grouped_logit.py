"""The logit of cells: row-level statsmodels, R's glm, dense dummies, separation decided by a linear programme."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from auditor.stats.clusters.grouped_logit import fit_grouped_logit
from auditor.stats.fit import NotConverged


def simulated(cells=150, groups=6, seed=3):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, groups, cells)
    x = np.column_stack([rng.integers(0, 2, cells), rng.normal(size=cells), rng.normal(500, 90, cells)])
    eta = -0.7 + 0.3 * x[:, 0] - 0.5 * x[:, 1] + 0.002 * (x[:, 2] - 500) + rng.normal(0, 0.5, groups)[group]
    n = rng.integers(1, 9, cells)
    return rng.binomial(n, 1 / (1 + np.exp(-eta))), n, x, group


def rows_of(k, n, *columns):
    """Cells written out: one row a trial."""
    y = np.concatenate([np.repeat([1, 0], [hits, total - hits]) for hits, total in zip(k, n, strict=True)])
    return y, *(np.repeat(column, n, axis=0) for column in columns)


def test_coefficients_equal_the_row_level_fit_of_statsmodels():
    """statsmodels 0.15 Logit on rows, with a dummy for every group."""
    k, n, x, group = simulated()
    fit = fit_grouped_logit(k, n, x, group)
    y, rows, codes = rows_of(k, n, x, group)
    dense = np.column_stack([rows, np.eye(6)[codes]])
    other = sm.Logit(y, dense).fit(disp=0, method="newton", tol=1e-14, maxiter=100)
    np.testing.assert_allclose(fit.coefficients, other.params[:3], rtol=0, atol=1e-8)
    np.testing.assert_allclose(fit.intercepts, other.params[3:], rtol=0, atol=1e-8)
    np.testing.assert_allclose(fit.covariance, other.cov_params()[:3, :3], rtol=1e-7)
    assert fit.log_likelihood == pytest.approx(other.llf, rel=1e-12)
    np.testing.assert_allclose(fit.se, other.bse[:3], rtol=1e-8)


def test_cells_that_share_rows_of_the_design():
    """The same cells with their covariates written out, and as positions in a short design."""
    k, n, x, group = simulated()
    short, row = np.unique(np.round(x, 1), axis=0, return_inverse=True)
    row = row.ravel()
    shared, whole = fit_grouped_logit(k, n, short, group, row), fit_grouped_logit(k, n, short[row], group)
    np.testing.assert_allclose(shared.coefficients, whole.coefficients, atol=1e-12)
    np.testing.assert_allclose(shared.intercepts, whole.intercepts, atol=1e-10)
    np.testing.assert_allclose(shared.covariance, whole.covariance, rtol=1e-10)
    np.testing.assert_allclose(shared.scores, whole.scores, atol=1e-9)
    for wrong in (row[1:], row + 1, row - 1, row.astype(float)):
        with pytest.raises(ValueError, match="row must"):
            fit_grouped_logit(k, n, short, group, wrong)


def test_agrees_with_glm_in_r(reference_rows):
    """R 4.2.2: glm(cbind(k, n - k) ~ x1 + x2 + factor(g), binomial)  # script: tests/reference/stats_grouped_logit.R"""
    rows = reference_rows("stats_grouped_logit.csv")
    value = {
        kind: np.array([float(r["value"]) for r in rows if r["what"] == kind]) for kind in {r["what"] for r in rows}
    }
    i = np.arange(1, 121)
    x = np.column_stack([(i * 7) % 3 == 0, ((i * 37) % 101) / 50 - 1]).astype(float)
    fit = fit_grouped_logit(value["k"], value["n"], x, (i * 11) % 8)
    np.testing.assert_allclose(fit.coefficients, value["coefficient"], atol=1e-9)
    np.testing.assert_allclose(fit.se, value["se"], rtol=1e-8)
    np.testing.assert_allclose(fit.fitted, value["fitted"], atol=1e-10)


def test_one_intercept_without_groups_and_none_but_intercepts():
    k, n, x, group = simulated()
    y, rows = rows_of(k, n, x)
    other = sm.Logit(y, sm.add_constant(rows)).fit(disp=0, tol=1e-14)
    fit = fit_grouped_logit(k, n, x)
    np.testing.assert_allclose([*fit.intercepts, *fit.coefficients], other.params, atol=1e-8)
    alone = fit_grouped_logit(k, n, np.empty((len(k), 0)), group)
    shares = np.bincount(group, k) / np.bincount(group, n)
    np.testing.assert_allclose(alone.intercepts, np.log(shares / (1 - shares)), atol=1e-12)


def test_splitting_and_ordering_cells_changes_nothing():
    k, n, x, group = simulated()
    whole = fit_grouped_logit(k, n, x, group)
    y, rows, codes = rows_of(k, n, x, group)
    order = np.random.default_rng(0).permutation(len(y))
    split = fit_grouped_logit(y[order], np.ones(len(y)), rows[order], codes[order] * 10 - 20)
    np.testing.assert_allclose(split.coefficients, whole.coefficients, atol=1e-10)
    assert split.groups.tolist() == [-20, -10, 0, 10, 20, 30]
    np.testing.assert_allclose(split.covariance, whole.covariance, rtol=1e-8)


def test_units_of_columns_do_not_matter():
    k, n, x, group = simulated()
    whole, scaled = (
        fit_grouped_logit(k, n, x, group),
        fit_grouped_logit(k, n, x * [1e6, 1e-6, 1.0] + [0, 0, 1e5], group),
    )
    np.testing.assert_allclose(scaled.coefficients * [1e6, 1e-6, 1.0], whole.coefficients, rtol=1e-7)


def test_the_scores_add_up_to_nothing():
    k, n, x, group = simulated()
    fit = fit_grouped_logit(k, n, x, group)
    np.testing.assert_allclose(x.T @ fit.scores, 0, atol=1e-6)
    np.testing.assert_allclose(np.bincount(group, fit.scores), 0, atol=1e-9)
    np.testing.assert_allclose(fit.weights, n * fit.fitted * (1 - fit.fitted))


def test_groups_that_do_not_vary_fit_themselves():
    k, n, x, group = simulated()
    more = fit_grouped_logit([*k, 0, 3], [*n, 4, 3], np.vstack([x, x[:2]]), [*group, 99, 98])
    np.testing.assert_allclose(more.coefficients, fit_grouped_logit(k, n, x, group).coefficients, atol=1e-12)
    assert more.intercepts[-2:].tolist() == [np.inf, -np.inf]
    assert more.fitted[-2:].tolist() == [0.0, 1.0]
    assert more.weights[-2:].tolist() == [0.0, 0.0]
    assert more.used.sum() == len(k)


def test_many_groups_and_cells():
    """100,000 cells of 100 groups: against the same model with the intercepts' score at 0, by its first-order terms."""
    k, n, x, group = simulated(cells=100_000, groups=100, seed=5)
    fit = fit_grouped_logit(k, n, x, group)
    assert fit.steps < 12
    np.testing.assert_allclose(np.bincount(group, k - n * fit.fitted), 0, atol=1e-6)
    gradient = x.T @ (k - n * fit.fitted) / np.sqrt((fit.weights[:, None] * x**2).sum(axis=0))
    np.testing.assert_allclose(gradient, 0, atol=1e-8)
    # True values .3, -.5 and .002, within 4.5 standard errors.
    assert (np.abs(fit.coefficients - [0.3, -0.5, 0.002]) < 4.5 * fit.se).all()


def separated(k, n, x):
    """Whether some direction never points the wrong way and points right somewhere (Albert & Anderson 1984)."""
    sign = np.concatenate([np.ones(len(k)), -np.ones(len(k))])
    design = np.vstack([x, x])[np.concatenate([k > 0, k < n])] * sign[np.concatenate([k > 0, k < n])][:, None]
    found = linprog(-design.sum(axis=0), A_ub=-design, b_ub=np.zeros(len(design)), bounds=(-1, 1))
    return -found.fun > 1e-9


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(-2, 2), st.integers(-2, 2)), min_size=5, max_size=14
    )
)
def test_refused_exactly_where_a_linear_programme_finds_separation(cells):
    k, lost, *columns = (np.array(column, dtype=float) for column in zip(*cells, strict=True))
    n = k + lost
    kept = n > 0
    x = np.column_stack(columns)[kept]
    k, n = k[kept], n[kept]
    dense = np.column_stack([np.ones(len(x)), x])
    if len(x) < 3 or np.linalg.matrix_rank(dense) < 3 or k.sum() in (0, n.sum()) or separated(k, n, dense):
        with pytest.raises((NotConverged, ValueError)):
            fit_grouped_logit(k, n, x) if len(x) else fit_grouped_logit([], [], np.empty((0, 2)))
    else:
        fit = fit_grouped_logit(k, n, x)
        np.testing.assert_allclose(dense.T @ (k - n * fit.fitted), 0, atol=1e-6)


def test_separation_and_collinearity_are_named():
    k, n, x, group = simulated()
    apart = (k > n / 2).astype(float)
    with pytest.raises(NotConverged, match="separated"):
        fit_grouped_logit(k * apart + 0 * n, n, np.column_stack([x, apart]), group)
    with pytest.raises(NotConverged, match="collinear"):
        fit_grouped_logit(k, n, np.column_stack([x, x[:, 0] + 2 * x[:, 1]]), group)
    with pytest.raises(NotConverged, match="collinear, or do not vary within any group"):
        fit_grouped_logit(k, n, np.column_stack([x, group == 2]), group)
    with pytest.raises(NotConverged, match="no group holds both"):
        fit_grouped_logit(n, n, x, group)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"k": [3, 1]}, "k must not exceed n"),
        ({"n": [0, 2], "k": [0, 1]}, "n must be above 0"),
        ({"design": [[1.0], [np.nan]]}, "design must be finite"),
        ({"design": [1.0, 2.0]}, "do not fit"),
        ({"group": [0.5, 1.0]}, "group must hold one whole number"),
        ({"group": [0, 1, 2]}, "group must hold one whole number"),
        ({"k": [0.5, 1]}, "whole numbers"),
    ],
)
def test_bad_input_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        fit_grouped_logit(**({"k": [1, 1], "n": [2, 2], "design": [[0.0], [1.0]]} | change))
