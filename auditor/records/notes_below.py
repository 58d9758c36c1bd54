"""Recognise what stands in a table without being data: notes below it, page lines, its own header again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from auditor.records.grid import Row

LONGEST_TAIL = 80
"""How many rows at the bottom are looked at for notes."""

PAGE = re.compile(r"\s*page\s+\d+(\s*(of|/)\s*\d+)?\s*", re.I)

_NOTE = re.compile(
    r"""\s*(?:
        (?:source|sources|note|notes|nota|footnote|disclaimer|suggested\s+citation|citation|release\s+date|released
        |prepared\s+by|generated|report\s+(?:run|date|generated)|run\s+date|printed|data\s+(?:as\s+of|source|note)
        |as\s+of|last\s+updated|updated|copyright|contact|page|end\s+of\s+(?:report|file)|key|legend
        |rows?\s+returned|records?\s+(?:returned|found))\b
        |\(\d+\s+rows?(?:\s+affected)?\)|[*†‡§¹²³^]+\s*\S|\(?\d{1,2}\)\s+\w|\[\d{1,2}\]|https?://|©|--+
    )""",
    re.I | re.X,
)
_LONG = 60


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


def notes_at_end(tail: Sequence[Row]) -> list[Row]:
    """Return the rows at the bottom that are notes.

    The rule: among the rows at the very bottom that have one cell filled, the first that reads as a note begins the
    notes, and everything below it belongs to them. A place with all its counts blank, above them, stays data.

    Parameters
    ----------
    tail : sequence of Row
        The last rows in their order, without blank ones.

    Returns
    -------
    list of Row
    """
    start = len(tail)
    while start and lone(tail[start - 1][1]):
        start -= 1
    for index in range(start, len(tail)):
        if is_note(lone(tail[index][1])):
            return list(tail[index:])
    return []
