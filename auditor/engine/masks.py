"""Of which places every count is public, was drawn by a computer, or would give a small unpublished part away."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb


def published(sql: duckdb.DuckDBPyConnection, table: str, size: int) -> tuple[bool, ...]:
    """Return whether every count of each place of this table of places is already public."""
    rows = sql.execute(
        "SELECT i.idx, bool_and(coalesce(c.published, false)) FROM counts c "  # noqa: S608
        f"JOIN {table} i ON i.place = c.place GROUP BY 1"
    ).fetchall()
    known = dict(rows)
    return tuple(bool(known.get(i, False)) for i in range(size))


def simulated(sql: duckdb.DuckDBPyConnection, size: int, sources: Sequence[int]) -> tuple[bool, ...]:
    """Return whether any count of each audited place comes from one of these sources, which a computer drew."""
    rows = sql.execute(
        "SELECT DISTINCT i.idx FROM counts c JOIN audit_places i ON i.place = c.place "
        "WHERE list_contains(?::BIGINT[], c.source)",
        [list(sources)],
    ).fetchall()
    marked = {row[0] for row in rows}
    return tuple(i in marked for i in range(size))


def tainted(sql: duckdb.DuckDBPyConnection, size: int, persons: float) -> tuple[bool, ...]:
    """Return places where an unpublished count of 1 to 10 is added to public ones: the sum would give it away.

    Not only cells count but every sum of them that a signal may print: by group, by class, by level.
    """
    rows = sql.execute(
        'SELECT DISTINCT i.idx FROM (SELECT place, event, "group", offence, level, '
        "sum(n) FILTER (NOT coalesce(published, false)) AS own FROM counts GROUP BY GROUPING SETS ("
        '(place, event), (place, event, "group"), (place, event, offence), (place, event, level), '
        '(place, event, "group", offence), (place, event, "group", offence, level))) t '
        "JOIN (SELECT DISTINCT place, event FROM counts WHERE published) p "
        "ON p.place = t.place AND p.event = t.event JOIN audit_places i ON i.place = t.place "
        "WHERE own > 0 AND own < ?",
        [persons],
    ).fetchall()
    marked = {row[0] for row in rows}
    return tuple(i in marked for i in range(size))
