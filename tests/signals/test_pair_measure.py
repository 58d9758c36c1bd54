"""Two sides' shares within strata: numbers against R, reasons to say nothing, and what is never printed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from auditor.cells import Cells, table
from auditor.signals.pair_measure import METHOD, Counted, PairColumn, lacks_of, pair_panel
from auditor.signals.signal import Contrast, Lack, Panel
from auditor.stats.ratios.shares import share_ratio
from auditor.stats.strata.cmh import cmh_test
from auditor.stats.strata.mantel_haenszel import mh_risk_difference, mh_risk_ratio

# R's UCBAdmissions: admitted and all, men (focal here) and women, by department.
MEN = ([512, 353, 120, 138, 53, 22], [825, 560, 325, 417, 191, 373])
WOMEN = ([89, 17, 202, 131, 94, 24], [108, 25, 593, 375, 393, 341])


def contrast(group="men", reference="women", label="department") -> Contrast:
    return Contrast(
        key=f"{group}/{reference}/{label}", group=group, reference=reference, event="stop", label=label,
        counted="admitted", among="stop", comparator="nation", why="hit-rate.why-agency", shape="pair", method=METHOD,
        tested=True,
    )  # fmt: skip


def column(focal, reference, *, unrecorded=(0, 0), censored=False, present=True, unknown=0, **more) -> PairColumn:
    """One place; each side is (k, n) over its strata."""
    k, n = (np.array([[focal[i], reference[i]]], dtype=float) for i in (0, 1))
    counted = Counted(k, n, np.array([unrecorded], dtype=float), np.array([censored]))
    names = more.pop("contrast", contrast())
    return PairColumn(names, counted, np.array([present]), np.array([float(unknown)]), **more)


def cells(**more) -> Cells:
    places = ("48453",)
    nothing = table([], places, ("event",))
    return Cells(
        places, places, ("",), ("",), nothing, nothing, (), table([], (), ("event",)), ("men",), "women", **more
    )


def measure(*columns: PairColumn, **more) -> Panel:
    return pair_panel("test-pair", cells(**more), columns, (("",), ("",)))


def reason(panel: Panel) -> str:
    return panel.lacks[int(panel.code[0, 0]) - 1].reason


def test_several_strata_agree_with_r():
    """R 4.2.2: t <- aperm(UCBAdmissions, c(2, 1, 3)); mantelhaen.test(t, correct=FALSE, alternative="greater").

    p 0.891538151472241, "less" 0.108461848527759. Greenland and Robins's risk ratio, n and m the rows' sums, T = n + m:
    rr <- sum(t[1,1,]*m/T) / sum(t[2,1,]*n/T), v <- sum((E*n*m - t[1,1,]*t[2,1,]*T)/T^2) / (both sums), E the events:
    0.944905022595929 (0.866452232683004 to 1.030461308827472).
    """
    panel = measure(column(MEN, WOMEN))
    assert panel.p_greater[0, 0] == pytest.approx(0.891538151472241, rel=1e-12)
    assert panel.p_less[0, 0] == pytest.approx(0.108461848527759, rel=1e-12)
    found = (panel.estimate[0, 0], panel.low[0, 0], panel.high[0, 0])
    assert found == pytest.approx((0.944905022595929, 0.866452232683004, 1.030461308827472), rel=1e-12)
    assert (panel.k[0, 0], panel.n[0, 0]) == (1198, 2691)
    assert panel.comparator[0, 0] == pytest.approx(557 / 1835)
    assert panel.coarse[0, 0]


def test_departments_differ():
    """Breslow and Day with Tarone's correction, 5 df, by R: fitted counts A at the odds ratio of mantelhaen.test from
    uniroot((A)(m - e + A) - or (n - A)(e - A)), then sum((a - A)^2 / v) - sum(a - A)^2 / sum(v): 18.8255, p below.
    """
    assert measure(column(MEN, WOMEN)).extra["strata_p"][0, 0] == pytest.approx(0.00207140139788126, rel=1e-9)


def test_the_screen_reads_the_pooled_ratio_and_its_error():
    """(k / n) / base is the ratio; the error of log (k/n) and that of log base make the ratio's, 0.0442239944392498."""
    panel = measure(column(MEN, WOMEN))
    rate, base = panel.k[0, 0] / panel.n[0, 0], panel.base[0, 0]
    assert rate / base == pytest.approx(panel.estimate[0, 0], rel=1e-12)
    error = panel.base_error[0, 0] * (1 - base)
    own = (1 - rate) / (panel.n[0, 0] * rate)
    assert error**2 + own == pytest.approx(0.0442239944392498**2, rel=1e-9)


def test_one_stratum_has_the_score_interval_and_the_exact_test():
    """Fisher by hand: P(a >= 4 | 5, 5, 5) = (25 + 1) / 252."""
    panel = measure(column(([4], [5]), ([1], [5])))
    assert panel.p_greater[0, 0] == pytest.approx(26 / 252, rel=1e-12)
    score = share_ratio(4, 5, 1, 5)
    assert (panel.estimate[0, 0], panel.low[0, 0], panel.high[0, 0]) == (4, score.low[0], score.high[0])
    assert not panel.testable[0, 0]
    assert not panel.coarse[0, 0]


