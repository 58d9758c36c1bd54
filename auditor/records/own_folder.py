"""Temporary folders of this program: private, locked while their process lives, swept once it is dead."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

try:
    import fcntl
except ImportError:  # Windows has no such module; stale folders are then left to the system's own cleaning.
    fcntl = None  # type: ignore[assignment]

PREFIX: Final = "auditor-"
LOCK: Final = "lock"


def own_folder(base: Path, prefix: str = PREFIX) -> tuple[Path, int | None]:
    """Make a folder and lock it. It takes the name that others sweep only once it is locked.

    Parameters
    ----------
    base : path
    prefix : str
        How its name begins.

    Returns
    -------
    path
        Readable by this user only (0700).
    int or None
        The open file that holds the lock; None where the system has no such locks.
    """
    made = Path(tempfile.mkdtemp(prefix=f".{prefix}", dir=base))
    lock = _hold(made / LOCK)
    folder = made.with_name(made.name.removeprefix("."))
    made.rename(folder)
    return folder.resolve(), lock


def _hold(path: Path) -> int | None:
    """Lock a file for as long as this process lives, so that others know that the folder is in use."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    if fcntl is None:
        os.close(handle)
        return None
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle


def sweep(base: Path, prefix: str = PREFIX) -> None:
    """Remove our own folders whose process died before it could (killed, power cut)."""
    for folder in abandoned(base, prefix):
        shutil.rmtree(folder, ignore_errors=True)


def abandoned(base: Path, prefix: str = PREFIX) -> list[Path]:
    """Return our own folders whose process is dead; none where the system cannot tell."""
    if fcntl is None:
        return []
    return [folder for folder in sorted(base.glob(f"{prefix}*")) if _abandoned(folder)]


@contextmanager
def private_folder(prefix: str) -> Iterator[Path]:
    """Yield a private folder for the block, removed after it, or by the next run where this one is killed.

    Parameters
    ----------
    prefix : str
        How its name begins, after ``auditor-``.
    """
    base = Path(tempfile.gettempdir())
    sweep(base)
    folder, lock = own_folder(base, PREFIX + prefix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
        if lock is not None:
            os.close(lock)


def _abandoned(folder: Path) -> bool:
    lock = folder / LOCK
    try:
        if folder.is_symlink() or folder.stat().st_uid != os.getuid() or not lock.is_file():
            return False
        handle = os.open(lock, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True
