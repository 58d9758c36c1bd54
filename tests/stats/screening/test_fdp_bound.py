"""Bound on the share of false flags: complete closed testing for small families, coverage by simulation."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from auditor.stats.screening.fdp_bound import fdp_bound, hommel_value, most_false
from auditor.stats.screening.multiple import simes


def not_rejected(p, alpha):
    """Every set of hypotheses whose Simes test does not reject; a set closed testing keeps lies inside one of them."""
    sets = [s for size in range(1, len(p) + 1) for s in combinations(range(len(p)), size)]
    return [set(s) for s in sets if simes([[p[i] for i in s]], [[True] * len(s)])[0] > alpha]


@given(
    st.lists(st.one_of(st.floats(0, 1), st.sampled_from([0.01, 0.02, 0.05, 0.5, 1.0])), min_size=1, max_size=6),
    st.sampled_from([0.05, 0.2, 0.5]),
)
def test_shortcut_is_closed_testing(p, alpha):
    """Up to six hypotheses: all subsets enumerated."""
    kept = not_rejected(p, alpha)
    assert hommel_value(p, alpha) == max((len(s) for s in kept), default=0)
    for size in range(len(p) + 1):
        for chosen in combinations(range(len(p)), size):
            expected = max((len(s & set(chosen)) for s in kept), default=0)
            assert most_false(p, np.isin(np.arange(len(p)), chosen), alpha) == expected


def test_by_hand():
    """alpha = .05. {.03, .9}: 2 x .03 > .05; {.02, .03, .9}: 3 x .03 / 2 = .045, rejected: so h = 2.

    Of the first three, 2 p = .02, .04, .06: two at most .05, so at least two are real.
    """
    p = [0.01, 0.02, 0.03, 0.9]
    assert hommel_value(p, 0.05) == 2
    assert most_false(p, [True, True, True, False], 0.05) == 1
    assert fdp_bound(p, [True, True, True, False], 0.05) == pytest.approx(1 / 3)
    assert fdp_bound(p, [False] * 4) == 0.0


def test_bound_holds_for_sets_chosen_by_looking():
    """80 nulls and 20 effects, five thresholds at once: at 90 % confidence broken in at most 10 % + 2 MCSE.

    Positively dependent nulls (one shared normal): Simes, and with it the bound, still holds.
    """
    rng = np.random.default_rng(1)
    broken = np.zeros(2)
    for _ in range(400):
        for at, shared in enumerate((0.0, 0.5)):
            z = np.sqrt(shared) * rng.normal() + np.sqrt(1 - shared) * rng.normal(size=100)
            z[80:] += 3.0
            p = ndtr(-z)
            worst = max(
                (np.arange(100) < 80)[p <= t].sum() - most_false(p, p <= t, 0.1) for t in (0.001, 0.01, 0.03, 0.1, 0.3)
            )
            broken[at] += worst > 0
    assert (broken / 400 <= 0.1 + 2 * np.sqrt(0.09 / 400)).all()


def test_grows_with_the_set_and_shrinks_with_alpha():
    rng = np.random.default_rng(2)
    p = rng.random(200) ** 3
    order = np.argsort(p)
    bounds = [most_false(p, np.isin(np.arange(200), order[:k]), 0.05) for k in range(0, 201, 10)]
    assert (np.diff(bounds) >= 0).all()
    flags = p < 0.05
    assert most_false(p, flags, 0.2) <= most_false(p, flags, 0.05) <= most_false(p, flags, 0.01)


def test_refused():
    with pytest.raises(ValueError):
        most_false([0.1, 0.2], [True])
    with pytest.raises(ValueError):
        most_false([0.1, 1.2], [True, False])
    with pytest.raises(ValueError):
        most_false([0.1, 0.2], [1, 0])
    with pytest.raises(ValueError):
        most_false([0.1], [True], 0.0)
