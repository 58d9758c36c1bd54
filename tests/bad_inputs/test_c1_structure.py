"""Bad inputs, chapter 1, cases 21-42: headers, sheets, notes, columns, repeated and changing files."""

import pytest

from auditor.records import read as read_module

HEAD = "place,period,event,group,n\n"
ROWS = "48453,2011,arrest,hispanic,50\n48453,2011,arrest,white,40\n48201,2011,arrest,white,30\n"
READ = [("48453", "hispanic", 50), ("48453", "white", 40), ("48201", "white", 30)]
COLUMNS = 'place, "group", n'


def lines(text):
    return [line.split(",") for line in text.splitlines()]


def book(desk, change, rows=HEAD + ROWS):
    """A workbook of one sheet, Data, that is altered before it is saved."""
    import openpyxl

    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "Data"
    for row in lines(rows):
        sheet.append(row)
    change(made, sheet)
    made.save(desk.folder / "file.xlsx")
    return desk.of(desk.source("file.xlsx"))


def test_case_021_lines_above_the_header(desk):
    """Six of them, as above the sheets that ICE releases."""
    above = "Arrests by county\nSheriff\nFor the year 2011\nRun 2012-01-05\nRecords unit\nPage 1\n"
    told = desk.read(above + HEAD + ROWS)
    told.says("6 lines above the header left out: 'Arrests by county'")
    assert told.rows(COLUMNS) == READ


def test_case_022_header_of_two_lines(desk):
    told = desk.read("Place,Period,Total arrests,\n,,hispanic,white\n48453,2011,5,6\n", format="counts",
                     columns={"n": "Total arrests white"}, constants={"event": "arrest", "group": "white"})  # fmt: skip
    told.says("the header stands on rows 1 to 2")
    assert told.rows("n") == [(6,)]


def test_case_022_a_header_that_can_be_read_in_two_ways(desk):
    text = ",Activation,Total,,\nJurisdiction,Date,Submissions,Matches,Removals\nLee,2009-01-02,5,3,1\n"
    desk.read(text).refused("input", "'Submissions'", "'Total Submissions'", "set header_row = 2")


def test_case_023_merged_cells_in_the_body(desk):
    """Filled down only where the configuration says so."""
    rows = HEAD + "48453,2011,arrest,white,5\n,2012,arrest,white,6\n48201,2011,arrest,white,7\n"
    told = book(desk, lambda made, sheet: sheet.merge_cells("A2:A3"), rows)
    told.says("1 merged ranges (A2:A3); a value stands in the first cell only")
    assert told.steps() == {"place is blank": (1, True, "3")}
    filled = desk.of(desk.source("file.xlsx", fill_down=["place"]))
    filled.says("column 'place': 1 blank cells filled from the row above (configuration)")
    assert filled.rows("place, n") == [("48453", 5), ("48453", 6), ("48201", 7)]
    desk.of(desk.source("file.xlsx", fill_down=["plase"])).refused("input", "did you mean 'place'", file="file.xlsx")


def test_case_024_several_tables_in_one_sheet(desk):
    problem = desk.read(HEAD + ROWS + "\nagency,year,stops\nSheriff,2011,7\nPolice,2011,9\n").refused(
        "input", "2 tables stand below one another", "from row 1 (place, period, event, group, n)", "from row 6 (agency"
    )
    assert "name the one to be read" in problem["remedy"]


def test_case_025_data_over_several_sheets(desk):
    """Each sheet is a line of the ledger of its own."""
    desk.book({"FY10": lines(HEAD + ROWS), "FY11": lines(HEAD + ROWS.replace("2011", "2012"))})
    told = desk.of(desk.source("file.xlsx"))
    told.says("file.xlsx, sheet FY10 (counts): 3 rows read, 3 used", "file.xlsx, sheet FY11 (counts): 3 rows read")
    assert told.rows(COLUMNS) == READ * 2


def test_case_026_sheet_that_repeats_another(desk):
    desk.book({"FY10": lines(HEAD + ROWS), "Copy": lines(HEAD + ROWS)})
    told = desk.of(desk.source("file.xlsx"))
    assert told.steps(1) == {"the sheet repeats sheet 'FY10' cell by cell": (3, True, "")}
    assert told.rows(COLUMNS) == READ


