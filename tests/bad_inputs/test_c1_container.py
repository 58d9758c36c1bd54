"""Bad inputs, chapter 1, cases 1-20: container, encoding, delimiters. One test a case: what goes in, what comes out."""

import gzip

import pytest

HEAD = "place,period,event,group,n\n"
ROWS = "48453,2011,arrest,hispanic,50\n48453,2011,arrest,white,40\n48201,2011,arrest,white,30\n"
READ = [("48453", "hispanic", 50), ("48453", "white", 40), ("48201", "white", 30)]
COLUMNS = 'place, "group", n'
NAMES = "state,jurisdiction,period,event,n\nNM,Doña Ana County,2011,arrest,5\nNM,Otero County,2011,arrest,6\n"


def lines(text):
    return [line.split(",") for line in text.splitlines()]


def test_case_001_empty_file(desk):
    problem = desk.read("").refused("input", "the file is empty (0 bytes)")
    assert problem["remedy"] == "was the download complete?"


def test_case_002_header_only(desk):
    told = desk.read(HEAD)
    told.says("no records: nothing in it can be tested")
    assert told.accounts() == (0, 0, 0, 0)


def test_case_003_lock_file_beside_the_workbook(desk):
    """What Excel leaves beside an open workbook holds the user's name: it is passed over, and that is said."""
    desk.book({"Data": lines(HEAD + ROWS)}, "arrests.xlsx")
    desk.write(b"\x05Jones", "~$arrests.xlsx")
    told = desk.of(desk.source("*.xlsx"))
    told.says("~$arrests.xlsx: the lock file of a workbook that is open; passed over")
    assert [source.name for source in told.sources] == ["arrests.xlsx"]
    assert told.accounts() == (3, 3, 0, 0)
    assert "Jones" not in told.text


@pytest.mark.parametrize("kind", ["tabs", "page"])
def test_case_004_xls_that_is_text_or_html(desk, kind):
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in lines(HEAD + ROWS))
    told = desk.read((HEAD + ROWS).replace(",", "\t") if kind == "tabs" else f"<table>{cells}</table>", "file.xls")
    told.says("whatever its name says (.xls)")
    assert told.rows(COLUMNS) == READ


def test_case_005_csv_that_is_a_workbook_or_packed(desk):
    desk.book({"Data": lines(HEAD + ROWS)}, "one.csv")
    desk.write(gzip.compress((HEAD + ROWS.replace("2011", "2012")).encode()), "two.csv")
    told = desk.of(desk.source("one.csv"), desk.source("two.csv"))
    told.says("the file is a workbook whatever its name says (.csv)", "the file is packed with gzip whatever its name")
    assert told.rows(COLUMNS) == READ * 2


def test_case_006_workbook_with_a_password(desk):
    """The compound file that Excel wraps an encrypted workbook in, by the name of its stream (MS-OFFCRYPTO 2.3.1)."""
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 500
    problem = desk.read(content, "file.xlsx").refused("input", "protected by a password", file="file.xlsx")
    assert problem["remedy"] == "open it and save it without password"


def test_case_007_truncated_and_damaged_workbook(desk):
    desk.book({"Data": lines(HEAD + ROWS)})
    whole = (desk.folder / "file.xlsx").read_bytes()
    desk.read(whole[:-200], "file.xlsx").refused("input", "damaged or cut off", file="file.xlsx")
    at = whole.index(b"xl/worksheets/sheet1.xml") + 60
    damaged = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
    desk.read(damaged, "file.xlsx").refused("input", "the member xl/worksheets/sheet1.xml", file="file.xlsx")


def test_case_008_utf_16(desk):
    told = desk.read(NAMES.encode("utf-16"))
    told.says("encoding UTF-16, told from the byte-order mark")
    assert told.rows("place, n") == [("35013", 5), ("35035", 6)]


def test_case_009_windows_1252(desk):
    told = desk.read(NAMES.encode("cp1252"))
    told.says("encoding Windows-1252")
    assert told.rows("place, n") == [("35013", 5), ("35035", 6)]


