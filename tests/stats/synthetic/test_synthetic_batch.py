"""Many synthetic controls at once against one at a time, by another algorithm (non-negative least squares)."""

import numpy as np
import pytest

from auditor.stats.synthetic.batch import nearest_all
from auditor.stats.synthetic.penalty import choose_lambda, choose_lambdas
from auditor.stats.synthetic.simplex import nearest, spreading_penalty


def units(seed: int, n: int, periods: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(3, periods))
    return rng.normal(size=(n, 3)) @ common + rng.normal(0, 0.5, (n, periods))


@pytest.mark.parametrize("penalty", [0.0, 1e-6, 0.01, 1.0, 50.0])
@pytest.mark.parametrize(("n", "periods"), [(5, 12), (30, 12), (12, 30)])
def test_weights_equal_those_found_one_by_one(penalty: float, n: int, periods: int):
    y, d = units(1, 4, periods), units(2, n, periods)
    found = nearest_all(y[None], d[None], penalty)[0]
    for row, weights in zip(y, found, strict=True):
        alone = nearest((d - row).T, penalty)
        residual = row - weights @ d
        loss = residual @ residual + penalty * weights @ weights
        best = alone.loss + penalty * alone.weights @ alone.weights
        assert loss == pytest.approx(best, rel=1e-9, abs=1e-12)
        assert weights.min() >= 0
        assert weights.sum() == pytest.approx(1, abs=1e-12)
        if penalty:  # strictly convex: the weights themselves are unique
            assert weights == pytest.approx(alone.weights, abs=1e-6)


def test_nobody_draws_on_whom_it_may_not():
    d = units(3, 20, 24)
    penalty = spreading_penalty(d, 12)
    found = nearest_all(d[None], d[None], penalty, ~np.eye(20, dtype=bool))[0]
    assert (np.diag(found) == 0).all()
    for i in range(20):
        rest = np.delete(np.arange(20), i)
        assert found[i, rest] == pytest.approx(nearest((d[rest] - d[i]).T, penalty).weights, abs=1e-9)


def test_problems_side_by_side_are_solved_each_by_itself():
    d = np.stack([units(seed, 15, 20) for seed in range(4)])
    y = np.stack([units(seed, 3, 20) for seed in range(4, 8)])
    together = nearest_all(y, d, 2.0)
    for b in range(4):
        assert together[b] == pytest.approx(nearest_all(y[[b]], d[[b]], 2.0)[0], abs=1e-9)


def test_a_target_equal_to_a_donor_and_donors_all_equal():
    d = units(5, 6, 10)
    assert nearest_all(d[None, :1], d[None], 0.0)[0, 0] == pytest.approx([1, 0, 0, 0, 0, 0], abs=1e-6)
    same = np.tile(d[:1], (4, 1))
    assert nearest_all(d[None, :1], same[None], 1.0)[0, 0] == pytest.approx([0.25] * 4, abs=1e-9)


@pytest.mark.parametrize("centre", [False, True])
@pytest.mark.parametrize("penalty", [0.0, 3.0])
def test_ridge_of_donors_together_is_that_of_each_by_itself(centre: bool, penalty: float):
    d = units(6, 14, 10)
    some = np.array([0, 5, 13])
    together = choose_lambdas(d, some, penalty, centre)
    alone = [choose_lambda(d[i], np.delete(d, i, axis=0), penalty, centre) for i in some]
    assert together == pytest.approx(alone, rel=1e-9)


def test_donors_that_do_not_differ_have_no_ridge():
    with pytest.raises(ValueError, match="must differ"):
        choose_lambda(np.arange(6.0), np.tile(np.arange(6.0), (4, 1)))
