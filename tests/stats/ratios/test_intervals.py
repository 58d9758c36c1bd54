"""Intervals of one share or rate against R, published figures and the definition itself."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.stats.ratios import intervals


@pytest.mark.parametrize("method", ["wilson", "clopper_pearson", "garwood"])
def test_limits_agree_with_r(method, reference_rows):
    """R 4.2.2: prop.test(correct = FALSE), qbeta, qgamma  # script: tests/reference/stats_intervals.R"""
    rows = [row for row in reference_rows("stats_intervals.csv") if row["method"] == method]
    k, n, level, low, high = (np.array([float(r[c]) for r in rows]) for c in ("k", "n", "level", "low", "high"))
    got_low, got_high = getattr(intervals, method)(k, n, level)
    np.testing.assert_allclose(got_low, low, rtol=1e-10, atol=0)
    np.testing.assert_allclose(got_high, high, rtol=1e-10, atol=0)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        # Secure Communities to 30 June 2010: non-criminal removals, nation, Travis TX, Georgia (AP counts).
        (12293, 46929, 0.2580, 0.2659),
        (594, 724, 0.7908, 0.8467),
        (243, 624, 0.3520, 0.4282),
        # McLennan TX 2010: match rate in submissions.
        (155, 3955, 0.0336, 0.0457),
    ],
)
def test_wilson_of_published_counts(k, n, low, high):
    """Four decimals as worked by hand in the project's notes; the arithmetic is Wilson (1927)."""
    got = intervals.wilson(k, n)
    assert np.round([got[0][0], got[1][0]], 4) == pytest.approx([low, high], abs=1e-12)


def test_wilson_solves_its_own_equation():
    """(k/n - p)^2 = z^2 p (1 - p) / n at both limits, which is the definition; no other program needed."""
    n = np.arange(1, 61)[:, None]
    k = np.minimum(np.arange(61), n)
    for p in intervals.wilson(k, n):
        np.testing.assert_allclose((k / n - p) ** 2, 1.959963984540054**2 * p * (1 - p) / n, rtol=1e-9, atol=1e-16)


def test_clopper_pearson_leaves_the_tail_it_promises():
    """Exact rational arithmetic: P(X >= k | low) and P(X <= k | high) are 2.5 % for every table up to 40."""
    tail = (1 - 0.95) / 2
    for n in (1, 2, 7, 18, 40):
        low, high = intervals.clopper_pearson(np.arange(n + 1), n)
        for k in range(n + 1):
            if k > 0:
                assert abs(_upper(k, n, low[k]) / Fraction(tail) - 1) < Fraction(1, 10**12)
            if k < n:
                assert abs(_upper(n - k, n, None, high[k]) / Fraction(tail) - 1) < Fraction(1, 10**11)


def _upper(k, n, p, complement=None):
    p = 1 - Fraction(complement) if p is None else Fraction(p)
    return sum((comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(k, n + 1)), Fraction(0))


@pytest.mark.parametrize("method", ["wilson", "clopper_pearson"])
def test_no_trials_leave_the_share_unknown(method):
    low, high = getattr(intervals, method)([0, 0, 3], [0, 5, 3])
    assert low[0] == 0
    assert high[0] == 1
    assert low[1] == 0
    assert high[2] == 1


@pytest.mark.parametrize("method", ["wilson", "clopper_pearson"])
@pytest.mark.parametrize("level", [1e-9, 0.5, 0.95, 1 - 1e-12])
def test_extreme_counts_stay_inside_the_unit_interval(method, level):
    k = np.array([0, 1, 10**9 - 1, 10**9, 5 * 10**8, 0, 1])
    n = np.array([10**9, 10**9, 10**9, 10**9, 10**9, 1, 1])
    low, high = getattr(intervals, method)(k, n, level)
    assert (low >= 0).all()
    assert (high <= 1).all()
    assert (low <= k / n).all()
    assert (high >= k / n).all()


def test_garwood_of_extreme_counts():
    low, high = intervals.garwood([0, 1, 10**9], [1e-300, 1.0, 1e12])
    assert low[0] == 0
    assert np.isfinite(high).all()
    assert (low <= high).all()


counts = st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize("method", ["wilson", "clopper_pearson"])
@given(pair=counts, level=st.floats(0.5, 0.999))
def test_counting_the_others_mirrors_the_interval(method, pair, level):
    k, n = pair
    low, high = getattr(intervals, method)(k, n, level)
    mirror_low, mirror_high = getattr(intervals, method)(n - k, n, level)
    np.testing.assert_allclose([low, high], [1 - mirror_high, 1 - mirror_low], atol=1e-12)


@pytest.mark.parametrize("method", ["wilson", "clopper_pearson", "garwood"])
@given(k=st.integers(0, 400), level=st.floats(0.5, 0.99))
def test_limits_rise_with_the_count_and_widen_with_the_level(method, k, level):
    function = getattr(intervals, method)
    low, high = function([k, k + 1], 401, level)
    assert low[0] <= low[1]
    assert high[0] <= high[1]
    wider_low, wider_high = function([k, k + 1], 401, level + 0.009)
    assert (wider_low <= low).all()
    assert (wider_high >= high).all()


def test_places_do_not_touch_each_other():
    rng = np.random.default_rng(11)
    n = rng.integers(1, 10**6, 50)
    k = rng.binomial(n, 0.3)
    order = rng.permutation(50)
    for method in ("wilson", "clopper_pearson", "garwood"):
        low, high = getattr(intervals, method)(k, n)
        shuffled = getattr(intervals, method)(k[order], n[order])
        alone = getattr(intervals, method)(k[7], n[7])
        np.testing.assert_array_equal(shuffled, (low[order], high[order]))
        np.testing.assert_array_equal(np.ravel(alone), (low[7], high[7]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"k": -1, "n": 3}, "k must be 0 or more, got -1"),
        ({"k": 1.5, "n": 3}, "k must be whole numbers, got 1.5"),
        ({"k": 4, "n": 3}, "k must not exceed n, got 4"),
        ({"k": 1, "n": 2e10}, r"n must not exceed 10\*\*10, got 20000000000"),
        ({"k": np.nan, "n": 3}, "k must be finite, got nan"),
        ({"k": 1, "n": np.inf}, "n must be finite, got inf"),
        ({"k": "1", "n": 3}, "k must hold numbers, got <U1 values"),
        ({"k": True, "n": 3}, "k must hold numbers, got bool values"),
        ({"k": [1, None], "n": 3}, "k must hold numbers, got object values"),
        ({"k": np.ma.masked_array([1], [True]), "n": 3}, "k is a masked array"),
        ({"k": 1, "n": 3, "level": 95}, "level must lie strictly between 0 and 1, got 95"),
        ({"k": [1, 2], "n": [3, 3, 3]}, r"shapes do not fit together: k \(2,\), n \(3,\)"),
    ],
)
@pytest.mark.parametrize("method", ["wilson", "clopper_pearson"])
def test_bad_input_is_named(method, arguments, message):
    with pytest.raises(ValueError, match=message):
        getattr(intervals, method)(**arguments)


def test_garwood_needs_exposure():
    with pytest.raises(ValueError, match="exposure must be above 0, got 0"):
        intervals.garwood([1, 2], [1.0, 0.0])


def test_no_places_give_no_limits():
    low, high = intervals.clopper_pearson([], [])
    assert low.shape == high.shape == (0,)
