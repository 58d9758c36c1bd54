"""Aggregates, bands, trend tests, breakdown values, outcome: R's did, arithmetic by hand, small simulations."""

import numpy as np
import pytest
from scipy.stats import chi2, norm, t

from auditor.stats.fit import NotConverged
from auditor.stats.rollout.aggregate import aggregate
from auditor.stats.rollout.errors import bands, bootstrap_errors, degrees, multiplier_draws, standard_errors
from auditor.stats.rollout.outcome import large_enough, log_contrast, precision_weights
from auditor.stats.rollout.study import group_time
from auditor.stats.rollout.trends import breakdown, joint_test, largest_test
from tests.stats.rollout_panels import BEGUN, SMALL, WEIGHT, county_employment, fitted

# R did::aggte(att_gt(lemp ~ 1, never-treated, "dr"), bstrap = FALSE), published with csdid (r_ref/ref_aggte.csv).
NEVER = {
    "event": [
        (-3, 0.0305066555832928, 0.01503356028013),
        (-2, -0.000563084626385429, 0.01329164473655),
        (-1, -0.0244587449711696, 0.0142364022105193),
        (0, -0.0199318167892593, 0.0118263640580582),
        (1, -0.0509573670651939, 0.016893476268678),
        (2, -0.137258738889403, 0.0364356642876865),
        (3, -0.100811363085404, 0.0343592258346733),
    ],
    "cohort": [
        (2004, -0.0797491265747291, 0.0263677994350273),
        (2006, -0.0229095392495403, 0.0167033302551619),
        (2007, -0.0260544107191966, 0.0166554353492522),
    ],
    "calendar": [
        (2004, -0.0105032462209624, 0.0232510363681664),
        (2005, -0.0704231581031467, 0.0309847667572767),
        (2006, -0.0488159842650431, 0.0201258612605003),
        (2007, -0.0370593399359766, 0.0137470791411185),
    ],
}
OVERALL = {
    "event": (-0.0772398214573151, 0.0199649890618494),
    "cohort": (-0.0310182822287484, 0.0124460593209979),
    "calendar": (-0.0417004321312822, 0.01597185188456),
    "simple": (-0.0399512751551763, 0.0120340127701854),
}


@pytest.fixture(scope="module")
def mpdta(shared_data):
    return county_employment(shared_data)


@pytest.mark.parametrize("kind", OVERALL)
def test_aggregates_of_county_employment(mpdta, kind):
    found = aggregate(fitted(mpdta, control="never"), kind)
    overall = (found.overall, standard_errors(found.overall_influence)[0])
    assert overall == pytest.approx(OVERALL[kind], rel=1e-11)
    if kind in NEVER:
        got = np.column_stack([found.keys, found.att, standard_errors(found.influence)])
        np.testing.assert_allclose(got, NEVER[kind], rtol=1e-11)


def test_the_simple_aggregate_as_published(mpdta):
    """The figure of R did's documentation and of the reference file: -0.03995 (0.01203)."""
    found = aggregate(fitted(mpdta, control="never"))
    assert round(found.overall, 5) == -0.03995
    assert round(float(standard_errors(found.overall_influence)[0]), 5) == 0.01203


def test_not_yet_treated_and_regression_aggregates(mpdta):
    """R did::aggte, published with csdid (r_ref/ref_aggte.csv): mpdta_nyt_dr and mpdta_nev_reg_cov."""
    later = aggregate(fitted(mpdta, control="not-yet"), "event")
    assert later.overall == pytest.approx(-0.0773993139705847, rel=1e-11)
    assert standard_errors(later.overall_influence)[0] == pytest.approx(0.0195601769463944, rel=1e-11)
    adjusted = aggregate(fitted(mpdta, covariates=True, method="reg", control="never"))
    assert adjusted.overall == pytest.approx(-0.0419686124215432, rel=1e-11)
    assert standard_errors(adjusted.overall_influence)[0] == pytest.approx(0.0114448297682151, rel=1e-11)


