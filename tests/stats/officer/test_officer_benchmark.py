"""Doubly robust comparison of officers: R's raking with the model's part, loops over colleagues, and simulation."""

import csv
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import expit

from auditor.stats.officer import benchmark as names
from auditor.stats.officer.benchmark import Gates, benchmark_officers
from auditor.stats.officer.cells import own, pool_cells, terms
from auditor.stats.officer.expected import Batch
from auditor.stats.officer.outcome import fit_outcome
from auditor.stats.officer.weights import weigh_colleagues

OPEN = Gates(stops=1, effective=0, colleagues=0, imbalance=1e9, uncovered=1.0)


def simulated(seed, officers=40, stops=150, natural=0.0, effects=(), levels=(3, 4), interaction=0.0):
    """Cells whose focal share depends on both covariates and on the officer; two innocent controls."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(officers), stops)
    mixes = [rng.dirichlet(np.full(count, 3.0), officers) for count in levels]
    columns = [np.concatenate([rng.choice(m.shape[1], stops, p=row) for row in m]) for m in mixes]
    own_effect = rng.normal(0, natural, officers)
    own_effect[: len(effects)] += effects
    eta = -0.8 + 0.5 * columns[0] - 0.4 * columns[1] + interaction * columns[0] * columns[1] + own_effect[who]
    k = rng.binomial(1, expit(eta))
    controls = np.stack([rng.binomial(1, 0.5, who.size), rng.binomial(1, expit(-1 + 0.3 * columns[1]))], axis=1)
    return who, np.stack(columns, axis=1), np.ones(who.size, dtype=int), k, controls


def test_model_of_outcomes_is_logistic_regression():
    """statsmodels' GLM on the same stops; the prior SD of 3 on each level moves it by less than a hundredth."""
    who, codes, n, k, _ = simulated(0)
    pool = pool_cells(who, codes, n, k)
    model = fit_outcome(terms(pool), pool.all_stops, pool.all_outcomes[0])
    fitted = model.shares(model.coefficients, np.arange(pool.codes.shape[0]))
    columns = np.concatenate([codes[:, [v]] == np.arange(1, codes[:, v].max() + 1) for v in range(2)], axis=1)
    fit = sm.GLM(k, sm.add_constant(columns.astype(float)), family=sm.families.Binomial()).fit(tol=1e-12)
    at = {tuple(row): share for row, share in zip(pool.codes.tolist(), fitted, strict=True)}
    np.testing.assert_allclose([at[tuple(row)] for row in codes.tolist()], fit.fittedvalues, atol=3e-4)


@pytest.mark.parametrize(("officers", "tolerance"), [(8, 1e-9), (60, 2e-4)])
def test_officer_is_taken_out_of_the_model(officers, tolerance):
    """A refit without the officer: in full for an officer with an eighth of the stops, by a step for a sixtieth."""
    who, codes, n, k, _ = simulated(1, officers=officers, effects=(1.5,))
    pool = pool_cells(who, codes, n, k)
    design = terms(pool)
    model = fit_outcome(design, pool.all_stops, pool.all_outcomes[0])
    mine, cases = own(pool.stops, 0), own(pool.outcomes[0], 0)
    refit = fit_outcome(design, pool.all_stops - mine, pool.all_outcomes[0] - cases)
    every = np.arange(mine.size)
    found = model.shares(model.without(mine, cases), every)
    np.testing.assert_allclose(found, model.shares(refit.coefficients, every), atol=tolerance)
    assert np.abs(found - model.shares(model.coefficients, every)).max() > 10 * tolerance


