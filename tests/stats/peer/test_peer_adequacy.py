"""The shape test: what it must pass, what it must catch."""

import numpy as np
import pytest
from scipy import integrate, special, stats

from auditor.stats.peer import adequacy as peer_adequacy
from auditor.stats.peer.adequacy import beta_shape, informative, normal_shape
from auditor.stats.peer.null import fit_peer_null


def test_directions_are_orthonormal_below_the_cut() -> None:
    # By scipy's adaptive quadrature rather than the module's Gauss-Legendre nodes.
    def inner(p: np.ndarray, q: np.ndarray) -> float:
        f = np.polynomial.Polynomial(p) * np.polynomial.Polynomial(q)
        return float(integrate.quad(lambda z: f(z) * stats.norm.pdf(z), -5.0, 2.25)[0])

    skew, weight, size = peer_adequacy._directions()
    for direction in (skew, weight, size):
        assert inner(direction, direction) == pytest.approx(1.0, rel=1e-8)
    assert inner(skew, weight) == pytest.approx(0.0, abs=1e-8)
    for power in np.eye(5)[:3]:
        assert inner(skew, power) == pytest.approx(0.0, abs=1e-8)
        assert inner(weight, power) == pytest.approx(0.0, abs=1e-8)
    assert inner(size, np.eye(5)[0]) == pytest.approx(0.0, abs=1e-8)
    assert inner(size, np.eye(5)[1]) == pytest.approx(0.0, abs=1e-8)


def large_places(difference: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts without luck: each place's share of 100,000 to the nearest whole number."""
    eta = np.full(difference.size, -1.5)
    n = np.full(difference.size, 100_000.0)
    return np.round(n * special.expit(eta + difference)), n, eta


GRID = (np.arange(1, 1501) - 0.5) / 1500


@pytest.mark.parametrize(
    ("difference", "code"),
    [
        (0.3 * special.ndtri(GRID), "adequate"),
        (0.3 / np.sqrt(2) * stats.t.ppf(GRID, 4), "heavy-tails"),
        (0.3 * (stats.gamma.ppf(GRID, 4) - 4) / 2, "skewed"),
        (0.3 * np.sqrt(12) * (GRID - 0.5), "light-tails"),
    ],
)
def test_quantile_samples_are_judged_rightly(difference: np.ndarray, code: str) -> None:
    k, n, eta = large_places(difference)
    null = fit_peer_null(k, n, special.expit(eta))
    v = 1 / (n * special.expit(eta) * special.expit(-eta))
    shape = normal_shape(k, n, eta + null.mu, null.sigma, v)
    assert shape.code == code
    assert (shape.p <= peer_adequacy.LEVEL) is (code != "adequate")
    # Chi-squared with 3 degrees of freedom, by scipy.stats.
    assert shape.p == pytest.approx(stats.chi2.sf(shape.statistic, 3), rel=1e-12)


def test_places_that_stand_out_upwards_are_not_taken_for_heavy_tails() -> None:
    difference = 0.3 * special.ndtri(GRID)
    difference[::20] += 2.0
    k, n, eta = large_places(difference)
    null = fit_peer_null(k, n, special.expit(eta))
    assert null.adequate
    assert null.sigma == pytest.approx(0.3, rel=0.05)


def test_spread_that_grows_with_size_is_caught() -> None:
    rng = np.random.default_rng(1)
    n = np.exp(rng.uniform(5, 11, 2000)).astype(int)
    sigma = 0.1 + 0.05 * (np.log(n) - 5)
    k = rng.binomial(n, special.expit(-1.0 + sigma * rng.standard_normal(2000)))
    null = fit_peer_null(k, n, special.expit(-1.0))
    assert null.adequacy["code"] == "unequal-spread"
    assert not null.promised


def test_beta_binomial_differences_pass_as_beta_binomial() -> None:
    rng = np.random.default_rng(5)
    n = np.full(1500, 20_000)
    eta = rng.normal(-1.5, 0.6, 1500)
    mean, size = special.expit(eta), (1 - 0.02) / 0.02
    k = rng.binomial(n, rng.beta(mean * size, (1 - mean) * size))
    null = fit_peer_null(k, n, mean)
    v = 1 / (n * mean * (1 - mean))
    assert normal_shape(k.astype(float), n.astype(float), eta + null.mu, null.sigma, v).code != "adequate"
    assert beta_shape(k.astype(float), n.astype(float), eta, null.rho, v).code == "adequate"
    assert null.adequate


def test_information_counts_natural_shares_to_the_fourth_power() -> None:
    # Natural share of the variance 1/2, 1/2 and 4/5: 1/16 + 1/16 + 256/625.
    found = informative(np.array([0.04, 0.09, 0.01]), np.array([0.04, 0.09, 0.04]))
    assert found == pytest.approx(2 / 16 + 256 / 625, rel=1e-12)
    # A natural variance of 0 counts as 0.1 squared: 1/2 to the fourth.
    assert informative(np.array([0.01]), np.array([0.0])) == pytest.approx(1 / 16, rel=1e-12)
