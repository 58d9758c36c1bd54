"""Translators' files (GNU gettext's .po): read and written, so that translators keep their usual tools.

Only what this project writes is read: a comment block, ``msgctxt``, ``msgid`` and ``msgstr``, each one string or
several strings on lines of their own, and ``#, fuzzy`` for an entry that is not yet to be used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_KEYWORD: Final = re.compile(r'(msgctxt|msgid|msgstr)\s+(".*")$')


@dataclass(frozen=True, slots=True)
class Entry:
    """One text with its translation; an empty translation is a missing one."""

    context: str
    text: str
    told: str
    fuzzy: bool = False


def read(path: Path) -> tuple[Entry, ...]:
    """Return the entries of a file, its header left out.

    Raises
    ------
    ValueError
        Naming the line that cannot be read.
    """
    entries = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        parts = _fields(block, path.name)
        if parts.get("msgid"):
            fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in block.split("\n"))
            entries.append(Entry(parts.get("msgctxt", ""), parts["msgid"], parts.get("msgstr", ""), fuzzy))
    return tuple(entries)


def _fields(block: str, name: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    last = ""
    for line in block.split("\n"):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        found = _KEYWORD.match(stripped)
        if found is not None:
            last = found[1]
            parts[last] = _unquoted(found[2], name)
        elif stripped.startswith('"') and last:
            parts[last] += _unquoted(stripped, name)
        else:
            raise ValueError(f"{name}: {line!r} is no line of a catalogue")
    return parts


def _unquoted(quoted: str, name: str) -> str:
    try:
        return str(json.loads(quoted))
    except ValueError as error:
        raise ValueError(f"{name}: {quoted!r} is no quoted text ({error})") from error


def written(entries: Iterable[Entry], header: str, about: str) -> str:
    """Return the text of a file.

    Parameters
    ----------
    entries : iterable of Entry
    header : str
        Lines of the header, each ended by a newline.
    about : str
        A comment for translators, at the top.
    """
    head = "".join(f"# {line}\n" for line in about.split("\n"))
    head += 'msgid ""\nmsgstr ""\n' + "".join(f"{_quoted(line)}\n" for line in header.splitlines(keepends=True))
    return "\n".join((head, *_blocks(entries)))


def _blocks(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        mark = "#, fuzzy\n" if entry.fuzzy else ""
        lines = f"msgctxt {_quoted(entry.context)}\nmsgid {_quoted(entry.text)}\nmsgstr {_quoted(entry.told)}\n"
        yield mark + lines


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
