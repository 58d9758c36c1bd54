"""Sentences and numbers of the pages as runs: one writer of numbers for pages and letters."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

from markupsafe import Markup

from auditor.report import tongue
from auditor.report.cite import Num, say
from auditor.report.letters.model import Run, Runs
from auditor.report.locale.page import in_language

_KINDS: Final = {"data-text": "sentence", "data-name": "name", "data-fixed": "fixed", "data-held": "held"}
_OPEN, _SHUT = "\ue000", "\ue001"
"""Stand around the number of a value that is itself runs; no catalogue, review or sender may hold them."""


class _Reader(HTMLParser):
    """Turn the inline markup of :mod:`auditor.report.cite` into runs."""

    def __init__(self, at: str) -> None:
        super().__init__(convert_charrefs=True)
        self.at = at
        self.stack: list[Run] = [Run("")]
        self.runs: list[Run] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        outer = self.stack[-1]
        if tag == "data":
            refs = " ".join(_join(self.at, part) for part in given["data-ref"].split())
            self.stack.append(Run("", "number", refs, given["value"], given.get("data-calc", "")))
            return
        known = next((name for name in _KINDS if name in given), "")
        ref = _join(self.at, given[known]) if known == "data-text" else ""
        kind = _KINDS.get(known, "code" if tag == "code" else outer.kind)
        strong = outer.strong or tag == "b"
        self.stack.append(Run("", kind, ref or outer.ref, strong=strong))

    def handle_endtag(self, tag: str) -> None:
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        top = self.stack[-1]
        self.runs.append(Run(data, top.kind, top.ref, top.value, top.calc, top.strong))


def _join(at: str, part: str) -> str:
    return part if part.startswith(("/", "=")) or not at else f"{at}/{part}"


def runs_of(markup: Markup, at: str = "") -> Runs:
    """Return inline markup of the pages as runs, its pointers made absolute.

    Parameters
    ----------
    markup : Markup
        As :func:`auditor.report.cite.say`, ``cited`` or ``quoted`` give it.
    at : str
        Pointer that relative ones continue.
    """
    reader = _Reader(at)
    # What stands between numbers ("of", "to") is written in English, as it is for pages.
    language = tongue.current()
    reader.feed(str(markup) if language == tongue.ENGLISH else in_language(str(markup), language))
    reader.close()
    return tuple(run for run in reader.runs if run.text)


def said(name: str, language: str, at: str, /, **values: str | Num | Runs) -> Runs:
    """Return a sentence of the catalogue as runs.

    Parameters
    ----------
    name : str
        Identifier in the catalogue.
    language, at : str
        Language of the text; pointer that relative ones continue.
    **values
        Texts (names), numbers with their source, or runs that stand in the sentence as they are.
    """
    inner = [value for value in values.values() if isinstance(value, tuple)]
    marked: dict[str, str | Num] = {}
    for key, value in values.items():
        marked[key] = f"{_OPEN}{inner.index(value)}{_SHUT}" if isinstance(value, tuple) else value
    made = runs_of(say(name, language, **marked), at)
    return tuple(piece for run in made for piece in _opened(run, inner))


def _opened(run: Run, inner: list[Runs]) -> Runs:
    if run.text.startswith(_OPEN) and run.text.endswith(_SHUT):
        return inner[int(run.text[1:-1])]
    return (run,)


def joined(parts: tuple[Runs, ...] | list[Runs], between: str = " ") -> Runs:
    """Return several runs as one, with words between those that say something."""
    made: list[Run] = []
    for part in parts:
        if part and made:
            made.append(Run(between))
        made.extend(part)
    return tuple(made)


def lines(parts: tuple[Runs, ...] | list[Runs]) -> Runs:
    """Return several runs, each on a line of its own."""
    made: list[Run] = []
    for part in parts:
        if part and made:
            made.append(Run("", "break"))
        made.extend(part)
    return tuple(made)
