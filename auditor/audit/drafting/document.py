"""Write open questions into the text of a configuration and leave everything else as its owner wrote it.

Our own lines (``#?``, ``#=``, and settings that are still empty) are taken out and written anew. Where a table is
written in a way that cannot be added to (``[sources.values.group]`` under its own header), the questions are given as
remarks at the end of the file, and not a line of it is touched.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.audit.drafting.lines import OFFER, REMARK, one_line, remark, setting, written
from auditor.audit.toml_lines import Path, locate, remark_after
from auditor.audit.toml_write import inline
from auditor.records.docket import toml_text
from auditor.records.proposing.line import Line

_ASKED = ("columns", "constants", "values", "places")


@dataclass
class Block:
    """What is to be written about one ``[[sources]]`` table.

    Attributes
    ----------
    path : str
        As the table names its file.
    at : int or None
        Which table of the text it is; None for a new one.
    head : list of str
        Remarks on the file.
    lines : list of Line
    """

    path: str
    at: int | None = None
    head: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def write(text: str, audit: Sequence[Line], blocks: Sequence[Block], head: Sequence[str], foot: Sequence[str]) -> str:
    """Return the text of a configuration with what is open in it.

    Parameters
    ----------
    text : str
        The configuration as it is; empty for a new one.
    audit : sequence of Line
        For ``[audit]``.
    blocks : sequence of Block
        One for each source.
    head, foot : sequence of str
        Remarks for the beginning and the end of the file.

    Returns
    -------
    str
        TOML that holds everything that ``text`` holds.
    """
    if not text.strip():
        return _document(["[audit]", *written(audit)], blocks, head, foot)
    edited = _edited(text, audit, blocks, head, foot)
    return edited if _same(text, edited) else _apart(text, audit, blocks, foot)


def _document(top: Sequence[str], blocks: Sequence[Block], head: Sequence[str], foot: Sequence[str]) -> str:
    lines = [line for part in head for line in remark(part)]
    lines += ["", *top] if lines else [*top]
    for block in blocks:
        lines += ["", *_new(block)]
    lines += ["", *(line for part in foot for line in remark(part))] if foot else []
    return "\n".join(lines) + "\n"


def _new(block: Block) -> Iterator[str]:
    yield "[[sources]]"
    for text in block.head:
        yield from remark(text)
    yield f"path = {toml_text(block.path)}"
    yield from written(block.lines)


def _edited(text: str, audit: Sequence[Line], blocks: Sequence[Block], head: Sequence[str], foot: Sequence[str]) -> str:
    """Return the text with our lines taken out and written anew, table by table."""
    pieces = _pieces(text)
    merged = _merge_inline(text, pieces, blocks)
    out: list[str] = []
    for piece in pieces:
        block = next((b for b in blocks if piece.table == ("sources", b.at)), None)
        body, after = _tail(piece.body)
        spaced = len(body) + len(after) < len(piece.body)
        added: list[str] = []
        if piece.table == ("audit",):
            added = list(written(audit))
        elif block is not None:
            body[1:1] = [line for part in block.head for line in remark(part)]
            added = list(written([line for line in block.lines if (block.at, line.table) not in merged]))
        out += [*body, *added, *([""] if spaced or added else []), *after]
    while out and not out[-1].strip():
        out.pop()
    return _document(out, [block for block in blocks if block.at is None], head, foot)


def _tail(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part the lines of a table from the remarks below it that belong to the next one (a blank line parts them)."""
    end = len(lines)
    while end > 1 and (not lines[end - 1].strip() or lines[end - 1].strip().startswith("#")):
        end -= 1
    blank = next((i for i in range(end, len(lines)) if not lines[i].strip()), len(lines))
    after = list(lines[blank:])
    while after and not after[0].strip():
        after.pop(0)
    while after and not after[-1].strip():
        after.pop()
    return list(lines[:blank]), after


@dataclass
class _Piece:
    """The lines of one table, from its header on; the first piece is what stands above every table."""

    table: Path
    body: list[str] = field(default_factory=list)


