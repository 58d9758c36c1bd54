"""The languages of a review: checked before any work, written into every sentence when it is done."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from auditor.errors import UsageError
from auditor.findings.finding import Sentence
from auditor.findings.review import Review
from auditor.report import sentences, tongue
from auditor.report.editions import complete


def wanted(chosen: str | None, configured: Sequence[str]) -> tuple[str, ...]:
    """Return the languages of the pages: the one asked for first, then those of the configuration.

    English is always among them, since its text governs.

    Raises
    ------
    UsageError
        When the catalogue of one of them has a gap: no English sentence ever stands in its place.
    """
    named = tuple(dict.fromkeys((*((chosen,) if chosen else ()), *configured)))
    languages = (tongue.ENGLISH,) if chosen == tongue.ENGLISH else complete(named)
    for language in languages:
        require(language)
    return languages


def require(language: str) -> None:
    """Refuse a language whose catalogue has a gap.

    Raises
    ------
    UsageError
    """
    try:
        sentences.load(language)
    except sentences.CatalogueError as error:
        raise UsageError(f"nothing can be written in {language!r}: {error}") from error


def spoken(review: Review, languages: Sequence[str]) -> Review:
    """Return a review with each of its sentences in every language; one in English only is left as it is."""
    others = tuple(language for language in languages if language != tongue.ENGLISH)
    if not others:
        return review
    audit = {**review.audit, "languages": list(languages)}
    changed = {
        field.name: _spoken(getattr(review, field.name), others)
        for field in dataclasses.fields(review)
        if field.name != "audit"
    }
    return dataclasses.replace(review, audit=audit, **changed)


def _spoken(value: Any, languages: tuple[str, ...]) -> Any:
    if isinstance(value, Sentence):
        english = value.text[tongue.ENGLISH]
        texts = {other: sentences.again(value.id, value.values, english, other) for other in languages}
        # What no catalogue holds stays English, and a page marks it as English.
        found = {other: text for other, text in texts.items() if text != english}
        return dataclasses.replace(value, text={**value.text, **found}) if found else value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
        changed = {name: _spoken(inner, languages) for name, inner in pairs.items()}
        kept = all(changed[name] is pairs[name] for name in pairs)
        return value if kept else dataclasses.replace(value, **changed)
    if isinstance(value, tuple | list):
        inside = [_spoken(entry, languages) for entry in value]
        if all(new is old for new, old in zip(inside, value, strict=True)):
            return value
        return tuple(inside) if isinstance(value, tuple) else inside
    if isinstance(value, Mapping):
        found = {key: _spoken(entry, languages) for key, entry in value.items()}
        return value if all(found[key] is value[key] for key in found) else found
    return value
