"""Exact conditional test over strata: rational arithmetic, R, limits inverted exactly, extreme tails."""

from fractions import Fraction
from itertools import product
from math import comb, exp, log

import numpy as np
import pytest

from auditor.stats.strata.exact_strata import exact_strata
from tests.stats.tables import tables, values


def weights(k, n, base_k, base_n):
    """Ways of each sum of focal events, given the margins of all strata, in whole numbers; and the observed sum."""
    total, least = [1], 0
    for a, focal, c, base in zip(k, n, base_k, base_n, strict=True):
        events = a + c
        low, high = max(0, events - base), min(focal, events)
        own = [comb(focal, u) * comb(base, events - u) for u in range(low, high + 1)]
        total = [
            sum(total[i] * own[s - i] for i in range(len(total)) if 0 <= s - i < len(own))
            for s in range(len(total) + len(own) - 1)
        ]
        least += low
    return total, sum(k) - least


def tail(ways, at, odds, upper):
    parts = [w * odds**u for u, w in enumerate(ways)]
    return Fraction(sum(parts[at:] if upper else parts[: at + 1]), 1) / sum(parts)


def test_every_small_table_is_exact():
    """All 2 x 2 tables with groups of 1 to 6, against rational arithmetic."""
    cases = [
        (a, n, c, m)
        for n, m in product(range(1, 7), repeat=2)
        for a in range(n + 1)
        for c in range(m + 1)
        if 0 < a + c < n + m
    ]
    k, n, c, m = (np.array(x)[:, None] for x in zip(*cases, strict=True))
    got = exact_strata(k, n, c, m)
    assert len(cases) > 600
    for j, (a, focal, b, base) in enumerate(cases):
        ways, at = weights([a], [focal], [b], [base])
        upper, lower = (float(tail(ways, at, Fraction(1), side)) for side in (True, False))
        assert got.p_greater[j] == pytest.approx(upper, rel=1e-12)
        assert got.p_less[j] == pytest.approx(lower, rel=1e-12)
        assert got.mid_p_greater[j] == pytest.approx(upper - ways[at] / sum(ways) / 2, rel=1e-11)


