"""California's stop data (RIPA), both eras: one row a person-stop, perceived race, searches under two sets of names.

The columns and codes are those of the department's read-me files; what counts as a search and as found is what the
RIPA Board counts (its report of 2026 on the data of 2024: searches and frisks together).
"""

from __future__ import annotations

import pytest

from auditor.errors import DecisionNeeded
from auditor.records.adapter import found_adapters

HEAD = (
    "DOJ_RECORD_ID,PERSON_NUMBER,AGENCY_ORI,AGENCY_NAME,DATE_OF_STOP,TIME_OF_STOP,AGE,G_FULL,REASON_FOR_STOP,RAE_FULL,"
)
OLD = HEAD + (
    "RAE_HISPANIC_LATINO,ADS_SEARCH_PERSON,ADS_SEARCH_PROPERTY,CED_NONE_CONTRABAND,CED_WEAPON,CED_OTHER_CONTRABAND,"
    "ROS_CITATION,ROS_IN_FIELD_CITE_RELEASE,ROS_CUSTODIAL_WARRANT,ROS_CUSTODIAL_WITHOUT_WARRANT\n"
)
NEW = HEAD + (
    "RAE_HISPANIC_LATINEX,NFA_SEARCH_PERSON,NFA_SEARCH_PROPERTY,NFA_TERRY_FRISK,OFA_HANDCUFFED,CED_WEAPON,"
    "ROS_CITATION,ROS_CUSTODIAL_WITHOUT_WARRANT\n"
)
WANTED = frozenset({"searched", "contraband", "cited", "booked", "sex", "age", "minute"})


def person(number: int, race: str, rest: str, *, stop: str = "U1", day: str = "2019-03-01", sex: str = "1") -> str:
    return f"{stop},{number},CA0330000,RIVERSIDE CO SO,{day},21:15,34,{sex},1,{race},{rest}\n"


def test_one_row_is_one_person_of_a_stop(loading):
    """Case 61: a stop of three persons is three rows and three person-stops."""
    rows = "".join(person(i, "7", "0,0,0,1,0,0,1,0,0,0") for i in (1, 2, 3))
    loaded = loading.one(OLD + rows)
    assert loaded.sources[0].format == "ripa"
    assert loading.rows(loaded, 'place, agency, event, "group", group_source, n') == [
        ("CA0330000", "RIVERSIDE CO SO", "stop", "white", "perceived", 3)
    ]
    assert "one row is one person in one stop" in loading.notes(loaded)


@pytest.mark.parametrize(
    ("code", "group"),
    [("1", "asian"), ("2", "black"), ("3", "hispanic"), ("4", "other"), ("5", "native"), ("6", "pacific"),
     ("7", "white"), ("8", "multiple"), ("7.0", "white")],
)  # fmt: skip
def test_the_codes_of_race(loading, code, group):
    loaded = loading.one(OLD + person(1, code, ",0,0,1,0,0,1,0,0,0"))
    assert loading.rows(loaded, '"group"') == [(group,)]


def test_an_unknown_code_of_race_is_a_question(loading):
    """Case 97."""
    problem = loading.problem(DecisionNeeded, OLD + person(1, "9", "0,0,0,1,0,0,1,0,0,0"))
    assert "unknown group code: '9'" in problem.found


@pytest.mark.parametrize("head", [OLD, NEW])
def test_hispanic_is_anybody_so_perceived_and_both_counts_are_told(loading, head):
    """The flag counts four, RAE_FULL = 3 two; the counts stand in the note only where the file is public."""
    columns = len(head.split(",")) - len(HEAD.split(","))
    races = [("3", "1"), ("3", "1"), ("8", "1"), ("8", "1"), ("7", "0"), ("8", "0")]
    rows = "".join(person(i, race, flag + ",0" * columns) for i, (race, flag) in enumerate(races, 1))
    loaded = loading.one(head + rows, published=True)
    assert sorted(loading.rows(loaded, '"group", n')) == [("hispanic", 4), ("multiple", 1), ("white", 1)]
    assert "4 rows by the flag, 2 by RAE_FULL = 3 alone" in loading.notes(loaded)
    assert "by the flag" not in loading.notes(loading.one(head + rows))


def test_hispanic_alone_is_hispanic_even_where_the_flag_denies_it(loading):
    loaded = loading.one(OLD + person(1, "3", "0,0,0,1,0,0,1,0,0,0"))
    assert loading.rows(loaded, '"group"') == [("hispanic",)]
    assert "RAE_FULL = 3 whose flag says not Hispanic, counted as hispanic (first in row 2)" in loading.notes(loaded)


def test_a_flag_that_is_neither_yes_nor_no_is_a_question(loading):
    problem = loading.problem(DecisionNeeded, OLD + person(1, "7", "5,0,0,1,0,0,1,0,0,0"))
    assert "RAE_HISPANIC_LATINO = 5" in problem.found


def test_without_the_flag_the_note_says_so(loading):
    loaded = loading.one(OLD.replace("RAE_HISPANIC_LATINO,", "") + person(1, "8", "0,0,1,0,0,1,0,0,0"))
    assert loading.rows(loaded, '"group"') == [("multiple",)]
    assert "there is no column RAE_HISPANIC_LATINO or RAE_HISPANIC_LATINEX" in loading.notes(loaded)


@pytest.fixture
def read(loading):
    """Load with the rows that signals ask for."""

    def load(text: str, columns: str):
        loaded = loading.load(loading.spec(text), rows=WANTED)
        return loading.rows(loaded, columns, "events")

    return load


