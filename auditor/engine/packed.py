"""Rows grouped by keys that are whole numbers, days or texts: packed into one 64-bit number, they are sorted as one.

Sorting rows by eight columns takes some ten times as long as sorting one number. Fine keys (day, minute and officer)
leave nearly every row a group of its own: such rows leave DuckDB ungrouped and are counted after sorting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from auditor.row_keys import Form, Key
from auditor.row_packed import PackedColumns, PackedField

_BITS = 62
_AT_ONCE = 16_000_000
"""Rows that are taken out ungrouped, 8 bytes each; more are grouped in DuckDB, which can use the disk."""
_EPOCH = "DATE '1970-01-01'"
PACKED: frozenset[Form] = frozenset({"text", "whole", "day"})
"""Forms that fit into a whole number."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Part:
    """One key within the packed number.

    Attributes
    ----------
    sql : str
        A whole number; missing (NULL) only for days.
    least, most : int
        Range of its values; a day that is missing stands behind them as ``most``.
    form : str
    """

    sql: str
    least: int
    most: int
    form: Form

    @property
    def bits(self) -> int:
        """Bits that tell its values apart."""
        return (self.most - self.least).bit_length()

    @property
    def offset(self) -> str:
        """SQL of its value from 0."""
        value = f"coalesce({self.sql}, {self.most})" if self.form == "day" else self.sql
        return f"({value} - ({self.least}))"


@dataclass(frozen=True, slots=True)
class Packed:
    """Grouped rows, in the order of their keys.

    Attributes
    ----------
    columns : PackedColumns
    n : (R,) float array
    censored : (R,) bool array
    """

    columns: PackedColumns
    n: NDArray[np.float64]
    censored: NDArray[np.bool_]


def group_packed(
    sql: duckdb.DuckDBPyConnection,
    source: str,
    bounded: str,
    keys: Mapping[str, tuple[str, Key]],
    wanted: Sequence[Any],
    sizes: Mapping[str, int],
) -> Packed | None:
    """Group the rows of a query by keys.

    Parameters
    ----------
    sql : DuckDBPyConnection
    source : str
        FROM and WHERE, of ``events e`` and what is joined to it.
    bounded : str
        The same rows, joined only with what keys need whose range is looked up in them.
    keys : mapping of str to (str, Key)
        The SQL of each key as it is grouped (texts as the type that stands for them), and what it is.
    wanted : sequence
        Parameters of the query.
    sizes : mapping of str to int
        How many values each text may have.

    Returns
    -------
    Packed or None
        None where the keys do not fit into one number, or there are no rows.
    """
    if any(key.form not in PACKED for _, key in keys.values()):
        return None
    whole = {name: _whole(text, key.form) for name, (text, key) in keys.items()}
    bounds = "".join(f", {_bounds(text, keys[name][1])}" for name, text in whole.items() if name not in sizes)
    single = "coalesce(bool_and(e.n IS NOT DISTINCT FROM 1), true)"
    rows, alone, *ends = sql.execute(f"SELECT count(*), {single}{bounds} {bounded}", wanted).fetchall()[0]
    if not rows:
        return None
    ranges = iter(zip(ends[::2], ends[1::2], strict=True))
    parts = {
        name: Part(text, 0, sizes[name] - 1, form) if name in sizes else _part(text, form, *next(ranges))
        for (name, text), form in zip(whole.items(), (key.form for _, key in keys.values()), strict=True)
    }
    if sum(part.bits for part in parts.values()) > _BITS:
        return None
    codes, n, censored = _fetch(sql, source, parts, wanted, alone=alone and rows <= _AT_ONCE)
    return Packed(_columns(parts, codes), n, censored)


def told(codes: Any) -> NDArray[Any]:
    """Return codes of which none may be missing.

    Raises
    ------
    LookupError
        If one is: a text that is not among the values of its type.
    """
    if isinstance(codes, np.ma.MaskedArray) and codes.mask.any():
        raise LookupError("a row holds a text that was not among those of its column")
    return np.asarray(codes)


def _whole(text: str, form: Form) -> str:
    if form == "text":
        return f"enum_code({text})::BIGINT"
    return f"({text}) - {_EPOCH}" if form == "day" else f"({text})::BIGINT"


def _bounds(text: str, key: Key) -> str:
    """Return the SQL of the least and the most that a key can be."""
    if key.codes:
        # 0 is a value of some keys (nobody else was there) also where the table is empty.
        return f"-1, coalesce((SELECT max(code) FROM {key.codes}), 0)"  # noqa: S608
    return f"min({text}), max({text})"


def _part(text: str, form: Form, low: int | None, high: int | None) -> Part:
    if low is None or high is None:  # no row has a day
        return Part(text, 0, 0, form)
    return Part(text, low, high + 1 if form == "day" else high, form)


def _fetch(
    sql: duckdb.DuckDBPyConnection, source: str, parts: Mapping[str, Part], wanted: Sequence[Any], *, alone: bool
) -> tuple[Ints, NDArray[np.float64], NDArray[np.bool_]]:
    """Return the packed number of each group in order, its sum, and whether a suppressed number is part of it."""
    packed = "0::BIGINT"
    for part in parts.values():
        packed = f"(({packed} << {part.bits}) | {part.offset})" if part.bits else packed
    if not alone:
        each = f"SELECT {packed} AS k, e.n AS n {source}"
        query = f"SELECT k, sum(coalesce(n, 0))::DOUBLE, bool_or(n IS NULL) FROM ({each}) GROUP BY k ORDER BY k"  # noqa: S608
        codes, n, censored = sql.execute(query, wanted).fetchnumpy().values()
        return told(codes), np.asarray(n, dtype=float), np.asarray(censored, dtype=bool)
    codes = told(sql.execute(f"SELECT {packed} AS k {source}", wanted).fetchnumpy()["k"])
    codes.sort()
    distinct, n = _counted(codes)
    return distinct, n, np.zeros(len(n), dtype=bool)


def _counted(codes: Ints) -> tuple[Ints, NDArray[np.float64]]:
    """Return the distinct ones of sorted codes, and how often each occurs.

    Where few occur twice, as fine keys have it, only those are looked at: memory that is touched for the first time is
    what such a step costs.
    """
    again = np.flatnonzero(codes[1:] == codes[:-1]) + 1
    kept = np.delete(codes, again) if len(again) else codes
    n = np.ones(len(kept))
    if len(again):
        # The k-th repeated row stands in the group of the row before it, which k + 1 repeats have moved up.
        group = again - np.arange(1, len(again) + 1)
        starts = np.flatnonzero(np.diff(group, prepend=-1))
        n[group[starts]] += np.diff(starts, append=len(group))
    return kept, n


def _columns(parts: Mapping[str, Part], codes: Ints) -> PackedColumns:
    fields, at = {}, sum(part.bits for part in parts.values())
    for name, part in parts.items():
        at -= part.bits
        fields[name] = PackedField(at, part.bits, part.least, part.most, part.form)
    return PackedColumns(codes, fields)
