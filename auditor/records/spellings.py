"""The different texts of one column, numbered as they are met; cells are compared eight letters at a time.

A cell is taken as a few 64-bit words, and looked up in a table of words. What tells a text is a mix of its words, so
that every word is compared besides: two texts never share a number.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.intp]
Words = NDArray[np.uint64]
Numbers = NDArray[np.unsignedinteger]

LONGEST = 96
"""Bytes of the longest cell that is taken this way."""
MOST = 50_000
"""Different texts of a column that is taken this way; their numbers have two bytes."""

_WORD = 8
_KEPT = np.array([(1 << (8 * size)) - 1 for size in range(_WORD + 1)], dtype=np.uint64)
_FACTOR, _HALF = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)
_ROOM = 4
"""The table of words has 2 ** 4 spots or so for each text: few share one."""
_PATIENCE = 0.25
"""It is made anew when so many cells for each text were looked up one by one: that takes as long by then."""


class Unfit(Exception):
    """A file that must go another way."""


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a file.

    Attributes
    ----------
    data : bytes
        The lines, with at least :data:`LONGEST` bytes more behind them.
    windows : (size,) array
        The eight bytes that begin at each byte, as a number whose lowest byte is the first.
    """

    data: bytes
    windows: Words

    def words(self, start: Whole, length: Whole, count: int) -> list[Words]:
        """Return cells as words; what lies behind a cell is zero.

        Parameters
        ----------
        start, length : (n,) int arrays
            Where the cells begin, and how many bytes they have.
        count : int
            Words that the longest of them needs.
        """
        if count == 1:
            return [self.windows[start] & _KEPT[length]]
        return [self.windows[start + _WORD * at] & _KEPT[np.clip(length - _WORD * at, 0, _WORD)] for at in range(count)]


def mixed(words: list[Words]) -> Words:
    """Return one number for each cell: the word itself where there is one only, 0 for a blank cell."""
    key = words[0]
    for word in words[1:]:
        key = (key ^ (key >> _HALF)) * _FACTOR + word
    return key


def needed(length: Whole) -> int:
    """Return how many words the longest cell has.

    Raises
    ------
    Unfit
        When there is a cell of more than :data:`LONGEST` bytes.
    """
    longest = int(length.max(initial=0))
    if longest > LONGEST:
        raise Unfit
    return max(1, -(-longest // _WORD))


@dataclass(frozen=True, slots=True)
class _Table:
    """Where texts are looked up by their mixed words; never changed once it is made.

    Each text has a spot in ``keys`` and ``numbers``; of those that share one only the last stands there, and the others
    are found by their order.
    """

    words: int
    shift: np.uint64
    keys: Words
    numbers: Numbers
    spelt: tuple[Words, ...]
    ordered: Words
    order: Numbers

    def shared(self, keys: Words) -> tuple[NDArray[np.bool_], Numbers]:
        """Look up what does not stand in its own spot of the table: which it holds after all, and their numbers."""
        at = np.minimum(np.searchsorted(self.ordered, keys), len(self.ordered) - 1)
        return self.ordered[at] == keys, self.order[at]


class Spellings:
    """The different texts of a column; several threads may look cells up at once.

    Attributes
    ----------
    texts : list of str
        By their numbers; number 0 is the blank cell.
    """

    def __init__(self) -> None:
        self.texts = [""]
        self._of = {"": 0}
        self._lock = threading.Lock()
        self._slow = 0
        self._table = self._built(1)

    def numbers(self, block: Block, start: Whole, length: Whole) -> Numbers:
        """Return the number of each cell's text.

        Raises
        ------
        Unfit
            When the column holds more than :data:`MOST` texts, or one that is too long.
        """
        self._widen(needed(length))
        table = self._table
        words = block.words(start, length, table.words)
        keys = mixed(words)
        spots = (keys * _FACTOR) >> table.shift
        found = table.numbers[spots]
        missed = np.flatnonzero(table.keys[spots] != keys)
        if len(missed):
            there, numbers = table.shared(keys[missed])
            found[missed] = numbers
            missed = missed[~there]
        if table.words > 1:
            for spelt, word in zip(table.spelt, words, strict=True):
                other = spelt[found] != word
                other[missed] = False
                if other.any():
                    raise Unfit  # two texts whose words mix to the same number: hardly ever
        if len(missed):
            found[missed] = self._met(block, keys[missed], start[missed], length[missed])
        return found

    def _widen(self, count: int) -> None:
        if count > self._table.words:
            with self._lock:
                self._table = self._built(max(count, self._table.words))

    def _met(self, block: Block, keys: Words, start: Whole, length: Whole) -> Numbers:
        """Return the numbers of cells that the table does not hold: new texts, as far as this thread knows."""
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        cells = [block.data[begin : begin + size] for begin, size in zip(start[first], length[first], strict=True)]
        with self._lock:
            found = [self._number(cell.decode("ascii")) for cell in cells]
            self._slow += len(cells)
            if self._slow > _PATIENCE * len(self.texts):
                self._table, self._slow = self._built(self._table.words), 0
        return np.array(found, dtype=np.uint16)[inverse]

    def _number(self, text: str) -> int:
        number = self._of.setdefault(text, len(self.texts))
        if number == len(self.texts):
            if number >= MOST:
                raise Unfit
            self.texts.append(text)
        return number

    def _built(self, count: int) -> _Table:
        spelt = _spelt(self.texts, count)
        bits = max(10, len(self.texts).bit_length() + _ROOM)
        shift = np.uint64(64 - bits)
        keys, numbers = np.zeros(1 << bits, dtype=np.uint64), np.zeros(1 << bits, dtype=np.uint16)
        own = mixed(list(spelt))
        spots = (own * _FACTOR) >> shift
        keys[spots], numbers[spots] = own, np.arange(len(own), dtype=np.uint16)
        order = np.argsort(own)
        return _Table(count, shift, keys, numbers, spelt, own[order], order.astype(np.uint16))


def _spelt(texts: list[str], count: int) -> tuple[Words, ...]:
    """Return the words of texts, an array for each word."""
    size = _WORD * count
    cells = np.frombuffer(b"".join(text.encode("ascii").ljust(size, b"\0") for text in texts), dtype="<u8")
    return tuple(np.ascontiguousarray(words).astype(np.uint64) for words in cells.reshape(-1, count).T)
