"""Ends over every assignment of stops of unrecorded group, against all assignments of small pools one by one."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from auditor.stats.officer.benchmark import Gates, benchmark_officers
from auditor.stats.officer.blank import unrecorded_range
from auditor.stats.officer.cells import pool_cells
from auditor.stats.officer.contrasts import contrast_of
from auditor.stats.officer.scores import log_odds

OPEN = Gates(stops=5, effective=2, colleagues=1.5, imbalance=9, uncovered=0.9)
OFFICERS, BLANK = 4, 6
WAYS = np.array(list(product((0, 1), repeat=BLANK)))


def small_pool(seed: int, mixes: int):
    """Officers in up to six strata, and six single stops of unrecorded group; an outcome for each way to give them."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(OFFICERS), 6)
    codes = np.stack([rng.integers(0, min(3, mixes), who.size), rng.integers(0, min(2, mixes), who.size)], axis=1)
    n = rng.integers(3, 15, who.size)
    k = rng.binomial(n, rng.uniform(0.1, 0.6, who.size))
    officer = np.r_[who, rng.integers(0, OFFICERS, BLANK)]
    strata = np.r_[codes, codes[rng.integers(0, who.size, BLANK)]]
    counted = np.stack([np.r_[k, way] for way in WAYS], axis=1)
    pool = pool_cells(officer, strata, np.r_[n, np.ones(BLANK, dtype=int)], counted[:, 0], counted[:, 1:])
    return benchmark_officers(pool, gates=OPEN)


def one_by_one(result):
    """Log odds ratios of the officers under every assignment, (J, W)."""
    each = [contrast_of(result, at) for at in range(len(WAYS))]
    assert all((one.compared == result.compared).all() for one in each)
    kept = result.compared
    found = [
        log_odds(np.rint(one.share * one.stops)[kept], one.stops[kept], one.expected[kept], one.error[kept])[0]
        for one in each
    ]
    return np.stack(found, axis=1)


def ends(result):
    low, high = unrecorded_range(contrast_of(result, 0), contrast_of(result, len(WAYS) - 1))
    return np.log(low[result.compared]), np.log(high[result.compared])


def test_without_strata_the_ends_are_those_of_all_assignments():
    """One stratum: no correction is left, and the ends are exact."""
    for seed in range(6):
        result = small_pool(seed, mixes=1)
        every, (low, high) = one_by_one(result), ends(result)
        assert len(every) == OFFICERS
        np.testing.assert_allclose(low, every.min(axis=1), atol=1e-9)
        np.testing.assert_allclose(high, every.max(axis=1), atol=1e-9)
        assert (high > low).all()


def test_in_strata_the_correction_carries_no_assignment_far_beyond_the_ends():
    """The figure that the module states, over 40 pools of 64 assignments each."""
    beyond, whole = [], []
    for seed in range(40):
        result = small_pool(100 + seed, mixes=3)
        every, (low, high) = one_by_one(result), ends(result)
        beyond += [np.maximum(every.max(axis=1) - high, low - every.min(axis=1))]
        whole += [every.max(axis=1) - every.min(axis=1)]
    beyond, whole = np.concatenate(beyond), np.concatenate(whole)
    assert beyond.size >= 120
    assert 0.01 < beyond.max() < 0.05
    assert (beyond < 0.001).mean() > 0.8
    assert np.median(whole) > 0.2


def test_who_has_no_comparison_has_open_ends():
    result = small_pool(1, mixes=1)
    nobody = benchmark_officers(pool_cells([0, 1], [[0], [0]], [9, 9], [4, 5]), gates=Gates())
    low, high = unrecorded_range(nobody, nobody)
    assert low.tolist() == [0.0, 0.0]
    assert np.isinf(high).all()
    with pytest.raises(ValueError, match="one pool"):
        unrecorded_range(nobody, contrast_of(result, 0))
