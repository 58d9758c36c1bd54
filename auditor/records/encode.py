"""A large plain file in one pass: every byte looked at, and the cells of some columns made into small numbers.

Only files go this way of which there is one reading: ASCII without quotes and controls, one kind of line end, the same
number of cells on every line. Of columns that number the records nothing is kept but that all numbers differ.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from auditor.records.grid import MAX_CELL
from auditor.records.header import Header
from auditor.records.spellings import LONGEST, Block, Numbers, Spellings, Unfit, Whole, Words, mixed, needed
from auditor.records.wanted import Wanted

_BLOCK = 1 << 21
_AHEAD = 4
"""How many blocks are worked on or wait; more would only take memory."""
_WORKERS = 2
_KEYS_AT_ONCE = 1 << 24
"""Numbers of records that are put together to be compared (128 MiB)."""
_PADDING = b"\0" * (LONGEST + 8)
_FEED, _RETURN, _FIRST_PRINTED = 10, 13, 32


@dataclass(frozen=True, slots=True)
class Encoded:
    """What a file holds in some columns.

    Attributes
    ----------
    lines : int
        Lines below the header.
    crlf : bool
        Whether lines end with CRLF.
    texts : dict of int to list of str
        For each column its different texts; the first is the blank one, whether or not there are blank cells.
    rows : dict of int to (lines,) array
        For each column the position of each row's text among them.
    """

    lines: int
    crlf: bool
    texts: dict[int, list[str]]
    rows: dict[int, Numbers]


@dataclass(frozen=True, slots=True)
class _Part:
    """What a block of lines holds: of columns the numbers of texts, of others (those of records) the mixed words."""

    lines: int
    rows: list[Numbers]
    keys: list[Words]


def encode(path: Path, delimiter: str, header: Header, wanted: Wanted, *, marked: bool = False) -> Encoded | None:
    """Read some columns of a file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    delimiter : str
        One ASCII character.
    header : Header
        On its first line.
    wanted : Wanted
        Which columns; the numbers of records are looked at and not kept.
    marked : bool
        Whether the file begins with a byte-order mark.

    Returns
    -------
    Encoded or None
        None when the file must go another way: it is not that plain, some cell or the number of different texts is
        too large, or two records bear the same number.
    """
    if header.row != 1 or header.first != 1 or len(header.names) < 2 or not delimiter.isascii():
        return None
    cutter = _Cutter(ord(delimiter), len(header.names), wanted, crlf=_ends_with_crlf(path))
    try:
        parts = list(_in_order(cutter, _blocks(path, crlf=cutter.crlf, skip=3 if marked else 0)))
        if not _all_differ(parts, len(wanted.numbers)):
            return None
    except Unfit:
        return None
    if not parts:
        return None
    lines = sum(part.lines for part in parts)
    # Each column leaves the parts as it is put together, so that no more than one of them stands there twice.
    rows = {column: np.concatenate([part.rows.pop(0) for part in parts]) for column in cutter.columns}
    texts = {column: spellings.texts for column, spellings in cutter.columns.items()}
    return Encoded(lines, cutter.crlf, texts, rows)


def _ends_with_crlf(path: Path) -> bool:
    with path.open("rb") as handle:
        return handle.readline(MAX_CELL).endswith(b"\r\n")


def _blocks(path: Path, *, crlf: bool, skip: int) -> Iterator[tuple[bytes, bool]]:
    """Give whole lines, and whether the header is among them."""
    with path.open("rb") as handle:
        handle.seek(skip)
        first = True
        while data := handle.read(_BLOCK):
            rest = handle.readline(MAX_CELL)
            end = b"" if (rest or data).endswith(b"\n") else b"\r\n" if crlf else b"\n"
            if end and len(rest) == MAX_CELL:
                raise Unfit
            yield b"".join((data, rest, end, _PADDING)), first
            first = False


def _in_order(cutter: _Cutter, blocks: Iterator[tuple[bytes, bool]]) -> Iterator[_Part]:
    """Work on blocks two at a time, and give what they hold in their order."""
    waiting: deque[Future[_Part]] = deque()
    with ThreadPoolExecutor(_WORKERS) as pool:
        try:
            for data, first in blocks:
                waiting.append(pool.submit(cutter.part, data, first=first))
                if len(waiting) >= _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


class _Cutter:
    """Cuts blocks of lines into cells, and looks at every byte on the way."""

    def __init__(self, delimiter: int, width: int, wanted: Wanted, *, crlf: bool) -> None:
        self.delimiter, self.width, self.crlf = delimiter, width, crlf
        self.columns = {column: Spellings() for column in sorted(wanted.cells)}
        self.numbers = sorted(wanted.numbers)

    def part(self, data: bytes, *, first: bool) -> _Part:
        """Return what whole lines hold.

        Raises
        ------
        Unfit
            When they are not as plain as they must be.
        """
        lines = self._lines(data, len(data) - len(_PADDING))
        begins = np.concatenate([[0], lines[:-1, -1] + 1])
        if first:
            begins, lines = begins[1:], lines[1:]
        windows = np.ndarray((len(data) - 8,), dtype="<u8", buffer=data, strides=(1,))
        block = Block(data, windows)
        rows = [
            _narrow(spellings.numbers(block, *self._cells(begins, lines, column)))
            for column, spellings in self.columns.items()
        ]
        keys = []
        for column in self.numbers:
            start, length = self._cells(begins, lines, column)
            keys.append(mixed(block.words(start, length, needed(length))))
        return _Part(len(lines), rows, keys)

    def _lines(self, data: bytes, size: int) -> Whole:
        """Return where the cells of each line end, and where the line does, (lines, width or one more)."""
        if not data.isascii() or any(mark in data for mark in (b'"', b"#", b"\x7f")):
            raise Unfit
        codes = np.frombuffer(data, dtype=np.uint8, count=size)
        cuts = codes == self.delimiter
        # Controls are looked for together with delimiters: in a plain file they are the line ends, and nothing else.
        spots, marks = np.flatnonzero(cuts | (codes < _FIRST_PRINTED)), self.width + self.crlf
        if len(spots) % marks or int(np.count_nonzero(cuts)) * marks != len(spots) * (self.width - 1):
            raise Unfit
        lines = spots.reshape(-1, marks)
        ends = lines[:, -1]
        if not (codes[ends] == _FEED).all() or int(np.diff(ends, prepend=-1).max(initial=0)) > MAX_CELL:
            raise Unfit
        if self.crlf and not (codes[ends - 1] == _RETURN).all():
            raise Unfit
        return lines

    def _cells(self, begins: Whole, lines: Whole, column: int) -> tuple[Whole, Whole]:
        """Return where the cells of a column begin, and how many bytes they have."""
        start = begins if column == 0 else lines[:, column - 1] + 1
        return start, lines[:, column] - start


def _narrow(numbers: Numbers) -> Numbers:
    """Return numbers in one byte each where they fit; those of a column are widened again where some do not."""
    return numbers.astype(np.uint8) if int(numbers.max(initial=0)) < 1 << 8 else numbers


def _all_differ(parts: list[_Part], columns: int) -> bool:
    """Tell whether every record has a number of its own, in every column that numbers them; drop the numbers."""
    shares = sum(part.lines for part in parts) // _KEYS_AT_ONCE + 1
    for _ in range(columns):
        held = [part.keys.pop(0) for part in parts]
        for share in range(shares):
            # Keys that are equal are in one share.
            keys = np.concatenate(held if shares == 1 else [some[some % shares == share] for some in held])
            keys.sort()
            if bool((keys[1:] == keys[:-1]).any()):
                return False
    return True
