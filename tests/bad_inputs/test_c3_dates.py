"""Bad inputs, chapter 3, cases 70-84: dates, periods, series."""

from datetime import date

import pytest

from auditor.records.quality import assess

HEAD = "place,event,date,group\n"


def days(*cells):
    """One arrest a cell."""
    return HEAD + "".join(f'48453,arrest,"{cell}",white\n' for cell in cells)


def periods(*cells):
    return "place,period,event,n\n" + "".join(
        f'48453,"{cell}",arrest,{9 + 7 * (i % 3)}\n' for i, cell in enumerate(cells)
    )


@pytest.mark.parametrize("epoch, first", [(1900, date(2008, 1, 1)), (1904, date(2012, 1, 2))])
def test_case_070_day_numbers_of_a_workbook(desk, epoch, first):
    """39448 from 30 December 1899 is 1 January 2008; the 1904 system is 1,462 days later (Excel's documentation)."""
    import openpyxl
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904 if epoch == 1904 else CALENDAR_WINDOWS_1900
    for row in (["place", "period", "event", "n"], ["48453", 39448, "arrest", 5], ["48453", 39449, "arrest", 4]):
        book.active.append(row)
    book.save(desk.folder / "file.xlsx")
    told = desk.of(desk.source("file.xlsx"))
    told.says(f"day numbers read with the workbook's epoch ({epoch}), e.g. 39448 as {first}")
    assert told.rows("start")[0] == (first,)


def test_case_070_day_numbers_in_a_text_file(desk):
    told = desk.read(periods("40817", "2011-10", "2011-11"))
    assert told.steps() == {"period looks like a spreadsheet's day number": (1, True, "2")}


def test_case_071_day_or_month_first(desk):
    open_ = desk.read(days("03/04/2011", "05/06/2011"))
    problem = open_.refused("question", "day and month could stand either way in every cell", "day_first = false")
    assert problem["where"] == "file.csv › row 2 › column date"
    assert desk.read(days("03/04/2011"), day_first=True).rows("start") == [(date(2011, 4, 1),)]
    assert desk.read(days("03/04/2011", "10/27/2011")).rows("start") == [(date(2011, 3, 1),), (date(2011, 10, 1),)]


def test_case_072_several_formats_in_one_column(desk):
    cells = ("2011-08-15", "8/16/2011", "17-Aug-11", "August 18, 2011", "20110819", "2011-08-20 13:05:00", "sometime")
    told = desk.read(days(*cells), published=True, citation="X")
    told.says("date: written in 6 ways: '9999-9-9' in 2 rows, '9/9/9999' in 1 row, '9-a-9' in 1 row")
    assert told.steps() == {"date cannot be read": (1, True, "8")}
    assert told.rows("start, n") == [(date(2011, 8, 1), 6)]


def test_case_073_months_quarters_and_fiscal_quarters(desk):
    told = desk.read(periods("Oct-11", "November 2011", "FY11 Q2", "2012 Q1", "2010 Q3", "FY2009"))
    kinds = [kind for (kind,) in told.rows("period_kind")]
    assert kinds == ["month", "month", "quarter", "quarter", "quarter", "fiscal-year"]
    assert told.rows('start, "end"')[2] == (date(2011, 1, 1), date(2011, 3, 31))


def test_case_074_years_of_two_digits(desk):
    told = desk.read(days("8/15/11", "8/16/98"))
    told.says("years of two digits read as 1951 to 2050, e.g. '8/15/11'")
    assert told.rows("start") == [(date(2011, 8, 1),), (date(1998, 8, 1),)]


def test_case_075_first_of_january_for_a_whole_year(desk):
    """Only the year is known: no month gets them, the year does."""
    told = desk.read(days(*["2011-01-01"] * 25, "2011-05-06"))
    told.says("2011: most dates are 1 January: only their year is known, and they are counted in no month")
    assert told.rows("start, period_kind, n") == [(date(2011, 1, 1), "year", 25), (date(2011, 5, 1), "month", 1)]


def test_case_076_midnight_throughout(desk):
    rows = "".join(f"48453,stop,2011-08-{i:02d} 00:00,white,no\n" for i in range(1, 4))
    told = desk.read("place,event,date,group,searched\n" + rows)
    told.says("every time of day is midnight: the days are known, the times are not")
    assert told.rows("minute", "events") == [(None,)] * 3


