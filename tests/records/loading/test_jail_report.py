"""Reports in blocks: bookings, their charges below, and a detainer that is listed as a charge."""

import os
from pathlib import Path

import pytest

from auditor.errors import DecisionNeeded, InputError

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
TRAVIS = DATA / "travis_tx_ice_detainer_first2500rows.xlsx"
real = pytest.mark.skipif(
    not TRAVIS.is_file() and not os.environ.get("AUDITOR_REQUIRE_DATA"), reason="the shared data are not here"
)
TITLE = '"Sheriff\nBookings with a detainer\nGenerated: 10/4/2016",,,,,,,\n,,,,,,,\n'
HEAD = "Booking No,Booking Name,Race,Sex,,Age,Booking Date,Place of Birth\n"
SUB = "Charge,Charge Literal,Level,Sentence,,Disposition Date,Disposition Type,\n"
HERE = {"constants": {"place": "48453"}}
EVERY = frozenset({"offence", "detainer", "transfer_date", "lift_reason", "birth_country", "sex", "age"})


def block(number: str, *charges: str, race: str = "WHITE", born: str = "Texas", day: str = "2009-04-21") -> str:
    return f"{number},REDACTED,{race},M,,29,{day},{born}\n{SUB}" + "".join(f"{c},\n" for c in charges) + ",,,,,,,\n"


DWI = "54040009,DRIVING WHILE INTOXICATED,B,90 days,,2009-04-30,SENTENCE COMPLETE"
TWICE = "54040009,DRIVING WHILE INTOXICATED,B,,,2009-04-22,BOND-SURETY"
LICENCE = "54050008,DRIVING WHILE LIC SUSPENDED/SR,B,,,2009-04-30,DISMISSAL"
ICE = "4200,ICE DETAINER,F,,,2009-05-02,RELEASED TO ICE"


def test_blocks_become_bookings(loading):
    """Cases 23 and 24: a title with line breaks, a line of names in each block, blank lines; not several tables."""
    text = TITLE + HEAD + block("B1", TWICE, DWI, LICENCE, ICE) + block("B2", LICENCE)
    loaded = loading.load(loading.spec(text, **HERE), rows=EVERY)
    assert loaded.sources[0].format == "jail-report"
    assert sorted(loading.rows(loaded, "event, offence, n")) == [("booking", "dui", 1), ("booking", "licence", 1)]
    rows = loading.rows(loaded, "detainer, transfer_date, lift_reason, sex, age, birth_country", "events")
    assert [(row[0], str(row[1])[:10], *row[2:]) for row in rows] == [
        (True, "2009-05-02", "RELEASED TO ICE", "male", 29, "United States"),
        (False, "None", None, "male", 29, "United States"),
    ]
    ledger = loaded.sources[0].ledger
    assert (ledger.read, ledger.used, ledger.quarantined) == (9, 2, 0)


def test_the_number_of_a_record_is_the_line_of_its_booking(loading):
    text = HEAD + block("B1", DWI) + block("B2", LICENCE)
    loaded = loading.load(loading.spec(text, **HERE), rows=EVERY)
    assert [row[0] for row in loading.rows(loaded, "row", "events")] == [2, 6]


def test_a_charge_that_is_repeated_for_its_dispositions_counts_once(loading):
    text = HEAD + "".join(block(f"B{i}", TWICE, DWI, LICENCE, ICE) for i in range(11))
    notes = loading.notes(loading.one(text, **HERE))
    assert "11 events with 22 different charges" in notes


def test_a_booking_without_charges_and_charges_over_a_page_break(loading):
    bare = "B2,REDACTED,WHITE,M,,29,2009-04-22,Texas\n,,,,,,,\n"
    text = HEAD + block("B1", DWI) + bare + block("B3", LICENCE) + f"{DWI},\n"
    loaded = loading.load(loading.spec(text, **HERE), rows=EVERY)
    assert loading.rows(loaded, "offence", "events") == [("dui",), (None,), ("dui",)]


def test_people_with_a_detainer_only(loading):
    """Facts 2 and 3: no rate, and no ethnicity where people born in Mexico are white."""
    text = HEAD + "".join(block(f"B{i}", DWI, ICE, born="Mexico (State)") for i in range(15))
    loaded = loading.one(text, **HERE)
    assert set(loading.rows(loaded, 'event, "group"')) == {("detainer", None)}
    assert "no rate" in loading.notes(loaded)
    assert "ethnicity is not recorded" in loading.notes(loaded)


def test_the_level_of_a_charge_is_no_level_of_the_immigration_service(loading):
    loaded = loading.one(HEAD + block("B1", DWI), **HERE)
    assert loading.rows(loaded, "level") == [(None,)]


def test_letters_for_race_are_asked_for(loading):
    """Case 97: W holds Hispanic people in Texas."""
    error = loading.error(DecisionNeeded, loading.spec(HEAD + block("B1", DWI, race="W"), **HERE))
    assert 'values.group = { "W" = "" }' in error.toml


def test_names_of_charges_that_change_are_refused(loading):
    other = block("B2", DWI).replace("Disposition Date,Disposition Type", "Disposition Type,Disposition Date")
    problem = loading.problem(InputError, HEAD + block("B1", DWI) + other, **HERE)
    assert "other names than above" in problem.found


def test_no_names_or_numbers_are_shown(loading):
    loaded = loading.one(HEAD + block("B12345", DWI).replace("REDACTED", "Doe Jane"), **HERE)
    assert "Jane" not in loading.notes(loaded)
    assert "B12345" not in loading.notes(loaded)


@real
def test_the_report_of_travis_county(loading):
    """2,500 rows: 411 bookings with 751 different charges (counted by booking and words), 3 of them with none."""
    spec = loading.spec(
        TRAVIS.read_bytes(),
        "travis.xlsx",
        values={"group": {"W": "white", "B": "black", "A": "asian"}, "disposition": {"*": "other"}},
        **HERE,
    )
    loaded = loading.load(spec, rows=EVERY)
    ledger = loaded.sources[0].ledger
    assert (ledger.read, ledger.used, ledger.quarantined) == (2_086, 411, 0)
    notes = loading.notes(loaded)
    assert "411 events with 751 different charges" in notes
    assert "no rate" in notes
    assert "ethnicity is not recorded in this file" in notes
    rows = loading.rows(loaded, "offence, n, event")
    assert sum(n for _, n, _ in rows) == 411
    assert {event for _, _, event in rows} == {"detainer"}
    assert sum(n for offence, n, _ in rows if offence == "immigration") == 3
    assert all(row[0] for row in loading.rows(loaded, "detainer", "events"))
