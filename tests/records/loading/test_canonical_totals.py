"""Totals rows: bad-inputs.md, cases 54-56 and 121. By label and by arithmetic; nothing is counted twice."""

import pytest

from auditor.errors import DecisionNeeded

HEAD = "place,state,period,event,group,n\n"


def places(*rows: str) -> str:
    """Rows of ``place,state,n``: arrests of 2011, no group."""
    lines = (row.rsplit(",", 1) for row in rows)
    return HEAD + "".join(f"{place},2011,arrest,,{n}\n" for place, n in lines)


def groups(*rows: str) -> str:
    """Rows of ``group,n``: arrests in Travis County, 2011."""
    return HEAD + "".join(f"48453,,2011,arrest,{row}\n" for row in rows)


@pytest.mark.parametrize(
    "label",
    ["Total", "TOTAL:", "Grand total", "All agencies", "Statewide", "Totals", "All", "Total 2011", "Total FY2011"],
)
def test_a_total_that_equals_the_rows_is_set_aside(loading, label):
    loaded = loading.one(places("48453,,10", "48201,,30", f"{label},,40"), published=True)
    assert loading.rows(loaded, "place, n") == [("48453", 10), ("48201", 30)]
    assert loading.steps(loaded) == {"totals row": (1, False, "4")}
    assert "equals the sum of the other rows (n 40 against 40)" in loading.notes(loaded)


def test_a_total_that_differs_is_set_aside_with_both_numbers(loading):
    loaded = loading.one(places("48453,,10", "48201,,30", "Total,,400"), published=True)
    assert loading.steps(loaded) == {"totals row": (1, False, "4")}
    assert "larger than the rows supplied (n 400 against 40); set aside" in loading.notes(loaded)


@pytest.mark.parametrize("label", ["Nationwide", "United States", "National total", "U.S. Total"])
def test_a_nationwide_total_larger_than_the_rows_becomes_us(loading, label):
    loaded = loading.one(places("48453,,10", "06037,,30", f"{label},,4000"))
    assert loading.rows(loaded, "place, n") == [("48453", 10), ("06037", 30), ("US", 4000)]
    assert "kept as the place US" in loading.notes(loaded)


def test_a_nationwide_total_that_equals_the_rows_is_set_aside(loading):
    loaded = loading.one(places("48453,,10", "06037,,30", "Nationwide,,40"))
    assert loading.steps(loaded) == {"totals row (nation)": (1, False, "4")}


def test_a_nationwide_total_smaller_than_the_rows_is_a_question(loading):
    spec = loading.spec(places("48453,,10", "06037,,30", "Nationwide,,20"))
    (problem,) = loading.error(DecisionNeeded, spec).problems
    assert (problem.row, problem.column) == (4, "place")
    assert "smaller than the rows that it should hold: n 20 against 40" in problem.found
    loaded = loading.one(places("48453,,10", "06037,,30", "Nationwide,,20"), totals="exclude")
    assert loading.rows(loaded, "place") == [("48453",), ("06037",)]


def test_a_place_called_us_is_the_nation_without_more(loading):
    loaded = loading.one(places("48453,,10", "US,,10"))
    assert loading.rows(loaded, "place") == [("48453",), ("US",)]


def test_subtotals_of_states_by_label_and_the_grand_total_after_them(loading):
    """Case 55: 10 + 30 in Texas, 5 + 6 in Georgia, 51 in all."""
    loaded = loading.one(
        places(
            "48453,TX,10", "48201,TX,30", "Texas Total,TX,40", "13121,GA,5", "13089,GA,6", "Total,GA,11", "Total,,51"
        ),
        published=True,
    )
    assert [row[0] for row in loading.rows(loaded, "place")] == ["48453", "48201", "13121", "13089"]
    assert loading.steps(loaded) == {
        "totals row (Texas)": (1, False, "4"),
        "totals row (Georgia)": (1, False, "7"),
        "totals row": (1, False, "8"),
    }
    assert "the total equals the sum of the other rows (n 51 against 51)" in loading.notes(loaded)


def test_a_state_row_that_equals_its_counties_is_a_subtotal(loading):
    loaded = loading.one(places("48453,TX,10", "48201,TX,30", "Texas,TX,40"))
    assert loading.steps(loaded) == {"subtotal of a state beside its counties (Texas)": (1, False, "4")}


def test_a_state_row_that_does_not_stays_a_state(loading):
    loaded = loading.one(places("48453,TX,10", "48201,TX,30", "Texas,TX,400"), published=True)
    assert loading.rows(loaded, "place, n") == [("48453", 10), ("48201", 30), ("48", 400)]
    assert "kept as a state (n 400 against 40)" in loading.notes(loaded)


