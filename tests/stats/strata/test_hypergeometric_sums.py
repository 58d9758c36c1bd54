"""Sums of hypergeometric counts: enumeration in exact fractions, the approximation against the exact tail."""

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest

from auditor.stats.strata import hypergeometric_sums
from auditor.stats.strata.hypergeometric_sums import permuted_sums


def enumerate_tail(units):
    """P(sum >= observed) over all tables with the same margins."""
    observed = sum(x for x, *_ in units)
    tail = Fraction(0)
    for xs in product(*(range(max(0, m + y - n), min(m, y) + 1) for _, m, y, n in units)):
        if sum(xs) >= observed:
            chance = Fraction(1)
            for x, (_, m, y, n) in zip(xs, units, strict=True):
                chance *= Fraction(comb(m, x) * comb(n - m, y - x), comb(n, y))
            tail += chance
    return float(tail)


@pytest.mark.parametrize(
    "units",
    [
        [(2, 3, 4, 8)],
        [(1, 1, 1, 2), (1, 1, 1, 2), (0, 1, 1, 3), (2, 3, 3, 5)],
        [(4, 5, 6, 9), (0, 2, 1, 4), (3, 3, 3, 7), (3, 3, 3, 7)],
        [(2, 2, 2, 2), (0, 0, 3, 5), (1, 2, 1, 6)],
    ],
)
def test_tail_equals_enumeration(units):
    """Exact rational arithmetic over every table."""
    got = permuted_sums(*np.array(units).T, np.zeros(len(units), dtype=int), 1)
    assert got.p_greater[0] == pytest.approx(enumerate_tail(units), rel=1e-12)
    assert got.exact[0]
    informing = [(m, y, n) for _, m, y, n in units if 0 < m < n and 0 < y < n]
    assert got.units[0] == len(informing)
    assert got.expected[0] == pytest.approx(float(sum(Fraction(m * y, n) for m, y, n in informing)), rel=1e-14)


def test_the_normal_approximation_is_close_where_it_takes_over(monkeypatch):
    """A range of 6,000: both ways within a part in a hundred at p between .001 and .1."""
    rng = np.random.default_rng(0)
    n, m, y = np.full(300, 100), np.full(300, 40), np.full(300, 20)
    x = rng.hypergeometric(40, 60, 20, (8, 300)) + (rng.random((8, 300)) < 0.15)
    x = np.minimum(x, 20)
    exact = [permuted_sums(row, m, y, n, np.zeros(300, dtype=int), 1) for row in x]
    monkeypatch.setattr(hypergeometric_sums, "WIDEST", 10)
    rough = [permuted_sums(row, m, y, n, np.zeros(300, dtype=int), 1) for row in x]
    assert all(e.exact[0] and not r.exact[0] for e, r in zip(exact, rough, strict=True))
    compared = [(e.p_greater[0], r.p_greater[0]) for e, r in zip(exact, rough, strict=True) if e.p_greater[0] > 1e-3]
    assert len(compared) >= 3
    for one, other in compared:
        assert other == pytest.approx(one, rel=0.01)


def test_extreme_counts_stay_above_zero():
    got = permuted_sums([4000], [4000], [4000], [10**6], [0], 1)
    assert 0 < got.p_greater[0] < 1e-300
    assert got.p_less[0] == pytest.approx(1.0, abs=1e-13)
