"""CSV text that is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BEFORE = " '\"\u00a0\n\v\f"
_DOUBTFUL = frozenset((*_FORMULA, *_BEFORE))
"""How a text begins that may be taken for a formula; hardly any does, and every cell is looked at."""


def cell(value: Any) -> str:
    """Write one value of a table.

    Parameters
    ----------
    value : str, int, float, bool or None
        None becomes an empty cell; numbers stay numbers, floats to twelve significant digits.

    Returns
    -------
    str
        A text that a spreadsheet would take for a formula gets an apostrophe in front, also behind leading spaces,
        quotes or apostrophes, and for full-width signs.
    """
    if type(value) is str and (not value or value[0] not in _DOUBTFUL):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(value, ".12g")
    if isinstance(value, int):
        return str(value)
    text = str(value)
    return f"'{text}" if text.lstrip(_BEFORE).startswith(_FORMULA) else text


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table as CSV: commas, a header, line feeds."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([cell(name) for name in header])
    writer.writerows([cell(value) for value in row] for row in rows)
    return stream.getvalue()
