"""Secure Communities statistics: one row becomes several counts, levels and totals agree, unions where they must.

Travis TX, 594 of 724 removals without a conviction, and Georgia, 243 of 624, are published figures (counts rounded
from the percentages of the Associated Press, 2010); all other numbers are made up here and summed by hand.
"""

from datetime import date

import pytest

from auditor.errors import DecisionNeeded
from auditor.records.adapters.interoperability import ADAPTER
from auditor.records.columns import find_columns

HEAD = "state,jurisdiction,county_fips,activation_date,period_start,period_end,cumulative,"
TAIL = "2009-06-16,2009-06-16,2010-06-30,true"
WHAT = "event, level, n, n_low, n_high"


def row(figures: str, values: str, who: str = "TX,Travis,48453") -> str:
    return f"{HEAD}{figures}\n{who},{TAIL},{values}\n"


def test_a_total_and_one_level_leave_a_union(loading):
    loaded = loading.one(row("removed,removed_none", "724,594"))
    assert loading.rows(loaded, WHAT) == [
        ("removal", "1/2/3", 130, None, None),
        ("removal", "none", 594, None, None),
    ]
    assert "removed: 1 row with a total and some levels; the rest is level 1/2/3" in loading.notes(loaded)


def test_everything_that_a_row_says(loading):
    figures = (
        "submissions,matches,matches_l1,matches_l2,matches_l3,matches_none,booked,removed,level_regime,level_basis"
    )
    loaded = loading.one(row(figures, "1000,100,10,20,30,40,25,12,conviction-based,charge"))
    assert loading.rows(loaded, 'event, level, n, level_regime, level_basis, cumulative, start, "end"') == [
        (event, level, n, *regime, True, date(2009, 6, 16), date(2010, 6, 30))
        for event, level, n, regime in [
            ("custody", None, 25, ("conviction-based", "charge")),
            ("match", "1", 10, ("conviction-based", "charge")),
            ("match", "2", 20, ("conviction-based", "charge")),
            ("match", "3", 30, ("conviction-based", "charge")),
            ("match", "none", 40, ("conviction-based", "charge")),
            ("removal", None, 12, ("conviction-based", "charge")),
            ("submission", None, 1000, (None, None)),
        ]
    ]
    assert loading.rows(loaded, "place, program, kind, date", "activations") == [
        ("48453", "secure-communities", "activated", date(2009, 6, 16))
    ]
    assert loaded.sources[0].ledger.used == 1


def test_a_missing_total_is_the_sum_of_its_levels(loading):
    loaded = loading.one(row("removed_l1,removed_l2,removed_l3,removed_none", "1,2,3,4"))
    assert sum(n for (n,) in loading.rows(loaded, "n")) == 10


def test_levels_off_by_more_than_a_percent_are_a_question(loading):
    text = row("matches,matches_l1,matches_l2,matches_l3,matches_none", "120,10,20,30,40")
    error = loading.error(DecisionNeeded, loading.spec(text))
    (problem,) = error.problems
    assert (problem.row, problem.column) == (2, "matches")
    assert "row 2: total 120, levels 100" in problem.found
    assert 'totals = "exclude"' in error.toml
    loaded = loading.one(text, totals="exclude")
    assert sum(n for (n,) in loading.rows(loaded, "n")) == 100


def test_levels_off_by_less_are_used_with_a_note(loading):
    text = row("matches,matches_l1,matches_l2,matches_l3,matches_none", "1001,100,200,300,400")
    loaded = loading.one(text, published=True)
    assert sum(n for (n,) in loading.rows(loaded, "n")) == 1000
    assert "row 2: total 1,001, levels 1,000" in loading.notes(loaded)


def test_some_levels_above_their_total_are_a_question(loading):
    problem = loading.problem(DecisionNeeded, row("removed,removed_none", "594,724"))
    assert "row 2: total 594, levels 724" in problem.found


def test_suppressed_levels_make_the_rest_an_interval(loading):
    """100 in all, 40 at level 1, fewer than 11 at level 2: 50 to 60 are left for level 3 and none."""
    loaded = loading.one(row("matches,matches_l1,matches_l2", "100,40,<11"))
    assert loading.rows(loaded, WHAT) == [
        ("match", "1", 40, None, None),
        ("match", "2", None, 0, 10),
        ("match", "3/none", None, 50, 60),
    ]


def test_a_blank_figure_is_absent(loading):
    loaded = loading.one(row("submissions,matches,removed", "500,,"))
    assert loading.rows(loaded, WHAT) == [("submission", None, 500, None, None)]


def test_a_row_without_figures_still_gives_its_activation(loading):
    loaded = loading.one(row("submissions,matches", ","))
    assert loading.rows(loaded, "n") == []
    assert loading.rows(loaded, "date", "activations") == [(date(2009, 6, 16),)]
    assert loaded.sources[0].ledger.used == 1


