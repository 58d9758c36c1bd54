"""Arrests of agencies by month or year (UCR, NIBRS): two marginals, months that were not reported, offences once.

The headers are those of Kaplan's concatenated files, old (``murder_tot_white``) and new (``murder_total_white``); the
figures are invented.
"""

from __future__ import annotations

import pytest

from auditor.errors import DecisionNeeded, InputError
from auditor.records.nibrs_columns import measures

HEAD = "ori,agency_name,fips_state_county_code,year,month,number_of_months_reported,"
RACES = {f"{race} (Hispanic or not)": race for race in ("white", "black", "asian", "native")}
BY_RACE = {"values": {"group": RACES}}


def month(name: str, figures: str, *, reported: int = 12, ori: str = "TX2270000", year: int = 2016) -> str:
    return f"{ori},travis,48453,{year},{name},{reported},{figures}\n"


def by(loading, loaded, columns: str = '"group", n'):
    return sorted(row for row in loading.rows(loaded, columns) if row[-1])


ALL = HEAD + "dui_tot_arrests,dui_tot_white,dui_tot_black,dui_tot_hispanic,dui_tot_non_hispanic\n"


def test_race_and_ethnicity_are_two_countings_and_one_is_chosen(loading):
    """Case 99: together they would count every arrest twice."""
    text = ALL + month("january", "42,30,12,10,30")
    problem = loading.problem(DecisionNeeded, text)
    assert "columns 'ethnicity' and 'race' could each be group" in problem.found
    ethnicity = loading.one(text, columns={"group": "ethnicity"})
    assert by(loading, ethnicity) == [("hispanic", 10), ("other", 30), ("unknown", 2)]
    assert "everybody" not in loading.notes(ethnicity)
    race = loading.one(text, columns={"group": "race"}, **BY_RACE)
    assert by(loading, race) == [("black", 12), ("white", 30)]
    for loaded in (ethnicity, race):
        assert sum(n for (n,) in loading.rows(loaded, "n")) == 42
        assert loaded.sources[0].format == "nibrs"


def test_white_with_hispanic_people_in_it_is_no_group_until_somebody_says_so(loading):
    """The fact that shapes the readers: read as non-Hispanic White it hides what is looked for, or invents it."""
    text = HEAD + "dui_tot_white,dui_tot_black\n" + month("january", "30,12")
    problem = loading.problem(DecisionNeeded, text)
    assert "unknown group code: 'black (Hispanic or not)' in 1 row, 'white (Hispanic or not)'" in problem.found
    loaded = loading.one(text, **BY_RACE)
    assert by(loading, loaded) == [("black", 12), ("white", 30)]
    assert "Hispanic people are in every race, most of them in white" in loading.notes(loaded)


def test_ethnicity_that_an_agency_does_not_report_is_unknown_and_never_nobody(loading):
    """Case 100: its columns are 0 where nothing was written down."""
    text = ALL + month("january", "42,30,12,0,0") + month("january", "8,5,3,2,6", ori="TX1010000")
    loaded = loading.one(text, columns={"group": "ethnicity"})
    rows = loading.rows(loaded, 'agency, "group", n')
    assert ("travis (TX2270000)", "unknown", 42) in rows
    assert not [row for row in rows if row[:2] == ("travis (TX2270000)", "hispanic")]
    assert ("travis (TX1010000)", "hispanic", 2) in rows


def test_ethnicity_that_nobody_reports_is_not_offered(loading):
    loaded = loading.one(ALL + month("january", "42,30,12,0,0"), **BY_RACE)
    assert by(loading, loaded) == [("black", 12), ("white", 30)]


def test_non_hispanic_holds_the_word_hispanic(loading):
    """Case 98."""
    (dui,) = measures(["dui_tot_hispanic", "dui_tot_non_hispanic"])
    assert dui.cells == {"hispanic": {"whole": 0}, "not hispanic": {"whole": 1}}


