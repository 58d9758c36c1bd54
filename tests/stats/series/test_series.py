"""Interrupted series: glm in R, dense matrices, complete enumeration, and what must hold by construction."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from auditor.stats.series.change import LevelChange, less, level_change, rank_change, rougher, slope_change
from auditor.stats.series.error import Noise, noise, residual_autocorrelation, robust_se
from auditor.stats.series.interrupted import fit_series, series_design

CASES = [
    ("plain", 72, 36, 2, 0),
    ("plain", 36, 24, 2, 0),
    ("gap", 72, 30, 2, 1),
    ("large", 48, 24, 1, 0),
    ("sparse", 60, 30, 0, 0),
    ("plain", 96, 60, 3, 1),
]


def reference(reference_rows, case):
    named = dict(zip(("case", "months", "start", "harmonics", "slope"), map(str, case), strict=True))
    rows = [row for row in reference_rows("stats_series.csv") if all(row[key] == v for key, v in named.items())]
    assert rows
    found: dict[str, list[float]] = {}
    for row in rows:
        found.setdefault(row["what"], []).append(float(row["value"]))
    return {name: np.array(values) for name, values in found.items()}


def fitted(reference_rows, case):
    expected = reference(reference_rows, case)
    _, months, start, harmonics, slope = case
    design = series_design(months, start, harmonics, slope=bool(slope))
    return expected, fit_series([expected["k"]], [expected["n"]], design)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_coefficients_and_errors_agree_with_glm(case, reference_rows):
    """R 4.2.2: glm(family = quasibinomial)  # script: tests/reference/stats_series.R"""
    expected, fit = fitted(reference_rows, case)
    np.testing.assert_allclose(fit.coefficients[0], expected["coefficient"], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(fit.se[0], expected["se"], rtol=1e-6)
    np.testing.assert_allclose(fit.dispersion[0], expected["dispersion"][0], rtol=1e-7)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_robust_error_is_the_dense_sandwich(case, reference_rows):
    """R 4.2.2, matrices written out; phi = 1.7 and rho = .45 as in the script."""
    expected, fit = fitted(reference_rows, case)
    last = np.eye(fit.design.shape[1])[-1]
    given = Noise(np.array([1.7]), np.array([0.45]), 1.7, 0.45)
    np.testing.assert_allclose(robust_se(fit, given, last), expected["robust_se"], rtol=1e-6)
    # 0.30 is the fifteenth of the grid -0.40, -0.35, ...
    got = residual_autocorrelation(fit.weights[0], fit.design)[14]
    np.testing.assert_allclose(got, expected["expected_r1"][0], rtol=1e-6)


def test_places_do_not_disturb_each_other():
    rng = np.random.default_rng(1)
    total = rng.poisson(90, (6, 48))
    focal = rng.binomial(total, 0.3)
    design = series_design(48, 24)
    together = fit_series(focal, total, design)
    alone = [fit_series(focal[[j]], total[[j]], design).coefficients[0] for j in range(6)]
    np.testing.assert_allclose(together.coefficients, alone, rtol=1e-9)


def test_what_has_no_finite_maximum_is_not_fitted():
    total = np.full((4, 40), 30.0)
    focal = np.full((4, 40), 10.0)
    focal[0, 20:] = 0  # never after the start: the step runs away
    total[1], focal[1] = 0, 0  # nothing observed
    total[2, 20:], focal[2, 20:] = 0, 0  # nothing after the start: the step is in no month
    fit = fit_series(focal, total, series_design(40, 20))
    assert fit.fitted.tolist() == [False, False, False, True]
    assert np.isnan(fit.coefficients[:3]).all()
    assert np.isfinite(fit.coefficients[3]).all()


@pytest.mark.parametrize("start", [0, 40])
def test_a_start_outside_is_refused(start):
    with pytest.raises(ValueError, match="start must lie within"):
        series_design(40, start)


def test_a_focal_count_above_its_total_is_refused():
    with pytest.raises(ValueError, match="exceeds its total"):
        fit_series([[3, 1]], [[2, 1]], [[1.0], [1.0]])


def series(rng, places, months, rho, sd):
    """Shares with autoregressive log odds of marginal standard deviation ``sd``."""
    errors = rng.normal(0, 1, (places, months))
    state = errors.copy()
    for t in range(1, months):
        state[:, t] = rho * state[:, t - 1] + np.sqrt(1 - rho**2) * errors[:, t]
    total = rng.poisson(4000, (places, months))
    return rng.binomial(total, 1 / (1 + np.exp(0.7 - sd * state))), total


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6])
def test_autocorrelation_is_recovered_from_residuals(rho):
    """The generator's own rho: 4,000 arrests a month leave little sampling noise on top of the errors (SD .3)."""
    focal, total = series(np.random.default_rng(3), 300, 72, rho, 0.3)
    found = noise(fit_series(focal, total, series_design(72, 36)))
    assert found.common_autocorrelation == pytest.approx(rho, abs=0.03)


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6])
def test_inflation_is_the_long_run_variance_of_an_autoregression(rho):
    """1 + 2 sum of all autocorrelations rho^k, times the dispersion; negative ones are not believed."""
    each = np.ones(2)
    told = 1 + 2 * sum(rho**k for k in range(1, 200))
    assert Noise(each, each, 1.7, rho).inflation == pytest.approx(1.7 * told, rel=1e-12)
    assert Noise(each, each, 1.7, -0.4).inflation == 1.7


