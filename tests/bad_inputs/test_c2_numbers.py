"""Bad inputs, chapter 2, cases 43-69: numbers, totals, cumulative series, repeated rows."""

from datetime import date

import pytest

HEAD = "place,period,event,n\n"
PARTS = (
    "jurisdiction,state,period,event,n\n"
    "Travis,TX,2011,arrest,100\nHarris,TX,2011,arrest,200\nDallas,TX,2011,arrest,300\n"
)
READ = [("48453", 100), ("48201", 200), ("48113", 300)]


def years(*cells):
    """One place, a year a cell."""
    return HEAD + "".join(f'48453,{2000 + i},arrest,"{cell}"\n' for i, cell in enumerate(cells))


@pytest.mark.parametrize("cell", ["1,234", "1 234", "1\u00a0234"])
def test_case_043_separators_of_thousands(desk, cell):
    told = desk.read(years(cell, "7"))
    told.says("read as whole numbers")
    assert told.rows("n") == [(1234,), (7,)]


def test_case_043_a_stop_that_may_be_a_decimal_sign(desk):
    problem = desk.read(years("1.234", "7")).refused("question", 'thousands = "."')
    assert problem["where"] == "file.csv › row 2 › column n"
    assert desk.read(years("1.234", "7"), thousands=".").rows("n") == [(1234,), (7,)]


def test_case_044_negative_counts(desk):
    told = desk.read(years("(5)", "\u22125", "5-", "-5", "9", "7", "8", "6", "5"))
    assert told.steps() == {"n is negative": (4, True, "2, 3, 4, 5")}
    assert told.accounts() == (9, 5, 0, 4)


def test_case_045_suppressed_cells(desk):
    """Intervals, never zero and never dropped; how many is said."""
    told = desk.read(years("<11", "*", "**", "S", "D/", "1-10", "^", "30", "0"))
    told.says("suppressed cells (7 of 9, 78%) kept as intervals, never as zero")
    assert told.rows("n, n_low, n_high") == [(None, 1, 10)] * 7 + [(30, None, None), (0, None, None)]


def test_case_046_blank_zero_dash_and_na(desk):
    cells = ("", "0", "-", "N/A", "7")
    problem = desk.read(years(*cells)).refused("question", 'values.n = { "-" = "" }')
    assert problem["where"] == "file.csv › row 4 › column n"
    told = desk.read(years(*cells), values={"n": {"-": "missing"}})
    assert told.rows("n") == [(0,), (7,)]
    assert told.steps() == {"n not reported (blank)": (3, False, "2, 4, 5")}


@pytest.mark.parametrize("cells", [("12%", "13%"), ("0.12", "0.13")])
def test_case_047_percentages(desk, cells):
    problem = desk.read(years(*cells)).refused("input", "shares, rates, averages and weights")
    assert problem["where"] == "file.csv › row 2 › column n"


def test_case_048_averages(desk):
    desk.read(years("12.5", "13.25")).refused("input", "'12.5' in 1 row", "counts are whole numbers")


def test_case_049_a_stop_and_zero_behind_some_codes(desk):
    told = desk.read("place,period,event,n\n48453.0,2011,arrest,5\n48201,2011,arrest,6\n")
    told.says("'48453.0' read as 48453")
    assert told.rows("place, n") == [("48453", 5), ("48201", 6)]


def test_case_050_numbers_as_text(desk):
    assert desk.read(years("'120", "'7")).rows("n") == [(120,), (7,)]
    # Codes of places and days too: some programs write out the apostrophe that keeps a spreadsheet from changing them.
    told = desk.read("place,event,date,group\n'01001,arrest,'3/14/2011,white\n'48453,arrest,'3/2/2011,white\n")
    assert told.rows("place, start") == [("01001", date(2011, 3, 1)), ("48453", date(2011, 3, 1))]


def test_case_051_identifiers_damaged_by_excel(desk):
    """Two people would look like one: refused where a signal compares identifiers, and the value is not shown."""
    text = "place,event,date,group,person,searched\n48453,stop,2011-08-15,white,1.23457E+15,no\n"
    problem = desk.read(text).refused("input", "damaged by a spreadsheet")
    assert problem["where"] == "file.csv › row 2 › column person"
    assert "1.23457E" not in desk.read(text).text


def test_case_052_identifiers_longer_than_a_number_holds(desk):
    """2^53 + 1 and 2^53 are one float; blanks make a column of integers one of floats elsewhere."""
    rows = "".join(f"48453,stop,2011-08-15,white,{i},no\n" for i in ("9007199254740993", "", "9007199254740992"))
    told = desk.read("place,event,date,group,person,searched\n" + rows)
    assert told.rows("person", "events") == [("9007199254740993",), (None,), ("9007199254740992",)]


def test_case_053_codes_without_their_zero(desk):
    text = HEAD + "1001,2011,arrest,5\n48453,2011,arrest,6\n"
    desk.read(text).refused("question", "'1001' (would be 01001)", "repair_fips = true")
    told = desk.read(text, repair_fips=True)
    told.says("'1001' read as Autauga County, AL (01001): code restored from a number")
    assert told.rows("place, n") == [("01001", 5), ("48453", 6)]


