"""Headers, notes, blank rows, several tables, columns: bad-inputs.md, cases 18, 21, 22, 24, 30-33, 36."""

import pytest

from auditor.errors import InputError
from auditor.records.header_text import combine, kind
from auditor.records.notes_below import is_note


def test_preamble_before_the_header(reading, notes):
    """Case 21: six lines, as in the Deportation Data Project's raw files."""
    lines = ["U.S. Immigration and Customs Enforcement", "ERO Arrests", "", "FY2012,Report date:", "As of,10/5/2012"]
    rows = ["", "State,County,Date,Program", "TX,Travis,2012-01-02,CAP", "TX,Hays,2012-01-03,CAP"]
    table = reading.one("\n".join([*lines, *rows]))
    assert table.columns == ("State", "County", "Date", "Program")
    assert table.header_row == 7
    assert reading.rows(table)[0] == (8, "TX", "Travis", "2012-01-02", "CAP")
    assert table.ledger.read == 2
    assert "4 lines above the header left out: 'U.S. Immigration" in notes(table)


def test_declared_header_row(reading):
    text = "Title,of,the\na,b,c\n1,2,3\n"
    assert reading.one(text, header_row=2).columns == ("a", "b", "c")
    (problem,) = reading.problems(InputError, text, header_row=9)
    assert problem.row == 9


def test_declared_header_row_may_hold_numbers(reading):
    assert reading.one("1,2\n3,4\n", header_row=1).columns == ("1", "2")


def test_no_header(reading):
    """Columns are never read by position (case 35)."""
    (problem,) = reading.problems(InputError, "48453,2011,12\n48201,2011,30\n48029,2011,7\n")
    assert "no row of column names" in problem.found
    assert "header_row" in problem.remedy


def test_years_and_months_may_be_names(reading):
    assert reading.one("County,2010,2011\nLee,5,6\nKane,7,8\n").columns == ("County", "2010", "2011")
    assert reading.one("County,2011-01,2011-02\nLee,5,6\nKane,7,8\n").columns == ("County", "2011-01", "2011-02")


def test_header_of_two_lines_with_groups(reading, notes):
    """Case 22: a name reaches over the columns that it leaves blank."""
    text = "County,Hispanic,,White,\n,Arrests,Stops,Arrests,Stops\nLee,1,2,3,4\nKane,5,6,7,8\n"
    table = reading.one(text)
    assert table.columns == ("County", "Hispanic Arrests", "Hispanic Stops", "White Arrests", "White Stops")
    assert (table.header_row, table.ledger.read) == (2, 2)
    assert reading.rows(table)[0] == (3, "Lee", "1", "2", "3", "4")
    assert "rows 1 to 2" in notes(table)


def test_header_of_two_lines_with_the_names_below(reading):
    """The census layout: the upper line fills only some columns."""
    text = "Area,Base,Population,,,,\n,,2020,2021,2022,2023,2024\nAdams,1,2,3,4,5,6\nKing,1,2,3,4,5,6\n"
    assert reading.one(text).columns == ("Area", "Base", *[f"Population {year}" for year in range(2020, 2025)])


def test_repeated_names_are_told_apart_by_the_line_above(reading):
    text = ",Hispanic,,White,\nCounty,Arrests,Stops,Arrests,Stops\nLee,1,2,3,4\nKane,5,6,7,8\n"
    assert reading.one(text).columns[1:] == ("Hispanic Arrests", "Hispanic Stops", "White Arrests", "White Stops")


def test_two_readings_of_a_header_are_shown(reading):
    """Case 22: wrapped names or a group? Nobody knows; both are shown, and header_row settles it."""
    text = ",Activation,Total,,\nJurisdiction,Date,Submissions,Matches,Removals\nLee,2009-01-02,5,3,1\n"
    (problem,) = reading.problems(InputError, text)
    assert "'Submissions'" in problem.found
    assert "'Total Submissions'" in problem.found
    assert "header_row = 2" in problem.remedy
    assert reading.one(text, header_row=2).columns == ("Jurisdiction", "Date", "Submissions", "Matches", "Removals")


def test_first_row_of_words_is_not_taken_for_a_second_header(reading):
    """A table of words only: the name of column C is missing, and the first row must not become part of the names."""
    (problem,) = reading.problems(InputError, "county,agency,\nLee,Sheriff,x\nKane,Police,y\n")
    assert (problem.column, problem.row) == ("C", 1)


def test_combine_follows_merged_cells():
    top, sub = ["County", "Total", "", ""], ["", "Submissions", "Matches", "Removals"]
    assert combine(top, sub, {1: 2}) == ["County", "Total Submissions", "Total Matches", "Removals"]
    assert combine(top, sub, {}) == ["County", "Total Submissions", "Total Matches", "Total Removals"]
    assert combine(top, sub, {0: 0, 1: 1}) == ["County", "Total Submissions", "Matches", "Removals"]


