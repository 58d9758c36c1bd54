"""Zip and gzip files: checked against limits, read through once for damage, unpacked into the store.

Limits on what is unpacked: 200 MB packed and 2 GB unpacked for a workbook or zip, 2 GB for gzip, at most 200 times the
packed size beyond the first 50 MB, at most 2,000 members, no archive inside an archive, no member outside its folder.
"""

from __future__ import annotations

import gzip
import lzma
import re
import zipfile
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from auditor.errors import InputError, Problem
from auditor.records.grid import Where, refuse

if TYPE_CHECKING:
    from auditor.records.store import Store

CHUNK = 1 << 20
MOST_PACKED = 200_000_000
MOST_UNPACKED = 2_000_000_000
MOST_RATIO = 200
RATIO_FREE = 50_000_000
MOST_MEMBERS = 2_000
_ARCHIVES = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x28\xb5\x2f\xfd")

DAMAGED: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, OSError)
"""What zipfile raises for a package that is damaged, or packed in a way that it does not know (NotImplementedError)."""


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
    except (*DAMAGED, ValueError) as error:
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
    except DAMAGED as error:
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
