"""Workbooks: bad-inputs.md, cases 3-7, 22-29, 37 as far as they concern XLSX, XLS and ODS.

Files are made with openpyxl, xlwt and odfpy, which only tests use.
"""

import datetime as dt
import io
import re
import zipfile

import pytest

from auditor.errors import ConfigError, DecisionNeeded, InputError
from auditor.records.grid import Where
from auditor.records.well_formed import WellFormed
from auditor.records.workbook import text_of

openpyxl = pytest.importorskip("openpyxl")


def xlsx(sheets, *, change=None):
    """A workbook of sheets (name -> rows) as bytes; ``change`` may alter it before it is saved."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def patched(content, part, old, new):
    """The workbook with some bytes of one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        assert part in source.namelist()
        for info in source.infolist():
            data = source.read(info)
            if info.filename == part:
                assert re.search(old, data), data
                data = re.sub(old, new, data)
            target.writestr(info.filename, data)
    return out.getvalue()


def test_every_cell_becomes_text_without_damage(reading):
    day = dt.datetime(2011, 10, 1, 14, 30, 59)
    rows = [
        ["fips", "n", "share", "day", "moment", "time", "flag", "id", "text", "hours"],
        ["01001", 29, 0.1, day.date(), day, dt.time(3, 4, 5), True, 123456789012345, " NA ", dt.timedelta(hours=30)],
        ["48453", -5, 1e-7, dt.date(1999, 12, 31), None, None, False, 0, "1.0", None],
    ]
    table = reading.one(xlsx({"Data": rows}), "file.xlsx")
    assert (table.sheet, table.header_row, table.epoch) == ("Data", 1, 1900)
    assert reading.rows(table) == [
        (
            2,
            "01001",
            "29",
            "0.1",
            "2011-10-01",
            "2011-10-01 14:30:59",
            "03:04:05",
            "TRUE",
            "123456789012345",
            " NA ",
            "30:00:00",
        ),
        (3, "48453", "-5", "1e-07", "1999-12-31", "", "", "FALSE", "0", "1.0", ""),
    ]


def test_days_counted_from_1904(reading, notes):
    """Case 70: the same dates, and the epoch is handed on for day numbers that are not marked as dates."""

    def mac(book):
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    content = xlsx({"Data": [["place", "day", "number"], ["Lee", dt.date(2011, 10, 1), 40817]]}, change=mac)
    table = reading.one(content, "file.xlsx")
    assert reading.rows(table) == [(2, "Lee", "2011-10-01", "40817")]
    assert table.epoch == 1904
    assert "1904" in notes(table)


def test_numbers_of_more_than_fifteen_digits_do_not_look_whole(reading, notes):
    """Cases 51, 52: 1234567890123456789 cannot be held by a spreadsheet; 15 digits are what it keeps."""
    table = reading.one(xlsx({"Data": [["place", "id"], ["Lee", 1234567890123456789], ["Kane", 5]]}), "file.xlsx")
    assert reading.rows(table) == [(2, "Lee", "1.23456789012346E+18"), (3, "Kane", "5")]
    assert "more than 15 digits" in notes(table)
    assert "row 2" in notes(table)


@pytest.mark.parametrize(
    "value, expected",
    [
        (999999999999999.0, "999999999999999"),
        (1e15, "1.00000000000000E+15"),
        (-2.5, "-2.5"),
        (0.30000000000000004, "0.30000000000000004"),
        (dt.datetime(2011, 10, 1, 23, 59, 59, 999999), "2011-10-02 00:00:00"),
        (dt.datetime(2011, 10, 1), "2011-10-01 00:00:00"),
        (dt.datetime(2011, 10, 1, 1, 2, 3, 250000), "2011-10-01 01:02:03.250"),
        (dt.timedelta(seconds=-90), "-0:01:30"),
        (None, ""),
    ],
)
def test_text_of_a_cell(value, expected):
    assert text_of(value) == expected


def test_text_of_an_unknown_type():
    with pytest.raises(TypeError):
        text_of(object())


