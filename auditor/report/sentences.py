"""Sentences: an identifier, its values, and the text in each language.

The templates are those of :mod:`auditor.report.template`; what reads them finds their names here as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditor.findings.finding import Sentence
from auditor.report import tongue
from auditor.report.locale.finished import spoken, told
from auditor.report.template import (
    KINDS,
    CatalogueError,
    check_template,
    entries_of,
    fill,
    holes,
    load,
    without_holes,
    write_value,
)

__all__ = [
    "KINDS",
    "CatalogueError",
    "Template",
    "again",
    "check_template",
    "entries_of",
    "fill",
    "holes",
    "load",
    "sentence",
    "without_holes",
    "write_value",
]

Template = Mapping[str, str] | str
"""Texts by language; a bare text is English."""


def sentence(
    name: str,
    /,
    *,
    catalogue: Mapping[str, Template] | None = None,
    languages: Sequence[str] = ("en",),
    **values: Any,
) -> Sentence:
    """Build a sentence of the catalogue.

    Parameters
    ----------
    name : str
        Its identifier.
    catalogue : mapping, optional
        Templates that a signal brings along: identifier = English text, or texts by language. Looked in first.
    languages : sequence of str
        Languages in which the text is wanted; English must be among the templates.
    **values
        One for each placeholder; numbers as they are (a share of 0.82 for a percentage), dates as ISO text.

    Returns
    -------
    auditor.findings.finding.Sentence
        The identifier, the values and the text by language.

    Raises
    ------
    CatalogueError
        Unknown identifier; missing, unused or ill-typed values; forbidden wording.
    """
    own = (catalogue or {}).get(name)
    texts = {}
    for language in languages:
        template = _own(name, own, language) if own is not None else _shipped(name, language)
        texts[language] = _in(language, name, template, values)
    return Sentence(name, dict(values), texts)


def again(name: str, values: Mapping[str, Any], english: str, language: str) -> str:
    """Return a sentence of a review in another language than those it is held in.

    Parameters
    ----------
    name : str
        Its identifier; of a review of an older version it may be unknown.
    values : mapping
    english : str
        As the review holds it.
    language : str

    Returns
    -------
    str
        From the identifier and the values; where this version has no such sentence, from the English text.
    """
    try:
        return sentence(name, languages=(language,), **values).text[language]
    except CatalogueError:
        return told(english, language)


def _in(language: str, name: str, template: str, values: Mapping[str, Any]) -> str:
    """Fill a template of a language: the nouns among the values are given in English."""
    with tongue.speaking(language):
        if language == tongue.ENGLISH:
            return fill(name, template, values)
        return fill(name, template, spoken(values, template, language))


def _own(name: str, own: Template, language: str) -> str:
    texts = {"en": own} if isinstance(own, str) else own
    if language not in texts:
        raise CatalogueError(f"sentence {name!r} has no text in the language {language!r}")
    check_template(name, texts[language])
    return texts[language]


def _shipped(name: str, language: str) -> str:
    known = load(language)
    if name not in known:
        raise CatalogueError(f"there is no sentence {name!r} in the catalogue of the language {language!r}")
    check_template(name, known[name])
    return known[name]
