"""Figures since the start of a programme: two issues are never added, the latest complete one stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.domain.vocabulary import NATION
from auditor.records.canonical import examples
from auditor.records.removal import remove
from auditor.records.sheet import Row, Sheet, quote, times

if TYPE_CHECKING:
    from auditor.records.store import Store

REASON = "superseded by a later cumulative issue"
SHORT = "cumulative issue that lacks levels or groups of an earlier one"
FEWEST = 4
"""Periods that a series needs before its shape says anything: four random numbers rise throughout 1 time in 24."""
_MOST = 0.9
_SHOWN = 5
_KEYS = 'place, event, "group", group_source, offence, level, level_basis, level_regime, searched, contraband, agency'
_PARTS = ("level", "group", "offence", "searched", "contraband", "agency")
"""What an issue can be broken down by."""

_VALUE = {"level": "unnest(string_split(level, '/'))"}
"""A level of several ("2/3") stands for each of them."""


def supersede(sheets: Sequence[Sheet], store: Store) -> tuple[str, ...]:
    """Keep one issue of each place and event, over all sources; note figures that went down.

    The latest issue stands that has every level, group, offence and agency that any issue of the place and event
    has. Where none has them all, a person must say which to use: the last issue alone would lose the others.
    The nation's issues all stay, since each is the baseline of the places with its window.

    Parameters
    ----------
    sheets : sequence of Sheet
        Their ledgers take the rows that are superseded, their dockets the questions.
    store : Store
        Its ``counts`` are reduced.

    Returns
    -------
    tuple of str
        One note for each figure that a later issue made smaller, and for each issue passed over as incomplete.
    """
    notes = revised(sheets, store)
    _find_issues(store)
    _ask_about_last_days(sheets, store)
    notes += _passed_over(store)
    same = "i.place = t.place AND i.event = t.event"
    for order, reason in (("<", REASON), (">", SHORT)):
        there = f'SELECT 1 FROM counts t JOIN stands i ON {same} WHERE t.cumulative AND t."end" {order} i.stand LIMIT 1'  # noqa: S608
        if store.connection.execute(there).fetchall():
            where = f't.cumulative AND EXISTS (SELECT 1 FROM stands i WHERE {same} AND t."end" {order} i.stand)'  # noqa: S608
            remove(sheets, store, where, reason)
    return notes


def _find_issues(store: Store) -> None:
    """Tell which issues are complete, and which of each place and event stands (NULL when none is complete)."""
    parts = " UNION ALL ".join(
        f"SELECT place, event, \"end\" AS last, '{name}' AS part, "  # noqa: S608
        f"{_VALUE.get(name, quote(name))} AS value, source, row "
        f"FROM counts WHERE cumulative AND place <> '{NATION}' AND \"{name}\" IS NOT NULL"
        for name in _PARTS
    )
    store.connection.execute(
        "CREATE OR REPLACE TEMP TABLE issue_parts AS "  # noqa: S608
        f"SELECT place, event, last, part, value, min((source, row)) AS spot FROM ({parts}) "
        "WHERE value <> 'unknown' GROUP BY ALL"
    )
    store.connection.execute(
        'CREATE OR REPLACE TEMP TABLE stands AS WITH e AS (SELECT DISTINCT place, event, "end" AS last FROM counts '  # noqa: S608
        f"WHERE cumulative AND place <> '{NATION}'), h AS (SELECT place, event, last, count(*) AS parts "
        "FROM issue_parts GROUP BY ALL), w AS (SELECT place, event, count(DISTINCT (part, value)) AS parts "
        "FROM issue_parts GROUP BY ALL) SELECT e.place, e.event, max(e.last) AS latest, "
        "max(e.last) FILTER (coalesce(h.parts, 0) = coalesce(w.parts, 0)) AS stand FROM e "
        "LEFT JOIN h USING (place, event, last) LEFT JOIN w USING (place, event) GROUP BY e.place, e.event"
    )


def _ask_about_last_days(sheets: Sequence[Sheet], store: Store) -> None:
    """Ask where no issue has every level (group ...): each would lose some of them."""
    rows = store.connection.execute(
        "WITH p AS (SELECT place, event, part, value, max(last) AS last, max(spot) AS spot FROM issue_parts "
        "JOIN stands USING (place, event) WHERE stand IS NULL GROUP BY ALL), "
        "q AS (SELECT place, event, part, last, list(value ORDER BY value) AS named, max(spot) AS spot FROM p "
        "GROUP BY ALL) SELECT place, event, max(spot), "
        "list(part || ' ' || array_to_string(named, ', ') || ' to ' || last ORDER BY part, last) FROM q "
        "GROUP BY ALL ORDER BY place, event"
    ).fetchall()
    by_source: dict[int, list[Row]] = {}
    for row in rows:
        by_source.setdefault(row[2][0], []).append(row)
    for source, found in by_source.items():
        shown = "; ".join(f"{place}, {event}: {', '.join(said)}" for place, event, _, said in found[:_SHOWN])
        more = f" and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
        sheets[source].ask(
            f"cumulative figures with different last days, and no issue that has them all: {shown}{more}",
            "the latest issue alone would lose levels or groups, and figures to different days make no mix",
            "give every level and group to the same last day, or take the rows of the other last days out",
            row=min(row[2][1] for row in found),
        )


def _passed_over(store: Store) -> tuple[str, ...]:
    rows = store.connection.execute(
        "SELECT event, latest, stand, count(*), list(place ORDER BY place)[1:5] FROM stands WHERE stand < latest "
        "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    ).fetchall()
    return tuple(
        f"cumulative {event} to {latest} lacks levels or groups that the issue to {stand} has: the complete one is "
        f"used for {times(count, 'place')} ({examples(places, count)})"
        for event, latest, stand, count, places in rows
    )


def revised(sheets: Sequence[Sheet], store: Store) -> tuple[str, ...]:
    """Return one note for each figure since the start that a later issue made smaller."""
    rows = store.connection.execute(
        f"SELECT place, event, coalesce(level, ''), \"end\", n, next_end, next_n, open, spot FROM (SELECT {_KEYS}, "  # noqa: S608
        '"end", n, lead("end") OVER w AS next_end, lead(n) OVER w AS next_n, open AND lead(open) OVER w AS open, '
        f'lead(spot) OVER w AS spot FROM (SELECT {_KEYS}, "end", sum(n) AS n, bool_and(published) AS open, '
        f"min((source, row)) AS spot FROM counts WHERE cumulative GROUP BY ALL) WINDOW w AS (PARTITION BY {_KEYS} "
        'ORDER BY "end")) WHERE next_n < n ORDER BY place, event, level, "end"'
    ).fetchall()
    notes = []
    for place, event, level, end, n, then, later, public, (source, row) in rows:
        said = f"{n:,} to {end}, {later:,} to {then}" if public else f"from the one to {end} to the one to {then}"
        notes.append(
            f"{place}: cumulative {event}{f' (level {level})' if level else ''} went down, so an earlier issue was "
            f"revised: {said} ({sheets[source].raw.file}, row {row})"
        )
    return tuple(dict.fromkeys(notes))


def ask_about_cumulative(sheets: Sequence[Sheet], store: Store) -> frozenset[int]:
    """Ask about series that never fall although they are given as flows.

    At least four periods of (nearly) every place of a source must rise throughout.

    Returns
    -------
    frozenset of int
        The sources asked about.
    """
    asked: set[int] = set()
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
            asked.add(sheet.index)
            break
    return frozenset(asked)


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