def test_table_that_begins_elsewhere_keeps_rows_and_letters(reading):
    def place(book):
        sheet = book["Data"]
        for spot, value in {"C5": "place", "D5": "n", "C6": "Lee", "D6": 1, "C9": "Kane", "D9": 2}.items():
            sheet[spot] = value

    table = reading.one(xlsx({"Data": []}, change=place), "file.xlsx")
    assert reading.rows(table) == [(6, "Lee", "1"), (9, "Kane", "2")]

    def nameless(book):
        place(book)
        book["Data"]["E6"] = "x"

    (problem,) = reading.problems(InputError, xlsx({"Data": []}, change=nameless), "file.xlsx")
    assert (problem.sheet, problem.row, problem.column) == ("Data", 5, "E")


def test_preamble_and_merged_group_names(reading, notes):
    """Case 22, with merged cells: no doubt where a name reaches."""

    def merge(book):
        book["Data"].merge_cells("A1:E1")
        book["Data"].merge_cells("B3:C3")
        book["Data"].merge_cells("D3:E3")

    rows = [
        ["Arrests by county"],
        [],
        [None, "Hispanic", None, "White"],
        ["County", "Arrests", "Stops", "Total", "Other"],
        ["Lee", 1, 2, 3, 4],
        ["Kane", 5, 6, 7, 8],
    ]
    table = reading.one(xlsx({"Data": rows}, change=merge), "file.xlsx")
    assert table.columns == ("County", "Hispanic Arrests", "Hispanic Stops", "White Total", "White Other")
    assert table.header_row == 4
    assert "3 merged ranges (A1:E1, B3:C3, D3:E3)" in notes(table)


def test_merged_cells_in_the_body_are_not_filled(reading, notes):
    """Case 23: noted, never filled down."""

    def merge(book):
        book["Data"].merge_cells("A2:A3")

    table = reading.one(xlsx({"Data": [["state", "n"], ["TX", 1], [None, 2]]}, change=merge), "file.xlsx")
    assert reading.rows(table) == [(2, "TX", "1"), (3, "", "2")]
    assert "1 merged ranges (A2:A3)" in notes(table)


def test_several_sheets(reading, notes):
    """Cases 25, 27, 36: one table for each sheet, hidden ones too; a cover sheet is passed over and named."""

    def hide(book):
        book["FY2012"].sheet_state = "hidden"

    sheets = {
        "Cover": [["Arrests, read me"]],
        "FY2011": [["place", "n"], ["Lee", 1]],
        "FY2012": [["n", "place", "birth year"], [2, "Lee", 1980]],
        "Empty": [],
    }
    first, second = reading.sheets(xlsx(sheets, change=hide), "file.xlsx")
    assert (first.sheet, second.sheet) == ("FY2011", "FY2012")
    assert "no table on sheet 'Cover', 'Empty'" in notes(first)
    assert "hidden" in notes(second)
    assert "columns differ from sheet 'FY2011': with birth year" in notes(second)


def test_cover_sheet_of_two_columns(reading, notes):
    """Case 25 and the Deportation Data Project's exports: a cover first, the data on the second sheet."""
    cover = [["Run date:", dt.date(2012, 1, 2)], ["Pages:", 3]]
    table = reading.one(xlsx({"Cover": cover, "Data": [["place", "n"], ["Lee", 1]]}), "file.xlsx")
    assert table.sheet == "Data"
    assert "no table on sheet 'Cover'" in notes(table)
    reading.problems(InputError, xlsx({"Cover": cover}), "file.xlsx")
    long = [["Lee", index] for index in range(60)]
    (problem,) = reading.problems(InputError, xlsx({"A": long, "B": [["place", "n"], ["Lee", 1]]}), "file.xlsx")
    assert problem.sheet == "A"


def test_chosen_sheet(reading):
    sheets = {"Codes": [["code", "meaning"], ["H", "Hispanic"]], "Data": [["place", "n"], ["Lee", 1]]}
    content = xlsx(sheets)
    assert reading.one(content, "file.xlsx", sheet="Data").columns == ("place", "n")
    (problem,) = reading.problems(InputError, content, "file.xlsx", sheet="data")
    assert "'Codes', 'Data'" in problem.remedy


