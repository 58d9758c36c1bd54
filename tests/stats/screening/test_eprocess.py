"""e-values: identities, exact values, what they promise under the null, and e-BH by its definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from auditor.stats.screening.eprocess import (
    anytime_p,
    e_benjamini_hochberg,
    e_mean,
    e_product,
    integrated_calibrator,
    power_calibrator,
)


def test_calibrators_by_hand():
    """.5 x .04^-.5 = 2.5; integrated at e^-1: (1 - 2/e) / (1/e) = e - 2; at 1 the limit 1/2; at 0 infinite."""
    np.testing.assert_allclose(power_calibrator([0.04, 1.0, 0.0]), [2.5, 0.5, np.inf])
    np.testing.assert_allclose(integrated_calibrator([np.exp(-1), 1.0, 0.0]), [np.e - 2, 0.5, np.inf], rtol=1e-12)


@pytest.mark.parametrize("p", [1e-12, 0.003, 0.2, 0.9, 0.9989, 0.9991, 0.9999999])
def test_integrated_is_the_mean_of_the_power_calibrators(p):
    """Quadrature over kappa from 0 to 1."""
    expected, _ = quad(lambda kappa: kappa * p ** (kappa - 1), 0, 1, epsabs=0, epsrel=1e-12)
    assert integrated_calibrator(p)[0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("calibrator", [integrated_calibrator, power_calibrator])
def test_mean_is_one_for_uniform_p(calibrator):
    """Integral over p in (0, 1], taken over -log p; exactly 1."""
    value, _ = quad(lambda x: calibrator(np.exp(-x))[0] * np.exp(-x), 0, 600, limit=400)
    # The integrated calibrator's integrand falls like 1 / x^2: what lies beyond 600 is 1 / 600.
    assert value == pytest.approx(1, abs=0.0017)


def test_extreme_p_does_not_overflow():
    e = integrated_calibrator([1e-300, 1e-310, 5e-324])
    assert np.isfinite(e[0])
    assert (np.diff(e) >= 0).all()


def test_products_and_means():
    np.testing.assert_allclose(e_product([2.0, 0.5, 4.0]), [2.0, 1.0, 4.0])
    assert e_product([0.0, np.inf, 3.0]).tolist() == [0.0, 0.0, 0.0]
    assert e_mean([[1.0, 3.0], [0.0, 0.0]]).tolist() == [2.0, 0.0]
    assert anytime_p([0.5, 4.0, 2.0]).tolist() == [1.0, 0.25, 0.25]
    assert anytime_p([np.inf]).tolist() == [0.0]


def test_looking_every_quarter_manufactures_nothing():
    """40 looks at new data under the null: the anytime p is ever at most .05 in at most 5 % of 4,000 runs (+ 2 MCSE).

    Taking the smallest p of the looks instead would be wrong in 1 - .95^40 = 87 %.
    """
    p = np.random.default_rng(1).random((4000, 40))
    ever = (anytime_p(e_product(power_calibrator(p))) <= 0.05).any(axis=1).mean()
    assert ever <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 4000)
    assert (p.min(axis=1) <= 0.05).mean() > 0.8


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=8), st.floats(0.01, 0.99))
def test_e_bh_is_its_definition(e, q):
    """The k largest with k the largest for which k e_(k) >= m / q."""
    values = np.array(e)
    ordered = np.sort(values)[::-1]
    m = values.size
    ranks = [k for k in range(1, m + 1) if k * ordered[k - 1] >= m / q]
    expected = values >= ordered[max(ranks) - 1] if ranks else np.zeros(m, dtype=bool)
    adjusted = e_benjamini_hochberg(values)
    if (np.abs(adjusted - q) > 1e-9).all():
        np.testing.assert_array_equal(adjusted <= q, expected)


def test_e_bh_holds_under_any_dependence():
    """Nulls that all equal one uniform, 50 e-values: false discovery rate at most .2 over 4,000 runs (+ 2 MCSE)."""
    p = np.random.default_rng(2).random(4000)
    flagged = [(e_benjamini_hochberg(np.full(50, power_calibrator(one)[0])) <= 0.2).any() for one in p]
    assert np.mean(flagged) <= 0.2 + 2 * np.sqrt(0.16 / 4000)


def test_refused():
    for call in (e_product, e_mean, anytime_p, e_benjamini_hochberg):
        with pytest.raises(ValueError):
            call([-1.0])
        with pytest.raises(ValueError):
            call([np.nan])
    with pytest.raises(ValueError):
        e_mean(np.zeros((2, 0)))
    with pytest.raises(ValueError):
        power_calibrator(0.5, 1.0)
    with pytest.raises(ValueError):
        integrated_calibrator(1.5)
