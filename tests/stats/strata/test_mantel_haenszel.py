"""Common ratios and difference over strata: metafor and statsmodels, one stratum by hand, coverage, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from auditor.stats.strata.mantel_haenszel import mh_odds_ratio, mh_risk_difference, mh_risk_ratio
from tests.stats.tables import tables, values

CASES = ["berkeley", "formula", "large", "sparse", "single"]


@pytest.fixture
def rows(reference_rows):
    return reference_rows("stats_tables.csv")


@pytest.mark.parametrize("case", CASES)
def test_agrees_with_metafor(rows, case):
    """R 4.2.2, metafor 3.8.1: rma.mh(ai, bi, ci, di, measure = "OR" | "RR" | "RD"): log ratio or difference, and SE"""
    given_ = tables(rows, case)
    for method, measure in ((mh_odds_ratio, "OR"), (mh_risk_ratio, "RR")):
        got, want = method(*given_), values(rows, case, measure)
        np.testing.assert_allclose([np.log(got.estimate[0]), got.se[0]], want, rtol=1e-12, atol=1e-14)
        limits = np.exp(want[0] + want[1] * 1.959963984540054 * np.array([-1, 1]))
        np.testing.assert_allclose([got.low[0], got.high[0]], limits, rtol=1e-11)
    got, want = mh_risk_difference(*given_), values(rows, case, "RD")
    np.testing.assert_allclose([got.estimate[0], got.se[0]], want, rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("case", ["berkeley", "formula", "large"])
def test_agrees_with_statsmodels(rows, case):
    """statsmodels 0.15: StratifiedTable(...).oddsratio_pooled, logodds_pooled_se, riskratio_pooled"""
    k, n, base_k, base_n = tables(rows, case)
    model = StratifiedTable(
        [np.array([[a, b - a], [c, d - c]]) for a, b, c, d in zip(k, n, base_k, base_n, strict=True)]
    )
    odds, risk = mh_odds_ratio(k, n, base_k, base_n), mh_risk_ratio(k, n, base_k, base_n)
    np.testing.assert_allclose(odds.estimate[0], model.oddsratio_pooled, rtol=1e-12)
    np.testing.assert_allclose(odds.se[0], model.logodds_pooled_se, rtol=1e-12)
    np.testing.assert_allclose(risk.estimate[0], model.riskratio_pooled, rtol=1e-12)


def test_one_stratum_by_hand():
    """3 of 10 against 1 of 12. Odds ratio 33/7, Woolf's variance 1/3 + 1/7 + 1 + 1/11; ratio 3.6, variance of the log
    1/3 - 1/10 + 1 - 1/12 (exact arithmetic)."""
    odds, risk = mh_odds_ratio(3, 10, 1, 12), mh_risk_ratio(3, 10, 1, 12)
    assert odds.estimate[0] == pytest.approx(33 / 7, rel=1e-14)
    assert odds.se[0] == pytest.approx(np.sqrt(1 / 3 + 1 / 7 + 1 + 1 / 11), rel=1e-14)
    assert risk.estimate[0] == pytest.approx(3.6, rel=1e-14)
    assert risk.se[0] == pytest.approx(np.sqrt(1 / 3 - 1 / 10 + 1 - 1 / 12), rel=1e-14)
    assert mh_risk_difference(3, 10, 1, 12).estimate[0] == pytest.approx(3 / 10 - 1 / 12, rel=1e-14)


def test_edges_are_stated_not_invented():
    """No focal events, no reference events, no events, all events, no second group."""
    k, n = [[0], [5], [0], [10], [3]], [[10]] * 5
    base_k, base_n = [[4], [0], [0], [12], [0]], [[12], [12], [12], [12], [0]]
    odds, risk = mh_odds_ratio(k, n, base_k, base_n), mh_risk_ratio(k, n, base_k, base_n)
    np.testing.assert_array_equal(odds.estimate, [0, np.inf, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(odds.low, [0, 0, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(odds.high, [np.inf, np.inf, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(risk.estimate, [0, np.inf, np.nan, 1, np.nan])
    assert np.isnan(odds.se).all()
    difference = mh_risk_difference(k, n, base_k, base_n)
    np.testing.assert_allclose(difference.estimate, [-1 / 3, 5 / 10, 0, 0, np.nan])
    # No event at all, or nothing but events: the variance is 0, and the interval all there is.
    np.testing.assert_array_equal(difference.low[[2, 3]], [-1, -1])
    np.testing.assert_array_equal(difference.high[[2, 3]], [1, 1])
    np.testing.assert_array_equal(odds.strata, [1, 1, 1, 1, 0])


def test_billions_lose_no_digits():
    """10**9 times the single table: the ratios stay, the standard error of the log falls by sqrt(10**9)."""
    one, many = mh_odds_ratio(3, 10, 1, 12), mh_odds_ratio(3e9, 10e9, 1e9, 1e10)
    assert many.estimate[0] == pytest.approx((3 * 9) / (7 * 1), rel=1e-13)
    assert one.estimate[0] != many.estimate[0]
    assert many.se[0] == pytest.approx(np.sqrt(1 / 3 + 1 / 7 + 1 + 1 / 9) / np.sqrt(1e9), rel=1e-12)


@given(st.integers(0, 10**6))
def test_swapping_groups_turns_the_comparison_over(seed):
    rng = np.random.default_rng(seed)
    n, base_n = rng.integers(1, 30, (4, 5)), rng.integers(1, 30, (4, 5))
    k, base_k = rng.binomial(n, 0.4), rng.binomial(base_n, 0.3)
    for method in (mh_odds_ratio, mh_risk_ratio):
        one, two = method(k, n, base_k, base_n), method(base_k, base_n, k, n)
        inner = np.isfinite(one.se)
        np.testing.assert_allclose(one.estimate[inner], 1 / two.estimate[inner], rtol=1e-12)
        np.testing.assert_allclose(one.low[inner], 1 / two.high[inner], rtol=1e-12)
    one, two = mh_risk_difference(k, n, base_k, base_n), mh_risk_difference(base_k, base_n, k, n)
    np.testing.assert_allclose(one.estimate, -two.estimate, atol=1e-14)
    np.testing.assert_allclose(one.low, -two.high, atol=1e-12)
    # An empty stratum changes nothing.
    wide = [np.pad(x, ((0, 0), (0, 1))) for x in (k, n, base_k, base_n)]
    np.testing.assert_array_equal(mh_odds_ratio(*wide).estimate, mh_odds_ratio(k, n, base_k, base_n).estimate)


def test_coverage_with_many_small_strata():
    """20 strata of about 4 and 7 persons, odds ratio 1: 3,000 samples, two Monte-Carlo errors are 0.008."""
    rng = np.random.default_rng(4)
    p = rng.uniform(0.1, 0.6, 20)
    n, base_n = rng.poisson(4, (3000, 20)), rng.poisson(7, (3000, 20))
    k, base_k = rng.binomial(n, p), rng.binomial(base_n, p)
    for method, value in ((mh_odds_ratio, 1), (mh_risk_ratio, 1), (mh_risk_difference, 0)):
        got = method(k, n, base_k, base_n)
        assert 0.932 <= ((got.low <= value) & (got.high >= value)).mean() <= 0.968


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="k must not exceed n"):
        mh_odds_ratio([5], [4], [1], [2])
    with pytest.raises(ValueError, match="base_k must be whole"):
        mh_risk_ratio([1], [4], [1.5], [2])
    with pytest.raises(ValueError, match="places by strata"):
        mh_risk_difference(np.ones((2, 2, 2)), np.ones((2, 2, 2)), 1, 1)
    with pytest.raises(ValueError, match="level must lie strictly"):
        mh_odds_ratio([1], [4], [1], [2], level=1)
