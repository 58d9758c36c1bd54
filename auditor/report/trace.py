"""Read the numbers of a page back and hold them against ``review.json``.

Used by ``auditor verify`` and by the tests: every number of a page must be the number of the review, written with
the digits it was given, and no number may stand there without a source.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final

from auditor.findings.review import Review
from auditor.report import numbers, sentences, tongue
from auditor.report.cite import raw
from auditor.report.locale.finished import told
from auditor.report.rules import RULES

_VOID: Final = frozenset(["br", "hr", "img", "input", "link", "meta", "path", "rect", "line", "circle", "use", "col"])


@dataclass(slots=True)
class _Element:
    tag: str
    at: str
    ref: str = ""
    text_ref: str = ""
    value: str = ""
    calc: str = ""
    exempt: bool = False
    parts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cited:
    """One number of a page: where it comes from, its value, how it is shown, and the rule if it is worked out."""

    ref: str
    value: str
    shown: str
    calc: str = ""


class _Reader(HTMLParser):
    """Walk a page and collect cited numbers, quoted sentences and stray digits."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[_Element] = [_Element("", "")]
        self.numbers: list[Cited] = []
        self.texts: list[tuple[str, str]] = []
        self.stray: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        given = {name: value or "" for name, value in attrs}
        outer = self.stack[-1]
        here = _join(outer.at, given["data-at"]) if "data-at" in given else outer.at
        entry = _Element(tag, here)
        entry.exempt = outer.exempt or tag in ("style", "script", "code") or "data-fixed" in given
        entry.exempt = entry.exempt or "data-held" in given or "data-name" in given
        if "data-ref" in given:
            entry.ref = " ".join(_join(here, part) for part in given["data-ref"].split())
            entry.value = given.get("value", given.get("data-value", ""))
            entry.calc = given.get("data-calc", "")
        if "data-text" in given:
            entry.text_ref = _join(here, given["data-text"])
        self.stack.append(entry)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        return

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or len(self.stack) < 2:
            return
        entry = self.stack.pop()
        shown = re.sub(r"\s+", " ", "".join(entry.parts)).strip()
        if entry.ref:
            self.numbers.append(Cited(entry.ref, entry.value, shown, entry.calc))
        if entry.text_ref:
            self.texts.append((entry.text_ref, shown))

    def handle_data(self, data: str) -> None:
        for entry in self.stack:
            if entry.ref or entry.text_ref:
                entry.parts.append(data)
        inside = any(entry.ref or entry.text_ref for entry in self.stack)
        if not inside and not self.stack[-1].exempt and re.search(r"\d", data):
            self.stray.append(re.sub(r"\s+", " ", data).strip())


def _join(at: str, part: str) -> str:
    return part if part.startswith("/") else f"{at}/{part}" if part else at


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def numbers_in(html: str) -> list[tuple[str, str, str]]:
    """Return every cited number of a page as (pointer, value, shown), in the order of the page."""
    return [(entry.ref, entry.value, entry.shown) for entry in _read(html).numbers]


def resolve(data: Any, pointer: str) -> Any:
    """Return what a JSON Pointer names.

    Raises
    ------
    KeyError
        When it names nothing.
    """
    for part in pointer.lstrip("/").split("/"):
        key = urllib.parse.unquote(part).replace("~1", "/").replace("~0", "~")
        try:
            data = data[int(key)] if isinstance(data, list | tuple) else data[key]
        except (KeyError, IndexError, TypeError, ValueError):
            raise KeyError(pointer) from None
    return data


def _operand(data: Any, part: str) -> Any:
    text = part.rsplit("/", 1)[-1] if "/=" in part else part
    return urllib.parse.unquote(text[1:]) if text.startswith("=") else resolve(data, part)


def literal(text: str) -> str:
    """Write a literal operand: spaces and slashes cannot stand in a list of pointers."""
    return "=" + urllib.parse.quote(text, safe="")


def check(html: str, review: Review) -> list[str]:
    """Hold a page against its review.

    Parameters
    ----------
    html : str
        The page.
    review : Review
        As loaded from ``review.json``.

    Returns
    -------
    list of str
        One line for each number or sentence that is not what the review says; empty when all agree.
    """
    return check_data(html, review.to_dict())


