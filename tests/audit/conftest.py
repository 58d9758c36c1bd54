"""Fixtures for the tests of the conducting layer."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.audit.datapackage import columns_of, datapackage, sums

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


def _columns(file: Path) -> list[str]:
    try:
        return columns_of(file.read_bytes())
    except UnicodeDecodeError:
        return []


@pytest.fixture
def reseal() -> Callable[[Path], None]:
    """Forge the hashes of an output folder after a change, so that only what lies deeper can give it away."""

    def forge(out: Path) -> None:
        title = json.loads((out / "datapackage.json").read_text(encoding="utf-8"))["title"]
        for sealing in ("datapackage.json", "SHA256SUMS"):
            (out / sealing).unlink()
        files = {}
        for path in sorted(path for path in out.rglob("*") if path.is_file()):
            raw = path.read_bytes()
            files[path.relative_to(out).as_posix()] = (hashlib.sha256(raw).hexdigest(), len(raw))
        tables = {name: _columns(out / name) for name in files if name.endswith(".csv")}
        package = datapackage(files, {"title": title}, tables).encode()
        (out / "datapackage.json").write_bytes(package)
        files["datapackage.json"] = (hashlib.sha256(package).hexdigest(), len(package))
        (out / "SHA256SUMS").write_text(sums(files), encoding="utf-8")

    return forge
