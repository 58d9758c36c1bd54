"""The short way for text files that need nothing: DuckDB reads them where they lie.

Only a file of which every byte was looked at goes this way: UTF-8, one kind of line end, quotes that fit together,
no line break inside a cell, the same number of cells on every line. Of such a file there is one reading, so that both
ways give the same table (a test holds them to it); every other file goes the long way of :mod:`load_table`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from auditor.records.grid import MAX_CELL
from auditor.records.header import Header
from auditor.records.load_table import MARKS, MAX_LINE, Staged, names
from auditor.records.store import Store, quote
from auditor.records.unseen import CONTROLS

_CHUNK = 1 << 22
_QUOTE, _LF, _CR = 34, 10, 13
_CONTROL_BYTES = bytes({*range(32), 127} - {9, 10, 13})
_SEPARATORS = (b"\xe2\x80\xa8", b"\xe2\x80\xa9", b"\xc2\x85")

Bytes = npt.NDArray[np.uint8]
Spots = npt.NDArray[np.intp]


@dataclass(slots=True)
class Survey:
    """What a look at every byte found.

    Attributes
    ----------
    lines : int
        Lines below the header.
    crlf : bool
        Whether lines end with CRLF.
    separators : bool
        Whether a line separator such as U+2028 stands inside a cell.
    absent : frozenset of bytes
        Which of the marks that tidying looks for stand nowhere in the file.
    """

    lines: int = 0
    crlf: bool | None = None
    separators: bool = False
    absent: frozenset[bytes] = MARKS


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
    codes = np.frombuffer(data, dtype=np.uint8)
    lines = int(np.count_nonzero(codes == _LF))
    if b"\0" in data or not _line_ends(data, lines, found):
        return False
    cuts = _cuts(codes, delimiter, quoted=b'"' in data)
    if cuts is None or len(cuts) != lines * width:
        return False
    last = cuts[width - 1 :: width]
    if not bool((codes[last] == _LF).all()) or int(np.diff(last, prepend=-1).max()) > MAX_CELL:
        return False
    found.lines += lines
    absent = {mark for mark in found.absent - {CONTROLS} if mark not in data}
    found.absent = frozenset(absent | ({CONTROLS} & found.absent if _printable(data) else set()))
    found.separators = found.separators or (not data.isascii() and any(mark in data for mark in _SEPARATORS))
    return True


def _printable(data: bytes) -> bool:
    """Tell whether there is nothing but ASCII, and no control but tabs and line ends."""
    return data.isascii() and len(data.translate(None, delete=_CONTROL_BYTES)) == len(data)


def _line_ends(data: bytes, feeds: int, found: Survey) -> bool:
    """Tell whether all lines end alike, with LF or with CRLF."""
    if found.crlf is None:
        found.crlf = b"\r" in data
    if not found.crlf:
        return b"\r" not in data
    return data.count(b"\r") == feeds and data.count(b"\r\n") == feeds


def _cuts(codes: Bytes, delimiter: int, *, quoted: bool) -> Spots | None:
    """Return where cells end; None when a quote stands anywhere but around a cell, or a cell holds a line break."""
    ends = (codes == delimiter) | (codes == _LF)
    if not quoted:
        return np.flatnonzero(ends)
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


def stage_plain(path: Path, delimiter: str, header: Header, found: Survey, store: Store) -> Staged | None:
    """Load a surveyed file; None when DuckDB does not agree with the survey, and the long way must be taken."""
    table = store.fresh("raw")
    options = {
        "delim": delimiter,
        "ends": r"\r\n" if found.crlf else r"\n",
        "path": str(store.admit(path)),
        "above": header.row,
    }
    columns = names(len(header.names))
    typed = ", ".join(f"'{name}': 'VARCHAR'" for name in columns)
    text = ", ".join(f"'{name}'" for name in columns)
    try:
        store.connection.execute(
            f"CREATE TABLE {quote(table)} AS SELECT row_number() OVER () + $above AS _row, '' AS _odd, * "  # noqa: S608
            "FROM read_csv($path, auto_detect=false, header=false, skip=$above, delim=$delim, quote='\"', escape='\"', "
            f"new_line=$ends, columns={{{typed}}}, force_not_null=[{text}], strict_mode=true, parallel=false, "
            f"max_line_size={MAX_LINE})",
            options,
        )
    except duckdb.Error:
        store.drop(table)
        return None
    loaded = store.connection.execute(f"SELECT count(*) FROM {quote(table)}").fetchone()  # noqa: S608
    if loaded is None or loaded[0] != found.lines:
        store.drop(table)
        return None
    return Staged(table, len(columns), absent=found.absent)
