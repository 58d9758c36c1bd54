"""The sampler against distributions whose moments are known exactly."""

import numpy as np
import pytest
from scipy import stats

from auditor.stats.fit import NotConverged
from auditor.stats.mcmc.chains import Chains, Tuning
from auditor.stats.mcmc.metric import Metric
from auditor.stats.mcmc.nuts import answer, answer_all, transition
from auditor.stats.mcmc.run import Effort, converged_sample


def seeds(count, start=1):
    return np.random.SeedSequence(start).spawn(count)


def gaussian(precision):
    def density(q, _):
        gradient = -q @ precision
        return 0.5 * (gradient * q).sum(axis=1), gradient

    return density


@pytest.mark.parametrize("dense", [0, 2])
def test_correlated_normal(dense):
    """Covariance as planted; four standard errors of a variance from 2,000 nearly independent draws are 13 %."""
    rng = np.random.default_rng(3)
    root = rng.standard_normal((4, 4)) + np.diag([4.0, 3, 3, 2])
    covariance = root @ root.T
    start = rng.standard_normal((4, 4))
    chains = Chains(gaussian(np.linalg.inv(covariance)), start, seeds(4), Tuning(warmup=200, dense=dense), np.ones(4))
    chains.warm_up()
    flat = chains.draw(500).q.reshape(-1, 4)
    assert flat.var(axis=0) / np.diag(covariance) == pytest.approx(np.ones(4), abs=0.2)
    assert flat.mean(axis=0) / np.sqrt(np.diag(covariance)) == pytest.approx(np.zeros(4), abs=0.15)


def test_skewed_posterior_has_the_exact_quantiles():
    """Log-odds of a share with Beta(2, 9) posterior: the probability transform of the draws is uniform."""

    def density(q, _):
        p = 1 / (1 + np.exp(-q[:, 0]))
        return 2 * np.log(p) + 9 * np.log1p(-p), (2 - 11 * p)[:, None]

    chains = Chains(density, np.zeros((4, 1)), seeds(4), Tuning(warmup=200), np.ones(1))
    chains.warm_up()
    kept = chains.draw(1000).q[:, ::4, 0].ravel()
    assert stats.kstest(1 / (1 + np.exp(-kept)), stats.beta(2, 9).cdf).pvalue > 0.001


def test_a_chain_does_not_depend_on_the_others():
    """Before any mass matrix is shared, a chain draws the same alone and in company."""

    def first(count):
        start = np.arange(float(count))[:, None] * np.ones(3)
        chains = Chains(gaussian(np.eye(3)), start, seeds(4)[:count], Tuning(warmup=150), np.ones(3))
        return chains.draw(30).q[0]

    np.testing.assert_array_equal(first(1), first(4))


def test_one_transition_counts_its_steps():
    """Every density that is asked for is a leapfrog step, and the trajectory's length is 2^depth - 1 or stopped."""
    moving = transition(np.zeros(2), 0.0, np.zeros(2), Metric.guess(np.ones(2), 0), 0.3, np.random.default_rng(1), 6)
    q, asked = next(moving), 0
    try:
        while True:
            asked += 1
            q = moving.send((-0.5 * float(q @ q), -q))
    except StopIteration as end:
        draw = end.value
    assert draw.steps == asked
    assert 0.9 < draw.acceptance <= 1
    assert not draw.divergent


def test_energy_that_runs_away_is_divergent():
    def density(q, _):
        return -(q[:, 0] ** 4) * 1e8, -4e8 * q**3

    chains = Chains(density, np.full((1, 1), 0.01), seeds(1), Tuning(warmup=150), np.ones(1))
    chains._steps[:] = 1.0
    assert chains.draw(20).divergent.any()


def test_unconverged_chains_are_refused_and_longer_ones_pass():
    """Two modes 40 standard deviations apart: chains that start in different ones never meet."""

    def two(q, _):
        a, b = -0.5 * (q + 20) ** 2, -0.5 * (q - 20) ** 2
        weight = 1 / (1 + np.exp(np.clip(a - b, -700, 700)))
        return np.logaddexp(a, b)[:, 0], -(q + 20) * (1 - weight) - (q - 20) * weight

    effort = Effort(chains=2, warmup=150, draws=100, most=200)
    start = np.array([[-20.0], [20.0]])
    with pytest.raises(NotConverged, match="after 200 draws in each of 2 chains: largest R-hat"):
        converged_sample(Chains(two, start, seeds(2), Tuning(warmup=150), np.ones(1)), lambda q: q, effort)
    chains = Chains(gaussian(np.eye(1)), start, seeds(2), Tuning(warmup=150), np.ones(1))
    sample, diagnostics = converged_sample(chains, lambda q: q, Effort(chains=2, warmup=150, draws=100, most=3200))
    assert diagnostics.converged
    assert sample.q.shape[1] > 100


def test_impossible_starts_and_gradients_are_refused():
    with pytest.raises(NotConverged, match="density is 0"):
        Chains(lambda q, _: (np.full(1, -np.inf), q), np.zeros((1, 1)), seeds(1), Tuning(), np.ones(1))
    with pytest.raises(ValueError, match="warmup"):
        Tuning(warmup=10)
    with pytest.raises(ValueError, match="target"):
        Tuning(target=1.0)
    with pytest.raises(ValueError, match="effort"):
        Effort(chains=1)


def test_a_quantity_that_never_moves_is_refused():
    chains = Chains(gaussian(np.eye(2)), np.zeros((2, 2)), seeds(2), Tuning(warmup=150), np.ones(2))
    with pytest.raises(NotConverged, match="same value"):
        converged_sample(chains, lambda q: np.zeros((*q.shape[:2], 1)), Effort(chains=2, warmup=150, draws=100))


def test_several_are_answered_together_as_each_alone():
    """Data set 1 has half the standard deviation; the third raises, and the others go on."""
    scale = np.array([1.0, 2.0, 1.0])

    def density(q, which):
        gradient = -q * scale[which][:, None] ** 2
        return 0.5 * (gradient * q).sum(axis=1), gradient

    def drawing(which, fail=False):
        alone = Chains(
            lambda q, _: density(q, np.full(len(q), which)),
            np.full((2, 1), 0.5),
            seeds(2),
            Tuning(warmup=150),
            np.ones(1),
        )
        yield from alone.warming()
        if fail:
            raise NotConverged("no")
        return (yield from alone.drawing(20))

    alone = [answer(lambda q, _, b=b: density(q, np.full(len(q), b)), drawing(b)).q for b in (0, 1)]
    first, second, failed = answer_all(density, [drawing(0), drawing(1), drawing(2, fail=True)])
    np.testing.assert_array_equal(first.q, alone[0])
    np.testing.assert_array_equal(second.q, alone[1])
    assert isinstance(failed, NotConverged)
