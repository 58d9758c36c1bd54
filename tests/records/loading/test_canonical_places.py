"""Places: bad-inputs.md, cases 49, 53, 85-88, 92 and 93. Exact after normalisation, else a question."""

import tomllib

import pytest

from auditor.domain.places import gazetteer
from auditor.errors import DecisionNeeded

HEAD = "place,state,period,event,n\n"


def table(*places: str) -> str:
    """Rows of ``place,state``."""
    return HEAD + "".join(f"{place},2011,arrest,{i + 5}\n" for i, place in enumerate(places))


KNOWN = [
    ("48453,", "48453"),
    ("0500000US48453,", "48453"),
    ("48,", "48"),
    ("TX,", "48"),
    ("Texas,", "48"),
    ("US,", "US"),
    ("TX2270000,", "TX2270000"),
    ("local:75,", "local:75"),
    ("Travis County,TX", "48453"),
    ("TRAVIS,Texas", "48453"),
    ('"Travis, TX",', "48453"),
    ("De Kalb,GA", "13089"),
    ("St. Louis City,MO", "29510"),
    ("Saint Louis County,MO", "29189"),
    ("Orleans,LA", "22071"),
    ("Dona Ana,NM", "35013"),
    ("48453,48", "48453"),
    ("01001,1", "01001"),
]


def test_places_that_are_known(loading):
    loaded = loading.one(table(*(written for written, _ in KNOWN)), totals="exclude")
    assert loading.rows(loaded, "place") == [(place,) for _, place in KNOWN]


def test_fips_without_its_zero_is_a_question(loading):
    error = loading.error(DecisionNeeded, loading.spec(table("1001,", "1003,", "48453,")))
    (problem,) = error.problems
    assert problem.found == "2 place codes without leading zeros: '1001' (would be 01001), '1003' (would be 01003)"
    assert (problem.row, problem.column) == (2, "place")
    assert tomllib.loads(error.toml) == {"repair_fips": True}


def test_fips_without_its_zero_is_repaired_when_allowed(loading):
    loaded = loading.one(table("1001,", "1003.0,", "48453,"), repair_fips=True)
    assert loading.rows(loaded, "place") == [("01001",), ("01003",), ("48453",)]
    assert "'1001' read as Autauga County, AL (01001)" in loading.notes(loaded)


def test_a_county_called_na_is_a_name_and_never_missing(loading):
    """Case 85: no county is called so, and the row is asked about, not lost."""
    for name in ("NA", "None", "Null", "TRUE"):
        problem = loading.problem(DecisionNeeded, table(f"{name},TX"))
        assert problem.found == f"unmatched place '{name}, TX'"
        loaded = loading.one(table(f"{name},TX"), places={f"{name}, TX": "local:na"})
        assert loading.rows(loaded, "place") == [("local:na",)]


def test_an_unmatched_name_shows_candidates_and_accepts_none(loading):
    error = loading.error(DecisionNeeded, loading.spec(table("Dekalbb,IL", "Travis,TX")))
    (problem,) = error.problems
    assert problem.found == "unmatched place 'Dekalbb, IL'"
    assert "candidates, none of them accepted: DeKalb County, IL (17037)" in problem.why
    assert tomllib.loads(error.toml) == {"places": {"Dekalbb, IL": ""}}


def test_what_looks_like_a_name_is_never_filled_in(loading):
    """Case 87: the county of California most like 'LA County' is Lake County; its code was offered as the answer."""
    error = loading.error(DecisionNeeded, loading.spec(table("LA County,CA")))
    assert "'LA County, CA': Lake County, CA (06033) (proposals, not matches: check each)" in error.toml
    assert tomllib.loads(error.toml) == {"places": {"LA County, CA": ""}}


def test_a_sheriff_in_a_column_of_places_shows_his_county(loading):
    problem = loading.problem(DecisionNeeded, table("ALLEN CO. SHERIFF,IN"))
    assert "candidates, none of them accepted: Allen County, IN (18003)" in problem.why


def test_a_county_that_bears_the_name_of_another_state(loading):
    """Case 86: 'Washington' of Oregon was asked about as a code of the state of Washington."""
    loaded = loading.one(table("Washington,OR", "Delaware,PA", "Texas,MO", "Nevada,AR"))
    assert sorted(loading.rows(loaded, "place")) == [("05099",), ("29215",), ("41067",), ("42045",)]


@pytest.mark.parametrize("code", ["05001", "15001", "16049", "19095", "36061", "40109", "49049"])
def test_a_county_that_bears_the_name_of_its_own_state_is_a_question(loading, code):
    """Case 86: 'New York' of NY was read as the state, or left out as its subtotal where the sums agreed."""
    state = gazetteer().place(code[:2])
    rows = table(f"{state.name},{state.state}")
    problem = loading.problem(DecisionNeeded, rows)
    assert f"may be {gazetteer().place(code)} or the whole state ({code[:2]}): say which" in problem.why
    for answer in (code, code[:2]):
        loaded = loading.one(rows, places={f"{state.name}, {state.state}": answer})
        assert loading.rows(loaded, "place") == [(answer,)]


def test_a_state_that_is_one_county_is_no_question(loading):
    rows = table("District of Columbia,DC", "Guam,GU")
    assert loading.rows(loading.one(rows), "place") == [("11",), ("66",)]


def test_a_column_of_counties_that_names_states_asks_for_the_state(loading):
    """A file of counties without their state: 'Texas' was read as the state of Texas, with no note."""
    rows = "county,period,event,n\nWashington,2011,arrest,3\nTexas,2011,arrest,6\n"
    error = loading.error(DecisionNeeded, loading.spec(rows))
    assert tomllib.loads(error.toml) == {"places": {"Washington": "", "Texas": ""}}
    assert sorted(loading.rows(loading.one(rows, state="MO"), "place")) == [("29215",), ("29221",)]


