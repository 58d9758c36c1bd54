"""Single rows, typed, where a signal asks for them: each column, what cannot be read, and what decides which rows."""

from datetime import date, datetime

import pytest

from auditor.domain.periods import parse_period
from auditor.errors import DecisionNeeded
from auditor.records.clocks import read_clock
from auditor.records.event_columns import MOMENTS, READINGS

EVERY = frozenset(READINGS)


def column(loading, name, written, *, also="", rows=EVERY, **options):
    """One value of a column in each row; returns what the table of rows holds of it, and the load."""
    text = f"place,event,date,{name}\n" + "".join(
        f'48453,arrest,2011-08-{15 + i},"{v}"\n' for i, v in enumerate(written)
    )
    loaded = loading.load(loading.spec(text, format="records", **options), rows=rows)
    wanted = f'"{also or name}"'
    found = loaded.store.connection.execute(f"SELECT {wanted} FROM events ORDER BY row").fetchall()
    return [value for (value,) in found], loaded


def faults(loaded):
    return loaded.store.connection.execute(
        "SELECT name, reason, rows, first_row FROM row_faults ORDER BY ALL"
    ).fetchall()


def test_nothing_is_laid_down_where_nothing_is_asked_for(loading):
    values, loaded = column(loading, "officer", ["Badge 9"], rows=frozenset())
    assert values == []
    assert "columns known but not used by this version: officer" in loading.notes(loaded)


def test_columns_that_the_counts_hold_alone_need_no_rows(loading):
    values, _ = column(loading, "group", ["White"], rows=frozenset({"event", "group", "agency", "offence"}))
    assert values == []


def test_only_what_is_asked_for_is_filled(loading):
    text = "place,event,date,searched,officer,facility\n48453,stop,2011-08-15,yes,Badge 9,Jail\n"
    loaded = loading.load(loading.spec(text), rows=frozenset({"event", "searched"}))
    row = loaded.store.connection.execute("SELECT searched, officer, facility, day FROM events").fetchall()
    assert row == [(True, None, None, None)]
    assert "columns known but not used by this version: facility, officer" in loading.notes(loaded)


@pytest.mark.parametrize(
    ("text", "minute"),
    [("13:05", 785), ("1:05 PM", 785), ("1:05 p.m.", 785), ("13:05:59", 785), ("12:00 AM", 0), ("12:30 PM", 750),
     ("1305", 785), ("905", 545), ("5", 5), ("0000", 0), ("23:59:59.9", 1439), ("13:05Z", 785), ("13:05-06:00", 785)],
)  # fmt: skip
def test_times_of_day(text, minute):
    assert read_clock(text) == minute


@pytest.mark.parametrize("text", ["24:00", "25:10", "13:65", "1380", "noon", "13:05 PM", "0:30 am", "0.5", "12345"])
def test_what_is_no_time_of_day(text):
    assert read_clock(text) is None


def test_a_workbooks_fraction_of_a_day_is_a_time():
    assert read_clock("0.5451388889", fractions=True) == 785


def test_minutes_come_from_the_time_column(loading):
    values, loaded = column(loading, "time", ["13:05", "", "25:10", "1:05 PM", "N/A", "13:05:22"], also="minute")
    assert values == [785, None, None, 785, None, 785]
    assert faults(loaded) == [("time", "is no time of day", 1, 4)]
    assert "read as missing where it is no time of day, first in row 4" in loading.notes(loaded)
    assert loaded.sources[0].ledger.used == 6


def test_minutes_come_from_the_date_where_there_is_no_time_column(loading):
    text = "place,event,date,sex\n48453,arrest,2011-08-15 13:05:59,M\n48453,arrest,8/16/2011 1:05 PM,F\n"
    text += "48453,arrest,2011-08-17,M\n"
    loaded = loading.load(loading.spec(text), rows=frozenset({"minute", "day"}))
    found = loaded.store.connection.execute("SELECT day, minute FROM events ORDER BY row").fetchall()
    assert found == [(date(2011, 8, 15), 785), (date(2011, 8, 16), 785), (date(2011, 8, 17), None)]


def test_times_that_are_all_midnight_are_no_times(loading):
    """bad-inputs 76: 00:00 for all means that only the day is known."""
    text = "place,event,date\n48453,arrest,2011-08-15 00:00:00\n48453,arrest,2011-08-16 00:00:00\n"
    loaded = loading.load(loading.spec(text), rows=frozenset({"minute"}))
    assert loaded.store.connection.execute("SELECT DISTINCT minute FROM events").fetchall() == [(None,)]
    assert "date: every time of day is midnight" in loading.notes(loaded)


def test_one_time_that_is_not_midnight_keeps_them_all(loading):
    values, _ = column(loading, "time", ["00:00", "00:00", "00:01"], also="minute")
    assert values == [0, 0, 1]