def test_the_influence_of_the_cohort_sizes_against_a_jackknife(mpdta):
    """Leaving out one place at a time (refitted) gives the same variance as the influence functions, to order 1/n."""
    y, first, _ = mpdta
    full = aggregate(group_time(y, first, periods=range(2003, 2008), control="never"))
    left = []
    for j in range(len(first)):
        keep = np.arange(len(first)) != j
        left.append(aggregate(group_time(y[keep], first[keep], periods=range(2003, 2008), control="never")).overall)
    n = len(first)
    jackknife = np.sqrt((n - 1) / n * ((np.array(left) - np.mean(left)) ** 2).sum())
    assert standard_errors(full.overall_influence)[0] == pytest.approx(jackknife, rel=0.02)


def test_weighted_means_by_hand():
    """Cohorts 2 and 3 weigh 4 and 4 of 16; event 0 averages (2, 2) and (3, 3), event 1 is (2, 3) alone."""
    effects = group_time(SMALL, BEGUN, control="never", weights=[3, 1, 2, 2, 1, 4, 3])
    cell = {(g, p): a for g, p, a in zip(effects.cohort, effects.period, effects.att, strict=True)}
    found = aggregate(effects, "event")
    assert found.keys.tolist() == [-2, -1, 0, 1]
    assert found.att[2] == pytest.approx((cell[2, 2] + cell[3, 3]) / 2, abs=1e-14)
    assert found.att[3] == pytest.approx(cell[2, 3], abs=1e-14)
    assert aggregate(effects).overall == pytest.approx((cell[2, 2] + cell[2, 3] + cell[3, 3]) / 3, abs=1e-14)
    assert aggregate(effects, "cohort").overall == pytest.approx(((cell[2, 2] + cell[2, 3]) / 2 + cell[3, 3]) / 2)
    assert found.cells.tolist() == [1, 2, 2, 1]
    assert found.places.tolist() == [2, 4, 4, 2]


def test_windows_and_balanced_cohorts():
    effects = group_time(SMALL, BEGUN, control="never", weights=WEIGHT)
    assert aggregate(effects, "event", window=(-1, 0)).keys.tolist() == [-1, 0]
    # Only cohort 2 is seen one period after its beginning.
    balanced = aggregate(effects, "event", balance=1)
    assert balanced.places.tolist() == [2, 2, 2]
    nothing = aggregate(group_time(SMALL, np.full(7, np.inf)))
    assert np.isnan(nothing.overall)
    assert nothing.keys.shape == (0,)
    with pytest.raises(ValueError, match="kind"):
        aggregate(effects, "dynamic")


def test_pre_trend_test_of_r(mpdta):
    """R did prints W and Wpval: published with csdid (r_ref/ref_pretest.csv)."""
    for options, statistic, p in (
        ({}, 7.79123662720035, 0.16812),
        ({"method": "reg", "covariates": True}, 6.8612749537136, 0.23116),
    ):
        effects = fitted(mpdta, control="never", **options)
        before = ~effects.post
        found = joint_test(effects.att[before], effects.influence[:, before], effects.member)
        assert found.statistic == pytest.approx(statistic, rel=1e-10)
        assert round(found.p_chi2, 5) == p
        assert found.restrictions == 5
        assert found.p_value > found.p_chi2


def test_one_restriction_is_the_t_test():
    effects = group_time(SMALL, BEGUN, control="never")
    one = joint_test(effects.att[:1], effects.influence[:, :1], effects.member)
    z = effects.att[0] / standard_errors(effects.influence)[0]
    assert one.statistic == pytest.approx(z**2, rel=1e-12)
    assert one.p_value == pytest.approx(2 * t.sf(abs(z), one.df), rel=1e-10)
    assert one.p_chi2 == pytest.approx(chi2.sf(z**2, 1), rel=1e-12)


def test_more_restrictions_than_places_are_refused():
    effects = group_time(SMALL, BEGUN, control="never")
    twice = np.repeat(np.arange(2), 2)
    with pytest.raises(NotConverged, match="dependent"):
        joint_test(effects.att[twice], effects.influence[:, twice], effects.member)
    with pytest.raises(NotConverged, match="degrees of freedom"):
        joint_test(effects.att[:4], effects.influence[:, :4], np.arange(7))
    with pytest.raises(ValueError, match="no effect"):
        joint_test([], np.empty((7, 0)), BEGUN)


