"""Repetitions: the same file twice, the same rows twice in a file, the same figures in two files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.domain.vocabulary import NATION
from auditor.records.hashes import hashes
from auditor.records.private import said_of
from auditor.records.removal import remove
from auditor.records.sheet import Row, Sheet, quote, times

if TYPE_CHECKING:
    from auditor.records.store import Store

_CELL = (
    'place, agency, start, "end", event, "group", group_source, offence, level, level_basis, level_regime, searched, '
    "contraband"
)
_MOST_SPELT = 1_000_000
_SIGNS = "' .,-/_()''`&'"
_FEWEST_CELLS, _FEWEST_EVENTS = 3, 30
_SHARED = "SELECT event FROM counts GROUP BY event HAVING min(source) <> max(source) ORDER BY 1"
"""Events that more than one source counts."""


def fingerprint(sheet: Sheet) -> str:
    """Return what a sheet holds and how it is read, so that the same reading of the same rows shows itself.

    The same file may be given twice for two different columns: that is no repetition.
    """
    content = sheet.raw.coded.content() if sheet.raw.coded else sheet.raw.content or _content(sheet)
    spec = sheet.spec.model_dump(exclude={"path", "sheet", "published", "citation", "encoding", "delimiter"})
    used = sorted((name, sheet.columns.header(name)) for name in sheet.columns.positions)
    return repr((sheet.adapter.name, sheet.raw.columns, content, used, sorted(spec.items(), key=str)))


def _content(sheet: Sheet) -> str:
    columns = ", ".join(f"c{i}" for i in range(len(sheet.raw.columns)))
    found = sheet.sql(
        f"SELECT count(*), coalesce(sum(hash({columns})::HUGEINT), 0) FROM {quote(sheet.raw.table)}"  # noqa: S608
    )[0]
    return f"{found[0]} {found[1]}"


def repeats(sheets: Sequence[Sheet]) -> set[int]:
    """Quarantine every sheet that repeats an earlier one, and return their numbers."""
    seen: dict[str, Sheet] = {}
    found: set[int] = set()
    held = [sheet for sheet in sheets if sheet.ledger.used]
    for sheet in held if len(held) > 1 else ():
        first = seen.setdefault(fingerprint(sheet), sheet)
        if first is not sheet:
            found.add(sheet.index)
            reason = f"the same content as {_name(first)}, read the same way"
            sheet.ledger = sheet.ledger.step(reason, sheet.ledger.used, quarantined=True)
    return found


def note_identical_rows(sheet: Sheet) -> None:
    """Note how many rows are equal to another in every column; none is dropped, since they may be people."""
    copies = _copies(sheet)
    if copies:
        # A note stands in the review: of people listed one by one, no number of 1 to 10 or that leaves so few.
        private = sheet.adapter.kind == "records" and not sheet.spec.published
        rows = said_of(copies, sheet.raw.ledger.read) if private else times(copies, "row")
        sheet.note(
            f"{rows} equal to another row in every column; kept and counted, since rows "
            "without an identifier may be different people or events"
        )
    _note_spellings(sheet)


def _note_spellings(sheet: Sheet) -> None:
    """Note rows of person-events that differ from another in spelling only (case, blanks, stops); none is dropped."""
    large = sheet.raw.narrow is not None or sheet.raw.weighed or sheet.raw.ledger.read > _MOST_SPELT
    if sheet.adapter.kind != "records" or large:
        return
    cells = [f"c{i}" for i in range(len(sheet.raw.columns))]
    plain = ", ".join(f"CASE WHEN {c} SIMILAR TO '[^0-9]*' THEN lower(translate({c}, {_SIGNS}, '')) ELSE {c} END"
                      for c in cells)  # fmt: skip
    alike = sheet.sql(
        f"SELECT count(*), min(row) FROM (SELECT min(_row) AS row FROM (SELECT {', '.join(cells)}, min(_row) AS _row "  # noqa: S608
        f"FROM {quote(sheet.raw.table)} GROUP BY ALL) GROUP BY {plain} HAVING count(*) > 1)"
    )[0]
    if alike[0]:
        sheet.note(
            f"rows that differ from another in spelling only (case, blanks, stops), first in row {alike[1]:,}: kept "
            "and counted, since they may be different people or events; try the audit without them"
        )


def _copies(sheet: Sheet) -> int:
    """Return how many rows repeat another: those of equal hashes are compared cell by cell."""
    if sheet.raw.copies is not None:
        return sheet.raw.copies
    columns = ", ".join(f"c{i}" for i in range(len(sheet.raw.columns)))
    table = quote(sheet.raw.table)
    found = hashes(sheet.store, columns, table, sheet.raw.ledger.read)
    if not found.repeated:
        return 0
    known = sheet.mapping("alike", "hash UBIGINT", [(value,) for value in found.repeated])
    groups = (
        f"SELECT count(*) AS k FROM {table} SEMI JOIN {known} ON hash({columns}) = {known}.hash "  # noqa: S608
        f"GROUP BY {columns}"
    )
    return int(sheet.sql(f"SELECT coalesce(sum(k - 1), 0) FROM ({groups}) WHERE k > 1")[0][0])  # noqa: S608


def repeated_figures(sheets: Sequence[Sheet], store: Store) -> tuple[str, ...]:
    """Quarantine figures that an earlier source gave already, cell by cell; note cells that two sources add to.

    Two releases that overlap give equal figures for the same place, period, event and group. When every cell that
    a source shares with an earlier one is equal (at least three cells, or thirty events), the later ones are
    quarantined. When some differ, nothing says whether they are two agencies of one place or two releases: a
    question, but for the nation and for one file read for two columns, whose figures are added with a note.

    Parameters
    ----------
    sheets : sequence of Sheet
        Their ledgers take the rows that repeat, their dockets the questions.
    store : Store
        Its ``counts`` are reduced.

    Returns
    -------
    tuple of str
        Notes on cells that more than one source adds to.
    """
    shared = [event for (event,) in store.connection.execute(_SHARED).fetchall()]
    if not shared:
        return ()
    names = _CELL.split(", ")
    same = " AND ".join(f"a.{name} IS NOT DISTINCT FROM b.{name}" for name in names)
    pairs = store.connection.execute(
        f"WITH c AS (SELECT source, {_CELL}, min(row) AS row, sum(n) AS n, sum(n_low) AS low, sum(n_high) AS high, "  # noqa: S608
        "bool_or(coalesce(cumulative, false)) AS since FROM counts WHERE list_contains(?::VARCHAR[], event) "
        "GROUP BY ALL) SELECT a.source, b.source, count(*), "
        "count(*) FILTER (a.n IS NOT DISTINCT FROM b.n AND a.low IS NOT DISTINCT FROM b.low "
        "AND a.high IS NOT DISTINCT FROM b.high), coalesce(sum(b.n), 0), "
        f"count(*) FILTER (a.since AND a.n <> b.n), count(*) FILTER (a.place <> '{NATION}'), "
        f"min((a.place, a.event, a.start || '/' || a.\"end\", a.row, b.row)) FILTER (a.place <> '{NATION}') "
        f"FROM c a JOIN c b ON a.source < b.source AND {same} GROUP BY 1, 2 ORDER BY 1, 2",
        [shared],
    ).fetchall()
    notes = []
    for first, later, cells, equal, events, cumulative, local, example in pairs:
        one, two = _name(sheets[first]), _name(sheets[later])
        if sheets[first].numbered and sheets[first].numbered == sheets[later].numbered:
            continue  # other records, by their numbers
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
        elif local and sheets[first].raw.sha256 != sheets[later].raw.sha256:
            _ask_which(sheets[first], sheets[later], local, example)
        else:
            notes.append(
                f"{times(cells, 'cell')} (place, period, event, group ...) get figures from both {one} and {two}: they "
                f"are added, which is right for two agencies and wrong for two releases ({equal:,} are equal)"
            )
    return tuple(notes)


def _ask_which(first: Sheet, later: Sheet, cells: int, example: Row) -> None:
    place, event, period, one, two = example
    agencies = ""
    if any(column.name == "agency" for column in later.adapter.columns):
        agencies = ', or name the agency of each source with constants = { agency = "..." } if they are two agencies'
    later.ask(
        f"{times(cells, 'figure')} for the same place, period, event and group as in {_name(first)}, e.g. {place}, "
        f"{event}, {period} (row {one} there)",
        "the same events would be counted twice, if these are two releases of the same figures",
        f"leave out one of the two, or the figures that they share{agencies}",
        row=two,
    )


def note_added_rows(sheets: Sequence[Sheet], store: Store) -> None:
    """Note the rows of one file that are added because nothing that was read tells them apart.

    Person-events are added by their very nature, and stand in one row a cell already.
    """
    counted = [sheet.index for sheet in sheets if sheet.adapter.kind != "records"]
    if not counted:
        return
    rows = store.connection.execute(
        f"SELECT source, count(*), min(row) FROM (SELECT source, count(*) AS k, min(row) AS row, {_CELL} FROM counts "  # noqa: S608
        "WHERE list_contains(?::INTEGER[], source) GROUP BY ALL HAVING count(*) > 1) GROUP BY 1 ORDER BY 1",
        [counted],
    ).fetchall()
    for source, cells, row in rows:
        sheets[source].note(
            f"{times(cells, 'cell')} (place, period, event, group ...) with several rows each (first in row {row}): "
            "they are added, as rows of a breakdown that was not read"
        )


def _name(sheet: Sheet) -> str:
    return " › ".join(part for part in (sheet.raw.file, sheet.raw.sheet) if part)