def test_states_alone_are_places(loading):
    loaded = loading.one(places("TX,,10", "GA,,30", "Total,,40"))
    assert loading.rows(loaded, "place") == [("48",), ("13",)]


def test_a_total_without_a_label_is_found_by_arithmetic(loading):
    loaded = loading.one(places("48453,,10", "48201,,30", ",,40"))
    assert loading.steps(loaded) == {"totals row (no label, equals the sum of the others)": (1, False, "4")}
    other = loading.one(places("48453,,10", "48201,,30", ",,41"))
    assert loading.steps(other) == {"place is blank": (1, True, "4")}


def test_a_total_under_another_name_is_a_question(loading):
    text = "place,period,event,n\n" + "".join(
        f"{place},2011,arrest,{n}\n" for place, n in (("1", 50), ("2", 40), ("3", 30), ("Citywide", 120))
    )
    spec = loading.spec(text, place_prefix="local:")
    (problem,) = loading.error(DecisionNeeded, spec).problems
    assert problem.row == 5
    assert problem.found == "the figures of local:Citywide (120) are the sum of all the other rows"
    loaded = loading.one(text, place_prefix="local:", places={"Citywide": "exclude"})
    assert loading.rows(loaded, "n") == [(50,), (40,), (30,)]
    kept = loading.one(text, place_prefix="local:", totals="keep")
    assert len(loading.rows(kept, "n")) == 4


def test_a_total_with_nothing_to_sum_is_a_question(loading):
    problem = loading.problem(DecisionNeeded, places("Total,,40"))
    assert problem.found == "a total without the rows that it sums"


def test_the_configuration_may_say_whose_total_it_is(loading):
    loaded = loading.one(places("48453,,10", "48201,,30", "Total,,400"), places={"Total": "US"})
    assert loading.rows(loaded, "place, n") == [("48453", 10), ("48201", 30), ("US", 400)]


def test_a_group_total_that_equals_its_parts(loading):
    loaded = loading.one(groups("hispanic,4", "white,6", "Total,10"))
    assert loading.rows(loaded, '"group", n') == [("hispanic", 4), ("white", 6)]
    assert loading.steps(loaded) == {"totals row (group)": (1, False, "4")}


def test_a_group_total_off_by_less_than_a_percent_is_noted(loading):
    """18F/crime-data-explorer 74: 813 against 811 is 0.25 % (case 56)."""
    loaded = loading.one(groups("hispanic,400", "white,411", "Total,813"), published=True)
    assert loading.steps(loaded) == {"totals row (group)": (1, False, "4")}
    assert "row 4: the total says 813, its parts sum to 811" in loading.notes(loaded)


def test_a_group_total_off_by_more_is_a_question(loading):
    text = groups("hispanic,400", "white,411", "Total,830")
    error = loading.error(DecisionNeeded, loading.spec(text))
    (problem,) = error.problems
    assert (problem.row, problem.column) == (4, "group")
    assert "row 4: the total says 830, its parts sum to 811" in problem.found
    assert 'totals = "exclude"' in error.toml
    assert loading.rows(loading.one(text, totals="exclude"), "n") == [(400,), (411,)]


def test_a_group_total_within_the_interval_of_suppressed_parts(loading):
    loaded = loading.one(groups("hispanic,40", "white,<11", "Total,47"))
    assert "1 total of n equal to the sum of the parts" in loading.notes(loaded)


def test_a_total_without_parts_is_the_figure_for_all(loading):
    loaded = loading.one(groups("Total,10"))
    assert loading.rows(loaded, '"group", n') == [(None, 10)]
    assert "kept, with group blank" in loading.notes(loaded)


def test_totals_of_totals(loading):
    """Group totals within places and a total place: the cross total is set aside once, with its own parts."""
    rows = [
        f"{place},,2011,arrest,{group},{n}\n"
        for place, cells in (("48453", (4, 6, 10)), ("48201", (1, 2, 3)), ("Total", (5, 8, 13)))
        for group, n in zip(("hispanic", "white", "Total"), cells, strict=True)
    ]
    loaded = loading.one(HEAD + "".join(rows))
    assert loading.rows(loaded, "n") == [(4,), (6,), (1,), (2,)]
    assert {reason: step[0] for reason, step in loading.steps(loaded).items()} == {
        "totals row (group)": 3,
        "totals row": 2,
    }


def test_a_baseline_of_some_groups_may_have_a_larger_total(loading):
    loaded = loading.one("place,group,n\n48453,hispanic,40\n48453,Total,100\n", published=True)
    assert loading.rows(loaded, '"group", n', "population") == [("hispanic", 40.0)]
    assert "the total says 100, its parts sum to 40" in loading.notes(loaded)
