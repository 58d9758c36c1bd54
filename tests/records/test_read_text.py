"""Delimited text: bad-inputs.md, cases 1, 2, 8-21, 37, 41-53 as far as reading goes.

Every expected row and number is counted off the file that the test itself writes.
"""

import pytest

from auditor.errors import ConfigError, DecisionNeeded, InputError
from auditor.records import read as read_module
from auditor.records.damage import TWICE, repaired


def test_plain_file_stays_text(reading):
    """Leading zeros, NA, None, TRUE, dates, long identifiers: nothing is typed (cases 52, 53, 85)."""
    table = reading.one(
        "fips,county,id,when,flag\n01001,NA,9007199254740993,2011-10-01,TRUE\n35013,None,,1.0,null\n48453,Null,0012,03/04/2011,\n"
    )
    assert table.columns == ("fips", "county", "id", "when", "flag")
    assert reading.rows(table) == [
        (2, "01001", "NA", "9007199254740993", "2011-10-01", "TRUE"),
        (3, "35013", "None", "", "1.0", "null"),
        (4, "48453", "Null", "0012", "03/04/2011", ""),
    ]
    assert (table.header_row, table.sheet, table.ledger.read, table.ledger.notes) == (1, "", 3, ())


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n\r\n", b"  \n"])
def test_empty_file(reading, content):
    (problem,) = reading.problems(InputError, content)
    assert "empty" in problem.found
    assert "download complete" in problem.remedy


def test_header_only(reading, notes):
    table = reading.one("place,n\n")
    assert table.ledger.read == 0
    assert "no records" in notes(table)


def test_no_such_file(reading, tmp_path):
    (problem,) = reading.problems(InputError, tmp_path / "missing.csv")
    assert "path" in problem.remedy


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings(reading, notes, codec):
    """Case 8: with a mark, and without one."""
    table = reading.one("place,n\nDoña Ana,1\n".encode(codec))
    assert reading.rows(table) == [(2, "Doña Ana", "1")]
    assert codec.upper()[:6] in notes(table)


def test_windows_1252_is_named(reading, notes):
    """Case 9: the letter survives and the note names the encoding."""
    table = reading.one("place,n\nDoña Ana,1\nCañon,2\n".encode("cp1252"))
    assert reading.rows(table) == [(2, "Doña Ana", "1"), (3, "Cañon", "2")]
    assert "Windows-1252" in notes(table)


def test_utf8_needs_no_note(reading):
    table = reading.one("place,n\nDoña Ana,1\n")
    assert reading.rows(table)[0][1] == "Doña Ana"
    assert table.ledger.notes == ()


def test_text_encoded_twice_is_a_question(reading, notes):
    """Case 10: never accepted in silence; both answers of the question work."""
    content = "place,n\nDoña Ana,1\nO’Brien,2\nIngham,3\n".encode().decode("cp1252").encode()
    with pytest.raises(DecisionNeeded) as caught:
        reading.sheets(content)
    (problem,) = caught.value.problems
    assert problem.row == 2
    assert "'Ã±' stands where 'ñ'" in problem.found
    assert "Ana" not in str(caught.value)
    assert TWICE in caught.value.toml
    assert 'encoding = "utf-8"' in caught.value.toml
    mended = reading.one(content, encoding=TWICE)
    assert [row[1] for row in reading.rows(mended)] == ["Doña Ana", "O’Brien", "Ingham"]
    assert TWICE in notes(mended)
    kept = reading.one(content, encoding="utf-8")
    assert reading.rows(kept)[0][1] == "DoÃ±a Ana"


def test_repaired_leaves_other_text_alone():
    assert repaired("Ã±") == "ñ"
    assert repaired("São") == "São"


def test_accents_that_only_look_like_damage(reading):
    """Portuguese and French capitals are no damage: no question."""
    table = reading.one("place,n\nSÃO PAULO,1\nÂNGELO,2\nCHÂTEAU,3\n")
    assert [row[1] for row in reading.rows(table)] == ["SÃO PAULO", "ÂNGELO", "CHÂTEAU"]


def test_mixed_encodings_line_by_line(reading, notes):
    """Case 11: appended years in another encoding; a line that fits neither is quarantined with its number."""
    content = "place,n\nDoña Ana,1\n".encode() + "Cañon,2\n".encode("cp1252") + b"Bad\x81\x8d,3\nLee,4\n"
    table = reading.one(content)
    assert [row[:2] for row in reading.rows(table)] == [(2, "Doña Ana"), (3, "Cañon"), (5, "Lee")]
    assert "two encodings" in notes(table)
    (step,) = table.ledger.steps
    assert (step.rows, step.quarantined, step.example) == (1, True, "4")