def test_few_cases_in_several_strata_are_decided_exactly():
    """R: mantelhaen.test(array(c(4,1,1,4, 3,1,1,4), c(2,2,2)), exact=TRUE, alternative="greater")."""
    panel = measure(column(([4, 3], [5, 4]), ([1, 1], [5, 5])))
    assert panel.p_greater[0, 0] == pytest.approx(0.0222348198538675, rel=1e-12)


def test_the_sides_exchanged_give_the_reciprocal():
    one, other = measure(column(MEN, WOMEN)), measure(column(WOMEN, MEN))
    assert other.estimate[0, 0] == pytest.approx(1 / one.estimate[0, 0], rel=1e-12)
    assert other.p_less[0, 0] == pytest.approx(one.p_greater[0, 0], rel=1e-9)
    assert other.absolute[0, 0] == -one.absolute[0, 0]


@pytest.mark.parametrize(("focal", "reference"), [((0, 100), (40, 100)), ((40, 100), (0, 100)), ((100, 100), (60, 90))])
def test_an_empty_side_still_gives_the_screen_a_base(focal, reference):
    panel = measure(column(([focal[0]], [focal[1]]), ([reference[0]], [reference[1]])))
    assert 0 < panel.base[0, 0] < 1
    assert np.isfinite(panel.base_error[0, 0])
    assert panel.low[0, 0] <= panel.estimate[0, 0] <= panel.high[0, 0]


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (column(([40], [100]), ([50], [100]), present=False), "absent"),
        (column(([40], [100]), ([50], [100]), censored=True), "suppressed"),
        (column(([0], [0]), ([0], [0])), "no-cases"),
        (column(([40], [100]), ([0], [0])), "one-group"),
        (column(([40], [100]), ([50], [100]), unrecorded=(0, 101)), "unrecorded"),
        (column(([0], [100]), ([0], [100])), "one-outcome"),
        (column(([100], [100]), ([90], [90])), "one-outcome"),
        (column(([40, 0], [100, 0]), ([0, 50], [0, 100])), "no-overlap"),
    ],
)
def test_reasons_to_say_nothing(found, why):
    panel = measure(found)
    assert reason(panel) == f"test-pair.{why}"
    assert np.isnan(panel.estimate[0, 0])
    assert not panel.testable[0, 0]


def test_lacks_name_seven_reasons():
    assert len({lack.reason for lack in lacks_of("x")}) == 7


def test_a_signal_may_have_reasons_of_its_own():
    lack = Lack("x.flat", "x.need-flat", {"columns": "cited"})
    full = column(([40], [100]), ([50], [100]))
    panel = measure(dataclasses.replace(full, withheld=((lack, np.array([True])),)))
    assert panel.lacks[int(panel.code[0, 0]) - 1] == lack
    assert measure(dataclasses.replace(full, withheld=((lack, np.array([False])),))).code[0, 0] == 0


def test_numbers_of_single_columns_are_not_those_of_others():
    first = column(
        ([40], [100]), ([50], [100]), extra={"z": np.array([2.0])}, ranges={"a": (np.array([0.5]), np.array([3.0]))}
    )
    withheld = dataclasses.replace(first, present=np.array([False]))
    panel = measure(first, column(([40], [100]), ([50], [100])), withheld)
    np.testing.assert_array_equal(panel.extra["z"], [[2, np.nan, np.nan]])
    np.testing.assert_array_equal(panel.ranges["a"][1], [[3, np.nan, np.nan]])


@pytest.mark.parametrize(("k", "hidden"), [(3, True), (97, True), (11, False), (0, False)])
def test_small_counts_are_hidden(k, hidden):
    assert measure(column(([k], [100]), ([50], [100]))).hidden[0, 0] == hidden
    assert measure(column(([50], [100]), ([k], [100]))).hidden[0, 0] == hidden
    assert not measure(column(([k], [100]), ([50], [100])), published=(True,)).hidden[0, 0]


def test_two_comparisons_may_not_differ_by_a_few_cases():
    whole, part = column(([40], [105]), ([50], [100])), column(([40], [100]), ([50], [100]))
    assert measure(part, whole).hidden[0].tolist() == [False, True]
    # Another focal group, and only the reference group's counts in common.
    other = dataclasses.replace(whole, contrast=contrast("others"))
    assert measure(part, other).hidden[0].tolist() == [False, False]
    # The focal side there is the reference side here.
    turned = column(([60], [200]), ([40], [105]), contrast=contrast("others", "men"))
    assert measure(part, turned).hidden[0].tolist() == [False, True]
    # Sides that are no groups go by their own names.
    named = dataclasses.replace(whole, sides=("licence", "theft"))
    assert measure(dataclasses.replace(part, sides=("traffic", "robbery")), named).hidden[0].tolist() == [False, False]


