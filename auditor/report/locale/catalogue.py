"""The compiled gettext catalogue of a language: what stands for an English text in a context.

Contexts are the identifiers of sentences, and ``label``, ``page`` (words of templates and tables), ``card`` (what a
signal says of itself), ``fact`` (the standards map) and ``note`` (what reading a file leaves to say). A text that is
changed in English has no translation until it is translated again: nothing falls back to English by itself.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import cache
from typing import Final

from auditor.resources import folder

FOLDERS: Final[Mapping[str, str]] = {"es": "es_US"}
"""Where the catalogues of a language are."""
CONTEXTS: Final = ("label", "page", "card", "fact", "note")


class MissingTranslation(LookupError):
    """A text has no translation: it is refused, and never printed in English in its place."""


class _Refuse(gettext.NullTranslations):
    """What gettext asks when it knows no translation."""

    def pgettext(self, context: str, message: str) -> str:
        raise MissingTranslation(f"there is no translation of {message!r} ({context})")


@cache
def _translations(language: str) -> gettext.GNUTranslations:
    path = folder("data") / "locale" / FOLDERS[language] / "LC_MESSAGES" / "auditor.mo"
    with path.open("rb") as file:
        known = gettext.GNUTranslations(file)
    known.add_fallback(_Refuse())
    return known


@cache
def translated(language: str, context: str, text: str) -> str:
    """Return the translation of an English text.

    Parameters
    ----------
    language : str
        Not English.
    context : str
        Identifier of the sentence, or one of :data:`CONTEXTS`.
    text : str
        In English, as it is written there today.

    Raises
    ------
    MissingTranslation
        When there is none, or the English was changed since it was made.
    """
    return _translations(language).pgettext(context, text)


def found(language: str, context: str, text: str) -> str | None:
    """Return the translation of an English text, or None."""
    try:
        return translated(language, context, text)
    except MissingTranslation:
        return None


@cache
def entries(language: str, context: str) -> Mapping[str, str]:
    """Return every English text of a context with its translation, in the order of the English.

    gettext asks for single texts; the patterns among the words of pages have to be tried one by one.
    """
    from auditor.report.locale.compiled import messages

    path = folder("data") / "locale" / FOLDERS[language] / "LC_MESSAGES" / "auditor.mo"
    return {text: told for (where, text), told in sorted(messages(path.read_bytes()).items()) if where == context}
