"""Columns of rows that are kept as one packed number a row, and read out when they are asked for.

Millions of rows of eight columns of 8 bytes each cost more to lay down than to group. Most are never read, and those
that are hold small numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from auditor.row_keys import Form

NO_DAY: Final = int(np.iinfo(np.int32).min)
"""What a missing day is among day numbers."""
_BLOCK = 16_384
"""Rows that are read out at once, so that what lies between stays in the processor's cache."""

Ints = NDArray[np.int64]
Whole = NDArray[np.integer[Any]]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PackedField:
    """Where one column lies in the packed number.

    Attributes
    ----------
    at : int
        Bits behind it.
    bits : int
    least, most : int
        Range of its values; a day that is missing is ``most``.
    form : str
    """

    at: int
    bits: int
    least: int
    most: int
    form: Form

    def read(self, codes: Ints, kind: Any) -> Whole:
        """Return the column's whole numbers, in a type that holds them."""
        if not self.bits:  # zeros take no memory until they are written to
            return np.full(len(codes), self.least, dtype=kind) if self.least else np.zeros(len(codes), dtype=kind)
        found = np.empty(len(codes), dtype=kind)
        spare = np.empty(min(_BLOCK, len(codes)), dtype=np.int64)
        mask = (1 << self.bits) - 1
        for first in range(0, len(codes), _BLOCK):
            block = codes[first : first + _BLOCK]
            values = spare[: len(block)]
            np.right_shift(block, self.at, out=values)
            np.bitwise_and(values, mask, out=values)
            np.add(values, self.least, out=values)
            found[first : first + _BLOCK] = values
        return found


@dataclass(frozen=True)
class PackedColumns:
    """All columns of some rows.

    Attributes
    ----------
    codes : (R,) int array
        Packed numbers.
    fields : mapping of str to PackedField
    """

    codes: Ints
    fields: Mapping[str, PackedField]

    def values(self, name: str) -> NDArray[Any]:
        """Return a column in the type in which it leaves the engine: codes of texts as narrow as they can be, int64,
        days.
        """
        field = self.fields[name]
        if field.form == "text":
            return field.read(self.codes, np.min_scalar_type(field.most))
        found = field.read(self.codes, np.int64)
        if field.form != "day":
            return found
        missing, days = found == field.most, found.view("datetime64[D]")
        if missing.any():
            days[missing] = np.datetime64("NaT")
        return days

    def narrow(self, name: str) -> Whole:
        """Return a column as numbers of 16 or 32 bits where they are enough.

        Days are counted from 1970; one that is missing is :data:`NO_DAY`.
        """
        field = self.fields[name]
        if field.form == "day":
            found = field.read(self.codes, np.int32)
            found[found == field.most] = NO_DAY
            return found
        fitting = (kind for kind in (np.int16, np.int32) if np.iinfo(kind).min <= field.least)
        kind = next((kind for kind in fitting if field.most <= np.iinfo(kind).max), np.int64)
        return field.read(self.codes, kind)

    def take(self, keep: Bools | Ints) -> PackedColumns:
        """Return the rows that a mask keeps, or positions name."""
        return replace(self, codes=self.codes[keep])