def test_without_the_months_reported_the_file_is_refused(loading):
    """Coverage is demanded: nothing else tells a month without arrests from one without a report."""
    text = (ALL + month("january", "42,30,12,10,30")).replace("number_of_months_reported,", "").replace(",12,42", ",42")
    problem = loading.problem(InputError, text, format="nibrs")
    assert "no column of how many months each agency reported" in problem.found
    by_its_names = (
        HEAD.replace("number_of_months_reported,", "") + "murder_tot_white\nTX2270000,travis,48453,2016,may,1\n"
    )
    assert "no column of how many months" in loading.problem(InputError, by_its_names).found


def test_offences_known_are_no_arrests(loading):
    """Another file of the same reports: what was reported to the police."""
    text = HEAD + "actual_murder,actual_theft_total\n" + month("january", "1,50")
    assert "no column of arrests by race or ethnicity" in loading.problem(InputError, text).found


def test_months_of_zeros_in_a_year_not_reported_whole_are_absent(loading):
    """Case 82: a missing month is missing; it is never a zero."""
    rows = [
        month("january", "5,2", reported=2),
        month("february", "0,0", reported=2),
        month("march", "3,1", reported=2),
    ]
    loaded = loading.one(HEAD + "dui_tot_hispanic,dui_tot_non_hispanic\n" + "".join(rows))
    assert {str(start) for (start,) in loading.rows(loaded, "start")} == {"2016-01-01", "2016-03-01"}
    assert [step[0] for step in loading.steps(loaded).values()] == [1]
    assert "16.7% of the months of the agencies in this file were reported; 0 of 1 years" in loading.notes(loaded)


def test_months_of_zeros_in_a_whole_year_are_zeros(loading):
    rows = [month("january", "5,2"), month("february", "0,0")]
    loaded = loading.one(HEAD + "dui_tot_hispanic,dui_tot_non_hispanic\n" + "".join(rows))
    assert ("hispanic", 0) in loading.rows(loaded, '"group", n')
    assert loaded.sources[0].ledger.used == 2


def test_a_year_given_in_december_is_no_month(loading):
    """Agencies that report once a year put all of it there."""
    rows = [month("november", "0,0", reported=12), month("december", "60,24")]
    loaded = loading.one(HEAD + "dui_tot_hispanic,dui_tot_non_hispanic\n" + "".join(rows))
    reason = "figures in December alone: the whole year's, or the only month reported"
    assert loading.steps(loaded)[reason] == (1, True, "3")


YEAR = HEAD.replace("month,", "") + "dui_total_hispanic,dui_total_non_hispanic\n"


def test_of_years_only_whole_ones_are_used(loading):
    rows = "".join(f"TX{i}270000,a,48453,2016,{reported},5,2\n" for i, reported in enumerate((12, 11, 0)))
    loaded = loading.one(YEAR + rows)
    assert loading.rows(loaded, '"end", "group", n')[0][1:] == ("hispanic", 5)
    assert {reason: step[0] for reason, step in loading.steps(loaded).items()} == {
        "fewer than 12 months reported: no figure of a year": 1,
        "no month reported, or not said how many": 1,
    }


def test_an_agency_that_stands_twice_is_not_added_up(loading):
    line = "TX2270000,a,48453,2016,12,5,2\n"
    loaded = loading.one(
        YEAR + line + line + line.replace("2270000", "3270000") + line.replace("227", "327").replace(",5,2", ",6,2")
    )
    assert {reason: step[0] for reason, step in loading.steps(loaded).items()} == {
        "copy of a row, cell by cell": 1,
        "the agency stands twice for the same period and offence": 2,
    }


@pytest.mark.parametrize("cell", ["-3", "many"])
def test_figures_that_are_none_are_quarantined(loading, cell):
    """Corrections of earlier months come as numbers below 0."""
    loaded = loading.one(YEAR + f"TX2270000,a,48453,2016,12,{cell},2\nTX3270000,b,48453,2016,12,5,2\n")
    assert (loaded.sources[0].ledger.used, loaded.sources[0].ledger.quarantined) == (1, 1)


def test_a_blank_figure_is_not_zero(loading):
    loaded = loading.one(YEAR + "TX2270000,a,48453,2016,12,,2\nTX3270000,b,48453,2016,12,,\n")
    assert loading.rows(loaded, '"group", n') == [("other", 2)]
    assert loading.steps(loaded)["no figure reported (blank)"][0] == 1


