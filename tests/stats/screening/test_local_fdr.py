"""Local false discovery rate: fdrtool's decreasing density, known mixtures, and the rate it is an estimate of."""

import numpy as np
import pytest
from scipy import stats

from auditor.stats.screening.local_fdr import decreasing_density, local_fdr, null_share
from auditor.stats.screening.multiple import benjamini_hochberg


def test_density_agrees_with_fdrtool(reference_rows):
    """fdrtool 1.2.17: slopes of gcmlcm(type = "lcm")  # script: tests/reference/stats_grenander.R"""
    rows = reference_rows("stats_grenander.csv")
    for case in {row["case"] for row in rows}:
        chosen = [row for row in rows if row["case"] == case]
        p = np.array([float(row["p"]) for row in chosen])
        expected = np.array([float(row["density"]) for row in chosen])
        np.testing.assert_allclose(decreasing_density(p), expected, rtol=1e-10)


def test_density_by_hand():
    """.1 and .5, one each: corners (0, 0), (.1, .5), (.5, 1), slopes 5 and 1.25. With .1 twice of three: 20/3, 5/6."""
    np.testing.assert_allclose(decreasing_density([0.5, 0.1]), [1.25, 5.0])
    np.testing.assert_allclose(decreasing_density([0.1, 0.5, 0.1]), [20 / 3, 5 / 6, 20 / 3])
    assert decreasing_density([0.0, 0.5])[0] == np.inf
    assert decreasing_density([0.0]).tolist() == [np.inf]


def test_null_share_by_hand():
    """(1 + 3) / (8 x .5) = 1; (1 + 1) / (8 x .5) = .5."""
    assert null_share([0.1] * 5 + [0.6, 0.7, 0.9]) == 1.0
    assert null_share([0.1] * 7 + [0.9]) == 0.5


def test_estimates_the_true_local_rate():
    """90 % nulls, 10 % N(3, 1): where the exact local rate is between .05 and .8, within .1 of it on average."""
    rng = np.random.default_rng(1)
    z = rng.normal(size=20_000) + np.where(np.arange(20_000) < 2000, 3.0, 0.0)
    p = stats.norm.sf(z)
    true = 0.9 * stats.norm.pdf(z) / (0.9 * stats.norm.pdf(z) + 0.1 * stats.norm.pdf(z - 3))
    middle = (true > 0.05) & (true < 0.8) & (z > 0)
    assert np.abs(local_fdr(p) - true)[middle].mean() < 0.1


def test_the_weakest_flags_are_told_apart():
    """As in methods: FDR 10 %, but the last tenth of the flags is false far more often, and the estimate says so."""
    rng = np.random.default_rng(2)
    false, told, average = [], [], []
    for _ in range(40):
        p = stats.norm.sf(rng.normal(size=3000) + np.where(np.arange(3000) < 300, 3.0, 0.0))
        flags = np.flatnonzero(benjamini_hochberg(p) <= 0.1)
        last = flags[np.argsort(p[flags])][-len(flags) // 10 :]
        false.append((last >= 300).mean())
        told.append(local_fdr(p)[last].mean())
        average.append((flags >= 300).mean())
    assert np.mean(average) < 0.12
    assert np.mean(false) > 0.3
    assert np.mean(told) == pytest.approx(np.mean(false), abs=0.1)


def test_monotone_bounded_and_never_below_q():
    rng = np.random.default_rng(3)
    # A resolution floor: ties at 1/1001.
    p = np.maximum(rng.random(500) ** 2, 1 / 1001)
    local = local_fdr(p)
    assert (np.diff(local[np.argsort(p, kind="stable")]) >= 0).all()
    assert ((local >= benjamini_hochberg(p)) & (local <= 1)).all()


@pytest.mark.parametrize("p", [[], [[0.1, 0.2]], [0.1, 1.1], [np.nan]])
def test_refused(p):
    with pytest.raises(ValueError):
        local_fdr(p)
