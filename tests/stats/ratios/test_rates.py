"""The exact comparison of two rates: R, rational arithmetic, duality of test and interval, coverage."""

from fractions import Fraction
from functools import partial
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.stats.ratios.rates import rate_difference, rate_ratio, rate_ratio_with_error

MEASURES = ("low", "high", "p_greater", "p_less", "mid_p_greater")


@pytest.mark.parametrize("with_error", [False, True])
def test_agrees_with_r(with_error, reference_rows):
    """R 4.2.2: poisson.test, pbinom summed over a grid of errors  # script: tests/reference/stats_rates.R"""
    rows = [r for r in reference_rows("stats_rates.csv") if (float(r["cv_h"]) > 0) == with_error]
    table = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    arguments = [table[name] for name in ("h", "w", "exposure_h", "exposure_w")]
    if with_error:
        got = rate_ratio_with_error(*arguments, table["cv_h"], table["cv_w"], table["level"])
    else:
        got = rate_ratio(*arguments, level=table["level"])
    for name in MEASURES:
        # The grid ends at 12 standard deviations of error: its own p-values end near 1e-30.
        known = table[name] > (1e-30 if with_error else 0)
        np.testing.assert_allclose(getattr(got, name)[known], table[name][known], rtol=1e-10, err_msg=name)
        assert known.sum() >= len(rows) - 8
    if not with_error:
        np.testing.assert_allclose(got.low[table["h"] == 0], 0)
        assert np.isinf(got.high[table["w"] == 0]).all()


def test_pierce_county_holds():
    """Published table (UWCHR): 152 holds of 2,540 Hispanic and 9 of 16,918 White bookings, ratio 112.5."""
    got = rate_ratio(152, 9, 2540, 16918)
    assert got.ratio[0] == pytest.approx(152 * 16918 / (9 * 2540), rel=1e-14)
    # R 4.2.2: poisson.test(c(152, 9), c(2540, 16918))$conf.int
    assert (got.low[0], got.high[0]) == pytest.approx((57.716668064675208, 250.73635442053), rel=1e-12)


@pytest.mark.parametrize(("exposure_h", "exposure_w"), [(1, 1), (1, 7), (2540, 16918), (3, 1)])
def test_small_tables_are_exact(exposure_h, exposure_w):
    """Rational arithmetic over every pair of counts up to 20; p at ratio 1, tails at the limits."""
    h, w = np.meshgrid(np.arange(21), np.arange(21), indexing="ij")
    got = rate_ratio(h, w, exposure_h, exposure_w)
    share = Fraction(exposure_h, exposure_h + exposure_w)
    for i, j in np.ndindex(h.shape):
        n = i + j
        point = comb(n, i) * share**i * (1 - share) ** j
        upper = _upper(i, n, share)
        assert abs(Fraction(got.p_greater[i, j]) / upper - 1) < 1e-12
        assert abs(Fraction(got.p_less[i, j]) / (1 - upper + point) - 1) < 1e-12
        assert abs(Fraction(got.mid_p_greater[i, j]) / (upper - point / 2) - 1) < 1e-12
        if i:
            odds = Fraction(got.low[i, j]) * exposure_h / exposure_w
            assert abs(_upper(i, n, odds / (1 + odds)) / Fraction(0.025) - 1) < 1e-11


def _upper(k, n, p):
    return sum((comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1)), Fraction(0))


def test_where_little_or_nothing_was_counted():
    for function in (rate_ratio, lambda *x: rate_ratio_with_error(*x, 0.1, 0.1)):
        got = function([0, 0, 3], [0, 4, 0], [1, 1, 1], [2, 2, 2])
        np.testing.assert_array_equal(got.ratio, [np.nan, 0, np.inf])
        np.testing.assert_array_equal(got.low[:2], 0)
        np.testing.assert_array_equal(got.high[[0, 2]], np.inf)
        np.testing.assert_array_equal(got.p_greater[:2], 1)
        assert got.p_less[0] == 1
        assert got.mid_p_greater[0] == 0.5
        assert got.low[2] > 0
        assert np.isfinite(got.high[1])