def test_case_010_text_encoded_twice(desk):
    """Never accepted in silence; the answer that is proposed repairs it."""
    twice = NAMES.encode().decode("cp1252")
    told = desk.read(twice)
    told.refused("question", "'Ã±' stands where 'ñ' is probably meant", 'encoding = "double-utf-8"')
    assert desk.read(twice, encoding="double-utf-8").rows("place, n") == [("35013", 5), ("35035", 6)]


def test_case_011_two_encodings_in_one_file(desk):
    """Appended years: each line in its own; a byte that is no letter in either (0x81) sets its row aside."""
    more = "NM,Doña Ana County,2012,arrest,7\n".encode("cp1252") + b"NM,Do\x81a Ana County,2010,arrest,8\n"
    told = desk.read(NAMES.encode() + more)
    told.says("two encodings in one file")
    assert told.steps() == {"bytes that are no letter in UTF-8 or Windows-1252": (1, True, "5")}
    assert told.rows("place, n") == [("35013", 5), ("35035", 6), ("35013", 7)]


def test_case_012_byte_order_mark_before_the_first_name(desk):
    told = desk.read((HEAD + ROWS).encode("utf-8-sig"))
    assert told.rows(COLUMNS) == READ
    assert told.ledger.notes == ()


def test_case_013_nul_bytes(desk):
    told = desk.read((HEAD + ROWS).replace("white,40", "white,\x0040"))
    assert told.steps() == {"NUL bytes": (1, True, "3")}
    assert told.accounts() == (3, 2, 0, 1)


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_case_014_line_ends(desk, end):
    """The row that is named is the row that an editor shows; U+2028 inside a cell begins no row."""
    text = HEAD + "48453,2011,arrest,white,a\u2028b\n" + ROWS
    told = desk.read(text.replace("\n", end))
    assert told.steps() == {"n is not a number": (1, True, "2")}
    assert told.rows(COLUMNS) == READ


def test_case_015_line_break_inside_a_cell(desk):
    head, first = "place,period,event,group,n,agency\n", '48453,2011,arrest,white,5,"Sheriff\nof Travis"\n'
    told = desk.read(head + first + "48453,2012,arrest,white,x,A\n48453,2010,arrest,white,7,A\n")
    assert told.rows("agency, n") == [("Sheriff of Travis", 5), ("A", 7)]
    assert told.steps() == {"n is not a number": (1, True, "4")}


def test_case_016_quote_that_is_never_closed(desk):
    """Named is the row in which it opens, not the last one."""
    problem = desk.read(HEAD + ROWS + '48113,2011,arrest,"white,5\n' + ROWS).refused("input", "a quote opens here")
    assert problem["where"] == "file.csv › row 5"


@pytest.mark.parametrize("delimiter", [";", "|", "\t"])
def test_case_017_other_delimiters(desk, delimiter):
    told = desk.read((HEAD + ROWS).replace(",", delimiter))
    told.says("delimiter: ")
    assert told.rows(COLUMNS) == READ


def test_case_017_one_column_is_refused(desk):
    desk.read((HEAD + ROWS).replace(",", "~")).refused("input", "one column only", "set delimiter")


def test_case_018_a_field_too_many_on_every_row(desk):
    problem = desk.read(HEAD + ROWS.replace("\n", ",x\n")).refused("input", "3 of 3 rows have more cells")
    assert "under a neighbour's name" in problem["why"]


def test_case_019_a_row_too_long(desk):
    told = desk.read(HEAD + ROWS + "48113,2011,arrest,white,3,4\n")
    assert told.steps() == {"more cells than the header has names": (1, True, "5")}
    assert told.rows(COLUMNS) == READ


def test_case_020_a_row_too_short(desk):
    told = desk.read(HEAD + ROWS + "48113,2011,arrest\n")
    assert told.steps() == {"fewer cells than the header has names": (1, True, "5")}
    assert told.rows(COLUMNS) == READ
    trailing = desk.read("place,period,event,n,,\n48453,2011,arrest,5\n48201,2011,arrest,6,,\n")
    assert trailing.accounts() == (2, 2, 0, 0)
    trailing.says("without name and values left out")
