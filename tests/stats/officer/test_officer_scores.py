"""Log odds of officers: the skew of counting is gone, the tails of natural differences are not."""

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import kurtosis, skew

from auditor.stats.officer.scores import log_odds, normal_log_odds


def drawn(seed, middle, moved, stops=60):
    rng = np.random.default_rng(seed)
    p = expit(rng.normal(middle, 0.3, moved.size))
    n = np.full(moved.size, float(stops))
    return rng.binomial(stops, expit(logit(p) + moved)).astype(float), n, p, np.zeros(moved.size)


def test_log_odds_by_hand():
    """20 of 100 where 10 % are expected, by all counts.

    R 4.2.2: n = 100; k = 0:n; L = log((k + .5) / (n - k + .5)); w = dbinom(k, n, .1); m = sum(w * L)
    s = sum(w * (L - m) * (k - 10)); c((log(20.5 / 80.5) - m) / s, sqrt(sum(w * (L - m)^2)) / s)
    """
    y, se = log_odds(np.array([20.0]), np.array([100.0]), np.array([0.1]), np.array([0.0]))
    np.testing.assert_allclose([y[0], se[0]], [0.82901079782181, 0.340296067604311], rtol=1e-9)


def test_error_of_the_expected_share_enters():
    """Exact: .018 / (.1 x .9) = .2 is added in square."""
    arguments = np.array([20.0]), np.array([100.0]), np.array([0.1])
    without, more = log_odds(*arguments, np.array([0.0])), log_odds(*arguments, np.array([0.018]))
    assert more[1][0] ** 2 - without[1][0] ** 2 == pytest.approx(0.04, rel=1e-10)


@pytest.mark.parametrize("middle", [-2.0, 0.0, 1.5])
@pytest.mark.parametrize("sd", [0.0, 0.3])
def test_normal_where_natural_differences_are(middle, sd):
    """40,000 officers: skewness within .1 of 0 whatever the share; unit variance once divided by the total SD."""
    moved = sd * np.random.default_rng(1).standard_normal(40_000)
    y, se = normal_log_odds(*drawn(2, middle, moved))
    standard = (y - np.median(y)) / np.hypot(se, sd)
    assert abs(skew(standard)) < 0.1
    assert standard.var() == pytest.approx(1, abs=0.05)
    assert abs(np.median(y)) < 0.03


def test_plain_log_odds_are_skewed():
    """What it is for: the plain estimates lean to opposite sides at small and large shares."""
    nothing = np.zeros(40_000)
    assert skew(log_odds(*drawn(3, -2.0, nothing))[0]) < -0.3
    assert skew(log_odds(*drawn(3, 2.0, nothing))[0]) > 0.3


def test_heavy_tails_stay():
    moved = 0.5 * np.random.default_rng(4).standard_t(4, 40_000)
    y, _ = normal_log_odds(*drawn(5, -1.0, moved, stops=500))
    assert kurtosis(y) > 1.5


def test_mirrored():
    """Exact: counting the others turns every estimate round."""
    k, n, p, error = drawn(6, -1.0, 0.2 * np.random.default_rng(7).standard_normal(500))
    y, se = normal_log_odds(k, n, p, error)
    other, error_of_other = normal_log_odds(n - k, n, 1 - p, error)
    np.testing.assert_allclose(other, -y, atol=1e-3)
    np.testing.assert_allclose(error_of_other, se, rtol=1e-3)