def test_degrees_of_freedom_of_two_equal_cohorts_and_of_one():
    """Equal parts of 5 and 5 places: (2v)^2 / (2 v^2 / 4) = 8, the pooled t test; one part alone: 4."""
    psi = np.array([1.0, -1, 1, -1, 0.5, 1, -1, 1, -1, 0.5])[:, None]
    label = np.repeat([0.0, 1.0], 5)
    assert degrees(psi, label)[0] == pytest.approx(8)
    assert degrees(psi * (label == 0)[:, None], label)[0] == pytest.approx(4)
    assert degrees(np.zeros((10, 1)), label)[0] == 1


def test_multiplier_draws_have_the_variance_of_the_influence_functions():
    """Both multipliers have mean 0 and variance 1, Mammen's third moment 1 (Mammen 1993)."""
    rng = np.random.default_rng(8)
    psi = rng.normal(size=(40, 3)) @ np.array([[1, 0.5, 0], [0, 1, 0.5], [0, 0, 1]])
    wanted = psi.T @ psi / 40**2
    for kind in ("rademacher", "mammen"):
        drawn = multiplier_draws(psi, 20_000, rng, kind)
        np.testing.assert_allclose(drawn.T @ drawn / 20_000, wanted, atol=4 * wanted.max() / np.sqrt(10_000))
        np.testing.assert_allclose(bootstrap_errors(drawn), np.sqrt(np.diag(wanted)), rtol=0.06)
    third = multiplier_draws(np.eye(1), 200_000, rng, "mammen") ** 3
    assert third.mean() == pytest.approx(1, abs=0.03)
    with pytest.raises(ValueError, match="draws"):
        multiplier_draws(psi, 0, rng)
    with pytest.raises(ValueError, match="kind"):
        multiplier_draws(psi, 1, rng, "normal")


