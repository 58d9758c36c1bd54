"""The walls of the architecture, read from the imports themselves (also those inside functions)."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import auditor

ROOT = Path(auditor.__file__).parent
NUMERIC = {"numpy", "pandas", "scipy", "statsmodels", "duckdb", "pyarrow"}

# What runs higher may import what runs lower or stands on the same floor; the same part may always import itself.
FLOORS = {
    "stats": 1,
    "errors": 1,
    "resources": 1,
    "domain": 2,
    "records": 3,
    "baselines": 3,
    "findings": 3,
    "cell_facts": 4,
    "cell_tables": 4,
    "cells": 4,
    "engine": 4,
    "row_cells": 4,
    "row_keys": 4,
    "row_packed": 4,
    "report": 4,
    "signals": 5,
    "audit": 6,
    "cli": 7,
    "cli_app": 7,
    "cli_data": 7,
    "cli_guard": 7,
    "cli_letter": 7,
    "cli_purge": 7,
    "app": 7,
    "__main__": 8,
}


def module_name(file: Path) -> str:
    parts = ("auditor", *file.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(file): file for file in sorted(ROOT.rglob("*.py"))}


@cache
def imports(module: str, *, types: bool = True) -> frozenset[str]:
    """Return every module that a module imports, ours by their full name; without ``types`` only what really runs."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    if not types:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                node.body = [ast.Pass()]
    return frozenset(_imports(tree))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else str(node.module)


def part(module: str) -> str:
    """Return the part of the package that a module belongs to; empty for ``auditor`` itself."""
    return module.split(".")[1] if module.count(".") else ""


def ours(module: str) -> set[str]:
    return {name for name in imports(module) if name == "auditor" or name.startswith("auditor.")}


def outside(module: str) -> set[str]:
    return {name.split(".")[0] for name in imports(module)}


def reachable(module: str) -> set[str]:
    """Return what comes along when a module is imported, through our own modules."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        current = waiting.pop()
        if current in seen or current not in MODULES:
            continue
        seen.add(current)
        waiting.extend(ours(current) - {"auditor"})
    return seen


def test_the_walk_sees_the_package() -> None:
    assert len(MODULES) > 50
    assert "auditor.findings.finding" in imports("auditor.findings.review")
    assert "auditor.signals.registry" in imports("auditor.audit.config_parts")  # imported inside a function


@pytest.mark.parametrize("module", sorted(MODULES))
def test_every_import_runs_down(module: str) -> None:
    if not part(module):
        return  # auditor/__init__.py hands the public names on
    assert part(module) in FLOORS, f"{part(module)} has no floor yet"
    for name in ours(module) - {"auditor"}:
        here, there = part(module), part(name)
        assert here == there or FLOORS[there] <= FLOORS[here], f"{module} imports {name}, which stands above it"


@pytest.mark.parametrize("module", sorted(m for m in MODULES if part(m) == "stats"))
def test_stats_imports_nothing_of_ours(module: str) -> None:
    assert {name for name in ours(module) if part(name) != "stats"} == set()


@pytest.mark.parametrize("module", sorted(m for m in MODULES if part(m) in {"errors", "resources"}))
def test_errors_and_resources_import_nothing_of_ours(module: str) -> None:
    assert ours(module) == set()


@pytest.mark.parametrize(("one", "other"), [("records", "baselines"), ("baselines", "records")])
def test_records_and_baselines_do_not_know_each_other(one: str, other: str) -> None:
    for module in (m for m in MODULES if part(m) == one):
        assert other not in {part(name) for name in ours(module)}, module


def test_findings_can_be_read_without_a_numeric_library() -> None:
    for module in (m for m in MODULES if part(m) == "findings"):
        for needed in reachable(module):
            assert outside(needed) & (NUMERIC | {"pydantic", "jinja2"}) == set(), f"{module} needs {needed}"


def test_report_knows_findings_domain_resources_and_errors_only() -> None:
    for module in (m for m in MODULES if part(m) == "report"):
        met = {part(name) for name in ours(module) if part(name)}
        assert met <= {"report", "findings", "domain", "resources", "errors"}, module
        assert outside(module) & (NUMERIC - {"numpy"}) == set(), module


def test_no_signal_imports_another() -> None:
    signals = {m for m, file in MODULES.items() if part(m) == "signals" and "\nSIGNAL = " in file.read_text("utf-8")}
    assert len(signals) >= 3
    for module in signals:
        assert not (ours(module) & signals) - {module}, module


def test_nothing_imports_the_command_line_or_the_app() -> None:
    for module in MODULES:
        above = {"__main__", "cli", "cli_app", "cli_data", "cli_guard", "cli_letter", "app"}
        if part(module) not in above:
            assert not {part(name) for name in ours(module)} & above, module


def test_there_is_no_circle() -> None:
    done: set[str] = set()

    def walk(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail[trail.index(module) :], module))
        if module in done or module not in MODULES:
            return
        needed = {name for name in imports(module, types=False) if name.startswith("auditor.")}
        for name in sorted(needed):
            walk(name, (*trail, module))
        done.add(module)

    for module in sorted(MODULES):
        if module != "auditor":
            walk(module, ())


def test_package_files_stay_empty_of_imports() -> None:
    for module, file in MODULES.items():
        if file.name == "__init__.py" and module != "auditor":
            assert imports(module) == frozenset(), f"{module} slows `auditor --help`"
