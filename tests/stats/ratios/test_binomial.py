"""Binomial tails against exact rational arithmetic for every small table, and R for large ones."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.stats.ratios import binomial

TOLERANCE = Fraction(1, 10**12)


@pytest.mark.parametrize("p", [1e-6, 0.01, 0.0628, 0.25, 0.5, 0.7468, 0.999])
def test_every_table_up_to_sixty_is_exact(p):
    """Fractions of whole numbers: no rounding in the reference at all (1,891 tables for each p)."""
    share = Fraction(p)
    for n in range(61):
        weights = [comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
        lower = np.cumsum(np.array(weights, dtype=object))
        k = np.arange(n + 1)
        got = (binomial.binom_upper(k, n, p), binomial.binom_lower(k, n, p), binomial.mid_p_upper(k, n, p))
        for i in range(n + 1):
            upper = 1 - lower[i] + weights[i]
            for value, exact in zip(got, (upper, lower[i], upper - weights[i] / 2), strict=True):
                if exact > Fraction(1, 10**290):
                    assert abs(Fraction(float(value[i])) / exact - 1) <= TOLERANCE


def test_logs_agree_with_r(reference_rows):
    """R 4.2.2: pbinom(..., log.p = TRUE), dbinom(log = TRUE)  # script: tests/reference/stats_binomial.R"""
    rows = reference_rows("stats_binomial.csv")
    k, n, p, upper, lower, point = (np.array([float(r[c]) for r in rows]) for c in rows[0])
    np.testing.assert_allclose(binomial.log_binom_upper(k, n, p), upper, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(binomial.log_binom_lower(k, n, p), lower, rtol=1e-12, atol=1e-12)
    mid = upper + np.log1p(-0.5 * np.exp(np.minimum(point - upper, 0)))
    np.testing.assert_allclose(binomial.log_mid_p_upper(k, n, p), mid, rtol=1e-12, atol=1e-11)


def test_logs_go_on_where_doubles_end():
    """P(X >= 900 | 1000, 0.001) is about 1e-2560: 0 as a double, exact as a log (rational arithmetic)."""
    share = Fraction(0.001)
    exact = sum((comb(1000, j) * share**j * (1 - share) ** (1000 - j) for j in range(900, 1001)), Fraction(0))
    log = _log(exact)
    assert binomial.binom_upper(900, 1000, 0.001)[0] == 0
    assert binomial.log_binom_upper(900, 1000, 0.001)[0] == pytest.approx(log, rel=1e-13)


def _log(value):
    digits = value.denominator.bit_length() - value.numerator.bit_length()
    return float(np.log(float(value * 2**digits))) - digits * np.log(2)


def test_certain_and_impossible_events():
    k, n = np.array([0, 0, 1, 5, 5]), 5
    np.testing.assert_array_equal(binomial.binom_upper(k, n, 0.0), [1, 1, 0, 0, 0])
    np.testing.assert_array_equal(binomial.binom_lower(k, n, 1.0), [0, 0, 0, 1, 1])
    np.testing.assert_array_equal(binomial.binom_upper(k, n, 1.0), 1)
    np.testing.assert_array_equal(binomial.binom_lower(k, n, 0.0), 1)
    np.testing.assert_array_equal(binomial.mid_p_upper(k, n, 0.0), [0.5, 0.5, 0, 0, 0])
    np.testing.assert_array_equal(binomial.mid_p_upper(k, n, 1.0), [1, 1, 1, 0.5, 0.5])
    np.testing.assert_array_equal(binomial.binom_upper(0, 0, [0, 0.4, 1]), 1)


@example(25, 2.0**-126, 0.0)  # P(X <= 0) came out at 1 + 1.4e-14
@given(st.integers(1, 10**9), st.floats(1e-300, 1.0, exclude_max=True), st.floats(0, 1))
def test_extremes_stay_probabilities(n, p, position):
    k = np.array([0, 1, round(position * n), n])
    for function in (binomial.binom_upper, binomial.binom_lower, binomial.mid_p_upper):
        value = function(k, n, p)
        assert ((value >= 0) & (value <= 1)).all()
    assert (np.diff(binomial.log_binom_upper(k[[0, 2, 3]], n, p)) <= 0).all()


@given(st.integers(1, 5000), st.floats(0.001, 0.999), st.floats(0, 1))
def test_relabelling_events_swaps_the_tails(n, p, position):
    k = round(position * n)
    upper = binomial.log_binom_upper(k, n, p)
    np.testing.assert_allclose(binomial.log_binom_lower(n - k, n, 1 - p), upper, rtol=1e-9, atol=1e-9)


@given(st.integers(1, 5000), st.floats(0.001, 0.998), st.floats(0, 1))
def test_upper_tail_rises_with_the_share(n, p, position):
    k = round(position * n)
    values = binomial.log_binom_upper(k, n, [p, p + 0.001])
    assert values[0] <= values[1]


def test_share_must_be_a_share():
    with pytest.raises(ValueError, match=r"p must lie between 0 and 1, got 1\.2"):
        binomial.binom_upper(1, 2, 1.2)
