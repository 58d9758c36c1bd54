"""Styles of a document: those that it has, and plain ones where an office's paper lacks them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from docx.document import Document

SMALL: Final = "Letter Small Text"
SERIF: Final = "Times New Roman"
"""What offices have, with a free one of the same widths elsewhere: pages break alike."""
SHARES: Final[dict[int, tuple[int, ...]]] = {2: (30, 70), 3: (22, 36, 42), 4: (16, 30, 27, 27), 5: (21, 16, 20, 27, 16)}
"""Parts of the width that the columns of a table take, by their number."""
SIZES: Final = {"Normal": 11, "Heading 1": 12, "Heading 2": 11.5, "Caption": 9.5, "Quote": 11, "footnote text": 9}
"""Points of each style on plain paper."""
SMALLER: Final = {"en": 1.5, "es": 2.0}
"""Points fewer in a letter of one page, by language: Spanish says the same in more words."""
DRAWN: Final = (24, 44, 32)
"""The same for a picture, whose second column holds the bars."""


def plain_paper(document: Document, *, one_page: bool = False, language: str = "en") -> Document:
    """Make a new document look like a letter: black, one typeface, margins of an inch; less of all on one page."""
    from docx.shared import Cm, Pt, RGBColor

    for name, points in SIZES.items():
        entry = style(document, name)
        entry.font.name, entry.font.color.rgb = SERIF, RGBColor(0, 0, 0)
        entry.font.size = Pt(points - (SMALLER[language] if one_page else 0))
        _every_script(entry)
        entry.paragraph_format.space_after = Pt(2 if one_page else 6)
        if one_page:
            entry.paragraph_format.space_before, entry.paragraph_format.line_spacing = Pt(0), 1.0
    style(document, "Caption").font.bold = False
    listed = style(document, "List Paragraph").paragraph_format
    listed.left_indent, listed.first_line_indent = Cm(1.0), Cm(-0.5)
    for section in document.sections:
        section.left_margin = section.right_margin = Cm(1.7 if one_page else 2.54)
        section.top_margin = section.bottom_margin = Cm(1.3 if one_page else 2.54)
    return document


def _every_script(entry: Any) -> None:
    """Let the typeface hold for every script: a theme's own would win over its name."""
    from docx.oxml.ns import qn

    fonts = entry.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{name}"), SERIF)


def small_text(document: Document) -> Any:
    """Return the style of small print and of tables: the document's own text, smaller and without space around it."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    for entry in document.styles:
        if entry.name == SMALL:
            return entry
    made = document.styles.add_style(SMALL, WD_STYLE_TYPE.PARAGRAPH)
    made.base_style = style(document, "Normal")
    made.font.size = Pt(9)
    made.paragraph_format.space_before = made.paragraph_format.space_after = Pt(1)
    return made


def widths(document: Document, table: Any, grid: Sequence[Sequence[Any]], *, drawn: bool = False) -> None:
    """Give the columns of a table their parts of the width of the text."""
    section = document.sections[0]
    page, left, right = section.page_width, section.left_margin, section.right_margin
    if page is None or left is None or right is None:
        return  # the letterhead leaves its page to the program that opens it
    whole = page - left - right
    columns = len(grid[0])
    parts = DRAWN if drawn else SHARES.get(columns, (100 // columns,) * columns)
    for column, part in zip(table.columns, parts, strict=True):
        column.width = whole * part // 100  # read by LibreOffice, where Word reads the cells
    for row in grid:
        for cell, part in zip(row, parts, strict=True):
            cell.width = whole * part // 100


def character_style(document: Document, name: str) -> Any:
    """Return the style of a mark in the text: the document's, or a raised figure."""
    from docx.enum.style import WD_STYLE_TYPE

    for entry in document.styles:
        if entry.name == name and entry.type == WD_STYLE_TYPE.CHARACTER:
            return entry
    made = document.styles.add_style(name, WD_STYLE_TYPE.CHARACTER, builtin=True)
    made.font.superscript = True
    return made


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
    from docx.shared import Cm, Pt

    made.base_style = document.styles.default(WD_STYLE_TYPE.PARAGRAPH)
    if name.startswith("Heading"):
        made.font.bold = True
        made.paragraph_format.keep_with_next = True
        _outline(made, int(name[-1]) - 1)
    if name.startswith("List") or name == "Quote":
        made.paragraph_format.left_indent = Cm(0.8)
    if name in ("Quote", "Caption"):
        made.font.italic = True
    if name == "footnote text":
        made.font.size = Pt(9)
        made.paragraph_format.space_after = Pt(2)


def _outline(made: Any, level: int) -> None:
    """Give a heading its place in the outline: readers of the screen move by it."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    entry = OxmlElement("w:outlineLvl")
    entry.set(qn("w:val"), str(level))
    made.element.get_or_add_pPr().append(entry)
