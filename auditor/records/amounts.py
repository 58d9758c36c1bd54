"""Written numbers: thousands by the column's own evidence, suppressed cells as intervals, the rest set apart.

Blank, zero and a dash are three states. Nothing here turns one into another: a dash beside zeros is a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from auditor.records.words import is_missing

LARGEST = 10**9
"""A count of a thousand million persons or more is a damaged cell: the country has fewer people."""

SMALLEST_SHOWN = 11
"""Where a mark such as ``*`` states no bound, it is read as 1 to 10: the usual rule of federal health data."""

State = Literal["number", "suppressed", "missing", "dash", "bad", "fraction", "percent", "unclear"]

_DASHES = frozenset({"-", "–", "—", "−", "--"})
_MARKS = frozenset({"*", "**", "***", "s", "d/", "d", "(d)", "(s)", "^", "suppressed", "suppr.", "censored"})
_BELOW = re.compile(r"(?:<|less than|fewer than|under)\s*(\d+)", re.I)
_AT_MOST = re.compile(r"(?:<=|≤|at most|up to)\s*(\d+)", re.I)
_RANGE = re.compile(r"(\d+)\s*(?:-|–|—|to)\s*(\d+)", re.I)
_GROUPED = {
    ",": re.compile(r"\d{1,3}(,\d{3})+(\.0*)?"),
    ".": re.compile(r"\d{1,3}(\.\d{3})+(,0*)?"),
    " ": re.compile(r"\d{1,3}([ \u00a0\u202f\u2009]\d{3})+(\.0*)?"),
    "'": re.compile(r"\d{1,3}(['’]\d{3})+(\.0*)?"),
}
SEPARATORS = tuple(_GROUPED)
"""What the configuration may name as a separator of thousands; a blank stands for every kind of blank."""

_STRIP = {",": ",", ".": ".", " ": " \u00a0\u202f\u2009", "'": "'’"}


@dataclass(frozen=True, slots=True)
class Amount:
    """What a written number is.

    Attributes
    ----------
    state : str
        ``number``, ``suppressed`` (an interval, never 0), ``missing``, ``dash``, ``bad`` (with its reason), or
        what refuses the column: ``fraction``, ``percent``, ``unclear`` (1.234 with nothing to settle it).
    n : Decimal or None
        Only for a number.
    low, high : int or None
        Bounds of a suppressed one, both counted.
    reason : str
        Why it is bad, or which mark it is.
    """

    state: State
    n: Decimal | None = None
    low: int | None = None
    high: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Style:
    """How one column writes its numbers: its separators of thousands, and whether zeros are printed."""

    thousands: str = ""
    settled: bool = True
    zeros: bool = True
    shown_from: int = SMALLEST_SHOWN


def style_of(texts: Iterable[str], declared: str, *, zeros: bool) -> Style:
    """Read a column's own evidence.

    Parameters
    ----------
    texts : iterable of str
        Distinct texts that are not plain digits.
    declared : str
        The separator that the configuration names; empty for none.
    zeros : bool
        Whether the column holds a plain 0, so that a suppressed cell is at least 1.

    Returns
    -------
    Style
        ``settled`` is False when ``1.234`` occurs and nothing tells thousands from decimals.
    """
    seen = [text.strip().lstrip("'’") for text in texts]
    bounds = [int(found[1]) for text in seen if (found := _BELOW.fullmatch(text))]
    bounds += [int(found[1]) + 1 for text in seen if (found := _AT_MOST.fullmatch(text))]
    bounds += [int(found[2]) + 1 for text in seen if (found := _RANGE.fullmatch(text))]
    shown = max(bounds, default=SMALLEST_SHOWN)
    if declared:
        return Style(declared, True, zeros, shown)
    used = [sign for sign in (",", " ", "'") if any(_GROUPED[sign].fullmatch(text) for text in seen)]
    dotted = [text for text in seen if _GROUPED["."].fullmatch(text)]
    if any(text.count(".") > 1 for text in dotted):
        return Style(".", True, zeros, shown)
    # 1.000 may be one or a thousand; 12.50 elsewhere in the column says that a stop is a decimal sign.
    decimal = any(re.fullmatch(r"[\d,]*\.(\d{1,2}|\d{4,})", text) for text in seen) or "," in used
    return Style("".join(used), not dotted or decimal, zeros, shown)


def read_amount(text: str, style: Style) -> Amount:
    """Say what a written number is.

    Parameters
    ----------
    text : str
        One cell, blanks at the ends allowed.
    style : Style
        Of its column.
    """
    cell = text.strip().strip("\u00a0").lstrip("'’").strip()
    if cell in _DASHES:
        return Amount("dash")
    if cell.casefold() in _MARKS:
        return Amount("suppressed", None, int(style.zeros), style.shown_from - 1, f"mark {cell!r}")
    if not cell or (cell != "." and is_missing(cell)) or cell == ".":
        return Amount("missing")
    return _interval(cell, style) or _number(cell, style)


def _interval(cell: str, style: Style) -> Amount | None:
    floor = int(style.zeros)
    if found := _BELOW.fullmatch(cell):
        return _bounded(floor, int(found[1]) - 1, cell)
    if found := _AT_MOST.fullmatch(cell):
        return _bounded(floor, int(found[1]), cell)
    if found := _RANGE.fullmatch(cell):
        return _bounded(int(found[1]), int(found[2]), cell)
    return None


def _bounded(low: int, high: int, cell: str) -> Amount:
    if high < low or high >= LARGEST:
        return Amount("bad", reason="an interval that holds no number")
    return Amount("suppressed", None, low, high, cell)


def _number(cell: str, style: Style) -> Amount:
    if cell.endswith("%"):
        return Amount("percent")
    if re.fullmatch(r"\(.*\d.*\)|[-−–].*\d.*|.*\d\s*[-−]", cell):
        return Amount("bad", reason="is negative")
    if not style.settled and _GROUPED["."].fullmatch(cell):
        return Amount("unclear")
    for sign in style.thousands:
        if _GROUPED[sign].fullmatch(cell):
            cell = re.sub(f"[{_STRIP[sign]}]", "", cell)
            break
    try:
        value = Decimal(cell.replace(",", ".") if style.thousands == "." else cell)
    except InvalidOperation:
        return Amount("bad", reason="is not a number")
    return _checked(value, cell)


def _checked(value: Decimal, cell: str) -> Amount:
    if value.is_nan():
        return Amount("missing")
    if not value.is_finite() or value >= LARGEST:
        return Amount("bad", reason="is infinite or larger than the country's population")
    if value != value.to_integral_value():
        return Amount("fraction", value)
    return Amount("number", value)
