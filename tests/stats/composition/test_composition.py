"""Shares by category within regimes: R, absent months, dispersion, coverage; runs of missing months."""

import numpy as np
import pytest

from auditor.stats.composition.shares import composition, missing_months
from tests.stats.tables import values


@pytest.fixture
def rows(reference_rows):
    return reference_rows("stats_composition.csv")


@pytest.mark.parametrize("level", [0.9, 0.95])
@pytest.mark.parametrize("counts", [(10, 20, 70), (0, 3, 9, 1), (500, 1500)])
def test_goodman_limits_agree_with_r(rows, counts, level):
    """R 4.2.2: the score test inverted by uniroot at chi-square quantile 1 - (1 - level) / K"""
    got = composition([counts], [0], level=level)
    case = "_".join(f"{x:g}" for x in (level, *counts))
    np.testing.assert_allclose(got.low[0, 0], values(rows, case, "low"), rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(got.high[0, 0], values(rows, case, "high"), rtol=1e-9)
    np.testing.assert_allclose(got.share[0, 0], np.array(counts) / sum(counts), rtol=1e-15)


def test_dispersion_agrees_with_r(rows):
    """R 4.2.2: summary(glm(two ~ 1, quasibinomial))$dispersion; chisq.test(three): statistic over parameter"""
    t = np.arange(1, 19)
    two = 4 * np.column_stack([5 + (t * 7) % 11, 9 + (t * 5) % 13])
    three = np.column_stack([two, 12 + 4 * ((t * t) % 7)])
    assert composition(two, t * 0).dispersion[0, 0] == pytest.approx(values(rows, "dispersion", "two")[0], rel=1e-10)
    assert composition(three, t * 0).dispersion[0, 0] == pytest.approx(
        values(rows, "dispersion", "three")[0], rel=1e-10
    )
    # A quarter of the counts scatters less than chance would have it: no credit for that.
    assert composition(two // 4, t * 0).dispersion[0, 0] == 1


def test_scattered_months_widen_the_limits():
    """Shares of 0.1 and 0.9 in turn: Pearson's statistic of 10 months of 20 is 10 x 20 x 0.4^2 / 0.25, over 9."""
    got = composition(np.tile([[2, 18], [18, 2]], (5, 1)), np.zeros(10))
    plain = composition([[100, 100]], [0])
    assert got.dispersion[0, 0] == pytest.approx(128 / 9, rel=1e-14)
    assert got.low[0, 0, 0] < plain.low[0, 0, 0] - 0.1
    smaller = composition([[25, 25]], [0])
    assert got.low[0, 0, 0] < smaller.low[0, 0, 0]


def test_regimes_places_and_absent_months():
    counts = np.array([[[1, 3], [9, 9], [2, 2], [0, 4]], [[5, 5], [5, 5], [0, 0], [0, 0]]], dtype=float)
    known = np.array([[True, False, True, True], [True, True, True, False]])
    counts[0, 1] = np.nan
    got = composition(counts, [0, 0, 1, 1], known)
    np.testing.assert_array_equal(got.events, [[4, 8], [20, 0]])
    np.testing.assert_array_equal(got.months, [[1, 2], [2, 1]])
    np.testing.assert_array_equal(got.share[0], [[0.25, 0.75], [0.25, 0.75]])
    assert np.isnan(got.share[1, 1]).all()
    np.testing.assert_array_equal([got.low[1, 1], got.high[1, 1]], [[0, 0], [1, 1]])
    assert got.dispersion[0, 0] == 1


def test_simultaneous_coverage():
    """Three categories, 30 months of 20 events plain and varied: 1,500 places, two Monte-Carlo errors are 0.011."""
    rng = np.random.default_rng(2)
    p = np.array([0.5, 0.35, 0.15])
    plain = rng.multinomial(20, p, (1500, 30))
    varied = rng.multinomial(20, rng.dirichlet(20 * p, (1500, 30)))
    for n in (plain, varied):
        got = composition(n, np.zeros(30))
        inside = ((got.low <= p) & (p <= got.high)).all(axis=2)
        assert 0.935 <= inside.mean() <= 0.985


def test_runs_of_missing_months():
    known = np.array([[1, 0, 0, 1, 0, 1, 0, 0], [1] * 8, [0] * 8, [1, 0, 1, 0, 1, 1, 1, 1]], dtype=bool)
    got = missing_months(known)
    np.testing.assert_array_equal(got.missing, [5, 0, 8, 2])
    np.testing.assert_array_equal(got.runs, [3, 0, 1, 2])
    np.testing.assert_array_equal(got.longest, [2, 0, 8, 1])
    np.testing.assert_array_equal(got.start, [1, -1, 0, 1])


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="2 or more categories"):
        composition([[1], [2]], [0, 0])
    with pytest.raises(ValueError, match=r"regime \(1,\) must have one entry for each of 2 months"):
        composition([[1, 2], [2, 3]], [0])
    with pytest.raises(ValueError, match="counts must be finite"):
        composition([[1, np.nan], [2, 3]], [0, 0])
    with pytest.raises(ValueError, match="known must be true or false"):
        composition([[1, 2], [2, 3]], [0, 0], known=[1, 0])
    with pytest.raises(ValueError, match="differ in places or months"):
        composition([[1, 2], [2, 3]], [0, 0], known=[True])
