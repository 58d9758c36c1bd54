"""A large table whose cells are small numbers: as a table of text for whoever asks, and quickly by what is alike.

Rows are never joined to what their texts mean. What is alike in some columns is told apart once, and everything that
must be known of it is worked out there: on a few thousand texts in place of millions of rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from auditor.errors import InputError, Problem
from auditor.records import narrow
from auditor.records.encode import Encoded
from auditor.records.plain_file import PlainFile
from auditor.records.store import quote
from auditor.records.wanted import Wanted

_CELL = re.compile(r"\br\.c(\d+)\b")
_DENSE = 1 << 26
"""Combinations that are numbered by marking those that there are; more are sorted."""

_AT_ONCE = 1 << 16
_IN_MEMORY = 1 << 24
"""Rows of which the numbers stay in memory (some 10 bytes each) for as long as the table is there."""

Ids = NDArray[np.integer]
Kind = TypeVar("Kind", bound=np.integer)


def read_in(texts: Iterable[str]) -> tuple[int, ...]:
    """Return the positions of the columns that SQL over the raw table ``r`` reads."""
    return tuple(sorted({int(found) for text in texts for found in _CELL.findall(text)}))


def state_of(path: Path) -> tuple[int, ...]:
    """Return what changes when somebody writes to a file."""
    known = path.stat()
    return known.st_dev, known.st_ino, known.st_size, known.st_mtime_ns, known.st_ctime_ns


def _counted(ids: Ids) -> NDArray[np.int64]:
    """Count equal numbers, a part at a time: what counts them makes them wide."""
    counts = np.zeros(int(ids.max(initial=0)) + 1, dtype=np.int64)
    step = max(_AT_ONCE, len(counts))
    for start in range(0, len(ids), step):
        counts += np.bincount(ids[start : start + step], minlength=len(counts))
    return counts


def _first(ids: Ids, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each number stands first, -1 where it does not stand at all; nearly all are met soon."""
    first = np.full(len(counts), -1, dtype=np.int64)
    missing = int(np.count_nonzero(counts))
    for start in range(0, len(ids), _AT_ONCE):
        new = start + np.flatnonzero(first[ids[start : start + _AT_ONCE]] < 0)
        if len(new):
            found, at = np.unique(ids[new], return_index=True)
            first[found] = new[at]
            missing -= len(found)
        if not missing:
            break
    return first