@pytest.mark.parametrize("codec", ["cp850", "mac_roman"])
def test_letters_of_another_encoding_are_a_question(reading, codec):
    """In Windows-1252 these bytes are signs inside a word (Do¤a): asked, and settled by encoding."""
    content = "place,n\nDoña Ana,1\nCañon City,2\n".encode(codec)
    with pytest.raises(DecisionNeeded) as caught:
        reading.sheets(content)
    assert codec in caught.value.toml
    table = reading.one(content, encoding=codec)
    assert reading.rows(table)[0][1] == "Doña Ana"


def test_declared_encoding_is_heeded_or_refused(reading, notes):
    table = reading.one("place,n\nDoña Ana,1\n".encode("latin-1"), encoding="latin-1")
    assert "latin-1, as declared" in notes(table)
    (problem,) = reading.problems(InputError, "place,n\nDoña Ana,1\n".encode("cp1252"), encoding="utf-8")
    assert problem.row == 2
    reading.problems(ConfigError, "place,n\na,1\n", encoding="utf-88")
    reading.problems(ConfigError, "place,n\na,1\n", encoding="base64")
    reading.problems(InputError, "place,n\na,1\n".encode("utf-16"), encoding="utf-8")


def test_byte_order_mark_is_stripped(reading):
    """Case 12, also before a quoted name."""
    for head in ("place,n", '"place","n"'):
        table = reading.one(("\ufeff" + head + "\nLee,1\n").encode())
        assert table.columns == ("place", "n")
        assert table.ledger.notes == ()


def test_nul_bytes_are_quarantined(reading):
    """Case 13."""
    table = reading.one(b"place,n\nLee,1\nCoo\x00k,2\nKane,\x003\nDane,4\n")
    assert [row[0] for row in reading.rows(table)] == [2, 5]
    (step,) = table.ledger.steps
    assert (step.reason, step.rows, step.quarantined, step.example) == ("NUL bytes", 2, True, "3, 4")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends(reading, ending):
    """Case 14."""
    table = reading.one(ending.join(["place,n", "Lee,1", "Kane,2"]))
    assert reading.rows(table) == [(2, "Lee", "1"), (3, "Kane", "2")]


def test_mixed_line_ends_and_separators_keep_the_editors_numbers(reading, notes):
    """Case 14: LF, CRLF and CR end a line; U+2028, U+0085, form feed and vertical tab do not."""
    table = reading.one("place,n\nLee,1\r\nKa\u2028ne,2\rDa\x0bne,3\nCo\x0cok,4\r\nBo\u0085wie,5\n")
    assert reading.rows(table) == [
        (2, "Lee", "1"),
        (3, "Ka\u2028ne", "2"),
        (4, "Dane", "3"),
        (5, "Cook", "4"),
        (6, "Bowie", "5"),
    ]
    assert "U+2028" in notes(table)
    assert "removed from 3 cells" in notes(table)


def test_stray_carriage_return_makes_no_extra_record(reading):
    """Case 14 (more clean rows than raw ones): both halves are set aside, with the editor's numbers."""
    table = reading.one("place,n,when\nLee,1,2011\nKa\rne,2,2012\nDane,3,2013\n")
    assert [row[:2] for row in reading.rows(table)] == [(2, "Lee"), (5, "Dane")]
    assert table.ledger.read == 4
    (step,) = table.ledger.steps
    assert step.example == "3, 4"


def test_line_break_inside_quotes(reading):
    """Case 15: one record; the next row has the number an editor shows."""
    table = reading.one('place,note,n\nLee,"first\nsecond, third\r\nlast",1\nKane,x,2\n')
    assert reading.rows(table) == [(2, "Lee", "first\nsecond, third\r\nlast", "1"), (5, "Kane", "x", "2")]
    assert table.ledger.read == 2


@pytest.mark.parametrize(
    "content, row",
    [
        ('place,note,n\nLee,"first,1\nKane,x,2\nDane,y,3\n', 2),
        ('place,note,n\nLee,x,1\nKane,"open,2\nDane,"y",3\nCook,z,4\n', 3),
        ("place,note,n\nLee,x,1\n" + 'Kane,"open,2\n' + "Dane,y,3\n" * 20 + 'Cook,"z",4\n', 3),
        ('place,note,n\nLee,x,1\nKane,"open,2\n' + "Dane,y,3\n" * 20_000, 3),
        ('place,note,n\nLee,x,1\nKane,"open,2\nA,b,1\nB,b,1\nC,b,1\nDane,y",3\n', 3),
    ],
)
def test_unclosed_quote_names_the_row_where_it_opens(reading, content, row):
    """Case 16."""
    (problem,) = reading.problems(InputError, content)
    assert problem.row == row
    assert "quote" in problem.found


