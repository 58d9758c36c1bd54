"""A letter as Markdown: for e-mail, and for whoever reads it in an editor. Nothing in it is markup but ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from auditor.report.letters.model import Block, Held, Items, Letter, Paragraph, Picture, Run, Runs, Table

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]#+!|~$^])")
_LEADING: Final = re.compile(r"^(\s*)(?:([-=])|(\d+)([.)]))")


def markdown(letter: Letter, *, cover: bool = True) -> str:
    """Return the text, with footnotes where the letter has notes.

    Parameters
    ----------
    letter : Letter
    cover : bool
        Whether the note "before you send" stands before it.
    """
    blocks = [*(_cover(letter) if cover else ()), *_head(letter)]
    for part in letter.parts:
        if part.heading:
            blocks.append(f"## {inline(part.heading)}")
        blocks += [_block(block) for block in part.blocks]
    blocks += _foot(letter)
    return "\n\n".join(block for block in blocks if block) + "\n"


def _cover(letter: Letter) -> Iterator[str]:
    yield f"# {inline(letter.word('before'))}"
    yield inline(letter.word("before-lead"))
    yield _items(letter.before, ordered=True)
    yield "---"


def _head(letter: Letter) -> Iterator[str]:
    yield _stacked(letter.letterhead)
    yield inline(letter.date)
    yield f"{inline(letter.word('sent'))}: {inline(letter.sent)}"
    yield _stacked(letter.recipient)
    yield f"# {inline(letter.word('subject'))} {inline(letter.subject)}"
    yield inline(letter.salutation)


def _foot(letter: Letter) -> Iterator[str]:
    yield inline(letter.closing)
    yield _stacked(letter.signers)
    if letter.copies:
        yield f"**{inline(letter.word('copies'))}:** {'; '.join(inline(line) for line in letter.copies)}"
    yield f"## {inline(letter.word('enclosures'))}"
    yield _items(letter.enclosures, ordered=False)
    for note in letter.notes:
        yield f"[^{note.number}]: {inline(note.runs)}"


def _stacked(lines: Iterable[Runs]) -> str:
    return "\\\n".join(inline(line) for line in lines)


def _block(block: Block) -> str:
    match block:
        case Paragraph(runs, style):
            return f"**{inline(runs)}**" if style == "warning" else inline(runs)
        case Items(items, ordered):
            return _items(items, ordered=ordered)
        case Held(lines, by):
            return "\n>\n".join(f"> {line}" for line in (*map(_escaped_line, lines), f"— {inline(by)}"))
        case Table(caption, header, rows):
            return _table(caption, header, rows)
        case Picture(caption, header, bars):
            shown = (header[0], header[2])
            return _table(caption, shown, tuple((bar.label, bar.shown) for bar in bars))


def _items(items: Iterable[Runs], *, ordered: bool) -> str:
    return "\n".join(f"{f'{i}.' if ordered else '-'} {inline(item)}" for i, item in enumerate(items, 1))


def _table(caption: Runs, header: tuple[Runs, ...], rows: tuple[tuple[Runs, ...], ...]) -> str:
    lines = [header, tuple(() for _ in header), *rows]
    made = [f"| {' | '.join(inline(cell, cell=True) for cell in line)} |" for line in lines]
    made[1] = f"|{'---|' * len(header)}"
    return f"**{inline(caption)}**\n\n" + "\n".join(made)


def inline(runs: Runs, *, cell: bool = False) -> str:
    """Return runs as one line of Markdown; a line break inside a cell is a semicolon's pause."""
    text = "".join(_run(run, cell=cell) for run in runs)
    return text if cell else _begun(text)


def _run(run: Run, *, cell: bool) -> str:
    if run.kind == "mark":
        return f"[^{run.text}]"
    if run.kind == "break":
        return "; " if cell else "\\\n"
    if run.kind == "code":
        return f"`{run.text.replace('`', '')}`"
    text = escaped(run.text)
    return f"**{text}**" if run.strong and text.strip() else text


def _begun(text: str) -> str:
    """Return a line of which no list and no rule can begin."""
    return _LEADING.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", text)


def _escaped_line(text: str) -> str:
    return _begun(escaped(text))


def escaped(text: str) -> str:
    """Return a text that Markdown shows as it is: no tag, no link, no list begins in it."""
    plain = _SPECIAL.sub(r"\\\1", " ".join(text.split()) if "\n" in text else text)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
