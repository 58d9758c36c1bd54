"""The step that is under way: a process of its own, how far it has come, and how it ended."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import auditor
from auditor.app.case import Case
from auditor.audit.progress import Course

PATIENCE: Final = 10.0
"""Seconds that a step has to stop by itself."""


@dataclass
class Job:
    """One step.

    Attributes
    ----------
    step : str
        ``look``, ``check``, ``run`` or ``letter``.
    then : str
        Path of the page that shows what it found.
    process : Popen
    course : Course
        How far it has come.
    stopped : bool
        Whether its owner stopped it.
    ear : Thread
        Listens to it until it ends.
    """

    step: str
    then: str
    process: subprocess.Popen[str]
    course: Course = field(default_factory=Course)
    stopped: bool = False
    ear: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.ear = threading.Thread(target=self.listen, daemon=True)

    @property
    def running(self) -> bool:
        """Whether it is still under way."""
        return self.process.poll() is None

    def said(self) -> tuple[str, int, int]:
        """Return how far it has come in words, and as a part of a whole (0 of 0 where that is not known)."""
        course = self.course
        if not course.what:
            return "starting", 0, 0
        counted = course.of > 1
        return course.text(time.monotonic()), course.done if counted else 0, course.of if counted else 0

    def listen(self) -> None:
        """Take note of what it says until it ends, and close what was open between us."""
        with self.process as process:
            assert process.stdout is not None
            for line in process.stdout:
                with contextlib.suppress(ValueError, TypeError):
                    what, done, of = json.loads(line)
                    self.course.step(str(what), int(done), int(of), time.monotonic())


class Jobs:
    """At most one step at a time.

    Parameters
    ----------
    case : Case
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.current: Job | None = None
        self._lock = threading.Lock()

    @property
    def running(self) -> bool:
        """Whether a step is under way."""
        return self.current is not None and self.current.running

    def start(self, step: str, then: str, **task: Any) -> bool:
        """Start a step; return False, and start nothing, where another is under way."""
        with self._lock:
            if self.running:
                return False
            self.case.forget(step)
            job = Job(step, then, _process(self.case.root))
            assert job.process.stdin is not None
            job.process.stdin.write(json.dumps({"step": step, "root": str(self.case.root), **task}) + "\n")
            job.process.stdin.flush()
            job.ear.start()
            self.current = job
            return True

    def stop(self) -> None:
        """Stop the step that is under way; what it began can be gone on with."""
        with self._lock:
            job = self.current
            if job is None:
                return
            if not job.running:
                job.ear.join(PATIENCE)
                return
            job.stopped = True
            job.process.terminate()
            try:
                job.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                job.process.kill()
            job.ear.join(PATIENCE)

    def found(self, step: str) -> Mapping[str, Any] | None:
        """Return what a step left: its result or its error; None where it has left nothing."""
        file = self.case.state / f"{step}.json"
        if not file.is_file():
            return None
        found: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return found

    def result(self, step: str) -> Any:
        """Return the result of a step; None where there is none."""
        return (self.found(step) or {}).get("result")

    def error(self, step: str) -> Mapping[str, Any] | None:
        """Return why a step ended without a result; None where it did not."""
        found = self.found(step)
        if found is not None:
            return found.get("error")
        job = self.current
        if job is None or job.step != step or job.running:
            return None
        if job.stopped:
            return {
                "summary": "You stopped this step. Nothing of it is shown; it can be started again.",
                "problems": [],
            }
        return {"summary": f"This step ended without a result (code {job.process.returncode}).", "problems": []}


_CHILD: Final = "import sys; sys.path.append({package!r}); from auditor.app.worker import main; sys.exit(main())"


def _process(root: Path) -> subprocess.Popen[str]:
    """Start the process: no shell, nothing importable from the folder of the files, temporary files in the case."""
    package = str(Path(auditor.__file__).resolve().parents[1])
    inside = {name: str(root / "tmp") for name in ("TMPDIR", "TEMP", "TMP")}
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-P", "-c", _CHILD.format(package=package)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        cwd=root,
        env={**os.environ, **inside},
    )
