"""Make and its check of the Python that it is given; what the metadata says."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

import auditor
from scripts.known_faults import told

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def check_python() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_python", ROOT / "scripts" / "check_python.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_this_python_will_do(check_python: ModuleType) -> None:
    assert check_python.lacks() == []


def test_an_old_python_is_told_what_to_install(check_python: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(check_python, "newer", lambda: "")
    said = "\n".join(check_python.lacks())
    assert "This is Python 3.9.2; auditor needs 3.11 or later" in said
    for system in ("Debian", "Fedora", "macOS"):
        assert system in said
    monkeypatch.setattr(check_python, "newer", lambda: "python3.12")
    assert check_python.lacks()[-1] == "Here is one: make PYTHON=python3.12"


def test_a_python_without_venv_is_told_what_to_install(
    check_python: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert "python3-venv" in "\n".join(check_python.lacks())


def test_make_without_any_python_says_what_to_install(tmp_path: Path) -> None:
    command = ["make", "demo", "PYTHON=no-such-python", f"VENV={tmp_path / 'venv'}"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "There is no no-such-python here" in ended.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_version_is_the_same_everywhere() -> None:
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert metadata["project"]["version"] == auditor.__version__
    assert f"version: {auditor.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\n## {auditor.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_source_distribution_holds_what_make_and_the_tests_need() -> None:
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = metadata["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert {"/auditor", "/templates", "/configs", "/tests", "/docs", "/scripts", "/Makefile"} <= set(included)


def test_optional_dependencies_are_extras() -> None:
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "dependency-groups" not in metadata
    assert {"test", "dev"} <= set(metadata["project"]["optional-dependencies"])


def test_what_a_run_needs_is_fixed_with_hashes_and_little() -> None:
    """requirements.lock (``make lock``): every dependency, each with its hashes, thirty distributions at most."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    fixed = re.findall(
        r"^([a-z0-9-]+)==\S+(?: ; [^\\\n]+)? \\\n((?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text, re.M
    )
    names = {name for name, _ in fixed}
    assert len(fixed) == text.count("==")
    assert "://" not in text
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {re.split(r"[<>=!~ ]", wanted)[0] for wanted in metadata["project"]["dependencies"]}
    assert asked <= names
    assert len(names) <= 30


def test_what_could_not_be_looked_up_is_no_clean_bill() -> None:
    found = {
        "dependencies": [
            {"name": "one", "version": "1.0", "vulns": []},
            {"name": "two", "skip_reason": "Dependency not found"},
        ]
    }
    lines, code = told(found)
    assert code == 0
    assert lines[0] == "1 of 2 distributions looked up, 0 known faults"
    assert lines[1].startswith("NOT looked up")
    assert lines[1].endswith("two")


def test_a_known_fault_fails() -> None:
    lines, code = told({"dependencies": [{"name": "one", "version": "1.0", "vulns": [{"id": "X-1"}]}]})
    assert (lines[0], code) == ("known fault: one 1.0: X-1", 1)
