"""Accounts over whole sheets: repeated files, cumulative series, impossible numbers, what the audit leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.domain.periods import Period
from auditor.records.cumulative import ask_about_cumulative, supersede
from auditor.records.removal import remove
from auditor.records.sheet import Sheet, literal, quote

if TYPE_CHECKING:
    from auditor.records.store import Store

_CHAINS = (
    ("match", "submission", "matches exceed submissions"),
    ("removal", "match", "removals exceed matches"),
)


def fingerprint(sheet: Sheet) -> str:
    """Return what a sheet holds and how it is read, so that the same reading of the same rows shows itself.

    The same file may be given twice for two different columns: that is no repetition.
    """
    columns = ", ".join(f"c{i}" for i in range(len(sheet.raw.columns)))
    table = quote(sheet.raw.table)
    rows, content = sheet.sql(
        f"SELECT count(*), coalesce(sum(hash({columns})::HUGEINT), 0) FROM {table}"  # noqa: S608
    )[0]
    spec = sheet.spec.model_dump(exclude={"path", "sheet", "published", "citation", "encoding", "delimiter"})
    used = sorted((name, sheet.columns.header(name)) for name in sheet.columns.positions)
    return repr((sheet.adapter.name, sheet.raw.columns, rows, content, used, sorted(spec.items(), key=str)))


def repeats(sheets: Sequence[Sheet]) -> set[int]:
    """Quarantine every sheet that repeats an earlier one, and return their numbers."""
    seen: dict[str, Sheet] = {}
    found: set[int] = set()
    for sheet in sheets:
        if sheet.ledger.used == 0:
            continue
        first = seen.setdefault(fingerprint(sheet), sheet)
        if first is not sheet:
            found.add(sheet.index)
            name = " › ".join(part for part in (first.raw.file, first.raw.sheet) if part)
            sheet.ledger = sheet.ledger.step(f"the same content as {name}", sheet.ledger.used, quarantined=True)
    return found


def note_identical_rows(sheet: Sheet) -> None:
    """Note how many rows are equal to another in every column; none is dropped, since they may be people."""
    columns = ", ".join(f"c{i}" for i in range(len(sheet.raw.columns)))
    table = quote(sheet.raw.table)
    copies = sheet.sql(
        f"SELECT coalesce(sum(k - 1), 0) FROM (SELECT count(*) AS k FROM {table} GROUP BY {columns}) t WHERE k > 1"  # noqa: S608
    )[0][0]
    if copies:
        sheet.note(
            f"{int(copies):,} rows repeat another row in every column; kept and counted, since rows without an "
            "identifier may be different people or events"
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
        When a series given as flows looks cumulative.
    """
    _leave_out(sheets, store, exclude)
    notes = supersede(sheets, store)
    for sheet in sheets:
        for small, large, words in _CHAINS:
            _impossible(sheets, sheet, store, small, large, words)
    if period is not None:
        _outside(sheets, store, period)
    ask_about_cumulative(sheets, store)
    return notes


def _leave_out(sheets: Sequence[Sheet], store: Store, exclude: tuple[str, ...]) -> None:
    if not exclude:
        return
    listed = ", ".join(literal(place) for place in exclude)
    for table in ("counts", "population", "places", "activations"):
        remove(sheets, store, f"t.place IN ({listed})", "place left out by the configuration", table=table)


def _outside(sheets: Sequence[Sheet], store: Store, period: Period) -> None:
    first, last = f"DATE '{period.start.isoformat()}'", f"DATE '{period.end.isoformat()}'"
    apart = f"(t.\"end\" < {first} OR t.start > {last})"
    remove(sheets, store, apart, "outside the audited period")
    across = f"(t.start < {first} OR t.\"end\" > {last})"
    remove(sheets, store, across, "period reaches beyond the audited period")


def _impossible(
    sheets: Sequence[Sheet], sheet: Sheet, store: Store, small: str, large: str, words: str
) -> None:
    """Quarantine a jurisdiction whose part exceeds its whole, in any period of one source."""
    rows = store.connection.execute(
        "SELECT place, start, \"end\", sum(n) FILTER (event = ?) AS k, sum(coalesce(n, n_high)) FILTER (event = ?) AS m "
        "FROM counts WHERE source = ? GROUP BY ALL HAVING k > m ORDER BY place, start, \"end\"",
        [small, large, sheet.index],
    ).fetchall()
    if not rows:
        return
    places = ", ".join(sorted({literal(row[0]) for row in rows}))
    for place, start, end, k, m in rows[:20]:
        sheet.note(f"{place}, {start}/{end}: {words} ({k:,} against {m:,}); the jurisdiction is quarantined")
    where = f"t.source = {sheet.index} AND t.place IN ({places})"
    remove(sheets, store, where, words, quarantined=True)
    # What is doubted is not used for its activation date either.
    store.connection.execute(
        "DELETE FROM activations t USING gone WHERE t.source = gone.source AND t.row = gone.row"
    )
