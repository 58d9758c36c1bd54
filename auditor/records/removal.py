"""Canonical rows taken out after all, with the rows of the files booked under the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.records.canonical import examples
from auditor.records.sheet import Sheet, times

if TYPE_CHECKING:
    from auditor.records.store import Store

_EXAMPLES = 5


def remove(
    sheets: Sequence[Sheet], store: Store, where: str, reason: str, *, table: str = "counts", quarantined: bool = False
) -> None:
    """Take canonical rows out, and book the file rows of which none is left.

    Parameters
    ----------
    sheets : sequence of Sheet
        By number of source.
    store : Store
        Holds the table.
    where : str
        SQL condition over the table ``t``.
    reason : str
        For the ledger. Rows of a file that lose only a part are noted instead.
    table : str
        Canonical table.
    quarantined : bool
        Whether the rows are doubted rather than left out by rule.
    """
    connection = store.connection
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE gone AS SELECT DISTINCT source, row FROM {table} t WHERE {where}"  # noqa: S608
    )
    if not connection.execute("SELECT count(*) FROM gone").fetchall()[0][0]:
        return
    connection.execute(f"DELETE FROM {table} t WHERE {where}")  # noqa: S608
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE lost AS SELECT source, row, EXISTS (SELECT 1 "  # noqa: S608
        f"FROM {table} t WHERE t.source = gone.source AND t.row = gone.row) AS kept FROM gone"
    )
    # A row of a file that is not used for its counts is not used for its activation date either.
    connection.execute(
        "DELETE FROM activations t USING lost WHERE NOT kept AND t.source = lost.source AND t.row = lost.row"
    )
    _book(sheets, store, reason, quarantined)


def _book(sheets: Sequence[Sheet], store: Store, reason: str, quarantined: bool) -> None:
    rows = store.connection.execute(
        "SELECT source, coalesce(sum(coalesce(file_rows, 1)) FILTER (NOT kept), 0), "  # noqa: S608
        f"(list(row ORDER BY row) FILTER (NOT kept))[1:{_EXAMPLES}], count(*) FILTER (kept) "
        "FROM lost LEFT JOIN merged USING (source, row) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    for source, lost, first, partly in rows:
        sheet, count = sheets[source], int(lost)
        sheet.ledger = sheet.ledger.step(reason, count, quarantined=quarantined, example=examples(first or [], count))
        if partly:
            sheet.note(f"{times(partly, 'row')} used without a part of the figures: {reason}")


def merge_activations(store: Store) -> None:
    """Keep an activation date once where rows with counts of their own repeat it (every month's row does)."""
    store.connection.execute(
        "DELETE FROM activations t USING (SELECT source, row, row_number() OVER ("
        "PARTITION BY place, program, kind, date, agency ORDER BY source, row) AS k FROM activations) d "
        "WHERE d.k > 1 AND d.source = t.source AND d.row = t.row "
        "AND EXISTS (SELECT 1 FROM counts c WHERE c.source = t.source AND c.row = t.row)"
    )
