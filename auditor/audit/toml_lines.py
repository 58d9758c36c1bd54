"""Find the line on which each key of a TOML text stands."""

from __future__ import annotations

import re
import tomllib

Path = tuple[str | int, ...]

_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*""")


def locate(text: str) -> dict[Path, int]:
    """Return the line (from 1) of each table and each key.

    Keys inside an inline table are not listed: look for the key that holds the table. Tables of an array
    carry their index (``("sources", 0, "path")``).

    Parameters
    ----------
    text : str
        Text that ``tomllib`` accepts; anything else gives what could be found.
    """
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    still_open = ""
    for number, line in enumerate(text.split("\n"), 1):
        if still_open:
            still_open = _rest(line, still_open)
            continue
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if stripped.startswith("["):
            table = _header(stripped, counts)
            for length in range(1, len(table) + 1):
                found.setdefault(table[:length], number)
            continue
        parts, end = _key(line)
        if parts and line[end : end + 1] == "=":
            _record(found, table, parts, number)
            still_open = _rest(line[end + 1 :], "")
    return found


def _record(found: dict[Path, int], table: Path, parts: list[str], number: int) -> None:
    for length in range(1, len(parts) + 1):
        found.setdefault((*table, *parts[:length]), number)


def _header(line: str, counts: dict[Path, int]) -> Path:
    repeated = line.startswith("[[")
    parts, _ = _key(line[2 if repeated else 1 :])
    path: Path = ()
    for position, part in enumerate(parts):
        path = (*path, part)
        if repeated and position == len(parts) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _key(text: str) -> tuple[list[str], int]:
    """Return the parts of a dotted key at the start of ``text``, and where it ends."""
    parts: list[str] = []
    position = 0
    while found := _PART.match(text, position):
        parts.append(_plain(next(group for group in found.groups() if group is not None), quoted=found[1] is not None))
        position = found.end()
        if text[position : position + 1] != ".":
            break
        position += 1
    return parts, position


def _plain(part: str, *, quoted: bool) -> str:
    """Return a part of a key with its escapes read: a key between double quotes may hold them."""
    if not quoted or "\\" not in part:
        return part
    try:
        return str(tomllib.loads(f'key = "{part}"')["key"])
    except tomllib.TOMLDecodeError:
        return part


def _rest(text: str, still_open: str) -> str:
    """Return what a value leaves open at the end of its line: brackets, or the mark of a long string."""
    position = 0
    while position < len(text):
        if still_open[-3:] in ('"""', "'''"):
            mark = still_open[-3:]
            end = text.find(mark, position)
            if end < 0:
                return still_open
            still_open, position = still_open[:-3], end + 3
            continue
        character = text[position]
        if text.startswith(('"""', "'''"), position):
            still_open, position = still_open + text[position : position + 3], position + 3
            continue
        if character in "\"'":
            position = _string_end(text, position)
            continue
        if character == "#":
            break
        if character in "[{":
            still_open += character
        elif character in "]}" and still_open:
            still_open = still_open[:-1]
        position += 1
    return still_open


def remark_after(line: str) -> str:
    """Return the remark that stands behind a key and its value on one line; empty where there is none."""
    position = 0
    while position < len(line):
        if line[position] in "\"'":
            position = _string_end(line, position)
            continue
        if line[position] == "#":
            return line[position:].rstrip()
        position += 1
    return ""


def _string_end(text: str, start: int) -> int:
    mark = text[start]
    position = start + 1
    while position < len(text) and text[position] != mark:
        position += 2 if mark == '"' and text[position] == "\\" else 1
    return position + 1
