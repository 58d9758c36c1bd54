"""The process that does the work of one step, so that a step can be stopped and never takes the pages with it.

Told on standard input what to do, it says on standard output how far it has come (a line of JSON each) and leaves what
it found in a file. It ends when whoever started it does.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click

from auditor.app.names import CONFIG
from auditor.audit.out_file import write_whole
from auditor.cli_guard import fault, guarded
from auditor.errors import AuditorError

BETWEEN: Final = 0.2
"""Seconds between two words on how far it has come."""


def main() -> int:
    """Do what standard input says."""
    task = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    return guarded(click.Command("step", callback=lambda: _step(task)), [])


def _end_with_parent() -> None:
    """Stop once nobody holds the other end of standard input any more."""
    os.read(sys.stdin.fileno(), 1)  # past Python's buffers, whose lock would hold up the end of the process
    os.kill(os.getpid(), signal.SIGTERM)


def _step(task: Mapping[str, Any]) -> None:
    root, step = Path(task["root"]), str(task["step"])
    try:
        found = {"result": _STEPS[step](root, task, _Told())}
    except AuditorError as error:
        found = {"error": _error(error)}
    except Exception as error:  # whatever it is, the page has to say it, without any text of a file
        found = {"error": {"summary": f"the step stopped on a fault of the program: {fault(error)}", "problems": []}}
    write_whole(root / "state" / f"{step}.json", json.dumps(found, ensure_ascii=False))


def _error(error: AuditorError) -> dict[str, Any]:
    from auditor.app.recognised import said

    told = {"summary": error.summary, "problems": [said(problem) for problem in error.problems]}
    return {**told, "fields": dict(getattr(error, "fields", {}))}


class _Told:
    """Says how far the work has come, a few times a second at most."""

    def __init__(self) -> None:
        self.last, self.what = 0.0, ""

    def __call__(self, what: str, done: int, of: int) -> None:
        now = time.monotonic()
        if what and (what != self.what or now - self.last >= BETWEEN):
            self.last, self.what = now, what
            print(json.dumps([what, done, of]), flush=True)


Step = Callable[[Path, Mapping[str, Any], Callable[[str, int, int], None]], Any]


def _look(root: Path, task: Mapping[str, Any], told: Callable[[str, int, int], None]) -> Any:
    from auditor.app.recognised import look

    told("looking at the files", 0, 1)
    return look(root / "case", task.get("answers", ()), task.get("earlier", ""))


def _check(root: Path, task: Mapping[str, Any], told: Callable[[str, int, int], None]) -> Any:
    from auditor.app.checked import checked

    told("reading the files", 0, 1)
    return checked(root / "case" / CONFIG)


def _run(root: Path, task: Mapping[str, Any], told: Callable[[str, int, int], None]) -> Any:
    from auditor.app.ran import ran

    return ran(root, tuple(task["places"]), task["language"], told)


def _letter(root: Path, task: Mapping[str, Any], told: Callable[[str, int, int], None]) -> Any:
    from auditor.app.lettered import lettered

    told("writing the letter", 0, 1)
    return lettered(root, task)


_STEPS: Final[dict[str, Step]] = {"look": _look, "check": _check, "run": _run, "letter": _letter}
