"""Counts with a column a group or a period: read as they stand, and refused where the columns overlap."""

from datetime import date

import pytest

from auditor.errors import DecisionNeeded, InputError
from auditor.records.wide_counts import figures, months

EVENT = {"event": "arrest"}


def options(**more):
    return {"format": "counts", "constants": EVENT, **more}


def test_a_column_a_month(loading):
    head = "county,state,race,Jan-14,February 2014,2014-03,Total\n"
    text = f"{head}Travis,TX,white,24,31,40,95\nTravis,TX,hispanic,5,,*,5\n"
    loaded = loading.one(text, **options())
    read = loading.rows(loaded, 'place, "group", start, n, n_high')
    assert sorted(read, key=str) == sorted(
        [
            ("48453", "white", date(2014, 1, 1), 24, None),
            ("48453", "white", date(2014, 2, 1), 31, None),
            ("48453", "white", date(2014, 3, 1), 40, None),
            ("48453", "hispanic", date(2014, 1, 1), 5, None),
            ("48453", "hispanic", date(2014, 3, 1), None, 10),
        ],
        key=str,
    )
    ledger = loaded.sources[0].ledger
    assert (ledger.read, ledger.used) == (2, 2)
    assert "columns not used: Total" in loading.notes(loaded)


def test_a_column_a_group_with_totals_both_ways(loading):
    """The total of the groups and that of the places are set aside, and nobody is counted twice."""
    head = "county,state,year,Hispanic,White,Unknown,Total\n"
    text = f"{head}Travis,TX,2011,50,60,3,113\nHays,TX,2011,20,30,1,51\nTotal,TX,2011,70,90,4,164\n"
    loaded = loading.one(text, **options())
    assert sorted(loading.rows(loaded, 'place, "group", n')) == [
        ("48209", "hispanic", 20),
        ("48209", "unknown", 1),
        ("48209", "white", 30),
        ("48453", "hispanic", 50),
        ("48453", "unknown", 3),
        ("48453", "white", 60),
    ]
    ledger = loaded.sources[0].ledger
    assert (ledger.read, ledger.used, ledger.excluded) == (3, 2, 1)


def test_a_column_a_group_and_year(loading):
    loaded = loading.one("county,state,Hispanic 2010,White 2010,Hispanic 2011\nTravis,TX,50,60,12\n", **options())
    assert sorted(loading.rows(loaded, '"group", start, n')) == [
        ("hispanic", date(2010, 1, 1), 50),
        ("hispanic", date(2011, 1, 1), 12),
        ("white", date(2010, 1, 1), 60),
    ]


def test_groups_that_overlap_are_not_added(loading):
    """Race and Hispanic origin side by side count Hispanic people twice."""
    text = "county,state,year,White,Black,Hispanic,Non-Hispanic\nTravis,TX,2011,90,60,50,100\n"
    assert "no column for n" in loading.problem(InputError, text, **options()).found
    total = "county,state,year,White,Black,Hispanic,Total\nTravis,TX,2011,90,60,50,150\n"
    problem = loading.problem(DecisionNeeded, total, **options())
    assert "the total says 150, its parts sum to 200" in problem.found


def test_a_column_of_counts_that_is_named_is_read_alone(loading):
    text = "county,state,year,Hispanic,White,Total\nTravis,TX,2011,50,60,110\n"
    loaded = loading.one(text, **options(columns={"n": "Total"}))
    assert loading.rows(loaded, '"group", n') == [(None, 110)]


@pytest.mark.parametrize(
    "headers",
    [
        ("place", "period", "event", "group", "n"),
        ("county", "year", "Hispanic", "n"),
        ("county", "year", "Hispanic"),
        ("county", "year", "% Hispanic", "% White"),
        ("county", "2011", "race", "n"),
    ],
)
def test_other_tables_are_left_as_they_are(headers):
    assert figures(headers) == []


def test_months_tell_counts_from_residents():
    assert months(("county", "race", "Jan-14", "Feb-14")) == ["Jan-14", "Feb-14"]
    assert months(("county", "race", "2010", "2011")) == []