def test_sheet_that_repeats_another_is_quarantined(reading):
    """Case 26: by content, whatever its name."""
    rows = [["place", "n"], ["Lee", 1], ["Kane", 2]]
    first, second, third = reading.sheets(xlsx({"p1": rows, "p2": rows, "p3": [*rows[:2], ["Kane", 3]]}), "file.xlsx")
    assert (first.ledger.used, second.ledger.used, third.ledger.used) == (2, 0, 2)
    (step,) = second.ledger.steps
    assert (step.rows, step.quarantined) == (2, True)
    assert "'p1'" in step.reason


def test_hidden_rows_columns_and_filter(reading, notes):
    """Case 27: all are read."""

    def hide(book):
        sheet = book["Data"]
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True
        sheet.auto_filter.ref = "A1:B4"

    table = reading.one(
        xlsx({"Data": [["place", "n"], ["Lee", 1], ["Kane", 2], ["Dane", 3]]}, change=hide), "file.xlsx"
    )
    assert len(reading.rows(table)) == 3
    assert "1 hidden rows and 1 hidden columns" in notes(table)
    assert "filter" in notes(table)


def test_formula_without_its_value(reading):
    """Case 28: openpyxl writes formulas without values, as other programs do."""
    content = xlsx({"Data": [["place", "n"], ["Lee", 1], ["Kane", "=1+1"]]})
    (problem,) = reading.problems(InputError, content, "file.xlsx")
    assert (problem.sheet, problem.row, problem.column) == ("Data", 3, "B")
    assert "save it" in problem.remedy
    computed = patched(content, "xl/worksheets/sheet1.xml", rb"<f>1\+1</f><v ?/?>(</v>)?", b"<f>1+1</f><v>2</v>")
    assert reading.rows(reading.one(computed, "file.xlsx")) == [(2, "Lee", "1"), (3, "Kane", "2")]


def test_formula_that_yields_an_empty_text(reading):
    content = xlsx({"Data": [["place", "n", "note"], ["Lee", 1, "=1+1"]]})
    empty = patched(
        content,
        "xl/worksheets/sheet1.xml",
        rb'<c r="C2"[^>]*><f>1\+1</f><v ?/?>(</v>)?',
        b'<c r="C2" t="str"><f>1+1</f><v></v>',
    )
    assert reading.rows(reading.one(empty, "file.xlsx")) == [(2, "Lee", "1", "")]


def test_spreadsheet_errors(reading, notes):
    """Case 29: the cell is set aside and named; the row stays."""

    def break_it(book):
        book["Data"]["B3"].value = "#REF!"
        book["Data"]["B3"].data_type = "e"

    table = reading.one(xlsx({"Data": [["place", "n"], ["Lee", 1], ["Kane", 2]]}, change=break_it), "file.xlsx")
    assert reading.rows(table) == [(2, "Lee", "1"), (3, "Kane", "")]
    assert "1 cells with spreadsheet errors set aside as missing (B3 #REF!)" in notes(table)


def test_a_file_may_have_any_name(reading, notes):
    """Case 5: a workbook called .csv."""
    table = reading.one(xlsx({"Data": [["place", "n"], ["Lee", 1]]}), "file.csv")
    assert table.ledger.used == 1
    assert "the file is a workbook whatever its name says" in notes(table)


def test_xls(reading, notes):
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    sheet = book.add_sheet("A")
    for column, name in enumerate(["place", "day", "n", "id"]):
        sheet.write(1, column, name)
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for column, value in enumerate(["Doña Ana", dt.datetime(2011, 10, 1), 29, 12345678901234]):
        sheet.write(2, column, value, day if column == 1 else xlwt.Style.default_style)
    out = io.BytesIO()
    book.save(out)
    table = reading.one(out.getvalue(), "file.xls")
    assert reading.rows(table) == [(3, "Doña Ana", "2011-10-01", "29", "12345678901234")]
    assert (table.header_row, notes(table)) == (2, "")


