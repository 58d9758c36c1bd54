"""Cochran-Mantel-Haenszel and Breslow-Day tests: R, metafor, statsmodels, edges."""

import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.stats.contingency_tables import StratifiedTable

from auditor.stats.strata.cmh import breslow_day, cmh_test
from tests.stats.tables import tables, values


@pytest.fixture
def rows(reference_rows):
    return reference_rows("stats_tables.csv")


@pytest.mark.parametrize("case", ["berkeley", "formula", "large", "sparse"])
def test_agrees_with_mantelhaen_test(rows, case):
    """R 4.2.2: mantelhaen.test(t, correct = FALSE | TRUE): statistic and p-value"""
    got = cmh_test(*tables(rows, case))
    np.testing.assert_allclose([got.z[0] ** 2, got.p_two_sided[0]], values(rows, case, "cmh"), rtol=1e-11)
    # R compares |sum of (a - E)| with 1/2 and sets the correction to 0 below; p is then 1, as ours.
    np.testing.assert_allclose(got.p_corrected[0], values(rows, case, "cmh_corrected")[1], rtol=1e-11)
    assert got.p_greater[0] == pytest.approx(norm.sf(got.z[0]), rel=1e-12)
    assert got.p_less[0] == pytest.approx(norm.cdf(got.z[0]), rel=1e-12)


@pytest.mark.parametrize("case", ["berkeley", "formula", "large"])
def test_breslow_day_agrees_with_metafor(rows, case):
    """R, metafor 3.8.1: rma.mh(..., measure = "OR")$BD, BDp, TA, TAp"""
    got = breslow_day(*tables(rows, case))
    assert got.uncorrected[0] == pytest.approx(values(rows, case, "BD")[0], rel=1e-9)
    np.testing.assert_allclose([got.statistic[0], got.p[0]], values(rows, case, "TA"), rtol=1e-9)


@pytest.mark.parametrize("case", ["berkeley", "large"])
def test_agrees_with_statsmodels(rows, case):
    """statsmodels 0.15: StratifiedTable(...).test_null_odds(), test_equal_odds(adjust=True)"""
    k, n, base_k, base_n = tables(rows, case)
    model = StratifiedTable(
        [np.array([[a, b - a], [c, d - c]]) for a, b, c, d in zip(k, n, base_k, base_n, strict=True)]
    )
    assert cmh_test(k, n, base_k, base_n).p_two_sided[0] == pytest.approx(model.test_null_odds().pvalue, rel=1e-10)
    equal = model.test_equal_odds(adjust=True)
    got = breslow_day(k, n, base_k, base_n)
    # Its fitted counts come from a quadratic formula that cancels when the common odds ratio is near 1.
    assert got.statistic[0] == pytest.approx(equal.statistic, rel=1e-6)
    assert got.p[0] == pytest.approx(equal.pvalue, rel=1e-6)


def test_places_at_once_and_nothing_to_compare(rows):
    one = [np.pad(x, (0, 12 - x.size)) for x in tables(rows, "berkeley")]
    two = tables(rows, "formula")
    nothing = [np.zeros(12), np.full(12, 5), np.zeros(12), np.full(12, 6)]
    together = [np.stack(x) for x in zip(one, two, nothing, strict=True)]
    got, even = cmh_test(*together), breslow_day(*together)
    for j, alone in enumerate((one, two)):
        assert got.z[j] == pytest.approx(cmh_test(*alone).z[0], rel=1e-13)
        assert even.statistic[j] == pytest.approx(breslow_day(*alone).statistic[0], rel=1e-12)
    assert (got.z[2], got.p_two_sided[2], got.p_corrected[2], got.reach[2]) == (0, 1, 1, 0)
    assert np.isnan([even.statistic[2], even.p[2]]).all()
    assert even.df[2] == 0


def test_mantel_and_fleiss_by_hand():
    """3 of 10 against 1 of 12: E = 10 x 4 / 22, between 0 and 4 (exact arithmetic): nearer to 0."""
    assert cmh_test(3, 10, 1, 12).reach[0] == pytest.approx(40 / 22, rel=1e-14)


def test_size_with_many_small_strata():
    """20 strata of about 4 and 7: 40,000 samples at 0.05, two Monte-Carlo errors are 0.0022."""
    rng = np.random.default_rng(90)
    p = rng.uniform(0.1, 0.6, 20)
    n, base_n = rng.poisson(4, (40_000, 20)), rng.poisson(7, (40_000, 20))
    got = cmh_test(rng.binomial(n, p), n, rng.binomial(base_n, p), base_n)
    for p_value in (got.p_greater, got.p_less, got.p_two_sided):
        assert 0.0478 <= (p_value <= 0.05).mean() <= 0.0522


def test_homogeneity_has_its_size():
    """6 strata of 60 and 90 with odds ratio 2: 3,000 samples at 0.05, two Monte-Carlo errors are 0.008."""
    rng = np.random.default_rng(10)
    base = rng.uniform(0.2, 0.5, 6)
    p = 2 * base / (1 + base)
    k, base_k = rng.binomial(60, p, (3000, 6)), rng.binomial(90, base, (3000, 6))
    got = breslow_day(k, np.full((3000, 6), 60), base_k, np.full((3000, 6), 90))
    assert (got.p <= 0.05).mean() == pytest.approx(0.05, abs=0.012)
    assert (got.statistic <= got.uncorrected + 1e-9).all()


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="k must not exceed n"):
        cmh_test([5], [4], [1], [2])
