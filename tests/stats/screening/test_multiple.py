"""Adjusted p-values: R, Efron's police officers, definitions, properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from auditor.stats.screening.multiple import (
    benjamini_hochberg,
    benjamini_yekutieli,
    bh_cutoff,
    holm,
    partial_conjunction,
    simes,
)


def test_agrees_with_r(reference_rows):
    """R 4.2.2: p.adjust(p, "BH"), "holm" and "BY"  # script: tests/reference/stats_multiple.R"""
    rows = reference_rows("stats_multiple.csv")
    for family in {row["family"] for row in rows}:
        columns = ("p", "bh", "holm", "by")
        p, bh, step, any_dependence = (np.array([float(r[c]) for r in rows if r["family"] == family]) for c in columns)
        np.testing.assert_allclose(benjamini_yekutieli(p), any_dependence, rtol=1e-13, atol=0)
        np.testing.assert_allclose(benjamini_hochberg(p), bh, rtol=1e-13, atol=0)
        np.testing.assert_allclose(holm(p), step, rtol=1e-13, atol=0)


def test_new_york_officers(shared_data):
    """Efron & Hastie (2016), section 15.4 data: BH at 10 %, right tail of N(0, 1), flags 92 of 2,748 officers."""
    z = np.genfromtxt(shared_data / "police.csv", delimiter=",", skip_header=1)
    z = z if z.ndim == 1 else z[:, -1]
    assert z.size == 2748
    assert (benjamini_hochberg(ndtr(-z)) <= 0.1).sum() == 92


def test_cutoff_is_the_largest_p_flagged():
    """By hand, m = 5: at q = .05 the steps are .01 .02 .03 .04 .05; .031 is the last p under its step."""
    p = [0.2, 0.031, 0.001, 0.03, 0.012]
    assert bh_cutoff(p, 0.05) == 0.031
    assert bh_cutoff(p, 0.004) == 0.004 / 5
    assert bh_cutoff([0.9, 0.5], 0.05) == 0.025
    assert bh_cutoff([0.05], 0.05) == 0.05


def test_simes_by_hand():
    """3 x min(.04/1, .05/2, .9/3) = .075; the mask leaves two: 2 x min(.04, .9/2) = .08; one: itself; none: NaN."""
    p = np.array([[0.9, 0.04, 0.05]] * 4)
    mask = np.array([[1, 1, 1], [1, 1, 0], [0, 0, 1], [0, 0, 0]], dtype=bool)
    np.testing.assert_allclose(simes(p, mask), [0.075, 0.08, 0.05, np.nan], rtol=1e-14)


def test_simes_takes_conformal_ones_and_ignores_what_was_not_tested():
    """A p-value of exactly 1 must not swallow a small one (it would under Cauchy's combination)."""
    p = np.array([[1.0, 0.001, np.nan]])
    np.testing.assert_allclose(simes(p, np.array([[True, True, False]])), 0.002)
    assert simes(np.zeros((0, 3)), np.zeros((0, 3), dtype=bool)).shape == (0,)
    assert np.isnan(simes(np.zeros((2, 0)), np.zeros((2, 0), dtype=bool))).all()


def test_simes_has_its_level():
    """40,000 rows of 5 independent uniform p-values: exactly uniform in theory; Monte-Carlo error .0011."""
    rng = np.random.default_rng(8)
    p = simes(rng.uniform(size=(40000, 5)), np.ones((40000, 5), dtype=bool))
    assert abs(np.mean(p <= 0.05) - 0.05) < 0.0033


@pytest.mark.parametrize("function", [benjamini_hochberg, holm, lambda p: bh_cutoff(p, 0.1)])
@pytest.mark.parametrize(
    ("p", "message"),
    [
        ([0.1, np.nan], "p must be finite, got nan"),
        ([0.1, 1.1], r"p must lie between 0 and 1, got 1\.1"),
        ([0.1, -0.1], "p must lie between 0 and 1"),
        ([[0.1, 0.2]], r"p must be one-dimensional, got shape \(1, 2\)"),
    ],
)
def test_bad_families_are_refused(function, p, message):
    with pytest.raises(ValueError, match=message):
        function(p)


