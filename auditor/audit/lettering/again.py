"""Hold a letter in any format against the one that its review gives: every line that holds a figure, both ways."""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from auditor.audit.lettering.write import rendered
from auditor.errors import AuditorError, Problem
from auditor.findings.review import Review
from auditor.report.letters.build import build
from auditor.report.letters.details import Details
from auditor.report.letters.model import KINDS
from auditor.report.template import load
from auditor.report.tongue import ENGLISH, LANGUAGES

FORMATS: Final = ("docx", "html", "md")
LARGEST: Final = 20_000_000
"""Bytes of a part of a letter; more is no letter."""
_SHOWN: Final = 20
_DIGIT = re.compile(r"\d")
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, OSError)
"""What zipfile raises for a package that is damaged, locked or packed in a way that it does not know."""
_AGAIN = "write it again, or give the --details that it was written with"


class _Texts(HTMLParser):
    """The texts of a page, each as it stands between two tags; styles are none."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.style = False
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self.style = False

    def handle_data(self, data: str) -> None:
        if not self.style:
            self.texts.append(data)


def lines_of(raw: bytes, form: str) -> Counter[str]:
    """Return the lines of a letter that hold a figure, with how often each stands there.

    Parameters
    ----------
    raw : bytes
    form : {"docx", "html", "md"}
        Of a DOCX the body and the footnotes: a letterhead of one's own stands in its headers.

    Raises
    ------
    ValueError
        When it is not of that format.
    """
    return Counter(line for line in _lines(raw, form) if _DIGIT.search(line))


def _lines(raw: bytes, form: str) -> list[str]:
    if form == "docx":
        found = _docx(raw)
    else:
        text = raw.decode("utf-8")
        found = text.splitlines()
        if form == "html":
            reader = _Texts()
            reader.feed(text)
            reader.close()
            found = reader.texts
    return [" ".join(line.split()) for line in found]


def _docx(raw: bytes) -> list[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            names = [name for name in ("word/document.xml", "word/footnotes.xml") if name in package.namelist()]
            if any(package.getinfo(name).file_size > LARGEST for name in names):
                raise ValueError("it is too large for a letter")
            parts = [package.read(name) for name in names]
    except _DAMAGED as error:
        raise ValueError("it is no DOCX") from error
    return [line for part in parts for line in _paragraphs(part)]


def _paragraphs(part: bytes) -> Iterator[str]:
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise ValueError("it declares entities, as no letter does")
    try:
        root = ElementTree.fromstring(part)  # noqa: S314 - no entity is declared, and its size is bounded
    except ElementTree.ParseError as error:
        raise ValueError("it is no DOCX") from error
    for paragraph in root.iter(f"{_WORD}p"):
        yield "".join(node.text or "" for node in paragraph.iter(f"{_WORD}t"))


def differences(path: Path, review: Review, sha256: str, details: Details | None = None) -> Iterator[Problem]:
    """Yield the lines with figures that stand in a letter or in the one that the review gives, but not in both.

    Parameters
    ----------
    path : path
    review : Review
    sha256 : str
        Of its ``review.json``.
    details : Details, optional
        What the letter was written with.

    Yields
    ------
    Problem
        Of the place, kind and language that it is nearest to.
    """
    form = path.suffix.lower().lstrip(".")
    try:
        raw = path.read_bytes()
        found, whole = lines_of(raw, form), "\n".join(_lines(raw, form))
    except (OSError, ValueError) as error:
        yield Problem(f"it cannot be read ({error})", "its figures cannot be followed", _AGAIN, file=path.name)
        return
    language = _language_of(whole)
    best: tuple[Counter[str], Counter[str]] | None = None
    for entry in review.places:
        if entry.name not in whole and entry.place not in whole:
            continue
        for kind in KINDS:
            given = _given(review, entry.place, kind, details, sha256, form, language)
            if given is None:
                continue
            pair = found - given, given - found
            if best is None or _size(pair) < _size(best):
                best = pair
            if not _size(pair):
                return
    if best is None:
        why = "no place of this review is named in it"
        yield Problem("it is of no place of this review", why, _AGAIN, file=path.name)
        return
    for lines, what in zip(best, ("a line that the review does not give", "a line is missing"), strict=True):
        for line in sorted(lines)[:_SHOWN]:
            yield Problem(f"{what}: {line[:160]!r}", "letters say what review.json holds", _AGAIN, file=path.name)


def _language_of(text: str) -> str:
    """Return the language of a letter: of a reading copy that which its notice is in, else English."""
    others = (language for language in LANGUAGES if language != ENGLISH)
    return next((language for language in others if load(language)["letter.copy.notice"] in text), ENGLISH)


def _given(
    review: Review, place: str, kind: str, details: Details | None, sha256: str, form: str, language: str
) -> Counter[str] | None:
    """Return the lines of the letter that a review gives; None where it gives none of that kind."""
    try:
        letter = build(review, place, kind, details, language, sha256)
    except AuditorError:  # no letter of this kind may be written of this place
        return None
    return lines_of(rendered(letter, form), form)


def _size(pair: tuple[Counter[str], Counter[str]]) -> int:
    return sum(pair[0].values()) + sum(pair[1].values())
