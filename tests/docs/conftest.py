"""The demonstration, run once for every page that speaks of it."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest

from auditor import cli


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Return what `auditor demo` says, and the folder that it writes."""
    folder = tmp_path_factory.mktemp("demo")
    said = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(said):
        assert cli.main(["demo"]) == 0
    return said.getvalue(), folder / "auditor-demo"
