"""Bookings with one row a charge: recognised, folded by their number, and asked of which place they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from auditor.errors import DecisionNeeded
from auditor.records.adapter import found_adapters

PIERCE = Path(__file__).resolve().parents[4] / "shared" / "data" / "pierce_wa_bookings_with_ice_hold_allholds.psv"
SAMPLE = found_adapters()["charge-bookings"].sample
HERE = {"constants": {"place": "53053"}}


def test_rows_of_one_number_are_one_booking(loading):
    """Two charges of a1 and one of b2 (the sample) are two bookings, in April and May 2017."""
    loaded = loading.one(SAMPLE, **HERE)
    assert loaded.sources[0].format == "charge-bookings"
    ledger = loaded.sources[0].ledger
    assert (ledger.read, ledger.used) == (3, 2)
    found = loading.rows(loaded, 'place, event, start, "group", n')
    assert [(place, event, str(start), group, n) for place, event, start, group, n in found] == [
        ("53053", "booking", "2017-04-01", "asian", 1),
        ("53053", "booking", "2017-05-01", "white", 1),
    ]


def test_what_the_user_says_of_folding_stands_before_the_layout(loading):
    loaded = loading.one(SAMPLE, fold="none", **HERE)
    assert sum(n for (n,) in loading.rows(loaded, "n")) == loaded.sources[0].ledger.used == 3


@pytest.mark.parametrize(
    ("written", "group"),
    [
        ("HISPANIC", "hispanic"), ("BLACK", "black"), ("ASIAN/PACIFIC ISLAND", "asian"),
        ("AMER INDIAN/ALASKAN", "native"), ("UNKNOWN", "unknown"),
    ],
)  # fmt: skip
def test_words_of_the_layout(loading, written, group):
    loaded = loading.one(SAMPLE.replace("WHITE", written), **HERE)
    assert sorted(loading.rows(loaded, '"group"')) == sorted([("asian",), (group,)])


def test_a_word_that_is_not_certain_is_asked_about(loading):
    problem = loading.problem(DecisionNeeded, SAMPLE.replace("WHITE", "W"), **HERE)
    assert "unknown group code: 'W'" in problem.found


def test_an_offence_called_sex_is_no_sex_of_a_person(loading):
    """The dummy columns drug, property, sex, violent hold kinds of charges; the sex of the person is gender_desc."""
    head, *rows = SAMPLE.splitlines()
    text = "\n".join([f"{head},drug,property,sex,violent", *(f"{row},0,0,1,0" for row in rows)]) + "\n"
    loaded = loading.load(loading.spec(text, **HERE), rows=frozenset({"sex"}))
    assert sorted(loading.rows(loaded, "sex", "events")) == [("female",), ("male",)]


def test_no_numbers_of_bookings_are_shown(loading):
    text = SAMPLE.replace("a1,", "7f3c9d,")
    assert "7f3c9d" not in loading.notes(loading.one(text, **HERE))


@pytest.mark.skipif(
    not PIERCE.is_file() and not os.environ.get("AUDITOR_REQUIRE_DATA"), reason="the shared data are not here"
)
def test_the_bookings_of_pierce_county(loading):
    """691 charges of 204 bookings, all with a hold, five groups (the data's description)."""
    text = PIERCE.read_bytes()
    with pytest.raises(DecisionNeeded) as caught:
        loading.one(text, "pierce.psv")
    (problem,) = caught.value.problems
    assert "of which place" in problem.found
    assert 'constants = { "place" = "" }' in caught.value.toml
    loaded = loading.one(text, "pierce.psv", **HERE)
    ledger = loaded.sources[0].ledger
    assert (ledger.read, ledger.used, ledger.quarantined) == (691, 204, 0)
    rows = loading.rows(loaded, 'event, "group", n')
    assert sum(n for _, _, n in rows) == 204
    assert {event for event, _, _ in rows} == {"detainer"}
    assert {group for _, group, _ in rows} == {"hispanic", "white", "black", "asian", "unknown"}
