"""DuckDB, PostgreSQL and PySpark: the same cells, and reviews of the same bytes.

`make warehouse` installs the engines and lets nothing be skipped; elsewhere each is skipped with what it lacks.
"""

import csv
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from auditor.errors import InputError
from benchmarks.warehouse import asked, fill_postgres, missing, postgres

from .conftest import DIRT

pytest.importorskip("ibis", reason="the extra warehouse (ibis-framework) is not installed")
pytestmark = pytest.mark.filterwarnings("default")  # what Ibis and its engines warn of is not ours to mend
TYPES = (
    'place text, date date, "group" text, offence text, searched boolean, agency text, officer bigint, surname text, '
    "latitude numeric(10, 1)"
)
CONFIG = """
[audit]
title = "One table, three engines"
as_of = 2012-06-20
seed = 1

[[sources]]
format = "records"
path = "arrests"
engine = "environment"
database = "arrests.duckdb"
constants = { event = "arrest" }
values.group = { H = "hispanic", W = "white", B = "black" }

[[sources]]
format = "population"
path = "population.csv"
"""


def needs(engine: str) -> None:
    if reason := missing(engine):
        if os.environ.get("AUDITOR_REQUIRE_WAREHOUSE") == "1":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Hold one table in every form; the server's user must be able to come to it, so it is no folder of pytest's."""
    import duckdb

    made = Path(tempfile.mkdtemp(prefix="auditor-test-"))
    made.chmod(0o755)
    with duckdb.connect(str(made / "arrests.duckdb")) as sql:
        sql.execute(DIRT)
        sql.execute(f"COPY arrests TO '{made / 'arrests.csv'}' (HEADER)")
        sql.execute(f"COPY arrests TO '{made / 'arrests.parquet'}'")
    with (made / "population.csv").open("w", newline="") as handle:
        rows = [[p, g, 40_000, 2010, "residents"] for p in ("48453", "48201", "06037") for g in ("hispanic", "white")]
        csv.writer(handle).writerows([["place", "group", "n", "period", "universe"], *rows])
    (made / "table.toml").write_text(CONFIG)
    yield made
    shutil.rmtree(made)


@contextmanager
def running(engine: str, folder: Path) -> Iterator[tuple[int, dict[str, str]]]:
    if engine != "postgres":
        yield 0, {}
        return
    with postgres(folder / "server") as (server, found):
        fill_postgres(folder / "arrests.csv", found, TYPES)
        yield server, found


@pytest.fixture(scope="module")
def by_duckdb(folder: Path) -> tuple[str, bytes]:
    cells, _ = asked(folder, "duckdb", True, 0, {})
    return cells, (folder / "out-duckdb" / "review.json").read_bytes()


@pytest.mark.parametrize("engine", ["postgres", "pyspark"])
def test_the_same_cells_and_the_same_review(request: pytest.FixtureRequest, folder: Path, engine: str) -> None:
    needs(engine)
    by_duckdb: tuple[str, bytes] = request.getfixturevalue("by_duckdb")
    with running(engine, folder) as (server, found):
        cells, _ = asked(folder, engine, True, server, found)
    assert cells == by_duckdb[0]
    assert cells.split()[-2] == "4000"  # rows read
    assert (folder / f"out-{engine}" / "review.json").read_bytes() == by_duckdb[1]
    told = (folder / f"out-{engine}" / "environment.json").read_text(encoding="utf-8")
    assert f'"{engine}"' in told


def test_a_server_that_is_not_there_gives_no_credentials_away(
    read: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if "psycopg" in missing("postgres"):
        needs("postgres")
    for name, value in {"PGHOST": str(tmp_path), "PGUSER": "rosa", "PGPASSWORD": "sesame-7"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match="cannot be reached") as refused:
        read(path="arrests", engine="postgres")  # type: ignore[operator]
    assert not any(word in str(refused.value) for word in ("rosa", "sesame", str(tmp_path)))
