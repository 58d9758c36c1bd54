"""Robust centre and spread."""

import numpy as np
import pytest
from scipy import special, stats

from auditor.stats.peer import fit as peer_fit
from auditor.stats.peer.fit import fit_spread, score


def quantiles(count: int) -> np.ndarray:
    """A sample that is as normal as a sample can be."""
    return special.ndtri((np.arange(1, count + 1) - 0.5) / count)


def test_constants_match_r() -> None:
    # R 4.2.2: integrate(function(z) f(z) * dnorm(z), -4, 4, rel.tol = 1e-12) for each moment.
    assert pytest.approx(0.770882557805, rel=1e-11) == peer_fit.KAPPA
    assert pytest.approx(0.634620439702, rel=1e-11) == peer_fit.PSI_VARIANCE
    assert pytest.approx(0.513435024466, rel=1e-11) == peer_fit.CENTRE_VARIANCE
    assert pytest.approx(0.683554631669, rel=1e-11) == peer_fit.CENTRE_SLOPE


@pytest.mark.parametrize("sigma", [0.1, 0.2, 0.4])
@pytest.mark.parametrize("share", [0.0, 0.05])
def test_spread_is_within_15_percent_with_and_without_outliers(sigma: float, share: float) -> None:
    y = 0.3 + np.sqrt(sigma**2 + 0.01) * quantiles(2000)
    y[:: int(1 / share) if share else 2001] += 1.5
    one = np.ones(2000)
    fit = fit_spread(y, 0.01 * one, one, one[None, :], 1.28)
    assert np.sqrt(fit.theta[0]) == pytest.approx(sigma, rel=0.15)
    assert fit.centre[0] == pytest.approx(0.3, abs=0.15 * sigma)
    assert fit.upper[0] > fit.theta[0]


def test_no_natural_spread_is_found_as_none() -> None:
    one = np.ones(500)
    fit = fit_spread(0.9 * np.sqrt(0.01) * quantiles(500), 0.01 * one, one, one[None, :], 1.28)
    assert fit.theta[0] == 0.0


def test_upper_limit_inverts_the_score() -> None:
    y, one = 0.2 * quantiles(60), np.ones((1, 60))
    v = np.linspace(0.001, 0.02, 60)
    fit = fit_spread(y, v, one[0], one, 1.28)
    weight = 1 / (v + np.maximum(fit.theta[0], 0.01))
    value = score(y[None, :] - fit.centre[0], v[None, :], one, weight[None, :], fit.upper)
    sd = np.sqrt(peer_fit.PSI_VARIANCE * (weight**2).sum())
    assert value[0] / sd == pytest.approx(-1.28, abs=0.01)


def test_leaving_out_equals_refitting_without_the_place() -> None:
    rng = np.random.default_rng(4)
    v = rng.uniform(0.01, 0.1, 25)
    y = rng.normal(0, np.sqrt(v + 0.04))
    batch = fit_spread(y, v, np.ones(25), 1 - np.eye(25), 1.28)
    for i in (0, 7, 24):
        rest = np.arange(25) != i
        alone = fit_spread(y[rest], v[rest], np.ones(24), np.ones((1, 24)), 1.28)
        # The batch starts from the median of all 25, so the sweeps end close to, not at, the same point.
        assert batch.theta[i] == pytest.approx(alone.theta[0], rel=0.02, abs=1e-6)
        assert batch.centre[i] == pytest.approx(alone.centre[0], abs=0.01)


def test_standard_error_of_the_centre_is_the_bisquare_one() -> None:
    # Variance of the mean times 0.513435 / 0.683555^2 = 1.09885, the bisquare's loss at cut 4.
    y, one = 0.2 * quantiles(400), np.ones((1, 400))
    fit = fit_spread(y, 0.01 * one[0], one[0], one, 0.0)
    expected = np.sqrt(1.09885 * (0.01 + fit.theta[0]) / 400)
    assert fit.centre_se[0] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(("n", "p"), [(1, 0.3), (5, 0.02), (40, 0.2), (40, 0.8), (300, 0.01), (3000, 0.2)])
def test_working_logit_is_unbiased_with_unit_slope_at_the_centre(n: int, p: float) -> None:
    # Expectations by scipy's binomial probabilities over every count; the slope by shifting the share by 1e-4.
    k = np.arange(n + 1.0)
    whole, offset = np.full(k.size, float(n)), np.full(k.size, special.logit(p) - 0.25)
    y, v = peer_fit.working_logit(k, whole, offset, 0.25)
    mass = stats.binom.pmf(k, n, p)
    assert (mass * y).sum() == pytest.approx(0.25, abs=1e-4)
    assert (mass * (y - 0.25) ** 2).sum() == pytest.approx(v[0], rel=0.01)
    moved = stats.binom.pmf(k, n, special.expit(special.logit(p) + 1e-4))
    assert ((moved - mass) * y).sum() / 1e-4 == pytest.approx(1.0, rel=0.01)


def test_working_logit_of_failures_is_the_mirror_image() -> None:
    k, n, offset = np.array([0.0, 1, 9, 70]), np.array([4.0, 90, 9, 400]), np.array([-1.0, -4.0, 0.7, -2.0])
    y, v = peer_fit.working_logit(k, n, offset, 0.3)
    mirrored, w = peer_fit.working_logit(n - k, n, -offset, -0.3)
    np.testing.assert_allclose(mirrored, -y, rtol=1e-10)
    np.testing.assert_allclose(w, v, rtol=1e-10)
