"""Helpers for reading files that a test builds itself."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import Problem
from auditor.records.raw import RawTable
from auditor.records.read import read
from auditor.records.spec import SourceSpec
from auditor.records.store import Store, quote


@pytest.fixture
def store() -> Iterator[Store]:
    with Store() as opened:
        yield opened


class Reading:
    """Writes a file, reads it, and shows what came of it."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder, self.store = folder, store

    def path(self, content: str | bytes, name: str = "file.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return path

    def sheets(self, content: str | bytes | Path, name: str = "file.csv", **options: Any) -> list[RawTable]:
        path = content if isinstance(content, Path) else self.path(content, name)
        tables = read(path, SourceSpec(path=str(path), **options), self.store)
        for table in tables:
            assert table.ledger.used == len(self.rows(table)), "read = used + excluded + quarantined"
            described = self.store.connection.execute(f"DESCRIBE {quote(table.table)}").fetchall()
            names = [f"c{index}" for index in range(len(table.columns))]
            assert [row[0] for row in described] == ["_row", *names]
            assert [row[1] for row in described] == ["BIGINT", *["VARCHAR"] * len(names)]
        return tables

    def one(self, content: str | bytes | Path, name: str = "file.csv", **options: Any) -> RawTable:
        (table,) = self.sheets(content, name, **options)
        return table

    def rows(self, table: RawTable) -> list[tuple[Any, ...]]:
        """Every row with its number, in order."""
        return self.store.connection.execute(f"SELECT * FROM {quote(table.table)} ORDER BY _row").fetchall()

    def problems(self, error: type[Exception], content: str | bytes | Path, name: str = "file.csv", **options: Any):
        """The problems of an expected error; each names its file and a remedy."""
        with pytest.raises(error) as caught:
            self.sheets(content, name, **options)
        problems: tuple[Problem, ...] = caught.value.problems
        assert problems
        for problem in problems:
            assert problem.file == (content.name if isinstance(content, Path) else name)
            assert problem.found
            assert problem.why
            assert problem.remedy
        return problems


@pytest.fixture
def reading(tmp_path: Path, store: Store) -> Reading:
    return Reading(tmp_path, store)


@pytest.fixture
def notes() -> Callable[[RawTable], str]:
    """All notes of a table as one text."""
    return lambda table: "\n".join(table.ledger.notes)