def test_a_row_that_says_nothing(loading):
    text = f"{HEAD}submissions,matches\nTX,Travis,48453,,2009-06-16,2010-06-30,true,,\n"
    assert loading.steps(loading.one(text)) == {"no figure reported (blank)": (1, False, "2")}


def test_matches_above_submissions_quarantine_the_jurisdiction(loading):
    """Case 57."""
    text = row("submissions,matches", "100,150") + f"GA,Fulton,13121,{TAIL},100,50\n"
    loaded = loading.one(text, published=True)
    assert loading.steps(loaded) == {"matches exceed submissions": (1, True, "2")}
    assert loading.rows(loaded, "place") == [("13121",), ("13121",)]
    assert "48453, 2009-06-16/2010-06-30: matches exceed submissions (150 against 100)" in loading.notes(loaded)
    assert loading.rows(loaded, "place", "activations") == [("13121",)]


def test_removals_above_matches_quarantine_the_jurisdiction(loading):
    loaded = loading.one(row("matches,removed", "100,101"))
    assert loading.steps(loaded) == {"removals exceed matches": (1, True, "2")}


def test_a_window_without_a_start_begins_at_activation(loading):
    text = "county_fips,activation_date,period_end,submissions,matches\n48453,2009-06-16,2010-06-30,100,5\n"
    loaded = loading.one(text)
    assert loading.rows(loaded, "start, cumulative") == [(date(2009, 6, 16), True)] * 2
    assert "1 row without a start taken to begin at the activation date" in loading.notes(loaded)


def test_monthly_rows_are_not_cumulative(loading):
    text = "county_fips,period,submissions,matches\n48453,2010-01,100,5\n48453,2010-02,90,5\n"
    assert loading.rows(loading.one(text), "cumulative") == [(None,)] * 4


def test_windows_before_activation_are_left_out(loading):
    text = (
        "county_fips,activation_date,period,submissions,matches\n"
        "48453,2010-06-16,2010-01,100,5\n"
        "48453,2010-06-16,2010-07,90,4\n"
    )
    loaded = loading.one(text)
    assert loading.steps(loaded) == {"period ends before the activation date": (1, False, "2")}


def test_two_activation_dates_are_noted_and_both_kept(loading):
    """Case 79: neither is preferred."""
    text = (
        "county_fips,activation_date,period,submissions,matches\n"
        "48453,2009-06-16,2010-01,100,5\n"
        "48453,2009-07-01,2010-02,90,4\n"
    )
    loaded = loading.one(text)
    assert loading.rows(loaded, "date", "activations") == [(date(2009, 6, 16),), (date(2009, 7, 1),)]
    assert "48453: 2 dates for secure-communities activated" in loading.notes(loaded)


def test_the_grand_total_of_a_national_table_is_the_nation(loading):
    """Case 121: "Total" over counties of two states, larger than they are."""
    text = (
        row("removed,removed_none", "724,594")
        + f"GA,Fulton,13121,{TAIL},24,3\n,Total,,,2008-10-27,2010-06-30,true,46929,12293\n"
    )
    loaded = loading.one(text)
    assert ("US", "none", 12293) in loading.rows(loaded, "place, level, n")
    assert ("US", "1/2/3", 46929 - 12293) in loading.rows(loaded, "place, level, n")


def test_a_state_given_by_itself_is_a_state(loading):
    later = TAIL.replace("2009-06-16,2010-06-30", "2010-07-01,2010-07-31")
    text = row("removed,removed_none", "624,243", "GA,Georgia,") + f"GA,,,{later},700,300\n"
    loaded = loading.one(text, constants={"cumulative": "false"})
    assert {place for (place,) in loading.rows(loaded, "place")} == {"13"}


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Total Submissions", "submissions"),
        ("Modified submissions", "submissions"),
        ("Alien IDENT Matches", "matches"),
        ("Alien IDENT Matches Level 1", "matches_l1"),
        ("Matches L3", "matches_l3"),
        ("Level 2 Matches", "matches_l2"),
        ("Booked into ICE Custody", "booked"),
        ("Administratively Arrested Level 3", "booked_l3"),
        ("Removals and Returns", "removed"),
        ("Removals and Returns Non-Criminal", "removed_none"),
        ("Non-Criminal Removals", "removed_none"),
        ("Total Removals and Returns", "removed"),
    ],
)
def test_headers_as_people_type_them(header, name):
    assert find_columns([header], ADAPTER.columns) == {name: [0]}


