"""Changes of a share between two stretches of months."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.signals.share_change import share_changes


def months(*counts: tuple[int, int]) -> np.ndarray:
    return np.array([counts], dtype=float)


def test_limits_are_newcombes():
    """Newcombe (1998), table II, (a): 56/70 less 48/80, method 10: 0.0524 to 0.3339. Months without scatter."""
    counts = months(*[(6, 4)] * 8, *[(8, 2)] * 7)
    after = np.arange(15)[None, :] >= 8
    found = share_changes(counts, after, np.ones((1, 15), dtype=bool))
    assert found.k.tolist() == [[48, 56]]
    assert found.n.tolist() == [[80, 70]]
    assert found.difference[0] == pytest.approx(0.2)
    assert (round(found.low[0], 4), round(found.high[0], 4)) == (0.0524, 0.3339)


def test_the_date_is_moved_round_the_months():
    """Both sides are without scatter at the true date alone: one of 15 turns."""
    counts = months(*[(6, 4)] * 8, *[(8, 2)] * 7)
    after = np.arange(15)[None, :] >= 8
    found = share_changes(counts, after, np.ones((1, 15), dtype=bool))
    assert (found.turned[0], found.turns[0]) == (pytest.approx(1 / 15), 15)


def test_scatter_of_the_months_widens_the_limits():
    """Months of 10/10 and 2/10 instead of 6/10: Pearson's statistic per degree of freedom is
    8 * 16 / (10 * .6 * .4) / 7 = 7.62, and the side counts for 80 / 7.62 events.
    """
    plain = share_changes(
        months(*[(6, 4)] * 8, *[(8, 2)] * 8), np.arange(16)[None, :] >= 8, np.ones((1, 16), dtype=bool)
    )
    rough = share_changes(
        months(*[(10, 0), (2, 8)] * 4, *[(8, 2)] * 8), np.arange(16)[None, :] >= 8, np.ones((1, 16), dtype=bool)
    )
    assert rough.difference[0] == pytest.approx(plain.difference[0])
    # Wilson's limits by hand: (p + z²/2n +- z sqrt(p (1 - p) / n + z²/4n²)) / (1 + z²/n).
    z, n = 1.959963984540054, 80 / (8 * 16 / 2.4 / 7)
    upper = (0.6 + z**2 / 2 / n + z * np.sqrt(0.24 / n + z**2 / 4 / n**2)) / (1 + z**2 / n)
    lower = (0.8 + z**2 / 160 - z * np.sqrt(0.16 / 80 + z**2 / 4 / 6400)) / (1 + z**2 / 80)
    assert rough.low[0] == pytest.approx(0.2 - np.hypot(0.8 - lower, upper - 0.6), rel=1e-9)


def test_too_few_months_on_one_side_say_nothing():
    counts = months(*[(6, 4)] * 20)
    found = share_changes(counts, np.arange(20)[None, :] >= 15, np.ones((1, 20), dtype=bool))
    assert not found.known[0]
    assert np.isnan(found.low[0])
    assert found.n.tolist() == [[150, 50]]


def test_months_without_events_are_no_months():
    counts = months(*[(6, 4)] * 6, *[(0, 0)] * 6)
    found = share_changes(counts, np.arange(12)[None, :] >= 6, np.ones((1, 12), dtype=bool))
    assert not found.known[0]


def test_places_have_their_own_months():
    counts = np.concatenate([months(*[(6, 4)] * 12, *[(1, 9)] * 6), months(*[(1, 9)] * 6, *[(6, 4)] * 12)])
    used = np.array([[True] * 12 + [False] * 6, [False] * 6 + [True] * 12])
    after = np.array([[False] * 6 + [True] * 12, [False] * 12 + [True] * 6])
    found = share_changes(counts, after, used)
    np.testing.assert_allclose(found.difference, 0, atol=1e-12)
    assert found.n.tolist() == [[60, 60], [60, 60]]
