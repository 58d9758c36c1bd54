"""Text that was encoded twice (``DoÃ±a`` for ``Doña``): found, asked about, repaired where the user says so."""

from __future__ import annotations

import re

from auditor.errors import DecisionNeeded
from auditor.records.grid import Where, listed

TWICE = "double-utf-8"
"""The value of ``encoding`` that undoes UTF-8 encoded twice (``DoÃ±a`` for ``Doña``)."""

# UTF-8 bytes of an accented letter that were read as Windows-1252 and written as UTF-8 again: Ã or Â or â€ and a sign.
DAMAGED_BYTES = re.compile(
    rb"(?:\xc3[\x82-\x85])(?:\xc2[\x80-\xbf]|\xc5[\x92\x93\xa0\xa1\xb8\xbd\xbe]|\xc6\x92|\xcb[\x86\x9c]"
    rb"|\xe2\x80[\x93\x94\x98-\x9e\xa0-\xa2\xa6\xb0\xb9\xba]|\xe2\x82\xac|\xe2\x84\xa2)"
    rb"|\xc3\xa2\xe2\x82\xac(?:\xe2\x84\xa2|\xc5\x93|\xc2[\x80-\xbf]|\xcb\x9c|\xe2\x80[\x9c\x9d\xa2\x93\x94])"
)
DAMAGED = re.compile(r"[ÃÂ][^\x00-\x7f]|â€[^\x00-\x7f]")


def damage_question(where: Where, example: str, rows: list[int], count: int) -> DecisionNeeded:
    """Return the question whether text that seems to have been encoded twice is to be repaired.

    Parameters
    ----------
    where : Where
        For the message.
    example : str
        The damaged letters, and no more of the cell: it may name a person.
    rows : list of int
        The first few rows.
    count : int
        How many rows.
    """
    problem = where.problem(
        f"{example!r} stands where {repaired(example)!r} is probably meant, in {count:,} rows ({listed(rows, count)})",
        "the text was encoded twice; place names would not match",
        "say whether it is to be repaired",
        row=rows[0],
    )
    lines = f'# in the [[sources]] table of this file, one of:\nencoding = "{TWICE}"  # repair it\n'
    lines += 'encoding = "utf-8"         # it is right as it stands\n'
    return DecisionNeeded(f"the text of {where.file} seems to be damaged", [problem], lines)


def mend(text: str) -> str:
    """Repair every place of a text that was encoded twice."""
    return DAMAGED.sub(lambda found: repaired(found[0]), text)


def repaired(text: str) -> str:
    """Undo UTF-8 that was read as Windows-1252 and encoded again; text that was not is returned as it is."""
    try:
        return b"".join(_byte(char) for char in text).decode("utf-8")
    except (UnicodeError, ValueError):
        return text


def _byte(char: str) -> bytes:
    """Return the Windows-1252 byte of a character; its five unused bytes stand for themselves."""
    return char.encode("latin-1") if char in "\x81\x8d\x8f\x90\x9d" else char.encode("cp1252")
