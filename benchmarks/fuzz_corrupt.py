"""Corruptions: what happens to files on their way (cut off, pasted together, opened and saved by the wrong program)."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from random import Random

from fuzz_files import Valid, archive_of, members

Corruption = Callable[[Random, bytes], bytes]


def flip(rng: Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]


def overwrite(rng: Random, data: bytes) -> bytes:
    at, length = rng.randrange(len(data)), rng.randint(1, 4)
    return data[:at] + rng.randbytes(length) + data[at + length :]


def insert(rng: Random, data: bytes) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice([rng.randbytes(rng.randint(1, 4)), b"\0", b'"', b"\r", b"\n", b",", b"\xef\xbb\xbf", b" "]) + data[at:]  # fmt: skip  # noqa: E501


def remove(rng: Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.randint(1, 6) :]


def cut(rng: Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def cut_front(rng: Random, data: bytes) -> bytes:
    return data[rng.randrange(1, len(data)) :]


def twice(rng: Random, data: bytes) -> bytes:
    return data + data[rng.randrange(len(data)) :] if rng.random() < 0.5 else data + data


def _lines(data: bytes) -> tuple[list[bytes], bytes]:
    end = b"\r\n" if b"\r\n" in data else b"\n"
    return data.split(end)[:-1], end


def _joined(lines: Sequence[bytes], end: bytes) -> bytes:
    return b"".join(line + end for line in lines)


def line_deleted(rng: Random, data: bytes) -> bytes:
    lines, end = _lines(data)
    del lines[rng.randrange(len(lines))]
    return _joined(lines, end)


def line_doubled(rng: Random, data: bytes) -> bytes:
    lines, end = _lines(data)
    at = rng.randrange(len(lines))
    lines.insert(rng.randrange(len(lines) + 1), lines[at])
    return _joined(lines, end)


def lines_swapped(rng: Random, data: bytes) -> bytes:
    lines, end = _lines(data)
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return _joined(lines, end)


def lines_joined(rng: Random, data: bytes) -> bytes:
    lines, end = _lines(data)
    at = rng.randrange(len(lines) - 1)
    lines[at : at + 2] = [lines[at] + rng.choice([b"", b" ", b"\r", b"\xe2\x80\xa8"]) + lines[at + 1]]
    return _joined(lines, end)


def line_foreign(rng: Random, data: bytes) -> bytes:
    """Insert a line of another kind: blank, a note, a total, the names again, another table."""
    lines, end = _lines(data)
    foreign = rng.choice([b"", b",,,,,", b"Source: Sheriff", b"Total,,,,,99", b"Page 2 of 3", b"a,b\nc,1", b"---"])
    lines.insert(rng.randrange(len(lines) + 1), foreign)
    return _joined(lines, end)


def _delimiter(data: bytes) -> bytes:
    first = data.split(b"\n")[0]
    return max((b",", b";", b"\t"), key=first.count)


def _cells(change: Callable[[Random, list[bytes]], None]) -> Corruption:
    def corrupt(rng: Random, data: bytes) -> bytes:
        lines, end = _lines(data)
        sign, at = _delimiter(data), rng.randrange(len(lines))
        cells = lines[at].split(sign)
        change(rng, cells)
        lines[at] = sign.join(cells)
        return _joined(lines, end)

    return corrupt


def _swap(rng: Random, cells: list[bytes]) -> None:
    a, b = rng.randrange(len(cells)), rng.randrange(len(cells))
    cells[a], cells[b] = cells[b], cells[a]


def _drop(rng: Random, cells: list[bytes]) -> None:
    del cells[rng.randrange(len(cells))]


def _double(rng: Random, cells: list[bytes]) -> None:
    at = rng.randrange(len(cells))
    cells.insert(at, cells[at])


def _blank(rng: Random, cells: list[bytes]) -> None:
    cells[rng.randrange(len(cells))] = rng.choice([b"", b" ", b"NA", b"-", b"#REF!", b"NULL", b"*", b"<11", b"(5)"])


def _dress(rng: Random, cells: list[bytes]) -> None:
    at = rng.randrange(len(cells))
    cells[at] = rng.choice([b" %s ", b'"%s"', b"'%s", b"%s.0", b"%s%%", b"%s\xc2\xa0", b"%s*", b"0%s", b"1,%s"]) % cells[at]  # fmt: skip  # noqa: E501


def cells_swapped_between_lines(rng: Random, data: bytes) -> bytes:
    lines, end = _lines(data)
    sign = _delimiter(data)
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    one, two = lines[a].split(sign), lines[b].split(sign)
    i, j = rng.randrange(len(one)), rng.randrange(len(two))
    one[i], two[j] = two[j], one[i]
    lines[a] = sign.join(one)
    if a != b:
        lines[b] = sign.join(two)
    return _joined(lines, end)


def column_moved(rng: Random, data: bytes) -> bytes:
    """Move, drop or double a whole column, in the rows with or without the header."""
    lines, end = _lines(data)
    sign, skip = _delimiter(data), rng.randrange(2)
    rows = [line.split(sign) for line in lines]
    a, b, how = rng.randrange(len(rows[0])), rng.randrange(len(rows[0])), rng.randrange(3)
    for row in rows[skip:]:
        if len(row) > max(a, b):
            if how == 0:
                row.insert(b, row.pop(a))
            elif how == 1:
                row.pop(a)
            else:
                row.insert(b, row[a])
    return _joined([sign.join(row) for row in rows], end)


def other_delimiter(rng: Random, data: bytes) -> bytes:
    """Change the delimiter of the file, of one line, or from a line on."""
    lines, end = _lines(data)
    sign, new = _delimiter(data), rng.choice([b",", b";", b"\t", b"|", b" ", b":"])
    start = rng.choice([0, rng.randrange(len(lines))])
    stop = rng.choice([len(lines), start + 1])
    lines[start:stop] = [line.replace(sign, new) for line in lines[start:stop]]
    return _joined(lines, end)


def other_encoding(rng: Random, data: bytes) -> bytes:
    """Write the file, or one line, in another encoding; add an accent where there is none."""
    lines, end = _lines(data)
    at = rng.randrange(len(lines))
    encoding = rng.choice(["cp1252", "utf-16", "utf-16-le", "utf-8-sig", "cp850", "mac_roman", "utf-32", "cp037"])
    text = data.decode("utf-8", "replace")
    if rng.random() < 0.5:
        return text.encode(encoding, "replace")
    line = lines[at].decode("utf-8", "replace") + rng.choice(["", "ñ", "é", "Ã±"])
    lines[at] = line.encode(encoding, "replace")
    return _joined(lines, end)


def other_ends(rng: Random, data: bytes) -> bytes:
    """Change all line ends, or one."""
    old = b"\r\n" if b"\r\n" in data else b"\n"
    new = rng.choice([b"\r", b"\r\n", b"\n", b"\n\n", b"\x0b", b"\xc2\x85"])
    if rng.random() < 0.5:
        return data.replace(old, new)
    lines, end = _lines(data)
    at = rng.randrange(len(lines))
    return _joined(lines[: at + 1], end).removesuffix(end) + new + _joined(lines[at + 1 :], end)


TEXT: dict[str, Corruption] = {
    "byte flipped": flip,
    "bytes overwritten": overwrite,
    "bytes inserted": insert,
    "bytes removed": remove,
    "cut off": cut,
    "beginning lost": cut_front,
    "pasted twice": twice,
    "line deleted": line_deleted,
    "line doubled": line_doubled,
    "lines swapped": lines_swapped,
    "lines joined": lines_joined,
    "foreign line": line_foreign,
    "cells of a line swapped": _cells(_swap),
    "cell lost": _cells(_drop),
    "cell doubled": _cells(_double),
    "cell blanked or marked": _cells(_blank),
    "cell dressed": _cells(_dress),
    "cells of two lines swapped": cells_swapped_between_lines,
    "column moved, lost or doubled": column_moved,
    "delimiter changed": other_delimiter,
    "encoding changed": other_encoding,
    "line ends changed": other_ends,
}
BINARY = {name: TEXT[name] for name in ("byte flipped", "bytes overwritten", "bytes inserted", "bytes removed",
                                        "cut off", "beginning lost", "pasted twice")}  # fmt: skip


def _in_member(change: Corruption) -> Corruption:
    """Damage a member and pack the archive again, so that its checksum is right."""

    def corrupt(rng: Random, data: bytes) -> bytes:
        if data.startswith(b"\x1f\x8b"):
            return gzip.compress(change(rng, gzip.decompress(data)), mtime=0)
        parts = members(data)
        at = rng.randrange(len(parts))
        if parts[at][1]:
            parts[at] = (parts[at][0], change(rng, parts[at][1]))
        return archive_of(parts)

    return corrupt


def member_lost(rng: Random, data: bytes) -> bytes:
    """Lose a member of an archive, double one, or give one the content of another."""
    if data.startswith(b"\x1f\x8b"):
        return cut(rng, data)
    parts = members(data)
    at, how = rng.randrange(len(parts)), rng.randrange(2)
    if how == 0:
        del parts[at]
    else:
        parts[at] = (parts[at][0], parts[rng.randrange(len(parts))][1])
    return archive_of(parts)


PACKED = (
    BINARY | {f"member: {name}": _in_member(change) for name, change in BINARY.items()} | {"member lost": member_lost}
)


def corruptions_of(file: Valid) -> dict[str, Corruption]:
    """Return the corruptions that a file can meet, by name."""
    if file.packed:
        return PACKED
    return TEXT if file.name.endswith((".csv", ".tsv")) else BINARY