def test_a_day_is_known_only_from_a_full_date(loading):
    text = "place,event,date,sex\n48453,arrest,2011-08-15,M\n48453,arrest,2011-08,M\n48453,arrest,2011,F\n"
    loaded = loading.load(loading.spec(text), rows=EVERY)
    found = loaded.store.connection.execute('SELECT day, start, "end" FROM events ORDER BY row').fetchall()
    assert found == [
        (date(2011, 8, 15), date(2011, 8, 15), date(2011, 8, 15)),
        (None, date(2011, 8, 1), date(2011, 8, 31)),
        (None, date(2011, 1, 1), date(2011, 12, 31)),
    ]


@pytest.mark.parametrize("name", ["searched", "contraband", "cited", "booked", "detainer", "prior_conviction"])
def test_yes_and_no(loading, name):
    values, _ = column(loading, name, ["yes", "N", "TRUE", "0", "", "n/a"])
    assert values == [True, False, True, False, None, None]


@pytest.mark.parametrize("name", ["cited", "prior_conviction", "disposition", "sex"])
def test_an_unknown_code_is_a_question(loading, name):
    text = f"place,event,date,{name}\n48453,arrest,2011-08-15,ZZ 9\n"
    (problem,) = loading.error(DecisionNeeded, loading.spec(text), rows=EVERY).problems
    assert problem.found == f"unknown {name} code: 'ZZ 9' in 1 row"


def test_an_unknown_code_that_nobody_asks_for_is_no_question(loading):
    values, _ = column(loading, "disposition", ["ZZ 9"], rows=frozenset({"sex"}))
    assert values == []


def test_dispositions(loading):
    written = ["Convicted", "pled guilty", "Dismissed", "No charges filed", "not guilty", "pending", "Released to ICE"]
    values, _ = column(
        loading, "disposition", [*written, "unknown", "NOLLE PROS"], values={"disposition": {"nolle pros": "dismissed"}}
    )
    assert values == [
        "convicted", "convicted", "dismissed", "no-charge", "acquitted", "pending", "transferred-to-ice", "unknown",
        "dismissed",
    ]  # fmt: skip


def test_a_value_left_out_leaves_its_row_out_of_the_rows_only(loading):
    values, loaded = column(loading, "disposition", ["convicted", "X"], values={"disposition": {"X": "exclude"}})
    assert values == ["convicted"]
    assert loaded.sources[0].ledger.used == 2
    assert "disposition: rows with a value that the configuration leaves out are counted" in loading.notes(loaded)


def test_ages(loading):
    values, loaded = column(loading, "age", ["31", "31.0", "25-34", "199", "", "unknown", "0"])
    assert values == [31, 31, None, None, None, None, 0]
    assert faults(loaded) == [("age", "is no whole number of years", 3, 4)]


def test_sexes(loading):
    assert column(loading, "sex", ["M", "female", "Unknown", ""])[0] == ["male", "female", "unknown", None]


@pytest.mark.parametrize("name", MOMENTS)
def test_days_with_and_without_a_time(loading, name):
    values, loaded = column(
        loading, name, ["2011-09-01 13:05:40", "9/21/2011", "2011-09", "soon", "", "2011-09-03T00:00"]
    )
    assert values == [datetime(2011, 9, 1, 13, 5), datetime(2011, 9, 21), None, None, None, datetime(2011, 9, 3)]
    timed = loaded.store.connection.execute(f"SELECT {name}_timed FROM events ORDER BY row").fetchall()
    assert [value for (value,) in timed] == [True, False, False, False, None, True]
    assert faults(loaded) == [(name, "cannot be read as a day", 1, 5), (name, "is not a full day", 1, 4)]


def test_a_release_in_the_future_is_missing_but_not_the_day_on_which_one_may_be_released(loading):
    text = "place,event,date,release_date,release_eligible_date\n48453,booking,2011-08-15,2012-08-01,2012-08-01\n"
    loaded = loading.load(loading.spec(text), rows=EVERY, as_of=date(2011, 12, 31))
    found = loaded.store.connection.execute("SELECT release_date, release_eligible_date FROM events").fetchall()
    assert found == [(None, datetime(2012, 8, 1))]


def test_the_order_of_day_and_month_may_be_settled_by_the_date_of_the_event(loading):
    text = "place,event,date,release_date\n48453,booking,8/15/2011,9/1/2011\n"
    loaded = loading.load(loading.spec(text), rows=EVERY)
    assert loaded.store.connection.execute("SELECT release_date FROM events").fetchall() == [(datetime(2011, 9, 1),)]
    asked = loading.spec(text.replace("8/15/2011", "2011-08-15"), "other.csv")
    (problem,) = loading.error(DecisionNeeded, asked, rows=EVERY).problems
    assert problem.column == "release_date"


