"""Ledgers of files that are not public hold no counts of the data; those of published ones do."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.domain.source import Ledger
from auditor.records.private import masked, without_numbers
from auditor.records.spec import SourceSpec
from tests.records.loading.conftest import Loading

INTEROP = "state,jurisdiction,county_fips,period_start,period_end,cumulative,"


@pytest.fixture
def loading(tmp_path: Path) -> Iterator[Loading]:
    helper = Loading(tmp_path)
    yield helper
    helper.close()


def place_rows(*lines: str) -> str:
    return "place,state,period,event,n\n" + "".join(
        f"{place},{state},2011,arrest,{n}\n" for place, state, n in (line.split(",") for line in lines)
    )


# Each text holds 4711 or 4713 where a note could repeat it.
CASES = {
    "a cumulative figure that falls": (
        "place,period,event,n,cumulative\n48001,2008-10-27/2011-05-31,match,4713,true\n"
        "48001,2008-10-27/2011-06-30,match,4711,true\n",
        "went down",
    ),
    "matches above submissions": (
        "place,period,event,n\n48001,2011,submission,4711\n48001,2011,match,4713\n",
        "matches exceed submissions",
    ),
    "a total of places": (place_rows("48453,,4000", "48201,,711", "Total,,4711"), "equals the sum of the other rows"),
    "a larger total": (place_rows("48453,,10", "48201,,30", "Total,,4711"), "larger than the rows supplied"),
    "the nation": (place_rows("48453,,10", "06037,,30", "Nationwide,,4711"), "kept as the place US"),
    "the nation, equal": (place_rows("48453,,4000", "06037,,711", "Nationwide,,4711"), "nationwide total set aside"),
    "a state row": (place_rows("48453,TX,10", "48201,TX,30", "Texas,TX,4711"), "kept as a state"),
    "a state's subtotal": (place_rows("48453,TX,4000", "48201,TX,711", "Texas,TX,4711"), "the sum of its counties"),
    "a labelled subtotal": (place_rows("48453,TX,4000", "48201,TX,711", "Total,TX,4711"), "equals the sum of its rows"),
    "a row without a place": (place_rows("48453,,4000", "48201,,711", ",,4711"), "a row without a place equals"),
    "a total of groups": (
        "place,period,event,group,n\n48001,2011,arrest,hispanic,4000\n48001,2011,arrest,white,711\n"
        "48001,2011,arrest,Total,4713\n",
        "totals of n that differ from their parts were set aside: row 4",
    ),
    "levels and their total": (
        INTEROP + "matches,matches_l1,matches_l2,matches_l3,matches_none\n"
        "TX,Travis,48453,2008-10-27,2010-06-30,true,4713,4000,700,10,1\n",
        "not equal to the levels, which are used: row 2",
    ),
    "a note below": (
        "place,period,event,n\n48001,2011,arrest,50\n48003,2011,arrest,60\nNote: 4711 more were released in 2011.\n",
        "note below the table",
    ),
    "lines above": (
        "Arrests by county 2011: 4711 in all\n\nplace,period,event,n\n48001,2011,arrest,50\n48003,2011,arrest,60\n",
        "above the header left out",
    ),
}  # fmt: skip


def said(loaded) -> str:
    ledger = loaded.sources[0].ledger
    return "\n".join((*ledger.notes, *(step.reason for step in ledger.steps), *loaded.notes))


@pytest.mark.parametrize("name", CASES)
def test_no_count_stands_in_the_ledger_of_an_unpublished_file(loading, name):
    text, happened = CASES[name]
    found = said(loading.one(text))
    assert happened in found
    assert not re.search(r"4,?71[13]|4,?000|\b711\b", found)


@pytest.mark.parametrize("name", list(CASES))
def test_the_counts_stand_in_the_ledger_of_a_published_one(loading, name):
    assert re.search(r"4,?71[13]", said(loading.one(CASES[name][0], published=True)))


def test_cells_that_cannot_be_read_are_shown_by_their_shape(loading):
    text = "place,period,event,n\n48001,2011,arrest,50\n48003,2011,arrest,7 people\n48005,2011,arrest,8 people\n"
    text += "48007,2011,arrest,60\n48009,2011,arrest,70\n"
    assert "n: rows quarantined with '9 people' in 2 rows" in loading.notes(loading.one(text))
    assert "'7 people' in 1 row" in loading.notes(loading.one(text, published=True))


def test_numbers_of_rows_are_no_note_where_rows_are_people(loading):
    text = "place,event,date,group\n48001,arrest,2011-06-03,N/A\n48001,arrest,2011-06-04,white\n"
    assert "group: read as missing: 'N/A'\n" in loading.notes(loading.one(text)) + "\n"
    assert "'N/A' in 1 row" in loading.notes(loading.one(text, published=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 arrests in 2011", "… arrests in 2011"),
        ("1,204 of 3.5", "… of …"),
        ("as of 1 May 2011", "as of 1 May 2011"),
        ("May 3, 2011", "May 3, 2011"),
        ("counts below 11 are not shown", "counts below 11 are not shown"),
        ("FY2012, 10/5/2012, 2011-06-30, Form I-247", "FY2012, 10/5/2012, 2011-06-30, Form I-247"),
    ],
)
def test_masking_spares_years_days_and_limits(text, expected):
    assert masked(text) == expected


def test_masking_leaves_published_ledgers_alone():
    ledger = Ledger(3).step("note below the table: 'Note: 5 released'", 1)
    assert without_numbers(ledger, SourceSpec(path="a", published=True)) is ledger
    assert without_numbers(ledger, SourceSpec(path="a")).steps[0].reason == "note below the table: 'Note: … released'"
