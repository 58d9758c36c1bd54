"""Fixtures shared by all tests."""

import csv
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every machine and no time limits: a test must not fail because a computer is busy.
EXAMPLES = int(os.environ.get("AUDITOR_EXAMPLES", "30"))
settings.register_profile("auditor", deadline=None, derandomize=True, database=None, max_examples=EXAMPLES)
settings.load_profile("auditor")

CHECKOUT = Path(__file__).resolve().parents[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of relations over drawn examples; `make property` runs them with 500 examples each."""
    for item in items:
        if hasattr(getattr(item, "obj", None), "hypothesis"):
            item.add_marker(pytest.mark.property)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real data used in testing; absent data skip the test unless AUDITOR_REQUIRE_DATA=1."""
    folder = Path(os.environ.get("AUDITOR_SHARED_DATA") or CHECKOUT.parent / "shared" / "data")
    if not folder.is_dir():
        reason = f"no shared data folder at {folder}; set AUDITOR_SHARED_DATA"
        if os.environ.get("AUDITOR_REQUIRE_DATA") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def reference_rows() -> Callable[[str], list[dict[str, str]]]:
    """Read a table of tests/reference/ (lines starting with # give the program's version)."""

    def read(name: str) -> list[dict[str, str]]:
        text = (CHECKOUT / "tests" / "reference" / name).read_text(encoding="utf-8")
        rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
        assert rows, f"{name} is empty"
        return rows

    return read
