"""What the fast workbook reader does not tell of an XLS: errors, hidden rows and columns, filters, the 1904 system.

An XLS is a compound file (a small file system of sectors) whose stream ``Workbook`` is a list of records. Both are
described in Microsoft's open specifications [MS-CFB] and [MS-XLS]; only the few records named below are looked at.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from auditor.records.grid import letter
from auditor.records.sheet_facts import Facts

_FREE = 0xFFFFFFFA  # sector numbers from here on are marks, not sectors
_BOF, _EOF, _SHEET, _DATEMODE = 0x0809, 0x000A, 0x0085, 0x0022
_FORMULA, _BOOLERR, _ROW, _COLUMN, _FILTER = 0x0006, 0x0205, 0x0208, 0x007D, 0x009D
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


def xls_facts(path: Path) -> dict[str, Facts] | None:
    """Return the facts of each sheet, or None when the file is laid out in a way that cannot be followed."""
    try:
        stream = _workbook_stream(path.read_bytes())
        return _facts(stream) if stream else None
    except (struct.error, IndexError, ValueError, UnicodeDecodeError):
        return None


def _chain(table: list[int], start: int) -> Iterator[int]:
    """Follow a chain of sectors; a chain longer than the table runs in a circle."""
    for _ in range(len(table) + 1):
        if start >= _FREE:
            return
        yield start
        start = table[start]
    raise ValueError("the sectors run in a circle")


def _workbook_stream(data: bytes) -> bytes:
    """Return the stream of the workbook."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    first_directory, cutoff, first_small = struct.unpack_from("<I4xII", data, 48)

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    table = _table(data, size, sector)
    directory = b"".join(sector(number) for number in _chain(table, first_directory))
    entries = [directory[at : at + 128] for at in range(0, len(directory) - 127, 128)]
    names = [entry[: max(struct.unpack_from("<H", entry, 64)[0] - 2, 0)].decode("utf-16-le") for entry in entries]
    for wanted in ("Workbook", "Book"):
        if wanted in names:
            start, length = struct.unpack_from("<IQ", entries[names.index(wanted)], 116)
            length &= 0xFFFFFFFF
            if length >= cutoff:
                return b"".join(sector(number) for number in _chain(table, start))[:length]
            return _small_stream(entries[0], table, first_small, sector, start, length)
    return b""


def _table(data: bytes, size: int, sector: Callable[[int], bytes]) -> list[int]:
    """Return the sector table: 109 of its sectors are named in the header, the others in a chain of their own."""
    places = list(struct.unpack_from("<109I", data, 76))
    extra, count = struct.unpack_from("<II", data, 68)
    for _ in range(count):
        if extra >= _FREE:
            break
        block = struct.unpack(f"<{size // 4}I", sector(extra))
        places += block[:-1]
        extra = block[-1]
    return [n for place in places if place < _FREE for n in struct.unpack(f"<{size // 4}I", sector(place))]


def _small_stream(
    root: bytes, table: list[int], first: int, sector: Callable[[int], bytes], start: int, length: int
) -> bytes:
    """Return a stream of less than 4 KB, which lives in sectors of 64 bytes inside the root's stream."""
    small_table = [
        n for number in _chain(table, first) for n in struct.unpack(f"<{len(sector(number)) // 4}I", sector(number))
    ]
    home = b"".join(sector(number) for number in _chain(table, struct.unpack_from("<I", root, 116)[0]))
    return b"".join(home[number * 64 : number * 64 + 64] for number in _chain(small_table, start))[:length]


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _facts(stream: bytes) -> dict[str, Facts]:
    found: dict[str, Facts] = {}
    starts: dict[str, int] = {}
    epoch = 1900
    for kind, body in _records(stream, 0):
        if kind == _SHEET:
            starts[_name(body[6:])] = struct.unpack_from("<I", body)[0]
        elif kind == _DATEMODE:
            epoch = 1904 if struct.unpack_from("<H", body)[0] else 1900
        elif kind == _EOF:
            break
    for name, start in starts.items():
        found[name] = Facts(epoch=epoch)
        _sheet(stream, start, found[name])
    return found


def _name(body: bytes) -> str:
    """Read a sheet's name: its length, whether it is of two bytes a letter, its letters."""
    length, wide = body[0], body[1] & 1
    return body[2 : 2 + length * 2].decode("utf-16-le") if wide else body[2 : 2 + length].decode("latin-1")


def _sheet(stream: bytes, start: int, facts: Facts) -> None:
    depth = 0
    for kind, body in _records(stream, start):
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 0:
            return
        if depth > 1:  # an embedded chart
            continue
        if kind == _BOOLERR and body[7]:
            _error(body, body[6], facts)
        elif kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
            _error(body, body[8], facts)
        elif kind == _ROW and body[12] & 0x20:
            facts.hidden_rows += 1
        elif kind == _COLUMN and body[8] & 1:
            low, high = struct.unpack_from("<HH", body)
            facts.hidden_columns += high - low + 1
        elif kind == _FILTER:
            facts.filtered = True


def _error(body: bytes, code: int, facts: Facts) -> None:
    row, column = struct.unpack_from("<HH", body)
    facts.errors.append(f"{letter(column)}{row + 1} {_ERRORS.get(code, '#error')}")
