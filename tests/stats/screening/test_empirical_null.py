"""Empirical null: Efron's New York officers, and normal samples with a known answer."""

import numpy as np
import pytest
from scipy.special import ndtr

from auditor.stats.fit import NotConverged
from auditor.stats.screening.empirical_null import fit_central, fit_likelihood
from auditor.stats.screening.multiple import benjamini_hochberg


@pytest.fixture(scope="module")
def officers(shared_data):
    return np.loadtxt(shared_data / "police.csv", skiprows=1)


def test_officers_under_the_theoretical_null(officers):
    """2,748 officers; Benjamini-Hochberg at 10 %, right tail, N(0, 1): 92 flags."""
    assert officers.size == 2748
    assert (benjamini_hochberg(ndtr(-officers)) <= 0.1).sum() == 92


@pytest.mark.parametrize("window", [None, (-2.0, 2.0), (-2.5, 2.5), (-3.0, 3.0)])
def test_officers_under_the_empirical_null(officers, window):
    """Efron & Hastie (2016), section 15.5: N(0.10, 1.40^2) and 4 flags; centre .099-.112, SD 1.385-1.46 by window."""
    null = fit_likelihood(officers, window)
    assert null.centre == pytest.approx(0.105, abs=0.01)
    assert 1.385 <= null.sd <= 1.46
    assert 0.95 < null.null_share < 1.02
    assert (benjamini_hochberg(null.p_greater(officers)) <= 0.1).sum() == 4


def test_officers_by_central_matching(officers):
    """The other of Efron's methods gives the same four officers and the same SD, with a centre .02-.04 higher."""
    null = fit_central(officers)
    assert 1.385 <= null.sd <= 1.46
    assert null.centre == pytest.approx(0.12, abs=0.03)
    assert (benjamini_hochberg(null.p_greater(officers)) <= 0.1).sum() == 4


@pytest.mark.parametrize(("fit", "error"), [(fit_likelihood, 0.05), (fit_central, 0.1)])
def test_recovers_a_known_null(fit, error):
    """95 % N(-0.3, 1.3^2) and 5 % to the right."""
    rng = np.random.default_rng(1)
    z = np.concatenate([rng.normal(-0.3, 1.3, 19_000), rng.normal(4, 1, 1000)])
    null = fit(z)
    assert null.centre == pytest.approx(-0.3, abs=error)
    assert null.sd == pytest.approx(1.3, abs=error)
    assert null.null_share == pytest.approx(0.95, abs=error)


def test_p_values():
    """Exact: (z - centre) / SD = 0 and 1.96 of a fit whose parameters are put in."""
    rng = np.random.default_rng(2)
    null = fit_likelihood(rng.normal(size=1000))
    np.testing.assert_allclose(
        null.p_greater([null.centre, null.centre + 1.959963984540054 * null.sd]), [0.5, 0.025], rtol=1e-12
    )


def test_refused():
    with pytest.raises(ValueError):
        fit_likelihood(np.zeros(199))
    with pytest.raises(ValueError):
        fit_likelihood(np.arange(500.0), (1000.0, 1001.0))
    with pytest.raises(ValueError):
        fit_central(np.arange(500.0), 1.0)
    with pytest.raises(NotConverged):
        # Two heaps and nothing between: no normal lies in the middle.
        fit_central(np.concatenate([np.random.default_rng(0).normal(c, 0.3, 500) for c in (-5, 5)]))
