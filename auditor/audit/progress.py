"""Progress with time left, on stderr, only where a person watches a terminal."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, of how many; with nothing once it is over."""

_SILENT_SECONDS = 2.0
_BETWEEN = 0.2
_TICK = 1.0


def silent(what: str, done: int, of: int) -> None:
    """Show nothing."""


@dataclass
class Course:
    """How far the work has come, and how long it took so far; all times in seconds.

    Attributes
    ----------
    what : str
        What is being done; empty once all of it is.
    done, of : int
    since : float
        When the count began.
    first : int
        How many were done by then (a resumed run begins with some).
    begun : float
        When this very piece of work began.
    """

    what: str = ""
    done: int = 0
    of: int = 0
    since: float = 0.0
    first: int = 0
    begun: float = 0.0

    def step(self, what: str, done: int, of: int, now: float) -> None:
        """Take note of what is being done now."""
        if of != self.of or done < self.done or not self.what:
            self.since, self.first = now, done
        if what != self.what:
            self.begun = now
        self.what, self.done, self.of = what, done, of

    def text(self, now: float) -> str:
        """Return the line: the time left where the count tells it, else the time so far."""
        count = f" {self.done:,} of {self.of:,}" if self.of > 1 else ""
        made = self.done - self.first
        if made > 0:
            left = (now - self.since) / made * (self.of - self.done)
            return f"{self.what}{count}, about {_span(left)} left"
        spent = now - self.begun
        return f"{self.what}{count}" + (f", {_span(spent)} so far" if spent >= 1 else "")


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def on_terminal(quiet: bool) -> Progress:
    """Return a progress line for stderr, or :func:`silent` when it is no terminal or quiet is asked for.

    Nothing is shown in the first two seconds. Long pieces of work (a large file) are shown to go on by a thread that
    wakes once a second. The clock decides what is shown, never what is written.
    """
    if quiet or not sys.stderr.isatty():
        return silent
    course, started = Course(), time.monotonic()
    shown, unended = started, False

    def draw(now: float) -> None:
        nonlocal shown, unended
        shown, unended = now, True
        clear = "\r\x1b[2K" if not os.environ.get("NO_COLOR") else "\r"
        # Past Python's buffers, whose lock a process forked meanwhile would inherit.
        os.write(sys.stderr.fileno(), f"{clear}{course.text(now)}".encode(errors="replace"))

    def tick() -> None:
        while True:
            time.sleep(_TICK)
            now = time.monotonic()
            if course.what and now - started >= _SILENT_SECONDS and now - shown >= _TICK:
                draw(now)

    def end() -> None:
        nonlocal unended
        course.what = ""
        if unended:
            os.write(sys.stderr.fileno(), b"\n")
        unended = False

    def show(what: str, done: int, of: int) -> None:
        if not what:
            end()
            return
        now = time.monotonic()
        course.step(what, done, of, now)
        last = of > 1 and done + 1 >= of
        if now - started >= _SILENT_SECONDS and (last or now - shown >= _BETWEEN):
            draw(now)
        if last:
            end()

    threading.Thread(target=tick, name="auditor-progress", daemon=True).start()
    return show
