"""Days of operations: what is read, what is refused, and which join no counts."""

from datetime import date

import pytest

from auditor.errors import InputError

HEAD = "place,date,agency,name\n"
DAYS = HEAD + "04013,2008-04-03,Sheriff,Cave Creek\n04013,2008-05-06,,\n"
COUNTS = "place,period,event,n\n04013,2008-04,arrest,40\n"


def test_days_are_read(loading):
    loaded = loading.one(DAYS)
    assert loading.rows(loaded, "place, date, agency, name", "operations") == [
        ("04013", date(2008, 4, 3), "Sheriff", "Cave Creek"),
        ("04013", date(2008, 5, 6), None, None),
    ]
    assert "1 day without an agency: taken as a day of every agency of the place" in loading.notes(loaded)


def test_a_row_without_a_day_is_set_aside(loading):
    loaded = loading.one(DAYS + "04013,,Sheriff,Mesa\n")
    (ledger,) = [source.ledger for source in loaded.sources]
    assert (ledger.read, ledger.used, ledger.quarantined) == (3, 2, 1)


def test_a_day_that_is_none_is_set_aside(loading):
    loaded = loading.one(DAYS + "04013,2008-02-30,Sheriff,Mesa\n")
    assert loaded.sources[0].ledger.quarantined == 1


def test_days_that_join_no_counts_are_noted(loading):
    alone = HEAD + "04013,2008-04-03,Sheriff,\n04021,2008-04-03,Sheriff,\n"
    notes = loading.notes(loading.load(loading.spec(alone, "days.csv"), loading.spec(COUNTS, "counts.csv")))
    assert "days of operations at 2 places: 1 without counts (04021)" in notes
    notes = loading.notes(loading.load(loading.spec(DAYS, "days.csv"), loading.spec(COUNTS, "counts.csv")))
    assert "days of operations at 1 place: all have counts" in notes


def test_without_a_date_column_it_is_no_such_file(loading):
    with pytest.raises(InputError, match="no column for date"):
        loading.one("place,agency\n04013,Sheriff\n", format="operations")


def test_places_that_the_audit_leaves_out_have_no_operations(loading):
    loaded = loading.load(loading.spec(DAYS, "days.csv"), loading.spec(COUNTS, "counts.csv"), exclude=("04013",))
    assert loading.rows(loaded, "place", "operations") == []
