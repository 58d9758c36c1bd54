"""HTML tables, which many record systems save under the name of a workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from auditor.errors import InputError
from auditor.records.encoding import recognise
from auditor.records.grid import Grid, Row, Where, shorten
from auditor.records.lines import Lines
from auditor.records.spec import SourceSpec

MOST = 200_000_000
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)", re.I)
_SILENT = ("script", "style", "head", "title")


class _Tables(HTMLParser):
    """Collect the rows of every table; a table inside a cell is a table of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self._cell: list[tuple[int, list[str]] | None] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "table":
            table: list[list[str]] = []
            self.tables.append(table)
            self._open.append(table)
            self._cell.append(None)
        elif tag == "tr" and self._open:
            self._flush()
            self._open[-1].append([])
        elif tag in ("td", "th") and self._open:
            self._begin(_span(dict(attrs).get("colspan")))
        elif tag == "br" and self._open:
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in ("td", "th", "tr") and self._open:
            self._flush()
        elif tag == "table" and self._open:
            self._flush()
            self._open.pop()
            self._cell.pop()

    def handle_data(self, data: str) -> None:
        cell = self._cell[-1] if self._cell else None
        if cell is not None and not self._silent:
            cell[1].append(data)

    def _begin(self, span: int) -> None:
        self._flush()
        if not self._open[-1]:
            self._open[-1].append([])
        row = self._open[-1][-1]
        self._cell[-1] = (len(row), [])
        row += [""] * span

    def _flush(self) -> None:
        cell = self._cell[-1]
        if cell is not None:
            self._open[-1][-1][cell[0]] = " ".join("".join(cell[1]).split())
            self._cell[-1] = None


def _span(text: str | None) -> int:
    return min(max(int(text), 1), 1000) if text and text.isdecimal() else 1


def open_html(path: Path, where: Where, spec: SourceSpec) -> Grid:
    """Read the one table of an HTML file.

    Raises
    ------
    InputError
        When there is none, or more than one that could be meant.
    """
    if path.stat().st_size > MOST:
        raise _refused(where, f"an HTML file of more than {MOST / 1e6:,.0f} MB", "save the table as CSV")
    tables = [rows for rows in _parse(path, where, spec) if max((len(row) for row in rows), default=0) > 1]
    if not tables:
        raise _refused(where, "an HTML page without a table", "open the page and save its table as CSV or XLSX")
    if len(tables) > 1:
        shown = "; ".join(f"{len(rows)} rows beginning {shorten(' | '.join(rows[0]), 50)!r}" for rows in tables[:5])
        raise _refused(
            where, f"an HTML page with {len(tables)} tables: {shown}", "save the one to be read as CSV or XLSX"
        )
    rows = tables[0]
    width = max(len(row) for row in rows)
    note = "the file is an HTML page; its table was read, with rows counted from the first of the table"
    return Grid(where, rows=lambda: _numbered(rows, width), notes=[note])


def _parse(path: Path, where: Where, spec: SourceSpec) -> list[list[list[str]]]:
    with path.open("rb") as handle:
        given = _CHARSET.search(handle.read(4096))
    charset = given[1].decode("ascii").lower() if given else ""
    declared = spec.encoding or ("" if charset in ("utf-8", "utf8") else charset)
    lines = Lines(path, recognise(path, where, declared))
    parser = _Tables()
    try:
        for line in lines:
            parser.feed(line)
        parser.close()
    finally:
        lines.close()
    return parser.tables


def _numbered(rows: list[list[str]], width: int) -> Iterator[Row]:
    for number, cells in enumerate(rows, start=1):
        yield number, cells + [""] * (width - len(cells))


def _refused(where: Where, found: str, remedy: str) -> InputError:
    problem = where.problem(found, "it is not known which rows and columns are meant", remedy)
    return InputError(f"{where.file} cannot be read", [problem])