@pytest.mark.parametrize("name", ["operation", "detainer_type", "lift_reason", "facility", "program"])
def test_texts(loading, name):
    assert column(loading, name, ["  Travis   County ", "NULL", "", "I-247"])[0] == [
        "Travis County",
        None,
        None,
        "I-247",
    ]


def test_identifiers_keep_their_spelling_and_surnames_their_nulls(loading):
    assert column(loading, "officer", [" Badge  9", "N/A", "", "007"])[0] == ["Badge 9", None, None, "007"]
    assert column(loading, "person", ["A1", "none"])[0] == ["A1", None]
    assert column(loading, "surname", ["Null", "NA", " De  La Cruz "])[0] == ["Null", "NA", "De La Cruz"]


def test_a_decision_on_an_identifier(loading):
    values, _ = column(loading, "officer", ["9999", "12"], values={"officer": {"9999": "missing"}})
    assert values == [None, "12"]


def test_places_on_the_map(loading):
    values, loaded = column(loading, "latitude", ["30.27", "0", "91", "north", "", "nan"])
    assert values == [30.27, None, None, None, None, None]
    assert faults(loaded) == [("latitude", "is no place on the map", 3, 3)]


def test_contraband_without_a_search_is_missing_where_the_file_says_no_throughout(loading):
    text = (
        "place,event,date,searched,contraband\n"
        + "48453,stop,2011-08-15,no,False\n" * 2
        + "48453,stop,2011-08-15,yes,False\n"
    )
    loaded = loading.load(loading.spec(text), rows=EVERY)
    found = loaded.store.connection.execute("SELECT searched, contraband FROM events ORDER BY row").fetchall()
    assert found == [(False, None), (False, None), (True, False)]
    assert 'contraband is written as "no" in every row without a search' in loading.notes(loaded)


def test_contraband_in_plain_view_keeps_what_the_file_says(loading):
    text = "place,event,date,searched,contraband\n48453,stop,2011-08-15,no,no\n48453,stop,2011-08-15,no,yes\n"
    loaded = loading.load(loading.spec(text), rows=EVERY)
    assert loaded.store.connection.execute("SELECT contraband FROM events ORDER BY row").fetchall() == [
        (False,),
        (True,),
    ]


def test_rows_set_aside_are_not_among_them(loading):
    text = "place,event,date,sex\n48453,arrest,2011-08-15,M\n48453,arrest,nonsense,F\n48453,arrest,2011-08-17,F\n"
    loaded = loading.load(loading.spec(text), rows=EVERY)
    assert loaded.store.connection.execute("SELECT row FROM events ORDER BY row").fetchall() == [(2,), (4,)]


def test_rows_go_with_their_counts(loading):
    """Places left out, months outside the audited period: what the counts lose, the rows lose."""
    text = "place,event,date,sex\n48453,arrest,2011-08-15,M\n48453,arrest,2012-08-15,F\n48201,arrest,2011-08-15,M\n"
    loaded = loading.load(loading.spec(text), rows=EVERY, exclude=["48201"], period=parse_period("2011"))
    assert loaded.store.connection.execute("SELECT place, row FROM events").fetchall() == [("48453", 2)]


def test_each_row_knows_the_count_that_it_is_part_of(loading):
    text = (
        "place,event,date,group,n\n"
        + "48453,stop,2011-08-15,White,3\n48453,stop,2011-08-20,White,<11\n48453,stop,2011-09-01,White,2\n"
    )
    loaded = loading.load(loading.spec(text, format="records"), rows=EVERY)
    sql = loaded.store.connection
    assert sql.execute("SELECT row, counted, n FROM events ORDER BY row").fetchall() == [
        (2, 2, 3),
        (3, 2, None),
        (4, 4, 2),
    ]
    assert sql.execute("SELECT row, n FROM counts ORDER BY row").fetchall() == [(2, None), (4, 2)]


def test_identifiers_stay_in_the_table_of_rows(loading):
    """Nothing but ``events`` holds what may point to a person; notes and sources say nothing of it."""
    text = "place,event,date,officer,person,surname\n48453,arrest,2011-08-15,KANARIE1,KANARIE2,KANARIE3\n"
    loaded = loading.load(loading.spec(text), rows=EVERY)
    sql = loaded.store.connection
    for (table,) in sql.execute("SELECT table_name FROM duckdb_tables()").fetchall():
        held = "KANARIE" in str(sql.execute(f'SELECT * FROM "{table}"').fetchall())
        assert held == (table == "events"), table
    assert "KANARIE" not in repr(loaded.sources) + loading.notes(loaded)
