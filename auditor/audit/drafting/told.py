"""What `auditor init` says on the terminal: what was met in each file, what is asked, what to do next."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from auditor.audit.drafting.gathered import is_pattern
from auditor.audit.drafting.initial import Drafted
from auditor.audit.drafting.lines import one_line
from auditor.audit.drafting.survey import Surveyed

PRIVATE = "For your own eyes: numbers of rows may be numbers of few people. The configuration itself holds none."
_WIDTH = 100
_SHOWN = 12


def told(drafted: Drafted, files: Sequence[Path], out: Path) -> str:
    """Return what is said after a draft was made."""
    return "\n".join(_lines(drafted, files, out)) + "\n"


def _lines(drafted: Drafted, files: Sequence[Path], out: Path) -> Iterator[str]:
    for source in drafted.sources:
        yield from _source(source)
    if any(map(_said, drafted.sources)):
        yield PRIVATE
    if drafted.missing:
        yield "Still missing"
        for text in drafted.missing:
            yield from _wrapped(text, "  - ")
    yield from _next(drafted, files, out)


def _source(source: Surveyed) -> Iterator[str]:
    name = one_line(PurePath(source.spec.path).name)
    rows = sum(met.ledger.read for met in source.met)
    count = f", {rows:,} rows" if rows else ""
    yield f"{name}: {source.spec.format or 'of no format that can be told'}{count}"
    for text in source.head:
        yield from _wrapped(text, "  ")
    proposed = [
        f"{line.table}.{line.name} = {line.value}" for line in source.lines if line.firm and line.value and line.table
    ]
    if proposed:
        yield from _wrapped(f"proposed: {'; '.join(proposed)}", "  ")
    asked = [
        f"{line.table}.{line.name}".strip(".")
        for line in source.lines
        if line.open and not line.table.startswith(("values", "places"))
    ]
    if asked:
        yield from _wrapped(f"to be answered: {', '.join(asked)}", "  ")
    said = _said(source)
    for text in said[:_SHOWN]:
        yield from _wrapped(text, "  ? ")
    if len(said) > _SHOWN:
        yield f"  ? and {len(said) - _SHOWN} more questions, all of them in the configuration"


def _said(source: Surveyed) -> list[str]:
    """Return the questions in the words of the reader, who counts rows."""
    return [str(problem) for problem in source.asked if not problem.found.endswith('= ""')]


def _next(drafted: Drafted, files: Sequence[Path], out: Path) -> Iterator[str]:
    # A pattern goes in quotes, or the shell would put its files in its place.
    names = "".join(f'"{one_line(str(file))}" ' if is_pattern(file) else f"{one_line(file.name)} " for file in files)
    if drafted.open:
        many, it = ("1 question is", "it") if drafted.open == 1 else (f"{drafted.open} questions are", "them")
        yield f"{out}: {many} open. Answer {it} there, then run `auditor init {names}--out {out.name}` again."
    else:
        yield f"{out}: nothing is open. Next: `auditor check {out.name}`, then `auditor run {out.name}`."


def _wrapped(text: str, first: str) -> Iterator[str]:
    yield from textwrap.wrap(
        one_line(text), _WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_on_hyphens=False
    )
