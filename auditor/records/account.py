"""Accounts over all sheets: what the audit leaves out, cumulative series, repeated and impossible figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.domain.periods import Period
from auditor.records.absent_columns import note_absent_columns
from auditor.records.canonical import examples
from auditor.records.cumulative import ask_about_cumulative, supersede
from auditor.records.issues import DIFFERENCE, difference
from auditor.records.joining import note_unjoined
from auditor.records.match_kinds import ask_between
from auditor.records.overlap import ask_about_overlaps, leave_out_inside
from auditor.records.private import counted
from auditor.records.removal import merge_activations, remove
from auditor.records.repeats import note_added_rows, repeated_figures
from auditor.records.sheet import Sheet, literal, times
from auditor.records.shifts import note_steps

if TYPE_CHECKING:
    from auditor.records.store import Store

MOST_UNCLASSED = 0.3
"""Share of events without an offence above which offences are not compared; the signals hold to it place by place."""

_CHAINS = (
    ("match", "submission", "matches exceed submissions"),
    ("removal", "match", "removals exceed matches"),
)


def settle(
    sheets: Sequence[Sheet], store: Store, *, period: Period | None, exclude: tuple[str, ...]
) -> tuple[str, ...]:
    """Apply the rules that need all sources: exclusions, cumulative series, numbers that cannot be.

    Parameters
    ----------
    sheets : sequence of Sheet
        Their ledgers are completed.
    store : Store
        Its canonical tables are reduced.
    period, exclude
        As :func:`auditor.records.load.load` takes them.

    Returns
    -------
    tuple of str
        Notes that hold over several sources.

    Raises
    ------
    DecisionNeeded
        When a series given as flows looks cumulative, two cumulative issues contradict each other, or the same events
        would be counted twice.
    """
    _leave_out(sheets, store, exclude)
    # An issue reaches back before the audit; its difference from the one before may lie within.
    notes = difference(sheets, store)
    # Before anything else: what lies outside the audit is nobody's question.
    if period is not None:
        _outside(sheets, store, period)
    notes = tuple(dict.fromkeys((*notes, *supersede(sheets, store))))
    leave_out_inside(sheets, store)
    notes += repeated_figures(sheets, store)
    held = set(store.connection.execute("SELECT DISTINCT source, event FROM counts").fetchall())
    for sheet in sheets:
        for small, large, words in _CHAINS:
            if {(sheet.index, small), (sheet.index, large)} <= held:
                _impossible(sheets, sheet, store, small, large, words)
    _all_zero(sheets, store)
    _without_offence(sheets, store)
    note_steps(sheets, store)
    note_added_rows(sheets, store)
    ask_about_overlaps(sheets, store, but=ask_about_cumulative(sheets, store))
    ask_between(sheets)
    merge_activations(store)
    note_unjoined(sheets, store)
    note_absent_columns(sheets, store)
    if sheets:
        sheets[0].docket.settle()
    return notes


def _leave_out(sheets: Sequence[Sheet], store: Store, exclude: tuple[str, ...]) -> None:
    if not exclude:
        return
    listed = ", ".join(literal(place) for place in exclude)
    for table in ("counts", "population", "places", "activations", "operations"):
        remove(sheets, store, f"t.place IN ({listed})", "place left out by the configuration", table=table)


def _outside(sheets: Sequence[Sheet], store: Store, period: Period) -> None:
    first, last = f"DATE '{period.start.isoformat()}'", f"DATE '{period.end.isoformat()}'"
    apart = f'(t."end" < {first} OR t.start > {last})'
    remove(sheets, store, apart, "outside the audited period")
    across = f'(t.start < {first} OR t."end" > {last})'
    remove(sheets, store, across, "period reaches beyond the audited period")


def _impossible(sheets: Sequence[Sheet], sheet: Sheet, store: Store, small: str, large: str, words: str) -> None:
    """Quarantine a jurisdiction whose part exceeds its whole, in any period of one source.

    Removals lag behind the matches that they came of: between two issues there may be more of them.
    """
    lags = small == "removal" and sheet.spec.issues == DIFFERENCE
    rows = store.connection.execute(
        'SELECT place, start, "end", sum(n) FILTER (event = ?) AS k, '
        "sum(coalesce(n, n_high)) FILTER (event = ?) AS m "
        "FROM counts WHERE source = ? AND (cumulative OR NOT ?) "
        'GROUP BY ALL HAVING k > m ORDER BY place, start, "end"',
        [small, large, sheet.index, lags],
    ).fetchall()
    if not rows:
        return
    places = ", ".join(sorted({literal(row[0]) for row in rows}))
    for place, start, end, k, m in rows[:20]:
        said = counted(sheet.spec, f"{k:,} against {m:,}")
        sheet.note(f"{place}, {start}/{end}: {words}{said}; the jurisdiction is quarantined")
    where = f"t.source = {sheet.index} AND t.place IN ({places})"
    remove(sheets, store, where, words, quarantined=True)


def _without_offence(sheets: Sequence[Sheet], store: Store) -> None:
    """Note sources that tell offences, and tell none for so many events that their mix is not compared."""
    rows = store.connection.execute(
        "SELECT source, event, 2 * sum(n) FILTER (offence IS NULL OR offence = 'unknown') > sum(n) FROM counts "
        "GROUP BY 1, 2 HAVING count(offence) > 0 "
        "AND sum(n) FILTER (offence IS NULL OR offence = 'unknown') > ? * sum(n) ORDER BY 1, 2",
        [MOST_UNCLASSED],
    ).fetchall()
    for source, event, most in rows:
        sheets[source].note(
            f"offence: {'most' if most else 'more than 30 %'} of the events ({event}) carry none that is known: the "
            "mix of the others says little, and no test compares offences in places of which that is true"
        )


def _all_zero(sheets: Sequence[Sheet], store: Store) -> None:
    """Note places whose every figure is zero: they may never have reported at all."""
    rows = store.connection.execute(
        "SELECT source, event, count(*), list(place ORDER BY place)[1:5] FROM (SELECT source, event, place FROM counts "
        "GROUP BY ALL HAVING count(*) > 1 AND bool_and(n = 0)) GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    for source, event, count, places in rows:
        sheets[source].note(
            f"{event}: every figure of {times(count, 'place')} is zero ({examples(places, count)}): true zeros and "
            "places that never reported look alike (exclude in [audit] leaves out those that did not report)"
        )