def test_tests_go_on_where_doubles_end():
    got = rate_ratio([10**9, 900], [1, 1], [1e-6, 1.0], [1e6, 99.0])
    assert (got.p_greater == 0).all()
    assert (got.log_p_greater < -3000).all()
    assert np.isfinite(got.log_p_greater).all()
    # P(X >= 900 | 901, 1/100) from rational arithmetic, as a log.
    exact = _upper(900, 901, Fraction(1, 100))
    shift = exact.denominator.bit_length() - exact.numerator.bit_length()
    assert got.log_p_greater[1] == pytest.approx(np.log(float(exact * 2**shift)) - shift * np.log(2), rel=1e-13)


@pytest.mark.parametrize("h", [0, 1, 10**9])
@pytest.mark.parametrize("w", [0, 1, 10**9])
@pytest.mark.parametrize("exposure", [1e-9, 1.0, 1e9])
def test_extreme_counts(h, w, exposure):
    for got in (rate_ratio(h, w, exposure, 1), rate_ratio_with_error(h, w, exposure, 1, 0.2, 0.01)):
        for name in ("p_greater", "p_less", "mid_p_greater"):
            assert 0 <= getattr(got, name)[0] <= 1
        if h + w:
            assert got.low[0] <= got.ratio[0] <= got.high[0]


def test_no_error_is_the_exact_test():
    h, w = np.meshgrid([0, 1, 5, 60], [0, 1, 9, 300], indexing="ij")
    plain, mixed = rate_ratio(h, w, 2.0, 9.0, null=1.25), rate_ratio_with_error(h, w, 2.0, 9.0, 0, 0, null=1.25)
    for name in (*MEASURES, "ratio", "log_p_greater", "log_p_less"):
        np.testing.assert_allclose(getattr(mixed, name), getattr(plain, name), rtol=1e-12, atol=1e-14)


def test_interval_with_benchmark_error_covers():
    """4,000 places, noncitizen counts with a 25 % margin of error; Monte-Carlo error of coverage .0034."""
    rng = np.random.default_rng(20260)
    cv_h, cv_w = 0.25 / 1.645, 0.05
    true_h, true_w, ratio = 4000.0, 20000.0, 1.4
    stated_h = true_h * np.exp(rng.normal(0, np.sqrt(np.log1p(cv_h**2)), 4000))
    stated_w = true_w * np.exp(rng.normal(0, np.sqrt(np.log1p(cv_w**2)), 4000))
    h, w = rng.poisson(0.01 * ratio * true_h, 4000), rng.poisson(0.01 * true_w, 4000)
    with_error = rate_ratio_with_error(h, w, stated_h, stated_w, cv_h, cv_w)
    covered = np.mean((with_error.low <= ratio) & (ratio <= with_error.high))
    assert 0.94 <= covered <= 0.965
    plain = rate_ratio(h, w, stated_h, stated_w)
    assert np.mean((plain.low <= ratio) & (ratio <= plain.high)) < 0.9


counts = st.integers(0, 400)
exposures = st.floats(0.01, 1e6)


@given(counts, counts, exposures, exposures, st.floats(0, 0.5))
def test_relabelling_gives_the_reciprocal(h, w, exposure_h, exposure_w, cv):
    there = rate_ratio_with_error(h, w, exposure_h, exposure_w, cv, 0.1)
    back = rate_ratio_with_error(w, h, exposure_w, exposure_h, 0.1, cv)
    np.testing.assert_allclose(there.p_greater, back.p_less, rtol=1e-9)
    if h and w:
        np.testing.assert_allclose(1 / back.ratio, there.ratio, rtol=1e-12)
        np.testing.assert_allclose((1 / back.high, 1 / back.low), (there.low, there.high), rtol=1e-9)


@given(counts, counts, exposures, exposures, st.floats(0.5, 0.999), st.floats(0, 0.5), st.floats(0.3, 3))
def test_interval_and_test_never_disagree(h, w, exposure_h, exposure_w, level, cv, null):
    arguments = (h, w, exposure_h, exposure_w)
    for got in (
        rate_ratio(*arguments, level, null),
        rate_ratio_with_error(*arguments, cv, cv / 2, level, null),
    ):
        tail = (1 - level) / 2
        if abs(got.p_greater[0] - tail) > 1e-9 * tail:
            assert (got.low[0] > null) == (got.p_greater[0] < tail)
        if abs(got.p_less[0] - tail) > 1e-9 * tail:
            assert (got.high[0] < null) == (got.p_less[0] < tail)


