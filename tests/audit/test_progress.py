"""The line on stderr: time left from the count, time so far where nothing is counted."""

import os
import sys
from pathlib import Path

import pytest

from auditor.audit import progress
from auditor.audit.progress import Course


def test_time_left_is_from_the_whole_count_also_when_its_pieces_have_names() -> None:
    course = Course()
    course.step("reading", 0, 1, 0.0)
    assert course.text(0.5) == "reading"
    assert course.text(14.0) == "reading, 14 s so far"
    course.step("measuring one", 0, 6, 20.0)
    assert course.text(25.0) == "measuring one 0 of 6, 5 s so far"
    course.step("measuring two", 1, 6, 30.0)
    # One in ten seconds, five to go.
    assert course.text(30.0) == "measuring two 1 of 6, about 50 s left"
    course.step("measuring three", 2, 6, 50.0)
    assert course.text(50.0) == "measuring three 2 of 6, about 60 s left"


def test_a_resumed_run_counts_from_where_it_began() -> None:
    course = Course()
    course.step("writing pages", 2_000, 3_100, 100.0)
    assert course.text(100.0) == "writing pages 2,000 of 3,100"
    course.step("writing pages", 2_100, 3_100, 120.0)
    # A hundred in twenty seconds, a thousand to go: 200 seconds.
    assert course.text(120.0) == "writing pages 2,100 of 3,100, about 3 min left"


def test_nothing_is_shown_off_a_terminal_or_when_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    assert progress.on_terminal(quiet=False) is progress.silent
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert progress.on_terminal(quiet=True) is progress.silent


def test_what_a_person_sees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    with (tmp_path / "terminal").open("w", encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stderr", Terminal(terminal.fileno()))
        monkeypatch.setattr(progress.time, "monotonic", lambda: now)
        monkeypatch.setattr(progress, "_TICK", 1e6)
        monkeypatch.setenv("NO_COLOR", "1")
        show = progress.on_terminal(quiet=False)
        for now in (0.5, 1.0, 3.0, 3.1, 6.0):  # the second line comes too soon, the last always
            show("writing pages", int(now * 2), 13)
        now = 7.0
        show("one page", 0, 1)
        show("", 0, 0)
        show("", 0, 0)  # nothing is left to end
    assert (tmp_path / "terminal").read_bytes() == (
        b"\rwriting pages 6 of 13, about 4 s left\rwriting pages 12 of 13, about 0 s left\n\rone page\n"
    )


class Terminal:
    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def isatty(self) -> bool:
        return os.fstat(self.descriptor).st_size == 0  # nothing was written yet

    def fileno(self) -> int:
        return self.descriptor
