"""What python-docx has no call for: header rows, alternative text, bookmarks, the language, stable bytes."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from docx.document import Document

FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest day that a zip archive can tell."""
_ID: Final = 90_000
"""Bookmarks of ours are numbered from here, past those that a letterhead may have."""


def _element(tag: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def header_row(row: Any) -> None:
    """Make a row the header of its table, repeated on every page."""
    whole_row(row)
    row._tr.get_or_add_trPr().append(_element("w:tblHeader"))


def whole_row(row: Any) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().append(_element("w:cantSplit"))


def alternative(table: Any, text: str) -> None:
    """Give a table its title for those who do not see it."""
    table._tbl.tblPr.append(_element("w:tblCaption", val=text))


def bookmark(paragraph: Any, name: str, number: int) -> None:
    """Set a bookmark at the beginning of a paragraph."""
    identifier = str(_ID + number)
    paragraph._p.append(_element("w:bookmarkStart", id=identifier, name=name))
    paragraph._p.append(_element("w:bookmarkEnd", id=identifier))


def link(paragraph: Any, text: str, name: str) -> None:
    """Add a raised number that leads to a bookmark."""
    from docx.text.run import Run

    outer = _element("w:hyperlink", anchor=name, history="1")
    inner = _element("w:r")
    outer.append(inner)
    paragraph._p.append(outer)
    made = Run(inner, paragraph)
    made.text = text
    made.font.superscript = True


def language(document: Document, code: str) -> None:
    """Set the language of the whole text, in the defaults that every style inherits."""
    from docx.oxml.ns import qn

    styles = document.styles.element
    defaults = styles.find(qn("w:docDefaults"))
    if defaults is None:
        defaults = _element("w:docDefaults")
        styles.insert(0, defaults)
    inner = _child(_child(defaults, "w:rPrDefault", first=True), "w:rPr")
    found = inner.find(qn("w:lang"))
    if found is None:
        found = _element("w:lang")
        inner.append(found)
    found.set(qn("w:val"), code)


def _child(parent: Any, tag: str, *, first: bool = False) -> Any:
    from docx.oxml.ns import qn

    found = parent.find(qn(tag))
    if found is None:
        found = _element(tag)
        parent.insert(0, found) if first else parent.append(found)
    return found


def stable(raw: bytes) -> bytes:
    """Return a zip archive whose entries bear no time and no system, in the same order."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            target.writestr(entry, source.read(name))
    return made.getvalue()
