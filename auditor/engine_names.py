"""Surnames turned into chances inside the private store: what leaves it is a bin, never a name.

Each distinct pair of surname and place is looked up once (see :mod:`auditor.baselines.bisg`); the rows are joined with
the bins by SQL. Everybody else sees the key ``chance_bin`` of :mod:`auditor.row_keys`.
"""

from __future__ import annotations

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
_CHANCES = (
    "CREATE OR REPLACE TEMP TABLE row_chances AS SELECT i.place, n.surname, b.bin FROM row_bins b "
    "JOIN audit_places i ON i.idx = b.idx JOIN row_names n ON n.code = b.code WHERE b.bin >= 0"
)


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
    broken = ""
    try:
        _fill(sql)
    except InputError:
        raise
    except Exception as error:  # its message may quote a name, so neither it nor the error itself goes any further
        broken = type(error).__name__
    if broken:
        raise RuntimeError(f"surnames could not be turned into chances ({broken})")


def _fill(sql: duckdb.DuckDBPyConnection) -> None:
    sql.execute(_NAMES)
    names = sql.execute("SELECT surname FROM row_names ORDER BY code").fetchall()
    if not names:
        sql.execute("CREATE OR REPLACE TEMP TABLE row_chances (place VARCHAR, surname VARCHAR, bin BIGINT)")
        return
    named = surnames.lookup(row[0] for row in names)
    areas = bisg.counties_of(sql.execute(_AREAS).fetchall())
    pairs = sql.execute(_PAIRS).fetchnumpy()
    idx, code = (np.asarray(pairs[key], dtype=np.int64) for key in ("idx", "code"))
    bins = np.concatenate(
        [_bins(named, areas, idx[at : at + _CHUNK], code[at : at + _CHUNK]) for at in range(0, len(idx), _CHUNK)]
    )
    sql.register("row_bins", {"idx": idx, "code": code, "bin": bins})
    try:
        sql.execute(_CHANCES)
    finally:
        sql.unregister("row_bins")
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