def check_data(html: str, data: Mapping[str, Any]) -> list[str]:
    """Do the same against the data of ``review.json`` as they were read (once for all pages of a folder)."""
    with tongue.speaking(language_of(html)):
        return _checked(_read(html), data)


def language_of(html: str) -> str:
    """Return the language that a page says it is in; English when it is none that pages are written in."""
    found = re.search(r'<html lang="([a-z]{2})', html)
    return found[1] if found is not None and found[1] in tongue.LANGUAGES else tongue.ENGLISH


def _checked(page: _Reader, data: Mapping[str, Any]) -> list[str]:
    wrong = [text for entry in page.numbers if (text := _mismatch(entry, data))]
    for ref, shown in page.texts:
        try:
            text = re.sub(r"\s+", " ", _told(data, ref)).strip()
        except KeyError:
            wrong.append(f"{ref}: the review has no such text")
            continue
        if text != re.sub(r"\s+", " ", shown):
            wrong.append(f"{ref}: the page says {shown!r}, the review {text!r}")
    wrong.extend(f"a number without a source: {text!r}" for text in page.stray)
    return wrong


def _told(data: Mapping[str, Any], ref: str) -> str:
    """Return what a page has to say where it quotes a text of the review, in the page's language."""
    truth, language = str(resolve(data, ref)), tongue.current()
    if language == tongue.ENGLISH or ref.endswith(f"/text/{language}"):
        return truth
    if ref.endswith("/text/en"):
        held = resolve(data, ref.removesuffix("/text/en"))
        return sentences.again(held["id"], held["values"], truth, language)
    return told(truth, language)


def _mismatch(entry: Cited, data: Mapping[str, Any]) -> str:
    try:
        operands = [_operand(data, part) for part in entry.ref.split()]
    except KeyError as error:
        return f"{entry.ref}: the review has no {error.args[0]}"
    if entry.calc and entry.calc not in RULES:
        return f"{entry.ref}: unknown rule {entry.calc!r}"
    try:
        truth = RULES[entry.calc](operands) if entry.calc else operands[0]
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return f"{entry.ref}: the rule {entry.calc!r} cannot be worked out from this"
    if isinstance(truth, bool | dict | list | tuple | None) or raw(truth) != entry.value:
        return f"{entry.ref}: the page holds {entry.value!r}, the review {truth!r}"
    if not _shows(truth, entry.shown):
        return f"{entry.ref}: {truth!r} is shown as {entry.shown!r}"
    return ""


def _shows(truth: Any, shown: str) -> bool:
    """Say whether a shown text is a correct rounding of the value, in one of the units that pages use.

    Nothing else may stand beside the number: "3.24 of 999 people" does not show 3.24.
    """
    if isinstance(truth, str):
        return shown in (truth, *_dates(truth))
    if shown in _BOUNDS:
        return _BOUNDS[shown](float(truth))
    found = _SHOWN.fullmatch(shown)
    return found is not None and _rounded(float(truth), found["number"], found["unit"])


_SHOWN: Final = re.compile(
    r"(?P<number>[+\u2212-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)"
    r"(?: (?P<unit>%|% more|% less|percentage points?|times|per 1,000"
    r"|% más|% menos|puntos porcentuales|veces|por cada 1,000))?"
)
"""One number and at most one of the units of :mod:`auditor.report.numbers`."""

_BOUNDS: Final[Mapping[str, Callable[[float], bool]]] = {
    "< 0.001": lambda truth: truth < 0.001,
    "> 0.99": lambda truth: truth > 0.99,
}
"""How p-values are written that are too small or too large to be printed (:func:`auditor.report.numbers.p`)."""


def _rounded(truth: float, written: str, unit: str | None) -> bool:
    value = float(written.replace(",", "").replace("\u2212", "-"))
    decimals = len(written.partition(".")[2])
    if unit in ("% more", "% más"):
        truth = truth * 100 - 100
    elif unit in ("% less", "% menos"):
        truth = 100 - truth * 100
    elif unit is not None and (unit == "%" or unit.startswith(("percentage point", "puntos"))):
        truth *= 100
    half = 0.5 * 10.0**-decimals
    return abs(value - truth) <= half * (1 + 1e-6) + 1e-12 * abs(truth)


def _dates(truth: str) -> tuple[str, ...]:
    """Return how a day or a period may be shown."""
    try:
        return (numbers.period(truth),)
    except ValueError:
        return ()
