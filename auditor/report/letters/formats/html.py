"""A letter as one self-contained HTML page: no script, no outside request, and every number names its source."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from markupsafe import Markup

from auditor.report.letters.model import Block, Held, Items, Letter, Paragraph, Part, Picture, Table, plain
from auditor.report.locale.finished import told
from auditor.report.render import css_text, environment, policy
from auditor.resources import folder

WIDE = 199.0
"""Length of a bar of 100 %, in units of its drawing."""


def html(letter: Letter, *, cover: bool = True) -> str:
    """Return the page.

    Parameters
    ----------
    letter : Letter
    cover : bool
        Whether the note "before you send" stands before it.
    """
    css = _style(letter)
    values: dict[str, Any] = {
        "letter": letter,
        "parts": [_part(part) for part in letter.parts],
        "cover": cover,
        "style": css,
        "policy": policy(css),
        "labels": {"note": plain(letter.word("note"))},
    }
    return environment().get_template("letters/letter.html.j2").render(**values)


@cache
def _stylesheet() -> str:
    text = (folder("templates") / "letters" / "style.css").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", text).strip()


def _style(letter: Letter) -> Markup:
    mark = f"{told('SIMULATED', letter.language)} - " if letter.simulated else ""
    running = f"@page{{@top-left{{content:{css_text((mark + letter.title)[:110])};font-size:8pt}}}}"
    return Markup(f"{_stylesheet()}\n{running}")  # noqa: S704 - our own file, and an escaped string


def _part(part: Part) -> dict[str, Any]:
    return {"key": part.key, "heading": part.heading, "blocks": [_block(block) for block in part.blocks]}


def _block(block: Block) -> dict[str, Any]:
    """Return a block with its type by name: templates ask for no class and do no arithmetic."""
    match block:
        case Paragraph(runs, style):
            return {"type": "paragraph", "runs": runs, "style": style}
        case Items(items, ordered):
            return {"type": "items", "entries": items, "ordered": ordered}
        case Held(lines, by):
            return {"type": "held", "lines": lines, "by": by}
        case Table(caption, header, rows):
            return {"type": "table", "caption": caption, "header": header, "rows": rows}
        case Picture(caption, header, bars):
            drawn = [{"label": b.label, "shown": b.shown, "width": f"{WIDE * b.share:.1f}"} for b in bars]
            return {"type": "picture", "caption": caption, "header": header, "bars": drawn}
