"""Pooled ratios with outcomes missing: bounds by enumeration, one stratum as before, coverage, bad input."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from auditor.stats.strata.mantel_haenszel import mh_risk_ratio
from auditor.stats.strata.partial_outcome import ratio_bounds
from auditor.stats.strata.partial_strata import even_share, pooled_bounds
from auditor.stats.strata.partial_tipping import tipping_share

# Two strata: focal events, without outcome, all; then the reference group.
CASES = ([6, 9], [2, 3], [20, 15], [4, 10], [1, 2], [25, 18])


def exact(a, n, c, m):
    """Mantel and Haenszel's ratio of shares in fractions."""
    above = sum(Fraction(x * w, y + w) for x, y, w in zip(a, n, m, strict=True))
    return above / sum(Fraction(x * y, y + w) for x, y, w in zip(c, n, m, strict=True))


def test_range_holds_every_way_in_which_the_outcomes_may_have_gone():
    """All 3 x 4 x 2 x 3 completions, in exact fractions."""
    k, u, n, c, v, m = CASES
    focal = product(range(u[0] + 1), range(u[1] + 1))
    ways = list(product(focal, product(range(v[0] + 1), range(v[1] + 1))))
    values = [exact([k[0] + a, k[1] + b], n, [c[0] + d, c[1] + e], m) for (a, b), (d, e) in ways]
    got = pooled_bounds(*CASES)
    assert len(values) == 72
    assert got.low[0] == pytest.approx(float(min(values)), rel=1e-14)
    assert got.high[0] == pytest.approx(float(max(values)), rel=1e-14)
    assert got.known[0] == pytest.approx(float(exact(k, [18, 12], c, [24, 16])), rel=1e-14)
    assert got.outer_low[0] < got.low[0] < got.known[0] < got.high[0] < got.outer_high[0]


@pytest.mark.parametrize("alone", [(30, 10, 100, 20, 2, 120), (1, 0, 1, 3, 1, 9), (4, 2, 9, 1, 0, 1)])
def test_one_stratum_is_what_it_was(alone):
    """Also where a single person makes up a group."""
    got, plain = pooled_bounds(*([[x, 0]] for x in alone)), ratio_bounds(*alone)
    for name in ("low", "high", "outer_low", "outer_high", "known"):
        assert getattr(got, name)[0] == getattr(plain, name)[0], name
    share = 20 / 118
    assert even_share(*alone, share)[0] == pytest.approx(tipping_share(*alone, share).even[0], rel=1e-12, nan_ok=True)


def test_nothing_missing_is_the_plain_interval():
    k, _, n, c, _, m = CASES
    got, plain = pooled_bounds(k, [0, 0], n, c, [0, 0], m), mh_risk_ratio(k, n, c, m)
    assert (got.low[0], got.high[0]) == (plain.estimate[0], plain.estimate[0])
    assert (got.outer_low[0], got.outer_high[0]) == pytest.approx((plain.low[0], plain.high[0]), rel=1e-9)


def test_a_wide_range_needs_one_sided_limits_only():
    """Ends 40 standard errors apart: the limits are those of a 90 % interval at either end."""
    k, u, n = np.array([[300, 400]]), np.array([[500, 500]]), np.array([[2000, 2000]])
    got = pooled_bounds(k, u, n, k, u, n)
    assert got.outer_low[0] == pytest.approx(mh_risk_ratio(k, n, k + u, n, 0.9).low[0], rel=1e-7)
    assert got.outer_high[0] == pytest.approx(mh_risk_ratio(k + u, n, k, n, 0.9).high[0], rel=1e-7)


def test_ends_without_a_value_are_open():
    got = pooled_bounds([0, 0], [0, 0], [5, 5], [0, 0], [1, 0], [5, 5])
    assert (got.low[0], got.high[0]) == (0, np.inf)
    assert (got.outer_low[0], got.outer_high[0]) == (0, np.inf)
    nobody = pooled_bounds([1, 0], [0, 0], [5, 0], [0, 1], [0, 0], [0, 5])
    assert (nobody.low[0], nobody.high[0]) == (0, np.inf)


def test_even_share_makes_the_ratio_one():
    """Put back with a reference share of 1/4: 6 + 2 s and 9 + 3 s of 20 and 15 against 4 1/4 and 10 1/2."""
    k, u, n, c, v, m = CASES
    k = [3, 8]
    s = even_share(k, u, n, c, v, m, 0.25)[0]
    a = [x + Fraction(s).limit_denominator(10**9) * y for x, y in zip(k, u, strict=True)]
    assert 0 < s < 1
    assert float(exact(a, n, [Fraction(17, 4), Fraction(21, 2)], m)) == pytest.approx(1, abs=1e-8)


def test_no_even_share():
    assert np.isnan(even_share([18, 12], [2, 3], [20, 15], [1, 1], [0, 0], [25, 18], 0.5)[0])
    assert np.isnan(even_share([6, 9], [0, 0], [20, 15], [4, 10], [1, 2], [25, 18], 0.5)[0])


def test_limits_hold_the_truth_wherever_it_lies():
    """Ratio 1 in three strata; the missing tenth of each group goes as far from the rest as it can."""
    rng = np.random.default_rng(3)
    n, m = np.array([60, 90, 150]), np.array([100, 80, 120])
    share = np.array([0.2, 0.35, 0.5])
    k, c = (rng.binomial(size, share, (4000, 3)) for size in (n, m))
    # Of the focal group it is events that are missing, of the reference group others.
    u, v = np.minimum(k, n // 10), np.minimum(m - c, m // 10)
    got = pooled_bounds(k - u, u, np.broadcast_to(n, k.shape), c, v, np.broadcast_to(m, c.shape))
    held = ((got.outer_low <= 1) & (got.outer_high >= 1)).mean()
    assert held >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 4000)
    assert (got.known < 1).mean() > 0.9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([3], [2], [4], [0], [0], [4]), "k and unknown together must not exceed n"),
        (([3], [0], [4], [3], [2], [4]), "base_k and base_unknown together must not exceed base_n"),
        (([-1], [2], [4], [0], [0], [4]), "k must be 0 or more"),
        (([[[1]]], [[[0]]], [[[4]]], [[[1]]], [[[0]]], [[[4]]]), "places by strata"),
    ],
)
def test_bad_counts_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        pooled_bounds(*arguments)


def test_a_share_out_of_range_is_refused():
    with pytest.raises(ValueError, match="base_share"):
        even_share(*CASES, 1.5)
