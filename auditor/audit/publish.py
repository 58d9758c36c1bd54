"""Put a finished folder in the place of an old one in a single step."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STOPS = (signal.SIGINT, signal.SIGTERM)
_AT_FDCWD = -100
_LINUX_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)
_MAC_SWAP = 2  # RENAME_SWAP of renamex_np(2)
_NOT_OFFERED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}


def publish(staging: Path, target: Path) -> None:
    """Rename ``staging`` to ``target``.

    An earlier output is exchanged in one step where the system can (Linux, macOS) and removed afterwards;
    elsewhere it is moved aside first and moved back when the second step fails, and :func:`recover` does so
    after a crash.

    Parameters
    ----------
    staging, target : pathlib.Path
        In the same folder. ``target`` is absent, an empty folder, or an earlier output.
    """
    if target.exists():
        if exchange(staging, target):
            sync_folder(target.parent)
            shutil.rmtree(staging)
            return
        _replace_in_two_steps(staging, target)
    else:
        os.rename(staging, target)
    sync_folder(target.parent)


def _replace_in_two_steps(staging: Path, target: Path) -> None:
    aside = _aside(target)
    os.rename(target, aside)
    try:
        os.rename(staging, target)
    except OSError:
        os.rename(aside, target)
        raise
    shutil.rmtree(aside)


def recover(target: Path) -> None:
    """Undo what a run left behind that was killed between the two steps."""
    aside = _aside(target)
    if not aside.exists():
        return
    if target.exists():
        shutil.rmtree(aside)
    else:
        os.rename(aside, target)


def _aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.previous")


def exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system or the file system cannot.

    Raises
    ------
    OSError
        When it can and it failed.
    """
    library = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform.startswith("linux") and hasattr(library, "renameat2"):
        result = library.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _LINUX_EXCHANGE)  # type: ignore[union-attr]
    elif sys.platform == "darwin" and hasattr(library, "renamex_np"):
        result = library.renamex_np(first, second, _MAC_SWAP)
    else:
        return False
    if result == 0:
        return True
    code = ctypes.get_errno()
    if code in _NOT_OFFERED:
        return False
    raise OSError(code, os.strerror(code), str(one), None, str(other))


def sync_folder(folder: Path) -> None:
    """Make a folder's list of names durable (Windows does so by itself)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back the signals that stop a run, so that nobody is told that nothing was published when it was.

    By handlers and not by a mask, since any other thread would take a signal that this one masks.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    before = {number: signal.signal(number, lambda met, frame: held.append(met)) for number in _STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        for met in held[:1]:
            signal.raise_signal(met)