@pytest.mark.parametrize(
    "cell, expected",
    [
        ("", "blank"),
        ("2011", "year"),
        ("FY2011", "year"),
        ("1,234", "number"),
        ("(5)", "number"),
        ("12%", "number"),
        ("<11", "number"),
        ("2011-10-01", "date"),
        ("10/27/2008", "date"),
        ("27-Oct-08", "date"),
        ("October 27, 2008", "date"),
        ("Oct-11", "date"),
        ("County", "text"),
        ("Level 3", "text"),
        ("01001", "number"),
    ],
)
def test_kind_of_cell(cell, expected):
    assert kind(cell) == expected


def test_notes_below_the_table_are_listed(reading):
    """Case 30: dropped by rule, with their text."""
    notes = "Source: ICE, as of 1 May\n* counts below 11 are not shown\nrevised\n"
    table = reading.one("place,n,when\nLee,1,2011\nKane,2,2011\n\n" + notes)
    assert [row[0] for row in reading.rows(table)] == [2, 3]
    (step,) = table.ledger.steps
    assert (step.rows, step.quarantined, step.example) == (3, False, "5, 6, 7")
    assert "'Source: ICE, as of 1 May'" in step.reason
    assert "'* counts below 11 are not shown'" in step.reason
    assert table.ledger.read == 5


def test_padded_notes_below_the_table(reading):
    table = reading.one("place,n,when\nLee,1,2011\nKane,2,2011\nNote: preliminary.,,\n")
    assert table.ledger.excluded == 1


@pytest.mark.parametrize("pad", ["", ",,"])
def test_a_legend_below_the_table_is_a_note(reading, pad):
    """What its codes mean stands in the ledger, where whoever answers for them looks."""
    legend = "".join(f"{line}{pad}\n" for line in ("H = Hispanic or Latino", "WN=White", "U = not asked"))
    table = reading.one("place,n,eth\nLee,1,H\nKane,2,WN\n" + legend)
    (step,) = table.ledger.steps
    assert (step.rows, step.quarantined, step.example) == (3, False, "4, 5, 6")
    assert "'H = Hispanic or Latino'; 'WN=White'; 'U = not asked'" in step.reason


def test_place_without_counts_is_no_note(reading):
    """A last row with nothing but its name stays data."""
    table = reading.one("place,n,when\nLee,1,2011\nZavala County,,\n")
    assert reading.rows(table)[-1] == (3, "Zavala County", "", "")
    assert table.ledger.steps == ()


def test_cut_off_last_line_is_quarantined(reading):
    """The sign of a download that broke off: the last row has fewer cells."""
    table = reading.one("place,n,when\nLee,1,2011\nKane,2,2011\nDane,3\n")
    assert table.ledger.quarantined == 1
    table = reading.one("place,n,when\nLee,1,2011\nKane,2,2011\nDan")
    assert (table.ledger.quarantined, table.ledger.excluded) == (1, 0)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Source: ICE", True),
        ("H = Hispanic", True),
        ("x = 3", False),
        ("Lake = North", False),
        ("* as of May", True),
        ("(1) includes transfers", True),
        ("Release Date: March 2025", True),
        ("(120 rows affected)", True),
        ("Suggested Citation:", True),
        ("Zavala County", False),
        ("TX0010000", False),
        ("48507", False),
        ("Keys, Florida", False),
        ("Total", False),
        ("St. Louis (city)", False),
    ],
)
def test_is_note(text, expected):
    assert is_note(text) is expected


def test_page_lines_and_repeated_headers(reading):
    text = "place,n,when\nLee,1,2011\nPage 1 of 2,,\nplace,n,when\nKane,2,2011\nPage 2 of 2,,\n"
    table = reading.one(text)
    assert [row[0] for row in reading.rows(table)] == [2, 5]
    steps = {(step.reason, step.rows) for step in table.ledger.steps}
    assert steps == {("header repeated among the rows", 1), ("page line", 2)}


def test_blank_rows_keep_the_numbers(reading):
    """Case 31: in the middle and at the bottom, empty or of delimiters and blanks."""
    table = reading.one("place,n\nLee,1\n\n , \nKane,2\n,\n,\n\n")
    assert reading.rows(table) == [(2, "Lee", "1"), (5, "Kane", "2")]
    assert (table.ledger.read, table.ledger.steps) == (2, ())


