"""Single classes against their place's level, and the partial conjunction of two of them."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm
from scipy.stats import t as student

from auditor.stats.classes.class_tails import class_tails
from auditor.stats.classes.deviations import (
    Levels,
    class_levels,
    deviations,
    second_bounds,
    second_class,
    second_largest,
)
from auditor.stats.classes.excess import class_excess
from auditor.stats.classes.second import SECOND, PlaceNull, Places, place_null, places_of
from auditor.stats.classes.together import pair_correlation, together

SIDE = np.array([-1] * 8 + [1] * 6)
RATE = np.array([60, 80, 200, 700, 500, 60, 150, 1500, 1200, 900, 800, 700, 1600, 100])
TRAFFIC, DRUGS = 8, 12


def draw(rng: np.random.Generator, places: int, groups: int = 4, factor: float = 0.0) -> np.ndarray:
    """Expected counts (places, groups, classes): every group's classes differ by an SD of .2, as nature has it."""
    log_mean = np.log(RATE) + rng.normal(0, 0.3, (places, 1, 1)) + rng.normal(0, 0.4, (places, 1, len(SIDE)))
    log_mean = log_mean + rng.normal(0, 0.2, (places, groups, len(SIDE)))
    log_mean[:, :, SIDE > 0] += rng.normal(0, factor, (places, groups, 1))
    return np.exp(log_mean)


def judge(counts: np.ndarray):
    levels = [class_levels(counts[:, g], counts[:, 1], SIDE) for g in (0, *range(2, counts.shape[1]))]
    return class_excess(deviations(levels[0]), [deviations(item) for item in levels[1:]])


def test_deviations_are_what_their_definition_says():
    """By loops over places and classes, from the log ratios that test_class_randomisation holds against R."""
    counts = np.random.default_rng(1).poisson(draw(np.random.default_rng(2), 30))
    levels = class_levels(counts[:, 0], counts[:, 1], SIDE)
    own = deviations(levels)
    for j in range(30):
        use = levels.ratios.use[j]
        x = {o: levels.ratios.log_ratio[j, o] - levels.centre[o] for o in range(len(SIDE)) if use[o]}
        weight = {o: 1 / (levels.ratios.variance[j, o] + levels.natural) for o in x if SIDE[o] < 0}
        mean = sum(w * x[o] for o, w in weight.items()) / sum(weight.values())
        lowest = sum(sorted(x[o] for o in x if SIDE[o] > 0)[:2]) / 2
        for o in x:
            if SIDE[o] > 0:
                want = x[o] - max(mean, lowest)
            else:
                rest = {i: w for i, w in weight.items() if i != o}
                want = x[o] - sum(w * x[i] for i, w in rest.items()) / sum(rest.values())
            assert own.value[j, o] * own.spread[j] == pytest.approx(want, rel=1e-9, abs=1e-12)


def test_what_raises_all_discretionary_classes_alike_raises_none_above_the_level():
    counts = draw(np.random.default_rng(3), 40).round()
    raised = counts.copy()
    raised[0, 0, SIDE > 0] *= 20
    before, after = (second_largest(class_levels(c[:, 0], c[:, 1], SIDE)) for c in (counts, raised))
    assert after[0] < before[0] + 0.9 < math.log(20) / 2


def test_the_second_class_is_the_one_that_was_raised_less():
    counts = draw(np.random.default_rng(4), 40)
    counts[0, 0, TRAFFIC] *= 50
    counts[0, 0, DRUGS] *= 20
    levels = class_levels(counts[:, 0].round(), counts[:, 1].round(), SIDE)
    assert second_class(levels)[0] == DRUGS
    turned = class_levels(counts[:, 1].round(), counts[:, 0].round(), SIDE)
    np.testing.assert_allclose(second_largest(turned, sign=-1), second_largest(levels), rtol=1e-6)


def test_two_normals_are_small_together_as_often_as_scipy_says():
    """scipy 1.17: multivariate_normal.cdf (Genz); and Sheppard (1899): P(both > 0) = 1/4 + asin(rho) / (2 pi)."""
    for correlation, t in itertools.product((0.1, 0.4, 0.8), (0.5, 0.1, 0.01)):
        z = norm.ppf(t)
        both = multivariate_normal.cdf([z, z], cov=[[1, correlation], [correlation, 1]])
        assert together(np.array(t), correlation) == pytest.approx(both / t**2, rel=1e-4)
    sheppard = 0.25 + math.asin(0.4) / (2 * math.pi)
    assert together(np.array(0.5), 0.4) == pytest.approx(4 * sheppard, rel=1e-12)
    assert (together(np.array([0.5, 1e-6]), 0.0) == 1).all()


