"""The log-linear model without dummies: Gelman & Hill's example, R, statsmodels, refusals."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from auditor.stats.fit import NotConverged
from auditor.stats.ratios.stratified import poisson_stratified

MODELS = ("constant", "groups", "places_and_groups")


def simulated():
    """The 75 x 3 table of tests/reference/stats_stratified.R, made from the same whole-number formula."""
    j, g = np.meshgrid(np.arange(1, 76), np.arange(3), indexing="ij")
    n = (j * j * 7 + g * 13 * j + 5 * g) % 211 * (j % 5 + 1)
    e = 20 + (j * 37 + g * 101) % 509
    return np.where(e % 17, n, 0), np.where(e % 17, e, 0)


@pytest.fixture
def frisk(shared_data):
    """New York stops and past arrests by precinct and ethnicity, summed over type of crime."""
    rows = np.loadtxt(shared_data / "frisk_with_noise.txt", skiprows=1, dtype=int)
    counts, exposure = np.zeros((75, 3)), np.zeros((75, 3))
    np.add.at(counts, (rows[:, 3] - 1, rows[:, 4] - 1), rows[:, 0])
    np.add.at(exposure, (rows[:, 3] - 1, rows[:, 4] - 1), rows[:, 2])
    return counts, exposure


def assert_agrees_with_r(fit, rows):
    for row in rows:
        model, (name, _, group) = getattr(fit, row["model"]), row["quantity"].partition("_g")
        got = getattr(model, "coefficients" if name == "coefficient" else name)
        got = got[int(group)] if group else got
        assert got == pytest.approx(float(row["value"]), rel=1e-8, abs=1e-8), row


def test_new_york_agrees_with_r(frisk, reference_rows):
    """R 4.2.2: glm(n ~ g + j, poisson, offset = log(e))  # script: tests/reference/stats_stratified.R"""
    rows = [row for row in reference_rows("stats_stratified.csv") if row["case"] == "frisk"]
    assert len(rows) == 22
    assert_agrees_with_r(poisson_stratified(*frisk), rows)


def test_new_york_as_published(frisk):
    """Gelman & Hill (2007), section 6.2, with the noise that their public file carries."""
    fit = poisson_stratified(*frisk)
    assert round(fit.constant.intercept, 4) == -0.5877
    assert round(fit.constant.deviance, -1) == 46120
    assert np.round(fit.groups.coefficients, 4).tolist() == [0, 0.0702, -0.1616]
    assert round(fit.groups.deviance, 1) == 45437.4
    assert np.round(fit.places_and_groups.coefficients, 4).tolist() == [0, 0.0102, -0.419]
    assert round(fit.places_and_groups.deviance, 1) == 3427.1
    assert round(fit.places_and_groups.dispersion, 1) == 21.9
    assert (fit.places_used, fit.places_empty, fit.cells_used) == (75, 0, 225)


def test_simulated_table_agrees_with_r(reference_rows):
    """R 4.2.2, as above; cells without exposure are absent there and 0 here."""
    rows = [row for row in reference_rows("stats_stratified.csv") if row["case"] == "simulated"]
    assert len(rows) == 22
    assert_agrees_with_r(poisson_stratified(*simulated()), rows)


def test_simulated_table_agrees_with_statsmodels():
    """statsmodels 0.15, GLM with a dummy for every place: estimates, errors and means of the long form."""
    n, e = simulated()
    places, groups = np.nonzero(e)
    design = np.column_stack([groups == 1, groups == 2, places[:, None] == np.arange(75)]).astype(float)
    model = sm.GLM(n[e > 0], design, sm.families.Poisson(), offset=np.log(e[e > 0]))
    long = model.fit(tol=1e-14, maxiter=200)
    fit = poisson_stratified(n, e).places_and_groups
    np.testing.assert_allclose(fit.coefficients[1:], long.params[:2], rtol=1e-8)
    np.testing.assert_allclose(fit.se[1:], long.bse[:2], rtol=1e-8)
    np.testing.assert_allclose((fit.deviance, fit.pearson), (long.deviance, long.pearson_chi2), rtol=1e-8)
    np.testing.assert_allclose(fit.se_scaled[1:], long.bse[:2] * np.sqrt(long.pearson_chi2 / long.df_resid), rtol=1e-8)
    assert fit.df == long.df_resid
    assert fit.converged