def test_several_tables_below_one_another(reading):
    """Case 24."""
    text = "place,n\nLee,1\nKane,2\n\nTable 2: by month\nmonth,arrests\nJanuary,5\nFebruary,6\n"
    (problem,) = reading.problems(InputError, text)
    assert "2 tables" in problem.found
    assert "from row 1 (place, n)" in problem.found
    assert "from row 6 (month, arrests)" in problem.found


def test_blocks_of_the_same_table_are_one_table(reading):
    """A blank row between states, and the same header again, is not another table."""
    table = reading.one("place,n\nLee,1\n\nKane,2\n\nplace,n\nDane,3\n")
    assert [row[1] for row in reading.rows(table)] == ["Lee", "Kane", "Dane"]


@pytest.mark.parametrize(
    "text",
    [
        "place,n,,place,n\nLee,1,,Kane,2\nDane,3,,Cook,4\n",
        "place,n,,month,arrests\nLee,1,,January,2\n" + "Dane,3,,,\n" * 9,
    ],
)
def test_tables_side_by_side(reading, text):
    """Case 24: the names repeat, or one ends well above the other."""
    problems = reading.problems(InputError, text)
    assert "side by side: columns A to B" in problems[0].found


def test_empty_column_in_the_middle_is_dropped(reading, notes):
    table = reading.one("place,n,,month,arrests\nLee,1,,January,2\nDane,3,,May,4\n")
    assert table.columns == ("place", "n", "month", "arrests")
    assert reading.rows(table)[0] == (2, "Lee", "1", "January", "2")
    assert "column C" in notes(table)


def test_duplicate_names(reading, notes):
    """Case 32: refused unless the columns are the same cell by cell."""
    (problem,) = reading.problems(InputError, "place,n,n\nLee,1,2\nKane,2,2\n")
    assert problem.column == "C"
    assert "differ in 1 rows" in problem.found
    table = reading.one("place,n,N\nLee,1,1\nKane,2,2\n")
    assert table.columns == ("place", "n")
    assert "repeats column B" in notes(table)


def test_unnamed_columns_with_values(reading):
    """Case 33: every one of them, with its letter."""
    problems = reading.problems(InputError, "place,,n,\nLee,a,1,x\nKane,b,2,y\n")
    assert [problem.column for problem in problems] == ["B", "D"]


@pytest.mark.parametrize("index", ["1,2,3", "0,1,2", "1,3,8", "17,18,19"])
def test_row_index_is_dropped(reading, notes, index):
    """Written by R and pandas: an unnamed first column that counts the rows."""
    first, second, third = index.split(",")
    table = reading.one(f'"","place","n"\n"{first}","Lee",1\n"{second}","Kane",2\n"{third}","Dane",3\n')
    assert table.columns == ("place", "n")
    assert reading.rows(table)[0] == (2, "Lee", "1")
    assert "column A has no name and numbers the rows" in notes(table)


@pytest.mark.parametrize("index", ["48001,48003,48005", "01001,01003,01005", "3,2,1", "1,1,2", "a,b,c"])
def test_unnamed_column_that_is_no_index_is_refused(reading, index):
    """FIPS codes without a name over them must not be dropped as row numbers."""
    first, second, third = index.split(",")
    (problem,) = reading.problems(InputError, f",place,n\n{first},Lee,1\n{second},Kane,2\n{third},Dane,3\n")
    assert problem.column == "A"


def test_spreadsheet_errors_are_set_aside(reading, notes):
    """Case 29, in a CSV saved from Excel: the cell, not the row."""
    table = reading.one("place,n\nLee,#REF!\nKane,2\nDane,#N/A\n#1 Jail,3\n")
    assert reading.rows(table) == [(2, "Lee", ""), (3, "Kane", "2"), (4, "Dane", ""), (5, "#1 Jail", "3")]
    assert "column B (n) set aside as missing: rows 2, 4" in notes(table)


def test_header_texts_are_cleaned(reading):
    table = reading.one('" place ","n\nof arrests","a  b"\nLee,1,2\n')
    assert table.columns == ("place", "n of arrests", "a b")
    assert reading.rows(table)[0][0] == 3


def test_all_problems_of_a_file_at_once(reading):
    problems = reading.problems(InputError, "place,,n,,x\nLee,a,1,b,5\nKane,c,2,d,6\n")
    assert len(problems) == 2


def test_labels_below_geo_id_are_no_place(reading):
    """data.census.gov puts a second line of labels under the names."""
    labels = "GEO_ID,NAME,B05001_006E\nGeography,Geographic Area Name,Estimate!!Total!!Not a citizen\n"
    table = reading.one(labels + '0500000US48453,"Travis County, Texas",1\n')
    assert [row[0] for row in reading.rows(table)] == [3]
    assert table.ledger.excluded == 1
