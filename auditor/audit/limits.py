"""A limit on the time that the work on one place may take."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

LONGEST = 120.0
"""Seconds for the grading or the page of one place, which take milliseconds: far from any machine's bad day."""


@contextmanager
def within(seconds: float = LONGEST) -> Iterator[None]:
    """Raise ``TimeoutError`` in the block when it takes longer.

    Without a timer of the system (Windows), outside of the main thread, or where somebody else's timer runs, there is
    no limit.

    Parameters
    ----------
    seconds : float
    """
    if not _free():
        yield
        return
    previous = signal.signal(signal.SIGALRM, _late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _free() -> bool:
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return False
    return signal.getitimer(signal.ITIMER_REAL)[0] == 0


def _late(number: int, frame: FrameType | None) -> NoReturn:
    raise TimeoutError
