"""Lines of a drafted configuration: settings, open questions and remarks, as TOML that always parses.

Remarks begin with ``#?`` and proposals that change nothing yet with ``#=``; both are written anew at every run. Text of
files stands in them and in keys and values: it is hostile until it is escaped. They hold no counts: the configuration
goes into the output folder, and a number of rows may be a number of people.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from auditor.records.docket import toml_text
from auditor.records.proposing.line import QUESTION, Line
from auditor.records.unseen import visible

REMARK, OFFER = "#?", "#="
WIDTH = 110
_WHOLE = ("", "columns", "constants")
"""Tables whose every open line is a question by itself; the words of a column are asked about together."""


def one_line(text: str) -> str:
    """Return a text as it may stand in a comment or on a terminal: one line, nothing that steers the screen."""
    shown = "".join(c if c.isprintable() or c.isspace() else " " for c in visible(text))
    return " ".join(shown.split())


def remark(text: str) -> Iterator[str]:
    """Yield the comment lines of a remark."""
    for line in textwrap.wrap(one_line(text), WIDTH, break_long_words=False, break_on_hyphens=False):
        yield f"{REMARK} {line}"


def key(line: Line) -> str:
    """Return the dotted key of a line: ``values.group."H"``."""
    name = (
        line.name
        if line.name.isidentifier() and line.name.isascii() and line.table != "places"
        else toml_text(line.name)
    )
    if line.table.startswith("values") or line.table == "places":
        name = toml_text(line.name)
    return f"{line.table}.{name}" if line.table else name


def setting(line: Line) -> str:
    """Return a line's setting as TOML; a line without a name is TOML already."""
    text = f"{key(line)} = {toml_text(line.value)}" if line.name else line.value
    return text if line.firm else f"{OFFER} {text}"


def written(lines: Iterable[Line]) -> Iterator[str]:
    """Yield lines with their remarks above them; open ones are marked as questions."""
    for line in lines:
        for number, text in enumerate(line.remarks):
            mark = QUESTION if line.open and number == 0 and line.table in _WHOLE else ""
            yield from remark(mark + text)
        if line.name or line.value:
            yield setting(line)
