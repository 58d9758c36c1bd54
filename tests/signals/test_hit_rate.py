"""Hit rates: what is measured from rows, when nothing can be said, and what is never printed."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from auditor.cells import Cells, Inventory, RowTable, table
from auditor.signals.outcome.hit_rate import SIGNAL, HitRateOptions
from auditor.signals.signal import Panel
from auditor.stats.strata.hit_rate import compare_hit_rates

KEYS = ("event", "group", "group_source", "agency", "offence", "searched", "contraband")


def cells(*rows, places=("48453",), focal=("hispanic",), **more) -> Cells:
    """Rows of (place, group, agency, searched, contraband, n) or with the offence between; -1 is missing."""
    full = [row if len(row) == 7 else (*row[:3], "", *row[3:]) for row in rows]
    values = {
        "event": ["stop"] * len(full),
        "group": [row[1] for row in full],
        "group_source": [""] * len(full),
        "agency": [row[2] for row in full],
        "offence": [row[3] for row in full],
    }
    columns = {name: np.array(texts, dtype=object) for name, texts in values.items()}
    columns["searched"] = np.array([row[4] for row in full], dtype=np.int64)
    columns["contraband"] = np.array([row[5] for row in full], dtype=np.int64)
    index = np.array([places.index(row[0]) for row in full], dtype=np.int64)
    counted = table([], places, ("event", "group", "group_source"))
    nobody = ("",) * len(places)
    return Cells(
        places, places, nobody, nobody, counted, table([], places, ("universe", "group")), (), table([], (), KEYS),
        focal, "white", rows=RowTable(index, columns, np.array([float(row[6]) for row in full])), **more,
    )  # fmt: skip


def searched(group, hits, searches, agency="Police", place="48453", offence=""):
    return (
        (place, group, agency, offence, 1, 1, hits),
        (place, group, agency, offence, 1, 0, searches - hits),
    )


def measure(found: Cells, **options) -> Panel:
    return SIGNAL.measure(found, HitRateOptions(**options), np.random.default_rng(1))


def reason(panel: Panel, j: int = 0, c: int = 0) -> str:
    return panel.lacks[int(panel.code[j, c]) - 1].reason


def test_one_agency():
    """50 of 251 against 73 of 224: (73/224) / (50/251) by hand; p by R.

    N = 475; m <- matrix(c(201, 50, 151, 73), 2)
    pnorm(sqrt((N-1)/N * chisq.test(m, correct=FALSE)$statistic), lower.tail=FALSE) is 0.000835654324584
    """
    panel = measure(cells(*searched("hispanic", 50, 251), *searched("white", 73, 224)))
    assert [contrast.key for contrast in panel.contrasts] == ["hispanic/white/agency"]
    assert (panel.k[0, 0], panel.n[0, 0]) == (201, 251)
    assert panel.estimate[0, 0] == pytest.approx((73 / 224) / (50 / 251), rel=1e-12)
    assert panel.p_greater[0, 0] == pytest.approx(0.000835654324584, rel=1e-9)
    assert panel.comparator[0, 0] == pytest.approx(1 - 73 / 224)
    assert panel.absolute[0, 0] == pytest.approx(1000 * (73 / 224 - 50 / 251))
    assert panel.testable[0, 0]
    assert not panel.coarse[0, 0]


def test_two_agencies_are_compared_within_themselves():
    """R: mantelhaen.test(array(c(40,10,30,20,60,15,50,40), c(2,2,2)), correct=FALSE, alternative="greater").

    p = 3.97191981989e-05. Ratio: (20*50/100 + 40*75/165) / (10*50/100 + 15*90/165) = 620/290.
    """
    rows = (
        *searched("hispanic", 10, 50, "A"), *searched("white", 20, 50, "A"),
        *searched("hispanic", 15, 75, "B"), *searched("white", 40, 90, "B"),
    )  # fmt: skip
    panel = measure(cells(*rows))
    assert [contrast.label for contrast in panel.contrasts] == ["agency", "overall"]
    assert panel.estimate[0, 0] == pytest.approx(620 / 290, rel=1e-12)
    assert panel.p_greater[0, 0] == pytest.approx(3.97191981989e-05, rel=1e-9)
    assert panel.estimate[0, 1] == pytest.approx((60 / 140) / (25 / 125), rel=1e-12)
    assert panel.contrasts[0].tested
    assert not panel.contrasts[1].tested
    assert panel.coarse[0].tolist() == [True, False]


def test_few_searches_are_decided_exactly():
    """R: mantelhaen.test(array(c(4,1,1,4,4,1,1,3), c(2,2,2)), exact=TRUE, alternative="greater").

    p = 0.0222348198539.
    """
    rows = (
        *searched("hispanic", 1, 5, "A"), *searched("white", 4, 5, "A"),
        *searched("hispanic", 1, 5, "B"), *searched("white", 3, 4, "B"),
    )  # fmt: skip
    panel = measure(cells(*rows))
    assert panel.p_greater[0, 0] == pytest.approx(0.0222348198539, rel=1e-9)
    assert not panel.testable[0, 0] or panel.hidden[0, 0]


def test_the_screen_reads_the_same_ratio():
    """An odds ratio theta against b is the ratio 1 - b + b theta, for one stratum and for several."""
    rows = (
        *searched("hispanic", 10, 50, "A"), *searched("white", 20, 50, "A"),
        *searched("hispanic", 15, 75, "B"), *searched("white", 40, 90, "B"),
    )  # fmt: skip
    panel = measure(cells(*rows))
    k, n, base = panel.k[0], panel.n[0], panel.base[0]
    theta = (k / (n - k)) / (base / (1 - base))
    np.testing.assert_allclose(1 - base + base * theta, panel.estimate[0], rtol=1e-12)
    # One stratum: the reference group's own error, sqrt(1/60 + 1/80).
    assert panel.base_error[0, 1] == pytest.approx(math.sqrt(1 / 60 + 1 / 80), rel=1e-9)


def test_agencies_that_searched_one_group_only_are_left_out_of_the_test():
    rows = (
        *searched("hispanic", 30, 100, "A"), *searched("white", 40, 100, "A"), *searched("hispanic", 15, 75, "B"),
    )  # fmt: skip
    panel = measure(cells(*rows))
    assert panel.n[0].tolist() == [100, 175]


def test_a_single_differing_agency_of_few_people_is_not_given_away():
    """The overall count less the one within agencies would be 5 searches of agency B."""
    rows = (
        *searched("hispanic", 30, 100, "A"), *searched("white", 40, 100, "A"), *searched("hispanic", 2, 5, "B"),
    )  # fmt: skip
    unsearched = ("48453", "hispanic", "A", 0, -1, 60)
    panel = measure(cells(*rows, unsearched))
    # So would all searches, which stand beside the gaps, less those within agencies.
    assert panel.hidden[0].tolist() == [True, True]
    # All stops, which a benchmark prints, less those searched within agencies would be the 5 as well.
    assert measure(cells(*rows)).hidden[0].tolist() == [True, True]
    assert measure(cells(*rows, published=(True,))).hidden[0].tolist() == [False, False]


def test_two_focal_groups_do_not_give_an_agency_away_by_the_reference_group():
    """Agency B searched no Black people: its 5 White ones are what two counts of White people differ by."""
    everywhere = (("hispanic", 30), ("white", 40), ("black", 30))
    rows = [row for agency in "ACDEF" for group, hits in everywhere for row in searched(group, hits, 100, agency)]
    rows += [*searched("hispanic", 30, 100, "B"), *searched("white", 2, 5, "B")]
    panel = measure(cells(*rows, focal=("hispanic", "black")))
    hidden = {contrast.key: panel.hidden[0, c] for c, contrast in enumerate(panel.contrasts)}
    assert not hidden["hispanic/white/agency"]
    assert hidden["black/white/agency"]


@pytest.mark.parametrize("hits", [3, 97])
def test_small_counts_are_hidden(hits):
    panel = measure(cells(*searched("hispanic", hits, 100), *searched("white", 40, 100)))
    assert panel.hidden[0, 0]
    assert measure(cells(*searched("hispanic", 40, 100), *searched("white", hits, 100))).hidden[0, 0]


def test_offences_stand_beside_the_test_with_a_caveat():
    rows = (
        *searched("hispanic", 30, 100, offence="traffic"), *searched("white", 40, 100, offence="traffic"),
        *searched("hispanic", 50, 100, offence="drug-possession"),
        *searched("white", 60, 90, offence="drug-possession"),
    )  # fmt: skip
    panel = measure(cells(*rows))
    assert [contrast.label for contrast in panel.contrasts] == ["agency", "offence"]
    assert panel.notes["hit-rate.caveat-offence"][0].tolist() == [False, True]
    assert panel.notes["hit-rate.caveat-margin"].all()


def test_no_searches_are_a_reason_to_say_nothing():
    rows = (("48453", "hispanic", "", 0, -1, 500), ("48453", "white", "", 0, -1, 500))
    assert reason(measure(cells(*rows))) == "hit-rate.no-searches"


def test_contraband_without_a_search_is_no_hit_rate():
    """A file that writes "no" where nobody was searched: the rate would be one of stops."""
    rows = (("48453", "hispanic", "", 0, 0, 500), ("48453", "white", "", 0, 0, 500))
    assert reason(measure(cells(*rows))) == "hit-rate.no-searches"
    mixed = cells(*rows, *searched("hispanic", 30, 100, ""), *searched("white", 40, 100, ""))
    assert measure(mixed).n[0, 0] == 100


def test_one_group_only():
    assert reason(measure(cells(*searched("hispanic", 50, 251)))) == "hit-rate.one-group"


def test_outcomes_that_are_mostly_unrecorded():
    rows = (*searched("hispanic", 30, 100), *searched("white", 40, 100), ("48453", "white", "Police", 1, -1, 101))
    assert reason(measure(cells(*rows))) == "hit-rate.unrecorded"
    fewer = (*rows[:-1], ("48453", "white", "Police", 1, -1, 100))
    panel = measure(cells(*fewer))
    assert panel.code[0, 0] == 0
    assert panel.missing["contraband"][0, 0] == pytest.approx(100 / 300)


def test_searches_that_never_find_anything():
    assert reason(measure(cells(*searched("hispanic", 0, 100), *searched("white", 0, 90)))) == "hit-rate.no-finds"


def test_agencies_without_a_group_in_common():
    panel = measure(cells(*searched("hispanic", 30, 100, "A"), *searched("white", 40, 100, "B")))
    assert reason(panel) == "hit-rate.no-overlap"
    assert panel.code[0, 1] == 0


def test_a_place_without_rows_is_absent_not_zero():
    found = cells(*searched("hispanic", 50, 251), *searched("white", 73, 224), places=("48201", "48453"))
    panel = measure(found)
    assert reason(panel) == "hit-rate.absent"
    assert panel.code[1, 0] == 0


def test_no_find_in_the_focal_group_has_no_upper_limit():
    panel = measure(cells(*searched("hispanic", 0, 100), *searched("white", 40, 100)))
    assert np.isinf(panel.estimate[0, 0])
    assert np.isinf(panel.high[0, 0])
    assert 0 < panel.base[0, 0] < 1
    assert np.isfinite(panel.base_error[0, 0])


@pytest.mark.parametrize(("not_searched", "few"), [(0, False), (4, True), (11, False)])
def test_a_missing_share_does_not_tell_who_was_not_searched(not_searched, few):
    """It gives all searches of both groups; the benchmark prints all their stops."""
    silent = (("48453", "hispanic", "Police", "", 1, -1, 35), ("48453", "white", "Police", "", 1, -1, 15))
    others = ("48453", "white", "Police", "", 0, -1, not_searched)
    found = cells(*searched("hispanic", 19, 65), *searched("white", 18, 93), *silent, others)
    panel = measure(found)
    assert panel.missing_hidden[0, 0] == few
    assert not panel.hidden[0, 0]


def test_unrecorded_groups_are_counted_as_missing():
    found = cells(*searched("hispanic", 40, 100), *searched("white", 40, 100), *searched("unknown", 20, 50))
    assert measure(found).missing["group"][0, 0] == pytest.approx(50 / 250)


def test_groups_that_nobody_asks_about_are_the_controls():
    found = cells(
        *searched("hispanic", 30, 100), *searched("white", 40, 100), *searched("black", 40, 90),
        *searched("unknown", 20, 50),
    )  # fmt: skip
    control = SIGNAL.controls(found, HitRateOptions(), np.random.default_rng(1))
    assert [contrast.group for contrast in control.contrasts] == ["black"]
    assert not any(contrast.tested for contrast in control.contrasts)


def test_estimated_and_recorded_groups_are_never_added():
    found = cells(*searched("hispanic", 30, 100), *searched("white", 40, 100))
    source = np.array(["recorded", "recorded", "nationality", "recorded"], dtype=object)
    rows = dataclasses.replace(found.rows, columns={**found.rows.columns, "group_source": source})
    panel = measure(dataclasses.replace(found, rows=rows))
    assert (panel.n[0, 0], panel.comparator_n[0, 0]) == (100, 60)


@pytest.mark.parametrize(
    ("held", "missing"),
    [
        ({}, "contraband, group, searched"),
        ({"stop": {"group", "searched", "agency"}}, "contraband"),
        ({"stop": {"group"}, "arrest": {"group", "contraband"}}, "searched"),
    ],
)
def test_it_names_the_columns_to_ask_for(held, missing):
    columns = {event: frozenset(names) for event, names in held.items()}
    nothing = (frozenset(),) * 7
    lack = SIGNAL.lacks(Inventory(*nothing, places=1, months=1, row_columns=columns), HitRateOptions())
    assert lack.values == {"columns": missing}


def test_it_speaks_where_all_columns_hold_values():
    held = {"stop": frozenset({"group", "searched", "contraband"})}
    nothing = (frozenset(),) * 7
    assert SIGNAL.lacks(Inventory(*nothing, places=1, months=1, row_columns=held), HitRateOptions()) is None


def test_of_what_is_personal_it_reads_officers_and_only_their_codes():
    rows = SIGNAL.view(HitRateOptions()).rows
    assert rows.personal == ("officer",)
    assert "officer" not in rows.keys


def test_searches_of_unknown_group_bound_the_ratio():
    """12 lost searches with a find and 18 without. Low: finds to the focal group, the rest to the reference group;
    high: the other way round. (73/242) / (62/263) and (85/236) / (50/269).
    """
    rows = (*searched("hispanic", 50, 251), *searched("white", 73, 224), *searched("unknown", 12, 30))
    panel = measure(cells(*rows))
    low, high = (end[0, 0] for end in panel.ranges["missing-group"])
    assert (low, high) == pytest.approx(((73 / 242) / (62 / 263), (85 / 236) / (50 / 269)), rel=1e-12)
    assert not panel.range_hidden[0, 0]
    # Searches whose result nobody recorded bound nothing here.
    again = measure(cells(*rows, ("48453", "unknown", "Police", 1, -1, 40)))
    assert again.ranges["missing-group"][0][0, 0] == low


def test_no_lost_search_has_no_range():
    panel = measure(cells(*searched("hispanic", 50, 251), *searched("white", 73, 224)))
    assert np.isnan([end[0, 0] for end in panel.ranges["missing-group"]]).all()


@pytest.mark.parametrize("found", [4, 26])
def test_a_range_that_would_tell_of_few_people_is_hidden(found):
    rows = (*searched("hispanic", 50, 251), *searched("white", 73, 224), *searched("", found, 30))
    assert measure(cells(*rows)).range_hidden[0, 0]


def test_ranges_of_two_comparisons_do_not_give_few_people_away():
    """Over two agencies the ends would tell how the few lost finds of B lie."""
    rows = (
        *searched("hispanic", 50, 251, "A"), *searched("white", 73, 224, "A"),
        *searched("hispanic", 30, 90, "B"), *searched("white", 20, 80, "B"),
        *searched("unknown", 14, 28, "A"), *searched("unknown", 3, 15, "B"),
    )  # fmt: skip
    panel = measure(cells(*rows))
    assert panel.range_hidden[0].tolist() == [True, False]


def by_officers() -> Cells:
    """Two agencies whose officers 1 and 2 are two people each; officer 2 of A searches the focal group alone."""
    told = (
        ("A", 1, "hispanic", 10, 50), ("A", 1, "white", 20, 50), ("A", 2, "hispanic", 30, 60),
        ("B", 1, "hispanic", 15, 75), ("B", 1, "white", 40, 90), ("B", 2, "hispanic", 12, 40),
        ("B", 2, "white", 25, 60),
    )  # fmt: skip
    made = cells(*(row for agency, _, group, hits, n in told for row in searched(group, hits, n, agency)))
    officers = np.repeat([officer for _, officer, *_ in told], 2)
    made.rows.columns.update(search_officer=officers, search_encounter=np.zeros(len(officers), dtype=np.int64))
    return made


def test_each_officer_can_be_held_against_himself():
    """Strata by hand: (20*50/100 + 40*75/165 + 25*40/100) / (10*50/100 + 15*90/165 + 12*60/100).

    The fourth holds one group, and is left out. p is that of the same three strata, or of the officers as units.
    """
    panel = measure(by_officers(), within="officer")
    assert [contrast.label for contrast in panel.contrasts] == ["officer", "overall", "agency"]
    assert panel.n[0].tolist() == [165, 225, 225]
    assert panel.estimate[0, 0] == pytest.approx(
        (20 * 50 / 100 + 40 * 75 / 165 + 25 * 40 / 100) / (10 * 50 / 100 + 15 * 90 / 165 + 12 * 60 / 100), rel=1e-12
    )
    strata = compare_hit_rates([[10, 15, 12]], [[50, 75, 40]], [[20, 40, 25]], [[50, 90, 60]], 0.95)
    assert panel.p_greater[0, 0] >= strata.p_lower[0]
    assert panel.contrasts[0].tested
    assert not panel.contrasts[2].tested


@pytest.mark.parametrize(("within", "rejected"), [("agency", (25, 100)), ("officer", (0, 9))])
def test_precincts_that_go_with_the_group_cancel_within_officers(within, rejected):
    """Half of the officers work where most searched are Hispanic and searches find half as much; nobody profiles.

    A hundred places: the test within agencies takes the precincts for the groups, the one within officers does not.
    """
    rng = np.random.default_rng(7)
    places = tuple(f"local:p{i}" for i in range(100))
    rows, officers = [], []
    for place in places:
        for officer in range(12):
            share, rate = ((0.6, 0.2), (0.25, 0.4))[officer % 2]
            focal = rng.binomial(80, share)
            for group, n in (("hispanic", focal), ("white", 80 - focal)):
                rows += searched(group, rng.binomial(n, rate), n, place=place)
                officers += [officer, officer]
    made = cells(*rows, places=places)
    made.rows.columns.update(
        search_officer=np.array(officers), search_encounter=np.zeros(len(officers), dtype=np.int64)
    )
    p = measure(made, within=within).p_greater[:, 0]
    assert rejected[0] <= (p <= 0.05).sum() <= rejected[1]