def test_two_columns_that_could_be_matches_are_a_question(loading):
    """Case 108: matches and alien IDENT matches are not the same count."""
    text = "county_fips,period,submissions,IDENT Matches,Alien IDENT Matches\n48453,2010-01,100,9,5\n"
    error = loading.error(DecisionNeeded, loading.spec(text))
    assert "columns 'IDENT Matches' and 'Alien IDENT Matches' could each be matches" in error.problems[0].found
    loaded = loading.one(text, columns={"matches": "Alien IDENT Matches"})
    assert loading.rows(loaded, "event, n") == [("match", 5), ("submission", 100)]


def test_the_latest_cumulative_issue_stands(loading):
    """Two issues are never added: the earlier one is set aside under its reason, and its activation kept once."""
    text = row("submissions,matches", "100,5") + f"TX,Travis,48453,{TAIL.replace('2010-06-30', '2010-12-31')},180,9\n"
    loaded = loading.one(text)
    assert loading.steps(loaded) == {"superseded by a later cumulative issue": (1, False, "2")}
    assert loading.rows(loaded, "event, n") == [("match", 9), ("submission", 180)]
    assert len(loading.rows(loaded, "date", "activations")) == 1


def test_issues_in_two_files_are_not_added_either(loading):
    later = row("submissions,matches", "180,9").replace("2010-06-30", "2010-12-31")
    loaded = loading.load(loading.spec(row("submissions,matches", "100,5"), "a.csv"), loading.spec(later, "b.csv"))
    assert loading.rows(loaded, "event, n") == [("match", 9), ("submission", 180)]
    assert loading.steps(loaded) == {"superseded by a later cumulative issue": (1, False, "2")}


def test_a_partly_superseded_row_is_noted(loading):
    text = row("submissions,matches", "100,5") + f"TX,Travis,48453,{TAIL.replace('2010-06-30', '2010-12-31')},180,\n"
    loaded = loading.one(text)
    assert loading.rows(loaded, "event, n") == [("match", 5), ("submission", 180)]
    assert "1 row used without a part of the figures" in loading.notes(loaded)


def test_a_cumulative_figure_that_falls_is_noted_with_both_values(loading):
    """Case 59."""
    text = row("submissions,matches", "100,9") + f"TX,Travis,48453,{TAIL.replace('2010-06-30', '2010-12-31')},180,7\n"
    notes = loading.notes(loading.one(text, published=True))
    assert "48453: cumulative match went down" in notes
    assert "9 to 2010-06-30, 7 to 2010-12-31 (file.csv, row 3)" in notes


def test_two_issues_of_one_day_that_differ_are_a_question(loading):
    specs = (
        loading.spec(row("submissions,matches", "100,5"), "a.csv"),
        loading.spec(row("submissions,matches", "101,5"), "b.csv"),
    )
    (problem,) = loading.error(DecisionNeeded, *specs).problems
    assert problem.file == "b.csv"
    assert "1 cumulative figure other than in a.csv" in problem.found


def test_a_table_typed_off_the_printed_page(loading):
    """Two header rows, a state line, a page footer, a grand total, a footnote; the figures are made up."""
    text = (
        "IDENT/IAFIS Interoperability,,,,,,,,,,\n"
        ",,,,Alien IDENT Matches,,,,Removals and Returns,,\n"
        "State,Jurisdiction,Activated,Total Submissions,Total,Level 1,Level 2,Level 3,Total,Level 1,Non-Criminal\n"
        'TX,Travis,6/16/2009,"60,123","6,012",900,700,"2,100",724,50,594\n'
        'TX,Harris,10/27/2008,"300,123","30,012","3,900","4,700","8,100","9,000","3,000","2,000"\n'
        'TX,Statewide,,"360,246","36,024","4,800","5,400","10,200","9,724","3,050","2,594"\n'
        'GA,De Kalb,11/17/2009,"40,000","2,000",300,200,900,600,100,200\n'
        "Page 3 of 41,,,,,,,,,,\n"
        'Total,,,"11,000,000","692,788",,,,"142,000",,\n'
    )
    loaded = loading.one(text, format="interoperability", constants={"period": "2008-10-27/2011-09-30"})
    ledger = loaded.sources[0].ledger
    assert (ledger.read, ledger.used) == (6, 4)
    assert [(step.reason, step.rows) for step in ledger.steps] == [("page line", 1), ("totals row (Texas)", 1)]
    assert {place for (place,) in loading.rows(loaded, "place")} == {"48453", "48201", "13089", "US"}
    travis = [row[1:] for row in loading.rows(loaded, "place, event, level, n") if row[0] == "48453"]
    assert travis == [
        ("match", "1", 900),
        ("match", "2", 700),
        ("match", "3", 2100),
        ("match", "none", 2312),
        ("removal", "1", 50),
        ("removal", "2/3", 80),
        ("removal", "none", 594),
        ("submission", None, 60123),
    ]
    assert ("US", "submission", 11000000) in loading.rows(loaded, "place, event, n")
