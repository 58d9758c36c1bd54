"""Permutation log-rank: brute force from the textbook formula, Fisher's test, size under unequal censoring."""

from itertools import combinations
from math import comb, sqrt

import numpy as np
import pytest

from auditor.stats.survival.log_rank import log_rank
from auditor.stats.survival.log_rank_exact import log_rank_exact


def textbook(time, event, focal, entry):
    """z of one sample, straight from the sums over event times."""
    gap = variance = 0.0
    for t in sorted({t for t, e in zip(time, event, strict=True) if e}):
        at_risk = [i for i in range(len(time)) if entry[i] < t <= time[i]]
        n, m = len(at_risk), sum(focal[i] for i in at_risk)
        deaths = [i for i in at_risk if event[i] and time[i] == t]
        d = len(deaths)
        gap += d * m / n - sum(focal[i] for i in deaths)
        variance += d * m / n * (1 - m / n) * (n - d) / max(n - 1, 1)
    return gap / sqrt(variance) if variance > 1e-12 else 0.0


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_all_exchanges_agree_with_brute_force(seed, late):
    rng = np.random.default_rng(seed)
    time, event = rng.integers(2, 9, 10), rng.random(10) < 0.7
    entry = rng.integers(0, 2, 10) if late else np.full(10, -1)
    focal = np.isin(np.arange(10), rng.choice(10, 4, replace=False))
    true = textbook(time, event, focal, entry)
    others = [textbook(time, event, np.isin(np.arange(10), c), entry) for c in combinations(range(10), 4)]
    got = log_rank_exact(time, event, focal, entry=entry if late else None)
    assert got.z[0] == pytest.approx(true, abs=1e-12)
    assert got.p_greater[0] == sum(z >= true - 1e-9 for z in others) / comb(10, 4)
    assert got.p_less[0] == sum(z <= true + 1e-9 for z in others) / comb(10, 4)
    assert got.p_two_sided[0] == sum(abs(z) >= abs(true) - 1e-9 for z in others) / comb(10, 4)
    assert got.exact[0]
    assert got.exchanges[0] == 210
    plain = log_rank(time, event, focal, entry=entry if late else None)
    assert plain.z[0] == pytest.approx(true, abs=1e-12)


def test_one_event_time_is_fishers_test():
    """All released at 24 hours or seen to 48: 1 of 6 focal and 5 of 7 others released.

    R 4.2.2: fisher.test(matrix(c(1, 5, 5, 2), 2), alternative = "less")$p.value is 0.07750582751
    """
    time = [24] + [48] * 5 + [24] * 5 + [48] * 2
    event = [1] + [0] * 5 + [1] * 5 + [0] * 2
    got = log_rank_exact(time, event, [1] * 6 + [0] * 7)
    assert got.p_greater[0] == pytest.approx(0.07750582751, abs=5e-12)


def test_strata_and_places():
    """Two strata of 5: 10 x 10 exchanges; a place more changes nothing; rows of one group say nothing."""
    rng = np.random.default_rng(3)
    time, event = rng.integers(1, 9, 10), np.ones(10)
    focal = np.tile([1, 1, 0, 0, 0], 2)
    stratum = np.repeat([0, 1], 5)
    alone = log_rank_exact(time, event, focal, stratum)
    both = log_rank_exact(
        np.tile(time, 2), np.tile(event, 2), np.append(focal, np.ones(10)), np.tile(stratum, 2),
        np.repeat([0, 2], 10), places=3,
    )  # fmt: skip
    assert alone.exchanges[0] == both.exchanges[0] == 100
    assert alone.p_greater[0] == both.p_greater[0]
    assert alone.z[0] == pytest.approx(log_rank(time, event, focal, stratum).z[0], abs=1e-12)
    np.testing.assert_array_equal(both.z[1:], [0, 0])
    np.testing.assert_array_equal(both.p_two_sided[1:], [1, 1])
    np.testing.assert_array_equal(both.exchanges[1:], [1, 1])


def test_drawn_exchanges_settle_on_the_listed_ones():
    """3 of 9 in each of two strata: 84^2 = 7,056 exchanges are listed; four times the persons are too many."""
    rng = np.random.default_rng(8)
    time, event = rng.exponential(10, 18).round(1), rng.random(18) < 0.8
    focal = np.isin(np.arange(18), [0, 2, 3, 9, 10, 15])
    stratum = np.repeat([0, 1], 9)
    listed = log_rank_exact(time, event, focal, stratum)
    assert listed.exact[0]
    many = log_rank_exact(time, event, focal, stratum, count=np.full(18, 4))
    assert not many.exact[0]
    assert many.exchanges[0] == 10_000
    assert many.p_greater[0] == log_rank_exact(time, event, focal, stratum, count=np.full(18, 4)).p_greater[0]
    plain = log_rank(time, event, focal, stratum, count=np.full(18, 4))
    assert many.z[0] == pytest.approx(plain.z[0], abs=1e-12)
    assert many.p_greater[0] == pytest.approx(plain.p_greater[0], abs=0.03)


def test_size_where_the_groups_are_censored_unlike():
    """Both leave at rate 1; focal persons (8 of 20) are also taken away at rate 2, the others at 0.2.

    1,500 samples at 0.05: two Monte-Carlo errors make 0.061. Drawn with 199 exchanges each.
    """
    rng, size = np.random.default_rng(11), 1500
    focal = np.tile(np.arange(20) < 8, size)
    leave, taken = rng.exponential(1, focal.size), rng.exponential(1, focal.size) / np.where(focal, 2.0, 0.2)
    got = log_rank_exact(
        np.minimum(leave, taken), leave <= taken, focal, place=np.repeat(np.arange(size), 20), draws=199
    )
    for p in (got.p_greater, got.p_less, got.p_two_sided):
        assert 0.02 < (p <= 0.05).mean() <= 0.0613


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="draws must be 1 or more, got 0"):
        log_rank_exact([1, 2], [1, 1], [0, 1], draws=0)
