"""The languages in which the pages of a review are written, and the name of each page in each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from auditor.report import tongue

INDEX: Final = "index.html"
READ: Final[Mapping[str, str]] = {"en": "Read this page in English", "es": "Leer esta página en español"}
"""The link to the same page in a language, in that language."""


def languages_of(audit: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the languages of a review's pages, the first of which has the plain names.

    Raises
    ------
    ValueError
        When the review names one that no page is written in.
    """
    named = tuple(audit.get("languages") or (tongue.ENGLISH,))
    unknown = [name for name in named if name not in tongue.LANGUAGES]
    if unknown or len(set(named)) != len(named):
        raise ValueError(f"the review names the languages {', '.join(map(str, named))}, which are not those of pages")
    return named


def complete(languages: Sequence[str]) -> tuple[str, ...]:
    """Return the languages asked for, with English behind them where it is missing: it is the text that governs."""
    named = tuple(dict.fromkeys(languages))
    return named if tongue.ENGLISH in named else (*named, tongue.ENGLISH)


def path_in(path: str, language: str, languages: Sequence[str]) -> str:
    """Return the path of a page in a language: ``index.html``, ``index.es.html``."""
    if language == languages[0] or language not in languages:
        return path
    return f"{path.removesuffix('.html')}.{language}.html"


def links(path: str, language: str, languages: Sequence[str]) -> list[dict[str, str]]:
    """Return the links from a page to the same page in the other languages."""
    return [
        {"language": other, "href": path_in(path, other, languages).rpartition("/")[2], "text": READ[other]}
        for other in languages
        if other != language
    ]
