"""Rows of charges folded into events, and charges read for their offence class."""

import gzip
import os
from pathlib import Path

import pytest

from auditor.errors import ConfigError, DecisionNeeded, InputError

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
PIERCE = DATA / "pierce_wa_bookings_with_ice_hold_allholds.psv"
real = pytest.mark.skipif(
    not PIERCE.is_file() and not os.environ.get("AUDITOR_REQUIRE_DATA"), reason="the shared data are not here"
)
HEAD = "booking_id,date,group,charge,disposition,place,event\n"
EVERY = frozenset({"offence", "detainer", "disposition", "release_date", "birth_country"})


def file(*lines: str) -> str:
    return HEAD + "".join(f"{line},48453,booking\n" for line in lines)


def offences(loading, loaded) -> list[tuple[str, int]]:
    return sorted(loading.rows(loaded, "offence, n"))


def test_the_most_serious_charge_decides(loading):
    """Case 120: serious before neutral before discretionary; discretionary only if every charge is."""
    text = file(
        "1,2011-03-01,white,DWLS,", "1,2011-03-01,white,THEFT 3,", "1,2011-03-01,white,DWI,",
        "2,2011-03-02,white,DWLS,", "2,2011-03-02,white,DWI,",
        "3,2011-03-03,white,SPEEDING,", "3,2011-03-03,white,DWLS,",
        "4,2011-03-04,white,SPEEDING,",
        "5,2011-03-05,white,POSS CS,", "5,2011-03-05,white,FOO BAR,",
    )  # fmt: skip
    loaded = loading.one(text, fold="booking_id")
    assert offences(loading, loaded) == [("dui", 1), ("licence", 1), ("theft", 1), ("traffic", 1), ("unknown", 1)]
    assert (loaded.sources[0].ledger.read, loaded.sources[0].ledger.used) == (10, 5)
    assert loading.steps(loaded) == {
        "further lines of an event whose record is made of all of them (one row is one charge)": (
            5, False, "3, 4, 6, 8, 11",
        )
    }  # fmt: skip


def test_the_charge_listed_first_is_the_declared_alternative(loading):
    text = file("1,2011-03-01,white,DWLS,", "1,2011-03-01,white,THEFT 3,")
    assert offences(loading, loading.one(text, fold="booking_id", offence_rule="top-listed")) == [("licence", 1)]
    assert offences(loading, loading.one(text, fold="booking_id")) == [("theft", 1)]


def test_the_offence_of_classes_given_folds_as_well(loading):
    text = file("1,2011-03-01,white,traffic,", "1,2011-03-01,white,theft,").replace("charge", "offence")
    assert offences(loading, loading.one(text, fold="booking_id")) == [("theft", 1)]


def test_rows_without_a_number_are_events_of_their_own(loading):
    text = file(",2011-03-01,white,DWLS,", ",2011-03-01,white,DWLS,", "1,2011-03-01,white,DWLS,")
    assert offences(loading, loading.one(text, fold="booking_id")) == [("licence", 3)]


def test_lines_that_contradict_each_other_are_not_folded(loading):
    text = file("1,2011-03-01,white,DWLS,", "1,2011-03-01,black,THEFT,", "2,2011-03-02,white,DWLS,", "2,,,THEFT,")
    loaded = loading.one(text, fold="booking_id")
    assert loading.steps(loaded)["the lines of one event differ in group"] == (2, True, "2, 3")
    assert offences(loading, loaded) == [("theft", 1)]


def test_a_number_that_repeats_with_different_charges_is_a_question(loading):
    """Case 61: what one row is must be said."""
    text = file("1,2011-03-01,white,DWLS,", "1,2011-03-01,white,THEFT 3,")
    error = loading.error(DecisionNeeded, loading.spec(text))
    assert "bear the same booking_id" in str(error)
    assert 'fold = "booking_id"  # or "none"' in error.toml
    assert offences(loading, loading.one(text, fold="none")) == [("licence", 1), ("theft", 1)]


def test_a_column_that_is_not_there_is_refused(loading):
    problem = loading.problem(InputError, file("1,2011-03-01,white,DWLS,"), fold="booking")
    assert "no column 'booking'" in problem.found


def test_a_detainer_among_the_charges_is_no_charge(loading):
    """Its line tells that there is one; it neither decides the offence nor makes one serious."""
    text = file("1,2011-03-01,white,DWLS,", "1,2011-03-01,white,ICE DETAINER,", "2,2011-03-02,white,DWLS,",
                "3,2011-03-02,white,IMMIGRATION HOLD,")  # fmt: skip
    loaded = loading.one(text, fold="booking_id", name="a.csv")
    assert offences(loading, loaded) == [("immigration", 1), ("licence", 2)]
    loaded = loading.load(loading.spec(text, fold="booking_id"), rows=EVERY)
    assert loading.rows(loaded, "detainer, event", "events") == [
        (True, "booking"),
        (False, "booking"),
        (True, "booking"),
    ]


