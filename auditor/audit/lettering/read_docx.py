"""Read the lines of a letter that is a DOCX: its body, and the footnotes that it marks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree

from auditor.records.archive import DAMAGED

LARGEST: Final = 20_000_000
"""Bytes of a part of a letter; more is no letter."""
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def docx_lines(raw: bytes) -> list[str]:
    """Return the paragraphs of the body, then those of the footnotes, each with its number.

    A letterhead of one's own stands in headers, and is not read.

    Raises
    ------
    ValueError
        When it is no DOCX, or one that is too large or declares entities.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            names = [name for name in ("word/document.xml", "word/footnotes.xml") if name in package.namelist()]
            if any(package.getinfo(name).file_size > LARGEST for name in names):
                raise ValueError("it is too large for a letter")
            parts = [_root(package.read(name)) for name in names]
    except (*DAMAGED, RuntimeError) as error:  # RuntimeError: it is locked by a password
        raise ValueError("it is no DOCX") from error
    order: dict[str, int] = {}
    body = [_text(paragraph, order) for part in parts[:1] for paragraph in part.iter(f"{_WORD}p")]
    return [*body, *(line for part in parts[1:] for line in _notes(part, order))]


def _root(part: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise ValueError("it declares entities, as no letter does")
    try:
        return ElementTree.fromstring(part)  # noqa: S314 - no entity is declared, and its size is bounded
    except ElementTree.ParseError as error:
        raise ValueError("it is no DOCX") from error


def _text(paragraph: ElementTree.Element, order: dict[str, int]) -> str:
    """Return a paragraph with the marks of its notes, which readers number by their order: identifiers may change."""
    found = []
    for node in paragraph.iter():
        if node.tag == f"{_WORD}t":
            found.append(node.text or "")
        elif node.tag == f"{_WORD}footnoteReference":
            identifier = node.get(f"{_WORD}id", "")
            found.append(f"[^{order.setdefault(identifier, len(order) + 1)}]")
    return "".join(found)


def _notes(part: ElementTree.Element, order: dict[str, int]) -> Iterator[str]:
    """Yield the paragraphs of the notes that are marked in the text, each with its number."""
    for note in part.iter(f"{_WORD}footnote"):
        number = order.get(note.get(f"{_WORD}id", ""))
        if number is not None:
            yield from (f"[^{number}] {_text(paragraph, order)}" for paragraph in note.iter(f"{_WORD}p"))
