"""Ranks and their simultaneous band: enumeration, bayesplot, and samplers that are wrong on purpose."""

from itertools import product

import numpy as np
import pytest

from auditor.stats.mcmc.sbc import band_probability, ecdf_band, rank_of, uniformity


def test_band_probability_by_enumeration():
    """Four values in three bins of equal chance: all 81 arrangements."""
    low, high = np.array([1, 2]), np.array([2, 3])
    inside = 0
    for arrangement in product(range(3), repeat=4):
        first = sum(b == 0 for b in arrangement)
        second = first + sum(b == 1 for b in arrangement)
        inside += low[0] <= first <= high[0] and low[1] <= second <= high[1]
    assert band_probability(4, low, high) == pytest.approx(inside / 81, rel=1e-13)


def test_band_agrees_with_bayesplot():
    """R 4.2.2, bayesplot 1.10.0: ecdf_intervals(gamma = adjust_gamma(N, K, prob = prob), N, K), inner points. Its
    gamma is found by an optimiser, so single limits may differ by 1."""
    want = {
        (100, 20, 0.95): (
            [0, 3, 6, 10, 14, 18, 23, 27, 32, 37, 42, 47, 52, 57, 63, 69, 75, 81, 88],
            [12, 19, 25, 31, 37, 43, 48, 53, 58, 63, 68, 73, 77, 82, 86, 90, 94, 97, 100],
        ),
        (300, 20, 0.99): (
            [4, 15, 26, 39, 52, 65, 79, 93, 107, 122, 137, 152, 168, 184, 200, 217, 234, 252, 271],
            [29, 48, 66, 83, 100, 116, 132, 148, 163, 178, 193, 207, 221, 235, 248, 261, 274, 285, 296],
        ),
    }
    for (n, k, level), (low, high) in want.items():
        got_low, got_high = ecdf_band(n, k, level)
        assert np.abs(got_low - low).max() <= 1
        assert np.abs(got_high - high).max() <= 1
        assert band_probability(n, got_low, got_high) >= level


def test_uniform_ranks_pass_and_wrong_ones_do_not():
    """A posterior too narrow by a third, one moved by a third of its spread, and a right one, 1,000 simulations."""
    rng = np.random.default_rng(5)
    truth = rng.standard_normal((1000, 1))
    data = truth + rng.standard_normal((1000, 1))
    draws = data / 2 + np.sqrt(0.5) * rng.standard_normal((1000, 99))
    right = (draws < truth).sum(axis=1)
    narrow = (data / 2 + (draws - data / 2) * 0.67 < truth).sum(axis=1)
    moved = (draws + 0.33 * np.sqrt(0.5) < truth).sum(axis=1)
    got = uniformity(np.column_stack([right, narrow, moved]), 99)
    assert got.outside.tolist() == [False, True, True]
    assert got.p_value[0] > 0.001 > max(got.p_value[1:])
    assert got.largest_gap[0] < 0.06


def test_ranks_count_draws_below():
    assert rank_of([0.5, 2.0], [[0.0, 1.0], [1.0, 1.5], [0.4, 3.0]]).tolist() == [2, 2]


def test_impossible_ranks_are_refused():
    with pytest.raises(ValueError, match="from 0 to 99"):
        uniformity([[100]], 99)
    with pytest.raises(ValueError, match="do not divide"):
        uniformity([[5]], 100)
