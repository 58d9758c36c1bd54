"""Styles of a document: those that it has, and plain ones where an office's paper lacks them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document


def style(document: Document, name: str, *, table: bool = False) -> Any:
    """Return the style of a name, made plainly on top of the document's own text where there is none.

    Parameters
    ----------
    document : docx.document.Document
    name : str
        As English versions of Word call it.
    table : bool
        Whether it is a style of tables.
    """
    from docx.enum.style import WD_STYLE_TYPE

    kind = WD_STYLE_TYPE.TABLE if table else WD_STYLE_TYPE.PARAGRAPH
    for entry in document.styles:
        if entry.name == name and entry.type == kind:
            return entry
    made = document.styles.add_style(name, kind, builtin=True)
    if not table:
        _plain(document, made, name)
    return made


def _plain(document: Document, made: Any, name: str) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Cm

    made.base_style = document.styles.default(WD_STYLE_TYPE.PARAGRAPH)
    if name.startswith("Heading"):
        made.font.bold = True
        made.paragraph_format.keep_with_next = True
        _outline(made, int(name[-1]) - 1)
    if name.startswith("List") or name == "Quote":
        made.paragraph_format.left_indent = Cm(0.8)
    if name in ("Quote", "Caption"):
        made.font.italic = True


def _outline(made: Any, level: int) -> None:
    """Give a heading its place in the outline: readers of the screen move by it."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    entry = OxmlElement("w:outlineLvl")
    entry.set(qn("w:val"), str(level))
    made.element.get_or_add_pPr().append(entry)
