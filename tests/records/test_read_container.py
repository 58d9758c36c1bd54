"""What a file really is: bad-inputs.md, cases 3-7, 40, and the bombs of calibration.md S4."""

import gzip
import io
import os
import zipfile

import duckdb
import pytest

from auditor.errors import ConfigError, InputError
from auditor.records import archive, container
from auditor.records.grid import Where
from auditor.records.read import read
from auditor.records.spec import SourceSpec

TEXT = "place,n\nDoña Ana,1\nKane,2\n"
ROWS = [(2, "Doña Ana", "1"), (3, "Kane", "2")]


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("name", ["~$file.xlsx", ".~lock.file.ods#"])
def test_lock_files_are_skipped(store, tmp_path, name):
    """Case 3."""
    path = tmp_path / name
    path.write_bytes(b"\x05Jones")
    assert read(path, SourceSpec(path=name), store) == []


@pytest.mark.parametrize("name", ["file.csv", "file.csv.gz", "file.xlsx"])
def test_gzip_whatever_the_name(reading, notes, name):
    """Case 5."""
    table = reading.one(gzip.compress(TEXT.encode()), name)
    assert reading.rows(table) == ROWS
    assert "packed with gzip" in notes(table)
    assert ("whatever its name says" in notes(table)) == (name != "file.csv.gz")


def test_truncated_gzip(reading):
    packed = gzip.compress(os.urandom(5000) + TEXT.encode())
    (problem,) = reading.problems(InputError, packed[:-20], "file.csv.gz")
    assert "cut off" in problem.found


def test_archive_inside_gzip(reading):
    for inner in (gzip.compress(TEXT.encode()), zipped({"a.csv": TEXT})):
        (problem,) = reading.problems(InputError, gzip.compress(inner), "file.csv.gz")
        assert "archive inside" in problem.found


def test_workbook_inside_gzip_is_refused(reading):
    """The XLSX is an archive; ODS, XLSX and Parquet compress themselves."""
    parquet = gzip.compress(b"PAR1" + b"\0" * 50 + b"PAR1")
    (problem,) = reading.problems(InputError, parquet, "file.parquet.gz")
    assert "inside an archive" in problem.found


def test_gzip_bomb(reading, monkeypatch):
    monkeypatch.setattr(archive, "RATIO_FREE", 1_000_000)
    (problem,) = reading.problems(InputError, gzip.compress(b"a,b\n" * 1_000_000, 9), "file.csv.gz")
    assert "bomb" in problem.why


def test_zip_with_one_table(reading, notes):
    table = reading.one(zipped({"data/file.csv": TEXT, "__MACOSX/._file.csv": "x", "data/.DS_Store": "x"}), "file.zip")
    assert reading.rows(table) == ROWS
    assert "packed with zip" in notes(table)


def test_zip_with_several_tables(reading):
    (problem,) = reading.problems(InputError, zipped({"a.csv": TEXT, "b.csv": TEXT}), "file.zip")
    assert "2 files (a.csv, b.csv)" in problem.found


@pytest.mark.parametrize(
    "members, word",
    [
        ({"../evil.csv": TEXT}, "outside the archive"),
        ({"/etc/evil.csv": TEXT}, "outside the archive"),
        ({"C:\\evil.csv": TEXT}, "outside the archive"),
        ({f"{i}.csv": "" for i in range(2_001)}, "2,001 members"),
        ({"a.csv": zipped({"b.csv": TEXT})}, "archive inside the archive (a.csv)"),
        ({"a.csv": "0" * 60_000_000}, "times its size"),
    ],
)
def test_zip_beyond_the_limits(reading, members, word):
    (problem,) = reading.problems(InputError, zipped(members), "file.zip")
    assert word in problem.found


def test_zip_that_declares_less_than_it_holds(reading):
    """The declared size is patched from 6 bytes to 2: the checksum gives it away, and the member is named."""
    content = zipped({"a.csv": "a,b\n12"}, zipfile.ZIP_STORED)
    sizes = (6).to_bytes(4, "little") * 2
    assert content.count(sizes) == 2
    (problem,) = reading.problems(InputError, content.replace(sizes, (2).to_bytes(4, "little") * 2), "file.zip")
    assert "a.csv" in problem.found


