"""Results at the edges that the docstrings promise: nothing to compare, nothing known, nothing that varies."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from auditor.stats.classes.pooled_null import PooledNull, levels_of
from auditor.stats.conformal.information import independent_controls
from auditor.stats.days.randomisation import days_log_odds, randomise_days
from auditor.stats.rollout.aggregate import aggregate
from auditor.stats.rollout.errors import bands
from auditor.stats.rollout.study import group_time
from auditor.stats.screening.spending import cutoffs, fixed_power, sequential_power
from auditor.stats.series.change import level_change, normal_limits
from auditor.stats.strata.person_ratio import person_ratio
from tests.stats.rollout_panels import BEGUN, SMALL


def test_a_look_with_nothing_to_spend_takes_no_power():
    """Its cut-off is infinite: what is left is the fixed design, Phi(drift - z)."""
    z = float(norm.isf(0.025))
    power = sequential_power([0.5, 1.0], [math.inf, z], 2.8)
    np.testing.assert_allclose(power, [0.0, fixed_power(0.025, 2.8)], atol=1e-9)
    assert np.isinf(cutoffs([0.0001, 1.0], 0.025)[0])  # O'Brien and Fleming spend 2 Phi(-2.24 / .01) = 1e-10900
    assert cutoffs([0.0001, 1.0], 0.025)[1] == pytest.approx(z, abs=1e-6)


def test_a_look_that_everyone_crosses_leaves_nothing_for_later_ones():
    np.testing.assert_allclose(sequential_power([0.5, 1.0], [-20.0, 1.0], 0.0), [1.0, 1.0], atol=1e-12)


@pytest.mark.parametrize("kind", ["simple", "event", "cohort", "calendar"])
def test_without_a_cell_there_is_no_effect(kind):
    """No period lies 90 after the beginning."""
    found = aggregate(group_time(SMALL, BEGUN), kind, window=(90, 99))
    assert np.isnan(found.overall)
    assert found.keys.size == found.att.size == 0


def test_limits_of_what_does_not_vary_are_the_value():
    found = bands([0.3], np.zeros((4, 1)), [1, 1, 2, 2], np.random.default_rng(1))
    ends = (found.low, found.high, found.point_low, found.point_high)
    assert [found.se[0], *(end[0] for end in ends)] == [0, 0.3, 0.3, 0.3, 0.3]
    assert found.critical == pytest.approx(norm.isf(0.025))


def test_normal_limits_by_the_published_table():
    """Quantiles of the normal distribution as printed everywhere: 1.959964 and 1.644854."""
    low, high, above, below = normal_limits(1.644853627, 1.0)
    assert (low, high) == pytest.approx((1.644853627 - 1.959963985, 1.644853627 + 1.959963985), abs=1e-8)
    assert (above, below) == pytest.approx((0.05, 0.95), abs=1e-8)
    low, high, above, below = normal_limits(-0.6, 0.2, 0.90)
    assert (low, high) == pytest.approx((-0.6 - 0.2 * 1.644853627, -0.6 + 0.2 * 1.644853627), abs=1e-8)
    assert above + below == pytest.approx(1)
    assert above == pytest.approx(norm.cdf(3))


def test_the_days_estimate_alone_is_that_of_the_test():
    rng = np.random.default_rng(4)
    total = rng.integers(5, 20, 24)
    days = (rng.binomial(total, 0.3), total, np.arange(24) % 3 == 0, np.repeat([0, 1], 12))
    assert days_log_odds(*days) == randomise_days(*days, seed=1).log_odds_ratio


@pytest.mark.parametrize(("lacking", "expected"), [(True, -math.inf), (False, math.inf)])
def test_days_of_one_kind_without_the_focal_group_have_no_finite_difference(lacking, expected):
    operation = np.arange(12) % 2 == 0
    focal = np.where(operation == lacking, 0, 3)
    assert days_log_odds(focal, np.full(12, 9), operation, np.zeros(12, dtype=int)) == expected


def test_few_places_keep_their_own_trends_and_none_have_no_change():
    rng = np.random.default_rng(2)
    total = rng.poisson(300, (3, 48))
    change = level_change(rng.binomial(total, 0.3), total, 24)
    assert np.isnan(change.drift)
    assert np.isfinite(change.estimate).all()
    nothing = level_change(np.zeros((2, 48)), total[:2], 24)
    assert not nothing.fitted.any()
    assert np.isnan(nothing.estimate).all()
    assert np.isnan(nothing.se).all()


def test_persons_nowhere_have_no_ratio():
    none = np.zeros(0, dtype=int)
    found = person_ratio(none, none, none, none, none, 2, person=none)
    assert np.isnan([found.ratio, found.low, found.high]).all()


def test_controls_that_share_no_place_are_independent_as_far_as_is_known():
    """Two columns that are never both known: nothing ties them, so they are worth two."""
    rng = np.random.default_rng(3)
    control = np.full((40, 2), np.nan)
    control[:20, 0], control[20:, 1] = rng.normal(size=20), rng.normal(size=20)
    assert independent_controls(control) == (2, 2.0)


def test_without_controls_the_common_factor_has_no_scale():
    levels, one = levels_of(np.array([1.0, 2.0])), np.ones((1, 1, 1))
    null = PooledNull(levels, one, one, np.array([1]), 1, 0, 0.2, float("nan"))
    assert np.isnan(null.scale)
    assert PooledNull(levels, one, one, np.array([1]), 1, 9, 0.2, 0.1).scale == pytest.approx(2.0)
    assert PooledNull(levels, one, one, np.array([1]), 1, 9, 0.1, 0.2).scale == 1.0
