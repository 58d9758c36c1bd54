"""Perceived ethnicity: who is compared with whom, when nothing can be said, and what is never printed."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from auditor.cells import Cells, Inventory, RowTable, table
from auditor.signals.signal import Panel
from auditor.signals.visibility.perceived_ethnicity import SIGNAL, PerceivedEthnicityOptions

KEYS = ("event", "group", "group_source")


def cells(*rows, places=("48453",), focal=("hispanic",), source="perceived", event="stop", **more) -> Cells:
    """Rows of (person, group, searched, n) with agency and place after them where they matter; -1 is missing."""
    full = [(*row, *("", places[0])[len(row) - 4 :]) for row in rows]
    columns = {
        "event": np.array([event] * len(full), dtype=object),
        "group": np.array([row[1] for row in full], dtype=object),
        "group_source": np.array([source] * len(full), dtype=object),
        "agency": np.array([row[4] for row in full], dtype=object),
        "person_code": np.array([row[0] for row in full], dtype=np.int64),
        "searched": np.array([row[2] for row in full], dtype=np.int64),
        "booked": np.full(len(full), -1, dtype=np.int64),
        "cited": np.full(len(full), -1, dtype=np.int64),
        "officer_code": np.array([row[6] if len(row) > 6 else -1 for row in full], dtype=np.int64),
    }
    index = np.array([places.index(row[5]) for row in full], dtype=np.int64)
    nobody = ("",) * len(places)
    return Cells(
        places, places, nobody, nobody, table([], places, KEYS), table([], places, ("universe", "group")), (),
        table([], (), KEYS), focal, "white",
        rows=RowTable(index, columns, np.array([float(row[3]) for row in full])), **more,
    )  # fmt: skip


def pairs(focal_only=40, reference_only=20, both=15, neither=60, start=0, agency="", group="hispanic", other="white"):
    """Persons stopped once each way, by which of the two stops led to a search."""
    rows = []
    for i in range(focal_only + reference_only + both + neither):
        first = i < focal_only or focal_only + reference_only <= i < focal_only + reference_only + both
        second = focal_only <= i < focal_only + reference_only + both
        rows += [(start + i, group, int(first), 1, agency), (start + i, other, int(second), 1, agency)]
    return tuple(rows)


def measure(found: Cells, **options) -> Panel:
    return SIGNAL.measure(found, PerceivedEthnicityOptions(**options), np.random.default_rng(1))


def reason(panel: Panel, j: int = 0, c: int = 0) -> str:
    return panel.lacks[int(panel.code[j, c]) - 1].reason


def test_pairs():
    """135 persons once each way: 55 of 135 against 35 of 135, of whom 40 and 20 decide.

    R 4.2.2: binom.test(40, 60, alternative = "greater")$p.value is 0.0067446468656: the exact McNemar test is what
    shuffling within pairs comes to.
    """
    panel = measure(cells(*pairs()))
    assert [contrast.key for contrast in panel.contrasts] == ["hispanic/white/searched/person"]
    assert (panel.k[0, 0], panel.n[0, 0]) == (55, 135)
    assert panel.estimate[0, 0] == pytest.approx(55 / 35, rel=1e-12)
    assert panel.p_greater[0, 0] == pytest.approx(0.0067446468656, rel=1e-8)
    assert (panel.comparator[0, 0], panel.comparator_n[0, 0]) == (35 / 135, 135)
    # Three digits: 1,000 x 20/135 = 148.148.
    assert panel.absolute[0, 0] == 148
    assert panel.extra["gap"][0, 0] == 14.8
    assert panel.extra["persons"][0, 0] == 135
    assert panel.testable[0, 0]
    assert panel.coarse[0, 0]


def test_the_screen_reads_the_same_ratio():
    panel = measure(cells(*pairs()))
    assert panel.k[0, 0] / panel.n[0, 0] / panel.base[0, 0] == pytest.approx(panel.estimate[0, 0], rel=1e-12)


def test_persons_perceived_alike_enter_no_number():
    """Seven more persons searched every time, always taken to be Hispanic, and ten met once."""
    more = tuple((1000 + i, "hispanic", 1, 3) for i in range(7)) + tuple((2000 + i, "white", 1, 1) for i in range(10))
    one, other = measure(cells(*pairs())), measure(cells(*pairs(), *more))
    for name in ("k", "n", "estimate", "p_greater", "comparator_n"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_a_person_in_two_places_is_compared_within_each():
    """The same code in another place is another unit: seen once there, it says nothing."""
    found = cells(*((*row, "48453") for row in pairs()), (0, "white", 1, 5, "", "48201"), places=("48201", "48453"))
    panel = measure(found)
    assert panel.n[1, 0] == 135
    # One code, met five times there, always taken to be white: only one of the groups was met in that place.
    assert reason(panel) == "perceived-ethnicity.one-group"


def test_agencies_stand_beside_the_test():
    """Persons who met two agencies count once over the place, and only within an agency beside it."""
    across = tuple(row for i in range(40) for row in ((900 + i, "hispanic", 1, 1, "A"), (900 + i, "white", 0, 1, "B")))
    panel = measure(cells(*pairs(agency="A"), *across))
    assert [contrast.label for contrast in panel.contrasts] == ["person", "agency"]
    assert [contrast.tested for contrast in panel.contrasts] == [True, False]
    assert panel.n[0].tolist() == [175, 135]
    assert panel.notes["perceived-ethnicity.caveat-else"][0].tolist() == [True, False]
    assert not panel.hidden[0].any()


def test_two_comparisons_never_give_a_few_occasions_away():
    across = ((900, "hispanic", 1, 1, "A"), (900, "white", 0, 1, "B"))
    panel = measure(cells(*pairs(agency="A"), *across))
    assert panel.hidden[0].tolist() == [False, True]
    assert not measure(cells(*pairs(agency="A"), *across, published=(True,))).hidden.any()


@pytest.mark.parametrize(
    "counts", [{"focal_only": 3, "both": 2}, {"reference_only": 3, "both": 2}, {"neither": 0, "reference_only": 5}]
)
def test_small_cells_are_hidden(counts):
    assert measure(cells(*pairs(**counts))).hidden[0, 0]
    assert not measure(cells(*pairs(**counts), published=(True,))).hidden[0, 0]


def test_one_person_searched_often_is_not_told_of():
    """Of 20 persons only one was ever searched as focal: 30 occasions, of one person."""
    rows = tuple(
        row for i in range(60) for row in ((i, "hispanic", 0, 2), (i, "white", 0, 2), (i, "white", int(i < 40), 1))
    )
    panel = measure(cells(*rows, (0, "hispanic", 1, 30)))
    assert panel.k[0, 0] == 30
    assert panel.hidden[0, 0]


def test_occasions_that_are_left_over_are_not_given_away():
    """Five searches of Hispanic people met once: all of them less those compared would be five."""
    assert measure(cells(*pairs(), (900, "hispanic", 1, 5))).hidden[0, 0]
    assert not measure(cells(*pairs(), (900, "hispanic", 1, 50))).hidden[0, 0]


def test_no_person_identifier():
    rows = ((-1, "hispanic", 1, 40), (-1, "white", 0, 40))
    assert reason(measure(cells(*rows))) == "perceived-ethnicity.no-persons"


def test_nobody_seen_twice():
    rows = tuple((i, ("hispanic", "white")[i % 2], i % 3 == 0, 1) for i in range(200))
    assert reason(measure(cells(*rows))) == "perceived-ethnicity.seen-once"


def test_everybody_perceived_always_alike():
    rows = tuple((i, ("hispanic", "white")[i % 2], i % 3 == 0, 3) for i in range(200))
    assert reason(measure(cells(*rows))) == "perceived-ethnicity.alike"


def test_one_group_only():
    rows = tuple((i, "hispanic", i % 3 == 0, 3) for i in range(200))
    assert reason(measure(cells(*rows))) == "perceived-ethnicity.one-group"


def test_searches_that_are_mostly_unrecorded():
    rows = pairs()
    blank = tuple((person, group, -1, 2, agency) for person, group, _, _, agency in rows)
    panel = measure(cells(*rows, *blank))
    assert reason(panel) == "perceived-ethnicity.unrecorded"
    panel = measure(cells(*rows, *blank[:100]))
    assert panel.code[0, 0] == 0
    # 100 rows of 2 occasions beside 270.
    assert panel.missing["outcome"][0, 0] == pytest.approx(200 / 470)


def test_searches_that_never_happen():
    assert reason(measure(cells(*pairs(0, 0, 0, 100)))) == "perceived-ethnicity.no-outcomes"


def test_an_outcome_that_nobody_perceived_both_ways_had():
    rows = (*pairs(0, 0, 0, 100), *((500 + i, "hispanic", 1, 2) for i in range(50)))
    assert reason(measure(cells(*rows))) == "perceived-ethnicity.no-outcomes"


def test_a_suppressed_number_says_nothing():
    found = cells(*pairs())
    hidden = np.zeros(len(found.rows.n), dtype=bool)
    hidden[3] = True
    panel = measure(dataclasses.replace(found, rows=dataclasses.replace(found.rows, censored=hidden)))
    assert reason(panel) == "perceived-ethnicity.suppressed"


@pytest.mark.parametrize("source", ["surname", "nationality", "mixed"])
def test_an_estimated_group_is_no_perception(source):
    assert reason(measure(cells(*pairs(), source=source))) == "perceived-ethnicity.absent"


def test_only_one_side_searched_has_no_upper_limit():
    panel = measure(cells(*pairs(40, 0, 0, 60)))
    assert np.isinf(panel.estimate[0, 0])
    assert np.isinf(panel.high[0, 0])
    assert 0 < panel.base[0, 0] < 1
    assert np.isfinite(panel.base_error[0, 0])


def test_few_persons_are_not_tested():
    panel = measure(cells(*pairs(4, 2, 1, 3)))
    assert panel.code[0, 0] == 0
    assert not panel.testable[0, 0]
    assert panel.hidden[0, 0]


def test_the_outcome_that_is_recorded_is_taken():
    found = cells(*pairs(), event="arrest")
    columns = dict(found.rows.columns)
    columns["booked"], columns["searched"] = columns["searched"], columns["booked"]
    panel = measure(dataclasses.replace(found, rows=dataclasses.replace(found.rows, columns=columns)))
    assert panel.contrasts[0].key == "hispanic/white/booked/person"
    assert panel.contrasts[0].event == "arrest"
    assert panel.k[0, 0] == 55


def test_groups_that_nobody_asks_about_are_the_controls():
    found = cells(*pairs(), *pairs(start=500, group="black"))
    control = SIGNAL.controls(found, PerceivedEthnicityOptions(), np.random.default_rng(1))
    assert [contrast.group for contrast in control.contrasts] == ["black"]
    assert not any(contrast.tested for contrast in control.contrasts)
    assert control.estimate[0, 0] == pytest.approx(55 / 35)


def test_unidentified_rows_and_unknown_groups_are_counted_as_missing():
    found = cells(*pairs(), (-1, "white", 1, 30), (3, "unknown", 1, 20))
    panel = measure(found)
    assert panel.missing["person"][0, 0] == pytest.approx(30 / 300)
    assert panel.missing["group"][0, 0] == pytest.approx(20 / 320)


@pytest.mark.parametrize(
    ("held", "missing"),
    [
        ({}, "group, person, searched"),
        ({"stop": {"group", "searched"}}, "person"),
        ({"stop": {"person", "group"}, "arrest": {"searched"}}, "searched"),
    ],
)
def test_it_names_the_columns_to_ask_for(held, missing):
    columns = {event: frozenset(names) for event, names in held.items()}
    nothing = (frozenset(),) * 7
    inventory = Inventory(*nothing, places=1, months=1, row_columns=columns)
    assert SIGNAL.lacks(inventory, PerceivedEthnicityOptions()).values == {"columns": missing}


def test_it_speaks_where_all_columns_hold_values():
    for outcome in ("searched", "booked", "cited"):
        held = {"stop": frozenset({"group", "person", outcome})}
        inventory = Inventory(*(frozenset(),) * 7, places=1, months=1, row_columns=held)
        assert SIGNAL.lacks(inventory, PerceivedEthnicityOptions()) is None


def test_it_declares_the_personal_columns_that_it_reads():
    rows = SIGNAL.view(PerceivedEthnicityOptions()).rows
    assert rows.personal == ("person", "officer")
    assert not {"person", "officer"} & set(rows.keys)


def by_officers(seed: int, told: float = 1.0) -> tuple:
    """300 persons met four times by four officers: who searches more, writes Hispanic down more often."""
    rng = np.random.default_rng(seed)
    rows = []
    for person in range(300):
        for officer in rng.integers(0, 4, 4).tolist():
            group = "hispanic" if rng.random() < (0.2, 0.4, 0.6, 0.8)[officer] else "white"
            searched = int(rng.random() < (0.1, 0.2, 0.3, 0.4)[officer])
            rows.append((person, group, searched, 1, "", "48453", officer if rng.random() < told else -1))
    return tuple(rows)


def test_officers_who_search_and_write_alike_are_held_fixed():
    """No officer searches the one group more; without the officers the difference is called, with them it is not."""
    found = [measure(cells(*by_officers(1, told))) for told in (0.4, 1.0)]
    blind, held = found
    assert blind.p_greater[0, 0] < 0.01
    assert blind.low[0, 0] > 1
    assert held.p_greater[0, 0] > 0.05
    assert held.low[0, 0] < 1 < held.high[0, 0]
    assert blind.estimate[0, 0] == held.estimate[0, 0], "the estimate is the persons' own"
    named = [panel.notes["perceived-ethnicity.caveat-officers"][0, 0] for panel in found]
    unnamed = [panel.notes["perceived-ethnicity.caveat-no-officers"][0, 0] for panel in found]
    assert (named, unnamed) == ([False, True], [True, False])
    assert np.isnan(blind.extra["gap_officers"][0, 0])
    assert abs(held.extra["gap_officers"][0, 0]) < blind.extra["gap"][0, 0]


def test_officers_who_tell_the_perception_leave_nothing_to_call():
    """Each officer writes one group down, always."""
    rows = [
        (person, ("hispanic", "white")[officer], int(person % 4 == 0 and officer == 0), 1, "", "48453", officer)
        for person in range(200)
        for officer in (0, 1)
    ]
    panel = measure(cells(*rows))
    assert panel.estimate[0, 0] == np.inf
    assert panel.p_greater[0, 0] == 1
    assert panel.low[0, 0] == 0
    assert panel.notes["perceived-ethnicity.caveat-officers-tell"][0, 0]


def blanks(*occasions: tuple[int, int, int], group: str = "unknown") -> tuple:
    return tuple((person, group, searched, n) for person, searched, n in occasions)


def test_occasions_of_unrecorded_group_bound_the_ratio():
    """Every way to fill them in, one by one: the smallest and the largest ratio are the ends.

    Persons 900 and 901 were seen by nobody as of both groups, but could have been; 902 and 950 could not. Person 15 has
    two such occasions alike, so there are 2^5 x 3 ways.
    """
    given = (*pairs(6, 4, 3, 5), (900, "hispanic", 1, 2), (901, "white", 0, 1), (902, "hispanic", 0, 1))
    lost = ((0, 1, 1), (7, 1, 1), (900, 0, 1), (901, 1, 1), (901, 0, 1), (15, 0, 2))
    panel = measure(cells(*given, *blanks(*lost, (950, 1, 1))))
    ratios = []
    for ways in itertools.product(("hispanic", "white"), repeat=5):
        filled = [(person, way, hit, 1) for (person, hit, _), way in zip(lost[:5], ways, strict=True)]
        for pair in itertools.combinations_with_replacement(("hispanic", "white"), 2):
            more = [(15, way, 0, 1) for way in pair]
            ratios.append(measure(cells(*given, *filled, *more)).estimate[0, 0])
    low, high = (ends[0, 0] for ends in panel.ranges["missing-group"])
    assert (low, high) == pytest.approx((min(ratios), max(ratios)), rel=1e-12)
    assert low < panel.estimate[0, 0] < high


def test_few_occasions_of_unrecorded_group_are_not_told():
    many = [(person, person % 2, 1) for person in range(60)]
    panel = measure(cells(*pairs(), *blanks(*many)))
    assert not panel.range_hidden[0, 0]
    assert 0 < panel.ranges["missing-group"][0][0, 0] < panel.estimate[0, 0]
    assert measure(cells(*pairs(), *blanks(*many[:16]))).range_hidden[0, 0]
    assert measure(cells(*pairs(), *blanks(*many[:16]), published=(True,))).range_hidden[0, 0] == False  # noqa: E712
    assert np.isnan(measure(cells(*pairs())).ranges["missing-group"][0][0, 0])


def test_two_places_have_ranges_of_their_own():
    other = [(*row[:4], "", "48201") for row in pairs(start=500)]
    lost = [(person, "unknown", person % 2, 1, "", "48201") for person in range(500, 560)]
    panel = measure(cells(*pairs(), *other, *lost, places=("48453", "48201")))
    alone = measure(cells(*other, *lost, places=("48201",)))
    ends = panel.ranges["missing-group"]
    assert np.isnan(ends[0][0, 0])
    assert [end[1, 0] for end in ends] == [end[0, 0] for end in alone.ranges["missing-group"]]
