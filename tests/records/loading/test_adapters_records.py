"""Person-events: counted by month, rows of a file accounted for one by one, persons never read."""

from datetime import date

from auditor.errors import DecisionNeeded
from auditor.records.quality import assess

HEAD = "place,event,date,group,offence\n"


def test_events_are_counted_by_month_and_cell(loading):
    text = HEAD + (
        "48453,arrest,2011-08-15,Hispanic,traffic\n48453,arrest,2011-08-31 23:59:59,Hispanic,traffic\n"
        "48453,arrest,2011-09-01,Hispanic,traffic\n48453,arrest,8/2/2011,White,dui\n48453,arrest,8/30/2011,,dui\n"
    )
    loaded = loading.one(text)
    assert loading.rows(loaded, 'row, start, "end", period_kind, "group", offence, n') == [
        (2, date(2011, 8, 1), date(2011, 8, 31), "month", "hispanic", "traffic", 2),
        (4, date(2011, 9, 1), date(2011, 9, 30), "month", "hispanic", "traffic", 1),
        (5, date(2011, 8, 1), date(2011, 8, 31), "month", "white", "dui", 1),
        (6, date(2011, 8, 1), date(2011, 8, 31), "month", None, "dui", 1),
    ]
    assert loaded.sources[0].ledger.used == 5


def test_grouped_rows_are_summed_not_deduplicated(loading):
    """Identical rows with a count stand for people (formats.md, fact 8)."""
    text = "place,event,date,group,n\n" + "48453,stop,2011-08-15,White,3\n" * 3
    loaded = loading.one(text, format="records")
    assert loading.rows(loaded, "n") == [(9,)]
    assert "fewer than 11 rows equal to another row in every column; kept and counted" in loading.notes(loaded)


def test_a_suppressed_row_makes_its_month_an_interval(loading):
    text = "place,event,date,group,n\n48453,stop,2011-08-15,White,30\n48453,stop,2011-08-16,White,<11\n"
    assert loading.rows(loading.one(text, format="records"), "n, n_low, n_high") == [(None, 30, 40)]


def test_a_coarser_date_keeps_its_period(loading):
    loaded = loading.one(HEAD + "48453,arrest,2011,White,dui\n48453,arrest,2011-08,White,dui\n")
    assert loading.rows(loaded, "period_kind, n") == [("year", 1), ("month", 1)]


def test_excluding_counts_every_row_of_the_file(loading):
    """Five rows lie behind two canonical ones: the ledger counts five."""
    text = HEAD + "48453,arrest,2011-08-15,White,dui\n" * 3 + "48453,arrest,2011-08-16,Black,dui\n" * 2
    loaded = loading.load(loading.spec(text + "48201,arrest,2011-08-15,White,dui\n"), exclude=["48453"])
    assert loading.steps(loaded) == {"place left out by the configuration": (5, False, "2, 5, ...")}
    assert loading.rows(loaded, "place, n") == [("48201", 1)]


def test_columns_and_values_of_the_agency(loading):
    text = (
        "ORI,when,RACE,charge text,Inmate Name\n"
        "TX2270000,15-Aug-2011,W,DWI 2ND,Doe\n"
        "TX2270000,16-Aug-2011,H,NO DL,Roe\n"
    )
    loaded = loading.one(
        text,
        format="records",
        columns={"date": "when", "offence": "charge text"},
        constants={"event": "booking"},
        values={"group": {"W": "white", "H": "hispanic"}, "offence": {"DWI 2ND": "dui", "NO DL": "licence"}},
    )
    assert loading.rows(loaded, 'place, "group", offence') == [
        ("TX2270000", "white", "dui"),
        ("TX2270000", "hispanic", "licence"),
    ]
    assert "Doe" not in loading.notes(loaded)


