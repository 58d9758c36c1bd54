"""Records without a group: fractions, R, the figures of scenario 18, properties."""

from fractions import Fraction

import numpy as np
import pytest

from auditor.stats.ratios.rates import rate_ratio
from auditor.stats.ratios.sensitivity import missing_group_bounds
from auditor.stats.recording.missing_group import missing_by_outcome, missing_range, missing_share, unevenness


def test_hand_arithmetic():
    """30 and 60 events, 10 unknown, exposures 100 and 400: (30/100)/(70/400), (40/100)/(60/400).

    Tipping: (30 + 10 (1 - s)) / 100 = (60 + 10 s) / 400 has s = 2 > 1: no sharing gives a ratio of 1.
    """
    got = missing_range(30, 100, 60, 400, 10)
    assert got.low[0] == pytest.approx(float(Fraction(30, 100) / Fraction(70, 400)), rel=1e-14)
    assert got.high[0] == pytest.approx(float(Fraction(40, 100) / Fraction(60, 400)), rel=1e-14)
    assert np.isnan(got.tipping[0])
    assert got.limit_low[0] < got.low[0] < got.high[0] < got.limit_high[0]


def test_without_gaps_the_limits_are_the_plain_ones():
    got, plain = missing_range([12, 0], 100, [30, 5], 300, 0), rate_ratio([12, 0], [30, 5], 100, 300)
    np.testing.assert_array_equal(got.limit_low, plain.low)
    np.testing.assert_array_equal(got.limit_high, plain.high)
    np.testing.assert_array_equal(got.low, missing_group_bounds([12, 0], 100, [30, 5], 300, 0).low)


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_the_range_holds_the_truth_when_gaps_depend_on_the_group(share, ratio):
    """Scenario 18: odds of a gap twice as high in the focal group; 3,000 places; at least .95."""
    rng = np.random.default_rng(int(100 * share + ratio))
    c, r = rng.poisson(60 * ratio, 3000), rng.poisson(200, 3000)
    odds = share / (1 - share)
    lost_c, lost_r = rng.binomial(c, 2 * odds / (1 + 2 * odds)), rng.binomial(r, share)
    got = missing_range(c - lost_c, 60, r - lost_r, 200, lost_c + lost_r)
    assert np.mean((got.limit_low <= ratio) & (ratio <= got.limit_high)) >= 0.95
    # What it protects from: the complete records alone.
    if share == 0.5:
        plain = rate_ratio(c - lost_c, r - lost_r, 60, 200)
        assert np.mean((plain.low <= ratio) & (ratio <= plain.high)) < 0.7


def test_shares():
    """Wilson limits of 3 in 20: R 4.2.2, prop.test(3, 20, correct = FALSE)$conf.int: 0.0523687459, 0.3604188647."""
    share, low, high = missing_share([3, 0], [20, 0])
    assert (share[0], np.isnan(share[1]), low[1], high[1]) == (0.15, True, 0, 1)
    assert (low[0], high[0]) == pytest.approx((0.0523687459, 0.3604188647), rel=1e-9)


def test_association_agrees_with_r(reference_rows):
    """R 4.2.2: mantelhaen.test, exact and not  # script: tests/reference/stats_missing.R"""
    row = reference_rows("stats_missing.csv")[0]
    strata = np.arange(12)
    n, base_n = 20 + 3 * strata, 50 + (7 * strata) % 30
    k, base_k = 3 + (5 * strata) % 9, 4 + (3 * strata) % 11
    got = missing_by_outcome([k], [n], [base_k], [base_n])
    for name in ("odds_ratio", "low", "high"):
        np.testing.assert_allclose(getattr(got, name)[0], float(row[name]), rtol=1e-10, err_msg=name)
    np.testing.assert_allclose(got.p[0], min(2 * float(row["p_tail"]), 1), rtol=1e-10)
    assert got.strata[0] == 12


def test_gaps_that_go_with_the_outcome_are_found_and_others_are_not():
    """1,000 places of 12 strata whose rates of gaps differ widely; odds ratio 1 and 2."""
    rng, shape = np.random.default_rng(2), (1000, 12)
    for ratio, low, high in ((1.0, 0.0, 0.05 + 2 * np.sqrt(0.05 * 0.95 / 1000)), (2.0, 0.9, 1.0)):
        odds = np.exp(rng.normal(-1.5, 0.8, shape))
        k = rng.binomial(40, ratio * odds / (1 + ratio * odds))
        got = missing_by_outcome(k, np.full(shape, 40), rng.binomial(60, odds / (1 + odds)), np.full(shape, 60))
        assert low <= np.mean(got.p <= 0.05) <= high
        assert np.mean((got.low <= ratio) & (ratio <= got.high)) >= 0.93


def test_places_where_nothing_informs():
    got = missing_by_outcome([[0, 5]], [[10, 5]], [[0, 3]], [[10, 3]])
    assert got.p[0] == 1
    assert got.strata[0] == 0
    assert np.isnan(got.odds_ratio[0])


def test_tarone_by_hand():
    """Units 1 of 10 and 5 of 10: rate .3, squares (4 + 4) / .21, less 20, over sqrt(2 * 180)."""
    got = unevenness([1, 5, 2], [10, 10, 4], [0, 0, 1], 3)
    assert got.z[0] == pytest.approx((8 / 0.21 - 20) / np.sqrt(360), rel=1e-12)
    assert got.rho[0] == pytest.approx((8 / 0.21 - 20) / 180, rel=1e-12)
    assert np.isnan(got.z[1:]).all()
    assert got.p[1:].tolist() == [1, 1]
    assert got.units.tolist() == [2, 1, 0]


def test_unevenness_is_found_and_chance_is_not():
    """1,000 places of 40 officers with 30 records: at most .07 called uneven by chance, nearly all at rho = .1."""
    rng, place = np.random.default_rng(3), np.repeat(np.arange(1000), 40)
    total = np.full(place.size, 30)
    even = unevenness(rng.binomial(30, 0.2, place.size), total, place, 1000)
    assert np.mean(even.p <= 0.05) <= 0.07
    clumped = unevenness(rng.binomial(30, rng.beta(1.8, 7.2, place.size)), total, place, 1000)
    assert np.mean(clumped.p <= 0.05) > 0.99
    assert clumped.rho.mean() == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: missing_share([5], [3]), "missing must not exceed total"),
        (lambda: missing_by_outcome([1], [2], [1], [2]), "places by strata"),
        (lambda: missing_by_outcome([[3]], [[2]], [[1]], [[2]]), "missing_with must not exceed with_"),
        (lambda: unevenness([1], [2], [1], 1), "place must lie between 0 and 0"),
        (lambda: missing_range(1.5, 1, 1, 1, 1), "n_c must be whole numbers"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