@dataclass(slots=True)
class Coded:
    """A table of small numbers.

    Attributes
    ----------
    file : PlainFile
        Where it was read.
    encoded : Encoded
        Its columns.
    wanted : Wanted
        Which columns of the file are used.
    table : str
        Name of a view that shows it as text: ``_row`` and the columns.
    state : tuple of int
        As :func:`state_of` told when it was read.
    """

    file: PlainFile
    encoded: Encoded
    wanted: Wanted
    table: str
    state: tuple[int, ...]
    _made: dict[tuple[int, ...], str] = field(default_factory=dict)
    _ids: dict[tuple[int, ...], Ids] = field(default_factory=dict)
    _held: list[str] = field(default_factory=list)

    @property
    def first(self) -> int:
        """Row of the file that is the first of the table."""
        return self.file.header.row + 1

    def lay_down(self) -> None:
        """Make the view."""
        columns = list(self.encoded.texts)
        numbers, texts = f"{self.table}_numbers", quote(f"{self.table}_texts")
        sql = self.file.store.connection
        self._show(np.arange(self.encoded.lines, dtype=np.int32))
        lists = ", ".join(f"?::VARCHAR[] AS c{column}" for column in columns)
        sql.execute(f"CREATE TEMP TABLE {texts} AS SELECT {lists}", [self.encoded.texts[column] for column in columns])
        cells = "".join(
            f", (SELECT c{column} FROM {texts})[k{column}::INTEGER + 1] AS c{column}"  # noqa: S608
            for column in columns
        )
        sql.execute(
            f"CREATE TEMP VIEW {quote(self.table)} AS SELECT position::BIGINT + {self.first} AS _row{cells} "  # noqa: S608
            f"FROM {quote(numbers)}"
        )

    def _show(self, position: Ids) -> None:
        """Show the numbers, and those of the rows, to the store."""
        rows = {f"k{column}": numbers for column, numbers in self.encoded.rows.items()}
        self.file.store.connection.register(f"{self.table}_numbers", {"position": position, **rows})

    def rest(self) -> None:
        """Move the numbers of very many rows from memory to disk; hardly anybody looks at single rows from here on."""
        if self.encoded.lines <= _IN_MEMORY:
            return
        self._ids.clear()
        for column, numbers in self.encoded.rows.items():
            self.encoded.rows[column] = self._on_disk(numbers)
        self._show(self._on_disk(np.arange(self.encoded.lines, dtype=np.int32)))

    def _on_disk(self, numbers: NDArray[Kind]) -> NDArray[Kind]:
        path = self.file.store.scratch("numbers")
        numbers.tofile(path)
        return np.memmap(path, dtype=numbers.dtype, mode="r")

    def alike(self, columns: tuple[int, ...]) -> str:
        """Return the name of a table of what is alike in some columns.

        Its columns are ``id``, those of the raw table (``_row`` is the first such row), and ``file_rows``, how many
        there are.
        """
        if columns not in self._made:
            self._made[columns] = self._told_apart(columns)
        return self._made[columns]

    def ids(self, columns: tuple[int, ...]) -> Ids:
        """Return the ``id`` that each row of the file has in :meth:`alike`, (lines,)."""
        if columns not in self._ids:
            self._ids[columns] = self._numbered(columns)
        return self._ids[columns]

    def _told_apart(self, columns: tuple[int, ...]) -> str:
        name, ids = quote(f"{self.table}_alike_{len(self._made)}"), self.ids(columns)
        counts = _counted(ids)
        kept = np.flatnonzero(counts)
        first = _first(ids, counts)[kept]
        lists: list[object] = [kept.tolist(), (first + self.first).tolist(), counts[kept].tolist()]
        for column in columns:
            texts = self.encoded.texts[column]
            lists.append([texts[number] for number in self.encoded.rows[column][first].tolist()])
        cells = "".join(f", unnest(?::VARCHAR[]) AS c{column}" for column in columns)
        self.file.store.connection.execute(
            f"CREATE TEMP TABLE {name} AS SELECT unnest(?::BIGINT[]) AS id, unnest(?::BIGINT[]) AS _row, "
            f"unnest(?::BIGINT[]) AS file_rows{cells}",
            lists,
        )
        return name

    def _numbered(self, columns: tuple[int, ...]) -> Ids:
        """Number the combinations of texts that there are."""
        if len(columns) == 1:
            return self.encoded.rows[columns[0]]
        key, size = np.zeros(self.encoded.lines, dtype=np.int64), 1
        for column in columns:
            texts = len(self.encoded.texts[column])
            key, size = key * texts + self.encoded.rows[column], size * texts
            if size > _DENSE:
                key = np.unique(key, return_inverse=True)[1]
                size = int(key.max(initial=0)) + 1
        there = np.zeros(size, dtype=bool)
        there[key] = True
        return (np.cumsum(there, dtype=np.int32) - np.int32(1))[key]

    def hold(self, name: str, columns: dict[str, Ids]) -> None:
        """Show arrays to the store, as the relation :meth:`held` of a name."""
        self.file.store.connection.register(f"{self.table}_{name}", columns)
        self._held.append(f"{self.table}_{name}")

    def held(self, name: str) -> str:
        """Return the SQL of arrays that are shown to the store."""
        return quote(f"{self.table}_{name}")

    def content(self) -> str:
        """Return what tells the content of the whole file, whatever the order of its lines."""
        self._unchanged()
        return narrow.hashed(self.file)[1]

    def whole(self) -> str:
        """Load the columns that are used as text, and return the name of that table in place of this one.

        Raises
        ------
        InputError
            When the file is no longer the one that was read.
        """
        self._unchanged()
        staged = narrow.stage_narrow(self.file, self.wanted.columns)
        self._unchanged()
        if staged is None:
            raise self._changed()
        self.release()
        return staged.table

    def release(self) -> None:
        """Drop everything that was laid down."""
        sql = self.file.store.connection
        sql.execute(f"DROP VIEW IF EXISTS {quote(self.table)}")
        for name in (f"{self.table}_numbers", *self._held):
            sql.unregister(name)
        for name in (quote(f"{self.table}_texts"), *self._made.values()):
            sql.execute(f"DROP TABLE IF EXISTS {name}")
        self._made, self._ids, self._held = {}, {}, []

    def _unchanged(self) -> None:
        if state_of(self.file.path) != self.state:
            raise self._changed()

    def _changed(self) -> InputError:
        problem = Problem(
            "the file changed while it was read",
            "its rows would be neither the old nor the new ones",
            "wait until it is complete (a download, a synchronised folder, an open workbook) and run again",
            file=self.file.path.name,
        )
        return InputError(f"{self.file.path.name} cannot be read", [problem])