def test_xls_with_the_most_rows_it_can_hold(reading):
    """Case 37 for XLS: 65,536 rows."""
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    sheet = book.add_sheet("A")
    sheet.write(0, 0, "place")
    sheet.write(0, 1, "n")
    for row in (1, 65_535):
        sheet.write(row, 0, "Lee")
        sheet.write(row, 1, 1)
    out = io.BytesIO()
    book.save(out)
    (problem,) = reading.problems(InputError, out.getvalue(), "file.xls")
    assert problem.row == 65_536


def test_xls_spreadsheet_errors(reading, notes):
    """An error in an XLS shows as a blank cell too; it must be named."""
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    sheet = book.add_sheet("A")
    for row, (place, n) in enumerate([("place", "n"), ("Lee", 1), ("Kane", None)]):
        sheet.write(row, 0, place)
        if n is not None:
            sheet.write(row, 1, n)
    sheet.row(2).set_cell_error(1, "#DIV/0!")
    sheet.row(1).hidden = 1
    sheet.col(0).hidden = 1
    book.dates_1904 = 1
    out = io.BytesIO()
    book.save(out)
    table = reading.one(out.getvalue(), "file.xls")
    assert reading.rows(table) == [(2, "Lee", "1"), (3, "Kane", "")]
    assert "1 cells with spreadsheet errors set aside as missing (B3 #DIV/0!)" in notes(table)
    assert "1 hidden rows and 1 hidden columns" in notes(table)
    assert table.epoch == 1904


def ods(rows):
    """An ODS of one sheet."""
    pytest.importorskip("odf")
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    book = OpenDocumentSpreadsheet()
    sheet = Table(name="A & B")
    for row in rows:
        line = TableRow()
        for value in row:
            kind = {"valuetype": "float", "value": value} if not isinstance(value, str) else {"valuetype": "string"}
            cell = TableCell(**kind)
            cell.addElement(P(text=str(value)))
            line.addElement(cell)
        sheet.addElement(line)
    book.spreadsheet.addElement(sheet)
    out = io.BytesIO()
    book.write(out)
    return out.getvalue()


def test_ods(reading, notes):
    content = ods([["place", "n", "fips"], ["Doña Ana", 29, "01001"], ["Kane", 0.5, "NA"]])
    table = reading.one(content, "file.ods")
    assert reading.rows(table) == [(2, "Doña Ana", "29", "01001"), (3, "Kane", "0.5", "NA")]
    assert (table.sheet, notes(table)) == ("A & B", "")


def test_ods_errors_hidden_rows_and_uncomputed_formulas(reading, notes):
    content = ods([["place", "n"], ["Lee", 29], ["Kane", 31]])
    calc = b'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    error = b"<table:table-cell " + calc + b' office:value-type="string" calcext:value-type="error"/>'
    marked = patched(content, "content.xml", rb'<table:table-cell[^>]*office:value="31".*?</table:table-cell>', error)
    hidden = patched(marked, "content.xml", rb"<table:table-row>", b'<table:table-row table:visibility="filter">')
    table = reading.one(hidden, "file.ods")
    assert reading.rows(table) == [(2, "Lee", "29"), (3, "Kane", "")]
    assert "1 cells with spreadsheet errors set aside as missing" in notes(table)
    assert "3 hidden rows" in notes(table)
    assert "a filter is set" in notes(table)
    formula = b'<table:table-cell table:formula="of:=1+1"/>'
    bare = patched(content, "content.xml", rb'<table:table-cell[^>]*office:value="31".*?</table:table-cell>', formula)
    (problem,) = reading.problems(InputError, bare, "file.ods")
    assert "formula without its value" in problem.found


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        (b"ofdice:value-type=", "damaged: unbound prefix"),
        (b"office:vblue-type=", "1 cells hold a text without its type"),
    ],
)
def test_an_ods_cell_whose_type_is_damaged_is_refused_not_read_as_blank(reading, damaged, said):
    """Found by 1,551 random corruptions (seed 3): one letter of one cell, and its text was gone without a word."""
    content = ods([["place", "n"], ["Lee", 29], ["Kane", 31]])
    whole = rb'office:value-type=("string"[^>]*><text:p>Kane)'
    broken = patched(content, "content.xml", whole, damaged + rb"\1")
    (problem,) = reading.problems(InputError, broken, "file.ods")
    assert said in problem.found