def _pieces(text: str) -> list[_Piece]:
    lines, places = text.split("\n"), locate(text)
    data = tomllib.loads(text)
    empty = {number for path, number in places.items() if _is_open(path, data)}
    headers = {number: path for path, number in places.items() if lines[number - 1].strip().startswith("[")}
    pieces = [_Piece(())]
    for number, line in enumerate(lines, 1):
        if number in headers:
            pieces.append(_Piece(_deepest(places, number)))
        elif line.strip().startswith((REMARK, OFFER)) or number in empty:
            continue
        pieces[-1].body.append(line)
    while pieces[0].body and not pieces[0].body[0].strip():
        pieces[0].body.pop(0)
    return [piece for piece in pieces if piece.table or any(line.strip() for line in piece.body)]


def _deepest(places: Mapping[Path, int], number: int) -> Path:
    """Return the table whose header stands on a line."""
    return max((path for path, line in places.items() if line == number), key=len)


def _is_open(path: Path, data: Mapping[str, Any]) -> bool:
    """Tell whether a key is one that `init` left open: an empty text where an answer belongs."""
    if _value(data, path) != "":
        return False
    if path == ("audit", "as_of"):
        return True
    return (
        len(path) >= 3
        and path[0] == "sources"
        and (path[2] in ("format", "fold") or (path[2] in _ASKED and len(path) > 3))
    )


def _value(data: Any, path: Path) -> Any:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _merge_inline(text: str, pieces: Sequence[_Piece], blocks: Sequence[Block]) -> set[tuple[int | None, str]]:
    """Write open questions into inline tables, which take no dotted keys; return which tables were written so."""
    places, data = locate(text), tomllib.loads(text)
    done: set[tuple[int | None, str]] = set()
    for block in blocks:
        if block.at is None:
            continue
        for table in {line.table for line in block.lines if line.firm and line.table}:
            path: Path = ("sources", block.at, *table.split("."))
            held = _value(data, path)
            if not isinstance(held, dict) or path not in places or any(p[: len(path)] == path != p for p in places):
                continue
            own = [line for line in block.lines if line.table == table and line.firm]
            entries = {name: value for name, value in held.items() if value != ""} | {x.name: x.value for x in own}
            old = text.split("\n")[places[path] - 1]
            _replace(pieces, ("sources", block.at), old, _inline(table, entries, own, remark_after(old)))
            done.add((block.at, table))
    return done


def _inline(table: str, entries: Mapping[str, Any], own: Sequence[Line], after: str) -> list[str]:
    remarks = [part for line in own for text in line.remarks for part in remark(text)]
    return [*remarks, f"{table} = {inline(entries)}{'  ' if after else ''}{after}"]


def _replace(pieces: Sequence[_Piece], table: Path, old: str, new: Sequence[str]) -> None:
    for piece in pieces:
        if piece.table == table and old in piece.body:
            at = piece.body.index(old)
            piece.body[at : at + 1] = new


def _same(before: str, after: str) -> bool:
    """Tell whether a text still parses and holds everything that it held before, open questions aside."""
    try:
        new = tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        return False
    return _holds(tomllib.loads(before), new)


def _holds(old: Any, new: Any) -> bool:
    if isinstance(old, dict):
        return isinstance(new, dict) and all(
            value in ("", {}) or (name in new and _holds(value, new[name])) for name, value in old.items()
        )
    if isinstance(old, list) and isinstance(new, list):
        return len(old) <= len(new) and all(_holds(a, b) for a, b in zip(old, new, strict=False))
    return bool(old == new)


def _apart(text: str, audit: Sequence[Line], blocks: Sequence[Block], foot: Sequence[str]) -> str:
    """Return the text untouched but for our old remarks, with what is open given as remarks at its end."""
    kept = [line for line in text.split("\n") if not line.strip().startswith((REMARK, OFFER))]
    while kept and not kept[-1].strip():
        kept.pop()
    told: list[str] = [f"{REMARK} to be written into [audit]:"] * bool(audit) + _told(audit)
    for block in (block for block in blocks if block.at is not None and block.lines):
        told += [f"{REMARK} to be written into the [[sources]] table of {one_line(block.path)}:", *_told(block.lines)]
    out = [*kept, *([""] if told else []), *told]
    return _document(out, [block for block in blocks if block.at is None], (), foot)


def _told(lines: Sequence[Line]) -> list[str]:
    return [
        part
        for line in lines
        for part in (
            *(r for text in line.remarks for r in remark(text)),
            f"{OFFER} {setting(line).removeprefix(OFFER).strip()}",
        )
    ]
