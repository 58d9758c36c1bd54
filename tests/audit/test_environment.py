"""The hash of the program's own code: the same wherever its files stand, another when one of them changes."""

import shutil
from pathlib import Path

import pytest

from auditor import resources
from auditor.audit.environment import code_sha256


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lay the files out as a wheel does, with what Python and editors leave behind."""
    package = tmp_path / "auditor"
    shutil.copytree(Path(resources.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__", "_*s"))
    for name in ("templates", "configs"):
        shutil.copytree(resources.folder(name), package / f"_{name}")
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "cells.cpython-311.pyc").write_bytes(b"1")
    (package / ".cells.py.swp").write_bytes(b"2")
    here = code_sha256()
    monkeypatch.setattr(resources, "__file__", str(package / "resources.py"))
    monkeypatch.setattr(resources, "_PACKAGE", package)
    code_sha256.cache_clear()
    assert code_sha256() == here
    yield package
    code_sha256.cache_clear()


@pytest.mark.parametrize("name", ["stats/ratios/shares.py", "data/counties.csv", "_templates/place.html.j2"])
def test_one_byte_more_is_another_program(installed: Path, name: str) -> None:
    before = code_sha256()
    with (installed / name).open("ab") as file:
        file.write(b"\n")
    code_sha256.cache_clear()
    assert code_sha256() != before
