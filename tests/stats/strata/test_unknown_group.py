"""Ratios of shares with cases of unknown group: the sharp ends, against every way to assign them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from auditor.stats.strata.mantel_haenszel import mh_risk_ratio
from auditor.stats.strata.unknown_group import unknown_group_bounds


def every_way(a, n, c, m, hit, lost):
    """All ratios that some assignment gives, and the one without the lost cases."""
    found = [mh_risk_ratio(a, n, c, m).estimate[0]]
    ways = [range(u + 1) for u in (*hit, *(lost - hit))]
    for way in itertools.product(*ways):
        x, y = np.array(way[: len(hit)]), np.array(way[len(hit) :])
        found.append(mh_risk_ratio(a + x, n + x + y, c + hit - x, m + lost - x - y).estimate[0])
    return np.array(found)


def test_one_stratum_by_hand():
    """30 of 100 and 20 of 100; 15 lost with the outcome and 25 without it go to one group or the other."""
    low, high = unknown_group_bounds(30, 100, 20, 100, 15, 40)
    assert high[0] == pytest.approx((45 / 115) / (20 / 125), rel=1e-12)
    assert low[0] == pytest.approx((30 / 125) / (35 / 115), rel=1e-12)


def test_sharp_over_strata():
    """100 random tables of one to three strata, up to four lost cases a stratum, each assigned in every way."""
    rng = np.random.default_rng(11)
    tried = 0
    while tried < 100:
        size = rng.integers(1, 4)
        a, c, hit = rng.integers(0, 6, size), rng.integers(0, 6, size), rng.integers(0, 3, size)
        n, m = a + rng.integers(1, 6, size), c + rng.integers(1, 6, size)
        lost = hit + rng.integers(0, 3, size)
        if not lost.sum() or not a.sum() or not c.sum():
            continue
        tried += 1
        found, (low, high) = every_way(a, n, c, m, hit, lost), unknown_group_bounds(a, n, c, m, hit, lost)
        assert (low[0], high[0]) == pytest.approx((np.nanmin(found), np.nanmax(found)), rel=1e-9)


def test_places_are_independent_and_nothing_lost_gives_nothing():
    low, high = unknown_group_bounds([[30], [5]], [[100], [9]], [[20], [4]], [[100], [8]], [[15], [0]], [[40], [0]])
    assert high[0] == pytest.approx((45 / 115) / (20 / 125), rel=1e-12)
    assert np.isnan([low[1], high[1]]).all()


def test_a_reference_group_without_the_outcome():
    """Nobody of the reference group needs to have the outcome: no upper end."""
    low, high = unknown_group_bounds(5, 20, 0, 20, 3, 6)
    assert low[0] == pytest.approx((5 / 23) / (3 / 23), rel=1e-12)
    assert high[0] == np.inf


def test_what_cannot_be():
    with pytest.raises(ValueError, match="lost_k must not exceed"):
        unknown_group_bounds(5, 20, 1, 20, 7, 6)


def test_a_best_assignment_inside_the_range():
    """Groups so unequal that the end lies where only some of the lost are moved; every assignment written out."""
    rng = np.random.default_rng(7)
    inner = 0
    for _ in range(60):
        a, c, hit = rng.integers(0, 30, 2), rng.integers(1, 4, 2), rng.integers(3, 9, 2)
        n, m = a + rng.integers(1, 20, 2), c + rng.integers(0, 3, 2)
        found, (low, high) = every_way(a, n, c, m, hit, hit), unknown_group_bounds(a, n, c, m, hit, hit)
        assert (low[0], high[0]) == pytest.approx((np.nanmin(found), np.nanmax(found)), rel=1e-9)
        edges = [
            mh_risk_ratio(a + x, n + x, c + hit - x, m + hit - x).estimate[0]
            for x in (np.array(way) * hit for way in itertools.product((0, 1), repeat=2))
        ]
        inner += high[0] > max(edges) * (1 + 1e-9) or low[0] < min(edges) * (1 - 1e-9)
    assert inner >= 5
