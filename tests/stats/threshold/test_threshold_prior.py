"""The default prior: the published one of 2017 carried over, worked out again."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit, logit

from auditor.stats.threshold.prior import ThresholdPrior

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(80)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def told(delta, phi):
    """Share of the variance of guilt that a signal at this separation tells: E(p | guilty) - E(p | innocent)."""

    def mean(centre):
        return WEIGHTS @ expit(logit(phi) + delta * (NODES + centre - delta / 2))

    return mean(delta) - mean(0)


def carried(rng):
    """One draw of the published prior of a group as (log delta, t)."""
    phi, precision, threshold = expit(rng.normal(-3.5, 0.25)), np.exp(rng.normal(2, 0.5)), rng.normal(-2, 1)
    delta = brentq(lambda d: told(d, phi) - 1 / (1 + precision), 0.01, 12)
    return np.log(delta), (threshold - logit(phi)) / delta + delta / 2


def test_the_default_is_the_published_prior_carried_over():
    """Beta(m phi, m (1 - phi)) has variance phi (1 - phi) / (1 + m). To two digits; 1,500 draws have an error of .005
    in log delta and .02 in t."""
    rng = np.random.default_rng(1)
    log_delta, t = np.array([carried(rng) for _ in range(1500)]).T
    default = ThresholdPrior()
    assert default.guilt == (-3.5, 0.25)
    assert default.separation == pytest.approx((log_delta.mean(), log_delta.std()), abs=0.01)
    assert default.threshold == pytest.approx((t.mean(), t.std()), abs=0.04)


def test_the_spreads_are_carried_over_at_the_centre():
    """Thresholds: .25 / delta. Places: .25 in guilt; .5 in log precision is so much in log delta."""
    phi = expit(-3.5)

    def log_delta(log_precision):
        return np.log(brentq(lambda d: told(d, phi) - 1 / (1 + np.exp(log_precision)), 0.01, 12))

    slope = (log_delta(2.01) - log_delta(1.99)) / 0.02
    assert ThresholdPrior().spread == pytest.approx((0.25 / np.exp(log_delta(2)), 0.25, -0.5 * slope), abs=0.005)


def test_scaled_moves_spreads_alone():
    prior = ThresholdPrior(guilt=(-3.0, 0.7), separation=(0.4, 0.5), threshold=(1.8, 0.9), spread=(0.6, 0.3, 0.2))
    twice = prior.scaled(2.0)
    assert (twice.guilt, twice.separation, twice.threshold) == ((-3.0, 1.4), (0.4, 1.0), (1.8, 1.8))
    assert twice.spread == (1.2, 0.6, 0.4)