def test_bad_checksum_names_the_member(reading):
    """Case 7."""
    content = zipped({"a.csv": TEXT}, zipfile.ZIP_STORED).replace(b"Kane,2", b"Kane,3")
    (problem,) = reading.problems(InputError, content, "file.zip")
    assert "a.csv" in problem.found


def test_truncated_zip(reading):
    for name in ("file.zip", "file.xlsx"):
        (problem,) = reading.problems(InputError, zipped({"a.csv": TEXT})[:-30], name)
        assert "cut off" in problem.found


def test_zip_with_a_password(reading):
    content = bytearray(zipped({"a.csv": TEXT}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (problem,) = reading.problems(InputError, bytes(content), "file.zip")
    assert "password" in problem.found


def test_workbook_with_a_password(reading):
    """Case 6: Excel puts the encrypted workbook into a compound file with a stream of this name."""
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 500
    (problem,) = reading.problems(InputError, content, "file.xlsx")
    assert problem.remedy == "open it and save it without password"


def test_word_documents_are_refused(reading):
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "WordDocument".encode("utf-16-le")
    new = zipped({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"})
    text = zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"})
    for content in (old, new, text):
        (problem,) = reading.problems(InputError, content, "file.doc")
        assert "not a" in problem.found


@pytest.mark.parametrize(
    "start",
    [
        *[b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"II*\0", b"BZh91AY"],
        *[b"7z\xbc\xaf\x27\x1c", b"SQLite format 3\0", b"ARROW1\0\0", b"RDX3\n", b"{\\rtf1", b"$FL2"],
        *[b'{"a": 1}', b'[{"a": 1}]', b"\x09\x08\x10\x00", b'<?xml version="1.0"?>\n<Workbook xmlns="urn:x">'],
    ],
)
def test_other_kinds_are_refused_with_a_remedy(reading, start):
    """Case 40 and its like."""
    reading.problems(InputError, start + b"x" * 100, "file.csv")


def test_html_under_the_name_of_a_workbook(reading, notes):
    """Case 4."""
    page = """<html><head><meta charset="windows-1252"><style>td {color: red}</style></head><body><h1>Report</h1>
    <table border=1><tr><th>place<th colspan=2>n</tr><tr><td>Doña&nbsp;Ana</td><td> 1<br>2 </td><td></td></tr>
    <tr><td>O&amp;A<td>3<td><b>x</b> y</tr></table></body></html>"""
    table = reading.one(page.replace("<th colspan=2>n", "<th>n<th>note").encode("cp1252"), "file.xls")
    assert reading.rows(table) == [(2, "Doña Ana", "1 2", ""), (3, "O&A", "3", "x y")]
    assert "HTML" in notes(table)
    (problem,) = reading.problems(InputError, page.encode("cp1252"), "file.xls")
    assert problem.column == "C"


def test_html_without_or_with_several_tables(reading):
    table = "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>1</td></tr></table>"
    (problem,) = reading.problems(InputError, "<html><p>No rows</p></html>", "file.xls")
    assert "without a table" in problem.found
    (problem,) = reading.problems(InputError, f"<html>{table}{table}</html>", "file.xls")
    assert "2 tables" in problem.found
    reading.problems(ConfigError, f"<html>{table}</html>", "file.xls", sheet="A")


def test_layout_table_around_the_data(reading):
    page = "<html><table><tr><td><table><tr><td>a<td>b<tr><td>c<td>1</table></table></html>"
    assert reading.rows(reading.one(page, "file.html")) == [(2, "c", "1")]


def test_tab_text_under_the_name_of_a_workbook(reading, notes):
    """Case 4."""
    table = reading.one(TEXT.replace(",", "\t"), "file.xls")
    assert reading.rows(table) == ROWS
    assert "the file is delimited text whatever its name says (.xls)" in notes(table)


def parquet(tmp_path, query):
    path = tmp_path / "file.parquet"
    duckdb.connect().execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def test_parquet(reading, tmp_path):
    """Every type as DuckDB writes it as text; a missing value is blank; the row is the number of the record."""
    query = """SELECT * FROM (VALUES ('01001', 29, 0.5::DOUBLE, DATE '2011-10-01', TIMESTAMP '2011-10-01 14:30:59',
        true, 12.50::DECIMAL(9,2), 9007199254740993, TIMESTAMPTZ '2011-10-01 12:00:00+00', 'NA'),
        (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'x'))
        t(fips, n, share, day, moment, flag, sum, id, zone, "a""b")"""
    table = reading.one(parquet(tmp_path, query))
    assert table.columns == ("fips", "n", "share", "day", "moment", "flag", "sum", "id", "zone", 'a"b')
    first = ("01001", "29", "0.5", "2011-10-01", "2011-10-01 14:30:59", "true", "12.50", "9007199254740993")
    assert reading.rows(table)[0] == (1, *first, "2011-10-01 12:00:00+00", "NA")
    assert reading.rows(table)[1] == (2, *[""] * 9, "x")
    assert (table.header_row, table.ledger.read, table.sheet) == (0, 2, "")


def test_parquet_with_nested_columns(reading, tmp_path):
    table = reading.one(parquet(tmp_path, "SELECT [1, 2] AS list, {'a': 1, 'b': 'x'} AS record, 'y' AS text"))
    assert table.columns == ("list", "record", "text")
    assert reading.rows(table) == [(1, "[1, 2]", "{'a': 1, 'b': x}", "y")]


def test_parquet_names_given_twice(reading, tmp_path):
    """Names that differ in their case only: DuckDB would rename one of them."""
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet as writer

    path = tmp_path / "file.parquet"
    writer.write_table(pyarrow.table([["a"], ["b"]], names=["place", "Place"]), path)
    (problem,) = reading.problems(InputError, path)
    assert "stands over two columns" in problem.found


def test_damaged_parquet(reading, tmp_path):
    path = parquet(tmp_path, "SELECT range AS n, 'x' AS t FROM range(1000)")
    data = path.read_bytes()
    for content in (data[:-40], data[:40] + b"\xff" * 60 + data[100:], b"PAR1"):
        (problem,) = reading.problems(InputError, content, "file.parquet")
        assert "Parquet" in problem.found
        assert str(tmp_path) not in str(problem)


def test_options_of_text_are_refused_for_parquet(reading, tmp_path):
    path = parquet(tmp_path, "SELECT 1 AS a, 2 AS b")
    problems = reading.problems(ConfigError, path, sheet="x", header_row=1, delimiter=",", encoding="cp1252")
    assert len(problems) == 4


def test_crash_of_a_reader_is_an_error_with_a_remedy(reading, tmp_path, monkeypatch):
    """A native reader that crashes takes only its own process with it."""
    from auditor.records import isolated

    monkeypatch.setattr(isolated, "_run", lambda arguments: -11)
    (problem,) = reading.problems(InputError, parquet(tmp_path, "SELECT 1 AS a, 2 AS b"))
    assert "code -11" in problem.found


def test_limits_of_the_child_process():
    """4 GB of memory and 300 seconds, as calibration.md S4 states."""
    from auditor.records import child

    assert (child.MEMORY, child.SECONDS) == (4 * 2**30, 300)


def test_unreadable_file(reading, monkeypatch):
    from auditor.records import read as module

    def deny(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module, "fingerprint", deny)
    (problem,) = reading.problems(InputError, TEXT)
    assert problem.found == "Permission denied"


def test_disk_full_or_out_of_memory_is_an_input_error(reading, monkeypatch):
    from auditor.records import read as module

    def fail(*_):
        raise duckdb.OutOfMemoryException("/home/somebody")

    monkeypatch.setattr(module, "tidy", fail)
    (problem,) = reading.problems(InputError, TEXT)
    assert "OutOfMemory" in problem.found
    assert "somebody" not in str(problem)


def test_recognise_by_content_only(tmp_path):
    path = tmp_path / "x"
    for content, kind in [(TEXT.encode(), "text"), (b"\xef\xbb\xbf<html>", "html"), (b"PAR1xxxx", "parquet")]:
        path.write_bytes(content)
        assert container.recognise(path, Where("x")) == kind