def test_expected_share_and_error_by_loops():
    """Every sum written out over colleagues, from the weights and a model refitted without the officer."""
    who, codes, n, k, _ = simulated(2, officers=10, effects=(1.0,))
    pool = pool_cells(who, codes, n, k)
    design = terms(pool)
    model = fit_outcome(design, pool.all_stops, pool.all_outcomes[0])
    officer = 4
    found = weigh_colleagues(pool, design, officer)
    answer = Batch(pool, [officer], [found]).expect(pool.outcomes[0], model)
    mine, cases = own(pool.stops, officer), own(pool.outcomes[0], officer)
    share = model.shares(fit_outcome(design, pool.all_stops - mine, pool.all_outcomes[0] - cases).coefficients,
                         np.arange(mine.size))  # fmt: skip
    at = {tuple(row): (share[s], 0.0) for s, row in enumerate(pool.codes.tolist())}
    for s, weight in zip(found.rows, found.weight, strict=True):
        at[tuple(pool.codes[s].tolist())] = (share[s], weight)
    unexplained, mass = np.zeros(10), np.zeros(10)
    for person, row, case in zip(who, codes.tolist(), k, strict=True):
        fitted, weight = at[tuple(row)]
        if person != officer:
            unexplained[person] += weight * (case - fitted)
            mass[person] += weight
    assert mass.sum() == pytest.approx(1)
    expected = (mine * share).sum() / mine.sum() + unexplained.sum()
    assert answer.expected[0] == pytest.approx(expected, rel=1e-8)
    effective = 1 / (mass**2).sum()
    variance = effective / (effective - 1) * ((unexplained - mass * unexplained.sum()) ** 2).sum()
    assert answer.error[0] == pytest.approx(np.sqrt(variance), rel=1e-7)
    within = (mine * share * (1 - share)).sum() / mine.sum()
    middle = (mine * share).sum() / mine.sum()
    assert answer.within[0] == pytest.approx(within / (middle * (1 - middle)), rel=1e-8)
    result = benchmark_officers(pool, gates=OPEN)
    p = answer.expected[0]
    se = np.sqrt(answer.within[0] * p * (1 - p) / 150 + answer.error[0] ** 2)
    assert result.se[officer] == pytest.approx(se, rel=1e-12)
    assert result.z[officer] == pytest.approx((cases.sum() / 150 - p) / se, rel=1e-12)
    assert result.colleagues[officer] == pytest.approx(effective, rel=1e-10)


def test_z_scores_are_standard_normal_where_officers_do_not_differ():
    """600 officers: the mean within 3 / sqrt(600), the variance within 3 sqrt(2 / 600); controls likewise."""
    pool = pool_cells(*simulated(3, officers=600, stops=100))
    result = benchmark_officers(pool)
    assert result.compared.all()
    for z in (result.z, *(result.control / result.control_se).T):
        assert abs(z.mean()) < 3 / np.sqrt(600)
        assert abs(z.var() - 1) < 3 * np.sqrt(2 / 600)


def test_raw_shares_mislead_and_weighted_ones_do_not():
    """Officers differ in where they work: raw shares spread half as widely again as chance, differences do not."""
    pool = pool_cells(*simulated(4, officers=300, stops=200, interaction=0.1))
    result = benchmark_officers(pool)
    chance = np.sqrt(result.share.mean() * (1 - result.share.mean()) / 200)
    assert result.share.std() > 1.5 * chance
    assert 0.9 < (result.difference / result.se).std() < 1.1


def test_planted_effect_is_found():
    """Log odds +1 at a share of about .3: a difference near .23 for each of ten officers among 200."""
    who, codes, n, k, controls = simulated(5, officers=200, stops=300, effects=(1.0,) * 10)
    result = benchmark_officers(pool_cells(who, codes, n, k, controls))
    wanted = expit(np.log(result.expected[:10] / (1 - result.expected[:10])) + 1) - result.expected[:10]
    np.testing.assert_allclose(result.difference[:10], wanted, atol=3 * result.se[:10].max())
    assert result.z[:10].min() > 4
    assert np.abs(result.control / result.control_se).max() < 5


def test_colleagues_of_the_same_unit():
    """Exact: a unit by itself gives what its officers give within all; the others have only each other."""
    who, codes, n, k, controls = simulated(6, officers=40)
    unit = np.repeat([5, 2], [15, 25])
    both = benchmark_officers(pool_cells(who, codes, n, k, controls), unit=unit)
    part = who < 15
    alone = benchmark_officers(pool_cells(who[part], codes[part], n[part], k[part], controls[part]))
    np.testing.assert_array_equal(both.z[:15], alone.z)
    np.testing.assert_array_equal(both.control[:15], alone.control)
    assert both.colleagues[:15].max() <= 14
    assert both.colleagues[15:].max() <= 24


def test_order_of_officers_does_not_matter():
    who, codes, n, k, _ = simulated(7)
    order = np.random.default_rng(0).permutation(40)
    first = benchmark_officers(pool_cells(who, codes, n, k))
    second = benchmark_officers(pool_cells(order[who], codes, n, k))
    np.testing.assert_allclose(second.z[order], first.z, rtol=1e-9)


def reasons(*cells, gates=OPEN, **more):
    officer, codes, n, k = zip(*cells, strict=True)
    return benchmark_officers(pool_cells(officer, [[c] for c in codes], n, k), gates=gates, **more).reason


