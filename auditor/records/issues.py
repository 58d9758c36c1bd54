"""Figures since the start, of two days: the later minus the earlier is what happened between them.

Asked for with ``issues = "difference"``. Only issues that say the same things are held against each other: the same
levels under the same basis and regime, groups, offences and agencies, counted from the same day. An issue that is
smaller than the one before it was revised downwards; the difference would be nobody's count, so it is not used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.errors import Problem
from auditor.records.canonical import examples
from auditor.records.cumulative import revised
from auditor.records.removal import remove
from auditor.records.sheet import Sheet, quote, times

if TYPE_CHECKING:
    from auditor.records.store import Store

DIFFERENCE = "difference"
SMALLER = "smaller than in the issue before (revised downwards): no difference taken"
OTHERWISE = "broken down or defined otherwise than the issue before: no difference taken"
_KEYS = ("agency", "group", "group_source", "offence", "level", "searched", "contraband")
_MEANING = ("level_basis", "level_regime")
"""Of figures by level only: what a total is does not hang on what the levels mean."""
# The first day of a figure since the start that names a month or a day only is not known.
_BEGAN = "CASE WHEN period_kind IN ('month', 'day') THEN NULL ELSE start END"


def difference(sheets: Sequence[Sheet], store: Store) -> tuple[str, ...]:
    """Turn the later issues of each place and event into counts of the days since the issue before.

    The first issue stays as it is. A later one whose difference is not taken is booked under the reason; the next
    issue is still held against it. Places in which an issue stands more than once are left as they are.

    Parameters
    ----------
    sheets : sequence of Sheet
        Those with ``issues = "difference"`` are treated; their ledgers take the rows that are not used.
    store : Store
        Its ``counts`` are changed in place, so that every count keeps the row of the file that it came from.

    Returns
    -------
    tuple of str
        One note for each figure that a later issue made smaller.
    """
    asked = [sheet for sheet in sheets if sheet.spec.issues == DIFFERENCE]
    if not asked or _mixed(sheets, asked, store):
        return ()
    _list_issues(store, asked)
    _compare(store)
    notes = revised(sheets, store)
    _note(sheets, asked, store)
    store.connection.execute(
        "UPDATE counts SET start = d.first, period_kind = d.kind, cumulative = false, published = d.open, "
        "n = CASE WHEN d.low = d.high THEN d.low END, n_low = CASE WHEN d.low < d.high THEN d.low END, "
        "n_high = CASE WHEN d.low < d.high THEN d.high END FROM differences d WHERE counts.rowid = d.at "
        "AND d.verdict = 'taken'"
    )
    for verdict, reason, doubted in (("smaller", SMALLER, True), ("otherwise", OTHERWISE, False)):
        where = (
            "t.cumulative AND EXISTS (SELECT 1 FROM refused d WHERE d.place = t.place AND d.event = t.event "  # noqa: S608
            f"AND d.last = t.\"end\" AND d.verdict = '{verdict}')"
        )
        remove(sheets, store, where, reason, quarantined=doubted)
    for table in ("issues", "shapes_of_issues", "pairs_of_issues", "differences", "refused"):
        store.drop(table)
    return notes


def _mixed(sheets: Sequence[Sheet], asked: Sequence[Sheet], store: Store) -> bool:
    """Say that one place's issues are to be read in two ways, where they are."""
    mine = _listed(asked)
    rows = store.connection.execute(
        f"SELECT min(source) FILTER (source NOT IN ({mine})) AS other FROM counts WHERE cumulative "  # noqa: S608
        f"GROUP BY place, event HAVING other IS NOT NULL AND bool_or(source IN ({mine})) ORDER BY other LIMIT 1"
    ).fetchall()
    for (other,) in rows:
        sheet = sheets[other]
        sheet.docket.config.append(
            Problem(
                f'figures since the start of places for which another source says issues = "{DIFFERENCE}"',
                "of one place and event, either the issues are held against each other or the latest stands",
                f'write issues = "{DIFFERENCE}" into both sources, or into neither',
                file=sheet.raw.file,
                sheet=sheet.raw.sheet,
            )
        )
    return bool(rows)


def _listed(asked: Sequence[Sheet]) -> str:
    return ", ".join(str(sheet.index) for sheet in asked)


