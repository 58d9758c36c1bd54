"""Operation days: complete enumeration written out apart, symmetry, limits against p-values, size, refusals."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit

from auditor.stats.days.matching import matched_days
from auditor.stats.days.orders import day_orders
from auditor.stats.days.parts import make_days
from auditor.stats.days.randomisation import randomise_days

FOCAL = np.array([9, 2, 3, 1, 14, 6, 5, 2, 4, 0, 1, 3])
TOTAL = np.array([20, 8, 9, 7, 30, 22, 12, 10, 11, 6, 9, 9])
ON = np.array([1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0], dtype=bool)
STRATUM = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2])


def simulated(rng, ops=10, effect=0.0, rho=0.03, boost=3, days=365):
    day = np.datetime64("2008-01-01") + np.arange(days)
    on = np.zeros(days, dtype=bool)
    on[rng.choice(days, ops, replace=False)] = True
    total = rng.poisson(8 * np.where(on, boost, 1) * rng.lognormal(0, 0.4, days))
    p = expit(-1 + effect * on + 0.4 * np.sin(2 * np.pi * np.arange(days) / 365))
    return day, on, rng.binomial(total, rng.beta(p * (1 - rho) / rho, (1 - p) * (1 - rho) / rho)), total


def written_out(focal, total, on, stratum, correlation, shift=0.0):
    """Both p-values and the statistic, stratum by stratum and assignment by assignment."""
    inflation = 1 + (total - 1) * correlation
    pieces = []
    for s in np.unique(stratum):
        rows = np.flatnonzero(stratum == s)
        moved = shift * on[rows]
        k, n, phi = focal[rows], total[rows], inflation[rows]
        level = brentq(lambda a: ((k - n * expit(a + moved)) / phi).sum(), -20, 20, xtol=1e-14)  # noqa: B023
        p = expit(level + moved)
        z = (k - n * p) / np.sqrt(n * p * (1 - p) * phi)
        gain = np.sqrt(n * p * (1 - p) / phi)
        m = on[rows].sum()
        part = (gain[on[rows]] ** 2).sum() / (gain**2).sum()
        told = (1 - part) * gain[on[rows]].mean() + part * gain[~on[rows]].mean()
        per = told / (1 / m + 1 / (len(rows) - m))
        every = [
            per * (z[list(c)].mean() - np.delete(z, list(c)).mean())
            for c in itertools.combinations(range(len(rows)), m)
        ]
        pieces.append((every, per * (z[on[rows]].mean() - z[~on[rows]].mean())))
    sums = np.array([sum(choice) for choice in itertools.product(*(every for every, _ in pieces))])
    own = sum(value for _, value in pieces)
    return (sums >= own - 1e-9).mean(), (sums <= own + 1e-9).mean(), own, len(sums)


def test_p_values_are_those_of_complete_enumeration():
    """4 x C(5, 2) x 3 = 120 assignments, each worked out by loops."""
    got = randomise_days(FOCAL, TOTAL, ON, STRATUM)
    greater, less, _, count = written_out(FOCAL, TOTAL, ON, STRATUM, got.correlation)
    assert got.exact
    assert got.assignments == count == 120
    assert got.least == pytest.approx(1 / 120)
    assert got.p_greater == pytest.approx(greater)
    assert got.p_less == pytest.approx(less)


def test_estimate_and_limits_by_the_written_out_test():
    got = randomise_days(FOCAL, TOTAL, ON, STRATUM, level=0.8)
    at = [written_out(FOCAL, TOTAL, ON, STRATUM, got.correlation, shift) for shift in (got.log_odds_ratio,)]
    assert at[0][2] == pytest.approx(0, abs=1e-6)
    for limit, side in ((got.low, 0), (got.high, 1)):
        step = 1e-3 if side else -1e-3
        inside = written_out(FOCAL, TOTAL, ON, STRATUM, got.correlation, limit - step)[side]
        outside = written_out(FOCAL, TOTAL, ON, STRATUM, got.correlation, limit + step)[side]
        assert outside <= 0.1 + 1e-9 < inside


def test_the_correlation_is_found():
    """Beta-binomial days with correlation .05 and .2: mean of 30 estimates within three standard errors or .015."""
    rng = np.random.default_rng(5)
    for rho in (0.05, 0.2):
        found = []
        for _ in range(30):
            day, on, focal, total = simulated(rng, rho=rho, ops=40)
            found.append(make_days(focal, total, on, matched_days(day, on)).correlated().correlation)
        assert np.mean(found) == pytest.approx(rho, abs=max(0.015, 3 * np.std(found) / math.sqrt(30)))


def test_shares_are_weighted_to_the_operation():
    """Operation 30 of 81; ordinary 6/24, 13/44, 3/15 weighted by 20, 52 and 9 stops."""
    got = randomise_days(FOCAL, TOTAL, ON, STRATUM)
    assert got.share_operation == pytest.approx((9 + 14 + 6 + 1) / 81)
    ordinary = (20 * (2 + 3 + 1) / 24 + 52 * (5 + 2 + 4) / 33 + 9 * 3 / 15) / 81
    assert got.share_ordinary == pytest.approx(ordinary)
    assert got.difference == pytest.approx(30 / 81 - ordinary)
    assert (got.operation_days, got.ordinary_days, got.strata) == (4, 8, 3)


def test_the_other_group_gives_the_mirror_image():
    one, other = (randomise_days(k, TOTAL, ON, STRATUM, level=0.8) for k in (FOCAL, TOTAL - FOCAL))
    assert other.log_odds_ratio == pytest.approx(-one.log_odds_ratio, abs=1e-8)
    assert (other.p_greater, other.p_less) == (one.p_less, one.p_greater)
    assert (other.low, other.high) == pytest.approx((-one.high, -one.low), abs=1e-4)


def test_order_and_names_of_strata_do_not_matter():
    order = np.random.default_rng(1).permutation(12)
    one = randomise_days(FOCAL, TOTAL, ON, STRATUM)
    other = randomise_days(FOCAL[order], TOTAL[order], ON[order], 50 - 7 * STRATUM[order])
    assert other.log_odds_ratio == pytest.approx(one.log_odds_ratio, abs=1e-8)
    assert other.p_greater == pytest.approx(one.p_greater)


def test_unused_days_and_empty_days_change_nothing():
    one = randomise_days(FOCAL, TOTAL, ON, STRATUM)
    more = randomise_days(
        [*FOCAL, 5, 0, 0, 3], [*TOTAL, 9, 0, 4, 3], [*ON, True, False, True, True], [*STRATUM, -1, 1, 7, 8]
    )
    assert more == one


def test_too_few_assignments_give_open_limits():
    """One operation day and nine ordinary ones: 10 assignments, so no one-sided p below .1."""
    focal, total = [9, *[2] * 9], [10] * 10
    got = randomise_days(focal, total, [True] + [False] * 9, [0] * 10)
    assert got.least == got.p_greater == pytest.approx(0.1)
    assert (got.low, got.high) == (-np.inf, np.inf)
    # At level .8 the same ten suffice.
    assert randomise_days(focal, total, [True] + [False] * 9, [0] * 10, level=0.8).low > 0


def test_a_group_stopped_on_operation_days_only_is_infinitely_more_often_there():
    got = randomise_days([5, 0, 0, 4, 0, 0], [9] * 6, [True, False, False] * 2, [0, 0, 0, 1, 1, 1], level=0.5)
    assert got.log_odds_ratio == np.inf
    assert got.high == np.inf
    assert got.p_greater == pytest.approx(1 / 9)
    assert np.isfinite(got.low)


def test_many_assignments_are_drawn_with_a_fixed_seed():
    day, on, focal, total = simulated(np.random.default_rng(3), effect=0.9)
    stratum = matched_days(day, on)
    got, again, other = (randomise_days(focal, total, on, stratum, draws=999, seed=seed) for seed in (0, 0, 1))
    assert got == again
    assert not got.exact
    assert got.assignments == 1000
    assert got.least == got.p_greater == pytest.approx(0.001)
    assert got.low < 0.9 < got.high
    assert other.low == pytest.approx(got.low, abs=0.15)
    assert other.low != got.low


def test_drawn_p_values_approach_the_exact_ones(monkeypatch):
    exact = randomise_days(FOCAL, TOTAL, ON, STRATUM)
    monkeypatch.setattr("auditor.stats.days.randomisation.MOST", 10)
    drawn = randomise_days(FOCAL, TOTAL, ON, STRATUM, draws=9999)
    assert not drawn.exact
    # Four standard errors of 10,000 draws.
    error = 4 * math.sqrt(exact.p_greater * (1 - exact.p_greater) / 10_000)
    assert drawn.p_greater == pytest.approx(exact.p_greater, abs=error)


def test_assignments_are_all_different_and_keep_the_numbers():
    orders = day_orders(ON, STRATUM, 1000, 0, 0)
    assert len({tuple(sorted(row)) for row in orders.chosen.tolist()}) == 120
    assert orders.chosen[0].tolist() == np.flatnonzero(ON).tolist()
    counts = np.apply_along_axis(lambda row: np.bincount(STRATUM[row], minlength=3), 1, orders.chosen)
    assert (counts == [1, 2, 1]).all()


def test_p_values_are_honest_under_the_null():
    """Operation days three times as large, correlated stops, a season: 100 runs, .05 plus three standard errors."""
    rng = np.random.default_rng(12)
    p = np.array([
        (found.p_greater, found.p_less)
        for found in (
            randomise_days(focal, total, on, matched_days(day, on), draws=199, level=0.5)
            for day, on, focal, total in (simulated(rng) for _ in range(100))
        )
    ])  # fmt: skip
    assert ((p <= 0.05).mean(axis=0) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 100)).all()
    assert ((p <= 0.5).mean(axis=0) >= 0.35).all()


@pytest.mark.parametrize(
    "change, message",
    [
        ({"focal": TOTAL + 1}, "focal must not exceed total"),
        ({"operation": ON * 1}, "true or false"),
        ({"stratum": STRATUM * 1.0}, "whole numbers"),
        ({"stratum": STRATUM[1:]}, "equally long"),
        ({"level": 95}, "strictly between 0 and 1"),
        ({"operation": np.ones(12, dtype=bool)}, "no stratum holds"),
        ({"focal": TOTAL}, "no stratum holds"),
        ({"stratum": np.arange(12)}, "no stratum holds"),
        ({"total": np.zeros(12), "focal": np.zeros(12)}, "no stratum holds"),
    ],
)
def test_what_cannot_be_compared_is_refused(change, message):
    given = {"focal": FOCAL, "total": TOTAL, "operation": ON, "stratum": STRATUM} | change
    with pytest.raises(ValueError, match=message):
        randomise_days(**given)


# Two officers: A works on every day, B on the operation day and two ordinary days of the first stratum, C never on an
# operation day. Columns: stratum, day, operation, officer, focal, total.
PARTS = np.array([
    (0, 0, 1, 1, 6, 10), (0, 0, 1, 2, 2, 8), (0, 1, 0, 1, 3, 8), (0, 1, 0, 2, 1, 6), (0, 2, 0, 1, 2, 7),
    (0, 3, 0, 2, 0, 5), (0, 3, 0, 3, 4, 4), (1, 4, 1, 1, 5, 9), (1, 5, 0, 1, 3, 9), (1, 6, 0, 1, 1, 6),
    (1, 6, 0, 3, 2, 6),
])  # fmt: skip


def by_officer(parts=PARTS, **options):
    stratum, day, on, officer, focal, total = parts.T
    return randomise_days(focal, total, on == 1, stratum, day=day, officer=officer, **options)


def test_officers_by_loops():
    """Each day against what its own officers' levels give; officer C, who worked on no operation, is left out.

    4 days in the first stratum and 3 in the second: 12 assignments.
    """
    got = by_officer(level=0.5)
    kept = PARTS[PARTS[:, 3] != 3]
    z, gain, on, stratum = {}, {}, {}, {}
    level = {}
    for s, o in {(row[0], row[3]) for row in kept}:
        rows = kept[(kept[:, 0] == s) & (kept[:, 3] == o)]
        inflation = [1 + (kept[kept[:, 1] == row[1], 5].sum() - 1) * got.correlation for row in rows]
        level[s, o] = (rows[:, 4] / inflation).sum() / (rows[:, 5] / inflation).sum()
    for d in np.unique(kept[:, 1]):
        rows = kept[kept[:, 1] == d]
        p = np.array([level[row[0], row[3]] for row in rows])
        phi = 1 + (rows[:, 5].sum() - 1) * got.correlation
        spread = (rows[:, 5] * p * (1 - p)).sum()
        z[d] = (rows[:, 4] - rows[:, 5] * p).sum() / math.sqrt(spread * phi)
        gain[d], on[d], stratum[d] = math.sqrt(spread / phi), rows[0, 2] == 1, rows[0, 0]
    pieces = []
    for s in (0, 1):
        days = [d for d in z if stratum[d] == s]
        act, rest = [d for d in days if on[d]], [d for d in days if not on[d]]
        part = sum(gain[d] ** 2 for d in act) / sum(gain[d] ** 2 for d in days)
        told = (1 - part) * np.mean([gain[d] for d in act]) + part * np.mean([gain[d] for d in rest])
        per = told / (1 / len(act) + 1 / len(rest))
        every = [per * (z[d] - np.mean([z[e] for e in days if e != d])) for d in days]
        pieces.append((every, every[days.index(act[0])]))
    sums = np.array([a + b for a in pieces[0][0] for b in pieces[1][0]])
    own = pieces[0][1] + pieces[1][1]
    assert got.assignments == len(sums) == 12
    assert got.p_greater == pytest.approx((sums >= own - 1e-9).mean())
    assert got.p_less == pytest.approx((sums <= own + 1e-9).mean())
    assert (got.operation_days, got.ordinary_days) == (2, 5)
    assert got.focal == (13, 10)
    assert got.total == (27, 41)


def test_ordinary_shares_are_weighted_to_the_officers_of_the_operation():
    """A: 5/15 and B: 1/11 of the first stratum, weighted by 10 and 8; A: 4/15 of the second, by 9."""
    got = by_officer()
    assert got.share_ordinary == pytest.approx((10 * 5 / 15 + 8 * 1 / 11 + 9 * 4 / 15) / 27)


def test_one_officer_everywhere_is_no_officer_at_all():
    parts = [FOCAL, TOTAL, ON, STRATUM]
    assert randomise_days(*parts, officer=np.full(12, 4)) == randomise_days(*parts)


def test_parts_of_a_day_are_added_up():
    """Without officers, a day in two parts is the day."""
    day = np.arange(12)
    halves = (np.r_[FOCAL // 2, FOCAL - FOCAL // 2], np.r_[TOTAL // 2, TOTAL - TOTAL // 2])
    twice = [np.r_[v, v] for v in (ON, STRATUM, day)]
    one, other = randomise_days(*halves, *twice[:2], day=twice[2]), randomise_days(FOCAL, TOTAL, ON, STRATUM)
    for name in ("log_odds_ratio", "p_greater", "correlation", "share_ordinary", "se", "expected"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-8), name


def test_who_is_on_duty_cancels():
    """Officers with shares .2 and .6, no operation effect; the second works twice as much on operation days."""
    rng, days = np.random.default_rng(4), 60
    on = np.arange(days) % 6 == 0
    stops = rng.poisson(np.where(on[:, None], [10, 40], [20, 10]))
    focal = rng.binomial(stops, [0.2, 0.6])
    day, officer = np.nonzero(stops)
    given = (focal[day, officer], stops[day, officer], on[day], day // 12)
    told = randomise_days(*given, day=day, officer=officer, draws=999)
    blind = randomise_days(*given, day=day, draws=999)
    assert blind.p_greater < 0.005
    assert blind.low > 0.5
    assert told.p_greater > 0.05
    assert told.low < 0 < told.high


def test_the_detectable_difference_is_found_four_times_in_five():
    """60 runs with the median detectable difference planted: .8 give or take three standard errors (.155)."""
    rng = np.random.default_rng(21)
    runs = [simulated(rng, ops=12, effect=0.0) for _ in range(20)]
    reach = np.median([
        randomise_days(focal, total, on, matched_days(day, on), draws=399).detectable for day, on, focal, total in runs
    ])  # fmt: skip
    found = []
    for _ in range(60):
        day, on, focal, total = simulated(rng, ops=12, effect=float(reach))
        found.append(randomise_days(focal, total, on, matched_days(day, on), draws=399).p_greater <= 0.025)
    assert np.mean(found) == pytest.approx(0.8, abs=0.155)


def test_too_few_assignments_detect_nothing():
    assert randomise_days([9, *[2] * 9], [10] * 10, [True] + [False] * 9, [0] * 10).detectable == np.inf


def test_the_smallest_expected_count():
    """Shares 15/44, 31/85 and 4/24 of the strata; 20, 52 and 9 stops on operation days, 24, 33 and 15 on others."""
    got = randomise_days(FOCAL, TOTAL, ON, STRATUM)
    whole = [(20, 24, 15 / 44), (52, 33, 31 / 85), (9, 15, 4 / 24)]
    assert got.expected == pytest.approx(min(sum(on * p for on, _, p in whole), sum(off * p for _, off, p in whole)))


@pytest.mark.parametrize(
    "column, value, message",
    [
        (0, 5, "parts of a day differ"),
        (2, 0, "parts of a day differ"),
        (4, 99, "focal must not exceed total"),
    ],
)
def test_parts_that_cannot_be_are_refused(column, value, message):
    wrong = PARTS.copy()
    wrong[1, column] = value
    wrong[4:7, 3] = 2
    with pytest.raises(ValueError, match=message):
        by_officer(wrong)


def test_officers_without_both_kinds_of_days_tell_nothing():
    wrong = PARTS.copy()
    wrong[:, 3] = np.where(wrong[:, 2] == 1, 1, 2)
    with pytest.raises(ValueError, match="of the same officer"):
        by_officer(wrong)