def exceed(t: float, correlation: float, freedom: float) -> float:
    """Chance that two t variables both exceed their upper quantile at t, by the law of one given the other.

    Kotz & Nadarajah (2004), Multivariate t Distributions and Their Applications, section 1.11: given the first, the
    second is a t with one degree of freedom more. Quadrature of scipy 1.17 over the logarithm of the first's distance
    from the quantile; against mpmath 1.4 with 25 digits no case below differs by more than 2e-9 of itself.
    """
    x = float(student.isf(t, freedom))

    def given(s: float) -> float:
        scale = np.sqrt((freedom + 1) / ((freedom + s * s) * (1 - correlation**2)))
        return float(student.pdf(s, freedom) * student.sf((x - correlation * s) * scale, freedom + 1))

    def along(v: float) -> float:
        return float(given(x + np.exp(v)) * np.exp(v))

    ends = np.linspace(-40, max(40 / freedom, 4) + np.log1p(x), 60)
    return sum(quad(along, low, high, epsabs=0)[0] for low, high in itertools.pairwise(ends))


@pytest.mark.parametrize("freedom", [0.5, 1, 3, 6, 30, 200])
@pytest.mark.parametrize("correlation", [0.0, 0.3])
def test_two_t_variables_are_small_together_as_often_as_their_conditional_law_says(freedom, correlation):
    for t in (0.3, 0.01, 1e-4, 1e-6):
        want = exceed(t, correlation, freedom) / t**2
        # Below two degrees of freedom, which only twenty equal guesses of unequal places would give, five digits.
        assert float(together(np.array(t), correlation, freedom)) == pytest.approx(
            want, rel=1e-8 if freedom > 2 else 1e-5
        )


def test_a_t_copula_without_end_is_the_normal_one_and_a_shorter_one_has_more_in_its_tail():
    t = np.array([[0.1, 1e-3], [1e-5, 0.1]])
    np.testing.assert_allclose(together(t, 0.3, 1e7), together(t, 0.3), rtol=1e-4)
    assert (together(t, 0.0, 200.0) < together(t, 0.0, 6.0)).all()
    assert together(t, 0.2, 6.0).shape == (2, 2)
    np.testing.assert_allclose(together(np.array([1.0, 1 - 1e-12]), 0.2, 3.0), 1.0, atol=1e-6)


def test_what_degrees_of_freedom_explain_is_no_correlation():
    """Classes of one place share a scale, and nothing else: chi-square with six degrees of freedom."""
    rng = np.random.default_rng(12)
    scale = np.sqrt(rng.chisquare(6, (4000, 1)) / 6)
    p = student.sf(rng.normal(size=(4000, 6)) / scale, 6)
    assert pair_correlation(p) > 0.1
    assert pair_correlation(p, 6.0) < 0.03


def test_the_chance_of_a_place_is_what_its_formula_says():
    """Loops over the other places, one at a time."""
    p = np.random.default_rng(5).uniform(size=(40, 6))
    p[0, :2] = 1e-3, 2e-3
    p[1, 0] = 1e-4
    p[2, 3:] = np.nan
    places = places_of(p)
    null = PlaceNull(places, 0.15)
    got = null.chance(places.second, np.arange(40))
    for j in range(40):
        t, m = places.second[j], int(np.isfinite(p[j]).sum())
        single = share(p, j, min(t, SECOND), only_single=True)
        whole = share(p, j, t, only_single=False) if t > SECOND else 0.0
        own = max(single, whole) * (1 - (1 - t) ** (m - 1))
        more = (float(together(np.array(t), 0.15)) - 1) * math.comb(m, 2) * t**2
        assert got[j] == pytest.approx(min(1.0, own + more), rel=1e-9)


def share(p: np.ndarray, j: int, t: float, *, only_single: bool) -> float:
    met = 1.0
    for k in range(len(p)):
        first, second = sorted(value for value in p[k] if np.isfinite(value))[:2]
        if k == j or first > t or (only_single and second <= SECOND):
            continue
        met += (1 - SECOND) ** (1 - np.isfinite(p[k]).sum()) if only_single else 1.0
    return min(1.0, met / len(p))


def test_independent_classes_are_not_called_too_often():
    rng = np.random.default_rng(6)
    found = []
    for _ in range(200):
        places = places_of(rng.uniform(size=(60, 6)))
        found.append(PlaceNull(places, 0.0).chance(places.second, np.arange(60)))
    for level in (0.1, 0.01, 0.001):
        assert (np.concatenate(found) <= level).mean() <= level + 3 * math.sqrt(level / 12_000)


def test_a_campaign_in_every_tenth_place_takes_the_strength_from_single_classes():
    """One class of p = 0 in a tenth of the places: the others must be independent of it to be called at the level."""
    rng = np.random.default_rng(7)
    found = []
    for _ in range(400):
        p = rng.uniform(size=(60, 6))
        p[:6, 0] = 1e-9
        places = places_of(p)
        found.append(PlaceNull(places, 0.0).chance(places.second, np.arange(60))[:6])
    # Given that a place bears a campaign; over all places it is a tenth of that.
    assert (np.concatenate(found) <= 0.01).mean() <= 0.1 + 3 * math.sqrt(0.1 * 0.9 / 2_400)


