"""Baselines of an audit: for each place and universe the vintage nearest to the counts, with its margins and years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np

from auditor.baselines import census2010
from auditor.cells import Table
from auditor.records.load import Loaded
from auditor.records.unseen import visible

RESIDENTS = "residents"


@dataclass(frozen=True, slots=True)
class _Row:
    """One figure: position of the place, whose it is, and its years (None where the source gives none)."""

    place: int
    universe: str
    group: str
    n: float
    moe: float
    first: date | None
    last: date | None


def baseline_populations(
    sql: duckdb.DuckDBPyConnection, loaded: Loaded, ids: Sequence[str]
) -> tuple[Table, dict[str, str]]:
    """Return the population of the audited places, and where each universe comes from.

    Parameters
    ----------
    sql : DuckDBPyConnection
        Holds ``population``, ``counts`` and ``audit_places``.
    loaded : Loaded
        For the names of the sources.
    ids : sequence of str
        Audited places in order.

    Returns
    -------
    table : Table
        Keys ``universe`` and ``group``; a row without a group is the total of its universe, beside the groups where
        both are known (it may come from another vintage). ``first`` and ``last`` are the years that a figure is of.
    labels : dict
        For each universe its name, years and sources.

    Notes
    -----
    Files hold one table each as a rule: the figures of one vintage are gathered over all sources, and where two give
    the same figure the earlier source is taken. The built-in Census of 2010 stands in where no source gives residents
    by group.
    """
    rows, labels = _supplied(sql, loaded)
    if not any(row.universe == RESIDENTS and row.group for row in rows):
        built_in = _census(ids)
        if built_in:
            rows += built_in
            labels[RESIDENTS] = "residents, 2010 (built-in Census 2010 table)"
    rows.sort(key=lambda row: (row.place, row.universe, row.group))
    none = np.zeros(len(rows), dtype=bool)
    return Table(
        np.array([row.place for row in rows], dtype=np.int64),
        {
            "universe": np.array([row.universe for row in rows], dtype=object),
            "group": np.array([row.group for row in rows], dtype=object),
        },
        np.array([row.n for row in rows], dtype=float),
        none,
        none,
        np.array([row.moe for row in rows], dtype=float),
        np.array([row.first or "NaT" for row in rows], dtype="datetime64[D]"),
        np.array([row.last or "NaT" for row in rows], dtype="datetime64[D]"),
    ), labels


def _supplied(sql: duckdb.DuckDBPyConnection, loaded: Loaded) -> tuple[list[_Row], dict[str, str]]:
    seen: dict[str, list[tuple[Any, Any, int]]] = {}
    found = []
    for idx, universe, group, n, moe, start, end, source in sql.execute(_VINTAGES).fetchall():
        seen.setdefault(universe, []).append((start, end, source))
        found.append(_Row(idx, universe, group, float(n), float("nan") if moe is None else float(moe), start, end))
    return found, {name: _label(name, some, loaded) for name, some in seen.items()}


_VINTAGES = """
WITH target AS (
    SELECT make_timestamp_ms((min(epoch_ms(start::TIMESTAMP)) + max(epoch_ms("end"::TIMESTAMP))) // 2)::DATE AS day
    FROM counts
), stated AS (
    SELECT i.idx, coalesce(p.universe, 'residents') AS universe, coalesce(p."group", '') AS "group", p.n, p.moe,
           p.start, p."end", p.source, p.age IS NULL AND p.sex IS NULL AS whole,
           dense_rank() OVER (
               PARTITION BY i.idx, coalesce(p.universe, 'residents'), p."group" IS NULL
               ORDER BY abs(date_diff('day', coalesce(p.start, t.day), t.day)) NULLS FIRST, p.start, p."end"
           ) AS vintage
    FROM population p JOIN audit_places i ON i.place = p.place CROSS JOIN target t WHERE p.n IS NOT NULL
), nearest AS (
    SELECT *, dense_rank() OVER (PARTITION BY idx, universe, "group" ORDER BY source) AS file FROM stated
    WHERE vintage = 1
), once AS (
    SELECT *, bool_or(whole) OVER (PARTITION BY idx, universe, "group") AS has_whole FROM nearest WHERE file = 1
)
SELECT idx, universe, "group", sum(n), sqrt(sum(moe * moe)), min(start), max("end"), min(source)
FROM once WHERE whole OR NOT has_whole GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


def _label(universe: str, seen: Sequence[tuple[Any, Any, int]], loaded: Loaded) -> str:
    """Name a benchmark with its year (the range of years where places have different ones) and its source."""
    years = {day.year for start, end, _ in seen for day in (start, end) if day is not None}
    when = "" if not years else f", {min(years)}" if len(years) == 1 else f", {min(years)}-{max(years)}"
    named = sorted({visible(loaded.sources[source].citation) or loaded.sources[source].name for _, _, source in seen})
    return f"{universe}{when} ({'; '.join(named)})"


def _census(ids: Sequence[str]) -> list[_Row]:
    """Return the built-in residents of 2010 for the counties and states among the places."""
    position = {place: i for i, place in enumerate(ids)}
    sums: dict[tuple[int, str], float] = {}
    for county, group, n in census2010.load().rows:
        for place in (county, county[:2]):
            if place in position:
                key = (position[place], group)
                sums[key] = sums.get(key, 0.0) + float(n)
    day = date(2010, 4, 1)
    return [_Row(idx, RESIDENTS, group, n, float("nan"), day, day) for (idx, group), n in sums.items()]