def test_case_077_days_that_cannot_be(desk):
    told = desk.read(days("2013-01-01", "1969-01-01", "1900-01-00", "2011-02-29", *["2011-03-01"] * 5))
    assert told.steps() == {
        "date lies in the future": (1, True, "2"),
        "date lies before 1971": (1, True, "3"),
        "date cannot be read": (2, True, "4, 5"),
    }
    assert told.accounts() == (9, 5, 0, 4)


def test_case_078_out_before_in(desk):
    """The two days contradict each other: no time between them is known, and the row that says so is named."""
    head = "place,event,date,group,detainer,detainer_date,release_eligible_date,release_date,level\n"
    rows = "48453,booking,2011-08-15,white,no,,2011-08-16,2011-08-17,1\n"
    told = desk.read(head + rows + "48453,booking,2011-08-15,white,no,,2011-08-16,2011-08-10,1\n")
    told.says("release_date: read as missing where it lies before the event of its row, first in row 3")
    assert told.rows("release_date::DATE", "events") == [(date(2011, 8, 17),), (None,)]


def test_case_079_two_dates_of_activation_or_none(desk):
    text = (
        "place,program,date,kind\n48453,SC,2009-06-16,activated\n48453,SC,2010-06-16,activated\n48201,SC,,activated\n"
    )
    told = desk.read(text)
    told.says("48453: 2 dates for sc activated, 2009-06-16 to 2010-06-16; none is preferred")
    assert told.steps() == {"no date (not known to have begun)": (1, False, "4")}
    assert told.rows("place, date", "activations") == [("48453", date(2009, 6, 16)), ("48453", date(2010, 6, 16))]


def test_case_080_figures_before_the_activation(desk):
    head = "state,jurisdiction,activation_date,period_start,period_end,cumulative,submissions,matches\n"
    rows = (
        "TX,Travis,2009-06-16,2009-01-01,2009-05-31,false,90,9\nTX,Travis,2009-06-16,2009-07-01,2009-12-31,false,80,8\n"
    )
    told = desk.read(head + rows)
    assert told.steps() == {"period ends before the activation date": (1, False, "2")}
    assert told.rows("event, n") == [("submission", 80), ("match", 8)]


def test_case_081_time_zones(desk):
    """The local date stands as given: 23:30 UTC on 31 July is no first of August."""
    told = desk.read(days("2011-07-31T23:30:00Z", "2011-08-01T00:30:00-05:00"))
    assert told.rows("start") == [(date(2011, 7, 1),), (date(2011, 8, 1),)]
    timed = desk.read("place,event,date,group,searched\n48453,stop,2011-07-31T23:30:00Z,white,no\n")
    timed.says("times carry a time zone, and are taken as they stand, as local ones")


def test_case_082_months_without_a_row(desk):
    """They are missing, never zero: half of the months (6 of 12) make the source a D, which the review prints."""
    rows = "".join(f"48453,2011-{m:02d},arrest,{7 + m % 5}\n" for m in (1, 2, 5, 6, 9, 12))
    told = desk.read("place,period,event,n\n" + rows)
    assert len(told.rows("n")) == 6
    (quality,) = assess(told.loaded)
    assert (quality.missing_months, quality.grade) == (0.5, "D")
    assert quality.reasons == ("months missing: 50.0%",)


def test_case_083_months_cut_in_two(desk):
    told = desk.read(days("2011-01-15", "2011-02-03", "2011-03-09"))
    told.says("the records begin or end within 2011-01 and 2011-03: no whole month, which a series leaves out")


def test_case_084_a_sudden_step(desk):
    """From 40 a month to 3: a system changed, or a place stopped reporting; the note says nothing of why."""
    cells = [40 + m % 3 for m in range(24)] + [3 + m % 2 for m in range(24)]
    rows = "".join(f"08031,{2006 + m // 12}-{m % 12 + 1:02d},arrest,{n}\n" for m, n in enumerate(cells))
    told = desk.read("place,period,event,n\n" + rows)
    told.says("arrest: in 1 place the monthly figures step by more than a factor of 3 (08031 down in 2008-01)")
    told.says("a step says nothing of why")
    steady = desk.read("place,period,event,n\n" + rows.replace(",3\n", ",41\n").replace(",4\n", ",40\n"))
    assert "step by more" not in steady.text
