"""Which months the records of each place speak of, event by event: for the calendar, not for any count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

Runs = dict[str, list[list[str]]]
"""``months`` and ``totals``: stretches of months, as pairs of the first and the last (``YYYY-MM``)."""

_ROWS = (
    "SELECT i.idx, c.event, year(c.start) * 12 + month(c.start) - 1 AS a, "
    'year(c."end") * 12 + month(c."end") - 1 AS b, list_contains(?::BIGINT[], c.source) AS complete '
    'FROM counts c JOIN audit_places i ON i.place = c.place WHERE c.start IS NOT NULL AND c."end" IS NOT NULL'
)
# Months told one by one, in stretches without a gap (gaps and islands).
_SINGLE = (
    "WITH r AS ({rows}), m AS (SELECT DISTINCT idx, event, a FROM r WHERE a = b AND NOT complete), "
    "g AS (SELECT *, a - row_number() OVER (PARTITION BY idx, event ORDER BY a) AS island FROM m) "
    "SELECT idx, event, min(a), max(a) FROM g GROUP BY idx, event, island"
)
# Of single person-events, silence between the first and the last is a true zero: one stretch.
_PERSONS = "WITH r AS ({rows}) SELECT idx, event, min(a), max(b) FROM r WHERE complete GROUP BY idx, event"
_LONGER = "WITH r AS ({rows}) SELECT DISTINCT idx, event, a, b FROM r WHERE a < b AND NOT complete"


def recorded_months(sql: duckdb.DuckDBPyConnection, complete: Sequence[int]) -> dict[int, dict[str, Runs]]:
    """Return, by position of the place and by event, the stretches of months of which rows speak.

    Parameters
    ----------
    sql : DuckDBPyConnection
        With the tables ``counts`` and ``audit_places``.
    complete : sequence of int
        Sources of single person-events.

    Returns
    -------
    dict
        ``months`` holds stretches in which every month is told by itself, ``totals`` those that are told only as a
        sum over several months.
    """
    found: dict[int, dict[str, Runs]] = {}
    single: dict[tuple[int, str], list[tuple[int, int]]] = {}
    longer: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for query, into in ((_SINGLE, single), (_PERSONS, single), (_LONGER, longer)):
        for idx, event, first, last in _fetch(sql, query, complete):
            into.setdefault((idx, event), []).append((first, last))
    for idx, event in sorted({*single, *longer}):
        told = _joined(single.get((idx, event), []))
        rest = _joined(longer.get((idx, event), []))
        found.setdefault(idx, {})[event] = {"months": _written(told), "totals": _written(rest)}
    return found


def _fetch(sql: duckdb.DuckDBPyConnection, query: str, complete: Sequence[int]) -> list[tuple[Any, ...]]:
    return sql.execute(query.format(rows=_ROWS), [list(complete)]).fetchall()


def _joined(runs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join stretches that overlap or meet."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(runs):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def _written(runs: Sequence[tuple[int, int]]) -> list[list[str]]:
    return [[f"{at // 12:04d}-{at % 12 + 1:02d}" for at in run] for run in runs]
