"""What python-docx has no call for: header rows, alternative text, the language, stable bytes."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from docx.document import Document

FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest day that a zip archive can tell."""


def element(tag: str, **attributes: str) -> Any:
    """Return a new element, its attributes of the same namespace."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def header_row(row: Any) -> None:
    """Make a row the header of its table, repeated on every page."""
    whole_row(row)
    row._tr.get_or_add_trPr().append(element("w:tblHeader"))


def whole_row(row: Any) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().append(element("w:cantSplit"))


def alternative(table: Any, text: str) -> None:
    """Give a table its title for those who do not see it."""
    table._tbl.tblPr.append(element("w:tblCaption", val=text))


def language(document: Document, code: str) -> None:
    """Set the language of the whole text, in the defaults that every style inherits."""
    from docx.oxml.ns import qn

    styles = document.styles.element
    defaults = styles.find(qn("w:docDefaults"))
    if defaults is None:
        defaults = element("w:docDefaults")
        styles.insert(0, defaults)
    inner = _child(_child(defaults, "w:rPrDefault", first=True), "w:rPr")
    found = inner.find(qn("w:lang"))
    if found is None:
        found = element("w:lang")
        inner.append(found)
    found.set(qn("w:val"), code)


def _child(parent: Any, tag: str, *, first: bool = False) -> Any:
    from docx.oxml.ns import qn

    found = parent.find(qn(tag))
    if found is None:
        found = element(tag)
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
