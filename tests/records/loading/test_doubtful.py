"""Files that read well and would be read wrongly: each is refused or asked about, and what only resembles it is not."""

from datetime import date

import pytest

from auditor.errors import DecisionNeeded, InputError

RECORDS = "place,event,date,group\n"
COUNTS = "place,period,event,group,n\n"


def records(*days):
    return RECORDS + "".join(f"48453,arrest,{day},white\n" for day in days)


def counts(*periods):
    return COUNTS + "".join(f"48453,{period},arrest,white,5\n" for period in periods)


def test_days_that_a_spreadsheet_swapped_with_their_months(loading):
    """The 1st to the 7th of April, day first, opened where the month is first: 13/04/2011 alone stays a text."""
    text = records(*(date(2011, month, 4) for month in range(1, 8)), "13/04/2011")
    error = loading.error(DecisionNeeded, loading.spec(text))
    assert "up to the 12th" in error.problems[0].found
    assert (error.problems[0].row, error.problems[0].column) == (9, "date")
    assert "day_first = true" in error.toml
    assert loading.one(text, day_first=True).sources[0].ledger.used == 8


def test_days_in_two_forms_that_nothing_swapped(loading):
    text = records(*(date(2011, month, 4 * month) for month in range(1, 8)), "13/04/2011")
    assert loading.one(text).sources[0].ledger.used == 8


@pytest.mark.parametrize("periods", [("2009-10", "2010-11"), ("2010-11", "2011-12", "2012-13"), ("2009/10", "2010/11")])
def test_years_into_the_next_are_no_months(loading, periods):
    problem = loading.problem(InputError, counts(*periods))
    assert "from one calendar year into the next" in problem.why
    assert (problem.row, problem.column) == (2, "period")


@pytest.mark.parametrize("periods", [("2010-11",), ("2010-10", "2010-11", "2010-12", "2011-01"), ("2010/2011",)])
def test_months_and_longer_spans_are_read(loading, periods):
    assert loading.one(counts(*periods)).sources[0].ledger.used == len(periods)


def test_a_day_without_its_year_is_no_month(loading):
    """A spreadsheet shows the 23rd of January as Jan-23; in a column of periods it is January 2023 (case 73)."""
    problem = loading.problem(InputError, records("Jan-23", "Jan-24", "2011-02-03"))
    assert "'Jan-23' in 1 row, 'Jan-24' in 1 row" in problem.found
    assert loading.rows(loading.one(counts("Jan-11")), "start") == [(date(2011, 1, 1),)]


def test_years_of_two_digits_that_stand_first(loading):
    """13-08-15 is the 15th of August 2013, and would be the 13th of August 2015."""
    days = [f"13-08-{day}" for day in (10, 15, 31)]
    assert "year seems to stand first" in loading.problem(InputError, records(*days)).why
    turned = [f"{day}-08-13" for day in (10, 15, 31)]
    read = loading.one(records(*turned))
    assert loading.rows(read, "start, n") == [(date(2013, 8, 1), 3)]


def test_rows_with_a_blank_label_that_are_totals(loading):
    """Databases leave the label of a ROLLUP's sums blank: 12 = 5 + 7 and 3 = 1 + 2."""
    head = "place,period,event,group,offence,n\n"
    rows = ["white,theft,5", "black,theft,7", ",theft,12", "white,dui,1", "black,dui,2", ",dui,3"]
    text = head + "".join(f"48453,2011,arrest,{row}\n" for row in rows)
    error = loading.error(DecisionNeeded, loading.spec(text))
    assert "2 rows with a blank group" in error.problems[0].found
    assert error.problems[0].row == 4
    assert 'totals = "exclude"' in error.toml
    loaded = loading.one(text, totals="exclude")
    assert loading.rows(loaded, "n") == [(5,), (7,), (1,), (2,)]
    assert len(loading.rows(loading.one(text, totals="keep"), "n")) == 6
    other = text.replace(",12\n", ",13\n")
    assert len(loading.rows(loading.one(other), "n")) == 6


@pytest.mark.parametrize("beside", ["hispanic", "Hispanic Origin", "is_latino", "ethnic_origin_desc"])
def test_origin_beside_race_is_asked_about(loading, beside):
    text = f"place,event,date,race,{beside}\n48453,arrest,2011-08-15,White,Y\n48453,arrest,2011-08-16,White,N\n"
    problem = loading.error(DecisionNeeded, loading.spec(text)).problems[0]
    assert f"{beside!r} beside it is not read" in problem.found
    decided = loading.one(text, columns={"group": "race"})
    assert loading.rows(decided, '"group", n') == [("white", 2)]
    blank = text.replace(",Y\n", ",\n").replace(",N\n", ",NA\n")
    assert loading.one(blank).sources[0].ledger.used == 2


@pytest.mark.parametrize("unit", ["(thousands)", "in 000s", "per 100 000", "rate"])
def test_a_cell_that_names_a_unit(loading, unit):
    rows = counts("2010", "2011").removeprefix(COUNTS)
    problem = loading.problem(InputError, COUNTS + f",,,,{unit}\n" + rows)
    assert "names a unit" in problem.why


def test_years_with_a_stop_and_zero(loading):
    loaded = loading.one(counts("2011.0", "2010.0"))
    assert loading.rows(loaded, "start") == [(date(2011, 1, 1),), (date(2010, 1, 1),)]
    assert "a stop and zero behind years left out, e.g. '2011.0'" in loading.notes(loaded)


@pytest.mark.parametrize("header", ["year", "period", "Yr"])
def test_a_month_beside_a_year_of_any_name(loading, header):
    """Under another name than "year" the months were not read, and each figure passed for one of the whole year."""
    options = {"columns": {"period": header}} if header == "Yr" else {}
    text = f"place,{header},month,event,n\n48453,2011,January,arrest,5\n48453,2011,2,arrest,6\n"
    read = loading.rows(loading.one(text, format="counts", **options), 'start, "end", n')
    assert read == [(date(2011, 1, 1), date(2011, 1, 31), 5), (date(2011, 2, 1), date(2011, 2, 28), 6)]


def test_a_month_beside_a_fiscal_year(loading):
    text = "place,fiscal_year,month,event,n\n48453,2011,October,arrest,5\n48453,2011,January,arrest,6\n"
    assert "stands beside a fiscal year" in loading.problem(InputError, text).found
