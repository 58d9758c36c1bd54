"""The same events under two periods, or under a place and its agencies: never added without a person's word.

A figure since the start of a programme holds the months inside its window: those are left out. Any other two figures
that can hold the same events are a question, since nothing in a file says which of them to use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.domain.vocabulary import NATION
from auditor.records.canonical import examples
from auditor.records.removal import remove
from auditor.records.sheet import Row, Sheet, quote, times

if TYPE_CHECKING:
    from auditor.records.store import Store

INSIDE = "inside a cumulative figure of the same place"
KEYS = (
    "group", "group_source", "offence", "level", "level_basis", "level_regime", "searched", "contraband",
)  # fmt: skip
"""What tells figures of one place and event apart, besides the agency and the period."""

_SHOWN = 3
_WHY = "the same events would be counted twice"
_ASKED = {
    "period": (
        "give one of them: take the others out of the file, leave out one file, or set the period of the audit so that "
        'one lies outside; figures since the start are declared with constants = { cumulative = "true" }'
    ),
    "agency": (
        "give either the figures of the whole place or those of its agencies: take one kind out of the file, or leave "
        'the agencies out with values.agency = { "<its name>" = "exclude" }'
    ),
    "breakdown": (
        "give one of them: take the others out of the file, or leave out one file; of two breakdowns of the same "
        "events only one can be counted"
    ),
}
_WORDS = {
    "period": "figures for periods that overlap",
    "agency": "figures without an agency beside figures of agencies",
    "breakdown": "figures for one period and finer or coarser ones that overlap it",
}
# The first day of a figure since the start that names a month or a day only is not known: it is long before.
_FIRST = "CASE WHEN cumulative AND period_kind IN ('month', 'day') THEN DATE '1900-01-01' ELSE start END"


def leave_out_inside(sheets: Sequence[Sheet], store: Store) -> None:
    """Leave out the figures of single periods that a cumulative figure of the same kind already holds.

    Parameters
    ----------
    sheets : sequence of Sheet
        Their ledgers take the rows.
    store : Store
        Its ``counts`` are reduced; the superseded issues must be gone from them.
    """
    same = " AND ".join(f"c.{quote(key)} IS NOT DISTINCT FROM t.{quote(key)}" for key in KEYS)
    store.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE since AS SELECT DISTINCT place, event, agency, {_list(KEYS)}, "  # noqa: S608
        f"{_FIRST} AS first, \"end\" AS last FROM counts WHERE cumulative AND place <> '{NATION}'"
    )
    where = (
        f"NOT coalesce(t.cumulative, false) AND EXISTS (SELECT 1 FROM since c WHERE c.place = t.place "  # noqa: S608
        f"AND c.event = t.event AND {same} AND (c.agency IS NULL OR c.agency = t.agency) "
        'AND c.first <= t.start AND t."end" <= c.last)'
    )
    flows = "SELECT event FROM counts WHERE cumulative IS NOT TRUE INTERSECT SELECT event FROM since"
    if not store.connection.execute(f"SELECT 1 FROM ({flows}) LIMIT 1").fetchall():  # noqa: S608
        return
    rows = store.connection.execute(
        "SELECT source, count(DISTINCT place), list_sort(list(DISTINCT place))[1:5] FROM counts t "  # noqa: S608
        f"WHERE {where} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    for source, count, places in rows:
        sheets[source].note(
            f"in {times(count, 'place')} ({examples(places, count)}) figures of single periods lie inside the window "
            "of a cumulative figure, which holds them already: the cumulative one is used"
        )
    remove(sheets, store, where, INSIDE)


def ask_about_overlaps(sheets: Sequence[Sheet], store: Store, *, but: frozenset[int] = frozenset()) -> None:
    """Ask about figures that hold the same events twice.

    These are: periods of one place, event, group (and whatever else) that overlap without being the same; a place's
    own figures beside those of its agencies; a figure and a finer one over another period, or in another file.
    The nation's rows are never asked about: a baseline is chosen by its window. Person-events of one file are never
    held against each other, since each row is an event.

    Parameters
    ----------
    sheets : sequence of Sheet
        Their dockets take the questions.
    store : Store
        Holds ``counts``.
    but : frozenset of int
        Sources already asked about for another reason.
    """
    persons = [sheet.index for sheet in sheets if sheet.adapter.kind == "records"]
    sources = [row[0] for row in store.connection.execute("SELECT DISTINCT source FROM counts").fetchall()]
    if len(sources) == 1 and sources[0] in persons:
        return
    _spans(store, [*but], persons)
    _same_kind(store)
    _different_kinds(store)
    rows = store.connection.execute(
        "SELECT kind, sa, sb, event, count(DISTINCT place), min(rb), list((place, said, a, ra, b, rb) "  # noqa: S608
        f"ORDER BY place, rb, ra)[1:{_SHOWN}] FROM twice GROUP BY 1, 2, 3, 4 ORDER BY 3, 2, 4, 1 DESC"
    ).fetchall()
    for table in ("candidates", "spans", "shapes", "suspects", "twice"):
        store.drop(table)
    for row in rows:
        _ask(sheets, row)


def _ask(sheets: Sequence[Sheet], row: Row) -> None:
    kind, first, second, event, places, line, found = row
    sheet, other = sheets[second], sheets[first]
    name = "" if first == second else f" of {other.raw.file}" + (f" › {other.raw.sheet}" if other.raw.sheet else "")
    shown = "; ".join(
        f"{', '.join(part for part in (place, event, said) if part)}: {a} (row {ra}{name}) and {b} (row {rb})"
        for place, said, a, ra, b, rb in found
    )
    sheet.ask(
        f"{_WORDS[kind]}, in {times(places, 'place')}: {shown}",
        _WHY,
        _ASKED[kind],
        column="agency" if kind == "agency" else "period",
        row=line,
    )


def _list(names: Sequence[str], table: str = "") -> str:
    return ", ".join(f"{table}{quote(name)}" for name in names)


def _spans(store: Store, but: Sequence[int], persons: Sequence[int]) -> None:
    """Reduce the counts to one row for each kind of figure, source and period, where there can be a question at all.

    There can be one about a place and event only if two of its periods overlap, if two sources give the same period,
    or if some figures name an agency and others none.
    """
    store.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE candidates AS WITH p AS (SELECT place, event, {_FIRST} AS first, "  # noqa: S608
        '"end" AS last, min(source) <> max(source) AS several, bool_or(agency IS NULL) AS whole, '
        f"bool_or(agency IS NOT NULL) AS named FROM counts WHERE place <> '{NATION}' GROUP BY ALL), "
        "w AS (SELECT *, max(last) OVER (PARTITION BY place, event ORDER BY first, last "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) >= first AS overlap FROM p) "
        "SELECT place, event FROM w GROUP BY ALL "
        "HAVING bool_or(coalesce(overlap, false) OR several OR (whole AND named))"
    )
    store.connection.execute(
        "CREATE OR REPLACE TEMP TABLE spans AS SELECT *, row_number() OVER (ORDER BY source, row) AS id "  # noqa: S608
        f"FROM (SELECT source, place, event, agency, {_list(KEYS)}, "
        f'{_FIRST} AS first, "end" AS last, min(row) AS row, min(start) AS start, '
        f"list_contains(?::INTEGER[], source) AS persons, [{', '.join(f'{quote(k)} IS NULL' for k in KEYS)}, "
        "coalesce(contains(level, '/'), false)] AS blanks "
        "FROM counts SEMI JOIN candidates USING (place, event) "
        "WHERE NOT list_contains(?::INTEGER[], source) GROUP BY ALL)",
        [list(persons), list(but)],
    )
    store.connection.execute(
        "CREATE OR REPLACE TEMP TABLE twice (kind VARCHAR, place VARCHAR, event VARCHAR, said VARCHAR, sa INTEGER, "
        "ra BIGINT, a VARCHAR, sb INTEGER, rb BIGINT, b VARCHAR)"
    )


def _period(table: str = "") -> str:
    return f"{table}start || '/' || {table}last"


def _same_kind(store: Store) -> None:
    """Find the figures of one kind that begin before an earlier one has ended; not those of person-events."""
    store.connection.execute(
        f"INSERT INTO twice WITH s AS (SELECT place, event, agency, {_list(KEYS)}, first, last, min(start) AS start, "  # noqa: S608
        "min((source, row)) AS spot FROM spans WHERE NOT persons GROUP BY ALL), "
        f"w AS (SELECT *, max(last) OVER w AS reach, arg_max((spot, {_period()}), last) OVER w AS other FROM s "
        f"WINDOW w AS (PARTITION BY place, event, agency, {_list(KEYS)} ORDER BY first, last "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)), "
        f"p AS (SELECT place, event, {_said('')} AS said, other[1] AS one, other[2] AS a, spot AS two, "
        f"{_period()} AS b FROM w WHERE reach >= first) "
        "SELECT 'period', place, event, said, least(one, two)[1], least(one, two)[2], "
        "CASE WHEN one < two THEN a ELSE b END, greatest(one, two)[1], greatest(one, two)[2], "
        "CASE WHEN one < two THEN b ELSE a END FROM p"
    )


def _said(*tables: str) -> str:
    """Return the SQL that names a figure: what either table says of it."""
    named = {key: f"coalesce({', '.join(f'{table}{quote(key)}' for table in (*tables, *tables)[:2])})"
             for key in (*KEYS, "agency")}  # fmt: skip
    level = f"'level ' || {named.pop('level')}"
    return f"concat_ws(', ', {named.pop('group')}, {level}, {', '.join(named.values())})"


def _different_kinds(store: Store) -> None:
    """Find figures that can hold those of another agency, breakdown or file.

    First by what is blank and by period alone, which is quick; then, for the places and events in which something
    was found, figure by figure. Those already asked about for their periods are left for the next run.
    """
    time = "a.first <= b.last AND b.first <= a.last"
    apart = "(a.first <> b.first OR a.last <> b.last)"
    events = "NOT (a.persons AND a.source = b.source)"
    store.connection.execute(
        "CREATE OR REPLACE TEMP TABLE shapes AS SELECT DISTINCT place, event, source, persons, first, last, blanks, "
        "agency IS NULL AS whole FROM spans ANTI JOIN twice USING (place, event)"
    )
    store.connection.execute(
        "CREATE OR REPLACE TEMP TABLE suspects AS SELECT DISTINCT a.place, a.event FROM shapes a JOIN shapes b "  # noqa: S608
        f"ON a.place = b.place AND a.event = b.event AND {time} AND {events} AND (a.whole <> b.whole "
        f"OR (a.blanks <> b.blanks AND ({apart} OR a.source <> b.source)) "
        f"OR (a.persons AND a.source <> b.source AND {apart}))"  # the join meets each pair in both orders
    )
    equal = " AND ".join(f"a.{quote(key)} IS NOT DISTINCT FROM b.{quote(key)}" for key in KEYS)
    store.connection.execute(
        f"INSERT INTO twice WITH s AS (SELECT * FROM spans SEMI JOIN suspects USING (place, event)) "  # noqa: S608
        f"SELECT CASE WHEN {_whole('a')} <> {_whole('b')} THEN 'agency' "
        f"WHEN {equal} THEN 'period' ELSE 'breakdown' END, a.place, a.event, {_said('a.', 'b.')}, a.source, a.row, "
        f"{_period('a.')}, b.source, b.row, {_period('b.')} "
        f"FROM s a JOIN s b ON a.place = b.place AND a.event = b.event AND a.id < b.id AND {time} AND {events} "
        f"AND {_meet()} AND ({_whole('a')} <> {_whole('b')} OR (NOT ({equal}) AND ({apart} OR a.source <> b.source)) "
        f"OR ({equal} AND a.source <> b.source AND (a.persons OR b.persons) AND {apart}))"
    )


def _whole(table: str) -> str:
    return f"({table}.agency IS NULL)"


def _meet() -> str:
    """Return the SQL of what lets two figures hold the same events: each part equal, or blank in one of them."""
    names = [name for name in (*KEYS, "agency") if name not in ("group", "level")]
    parts = [f"(a.{quote(n)} IS NULL OR b.{quote(n)} IS NULL OR a.{quote(n)} = b.{quote(n)})" for n in names]
    levels = "list_has_any(string_split(a.level, '/'), string_split(b.level, '/'))"
    parts.append(f"(a.level IS NULL OR b.level IS NULL OR {levels})")
    # A total over groups in another file is no statement about groups and is never added to them.
    same = 'a."group" IS NOT DISTINCT FROM b."group"'
    parts.append(f'({same} OR (a.source = b.source AND (a."group" IS NULL OR b."group" IS NULL)))')
    return " AND ".join(parts)