def test_text_encoded_twice_in_a_workbook(reading, notes):
    """Case 10, as it comes from a CSV that was opened with the wrong encoding and saved: asked, never silent."""
    damaged = "Doña Ana".encode().decode("cp1252")
    content = xlsx({"Data": [["place", "n"], ["Lee", 1], [damaged, 2], ["SÃO PAULO", 3], [damaged, 4]]})
    (problem,) = reading.problems(DecisionNeeded, content, "file.xlsx")
    assert problem.row == 3
    assert "in 2 rows" in problem.found
    assert "Ana" not in problem.found
    table = reading.one(content, "file.xlsx", encoding="double-utf-8")
    assert [row[1] for row in reading.rows(table)] == ["Lee", "Doña Ana", "SÃO PAULO", "Doña Ana"]
    assert "repaired, as declared" in notes(table)
    assert reading.rows(reading.one(content, "file.xlsx", encoding="utf-8"))[1][1] == damaged


def test_options_of_text_are_refused_for_workbooks(reading):
    content = xlsx({"Data": [["place", "n"], ["Lee", 1]]})
    problems = reading.problems(ConfigError, content, "file.xlsx", delimiter=";", encoding="cp1252")
    assert [problem.found.split(" ")[0] for problem in problems] == ["delimiter", "encoding"]


def test_sheets_with_problems_are_all_reported(reading):
    sheets = {"a": [["place", None], ["Lee", 1]], "b": [["place", "n", "n"], ["Lee", 1, 2]]}
    problems = reading.problems(InputError, xlsx(sheets), "file.xlsx")
    assert [problem.sheet for problem in problems] == ["a", "b"]


def test_giant_cell_of_a_workbook(reading):
    """Case 41: more than a spreadsheet can hold, so made by hand."""
    content = xlsx({"Data": [["place", "note"], ["Lee", "a"], ["Kane", "LONG"]]})
    content = patched(content, "xl/worksheets/sheet1.xml", b"LONG", b"x" * 200_000)
    table = reading.one(content, "file.xlsx")
    assert [row[0] for row in reading.rows(table)] == [2]
    assert table.ledger.quarantined == 1


def test_document_type_in_a_workbook_is_refused(reading):
    """XXE and entity bombs: no spreadsheet program declares a document type."""
    content = xlsx({"Data": [["place", "n"], ["Lee", 1]]})
    attack = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet '
    (problem,) = reading.problems(
        InputError, patched(content, "xl/worksheets/sheet1.xml", rb"<worksheet ", attack), "file.xlsx"
    )
    assert "document type" in problem.found


def test_damaged_sheet_part(reading):
    content = xlsx({"Data": [["place", "n"], ["Lee", 1]]})
    reading.problems(InputError, patched(content, "xl/workbook.xml", rb"<sheets>", b"<sheets"), "file.xlsx")


def test_a_cell_whose_tag_is_damaged_is_not_passed_over(reading):
    """Found by fuzzing: the fast reader leaves such a cell out without a word (case 28 has a damaged archive)."""
    content = xlsx({"Data": [["place", "n"], ["Lee", 1], ["Taos", 2]]})
    damaged = patched(content, "xl/worksheets/sheet1.xml", rb'<c r="B3"', b'<c\xef\xbb\xbf r="B3"')
    problem = reading.problems(InputError, damaged, "file.xlsx")[0]
    assert "the part xl/worksheets/sheet1.xml is damaged: not well-formed" in problem.found
    assert "repair it" in problem.remedy


def test_a_document_type_ends_the_reading_wherever_it_is_cut():
    checked = WellFormed("xl/sharedStrings.xml", Where("file.xlsx"))
    checked.feed(b"<!--" + b"x" * 4096 + b"--><!DOC")
    with pytest.raises(InputError, match="document type"):
        checked.feed(b"TYPE sst [<!ENTITY a 'b'>]><sst/>", last=True)
