"""Fixtures shared by all tests."""

import csv
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every machine and no time limits: a test must not fail because a computer is busy.
settings.register_profile("auditor", deadline=None, derandomize=True, database=None, max_examples=60)
settings.load_profile("auditor")

CHECKOUT = Path(__file__).resolve().parents[1]


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
