"""Helpers for loading files that a test builds itself: every load is checked for its row accounting."""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import AuditorError, Problem
from auditor.records.load import Loaded, load
from auditor.records.spec import SourceSpec
from auditor.records.store import Store

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml."
TABLES = ("counts", "population", "places", "activations", "operations", "facilities")


def assert_accounts(loaded: Loaded) -> None:
    """read = used + excluded + quarantined, and used = rows of the file that canonical rows stand for."""
    both = " UNION ".join(f"SELECT source, row FROM {table}" for table in TABLES)
    rows = loaded.store.connection.execute(
        f"SELECT source, sum(coalesce(file_rows, 1)) FROM ({both}) LEFT JOIN merged USING (source, row) GROUP BY 1"
    ).fetchall()
    standing = {source: int(count) for source, count in rows}
    for index, source in enumerate(loaded.sources):
        ledger = source.ledger
        assert ledger.read == ledger.used + ledger.excluded + ledger.quarantined
        assert ledger.used == standing.get(index, 0), f"{source.name}: rows vanished or were counted twice"


def workbook(path: Path, sheets: dict[str, list[list[str]]]) -> None:
    """Write a minimal XLSX (ECMA-376) whose cells are all inline text."""
    names = list(enumerate(sheets))
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{_MAIN}worksheet+xml"/>' for i, _ in names
    )
    links = "".join(
        f'<Relationship Id="r{i}" Type="{_LINK}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i, _ in names
    )
    book = "".join(f'<sheet name="{name}" sheetId="{i + 1}" r:id="r{i}"/>' for i, name in names)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_MAIN}sheet.main+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r" Type="{_LINK}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_LINK}"><sheets>{book}</sheets></workbook>',
    }
    for i, rows in enumerate(sheets.values()):
        body = "".join(
            f'<row r="{y}">'
            + "".join(f'<c r="{chr(65 + x)}{y}" t="inlineStr"><is><t>{cell}</t></is></c>' for x, cell in enumerate(row))
            + "</row>"
            for y, row in enumerate(rows, 1)
        )
        sheet = f'<worksheet xmlns="{_SHEET}"><sheetData>{body}</sheetData></worksheet>'
        parts[f"xl/worksheets/sheet{i}.xml"] = sheet
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, '<?xml version="1.0"?>' + text)


class Loading:
    """Writes files, loads them, and shows what came of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stores: list[Store] = []

    def write(self, text: str | bytes, name: str = "file.csv") -> str:
        (self.folder / name).write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
        return name

    def spec(self, text: str | bytes, name: str = "file.csv", **options: Any) -> SourceSpec:
        return SourceSpec(path=self.write(text, name), **options)

    def workbook(self, sheets: dict[str, list[list[str]]], name: str = "book.xlsx", **options: Any) -> SourceSpec:
        workbook(self.folder / name, sheets)
        return SourceSpec(path=name, **options)

    def load(self, *specs: SourceSpec, **options: Any) -> Loaded:
        store = Store()
        self.stores.append(store)
        loaded = load(specs, self.folder, store, **options)
        assert_accounts(loaded)
        return loaded

    def one(self, text: str | bytes, name: str = "file.csv", **options: Any) -> Loaded:
        return self.load(self.spec(text, name, **options))

    def rows(self, loaded: Loaded, columns: str, table: str = "counts") -> list[tuple[Any, ...]]:
        """Values in the order of the file; rows that one line became are in the order of their text."""
        found = loaded.store.connection.execute(f"SELECT source, row, {columns} FROM {table}").fetchall()
        return [row[2:] for row in sorted(found, key=lambda row: (row[:2], repr(row[2:])))]

    def steps(self, loaded: Loaded, source: int = 0) -> dict[str, tuple[int, bool, str]]:
        return {s.reason: (s.rows, s.quarantined, s.example) for s in loaded.sources[source].ledger.steps}

    def notes(self, loaded: Loaded, source: int = 0) -> str:
        return "\n".join((*loaded.sources[source].ledger.notes, *loaded.notes))

    def error(self, kind: type[AuditorError], *specs: SourceSpec, **options: Any) -> AuditorError:
        """The expected error; each of its problems says what was found, why it matters and what to do."""
        with pytest.raises(kind) as caught:
            self.load(*specs, **options)
        assert type(caught.value) is kind
        for problem in caught.value.problems:
            assert problem.found
            assert problem.why
            assert problem.remedy
        return caught.value

    def problem(self, kind: type[AuditorError], text: str | bytes, name: str = "file.csv", **options: Any) -> Problem:
        """The only problem of a single file."""
        (problem,) = self.error(kind, self.spec(text, name, **options)).problems
        assert problem.file == name
        return problem

    def close(self) -> None:
        for store in self.stores:
            store.close()


@pytest.fixture
def loading(tmp_path: Path) -> Iterator[Loading]:
    helper = Loading(tmp_path)
    yield helper
    helper.close()


@pytest.fixture(scope="session")
def accounts() -> Callable[[Loaded], None]:
    """The check of the row accounting, for tests that load by themselves."""
    return assert_accounts