def test_studentised_changes_have_unit_scale():
    """300 places of rho .6: naive errors would be half as large as they should."""
    focal, total = series(np.random.default_rng(4), 300, 72, 0.6, 0.3)
    change = level_change(focal, total, 36)
    assert change.fitted.all()
    # Standard deviation of a standard deviation from 300 places: .04; the errors are estimated as well.
    assert np.std(change.statistic) == pytest.approx(1.0, abs=0.15)
    naive = fit_series(focal, total, series_design(72, 36))
    assert np.std(naive.coefficients[:, -1] / naive.se[:, -1]) > 1.4


def test_a_planted_change_comes_back():
    rng = np.random.default_rng(5)
    total = rng.poisson(2000, (40, 72))
    eta = np.full((40, 72), -0.7)
    eta[:8, 36:] += np.log(1.5)
    change = level_change(rng.binomial(total, 1 / (1 + np.exp(-eta))), total, 36)
    np.testing.assert_allclose(change.estimate[:8], np.log(1.5), atol=0.06)
    np.testing.assert_allclose(change.estimate[8:], 0.0, atol=0.06)
    assert (less(change, change).estimate == 0).all()


def test_a_difference_of_changes_is_as_rough_as_the_rougher_of_the_two():
    """By hand: estimates subtract, errors add in squares, natural variances add; 1.7 and 2.2 are the larger spreads."""
    parts = [np.array([0.5, 0.1]), np.array([0.3, 0.4]), np.array([True, True]), 0.01]
    one = LevelChange(*parts, np.array([0.02, 0.0]), np.array([1.7, 0.9]))
    other = LevelChange(
        np.zeros(2), np.array([0.4, 0.3]), np.array([True, False]), 0.0, np.ones(2), np.array([1.1, 2.2])
    )
    got = less(one, other)
    np.testing.assert_allclose(got.se, 0.5, rtol=1e-14)
    assert got.fitted.tolist() == [True, False]
    assert (got.estimate.tolist(), got.natural.tolist(), got.dispersion.tolist()) == (
        [0.5, 0.1],
        [1.02, 1.0],
        [1.7, 2.2],
    )


def test_a_common_trend_is_no_step_and_own_trends_are_drawn_together():
    """Trends of 3 % a year in the same direction everywhere: drift is at its floor and no step appears."""
    rng = np.random.default_rng(6)
    t = (np.arange(72) - 35.5) / 12
    total = rng.poisson(500, (40, 72))
    change = level_change(rng.binomial(total, 1 / (1 + np.exp(0.7 - 0.03 * t))).astype(float), total, 36)
    assert change.drift < 0.03
    assert abs(np.median(change.estimate)) < 0.02


def test_a_change_of_slope_comes_back():
    rng = np.random.default_rng(7)
    total = rng.poisson(5000, (20, 72))
    eta = -0.7 + 0.2 * np.maximum(np.arange(72) - 36, 0) / 12
    change = slope_change(rng.binomial(total, 1 / (1 + np.exp(-eta)), (20, 72)), total, 36)
    assert np.median(change.estimate) == pytest.approx(0.2, abs=0.02)


def test_ranks_are_those_of_complete_enumeration():
    """Every place in turn is the tested one: p of the rank = share of assignments at least as extreme (exact)."""
    statistics = [0.3, -1.2, 2.5, 0.9, 0.9, -0.4, 1.7]
    for j, value in enumerate(statistics):
        others = statistics[:j] + statistics[j + 1 :]
        got = rank_change([value * 0.5], [0.5], others)
        assert Fraction(got.greater[0]).limit_denominator(100) == Fraction(sum(s >= value for s in statistics), 7)
        assert Fraction(got.less[0]).limit_denominator(100) == Fraction(sum(s <= value for s in statistics), 7)
        assert got.assignments == 7
        assert got.least == pytest.approx(1 / 7)


