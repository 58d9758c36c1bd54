"""TOML as people type it: every slip with its line, and the line as it should read.

``tomllib`` stops at the first slip and keeps no line numbers. Here the usual slips (a FIPS code without
quotes, a word without quotes, a Windows path, a key given twice) are noted and mended in memory only, so
that everything after them is checked in the same go; and each key's line is found again, so that later
complaints can point at it.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.audit.toml_lines import Path, locate
from auditor.errors import ConfigError, Problem

_AT = re.compile(r"\(at line (\d+), column (\d+)\)")
_ZERO_LED = re.compile(r"(?<![\w.\"'+:-])0\d+(?![\w.:\"'-])")
_BARE_WORD = re.compile(r"=(\s*)([A-Za-z][\w-]*)(?=\s*(?:#.*)?$)")
_BACKSLASHED = re.compile(r"=(\s*)\"([^\"']*\\[^\"']*)\"")
_KEY = re.compile(r"^\s*([\w.\"'-]+)\s*=")
_WORDS = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}
_MOST_REPAIRS = 200


@dataclass(frozen=True)
class Toml:
    """A TOML text that was read.

    Attributes
    ----------
    data : dict
        The tables, with the slips mended.
    text : str
        As typed (byte-order mark removed).
    file : str
        Base name of the file, for messages.
    lines : mapping of path to int
        Line of each key that could be found, from 1.
    problems : tuple of Problem
        The slips that were mended to go on; the text must not be used while there are any.
    """

    data: dict[str, Any]
    text: str
    file: str
    lines: Mapping[Path, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def line(self, path: Path) -> int:
        """Return the line of a key, or of the nearest table around it; 0 when neither is known."""
        for length in range(len(path), 0, -1):
            for candidate in (path[:length], (*path[:length], 0)):
                if candidate in self.lines:
                    return self.lines[candidate]
        return 0

    def typed(self, path: Path) -> str:
        """Return the line on which exactly this key stands, stripped; empty when it cannot be found."""
        number = self.lines.get(path, 0)
        return self.text.split("\n")[number - 1].strip() if number else ""

    def problem(self, path: Path, found: str, why: str, remedy: str) -> Problem:
        """Return a problem placed at the line of ``path``."""
        return Problem(found, why, remedy, file=self.file, row=self.line(path))


def decode(raw: bytes, file: str) -> str:
    """Return the text of a TOML file.

    Raises
    ------
    ConfigError
        When the bytes are not UTF-8.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        problem = Problem(
            f"byte 0x{raw[error.start]:02x} is not UTF-8",
            "TOML files are UTF-8 text, and guessing another encoding could change a name",
            "save the file again with the encoding UTF-8",
            file=file,
            row=row,
        )
        raise ConfigError(f"{file} cannot be read", [problem]) from error


def parse(text: str, file: str) -> Toml:
    """Read a TOML text, mending the usual slips so that all of them are found at once.

    Raises
    ------
    ConfigError
        When a slip cannot be mended well enough to go on; it lists those before it too.
    """
    problems: list[Problem] = []
    mended = text
    for _ in range(_MOST_REPAIRS):
        try:
            data = tomllib.loads(mended)
        except tomllib.TOMLDecodeError as error:
            mended = _mend(mended, str(error), file, problems)
            continue
        problems.extend(_unusable_numbers(data, file, mended))
        return Toml(data, text, file, locate(mended), tuple(problems))
    raise ConfigError(f"{file} cannot be read: more than {_MOST_REPAIRS} slips", problems)


def _mend(text: str, message: str, file: str, problems: list[Problem]) -> str:
    at = _AT.search(message)
    lines = text.split("\n")
    row = min(int(at.group(1)), len(lines)) if at else len(lines)
    line = lines[row - 1] if lines else ""
    if "overwrite" in message or "Duplicate inline" in message:
        repair = _twice(line, lines[: row - 1])
    else:
        repair = next(filter(None, (mend(line) for mend in _MENDERS)), None)
    if repair is None:
        what = _AT.sub("", message).strip()
        why = "the file is not TOML from here on, so nothing after this line could be checked"
        remedy = f"look at: {line.strip()}" if line.strip() else "complete the line"
        problems.append(Problem(f"{what[:1].lower()}{what[1:]}", why, remedy, file=file, row=row))
        raise ConfigError(f"{file} cannot be used", problems)
    new, found, why, remedy = repair
    problems.append(Problem(found, why, remedy, file=file, row=row))
    lines[row - 1] = new
    return "\n".join(lines) + "\n"


Repair = tuple[str, str, str, str]


def _zero_led(line: str) -> Repair | None:
    code = line.partition("#")[0]
    found = _ZERO_LED.findall(code)
    if not found:
        return None
    new = _ZERO_LED.sub(r'"\g<0>"', code).rstrip()
    why = "a FIPS code is text; as a number it would lose its leading zero"
    return new, f"{', '.join(found)} without quotes", why, f"write: {new.strip()}"


def _bare_word(line: str) -> Repair | None:
    found = _BARE_WORD.search(line)
    if found is None:
        return None
    word = found.group(2)
    value = _WORDS.get(word.lower(), f'"{word}"')
    new = f"{line[: found.start()]}={found.group(1)}{value}"
    return (
        new,
        f"{word} without quotes",
        "TOML takes text in quotes, and true or false",
        f"write: {new.strip()}",
    )


def _backslash(line: str) -> Repair | None:
    found = _BACKSLASHED.search(line)
    if found is None:
        return None
    new = f"{line[: found.start()]}={found.group(1)}'{found.group(2)}'{line[found.end() :]}"
    why = "between double quotes a backslash begins an escape"
    return new, "a backslash between double quotes", why, f"use single quotes; write: {new.strip()}"


_MENDERS: tuple[Callable[[str], Repair | None], ...] = (_zero_led, _bare_word, _backslash)


def _twice(line: str, before: list[str]) -> Repair | None:
    key = _KEY.match(line)
    if key is None:
        return None
    name = key.group(1)
    earlier = [number for number, text in enumerate(before, 1) if (k := _KEY.match(text)) and k.group(1) == name]
    where = f" (first on row {earlier[-1]})" if earlier else ""
    why = "only one of them could count"
    return "", f"a key is given twice{where}: {line.strip()}", why, "keep one of the two"


def _unusable_numbers(data: Any, file: str, text: str) -> Iterator[Problem]:
    lines: Mapping[Path, int] | None = None
    for path, value in _leaves(data, ()):
        if isinstance(value, float) and not math.isfinite(value):
            lines = lines if lines is not None else locate(text)
            row = next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), 0)
            name = ".".join(map(str, path))
            yield Problem(f"`{name}` is {value}", "it is no number to compute with", "give a number", file, row=row)


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*path, index))
    else:
        yield path, value
