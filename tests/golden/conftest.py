"""The embedded example, run once for all golden tests."""

from __future__ import annotations

import pytest

from auditor.audit.api import run
from auditor.findings.review import Review
from auditor.resources import folder


@pytest.fixture(scope="session")
def demo() -> Review:
    return run(folder("configs") / "demo" / "audit.toml")
