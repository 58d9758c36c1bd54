"""Critical counts, power and detectable effects: complete enumeration in fractions, R, properties."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.stats.ratios.binomial import binom_upper
from auditor.stats.ratios.power import critical_count, detectable_ratio, detectable_share, power_at
from auditor.stats.ratios.rates import rate_ratio


def upper(k, n, p):
    return sum((comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1)), Fraction(0))


@pytest.mark.parametrize("p0", [0.02, 0.3, 0.5, 0.85])
@pytest.mark.parametrize("alpha", [0.2, 0.05, 0.001])
def test_small_samples_by_enumeration(p0, alpha):
    """Every n up to 30, every count: rational arithmetic finds the first count at or under alpha and its power."""
    n = np.arange(31)
    critical = critical_count(n, p0, alpha)
    ratio, share = detectable_ratio(n, p0, alpha), detectable_share(n, p0, alpha)
    for i in n:
        tails = [upper(k, int(i), Fraction(p0)) for k in range(i + 1)] + [Fraction(0)]
        first = next(k for k, tail in enumerate(tails) if tail <= Fraction(alpha))
        assert critical[i] == first
        if first > i:
            assert np.isinf(ratio[i])
            assert np.isinf(share[i])
        else:
            assert abs(upper(first, int(i), Fraction(share[i])) - Fraction(0.8)) < 1e-11
            odds = Fraction(ratio[i]) * Fraction(p0) / (1 - Fraction(p0))
            assert abs(upper(first, int(i), odds / (1 + odds)) - Fraction(0.8)) < 1e-11


def test_agrees_with_r(reference_rows):
    """R 4.2.2: qbinom and uniroot on pbinom  # script: tests/reference/stats_power.R"""
    rows = reference_rows("stats_power.csv")
    n, p0, alpha, power, critical, share, ratio = (np.array([float(r[c]) for r in rows]) for c in rows[0])
    np.testing.assert_array_equal(critical_count(n, p0, alpha), critical)
    np.testing.assert_allclose(detectable_share(n, p0, alpha, power), share, rtol=1e-10)
    np.testing.assert_allclose(detectable_ratio(n, p0, alpha, power), ratio, rtol=1e-10)
    found = np.isfinite(ratio)
    np.testing.assert_allclose(power_at(n, p0, alpha, np.where(found, ratio, 1.0))[found], power[found], rtol=1e-10)
    assert 100 < found.sum() < found.size


def test_power_is_how_often_the_test_flags():
    """4,000 draws of the test of rates itself at the detectable ratio; Monte-Carlo error .006."""
    rng = np.random.default_rng(6)
    n, exposure_h, exposure_w, alpha = 120, 3.0, 10.0, 0.01
    p0 = exposure_h / (exposure_h + exposure_w)
    ratio = detectable_ratio(n, p0, alpha)[0]
    h = rng.binomial(n, ratio * p0 / (ratio * p0 + 1 - p0), 4000)
    flagged = rate_ratio(h, n - h, exposure_h, exposure_w).p_greater <= alpha
    assert abs(flagged.mean() - 0.8) < 0.02


@pytest.mark.parametrize(
    ("n", "k", "p0"),
    [
        # Found by a search of 200,000 random designs: SciPy's incomplete beta is off by 3e-8 to 6e-8 here.
        (1694101624, 23, 1.363536623790158e-08),
        (1833907931, 29, 1.625614358005252e-08),
        (1447097583, 9, 6.9489151653780405e-09),
        (1870883415, 5, 2.75933823159694e-09),
        (1352970491, 36, 2.6844644317484825e-08),
    ],
)
def test_the_exact_tail_has_the_last_word(n, k, p0):
    """Levels a billionth above and below the tail itself: k is just critical, and just not."""
    tail = binom_upper(k, n, p0)[0]
    assert critical_count(n, p0, tail * (1 + 1e-9))[0] == k
    assert critical_count(n, p0, tail * (1 - 1e-9))[0] == k + 1


def test_where_nothing_could_be_found():
    """All 4 of 4 has probability 1/16 under one half: never at .05, and a flag at .07."""
    assert critical_count(4, 0.5, 0.05)[0] == 5
    assert critical_count(4, 0.5, 0.07)[0] == 4
    assert power_at(4, 0.5, 0.05, 100.0)[0] == 0
    assert np.isinf(detectable_ratio([0, 4], 0.5, 0.05)).all()
    assert detectable_share(4, 0.5, 0.07)[0] == pytest.approx(0.8**0.25, rel=1e-13)


@pytest.mark.parametrize("n", [0, 1, 10**9])
@pytest.mark.parametrize("p0", [1e-12, 0.5, 1 - 1e-9])
@pytest.mark.parametrize("alpha", [1e-300, 0.05, 0.7])
def test_extreme_values(n, p0, alpha):
    ratio = detectable_ratio(n, p0, alpha)
    assert (ratio > 1).all()
    assert ((power_at(n, p0, alpha, [0.5, 2.0]) >= 0) & (power_at(n, p0, alpha, [0.5, 2.0]) <= 1)).all()


designs = (st.integers(1, 3000), st.floats(0.01, 0.99), st.floats(1e-6, 0.2))


@given(*designs, st.floats(0.3, 0.9))
def test_detectable_effect_moves_the_right_way(n, p0, alpha, power):
    base = detectable_ratio(n, p0, alpha, power)[0]
    assert base > 1
    assert detectable_ratio(n, p0, alpha, power + 0.05)[0] >= base
    assert detectable_ratio(n, p0, alpha / 10, power)[0] >= base * (1 - 1e-12)
    assert critical_count(n + 1, p0, alpha)[0] - critical_count(n, p0, alpha)[0] in (0, 1)


@given(*designs, st.floats(0.2, 5))
def test_power_rises_with_the_effect_and_is_the_level_at_none(n, p0, alpha, ratio):
    values = power_at(n, p0, alpha, [1.0, ratio, ratio * 1.1])
    assert values[0] <= alpha * (1 + 1e-12)
    assert values[1] <= values[2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1.5, 0.5, 0.05), r"n must be whole numbers, got 1\.5"),
        ((5, 0.0, 0.05), "p0 must lie strictly between 0 and 1, got 0"),
        ((5, 0.5, 1.0), "alpha must lie strictly between 0 and 1, got 1"),
        ((5, 0.5, 0.05, 1.0), "power must lie strictly between 0 and 1, got 1"),
        ((5, 0.5, 0.5, 0.4), "power must be above alpha"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        detectable_ratio(*arguments)


def test_ratio_must_leave_a_share():
    with pytest.raises(ValueError, match="ratio must be above 0, got 0"):
        power_at(5, 0.5, 0.05, 0.0)
    with pytest.raises(ValueError, match="ratio is so extreme"):
        power_at(5, 1 - 1e-16, 0.05, 1e308)