def test_the_disposition_is_that_of_the_last_line_of_the_charge_that_decides(loading):
    """A report repeats a charge for each step."""
    text = file("1,2011-03-01,white,THEFT 3,pending", "1,2011-03-01,white,THEFT 3,dismissed",
                "1,2011-03-01,white,DWLS,convicted")  # fmt: skip
    loaded = loading.load(loading.spec(text, fold="booking_id"), rows=EVERY)
    assert loading.rows(loaded, "disposition", "events") == [("dismissed",)]


@pytest.mark.parametrize(("rows", "event"), [(11, "detainer"), (10, "booking")])
def test_a_list_of_people_with_a_detainer_is_no_list_of_bookings(loading, rows, event):
    """Fact 3: it has no denominator, and the program says so by itself."""
    lines = [line for i in range(rows) for line in (f"{i},2011-03-01,white,DWLS,", f"{i},2011-03-01,white,ICE HOLD,")]
    text = (HEAD + "".join(f"{line},48453\n" for line in lines)).replace(",event\n", "\n")
    loaded = loading.one(text, fold="booking_id", constants={"event": "booking"})
    assert {row[0] for row in loading.rows(loaded, "event")} == {event}
    assert ("no rate" in loading.notes(loaded)) is (event == "detainer")


def born(place: str, race: str, rows: int) -> str:
    return "".join(f"48453,booking,2011-03-{day + 1:02d},{race},{place}\n" for day in range(rows))


BORN = "place,event,date,race,place_of_birth\n"
COLUMNS = {"group": "race", "birth_country": "place_of_birth"}


def test_race_without_ethnicity_is_no_group(loading):
    """Case 100: people born in Mexico are white there, so white holds Hispanic people and no group is usable."""
    text = BORN + born("Mexico (State)", "white", 14) + born("Honduras", "white", 10) + born("Texas", "black", 5)
    loaded = loading.one(text, columns=COLUMNS)
    assert {row[0] for row in loading.rows(loaded, '"group"')} == {None}
    assert "ethnicity is not recorded in this file" in loading.notes(loaded)


@pytest.mark.parametrize(("hispanic", "usable"), [(5, True), (4, False)])
def test_the_rule_is_a_third(loading, hispanic, usable):
    text = BORN + born("Jalisco", "hispanic", hispanic) + born("Jalisco", "white", 15 - hispanic)
    groups = {row[0] for row in loading.rows(loading.one(text, columns=COLUMNS), '"group"')}
    assert groups == ({"hispanic", "white"} if usable else {None})


def test_few_people_born_there_say_nothing(loading):
    text = BORN + born("Mexico", "white", 14) + born("Texas", "white", 14)
    assert {row[0] for row in loading.rows(loading.one(text, columns=COLUMNS), '"group"')} == {"white"}


def test_the_share_that_is_mapped_is_printed(loading):
    """Case 106."""
    rows = ["DWI"] * 90 + ["ASLT 3"] * 6 + ["XYZ"] * 4
    text = "place,event,date,charge\n" + "".join(f"48453,arrest,2011-03-01,{charge}\n" for charge in rows)
    notes = loading.notes(loading.one(text, published=True))
    assert "90 % have an offence class" in notes
    assert "6 % may be of two classes and are unknown, 4 % are not recognised and are unknown" in notes
    assert "'XYZ' in 4 rows" in notes
    hidden = loading.notes(loading.one(text, name="b.csv"))
    assert "XYZ" not in hidden
    assert "1 text (each in fewer than 11 rows)" in hidden


def test_the_user_decides_before_the_rules_and_the_own_crosswalk_before_them_too(loading):
    text = "place,event,date,charge\n48453,arrest,2011-03-01,ASLT  3\n48453,arrest,2011-03-01,LPDA\n"
    loading.write("charge,offence\nLpda,public-order\nASLT 3,simple-assault\n", "own.csv")
    values = {"offence": {"aslt 3": "aggravated-assault"}}
    loaded = loading.one(text, values=values, crosswalk="own.csv")
    assert offences(loading, loaded) == [("aggravated-assault", 1), ("public-order", 1)]
    assert "from the crosswalk own.csv" in loading.notes(loaded)


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("charge,offence\nDWI,drunk\n", "unknown offence class"),
        ("charge,offence\nDWI,dui\ndwi,traffic\n", "second class"),
        ("charge,kind\nDWI,dui\n", "no column of charges and of classes"),
    ],
)
def test_a_crosswalk_that_cannot_be_right_is_refused(loading, table, found):
    text = "place,event,date,charge\n48453,arrest,2011-03-01,DWI\n"
    loading.write(table, "own.csv")
    error = loading.error(ConfigError, loading.spec(text, crosswalk="own.csv"))
    assert found in str(error)