@pytest.mark.parametrize(
    ("flags", "searched", "contraband"),
    [
        ("1,0,0,1,0", True, True),
        ("0,1,1,0,0", True, False),
        ("0,0,0,0,0", False, None),
        ("0,0,0,1,0", False, None),  # in plain view: no search, so no hit
        (",0,0,0,0", None, None),  # blank is not no
        (",1,0,0,1", True, True),
    ],
)
def test_searches_of_2018_to_2023(read, flags, searched, contraband):
    text = OLD + person(1, "7", f"0,{flags},0,0,0,0") + person(2, "7", "0,1,0,0,0,1,0,0,0,0")
    assert read(text, "searched, contraband")[0] == (searched, contraband)


@pytest.mark.parametrize(
    ("flags", "searched", "contraband"),
    [("1,0,0,0,1", True, True), ("0,0,1,0,0", True, False), ("0,0,0,1,0", False, None)],
)
def test_searches_from_2024_on_hold_frisks_and_not_handcuffs(read, flags, searched, contraband):
    text = NEW + person(1, "7", f"0,{flags},0,0") + person(2, "7", "0,1,0,0,0,1,0,0")
    assert read(text, "searched, contraband")[0] == (searched, contraband)


def test_both_eras_side_by_side_in_one_file(read):
    """A file that puts the years together leaves the columns of the other era blank."""
    head = HEAD + "ADS_SEARCH_PERSON,ADS_SEARCH_PROPERTY,NFA_SEARCH_PERSON,NFA_SEARCH_PROPERTY,NFA_TERRY_FRISK\n"
    rows = ["0,1,,,", "0,0,,,", ",,0,0,1", ",,0,0,0", ",,,,"]
    text = head + "".join(person(i, "7", row) for i, row in enumerate(rows))
    assert [row[0] for row in read(text, "searched")] == [True, False, True, False, None]


def test_how_a_stop_ended(read):
    """A release in the field with a citation is a citation, custody with or without a warrant an arrest."""
    rows = ["1,0,0,0", "0,1,0,0", "0,0,1,0", "0,0,0,1", "0,0,0,0"]
    text = OLD + "".join(person(i, "7", f"0,0,0,1,0,0,{row}") for i, row in enumerate(rows))
    assert read(text, "cited, booked") == [(True, False), (True, False), (False, True), (False, True), (False, False)]


def test_sex_age_and_time(read):
    text = OLD + "".join(person(i, "7", "0,0,0,1,0,0,1,0,0,0", sex=str(i)) for i in range(1, 7))
    assert read(text, "sex, age, minute") == [
        (sex, 34, 21 * 60 + 15) for sex in ("male", "female", "male", "female", "other", "other")
    ]


def test_a_county_may_be_named_since_the_file_does_not(loading):
    loaded = loading.one(OLD + person(1, "7", "0,0,0,1,0,0,1,0,0,0"), constants={"place": "06065"})
    assert loading.rows(loaded, "place, agency") == [("06065", "RIVERSIDE CO SO")]


def test_a_copy_of_a_person_of_a_stop_is_set_aside_and_two_that_differ_are_counted(loading):
    row, other = (person(1, "7", f"0,0,0,1,0,0,{cited},0,0,0") for cited in "10")
    copied = loading.one(OLD + row + row + person(2, "7", "0,0,0,1,0,0,1,0,0,0"))
    assert loading.rows(copied, "n") == [(2,)]
    assert loading.steps(copied)["copy of a row, cell by cell and with its number (record_id)"] == (1, True, "3")
    differing = loading.one(OLD + row + other)
    assert loading.rows(differing, "n") == [(2,)]
    assert "stands in several rows that differ, e.g. in row 3; each is counted" in loading.notes(differing)


def test_a_person_of_a_stop_in_two_files_is_one(loading):
    """A supplement that holds records of the county's file again."""
    row, more = (person(i, "7", "0,0,0,1,0,0,1,0,0,0") for i in (1, 2))
    files = [loading.spec(OLD + row, "a.csv"), loading.spec(OLD + row + more, "b.csv")]
    loaded = loading.load(*files)
    assert sum(n for (n,) in loading.rows(loaded, "n")) == 2
    assert loading.steps(loaded, 1)["record already in a.csv (by record_id)"] == (1, True, "2")


def test_the_notes_name_the_columns_read_and_never_a_number_of_people(loading):
    loaded = loading.one(found_adapters()["ripa"].sample)
    notes = loading.notes(loaded)
    assert "searched made of ADS_SEARCH_PERSON, ADS_SEARCH_PROPERTY" in notes
    assert "columns not used: RAE_WHITE, CED_NONE_CONTRABAND" in notes


def test_sheets_of_both_eras_in_one_source(loading):
    """A workbook per county and year: the sheets need not agree in their columns."""
    old = [line.split(",") for line in (OLD + person(1, "3", "1,0,0,1,0,0,1,0,0,0")).splitlines()]
    new = [
        line.split(",") for line in (NEW + person(1, "7", "0,1,0,0,0,1,0,0", day="2024-03-01", stop="U9")).splitlines()
    ]
    loaded = loading.load(loading.workbook({"2019": old, "2024": new}, published=True))
    assert loading.rows(loaded, '"group", searched, contraband') == [
        ("hispanic", "no", None),
        ("white", "yes", "yes"),
    ]
    assert "the columns are those of 2018 to 2023" in loading.notes(loaded, 0)
    assert "the columns are those from 2024 on" in loading.notes(loaded, 1)
