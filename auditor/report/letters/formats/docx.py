"""A letter as DOCX, on the office's own paper where it has one.

Headings are headings, notes are footnotes, tables have header rows that repeat, pictures alternative text, and the
document its language.
Styles are taken from the letterhead where it has them and are made plainly where it lacks them.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from auditor.errors import InputError, Problem, UsageError
from auditor.report.letters.formats.docx_notes import mark, register, write_notes
from auditor.report.letters.formats.docx_parts import (
    alternative,
    header_row,
    language,
    stable,
    whole_row,
)
from auditor.report.letters.formats.docx_styles import plain_paper, small_text, style, widths
from auditor.report.letters.formats.png import bar
from auditor.report.letters.model import Block, Held, Items, Letter, Paragraph, Picture, Run, Runs, Table, plain

if TYPE_CHECKING:
    from docx.document import Document

LANGUAGES: Final = {"en": "en-GB", "es": "es-US"}
EPOCH: Final = datetime(1980, 1, 1)
ONE_PAGE: Final = "county-board"
"""The kind that is one page, its enclosures on the next."""
BAR_CM: Final = 6.0


def docx(letter: Letter, *, letterhead: Path | None = None, cover: bool = True) -> bytes:
    """Return the document.

    Parameters
    ----------
    letter : Letter
    letterhead : path, optional
        A .docx whose styles, headers, footers and opening stand; the letter follows what is in it.
    cover : bool
        Whether the note "before you send" stands before it, on a page of its own; behind it where the letterhead has
        a text or a picture of its own above the letter.

    Raises
    ------
    UsageError
        When python-docx is not installed.
    InputError
        When the letterhead cannot be read.
    """
    document = _opened(letterhead, letter)
    printed = _printed(document)
    write_notes(document, letter.notes, _runs)
    if cover and not printed:
        _cover(document, letter)
    _head(document, letter, new_page=cover and not printed)
    for part in letter.parts:
        if part.heading:
            document.add_paragraph(plain(part.heading), style=style(document, "Heading 2"))
        for block in part.blocks:
            _block(document, block)
    _foot(document, letter)
    if cover and printed:
        _cover(document, letter, new_page=True)
    language(document, LANGUAGES[letter.language])
    return stable(_saved(document, letter))


def _opened(letterhead: Path | None, letter: Letter) -> Document:
    try:
        import docx as library
    except ImportError:
        problem = Problem("python-docx is not installed", "DOCX is written with it", "pip install 'auditor[letters]'")
        raise UsageError("letters cannot be written as DOCX here", [problem]) from None
    register()
    if letterhead is None:
        return plain_paper(library.Document(), one_page=letter.kind == ONE_PAGE, language=letter.language)
    why, remedy = "the letter is written onto it", "save it as a plain .docx (no .doc, no .docm), or leave it out"
    try:
        if letterhead.suffix.lower() != ".docx":
            raise ValueError("its name does not end in .docx")
        return library.Document(str(letterhead))
    except Exception as error:  # python-docx lets through whatever its parts raise: zip, XML, missing relationships
        found = f"it cannot be read ({type(error).__name__}: {str(error)[:80]})" if str(error) else "it cannot be read"
        name = letterhead.name
        raise InputError("the letterhead cannot be used", [Problem(found, why, remedy, file=name)]) from error


def _printed(document: Document) -> bool:
    """Say whether something is printed above the letter; otherwise drop the empty line of a new document."""
    if any(p.text.strip() for p in document.paragraphs) or document.tables or len(document.inline_shapes):
        return True
    for paragraph in document.paragraphs:
        if not paragraph._p.xpath(".//w:drawing | .//w:pict | .//w:sectPr"):
            paragraph._p.getparent().remove(paragraph._p)
    return bool(document.paragraphs)


def _cover(document: Document, letter: Letter, *, new_page: bool = False) -> None:
    heading = document.add_paragraph(plain(letter.word("before")), style=style(document, "Heading 1"))
    heading.paragraph_format.page_break_before = new_page
    _paragraph(document, letter.word("before-lead"))
    _items(document, letter.before, ordered=True)


def _head(document: Document, letter: Letter, *, new_page: bool) -> None:
    between = Run(" · ") if letter.kind == ONE_PAGE else Run("", "break")
    sent = (*letter.word("sent"), Run(": "), *letter.sent)
    _paragraph(document, _joined(letter.letterhead, between))
    document.paragraphs[-1].paragraph_format.page_break_before = new_page
    for line in (_joined((letter.date, sent), between),) if letter.kind == ONE_PAGE else (letter.date, sent):
        _paragraph(document, line)
    _paragraph(document, _joined(letter.recipient, between))
    heading = document.add_paragraph(style=style(document, "Heading 1"))
    _runs(heading, (*letter.word("subject"), Run(" "), *letter.subject))
    _paragraph(document, letter.salutation)


def _foot(document: Document, letter: Letter) -> None:
    _paragraph(document, letter.closing)
    for line in letter.signers:
        _paragraph(document, ())
        _paragraph(document, line)
    if letter.copies:
        _paragraph(document, (*letter.word("copies"), Run(": "), *_joined(letter.copies, Run("; "))))
    heading = document.add_paragraph(plain(letter.word("enclosures")), style=style(document, "Heading 2"))
    heading.paragraph_format.page_break_before = letter.kind == ONE_PAGE
    _items(document, letter.enclosures, ordered=False)


def _joined(lines: Iterable[Runs], between: Run) -> Runs:
    made: list[Run] = []
    for line in lines:
        made += [between] if made else []
        made += line
    return tuple(made)


def _block(document: Document, block: Block) -> None:
    match block:
        case Paragraph(runs, "small"):
            _runs(document.add_paragraph(style=small_text(document)), runs)
        case Paragraph(runs, _):
            _paragraph(document, runs, strong=block.style == "warning")
        case Items(items, ordered):
            _items(document, items, ordered=ordered)
        case Held(lines, by):
            for line in lines:
                document.add_paragraph(line, style=style(document, "Quote"))
            _runs(document.add_paragraph(style=style(document, "Caption")), (Run("— "), *by))
        case Table(caption, header, rows):
            _table(document, caption, header, rows)
        case Picture(caption, header, bars):
            rows = tuple((entry.label, (), entry.shown) for entry in bars)
            cells = _table(document, caption, header, rows, drawn=True)
            for i, entry in enumerate(bars):
                text = f"{plain(header[1])}: {plain(entry.label)}, {plain(entry.shown)}"
                _drawn(cells[i][1], bar(entry.share, i + 1), text)


def _paragraph(document: Document, runs: Runs, *, strong: bool = False) -> None:
    _runs(document.add_paragraph(style=style(document, "Normal")), runs, strong=strong)


def _items(document: Document, items: Iterable[Runs], *, ordered: bool) -> None:
    # Numbers are typed: a list style of the letterhead would number one list on from the one before.
    for number, item in enumerate(items, 1):
        shown = style(document, "List Paragraph") if ordered else style(document, "List Bullet")
        paragraph = document.add_paragraph(style=shown)
        _runs(paragraph, (Run(f"{number}. "), *item) if ordered else item)


def _table(
    document: Document,
    caption: Runs,
    header: tuple[Runs, ...],
    rows: tuple[tuple[Runs, ...], ...],
    *,
    drawn: bool = False,
) -> Any:
    """Write a table under its caption and return the cells of its body, row by row."""
    above = document.add_paragraph(style=style(document, "Caption"))
    above.paragraph_format.keep_with_next = True
    _runs(above, caption)
    table = document.add_table(rows=1 + len(rows), cols=len(header), style=style(document, "Table Grid", table=True))
    alternative(table, plain(caption))
    header_row(table.rows[0])
    for entry in table.rows[1:]:
        whole_row(entry)
    grid = [list(row.cells) for row in table.rows]
    widths(document, table, grid, drawn=drawn)
    text = small_text(document)
    for i, row in enumerate((header, *rows)):
        for j, cell in enumerate(row):
            grid[i][j].paragraphs[0].style = text
            grid[i][j].paragraphs[0].paragraph_format.keep_with_next = i == 0 or None  # no header at the foot of a page
            _runs(grid[i][j].paragraphs[0], cell, strong=i == 0 or (j == 0 and len(row) > 1 and not _marked(cell)))
    document.add_paragraph(style=text).paragraph_format.line_spacing = 0.7
    return grid[1:]


def _marked(cell: Runs) -> bool:
    return any(run.strong for run in cell)


def _drawn(cell: Any, image: bytes, text: str) -> None:
    from docx.shared import Cm

    run = cell.paragraphs[0].add_run()
    shape = run.add_picture(io.BytesIO(image), width=Cm(BAR_CM), height=Cm(0.4))
    shape._inline.docPr.set("descr", text)


def _runs(paragraph: Any, runs: Runs, *, strong: bool = False) -> None:
    for run in runs:
        if run.kind == "mark":
            mark(paragraph.part.document, paragraph, int(run.text))
            continue
        made = paragraph.add_run()
        if run.kind == "break":
            made.add_break()
            continue
        made.text = run.text
        made.bold = True if run.strong or strong else None
        if run.kind == "blank":
            made.font.highlight_color = 7  # WD_COLOR_INDEX.YELLOW
        if run.kind == "code":
            made.font.name = "Consolas"


def _saved(document: Document, letter: Letter) -> bytes:
    """Return the bytes, with properties that tell of the letter and of no moment or machine."""
    core = document.core_properties
    core.title, core.subject, core.author = letter.title, letter.kind, ""
    core.last_modified_by, core.comments, core.keywords = "", "", ""
    core.created = core.modified = core.last_printed = EPOCH
    core.revision, core.language = 1, LANGUAGES[letter.language]
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()
