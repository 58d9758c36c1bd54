"""Turn the rows of a grid into a table that the adapters can use, and its ledger."""

from __future__ import annotations

from dataclasses import dataclass, field

from auditor.domain.source import Ledger
from auditor.errors import Problem
from auditor.records.grid import Grid
from auditor.records.header import Header
from auditor.records.load_table import Staged
from auditor.records.store import Store
from auditor.records.tidier import Tidier
from auditor.records.tidy_columns import settle_columns
from auditor.records.unseen import take_out


@dataclass(slots=True)
class Tidied:
    """A table whose rows and columns are in order.

    Attributes
    ----------
    columns : tuple of str
        Names of ``c0`` ... as they are now.
    ledger : Ledger
        Rows read and set aside, and notes.
    problems : list of Problem
        Everything that makes the table unusable.
    unseen : int
        Cells from which invisible characters were taken out.
    """

    columns: tuple[str, ...]
    ledger: Ledger
    problems: list[Problem] = field(default_factory=list)
    unseen: int = 0


def tidy(staged: Staged, header: Header, grid: Grid, store: Store) -> Tidied:
    """Put a staged table in order.

    Parameters
    ----------
    staged : Staged
        The table; it is changed in place and ends with the columns ``_row``, ``c0`` ... only.
    header : Header
        Its names.
    grid : Grid
        Where it came from.
    store : Store
        Where it is.

    Returns
    -------
    Tidied
        With every problem of the table; when there is one, the table is not to be used.
    """
    work = Tidier(staged, header, grid, store)
    if staged.narrow is not None:
        notes = tuple(dict.fromkeys([*grid.notes, *header.notes]))
        return Tidied(header.names, Ledger(work.count(), notes=notes))
    unseen = take_out(work)
    work.cut_off()
    work.blanks()
    work.ledger = Ledger(work.count() + staged.tally.total, notes=tuple(dict.fromkeys([*grid.notes, *header.notes])))
    for reason, rows in staged.tally.counts.items():
        work.ledger = work.ledger.step(reason, rows, quarantined=True, example=staged.tally.example(reason))
    work.labels()
    work.repeats()
    work.notes()
    work.shorts()
    work.excel_errors()
    work.damage()
    columns = settle_columns(work)
    if not work.problems and work.ledger.used == 0:
        work.ledger = work.ledger.note("there is a header but no row of data below it: no records")
    return Tidied(columns, work.ledger, work.problems, unseen)