def test_missing_shares_are_not_told_where_they_give_a_stratum_away():
    """Of 300 recorded cases 295 are compared: the share 60 / 360 would tell of the other 5."""
    plain = measure(column(([40], [100]), ([50], [100]), unrecorded=(20, 0), unknown=40))
    assert plain.missing["outcome"][0, 0] == pytest.approx(20 / 220)
    assert plain.missing["group"][0, 0] == pytest.approx(40 / 260)
    assert not plain.range_hidden[0, 0]
    lone = measure(column(([40, 2], [100, 5]), ([50, 0], [100, 0]), unrecorded=(20, 0), unknown=40))
    assert lone.range_hidden[0, 0]
    assert measure(column(([40], [100]), ([50], [100]), unknown=4)).range_hidden[0, 0]


def test_a_range_may_be_hidden_while_a_missing_share_is_told():
    """What hides one need not hide the other; shares of which two columns differ by 1 to 10 people are hidden."""
    first = column(([40], [100]), ([50], [100]), unrecorded=(20, 0), unknown=40)
    panel = measure(dataclasses.replace(first, range_hidden=np.array([True])))
    assert (panel.range_hidden[0, 0], panel.missing_hidden[0, 0], panel.bare[0, 0]) == (True, False, False)
    panel = measure(dataclasses.replace(first, missing_hidden=np.array([True])))
    assert (panel.range_hidden[0, 0], panel.missing_hidden[0, 0], panel.bare[0, 0]) == (False, True, True)
    # 40 of unknown group in one and 35 in the other: 5 people would be told.
    for more, bare in (({"unknown": 40}, False), ({"unknown": 35}, True), ({"unknown": 60}, False)):
        other = column(([60], [130]), ([70], [130]), unrecorded=(20, 0), contrast=contrast("men", "others"), **more)
        assert measure(first, other).missing_hidden[0].tolist() == [False, bare]
    # 220 cases in all in one and 229 in the other.
    other = column(([51], [100]), ([60], [109]), unrecorded=(20, 0), unknown=40, contrast=contrast("men", "others"))
    assert measure(first, other).missing_hidden[0].tolist() == [False, True]


def test_strata_with_one_side_are_left_out():
    panel = measure(column(([40, 60], [100, 100]), ([50, 0], [100, 0])))
    assert (panel.k[0, 0], panel.n[0, 0]) == (40, 100)


def test_a_place_is_not_tested_below_the_expected_count():
    """Events 12 of 200, half in each side: 6 expected; with 8 of 200 it is 4."""
    assert measure(column(([6], [100]), ([6], [100]))).testable[0, 0]
    assert not measure(column(([4], [100]), ([4], [100]))).testable[0, 0]


@pytest.mark.parametrize(("k", "hidden"), [(6, True), (13, False)])
def test_two_strata_may_not_hold_a_few_cases(k, hidden):
    """The numbers printed of two strata can be solved for the smaller one; see the next test."""
    found = column(([30, k], [60, 30]), ([40, 20], [90, 45]))
    assert measure(found).hidden[0, 0] == hidden
    assert not measure(found, published=(True,)).hidden[0, 0]
    # One of three may be told by another comparison, and then they are two; five leave more ways than can be tried.
    three = column(([30, k, 20], [60, 30, 50]), ([40, 20, 30], [90, 45, 70]))
    assert measure(three).hidden[0, 0] == hidden
    five = column(([30, k, 20, 30, 20], [60, 30, 50, 60, 50]), ([40, 20, 30, 40, 30], [90, 45, 70, 90, 70]))
    assert not measure(five).hidden[0, 0]


def test_what_is_printed_of_two_strata_leaves_few_ways():
    """Why two strata are special: 6 of 15 and 7 of 18 beside 15 of 40 and 20 of 60, from the totals, the ratio, its
    limits and p to three digits, and the difference to whole thousandths. Of the ways with 13 to 17 and 16 to 20 cases
    in the smaller stratum, no more than three give these numbers.
    """
    sizes = [(n, m) for n in range(13, 18) for m in range(16, 21)]
    ways = np.array([(k, n, c, m) for n, m in sizes for k in range(n + 1) for c in range(m + 1)])
    ways = ways[(ways[:, 0] <= 21) & (ways[:, 2] <= 27) & (21 - ways[:, 0] <= 55 - ways[:, 1])]
    ways = ways[27 - ways[:, 2] <= 78 - ways[:, 3]]
    place = {way: j for j, way in enumerate(map(tuple, ways.tolist()))}
    k, n, c, m = (np.column_stack([whole - ways[:, i], ways[:, i]]) for i, whole in enumerate((21, 55, 27, 78)))
    ratio, gap = mh_risk_ratio(k, n, c, m), mh_risk_difference(k, n, c, m)
    fine = [ratio.estimate, ratio.low, ratio.high, cmh_test(k, n, c, m).p_greater]
    told = [[f"{x:.3g}" for x in values] for values in fine]
    told += [np.rint(1000 * values).tolist() for values in (gap.estimate, gap.low, gap.high)]
    seen = list(zip(*told, strict=True))
    assert 1 <= seen.count(seen[place[6, 15, 7, 18]]) <= 3
