"""The quickest way into the store: a large plain file of which rows are counted, and none is looked at by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auditor.records import narrow
from auditor.records.coded import Coded, state_of
from auditor.records.encode import Encoded, encode
from auditor.records.header import Header
from auditor.records.load_table import MARKS, Staged
from auditor.records.plain_file import PlainFile, Survey
from auditor.records.store import Store
from auditor.records.wanted import Wanted

_BLANKS = " \t"
_SAMPLE = 1 << 16

Marks = Mapping[int, NDArray[np.bool_]]
"""For each column, which of its texts have some property."""


def stage_coded(
    path: Path, delimiter: str, header: Header, store: Store, wanted: Wanted, *, marked: bool = False
) -> Staged | None:
    """Load a file; None when it must go another way.

    Parameters
    ----------
    path, delimiter, header, marked
        As :func:`auditor.records.encode.encode` takes them.
    store : Store
        Where the table goes.
    wanted : Wanted
        Its columns.
    """
    if not wanted.alike or len(wanted.cells) < 2 or _few(path):
        return None
    state = state_of(path)
    found = encode(path, delimiter, header, wanted, marked=marked)
    if found is None or state != state_of(path):
        return None
    file = PlainFile(path, delimiter, header, Survey(found.lines, found.crlf), store)
    if not narrow.plain(file) or _untidy(found, header):
        return None
    copies = 0 if wanted.numbers else narrow.hashed(file)[0]
    coded = Coded(file, found, wanted, store.fresh("raw"), state)
    coded.lay_down()
    return Staged(coded.table, len(header.names), absent=MARKS, narrow=wanted.columns, copies=copies, coded=coded)


def _few(path: Path) -> bool:
    """Tell from a file's size and first lines whether it has too few rows to go this way."""
    with path.open("rb") as handle:
        sample = handle.read(_SAMPLE)
    return path.stat().st_size * sample.count(b"\n") < narrow.FEWEST * len(sample)


def _untidy(found: Encoded, header: Header) -> bool:
    """Tell whether some row may be none of the table's: blank, with a lone cell (a page line), or the header again."""
    filled = _marks(found, lambda _, text: bool(text.strip(_BLANKS)))
    if sum(bool(marks.all()) for marks in _met(found, filled).values()) < 2:
        cells = np.zeros(found.lines, dtype=np.int16)
        for column, marks in filled.items():
            cells += marks[found.rows[column]]
        if int(cells.min(initial=2)) < 2:
            return True
    again = _marks(found, lambda column, text: text.lstrip().startswith(header.names[column].split()[0]))
    if not all(marks.any() for marks in _met(found, again).values()):
        return False
    rows = np.ones(found.lines, dtype=bool)
    for column, marks in again.items():
        rows &= marks[found.rows[column]]
    return bool(rows.any())


def _marks(found: Encoded, fits: Callable[[int, str], bool]) -> Marks:
    return {
        column: np.array([fits(column, text) for text in texts], dtype=bool) for column, texts in found.texts.items()
    }


def _met(found: Encoded, marks: Marks) -> Marks:
    """Return the marks of the texts that there are: the blank one has a number whether or not it is met."""
    return {column: those if bool((found.rows[column] == 0).any()) else those[1:] for column, those in marks.items()}
