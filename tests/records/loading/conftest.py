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

TABLES = ("counts", "population", "places", "activations")


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
    names = list(sheets)
    parts = {
        "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
            for i in range(len(names))
        )
        + "</Types>",
        "_rels/.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="r{i}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{i}.xml"/>'
            for i in range(len(names))
        )
        + "</Relationships>",
        "xl/workbook.xml": '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        + "".join(f'<sheet name="{name}" sheetId="{i + 1}" r:id="r{i}"/>' for i, name in enumerate(names))
        + "</sheets></workbook>",
    }
    for i, rows in enumerate(sheets.values()):
        body = "".join(
            f'<row r="{y}">'
            + "".join(f'<c r="{chr(65 + x)}{y}" t="inlineStr"><is><t>{cell}</t></is></c>' for x, cell in enumerate(row))
            + "</row>"
            for y, row in enumerate(rows, 1)
        )
        parts[f"xl/worksheets/sheet{i}.xml"] = (
            '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            f"<sheetData>{body}</sheetData></worksheet>"
        )
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


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
