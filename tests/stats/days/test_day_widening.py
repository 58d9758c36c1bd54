"""The spread of assignments beside the true one's, against drawn counts."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from auditor.stats.days.deviations import Days
from auditor.stats.days.parts import make_days
from auditor.stats.days.widening import _covariance, widening


def designed(rng, share, sizes=(40,) * 6, correlation=0.0):
    """One stratum: six officers on the operation day, two of them on each of six ordinary days."""
    duty = [(0, o, 60) for o in range(6)] + [(1 + d, (d + s) % 6, sizes[d]) for d in range(6) for s in (0, 3)]
    day, officer, total = np.array(duty).T
    if correlation:
        trials = 1 / correlation - 1
        share = rng.beta(share * trials, (1 - share) * trials, 7)[day]
    days = make_days(rng.binomial(total, share), total, day == 0, np.zeros(len(day), dtype=int), day, officer)
    return replace(days, correlation=correlation)


def spread_of(days: Days) -> tuple[float, list[float]]:
    """The statistic under the true assignment, and under every one."""
    weighted, _ = days.contributions(0.0)
    every = [weighted[d] - weighted.mean() for d in range(len(weighted))]
    return every[int(np.flatnonzero(days.on)[0])], every


def test_it_is_the_ratio_of_the_two_standard_deviations():
    """3,000 draws of the counts; the variances of 3,000 draws have a relative error of about 2.6 %."""
    rng = np.random.default_rng(2)
    drawn = [designed(rng, 0.4) for _ in range(3000)]
    told = [spread_of(days) for days in drawn]
    true = np.var([own for own, _ in told])
    usual = np.mean([np.mean(np.square(every)) for _, every in told])
    got = np.mean([widening(days) for days in drawn[:50]])
    assert got > 1.04
    assert got == pytest.approx(np.sqrt(true / usual), rel=0.03)


def test_days_that_differ_among_themselves_widen_it_more():
    """2,000 draws with the focal share of each day beta distributed: the day's correlation is what was drawn.

    The variances of 2,000 draws have a relative error of about 3 %, their root half of that.
    """
    rng = np.random.default_rng(2)
    drawn = [designed(rng, 0.4, (10, 20, 40, 80, 120, 160), 0.05) for _ in range(2000)]
    told = [spread_of(days) for days in drawn]
    ratio = np.sqrt(np.var([own for own, _ in told]) / np.mean([np.mean(np.square(every)) for _, every in told]))
    assert ratio > 1.1
    assert np.mean([widening(days) for days in drawn[:40]]) == pytest.approx(ratio, rel=0.045)


@pytest.mark.parametrize("correlation", [0.0, 0.05])
def test_the_usual_spread_is_the_mean_over_every_assignment(correlation):
    """The closed form of the notes against every choice of one day of seven, with the same covariance."""
    days = designed(np.random.default_rng(5), 0.4, (10, 20, 40, 80, 120, 160), correlation)
    scale = days.weights(0.0)[0]
    v = _covariance(days, np.ones(7, dtype=bool)) * np.outer(scale, scale)
    chosen = np.eye(7) - 1 / 7
    each = np.einsum("ad,de,ae->a", chosen, v, chosen)
    assert widening(days) == pytest.approx(np.sqrt(each[days.on][0] / each.mean()), rel=1e-12)


def test_days_without_officers_are_left_as_they_are():
    rng = np.random.default_rng(1)
    focal, total = rng.binomial(20, 0.3, 8), np.full(8, 20)
    assert widening(make_days(focal, total, np.arange(8) < 2, np.zeros(8, dtype=int))) == 1.0


def test_it_is_never_below_one():
    rng = np.random.default_rng(3)
    for few, many in itertools.product((5, 40), (10, 90)):
        day, officer = np.repeat(np.arange(6), 3), np.tile(np.arange(3), 6)
        total = np.where(day < 2, many, few)
        focal = rng.binomial(total, 0.4)
        days = make_days(focal, total, day < 2, np.zeros(18, dtype=int), day, officer)
        assert widening(days.correlated()) >= 1.0
