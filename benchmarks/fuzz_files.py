"""Valid files that the fuzzing starts from, and an independent opinion of whether a file is well formed.

That opinion uses none of auditor's readers: a strict reading of text, openpyxl for XLSX, odfpy for ODS, pyarrow for
Parquet, and for each column what its cells may be. A corrupted file that is still well formed is another valid file (a
1 that became a 7, a row that is gone with its line end): no reader can tell, and such corruptions are counted apart.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

Rows = list[list[str]]

_COUNTY = r"\d\d|\d{5}"  # any other county or state is another valid value
_NAME = "(Doña Ana|Otero|Bernalillo|Santa Fe|Taos) County"
_GROUP = "(hispanic|white|black|asian|other|unknown|)"
_OFFENCE = "(traffic|licence|theft|dui|robbery|)"
_DAY = r"20(0\d|10|11)-(0[1-9]|1[0-2])-([01]\d|2\d)"
_NUMBER = r"\d{1,9}"
_TEXT = r"[A-Za-z0-9 .'&-]*"


@dataclass(frozen=True)
class Valid:
    """One valid file.

    Attributes
    ----------
    name : str
        File name.
    content : bytes
    cells : tuple of str
        For each column of the table, a regular expression of what its cells may be.
    header : tuple of str
    rows : callable
        The independent reading: bytes to rows (with the header), or ValueError. None for XLS, for which there is no
        other reader here, and no checksum in the format: every change in it counts as one that may be silent.
    packed : bool
        Whether it is an archive of members.
    """

    name: str
    content: bytes
    header: tuple[str, ...]
    cells: tuple[str, ...]
    rows: Callable[[bytes], Rows] | None
    packed: bool = field(default=False)

    def well_formed(self, content: bytes) -> bool:
        """Tell whether a file is, by the independent reading, a file of this layout."""
        if self.rows is None:
            return True
        try:
            header, *body = self.rows(content)
        except (ValueError, csv.Error, zipfile.BadZipFile, OSError, EOFError, KeyError):
            return False
        if len(set(header)) < len(header) or not self.needed <= set(header) <= set(self.header):
            return False
        forms = [re.compile(self.cells[self.header.index(name)]) for name in header]
        return all(
            len(row) == len(forms) and all(f.fullmatch(c.strip()) for f, c in zip(forms, row, strict=True))
            for row in body
        )

    @property
    def needed(self) -> set[str]:
        """Columns without which it is no such file; the others may be there or not."""
        return set(self.header) & {"place", "jurisdiction", "state", "period", "event", "date", "n", "universe"}


def text_rows(delimiter: str = ",", encoding: str = "utf-8") -> Callable[[bytes], Rows]:
    """Return the strict reading of delimited text: every line ended alike, every quote closed."""

    def rows(content: bytes) -> Rows:
        text = content.decode(encoding)
        if not text.endswith("\n") or re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028]", text):
            raise ValueError("cut off, or controls")
        ends = set(re.findall(r"\r\n|\r|\n", text))
        if len(ends) != 1 or ends == {"\r"} or '"' in text:
            raise ValueError("mixed line ends, or quotes, of which these files have none")
        return [line.split(delimiter) for line in text.split(ends.pop())[:-1]]

    return rows


def gzip_rows(content: bytes) -> Rows:
    """Return the rows of text packed with gzip (which carries a checksum)."""
    return text_rows()(gzip.decompress(content))


def book_rows(content: bytes) -> Rows:
    """Return the rows of the one sheet of an XLSX, as openpyxl reads it."""
    import openpyxl

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if archive.testzip():
            raise ValueError("a damaged member")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            book = openpyxl.load_workbook(io.BytesIO(content))
    except Exception as error:  # whatever another reader makes of a damaged file, it is not well formed
        raise ValueError(str(error)) from error
    if len(book.sheetnames) != 1 or book.active.merged_cells.ranges:
        raise ValueError("another book")
    found = [["" if cell is None else str(cell) for cell in row] for row in book.active.iter_rows(values_only=True)]
    if not found:
        raise ValueError("no rows")
    return found


def _unless(read: Callable[[bytes], Rows]) -> Callable[[bytes], Rows]:
    """Take whatever another program's reader stops with for its opinion that the file is not well formed."""

    def rows(content: bytes) -> Rows:
        try:
            return read(content)
        except Exception as error:
            raise ValueError(str(error)) from error

    return rows


@_unless
def ods_rows(content: bytes) -> Rows:
    """Return the rows of the one sheet of an ODS, as odfpy reads it."""
    from odf.opendocument import load
    from odf.table import Table, TableCell, TableRow

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if archive.testzip():
            raise ValueError("a damaged member")
    (table,) = load(io.BytesIO(content)).spreadsheet.getElementsByType(Table)
    return [[str(cell) for cell in row.getElementsByType(TableCell)] for row in table.getElementsByType(TableRow)]