def test_reasons():
    """One officer for each gate, with everything else open."""
    fair = [(i, level, 20, 8) for i in range(8) for level in (0, 1)]
    assert set(reasons(*fair)) == {""}
    assert reasons(*fair, (8, 0, 9, 3), gates=replace(OPEN, stops=10))[8] == names.FEW_STOPS
    assert reasons(*fair, (8, 7, 50, 9))[8] == names.NO_COLLEAGUES
    assert reasons(*fair, (8, 7, 10, 9), (8, 0, 40, 9), gates=replace(OPEN, uncovered=0.19))[8] == names.UNCOVERED
    assert reasons(*fair, (8, 7, 10, 9), (8, 0, 40, 9), gates=replace(OPEN, stops=41, uncovered=0.2))[8] == (
        names.FEW_STOPS
    )
    assert reasons(*fair, gates=replace(OPEN, effective=281))[0] == names.FEW_EFFECTIVE
    assert reasons(*fair, gates=replace(OPEN, colleagues=7.1))[0] == names.FEW_COLLEAGUES
    assert set(reasons(*[(i, 0, 20, 0) for i in range(8)])) == {names.NO_VARIATION}


def test_unbalanced():
    """The margins of the officer cannot be met by colleagues (see the weights' own test)."""
    cells = ([0, 0, 0, 1, 1], [[0, 0], [1, 1], [0, 1], [0, 1], [1, 0]], [60, 30, 10, 50, 50], [9, 9, 9, 9, 9])
    result = benchmark_officers(pool_cells(*cells), gates=replace(OPEN, imbalance=0.1))
    assert result.reason[0] == names.UNBALANCED
    assert np.isnan([result.z[0], result.effective[0], result.share[0]]).all()
    assert not result.compared[0]


def test_one_colleague_is_no_comparison():
    result = benchmark_officers(pool_cells([0, 1], [[0], [0]], [50, 50], [20, 20]), gates=OPEN)
    assert result.reason == (names.NO_VARIATION, names.NO_VARIATION)


def test_officers_without_stops_and_controls_without_variation():
    who, codes, n, k, controls = simulated(8, officers=20)
    controls[:, 1] = 0
    result = benchmark_officers(pool_cells(who + 1, codes, n, k, controls))
    assert result.reason[0] == names.FEW_STOPS
    assert np.isfinite(result.control[1:, 0]).all()
    assert np.isnan(result.control[:, 1]).all()
    assert np.isnan(result.control_se[:, 1]).all()


# R 4.2.2, survey 4.1-1; f, own, oth and w (raking weights) as in test_officer_weights.py:
#   m <- glm(update(f, citation ~ .), binomial, oth)
#   mean(predict(m, own, "response")) + sum(w * residuals(m, "response")) / sum(w)
R_DOUBLY_ROBUST = [0.692409908424, 0.645618578908, 0.682201241820, 0.619974088935]


def test_expected_citations_agree_with_r(shared_data):
    """SIMULATED stops (Ridgeway, twang), groups A B H W as officers. Prior and penalty make up the last digits."""
    with open(shared_data / "raceprofiling.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = [[row[name] for row in rows] for name in ("nhood", "month", "reason", "resident", "age", "male")]
    columns.append([float(row["hour"]) // 4 for row in rows])
    codes = np.stack([np.unique(column, return_inverse=True)[1] for column in columns], axis=1)
    group = [("ABHW".index(row["race"])) for row in rows]
    cited = [int(float(row["citation"])) for row in rows]
    result = benchmark_officers(pool_cells(group, codes, [1] * len(rows), cited), gates=OPEN)
    np.testing.assert_allclose(result.share, [0.731977818853974, 0.59955005624297, 0.707006369426752, 0.69116186693148])
    np.testing.assert_allclose(result.expected, R_DOUBLY_ROBUST, atol=2e-5)


def test_refused():
    pool = pool_cells([0, 1], [[0], [0]], [50, 50], [20, 20])
    with pytest.raises(ValueError, match="unit must hold"):
        benchmark_officers(pool, unit=[1])
    with pytest.raises(ValueError, match="none or in all"):
        fit_outcome(terms(pool), pool.all_stops, pool.all_stops)


def test_a_model_that_is_certain_divides_nothing_by_zero():
    """A fitted share that rounds to 1 leaves no binomial variance, within strata or between them."""
    who, codes, n, k, _ = simulated(3)
    pool = pool_cells(who, codes, n, k)
    design = terms(pool)
    model = fit_outcome(design, pool.all_stops, pool.all_outcomes[0])
    certain = replace(model, coefficients=model.coefficients + np.eye(model.coefficients.size)[0] * 200)
    answer = Batch(pool, [0], [weigh_colleagues(pool, design, 0)]).expect(pool.outcomes[0], certain)
    assert answer.within[0] == 1.0
