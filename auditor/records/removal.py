"""Canonical rows taken out after all, with the rows of the files booked under the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.records.canonical import examples
from auditor.records.sheet import Sheet

if TYPE_CHECKING:
    from auditor.records.store import Store

_EXAMPLES = 5


def remove(
    sheets: Sequence[Sheet], store: Store, where: str, reason: str, *, table: str = "counts", quarantined: bool = False
) -> int:
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

    Returns
    -------
    int
        Canonical rows taken out.
    """
    connection = store.connection
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE gone AS SELECT source, row FROM {table} t WHERE {where}"  # noqa: S608
    )
    connection.execute(f"DELETE FROM {table} t WHERE {where}")  # noqa: S608
    rows = connection.execute(
        "SELECT g.source, coalesce(sum(coalesce(m.file_rows, 1)) FILTER (NOT kept), 0), "  # noqa: S608
        f"(list(g.row ORDER BY g.row) FILTER (NOT kept))[1:{_EXAMPLES}], count(*) FILTER (kept) "
        "FROM (SELECT DISTINCT source, row, EXISTS "
        f"(SELECT 1 FROM {table} t WHERE t.source = gone.source AND t.row = gone.row) AS kept FROM gone) g "
        "LEFT JOIN merged m ON m.source = g.source AND m.row = g.row GROUP BY 1 ORDER BY 1"
    ).fetchall()
    for source, lost, first, partly in rows:
        sheet = sheets[source]
        sheet.ledger = sheet.ledger.step(
            reason, int(lost), quarantined=quarantined, example=examples(first or [], int(lost))
        )
        if partly:
            sheet.note(f"{partly:,} rows lose a part of their figures: {reason}")
    return int(connection.execute("SELECT count(*) FROM gone").fetchall()[0][0])
