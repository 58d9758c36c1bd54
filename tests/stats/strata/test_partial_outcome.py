"""Cases without an outcome: bounds by hand, Imbens and Manski's critical value, tipping shares, coverage."""

import numpy as np
import pytest
from scipy.stats import norm

from auditor.stats.ratios.intervals import clopper_pearson
from auditor.stats.ratios.shares import share_ratio
from auditor.stats.strata.partial_outcome import critical_level, ratio_bounds, share_bounds
from auditor.stats.strata.partial_tipping import assumed_ratio, tipping_share


def test_range_by_hand():
    """12 of 40 dropped, 8 taken: 12/40 to 20/40, 12/32 among the rest (exact arithmetic)."""
    got = share_bounds(12, 8, 40)
    assert (got.low[0], got.high[0], got.known[0]) == (12 / 40, 20 / 40, 12 / 32)
    assert 0 < got.outer_low[0] < 12 / 40
    assert 20 / 40 < got.outer_high[0] < 1


def test_nothing_missing_is_the_plain_interval():
    got = share_bounds([0, 3, 40], 0, [40, 40, 40])
    low, high = clopper_pearson([0, 3, 40], 40)
    np.testing.assert_allclose(got.outer_low, low, rtol=1e-9)
    np.testing.assert_allclose(got.outer_high, high, rtol=1e-9)
    np.testing.assert_array_equal(got.low, got.high)
    ratio, plain = ratio_bounds(20, 0, 50, 15, 0, 60), share_ratio(20, 50, 15, 60)
    np.testing.assert_allclose([ratio.outer_low[0], ratio.outer_high[0]], [plain.low[0], plain.high[0]], rtol=1e-9)
    assert ratio.low[0] == ratio.high[0] == ratio.known[0] == pytest.approx((20 / 50) / (15 / 60), rel=1e-15)


def test_a_wide_range_needs_one_sided_limits_only():
    """Half of 4,000 without an outcome: the other end is 70 standard errors away, so each tail may take 5 %."""
    got = share_bounds(1000, 2000, 4000)
    low, high = clopper_pearson([1000, 3000], 4000, 0.9)
    assert got.outer_low[0] == pytest.approx(low[0], rel=1e-7)
    assert got.outer_high[0] == pytest.approx(high[1], rel=1e-7)


def test_critical_value_solves_its_equation():
    """Imbens & Manski (2004), equation (7): Phi(c + width / error) - Phi(-c) = level; one at 1 by bisection in R:

    uniroot(function(c) pnorm(c + 1) - pnorm(-c) - .95, c(1, 3), tol = 1e-14)$root is 1.68147744233
    """
    level = critical_level(np.array([0.0, 0.01, 0.05, 1.0]), np.full(4, 0.01), np.full(4, 0.95))
    c = norm.ppf((1 + level) / 2)
    np.testing.assert_allclose(norm.cdf(c + np.array([0, 1, 5, 100])) - norm.cdf(-c), 0.95, rtol=1e-9)
    assert c[1] == pytest.approx(1.68147744233, abs=1e-9)
    assert c[3] == pytest.approx(1.6448536269514722, abs=1e-6)


def test_ratio_range_by_hand():
    """30 of 100 and 10 taken against 20 of 120 and 2 taken: (30/100) / (22/120) to (40/100) / (20/120)."""
    got = ratio_bounds(30, 10, 100, 20, 2, 120)
    assert got.low[0] == pytest.approx(0.3 / (22 / 120), rel=1e-14)
    assert got.high[0] == pytest.approx(0.4 / (20 / 120), rel=1e-14)
    assert got.known[0] == pytest.approx((30 / 90) / (20 / 118), rel=1e-14)
    assert got.outer_low[0] < got.low[0] < got.high[0] < got.outer_high[0]


def test_edges():
    """No cases; all taken; no event anywhere; reference without events."""
    share = share_bounds([0, 0], [0, 10], [0, 10])
    np.testing.assert_array_equal([share.low, share.high, share.outer_low, share.outer_high], [[0, 0], [1, 1]] * 2)
    assert np.isnan(share.known).all()
    ratio = ratio_bounds([0, 5, 0, 0], [0, 5, 0, 3], [0, 10, 10, 3], [3, 0, 0, 0], [1, 0, 0, 9], [9, 10, 10, 9])
    np.testing.assert_array_equal(ratio.low, [0, np.inf, 0, 0])
    np.testing.assert_array_equal(ratio.high, [np.inf] * 4)
    assert (ratio.outer_low[1] > 0) & (ratio.outer_low[1] < np.inf)
    np.testing.assert_array_equal(ratio.outer_high, [np.inf] * 4)
    np.testing.assert_array_equal(np.isnan(ratio.known), [True, False, True, True])