@pytest.mark.parametrize("label", ["Total", "Statewide", "Grand total", "All agencies"])
def test_case_054_totals_rows(desk, label):
    told = desk.read(PARTS + f"{label},TX,2011,arrest,600\n")
    told.says("equals the sum of its rows; set aside")
    assert told.steps() == {"totals row (Texas)": (1, False, "5")}
    assert told.rows("place, n") == READ


def test_case_054_a_total_by_arithmetic_alone(desk):
    rows = "".join(f"local:{name},2011,arrest,{n}\n" for name, n in [("a", 50), ("b", 60), ("c", 70), ("City", 180)])
    problem = desk.read(HEAD + rows).refused("question", "are the sum of all the other rows")
    assert problem["where"] == "file.csv › row 5 › column place"


def test_case_055_subtotals_by_state(desk):
    told = desk.read(
        PARTS + "Total,TX,2011,arrest,600\nFulton,GA,2011,arrest,5\nTotal,GA,2011,arrest,5\nTotal,,2011,arrest,605\n"
    )
    assert list(told.steps()) == ["totals row (Texas)", "totals row (Georgia)", "totals row"]
    assert told.rows("place, n") == [*READ, ("13121", 5)]


def test_case_056_total_that_is_not_the_sum(desk):
    """813 against 811 is 0.25 %: noted. Above 1 %, or below its parts, a person must look."""
    text = "place,period,event,group,n\n48453,2011,arrest,hispanic,400\n48453,2011,arrest,white,411\n"
    near = desk.read(text + "48453,2011,arrest,Total,813\n")
    near.says("totals of n that differ from their parts were set aside: row 4")
    far = desk.read(text + "48453,2011,arrest,Total,900\n")
    far.refused("question", "the total says 900, its parts sum to 811", 'totals = "exclude"')
    below = desk.read(PARTS + "Total,TX,2011,arrest,500\n")
    below.refused("question", "the total of Texas is smaller than the rows that it should hold: n 500 against 600")
    told = desk.read(PARTS + "Total,TX,2011,arrest,500\n", totals="exclude")
    assert told.rows("place, n") == READ


def test_case_057_matches_above_submissions(desk):
    rows = "48453,2011,submission,100\n48453,2011,match,101\n13121,2011,submission,90\n13121,2011,match,30\n"
    told = desk.read(HEAD + rows)
    told.says("48453, 2011-01-01/2011-12-31: matches exceed submissions; the jurisdiction is quarantined")
    assert told.steps() == {"matches exceed submissions": (2, True, "2, 3")}
    assert told.rows("place, n") == [("13121", 90), ("13121", 30)]


SERIES = HEAD + "".join(f"48453,2011-{m:02d},arrest,{m * 10}\n" for m in range(1, 7))


def test_case_058_totals_to_date_given_as_months(desk):
    desk.read(SERIES).refused("question", "the figures never fall from one period to the next", '"cumulative" = "true"')
    assert desk.read(SERIES, constants={"cumulative": "true"}).rows("n") == [(60,)]
    assert desk.read(SERIES, constants={"cumulative": "false"}).rows("sum(n) OVER ()")[0] == (210,)


def test_case_059_a_cumulative_series_that_falls(desk):
    told = desk.read(SERIES.replace(",60", ",39"), constants={"cumulative": "true"}, published=True, citation="X")
    told.says("cumulative arrest went down, so an earlier issue was revised: 50 to 2011-05-31, 39 to 2011-06-30")
    assert told.rows("n") == [(39,)]
    assert told.accounts() == (6, 1, 5, 0)


def test_case_060_fiscal_and_calendar_years(desk):
    """A year that is called fiscal is asked about, each of them; FY2011 is the federal one; both together overlap."""
    rows = "place,fiscal_year,event,n\n48453,2011,arrest,5\n48453,2012,arrest,6\n"
    told = desk.read(rows)
    told.refused("question", "fiscal years '2011' in 1 row, '2012' in 1 row", "2011 began in October 2010")
    assert 'values.period = { "2011" = "", "2012" = "" }' in told.text
    federal = desk.read(rows, values={"period": {"2011": "FY2011", "2012": "FY2012"}})
    federal.says("fiscal years read as federal ones, from October to September")
    assert [str(row[0]) for row in federal.rows('start, "end", period_kind')] == ["2010-10-01", "2011-10-01"]
    local = desk.read(rows, values={"period": {"2011": "2010-07-01/2011-06-30", "2012": "2011-07-01/2012-06-30"}})
    assert [tuple(map(str, row)) for row in local.rows('start, "end"')] == [
        ("2010-07-01", "2011-06-30"),
        ("2011-07-01", "2012-06-30"),
    ]
    desk.read(rows, values={"period": {"2011": "FY2011"}}).refused("question", "fiscal years '2012' in 1 row")
    both = desk.read(HEAD + "48453,FY2011,arrest,50\n48453,2011,arrest,60\n")
    both.refused("question", "periods that overlap", "2010-10-01/2011-09-30", "2011-01-01/2011-12-31")


