from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from auditor.findings.review import Review
from auditor.report.render import render_pages


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"report_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def fixtures() -> ModuleType:
    """The hand-made reviews."""
    return _load("fixtures")


@pytest.fixture(scope="session")
def payloads() -> tuple[str, ...]:
    """Texts that would run or break out if a page let them."""
    return _load("payloads").PAYLOADS


@pytest.fixture(scope="session")
def review(fixtures: ModuleType) -> Review:
    return fixtures.audit()


@pytest.fixture(scope="session")
def pages(review: Review) -> dict[str, str]:
    """Every page of the fixture audit."""
    return dict(render_pages(review))
