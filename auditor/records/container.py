"""What a file really is, told from its bytes whatever its name says, and the unpacking of gzip and zip.

Limits on what is unpacked: 200 MB packed and 2 GB unpacked for a workbook or zip, 2 GB for gzip, at most 200 times the
packed size beyond the first 50 MB, at most 2,000 members, no archive inside an archive, no member outside its folder.
"""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from pathlib import Path
from typing import IO

from auditor.errors import InputError, Problem
from auditor.records.grid import Where
from auditor.records.store import Store

CHUNK = 1 << 20
MOST_PACKED = 200_000_000
MOST_UNPACKED = 2_000_000_000
MOST_RATIO = 200
RATIO_FREE = 50_000_000
MOST_MEMBERS = 2_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ARCHIVES = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x28\xb5\x2f\xfd")
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
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
LOCK_NOTE = "the lock file of an open Excel workbook, not data: skipped"


def is_lock_file(path: Path) -> bool:
    """Tell whether this is the small file that Excel or LibreOffice leaves beside an open workbook."""
    return path.name.startswith(("~$", ".~lock."))


def refuse(where: Where, found: str, why: str, remedy: str) -> InputError:
    """Return the error for a file that cannot be read at all."""
    return InputError(f"{where.file} cannot be read", [where.problem(found, why, remedy)])


def recognise(path: Path, where: Where) -> str:
    """Tell what a file is by its first bytes.

    Returns
    -------
    {"text", "html", "gzip", "zip", "workbook", "parquet"}
        ``workbook`` is XLSX, XLSB, ODS or XLS; ``zip`` any other zip archive.

    Raises
    ------
    InputError
        When the file is empty, protected by a password, or of a kind that is not read.
    """
    with path.open("rb") as handle:
        start = handle.read(4096)
    if not start.strip(b"\x00\xef\xbb\xbf\r\n \t") and not start.strip(b"\r\n \t\xef\xbb\xbf"):
        size = path.stat().st_size
        if size <= len(start):
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


def inspect_zip(path: Path, where: Where) -> list[zipfile.ZipInfo]:
    """Check a zip archive against the limits and read every member once, so that damage and bombs show here.

    Raises
    ------
    InputError
        When it is cut off or damaged (the member is named), too large, or holds what it should not.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            problems = _limits(members, path.stat().st_size, where)
            if problems:
                raise InputError(f"{where.file} cannot be read", problems)
            for info in members:
                _read_through(archive, info, where)
            return members
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise refuse(
            where,
            "the zip container of this file is damaged or cut off",
            f"its list of members cannot be read ({error})",
            "download or copy it again",
        ) from error


def _limits(members: list[zipfile.ZipInfo], size: int, where: Where) -> list[Problem]:
    total = sum(info.file_size for info in members)
    found = []
    if size > MOST_PACKED:
        found.append(f"{size / 1e6:,.0f} MB packed, of at most {MOST_PACKED / 1e6:,.0f}")
    if total > MOST_UNPACKED:
        found.append(f"{total / 1e9:,.1f} GB unpacked, of at most {MOST_UNPACKED / 1e9:,.0f}")
    if total > RATIO_FREE and total > MOST_RATIO * size:
        found.append(f"{total / max(size, 1):,.0f} times its size when unpacked, of at most {MOST_RATIO}")
    if len(members) > MOST_MEMBERS:
        found.append(f"{len(members):,} members, of at most {MOST_MEMBERS:,}")
    names = [info.filename.replace("\\", "/") for info in members]
    if any(name.startswith("/") or ".." in name.split("/") or re.match(r"[A-Za-z]:", name) for name in names):
        found.append("a member that points outside the archive")
    if len(set(names)) < len(names):
        found.append("two members of the same name")
    if any(info.flag_bits & 1 for info in members):
        return [
            where.problem(
                "the archive is protected by a password",
                "its content is encrypted",
                "unpack it, or save it without password",
            )
        ]
    return [
        where.problem(
            text,
            "the file looks like a decompression bomb or is damaged",
            "unpack it yourself, look at it, and save the table as CSV",
        )
        for text in found
    ]


def _read_through(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: Where) -> None:
    try:
        with archive.open(info) as member:
            first = member.read(CHUNK)
            if first.startswith(_ARCHIVES):
                raise refuse(
                    where,
                    f"an archive inside the archive ({info.filename})",
                    "it is not unpacked any further",
                    "unpack it yourself and name the table",
                )
            while member.read(CHUNK):
                pass
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise refuse(
            where,
            f"the member {info.filename} is damaged or cut off ({error})",
            "part of the table would be missing",
            "download or copy the file again",
        ) from error


def unzip(path: Path, where: Where, store: Store) -> Path:
    """Unpack the one table of a zip archive into the store."""
    members = [info for info in inspect_zip(path, where) if not _is_clutter(info.filename)]
    if len(members) != 1:
        listed = ", ".join(info.filename for info in members[:5]) or "none"
        raise refuse(
            where,
            f"the archive holds {len(members)} files ({listed})",
            "it is not known which is meant",
            "unpack it and name the file to be read",
        )
    target = store.scratch("unpacked")
    with zipfile.ZipFile(path) as archive, archive.open(members[0]) as packed, target.open("wb") as out:
        while chunk := packed.read(CHUNK):
            out.write(chunk)
    return target


def _is_clutter(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] in (".DS_Store", "Thumbs.db", "desktop.ini")


def gunzip(path: Path, where: Where, store: Store) -> Path:
    """Unpack a gzip file into the store, within the limits."""
    target, packed = store.scratch("unpacked"), path.stat().st_size
    try:
        with gzip.open(path, "rb") as handle, target.open("wb") as out:
            _pump(handle, out, packed, where)
    except (EOFError, zlib.error, OSError) as error:
        raise refuse(
            where,
            f"the gzip file is damaged or cut off ({error})",
            "the end of the table would be missing",
            "download or copy it again",
        ) from error
    return target


def _pump(handle: gzip.GzipFile, out: IO[bytes], packed: int, where: Where) -> None:
    done = 0
    while chunk := handle.read(CHUNK):
        if done == 0 and chunk.startswith(_ARCHIVES):
            raise refuse(
                where,
                "an archive inside the gzip file",
                "it is not unpacked any further",
                "unpack it yourself and name the table",
            )
        done += len(chunk)
        if done > MOST_UNPACKED or (done > RATIO_FREE and done > MOST_RATIO * packed):
            raise refuse(
                where,
                f"unpacks to more than {done / 1e6:,.0f} MB from {packed / 1e6:,.2f} MB",
                "the file looks like a decompression bomb",
                "unpack it yourself and look at it",
            )
        out.write(chunk)
