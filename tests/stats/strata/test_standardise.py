"""Direct standardisation: R's saturated model, augmented weighting gives the same, coverage, edges."""

import numpy as np
import pytest

from auditor.stats.ratios.intervals import wilson
from auditor.stats.strata.standardise import standardise
from tests.stats.tables import tables, values


@pytest.fixture
def rows(reference_rows):
    return reference_rows("stats_tables.csv")


@pytest.mark.parametrize("target", ["focal", "reference", "all"])
@pytest.mark.parametrize("case", ["berkeley", "large"])
def test_agrees_with_a_saturated_model_in_r(rows, case, target):
    """R 4.2.2: glm(cbind(k, n - k) ~ 0 + stratum:group, binomial); shares by g-computation, errors by vcov and delta"""
    got = standardise(*tables(rows, case), target=target)
    shown = (got.share, got.base_share, got.difference, got.difference_se, got.ratio, got.log_ratio_se)
    # R's own fit is good to about 1e-9.
    np.testing.assert_allclose(np.concatenate(shown), values(rows, case, f"standard_{target}"), rtol=1e-8)
    assert got.covered[0] == 1


def test_augmented_weighting_adds_nothing(rows):
    """Augmented inverse-probability weighting with both models saturated, person by person: the same share."""
    k, n, base_k, base_n = tables(rows, "berkeley")
    p, q, total = k / n, base_k / base_n, (n + base_n).sum()
    propensity = n / (n + base_n)
    augmented = (k - n * p) / propensity + (n + base_n) * p, (base_k - base_n * q) / (1 - propensity) + (n + base_n) * q
    got = standardise(k, n, base_k, base_n, target="all")
    np.testing.assert_allclose([got.share[0], got.base_share[0]], [x.sum() / total for x in augmented], rtol=1e-13)


def test_one_stratum_is_wilsons_interval_nearly():
    """One stratum of 400 and 900: the effective size differs from n by one part in n; Wilson's limits to 2e-4."""
    got = standardise(120, 400, 200, 900)
    (l1, l2), (h1, h2) = wilson([120, 200], [400, 900])
    assert got.difference_low[0] == pytest.approx(0.3 - 2 / 9 - np.hypot(0.3 - l1, h2 - 2 / 9), abs=2e-4)
    assert got.difference_high[0] == pytest.approx(0.3 - 2 / 9 + np.hypot(h1 - 0.3, 2 / 9 - l2), abs=2e-4)
    assert got.ratio[0] == pytest.approx(0.3 / (200 / 900), rel=1e-14)
    assert got.ratio_low[0] < got.ratio[0] < got.ratio_high[0]


def test_ratio_limits_turn_over_with_the_groups():
    rng = np.random.default_rng(0)
    n, m = rng.integers(1, 30, (50, 6)), rng.integers(1, 30, (50, 6))
    k, c = rng.binomial(n, 0.4), rng.binomial(m, 0.5)
    one, two = standardise(k, n, c, m, target="focal"), standardise(c, m, k, n, target="reference")
    np.testing.assert_allclose(one.ratio_low, 1 / two.ratio_high, rtol=1e-9)
    np.testing.assert_allclose(one.difference_low, -two.difference_high, rtol=1e-12)


def test_strata_without_the_other_group_are_counted():
    """Of 30 focal persons 20 have reference persons in their stratum; of 45 reference persons 40, of all 60 / 75."""
    given = [5, 4, 3, 0], [10, 10, 10, 0], [8, 6, 0, 1], [20, 20, 0, 5]
    for target, covered in (("focal", 2 / 3), ("reference", 40 / 45), ("all", 60 / 75)):
        got = standardise(*given, target=target)
        assert got.covered[0] == pytest.approx(covered, rel=1e-14)
        assert got.strata[0] == 2
    assert standardise(*given, target="focal").share[0] == pytest.approx(9 / 20, rel=1e-14)


def test_edges():
    """Apart, no events, no reference events, all events: finite limits wherever both groups are there."""
    got = standardise([[3, 0], [0, 0], [2, 2], [5, 5]], [[5, 0], [5, 5], [5, 5], [5, 5]],
                      [[0, 2], [0, 0], [0, 0], [6, 6]], [[0, 5], [6, 6], [6, 6], [6, 6]])  # fmt: skip
    assert np.isnan(got.share[0])
    assert got.covered[0] == 0
    np.testing.assert_array_equal(got.difference[1:], [0, 0.4, 0])
    assert (got.difference_low[1:] < got.difference[1:]).all()
    assert (got.difference_high[1:] > got.difference[1:]).all()
    assert np.isnan(got.ratio[1])
    assert got.ratio[2] == np.inf
    assert 0 < got.ratio_low[2] < np.inf
    assert got.ratio_high[2] == np.inf
    assert got.ratio_low[3] < 1 < got.ratio_high[3]


@pytest.mark.parametrize("target", ["focal", "all"])
@pytest.mark.parametrize(
    ("strata", "focal", "base", "low", "high", "ratio"),
    [(5, 6, 20, 0.1, 0.5, 1.5), (20, 3, 5, 0.1, 0.6, 1), (30, 2, 8, 0.05, 0.3, 1), (10, 30, 60, 0.02, 0.2, 1.5)],
)
def test_coverage_in_sparse_strata(strata, focal, base, low, high, ratio, target):
    """3,000 samples each; the plain normal interval covers 0.78 to 0.94 here. Two Monte-Carlo errors are 0.008."""
    rng = np.random.default_rng(12)
    q = rng.uniform(low, high, strata)
    p = np.minimum(q * ratio, 0.98)
    n, m = rng.poisson(focal, (3000, strata)), rng.poisson(base, (3000, strata))
    got = standardise(rng.binomial(n, p), n, rng.binomial(m, q), m, target=target)
    weight = np.where((n > 0) & (m > 0), n if target == "focal" else n + m, 0)
    one, two = (weight * p).sum(axis=1) / weight.sum(axis=1), (weight * q).sum(axis=1) / weight.sum(axis=1)
    assert 0.935 <= ((got.difference_low <= one - two) & (one - two <= got.difference_high)).mean() <= 0.972
    known = np.isfinite(got.ratio)
    assert 0.935 <= ((got.ratio_low <= one / two) & (one / two <= got.ratio_high))[known].mean() <= 0.972


def test_billions_without_an_exception():
    """All of 10**9 on both sides: the ratio lies within 2e-8 of 1; so does the difference of 0 without any."""
    got = standardise([[10**9], [0]], 10**9, [[10**9], [0]], 10**9)
    assert 1 - 2e-8 < got.ratio_low[0] < 1 < got.ratio_high[0] < 1 + 2e-8
    np.testing.assert_allclose([got.difference_low, got.difference_high], 0, atol=2e-8)
    assert (got.difference_low < 0).all()


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="target must be focal, reference or all, got 'both'"):
        standardise([1], [2], [1], [2], target="both")
    with pytest.raises(ValueError, match="k must not exceed n"):
        standardise([3], [2], [1], [2])
