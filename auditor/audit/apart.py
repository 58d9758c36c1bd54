"""Work that a forked process does meanwhile, whose result comes back whole or not at all."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar

T = TypeVar("T")
_PARENT_DEATH: Final = 1  # PR_SET_PDEATHSIG of prctl(2)


class Lost(Exception):
    """The work failed, or the process that did it died: whoever asked for it has to do it."""


class Apart(Generic[T]):
    """One piece of work in a process of its own.

    Parameters
    ----------
    work : callable
        What it needs is shared by forking; its result is copied. It must touch no connection and no file of ours.
    """

    def __init__(self, work: Callable[[], T]) -> None:
        context = multiprocessing.get_context("fork")
        self.connection, theirs = context.Pipe(duplex=False)
        # Frozen, so that no collection in the other process ends what is ours: connections, locks, folders.
        gc.freeze()
        try:
            self._process = context.Process(target=_do, args=(work, theirs, os.getpid()), daemon=True)
            self._process.start()
        finally:
            gc.unfreeze()
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def result(self) -> T:
        """Wait for the result.

        Raises
        ------
        Lost
        """
        try:
            result: T = self.connection.recv()
        except (EOFError, OSError) as error:
            raise Lost from error
        finally:
            self.end()
        return result

    def end(self) -> None:
        """End the process at once, whatever it is doing."""
        self._process.kill()
        self._process.join()
        self.connection.close()


def possible() -> bool:
    """Say whether this process may be forked, with its open connections and threads.

    On other systems libraries do not bear it; a daemon of :mod:`multiprocessing` may have no children.
    """
    return sys.platform == "linux" and not multiprocessing.current_process().daemon


def _do(work: Callable[[], Any], connection: Connection, owner: int) -> None:
    _die_with(owner)
    try:
        connection.send(work())
    except Exception:
        # Work may raise anything, and so may copying its result. Nothing is sent, so the owner finds it Lost, does the
        # work itself, and meets the same error where it is heeded.
        os._exit(1)
    os._exit(0)


def _die_with(owner: int) -> None:
    """Let the system end this process with its owner: a lock that both hold must not outlive a run that is killed."""
    ctypes.CDLL(None).prctl(_PARENT_DEATH, signal.SIGKILL)
    if os.getppid() != owner:
        os._exit(1)
