"""A finished English text of a review in another language.

A review holds most sentences with their identifier and values; some texts (a reason, what a test needs, a noun inside a
sentence) are held as finished English only. They all come from the catalogue, so the template that made a text is
found again, its values are taken out, and the template of the other language is filled with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, Final

from auditor.report import template, tongue
from auditor.report.locale.catalogue import CONTEXTS, entries
from auditor.report.locale.patterns import listing, pattern
from auditor.report.locale.written import again

NOUNS: Final[Mapping[str, str]] = {
    "group": "noun.group.",
    "group_again": "noun.group.",
    "reference": "noun.group.",
    "reference_again": "noun.group.",
    "among": "noun.event.",
    "counted": "noun.counted.",
    "comparator": "noun.comparator.",
    "families": "noun.family.",
    "columns": "noun.column.",
}
"""Which nouns a placeholder is filled with, where one English word has several meanings."""
_SEPARATORS: Final = ((" ", " "), ("; ", "; "), (", ", ", "), (" and ", " y "))
_SENTENCE_END: Final = re.compile(r"(?<=[.:?!])\s+(?=[A-Z“])")


@cache
def _plain(language: str) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return every English text without placeholders: text = ((identifier, translation), ...)."""
    told: dict[str, list[tuple[str, str]]] = {}
    there = template.load(language)
    for name, text in template.load(tongue.ENGLISH).items():
        if not template.holes(text):
            told.setdefault(text, []).append((name, there[name]))
    for context in CONTEXTS:
        for text, translation in entries(language, context).items():
            if not template.holes(text):
                told.setdefault(text, []).append((context, translation))
    return {text: tuple(found) for text, found in told.items()}


@cache
def _patterns(language: str) -> tuple[tuple[str, re.Pattern[str], str, str], ...]:
    """Return the templates with placeholders: longest fixed part, pattern, English and other text."""
    there = template.load(language)
    pairs = {text: there[name] for name, text in template.load(tongue.ENGLISH).items()}
    for context in CONTEXTS:
        pairs |= entries(language, context)
    found = [(text, other) for text, other in pairs.items() if template.holes(text)]
    found.sort(key=lambda pair: (-len(template.without_holes(pair[0])), pair[0]))
    return tuple((_longest(text), pattern(text), text, other) for text, other in found if _telling(text))


def _telling(text: str) -> bool:
    """Say whether a template has words of its own to be known by."""
    return re.search(r"[A-Za-z]{2}", template.without_holes(text)) is not None


def _longest(text: str) -> str:
    return max(template.fixed_parts(text), key=len)


@lru_cache(maxsize=65536)
def finished(text: str, language: str, hole: str = "") -> str | None:
    """Return a finished English text in another language; None when no catalogue holds it.

    Parameters
    ----------
    text : str
    language : str
    hole : str
        Name of the placeholder that the text fills, for nouns with several meanings.
    """
    if language == tongue.ENGLISH or not re.search(r"[A-Za-z]", text):
        return text
    known = _exact(text, language, hole) or _population(text, language) or _matched(text, language)
    return known or _bracketed(text, language) or _listed(text, language, hole)


def told(text: str, language: str) -> str:
    """Return a finished text in a language; what no catalogue holds is somebody's own words, and stands as it is."""
    return finished(text, language) or text


def _exact(text: str, language: str, hole: str) -> str | None:
    known = _plain(language)
    if text in known:
        found = known[text]
        wanted = NOUNS.get(hole, "")
        return next((other for name, other in found if wanted and name.startswith(wanted)), found[0][1])
    small = text[:1].lower() + text[1:]
    if small in known:
        other = known[small][0][1]
        return other[:1].upper() + other[1:]
    return None


def _matched(text: str, language: str) -> str | None:
    for longest, known, english, other in _patterns(language):
        if longest in text and (met := known.fullmatch(text)) is not None:
            filled = _filled(english, other, met.groupdict(), language)
            if filled is not None:
                return filled
    return None


def _filled(english: str, other: str, values: Mapping[str, str], language: str) -> str | None:
    kinds = {hole: kind for hole, kind, _ in template.holes(english)}
    written = {}
    for hole, value in values.items():
        if kinds[hole] == "text":
            written[hole] = noun(hole, value, language)
            continue
        number = again(kinds[hole], value, language)
        if number is None:
            return None
        written[hole] = number
    return template.put(other, written)


_POPULATION: Final = re.compile(
    r"(?P<universe>[a-z-]+), (?P<when>[0-9-]+) (?P<file>\(.+?\))(?P<which>, [a-z -]+ offences)?"
)


def _population(text: str, language: str) -> str | None:
    """Return a population as a comparison names it: "adults, 2010 (acs.csv)", "..., property offences"."""
    if (met := _POPULATION.fullmatch(text)) is None:
        return None
    universe = _exact(met["universe"], language, "")
    which = "" if met["which"] is None else _exact(met["which"].removeprefix(", "), language, "")
    if universe is None or which is None:
        return None
    return f"{universe}, {met['when']} {met['file']}" + (f", {which}" if which else "")


_ASIDE: Final = re.compile(r"(?P<what>[^()]+) \((?P<of>[^()]+)\)")


def _bracketed(text: str, language: str) -> str | None:
    """Return a text with what it is counted among: "the share at Level 3 (removals)"."""
    if (met := _ASIDE.fullmatch(text)) is None:
        return None
    what, of = _exact(met["what"], language, ""), _exact(met["of"], language, "among")
    return None if what is None or of is None else f"{what} ({of})"


def _listed(text: str, language: str, hole: str) -> str | None:
    """Translate several texts that were joined; None unless every one of them is known."""
    if len(parts := _SENTENCE_END.split(text)) > 1:
        found = [finished(part, language) for part in parts]
        return " ".join(part for part in found if part) if all(found) else None
    for between, other in _SEPARATORS[1:]:
        if between in text:
            found = [_exact(part, language, hole) or _matched(part, language) for part in text.split(between)]
            if all(found):
                return other.join(part for part in found if part)
    return None


def noun(hole: str, value: str, language: str) -> str:
    """Return what fills a placeholder: a name stays as it is."""
    if hole in template.NAMES or language == tongue.ENGLISH:
        return value
    if hole == "examples":
        return listing(value, language)
    if hole == "columns":
        return ", ".join(_exact(part, language, hole) or part for part in value.split(", "))
    return finished(value, language, hole) or value


def spoken(values: Mapping[str, Any], form: str, language: str) -> dict[str, Any]:
    """Return the values of a sentence with its nouns in another language."""
    texts = {hole for hole, kind, _ in template.holes(form) if kind == "text"}
    return {name: noun(name, value, language) if name in texts else value for name, value in values.items()}


def unknown(texts: Iterator[str], language: str) -> list[str]:
    """Return those finished texts that no catalogue holds."""
    return [text for text in texts if finished(text, language) is None]
