"""Change of composition at a date: brute force, size with months that are alike, absent months, refusals."""

import numpy as np
import pytest

from auditor.stats.composition.change import MOST_TURNS, composition_change


def by_hand(n, later):
    """Difference over its standard error, straight from the months."""
    parts = []
    for side in (n[later], n[~later]):
        total, m = side.sum(axis=1), len(side)
        p = side[:, 0].sum() / total.sum()
        parts.append((p, ((side[:, 0] - p * total) ** 2).sum() / total.sum() ** 2 * m / (m - 1)))
    return (parts[0][0] - parts[1][0]) / np.sqrt(parts[0][1] + parts[1][1])


def test_turns_agree_with_brute_force():
    rng = np.random.default_rng(1)
    n, later = rng.multinomial(30, [0.3, 0.5, 0.2], 14), np.arange(14) >= 9
    got = composition_change(n, later)
    z = np.array([by_hand(n, np.roll(later, s)) for s in range(14)])
    assert got.z[0, 0] == pytest.approx(z[0], rel=1e-12)
    assert got.p_greater[0, 0] == (z >= z[0] - 1e-9).mean()
    assert got.p_less[0, 0] == (z <= z[0] + 1e-9).mean()
    assert got.p_two_sided[0, 0] == min(1, 2 * min(got.p_greater[0, 0], got.p_less[0, 0]))
    every = np.array([[by_hand(np.roll(n, -c, axis=1), np.roll(later, s)) for c in range(3)] for s in range(14)])
    largest = np.abs(every).max(axis=1)
    assert got.p_any[0] == (largest >= largest[0] - 1e-9).mean()
    assert (got.turns[0], got.months[0]) == (14, 14)
    assert got.difference[0, 0] == pytest.approx(
        n[later, 0].sum() / n[later].sum() - n[~later, 0].sum() / n[~later].sum(), rel=1e-12
    )


def test_regimes_are_never_compared_with_each_other():
    """Shares differ wildly between regimes and not at all within: no difference. A whole regime after adds nothing."""
    n = np.concatenate([np.tile([5, 15], (12, 1)), np.tile([18, 2], (12, 1)), np.tile([10, 10], (6, 1))])
    later = np.concatenate([np.arange(12) >= 6, np.arange(12) >= 6, np.ones(6, dtype=bool)])
    got = composition_change(n, later, np.repeat([0, 1, 2], [12, 12, 6]))
    np.testing.assert_allclose(got.difference, 0, atol=1e-15)
    np.testing.assert_array_equal(got.z, [[0, 0]])
    assert got.p_two_sided[0, 0] == 1
    assert (got.turns[0], got.months[0]) == (144, 24)


def test_a_clean_break_is_the_rarest_turn():
    """Months all alike on each side: an infinite statistic, first of 20 turns on one side."""
    n = np.repeat([[5, 15], [15, 5]], 10, axis=0)
    got = composition_change(n, np.arange(20) >= 10)
    assert got.z[0, 0] == np.inf
    assert got.p_greater[0, 0] == 1 / 20
    assert got.p_less[0, 1] == 1 / 20


def test_absent_months_close_up_and_places_stand_alone():
    rng = np.random.default_rng(4)
    n, later = rng.multinomial(30, [0.3, 0.7], 16).astype(float), np.arange(16) >= 8
    known = np.ones((3, 16), dtype=bool)
    known[1, [2, 11]] = False
    known[2, 9:] = False
    blank = np.where(known[:, :, None], n, np.nan)
    got = composition_change(blank, later, known=known)
    alone = composition_change(n[known[1]], later[known[1]])
    assert got.p_greater[1, 0] == alone.p_greater[0, 0]
    np.testing.assert_array_equal(got.turns, [16, 14, 0])
    assert np.isnan([got.z[2], got.difference[2]]).all()
    np.testing.assert_array_equal([got.p_greater[2], got.p_two_sided[2]], np.ones((2, 2)))
    assert got.p_any[2] == 1


def test_many_regimes_are_sampled_with_a_fixed_seed():
    rng = np.random.default_rng(5)
    n, regime = rng.multinomial(20, [0.4, 0.6], 96), np.repeat(np.arange(4), 24)
    later = np.tile(np.arange(24) >= 12, 4)
    one, two = composition_change(n, later, regime), composition_change(n, later, regime)
    assert one.turns[0] == MOST_TURNS < 24**4
    assert one.p_greater[0, 0] == two.p_greater[0, 0]
    other = composition_change(n, later, regime, seed=1)
    assert one.p_greater[0, 0] == pytest.approx(other.p_greater[0, 0], abs=0.03)


@pytest.mark.parametrize(("months", "rho"), [(36, 0.6), (72, 0.3), (72, 0.6)])
def test_size_with_months_that_are_alike(months, rho):
    """Autoregressive log-odds of SD 0.4: 1,500 places at 0.05, at most 0.07; exchanging months gives 0.1-0.25."""
    rng = np.random.default_rng(6)
    log_odds = np.zeros((1500, months + 60))
    noise = rng.normal(0, 0.4 * np.sqrt(1 - rho**2), log_odds.shape)
    for t in range(1, log_odds.shape[1]):
        log_odds[:, t] = rho * log_odds[:, t - 1] + noise[:, t]
    total = rng.poisson(60, (1500, months)) + 1
    k = rng.binomial(total, 1 / (1 + np.exp(0.5 - log_odds[:, 60:])))
    got = composition_change(np.stack([k, total - k], axis=2), np.arange(months) >= months // 2)
    for p in (got.p_greater[:, 0], got.p_less[:, 0], got.p_two_sided[:, 0]):
        assert (p <= 0.05).mean() <= 0.07
    assert (got.p_greater[:, 0] <= 0.05).mean() >= 0.02


def test_a_real_change_is_seen():
    """From 0.5 to 0.38 in 40 events a month, 36 months: one-sided at 0.05 in half the places or more."""
    rng = np.random.default_rng(7)
    n = np.where(
        (np.arange(36) >= 20)[:, None],
        rng.multinomial(40, [0.38, 0.62], (300, 36)),
        rng.multinomial(40, [0.5, 0.5], (300, 36)),
    )
    got = composition_change(n, np.arange(36) >= 20)
    assert (got.p_less[:, 0] <= 0.05).mean() > 0.5
    assert (got.p_greater[:, 0] <= 0.05).mean() < 0.02


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="after must be true or false for each of 2 months"):
        composition_change([[1, 2], [2, 3]], [True])
    with pytest.raises(ValueError, match="after must be true or false"):
        composition_change([[1, 2], [2, 3]], [0, 1])
