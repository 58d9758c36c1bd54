"""Rows grouped by what one signal asks for: the part of the cells that the counts cannot give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.errors import unknown_name
from auditor.records.event_columns import PERSONAL
from auditor.row_keys import KEYS
from auditor.row_packed import NO_DAY, PackedColumns


@dataclass(frozen=True, slots=True)
class RowSpec:
    """Which rows a signal needs, and what they are grouped by.

    Attributes
    ----------
    keys : tuple of str
        Of :data:`auditor.row_keys.KEYS`: columns of ``events`` that point to no person, and derived keys.
    events : tuple of str
        Events whose rows are grouped; empty for all.
    personal : tuple of str
        Personal columns that the keys read, declared so that nothing personal is read unseen.

    Raises
    ------
    ValueError
        When a key is not known or is personal itself, or what is read and what is declared differ.
    """

    keys: tuple[str, ...]
    events: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for key in self.keys:
            if key in PERSONAL:
                raise ValueError(f"{key} may point to a person and is no key: use one that is derived from it")
            if key not in KEYS:
                raise ValueError(unknown_name("key of rows", key, list(KEYS)))
        read = PERSONAL & frozenset().union(*(KEYS[key].columns for key in self.keys))
        if read != set(self.personal):
            raise ValueError(f"the keys read the personal columns {sorted(read)}, declared are {sorted(self.personal)}")

    @property
    def columns(self) -> frozenset[str]:
        """Columns of the table ``events`` that must be filled."""
        return frozenset({"event"}).union(*(KEYS[key].columns for key in self.keys))


Coded = tuple[NDArray[np.integer[Any]], NDArray[np.object_]]
"""Positions (R,) among texts, and these in order."""


class Columns(Mapping[str, NDArray[Any]]):
    """Columns of rows of which texts are kept as codes, and others packed until they are read.

    Parameters
    ----------
    columns : mapping of str to (R,) array, Coded or PackedColumns
        In their order. What is coded comes out as an object array of text; of what is packed the column of that name.
    """

    def __init__(self, columns: Mapping[str, NDArray[Any] | Coded | PackedColumns]) -> None:
        self._columns = dict(columns)

    def __getitem__(self, name: str) -> NDArray[Any]:
        column = self._columns[name]
        if isinstance(column, PackedColumns):
            column = self._columns[name] = column.values(name)
        return column[1][column[0]] if isinstance(column, tuple) else column

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def coded(self, name: str) -> Coded | None:
        """Return the codes of a column and the texts that they stand for; None where it is no text."""
        column = self._columns[name]
        return column if isinstance(column, tuple) else None

    def packed(self, name: str) -> PackedColumns | None:
        """Return what a column is still packed in."""
        column = self._columns[name]
        return column if isinstance(column, PackedColumns) else None

    def beside(self, name: str, values: NDArray[Any]) -> Columns:
        """Return these columns with one more, or with another under its name."""
        return Columns({**self._columns, name: values})

    def take(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> Columns:
        """Return the rows that a mask keeps, or positions name."""
        packed = {id(column): column for column in self._columns.values() if isinstance(column, PackedColumns)}
        taken = {key: column.take(keep) for key, column in packed.items()}
        found: dict[str, NDArray[Any] | Coded | PackedColumns] = {}
        for name, column in self._columns.items():
            if isinstance(column, PackedColumns):
                found[name] = taken[id(column)]
            else:
                found[name] = (column[0][keep], column[1]) if isinstance(column, tuple) else column[keep]
        return Columns(found)


@dataclass(frozen=True)
class RowTable:
    """Grouped rows: one array a key, all of the same length, in the order of place and keys.

    Attributes
    ----------
    index : (R,) int array
        Position of the row's place among ``Cells.ids``.
    columns : mapping of str to (R,) array
        Object text ("" where missing); int64 (codes, minutes, flags: 1 yes, 0 no; -1 where missing); float64 (NaN where
        missing); days or seconds (NaT where missing).
    n : (R,) float array
        Sum of the known counts.
    censored : (R,) bool array
        Whether a suppressed number is part of the row.
    """

    index: NDArray[np.int64]
    columns: Mapping[str, NDArray[Any]]
    n: NDArray[np.float64]
    censored: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))

    def __post_init__(self) -> None:
        if len(self.censored) == 0 and len(self.n):
            object.__setattr__(self, "censored", np.zeros(len(self.n), dtype=bool))

    def take(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> RowTable:
        """Return the rows that a mask keeps, or positions name; these rows themselves where it keeps all."""
        if keep.dtype == bool and bool(keep.all()):
            return self
        if isinstance(self.columns, Columns):
            columns: Mapping[str, NDArray[Any]] = self.columns.take(keep)
        else:
            columns = {name: values[keep] for name, values in self.columns.items()}
        return RowTable(self.index[keep], columns, self.n[keep], self.censored[keep])

    def codes(self, name: str) -> tuple[NDArray[np.integer[Any]], tuple[str, ...]]:
        """Return the position of each row's text among some names, and those names, sorted.

        Names that no row holds any more may be among them.
        """
        coded = self.columns.coded(name) if isinstance(self.columns, Columns) else None
        if coded is not None:
            return coded[0], tuple(coded[1].tolist())
        values = self.columns[name].tolist()
        names = tuple(sorted(set(values)))
        position = {value: i for i, value in enumerate(names)}
        return np.fromiter(map(position.__getitem__, values), dtype=np.int64, count=len(values)), names

    def narrow(self, name: str) -> NDArray[np.integer[Any]]:
        """Return a column of whole numbers or days in as few bits as it is kept in.

        Days are counted from 1970; one that is missing is :data:`auditor.row_packed.NO_DAY`.
        """
        packed = self.columns.packed(name) if isinstance(self.columns, Columns) else None
        if packed is not None:
            return packed.narrow(name)
        values = self.columns[name]
        if values.dtype.kind != "M":
            return values
        days = values.astype("datetime64[D]")
        return np.where(np.isnat(days), NO_DAY, days.astype(np.int64)).astype(np.int32)

    def isin(self, name: str, *wanted: str) -> NDArray[np.bool_]:
        """Return the mask of the rows whose text is one of these values."""
        codes, names = self.codes(name)
        return np.array([value in wanted for value in names] or [False], dtype=bool)[codes]

    def where(self, **fixed: Any) -> RowTable:
        """Return the rows whose keys hold these values; a tuple stands for any of its values."""
        keep = np.ones(len(self.n), dtype=bool)
        for name, wanted in fixed.items():
            values = wanted if isinstance(wanted, tuple) else (wanted,)
            if isinstance(self.columns, Columns) and self.columns.coded(name) is not None:
                keep &= self.isin(name, *values)
            else:
                keep &= np.logical_or.reduce([self.columns[name] == value for value in values])
        return self.take(keep)
