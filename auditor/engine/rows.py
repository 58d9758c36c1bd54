"""The rows that are counted, laid down once with their texts as codes.

Every signal groups the same rows by other keys. Texts are long and few: as an enumeration they are grouped, sorted and
handed over as small integers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from auditor.cells import Table
from auditor.row_cells import Coded, Columns

CODED = ("event", "group", "group_source", "offence", "level", "level_basis", "level_regime", "month")
"""Keys that are kept as codes; the others (``start``, ``end``) are days."""


@dataclass
class Rows:
    """Rows of the audited places and regions, in the table ``audit_rows``.

    Attributes
    ----------
    sql : DuckDBPyConnection
        With the tables ``counts``, ``audit_places`` and ``audit_regions``.
    complete : sequence of int
        Sources whose rows are single person-events.
    """

    sql: duckdb.DuckDBPyConnection
    complete: Sequence[int]
    _names: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sql.execute("DROP TABLE IF EXISTS audit_rows")
        for key in CODED:
            values = f"SELECT DISTINCT {_text(key)} AS value FROM counts c UNION SELECT ''"  # noqa: S608
            self._names[key] = tuple(row[0] for row in self.sql.execute(f"{values} ORDER BY 1").fetchall())
            self.sql.execute(f"DROP TYPE IF EXISTS audit_{key}")
            self.sql.execute(f"CREATE TYPE audit_{key} AS ENUM ({values} ORDER BY 1)")
        columns = ", ".join(f'({_text(key)})::audit_{key} AS "{key}"' for key in CODED)
        self.sql.execute(
            f"CREATE TEMP TABLE audit_rows AS SELECT i.idx, r.idx AS region, {columns}, "  # noqa: S608
            'c.start, c."end", c.n, list_contains(?::BIGINT[], c.source) AS complete FROM counts c '
            "LEFT JOIN audit_places i ON i.place = c.place LEFT JOIN audit_regions r ON r.place = c.place "
            "WHERE i.idx IS NOT NULL OR r.idx IS NOT NULL",
            [list(self.complete)],
        )

    def table(self, index: str, keys: Sequence[str], events: Sequence[str], *, cut: bool = False) -> Table:
        """Group the rows.

        Parameters
        ----------
        index : str
            ``"idx"`` for the audited places, ``"region"`` for the regions.
        keys : sequence of str
        events : sequence of str
            Events to count; empty for all.
        cut : bool
            Count only rows that lie within the days of ``audit_window``.
        """
        columns = "".join(f", {_output(key)}" for key in keys)
        groups = "".join(f', c."{key}"' for key in keys)
        wanted = " AND list_contains(?::VARCHAR[], c.event::VARCHAR)" if events else ""
        within = 'JOIN audit_window w ON w.idx = c.idx AND c.start >= w.first AND c."end" <= w.last ' if cut else ""
        query = (
            f"SELECT c.{index} AS idx{columns}, sum(coalesce(c.n, 0))::DOUBLE AS n, "  # noqa: S608
            "bool_or(c.n IS NULL) AS censored, bool_and(c.complete) AS complete, "
            'min(c.start) AS first, max(c."end") AS last '
            f"FROM audit_rows c {within}WHERE c.{index} IS NOT NULL{wanted} "
            f"GROUP BY c.{index}{groups} ORDER BY c.{index}{groups}"
        )
        found = self.sql.execute(query, [list(events)] if events else []).fetchnumpy()
        return self._table(found, keys)

    def _table(self, found: Mapping[str, Any], keys: Sequence[str]) -> Table:
        return Table(
            np.asarray(plain(found["idx"]), dtype=np.int64),
            Columns({key: self._column(key, plain(found[key])) for key in keys}),
            np.asarray(plain(found["n"]), dtype=float),
            np.asarray(plain(found["censored"]), dtype=bool),
            np.asarray(plain(found["complete"]), dtype=bool),
            first=days(found["first"]),
            last=days(found["last"]),
        )

    def _column(self, key: str, values: Any) -> Coded | NDArray[Any]:
        """Return codes, as narrow as DuckDB has them, with the texts that they stand for; or days as texts."""
        if key not in CODED:
            return np.asarray(values, dtype=object)
        return np.asarray(values), np.array(self._names[key], dtype=object)


def plain(values: Any) -> Any:
    """Return an array without its mask."""
    return values.filled() if isinstance(values, np.ma.MaskedArray) else values


def days(values: Any) -> Any:
    """Return days; NaT where there is none."""
    if isinstance(values, np.ma.MaskedArray):
        values = values.filled(np.datetime64("NaT"))
    return np.asarray(values).astype("datetime64[D]")


def _output(key: str) -> str:
    """Return the SQL of a key as it is handed over: a code, or a day as text."""
    return f'enum_code(c."{key}") AS "{key}"' if key in CODED else f'coalesce(c."{key}"::VARCHAR, \'\') AS "{key}"'


def _text(key: str) -> str:
    """Return the SQL of a key as text.

    Where a source records groups for an event, a blank group is a person of unrecorded group; in a source that
    records none, the row is a total and no statement about groups.
    """
    if key == "month":
        within = "date_trunc('month', c.start) = date_trunc('month', c.\"end\")"
        return f"CASE WHEN {within} THEN strftime(c.start, '%Y-%m') ELSE '' END"
    text = f"coalesce(CAST(c.\"{key}\" AS VARCHAR), '')"
    if key != "group":
        return text
    grouped = 'SELECT 1 FROM counts g WHERE g.source = c.source AND g.event = c.event AND g."group" IS NOT NULL'
    return f"CASE WHEN c.\"group\" IS NULL AND EXISTS ({grouped}) THEN 'unknown' ELSE {text} END"
