"""One share against a base, and the ratio of two shares: published counts, R, statsmodels, enumeration."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.proportion import confint_proportions_2indep

from auditor.stats.ratios.shares import leave_one_out, share_ratio, share_z

# Secure Communities to 30 June 2010, removals without conviction (AP counts): nation, Travis TX, Georgia.
NATION, TRAVIS, GEORGIA = (12293, 46929), (594, 724), (243, 624)


@pytest.mark.parametrize(
    ("place", "base", "z"),
    [
        (TRAVIS, (11699, 46205), "+35.10"),
        (TRAVIS, NATION, "+34.18"),
        (GEORGIA, NATION, "+7.24"),
        (GEORGIA, (12050, 46305), "+7.36"),
        ((155, 3955), (692788, 11000000), "-6.16"),
    ],
)
def test_scores_of_published_counts(place, base, z):
    """Hand arithmetic with (k/n - b) / sqrt(b (1 - b) / n); +35.1, +34.2, +7.24, +7.36 and -6.2 in print."""
    assert f"{share_z(*place, base[0] / base[1])[0]:+.2f}" == z


def test_score_squared_is_the_chi_square_of_r():
    """R 4.2.2: prop.test(243, 624, p = 0.25, correct = FALSE)$statistic gives 64.692307692307693."""
    assert share_z(243, 624, 0.25)[0] ** 2 == pytest.approx(64.692307692307693, rel=1e-13)


def test_the_place_is_taken_out_of_its_base():
    k, n = leave_one_out([594, 243], [724, 624], *NATION)
    np.testing.assert_array_equal((k, n), ([11699, 12050], [46205, 46305]))
    np.testing.assert_array_equal(leave_one_out(3, 7, 3, 7), ([0], [0]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((5, 6, 4, 60), "total_k is smaller than the k of a place"),
        ((0, 6, 55, 60), "total_n leaves fewer trials without an event"),
        ((7, 6, 55, 60), "k must not exceed n, got 7"),
        ((1, 6, 70, 60), "total_k must not exceed total_n, got 70"),
    ],
)
def test_a_place_larger_than_the_whole_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        leave_one_out(*arguments)


def test_score_needs_trials_and_an_uncertain_base():
    with pytest.raises(ValueError, match="n must be 1 or more, got 0"):
        share_z([0, 1], [0, 2], 0.5)
    with pytest.raises(ValueError, match="base must lie strictly between 0 and 1, got 1"):
        share_z(1, 2, 1.0)


def test_limits_of_the_ratio_agree_with_r(reference_rows):
    """R 4.2.2, the definition solved by uniroot  # script: tests/reference/stats_shares.R"""
    rows = reference_rows("stats_shares.csv")
    k, n, base_k, base_n, level, low, high = (np.array([float(r[c]) for r in rows]) for c in rows[0])
    got = share_ratio(k, n, base_k, base_n, level)
    np.testing.assert_allclose(got.low, low, rtol=1e-10)
    np.testing.assert_allclose(got.high, high, rtol=1e-10)


@pytest.mark.parametrize("counts", [(3, 20, 9, 30), (1, 10, 1, 10), (594, 724, 11699, 46205), (29, 30, 31, 33)])
def test_limits_of_the_ratio_agree_with_statsmodels(counts):
    """statsmodels 0.15: method="score", correction=True; its own root search is good to about 1e-9."""
    got = share_ratio(*counts)
    expected = confint_proportions_2indep(*counts, compare="ratio", method="score", correction=True)
    np.testing.assert_allclose((got.low[0], got.high[0]), expected, rtol=1e-8)


def test_travis_is_three_times_the_rest_of_the_nation():
    """594/724 over 11,699/46,205 is .82044 / .25320 = 3.24."""
    got = share_ratio(*TRAVIS, *(x[0] for x in leave_one_out(*TRAVIS, *NATION)))
    assert round(got.ratio[0], 2) == 3.24
    assert 3.11 < got.low[0] < got.ratio[0] < got.high[0] < 3.36


def test_coverage_over_every_pair_of_tables():
    """All 21 x 31 tables weighted by their exact probabilities: never below .93, on average near .95."""
    k, base_k = np.meshgrid(np.arange(21), np.arange(31), indexing="ij")
    got = share_ratio(k, 20, base_k, 30)
    coverage = []
    for p in (0.05, 0.1, 0.3, 0.5, 0.7, 0.95):
        for base in (0.05, 0.1, 0.3, 0.5, 0.7, 0.95):
            weight = binom.pmf(np.arange(21), 20, p)[:, None] * binom.pmf(np.arange(31), 30, base)
            coverage.append(weight[(got.low <= p / base) & (p / base <= got.high)].sum())
    assert min(coverage) >= 0.93
    assert 0.945 <= np.mean(coverage) <= 0.975


def test_single_events_and_single_trials_have_a_ratio():
    found = share_ratio([1, 0, 1, 1], [10, 10, 1, 2], [0, 1, 3, 1], [20, 20, 4, 1])
    np.testing.assert_allclose(found.ratio, [np.inf, 0, 4 / 3, 1 / 2], rtol=1e-15)


def test_where_a_ratio_cannot_be_formed():
    got = share_ratio([0, 3, 0, 0, 2], [5, 5, 5, 0, 4], [2, 0, 0, 1, 0], [5, 5, 5, 5, 0])
    np.testing.assert_array_equal(got.ratio, [0, np.inf, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(got.low[[0, 2, 3, 4]], 0)
    np.testing.assert_array_equal(got.high[1:], np.inf)
    assert got.low[1] > 0
    assert np.isfinite(got.high[0])


@pytest.mark.parametrize("level", [1e-6, 0.95, 1 - 1e-12])
def test_extreme_counts(level):
    big = 10**9
    k, n = np.array([0, 1, big, big, 1, big - 1]), np.array([big, big, big, big, 1, big])
    base_k, base_n = np.array([1, big, 1, big, big, big - 1]), np.array([big, big, big, big, big, big])
    got = share_ratio(k, n, base_k, base_n, level)
    assert (got.low <= got.ratio * (1 + 1e-12)).all()
    assert (got.high >= got.ratio * (1 - 1e-12)).all()


tables = st.tuples(st.integers(1, 300), st.integers(1, 300), st.floats(0, 1), st.floats(0, 1))


@given(tables)
def test_relabelling_gives_the_reciprocal(table):
    n, base_n = table[:2]
    k, base_k = round(n * table[2]), round(base_n * table[3])
    there, back = share_ratio(k, n, base_k, base_n), share_ratio(base_k, base_n, k, n)
    if k and base_k:
        np.testing.assert_allclose(back.ratio, 1 / there.ratio, rtol=1e-12)
        np.testing.assert_allclose((back.low, back.high), (1 / there.high, 1 / there.low), rtol=1e-8)
    elif k or base_k:
        assert {there.ratio[0], back.ratio[0]} == {0, np.inf}


@given(tables)
def test_limits_rise_with_the_events(table):
    n, base_n = table[:2]
    k, base_k = round((n - 1) * table[2]), round(base_n * table[3])
    got = share_ratio([k, k + 1], n, base_k, base_n)
    assert got.low[0] <= got.low[1] * (1 + 1e-12)
    assert got.high[0] <= got.high[1] * (1 + 1e-12)