CHARGES = (
    "booking_id,place,event,date,group,charge\n"
    "B1,48453,booking,2011-08-15,white,NO DRIVERS LICENSE\nB1,48453,booking,2011-08-15,white,DWI\n"
    "B2,48453,booking,2011-08-16,hispanic,THEFT\n"
)


def test_case_061_rows_that_are_charges(desk):
    """What one row is must be said: three charges are two bookings."""
    told = desk.read(CHARGES)
    told.refused("question", "rows with different charges bear the same booking_id", 'fold = "booking_id"  # or "none"')
    folded = desk.read(CHARGES, fold="booking_id")
    assert folded.rows("sum(n) OVER ()")[0] == (2,)
    assert folded.accounts() == (3, 2, 1, 0)
    assert desk.read(CHARGES, fold="none").rows("sum(n) OVER ()")[0] == (3,)


def test_case_062_arrests_of_one_person_within_a_day(desk):
    """Counted under both rules: every row, and one for each 24 hours (the Deportation Data Project's rule)."""
    head = "Apprehension Date,State,County,Apprehension Method,Apprehension Criminality,Anonymized Identifier\n"
    days = ("2011-08-01 09:00:00", "2011-08-02 08:00:00", "2011-08-09 08:00:00")
    kind = "CAP Local Incarceration,3 Other Immigration Violator"
    text = head + "".join(f"{day},MINNESOTA,HENNEPIN,{kind},ab12\n" for day in days)
    told = desk.read(text)
    told.says("arrests of one person within 24 hours of the one before are one episode")
    assert told.rows("sum(n) OVER ()")[:1] == [(3,)]
    episodes = desk.read(text, values={"repeat": {"yes": "exclude"}})
    assert episodes.steps() == {"repeat 'yes' left out by the configuration": (1, False, "3")}


def test_case_063_copies_of_one_record(desk):
    """Thirteen times, number and all: one event."""
    rows = "T1,48453,arrest,2011-08-15,white\n" * 13 + "T2,48453,arrest,2011-08-15,white\n"
    told = desk.read("arrest_id,place,event,date,group\n" + rows)
    assert told.rows("n") == [(2,)]
    reason = "copy of a row, cell by cell and with its number (arrest_id)"
    assert told.steps() == {reason: (12, True, "3, 4, 5, 6, 7, ...")}


def test_case_064_near_duplicates(desk):
    """Flagged, never dropped."""
    rows = "48453,arrest,2011-08-15,Mesa PD,white\n48453,arrest,2011-08-15,Mesa P.D.,white\n"
    told = desk.read("place,event,date,agency,group\n" + rows)
    told.says("rows that differ from another in spelling only (case, blanks, stops), first in row 2: kept and counted")
    assert told.accounts() == (2, 2, 0, 0)


def test_case_065_identical_rows_without_a_number(desk):
    """They may be different people: kept."""
    told = desk.read("place,event,date,group\n" + "48453,arrest,2011-08-15,white\n" * 3)
    told.says("fewer than 11 rows equal to another row in every column; kept and counted")
    assert told.rows("n") == [(3,)]


def test_case_066_nothing_but_zeros(desk):
    told = desk.read(HEAD + "48453,2010,arrest,0\n48453,2011,arrest,0\n48201,2010,arrest,9\n48201,2011,arrest,\n")
    told.says("every figure of 1 place is zero (48453): true zeros and places that never reported look alike")
    assert told.rows("place, n") == [("48453", 0), ("48453", 0), ("48201", 9)]
    assert told.steps() == {"n not reported (blank)": (1, False, "5")}


def test_case_067_a_population_of_zero_or_none(desk):
    """The place cannot be tested against it, and is told so; the rest of its audit goes on."""
    desk.write("place,period,event,group,n\n48453,2011,arrest,hispanic,400\n48453,2011,arrest,white,500\n", "c.csv")
    desk.write("place,group,universe,n\n48453,hispanic,adults,0\n48453,white,adults,\n", "p.csv")
    told = desk.of(desk.source("c.csv"), desk.source("p.csv"))
    assert told.steps(1) == {"n not reported (blank)": (1, False, "3")}
    (place,) = desk.audit(desk.source("c.csv"), desk.source("p.csv")).places
    reasons = {item.contrast: item.reason for item in place.withheld if item.signal == "benchmark"}
    assert reasons["hispanic/adults"] == "no baseline population of both groups is there for this place"


def test_case_068_numbers_that_cannot_be(desk):
    told = desk.read(years("1000000000", "inf", "1e400", "9" * 30, "7", "5", "6", "4", "8"))
    reason = "n is infinite or larger than the country's population"
    assert told.steps() == {reason: (4, True, "2, 3, 4, 5")}
    assert told.accounts() == (9, 5, 0, 4)


def test_case_069_one_row_for_each_invented_stop(desk):
    """Aggregates spread over rows: alike in every column, and all on the first day of the year."""
    told = desk.read("place,event,date,group\n" + "48453,stop,2011-01-01,white\n" * 30)
    told.says("all but fewer than 11 rows equal to another row", "most dates are 1 January: only their year is known")
    assert told.rows("n, period_kind") == [(30, "year")]