def _list_issues(store: Store, asked: Sequence[Sheet]) -> None:
    """List the cumulative figures with what they are of, and every issue with all that it holds."""
    parts = [f"coalesce({quote(key)}::VARCHAR, '')" for key in _KEYS]
    parts += [f"CASE WHEN level IS NULL THEN '' ELSE coalesce({key}::VARCHAR, '') END" for key in _MEANING]
    keys = ", ".join(parts)
    store.connection.execute(
        f'CREATE OR REPLACE TEMP TABLE issues AS SELECT rowid AS at, source, row, place, event, "end" AS last, '  # noqa: S608
        f"concat_ws(chr(31), {keys}, coalesce(({_BEGAN})::VARCHAR, '')) AS part, coalesce(n, n_low) AS low, "
        "coalesce(n, n_high) AS high, coalesce(published, false) AS open FROM counts "
        f"WHERE cumulative AND source IN ({_listed(asked)})"
    )
    store.connection.execute(
        "CREATE OR REPLACE TEMP TABLE shapes_of_issues AS SELECT place, event, last, list(part ORDER BY part) AS parts "
        "FROM issues GROUP BY ALL"
    )
    store.connection.execute(
        "CREATE OR REPLACE TEMP TABLE pairs_of_issues AS SELECT place, event, last, lag(last) OVER w AS before, "
        "parts = lag(parts) OVER w AS same, bool_or(len(list_distinct(parts)) < len(parts)) "
        "OVER (PARTITION BY place, event) AS repeated FROM shapes_of_issues "
        "WINDOW w AS (PARTITION BY place, event ORDER BY last)"
    )


def _compare(store: Store) -> None:
    """Subtract the earlier issue from the later, figure by figure, and judge each issue of a place as a whole.

    A suppressed figure is an interval, and so is its difference; it is smaller only where all of it is.
    """
    month = "date_trunc('month', last) = first AND last = last_day(last)"
    year = "first = date_trunc('year', first) AND last = first + INTERVAL 1 YEAR - INTERVAL 1 DAY"
    store.connection.execute(
        "CREATE OR REPLACE TEMP TABLE differences AS WITH d AS (SELECT b.at, b.source, b.place, b.event, b.last, "  # noqa: S608
        "p.before + 1 AS first, greatest(b.low - a.high, 0) AS low, b.high - a.low AS high, a.open AND b.open AS open "
        "FROM pairs_of_issues p JOIN issues b USING (place, event, last) JOIN issues a ON a.place = b.place "
        "AND a.event = b.event AND a.part = b.part AND a.last = p.before WHERE p.same AND NOT p.repeated) "
        f"SELECT *, CASE WHEN {month} THEN 'month' WHEN {year} THEN 'year' ELSE 'interval' END AS kind, "
        "CASE WHEN bool_or(high < 0) OVER (PARTITION BY place, event, last) THEN 'smaller' ELSE 'taken' END AS verdict "
        "FROM d"
    )
    store.connection.execute(
        "CREATE OR REPLACE TEMP TABLE refused AS SELECT DISTINCT place, event, last, verdict FROM differences "
        "WHERE verdict = 'smaller' UNION ALL SELECT place, event, last, 'otherwise' FROM pairs_of_issues "
        "WHERE before IS NOT NULL AND NOT same AND NOT repeated"
    )


def _note(sheets: Sequence[Sheet], asked: Sequence[Sheet], store: Store) -> None:
    """Say of which days counts were made, and where none could be."""
    rows = store.connection.execute(
        "SELECT source, first, last, count(DISTINCT place), list_sort(list(DISTINCT event)) FROM differences "
        "WHERE verdict = 'taken' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    ).fetchall()
    for source, first, last, count, events in rows:
        made = f"{', '.join(events)} of {first}/{last} in {times(count, 'place')}"
        sheets[source].note(f"{made}: the issue to {last} minus the one before")
    repeated = store.connection.execute(
        "SELECT source, count(DISTINCT place), list_sort(list(DISTINCT place))[1:5] FROM issues "
        "JOIN (SELECT DISTINCT place, event FROM pairs_of_issues WHERE repeated AND before IS NOT NULL) "
        "USING (place, event) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    for source, count, places in repeated:
        where = f"{times(count, 'place')} ({examples(places, count)})"
        sheets[source].note(f"an issue stands more than once in {where}: no difference taken")
    if not store.connection.execute("SELECT 1 FROM pairs_of_issues WHERE before IS NOT NULL LIMIT 1").fetchall():
        said = f'issues = "{DIFFERENCE}": no place has two issues since the start; the figures stand as they are'
        asked[0].note(said)