def test_other_bad_input_is_named():
    with pytest.raises(ValueError, match="at least one p-value"):
        bh_cutoff([], 0.05)
    with pytest.raises(ValueError, match="q must lie strictly between 0 and 1"):
        bh_cutoff([0.1], 1.0)
    with pytest.raises(ValueError, match="mask must hold truth values, got int64"):
        simes([[0.1]], [[1]])
    with pytest.raises(ValueError, match=r"p \(1, 1\) and mask \(1, 2\)"):
        simes([[0.1]], [[True, False]])
    with pytest.raises(ValueError, match="p must be finite, got nan"):
        simes([[np.nan]], [[True]])
    assert benjamini_hochberg([]).shape == (0,)
    assert holm([]).shape == (0,)


families = st.lists(st.floats(0, 1), min_size=1, max_size=60)


@given(families)
def test_order_range_and_rank(p):
    p = np.array(p)
    order = np.random.default_rng(p.size).permutation(p.size)
    for function in (benjamini_hochberg, holm):
        q = function(p)
        assert (q >= p).all()
        assert (q <= 1).all()
        np.testing.assert_array_equal(function(p[order]), q[order])
        assert (np.diff(q[np.argsort(p)]) >= 0).all()
    assert (holm(p) >= benjamini_hochberg(p)).all()


@given(families, st.floats(0.001, 0.5))
def test_cutoff_agrees_with_the_step_up_rule(p, q):
    """Benjamini & Hochberg's own wording: the largest i with p_(i) <= i q / m, and all before it."""
    ordered = np.sort(p)
    steps = np.arange(1, len(p) + 1) * q / len(p)
    close = np.isclose(ordered, steps, rtol=1e-9, atol=0).any()
    under = np.flatnonzero(ordered <= steps)
    expected = ordered[under[-1]] if under.size else q / len(p)
    if not close:
        assert bh_cutoff(p, q) == expected


@given(families, st.integers(0, 59))
def test_smaller_p_never_raises_another_q(p, index):
    p = np.array(p)
    lower = p.copy()
    lower[index % p.size] /= 2
    assert (benjamini_hochberg(lower) <= benjamini_hochberg(p)).all()


@given(st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=1, max_size=9))
def test_simes_is_the_smallest_bh_value_of_the_row(rows):
    """Simes's p is the least of the row's adjusted p-values, and lies between the minimum and Bonferroni."""
    table = np.array(rows)
    got = simes(table, np.ones(table.shape, dtype=bool))
    np.testing.assert_allclose(got, [benjamini_hochberg(row).min() for row in table], rtol=1e-14)
    assert (got >= table.min(axis=1)).all()
    assert (got <= 4 * table.min(axis=1)).all()


def test_partial_conjunction_by_hand():
    """Benjamini & Heller (2008): (n - u + 1) p_(u). Three tests, u = 2: 2 p_(2); two made: 1 p_(2); one made: none."""
    p = np.array([[0.01, 0.04, 0.5], [0.01, 0.04, 9.0], [0.01, 9.0, 9.0], [0.9, 0.8, 0.7]])
    mask = p <= 1
    np.testing.assert_allclose(partial_conjunction(p, mask, 2), [0.08, 0.04, np.nan, 1.0])
    np.testing.assert_allclose(partial_conjunction(p, mask, 1), [0.03, 0.02, 0.01, 1.0])
    np.testing.assert_allclose(partial_conjunction(p, mask, 3), [0.5, np.nan, np.nan, 0.9])
    assert np.isnan(partial_conjunction(p, mask, 4)).all()


def test_partial_conjunction_has_its_level_when_one_effect_is_real():
    """One overwhelming effect, two nulls that are equal: fewer than two are real, rejected at most 5 % (+ 2 MCSE)."""
    null = np.random.default_rng(6).random(20_000)
    p = np.column_stack([np.zeros(20_000), null, null])
    rejected = partial_conjunction(p, np.ones(p.shape, dtype=bool), 2) <= 0.05
    assert rejected.mean() <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 20_000)


@given(st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=1, max_size=5))
def test_partial_conjunction_asks_for_more_with_each_family(rows):
    """Non-decreasing in u before the factor: p_(u) rises, and u = 1 is Bonferroni's p."""
    table = np.array(rows)
    mask = np.ones(table.shape, dtype=bool)
    np.testing.assert_allclose(partial_conjunction(table, mask, 1), np.minimum(4 * table.min(axis=1), 1))
    np.testing.assert_allclose(partial_conjunction(table, mask, 4), table.max(axis=1))


def test_partial_conjunction_refuses():
    with pytest.raises(ValueError):
        partial_conjunction([[0.1]], [[True]], 0)
    with pytest.raises(ValueError):
        partial_conjunction([[1.1]], [[True]], 1)
    with pytest.raises(ValueError):
        partial_conjunction([[0.1]], [[1]], 1)
