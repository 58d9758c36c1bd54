"""Columns that some sources of an event have and others lack: a year without groups beside years with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from auditor.records.sheet import Sheet

if TYPE_CHECKING:
    from auditor.records.store import Store

_COLUMNS = ("group", "offence", "level", "searched", "contraband")


def note_absent_columns(sheets: Sequence[Sheet], store: Store) -> None:
    """Note for every source the columns that hold nothing in it and something in another source of the same event.

    What is read is right as it stands; but an event counted by group in one year and not in the next is compared by
    group for one year only. Files of one source are compared by their headers where they are read.

    Parameters
    ----------
    sheets : sequence of Sheet
        Their ledgers take the notes.
    store : Store
        Its ``counts`` are looked at.
    """
    told = ", ".join(f'count("{name}") > 0' for name in _COLUMNS)
    found = store.connection.execute(
        f"SELECT event, source, {told} FROM counts GROUP BY event, source ORDER BY event, source"  # noqa: S608
    ).fetchall()
    for event in dict.fromkeys(row[0] for row in found):
        of_event = [row[1:] for row in found if row[0] == event]
        for at, name in enumerate(_COLUMNS, start=1):
            having = [row[0] for row in of_event if row[at]]
            for source in (row[0] for row in of_event if having and not row[at]):
                other = next((own for own in having if sheets[own].at != sheets[source].at), None)
                if other is not None:
                    where = PurePath(sheets[other].raw.file).name
                    sheets[source].note(f"{event}: no {name} here, which {where} has: compared by {name} without this")
