"""A lock against two runs into one output folder, which the system itself lets go when its owner dies."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from auditor.errors import Problem, UsageError

try:
    import fcntl
except ImportError:  # Windows has no fcntl; msvcrt does the same there
    fcntl = None  # type: ignore[assignment]


class Lock:
    """Hold ``path`` while the ``with`` block runs.

    The file says who holds it (process and time). It is the system's lock on the open file that counts, not
    the file's presence, so that what a killed run leaves behind is taken over without asking.

    Parameters
    ----------
    path : pathlib.Path
        The lock file, beside the output folder.

    Raises
    ------
    UsageError
        On entry, when another run holds it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = -1

    def __enter__(self) -> Lock:
        while True:
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
            descriptor = os.open(self.path, flags, 0o644)
            if not _seize(descriptor):
                owner = _owner(descriptor)
                os.close(descriptor)
                raise self._taken(owner)
            if _still_there(descriptor, self.path):
                break
            os.close(descriptor)  # its last owner removed it between our opening and our locking
        started = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "started": started}).encode(), 0)
        self._descriptor = descriptor
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.path.unlink(missing_ok=True)  # before letting go, or a successor's file could be removed
        os.close(self._descriptor)

    def _taken(self, owner: str) -> UsageError:
        problem = Problem(
            f"another run is writing there ({owner})",
            "two runs into one folder would mix their pages",
            "wait for it to end, or give another --out",
            file=self.path.name,
        )
        return UsageError("the output folder is in use", [problem])


def in_use(path: Path) -> bool:
    """Say whether a living run holds this lock file."""
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return True  # somebody else's, or not what we write: not ours to take
    try:
        return not _seize(descriptor)
    finally:
        os.close(descriptor)


def _seize(descriptor: int) -> bool:
    if fcntl is None:
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _still_there(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _owner(descriptor: int) -> str:
    text = os.pread(descriptor, 400, 0).decode("utf-8", "replace")
    try:
        owner = json.loads(text)
        return f"process {owner['pid']}, since {owner['started']}"
    except (ValueError, KeyError, TypeError):
        return "its owner has not written its name yet"