def test_malformed_quotes_are_quarantined(reading):
    """A quote closed in the middle of a cell would be altered by a lenient reader."""
    table = reading.one('place,note,n\nLee,"a"b,1\nKane,5" pipe,2\nDane,"say ""no""",3\n')
    assert reading.rows(table) == [(3, "Kane", '5" pipe', "2"), (4, "Dane", 'say "no"', "3")]
    (step,) = table.ledger.steps
    assert (step.quarantined, step.example) == (True, "2")


def test_mostly_malformed_file_is_refused(reading):
    (problem,) = reading.problems(InputError, 'place,note,n\nLee,"a"b,1\nKane,"a"b,1\nDane,"say",3\n')
    assert problem.row == 2
    assert "2 of 3 rows" in problem.found


@pytest.mark.parametrize("delimiter", [",", ";", "|", "\t"])
def test_delimiters(reading, notes, delimiter):
    """Case 17."""
    lines = ["place|n|note", "Lee|1|a, b", "Kane|2|c", "Dane|3|d; e"]
    text = "\n".join(line.replace("|", delimiter) for line in lines) + "\n"
    if delimiter in ",;":
        text = text.replace("a, b", '"a, b"').replace("d; e", '"d; e"')
    table = reading.one(text)
    assert [row[3] for row in reading.rows(table)] == ["a, b", "c", "d; e"]
    assert ("delimiter" in notes(table)) == (delimiter != ",")


def test_blank_delimited(reading):
    table = reading.one("stops pop precinct eth\n75 1720 1 1\n36 1720 1 2\n", "frisk.txt")
    assert reading.rows(table) == [(2, "75", "1720", "1", "1"), (3, "36", "1720", "1", "2")]


def test_decimal_commas_do_not_hide_the_semicolon(reading):
    table = reading.one("place;rate\nLee;1,5\nKane;2,5\nDane;3,5\n")
    assert reading.rows(table)[0] == (2, "Lee", "1,5")


def test_blanks_before_quotes(reading):
    table = reading.one('"place", "note"\n"Lee", "a, b"\n"Kane", "c"\n')
    assert reading.rows(table) == [(2, "Lee", "a, b"), (3, "Kane", "c")]


def test_single_column_is_refused_unless_declared(reading):
    """Case 17: the usual sign of a delimiter that was not recognised."""
    (problem,) = reading.problems(InputError, "place~n\nLee~1\nKane~2\n")
    assert "one column" in problem.found
    assert reading.rows(reading.one("place~n\nLee~1\nKane~2\n", delimiter="~")) == [(2, "Lee", "1"), (3, "Kane", "2")]
    assert reading.one("z\n0.1\n-0.2\n", delimiter=",").ledger.used == 2


def test_undecided_delimiter_is_refused(reading):
    (problem,) = reading.problems(InputError, "a;b,c\nx;y,z\nu;v,w\n")
    assert "comma" in problem.found
    assert "semicolon" in problem.found
    assert reading.one("a;b,c\nx;y,z\nu;v,w\n", delimiter=";").columns == ("a", "b,c")


@pytest.mark.parametrize("delimiter", ["||", '"', "\n"])
def test_unusable_delimiter(reading, delimiter):
    reading.problems(ConfigError, "a,b\n1,2\n", delimiter=delimiter)


def test_extra_trailing_field_never_shifts(reading):
    """Case 18: pandas would take the first column as index."""
    (problem,) = reading.problems(InputError, "place,n\nLee,1,9\nKane,2,9\nDane,3,9\n")
    assert "3 of 3 rows have more cells" in problem.found
    assert problem.row == 1


def test_trailing_delimiter_is_harmless(reading):
    table = reading.one("place,n\nLee,1,\nKane,2,\n")
    assert reading.rows(table) == [(2, "Lee", "1"), (3, "Kane", "2")]


def test_ragged_rows_are_quarantined_with_numbers(reading):
    """Cases 19 and 20."""
    table = reading.one("place,n,when\nLee,1,2011\nKane,2,2012,x\nDane,3\nCook,4,2014\nPage,5,2015\n")
    assert [row[0] for row in reading.rows(table)] == [2, 5, 6]
    steps = {step.reason: step for step in table.ledger.steps}
    assert steps["more cells than the header has names"].example == "3"
    assert steps["fewer cells than the header has names"].example == "4"
    assert table.ledger.quarantined == 2
    assert table.ledger.read == 5


def test_rows_that_are_short_as_a_rule_are_refused(reading):
    (problem,) = reading.problems(InputError, "place,n,when,x\nLee,1,2011\nKane,2,2012\nDane,3,2013\n")
    assert "fewer cells" in problem.found


