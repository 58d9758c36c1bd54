"""Limits of a pooled ratio with an empty side: R, the other way round, and agreement with the exact p-value."""

import numpy as np
import pytest

from auditor.stats.strata.edge_ratio import edge_limits
from auditor.stats.strata.exact_strata import exact_strata
from auditor.stats.strata.hit_rate import compare_hit_rates

N, BASE_K, BASE_N = [40, 30, 25], [6, 4, 5], [50, 40, 30]
NONE = [0, 0, 0]
UPPER, LIMIT = 0.32109687780496, 0.34507775093261


def test_the_limit_of_r():
    """UPPER by R 4.2.2: uniroot (tol 1e-15) of prod(w[u == 0] / sum(w)) = .025 over the strata, with u the focal

    events that the margins allow and w = exp(lchoose(n, u) + lchoose(m, e - u) + u log(psi)); mantelhaen.test(exact =
    TRUE)$conf.int[2] has 0.32112, to its own tolerance. LIMIT: sum(x m / t) / sum((e - x) n / t) of the events x that
    uniroot finds for that odds ratio and the margins of each stratum.
    """
    low, high = edge_limits(NONE, N, BASE_K, BASE_N)
    assert exact_strata(NONE, N, BASE_K, BASE_N).high[0] == pytest.approx(UPPER, rel=1e-8)
    assert (low[0], high[0]) == (0.0, pytest.approx(LIMIT, rel=1e-7))


def test_the_other_side_empty_is_the_reciprocal():
    low, high = edge_limits(BASE_K, BASE_N, NONE, N)
    assert (low[0], high[0]) == (pytest.approx(1 / LIMIT, rel=1e-7), np.inf)


def test_places_with_events_on_both_sides_have_none():
    low, high = edge_limits([NONE, [1, 0, 0], NONE], N, [BASE_K, BASE_K, NONE], BASE_N)
    assert np.isnan(low).tolist() == [False, True, True]
    assert np.isnan(high).tolist() == [False, True, True]


def test_limit_and_p_agree_at_every_count():
    """The limit is beyond 1 exactly where twice the one-sided exact p is below .05; the old limits were 0 and inf."""
    decided = set()
    for events in range(1, 9):
        counts = (NONE, N, [events, 0, 1], BASE_N)
        found = compare_hit_rates(*counts)
        assert found.exact[0]
        assert found.ratio.estimate[0] == 0.0
        assert found.ratio.low[0] == 0.0
        below = bool(found.ratio.high[0] < 1)
        assert below == bool(found.p_two_sided[0] < 0.05)
        decided.add(below)
    assert decided == {True, False}


def test_a_p_value_too_small_for_a_double_is_a_bound():
    """2,000 of 100,000 twice against 20,000: z is far above 38, where a double of the tail is 0."""
    found = compare_hit_rates([2_000, 2_000], [100_000, 100_000], [20_000, 20_000], [100_000, 100_000])
    assert found.p_lower[0] == found.p_two_sided[0] == np.finfo(float).tiny
    none = compare_hit_rates([0, 0], [10_000, 10_000], [2_000, 2_000], [10_000, 10_000])
    assert none.p_lower[0] == np.finfo(float).tiny
    assert 0 < none.ratio.high[0] < 0.001
