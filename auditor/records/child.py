"""Run by :mod:`auditor.records.isolated` in a process of its own: unpack one workbook or Parquet file into plain text.

Native code that reads a crafted file may crash or take all memory; here it takes only this process with it.
"""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from auditor.errors import InputError
from auditor.records.grid import GIANT, MAX_CELL, Grid, Where, blank

MEMORY = 4 << 30
SECONDS = 300
RESULT = "result.json"


def main(arguments: list[str]) -> int:
    """Unpack a file and leave ``result.json`` and one file of rows for each sheet in the target folder.

    Parameters
    ----------
    arguments : list of str
        ``workbook`` or ``parquet``; the file; its base name for messages; the sheet wanted; the target folder.
    """
    _limit()
    kind, path, name, wanted, target = arguments
    where, folder = Where(name), Path(target)
    try:
        unpack = _workbook if kind == "workbook" else _parquet
        result: dict[str, Any] = {"sheets": unpack(Path(path), where, wanted, folder)}
    except InputError as error:
        result = {"problems": [asdict(problem) for problem in error.problems]}
    (folder / RESULT).write_text(json.dumps(result), encoding="utf-8")
    return 0


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows: no such limits
        return
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the records


def _workbook(path: Path, where: Where, wanted: str, folder: Path) -> list[dict[str, Any]]:
    from auditor.records.workbook import open_workbook

    return [_sheet(grid, folder / f"{index}.rows") for index, grid in enumerate(open_workbook(path, where, wanted))]


def _sheet(grid: Grid, target: Path) -> dict[str, Any]:
    with target.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for number, cells in grid.rows():
            if max(map(len, cells), default=0) > MAX_CELL:
                grid.tally.add(GIANT, number)
            else:
                writer.writerow([number] if blank(cells) else [number, *cells])
    return {
        "name": grid.where.sheet,
        "rows": target.name,
        "first_column": grid.first_column,
        "merged": [[m.top, m.left, m.bottom, m.right] for m in grid.merged],
        "notes": grid.notes,
        "epoch": grid.epoch,
        "most_rows": grid.most_rows,
        "tally": asdict(grid.tally),
    }


def _parquet(path: Path, where: Where, wanted: str, folder: Path) -> list[dict[str, Any]]:
    from auditor.records.parquet import export
    from auditor.records.store import Store

    with Store([path], root=folder) as store:
        names = export(path, where, store, store.temp / "rows")
        (store.temp / "rows").replace(folder / "0.rows")
    return [{"name": "", "rows": "0.rows", "names": names}]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
