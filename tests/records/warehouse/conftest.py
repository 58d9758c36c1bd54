"""A table of arrests with all that a real one has: blanks, unknown places, days to come, columns of people."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from auditor.records.load import Loaded, load
from auditor.records.spec import SourceSpec
from auditor.records.store import Store

AS_OF = date(2012, 6, 20)
COUNTED = "SELECT * EXCLUDE (source, row) FROM counts ORDER BY ALL"

DIRT = """
CREATE TABLE arrests AS SELECT
  ['48453', '48201', '06037', NULL, '', ' 48453 ', 'Travis County, TX', 'US'][(hash(i) % 8 + 1)::INT] AS place,
  CASE WHEN i % 97 = 0 THEN NULL WHEN i % 89 = 0 THEN DATE '1969-05-01' WHEN i % 83 = 0 THEN DATE '2012-06-21'
    ELSE DATE '2010-01-05' + (hash(i * 7) % 890)::INT END AS date,
  ['H', 'W', 'B', '', NULL, 'H '][(hash(i * 3) % 6 + 1)::INT] AS "group",
  ['traffic', 'dui', 'burglary', 'robbery'][(hash(i * 5) % 4 + 1)::INT] AS offence,
  hash(i * 11) % 2 = 0 AS searched, 'A' || (i % 3) AS agency, i AS officer, 'Doe' || i AS surname, i * 0.5 AS latitude
FROM range(4000) r(i)
"""
SPEC: dict[str, Any] = {
    "format": "records",
    "constants": {"event": "arrest"},
    "values": {"group": {"H": "hispanic", "W": "white", "B": "black"}},
}


@pytest.fixture
def database(tmp_path: Path) -> Callable[[str], Path]:
    """Make a DuckDB database, and the same table as a CSV file beside it."""
    import duckdb

    def make(statement: str) -> Path:
        with duckdb.connect(str(tmp_path / "w.duckdb")) as sql:
            sql.execute(statement)
            sql.execute(f"COPY arrests TO '{tmp_path / 'arrests.csv'}' (HEADER)")
        return tmp_path

    return make


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., tuple[Loaded, list[tuple]]]:
    """Load one source and return it with its counts."""

    def reading(**options: Any) -> tuple[Loaded, list[tuple]]:
        with Store() as store:
            loaded = load([SourceSpec(**{**SPEC, **options})], tmp_path, store, as_of=AS_OF)
            return loaded, store.connection.execute(COUNTED).fetchall()

    return reading
