"""The words of templates and tables in another language.

Templates, and the small texts that stand between numbers, are written in English. When a page is made in another
language, its sentences, labels and numbers are in that language already; what is left are the words of the templates
themselves. They are put into the language here, one stretch of text between two tags at a time, and the words that a
person with a screen reader hears (``aria-label``) with them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from auditor.report import template, tongue
from auditor.report.locale.catalogue import entries
from auditor.report.locale.finished import finished
from auditor.report.locale.patterns import pattern

_TAG: Final = re.compile(r"(<[^>]*>)")
_VOID: Final = re.compile(r"<(?:br|hr|img|input|link|meta|path|rect|line|circle|use|col)\b|/>$|^<!")
_SILENT: Final = re.compile(r"^<(?:style|script|code)\b|\sdata-(?:held|text|ref)=")
_ATTRIBUTE: Final = re.compile(r'(aria-label|title)="([^"]*)"')
_AROUND: Final = re.compile(r"^([\s\u00a0:;,.()–·]*)(.*?)([\s\u00a0:;,.()–·]*)$", re.DOTALL)


def in_language(page: str, language: str) -> str:
    """Return a page with the words of its templates in a language.

    Parameters
    ----------
    page : str
        HTML whose sentences, labels and numbers are in the language already.
    language : str
    """
    parts = _TAG.split(page)
    silent: list[bool] = [False]
    for i, part in enumerate(parts):
        if i % 2 == 0:
            if not silent[-1] and part.strip():
                parts[i] = _piece(part, language)
            continue
        parts[i] = _ATTRIBUTE.sub(lambda found: f'{found[1]}="{_piece(found[2], language)}"', part)
        if part.startswith("</"):
            if len(silent) > 1:
                silent.pop()
        elif not _VOID.search(part):
            silent.append(silent[-1] or bool(_SILENT.search(part)))
    return "".join(parts)


@lru_cache(maxsize=65536)
def _piece(text: str, language: str) -> str:
    """Return one stretch of text: whole, else without the marks around it, else as it stands."""
    before, core, after = _outside(html.unescape(text))
    for first, inside, last in ((before, core, after), _around(core, before, after)):
        told = _told(inside, language)
        if told is not None:
            return html.escape(f"{first}{told}{last}", quote=True).replace("&#x27;", "&#39;")
    return text


def _outside(text: str) -> tuple[str, str, str]:
    core = text.strip()
    at = text.find(core)
    return text[:at], core, text[at + len(core) :]


def _around(core: str, before: str, after: str) -> tuple[str, str, str]:
    found = _AROUND.match(core)
    return (before + found[1], found[2], found[3] + after) if found is not None else (before, core, after)


def _told(text: str, language: str) -> str | None:
    plain, patterns = _words(language)
    key = re.sub(r"[\s\u00a0]+", " ", text)
    if key in plain:
        return plain[key]
    for known, other in patterns:
        if (met := known.fullmatch(key)) is not None:
            return template.put(other, {name: _within(value, language) for name, value in met.groupdict().items()})
    return finished(key, language)


def _within(text: str, language: str) -> str:
    """Return what fills a place for a name: whole, else without the marks around it, else as it stands."""
    whole = _told(text, language)
    if whole is not None:
        return whole
    before, core, after = _around(text, "", "")
    return f"{before}{_told(core, language) or core}{after}" if core else text


@cache
def _words(language: str) -> tuple[Mapping[str, str], tuple[tuple[re.Pattern[str], str], ...]]:
    """Return the words of templates: those without a place for a name, and those with one, the longest first."""
    known = entries(language, "page")
    plain = {text: other for text, other in known.items() if not template.holes(text)}
    open_ones = sorted((text for text in known if text not in plain), key=lambda text: (-len(text), text))
    return plain, tuple((pattern(text), known[text]) for text in open_ones)


def heard(text: str, language: str) -> str:
    """Return a text of a template that stands in no page (the header of printed pages) in a language."""
    return text if language == tongue.ENGLISH else _told(text, language) or text
