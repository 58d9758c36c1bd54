"""Unpack workbooks and Parquet files in a process of their own, with limits on its memory and time."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from auditor.errors import InputError, Problem
from auditor.records.child import RESULT
from auditor.records.grid import Grid, Merged, Row, Tally, Where
from auditor.records.header import Header
from auditor.records.load_table import Staged
from auditor.records.store import Store, quote
from auditor.records.wanted import Wanted

_PATIENCE = 900
"""Seconds of the clock; the process itself is stopped after 300 seconds of work."""


def unpack(kind: str, path: Path, where: Where, wanted: str, store: Store) -> list[Grid]:
    """Unpack a file and return its sheets.

    Parameters
    ----------
    kind : {"workbook", "parquet"}
        What it is.
    path : pathlib.Path
        The file.
    where : Where
        For messages.
    wanted : str
        The sheet that the user names; empty for all.
    store : Store
        Its temporary folder takes the rows.

    Raises
    ------
    InputError
        What the reader found wrong, or that it stopped.
    """
    folder = store.temp / store.fresh("sheets")
    folder.mkdir(mode=0o700)
    code = _run([kind, str(path), where.file, wanted, str(folder)])
    result = folder / RESULT
    if code or not result.is_file():
        raise InputError(f"{where.file} cannot be read", [_stopped(where, code)])
    found = json.loads(result.read_text(encoding="utf-8"))
    if "problems" in found:
        raise InputError(f"{where.file} cannot be read", [Problem(**problem) for problem in found["problems"]])
    make = _sheet if kind == "workbook" else _parquet
    return [make(sheet, folder, where) for sheet in found["sheets"]]


def _run(arguments: list[str]) -> int:
    package = str(Path(__file__).resolve().parents[2])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH", "")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"}
    command = [sys.executable, "-P", "-m", "auditor.records.child", *arguments]
    try:
        done = subprocess.run(  # noqa: S603  (our own interpreter and module; the file's name is one argument)
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return -1
    return done.returncode


def _stopped(where: Where, code: int) -> Problem:
    return where.problem(
        f"the reader stopped before it was done (code {code})",
        "the file is damaged, or needs more than 4 GB of memory or 5 minutes",
        "open it in a spreadsheet program and save it as XLSX again, or export it as CSV",
    )


def _sheet(sheet: dict[str, Any], folder: Path, where: Where) -> Grid:
    return Grid(
        Where(where.file, sheet["name"]),
        rows=lambda: _rows(folder / sheet["rows"]),
        first_column=sheet["first_column"],
        merged=[Merged(*corners) for corners in sheet["merged"]],
        notes=list(sheet["notes"]),
        epoch=sheet["epoch"],
        most_rows=sheet["most_rows"],
        tally=Tally(**sheet["tally"]),
    )


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as handle:
        for record in csv.reader(handle):
            yield int(record[0]), record[1:]


def _parquet(sheet: dict[str, Any], folder: Path, where: Where) -> Grid:
    names = tuple(sheet["names"])
    header = Header(names, 0, 0, (names,))

    def load(_: Header, store: Store, __: Wanted | None) -> Staged:
        table = store.fresh("raw")
        store.connection.execute(
            f"CREATE TABLE {quote(table)} AS SELECT * FROM read_parquet($path)",  # noqa: S608
            {"path": str(folder / sheet["rows"])},
        )
        (folder / sheet["rows"]).unlink()
        return Staged(table, len(names))

    return Grid(where, rows=lambda: iter(()), header=header, load=load)
