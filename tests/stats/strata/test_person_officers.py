"""The same person perceived differently, officers held fixed: against least squares with dummies, and refusals."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from auditor.stats.strata.person_fixed_effects import person_cells, person_effect
from auditor.stats.strata.person_officers import officer_effect


def occasions(seed: int, persons: int = 40, officers: int = 5):
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(persons), 4)
    officer = rng.integers(0, officers, len(person))
    focal = rng.random(len(person)) < 0.3 + 0.1 * officer
    searched = rng.random(len(person)) < 0.2 + 0.1 * officer
    return focal, searched, person, officer


def fitted(found, officers: int = 5):
    focal, searched, person, officer = found
    n = np.ones(len(person))
    return officer_effect(focal, searched, n, person, officer, person, np.zeros(len(person), dtype=int), 1)


def test_the_effect_is_that_of_least_squares_with_a_dummy_for_everybody():
    focal, searched, person, officer = found = occasions(1)
    dummies = [(person[:, None] == np.arange(40)), (officer[:, None] == np.arange(1, 5)), focal[:, None]]
    full = sm.OLS(searched.astype(float), np.hstack(dummies).astype(float)).fit()
    assert fitted(found).effect[0] == pytest.approx(full.params[-1], abs=1e-9)


def test_one_officer_leaves_the_persons_fit():
    focal, searched, person, _ = occasions(2)
    alone = person_effect(*person_cells(person, focal, searched), np.zeros(40, dtype=int), 1)
    held = fitted((focal, searched, person, np.zeros(len(person), dtype=int)))
    assert held.effect[0] == pytest.approx(alone.effect[0], abs=1e-9)
    assert (held.low[0], held.high[0]) == pytest.approx((alone.low[0], alone.high[0]), abs=1e-9)


def test_places_do_not_touch_each_other_and_rows_may_stand_for_several():
    one, two = occasions(3), occasions(4)
    both = [np.concatenate(pair) for pair in zip(one, two, strict=True)]
    apart = np.repeat([0, 1], len(one[0]))
    unit, officer = both[2] + 100 * apart, both[3] + 100 * apart
    found = officer_effect(both[0], both[1], np.ones(len(unit)), unit, officer, unit, apart, 2)
    assert found.effect == pytest.approx([fitted(one).effect[0], fitted(two).effect[0]], abs=1e-9)
    assert found.p_greater == pytest.approx([fitted(one).p_greater[0], fitted(two).p_greater[0]], abs=1e-9)
    rows, n = np.unique(np.stack([one[2], one[3], one[0], one[1]]), axis=1, return_counts=True)
    grouped = officer_effect(rows[2] == 1, rows[3] == 1, n, rows[0], rows[1], rows[0], np.zeros(len(n), dtype=int), 1)
    assert grouped.high[0] == pytest.approx(fitted(one).high[0], abs=1e-9)


def test_officers_who_tell_every_perception_leave_nothing():
    person = np.repeat(np.arange(30), 2)
    officer = np.tile([0, 1], 30)
    found = fitted((officer == 0, person % 3 == 0, person, officer))
    assert np.isnan(found.effect[0])
    assert (found.low[0], found.high[0], found.p_greater[0], found.p_less[0]) == (-1, 1, 1, 1)


@pytest.mark.parametrize(("n", "place"), [([1, 0], [0, 0]), ([1], [0, 0]), ([1, 1], [0, 1])])
def test_impossible_rows_are_refused(n, place):
    with pytest.raises(ValueError):
        officer_effect([True, False], [True, False], n, [0, 0], [0, 1], [0, 0], place, 1)
