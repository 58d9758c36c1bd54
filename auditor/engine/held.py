"""What the sources hold at all: the events, groups, levels and columns that signals ask for before they run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import duckdb

from auditor.cells import Inventory, Table
from auditor.domain.periods import months_between


def inventory(
    sql: duckdb.DuckDBPyConnection,
    ids: Sequence[str],
    population: Table,
    focal_groups: tuple[str, ...],
    activated: Collection[str],
    row_columns: Mapping[str, frozenset[str]],
) -> Inventory:
    """Return what the counts, operations and events of the audited places hold."""

    def distinct(column: str, extra: str = "") -> frozenset[str]:
        query = f'SELECT DISTINCT c."{column}" FROM counts c JOIN audit_places i ON i.place = c.place {extra}'  # noqa: S608
        return frozenset(str(row[0]) for row in sql.execute(query).fetchall() if row[0])

    span = sql.execute(
        'SELECT min(c.start), max(c."end") FROM counts c JOIN audit_places i ON i.place = c.place'
    ).fetchone()
    months = months_between(span[0], span[1]) if span and span[0] and span[1] else 0
    return Inventory(
        events=distinct("event"),
        groups=distinct("group"),
        universes=frozenset(population.levels("universe")),
        levels=distinct("level"),
        offences=distinct("offence"),
        events_with_group=distinct("event", 'WHERE c."group" IS NOT NULL AND c."group" <> \'unknown\''),
        events_with_level=distinct("event", "WHERE c.level IS NOT NULL AND c.level <> 'unknown'"),
        places=len(ids),
        months=months,
        focal_groups=focal_groups,
        events_with_offence=distinct(
            "event", 'WHERE c.offence IS NOT NULL AND c."group" IS NOT NULL AND c."group" <> \'unknown\''
        ),
        activated=len(set(ids) & set(activated)),
        row_columns=row_columns,
        operated=_operated(sql),
    )


def _operated(sql: duckdb.DuckDBPyConnection) -> int:
    row = sql.execute(
        "SELECT count(DISTINCT o.place) FROM operations o JOIN audit_places i ON i.place = o.place"
    ).fetchone()
    return int(row[0]) if row else 0
