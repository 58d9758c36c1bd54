"""The short way for text files that need nothing: DuckDB reads them where they lie.

Only a file of which every byte was looked at goes this way: UTF-8, one kind of line end, quotes that fit together,
no line break inside a cell, the same number of cells on every line. Of such a file there is one reading, so that both
ways give the same table (a test holds them to it); every other file goes the long way of :mod:`load_table`.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from auditor.records import narrow
from auditor.records.grid import MAX_CELL
from auditor.records.header import Header
from auditor.records.load_table import Staged, names
from auditor.records.plain_file import PlainFile, Survey
from auditor.records.store import Store, quote
from auditor.records.unseen import CONTROLS

_CHUNK = 1 << 22
_QUOTE, _LF, _CR, _FIRST_PRINTED = 34, 10, 13, 32
_BLOCK = MAX_CELL // 2
"""No line is longer than a cell may be where each of these blocks of bytes has a line end."""

_SEPARATORS = (b"\xe2\x80\xa8", b"\xe2\x80\xa9", b"\xc2\x85")

Bytes = npt.NDArray[np.uint8]
Spots = npt.NDArray[np.intp]


def survey(path: Path, delimiter: str, header: Header, *, marked: bool = False) -> Survey | None:
    """Look at every byte of a text file that is known to be UTF-8.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    delimiter : str
        One ASCII character.
    header : Header
        As it was found; only one on the first line will do, or none at all (row 0).
    marked : bool
        Whether the file begins with a byte-order mark.

    Returns
    -------
    Survey or None
        None when the file must go the long way.
    """
    width = len(header.names)
    if header.row not in (0, 1) or header.first != header.row or width < 2 or not delimiter.isascii():
        return None
    found = Survey()
    with path.open("rb") as handle:
        handle.seek(3 if marked else 0)
        rest, first = b"", header.row == 1
        while True:
            chunk = handle.read(_CHUNK)
            data = rest + chunk
            if not chunk and data and not data.endswith(b"\n"):
                data += b"\r\n" if found.crlf else b"\n"
            end = data.rfind(b"\n") + 1
            data, rest = data[:end], data[end:]
            if len(rest) > MAX_CELL or (data and not _regular(data, ord(delimiter), width, found)):
                return None
            if first and data:
                found.lines, first = found.lines - 1, False
            if not chunk:
                return found if not first else None


def _regular(data: bytes, delimiter: int, width: int, found: Survey) -> bool:
    """Tell whether whole lines are regular, and count them."""
    lines = data.count(b"\n")
    if b"\0" in data or not _line_ends(data, lines, found):
        return False
    quoted = b'"' in data
    # Without quotes every delimiter ends a cell: DuckDB counts them when it reads, and refuses a line that differs.
    if not (_cut_alike(data, delimiter, width, lines) if quoted else _short_lines(data)):
        return False
    found.lines += lines
    found.quoted = found.quoted or quoted
    absent = {mark for mark in found.absent - {CONTROLS} if mark not in data}
    found.absent = frozenset(absent | ({CONTROLS} & found.absent if _printable(data, lines) else set()))
    found.separators = found.separators or (not data.isascii() and any(mark in data for mark in _SEPARATORS))
    return True


def _cut_alike(data: bytes, delimiter: int, width: int, lines: int) -> bool:
    """Tell whether quotes fit together and every line has the same number of cells."""
    cuts = _cuts(np.frombuffer(data, dtype=np.uint8), delimiter)
    if cuts is None or len(cuts) != lines * width:
        return False
    last = cuts[width - 1 :: width]
    ends = np.frombuffer(data, dtype=np.uint8)[last]
    return bool((ends == _LF).all()) and int(np.diff(last, prepend=-1).max()) <= MAX_CELL


def _short_lines(data: bytes) -> bool:
    return all(data.find(b"\n", at, at + _BLOCK) >= 0 for at in range(0, len(data) - _BLOCK, _BLOCK))


def _printable(data: bytes, feeds: int) -> bool:
    """Tell whether there is nothing but ASCII, and no control but tabs and line ends."""
    if not data.isascii() or b"\x7f" in data:
        return False
    controls = int(np.count_nonzero(np.frombuffer(data, dtype=np.uint8) < _FIRST_PRINTED))
    return controls == feeds + data.count(b"\r") + data.count(b"\t")


def _line_ends(data: bytes, feeds: int, found: Survey) -> bool:
    """Tell whether all lines end alike, with LF or with CRLF."""
    if found.crlf is None:
        found.crlf = b"\r" in data
    if not found.crlf:
        return b"\r" not in data
    return data.count(b"\r") == feeds and data.count(b"\r\n") == feeds


def _cuts(codes: Bytes, delimiter: int) -> Spots | None:
    """Return where cells end; None when a quote stands anywhere but around a cell, or a cell holds a line break."""
    ends = (codes == delimiter) | (codes == _LF)
    spots = np.flatnonzero(ends | (codes == _QUOTE))
    kinds = codes[spots]
    marks = kinds == _QUOTE
    inside = np.bitwise_and(np.cumsum(marks, dtype=np.uint8), 1).astype(np.bool_)
    if inside[-1] or bool((inside & (kinds == _LF)).any()) or not _around(codes, spots[marks], delimiter):
        return None
    return spots[~marks & ~inside]


def _around(codes: Bytes, marks: Spots, delimiter: int) -> bool:
    """Tell whether every opening quote begins a cell and every closing one ends it (a doubled one is both)."""
    before = codes[np.maximum(marks[0::2] - 1, 0)]
    after = codes[marks[1::2] + 1]
    opened = (marks[0::2] == 0) | (before == delimiter) | (before == _LF) | (before == _QUOTE)
    closed = (after == delimiter) | (after == _LF) | (after == _CR) | (after == _QUOTE)
    return bool(opened.all() and closed.all())


def stage_plain(
    path: Path, delimiter: str, header: Header, found: Survey, store: Store, keep: frozenset[int] | None = None
) -> Staged | None:
    """Load a surveyed file; None when DuckDB does not agree with the survey, and the long way must be taken.

    Parameters
    ----------
    path, delimiter, header
        As :func:`survey` took them.
    found : Survey
        What it found.
    store : Store
        Where the table goes.
    keep : frozenset of int, optional
        Positions of the only columns that anybody will read; None for all of them.
    """
    file = PlainFile(path, delimiter, header, found, store)
    if keep and narrow.possible(file, keep):
        staged = narrow.stage_narrow(file, keep)
        if staged is not None:
            return staged
    table = store.fresh("raw")
    columns = names(len(header.names))
    try:
        store.connection.execute(
            f"CREATE TABLE {quote(table)} AS SELECT row_number() OVER () + $above AS _row, '' AS _odd, * "  # noqa: S608
            f"FROM {file.reading(columns)}",
            file.options,
        )
    except duckdb.Error:
        store.drop(table)
        return None
    if not file.whole(table):
        return None
    return Staged(table, len(columns), absent=found.absent)