def test_tipping_by_hand():
    """20 of 100 with 30 taken against 36 of 120 with 2 taken, 0.2 of those: (36.4/120 x 100 - 20) / 30."""
    got = tipping_share(20, 30, 100, 36, 2, 120, 0.2)
    assert got.even[0] == pytest.approx((36.4 / 120 * 100 - 20) / 30, rel=1e-14)
    assert got.known[0] == pytest.approx(20 / 70, rel=1e-14)
    at = assumed_ratio(20, 30, 100, 36, 2, 120, got.even, 0.2)
    assert at.ratio[0] == pytest.approx(1, rel=1e-14)
    edge = assumed_ratio(20, 30, 100, 36, 2, 120, got.certain, 0.2)
    assert edge.low[0] == pytest.approx(1, rel=1e-9)
    assert got.even[0] < got.certain[0] < 1


def test_a_single_missing_case_or_reference_case_tips_too():
    """2 of 10 with 1 taken against 1 of 4 (2.5 needed: half of it); against 1 of 4 of a single case, none known."""
    np.testing.assert_allclose(tipping_share([2, 2], 1, 10, [1, 0], [0, 1], [4, 1], 0.25).even, 0.5, rtol=1e-14)


def test_no_tipping_where_there_is_none():
    """Nothing taken; more than 1 already; less than 1 whatever the taken; no reference events at all."""
    got = tipping_share([30, 60, 5, 9], [0, 10, 5, 1], 100, [20, 20, 60, 0], 0, 100, 0)
    assert np.isnan(got.even).all()
    np.testing.assert_array_equal(got.certain[[0, 1]], [np.nan, 0])
    assert np.isnan(got.certain[[2, 3]]).all()


def test_assumed_ratio_is_the_usual_one_without_missing_outcomes():
    """Katz's interval: log variance 1/30 - 1/100 + 1/20 - 1/120 (exact arithmetic); no events, no ratio."""
    got = assumed_ratio([30, 0], 0, 100, 20, 0, 120, 0.5, 0.5)
    width = np.exp(1.959963984540054 * np.sqrt(1 / 30 - 1 / 100 + 1 / 20 - 1 / 120))
    assert got.ratio[0] == pytest.approx(1.8, rel=1e-14)
    assert got.low[0] == pytest.approx(1.8 / width, rel=1e-12)
    assert got.high[0] == pytest.approx(1.8 * width, rel=1e-12)
    assert np.isnan([got.ratio[1], got.low[1], got.high[1]]).all()


@pytest.mark.parametrize(
    ("n", "p", "missing", "s"), [(40, 0.3, 0.2, 0), (40, 0.3, 0.2, 1), (200, 0.1, 0.02, 1), (15, 0.2, 0.4, 1)]
)
def test_coverage_at_the_ends_of_the_range(n, p, missing, s):
    """True shares at an end of the range, where limits are worst: 4,000 places, two Monte-Carlo errors are 0.007."""
    rng = np.random.default_rng(8)
    x = rng.multinomial(n, [p, missing, 1 - p - missing], 4000)
    y = rng.multinomial(2 * n, [p, missing / 4, 1 - p - missing / 4], 4000)
    got = share_bounds(x[:, 0], x[:, 1], n)
    true = p + s * missing
    assert ((got.outer_low <= true) & (true <= got.outer_high)).mean() >= 0.943
    ratio = ratio_bounds(x[:, 0], x[:, 1], n, y[:, 0], y[:, 1], 2 * n)
    true = (p + missing) / p if s else p / (p + missing / 4)
    assert 0.935 <= ((ratio.outer_low <= true) & (true <= ratio.outer_high)).mean() <= 0.97


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="k and unknown together must not exceed n"):
        share_bounds(5, 6, 10)
    with pytest.raises(ValueError, match="base_k and base_unknown together must not exceed base_n"):
        ratio_bounds(1, 1, 10, 5, 6, 10)
    with pytest.raises(ValueError, match="share must lie between 0 and 1"):
        assumed_ratio(1, 1, 10, 5, 1, 10, 1.5, 0)
    with pytest.raises(ValueError, match="level must lie strictly"):
        share_bounds(1, 1, 10, 95)