def test_the_correlation_of_pairs_is_recovered_and_zero_where_there_is_none():
    rng = np.random.default_rng(8)
    common, own = rng.normal(size=(4_000, 1)), rng.normal(size=(4_000, 6))
    for correlation in (0.0, 0.3):
        z = math.sqrt(correlation) * common + math.sqrt(1 - correlation) * own
        assert pair_correlation(norm.cdf(z)) == pytest.approx(correlation, abs=0.08)
    assert pair_correlation(np.empty((0, 0))) == 0
    assert pair_correlation(np.full((3, 6), np.nan)) == 0


def test_two_raised_classes_are_found_and_one_is_not():
    rng = np.random.default_rng(9)
    mean = draw(rng, 60)
    mean[0, 0, [TRAFFIC, DRUGS]] *= 6
    mean[1, 0, TRAFFIC] *= 30
    found = judge(rng.poisson(mean))
    assert found.p[0] < 1e-3
    assert found.low[0] > math.log(1.5)
    assert found.p[1] > 0.05
    assert found.controls > 1_000


def test_limit_and_p_value_do_not_disagree():
    """The lower end of the 95 % interval lies above 0 where p is at most .025, but for the steps of the ranks."""
    rng = np.random.default_rng(10)
    for _ in range(5):
        mean = draw(rng, 80)
        mean[:20, 0, [TRAFFIC, DRUGS]] *= np.linspace(1, 4, 20)[:, None]
        found = judge(rng.poisson(mean))
        known = np.isfinite(found.p)
        sure = known & ((found.p < 0.02) | (found.p > 0.035))
        assert ((found.low > 0)[sure] == (found.p <= 0.025)[sure]).all()
        assert sure.sum() >= 60


def test_a_common_factor_of_all_discretionary_classes_is_no_excess_of_two():
    rng = np.random.default_rng(11)
    p = np.concatenate([judge(rng.poisson(draw(rng, 80, factor=0.4))).p for _ in range(20)])
    assert np.nanmean(p <= 0.01) <= 0.01


def test_many_places_of_other_groups_bound_the_tail():
    """With a thousand places of other groups their own statistics are looked at, and no chance is below theirs."""
    rng = np.random.default_rng(12)
    counts = rng.poisson(draw(rng, 600))
    levels = [class_levels(counts[:, g], counts[:, 1], SIDE) for g in (0, 2, 3)]
    tails = class_tails(deviations(levels[0]), [deviations(item) for item in levels[1:]])
    null = place_null(tails)
    assert null.checked is not None
    rows = np.arange(5)
    bare = PlaceNull(null.places, null.correlation).chance(np.full(5, 1e-4), rows)
    assert (null.chance(np.full(5, 1e-4), rows) >= bare).all()


def test_too_few_controls_judge_nobody():
    rng = np.random.default_rng(13)
    counts = rng.poisson(draw(rng, 2))
    assert judge(counts) is None


def test_places_without_three_classes_have_no_second():
    places = places_of(np.array([[0.1, 0.2, np.nan], [0.1, 0.2, 0.3]]))
    assert isinstance(places, Places)
    assert np.isnan(places.second[0])
    assert places.second[1] == 0.2
    assert list(places.used) == [False, True]


@pytest.mark.parametrize("sign", [1, -1])
def test_bounds_of_the_second_class_hold_every_way_to_share_out_and_what_is_recorded(sign):
    """Every way of three people without a group in each of four classes (4 ** 4), the class held as recorded."""
    counts = draw(np.random.default_rng(8), 40).round()
    levels = class_levels(counts[:, 0], counts[:, 1], SIDE)
    at, recorded = second_class(levels, sign), second_largest(levels, sign)
    blank = np.zeros(counts[:, 0].shape)
    classes = [*np.flatnonzero(SIDE > 0)[:2], *np.flatnonzero(SIDE < 0)[:2]]
    blank[:, classes] = 3
    ends = (
        np.log((counts[:, 0] + 0.5) / (counts[:, 1] + blank + 0.5)),
        np.log((counts[:, 0] + blank + 0.5) / (counts[:, 1] + 0.5)),
    )
    low, high = second_bounds(levels, *ends, sign)
    assert (low <= recorded).all()
    assert (recorded <= high).all()
    assert ((high - low) > 0).any()
    assert (high - low).max() < 1
    for ways in itertools.product(range(4), repeat=4):
        own = np.zeros(blank.shape)
        own[:, classes] = ways
        moved = np.log((counts[:, 0] + own + 0.5) / (counts[:, 1] + blank - own + 0.5))
        ratios = dataclasses.replace(levels.ratios, log_ratio=moved)
        way = deviations(Levels(levels.centre, ratios, levels.natural, levels.spread, levels.side), sign)
        value = way.value[np.arange(40), at] * levels.spread
        assert (low <= value + 1e-12).all()
        assert (value <= high + 1e-12).all()
