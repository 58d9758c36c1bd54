"""Sentences and nouns of the catalogue, filled from a context that may hold more than a sentence needs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from auditor.findings.finding import Sentence
from auditor.report import sentences


@cache
def _needed(name: str, language: str) -> tuple[str, ...]:
    template = sentences.load(language)[name]
    names: dict[str, None] = {}
    for hole, _, base in sentences.holes(template):
        names[hole] = None
        if base:
            names[base] = None
    return tuple(names)


def say(name: str, context: Mapping[str, Any] | None = None, language: str = "en") -> Sentence:
    """Build a sentence from those values of a context that it uses.

    Raises
    ------
    CatalogueError
        When there is no such sentence, or the context lacks a value that it needs.
    """
    if name not in sentences.load(language):
        return sentences.sentence(name)  # raises, naming the identifier
    wanted = _needed(name, language)
    if not wanted:
        return _fixed(name)
    values = {key: context[key] for key in wanted if context is not None and key in context}
    return sentences.sentence(name, **values)


@cache
def _fixed(name: str) -> Sentence:
    return sentences.sentence(name)


@cache
def text(name: str, language: str = "en") -> str:
    """Return a sentence or noun of the catalogue that has no values."""
    return _fixed(name).text[language]


def has(name: str) -> bool:
    """Say whether the catalogue holds a sentence."""
    return name in sentences.load("en")


def noun(kind: str, name: str) -> str:
    """Return a noun such as ``noun("event", "removal")``; what the catalogue lacks is written as it is."""
    key = f"noun.{kind}.{name}"
    return text(key) if key in sentences.load("en") else name


def english(sentence: Sentence) -> str:
    """Return the English text."""
    return sentence.text["en"]