@_unless
def parquet_rows(content: bytes) -> Rows:
    """Return the rows of a Parquet file, as pyarrow reads it."""
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(content))
    columns = [["" if cell is None else str(cell) for cell in column.to_pylist()] for column in table.columns]
    return [list(table.column_names), *map(list, zip(*columns, strict=True))]


def _text(rows: Sequence[Sequence[object]], delimiter: str = ",", end: str = "\n") -> str:
    return "".join(delimiter.join(map(str, row)) + end for row in rows)


def _book(rows: Sequence[Sequence[object]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _xls(rows: Sequence[Sequence[object]]) -> bytes:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            sheet.write(y, x, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _parquet(rows: Sequence[Sequence[object]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {str(name): [row[i] for row in rows[1:]] for i, name in enumerate(rows[0])}
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def _ods(rows: Sequence[Sequence[object]]) -> bytes:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    book, table = OpenDocumentSpreadsheet(), Table(name="Data")
    for row in rows:
        line = TableRow()
        for cell in row:
            made = TableCell(valuetype="string")
            made.addElement(P(text=str(cell)))
            line.addElement(made)
        table.addElement(line)
    book.spreadsheet.addElement(table)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def valid_files() -> list[Valid]:
    """Return the files: counts, records, a baseline and statistics, in every container that is read."""
    counts: Rows = [["place", "period", "event", "group", "offence", "n"]]
    counts += [
        [place, str(year), "arrest", group, offence, str(17 + 13 * i + 101 * j + 7 * k + year % 5)]
        for i, place in enumerate(("48453", "48201", "13121"))
        for year in (2010, 2011)
        for j, group in enumerate(("hispanic", "white"))
        for k, offence in enumerate(("traffic", "theft"))
    ]
    cells = (_COUNTY, r"(20\d\d)", "(arrest|stop|booking|citation)", _GROUP, _OFFENCE, _NUMBER)
    header = tuple(counts[0])
    records: Rows = [["place", "event", "date", "group", "offence", "agency"]]
    records += [
        ["48453" if i % 3 else "48201", "arrest", f"2011-{1 + i % 12:02d}-{1 + 7 * i % 28:02d}",
         ("hispanic", "white", "black")[i % 3], ("traffic", "theft", "dui", "")[i % 4], f"Agency {i % 2 + 1}"]
        for i in range(30)
    ]  # fmt: skip
    named: Rows = [["state", "jurisdiction", "period", "event", "n"]]
    named += [["NM", f"{name} County", "2011", "arrest", str(31 + 11 * i)] for i, name in
              enumerate(("Doña Ana", "Otero", "Bernalillo", "Santa Fe", "Taos"))]  # fmt: skip
    people: Rows = [["place", "period", "group", "universe", "n", "moe"]]
    people += [[p, "2010", g, "adults", str(9000 + 700 * i + 31 * j), str(90 + j)] for i, p in
               enumerate(("48453", "48201", "13121")) for j, g in enumerate(("hispanic", "white"))]  # fmt: skip
    record_cells = (_COUNTY, "(arrest|stop|booking|citation)", _DAY, _GROUP, _OFFENCE, _TEXT)
    named_cells = ("NM", _NAME, r"(20\d\d)", "(arrest|stop|booking|citation)", _NUMBER)
    people_cells = (_COUNTY, r"(20\d\d)", _GROUP, r"(adults|residents|drivers)", _NUMBER, r"\d{0,9}")
    text = _text(counts)
    return [
        Valid("counts.csv", text.encode(), header, cells, text_rows()),
        Valid("counts.tsv", _text(counts, "\t").encode(), header, cells, text_rows("\t")),
        Valid("counts-crlf.csv", _text(counts, ";", "\r\n").encode(), header, cells, text_rows(";")),
        Valid("records.csv", _text(records).encode(), tuple(records[0]), record_cells, text_rows()),
        Valid("names.csv", _text(named).encode(), tuple(named[0]), named_cells, text_rows()),
        Valid("names-1252.csv", _text(named).encode("cp1252"), tuple(named[0]), named_cells, text_rows(",", "cp1252")),
        Valid("people.csv", _text(people).encode(), tuple(people[0]), people_cells, text_rows()),
        Valid("counts.csv.gz", gzip.compress(text.encode(), mtime=0), header, cells, gzip_rows, packed=True),
        Valid("counts.xlsx", _book(counts), header, cells, book_rows, packed=True),
        Valid("counts.ods", _ods(counts), header, cells, ods_rows, packed=True),
        Valid("counts.xls", _xls(counts), header, cells, None),
        Valid("counts.parquet", _parquet(counts), header, cells, parquet_rows),
    ]


def members(content: bytes) -> list[tuple[zipfile.ZipInfo, bytes]]:
    """Return the members of a zip archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(info, archive.read(info)) for info in archive.infolist()]


def archive_of(parts: Sequence[tuple[Any, bytes]]) -> bytes:
    """Return a zip archive of members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, data in parts:
            archive.writestr(info if isinstance(info, str) else info.filename, data)
    return out.getvalue()
