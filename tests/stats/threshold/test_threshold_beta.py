"""The beta form, which lives in benchmarks/: its integrals against SciPy, its gradient by differences."""

import numpy as np
import pytest
from scipy.special import betaincc, expit

from benchmarks.threshold_beta import BetaModel, masses


def test_masses_agree_with_the_incomplete_beta_function():
    """P(x > t), and E[x; x > t] = a / (a + b) P(x > t) under Beta(a + 1, b)."""
    rng = np.random.default_rng(0)
    t, phi, precision = rng.uniform(0.02, 0.7, 500), expit(rng.normal(-3.5, 0.6, 500)), np.exp(rng.normal(2, 0.7, 500))
    a, b = precision * phi, precision * (1 - phi)
    got = masses(t, a, b)
    np.testing.assert_allclose(got.guilty + got.innocent, betaincc(a, b, t), rtol=1e-5)
    np.testing.assert_allclose(got.guilty, phi * betaincc(a + 1, b, t), rtol=1e-5)


def test_gradient_is_that_of_the_density():
    rng = np.random.default_rng(1)
    stops = rng.integers(500, 9000, (4, 3))
    searches = rng.binomial(stops, 0.02)
    model = BetaModel(stops, searches, rng.binomial(searches, 0.3))
    q = np.array([model.start(rng) for _ in range(3)])
    value, gradient = model.density(q)
    moves = 1e-6 * np.eye(model.dim)
    numerical = np.stack([(model.density(q + m)[0] - model.density(q - m)[0]) / 2e-6 for m in moves], axis=1)
    assert np.isfinite(value).all()
    assert gradient == pytest.approx(numerical, rel=1e-5, abs=1e-4)