def test_one_place_is_saturated():
    """Three counts, three unknowns: the ratios themselves, errors by the delta method, nothing left over."""
    fit = poisson_stratified([[10, 30, 5]], [[100.0, 150.0, 10.0]])
    both = fit.places_and_groups
    np.testing.assert_allclose(both.coefficients, np.log([1, 2, 5]), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(both.se, [0, np.sqrt(1 / 10 + 1 / 30), np.sqrt(1 / 10 + 1 / 5)], rtol=1e-12)
    assert both.df == 0
    assert abs(both.deviance) < 1e-12
    assert np.isnan(both.dispersion)
    assert np.isnan(both.se_scaled).all()
    assert fit.groups.df == 0
    assert fit.constant.df == 2


def test_places_without_events_are_counted_and_change_nothing():
    n, e = simulated()
    with_empty = poisson_stratified(np.vstack([n, np.zeros((3, 3))]), np.vstack([e, np.full((3, 3), 50)]))
    plain = poisson_stratified(n, e)
    assert with_empty.places_empty == plain.places_empty + 3
    assert with_empty.places_used == plain.places_used
    for model in MODELS:
        assert getattr(with_empty, model).deviance == getattr(plain, model).deviance


@pytest.mark.parametrize(
    ("counts", "exposure", "message"),
    [
        ([[5, 0], [7, 0]], [[1, 1], [1, 1]], "group 1 has no events"),
        ([[0, 0], [0, 0]], [[1, 1], [1, 1]], "group 0 has no events"),
        ([[5, 0, 0], [0, 3, 4]], [[1, 0, 0], [0, 1, 1]], "no places connect group 0 with group 1"),
        # Group 1 never scores where group 0 could have: its ratio runs off to nothing.
        ([[5, 0], [0, 3]], [[1, 1], [0, 1]], "no places connect group 1 with group 0"),
        ([[5, 1], [3, 3]], [[1, 1e-320], [1, 1]], "too small for a double"),
    ],
)
def test_no_finite_estimate_is_refused(counts, exposure, message):
    with pytest.raises(NotConverged, match=message):
        poisson_stratified(counts, exposure)


@pytest.mark.parametrize(
    ("counts", "exposure", "message"),
    [
        ([[5, 1], [3, 3]], [[1, 0], [1, 1]], r"exposure is 0 where counts is 1 \(place 0, group 1\)"),
        ([[5, 1], [3, 3]], [[1, -1], [1, 1]], "exposure must be 0 or more, got -1"),
        ([[5, 1.5], [3, 3]], [[1, 1], [1, 1]], r"counts must be whole numbers, got 1\.5"),
        ([[5], [3]], [[1], [1]], "must both be places by 2 or more groups"),
        ([[5, 1]], [[1, 1], [1, 1]], "must both be places by 2 or more groups"),
        ([5, 1], [1, 1], "must both be places by 2 or more groups"),
    ],
)
def test_bad_input_is_named(counts, exposure, message):
    with pytest.raises(ValueError, match=message):
        poisson_stratified(counts, exposure)


def test_rare_groups_and_huge_counts():
    """The third group's ratio is that of 1 in 10**9 against about 1.5 * 10**9 of its places' events."""
    fit = poisson_stratified([[10**9, 5 * 10**8, 1], [5 * 10**8, 10**9, 0]], [[1e9, 1e9, 1e9], [1e9, 1e9, 1e-3]])
    both = fit.places_and_groups
    assert both.coefficients[1] == pytest.approx(0, abs=1e-8)
    assert both.coefficients[2] == pytest.approx(np.log(1 / 7.5e8), abs=1e-6)
    assert both.se[2] == pytest.approx(1, rel=1e-6)
    assert np.isfinite(both.se_scaled).all()


def test_figures_beyond_double_precision_are_refused():
    """A billion events that say next to nothing about the second group: the gradient is all rounding."""
    with pytest.raises(NotConverged, match="scaled gradient did not fall below 1e-08"):
        poisson_stratified([[10**9, 1], [5 * 10**8, 0], [1, 10**9]], [[1e9, 1e9], [1e9, 1.0], [1e-3, 1e12]])


seeds = st.integers(0, 10**6)


def draw(seed, places=12, groups=3):
    rng = np.random.default_rng(seed)
    exposure = rng.uniform(5, 50, (places, groups)) * rng.lognormal(0, 1, (places, 1))
    return rng.poisson(exposure * np.exp(rng.normal(0, 0.5, groups))) + 1, exposure


@given(seeds)
def test_order_of_places_does_not_matter(seed):
    n, e = draw(seed)
    order = np.random.default_rng(seed).permutation(len(n))
    one, other = poisson_stratified(n, e), poisson_stratified(n[order], e[order])
    for model in MODELS:
        np.testing.assert_allclose(getattr(one, model).coefficients, getattr(other, model).coefficients, atol=1e-9)
        assert getattr(one, model).deviance == pytest.approx(getattr(other, model).deviance, rel=1e-9, abs=1e-9)


@given(seeds)
def test_another_reference_group_shifts_the_effects(seed):
    n, e = draw(seed)
    one = poisson_stratified(n, e).places_and_groups
    other = poisson_stratified(n[:, ::-1], e[:, ::-1]).places_and_groups
    shifted = one.coefficients - one.coefficients[2]
    np.testing.assert_allclose(other.coefficients, shifted[::-1], atol=1e-8)
    assert one.pearson == pytest.approx(other.pearson, rel=1e-8)


@given(seeds)
def test_a_places_own_unit_of_exposure_cancels(seed):
    n, e = draw(seed)
    unit = np.random.default_rng(seed).uniform(0.01, 100, (len(n), 1))
    one, other = poisson_stratified(n, e).places_and_groups, poisson_stratified(n, e * unit).places_and_groups
    np.testing.assert_allclose(one.coefficients, other.coefficients, atol=1e-8)
    np.testing.assert_allclose(one.se, other.se, rtol=1e-7)


@given(seeds)
def test_larger_models_fit_no_worse(seed):
    fit = poisson_stratified(*draw(seed))
    assert fit.constant.deviance >= fit.groups.deviance - 1e-9
    assert fit.groups.deviance >= fit.places_and_groups.deviance - 1e-9
    assert fit.constant.df > fit.groups.df > fit.places_and_groups.df