@given(counts, counts, exposures, st.floats(0.01, 0.5))
def test_more_events_and_more_error_move_the_limits_the_right_way(h, w, exposure, cv):
    got = rate_ratio([h, h + 1], w, exposure, 1.0)
    assert got.low[0] < got.low[1]
    assert got.high[0] <= got.high[1]
    assert got.p_greater[0] >= got.p_greater[1]
    wider = rate_ratio_with_error([h, h + 1], w, exposure, 1.0, [cv, cv], 0)
    assert (wider.low <= got.low * (1 + 1e-12)).all()
    assert (wider.high >= got.high * (1 - 1e-12)).all()


@given(st.integers(1, 400), st.integers(1, 400), st.floats(0.1, 100), st.sampled_from([0.5, 2.0, 1000.0]))
def test_the_unit_of_exposure_does_not_matter(h, w, exposure, unit):
    one, other = rate_ratio(h, w, exposure, 3.0), rate_ratio(h, w, exposure * unit, 3.0 * unit)
    for name in MEASURES:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-9)


def test_places_do_not_touch_each_other():
    rng = np.random.default_rng(5)
    h, w = rng.poisson(20, 40), rng.poisson(90, 40)
    cv = rng.uniform(0, 0.4, 40)
    order = rng.permutation(40)
    together = rate_ratio_with_error(h, w, 1.0, 5.0, cv, 0.05)
    shuffled = rate_ratio_with_error(h[order], w[order], 1.0, 5.0, cv[order], 0.05)
    alone = rate_ratio_with_error(h[3], w[3], 1.0, 5.0, cv[3], 0.05)
    for name in MEASURES:
        # To the last digit: a report on one place must not change because another joined the run.
        np.testing.assert_array_equal(getattr(shuffled, name), getattr(together, name)[order])
        np.testing.assert_array_equal(getattr(alone, name)[0], getattr(together, name)[3])


def test_difference_is_zou_and_donner_on_garwood():
    """Hand arithmetic on R's poisson.test(15, 0.9)$conf.int and poisson.test(41, 6.1)$conf.int."""
    low_h, high_h, low_w, high_w = 9.3282068137, 27.489132079, 4.8233291589, 9.1182179619
    d = 15 / 0.9 - 41 / 6.1
    got = rate_difference(15, 41, 0.9, 6.1, per=1)
    assert got.difference[0] == pytest.approx(d, rel=1e-14)
    assert got.low[0] == pytest.approx(d - np.hypot(15 / 0.9 - low_h, high_w - 41 / 6.1), rel=1e-7)
    assert got.high[0] == pytest.approx(d + np.hypot(high_h - 15 / 0.9, 41 / 6.1 - low_w), rel=1e-7)
    np.testing.assert_allclose(rate_difference(15, 41, 900, 6100).low, got.low, rtol=1e-12)


def test_difference_covers():
    """Expected 12 and 40 events, 4,000 draws (Monte-Carlo error .0034): at least .94 and not wildly wide."""
    rng = np.random.default_rng(3)
    got = rate_difference(rng.poisson(12, 4000), rng.poisson(40, 4000), 1.0, 5.0, per=1)
    assert 0.94 <= np.mean((got.low <= 4) & (got.high >= 4)) <= 0.985


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"h": -1}, "h must be 0 or more, got -1"),
        ({"w": 0.5}, r"w must be whole numbers, got 0\.5"),
        ({"exposure_h": 0}, "exposure_h must be above 0, got 0"),
        ({"exposure_w": np.nan}, "exposure_w must be finite, got nan"),
        ({"level": 1}, "level must lie strictly between 0 and 1, got 1"),
        ({"null": 0}, "null must be above 0, got 0"),
        ({"exposure_h": 1e-200, "exposure_w": 1e200}, "exposure_h and exposure_w differ by a factor above 1e300"),
        ({"cv_h": -0.1}, r"cv_h must be 0 or more, got -0\.1"),
    ],
)
def test_bad_input_is_named(change, message):
    arguments = {"h": 1, "w": 2, "exposure_h": 3.0, "exposure_w": 4.0, **change}
    function = partial(rate_ratio_with_error, cv_w=0) if "cv_h" in change else rate_ratio
    with pytest.raises(ValueError, match=message):
        function(**arguments)
