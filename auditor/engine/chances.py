"""Surnames turned into chances inside the private store: what leaves it is a bin, never a name.

Each distinct pair of surname and place is looked up once (see :mod:`auditor.baselines.bisg`); the rows are joined with
the bins by SQL. Everybody else sees the key ``chance_bin`` of :mod:`auditor.row_keys`.
"""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import numpy as np
from numpy.typing import NDArray

from auditor.baselines import bisg, surnames
from auditor.baselines.surnames import GROUPS
from auditor.errors import InputError
from auditor.stats.recording.bins import bin_of

GROUP = "hispanic"
"""The group whose chance is worked out: the one of which surnames tell enough."""
NO_NAME = -1
"""Bin of a surname that the tables do not hold even in part, or that cannot be read: no claim may rest on it."""
_CHUNK = 200_000

_NAMES = (
    "CREATE OR REPLACE TEMP TABLE row_names AS SELECT surname, row_number() OVER (ORDER BY surname) - 1 AS code "
    "FROM (SELECT DISTINCT e.surname FROM events e JOIN audit_places i ON i.place = e.place "
    "WHERE e.surname IS NOT NULL)"
)
_PAIRS = (
    "SELECT DISTINCT i.idx AS idx, n.code AS code FROM events e JOIN audit_places i ON i.place = e.place "
    "JOIN row_names n ON n.surname = e.surname ORDER BY 1, 2"
)
_JOINED = (
    "CREATE OR REPLACE TEMP TABLE {table} AS SELECT i.place, n.surname, b.value AS {column} FROM row_values b "
    "JOIN audit_places i ON i.idx = b.idx JOIN row_names n ON n.code = b.code WHERE b.value >= 0"
)
_Worth = Callable[[surnames.Named, NDArray[np.intp], NDArray[np.int64], NDArray[np.int64]], NDArray[np.int64]]
"""From names, areas and pairs of place and name to a whole number for each pair; below 0 for none."""


def fill(sql: duckdb.DuckDBPyConnection) -> None:
    """Make the table ``row_chances``: place, surname, bin.

    Parameters
    ----------
    sql : DuckDBPyConnection
        With the tables ``events``, ``places`` and ``audit_places``.

    Raises
    ------
    InputError
        If the surname tables are not installed.
    RuntimeError
        If a name broke the look-up; the message names the kind of error alone, since its text may hold the name.
    """
    _guarded(sql, "row_chances", "bin", _bins)


def fill_groups(sql: duckdb.DuckDBPyConnection) -> None:
    """Make the table ``row_likely``: place, surname, and the number in ``GROUPS`` of the likeliest group by both.

    A surname that the tables do not hold even in part is not in it.

    Parameters
    ----------
    sql : DuckDBPyConnection
        With the tables ``events``, ``places`` and ``audit_places``.

    Raises
    ------
    InputError
        If the surname tables are not installed.
    RuntimeError
        If a name broke the look-up; the message names the kind of error alone, since its text may hold the name.
    """
    _guarded(sql, "row_likely", "likeliest", _groups)


def _guarded(sql: duckdb.DuckDBPyConnection, table: str, column: str, worth: _Worth) -> None:
    broken = ""
    try:
        _fill(sql, table, column, worth)
    except InputError:
        raise
    except Exception as error:  # its message may quote a name, so neither it nor the error itself goes any further
        broken = type(error).__name__
    if broken:
        raise RuntimeError(f"surnames could not be turned into chances ({broken})")


def _fill(sql: duckdb.DuckDBPyConnection, table: str, column: str, worth: _Worth) -> None:
    sql.execute(_NAMES)
    names = sql.execute("SELECT surname FROM row_names ORDER BY code").fetchall()
    if not names:
        sql.execute(f"CREATE OR REPLACE TEMP TABLE {table} (place VARCHAR, surname VARCHAR, {column} BIGINT)")
        return
    named = surnames.lookup(row[0] for row in names)
    areas = bisg.counties_of(sql.execute(_AREAS).fetchall())
    pairs = sql.execute(_PAIRS).fetchnumpy()
    idx, code = (np.asarray(pairs[key], dtype=np.int64) for key in ("idx", "code"))
    values = np.concatenate(
        [worth(named, areas, idx[at : at + _CHUNK], code[at : at + _CHUNK]) for at in range(0, len(idx), _CHUNK)]
    )
    sql.register("row_values", {"idx": idx, "code": code, "value": values})
    try:
        sql.execute(_JOINED.format(table=table, column=column))
    finally:
        sql.unregister("row_values")
    sql.execute("DROP TABLE row_names")


_AREAS = (
    "SELECT i.place, coalesce(any_value(p.parent), '') FROM audit_places i LEFT JOIN places p ON p.place = i.place "
    "GROUP BY i.idx, i.place ORDER BY i.idx"
)


def _bins(
    named: surnames.Named, areas: NDArray[np.intp], idx: NDArray[np.int64], code: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the bin of each pair of place and name."""
    chance = bisg.chances_of(named.shares[code], areas[idx])[:, GROUPS.index(GROUP)]
    return np.where(named.found[code], bin_of(chance), NO_NAME)


def _groups(
    named: surnames.Named, areas: NDArray[np.intp], idx: NDArray[np.int64], code: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the likeliest group of each pair of place and name, by its number."""
    likeliest = np.argmax(bisg.chances_of(named.shares[code], areas[idx]), axis=1)
    return np.where(named.found[code], likeliest, NO_NAME)
