"""Mixture of natural differences: known distributions recovered, its certificate, its tails."""

import numpy as np
import pytest
from scipy import stats

from auditor.stats.screening.mixture import NormalMixture, fit_mixture


def draw(shape, size, seed):
    rng = np.random.default_rng(seed)
    if shape == "normal":
        natural = 0.3 * rng.normal(size=size)
    elif shape == "t3":
        natural = 0.3 * rng.standard_t(3, size)
    else:
        natural = 0.3 * (rng.gamma(4, 1, size) - 4) / 2
    se = 0.15 * np.exp(rng.normal(0, 0.3, size))
    return natural + se * rng.normal(size=size), se


TRUE_TAILS = {
    # Chance that a natural difference exceeds 0.6, exactly.
    "normal": stats.norm.sf(2.0),
    "t3": stats.t.sf(2.0, 3),
    "gamma": stats.gamma.sf(8.0, 4),
}


@pytest.mark.parametrize("shape", TRUE_TAILS)
def test_tail_of_the_natural_differences_is_found(shape):
    """The upper tail beyond 0.6 comes out within a fifth, through errors of 0.15; that of gamma is skewed."""
    y, s = draw(shape, 20_000, 1)
    fitted = fit_mixture(y, s)
    assert fitted.upper(0.6, 1e-9) == pytest.approx(TRUE_TAILS[shape], rel=0.2)
    assert fitted.weights.sum() == pytest.approx(1, abs=1e-12)
    assert (fitted.weights > 0).all()


def test_likelihood_is_at_its_maximum():
    """No other weights do better by more than the stated gap: here those of a long plain EM run."""
    y, s = draw("t3", 600, 2)
    fitted = fit_mixture(y, s)
    sd = np.hypot(fitted.scales, s[:, None])
    density = np.exp(-0.5 * ((y[:, None] - fitted.centres) / sd) ** 2) / sd
    weights = np.full(fitted.weights.size, 1 / fitted.weights.size)
    for _ in range(20_000):
        weights = weights * (density / (density @ weights)[:, None]).mean(axis=0)
    assert np.log(density @ fitted.weights).sum() >= np.log(density @ weights).sum() - 0.5


def test_upper_and_lower_tails_are_exact_for_one_normal():
    """A normal of SD 3 seen with error 4 has SD 5."""
    one = NormalMixture(np.ones(1), np.ones(1), np.full(1, 3.0))
    x = np.array([-150.0, 0.0, 6.0, 180.0])
    np.testing.assert_allclose(one.upper(x, 4.0), stats.norm.sf((x - 1) / 5), rtol=1e-12)
    np.testing.assert_allclose(one.lower(x, 4.0), stats.norm.cdf((x - 1) / 5), rtol=1e-12)
    # Doubled: mean 2, SD of the natural part 6, of the estimate hypot(6, 4).
    np.testing.assert_allclose(one.upper(x, 4.0, 2.0), stats.norm.sf((x - 2) / np.hypot(6, 4)), rtol=1e-12)
    assert one.sd == 3.0
    assert one.smeared(4.0).scales.tolist() == [5.0]
    assert one.upper(one.widest(4.0), 4.0) == pytest.approx(0, abs=1e-300)


def test_no_natural_differences():
    rng = np.random.default_rng(3)
    s = np.full(2000, 0.2)
    assert fit_mixture(s * rng.normal(size=2000), s).sd < 0.06


def test_identical_estimates_are_no_trouble():
    fitted = fit_mixture(np.zeros(10), np.ones(10))
    assert fitted.sd < 0.5


@pytest.mark.parametrize(
    ("y", "s"),
    [
        (np.zeros(4), np.ones(4)),
        (np.zeros(6), np.zeros(6)),
        (np.full(6, np.nan), np.ones(6)),
        (np.zeros(6), np.ones(7)),
    ],
)
def test_refused(y, s):
    with pytest.raises(ValueError):
        fit_mixture(y, s)
