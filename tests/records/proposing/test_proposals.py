"""Columns of unknown layouts: what is sure is proposed, what may be is asked, what may point to a person is left."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.records.proposing.candidates import candidates, never_hispanic
from auditor.records.proposing.entries import lacking
from auditor.records.proposing.profile import Profile, kind_of, profiles, words_of
from auditor.records.proposing.proposal import Proposal, propose, set_aside
from auditor.records.read import read
from auditor.records.spec import SourceSpec
from auditor.records.store import Store

Look = Callable[[str], tuple[Profile, ...]]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    def looked(text: str) -> tuple[Profile, ...]:
        (tmp_path / "x.csv").write_text(text, encoding="utf-8")
        with Store() as store:
            (raw,) = read(tmp_path / "x.csv", SourceSpec(path="x.csv"), store)
            return profiles(raw, store)

    return looked


def table(header: str, *rows: str) -> str:
    return "\n".join((header, *rows)) + "\n"


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["2011", "2012"], "year"),
        (["2011-03-01", "3/4/2011"], "day"),
        (["2011-03-01 10:15:00", "2011-03-02 11:00 PM"], "moment"),
        (["10:15", "9:05 pm"], "clock"),
        (["Oct-11", "2011-08"], "month"),
        (["FY2011", "2011-Q3", "2008-10-27/2010-06-30"], "month"),
        (["Y", "no", "1"], "flag"),
        (["17", "1,204", "3.0"], "whole"),
        (["0.5", "-3", "12%"], "number"),
        (["W", "B", "HISPANIC"], "code"),
        ([], "blank"),
    ],
)
def test_the_kind_of_a_column_is_that_of_its_values(values: list[str], kind: str) -> None:
    assert kind_of(values, len(values)) == kind


def test_many_different_texts_are_no_codes() -> None:
    values = [f"text {i}" for i in range(100)]
    assert kind_of(values, 100) == "text"


def test_words_of_headers_in_every_style() -> None:
    for header in ("BOOKING_DT", "bookingDt", "Booking Dt", "booking-dt", "booking.dt"):
        assert words_of(header) == {"booking", "dt"}


PERSONS = table(
    "Inmate Name,dob,who,ssn,facility name,place of birth,booking_id,n_stops",
    '"LOPEZ, ANA",1980-01-02,"Ruiz, Eva",123-45-6789,COUNTY JAIL,MEXICO,17,3',
    '"SMITH, JOHN",1975-05-06,"Lee, Jo",987-65-4321,CITY JAIL,TEXAS,18,4',
)


def test_what_may_point_to_a_person_is_told_by_header_or_by_the_shape_of_values(look: Look) -> None:
    aside = set_aside(look(PERSONS))
    assert aside == ("Inmate Name", "dob", "who", "ssn", "booking_id")


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        (table("county_fips,arrest_date,race", "48453,2011-03-01,White", "48453,2011-03-02,White"), "records"),
        (table("year,driver_race,count", "2011,White,4", "2012,White,5"), "counts"),
        (table("fips,noncit_pop,moe", "48453,400,30", "48113,900,31"), "population"),
        (table("county_fips,date_signed", "48453,2011-03-01", "48113,2011-03-02"), "activations"),
        (table("race,n", "White,4", "Black,5"), ""),
        (table("colour,size", "red,tall", "blue,small"), ""),
    ],
)
def test_the_format_is_proposed_by_rule_or_left_open(look: Look, text: str, format_: str) -> None:
    assert propose(look(text)).format == format_


def firm(proposal: Proposal) -> dict[str, str]:
    return {f"{line.table}.{line.name}".strip("."): line.value for line in proposal.lines if line.firm}


def test_one_sure_column_is_proposed_and_two_are_a_question(look: Look) -> None:
    both = table(
        "place,stop_date,race_code,ethnic,release_dt,age",
        "48453,2011-03-01,W,N,2011-03-02,34",
        "48453,2011-03-05,B,H,2011-03-06,51",
    )
    proposal = propose(look(both))
    assert firm(proposal) == {"columns.date": "stop_date", "constants.event": "", "columns.group": ""}
    (group,) = (line for line in proposal.lines if line.name == "group")
    assert "'race_code', 'ethnic'" in group.remarks[0]
    assert "recorded apart they say different things" in group.remarks[1]
    (release,) = (line for line in proposal.lines if line.name == "release_date")
    assert (release.value, release.firm) == ("release_dt", False)


def test_a_birth_date_is_never_the_date_of_an_event(look: Look) -> None:
    text = table("place,birth_date,race", "48453,1980-01-02,White", "48453,1975-05-06,White")
    assert propose(look(text)).format == ""


def test_groups_side_by_side_are_pointed_out(look: Look) -> None:
    text = table("fips,hispanic_total,nh_white,nh_black", "48453,1,2,3", "48113,4,5,6")
    assert "each of them is read as the figures of its group" in propose(look(text)).remarks[0]


def test_every_letter_that_clashes_has_more_than_one_reading() -> None:
    """The readings of formats E: H, L, P, I and N mean different things in different agencies."""
    for letter in "hlpinuz":
        assert len(candidates("group", letter.upper())) > 1, letter
    assert candidates("group", "4") == candidates("group", "7")
    assert candidates("group", "xyzzy") == ()


def test_a_reading_is_never_made_of_half_a_likeness() -> None:
    assert candidates("disposition", "RELEASED TO PAY") == ()
    assert candidates("group", "ASIAN/PACIFIC ISLAND") == (
        "names asian and pacific in one: choose the one that your other files use for them",
    )
    assert candidates("group", "HISPNIC") == ("looks like hispanic ('hispanic')",)


def test_whose_race_it_is_does_not_hide_a_column_of_codes(look: Look) -> None:
    text = table(
        "county_fips,booking_date,inmate_race,inmate sex,Inmate",
        "48453,2011-03-01,H,M,Ruiz",
        "48453,2011-03-02,W,F,Lee",
        "48453,2011-03-02,W,M,Doe",
    )
    found = look(text)
    assert set_aside(found) == ("Inmate",)
    assert firm(propose(found))["columns.group"] == "inmate_race"


@pytest.mark.parametrize(
    ("codes", "never"),
    [(["W", "B", "A"], True), (["W", "H"], False), (["White", "White Hispanic"], False), (["B", "A"], False)],
)
def test_codes_among_which_nobody_can_be_hispanic(codes: list[str], never: bool) -> None:
    assert never_hispanic(codes) is never


def test_what_a_known_layout_lacks_is_a_question() -> None:
    assert (lacking(("place", "jurisdiction")).table, lacking(("place",)).name) == ("constants", "place")
    assert lacking(("event",)).open
    assert lacking(("date",)).remarks == ("which column is date?",)


def test_no_value_of_a_personal_column_is_in_any_line(look: Look) -> None:
    said = repr(propose(look(PERSONS)))
    values = {cell for row in csv.reader(io.StringIO(PERSONS)) for cell in row[:4]} - set(
        PERSONS.split("\n")[0].split(",")
    )
    assert not [value for value in values if value in said]