def test_personal_columns_are_not_read(loading):
    text = (
        "place,event,date,person,officer,surname,disposition\n48453,arrest,2011-08-15,Jane Roe,Badge 9,Roe,dismissed\n"
    )
    loaded = loading.one(text)
    notes = loading.notes(loaded)
    assert "known but not used by this version: disposition, officer, person, surname" in notes
    tables = [name for (name,) in loaded.store.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
    assert "counts" in tables
    for table in tables:
        content = str(loaded.store.connection.execute(f'SELECT * FROM "{table}"').fetchall())
        assert "Roe" not in content
        assert "Badge" not in content


def test_a_file_of_new_years_days_knows_only_its_years(loading):
    text = HEAD + "".join(f"48453,arrest,{2000 + i % 10}-01-01,White,dui\n" for i in range(30))
    loaded = loading.one(text)
    assert "most dates are 1 January: only their year is known" in loading.notes(loaded)
    assert set(loading.rows(loaded, "period_kind")) == {("year",)}
    assert "30 dates of 30 dates" in loading.notes(loading.one(text, published=True))


def test_records_that_end_on_new_years_day_are_dated_well(loading):
    """22 arrests of 1 January after a month with 25 a day; and 40 that bear a time of day."""
    month = "".join(f"48453,arrest,2017-12-{1 + i % 31:02d},White,dui\n" for i in range(31 * 25))
    ended = loading.one(HEAD + month + "48453,arrest,2018-01-01,White,dui\n" * 22)
    assert "1 January" not in loading.notes(ended)
    assert ("month",) in set(loading.rows(ended, "period_kind"))
    timed = loading.one(HEAD + "48453,arrest,2018-01-01 00:41,White,dui\n" * 40)
    assert "1 January" not in loading.notes(timed)
    midnight = loading.one(HEAD + "48453,arrest,2018-01-01 00:00:00,White,dui\n" * 40)
    assert "only their year is known" in loading.notes(midnight)


def test_an_unknown_offence_is_a_question(loading):
    problem = loading.problem(DecisionNeeded, HEAD + "48453,arrest,2011-08-15,White,SPEEDING 1-10\n")
    assert (problem.column, problem.row) == ("offence", 2)
    assert "'SPEEDING 1-10' in 1 row" in problem.found


def test_quality_of_person_events(loading):
    """Four events, one without a group: a quarter, so grade C."""
    rows = "".join(
        f"48453,arrest,2011-0{month}-15,{group},dui\n"
        for month, group in ((1, "White"), (2, ""), (3, "Black"), (4, "White"))
    )
    (quality,) = assess(loading.one(HEAD + rows))
    assert (quality.missing_group, quality.months, quality.missing_months, quality.grade) == (0.25, 4, 0.0, "C")
    assert quality.reasons == ("events without a group: 25.0%",)


def test_a_column_of_days_is_no_yes_or_no(loading):
    """ "Booked" is a flag in one file and the day of the booking in another; so is "Detainer"."""
    head = "place,event,date,group,Booked,Detainer\n"
    first = "48453,arrest,2011-08-15,White,08/16/2011,8/20/2011 13:05\n"
    days = head + first + "48453,arrest,2011-08-16,White,08/17/2011,\n"
    asked = frozenset({"event", "day", "booked", "detainer"})
    loaded = loading.load(loading.spec(days), rows=asked)
    assert loading.rows(loaded, "booked, detainer", "events") == [(None, None), (None, None)]
    notes = loading.notes(loaded)
    assert "column 'Booked' holds days, not yes or no: it is not read as booked" in notes
    said = "column 'Detainer' holds days, not yes or no: it is not read as detainer"
    assert f"{said}; columns.detainer_date = 'Detainer' reads it as the day of one" in notes
    flags = head + "48453,arrest,2011-08-15,White,Yes,No\n48453,arrest,2011-08-16,White,No,\n"
    read = loading.load(loading.spec(flags), rows=asked)
    assert loading.rows(read, "booked, detainer", "events") == [(True, False), (False, None)]
