"""Baselines, jurisdictions and programme starts."""

from datetime import date

from auditor.errors import DecisionNeeded, InputError


def test_population_with_margins_and_decimals(loading):
    text = (
        "place,period,group,universe,n,moe\n"
        '48453,2006/2010,Hispanic,Adults,"342,766",1200\n'
        "48453,2006/2010,White,Adults,517644.5,\n"
    )
    loaded = loading.one(text)
    assert loading.rows(loaded, 'place, "group", universe, start, "end", n, moe', "population") == [
        ("48453", "hispanic", "adults", date(2006, 1, 1), date(2010, 12, 31), 342766.0, 1200.0),
        ("48453", "white", "adults", date(2006, 1, 1), date(2010, 12, 31), 517644.5, None),
    ]


def test_population_without_a_period(loading):
    loaded = loading.one("fips,group,population\n48453,Hispanic,5\n")
    assert loading.rows(loaded, "start, n", "population") == [(None, 5.0)]


def test_population_codes_for_not_available_are_quarantined(loading):
    """-666666666 is an annotation of the Census Bureau, not a number of people."""
    loaded = loading.one("place,group,n\n48453,hispanic,5\n48453,white,-666666666\n48453,black,\n48453,asian,<11\n")
    assert loading.steps(loaded) == {
        "n is negative": (1, True, "3"),
        "n not reported (blank)": (1, False, "4"),
        "baseline is suppressed (an interval, not a number)": (1, False, "5"),
    }


def test_totals_over_age_and_sex_are_set_aside(loading):
    text = (
        "place,group,age,sex,n\n48453,white,18-64,male,3\n48453,white,18-64,female,4\n48453,white,18-64,Both sexes,7\n"
    )
    loaded = loading.one(text)
    assert loading.rows(loaded, "age, sex, n", "population") == [("18-64", "male", 3.0), ("18-64", "female", 4.0)]
    assert loading.steps(loaded) == {"totals row (sex)": (1, False, "4")}


def test_places_with_parents(loading):
    text = (
        "place,name,kind,parent,agency\n"
        "local:75,75th Precinct,precinct,36047,NYPD\n"
        'local:ps,Public Safety,agency,"Travis County, TX",\n'
        "48453,Travis,county,48,\n"
    )
    loaded = loading.one(text)
    assert loading.rows(loaded, "place, name, state, kind, parent, agency", "places") == [
        ("local:75", "75th Precinct", "36", "precinct", "36047", "NYPD"),
        ("local:ps", "Public Safety", "48", "agency", "48453", None),
        ("48453", "Travis", "48", "county", "48", None),
    ]
    assert loaded.names["local:75"] == "75th Precinct"


def test_a_local_place_whose_state_is_stated(loading):
    loaded = loading.one("place,name,state\nlocal:75,75th Precinct,NY\n", format="places")
    assert loading.rows(loaded, "state, parent", "places") == [("36", None)]


def test_a_parent_that_is_no_place(loading):
    problem = loading.problem(InputError, "place,name,parent\nlocal:75,75th Precinct,Gotham\n")
    assert (problem.column, problem.row) == ("parent", 2)
    assert problem.found == "parent 'Gotham'"


def test_programme_starts(loading):
    text = (
        "place,program,date,kind\n"
        "48453,Secure Communities,2009-06-16,Activated\n"
        '48201,287(g),"October 27, 2008",signed\n'
    )
    loaded = loading.one(text)
    assert loading.rows(loaded, "place, program, kind, date", "activations") == [
        ("48453", "secure-communities", "activated", date(2009, 6, 16)),
        ("48201", "287-g", "signed", date(2008, 10, 27)),
    ]


def test_programme_starts_without_a_full_date(loading):
    text = "place,program,date\n48453,SC,2009-06-16\n48201,SC,\n48029,SC,2011\n48001,SC,2010-01-05\n"
    loaded = loading.one(text)
    assert loading.steps(loaded) == {
        "no date (not known to have begun)": (1, False, "3"),
        "date is not a full day": (1, True, "4"),
    }


def test_an_unknown_kind_of_start_is_a_question(loading):
    problem = loading.problem(DecisionNeeded, "place,program,date,kind\n48453,SC,2009-06-16,pending\n")
    assert (problem.column, problem.row) == ("kind", 2)
    assert "signed, activated, ended" in problem.remedy
