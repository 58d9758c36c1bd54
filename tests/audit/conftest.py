"""Fixtures for the tests of the conducting layer."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.fixture
def snapshot() -> Callable[[str, str], None]:
    """Compare a message with the one kept in snapshots/; AUDITOR_UPDATE_SNAPSHOTS=1 keeps the new one."""

    def compare(name: str, text: str) -> None:
        file = SNAPSHOTS / f"{name}.txt"
        if os.environ.get("AUDITOR_UPDATE_SNAPSHOTS") == "1":
            file.write_text(text + "\n", encoding="utf-8")
        assert file.read_text(encoding="utf-8") == text + "\n"

    return compare
