"""Labels that stand once for the rows below them: merged cells and pivot tables, bad-inputs.md case 23."""

import tomllib

import pytest

from auditor.errors import DecisionNeeded, InputError

PIVOT = """county,state,period,event,group,n
Travis,TX,2011-01,arrest,white,24
,TX,2011-01,arrest,hispanic,31
,TX,2011-02,arrest,white,40
,TX,2011-02,arrest,hispanic,22
Hays,TX,2011-01,arrest,white,14
,TX,2011-01,arrest,hispanic,15
,TX,2011-02,arrest,white,16
,TX,2011-02,arrest,hispanic,17
"""
GROUPS = """place,period,event,group,n
48453,2011-01,arrest,white,24
48453,2011-02,arrest,,31
48453,2011-03,arrest,,32
48453,2011-01,arrest,hispanic,14
48453,2011-02,arrest,,15
48453,2011-03,arrest,,16
"""


def test_a_county_that_is_named_once_does_not_leave_its_other_rows_to_the_state(loading):
    """Six of the eight rows were read as those of Texas."""
    error = loading.error(DecisionNeeded, loading.spec(PIVOT))
    (problem,) = error.problems
    assert problem.found == "6 rows with a blank county, below rows that name theirs once"
    assert (problem.row, problem.column) == (3, "county")
    assert tomllib.loads(error.toml) == {"fill_down": ["county"]}
    loaded = loading.one(PIVOT, fill_down=["county"])
    assert sorted(loading.rows(loaded, "place")) == [("48209",)] * 4 + [("48453",)] * 4


@pytest.mark.parametrize("text", [PIVOT, GROUPS])
def test_blank_cells_that_are_blank_stay_so(loading, text):
    loaded = loading.one(text, fill_down=[])
    assert len(loading.rows(loaded, "n")) == text.count("arrest")


def test_a_group_that_is_named_once_does_not_leave_its_other_rows_without_one(loading):
    error = loading.error(DecisionNeeded, loading.spec(GROUPS))
    (problem,) = error.problems
    assert problem.found == "4 rows with a blank group, below rows that name theirs once"
    loaded = loading.one(GROUPS, fill_down=["group"])
    assert [group for (group,) in loading.rows(loaded, '"group"')] == ["white"] * 3 + ["hispanic"] * 3


def test_a_state_beside_its_counties_is_no_question(loading):
    figures = (("Travis", 50), ("Hays", 60), ("", 900))
    rows = "".join(f"{county},TX,{year},arrest,,{n}\n" for year in (2011, 2012) for county, n in figures)
    loaded = loading.one("county,state,period,event,group,n\n" + rows)
    assert sorted(loading.rows(loaded, "place")) == [("48",)] * 2 + [("48209",)] * 2 + [("48453",)] * 2


@pytest.mark.parametrize(
    "text",
    [
        "place,period,event,n (thousands)\n48453,2011,arrest,24\n",
        "Arrests by county (in thousands),,,\nplace,period,event,n\n48453,2011,arrest,24\n48209,2011,arrest,26\n",
    ],
)
def test_thousands_that_a_title_names_are_no_counts(loading, text):
    """A cell that said so was refused, a header and a title were not."""
    options = {"columns": {"n": "n (thousands)"}} if "n (" in text else {}
    problem = loading.error(InputError, loading.spec(text, format="counts", **options)).problems[0]
    assert "says that the numbers are not people" in problem.found
