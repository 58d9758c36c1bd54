"""R-hat and effective draws: the posterior package, and chains whose answer is known."""

import numpy as np
import pytest
from scipy.special import ndtri

from auditor.stats.mcmc.diagnostics import effective_bulk, effective_tail, energy_fraction, rhat
from auditor.stats.mcmc.run import Diagnostics

# R 4.2.2, posterior 1.4.0: rhat(m), ess_bulk(m), ess_tail(m) with m <- sapply(1:4, chain, n, rho, drift) and
# chain <- function(k, n, rho, drift) {
#   u <- ((1:n) * 7919 * (k + 3) + (1:n)^2 * 104729) %% 10007 / 10007; z <- qnorm((u * 10007 + .5) / 10008)
#   x <- z; for (i in 2:n) x[i] <- rho * x[i - 1] + z[i]; x + drift * k }
REFERENCE = [
    (0.5, 0, 50, 1.06315086418, 85.9482077156, 237.446384985),
    (0.5, 0, 51, 1.06954371582, 59.6367067402, 218.138275718),
    (0.5, 0, 200, 1.00626895048, 372.361275414, 559.688870306),
    (0.9, 0.3, 50, 1.3478922821, 11.0637197446, 26.6169161874),
    (0.9, 0.3, 51, 1.37551487218, 10.5984428882, 30.4281117738),
    (0.9, 0.3, 200, 1.08287380596, 57.2642024224, 123.349679493),
    (-0.6, 0, 50, 1.00439035598, 460.205999133, 240.37353009),
    (-0.6, 0, 51, 1.01133542382, 460.205999133, 244.130577121),
    (-0.6, 0, 200, 0.998608129276, 2322.47198959, 866.649358361),
    (0.2, 1, 50, 1.592383272, 8.639677992, 48.5920261282),
    (0.2, 1, 51, 1.59227591469, 8.63178953141, 36.3988063395),
    (0.2, 1, 200, 1.55370742645, 7.44591946104, 64.9736524858),
]


def chain(k, n, rho, drift):
    i = np.arange(1, n + 1)
    u = (i * 7919 * (k + 3) + i**2 * 104729) % 10007 / 10007
    x = ndtri((u * 10007 + 0.5) / 10008)
    for j in range(1, n):
        x[j] += rho * x[j - 1]
    return x + drift * k


@pytest.mark.parametrize("row", REFERENCE)
def test_agrees_with_the_posterior_package(row):
    rho, drift, n, *want = row
    draws = np.array([chain(k, n, rho, drift) for k in range(1, 5)])
    got = [float(f(draws)) for f in (rhat, effective_bulk, effective_tail)]
    assert got == pytest.approx(want, rel=1e-10)


def test_many_quantities_at_once_are_each_alone():
    draws = np.array([[chain(k, 60, rho, 0.1) for rho in (0.1, 0.8)] for k in range(1, 4)]).transpose(0, 2, 1)
    for f in (rhat, effective_bulk, effective_tail):
        both = f(draws.reshape(3, 60, 2, 1))
        assert both.shape == (2, 1)
        assert both[:, 0].tolist() == pytest.approx([float(f(draws[:, :, i])) for i in range(2)], rel=1e-12)


def test_autoregressive_chains_have_the_effective_draws_of_theory():
    """AR(1) with correlation .5 is worth (1 - .5) / (1 + .5) = 1/3 of its draws; .1 is four standard deviations of the
    estimate here."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((4, 4000))
    for t in range(1, 4000):
        x[:, t] = 0.5 * x[:, t - 1] + np.sqrt(0.75) * x[:, t]
    assert float(effective_bulk(x)) / x.size == pytest.approx(1 / 3, abs=0.1 / 3)


def test_energy_fraction_by_hand():
    """Energies 0, 1, 0, 1: squared steps 1, variance 1/4."""
    assert energy_fraction(np.array([[0.0, 1, 0, 1]]))[0] == 4


def test_constant_and_infinite_draws_are_refused():
    with pytest.raises(ValueError, match="same value"):
        rhat(np.ones((2, 10)))
    with pytest.raises(ValueError, match="same value"):  # one of two quantities
        rhat(np.stack([np.ones((2, 10)), np.arange(20.0).reshape(2, 10)], axis=2))
    with pytest.raises(ValueError, match="finite"):
        rhat(np.full((2, 10), np.nan))
    with pytest.raises(ValueError, match="4 or more"):
        effective_bulk(np.arange(6.0).reshape(2, 3))


@pytest.mark.parametrize(
    ("worst", "fewest", "divergent", "converged"),
    [(1.01, 400.0, 40, True), (1.02, 9e3, 0, False), (1.0, 399.0, 0, False), (1.0, 9e3, 41, False)],
)
def test_what_counts_as_converged(worst, fewest, divergent, converged):
    """Vehtari et al. (2021), section 4: R-hat at most 1.01, 400 effective draws; and at most 1 % of 4,000 divergent."""
    assert Diagnostics(worst, fewest, 4000, divergent, 1.0, 7.0).converged is converged
