"""Events that must be of the other group before the lower limit is 1: exact fractions, and every count tried."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.stats.ratios.group_tipping import misrecorded_tipping, unrecorded_tipping
from auditor.stats.ratios.rates import rate_ratio, rate_ratio_with_error
from auditor.stats.ratios.sensitivity import e_value, e_value_either_side


def upper(k: int, n: int, p: Fraction) -> Fraction:
    """P(X >= k) in fractions."""
    return sum((comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1)), Fraction(0))


def test_unrecorded_by_exact_arithmetic():
    """60 against 40 at a base of 2/5, 50 unrecorded: 22 more of the reference group leave p below 1/40, 23 do not."""
    p = Fraction(2, 5)
    assert upper(60, 122, p) < Fraction(1, 40) <= upper(60, 123, p)
    assert unrecorded_tipping(60, 40, 0.4, 50)[0] == 23 / 50


def test_misrecorded_by_exact_arithmetic():
    """51 of the 100 leave p below 1/40, 50 do not: 10 of the 60 must be the other group's."""
    p = Fraction(2, 5)
    assert upper(51, 100, p) < Fraction(1, 40) <= upper(50, 100, p)
    assert misrecorded_tipping(60, 40, 0.4)[0] == 10 / 60


def test_where_no_share_does_it():
    """Nothing unknown; too few unknown; an interval that holds 1 already; no focal events."""
    got = unrecorded_tipping([60, 60, 40, 0], [40, 40, 60, 9], 0.4, [0, 22, 50, 50])
    np.testing.assert_array_equal(got, np.nan)
    np.testing.assert_array_equal(misrecorded_tipping([40, 0], [60, 9], 0.4), np.nan)
    assert unrecorded_tipping(60, 40, 0.4, 23)[0] == 1


@given(st.integers(0, 80), st.integers(0, 60), st.integers(0, 60), st.floats(0.1, 0.9), st.sampled_from([0.0, 0.1]))
def test_it_is_the_first_count_at_which_the_limit_is_one(h, w, unknown, base, error):
    """Every count is tried with the limits of `rate_ratio`, which shares no search with it."""
    cv = np.sqrt(np.expm1(error**2))
    tried = np.arange(unknown + 1)
    low = rate_ratio_with_error(h, w + tried, base, 1 - base, cv, 0.0).low if h + w else np.zeros(unknown + 1)
    first = np.flatnonzero(low <= 1)
    got = unrecorded_tipping(h, w, base, unknown, error)[0]
    if unknown and len(first) and first[0] > 0:
        assert got == pytest.approx(first[0] / unknown, rel=1e-12)
    else:
        assert np.isnan(got)


@given(st.integers(20, 200), st.integers(0, 60), st.integers(1, 60), st.integers(1, 5))
def test_more_reference_events_never_make_it_harder_to_explain_away(h, w, unknown, more):
    for low, high in (
        (unrecorded_tipping(h, w + more, 0.3, unknown)[0], unrecorded_tipping(h, w, 0.3, unknown)[0]),
        (misrecorded_tipping(h, w + more, 0.3)[0], misrecorded_tipping(h, w, 0.3)[0]),
    ):
        held = rate_ratio(h, w + more, 0.3, 0.7).low[0] > 1
        assert not held or np.isnan(high) or low <= high


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="unknown"):
        unrecorded_tipping(60, 40, 0.4, 1.5)
    with pytest.raises(ValueError, match="base"):
        misrecorded_tipping(60, 40, 1.0)
    with pytest.raises(ValueError, match="level"):
        misrecorded_tipping(60, 40, 0.5, level=1.0)


def test_e_values_on_either_side_of_one():
    """The authors' example, 3.9 (1.8 to 8.7): 7.26 and 3.0; its reciprocal has the same; an interval around 1 has 1."""
    ratio = [3.9, 1 / 3.9, 1.2, 0.0, np.inf, np.nan]
    point, limit = e_value_either_side(ratio, [1.8, 1 / 8.7, 0.9, 0, 2, 1], [8.7, 1 / 1.8, 1.6, 0.5, np.inf, 2])
    np.testing.assert_allclose(point[:2], 7.263034, rtol=1e-6)
    np.testing.assert_allclose(limit[:2], 3.0, rtol=1e-12)
    assert (point[2], limit[2]) == (pytest.approx(1.2 + np.sqrt(0.24)), 1)
    np.testing.assert_array_equal(point[3:], [np.inf, np.inf, np.nan])
    np.testing.assert_allclose(limit[3:], [2 + np.sqrt(2), 2 + np.sqrt(2), np.nan])


@given(st.floats(0.01, 100), st.floats(0.1, 1), st.floats(1, 10))
def test_the_root_of_an_odds_ratio_is_what_stands_in_for_it(ratio, below, above):
    rooted = e_value_either_side(ratio**2, (ratio * below) ** 2, (ratio * above) ** 2, True)
    plain = e_value_either_side(ratio, ratio * below, ratio * above)
    np.testing.assert_allclose(rooted, plain, rtol=1e-6)
    assert plain[1][0] <= plain[0][0]
    if ratio > 1:
        assert plain[0][0] == pytest.approx(e_value(ratio, ratio)[0][0])