def test_case_027_hidden_rows_columns_sheets_and_a_filter(desk):
    def hide(made, sheet):
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["D"].hidden = True
        sheet.auto_filter.ref = "A1:E4"
        more = made.create_sheet("More")
        for row in lines(HEAD + ROWS.replace("2011", "2012")):
            more.append(row)
        more.sheet_state = "hidden"

    told = book(desk, hide)
    told.says("1 hidden rows and 1 hidden columns; they were read", "a filter is set", "the sheet is hidden")
    assert told.rows(COLUMNS) == READ * 2


def test_case_028_formula_that_was_never_computed(desk):
    def formula(made, sheet):
        sheet["E3"] = "=20+20"

    problem = book(desk, formula).refused("input", "without its value (E3)", file="file.xlsx")
    assert problem["where"] == "file.xlsx › Data › row 3 › column E"
    assert "save it" in problem["remedy"]


def test_case_029_spreadsheet_errors(desk):
    """The cell is set aside; the row goes with it only if it is the number."""

    def errors(made, sheet):
        sheet["E3"], sheet["D4"] = "#REF!", "#N/A"

    told = book(desk, errors)
    told.says("2 cells with spreadsheet errors set aside as missing (E3 #REF!, D4 #N/A)")
    assert told.rows(COLUMNS) == [("48453", "hispanic", 50), ("48201", None, 30)]
    assert told.accounts() == (3, 2, 1, 0)


def test_case_030_notes_below_the_table(desk):
    told = desk.read(HEAD + ROWS + "\nSource: Sheriff of Travis County\n* as of 2012-01-05\n")
    reason = "note below the table: 'Source: Sheriff of Travis County'; '* as of 2012-01-05'"
    assert told.steps() == {reason: (2, False, "6, 7")}
    assert told.rows(COLUMNS) == READ


def test_case_030_what_stands_beside_the_table_is_not_published(desk):
    """Who made the file and whom to call: listed for the user, and in no page."""
    text = "Prepared by: Sgt. John Doe\n\n" + HEAD + ROWS + "Source: Lt. Jane Roe\n"
    told = desk.read(text)
    told.says("'Prepared by: Sgt. John Doe'", "note below the table: 'Source: Lt. Jane Roe'")
    entry = str(desk.audit(desk.source(desk.write(text))).sources)
    assert "left out: …" in entry
    assert "note below the table: …" in entry
    assert "Doe" not in entry
    assert "Roe" not in entry


def test_case_031_blank_rows(desk):
    """They are nobody's record, and the rows below keep their numbers."""
    told = desk.read(HEAD + ROWS.replace("48201", "\n,,,,\n48201") + "48113,2011,arrest,white,x\n\n\n,,,,\n")
    assert told.steps() == {"n is not a number": (1, True, "7")}
    assert told.accounts() == (4, 3, 0, 1)


def test_case_032_a_name_over_two_columns(desk):
    text = "place,period,event,n,n\n48453,2011,arrest,5,{}\n48201,2011,arrest,6,6\n"
    problem = desk.read(text.format(9)).refused("input", "the name 'n' stands over two columns")
    assert problem["where"] == "file.csv › row 1 › column E"
    same = desk.read(text.format(5))
    same.says("column E (n) repeats column D (n): left out")
    assert same.rows("n") == [(5,), (6,)]


def test_case_033_a_column_without_a_name(desk):
    problem = desk.read("place,period,event,n,\n48453,2011,arrest,5,x\n48201,2011,arrest,5,6\n").refused("input")
    assert problem["where"] == "file.csv › row 1 › column E"
    assert problem["found"] == "the column has no name but 2 cells with values"


def test_case_034_columns_renamed_between_releases(desk):
    known = desk.read("County FIPS,Year,Event Type,Count\n48453,2011,arrest,5\n")
    known.says("column 'County FIPS' read as place", "column 'Count' read as n")
    unknown = desk.read("County FIPS,Year,Event Type,Apprehensions\n48453,2011,arrest,5\n", format="counts")
    unknown.refused("input", "no column for n", "name it with columns.n")


