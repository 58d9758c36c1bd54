"""Pooled risk ratio with strata as clusters, against R's arithmetic and by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.stats.strata.jackknife import jackknife_ratio
from auditor.stats.strata.mantel_haenszel import mh_risk_ratio

K, N = [12, 9, 15, 7, 20, 11], [30, 25, 40, 22, 45, 31]
BASE_K, BASE_N = [8, 10, 9, 5, 14, 12], [50, 48, 52, 40, 61, 57]


def test_by_r():
    """R 4.2.2; rr(i): t <- n[i] + m[i]; sum(k[i] * m[i] / t) / sum(c[i] * n[i] / t)

    l <- log(rr(1:6)); se <- sqrt(5/6 * sum((sapply(1:6, function(g) log(rr(-g))) - l)^2)); qt(.975, 5), pt(l / se, 5)
    """
    found = jackknife_ratio(K, N, BASE_K, BASE_N)
    assert found.ratio[0] == pytest.approx(2.02160905112133, rel=1e-12)
    assert found.se[0] == pytest.approx(0.0614101383478510, rel=1e-12)
    assert (found.low[0], found.high[0]) == pytest.approx((1.72639249467535, 2.36730822694188), rel=1e-12)
    assert found.p_greater[0] == pytest.approx(4.42749626023803e-05, rel=1e-9)
    assert found.p_less[0] == pytest.approx(1 - 4.42749626023803e-05, rel=1e-12)
    assert found.ratio[0] == pytest.approx(mh_risk_ratio(K, N, BASE_K, BASE_N).estimate[0], rel=1e-12)


def test_exchanged_groups_give_the_reciprocal():
    one, other = jackknife_ratio(K, N, BASE_K, BASE_N), jackknife_ratio(BASE_K, BASE_N, K, N)
    assert one.ratio[0] == pytest.approx(1 / other.ratio[0], rel=1e-12)
    assert one.low[0] == pytest.approx(1 / other.high[0], rel=1e-12)
    assert one.p_greater[0] == pytest.approx(other.p_less[0], rel=1e-9)


def test_fewer_than_six_strata_are_refused():
    found = jackknife_ratio(K[:5], N[:5], BASE_K[:5], BASE_N[:5])
    assert np.isnan([found.ratio[0], found.se[0], found.low[0], found.p_greater[0]]).all()
    assert found.strata[0] == 5
    # A stratum with one group only is none.
    assert jackknife_ratio([*K[:5], 3], [*N[:5], 9], [*BASE_K[:5], 0], [*BASE_N[:5], 0]).strata[0] == 5


def test_a_comparison_that_one_stratum_carries_is_refused():
    found = jackknife_ratio(K, N, [8, 0, 0, 0, 0, 0], BASE_N)
    assert np.isnan(found.ratio[0])
    assert found.strata[0] == 6


def test_strata_that_agree_leave_no_doubt():
    found = jackknife_ratio([10] * 6, [20] * 6, [5] * 6, [20] * 6)
    assert found.se[0] == pytest.approx(0, abs=1e-12)
    assert found.ratio[0] == pytest.approx(2)
    assert jackknife_ratio([10] * 6, [20] * 6, [10] * 6, [20] * 6).p_greater[0] == pytest.approx(0.5)


@pytest.mark.parametrize("slope", [0.0, 0.5])
def test_a_ratio_that_differs_between_strata_does_not_fool_it(slope):
    """Ten jails, people by binomial draws: log odds ratios of mean 0 and SD 0 or 0.5; rejections at 5 %, one-sided."""
    rng = np.random.default_rng(8)
    shape = (1500, 10)
    n, m = rng.poisson(25, shape), rng.poisson(40, shape)
    level = -0.9 + rng.normal(0, 0.4, shape)
    k = rng.binomial(n, 1 / (1 + np.exp(-level - rng.normal(0, slope, shape))))
    base_k = rng.binomial(m, 1 / (1 + np.exp(-level)))
    p = jackknife_ratio(k, n, base_k, m).p_greater
    assert np.isfinite(p).mean() > 0.99
    assert np.nanmean(p <= 0.05) <= 0.065 + 3 * np.sqrt(0.05 * 0.95 / 1500)
