"""Blank cells that repeat the cell above, where the configuration says so."""

from __future__ import annotations

from dataclasses import replace

from auditor.errors import InputError, Problem, nearest
from auditor.records.columns import key
from auditor.records.raw import RawTable
from auditor.records.spec import SourceSpec
from auditor.records.store import Store, quote


def fill_down(raw: RawTable, spec: SourceSpec, store: Store) -> RawTable:
    """Fill the blank cells of the columns that ``fill_down`` names from the row above.

    Parameters
    ----------
    raw : RawTable
        Its table is changed in place.
    spec : SourceSpec
        Its ``fill_down`` names the columns.
    store : Store
        Where the table is.

    Returns
    -------
    RawTable
        With a note for each column, in its ledger.

    Raises
    ------
    InputError
        When there is no such column.
    """
    ledger = raw.ledger
    for name in spec.fill_down:
        cell = f"c{_position(raw, name)}"
        filled = store.connection.execute(
            f"UPDATE {quote(raw.table)} t SET {cell} = f.above FROM (SELECT _row, last_value(nullif(trim({cell}), '') "  # noqa: S608
            f"IGNORE NULLS) OVER (ORDER BY _row) AS above FROM {quote(raw.table)}) f "
            f"WHERE f._row = t._row AND trim(t.{cell}) = '' AND f.above IS NOT NULL"
        ).fetchall()[0][0]
        ledger = ledger.note(f"column {name!r}: {filled:,} blank cells filled from the row above (configuration)")
    return replace(raw, ledger=ledger)


def _position(raw: RawTable, name: str) -> int:
    for at, header in enumerate(raw.columns):
        if key(header) == key(name):
            return at
    close = nearest(name, raw.columns)
    problem = Problem(
        f"there is no column {name!r}",
        "the configuration fills its blank cells",
        f"correct fill_down; did you mean {close!r}?" if close else f"the file has {', '.join(raw.columns)}",
        file=raw.file,
        sheet=raw.sheet,
    )
    raise InputError(f"{raw.file} cannot be read", [problem])
