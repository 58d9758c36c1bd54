"""Which rows are alike, by 64-bit hashes sorted in memory: a tenth of the time and memory of grouping whole rows.

Equal hashes are candidates only; whoever finds some compares the rows themselves. Two of eleven million different rows
share a hash once in three hundred thousand files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from auditor.records.store import Store

_AT_ONCE = 1 << 24
"""Rows whose hashes are held in memory at once (128 MiB)."""


@dataclass(frozen=True, slots=True)
class Hashes:
    """What the hashes of some rows tell.

    Attributes
    ----------
    rows : int
        How many rows there are.
    distinct : int
        How many different hashes.
    repeated : tuple of int
        The hashes that stand more than once.
    total : int
        Their sum (modulo 2 ** 64): the same for the same rows in whatever order.
    """

    rows: int
    distinct: int
    repeated: tuple[int, ...]
    total: int


def hashes(
    store: Store, expression: str, source: str, rows: int, options: Mapping[str, object] | None = None
) -> Hashes:
    """Hash every row of a relation.

    Parameters
    ----------
    store : Store
        Whose connection reads it.
    expression : str
        SQL of what is hashed, such as ``c0, c1``.
    source : str
        SQL of the relation, with its conditions.
    rows : int
        How many rows it has about, to tell how many are held at once.
    options : mapping, optional
        Parameters of the SQL.

    Returns
    -------
    Hashes
    """
    parts = rows // _AT_ONCE + 1
    count = distinct = total = 0
    repeated: list[int] = []
    for part in range(parts):
        where = f" WHERE h % {parts} = {part}" if parts > 1 else ""
        query = f"SELECT h FROM (SELECT hash({expression}) AS h FROM {source}){where}"  # noqa: S608
        found = store.connection.execute(query, options or {}).fetchnumpy()["h"]
        ordered = np.sort(np.asarray(found, dtype=np.uint64))
        alike = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
        count += len(ordered)
        distinct += len(ordered) - int((ordered[1:] == ordered[:-1]).sum())
        repeated += alike.tolist()
        total += int(ordered.sum(dtype=np.uint64))
    return Hashes(count, distinct, tuple(repeated), total % 2**64)
