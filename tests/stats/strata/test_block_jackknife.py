"""Pooled risk ratio with blocks of time as clusters, against R's arithmetic and by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.stats.strata.block_jackknife import FEWEST_BLOCKS, block_jackknife
from auditor.stats.strata.mantel_haenszel import mh_risk_ratio

STRATUM = np.repeat([0, 1], 7)
K = np.array([3, 1, 4, 1, 5, 2, 6, 2, 5, 3, 0, 4, 1, 3])
N = K + np.array([4, 6, 2, 5, 3, 7, 4, 6, 3, 5, 2, 4, 6, 5])
BASE_K = np.array([1, 2, 0, 3, 1, 2, 2, 1, 3, 2, 2, 1, 0, 2])
BASE_N = BASE_K + np.array([7, 5, 8, 6, 4, 9, 6, 5, 7, 6, 8, 5, 9, 4])


def test_by_r():
    """R 4.2.2, with s, k, n, c, m as above:

    rr <- function(i) { f <- function(v) tapply(v[i], s[i], sum); K <- f(k); N <- f(n); C <- f(c); M <- f(m)
    T <- N + M; sum(K * M / T) / sum(C * N / T) }; l <- log(rr(1:14)); g <- sapply(1:14, function(b) log(rr(-b)))
    se <- sqrt(13/14 * sum((g - l)^2)); exp(l + c(0, -1, 1) * qt(.975, 13) * se); pt(l / se, 13, lower = FALSE)
    """
    found = block_jackknife(K, N, BASE_K, BASE_N, STRATUM)
    assert found.ratio[0] == pytest.approx(1.97714917534322, rel=1e-12)
    assert found.se[0] == pytest.approx(0.197338718218174, rel=1e-12)
    assert (found.low[0], found.high[0]) == pytest.approx((1.2908896285316, 3.02823632257936), rel=1e-11)
    assert found.p_greater[0] == pytest.approx(0.00213658476298491, rel=1e-9)
    assert found.p_less[0] == pytest.approx(1 - 0.00213658476298491, rel=1e-12)
    sums = [np.bincount(STRATUM, part) for part in (K, N, BASE_K, BASE_N)]
    assert found.ratio[0] == pytest.approx(mh_risk_ratio(*sums).estimate[0], rel=1e-12)
    assert found.strata[0] == 14


def test_a_stratum_with_one_group_only_counts_for_nothing():
    one = block_jackknife(K, N, BASE_K, BASE_N, STRATUM)
    for extra in ((5, 9, 0, 0, 2), (0, 0, 5, 9, 2)):
        other = block_jackknife(
            *(np.append(*pair) for pair in zip((K, N, BASE_K, BASE_N, STRATUM), extra, strict=True))
        )
        assert (one.se[0], one.strata[0]) == (pytest.approx(other.se[0], rel=1e-12), other.strata[0])


def test_too_few_blocks_and_one_that_carries_everything():
    few = FEWEST_BLOCKS - 1
    found = block_jackknife(K[:few], N[:few], BASE_K[:few], BASE_N[:few], STRATUM[:few])
    assert np.isnan([found.se[0], found.low[0], found.p_greater[0]]).all()
    alone = np.where(np.arange(14) == 4, BASE_K, 0)
    assert np.isnan(block_jackknife(K, N, alone, BASE_N, STRATUM).se[0])
    assert np.isnan(block_jackknife([], [], [], [], np.array([], dtype=int)).se[0])


def test_strata_must_fit():
    with pytest.raises(ValueError, match="each of 14 blocks"):
        block_jackknife(K, N, BASE_K, BASE_N, STRATUM[:5])


def test_people_who_share_a_fate_in_fives():
    """400 places, 52 weeks, one load of five with a hold a week, and five single people without one; no effect.

    Taken as independent, a nominal one-sided .05 rejects in about .2; MCSE at .05 is .011.
    """
    rng = np.random.default_rng(5)
    rejected = 0
    for _ in range(400):
        k, c = 5 * rng.binomial(1, 0.3, 52), rng.binomial(5, 0.3, 52)
        found = block_jackknife(k, np.full(52, 5), c, np.full(52, 5), np.zeros(52, dtype=int))
        rejected += bool(found.p_greater[0] <= 0.05)
    assert rejected / 400 <= 0.05 + 3 * 0.011
