"""Repetitions: the same file twice, the same rows twice in a file, the same figures in two files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.records.removal import remove
from auditor.records.sheet import Sheet, quote, times

if TYPE_CHECKING:
    from auditor.records.store import Store

_CELL = (
    'place, agency, start, "end", event, "group", group_source, offence, level, level_basis, level_regime, searched, '
    "contraband"
)
_FEWEST_CELLS, _FEWEST_EVENTS = 3, 30


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
            reason = f"the same content as {_name(first)}, read the same way"
            sheet.ledger = sheet.ledger.step(reason, sheet.ledger.used, quarantined=True)
    return found


def note_identical_rows(sheet: Sheet) -> None:
    """Note how many rows are equal to another in every column; none is dropped, since they may be people."""
    columns = ", ".join(f"c{i}" for i in range(len(sheet.raw.columns)))
    groups = f"SELECT count(*) AS k FROM {quote(sheet.raw.table)} GROUP BY {columns}"  # noqa: S608
    copies = sheet.sql(f"SELECT coalesce(sum(k - 1), 0) FROM ({groups}) t WHERE k > 1")[0][0]  # noqa: S608
    if copies:
        sheet.note(
            f"{times(int(copies), 'row')} equal to another row in every column; kept and counted, since rows "
            "without an identifier may be different people or events"
        )


def repeated_figures(sheets: Sequence[Sheet], store: Store) -> tuple[str, ...]:
    """Quarantine figures that an earlier source gave already, cell by cell; note cells that two sources add to.

    Two releases that overlap give equal figures for the same place, period, event and group. When every cell that
    a source shares with an earlier one is equal (at least three cells, or thirty events), the later ones are
    quarantined. When some differ, they may be two agencies of one place: they are added, which the note says.

    Parameters
    ----------
    sheets : sequence of Sheet
        Their ledgers take the rows that repeat.
    store : Store
        Its ``counts`` are reduced.

    Returns
    -------
    tuple of str
        Notes on cells that more than one source adds to.
    """
    names = _CELL.split(", ")
    same = " AND ".join(f"a.{name} IS NOT DISTINCT FROM b.{name}" for name in names)
    pairs = store.connection.execute(
        f"WITH c AS (SELECT source, {_CELL}, sum(n) AS n, sum(n_low) AS low, sum(n_high) AS high, "  # noqa: S608
        f"bool_or(coalesce(cumulative, false)) AS since FROM counts GROUP BY ALL) SELECT a.source, b.source, count(*), "
        "count(*) FILTER (a.n IS NOT DISTINCT FROM b.n AND a.low IS NOT DISTINCT FROM b.low "
        "AND a.high IS NOT DISTINCT FROM b.high), coalesce(sum(b.n), 0), "
        "count(*) FILTER (a.since AND a.n <> b.n) "
        f"FROM c a JOIN c b ON a.source < b.source AND {same} GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    notes = []
    for first, later, cells, equal, events, cumulative in pairs:
        one, two = _name(sheets[first]), _name(sheets[later])
        if cells == equal and (cells >= _FEWEST_CELLS or events >= _FEWEST_EVENTS):
            known = f"SELECT 1 FROM counts a WHERE a.source = {first} AND {same.replace('b.', 't.')}"  # noqa: S608
            where = f"t.source = {later} AND EXISTS ({known})"
            remove(sheets, store, where, f"repeats the figures of {one}", quarantined=True)
        elif cumulative:
            sheets[later].ask(
                f"{times(cumulative, 'cumulative figure')} other than in {one}, for the same place and last day",
                "figures since the start are never added, and which of the two is right cannot be told",
                "leave one of the two files out, or the places that they share",
            )
        else:
            notes.append(
                f"{times(cells, 'cell')} (place, period, event, group ...) get figures from both {one} and {two}: they "
                f"are added, which is right for two agencies and wrong for two releases ({equal:,} are equal)"
            )
    return tuple(notes)


def _name(sheet: Sheet) -> str:
    return " › ".join(part for part in (sheet.raw.file, sheet.raw.sheet) if part)
