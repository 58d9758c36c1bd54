"""What a file really is, told from its bytes whatever its name says."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from auditor.errors import InputError
from auditor.records.archive import MOST_PACKED, inspect_zip
from auditor.records.grid import Where, refuse

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_REFUSED: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF", "get the table itself as CSV or XLSX; a PDF or scan must be typed off and checked by a person"),
    (b"\x89PNG", "an image", "type the table off and have it checked, or ask for it as CSV or XLSX"),
    (b"\xff\xd8\xff", "an image", "type the table off and have it checked, or ask for it as CSV or XLSX"),
    (b"GIF8", "an image", "type the table off and have it checked, or ask for it as CSV or XLSX"),
    (b"II*\x00", "a scanned image", "type the table off and have it checked, or ask for it as CSV or XLSX"),
    (b"MM\x00*", "a scanned image", "type the table off and have it checked, or ask for it as CSV or XLSX"),
    (b"BZh", "a bzip2 archive", "unpack it first"),
    (b"\xfd7zXZ\x00", "an xz archive", "unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it first"),
    (b"Rar!", "a RAR archive", "unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "unpack it first"),
    (b"SQLite format 3", "a SQLite database", "export the table as CSV"),
    (b"ARROW1", "an Arrow file", "save it as Parquet or CSV"),
    (b"FEA1", "a Feather file", "save it as Parquet or CSV"),
    (b"RDX", "an R data file", "save the table as CSV in R with write.csv"),
    (b"RDA", "an R data file", "save the table as CSV in R with write.csv"),
    (b"$FL2", "an SPSS file", "save the table as CSV in SPSS"),
    (b"<stata_dta>", "a Stata file", "save the table as CSV in Stata"),
    (b"{\\rtf", "a word-processor document", "save the table as CSV or XLSX"),
    (b"\x00\x01\x00\x00Standard", "an Access database", "export the table as CSV or XLSX"),
)
_HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*(?:<\?xml[^>]*>\s*)?(?:<!doctype\s+html|<html|<table|<body|<head|<meta)", re.I | re.S
)
_XML = re.compile(rb"\s*<\?xml|\s*<(?:Workbook|workbook)\b")
_JSON = re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*[\[{])")
_JSON_ROWS = re.compile(rb"\s*\[\s*\[\s*\"")
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"


def is_lock_file(path: Path) -> bool:
    """Tell whether this is the small file that Excel or LibreOffice leaves beside an open workbook."""
    return path.name.startswith(("~$", ".~lock."))


def recognise(path: Path, where: Where) -> str:
    """Tell what a file is by its first bytes.

    Returns
    -------
    {"text", "html", "json", "gzip", "zip", "workbook", "parquet"}
        ``workbook`` is XLSX, XLSB, ODS or XLS; ``zip`` any other zip archive; ``json`` a list of rows.

    Raises
    ------
    InputError
        When the file is empty, protected by a password, or of a kind that is not read.
    """
    with path.open("rb") as handle:
        start = handle.read(4096)
    size = path.stat().st_size
    if size <= len(start) and not start.removeprefix(b"\xef\xbb\xbf").strip():
        raise refuse(
            where, f"the file is empty ({size} bytes)", "there is nothing to read", "was the download complete?"
        )
    if start.startswith(b"\x1f\x8b"):
        return "gzip"
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(path, where)
    if start.startswith(_OLE):
        return _ole_kind(path, where)
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith((b"\x09\x08\x10\x00", b"\x09\x08\x08\x00", b"\x09\x04\x06\x00", b"\x09\x02\x06\x00")):
        raise refuse(where, "a worksheet of a very old Excel", "it is not read", "open it in Excel and save it as XLSX")
    if _JSON_ROWS.match(start.removeprefix(b"\xef\xbb\xbf")):
        return "json"
    _refuse_known(start, where)
    return "html" if _HTML.match(start.removeprefix(b"\xef\xbb\xbf")) else "text"


def _refuse_known(start: bytes, where: Where) -> None:
    for magic, what, remedy in _REFUSED:
        if start.startswith(magic):
            raise refuse(where, f"the file is {what}", "no table can be read from it reliably", remedy)
    if start.startswith((b"PARE",)):
        raise refuse(
            where, "the file is an encrypted Parquet file", "it cannot be opened", "save it without encryption"
        )
    body = start.removeprefix(b"\xef\xbb\xbf")
    if _XML.match(body) and not _HTML.match(body):
        raise refuse(
            where,
            "the file is XML (perhaps an Excel 2003 XML sheet)",
            "it is not a table of rows and columns",
            "open it in Excel and save it as XLSX or CSV",
        )
    if _JSON.match(body):
        raise refuse(where, "the file is JSON", "it is not a table of rows and columns", "save the table as CSV")


def _ole_kind(path: Path, where: Where) -> str:
    """Tell an old XLS from a password-protected workbook and a Word document; all share one container."""
    data = path.read_bytes() if path.stat().st_size <= MOST_PACKED else b""
    if not data:
        raise refuse(where, "an XLS file of more than 200 MB", "no such workbook is sound", "save it as CSV")
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise password(where)
    if not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        raise refuse(
            where,
            "an Office document that is not a workbook",
            "no table can be read from it reliably",
            "save the table as CSV or XLSX",
        )
    return "workbook"


def password(where: Where) -> InputError:
    """Return the error for a workbook that is locked."""
    return refuse(
        where,
        "the workbook is protected by a password",
        "its content is encrypted",
        "open it and save it without password",
    )


def _zip_kind(path: Path, where: Where) -> str:
    names = {info.filename for info in inspect_zip(path, where)}
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return "workbook"
    if "mimetype" in names:
        with zipfile.ZipFile(path) as archive:
            kind = archive.read("mimetype").strip()
        if kind.startswith(_ODS_TYPE):
            return "workbook"
        raise refuse(
            where,
            "an OpenDocument file that is not a spreadsheet",
            "no table can be read from it reliably",
            "save the table as CSV, ODS or XLSX",
        )
    if "[Content_Types].xml" in names:
        raise refuse(
            where,
            "an Office document that is not a workbook",
            "no table can be read from it reliably",
            "save the table as CSV or XLSX",
        )
    return "zip"
