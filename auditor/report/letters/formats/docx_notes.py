"""Footnotes of a DOCX: a part of their own, with the marks in the text that lead to them.

python-docx has no call for them. A letterhead that has footnotes already keeps its own, and ours follow. ECMA-376
(Office Open XML, part 1), section 17.11, says how they are written, and section 17.16.5.41 how a second mark refers to
the same note.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from auditor.errors import InputError, Problem
from auditor.report.letters.formats.docx_parts import element
from auditor.report.letters.formats.docx_styles import character_style, style
from auditor.report.letters.model import Note, Runs

if TYPE_CHECKING:
    from docx.document import Document

FIRST: Final = 1000
"""Our notes are numbered from here, past those that a letterhead may have; readers count them by their order."""
_BOOKMARK: Final = 90_000
"""The same for the bookmarks on their marks."""
TEXT, REFERENCE = "footnote text", "footnote reference"
"""Names of the styles, as Word stores them."""
PARTNAME: Final = "/word/footnotes.xml"
SEPARATORS: Final = (("separator", -1), ("continuationSeparator", 0))
"""The rule above the notes of a page, and above notes that go on from the page before."""
_BEHIND: Final = (
    *("endnotePr", "compat", "docVars", "rsids", "mathPr", "attachedSchema", "themeFontLang", "clrSchemeMapping"),
    *("shapeDefaults", "decimalSymbol", "listSeparator"),
)
"""Settings that the schema has behind that of footnotes."""


def register() -> None:
    """Have python-docx read the footnotes of a letterhead as XML: without this it keeps them as bytes."""
    from docx.opc.constants import CONTENT_TYPE
    from docx.opc.part import PartFactory, XmlPart

    PartFactory.part_type_for[CONTENT_TYPE.WML_FOOTNOTES] = XmlPart


def write_notes(document: Document, notes: tuple[Note, ...], write: Callable[[Any, Runs], None]) -> None:
    """Write the notes into the document's part of footnotes.

    Parameters
    ----------
    document : docx.document.Document
    notes : tuple of Note
        In the order in which they are first marked in the text.
    write : callable
        Writes runs into a paragraph.

    Raises
    ------
    InputError
        When the letterhead has so many notes of its own that numbers would meet.
    """
    from docx.text.paragraph import Paragraph

    if not notes:
        return
    held = _footnotes(document)
    if any(_identifier(entry) >= FIRST for entry in held):
        what, why = f"it has a footnote numbered {FIRST} or more", "the letter's own are numbered from there"
        raise InputError("the letterhead cannot be used", [Problem(what, why, "save it without its footnotes")])
    text, mark = style(document, TEXT), character_style(document, REFERENCE)
    for note in notes:
        footnote = element("w:footnote", id=str(FIRST + note.number))
        held.append(footnote)
        inner = element("w:p")
        footnote.append(inner)
        paragraph = Paragraph(inner, document._body)
        paragraph.style = text
        inner.append(_run(mark, element("w:footnoteRef")))
        paragraph.add_run(" ")
        write(paragraph, note.runs)


def mark(document: Document, paragraph: Any, number: int) -> None:
    """Mark a note in the text; where it was marked before, refer to that mark, so that its number is the same."""
    name, shown = f"note_{number}", character_style(document, REFERENCE)
    if document.element.body.xpath(f".//w:bookmarkStart[@w:name='{name}']"):
        for run in _reference(name, number, shown):
            paragraph._p.append(run)
        return
    identifier = str(_BOOKMARK + number)
    paragraph._p.append(element("w:bookmarkStart", id=identifier, name=name))
    paragraph._p.append(_run(shown, element("w:footnoteReference", id=str(FIRST + number))))
    paragraph._p.append(element("w:bookmarkEnd", id=identifier))


def _reference(name: str, number: int, shown: Any) -> list[Any]:
    """Return the field that shows the number of a note marked before: NOTEREF, as a link, in the style of a mark."""
    instruction, text = element("w:instrText"), element("w:t")
    instruction.text, text.text = f"NOTEREF {name} \\f \\h", str(number)
    steps = [
        element("w:fldChar", fldCharType="begin"),
        instruction,
        element("w:fldChar", fldCharType="separate"),
        text,
        element("w:fldChar", fldCharType="end"),
    ]
    return [_run(shown, step) for step in steps]


def _run(shown: Any, inner: Any) -> Any:
    run = element("w:r")
    if shown is not None:
        properties = element("w:rPr")
        properties.append(element("w:rStyle", val=shown.style_id))
        run.append(properties)
    run.append(inner)
    return run


def _identifier(footnote: Any) -> int:
    """Return the number of a footnote of the letterhead; 0 for what is none, which no mark leads to."""
    text = str(footnote.get(_name("id"), ""))
    return int(text) if text.isdecimal() else 0


def _name(tag: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(f"w:{tag}"))


def _footnotes(document: Document) -> Any:
    """Return the root of the footnotes: of the letterhead's, or of a new part with the rules that separate them."""
    from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import XmlPart

    for relation in document.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.FOOTNOTES:
            return relation.target_part.element
    root = element("w:footnotes")
    for kind, number in SEPARATORS:
        root.append(_separator(kind, number))
    part = XmlPart(PackURI(PARTNAME), CONTENT_TYPE.WML_FOOTNOTES, root, document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    _announce(document)
    return root


def _separator(kind: str, number: int) -> Any:
    footnote = element("w:footnote", type=kind, id=str(number))
    paragraph = element("w:p")
    paragraph.append(_run(None, element(f"w:{kind}")))
    footnote.append(paragraph)
    return footnote


def _announce(document: Document) -> None:
    """Name the separators in the settings, where Word looks for them."""
    settings = document.settings.element
    if settings.find(_name("footnotePr")) is not None:
        return
    entry = element("w:footnotePr")
    for _, number in SEPARATORS:
        entry.append(element("w:footnote", id=str(number)))
    behind = next((child for child in settings if str(child.tag).rpartition("}")[2] in _BEHIND), None)
    if behind is None:
        settings.append(entry)
    else:
        behind.addprevious(entry)
