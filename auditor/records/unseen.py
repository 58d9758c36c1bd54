"""Characters that nobody sees: marks that turn the direction of writing, controls, invisible signs.

In a page or a terminal they let a text look like another one. They carry no meaning in a table, so they are taken
out where the text of a file becomes text of ours, and the ledger says how many cells held some. Tabs and line breaks
stay (they are blanks), and so do the joiners U+200C and U+200D, which are part of the spelling of some languages.
The characters are those of the Unicode Bidirectional Algorithm (UAX #9, section 2), the C0 and C1 controls, and the
default-ignorable format characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.records.tidier import Tidier

CONTROLS = b"\x00"
"""Stands, among the marks of a file, for every control character and everything beyond ASCII."""

# No braces: the pattern goes through str.format. Written as characters but for the controls.
UNSEEN = (
    r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F"
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_PATTERN = re.compile(UNSEEN)


def visible(text: str) -> str:
    """Return a text without the characters that nobody sees."""
    return _PATTERN.sub("", text)


def hidden_in(texts: Iterable[str]) -> int:
    """Return how many texts hold such characters; a byte-order mark at the beginning is none."""
    return sum(1 for text in texts if _PATTERN.search(text.removeprefix("\ufeff")))


def take_out(work: Tidier) -> int:
    """Take the characters out of every cell of a staged table, and return how many cells held some."""
    if CONTROLS in work.staged.absent:
        return 0
    found = work.each(f"count(*) FILTER (regexp_matches({{cell}}, '{UNSEEN}'))", range(len(work.cells)))
    for index, count in found.items():
        if count:
            work.sql(
                f"UPDATE {work.table} SET c{index} = regexp_replace(c{index}, $unseen, '', 'g') "  # noqa: S608
                f"WHERE regexp_matches(c{index}, $unseen)",
                unseen=UNSEEN,
            )
    return sum(found.values())


def removed_note(cells: int, names: Sequence[str]) -> str:
    """Word what was taken out; empty when nothing was.

    Parameters
    ----------
    cells : int
        Cells that held such characters, the header's among them.
    names : sequence of str
        What else did: ``"file name"``, ``"sheet name"``.
    """
    parts = [f"{cells:,} cell{'' if cells == 1 else 's'}"] * bool(cells) + [f"the {name}" for name in names]
    if not parts:
        return ""
    what = "invisible control characters (such as marks that turn the direction of writing)"
    return f"{what} removed from {' and '.join(parts)}"
