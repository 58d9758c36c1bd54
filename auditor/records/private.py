"""What a note may say of a file that is not public: what happened and in which row, never a count.

Notes go into the review and its pages, where a small count of people must not stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.domain.source import Ledger
from auditor.records.spec import SourceSpec

if TYPE_CHECKING:
    from auditor.records.sheet import Sheet

ABOVE, BELOW = "above the header left out:", "note below the table:"
"""How the ledger quotes what stands around a table."""

LEAST = 11
"""The smallest number of people that is said."""

_SHOWN = 20
_NUMBER = re.compile(r"(?<![\w.,/-])\d[\d,.'\u00a0\u202f]*(?<=\d)(?![\w/-])")
_YEAR = re.compile(r"(?:19|20)\d\d")
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_BEFORE = re.compile(rf"(?:\b{_MONTH}\.?|\b(?:below|under|than|page|version)) +$", re.I)
_AFTER = re.compile(rf" +{_MONTH}\b", re.I)


def counted(spec: SourceSpec, text: str, *, before: str = " (", after: str = ")") -> str:
    """Return a text with numbers of the data as an addition to a note; nothing unless the source is published."""
    return f"{before}{text}{after}" if spec.published and text else ""


def said_of(rows: int, of: int) -> str:
    """Return a number of rows among all, without one of 1 to 10 people and without one that would tell of it."""
    if rows == of or rows == 0:
        return "every row" if rows else "no row"
    if rows < LEAST:
        return f"fewer than {LEAST} rows"
    return f"all but fewer than {LEAST} rows" if of - rows < LEAST else f"{rows:,} rows"


def masked(text: str) -> str:
    """Return a text with an ellipsis for every number that is no year, day of a month or limit (``below 11``)."""
    return _NUMBER.sub(lambda found: found[0] if _harmless(found) else "…", text)


def _harmless(found: re.Match[str]) -> bool:
    before, after = found.string[: found.start()], found.string[found.end() :]
    return bool(_YEAR.fullmatch(found[0]) or _BEFORE.search(before) or _AFTER.match(after))


def _masked_after(mark: str, text: str) -> str:
    own, found, quoted = text.partition(mark)
    return own + found + masked(quoted)


def _shapes(values: Sequence[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    merged: dict[str, tuple[str, int, int]] = {}
    for text, rows, first in values:
        shape = re.sub(r"\d", "9", text)
        _, before, earliest = merged.get(shape, (shape, 0, first))
        merged[shape] = (shape, before + rows, min(first, earliest))
    return list(merged.values())


def is_person(sheet: Sheet) -> bool:
    """Tell whether a row is a person of a file that is not public, so that a number of rows is a count of people."""
    return sheet.adapter.kind == "records" and not sheet.spec.published


def listed(sheet: Sheet, column: str, values: Sequence[tuple[str, int, int]], *, numbers: bool = False) -> str:
    """Return written values as a note may show them.

    Parameters
    ----------
    sheet : Sheet
        Where they stand.
    column : str
        Canonical column.
    values : sequence of (text, rows, first row)
        As :meth:`auditor.records.sheet.Sheet.distinct` returns them.
    numbers : bool
        True for a column of counts: the digits of a cell that could not be read are then shown as 9.

    Returns
    -------
    str
        With the numbers of rows where the source is published or its rows are no persons.
    """
    if sheet.spec.published:
        return sheet.listed(column, values)
    shown = _shapes(values) if numbers else list(values)
    if not is_person(sheet):
        return sheet.listed(column, shown)
    texts = list(dict.fromkeys(sheet.shown(column, text) for text, _, _ in shown))
    return ", ".join(texts[:_SHOWN]) + (f" and {len(texts) - _SHOWN:,} more" if len(texts) > _SHOWN else "")


def unquoted(text: str) -> str:
    """Return a note or a reason without what it quotes from above or below a table: who made the file, whom to call."""
    for mark in (ABOVE, BELOW):
        own, found, _ = text.partition(mark)
        if found:
            return f"{own}{found} …"
    return text


def without_numbers(ledger: Ledger, spec: SourceSpec) -> Ledger:
    """Mask the numbers in what a ledger quotes from above and below the table of a file that is not public."""
    if spec.published:
        return ledger
    steps = tuple(
        replace(step, reason=_masked_after(BELOW, step.reason)) if step.reason.startswith(BELOW) else step
        for step in ledger.steps
    )
    return Ledger(ledger.read, steps, tuple(_masked_after(ABOVE, note) for note in ledger.notes))
