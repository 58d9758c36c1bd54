"""Rows and columns in another order give the same review, but for the hash of the file (in full: make determinism)."""

import json
import re
from pathlib import Path

import pytest

from auditor.audit import api
from benchmarks.determinism import reorder
from tests.privacy.records import write

HASH = re.compile(r"[0-9a-f]{64}")


def reviewed(config: Path) -> str:
    review = api.run(config).to_dict()
    for source in review["sources"]:  # unused columns are listed as they stand in the file
        source["notes"] = [", ".join(sorted(note.replace(": ", ", ").split(", "))) for note in source["notes"]]
    return HASH.sub("#", json.dumps(review, sort_keys=True))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> str:
    return reviewed(write(tmp_path_factory.mktemp("first"), rows=400))


@pytest.mark.parametrize("columns", [False, True], ids=["rows", "columns"])
def test_the_order_of_rows_and_columns_is_nothing(first: str, columns: bool, tmp_path: Path) -> None:
    config = write(tmp_path, rows=400)
    reorder(tmp_path, 3, columns=columns)
    assert len(first) > 10_000
    assert reviewed(config) == first
