"""Bring the cells of a warehouse's table into the store, as the raw table that a file would have become.

One row of it stands for as many rows of the table as were alike. Everything after that (codes, places, the ledger) is
done by the code that reads files, so that both give the same counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath
from typing import Any

from auditor.domain.source import Ledger
from auditor.errors import InputError, Problem
from auditor.records.docket import Docket
from auditor.records.new_year import bare_years, said
from auditor.records.raw import RawTable
from auditor.records.sheet import times
from auditor.records.spec import SourceSpec
from auditor.records.store import Store, quote
from auditor.records.unseen import UNSEEN, removed_note, visible
from auditor.records.warehouse.engines import Backend, batches, connected, engine_of, foreign, table_of, unreadable
from auditor.records.warehouse.expression import COUNT, TIMED, TOO_LONG, cells, dated, day_counts, written
from auditor.records.warehouse.wanted import Chosen, chosen

MOST_CELLS = 20_000_000
"""More cells than that are rows under another name."""

_AT_ONCE = 100_000


def fetch(
    spec: SourceSpec, at: int, base: Path, store: Store, docket: Docket, last: date | None
) -> tuple[SourceSpec, RawTable] | None:
    """Group and count a table in its warehouse.

    Parameters
    ----------
    spec : SourceSpec
        With an ``engine``.
    at : int
        Number of its ``[[sources]]`` table.
    base : pathlib.Path
        Folder that paths are relative to.
    store : Store
        Takes the cells.
    docket : Docket
        Takes what is wrong or open about the columns; nothing is counted then.
    last : datetime.date, optional
        Day that the report bears.

    Returns
    -------
    SourceSpec
        As it is to be read on: of the columns that came back.
    RawTable
        Its ``sha256`` is that of the cells (:func:`_digest`), whatever engine counted them.

    Raises
    ------
    ConfigError
        When the engine is not installed or not named, or an option does not go with it.
    InputError
        When the table is missing, has types that cannot be grouped alike everywhere, or too many cells.
    """
    engine = engine_of(spec)
    with connected(engine, spec, base, store.temp) as backend:
        try:
            table = table_of(backend, engine, spec, base)
            asked = chosen(spec, at, dict(table.schema().items()), docket)
            if asked is None:
                return None
            days = _days_of(table, asked.period)
            keys = {f"c{i}": name for i, name in enumerate(asked.columns)}
            grouped = cells(table, keys, asked.period, last=last, years=days.years)
            staged = _stage(backend, engine, grouped, spec, store)
        except Exception as error:
            if not foreign(error):
                raise
            raise unreadable(engine, spec.path, error) from None  # what it says may hold values of rows
    return asked.spec, _laid_down(staged, asked, store, days)


@dataclass(frozen=True, slots=True)
class _Days:
    """Rows of each day of a table (None: its periods are texts), rows without one, and years that are nothing more."""

    of: dict[date, int] | None
    blank: int = 0
    years: tuple[int, ...] = ()


def _days_of(table: Any, name: str) -> _Days:
    """Count the days of a table; a column of texts has none."""
    if not name or not dated(table[name].type()):
        return _Days(None)
    found = day_counts(table, name).to_pyarrow().to_pylist()
    of = {row["day"]: row[COUNT] for row in found if row["day"] is not None}
    blank = sum(row[COUNT] for row in found if row["day"] is None)
    timed = any(row[TIMED] for row in found)
    return _Days(of, blank, () if timed else tuple(bare_years(of)))


def _stage(backend: Backend, engine: str, grouped: Any, spec: SourceSpec, store: Store) -> str:
    """Copy the cells into the store, batch by batch, as they come."""
    staged, count = store.fresh("cells"), 0
    for batch in batches(backend, engine, grouped.limit(MOST_CELLS + 1)):
        store.connection.register("arrived", batch)
        verb = f"INSERT INTO {quote(staged)}" if count else f"CREATE TABLE {quote(staged)} AS"
        store.connection.execute(f"{verb} SELECT * FROM arrived")  # noqa: S608
        store.connection.unregister("arrived")
        count += batch.num_rows
        if count > MOST_CELLS:
            raise _refused(spec, f"more than {MOST_CELLS:,} cells", "so many are rows under another name",
                           "leave out what tells rows apart (the charge, the agency), by a view")  # fmt: skip
    if not count:
        raise _refused(spec, "it has no rows", "there is nothing to count", "check the table's name")
    return staged


def _laid_down(arrived: str, asked: Chosen, store: Store, days: _Days) -> RawTable:
    """Make the raw table of the cells: in the order of their texts, whatever order an engine sent them in."""
    keys = [f"c{i}" for i in range(len(asked.columns))]
    at = keys[asked.columns.index(asked.period)] if asked.period else "NULL"
    if days.of is not None:
        _write_periods(arrived, at, store)
    hidden = _hidden_rows(arrived, [key for key in keys if days.of is None or key != at], store)
    table = store.fresh("raw")
    seen = ", ".join(f"regexp_replace(coalesce({key}, ''), $unseen, '', 'g') AS {key}" for key in keys)
    store.connection.execute(
        f"CREATE TABLE {quote(table)} AS SELECT row_number() OVER (ORDER BY {', '.join(keys)}) AS _row, * FROM "  # noqa: S608
        f"(SELECT {seen}, sum({COUNT})::BIGINT AS {COUNT} FROM {quote(arrived)} GROUP BY ALL)",
        {"unseen": UNSEEN},
    )
    store.drop(arrived)
    found = store.connection.execute(
        f"SELECT sum({COUNT})::BIGINT, coalesce(sum({COUNT}) FILTER ({at} = ?), 0) FROM {quote(table)}",  # noqa: S608
        [TOO_LONG],
    ).fetchall()[0]
    _refuse_unlike(asked, found[0], found[1], days)
    digest = _digest(table, asked.columns, store)
    ledger = _ledger(asked, found[0], days, hidden)
    name = PurePath(asked.spec.path).name
    return RawTable(name, "", table, asked.columns, 0, digest, ledger, copies=0, content=digest, weighed=True)


def _write_periods(arrived: str, key: str, store: Store) -> None:
    sql, table = store.connection, quote(arrived)
    numbers = [row[0] for row in sql.execute(f"SELECT DISTINCT {key} FROM {table} ORDER BY 1").fetchall()]  # noqa: S608
    sql.execute(f"ALTER TABLE {table} ALTER {key} TYPE VARCHAR")
    sql.execute(
        f"UPDATE {table} SET {key} = w.text FROM "  # noqa: S608
        f"(SELECT unnest(?::VARCHAR[]) AS number, unnest(?::VARCHAR[]) AS text) w WHERE {key} = w.number",
        [[str(number) for number in numbers], [written(number) for number in numbers]],
    )


def _hidden_rows(arrived: str, keys: Sequence[str], store: Store) -> int:
    """Return how many cells of the table hold characters that nobody sees."""
    counts = [f"coalesce(sum({COUNT}) FILTER (regexp_matches({key}, $unseen)), 0)" for key in keys]
    if not counts:
        return 0
    found = store.connection.execute(f"SELECT {' + '.join(counts)} FROM {quote(arrived)}", {"unseen": UNSEEN})  # noqa: S608
    return int(found.fetchall()[0][0])


def _refuse_unlike(asked: Chosen, rows: int, long: int, days: _Days) -> None:
    """Refuse a table that changed between two looks at it, or whose periods are texts that carry days."""
    if long:
        raise _refused(
            asked.spec,
            f"column {asked.period!r} is text, and longer than a month in {times(long, 'row')}",
            "single days would leave the warehouse; none did",
            "make a view with the column cast to a date, or cut to its month (2011-08)",
        )
    if days.of is not None and rows != sum(days.of.values()) + days.blank:
        raise _refused(asked.spec, "the table changed while it was counted", "its rows would be neither the old nor "
                       "the new ones", "run again once nobody writes to it, or count a copy")  # fmt: skip


def _ledger(asked: Chosen, rows: int, days: _Days, hidden: int) -> Ledger:
    ledger = Ledger(rows).note(
        "counted where it lies: cells came back and no row; the hash is that of the cells, and rows that a note "
        "numbers are cells, in the order of their texts"
    )
    if asked.left:
        ledger = ledger.note(f"columns that stayed in the warehouse: {', '.join(visible(name) for name in asked.left)}")
    if days.years:
        ledger = ledger.note(said(days.years, "most dates"))
    removed = removed_note(hidden, ())
    return ledger.note(removed) if removed else ledger


def _digest(table: str, columns: Sequence[str], store: Store) -> str:
    """Return the SHA-256 over the names of the columns and over that of every 100,000 cells in their order."""
    keys = ", ".join(f"c{i}" for i in range(len(columns)))
    line = f"concat_ws(chr(31), {keys}, {COUNT})"
    parts = store.connection.execute(
        f"SELECT sha256(string_agg({line}, chr(10) ORDER BY _row)) FROM {quote(table)} "  # noqa: S608
        f"GROUP BY (_row - 1) // {_AT_ONCE} ORDER BY (_row - 1) // {_AT_ONCE}"
    ).fetchall()
    return hashlib.sha256("\n".join([*columns, *(part for (part,) in parts)]).encode()).hexdigest()


def _refused(spec: SourceSpec, found: str, why: str, remedy: str) -> InputError:
    return InputError(f"{spec.path} cannot be counted", [Problem(found, why, remedy, file=PurePath(spec.path).name)])