def test_the_draws_depend_on_the_generator_alone(mpdta):
    effects = fitted(mpdta)
    one, two = (multiplier_draws(effects.influence, 50, np.random.default_rng(4)) for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_simultaneous_bands_of_independent_estimates():
    """Of 5 independent estimates of equal error the largest |z| is below c with (2 Phi(c) - 1)^5 = 0.95: c = 2.569."""
    rng = np.random.default_rng(5)
    psi = np.kron(np.eye(5), rng.normal(size=(400, 1)))
    found = bands(np.zeros(5), psi, np.zeros(2000), rng, draws=20_000)
    assert found.critical == pytest.approx(norm.isf((1 - 0.95**0.2) / 2), abs=0.03)
    assert (found.low < found.point_low).all()
    np.testing.assert_allclose(found.high, -found.low)


def test_bands_of_a_cell_that_is_its_own_base(mpdta):
    effects = fitted(mpdta, base="universal")
    event = aggregate(effects, "event")
    found = bands(event.att, event.influence, effects.member, np.random.default_rng(1))
    base = event.keys == -1
    assert (found.low[base], found.high[base]) == (0, 0)
    assert (found.low[~base] < found.high[~base]).all()


def test_the_largest_of_several_effects_agrees_with_the_bands(mpdta):
    effects = fitted(mpdta, control="never")
    before = ~effects.post
    p = largest_test(effects.att[before], effects.influence[:, before], effects.member, np.random.default_rng(2))
    found = bands(
        effects.att[before], effects.influence[:, before], effects.member, np.random.default_rng(2), level=1 - p
    )
    edge = np.minimum(np.abs(found.low), np.abs(found.high)).min()
    # At the level of its own p-value one band just touches 0.
    assert edge == pytest.approx(0, abs=2e-3)
    with pytest.raises(ValueError, match="no effect"):
        largest_test([0.0], np.zeros((5, 1)), np.zeros(5), np.random.default_rng(2))


def test_breakdown_value_is_where_the_interval_reaches_zero(mpdta):
    """The robust interval at the breakdown value itself ends at 0: estimate -+ (error + Mbar drift reach)."""
    effects = fitted(mpdta, control="never")
    event = aggregate(effects, "event")
    found = breakdown(event.keys, event.att, event.influence, effects.member, np.random.default_rng(3))
    assert found.reach == pytest.approx((1 + 2 + 3 + 4) / 4)
    assert event.overall + found.error + found.value * found.drift * found.reach == pytest.approx(0, abs=1e-12)
    assert found.low == pytest.approx(event.overall - found.error - found.drift * found.reach, rel=1e-12)
    assert found.drift > np.abs(event.att[event.keys < 0]).max()
    part = event.influence[:, event.keys >= 0].mean(axis=1)
    df = degrees(part, effects.member)[0]
    assert found.error == pytest.approx(t.isf(0.0125, df) * standard_errors(part)[0], rel=1e-12)


def test_breakdown_value_falls_to_zero_and_rises_with_the_effect(mpdta):
    effects = fitted(mpdta, control="never")
    event = aggregate(effects, "event")
    late = (event.keys >= 0).astype(float)

    def value(shift):
        rng = np.random.default_rng(3)
        return breakdown(event.keys, event.att + shift * late, event.influence, effects.member, rng).value

    assert value(0.0772) == 0
    assert 0 < value(-0.1) < value(-0.2)
    only = breakdown(
        event.keys, event.att, event.influence, effects.member, np.random.default_rng(3), weights=[1, 0, 0, 0]
    )
    assert only.reach == 1
    with pytest.raises(ValueError, match="before and after"):
        breakdown([0, 1], [0.1, 0.2], event.influence[:, :2], effects.member, np.random.default_rng(3))


def test_log_contrast_by_hand():
    """log (3.5 x 10.5) / (5.5 x 7.5) and the sum of the four reciprocals."""
    found = log_contrast([[[3.0]], [[10.0]]], [[[5.0]], [[7.0]]])
    assert found.value[0, 0] == pytest.approx(np.log(3.5 * 10.5 / (5.5 * 7.5)), rel=1e-14)
    assert found.variance[0, 0] == pytest.approx(1 / 3.5 + 1 / 10.5 + 1 / 5.5 + 1 / 7.5, rel=1e-14)
    absent = log_contrast([[[np.nan]]], [[[5.0]]])
    assert np.isnan(absent.value).all()
    with pytest.raises(ValueError, match="0 or more"):
        log_contrast([[[-1.0]]], [[[5.0]]])


def test_size_gate_looks_only_at_the_window():
    counts = np.array([[[5, 5, 0], [4, 5, 99], [np.nan, 9, 9], [np.nan, np.nan, 9]]], dtype=float)
    window = [True, True, False]
    assert large_enough(counts, window, 5).tolist() == [True, False, True, False]


def test_no_place_weighs_more_than_twice_the_median_place():
    rng = np.random.default_rng(6)
    variance = rng.lognormal(0, 3, size=(101, 4))
    weights = precision_weights(variance, [True, True, False, False])
    middle = weights[np.argsort(variance[:, :2].mean(axis=1))[50]]
    assert weights.max() < 2 * middle
    assert weights.mean() == pytest.approx(1)
    wanted = 1 / (variance[:, :2].mean(axis=1) + np.median(variance[:, :2].mean(axis=1)))
    np.testing.assert_allclose(weights, wanted / wanted.mean(), rtol=1e-13)


def test_the_error_rates_of_a_small_roll_out():
    """200 null panels of 6 cohorts of 6 and 12 others, AR(1) 0.5: mean effect, trend test, simultaneous bands."""
    rng = np.random.default_rng(11)
    first = np.concatenate([np.repeat(np.arange(6.0, 18, 2), 6), np.full(12, np.inf)])
    rejected, trend, outside = 0, 0, 0
    for _ in range(200):
        noise = rng.normal(size=(48, 20))
        for s in range(1, 20):
            noise[:, s] += 0.5 * noise[:, s - 1]
        effects = group_time(noise, first, correction="hc2", minimum_cohort=5, minimum_controls=5)
        mean = aggregate(effects)
        df = degrees(mean.overall_influence, effects.member)[0]
        rejected += abs(mean.overall) > t.isf(0.025, df) * standard_errors(mean.overall_influence)[0]
        event = aggregate(effects, "event", window=(-6, 6))
        before = event.keys < 0
        band = bands(event.att, event.influence, effects.member, rng, draws=199)
        outside += bool(((band.low > 0) | (band.high < 0)).any())
        trend += largest_test(event.att[before], event.influence[:, before], effects.member, rng, draws=199) <= 0.05
    # 0.05 + 2 sqrt(0.05 x 0.95 / 200) = 0.081
    for count in (rejected, trend, outside):
        assert count / 200 <= 0.081
    assert rejected + trend + outside >= 6, "so timid that it could find nothing"
