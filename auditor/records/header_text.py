"""What a cell of a header looks like, and how two lines of a header are joined."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from auditor.records.unseen import visible

_NUMBER = re.compile(r"[\s$€£<>~≤≥+\-−(]*\d[\d.,'\s\u00a0\u202f]*(?:[eE][+-]?\d+)?\s*[%)\-]?")
_YEAR = re.compile(r"(?:FY\s?)?(?:19|20)\d\d(?:\.0)?", re.I)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ].*)?|\d{4}-\d{2}"
    rf"|\d{{1,2}}[- ]?(?:{_MONTHS})[a-z]*[- ,]*\d{{2,4}}"
    rf"|(?:{_MONTHS})[a-z]*\.?[- ,]*(?:\d{{1,2}},?\s+)?\d{{2,4}}",
    re.I,
)


def clean(text: str) -> str:
    """Return a header text stripped, without characters that nobody sees, on one line."""
    return " ".join(visible(text).split())


def kind(cell: str) -> str:
    """Tell what a cell looks like: ``blank``, ``year``, ``number``, ``date`` or ``text``."""
    text = cell.strip()
    if not text:
        return "blank"
    if _YEAR.fullmatch(text):
        return "year"
    if _NUMBER.fullmatch(text):
        return "number"
    return "date" if _DATE.fullmatch(text) else "text"


def is_label(this: str, below: str) -> bool:
    """Tell whether a cell of one kind can be a name, given the kind of most cells below it."""
    if this == "number":
        return False
    return this == "text" or this != below


def combine(top: Sequence[str], sub: Sequence[str], spans: Mapping[int, int]) -> list[str]:
    """Join two lines of a header.

    Parameters
    ----------
    top, sub : sequence of str
        The upper and the lower line.
    spans : mapping of int to int
        First and last column of merged cells of the upper line. Without one, a name reaches to the right over the
        columns that it leaves blank and the lower line names.

    Returns
    -------
    list of str
    """
    names: list[str] = []
    label, reach, open_ended = "", -1, False
    for column, (upper, lower) in enumerate(zip(top, sub, strict=True)):
        if upper:
            label, reach, open_ended = upper, spans.get(column, column), column not in spans
        inside = bool(upper) or column <= reach or (open_ended and bool(lower))
        open_ended = open_ended and bool(lower)
        parts = [label if inside and (upper or lower) else "", lower]
        names.append(" ".join(part for part in dict.fromkeys(parts) if part))
    return names
