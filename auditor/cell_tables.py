"""Grouped rows and the arrays made of them: place by whatever key was asked for.

A cell that no row speaks of is *absent*, never zero: :class:`Cube` carries a mask beside its values. Only where a
source lists single person-events (so that silence means that nothing happened) is an absent cell of an observed place
a true zero.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.row_cells import Columns

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.object_]
Days = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Cube:
    """Counts over place x one key, with what was observed.

    Attributes
    ----------
    values : (J, G) float array
        Sums; 0 where nothing was observed (look at ``observed``).
    observed : (J, G) bool array
        False where no row speaks of the cell.
    censored : (J, G) bool array
        True where a suppressed number is part of the cell, so that its value is not known.
    """

    values: Floats
    observed: Bools
    censored: Bools


@dataclass(frozen=True)
class Table:
    """Grouped rows: one array a column, all of the same length.

    Attributes
    ----------
    index : (R,) int array
        Position of the row's place among ``Cells.ids`` (or among ``Cells.region_ids`` for regional rows).
    columns : mapping of str to (R,) object array
        The keys that were asked for; missing is the empty text.
    n : (R,) float array
        Sum of the known counts.
    censored, complete : (R,) bool array
        Whether a suppressed number is part of the row; whether the row comes from person-events.
    moe : (R,) float array or None
        90 % margin of error, for populations.
    first, last : (R,) day array or None
        First and last day that the row speaks of (NaT where the source gives none).
    """

    index: NDArray[np.int64]
    columns: Mapping[str, Texts]
    n: Floats
    censored: Bools
    complete: Bools
    moe: Floats | None = None
    first: Days | None = None
    last: Days | None = None
    _coded: dict[str, tuple[NDArray[np.integer[Any]], tuple[str, ...]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def codes(self, name: str) -> tuple[NDArray[np.integer[Any]], tuple[str, ...]]:
        """Return the position of each row's value among some names, and those names, sorted.

        Tables run into millions of rows but few values: texts are compared once, codes from then on. Names that no
        row holds any more may be among them.
        """
        coded = self.columns.coded(name) if isinstance(self.columns, Columns) else None
        if coded is not None:
            return coded[0], tuple(coded[1].tolist())
        if name not in self._coded:
            texts = [str(value) for value in self.columns[name].tolist()]
            names = tuple(sorted(set(texts)))
            position = {value: i for i, value in enumerate(names)}
            found = np.fromiter(map(position.__getitem__, texts), dtype=np.int64, count=len(texts))
            self._coded[name] = (found, names)
        return self._coded[name]

    def position(self, name: str, wanted: Sequence[str]) -> NDArray[np.int64]:
        """Return the position of each row's value among the wanted ones, -1 where it is none of them."""
        codes, names = self.codes(name)
        place = {value: i for i, value in enumerate(wanted)}
        return np.array([place.get(value, -1) for value in names] or [-1], dtype=np.int64)[codes]

    def isin(self, name: str, *wanted: str) -> Bools:
        """Return the mask of the rows whose column holds one of these values."""
        return self.position(name, wanted) >= 0

    def where(self, **fixed: str | Sequence[str]) -> Table:
        """Return the rows whose columns hold these values."""
        keep = np.ones(len(self.n), dtype=bool)
        for name, wanted in fixed.items():
            keep &= self.isin(name, *((wanted,) if isinstance(wanted, str) else wanted))
        return self.take(keep)

    def take(self, keep: Bools) -> Table:
        """Return the rows that a mask keeps; these rows themselves where it keeps all."""
        if bool(keep.all()):
            return self
        if isinstance(self.columns, Columns):
            columns: Mapping[str, Texts] = self.columns.take(keep)
        else:
            columns = {name: values[keep] for name, values in self.columns.items()}
        table = Table(
            self.index[keep],
            columns,
            self.n[keep],
            self.censored[keep],
            self.complete[keep],
            None if self.moe is None else self.moe[keep],
            None if self.first is None else self.first[keep],
            None if self.last is None else self.last[keep],
        )
        table._coded.update({name: (codes[keep], names) for name, (codes, names) in self._coded.items()})
        return table

    def beside(self, name: str, values: Texts) -> Table:
        """Return the rows with one column more, or with another under its name."""
        if isinstance(self.columns, Columns):
            return dataclasses.replace(self, columns=self.columns.beside(name, values))
        return dataclasses.replace(self, columns={**self.columns, name: values})

    def none(self) -> Table:
        """Return the table without its rows."""
        return self.take(np.zeros(len(self.n), dtype=bool))

    def window(self, places: int) -> tuple[Texts, Texts]:
        """Return the first and last day of the rows of each place, as ISO text ("" where none is known)."""
        starts, ends = np.full(places, "", dtype=object), np.full(places, "", dtype=object)
        if self.first is None or self.last is None:
            return starts, ends
        low = np.full(places, np.datetime64("9999-12-31"), dtype="datetime64[D]")
        high = np.full(places, np.datetime64("0001-01-01"), dtype="datetime64[D]")
        known = ~(np.isnat(self.first) | np.isnat(self.last))
        np.minimum.at(low, self.index[known], self.first[known])
        np.maximum.at(high, self.index[known], self.last[known])
        some = np.zeros(places, dtype=bool)
        some[self.index[known]] = True
        starts[some], ends[some] = np.datetime_as_string(low[some]), np.datetime_as_string(high[some])
        return starts, ends

    def levels(self, name: str) -> tuple[str, ...]:
        """Return the distinct values of a column, sorted, without the missing one."""
        codes, names = self.codes(name)
        held = np.bincount(codes, minlength=len(names)) > 0
        return tuple(value for value, there in zip(names, held, strict=True) if there and value)

    def cube(self, places: int, key: str, wanted: Sequence[str]) -> Cube:
        """Sum the rows into an array of place x the wanted values of one key.

        Parameters
        ----------
        places : int
            Number of places J.
        key : str
            Column to spread.
        wanted : sequence of str
            Its values, one for each column of the result.
        """
        values = np.zeros((places, len(wanted)))
        observed = np.zeros((places, len(wanted)), dtype=bool)
        censored = np.zeros((places, len(wanted)), dtype=bool)
        column = self.position(key, wanted)
        hit = column >= 0
        np.add.at(values, (self.index[hit], column[hit]), self.n[hit])
        observed[self.index[hit], column[hit]] = True
        blind = hit & self.censored
        censored[self.index[blind], column[blind]] = True
        # Person-events: a place with any of them was watched for all the wanted values.
        observed[self.index[self.complete]] = True
        return Cube(values, observed, censored)

    def total(self, places: int) -> Floats:
        """Return the sum of all rows by place."""
        return np.bincount(self.index, weights=self.n, minlength=places).astype(float)


def table(rows: Sequence[Mapping[str, Any]], ids: Sequence[str], keys: Sequence[str]) -> Table:
    """Build a table from plain rows (simulations and tests; the engine builds its own from DuckDB).

    Parameters
    ----------
    rows : sequence of mapping
        Each with ``place``, ``n`` and the keys; optionally ``censored``, ``complete``, ``moe``.
    ids : sequence of str
        Places in order.
    keys : sequence of str
        Names of the columns to keep.
    """
    position = {place: i for i, place in enumerate(ids)}
    moe = [row.get("moe") for row in rows]
    return Table(
        np.array([position[row["place"]] for row in rows], dtype=np.int64),
        {key: np.array([row.get(key) or "" for row in rows], dtype=object) for key in keys},
        np.array([row["n"] for row in rows], dtype=float),
        np.array([bool(row.get("censored", False)) for row in rows], dtype=bool),
        np.array([bool(row.get("complete", False)) for row in rows], dtype=bool),
        np.array([np.nan if value is None else float(value) for value in moe], dtype=float),
    )
