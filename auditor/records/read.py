"""Read one file into raw tables: text as it stands, with the row numbers an editor shows, and an exact ledger."""

from __future__ import annotations

import hashlib
from pathlib import Path

from auditor.errors import InputError, Problem
from auditor.records import container
from auditor.records.delimited import open_delimited
from auditor.records.grid import Grid, Row, Where
from auditor.records.header import find_header
from auditor.records.load_table import stage
from auditor.records.raw import RawTable
from auditor.records.spec import SourceSpec
from auditor.records.store import Store
from auditor.records.tidy import tidy
from auditor.records.workbook import open_workbook

HEAD = 300
_CHUNK = 1 << 22


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def read(path: Path, spec: SourceSpec, store: Store) -> list[RawTable]:
    """Read a file: CSV and other delimited text, XLSX, XLSB, XLS, ODS, Parquet, an HTML table; gzip and zip of these.

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
    where = Where(path.name)
    if container.is_lock_file(path):
        return []
    if not path.is_file():
        raise container.refuse(where, "there is no such file", "the configuration names it", "correct path")
    sha256 = fingerprint(path)
    tables = _read(path, where, spec, store, sha256)
    if fingerprint(path) != sha256:
        raise container.refuse(
            where,
            "the file changed while it was read",
            "its rows would be neither the old nor the new ones",
            "wait until it is complete (a download, a synchronised folder, an open workbook) and run again",
        )
    return tables


def _read(path: Path, where: Where, spec: SourceSpec, store: Store, sha256: str) -> list[RawTable]:
    kind = container.recognise(path, where)
    notes = []
    if kind == "gzip":
        path, kind = container.gunzip(path, where, store), "text"
        notes.append("packed with gzip")
    if kind == "workbook":
        grids = open_workbook(path, where, spec.sheet)
    else:
        grids = [open_delimited(path, where, spec)]
    for grid in grids:
        grid.notes[:0] = notes
    return _tables(grids, where, spec, store, sha256)


def _tables(grids: list[Grid], where: Where, spec: SourceSpec, store: Store, sha256: str) -> list[RawTable]:
    problems: list[Problem] = []
    tables: list[RawTable] = []
    seen: dict[str, str] = {}
    skipped: list[str] = []
    for grid in grids:
        try:
            table = _table(grid, spec, store, sha256, seen)
        except InputError as error:
            problems += error.problems
            continue
        if table is None:
            skipped.append(grid.where.sheet)
        else:
            tables.append(table)
    if problems:
        raise InputError(f"{where.file} cannot be read", problems)
    if not tables:
        raise container.refuse(where, "no table was found", "no row has two cells", "check that this is the right file")
    return tables


def _head(grid: Grid, header_row: int) -> list[Row]:
    head: list[Row] = []
    for row in grid.rows():
        head.append(row)
        if len(head) >= HEAD and row[0] > header_row + 1:
            break
    return head


def _table(grid: Grid, spec: SourceSpec, store: Store, sha256: str, seen: dict[str, str]) -> RawTable | None:
    header = find_header(
        _head(grid, spec.header_row),
        grid.where,
        header_row=spec.header_row,
        merged=grid.merged,
        first_column=grid.first_column,
    )
    if header is None:
        return None
    staged = stage(grid, header, store)
    tidied = tidy(staged, header, grid, store)
    if tidied.problems:
        store.drop(staged.table)
        raise InputError(f"{grid.where.file} cannot be read", tidied.problems)
    return RawTable(
        grid.where.file,
        grid.where.sheet,
        staged.table,
        tidied.columns,
        header.row,
        sha256,
        tidied.ledger,
        grid.epoch,
    )
