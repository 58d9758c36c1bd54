"""A raw table with columns added, blanked or left out and rows set aside: what a layout's ``reshape`` is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from auditor.domain.source import Ledger
from auditor.records.columns import key
from auditor.records.raw import RawTable
from auditor.records.sheet import Row, quote
from auditor.records.store import Store

_BATCH = 64


@dataclass
class Rearranged:
    """A raw table on its way to the one that is read.

    Expressions speak of the table as ``r`` and of its cells by :meth:`cell`; a blank is the empty text, never NULL.

    Attributes
    ----------
    raw : RawTable
        As it was met.
    store : Store
        Where it lives.
    ledger : Ledger
        Takes the notes, and the rows that are set aside.
    """

    raw: RawTable
    store: Store
    ledger: Ledger = field(init=False)
    _cells: dict[int, str] = field(init=False)
    _added: dict[str, str] = field(default_factory=dict)
    _joins: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ledger = self.raw.ledger
        self._cells = {index: f"r.c{index}" for index in range(len(self.raw.columns))}

    @property
    def table(self) -> str:
        """The raw table, quoted."""
        return quote(self.raw.table)

    def sql(self, query: str) -> list[Row]:
        """Run a query and fetch its rows."""
        rows: list[Row] = self.store.connection.execute(query).fetchall()
        return rows

    def position(self, *names: str) -> int | None:
        """Return the column that is there under the first of some names, in any case and with any separators."""
        keys = {key(self.raw.columns[index]): index for index in reversed(self._cells)}
        return next((keys[key(name)] for name in names if key(name) in keys), None)

    def header(self, *names: str) -> str:
        """Return the header of the column that is there under the first of some names; empty where none is."""
        index = self.position(*names)
        return "" if index is None else self.raw.columns[index]

    def cell(self, *names: str) -> str:
        """Return the SQL of a column as it now is; the empty text where there is none under any of the names."""
        index = self.position(*names)
        return "''" if index is None else self._cells[index]

    def positions(self) -> Sequence[int]:
        """Return the columns that are not left out."""
        return list(self._cells)

    def each(self, aggregate: str, among: Sequence[int] | None = None) -> dict[int, int]:
        """Return an aggregate (of ``{cell}``) of every column, or of some."""
        found: dict[int, int] = {}
        indices = self.positions() if among is None else among
        for start in range(0, len(indices), _BATCH):
            batch = indices[start : start + _BATCH]
            parts = ", ".join(aggregate.format(cell=self._cells[index]) for index in batch)
            values = self.sql(f"SELECT {parts} FROM {self.table} r")[0]  # noqa: S608
            found |= zip(batch, map(int, values), strict=True)
        return found

    def count(self, condition: str) -> tuple[int, int]:
        """Return in how many rows a condition holds, and the first of them."""
        rows, first = self.sql(f"SELECT count(*), min(_row) FROM {self.table} r WHERE {condition}")[0]  # noqa: S608
        return int(rows), int(first or 0)

    def note(self, text: str) -> None:
        """Add a note to the ledger."""
        self.ledger = self.ledger.note(text)

    def leave_out(self, index: int) -> None:
        """Leave a column out."""
        del self._cells[index]

    def rewrite(self, index: int, expression: str) -> None:
        """Give a column other cells."""
        self._cells[index] = expression

    def add(self, name: str, expression: str) -> None:
        """Add a column, unless the file has one of that name."""
        if self.position(name) is None:
            self._added[name] = expression

    def join(self, clause: str) -> None:
        """Join a table whose columns the expressions speak of; it must keep every row once."""
        self._joins.append(clause)

    def set_aside(self, reason: str, numbers: str) -> None:
        """Quarantine the rows that a query of their numbers finds."""
        rows, first = self.count(f"r._row IN ({numbers})")
        self.sql(f"DELETE FROM {self.table} WHERE _row IN ({numbers})")  # noqa: S608
        self.ledger = self.ledger.step(reason, rows, quarantined=True, example=f"{first}{', ...' * (rows > 1)}")

    def done(self, *, told: Sequence[str] = ()) -> RawTable:
        """Return the table as it is now; the one that was met is gone.

        Parameters
        ----------
        told : sequence of str
            Names of columns that others were made of, or that the notes speak of: they are not among the unused.
        """
        cells = [f"coalesce({text}, '')" for text in (*self._cells.values(), *self._added.values())]
        listed = "".join(f", {text} AS c{index}" for index, text in enumerate(cells))
        table = self.store.fresh("raw")
        self.store.connection.execute(
            f"CREATE TABLE {quote(table)} AS SELECT r._row{listed} FROM {self.table} r {' '.join(self._joins)}"  # noqa: S608
        )
        self.store.drop(self.raw.table)
        names = (*(self.raw.columns[index] for index in self._cells), *self._added)
        known = self.raw.told | {self.header(name) for name in told}
        return replace(self.raw, table=table, columns=names, ledger=self.ledger, told=known)
