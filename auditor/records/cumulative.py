"""Figures since the start of a programme: two issues are never added, the latest one stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.records.removal import remove
from auditor.records.sheet import Sheet, times

if TYPE_CHECKING:
    from auditor.records.store import Store

REASON = "superseded by a later cumulative issue"
FEWEST = 4
"""Periods that a series needs before its shape says anything: four random numbers rise throughout 1 time in 24."""
_MOST = 0.9
_KEYS = 'place, event, "group", group_source, offence, level, level_basis, level_regime, searched, contraband, agency'


def supersede(sheets: Sequence[Sheet], store: Store) -> tuple[str, ...]:
    """Keep the latest issue of each place and event, over all sources; note figures that went down.

    Parameters
    ----------
    sheets : sequence of Sheet
        Their ledgers take the rows that are superseded.
    store : Store
        Its ``counts`` are reduced.

    Returns
    -------
    tuple of str
        One note for each figure that a later issue made smaller, with both values.
    """
    notes = _revised(store)
    store.connection.execute(
        'CREATE OR REPLACE TEMP TABLE latest AS SELECT place, event, max("end") AS last FROM counts '
        "WHERE cumulative GROUP BY ALL"
    )
    where = (
        "t.cumulative AND EXISTS (SELECT 1 FROM latest l WHERE l.place = t.place AND l.event = t.event "
        'AND t."end" < l.last)'
    )
    remove(sheets, store, where, REASON)
    return notes


def _revised(store: Store) -> tuple[str, ...]:
    rows = store.connection.execute(
        f'SELECT place, event, coalesce(level, \'\'), "end", n, next_end, next_n FROM (SELECT {_KEYS}, "end", n, '  # noqa: S608
        f'lead("end") OVER w AS next_end, lead(n) OVER w AS next_n FROM (SELECT {_KEYS}, "end", sum(n) AS n '
        f'FROM counts WHERE cumulative GROUP BY ALL) WINDOW w AS (PARTITION BY {_KEYS} ORDER BY "end")) '
        'WHERE next_n < n ORDER BY place, event, level, "end"'
    ).fetchall()
    return tuple(
        f"{place}: cumulative {event}{f' (level {level})' if level else ''} went down, so an earlier issue was "
        f"revised: {n:,} to {end}, {later:,} to {then}; the later one is used"
        for place, event, level, end, n, then, later in rows
    )


def ask_about_cumulative(sheets: Sequence[Sheet], store: Store) -> None:
    """Ask about series that never fall although they are given as flows.

    At least four periods of (nearly) every place of a source must rise throughout.
    """
    for sheet in sheets:
        known = {column.name for column in sheet.adapter.columns}
        if "cumulative" in sheet.columns or "cumulative" not in known:
            continue
        for event, places, example in _rising(store, sheet.index):
            sheet.ask(
                f"{event}: in {places} the figures never fall from one period to the next (e.g. {example})",
                "they look like totals since the start, and adding such totals counts everybody several times",
                'say constants = { cumulative = "true" } or "false"',
                column="n" if "n" in sheet.columns else "",
                comment='constants: cumulative = "true" (since the start) or "false" (each period by itself)',
            )
            sheet.docket.answers(sheet.at, sheet.spec).constants["cumulative"] = "true"
            break


def _rising(store: Store, source: int) -> list[tuple[str, str, str]]:
    rows = store.connection.execute(
        'WITH s AS (SELECT place, event, start, "end", sum(n) AS n FROM counts WHERE source = ? '
        "AND cumulative IS NOT TRUE GROUP BY ALL HAVING bool_and(n IS NOT NULL)), "
        'd AS (SELECT place, event, n, lag(n) OVER w AS before, "end", count(*) OVER w2 AS periods FROM s '
        'WINDOW w AS (PARTITION BY place, event ORDER BY start, "end"), w2 AS (PARTITION BY place, event)), '
        "p AS (SELECT place, event, bool_and(before IS NULL OR n >= before) AND max(n) > min(n) AS rises, "
        'list(n ORDER BY "end")[1:5] AS series FROM d WHERE periods >= ? GROUP BY ALL) '
        "SELECT event, count(*), count(*) FILTER (rises), min(place) FILTER (rises), "
        "arg_min(series, place) FILTER (rises) FROM p GROUP BY event ORDER BY event",
        [source, FEWEST],
    ).fetchall()
    found = []
    for event, places, rising, first, series in rows:
        if rising and rising >= _MOST * places:
            shown = ", ".join(f"{int(n):,}" for n in series)
            found.append((event, f"{rising:,} of {times(places, 'place')}", f"{first}: {shown}"))
    return found