def test_limits_invert_the_rank_test():
    """A change is inside the limits exactly when neither one-sided test rejects it at half of 1 - level."""
    rng = np.random.default_rng(8)
    others = rng.normal(0, 1.3, 60)
    got = rank_change([0.8], [0.35], others, level=0.9)
    inside = []
    for change in np.linspace(-2, 3, 4001):
        moved = rank_change([0.8 - change], [0.35], others)
        inside.append((change, moved.greater[0] > 0.05 and moved.less[0] > 0.05))
    kept = [change for change, yes in inside if yes]
    assert min(kept) == pytest.approx(got.low[0], abs=0.002)
    assert max(kept) == pytest.approx(got.high[0], abs=0.002)


def test_what_is_detectable_is_found_in_four_of_five():
    """Estimates drawn about the detectable change (normal, se .2) reach p <= .05 in 80 % (binomial error .008)."""
    others = np.random.default_rng(12).normal(0, 1, 99)
    change = rank_change([0.0], [0.2], others).detectable[0]
    drawn = np.random.default_rng(13).normal(change, 0.2, 20000)
    found = rank_change(drawn, np.full(20000, 0.2), others)
    assert (found.greater <= 0.05).mean() == pytest.approx(0.8, abs=0.01)
    assert np.isinf(rank_change([0.0], [0.2], others[:18]).detectable[0])


def test_few_comparisons_give_open_limits():
    """39 places: the smallest p is 1/39 > .025, so no 95 % limit exists; with 40 it does."""
    assert np.isinf(rank_change([0.5], [0.2], np.arange(38.0)).low[0])
    assert np.isfinite(rank_change([0.5], [0.2], np.arange(39.0)).low[0])


def test_the_p_value_is_uniform_over_exchangeable_places():
    """Over all assignments of one date to nine places each p-value of 1/9 ... 9/9 occurs once (exact)."""
    values = np.random.default_rng(9).normal(size=9)
    found = sorted(rank_change([values[j]], [1.0], np.delete(values, j)).greater[0] for j in range(len(values)))
    np.testing.assert_allclose(found, np.arange(1, 10) / 9)


@pytest.mark.parametrize(
    ("estimate", "se", "others"), [([np.nan], [1.0], [0.0]), ([0.1], [0.0], [0.0]), ([0.1], [1.0], [])]
)
def test_nothing_is_ranked_without_numbers(estimate, se, others):
    with pytest.raises(ValueError):
        rank_change(estimate, se, others)


def test_swapping_the_groups_turns_every_sign():
    """log(H/W) = -log(W/H): exact."""
    rng = np.random.default_rng(10)
    total = rng.poisson(60, (12, 48))
    focal = rng.binomial(total, 0.3)
    change, turned = level_change(focal, total, 24), level_change(total - focal, total, 24)
    np.testing.assert_allclose(turned.estimate, -change.estimate, atol=1e-10)
    np.testing.assert_allclose(turned.se, change.se, rtol=1e-8)


def test_unobserved_months_take_no_part():
    """Months of 0 of 0 at the end of the window leave the fit of the shorter window (same columns, exact)."""
    rng = np.random.default_rng(11)
    total = rng.poisson(60, (3, 48))
    focal = rng.binomial(total, 0.3)
    design = series_design(48, 24)
    total[:, 42:], focal[:, 42:] = 0, 0
    whole, part = fit_series(focal, total, design), fit_series(focal[:, :42], total[:, :42], design[:42])
    np.testing.assert_allclose(whole.coefficients, part.coefficients, rtol=1e-10)
    np.testing.assert_allclose(whole.dispersion, part.dispersion, rtol=1e-10)


def test_only_more_natural_noise_than_size_and_chance_explain_is_rougher():
    """Upper quartile of the comparisons' natural variance .03, median dispersion 1.5 (by hand)."""
    compared = ([0.01, 0.02, 0.03, 0.03, 0.04], [1.2, 1.4, 1.5, 1.7, 2.0])
    assert rougher((0.061, 2.3), compared)
    assert not rougher((0.059, 2.3), compared)
    assert not rougher((0.061, 2.2), compared)


def test_natural_variance_does_not_grow_with_size_and_is_nil_for_plain_counts():
    """Binomial months with a normal deviate of SD .2 on the log odds, of 400 and of 4,000 events (simulated)."""
    rng = np.random.default_rng(7)
    for size in (400, 4000):
        odds = np.exp(rng.normal(0, 0.2, (40, 72)))
        total = np.full((40, 72), size)
        change = level_change(rng.binomial(total, odds / (1 + odds)), total, 36)
        assert np.median(change.natural) == pytest.approx(0.04, rel=0.25)
    plain = level_change(rng.binomial(total, 0.5), total, 36)
    assert np.median(plain.natural) < 0.0005
