"""Recognise what stands in a table without being data: notes below it, page lines, its own header again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from auditor.records.grid import Row

LONGEST_TAIL = 80
"""How many rows at the bottom are looked at for notes."""

PAGE = re.compile(r"(Page|PAGE|page) +\d+(\s*(of|OF|/)\s*\d+)?")

_NOTE = re.compile(
    r"""\s*(?:
        (?:source|sources|note|notes|nota|footnote|disclaimer|suggested\s+citation|citation|release\s+date|released
        |prepared\s+by|generated|report\s+(?:run|date|generated)|run\s+date|printed|data\s+(?:as\s+of|source|note)
        |as\s+of|last\s+updated|updated|copyright|contact|page|end\s+of\s+(?:report|file)|key|legend
        |rows?\s+returned|records?\s+(?:returned|found))\b
        |\w{1,3}\s*=\s*[^\W\d]  # H = Hispanic: a line of a legend
        |\(\d+\s+rows?(?:\s+affected)?\)|[*†‡§¹²³^]+\s*\S|\(?\d{1,2}\)\s+\w|\[\d{1,2}\]|https?://|©|--+
    )""",
    re.I | re.X,
)
_LONG = 60
_AMOUNT = re.compile(r"[\d,.]*\d")
# A note whose own commas cut it into cells: told by a word with a colon, or a sign, at its very beginning.
_CUT_NOTE = re.compile(
    r"\s*(?:(?:source|note|footnote|disclaimer|citation|contact)s?\s*:|[*†‡§]\s*\D|\(\d{1,2}\)\s+\D)", re.I
)


def is_note(text: str) -> bool:
    """Tell whether the only cell of a row reads as a note: by its first words, or by being a long sentence."""
    line = text.strip()
    if _NOTE.match(line):
        return True
    return (len(line) > _LONG and line.count(" ") >= 6) or (line.endswith(":") and " " in line)


def lone(cells: Sequence[str]) -> str:
    """Return the text of a row that has one cell filled, else an empty text."""
    filled = [cell for cell in cells if cell.strip()]
    return filled[0].strip() if len(filled) == 1 else ""


def note_text(cells: Sequence[str]) -> str:
    """Return the text of a row that may be a note: its lone cell, or the whole of a note cut up by its own commas."""
    alone = lone(cells)
    if alone or not cells or not _CUT_NOTE.match(cells[0]):
        return alone
    filled = [cell.strip() for cell in cells if cell.strip()]
    return "" if any(_AMOUNT.fullmatch(cell) for cell in filled) else ", ".join(filled)


def notes_at_end(tail: Sequence[Row]) -> list[Row]:
    """Return the rows at the bottom that are notes.

    The rule: among the rows at the very bottom that have one cell filled (or begin as only notes do), the first that
    reads as a note begins the notes, and everything below it belongs to them. A place with all its counts blank,
    above them, stays data.

    Parameters
    ----------
    tail : sequence of Row
        The last rows in their order, without blank ones.

    Returns
    -------
    list of Row
    """
    start = len(tail)
    while start and note_text(tail[start - 1][1]):
        start -= 1
    for index in range(start, len(tail)):
        if is_note(note_text(tail[index][1])):
            return list(tail[index:])
    return []
