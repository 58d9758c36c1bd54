"""Weights of colleagues: R's raking, the logistic model's limit, brute-force optimisation, and what must not matter."""

import csv

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from auditor.stats.officer.cells import own, pool_cells, terms
from auditor.stats.officer.weights import balance_table, weigh_colleagues

#: Small enough to be exact to the digits asserted, large enough to keep the dual's curvature from vanishing.
TINY = 1e-6


def coded(columns):
    return np.stack([np.unique(column, return_inverse=True)[1] for column in columns], axis=1)


@pytest.fixture(scope="module")
def citations(shared_data):
    """SIMULATED stops (Ridgeway, twang): groups stand for officers, hours in bins of four."""
    with open(shared_data / "raceprofiling.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = ("nhood", "month", "reason", "resident", "age", "male")
    columns = [[row[name] for row in rows] for name in names] + [[float(row["hour"]) // 4 for row in rows]]
    group = np.array(["ABHW".index(row["race"]) for row in rows])
    cited = np.array([int(float(row["citation"])) for row in rows])
    return pool_cells(group, coded(columns), np.ones(len(rows), dtype=int), cited)


def simulated(seed=0, officers=12, stops=200, levels=(4, 3, 5)):
    rng = np.random.default_rng(seed)
    mixes = [rng.dirichlet(np.full(count, 4.0), officers) for count in levels]
    codes = np.stack(
        [np.concatenate([rng.choice(m.shape[1], stops, p=row) for row in m]) for m in mixes], axis=1
    )  # fmt: skip
    who = np.repeat(np.arange(officers), stops)
    return who, codes, np.ones(who.size, dtype=int), rng.binomial(1, 0.3, who.size)


# R 4.2.2, survey 4.1-1, d as read and f <- ~ nhood + hourbin + month + reason + resident + age + male (all factors,
# hourbin = floor(hour / 4)); for each race g with own <- d[d$race == g, ], oth <- d[d$race != g, ]:
#   cal <- calibrate(svydesign(~1, weights = ~1, data = oth), f, colSums(model.matrix(f, own)), calfun = "raking",
#                    epsilon = 1e-12, maxit = 500); w <- weights(cal)
#   c(mean(own$citation), sum(w * oth$citation) / sum(w), sum(w)^2 / sum(w^2))
R_RAKING = {
    "A": (541, 0.731977818853974, 0.696143989707, 2373.611280405),
    "B": (2667, 0.59955005624297, 0.644135005763, 1361.024881780),
    "H": (785, 0.707006369426752, 0.681533605767, 2067.762786825),
    "W": (1007, 0.69116186693148, 0.619420529390, 1313.864055716),
}


@pytest.mark.parametrize("group", "ABHW")
def test_weights_are_those_of_raking_in_r(citations, group):
    stops, raw, weighted, effective = R_RAKING[group]
    at = "ABHW".index(group)
    found = weigh_colleagues(citations, terms(citations), at, TINY)
    assert found.stops == stops
    cited = own(citations.outcomes[0], at)
    assert cited.sum() / stops == pytest.approx(raw, rel=1e-14)
    others = citations.all_outcomes[0] - cited
    assert (found.weight * others[found.rows]).sum() == pytest.approx(weighted, abs=1e-8)
    assert found.effective == pytest.approx(effective, rel=1e-6)
    assert found.imbalance < 1e-7


def test_weights_are_the_odds_of_a_logistic_model():
    """Owen (2007): with the colleagues counted ever more often, the logistic model's odds become these weights."""
    who, codes, n, k = simulated()
    pool = pool_cells(who, codes, n, k)
    design = terms(pool)
    found = weigh_colleagues(pool, design, 3, TINY)
    mine = own(pool.stops, 3)
    others = pool.all_stops - mine
    columns = np.concatenate([(pool.codes[:, [v]] == np.arange(1, top)) for v, top in enumerate(pool.levels)], axis=1)
    x = sm.add_constant(np.concatenate([columns, columns]).astype(float))
    y = np.repeat([1.0, 0.0], mine.size)
    times = np.concatenate([mine, others * 1e6])
    fit = sm.GLM(y, x, family=sm.families.Binomial(), freq_weights=times).fit(tol=1e-14, maxiter=200)
    odds = np.exp(columns[found.rows] @ fit.params[1:])
    np.testing.assert_allclose(found.weight, odds / (odds * others[found.rows]).sum(), rtol=1e-5)


@pytest.mark.parametrize("margins", [None, [(0, 1)], [(0, 1), (1, 2)]])
def test_weights_have_the_least_divergence(margins):
    """Brute force: of all weights that meet the margins, those nearest to equal ones in Kullback-Leibler divergence."""
    who, codes, n, k = simulated(1, officers=6, stops=400, levels=(2, 2, 3))
    pool = pool_cells(who, codes, n, k)
    found = weigh_colleagues(pool, terms(pool, margins), 0, TINY)
    mine = own(pool.stops, 0)
    others = (pool.all_stops - mine)[found.rows]
    sets = [(0,), (1,), (2,), *list(margins or [])]
    columns = []
    for term in sets:
        _, level = np.unique(pool.codes[:, list(term)], axis=0, return_inverse=True)
        columns.append(level.ravel()[:, None] == np.arange(level.max() + 1))
    x = np.concatenate(columns, axis=1).astype(float)
    # The solver wants independent equations: the margins hold each other's sums.
    _, size, turn = np.linalg.svd(x)
    x = x @ turn[: (size > 1e-9).sum()].T
    wanted = mine @ x / mine.sum()
    start = others / others.sum()
    best = minimize(
        lambda p: (p * np.log(p / start)).sum(), start, jac=lambda p: np.log(p / start) + 1, method="SLSQP",
        bounds=[(1e-9, 1)] * start.size, options={"ftol": 1e-14, "maxiter": 1000},
        constraints={"type": "eq", "fun": lambda p: p @ x[found.rows] - wanted},
    )  # fmt: skip
    assert best.success
    np.testing.assert_allclose(found.weight * others, best.x, atol=2e-6)


def test_default_penalty_leaves_margins_off_by_hundredths_of_a_stop():
    who, codes, n, k = simulated(2)
    pool = pool_cells(who, codes, n, k)
    design = terms(pool)
    for officer in range(pool.officers):
        found = weigh_colleagues(pool, design, officer)
        table = balance_table(pool, design, officer, found)
        assert np.abs(table.weighted - table.officer).max() * found.stops < 0.05
        assert np.abs(table.after).max() == found.imbalance
        assert np.abs(table.before).max() > 10 * found.imbalance


def test_balance_table_by_hand():
    """Exact: officer 0 has 3 of 4 stops at level 0; colleagues 2 of 8. Weights 3/4 / 2 and 1/4 / 6 a stop."""
    pool = pool_cells([0, 0, 1, 1], [[0], [1], [0], [1]], [3, 1, 2, 6], [0, 0, 0, 0])
    design = terms(pool)
    found = weigh_colleagues(pool, design, 0, 1e-9)
    np.testing.assert_allclose(found.weight, [3 / 8, 1 / 24], rtol=1e-8)
    # (sum w)^2 / sum w^2 = 1 / (2 (3/8)^2 + 6 (1/24)^2) = 24/7.
    assert found.effective == pytest.approx(24 / 7, rel=1e-8)
    table = balance_table(pool, design, 0, found)
    np.testing.assert_allclose(table.officer, [0.75, 0.25])
    np.testing.assert_allclose(table.unweighted, [0.25, 0.75])
    np.testing.assert_allclose(table.before, np.array([-0.5, 0.5]) / np.sqrt(3 / 16))
    np.testing.assert_allclose(table.after, 0, atol=1e-8)


def test_stops_without_colleagues_are_set_aside():
    """Level 2 of the first covariate is the officer's alone; level 1 of the second occurs only with it."""
    codes = [[0, 0], [2, 1], [0, 0], [1, 0], [1, 1]]
    pool = pool_cells([0, 0, 1, 1, 1], codes, [10, 4, 5, 5, 5], [0] * 5)
    found = weigh_colleagues(pool, terms(pool), 0)
    assert (found.stops, found.uncovered) == (10, 4)
    np.testing.assert_allclose(found.weight, [1 / 5])


def test_margins_out_of_reach_show_in_the_balance():
    """The officer's two areas each come with an offence that colleagues know from the other area only."""
    pool = pool_cells([0, 0, 1, 1], [[0, 0], [1, 1], [0, 1], [1, 0]], [90, 10, 50, 50], [0] * 4)
    found = weigh_colleagues(pool, terms(pool, [(0, 1)]), 0)
    assert found is None
    pool = pool_cells([0, 0, 0, 1, 1], [[0, 0], [1, 1], [0, 1], [0, 1], [1, 0]], [60, 30, 10, 50, 50], [0] * 5)
    # Weighted shares of (0, 1) and (1, 0) sum to 1, so area 0 and offence 1 have the same share; wanted are .7 and .4.
    assert weigh_colleagues(pool, terms(pool), 0).imbalance > 0.25


def test_nobody_else():
    pool = pool_cells([0, 0], [[0], [1]], [5, 5], [1, 1])
    assert weigh_colleagues(pool, terms(pool), 0) is None


@given(st.integers(0, 999), st.integers(0, 11))
def test_order_of_cells_and_names_of_levels_do_not_matter(seed, officer):
    rng = np.random.default_rng(seed)
    who, codes, n, k = simulated(3)
    plain = pool_cells(who, codes, n, k)
    first = weigh_colleagues(plain, terms(plain), officer)
    order = rng.permutation(who.size)
    renamed = np.stack([rng.permutation(9)[codes[order, v]] for v in range(3)], axis=1)
    other = pool_cells(who[order], renamed, n[order], k[order])
    second = weigh_colleagues(other, terms(other), officer)
    assert second.effective == pytest.approx(first.effective, rel=1e-7)
    np.testing.assert_allclose(np.sort(second.weight), np.sort(first.weight), rtol=1e-6, atol=1e-12)


def test_split_cells_are_the_same_cells():
    who, codes, n, k = simulated(4)
    once = pool_cells(who, codes, 2 * n, 2 * k)
    twice = pool_cells(np.tile(who, 2), np.tile(codes, (2, 1)), np.tile(n, 2), np.tile(k, 2))
    assert (once.stops != twice.stops).nnz == 0
    a, b = (weigh_colleagues(pool, terms(pool), 5) for pool in (once, twice))
    np.testing.assert_array_equal(a.weight, b.weight)


def test_terms():
    who, codes, n, k = simulated(5)
    pool = pool_cells(who, codes, n, k)
    assert terms(pool).margins == ((0,), (1,), (2,))
    assert terms(pool, [(1, 0)]).margins == ((0, 1), (2,))
    assert terms(pool, [(1, 0), (0,)]).size == 4 * 3 + 5


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: pool_cells([0, 1], [[0], [1]], [3, 2], [4, 0]), "must not exceed n"),
        (lambda: pool_cells([0, 1], [[0], [1]], [3, 2], [1]), "one row for each cell"),
        (lambda: pool_cells([0, -1], [[0], [1]], [3, 2], [1, 1]), "officer must be 0 or more"),
        (lambda: pool_cells([0, 1], [[0.0], [1.0]], [3, 2], [1, 1]), "codes must hold whole numbers"),
        (lambda: pool_cells([0, 1], [[0], [1]], [3, 2], [1, 1], [1, 1]), "controls must be cells by controls"),
        (lambda: pool_cells([], np.zeros((0, 1), dtype=int), [], []), "whole numbers"),
        (lambda: terms(pool_cells([0], [[0]], [1], [0]), [(1,)]), "covariates 0 to 0"),
        (lambda: terms(pool_cells(range(401), [[i] for i in range(401)], [1] * 401, [0] * 401)), "401 levels"),
        (lambda: weigh_colleagues(*one(), 2), "between 0 and 1"),
        (lambda: weigh_colleagues(*one(), 0, 0.0), "penalty"),
    ],
)
def test_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def one():
    pool = pool_cells([0, 1], [[0], [0]], [3, 2], [1, 1])
    return pool, terms(pool)
