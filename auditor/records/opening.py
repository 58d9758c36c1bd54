"""Open a file by what it really is, check that the options fit, and note what its name does not say."""

from __future__ import annotations

from pathlib import Path

from auditor.errors import ConfigError
from auditor.records import container
from auditor.records.archive import gunzip, unzip
from auditor.records.damage import TWICE
from auditor.records.delimited import open_delimited
from auditor.records.grid import Grid, Where, refuse
from auditor.records.headless import Headless, fixed
from auditor.records.html_table import open_html
from auditor.records.isolated import unpack
from auditor.records.json_rows import open_json
from auditor.records.spec import SourceSpec
from auditor.records.store import Store

_OPTIONS = {
    "text": ("header_row", "delimiter", "encoding"),
    "html": ("header_row", "encoding"),
    "json": (),
    "workbook": ("sheet", "header_row"),
    "parquet": (),
}
_SUFFIXES = {
    "text": (".csv", ".tsv", ".tab", ".txt", ".psv", ".dat", ".asc", ""),
    "html": (".html", ".htm"),
    "json": (".json",),
    "workbook": (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
    "parquet": (".parquet", ".pq", ".parq"),
    "gzip": (".gz", ".gzip"),
    "zip": (".zip",),
}
_WORDS = {
    "text": "delimited text",
    "html": "an HTML page",
    "json": "JSON",
    "workbook": "a workbook",
    "parquet": "a Parquet file",
    "gzip": "packed with gzip",
    "zip": "packed with zip",
}


def open_grids(path: Path, where: Where, spec: SourceSpec, store: Store, layout: Headless | None = None) -> list[Grid]:
    """Open a file; ``layout`` says what stands where in a table without names.

    Returns
    -------
    list of Grid
        One for each sheet; one in all for files that have none.

    Raises
    ------
    InputError
        When it is not a table of a kind that is read.
    ConfigError
        When an option of the source does not apply to such a file.
    """
    kind = container.recognise(path, where)
    notes = _mislabelled(path.suffix, kind)
    inner = path
    if kind in ("gzip", "zip"):
        inner = gunzip(path, where, store) if kind == "gzip" else unzip(path, where, store)
        notes += [] if notes else [f"the file was {_WORDS[kind]}"]
        kind = container.recognise(inner, where)
        if kind not in ("text", "html", "json"):
            raise refuse(
                where, f"{_WORDS[kind]} inside an archive", "it is not unpacked any further", "unpack it and name it"
            )
    _check_options(kind, where, spec)
    grids = _open(kind, inner, where, spec, store, layout)
    for grid in grids:
        grid.notes[:0] = notes
    return grids


def _open(kind: str, path: Path, where: Where, spec: SourceSpec, store: Store, layout: Headless | None) -> list[Grid]:
    if kind == "text":
        columns = fixed(path, where, spec, layout) if layout and not spec.delimiter else None
        return [columns or open_delimited(path, where, spec)]
    if kind == "html":
        return [open_html(path, where, spec)]
    if kind == "json":
        return [open_json(path, where)]
    grids = unpack(kind, path, where, spec.sheet, store)
    for grid in grids:
        grid.damage = {"": "ask", TWICE: "repair"}.get(spec.encoding.casefold(), "")
    return grids


def _mislabelled(suffix: str, kind: str) -> list[str]:
    if suffix.lower() in _SUFFIXES[kind]:
        return []
    return [f"the file is {_WORDS[kind]} whatever its name says ({suffix or 'no ending'})"]


def _check_options(kind: str, where: Where, spec: SourceSpec) -> None:
    """Refuse options that would have no effect, so that nobody believes they had."""
    given = [name for name in ("sheet", "header_row", "delimiter", "encoding") if getattr(spec, name)]
    problems = [
        where.problem(
            f"{name} = {getattr(spec, name)!r} does not apply: the file is {_WORDS[kind]}",
            "it would have no effect",
            f"leave {name} out of this source",
        )
        for name in given
        if name not in _OPTIONS[kind] and not (name == "encoding" and spec.encoding.casefold() in (TWICE, "utf-8"))
    ]
    if problems:
        raise ConfigError("options that do not fit the file", problems)