def test_a_name_that_several_places_bear_is_left_blank(loading):
    """Case 86: written as proposed, the first of several candidates would be taken unread; blank, it is asked again."""
    error = loading.error(DecisionNeeded, loading.spec(table("Baltimore,MD")))
    (problem,) = error.problems
    assert "Baltimore County, MD (24005)" in problem.why
    assert "Baltimore city, MD (24510)" in problem.why
    assert tomllib.loads(error.toml) == {"places": {"Baltimore, MD": ""}}
    assert "Baltimore city, MD (24510) (proposals, not matches: check each)" in error.toml
    loading.error(DecisionNeeded, loading.spec(table("Baltimore,MD"), places={"Baltimore, MD": ""}))


def test_the_answer_to_an_unmatched_name(loading):
    loaded = loading.one(table("Dekalbb,IL", "Fed Court,IL"), places={"Dekalbb, IL": "17037", "Fed Court": "exclude"})
    assert loading.rows(loaded, "place") == [("17037",)]
    assert loading.steps(loaded) == {"place 'Fed Court' left out by the configuration": (1, False, "3")}


def test_an_answer_that_is_no_place_stays_a_question(loading):
    problem = loading.problem(DecisionNeeded, table("Dekalbb,IL"), places={"Dekalbb, IL": "De Kalb"})
    assert "places answers 'De Kalb'" in problem.found


def test_a_city_and_a_county_of_one_name_are_a_question(loading):
    """Case 86: Baltimore is a city and a county, and so is St. Louis."""
    (problem,) = loading.error(DecisionNeeded, loading.spec(table("Baltimore,MD"))).problems
    assert "Baltimore County, MD (24005)" in problem.why
    assert "Baltimore city, MD (24510)" in problem.why


def test_a_name_without_a_state(loading):
    error = loading.error(DecisionNeeded, loading.spec("place,period,event,n\nWashington County,2011,arrest,5\n"))
    assert "which state?" in error.problems[0].why
    loaded = loading.one("place,period,event,n\nWashington County,2011,arrest,5\n", state="OR")
    assert loading.rows(loaded, "place") == [("41067",)]


def test_code_and_state_that_contradict_each_other(loading):
    problem = loading.problem(DecisionNeeded, table("48453,GA"))
    assert "lies in Texas, the row says Georgia" in problem.why


def test_code_and_name_that_contradict_each_other(loading):
    text = "county_fips,county,state,period,event,n\n48453,Harris,TX,2011,arrest,5\n48201,Harris,TX,2011,arrest,5\n"
    problem = loading.problem(DecisionNeeded, text)
    assert problem.row == 2
    assert "Travis County, TX (48453)" in problem.why
    assert "Harris County, TX (48201)" in problem.why


def test_a_code_that_was_never_issued(loading):
    problem = loading.problem(DecisionNeeded, table("48999,"))
    assert "was never a county or state code" in problem.why


def test_a_dead_code_is_kept_with_a_note(loading):
    loaded = loading.one(table("12025,"))
    assert loading.rows(loaded, "place") == [("12025",)]
    assert "has ended and is kept as it is; now Miami-Dade County, FL (12086)" in loading.notes(loaded)


def test_numbers_of_precincts_are_not_taken_for_states(loading):
    """Case 92: 10, 12 and 13 are codes of states, and precincts when 14 (no state) stands among them."""
    error = loading.error(DecisionNeeded, loading.spec("place,period,event,n\n" + "".join(
        f"{number},2011,arrest,5\n" for number in (1, 10, 14, 75))))  # fmt: skip
    (problem,) = error.problems
    assert problem.found.startswith("3 places with no FIPS code")
    assert tomllib.loads(error.toml) == {"place_prefix": "local:"}


def test_a_header_that_sounds_local_is_a_question(loading):
    text = "precinct,period,event,n\n10,2011,arrest,5\n12,2011,arrest,5\n"
    error = loading.error(DecisionNeeded, loading.spec(text, columns={"place": "precinct"}))
    assert "place_prefix" in error.toml


def test_local_places_take_their_prefix_and_a_name(loading):
    text = "precinct,period,event,n\n10,2011,arrest,5\nlocal:12,2011,arrest,5\nUS,2011,arrest,500\n"
    loaded = loading.one(text, columns={"place": "precinct"}, place_prefix="local:")
    assert loading.rows(loaded, "place") == [("local:10",), ("local:12",), ("US",)]
    assert loaded.names == {"local:10": "precinct 10", "local:12": "precinct 12"}


def test_a_place_that_is_blank_is_quarantined(loading):
    loaded = loading.one(table("48453,", ","))
    assert loading.steps(loaded) == {"place is blank": (1, True, "3")}


def test_a_state_without_a_jurisdiction_is_the_state(loading):
    loaded = loading.one("jurisdiction,state,period,event,n\n,GA,2011,arrest,5\nFulton,GA,2010,arrest,3\n")
    assert loading.rows(loaded, "place") == [("13",), ("13121",)]
    assert "Georgia without a jurisdiction is read as the state" in loading.notes(loaded)


def test_markup_in_a_name_is_text(loading):
    loaded = loading.one(table("<script>alert(1)</script>,TX"), places={"<script>alert(1)</script>": "local:x'); DROP"})
    assert loading.rows(loaded, "place") == [("local:x'); DROP",)]
