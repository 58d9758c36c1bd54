"""Operation days: which days and officers are compared, when nothing can be said, and what is never printed."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from auditor.audit.api import audit
from auditor.cells import Cells, Inventory, RowTable, table
from auditor.signals.signal import Design, Panel
from auditor.signals.visibility.operation_days import SIGNAL, OperationDaysOptions
from auditor.stats.days.randomisation import randomise_days

KEYS = ("event", "group", "group_source")
FRIDAY = np.datetime64("2008-01-04")
FAST = {"draws": 999}


def cells(*rows, places=("04013",), focal=("hispanic",), **more) -> Cells:
    """Rows of (week, group, n), then by name what differs from the usual."""
    given = {"declared": 0, "marked": -1, "officer": -1, "agency": "Sheriff", "place": places[0], "day": None}
    full = [(*row[:3], given | (row[3] if len(row) > 3 else {})) for row in rows]
    columns = {
        "event": np.array(["stop"] * len(full), dtype=object),
        "group": np.array([row[1] for row in full], dtype=object),
        "group_source": np.array([""] * len(full), dtype=object),
        "agency": np.array([row[3]["agency"] for row in full], dtype=object),
        "day": np.array([FRIDAY + 7 * row[0] if row[3]["day"] is None else row[3]["day"] for row in full]),
        "in_operation": np.array([row[3]["marked"] for row in full], dtype=np.int64),
        "operation_day": np.array([row[3]["declared"] for row in full], dtype=np.int64),
        "officer_code": np.array([row[3]["officer"] for row in full], dtype=np.int64),
    }
    index = np.array([places.index(row[3]["place"]) for row in full], dtype=np.int64)
    nobody = ("",) * len(places)
    return Cells(
        places, places, nobody, nobody, table([], places, KEYS), table([], places, ("universe", "group")), (),
        table([], (), KEYS), focal, "white",
        rows=RowTable(index, columns, np.array([float(row[2]) for row in full])), **more,
    )  # fmt: skip


WEEKS = (
    (0, 4, 18),
    (1, 5, 16),
    (2, 22, 30),
    (3, 3, 17),
    (4, 6, 20),
    (10, 5, 15),
    (11, 20, 25),
    (12, 4, 16),
    (13, 5, 18),
)
OPERATIONS = (2, 11)


def fridays(weeks=WEEKS, group="hispanic", other="white", **more):
    """Stops of two groups on Fridays; those of weeks 2 and 11 are declared."""
    rows = []
    for week, focal, reference in weeks:
        facts = {"declared": int(week in OPERATIONS)} | more
        rows += [(week, group, focal, facts), (week, other, reference, facts)]
    return tuple(rows)


def measure(found: Cells, **options) -> Panel:
    return SIGNAL.measure(found, OperationDaysOptions(**(FAST | options)), np.random.default_rng(1))


def reason(panel: Panel, j: int = 0, c: int = 0) -> str:
    return panel.lacks[int(panel.code[j, c]) - 1].reason


def test_fridays():
    """42 of 97 on two operation days, 32 of 152 on seven others; strata of 5 and 4 days, 20 exchanges.

    What the days come to is `randomise_days`, tested apart; both operation days have the largest share of their
    stratum, so that the exact p is 1/20.
    """
    panel = measure(cells(*fridays()))
    assert [contrast.key for contrast in panel.contrasts] == ["hispanic/white/all-officers"]
    assert (panel.k[0, 0], panel.n[0, 0]) == (42, 97)
    assert (panel.extra["ordinary_focal"][0, 0], panel.extra["ordinary_stops"][0, 0]) == (32, 152)
    assert panel.p_greater[0, 0] == panel.least_p[0, 0] == pytest.approx(1 / 20)
    focal, reference = np.array([row[1] for row in WEEKS]), np.array([row[2] for row in WEEKS])
    on = np.isin([row[0] for row in WEEKS], OPERATIONS)
    wanted = randomise_days(focal, focal + reference, on, np.repeat([0, 1], [5, 4]))
    assert panel.estimate[0, 0] == pytest.approx(np.exp(wanted.log_odds_ratio), rel=1e-9)
    assert panel.given[0, 0]
    assert panel.testable[0, 0]
    assert (panel.extra["operation_days"][0, 0], panel.extra["ordinary_days"][0, 0]) == (2, 7)


def test_the_screen_and_the_difference_read_the_same_odds_ratio():
    panel = measure(cells(*fridays()))
    share, base = panel.k[0, 0] / panel.n[0, 0], panel.base[0, 0]
    assert share / (1 - share) / (base / (1 - base)) == pytest.approx(panel.estimate[0, 0], rel=1e-9)
    assert panel.absolute[0, 0] == round(1000 * (share - base))
    assert panel.comparator[0, 0] == pytest.approx(32 / 152)


def test_other_weekdays_and_far_weeks_are_no_ordinary_days():
    more = (
        (0, "hispanic", 500, {"day": FRIDAY + 7 * 2 + 1}), (0, "white", 500, {"day": FRIDAY + 7 * 2 + 1}),
        (30, "hispanic", 500), (30, "white", 500),
    )  # fmt: skip
    one, other = measure(cells(*fridays())), measure(cells(*fridays(), *more))
    for name in ("k", "n", "estimate", "p_greater", "comparator_n"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_a_day_is_one_of_its_own_agency():
    """The Police of the same place had no operation: nothing of theirs is compared."""
    one = measure(cells(*fridays()))
    police = tuple((*row[:3], {"agency": "Police"}) for row in fridays())
    both = measure(cells(*fridays(), *police))
    np.testing.assert_array_equal(one.n, both.n)
    np.testing.assert_array_equal(one.comparator_n, both.comparator_n)


def test_a_marked_row_makes_the_day():
    rows = [(*row[:3], {"marked": int(row[3]["declared"])}) for row in fridays()]
    np.testing.assert_array_equal(measure(cells(*rows)).estimate, measure(cells(*fridays())).estimate)
    # One marked row is enough; the day's other stops count with it.
    single = [(*row[:3], {"marked": -1}) for row in fridays()] + [(w, "black", 1, {"marked": 1}) for w in OPERATIONS]
    np.testing.assert_array_equal(measure(cells(*single)).n, measure(cells(*fridays())).n)


def two_officers(second_on_operations=True):
    """Officer 1 as above; officer 2 stops twice as many, mostly Hispanic people, on operations only or every week."""
    rows = list(fridays(officer=1))
    for week, focal, reference in WEEKS:
        on = week in OPERATIONS
        if on or not second_on_operations:
            facts = {"declared": int(on), "officer": 2}
            rows += [(week, "hispanic", 2 * reference, facts), (week, "white", focal, facts)]
    return tuple(rows)


def test_officers_are_held_against_themselves():
    """Officer 2 works on operations only: compared with nobody, and part of the comparison beside it."""
    panel = measure(cells(*two_officers()))
    assert [contrast.label for contrast in panel.contrasts] == ["same-officers", "all-officers"]
    alone = measure(cells(*fridays()))
    assert panel.estimate[0, 0] == pytest.approx(alone.estimate[0, 0], rel=1e-9)
    assert panel.estimate[0, 1] > 2 * panel.estimate[0, 0]
    assert panel.preferred[0].tolist() == [True, False]
    assert panel.notes["operation-days.caveat-officers"][0].tolist() == [False, True]


def test_on_marked_days_only_officers_who_took_part_count():
    """Officer 2 worked on those Fridays too, but no row of his is marked."""
    rows = []
    for week, group, n, facts in two_officers(second_on_operations=False):
        mine = {"marked": int(facts["declared"] and facts["officer"] == 1), "officer": facts["officer"]}
        rows.append((week, group, n, mine))
    panel = measure(cells(*rows))
    assert (panel.k[0, 0], panel.n[0, 0]) == (42, 97)
    assert panel.n[0, 1] > 97


def test_officers_of_operation_days_alone_are_compared_with_nobody():
    rows = [(*row[:3], row[3] | {"officer": 1 + row[3]["declared"]}) for row in fridays()]
    panel = measure(cells(*rows))
    assert reason(panel) == "operation-days.no-overlap"
    assert panel.preferred[0].tolist() == [True, False]
    assert panel.code[0, 1] == 0


def test_places_without_officers_are_compared_by_all_stops():
    found = cells(*two_officers(), *fridays(place="04021"), places=("04013", "04021"))
    panel = measure(found)
    assert reason(panel, 1, 0) == "operation-days.no-officers"
    assert panel.preferred.tolist() == [[True, False], [False, True]]
    assert panel.entered[1].tolist() == [False, True]


def test_no_declared_day():
    rows = [(*row[:3], {}) for row in fridays()]
    assert reason(measure(cells(*rows))) == "operation-days.no-operation"


def test_no_ordinary_day_near_by():
    only = tuple(row for row in fridays() if row[3]["declared"])
    assert reason(measure(cells(*only))) == "operation-days.no-match"


def test_one_group_only():
    rows = tuple(row for row in fridays() if row[1] == "hispanic")
    assert reason(measure(cells(*rows))) == "operation-days.one-group"


def test_both_groups_never_on_matched_days():
    """White people were stopped only on a Saturday."""
    rows = tuple((0, "white", 5, {"day": FRIDAY + 1}) if row[1] == "white" else row for row in fridays())
    assert reason(measure(cells(*rows))) == "operation-days.no-overlap"


def test_months_without_days():
    rows = [(*row[:3], {"day": np.datetime64("NaT")}) for row in fridays()]
    assert reason(measure(cells(*rows))) == "operation-days.undated"


def test_groups_that_are_mostly_unrecorded():
    more = tuple((week, "unknown", 30, {"declared": int(week in OPERATIONS)}) for week, _, _ in WEEKS)
    panel = measure(cells(*fridays(), *more))
    assert reason(panel) == "operation-days.unrecorded"
    fewer = tuple((*row[:2], 10, row[3]) for row in more)
    panel = measure(cells(*fridays(), *fewer))
    assert panel.code[0, 0] == 0
    # 9 days of 10 beside 97 and 152.
    assert panel.missing["group"][0, 0] == pytest.approx(90 / (97 + 152 + 90))


def test_a_suppressed_number_says_nothing():
    found = cells(*fridays())
    censored = np.zeros(len(found.rows.n), dtype=bool)
    censored[2] = True
    panel = measure(dataclasses.replace(found, rows=dataclasses.replace(found.rows, censored=censored)))
    assert reason(panel) == "operation-days.suppressed"


def test_a_place_without_rows_is_absent():
    panel = measure(cells(*fridays(), places=("04013", "04021")))
    assert reason(panel, 1) == "operation-days.absent"
    assert panel.code[0, 0] == 0


def test_one_operation_cannot_be_told_from_chance():
    """Five Fridays, one an operation: five exchanges, so that p is never below .2."""
    panel = measure(cells(*fridays(WEEKS[:5])))
    assert panel.code[0, 0] == 0
    assert not panel.testable[0, 0]
    assert (panel.low[0, 0], panel.high[0, 0]) == (0, np.inf)
    assert np.isinf(panel.extra["detectable"][0, 0])
    assert not panel.notes["operation-days.caveat-detectable"][0, 0]


def three_days(start: int):
    """Friday, Saturday and Sunday of nine weeks; those of week 4 are one operation."""
    rows = []
    for week in range(9):
        for later in range(3):
            day, on = FRIDAY + 7 * week + later, int(week == 4)
            facts = {"day": day, "declared": on}
            rows += [(0, "hispanic", 30 if on else start + week % 3, facts), (0, "white", 40, facts)]
    return tuple(rows)


def test_an_operation_of_three_days_is_one_and_cannot_be_told_from_chance():
    """Day by day there would be 9^3 = 729 ways; a weekend is one of nine, and 1/9 is above .05."""
    panel = measure(cells(*three_days(8)))
    assert panel.code[0, 0] == 0
    assert panel.extra["assignments"][0, 0] == 9
    assert panel.extra["operation_days"][0, 0] == 3
    assert panel.extra["ordinary_days"][0, 0] == 24
    assert panel.least_p[0, 0] == pytest.approx(1 / 9)
    assert not panel.testable[0, 0]


def test_a_group_stopped_on_operations_alone_has_no_upper_limit():
    rows = tuple((w, f if w in OPERATIONS else 0, r) for w, f, r in WEEKS)
    panel = measure(cells(*(row for row in fridays(rows) if row[2])))
    assert np.isinf(panel.estimate[0, 0])
    assert np.isinf(panel.high[0, 0])
    assert 0 < panel.base[0, 0] < 1
    assert np.isfinite(panel.base_error[0, 0])
    assert np.isfinite(panel.absolute[0, 0])


@pytest.mark.parametrize("change", [{2: (4, 30), 11: (3, 25)}, {2: (22, 4), 11: (20, 5)}])
def test_small_counts_are_hidden(change):
    weeks = tuple((w, *change.get(w, (f, r))) for w, f, r in WEEKS)
    assert measure(cells(*fridays(weeks))).hidden[0, 0]
    assert not measure(cells(*fridays(weeks), published=(True,))).hidden[0, 0]


def test_stops_that_are_left_over_are_not_given_away():
    """Five stops of Hispanic people on a Saturday: all of them less those compared would be five."""
    more = ((0, "hispanic", 5, {"day": FRIDAY + 1}),)
    assert measure(cells(*fridays(), *more)).hidden[0, 0]
    assert not measure(cells(*fridays(), (0, "hispanic", 50, {"day": FRIDAY + 1}))).hidden[0, 0]


def test_two_comparisons_never_give_a_few_stops_away():
    """Officer 2 stopped five people on one operation day: the two comparisons would differ by them."""
    left = (0, "hispanic", 50, {"day": FRIDAY + 1, "officer": 1})
    few = ((2, "hispanic", 5, {"declared": 1, "officer": 2}), left)
    panel = measure(cells(*fridays(officer=1), *few))
    assert panel.hidden[0].tolist() == [False, True]
    assert not measure(cells(*fridays(officer=1), *few, published=(True,))).hidden.any()


def test_controls_are_other_groups_and_false_days():
    found = cells(*fridays(), *(row for row in fridays(group="black") if row[1] == "black"))
    control = SIGNAL.controls(found, OperationDaysOptions(**FAST), np.random.default_rng(1))
    assert [contrast.key for contrast in control.contrasts] == ["black/white/same-days", "hispanic/white/false-days"]
    assert not any(contrast.tested for contrast in control.contrasts)
    assert control.estimate[0, 0] == pytest.approx(measure(found).estimate[0, 0], rel=1e-9)
    # False days are the Fridays of weeks 3 and 12: 7 of 40 stops; the true ones are no part of it.
    assert (control.k[0, 1], control.n[0, 1]) == (7, 40)
    assert control.extra["ordinary_stops"][0, 1] == 152 - 40


@pytest.mark.parametrize("seed", range(6))
def test_the_interval_and_the_p_value_agree(seed):
    """The lower limit is above 1 just where the one-sided p is at most .025; 9 x 9 x 9 exchanges."""
    found = SIGNAL.simulate(np.random.default_rng(seed), 0.35, Design(places=40, planted=1.0))
    panel = measure(found)
    some = panel.measured[:, 0]
    assert some.sum() == 5
    np.testing.assert_array_equal(panel.low[some, 0] > 1, panel.p_greater[some, 0] <= 0.025)


@pytest.mark.parametrize(
    ("held", "operated", "reason", "columns"),
    [
        ({}, 1, "no-columns", "date (to the day), group"),
        ({"stop": {"group", "operation"}}, 0, "no-columns", "date (to the day)"),
        ({"stop": {"group", "day"}}, 0, "no-operations", None),
        ({"stop": {"group", "day"}, "arrest": {"operation"}}, 0, "no-operations", None),
    ],
)
def test_it_names_what_to_ask_for(held, operated, reason, columns):
    named = {event: frozenset(names) for event, names in held.items()}
    inventory = Inventory(*(frozenset(),) * 7, places=1, months=1, row_columns=named, operated=operated)
    lack = SIGNAL.lacks(inventory, OperationDaysOptions())
    assert lack.reason == f"operation-days.{reason}"
    assert lack.values == ({"columns": columns} if columns else {})


@pytest.mark.parametrize(("columns", "operated"), [({"group", "day", "operation"}, 0), ({"group", "day"}, 1)])
def test_it_speaks_where_operations_are_marked_or_declared(columns, operated):
    held = {"stop": frozenset(columns)}
    inventory = Inventory(*(frozenset(),) * 7, places=1, months=1, row_columns=held, operated=operated)
    assert SIGNAL.lacks(inventory, OperationDaysOptions()) is None


def test_it_declares_the_one_personal_column_that_it_reads():
    rows = SIGNAL.view(OperationDaysOptions()).rows
    assert rows.personal == ("officer",)
    assert "officer" not in rows.keys


def test_days_declared_in_a_table_reach_the_review(tmp_path: Path):
    """The Fridays above as two files: the sentence states both shares, and no badge is in the review."""
    lines = ["place,event,date,group,agency,officer"]
    for week, focal, reference in WEEKS:
        for group, n in (("hispanic", focal), ("white", reference)):
            lines += [f"04013,stop,{FRIDAY + 7 * week},{group},Sheriff,KANARIE7"] * n
    (tmp_path / "stops.csv").write_text("\n".join(lines) + "\n")
    days = "".join(f"04013,{FRIDAY + 7 * week},SHERIFF\n" for week in OPERATIONS)
    (tmp_path / "days.csv").write_text(f"place,date,agency\n{days}")
    sources = [{"format": "records", "path": "stops.csv"}, {"format": "operations", "path": "days.csv"}]
    review = audit({"audit": {"title": "T", "as_of": date(2009, 6, 30)}, "sources": sources}, tmp_path)
    (first, second) = [f for f in review.place("04013").findings if f.signal == "operation-days"]
    assert (first.contrast, first.k, first.n, first.comparator.n) == ("hispanic/white/same-officers", 42, 97, 152)
    assert second.contrast == "hispanic/white/all-officers"
    text = first.sentence.text["en"]
    assert text.startswith("On 2 days of an operation, 42 of 97 stops of Hispanic or non-Hispanic White people")
    assert "On 7 ordinary days matched to them, 32 of 152 were: 21.1 %." in text
    assert first.estimate.scale == "odds-ratio"
    assert not first.tested
    assert "KANARIE" not in review.to_json()


def blanks(on: int, off: int, group: str = "unknown") -> tuple:
    """Stops of unrecorded group on the two operation days and on two ordinary ones."""
    days = ((2, on - on // 3), (11, on // 3), (1, off - off // 4), (12, off // 4))
    return tuple((week, group, n, {"declared": int(week in OPERATIONS)}) for week, n in days)


@pytest.mark.parametrize("officer", [-1, 3])
def test_stops_of_unrecorded_group_bound_the_ratio(officer):
    """The ends are what the signal says of the same rows with the blanks filled in."""
    given = fridays(officer=officer)
    lost = [(*row[:3], row[3] | {"officer": officer}) for row in blanks(24, 30)]
    panel = measure(cells(*given, *lost))
    sides = {True: ("hispanic", "white"), False: ("white", "hispanic")}
    low, high = panel.ranges["missing-group"]
    for up, ends in ((False, low), (True, high)):
        filled = [(week, sides[up][0 if week in OPERATIONS else 1], n, facts) for week, _, n, facts in lost]
        assert ends[0, 0] == pytest.approx(measure(cells(*given, *filled)).estimate[0, 0], rel=1e-8)
    assert low[0, 0] < panel.estimate[0, 0] < high[0, 0]
    assert not panel.range_hidden.any()
    none = measure(cells(*given))
    assert np.isnan(none.ranges["missing-group"][0]).all()


@pytest.mark.parametrize(("on", "off", "hidden"), [(24, 30, False), (8, 30, True), (24, 8, True), (0, 30, False)])
def test_few_stops_of_unrecorded_group_are_not_told(on, off, hidden):
    panel = measure(cells(*fridays(), *blanks(on, off)))
    assert panel.range_hidden[0, 0] == hidden
    assert panel.code[0, 0] == 0


def test_a_side_that_could_be_empty_leaves_the_range_open():
    """All blanks of operation days given to the reference group leave a ratio that may be as small as it likes."""
    weeks = [(week, 0 if week in OPERATIONS else focal, other) for week, focal, other in WEEKS]
    panel = measure(cells(*fridays(weeks), *blanks(24, 30)))
    assert panel.ranges["missing-group"][0][0, 0] == panel.estimate[0, 0] == 0
    assert 0 < panel.ranges["missing-group"][1][0, 0] < np.inf
