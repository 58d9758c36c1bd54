"""Read one file into raw tables: text as it stands, with the row numbers an editor shows, and an exact ledger."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from auditor.errors import InputError, Problem
from auditor.records.container import is_lock_file
from auditor.records.grid import MAX_COLUMNS, Grid, Row, Where, refuse
from auditor.records.header import Header, NoHeader, find_header
from auditor.records.headless import Headless, names_of
from auditor.records.load_table import Staged, refuse_wide, stage
from auditor.records.opening import open_grids
from auditor.records.private import without_numbers
from auditor.records.raw import RawTable
from auditor.records.spec import SourceSpec
from auditor.records.store import Store, quote
from auditor.records.tidy import tidy
from auditor.records.unseen import hidden_in, removed_note, visible
from auditor.records.wanted import Wanted

HEAD = 300
"""How many rows are looked at to find the header."""

COVER_ROWS = 40
"""Longest page of remarks that is passed over (with a note) beside sheets of data."""

_CHUNK = 1 << 22
_SETTLED = 5_000_000_000
"""Nanoseconds after which a change of a file must show in its time, however coarse the file system's clock."""

_HASHED: dict[Path, tuple[tuple[int, ...], str]] = {}

Keep = Callable[[Sequence[str]], Wanted | None]


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def hashed(path: Path) -> str:
    """Return the SHA-256 of a file's bytes; one that nobody wrote to since this process hashed it is not read again."""
    state = _state(path)
    known = _HASHED.get(path)
    if known is None or known[0] != state:
        known = state, fingerprint(path)
        if state[-1] < _now() - _SETTLED and state == _state(path):
            _HASHED[path] = known
    return known[1]


def read(
    path: Path, spec: SourceSpec, store: Store, layout: Headless | None = None, keep: Keep | None = None
) -> list[RawTable]:
    """Read a file: CSV and other delimited text, XLSX, XLSB, XLS, ODS, Parquet, an HTML table; gzip and zip of text.

    Everything stays text: nothing is guessed to be a number, a date or missing. ``01001`` stays ``01001``, a county
    named ``NA`` stays ``NA``.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    spec : SourceSpec
        Its options ``sheet``, ``header_row``, ``delimiter`` and ``encoding`` are heeded or refused, never ignored.
    store : Store
        Where the tables go.
    layout : Headless, optional
        What stands where in a table of which it is known that it has no line of names.
    keep : callable, optional
        From the names of the columns to what somebody will read of them, or None for everything: of a large plain
        file the rest is not loaded.

    Returns
    -------
    list of RawTable
        One for each sheet with a table; empty for the lock file of an open workbook. In each ledger, read = used +
        excluded + quarantined, where read counts the rows below the header that are not wholly blank.

    Raises
    ------
    InputError
        When the file cannot be read, with everything that is wrong.
    ConfigError
        When an option does not fit the file.
    DecisionNeeded
        When a person must decide how its letters are to be read.
    """
    where = Where(visible(path.name))
    if is_lock_file(path):
        return []
    try:
        return _read_unchanged(path, where, spec, store, layout, keep)
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        raise refuse(
            where,
            f"the table does not fit into the memory or disk set aside for it ({type(error).__name__})",
            "not every row could be loaded",
            "free disk space in the temporary folder, keep fewer columns, or split the file",
        ) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise refuse(where, reason, "it could not be read to the end", "check path, permissions and disk") from error


def _read_unchanged(
    path: Path, where: Where, spec: SourceSpec, store: Store, layout: Headless | None, keep: Keep | None
) -> list[RawTable]:
    before, sha256 = _state(path), hashed(path)
    grids = open_grids(path, where, spec, store, layout)
    tables = _Reader(where, spec, store, sha256, path.name, layout, keep).tables(grids)
    # A file of which the system says that nobody wrote to it since long before is not hashed again.
    settled = before == _state(path) and before[-1] < _now() - _SETTLED
    if not settled and fingerprint(path) != sha256:
        raise refuse(
            where,
            "the file changed while it was read",
            "its rows would be neither the old nor the new ones",
            "wait until it is complete (a download, a synchronised folder, an open workbook) and run again",
        )
    return tables


def _state(path: Path) -> tuple[int, ...]:
    """Return what changes when somebody writes to a file; the time of its last change stands last."""
    known = path.stat()
    return known.st_dev, known.st_ino, known.st_size, known.st_mtime_ns, known.st_ctime_ns


def _now() -> int:
    """Return the file system's time, in nanoseconds: it decides nothing but whether to hash once more."""
    return time.time_ns()


