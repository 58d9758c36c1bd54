"""Hostile files, made by hand: each takes the place of a table and wants memory, time, another file or a page."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

HEAD = "place,period,event,n\n"
ROW = "48453,2011,arrest,5\n"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml."


@dataclass(frozen=True)
class Hostile:
    """One file: its name, how it is made, how reading must end, and what must be said."""

    name: str
    make: Callable[[], bytes]
    code: int
    says: str


def deflated(byte: bytes, length: int, chunk: int = 1 << 20) -> tuple[bytes, int]:
    """Raw deflate stream of one repeated byte, and its CRC, without ever holding what it stands for."""
    packer, crc, out, left = zlib.compressobj(9, zlib.DEFLATED, -15), 0, [], length
    block = byte * chunk
    while left:
        part = block[: min(chunk, left)]
        crc = zlib.crc32(part, crc)
        out.append(packer.compress(part))
        left -= len(part)
    return b"".join([*out, packer.flush()]), crc


def zip_of(members: list[tuple[str, bytes, int, int]], *, shared: bool = False) -> bytes:
    """A zip archive of packed members (name, raw deflate, CRC, size); ``shared``: all have the bytes of the first."""
    body, listing = b"", b""
    for name, packed, crc, size in members:
        offset = 0 if shared and body else len(body)
        file = name.encode()
        fields = (20, 0, 8, 0, 0, crc, len(packed), size, len(file), 0)
        if not (shared and body):
            body += struct.pack("<4sHHHHHIIIHH", b"PK\3\4", *fields) + file + packed
        listing += struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, *fields, 0, 0, 0, 0, offset) + file
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, len(members), len(members), len(listing), len(body), 0)
    return body + listing + end


def bomb(name: str, byte: bytes = b"0", length: int = 300_000_000) -> bytes:
    """A zip archive of one member that unpacks to a thousand times its size."""
    packed, crc = deflated(byte, length)
    return zip_of([(name, packed, crc, length)])


def gzip_bomb() -> bytes:
    packed, crc = deflated(b"0", 300_000_000)
    return b"\x1f\x8b\x08\0\0\0\0\0\2\xff" + packed + struct.pack("<II", crc, 300_000_000)


def overlapping() -> bytes:
    """A thousand members that share the bytes of one (Fifield 2019): 10 GB declared in some kilobytes."""
    packed, crc = deflated(b"0", 10_000_000)
    return zip_of([(f"{i}.csv", packed, crc, 10_000_000) for i in range(1000)], shared=True)


def workbook(sheet: str = "", **parts: str) -> bytes:
    """A small XLSX (ECMA-376) with some parts replaced; ``sheet`` is what stands between <sheetData> and its end."""
    made = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_MAIN}sheet.main+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_MAIN}sharedStrings+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_MAIN}worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r" Type="{_LINK}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r0" Type="{_LINK}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r1" Type="{_LINK}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_LINK}"><sheets>'
        '<sheet name="Data" sheetId="1" r:id="r0"/></sheets></workbook>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_SHEET}"><si><t>place</t></si></sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEET}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**made, **parts}.items():
            archive.writestr(name, '<?xml version="1.0"?>' + text)
    return out.getvalue()


def row(number: int, *cells: str) -> str:
    text = "".join(f'<c r="{chr(65 + i)}{number}" t="inlineStr"><is><t>{c}</t></is></c>' for i, c in enumerate(cells))
    return f'<row r="{number}">{text}</row>'


TABLE = row(1, "place", "period", "event", "n") + row(2, "48453", "2011", "arrest", "5")
LAUGHS = "<!DOCTYPE w [<!ENTITY a 'ha'>" + "".join(f"<!ENTITY {b} '{f'&{a};' * 20}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True)) + "]>"  # fmt: skip  # noqa: E501
OUTSIDE = "<!DOCTYPE w [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"


def laughing_workbook() -> bytes:
    book = f'<workbook xmlns="{_SHEET}"><sheets><sheet name="&i;" sheetId="1"/></sheets></workbook>'
    return workbook(TABLE, **{"xl/workbook.xml": LAUGHS + book})


def reaching_workbook() -> bytes:
    strings = f'{OUTSIDE}<sst xmlns="{_SHEET}"><si><t>&x;</t></si></sst>'
    first = row(1, "place", "period", "event", "n") + '<row r="2"><c r="A2" t="s"><v>0</v></c></row>'
    return workbook(first, **{"xl/sharedStrings.xml": strings})


def reaching_spreadsheet() -> bytes:
    """An ODS of which the content declares an entity outside of it, and one that grows."""
    office = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    office += 'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    office += 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    cell = "<table:table-cell office:value-type='string'><text:p>&i;</text:p></table:table-cell>"
    rows = f"<table:table-row>{cell * 4}</table:table-row>" * 3
    content = f"{LAUGHS}<office:document-content {office}><office:body><office:spreadsheet>"
    content += f"<table:table table:name='a'>{rows}</table:table></office:spreadsheet></office:body>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<x/>")
        archive.writestr("content.xml", '<?xml version="1.0"?>' + content + "</office:document-content>")
    return out.getvalue()


def vast_sheet() -> bytes:
    """Two cells at opposite corners: 17 thousand million cells between them, if somebody lays them out."""
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    return workbook(row(1, "place") + far)


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def many_members() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for i in range(5_000):
            archive.writestr(f"{i}.csv", "")
    return out.getvalue()


def wide(columns: int) -> bytes:
    return (",".join(f"c{i}" for i in range(columns)) + "\n" + ",".join("1" * columns) + "\n").encode()


REFUSED, ASKED = 3, 4
TABLE_TEXT = (HEAD + ROW).encode()
FILES = (
    Hostile("bomb.zip", lambda: bomb("a.csv"), REFUSED, "looks like a decompression bomb"),
    Hostile("bomb.xlsx", lambda: bomb("xl/workbook.xml", b" "), REFUSED, "looks like a decompression bomb"),
    Hostile("bomb.csv.gz", gzip_bomb, REFUSED, "looks like a decompression bomb"),
    Hostile("overlapping.zip", overlapping, REFUSED, "10.0 GB unpacked, of at most 2"),
    Hostile("nested.zip", lambda: zipped("a.zip", zipped("a.csv", TABLE_TEXT)), REFUSED, "an archive inside"),
    Hostile("nested.csv.gz", lambda: gzip.compress(gzip.compress(TABLE_TEXT)), REFUSED, "an archive inside"),
    Hostile("members.zip", many_members, REFUSED, "5,000 members, of at most 2,000"),
    Hostile("path.zip", lambda: zipped("../../a.csv", TABLE_TEXT), REFUSED, "points outside the archive"),
    Hostile("laughs.xlsx", laughing_workbook, REFUSED, "declares a document type"),
    Hostile("outside.xlsx", reaching_workbook, REFUSED, "declares a document type"),
    Hostile("laughs.ods", reaching_spreadsheet, REFUSED, "document type"),
    Hostile("vast.xlsx", vast_sheet, REFUSED, ""),
    Hostile("deep.html", lambda: b"<html>" + b"<table><tr><td>" * 100_000, REFUSED, ""),
    Hostile("columns.csv", lambda: wide(1_000_000), REFUSED, "row 1: 1,000,000 columns"),
    Hostile("columns100k.csv", lambda: wide(100_000), REFUSED, "100,000 columns"),
    Hostile("header.csv", lambda: b"place,event," + b"n" * 10_000_000 + b"\n" + ROW.encode(), REFUSED,
            "row 1: the row cannot be read (a cell of more"),
    Hostile("line.csv", lambda: b"a,b\n" + b"x" * 50_000_000, REFUSED, ""),
    Hostile("quotes.csv", lambda: HEAD.encode() + b'"' * 1_000_001, REFUSED, "1 of 1 rows cannot be read"),
    Hostile("nul.csv", lambda: bytes(1_000_000), REFUSED, ""),
    Hostile("garbage.parquet", lambda: b"PAR1" + bytes(range(256)) * 40 + b"PAR1", REFUSED, ""),
    Hostile("garbage.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le") * 500,
            REFUSED, ""),
    Hostile("blanks.csv", lambda: (HEAD + "48453,2011,arrest," + "-" * 100_000 + "\n" + ROW * 2).encode(), 0, ""),
    Hostile("stops.csv", lambda: (HEAD + "48453,2011,arrest," + "1." * 50_000 + "\n" + ROW * 2).encode(), 0, ""),
    Hostile("spans.csv", lambda: (HEAD + "48453," + "to " * 30_000 + ",arrest,5\n" + ROW * 2).encode(), 0, ""),
    Hostile("place.csv", lambda: (HEAD + "x" * 100_000 + ",2011,arrest,5\n" + ROW * 2).encode(), ASKED, "unmatched"),
)  # fmt: skip
