"""When and how each place's events were recorded, who is named in them, and which programmes started there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import numpy as np

from auditor.cells import Coverage


def recorded_windows(sql: duckdb.DuckDBPyConnection, size: int) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return, by event, the first and the last day of each audited place; "" where it has none."""
    rows = sql.execute(
        'SELECT i.idx, c.event, CAST(min(c.start) AS VARCHAR), CAST(max(c."end") AS VARCHAR) '
        "FROM counts c JOIN audit_places i ON i.place = c.place GROUP BY 1, 2 ORDER BY 2, 1"
    ).fetchall()
    windows: dict[str, tuple[list[str], list[str]]] = {}
    for idx, event, first, last in rows:
        lists = windows.setdefault(event, ([""] * size, [""] * size))
        lists[0][idx], lists[1][idx] = first or "", last or ""
    return {event: (tuple(first), tuple(last)) for event, (first, last) in windows.items()}


def coverages(sql: duckdb.DuckDBPyConnection, size: int, complete: Sequence[int]) -> dict[str, Coverage]:
    """Return how each event was recorded in each place; ``complete`` are the sources that hold every person."""
    rows = sql.execute(
        "SELECT i.idx, c.event, NOT bool_and(list_contains(?::BIGINT[], c.source)), avg((c.n IS NULL)::INTEGER), "
        "any_value(s.days) FROM counts c JOIN audit_places i ON i.place = c.place JOIN ("
        "SELECT place, event, sum(date_diff('day', start, \"end\") + 1) AS days "
        'FROM (SELECT DISTINCT place, event, start, "end" FROM counts) GROUP BY 1, 2) s '
        "ON s.place = c.place AND s.event = c.event GROUP BY 1, 2 ORDER BY 2, 1",
        [list(complete)],
    ).fetchall()
    found: dict[str, Coverage] = {}
    for idx, event, aggregate, suppressed, days in rows:
        if event not in found:
            found[event] = Coverage(np.ones(size, dtype=bool), np.zeros(size), np.zeros(size, dtype=np.int64))
        found[event].aggregate[idx], found[event].suppressed[idx] = aggregate, suppressed
        found[event].days[idx] = int(days or 0)
    return found


def programme_starts(sql: duckdb.DuckDBPyConnection) -> dict[str, tuple[Mapping[str, str], ...]]:
    """Return the programme starts of every place that has one, in order of date."""
    rows = sql.execute(
        "SELECT DISTINCT place, coalesce(program, ''), coalesce(kind, ''), coalesce(CAST(date AS VARCHAR), ''), "
        "coalesce(agency, '') FROM activations ORDER BY 1, 4, 2, 3, 5"
    ).fetchall()
    found: dict[str, tuple[Mapping[str, str], ...]] = {}
    for place, program, kind, day, agency in rows:
        entry = {"program": program, "kind": kind, "date": day, "agency": agency}
        found[place] = (*found.get(place, ()), entry)
    return found


def named_agencies(sql: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
    """Return the agencies that the counts of each place name."""
    rows = sql.execute(
        "SELECT place, list_sort(list(DISTINCT agency)) FROM counts WHERE agency IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return {place: tuple(agencies) for place, agencies in rows}