def test_codes_need_to_be_declared(loading):
    text = "place,event,date,charge\n48453,arrest,2011-03-01,2300\n48453,arrest,2011-03-01,5404\n"
    loaded = loading.one(text)
    assert offences(loading, loaded) == [(None, 2)]
    assert "written as codes" in loading.notes(loaded)
    assert offences(loading, loading.one(text, name="b.csv", charge_codes="ncic")) == [("dui", 1), ("theft", 1)]


@real
def test_the_bookings_with_a_hold(loading):
    """204 bookings in 691 rows (the data's description), all with a hold; race holds ethnicity there."""
    loaded = loading.load(
        loading.spec(
            PIERCE.read_bytes(),
            "pierce.psv",
            columns={
                "date": "booking_dt", "group": "race_desc", "charge": "booking_charge_desc", "detainer": "imm_hold",
                "birth_country": "country_of_birth", "release_date": "release_dt",
            },
            constants={"event": "booking", "place": "53053"},
            values={"group": {"ASIAN/PACIFIC ISLAND": "asian"}},
            fold="booking_id",
        ),
        rows=EVERY,
    )  # fmt: skip
    ledger = loaded.sources[0].ledger
    assert (ledger.read, ledger.used, ledger.quarantined) == (691, 204, 0)
    assert {row[0] for row in loading.rows(loaded, "event")} == {"detainer"}
    assert sum(row[0] for row in loading.rows(loaded, "n")) == 204
    groups = {row[0] for row in loading.rows(loaded, '"group"')}
    assert groups == {"hispanic", "white", "black", "asian", "unknown"}
    assert "ethnicity is not recorded" not in loading.notes(loaded)
    assert "97 % have an offence class" in loading.notes(loaded)
    assert len(loading.rows(loaded, "release_date", "events")) == 204


def test_a_file_with_the_wrong_extension(loading):
    """Cases 5 and 17: pipes, compressed, called .csv."""
    text = file("1,2011-03-01,white,DWLS,", "1,2011-03-01,white,THEFT 3,").replace(",", "|")
    loaded = loading.one(gzip.compress(text.encode()), fold="booking_id")
    assert offences(loading, loaded) == [("theft", 1)]
    assert "gzip" in loading.notes(loaded)


def test_release_is_possible_once_the_last_charge_is_settled(loading):
    """The line of the detainer is what holds somebody after that."""
    text = (HEAD + "1,2011-03-01,white,DWLS,,48453,booking\n1,2011-03-01,white,DWI,,48453,booking\n"
            "1,2011-03-01,white,ICE HOLD,,48453,booking\n").replace(",disposition,", ",settled,")  # fmt: skip
    for day in ("2011-03-09 08:00:00", "2011-03-07 08:00:00", "2011-03-20 08:00:00"):
        text = text.replace(",,48453", f",{day},48453", 1)
    spec = loading.spec(text, fold="booking_id", columns={"release_eligible_date": "settled"})
    loaded = loading.load(spec, rows=EVERY | {"release_eligible_date"})
    assert [str(row[0]) for row in loading.rows(loaded, "release_eligible_date", "events")] == ["2011-03-09 08:00:00"]


def test_nothing_of_the_charges_is_left_in_the_store(loading):
    """The numbers of bookings stay no longer than needed."""
    loaded = loading.one(file("1,2011-03-01,white,DWLS,", "1,2011-03-01,white,THEFT 3,"), fold="booking_id")
    names = {row[0] for row in loaded.store.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert not [name for name in names if name.startswith(("lines", "numbers", "folded", "torn", "map", "raw"))]


TABLE = DATA / "pierce_wa_race_hold_table.csv"


@pytest.mark.skipif(not TABLE.is_file() and not os.environ.get("AUDITOR_REQUIRE_DATA"), reason="no shared data")
def test_the_table_of_holds_by_race(loading):
    """152 of 2,540 and 9 of 16,918 (the data's description), as a user hands it in; LaTeX in its labels."""
    here = {"place": "53053", "period": "2016-09-23/2018-07-31"}
    both = [
        loading.spec(
            TABLE.read_bytes(),
            "table.csv",
            format="counts",
            columns={"group": "race", "n": column},
            constants={"event": event, **here},
            values={"group": {"Asian/ \\cr Pacific Islander": "asian"}},
        )
        for event, column in (("booking", "n"), ("detainer", "detainer_count"))
    ]
    loaded = loading.load(*both)
    found = {(event, group): n for event, group, n in loading.rows(loaded, 'event, "group", n')}
    assert (found["detainer", "hispanic"], found["booking", "hispanic"]) == (152, 2_540)
    assert (found["detainer", "white"], found["booking", "white"]) == (9, 16_918)
    assert found["booking", "native"] == 892
    assert sum(n for (event, _), n in found.items() if event == "booking") == 29_312