class _Reader:
    """Reads the sheets of one file, and gathers what is wrong with any of them."""

    def __init__(
        self,
        where: Where,
        spec: SourceSpec,
        store: Store,
        sha256: str,
        name: str,
        layout: Headless | None = None,
        keep: Keep | None = None,
    ) -> None:
        self.keep = keep
        self.where, self.spec, self.store, self.sha256, self.name = where, spec, store, sha256, name
        self.layout = layout
        self.problems: list[Problem] = []
        self.seen: dict[str, str] = {}

    def tables(self, grids: list[Grid]) -> list[RawTable]:
        """Return the tables of all sheets.

        Raises
        ------
        InputError
            With the problems of every sheet, or when none has a table.
        """
        read = [(grid, self._try(grid, alone=len(grids) == 1)) for grid in grids]
        if self.problems:
            raise InputError(f"{self.where.file} cannot be read", self.problems)
        tables = [table for _, table in read if table is not None]
        skipped = [grid.where.sheet for grid, table in read if table is None]
        if not tables:
            raise refuse(
                self.where, "no table was found: no row has two cells", "there is nothing to read", "check the file"
            )
        if skipped:
            shown = ", ".join(repr(name) for name in skipped)
            tables[0] = replace(tables[0], ledger=tables[0].ledger.note(f"no table on sheet {shown}: passed over"))
        return _differences(tables)

    def _try(self, grid: Grid, *, alone: bool) -> RawTable | None:
        try:
            return self._table(grid)
        except NoHeader as error:
            if alone or not _is_cover(grid):
                self.problems += error.problems
            return None
        except InputError as error:
            self.problems += error.problems
            return None

    def _table(self, grid: Grid) -> RawTable | None:
        known = grid.header or (names_of(grid, self.layout) if self.layout else None)
        head = [] if known else _head(grid, self.spec.header_row)
        header = known or self._header(grid, head)
        if header is None:
            return None
        _refuse_unread(grid, header.row)
        keep = self.keep(header.names) if self.keep else None
        staged = (grid.load(header, self.store, keep) if grid.load else None) or stage(grid, header, self.store)
        tidied = tidy(staged, header, grid, self.store)
        if tidied.problems:
            self.store.drop(staged.table)
            raise InputError(f"{self.where.file} cannot be read", tidied.problems)
        note = self._unseen(grid, tidied.unseen + _unseen_names(grid, head, header))
        ledger = without_numbers(tidied.ledger.note(note) if note else tidied.ledger, self.spec)
        sheet, columns = visible(grid.where.sheet), tuple(visible(name) for name in tidied.columns)
        table = RawTable(grid.where.file, sheet, staged.table, columns, header.row, self.sha256, ledger)
        table = replace(table, epoch=grid.epoch, narrow=staged.narrow, copies=staged.copies)
        table = replace(table, content=staged.content, coded=staged.coded)
        return self._once(table, staged)

    def _header(self, grid: Grid, head: list[Row]) -> Header | None:
        # A line of a million cells is not looked at cell by cell only to be refused for its width.
        narrow = [(number, cells[: MAX_COLUMNS + 1]) for number, cells in head]
        spec, wide = self.spec, {number: len(cells) for number, cells in head if len(cells) > MAX_COLUMNS}
        try:
            header = find_header(
                narrow,
                grid.where,
                header_row=spec.header_row,
                merged=grid.merged,
                first_column=grid.first_column,
                least=grid.least,
            )
        except NoHeader:
            _refuse_unread(grid, head[0][0])
            refuse_wide(grid, max(wide.values(), default=0), min(wide, default=0))
            raise
        if header is not None:
            refuse_wide(grid, wide.get(header.row, 0), header.row)
        return header

    def _unseen(self, grid: Grid, cells: int) -> str:
        texts = {"file name": self.name, "sheet name": grid.where.sheet}
        return removed_note(cells, [what for what, text in texts.items() if hidden_in([text])])

    def _once(self, table: RawTable, staged: Staged) -> RawTable:
        """Quarantine every row of a sheet that repeats an earlier one cell by cell."""
        first = self.seen.setdefault(staged.digest, table.sheet) if staged.digest else table.sheet
        if first == table.sheet or table.ledger.used == 0:
            return table
        self.store.connection.execute(f"DELETE FROM {quote(table.table)}")  # noqa: S608
        reason = f"the sheet repeats sheet {first!r} cell by cell"
        return replace(table, ledger=table.ledger.step(reason, table.ledger.used, quarantined=True))


def _unseen_names(grid: Grid, head: list[Row], header: Header) -> int:
    """Count the cells of the header that held characters nobody sees."""
    if not head:
        return hidden_in(header.names)
    return hidden_in(cell for number, cells in head if header.first <= number <= header.row for cell in cells)


def _head(grid: Grid, header_row: int) -> list[Row]:
    head: list[Row] = []
    for row in grid.rows():
        head.append(row)
        if len(head) >= HEAD and row[0] > header_row + 1:
            break
    return head


def _is_cover(grid: Grid) -> bool:
    """Tell whether a sheet is a small page of remarks beside the sheets of data: most rows one cell, or a caption."""
    rows = [[cell for cell in cells if cell.strip()] for _, cells in _head(grid, 0)]
    rows = [cells for cells in rows if cells]
    remarks = [cells for cells in rows if len(cells) == 1 or (len(cells) <= 3 and cells[0].rstrip().endswith(":"))]
    return len(rows) <= COVER_ROWS and len(remarks) * 2 > len(rows)


def _refuse_unread(grid: Grid, first: int) -> None:
    """Refuse a file of which a row above the header (or first row) found could not be read: it may hold the names."""
    above = {reason: min(rows) for reason, rows in grid.tally.rows.items() if min(rows) < first}
    if above:
        problems = [
            grid.where.problem(
                f"the row cannot be read ({reason})",
                "it stands above or in the header, and the names of the columns may be in it",
                "mend the row, or delete it if it is not needed",
                row=row,
            )
            for reason, row in above.items()
        ]
        raise InputError(f"{grid.where.file} cannot be read", problems)


def _differences(tables: list[RawTable]) -> list[RawTable]:
    """Note where sheets of one file do not have the same columns."""
    return [tables[0], *(with_differences(tables[0], table) for table in tables[1:])]


def with_differences(first: RawTable, table: RawTable) -> RawTable:
    """Return a table with a note of the columns that another of its source (a sheet, a file of a glob) has or lacks."""
    missing = [name for name in first.columns if name not in table.columns]
    more = [name for name in table.columns if name not in first.columns]
    if not missing and not more:
        return table
    parts = [f"without {', '.join(missing)}"] * bool(missing) + [f"with {', '.join(more)}"] * bool(more)
    other = f"sheet {first.sheet!r}" if first.file == table.file else first.file
    return replace(table, ledger=table.ledger.note(f"columns differ from {other}: {'; '.join(parts)}"))