@pytest.mark.parametrize("seed", range(12))
def test_strata_are_exact(seed):
    """Five strata of up to 15 and 20, nulls of 1 and 3, against rational arithmetic; limits put back in exactly."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(0, 16, 5), rng.integers(0, 21, 5)
    k, c = rng.binomial(n, 0.3), rng.binomial(m, 0.2)
    given = [[int(x) for x in y] for y in (k, n, c, m)]
    ways, at = weights(*given)
    for null in (1, 3):
        got = exact_strata(*given, null=null)
        assert got.p_greater[0] == pytest.approx(float(tail(ways, at, Fraction(null), True)), rel=1e-12)
        assert got.p_less[0] == pytest.approx(float(tail(ways, at, Fraction(null), False)), rel=1e-12)
    assert got.low[0] < got.odds_ratio[0] < got.high[0]
    assert float(tail(ways, at, Fraction(got.low[0]), True)) == pytest.approx(0.025, rel=1e-11)
    assert float(tail(ways, at, Fraction(got.high[0]), False)) == pytest.approx(0.025, rel=1e-11)
    parts = [w * Fraction(got.odds_ratio[0]) ** u for u, w in enumerate(ways)]
    mean = sum(u * p for u, p in enumerate(parts)) / sum(parts)
    assert float(mean) == pytest.approx(at, rel=1e-11)


@pytest.mark.parametrize("case", ["berkeley", "formula", "sparse", "single"])
def test_agrees_with_r(rows, case):
    """R 4.2.2: mantelhaen.test(t, exact = TRUE, alternative = ...), one stratum fisher.test: p, estimate, limits.

    R finds estimates and limits by uniroot at its default tolerance, about 1e-4; its p-values are exact sums.
    """
    got = exact_strata(*tables(rows, case))
    p, estimate, low, _ = values(rows, case, "exact_greater")
    assert got.p_greater[0] == pytest.approx(p, rel=1e-9)
    assert got.odds_ratio[0] == pytest.approx(estimate, rel=1e-3)
    assert exact_strata(*tables(rows, case), level=0.9).low[0] == pytest.approx(low, rel=1e-3)
    assert got.p_less[0] == pytest.approx(values(rows, case, "exact_less")[0], rel=1e-9)
    two = values(rows, case, "exact_two.sided")
    # An upper limit of 269 is found as the reciprocal of one, at that tolerance.
    np.testing.assert_allclose([got.low[0], got.high[0]], two[2:], rtol=3e-3)


@pytest.fixture
def rows(reference_rows):
    return reference_rows("stats_tables.csv")


def test_a_tail_too_small_for_a_double():
    """5,000 of 5,000 against 0 of 5,000: P = 1 / C(10000, 5000), its log by exact whole numbers."""
    got = exact_strata(5000, 5000, 0, 5000)
    assert got.log_p_greater[0] == pytest.approx(-log(comb(10000, 5000)), rel=1e-11)
    assert got.odds_ratio[0] == np.inf
    assert got.high[0] == np.inf
    assert np.isfinite(got.low[0])
    assert got.p_less[0] == 1
    other = exact_strata(0, 5000, 5000, 5000)
    assert other.log_p_less[0] == pytest.approx(-log(comb(10000, 5000)), rel=1e-11)
    assert (other.odds_ratio[0], other.low[0], other.p_greater[0]) == (0, 0, 1)


def test_p_far_out_over_two_strata():
    """900 of 1,000 against 100 of 1,000, and 30 of 40 against 20 of 60: rational arithmetic gives the log of P."""
    given = [900, 30], [1000, 40], [100, 20], [1000, 60]
    ways, at = weights(*given)
    upper = tail(ways, at, Fraction(1), True)
    want = log(upper.numerator) - log(upper.denominator)
    assert want < -700
    assert exact_strata(*given).log_p_greater[0] == pytest.approx(want, rel=1e-12)


def test_nothing_to_compare():
    got = exact_strata([[0, 5], [0, 0]], [[5, 5], [0, 0]], [[0, 6], [3, 0]], [[6, 6], [6, 0]])
    assert np.isnan(got.odds_ratio).all()
    np.testing.assert_array_equal(got.low, [0, 0])
    np.testing.assert_array_equal(got.high, [np.inf, np.inf])
    np.testing.assert_array_equal([got.p_greater, got.p_less, got.p_two_sided], np.ones((3, 2)))


def test_limits_and_p_values_never_disagree():
    rng = np.random.default_rng(2)
    n, m = rng.integers(1, 12, (150, 4)), rng.integers(1, 12, (150, 4))
    got = exact_strata(rng.binomial(n, 0.5), n, rng.binomial(m, 0.25), m)
    np.testing.assert_array_equal(got.low > 1, got.p_greater < 0.025)
    np.testing.assert_array_equal(got.high < 1, got.p_less < 0.025)
    assert 5 < (got.low > 1).sum() < 145


def test_a_large_table_is_stable():
    """A million persons a group: the exact log odds ratio and limits lie where Woolf's do (1e-4 of the width)."""
    got = exact_strata(301_000, 10**6, 300_000, 10**6)
    se = (1 / 301_000 + 1 / 699_000 + 1 / 300_000 + 1 / 700_000) ** 0.5
    point = log(301_000 / 699_000) - log(300_000 / 700_000)
    assert log(got.odds_ratio[0]) == pytest.approx(point, rel=1e-5)
    assert got.low[0] == pytest.approx(exp(point - 1.959963984540054 * se), rel=1e-5)
    assert got.high[0] == pytest.approx(exp(point + 1.959963984540054 * se), rel=1e-5)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="null must be above 0"):
        exact_strata([1], [4], [1], [2], null=0)
    with pytest.raises(ValueError, match="level must lie strictly"):
        exact_strata([1], [4], [1], [2], level=0)
