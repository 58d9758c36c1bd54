"""The triple difference of one place: sums by hand, all relabellings written out, limits that invert the test."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from auditor.stats.classes.randomisation import randomise_classes
from auditor.stats.series.classes import ClassChanges, class_changes, class_detectable, class_limits

SIDE = np.array([-1, -1, -1, -1, 1, 1, 1, 1])


def counts(seed: int, places: int = 1, ratio: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    mean = rng.uniform(20, 80, (places, 8, 1)) * np.array([1.0, 2.0])
    lift = np.where(SIDE > 0, ratio, 1.0)[:, None] * np.array([1.0, 0.0]) + np.array([0.0, 1.0])
    return rng.poisson(mean), rng.poisson(mean * lift)


def test_changes_by_hand():
    """H 10 to 24, W 30 to 20: log(24.5 / 10.5) - log(20.5 / 30.5); variance from the margins."""
    found = class_changes([[[10, 30]]], [[[24, 20]]], [[True]], 5.0)
    assert found.change[0, 0] == pytest.approx(math.log(24.5 / 10.5) - math.log(20.5 / 30.5), rel=1e-14)
    assert found.variance[0, 0] == pytest.approx(84 * (1 / 40 + 1 / 44) * (1 / 34 + 1 / 50), rel=1e-14)
    expected = [40 * 34 / 84, 40 * 50 / 84, 44 * 34 / 84, 44 * 50 / 84]
    assert found.variance[0, 0] == pytest.approx(sum(1 / cell for cell in expected), rel=1e-14)


def test_a_margin_of_one_is_one_in_the_variance():
    """H 1 to 0, W 0 to 2: margins 1 and 2 by time, 1 and 2 by group."""
    found = class_changes([[[1, 0]]], [[[0, 2]]], [[True]], 0.1)
    assert found.use[0, 0]
    assert found.variance[0, 0] == pytest.approx(3 * (1 / 1 + 1 / 2) * (1 / 1 + 1 / 2), rel=1e-14)


def test_the_gate_looks_at_margins_only():
    """Tables of the same margins pass or fail together, whatever lies inside. Smallest expected: 12 x 20 / 48 = 5."""
    for inside in range(13):
        before, after = [[[inside, 20 - inside]]], [[[12 - inside, 16 + inside]]]
        assert class_changes(before, after, [[True]], 5.0).use[0, 0]
        assert not class_changes(before, after, [[True]], 5.01).use[0, 0]
    assert not class_changes([[[40, 40]]], [[[40, 40]]], [[False]], 5.0).use[0, 0]


@pytest.mark.parametrize("seed", range(4))
def test_the_p_value_is_that_of_all_seventy_divisions_of_equal_classes(seed: int):
    """Exact enumeration of 8 choose 4 divisions: with equal variances the order inside a side does not matter."""
    changes = class_changes(*counts(seed), np.ones((1, 8), dtype=bool), 5.0)
    x = changes.change[0]
    found = randomise_classes(changes.change, np.full((1, 8), 0.05), changes.use, SIDE, 0.1)
    drawn = [2 * sum(x[list(chosen)]) - x.sum() for chosen in itertools.combinations(range(8), 4)]
    own = 2 * x[4:].sum() - x.sum()
    exact = Fraction(sum(value >= own - 1e-9 for value in drawn), 70)
    assert Fraction(float(found.p_greater[0])).limit_denominator(1000) == exact


def test_the_limits_invert_the_test():
    """On a fine grid the two one-sided tests at .025 reject outside the limits and keep inside (steps of .01)."""
    changes = class_changes(*counts(5, ratio=1.5), np.ones((1, 8), dtype=bool), 5.0)
    found = randomise_classes(changes.change, changes.variance, changes.use, SIDE, 0.1, 1000)
    low, high = class_limits(changes, SIDE, 0.1, found.difference, found.se)
    kept = []
    for supposed in np.arange(-1.5, 2.5, 0.01):
        moved = changes.change - supposed * (SIDE > 0)
        result = randomise_classes(moved, changes.variance, changes.use, SIDE, 0.1, 1000)
        if result.p_greater[0] > 0.025 and result.p_less[0] > 0.025:
            kept.append(supposed)
    assert min(kept) == pytest.approx(low[0], abs=0.02)
    assert max(kept) == pytest.approx(high[0], abs=0.02)


def test_limits_and_p_value_never_disagree():
    changes = class_changes(*counts(6, places=200, ratio=1.3), np.ones((200, 8), dtype=bool), 5.0)
    found = randomise_classes(changes.change, changes.variance, changes.use, SIDE, 0.05, 1000)
    low, high = class_limits(changes, SIDE, 0.05, found.difference, found.se)
    assert ((low > 0) == (found.p_greater <= 0.025)).all()
    assert ((high < 0) == (found.p_less <= 0.025)).all()
    # 1.3 is the generator's ratio: 95 % of 200 intervals, less three binomial standard errors (.046).
    assert ((low <= math.log(1.3)) & (math.log(1.3) <= high)).mean() >= 0.90


def test_too_few_labellings_have_no_limit():
    """Two and two classes: six labellings, none of which can reach .025."""
    side = np.array([-1, -1, 0, 0, 1, 1, 0, 0])
    changes = class_changes(*counts(7), np.ones((1, 8), dtype=bool), 5.0)
    found = randomise_classes(changes.change, changes.variance, changes.use, side, 0.1)
    low, high = class_limits(changes, side, 0.1, found.difference, found.se)
    assert np.isneginf(low).all()
    assert np.isposinf(high).all()


def test_every_division_s_p_value_occurs_once():
    """Over all 70 true divisions of classes of one variance the p-values are 1/70 ... 70/70 (no ties): exact size."""
    changes = class_changes(*counts(8), np.ones((1, 8), dtype=bool), 5.0)
    found = []
    for chosen in itertools.combinations(range(8), 4):
        side = np.where(np.isin(np.arange(8), chosen), 1, -1)
        result = randomise_classes(changes.change, np.full((1, 8), 0.05), changes.use, side, 0.1)
        found.append(float(result.p_greater[0]))
    np.testing.assert_allclose(sorted(found), np.arange(1, 71) / 70)


@pytest.mark.parametrize(
    ("before", "after"), [([[[1.5, 2]]], [[[1, 2]]]), ([[[-1, 2]]], [[[1, 2]]]), ([[1, 2]], [[1, 2]])]
)
def test_what_is_no_count_is_refused(before: object, after: object):
    with pytest.raises(ValueError):
        class_changes(before, after, [[True]], 5.0)  # type: ignore[arg-type]


def test_what_is_detectable_is_found_in_about_four_of_five():
    """Fresh normal changes (SD .3) with the detectable size planted: power .80 within .05 (binomial error .01)."""
    rng = np.random.default_rng(9)
    shape = (800, 9)
    side = np.array([-1] * 4 + [1] * 5)
    fine, use = np.full(shape, 1e-3), np.ones(shape, dtype=bool)
    changes = ClassChanges(rng.normal(0, 0.3, shape), fine, use)
    base = randomise_classes(changes.change, fine, use, side, 0.09)
    size = class_detectable(changes, side, 0.09, base.difference, base.se)
    power = []
    for _ in range(2):
        planted = rng.normal(0, 0.3, shape) + size[:, None] * (side > 0)
        power.append((randomise_classes(planted, fine, use, side, 0.09).p_greater <= 0.05).mean())
    assert np.mean(power) == pytest.approx(0.80, abs=0.05)


def test_nothing_is_detectable_without_orders():
    """One serious and two discretionary classes: six orders, none of which can reach .05."""
    side = np.array([-1, 0, 0, 0, 1, 1, 0, 0])
    changes = class_changes(*counts(7), np.ones((1, 8), dtype=bool), 5.0)
    found = randomise_classes(changes.change, changes.variance, changes.use, side, 0.1)
    assert np.isposinf(class_detectable(changes, side, 0.1, found.difference, found.se)).all()