def test_case_035_a_column_missing_in_some_years(desk):
    desk.write(HEAD + ROWS, "y2011.csv")
    desk.write("place,period,event,n\n48453,2012,arrest,95\n", "y2012.csv")
    told = desk.of(desk.source("y*.csv"))
    told.says("columns differ from y2011.csv: without group")
    assert told.rows(COLUMNS) == [*READ, ("48453", None, 95)]
    apart = desk.of(desk.source("y2011.csv"), desk.source("y2012.csv"))
    apart.says("arrest: no group here, which y2011.csv has: compared by group without this")
    assert apart.rows(COLUMNS) == [*READ, ("48453", None, 95)]


def test_case_036_columns_in_another_order(desk):
    desk.write(HEAD + ROWS, "y2011.csv")
    desk.write("n,event,group,period,place\n95,arrest,white,2012,48453\n", "y2012.csv")
    assert desk.of(desk.source("y*.csv")).rows(COLUMNS) == [*READ, ("48453", "white", 95)]


def test_case_037_exactly_the_rows_that_a_spreadsheet_holds(desk):
    problem = desk.read("place,n\n" + "a,1\n" * 1_048_575).refused("input", "the most that a spreadsheet can hold")
    assert problem["where"] == "file.csv › row 1048576"


def test_case_038_the_same_file_and_overlapping_releases(desk):
    """By content; by figures; and by the numbers that records bear, of which some were changed since."""
    desk.write(HEAD + ROWS, "a.csv")
    desk.write(HEAD + ROWS, "b.csv")
    desk.write(HEAD + ROWS + "48201,2012,arrest,white,7\n", "c.csv")
    told = desk.of(*map(desk.source, ("a.csv", "b.csv", "c.csv")))
    assert told.steps(1) == {"the same content as a.csv, read the same way": (3, True, "")}
    assert told.steps(2) == {"repeats the figures of a.csv": (3, True, "2, 3, 4")}
    assert told.rows("sum(n) OVER ()")[0] == (127,)


def test_case_038_records_released_again(desk):
    head = "stop_id,place,event,date,group\n"
    desk.write(head + "S1,48453,stop,2011-03-01,white\nS2,48453,stop,2011-03-02,black\n", "a.csv")
    desk.write(head + "S2,48453,stop,2011-03-02,hispanic\nS3,48453,stop,2011-03-03,white\n", "b.csv")
    told = desk.of(desk.source("a.csv"), desk.source("b.csv"))
    assert told.steps(1) == {"record already in a.csv (by stop_id)": (1, True, "2")}
    told.says("records that a.csv holds under the same stop_id differ from it, first in row 2: the earlier file's")
    assert sorted(told.rows('"group", n')) == [("black", 1), ("white", 1), ("white", 1)]


def test_case_039_an_old_file_under_a_new_date(desk):
    desk.write(HEAD + ROWS, "2021-05.csv")
    desk.write(HEAD + ROWS, "2022-09.csv")
    told = desk.of(desk.source("*.csv"))
    assert told.steps(1) == {"the same content as 2021-05.csv, read the same way": (3, True, "")}


@pytest.mark.parametrize("start", [b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"II*\0"])
def test_case_040_pdf_and_scans(desk, start):
    problem = desk.read(start + b"x" * 100).refused("input", "no table can be read from it reliably")
    assert "checked" in problem["remedy"]


def test_case_041_a_gigantic_cell(desk):
    told = desk.read(HEAD + ROWS + "48113,2011,arrest,white," + "7" * 1_000_000 + "\n")
    assert told.steps() == {"a cell of more than 131,072 characters": (1, True, "5")}
    assert told.rows(COLUMNS) == READ


def test_case_042_a_file_that_changes_while_it_is_read(desk, monkeypatch):
    opened = read_module.open_grids

    def meddle(path, *rest):
        grids = opened(path, *rest)
        with path.open("a") as file:
            file.write("48113,2011,arrest,white,9\n")
        return grids

    monkeypatch.setattr(read_module, "open_grids", meddle)
    desk.read(HEAD + ROWS).refused("input", "the file changed while it was read", "run again")
