"""E-values, tipping factors and bounds for unknown groups: published example, hand arithmetic, brute force."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.stats.ratios.sensitivity import benchmark_tipping, e_value, missing_group_bounds


def test_e_value_of_the_authors_example():
    """VanderWeele & Ding (2017): risk ratio 3.9 (95 % 1.8 to 8.7) has E-values 7.26 and 3.0."""
    point, limit = e_value(3.9, 1.8)
    assert round(point[0], 2) == 7.26
    assert limit[0] == pytest.approx(3.0, rel=1e-14)


def test_e_value_at_and_below_one_is_one():
    point, limit = e_value([1.0, 0.4, 2.0, np.inf, 1e300], [0.5, 0.0, 0.9, np.inf, 1e299])
    np.testing.assert_allclose(point, [1, 1, 2 + np.sqrt(2), np.inf, 2e300], rtol=1e-12)
    np.testing.assert_allclose(limit, [1, 1, 1, np.inf, 2e299], rtol=1e-12)


@given(st.floats(1, 1e6))
def test_e_value_is_the_confounder_that_just_suffices(ratio):
    """Ding & VanderWeele's bounding factor g u / (g + u - 1) at g = u = E equals the ratio."""
    e = e_value(ratio, 1.0)[0][0]
    assert e * e / (2 * e - 1) == pytest.approx(ratio, rel=1e-9)


def test_tipping_is_the_limit():
    np.testing.assert_array_equal(benchmark_tipping([0.0, 0.8, 1.0, 1.3, np.inf]), [1, 1, 1, 1.3, np.inf])


def test_bounds_by_hand():
    """Focal 40 of 1,000, reference 60 of 3,000, 20 unknown: .04/(80/3000) = 1.5 and .06/.02 = 3; never 1."""
    got = missing_group_bounds(40, 1000, 60, 3000, 20)
    assert (got.low[0], got.high[0]) == pytest.approx((1.5, 3.0), rel=1e-14)
    assert np.isnan(got.tipping[0])


def test_tipping_share_by_hand():
    """Focal 40 of 1,000, reference 60 of 3,000, 100 unknown: (140 - s 100) / 1 = (60 + s 100) / 3 at s = .9."""
    got = missing_group_bounds(40, 1000, 60, 3000, 100)
    assert got.tipping[0] == pytest.approx(0.9, rel=1e-14)
    assert got.low[0] < 1 < got.high[0]


def test_where_groups_have_no_events():
    got = missing_group_bounds([5, 0, 0, 0, 7], 10.0, [0, 0, 0, 5, 0], 20.0, [3, 0, 4, 0, 0])
    np.testing.assert_allclose(got.low, [5 / 10 / (3 / 20), np.nan, 0, 0, np.inf])
    np.testing.assert_allclose(got.high, [np.inf, np.nan, np.inf, 0, np.inf])
    np.testing.assert_allclose(got.tipping, [np.nan, np.nan, 2 / 3, np.nan, np.nan])


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 40), st.integers(1, 50), st.integers(1, 50))
def test_bounds_enclose_every_sharing_out_and_are_reached(n_c, n_r, unknown, exposure_c, exposure_r):
    """All U + 1 ways to share the unknown events out, in fractions."""
    got = missing_group_bounds(n_c, exposure_c, n_r, exposure_r, unknown)
    ratios = [
        Fraction(n_c + unknown - moved, exposure_c) / Fraction(n_r + moved, exposure_r) for moved in range(unknown + 1)
    ]
    assert got.low[0] == pytest.approx(float(min(ratios)), rel=1e-13)
    assert got.high[0] == pytest.approx(float(max(ratios)), rel=1e-13)
    if np.isfinite(got.tipping[0]):
        moved = Fraction(got.tipping[0]) * unknown
        tipped = (n_c + unknown - moved) / exposure_c / ((n_r + moved) / exposure_r)
        assert abs(tipped - 1) < 1e-9
    else:
        assert unknown == 0 or not min(ratios) <= 1 <= max(ratios)


def test_extreme_counts():
    got = missing_group_bounds([10**9, 0], [1e-3, 1e9], [1, 10**9], [1e9, 1e-3], [10**9, 10**9])
    assert (got.low <= got.high).all()
    assert np.isfinite([got.low, got.high]).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: e_value(-1, 0), "ratio must be 0 or more, got -1"),
        (lambda: e_value(np.nan, 0), "ratio must be finite, got nan"),
        (lambda: e_value(-np.inf, 0), "ratio must be finite, got -inf"),
        (lambda: e_value(1.2, 1.3), "low must not exceed ratio"),
        (lambda: benchmark_tipping("1.2"), "low must hold numbers"),
        (lambda: missing_group_bounds(1, 0, 1, 1, 1), "exposure_c must be above 0, got 0"),
        (lambda: missing_group_bounds(1, 1, 1, 1, 0.5), r"unknown must be whole numbers, got 0\.5"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
