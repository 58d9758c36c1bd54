"""Progress with time left, on stderr, only where a person watches a terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, of how many."""

_SILENT_SECONDS = 2.0
_BETWEEN = 0.2


def silent(what: str, done: int, of: int) -> None:
    """Show nothing."""


def on_terminal(quiet: bool) -> Progress:
    """Return a progress line for stderr, or :func:`silent` when it is no terminal or quiet is asked for.

    Nothing is shown in the first two seconds. The clock decides what is shown, never what is written.
    """
    if quiet or not sys.stderr.isatty():
        return silent
    started = shown = since = time.monotonic()
    current = ""

    def show(what: str, done: int, of: int) -> None:
        nonlocal shown, since, current
        now = time.monotonic()
        if what != current:
            current, since = what, now
        if now - started < _SILENT_SECONDS or now - shown < _BETWEEN:
            return
        shown = now
        spent = now - since
        left = f", {spent / done * (of - done):.0f} s left" if 0 < done < of else ""
        count = f" {done:,} of {of:,}" if of > 1 else ""
        clear = "\r\x1b[2K" if not os.environ.get("NO_COLOR") else "\r"
        sys.stderr.write(f"{clear}{what}{count}{left}")
        if of <= 1 or done + 1 >= of:
            sys.stderr.write("\n")
        sys.stderr.flush()

    return show
