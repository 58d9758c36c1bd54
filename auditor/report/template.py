"""Templates of sentences: the catalogue as it is read, placeholders with kinds, and how they are filled.

Templates stand in ``auditor/data/sentences/<language>/*.toml``::

    [level-share]
    text = "{k:count} of {n:count} ({share:percent:n}) ..."

A placeholder is ``{name:kind}`` or ``{name:kind:base}``; ``base`` names another value, the count that decides how
many digits are printed. Every value is used by some placeholder and every placeholder has its value: a sentence
with a hole in it, or one that silently ignores what it was given, is an error.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from auditor.report import numbers, tongue, wording
from auditor.report.locale.catalogue import found, translated
from auditor.resources import folder

_HOLE: Final = re.compile(r"\{([a-z_][a-z_0-9]*):([a-z0-9]+)(?::([a-z_][a-z_0-9]*))?\}")
_BRACE: Final = re.compile(r"[{}]")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


_KINDS: Final[Mapping[str, Callable[..., str]]] = {
    "count": numbers.count,
    "number": numbers.number,
    "brief": numbers.brief,
    "percent": numbers.percent,
    "points": numbers.points,
    "ratio": numbers.ratio,
    "plain": numbers.plain_ratio,
    "more": numbers.more,
    "per1000": numbers.per1000,
    "p": numbers.p,
    "q": numbers.p,
    "z": numbers.z,
    "date": numbers.date,
    "period": numbers.period,
    "between": numbers.between,
    "text": _text,
}
KINDS: Final = tuple(_KINDS)
_WITH_BASE: Final = ("percent", "ratio", "plain")


NAMES: Final = frozenset(
    " ".join(
        (
            "place day source file id sha config log versions reviews review protocol organisation name title",
            "who out page as_of used read notes mark text signals old new older contact consent law sources funded",
            "part period value limits level cutoff alone label test scale",
        )
    ).split()
)
"""Placeholders of texts that are names, or written in the language of the page already."""


class CatalogueError(ValueError):
    """A sentence is unknown, has a hole, ignores a value, or uses forbidden words: a mistake in the program."""


@cache
def load(language: str = "en") -> Mapping[str, str]:
    """Return every template of a language, read from the package once.

    The wording of an English one is looked at when it is used (:func:`check_template`): all of them take most of a
    second, and a run uses few.

    Raises
    ------
    CatalogueError
        When an identifier occurs twice, or a placeholder cannot be read; in another language also when the wording is
        forbidden, a sentence has no translation, or its translation other placeholders.
    """
    if language != tongue.ENGLISH:
        return _translated(language)
    known: dict[str, str] = {}
    for file in sorted((folder("data") / "sentences" / language).glob("*.toml")):
        for name, text in entries_of(file):
            if name in known:
                raise CatalogueError(f"sentence {name!r} is defined twice (again in {file.name})")
            _check_holes(name, text)
            known[name] = text
    return known


def entries_of(file: Path) -> Iterator[tuple[str, str]]:
    """Yield (identifier, text) of one file of the catalogue."""
    yield from _entries(tomllib.loads(file.read_text(encoding="utf-8")), "")


def _translated(language: str) -> Mapping[str, str]:
    if language not in tongue.LANGUAGES:
        raise CatalogueError(f"there is no catalogue of sentences for the language {language!r}")
    english = load()
    lacking = [name for name, text in english.items() if found(language, name, text) is None]
    if lacking:
        some = ", ".join(lacking[:5]) + (", ..." if len(lacking) > 5 else "")
        raise CatalogueError(
            f"{len(lacking)} sentences have no translation into {language!r}, or their English was changed: {some}"
        )
    told = {name: translated(language, name, text) for name, text in english.items()}
    for name, text in told.items():
        check_template(name, text)
        if sorted(holes(text)) != sorted(holes(english[name])):
            raise CatalogueError(f"the translation of {name!r} into {language!r} has other placeholders: {text!r}")
    return told


def _entries(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    """Yield (identifier, text); ``[a.b]`` and ``["a.b"]`` are the same identifier."""
    for name, entry in table.items():
        if not isinstance(entry, dict):
            raise CatalogueError(f"{prefix}{name} = {entry!r} is not a sentence: write [{prefix}{name}] text = ...")
        if isinstance(entry.get("text"), str):
            yield f"{prefix}{name}", entry["text"].strip()
            entry = {key: value for key, value in entry.items() if key != "text"}
        yield from _entries(entry, f"{prefix}{name}.")


@lru_cache(maxsize=4096)
def check_template(name: str, text: str) -> None:
    """Refuse a template that has unreadable placeholders or forbidden wording."""
    _check_holes(name, text)
    for offence in wording.check(text):
        raise CatalogueError(f"sentence {name!r} uses forbidden wording: {offence}")


def _check_holes(name: str, text: str) -> None:
    if _BRACE.search(_HOLE.sub("", text)):
        raise CatalogueError(f"sentence {name!r} has a placeholder that is not {{name:kind}}: {text!r}")
    for hole, kind, base in _HOLE.findall(text):
        if kind not in _KINDS:
            raise CatalogueError(f"sentence {name!r}: unknown kind {kind!r} of {hole!r}; known: {', '.join(KINDS)}")
        if base and kind not in _WITH_BASE:
            raise CatalogueError(f"sentence {name!r}: the kind {kind!r} of {hole!r} takes no base")


def holes(text: str) -> list[tuple[str, str, str]]:
    """Return the placeholders of a template as (name, kind, base)."""
    return [(found[0], found[1], found[2]) for found in _HOLE.findall(text)]


@lru_cache(maxsize=4096)
def _needed(text: str) -> frozenset[str]:
    """Return the names of the values that a template needs."""
    return frozenset(part for hole, _, base in holes(text) for part in (hole, base) if part)


def without_holes(text: str) -> str:
    """Return the fixed words of a template."""
    return _HOLE.sub("", text)


def fixed_parts(text: str) -> list[str]:
    """Return the fixed words before, between and after the placeholders of a template."""
    parts, end = [], 0
    for hole in _HOLE.finditer(text):
        parts.append(text[end : hole.start()])
        end = hole.end()
    return [*parts, text[end:]]


def put(text: str, written: Mapping[str, str]) -> str:
    """Put values that are written already into a template."""
    return _HOLE.sub(lambda found: written[found.group(1)], text)


def fill(name: str, text: str, values: Mapping[str, Any], wrap: Callable[[str, str], str] | None = None) -> str:
    """Fill a template.

    Parameters
    ----------
    name : str
        Identifier, for messages.
    text : str
        The template.
    values : mapping
        A value for each placeholder (and each base), and no other.
    wrap : callable, optional
        Given the placeholder's name and its written value; what it returns goes into the text.

    Raises
    ------
    CatalogueError
        When a value is missing, left over, or of the wrong kind.
    """
    needed = _needed(text)
    if needed != values.keys():
        missing, unused = sorted(needed - set(values)), sorted(set(values) - needed)
        raise CatalogueError(f"sentence {name!r}: missing values {missing}, unused values {unused}")

    digits: dict[str, int] = {}

    def write(found: re.Match[str]) -> str:
        hole, kind, base = found.group(1), found.group(2), found.group(3)
        value, n = values[hole], values[base] if base else None
        if kind == "percent" and base and base in digits:
            written = write_value(name, hole, "percent-as", value, digits[base])
        else:
            written = write_value(name, hole, kind, value, n)
        if kind == "percent" and base and value not in (0, 1):
            # An interval has the digits of its estimate, which stands first; none and all have none to give, and
            # with theirs the limit of an interval would read as certainty.
            digits.setdefault(base, len(written.removesuffix(" %").partition(".")[2]))
        return wrap(hole, written) if wrap else written

    return _HOLE.sub(write, text)


def write_value(name: str, hole: str, kind: str, value: Any, base: Any = None) -> str:
    """Write one value in its kind; a value of the wrong type names the sentence and the placeholder."""
    try:
        if kind == "percent-as":
            return numbers.percent(value, decimals=base)
        return _KINDS[kind](value, base) if base is not None else _KINDS[kind](value)
    except (TypeError, ValueError, KeyError) as error:
        raise CatalogueError(f"sentence {name!r}: {hole} = {value!r} is no {kind} ({error})") from error
