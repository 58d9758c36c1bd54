"""The common factor and the pooled null: closed forms, brute-force draws, error rates with and without a factor."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from auditor.stats.classes.common_factor import (
    LAWS,
    convolved,
    law_bins,
    law_of,
    levels_of,
    log_likelihood,
    long_tailed,
    posterior,
    spread_of,
)
from auditor.stats.classes.pooled_null import fit_pooled_null, fit_relabelled_null
from auditor.stats.classes.randomisation import EDGES, Randomised, randomise_classes
from auditor.stats.screening.multiple import benjamini_hochberg

SIDE = np.array([-1] * 6 + [1] * 6)
BINS = len(EDGES) - 1
WIDTH = float(EDGES[1] - EDGES[0])


def sample(
    rng: np.random.Generator, places: int, factor: np.ndarray | float = 0.0, natural: float = 0.25
) -> Randomised:
    """Draw places of 6 + 6 classes: natural differences, sampling error, and a factor common to one side."""
    variance = rng.uniform(0.01, 0.2, (places, 12))
    x = rng.normal(0, natural, (places, 12)) + rng.normal(0, 1, (places, 12)) * np.sqrt(variance)
    x = x + np.broadcast_to(np.asarray(factor), (places,))[:, None] * (SIDE > 0)
    return randomise_classes(x, variance, np.ones(x.shape, dtype=bool), SIDE, natural**2, most=300)


def distribution(shape):
    """Return the standard distribution function of a shape, from scipy."""
    if shape == "upper":
        return lambda x: stats.expon.cdf(x + math.log(2))
    if shape == "lower":
        return lambda x: stats.expon.sf(math.log(2) - x)
    return stats.norm.cdf if shape == "normal" else stats.t(float(shape[1:])).cdf


def test_law_bins_are_differences_of_the_distribution_function():
    """scipy.stats.t, norm and expon (less its median), at bins of the width of EDGES centred on multiples of it."""
    for law, (shape, scale) in enumerate(LAWS):
        if scale not in (0.12, 0.6):
            continue
        got = law_bins(law, 0.3, BINS)
        edges = (np.arange(2 * BINS + 2) - BINS - 0.5) * WIDTH * 0.3 / scale
        expected = np.diff(distribution(shape)(edges))
        np.testing.assert_allclose(got[1:-1], expected[1:-1], rtol=1e-6, atol=1e-15)
        assert got.sum() == pytest.approx(1, abs=1e-12)
    nothing = law_bins(0, 0.3, BINS)
    assert nothing[BINS] == 1
    assert nothing.sum() == 1


def test_far_tails_keep_their_digits():
    law = LAWS.index(("normal", 0.09))
    got = law_bins(law, 0.3, BINS)
    at = BINS + round(3.0 / WIDTH)  # c / se = 3, which is ten standard deviations of c
    edge = (3.0 + np.array([-0.5, 0.5]) * WIDTH) * 0.3 / 0.09
    assert got[at] == pytest.approx(stats.norm.sf(edge[0]) - stats.norm.sf(edge[1]), rel=1e-9)


def test_convolution_is_the_law_of_the_sum():
    """A normal statistic of SD 1 and a normal factor of SD 0.6 / 0.5: normal of SD hypot(1, 1.2)."""
    middle = (EDGES[1:] + EDGES[:-1]) / 2
    pooled = np.diff(stats.norm.cdf(EDGES))
    got = convolved(pooled, law_bins(LAWS.index(("normal", 0.6)), 0.5, BINS))
    expected = np.diff(stats.norm.cdf(EDGES, scale=math.hypot(1, 1.2)))
    np.testing.assert_allclose(got, expected, atol=2e-6)
    assert got.sum() == pytest.approx(1, abs=1e-9)
    assert (got * middle).sum() == pytest.approx(0, abs=1e-9)


def test_the_posterior_finds_no_factor_where_there_is_none_and_one_where_there_is():
    rng = np.random.default_rng(11)
    none, some = sample(rng, 800), sample(rng, 800, rng.normal(0, 0.3, 800))
    levels = levels_of(np.concatenate([none.se, some.se]))
    assert spread_of(posterior(none, levels)) < 0.06
    assert spread_of(posterior(some, levels)) == pytest.approx(0.3, abs=0.06)
    assert posterior(some, levels).sum() == pytest.approx(1)


def test_the_lower_half_does_not_see_planted_effects():
    rng = np.random.default_rng(12)
    planted = np.where(np.arange(1000) < 100, 1.5, 0.0)
    got = sample(rng, 1000, planted)
    levels = levels_of(got.se)
    assert spread_of(posterior(got, levels, lower_half=True)) < 0.12
    assert spread_of(posterior(got, levels)) > 0.15


def test_heavy_tails_are_told_from_light_ones():
    rng = np.random.default_rng(13)
    heavy = sample(rng, 2000, 0.15 * rng.standard_t(3, 2000))
    light = sample(rng, 2000, rng.normal(0, 0.25, 2000))
    levels = levels_of(np.concatenate([heavy.se, light.se]))
    weight = [
        sum(w for w, (law, _) in zip(posterior(one, levels), LAWS, strict=True) if law in ("t3", "t4"))
        for one in (heavy, light)
    ]
    assert weight[0] > 0.8
    assert weight[1] < 0.2


def told(rng, places, factor):
    got = sample(rng, places, factor)
    return long_tailed(log_likelihood(got, levels_of(got.se)))


def test_a_long_upper_tail_is_found_and_left_out_where_the_data_speak_against_it():
    """Of 1,000 places: an exponential movement is told from a normal one of the same SD, and from none."""
    rng = np.random.default_rng(21)
    (upper,) = told(rng, 1000, rng.exponential(0.3, 1000) - 0.3)
    shapes = {law for weight, (law, scale) in zip(upper, LAWS, strict=True) if weight > 0 and scale > 0}
    assert shapes == {"upper"}
    assert spread_of(upper) == pytest.approx(0.3, abs=0.05)
    (lower,) = told(rng, 1000, 0.3 - rng.exponential(0.3, 1000))
    assert spread_of(lower) == pytest.approx(0.3, abs=0.05)
    assert told(rng, 1000, rng.normal(0, 0.3, 1000)) == []
    assert told(rng, 4000, np.zeros(4000)) == []


def test_where_few_places_cannot_rule_out_a_long_tail_the_larger_tail_decides():
    rng = np.random.default_rng(22)
    focal, control = sample(rng, 40), sample(rng, 40, rng.normal(0, 0.2, 40))
    levels = levels_of(np.concatenate([focal.se, control.se]))
    assert long_tailed(log_likelihood(control, levels))
    null = fit_pooled_null(focal, [control])
    even = posterior(control, levels)
    level = int(levels.of(focal.se[:1])[0])
    alone = convolved(focal.pooled[focal.stratum[0]], law_of(even, float(levels.values[level])))
    tail = np.cumsum(alone[::-1])[::-1]
    there = null.upper[focal.stratum[0], level, :-1]
    assert (there >= tail - 1e-12).all()
    assert there[BINS * 3 // 4] > 1.2 * tail[BINS * 3 // 4]


def test_p_limits_power_and_sensitivity_agree():
    rng = np.random.default_rng(14)
    focal, control = sample(rng, 600), sample(rng, 600, rng.normal(0, 0.15, 600))
    null = fit_pooled_null(focal, [control])
    p, less = null.p(focal.statistic, focal.se, focal.stratum)
    low, high = null.interval(focal.difference, focal.se, focal.stratum, 0.95)
    inside = np.abs(p - 0.025) > 0.003
    assert ((low > 0) == (p <= 0.025))[inside].all()
    inside = np.abs(less - 0.025) > 0.003
    assert ((high < 0) == (less <= 0.025))[inside].all()
    factor, shift = null.excess(focal.statistic, focal.se, focal.stratum, 0.01)
    clear = np.abs(p - 0.01) > 0.002
    assert ((factor >= 1) == (p <= 0.01))[clear].all()
    assert ((shift >= 0) == (p <= 0.01))[clear].all()


def test_detectable_effects_are_found_four_times_in_five():
    rng = np.random.default_rng(15)
    focal = sample(rng, 1500)
    null = fit_pooled_null(focal)
    effect = null.detectable(focal.se, focal.stratum, 0.01, 0.8)
    moved = sample(rng, 1500, float(np.median(effect)))
    p, _ = null.p(moved.statistic, moved.se, moved.stratum)
    mine = null.detectable(moved.se, moved.stratum, 0.01, 0.8)
    near = np.abs(mine - np.median(effect)) < 0.02
    assert (p <= 0.01)[near].mean() == pytest.approx(0.8, abs=0.1)


@pytest.mark.parametrize(("spread", "tails"), [(0.0, "normal"), (0.2, "normal"), (0.2, "t4")])
def test_no_flag_where_nobody_profiles(spread, tails):
    """40 runs of 400 places: at most 6 with any flag at q = .05 (binomial, .05: P(more than 6) = .003)."""
    flagged = 0
    for seed in range(40):
        rng = np.random.default_rng([16, seed, round(spread * 10), len(tails)])
        shape = (2, 400)
        drawn = rng.standard_t(4, shape) / math.sqrt(2) if tails == "t4" else rng.normal(0, 1, shape)
        focal, control = (sample(rng, 400, spread * row) for row in drawn)
        p, _ = fit_pooled_null(focal, [control]).p(focal.statistic, focal.se, focal.stratum)
        flagged += bool((benjamini_hochberg(p) <= 0.05).any())
    assert flagged <= 6


def test_without_controls_the_lower_half_decides():
    rng = np.random.default_rng(17)
    focal = sample(rng, 800, rng.normal(0, 0.3, 800))
    null = fit_pooled_null(focal)
    assert null.controls == 0
    assert math.isnan(null.control_spread)
    assert null.focal_spread == pytest.approx(0.3, abs=0.1)


def test_the_scale_says_how_much_more_variable_the_focal_contrasts_are():
    rng = np.random.default_rng(18)
    wide, narrow = sample(rng, 1500, rng.normal(0, 0.4, 1500)), sample(rng, 1500, rng.normal(0, 0.2, 1500))
    assert fit_pooled_null(wide, [narrow]).scale == pytest.approx(2.0, rel=0.35)
    assert fit_pooled_null(narrow, [wide]).scale == 1.0


def test_one_place_gets_its_own_permutation():
    rng = np.random.default_rng(19)
    one = sample(rng, 1, 0.8)
    null = fit_relabelled_null(one)
    p, _ = null.p(one.statistic, one.se, one.stratum)
    assert p[0] == pytest.approx(one.p_greater[0], abs=0.02)
    assert p[0] >= one.p_greater[0] - 1e-12


def test_nothing_to_fit_is_refused():
    empty = randomise_classes(np.zeros((2, 12)), np.ones((2, 12)), np.zeros((2, 12), dtype=bool), SIDE, 0.1)
    with pytest.raises(ValueError, match="enough classes"):
        fit_pooled_null(empty)
    with pytest.raises(ValueError, match="enough classes"):
        fit_relabelled_null(empty)


def test_a_control_is_judged_also_where_no_focal_contrast_stands():
    """A control of much larger standard error than any focal contrast, far out: its p is small, not 1 by default."""
    rng = np.random.default_rng(20)
    focal = sample(rng, 60)
    variance = np.full((60, 12), 1.5)
    x = rng.normal(0, 1, (60, 12)) * math.sqrt(1.5)
    x[0] += 15.0 * (SIDE > 0)
    control = randomise_classes(x, variance, np.ones(x.shape, dtype=bool), SIDE, 0.06, most=300)
    assert control.se.min() > focal.se.max()
    null = fit_pooled_null(focal, [control])
    upper, lower = null.p(control.statistic, control.se, control.stratum)
    assert upper[0] < 0.01
    assert ((upper < 1) | (lower < 1)).all()


def test_the_interval_of_one_place_agrees_with_its_exact_p():
    """4 + 4 classes of one variance: p a multiple of 1/70, and the lower limit above 0 exactly where p <= .025."""
    side = np.array([-1] * 4 + [1] * 4)
    rng = np.random.default_rng(21)
    agree = []
    for _ in range(40):
        x = rng.normal(0, 0.3, (1, 8)) + 0.8 * (side > 0)
        one = randomise_classes(x, np.full((1, 8), 0.02), np.ones((1, 8), dtype=bool), side, 0.05)
        low, _ = fit_relabelled_null(one).interval(one.difference, one.se, one.stratum, 0.95)
        agree.append((low[0] > 0) == (one.p_greater[0] <= 0.025))
    # The limit is taken outwards to a bin of .02 standard errors: it may be the stricter of the two, never the laxer.
    assert np.mean(agree) >= 0.9