def test_groups_that_add_up_to_more_than_everybody_are_noted(loading):
    loaded = loading.one(ALL + month("january", "30,30,12,25,30"), columns={"group": "ethnicity"})
    assert by(loading, loaded) == [("hispanic", 25), ("other", 30)]
    assert "the groups of an offence add up to more than its total, first in row 2" in loading.notes(loaded)


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (["total_drug", "poss_drug_total", "sale_drug_total", "poss_cannabis"], {"poss_drug_total", "sale_drug_total"}),
        (["total_drug", "poss_cannabis"], {"total_drug"}),
        (["drug_total_drug", "drug_possess_drug_total", "drug_sale_drug_total", "drug_possess_marijuana"],
         {"drug_possess_drug_total", "drug_sale_drug_total"}),
        (["gamble_total", "gamble_bookmaking"], {"gamble_total"}),
        (["poss_cannabis", "poss_other_drug"], {"poss_cannabis", "poss_other_drug"}),
        (["all_arrests", "murder"], {"murder"}),
    ],
)  # fmt: skip
def test_an_arrest_stands_under_one_offence(names, kept):
    """Totals stand beside their parts in these files."""
    assert {m.offence for m in measures([f"{name}_tot_white" for name in names])} == kept


def test_adults_and_juveniles_make_the_total(loading):
    head = YEAR.replace("dui_total_hispanic,dui_total_non_hispanic", "dui_adult_hispanic,dui_juv_hispanic,"
                        "dui_adult_non_hispanic,dui_juv_non_hispanic,dui_tot_adult,dui_tot_juv")  # fmt: skip
    loaded = loading.one(head + "TX2270000,a,48453,2016,12,5,1,2,1,9,3\n")
    assert by(loading, loaded) == [("hispanic", 6), ("other", 3), ("unknown", 3)]


def test_one_row_an_offence(loading):
    """The long form: the offence stands in a column."""
    head = "ori,agency_name,county_fips,year,month,offense,months_reported,"
    head += "total_arrests,total_hispanic,total_non_hispanic\n"
    rows = "TX2270000,a,48453,2016,1,Robbery,12,9,4,5\nTX2270000,a,48453,2016,1,DUI,12,8,2,5\n"
    loaded = loading.one(head + rows)
    assert by(loading, loaded, 'offence, "group", n') == [
        ("dui", "hispanic", 2), ("dui", "other", 5), ("dui", "unknown", 1),
        ("robbery", "hispanic", 4), ("robbery", "other", 5),
    ]  # fmt: skip
    assert (loaded.sources[0].ledger.read, loaded.sources[0].ledger.used) == (2, 2)


def test_an_offence_that_fits_no_class_alone_is_a_question(loading):
    problem = loading.problem(DecisionNeeded, YEAR.replace("dui", "total_drug") + "TX2270000,a,48453,2016,12,5,2\n")
    assert "unknown offence code: 'total_drug'" in problem.found


def test_a_county_in_two_columns_and_an_agency_without_one(loading):
    head = YEAR.replace("fips_state_county_code", "fips_state_code,fips_county_code")
    rows = "AL0010000,a,1,73,2016,12,5,2\nALASP0000,state police,1,,2016,12,1,1\n"
    places = {place for (place,) in loading.rows(loading.one(head + rows), "place")}
    assert places == {"01073", "ALASP0000"}


def test_a_place_left_out_takes_its_rows_along_once(loading):
    """One row of the file became several: it is booked as one."""
    rows = "TX2270000,a,48453,2016,12,5,2\nTX1010000,b,48201,2016,12,3,1\n"
    loaded = loading.one(YEAR + rows, places={"48201": "exclude"})
    assert loading.steps(loaded) == {"place '48201' left out by the configuration": (1, False, "3")}


def test_a_part_of_a_row_that_is_left_out_is_noted(loading):
    head = YEAR.replace("\n", ",liquor_total_hispanic,liquor_total_non_hispanic\n")
    loaded = loading.one(head + "TX2270000,a,48453,2016,12,5,2,4,4\n", values={"offence": {"liquor": "exclude"}})
    assert by(loading, loaded, "offence, n") == [("dui", 2), ("dui", 5)]
    assert "2 figures of rows used otherwise left out: offence 'liquor' left out by the" in loading.notes(loaded)