def test_unnamed_trailing_columns_may_be_missing(reading):
    """A header padded with delimiters, rows that are not: nothing named is missing."""
    table = reading.one("place,n,,\nLee,1\nKane,2,,\n")
    assert reading.rows(table) == [(2, "Lee", "1"), (3, "Kane", "2")]


def test_gigantic_cell_is_quarantined(reading):
    """Case 41: 1 MB in one cell."""
    table = reading.one("place,note\nLee,a\nKane," + "x" * 1_000_000 + "\nDane,b\n")
    assert [row[0] for row in reading.rows(table)] == [2, 4]
    (step,) = table.ledger.steps
    assert step.quarantined
    assert "131,072" in step.reason
    assert step.example == "3"


@pytest.mark.parametrize("first", ["place," + "x" * 200_000, "pl\0ace,n", 'pl"ace,"n"x'])
def test_header_that_cannot_be_read_is_never_replaced_by_the_next_row(reading, first):
    problems = reading.problems(InputError, first + "\nLee,a\nKane,b\nDane,c\n")
    assert problems[0].row == 1


def test_notes_without_data(reading, notes):
    table = reading.one("place,n\nSource: ICE,\n")
    assert (table.ledger.read, table.ledger.excluded, table.ledger.used) == (1, 1, 0)
    assert "no records" in notes(table)


def test_excel_limit_of_rows(reading):
    """Case 37: header and 1,048,575 rows are 1,048,576 lines; one line less is accepted."""
    text = "a,b\n" + "1,2\n" * 1_048_575
    (problem,) = reading.problems(InputError, text)
    assert problem.row == 1_048_576
    assert "cut off" in problem.why
    assert reading.one(text[:-4]).ledger.used == 1_048_574


def test_file_that_changes_while_it_is_read(reading, monkeypatch):
    """Case 42."""
    path = reading.path("a,b\n1,2\n")
    opened = read_module.open_grids

    def meddle(*args):
        grids = opened(*args)
        path.write_text("a,b\n1,3\n")
        return grids

    monkeypatch.setattr(read_module, "open_grids", meddle)
    (problem,) = reading.problems(InputError, path)
    assert "changed while" in problem.found


def test_hash_is_of_the_bytes_supplied(reading):
    """printf 'a,b\\n1,2\\n' | sha256sum (coreutils)."""
    table = reading.one("a,b\n1,2\n")
    assert table.sha256 == "492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470"


def test_numbers_are_left_to_the_adapters(reading):
    """Cases 43-53: thousands, signs, suppression marks, percent, damaged identifiers stay as they were written."""
    values = ["1,234", "1 234", "1\u00a0234", "1.234", "(5)", "\u22125", "5-", "<11", "*", "**", "S", "D/", "1-10", "^"]
    values += ["-", "N/A", "12%", "0.12", "29.0", "'0042", "1.23457E+15", "1001", "inf", "NaN"]
    text = "place,n\n" + "".join(f'"p{i}","{value}"\n' for i, value in enumerate(values))
    table = reading.one(text)
    assert [row[2] for row in reading.rows(table)] == values
    assert table.ledger.steps == ()


def test_cells_are_not_stripped(reading):
    table = reading.one('place,n\n" Lee ", 1 \n')
    assert reading.rows(table) == [(2, " Lee ", " 1 ")]


def test_sheet_of_a_text_file_is_refused_not_ignored(reading):
    (problem,) = reading.problems(ConfigError, "a,b\n1,2\n", sheet="Data")
    assert "sheet" in problem.found


def test_sql_in_names_and_cells_stays_text(reading):
    name = 'a"; DROP TABLE counts; --'
    table = reading.one(f'"{name.replace(chr(34), chr(34) * 2)}",b\n"\'); DROP TABLE x; --",1\n')
    assert table.columns == (name, "b")
    assert reading.rows(table)[0][1] == "'); DROP TABLE x; --"


def test_too_many_columns(reading):
    text = ",".join(f"c{i}" for i in range(20_000)) + "\n" + ",".join("1" for _ in range(20_000)) + "\n"
    (problem,) = reading.problems(InputError, text)
    assert "20,000 columns" in problem.found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_last_line_without_its_end_is_noted(reading, notes, encoding):
    """A file that was cut off within its last number reads as a smaller number, and looks whole but for this."""
    text = "place,n\nDoña Ana,12\nKane,34"
    assert "the last line does not end as a line does" in notes(reading.one(text.encode(encoding)))
    assert "does not end" not in notes(reading.one((text + "\n").encode(encoding)))
    assert "does not end" not in notes(reading.one((text + "\n").replace("\n", "\r").encode(encoding)))
