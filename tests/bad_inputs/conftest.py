"""A desk for the cases of the bad inputs: files as people hold them, read through the product, told in its words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from auditor import cli
from auditor.audit.check_report import CheckReport
from auditor.audit.config import load_config
from auditor.audit.reading import read_sources
from auditor.audit.run import audit
from auditor.domain.source import Ledger, Source
from auditor.errors import AuditorError
from auditor.findings.review import Review
from auditor.records.docket import toml_table, toml_text
from auditor.records.load import Loaded
from auditor.records.store import Store

TABLES = ("counts", "population", "places", "activations", "operations")
CODES = {"usage": 2, "input": 3, "question": 4}
# file › sheet › row 4 › column n: what was found — why it matters — what to do
_PROBLEM = re.compile(r"^  - (?P<where>[^\n]*?): (?P<found>.+?) — (?P<why>.+?) — (?P<remedy>.+)$")


@dataclass
class Told:
    """What the user was told: the exit code, every word, and where nothing stands in the way, the tables."""

    code: int
    text: str
    loaded: Loaded | None = None
    problems: list[dict[str, str]] = field(default_factory=list)

    @property
    def sources(self) -> tuple[Source, ...]:
        assert self.loaded is not None, self.text
        return self.loaded.sources

    @property
    def ledger(self) -> Ledger:
        """The ledger of the only source."""
        (source,) = self.sources
        return source.ledger

    def accounts(self, source: int = 0) -> tuple[int, int, int, int]:
        """Rows read, used, excluded, quarantined."""
        ledger = self.sources[source].ledger
        return ledger.read, ledger.used, ledger.excluded, ledger.quarantined

    def steps(self, source: int = 0) -> dict[str, tuple[int, bool, str]]:
        """For each reason: rows, whether they are quarantined, and their numbers."""
        return {s.reason: (s.rows, s.quarantined, s.example) for s in self.sources[source].ledger.steps}

    def rows(self, columns: str, table: str = "counts") -> list[tuple[Any, ...]]:
        """Values of a canonical table in the order of the files."""
        assert self.loaded is not None, self.text
        query = f"SELECT {columns} FROM {table} ORDER BY source, row"
        return self.loaded.store.connection.execute(query).fetchall()

    def refused(self, kind: str, *words: str, file: str = "file.csv") -> dict[str, str]:
        """Check that this ended as expected and return the first problem, which names its file and says all words."""
        assert self.code == CODES[kind], self.text
        assert self.problems, self.text
        for problem in self.problems:
            assert problem["where"], problem
        first = next((p for p in self.problems if p["where"].split(" › ")[0] == file), None)
        assert first is not None, self.text
        for word in words:
            assert word in self.text, f"{word!r} is not in: {self.text}"
        return first

    def says(self, *words: str) -> None:
        """Check that reading came to its end and that check's words hold these."""
        assert self.code == 0, self.text
        for word in words:
            assert word in self.text, f"{word!r} is not in: {self.text}"


class Desk:
    """A folder of files with a configuration that names them."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.stores: list[Store] = []

    def write(self, content: str | bytes, name: str = "file.csv") -> str:
        (self.folder / name).write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return name

    def book(self, sheets: Mapping[str, Sequence[Sequence[Any]]], name: str = "file.xlsx") -> str:
        """Write a workbook with the program that most people's scripts use."""
        import openpyxl

        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(list(row))
        book.save(self.folder / name)
        return name

    def source(self, path: str, **options: Any) -> str:
        """Return a [[sources]] table."""
        lines = ["[[sources]]", f"path = {toml_text(path)}"]
        lines += [f"{key} = {_toml(value)}" for key, value in options.items()]
        return "\n".join(lines) + "\n"

    def config(self, *sources: str, head: str = "") -> Path:
        path = self.folder / "audit.toml"
        path.write_text('[audit]\ntitle = "T"\nas_of = 2012-06-30\n' + head + "\n" + "\n".join(sources), "utf-8")
        return path

    def read(self, content: str | bytes, name: str = "file.csv", **options: Any) -> Told:
        """Write a file, and read it."""
        return self.of(self.source(self.write(content, name), **options))

    def of(self, *sources: str, head: str = "") -> Told:
        """Read a configuration the way that ``check``, ``counts`` and ``run`` do, and take what they would print."""
        path = self.config(*sources, head=head)
        store = Store()
        self.stores.append(store)
        try:
            loaded = read_sources(load_config(path), store)
        except AuditorError as error:
            return self._told(Told(error.exit_code, f"auditor: {error}"))
        assert_accounts(loaded)
        return Told(0, "\n".join((CheckReport(loaded.sources).to_text(), *loaded.notes)), loaded)

    def audit(self, *sources: str, head: str = "") -> Review:
        """Run the audit itself, without its pages."""
        return audit(load_config(self.config(*sources, head=head)))

    def command(self, *arguments: Any) -> Told:
        """Run the command line; it ends with words, whatever it was given."""
        code = cli.main([str(argument) for argument in arguments])
        out, err = self.capsys.readouterr()
        assert code in (0, 2, 3, 4), err
        assert "Traceback" not in out + err
        return Told(code, out + err)

    def _told(self, told: Told) -> Told:
        lines = [line for line in told.text.splitlines() if line.startswith("  - ")]
        told.problems = [found.groupdict() for line in lines if (found := _PROBLEM.match(line))]
        assert len(told.problems) == len(lines), f"a problem without what, why or remedy: {told.text}"
        return told

    def close(self) -> None:
        for store in self.stores:
            store.close()


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        if any(isinstance(inner, dict) for inner in value.values()):
            return "{ " + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + " }"
        return toml_table(value)
    return toml_text(value) if isinstance(value, str) else str(value)


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


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    opened = Desk(tmp_path, capsys)
    yield opened
    opened.close()
