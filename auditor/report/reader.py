"""Read a page back: its cited numbers, its quoted sentences, and digits that name no source.

Pages are written in a small part of HTML: tags, attributes in quotes or without a value, texts without angle brackets.
What is written so is cut by one expression; anything else goes to the parser of the standard library, which reads
whatever a browser reads.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_VOID: Final = frozenset(["br", "hr", "img", "input", "link", "meta", "path", "rect", "line", "circle", "use", "col"])
_UNREAD: Final = frozenset(["style", "script", "code"])
_DOCTYPE: Final = re.compile(r"\s*<!doctype html>", re.IGNORECASE)
_TOKEN: Final = re.compile(
    r"""<([a-z][a-zA-Z0-9]*)((?:\s+[a-zA-Z][-a-zA-Z0-9:]*(?:="[^"<>]*"|='[^'<>]*')?)*)\s*(/?)>"""
    r"|</([a-z][a-zA-Z0-9]*)>|([^<]+)"
)
_ATTRIBUTE: Final = re.compile(r"""\s([a-zA-Z][-a-zA-Z0-9:]*)(?:="([^"]*)"|='([^']*)')?""")
_TEXT_ONLY: Final = frozenset(
    ["style", "script", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript", "plaintext"]
)
"""Elements inside of which a browser sees no tags, or not always."""
_DIGIT: Final = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Cited:
    """One number of a page: where it comes from, its value, how it is shown, and the rule if it is worked out."""

    ref: str
    value: str
    shown: str
    calc: str = ""


@dataclass(slots=True)
class _Element:
    at: str
    exempt: bool
    ref: str = ""
    text_ref: str = ""
    value: str = ""
    calc: str = ""
    parts: list[str] = field(default_factory=list)


class Page:
    """What a page says, gathered tag by tag.

    Attributes
    ----------
    numbers : list of Cited
    texts : list of (str, str)
        The source of each quoted sentence, and how the page has it.
    stray : list of str
        Texts that hold a digit and name no source.
    """

    def __init__(self) -> None:
        self.numbers: list[Cited] = []
        self.texts: list[tuple[str, str]] = []
        self.stray: list[str] = []
        self._stack = [_Element("", False)]
        self._open: list[_Element] = []

    def start(self, tag: str, given: Mapping[str, str]) -> None:
        """Open an element."""
        if tag in _VOID:
            return
        outer = self._stack[-1]
        here = _join(outer.at, given["data-at"]) if "data-at" in given else outer.at
        fixed = "data-fixed" in given or "data-held" in given or "data-name" in given
        entry = _Element(here, outer.exempt or tag in _UNREAD or fixed)
        if "data-ref" in given:
            entry.ref = " ".join(_join(here, part) for part in given["data-ref"].split())
            entry.value = given.get("value", given.get("data-value", ""))
            entry.calc = given.get("data-calc", "")
        if "data-text" in given:
            entry.text_ref = _join(here, given["data-text"])
        self._stack.append(entry)
        if entry.ref or entry.text_ref:
            self._open.append(entry)

    def plain(self, tag: str) -> None:
        """Open an element without any attribute that says anything: it is as the one around it."""
        if tag in _UNREAD:
            self.start(tag, {})
        elif tag not in _VOID:
            outer = self._stack[-1]
            self._stack.append(_Element(outer.at, True) if outer.exempt else _Element(outer.at, False))

    def end(self, tag: str) -> None:
        """Close the innermost element."""
        if tag in _VOID or len(self._stack) < 2:
            return
        entry = self._stack.pop()
        if not (entry.ref or entry.text_ref):
            return
        self._open.pop()
        shown = single_spaced("".join(entry.parts))
        if entry.ref:
            self.numbers.append(Cited(entry.ref, entry.value, shown, entry.calc))
        if entry.text_ref:
            self.texts.append((entry.text_ref, shown))

    def text(self, data: str) -> None:
        """Add a text."""
        for entry in self._open:
            entry.parts.append(data)
        if not self._open and not self._stack[-1].exempt and _DIGIT.search(data):
            self.stray.append(single_spaced(data))


class _Browser(HTMLParser):
    """Walk a page as a browser does."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.start(tag, {name: value or "" for name, value in attrs})

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        return

    def handle_endtag(self, tag: str) -> None:
        self.page.end(tag)

    def handle_data(self, data: str) -> None:
        self.page.text(data)


def read(text: str) -> Page:
    """Read a page."""
    return _cut(text) or browsed(text)


def browsed(text: str) -> Page:
    """Read a page with the parser of the standard library."""
    browser = _Browser()
    browser.feed(text)
    browser.close()
    return browser.page


def _cut(text: str) -> Page | None:
    """Read a page that is written as ours are; None for any other."""
    page, opening, within = Page(), _DOCTYPE.match(text), ""
    at = opening.end() if opening else 0
    for found in _TOKEN.finditer(text, at):
        tag, given, empty, closed, data = found.groups()
        if found.start() != at or (within and data is None and closed != within):
            return None
        at = found.end()
        if data is not None:
            page.text(html.unescape(data) if "&" in data else data)
            continue
        within = tag if tag in _TEXT_ONLY else ""
        if closed is not None:
            page.end(closed.lower())
        elif empty:
            continue
        elif "data-" in given:
            page.start(tag.lower(), _attributes(given))
        else:
            page.plain(tag.lower())
    return page if at == len(text) else None


def _attributes(given: str) -> dict[str, str]:
    return {name.lower(): html.unescape(one or other) for name, one, other in _ATTRIBUTE.findall(given)}


def _join(at: str, part: str) -> str:
    return part if part.startswith("/") else f"{at}/{part}" if part else at


def single_spaced(text: str) -> str:
    """Return a text with one space wherever it has any."""
    return " ".join(text.split())
