"""Hit rates and their comparison within strata: R, exact arithmetic, refusals."""

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest

from auditor.stats.strata.hit_rate import compare_hit_rates, hit_rates

LARGE = ([12, 30, 7, 22], [60, 95, 20, 88], [40, 61, 9, 80], [110, 170, 31, 200])
SMALL = ([1, 0, 1], [5, 3, 4], [3, 3, 2], [6, 5, 4])


def test_rates_and_wilson_limits():
    """R 4.2.2: prop.test(71, 263, correct = FALSE)$conf.int"""
    got = hit_rates([71, 0], [263, 0])
    assert got.rate[0] == pytest.approx(71 / 263, rel=1e-14)
    assert got.low[0] == pytest.approx(0.219905330753, rel=1e-10)
    assert got.high[0] == pytest.approx(0.326641894199, rel=1e-10)
    assert np.isnan(got.rate[1])
    assert (got.low[1], got.high[1]) == (0, 1)


def test_large_strata_agree_with_r():
    """R 4.2.2: mantelhaen.test(tab, correct = FALSE, alternative = "less" | "two.sided"), tab <- array(rbind(fh, rh,
    fs - fh, rs - rh), c(2, 2, 4)); metafor 3.8.1: rma.mh(fh, fs - fh, rh, rs - rh, measure = "RR"): Greenland &
    Robins's variance. The risk difference's estimate is metafor's too."""
    got = compare_hit_rates(*LARGE)
    assert not got.exact[0]
    assert got.p_lower[0] == pytest.approx(0.00258091611845, rel=1e-9)
    assert got.p_two_sided[0] == pytest.approx(0.0051618322369, rel=1e-9)
    assert np.log(got.ratio.estimate[0]) == pytest.approx(-0.317879444643, rel=1e-10)
    assert got.ratio.se[0] == pytest.approx(0.117622834693, rel=1e-10)
    assert got.difference.estimate[0] == pytest.approx(-0.100654603247, rel=1e-10)
    assert got.focal.rate[0] == pytest.approx(71 / 263)
    assert got.reference.searches[0] == 511


def test_small_strata_are_exact():
    """R 4.2.2: mantelhaen.test(t2, exact = TRUE, alternative = "less")$p.value, and every table enumerated here."""
    got = compare_hit_rates(*SMALL)
    assert got.exact[0]
    assert got.p_lower[0] == pytest.approx(0.065031694496, rel=1e-10)
    chance, total = Fraction(0), Fraction(0)
    for found in product(*(range(n + 1) for n in SMALL[1])):
        weight = Fraction(1)
        for x, k, n, c, m in zip(found, *SMALL, strict=True):
            weight *= comb(n, x) * (comb(m, k + c - x) if 0 <= k + c - x <= m else 0)
        total += weight
        chance += weight * (sum(found) <= sum(SMALL[0]))
    assert got.p_lower[0] == pytest.approx(float(chance / total), rel=1e-12)


def test_places_are_compared_one_by_one():
    both = compare_hit_rates(*(np.stack([[*a, 0], [*b]]) for a, b in zip(SMALL, LARGE, strict=True)))
    alone = compare_hit_rates(*LARGE)
    assert both.exact.tolist() == [True, False]
    assert both.p_lower[1] == alone.p_lower[0]
    assert both.p_lower[0] == pytest.approx(compare_hit_rates(*SMALL).p_lower[0], rel=1e-12)
    assert both.ratio.low[1] == alone.ratio.low[0]


def test_confounding_by_stratum_is_taken_out():
    """Both groups hit 10 % in one stratum and 50 % in the other; the crude rates, 14 % and 46 %, differ by where they
    were searched."""
    got = compare_hit_rates([90, 50], [900, 100], [10, 450], [100, 900])
    assert got.focal.rate[0] == pytest.approx(0.14)
    assert got.reference.rate[0] == pytest.approx(0.46)
    assert got.ratio.estimate[0] == pytest.approx(1, rel=1e-12)
    assert got.p_two_sided[0] == pytest.approx(1, abs=1e-12)


def test_nothing_to_compare_says_so():
    got = compare_hit_rates([3], [10], [0], [0])
    assert np.isnan(got.ratio.estimate[0])
    assert got.p_two_sided[0] == 1


@pytest.mark.parametrize("bad", [([3], [2], [1], [4]), ([1], [2], [5], [4]), ([-1], [2], [1], [4])])
def test_impossible_counts_are_refused(bad):
    with pytest.raises(ValueError, match=r"focal_hits|reference_hits"):
        compare_hit_rates(*bad)
