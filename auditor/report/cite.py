"""Numbers on a page carry where they come from.

Every printed number is wrapped as ``<data value="RAW" data-ref="POINTER">shown</data>``. The pointer is a JSON
Pointer (RFC 6901) into ``review.json``; one that does not start with a slash continues the pointer of the nearest
element with ``data-at``. A number that is worked out from others names the rule in ``data-calc`` and its operands
in ``data-ref``, separated by spaces. Sentences of the review are wrapped as
``<span data-text="POINTER">...</span>``. See docs/review-json.md; :mod:`auditor.report.trace` reads them back.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from markupsafe import Markup, escape

from auditor.findings.finding import Sentence
from auditor.report import sentences, tongue
from auditor.report.locale.finished import told


def raw(value: Any) -> str:
    """Return the machine-readable form of a value: integers in full, floats to twelve digits."""
    if isinstance(value, bool) or value is None:
        raise TypeError(f"{value!r} is not a printed value")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".12g")
    return str(value)


def pointer(key: str) -> str:
    """Escape a key for a JSON Pointer in an attribute that separates pointers by spaces (RFC 6901, section 6)."""
    return urllib.parse.quote(key.replace("~", "~0").replace("/", "~1"), safe="~")


def spaced(text: str) -> Markup:
    """Escape a text and keep a number and its unit on one line."""
    kept = str(escape(text)).replace(" %", "\u00a0%")
    kept = kept.replace(" per 1,000", " per\u00a01,000").replace(" cada 1,000", " cada\u00a01,000")
    return Markup(kept)  # noqa: S704 - escaped the line before


# A page names the same few pointers and prints the same few numbers again and again.
_shown = lru_cache(maxsize=1 << 14, typed=True)(spaced)
_plain = lru_cache(maxsize=1 << 14, typed=True)(escape)


def safe(part: object) -> Markup:
    """Return HTML as it stands and anything else escaped; ``escape`` copies HTML, which took a quarter of a page."""
    if type(part) is Markup:
        return part
    return _plain(part) if type(part) is str else escape(part)


def put(template: str, *parts: object, **named: object) -> Markup:
    """Fill a template of our own, HTML in which every ``{}`` stands for an escaped part.

    ``Markup.format`` does the same in ten times the time; a page fills hundreds.
    """
    filled = template.format(*map(safe, parts), **{name: safe(part) for name, part in named.items()})
    return Markup(filled)  # noqa: S704 - the template is our own, and every part is escaped


@lru_cache(maxsize=1 << 14, typed=True)
def cited(value: Any, ref: str, shown: str, calc: str = "", *, svg: bool = False) -> Markup:
    """Return one number with its source.

    Parameters
    ----------
    value : int, float or str
        As it stands in the review (or as the rule ``calc`` gives it).
    ref : str
        JSON Pointer, absolute or relative to the nearest ``data-at``; with ``calc`` its operands,
        separated by spaces.
    shown : str
        As it is printed.
    calc : str
        Name of a rule of :data:`auditor.report.trace.RULES`.
    svg : bool
        For the text of a figure, where HTML's ``data`` element cannot stand.
    """
    rule = f' data-calc="{_plain(calc)}"' if calc else ""
    tag, name = ("tspan", "data-value") if svg else ("data", "value")
    source = f'{name}="{_plain(raw(value))}" data-ref="{_plain(ref)}"{rule}'
    return Markup(f"<{tag} {source}>{_shown(shown)}</{tag}>")  # noqa: S704 - every part is escaped above


@dataclass(frozen=True, slots=True)
class Num:
    """A value for a sentence of the page, with its source: :func:`say` prints it as a cited number."""

    value: Any
    ref: str
    calc: str = ""


def say(name: str, /, language: str = "", **values: Any) -> Markup:
    """Return a sentence of the page's own catalogue as HTML, its numbers cited.

    Parameters
    ----------
    name : str
        Identifier in the catalogue.
    language : str
        Language of the text; the one that is being written when left out.
    **values
        Texts as ``str``; numbers as :class:`Num`.
    """
    language = language or tongue.current()
    if not values:
        return _fixed(name, language)
    plain = {key: value.value if isinstance(value, Num) else value for key, value in values.items()}

    def wrap(hole: str, written: str) -> str:
        given = values[hole]
        if isinstance(given, Num):
            return str(cited(given.value, given.ref, written, given.calc))
        if isinstance(given, str):
            return f'<span data-name="{escape(hole)}">{spaced(written)}</span>'
        raise sentences.CatalogueError(f"sentence {name!r}: the number {hole!r} has no source; pass a Num")

    with tongue.speaking(language):
        filled = sentences.fill(name, _escaped(name, language), plain, wrap)
    return Markup(filled)  # noqa: S704 - template and values are escaped


@cache
def _fixed(name: str, language: str) -> Markup:
    """Return a sentence that has no values."""
    return Markup(sentences.fill(name, _escaped(name, language), {}))  # noqa: S704 - the template is escaped


@cache
def _escaped(name: str, language: str) -> str:
    """Return a template as HTML; one with figures of its own is marked as the same in every review."""
    template = sentences.load(language).get(name)
    if template is None:
        raise sentences.CatalogueError(f"there is no sentence {name!r} in the catalogue")
    sentences.check_template(name, template)
    escaped = str(spaced(template))
    if any(c.isdigit() for c in sentences.without_holes(template)):
        return f'<span data-fixed="{escape(name)}">{escaped}</span>'
    return escaped


def quoted(sentence: Sentence | Mapping[str, Any] | str | None, ref: str, language: str = "") -> Markup:
    """Return a sentence of the review as HTML that names where it stands; nothing for None.

    In a language that the review does not hold it in, it is made from its identifier and values, or from the finished
    English text, and names the English; what was never a sentence of the catalogue is marked as it stands.
    """
    language = language or tongue.current()
    if sentence is None:
        return Markup("")
    if isinstance(sentence, str):
        return _text(sentence, told(sentence, language), ref)
    texts = sentence.text if isinstance(sentence, Sentence) else sentence["text"]
    if language in texts:
        return _text(texts[language], texts[language], f"{ref}/text/{language}")
    name, values = _parts(sentence)
    return _text(texts["en"], sentences.again(name, values, texts["en"], language), f"{ref}/text/en")


def _parts(sentence: Sentence | Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    if isinstance(sentence, Sentence):
        return sentence.id, sentence.values
    return str(sentence["id"]), sentence["values"]


def _text(held: str, shown: str, ref: str) -> Markup:
    """Return a text with its pointer; one that could not be put into the language says in which it is."""
    foreign = tongue.current() != tongue.ENGLISH and held == shown and not ref.endswith(f"/{tongue.current()}")
    return _span(ref, shown, marked=foreign and any(c.isalpha() for c in shown))


@lru_cache(maxsize=1 << 12)
def _span(ref: str, shown: str, *, marked: bool) -> Markup:
    mark = Markup(' lang="en"') if marked else Markup("")
    return put('<span data-text="{}"{}>{}</span>', ref, mark, spaced(shown))


def maybe(value: Any, ref: str, write: Callable[[Any], str], absent: str = "") -> Markup:
    """Cite a value that may be None; ``absent`` says in words why there is none."""
    if value is None:
        return put('<span class="none">{}</span>', absent) if absent else Markup("")
    return cited(value, ref, write(value))
