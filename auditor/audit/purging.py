"""What earlier runs left behind when they were killed: found, told, and deleted."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from auditor.audit.output_lock import Lock, in_use
from auditor.audit.partial import leftovers
from auditor.errors import UsageError
from auditor.records.own_folder import PREFIX, abandoned

TEMPORARY: Final = "temporary files of a killed run"
UNNAMED: Final = "a temporary folder whose run was killed while making it"
FINISHED: Final = "what an interrupted run had finished (--resume would go on from it)"
UNFINISHED: Final = "an output that was being put together"
OVER: Final = "the lock of a run that is over"
_OLD: Final = 3600.0
"""Seconds after which a folder that has no lock yet is no longer being made."""
_STAGING: Final = re.compile(r"\.(?P<output>.+)\.staging-\d+")
_LOCKED: Final = re.compile(r"\.(?P<output>.+)\.lock")


@dataclass(frozen=True, slots=True)
class Leftover:
    """One thing that was left behind.

    Attributes
    ----------
    path : pathlib.Path
    what : str
        In plain words.
    size : int
        Bytes.
    lock : pathlib.Path or None
        The lock under which it may be deleted: that of the output beside which it lies.
    """

    path: Path
    what: str
    size: int
    lock: Path | None = None


def found(folders: tuple[Path, ...]) -> list[Leftover]:
    """Return what killed runs left, in the system's temporary folder and beside outputs.

    Nothing that a living run uses is among it, nor anything of another user, nor any output.

    Parameters
    ----------
    folders : tuple of pathlib.Path
        Folders in which outputs were written.

    Raises
    ------
    UsageError
        When one of them is no folder.
    """
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"{folder} is no folder: name the folder in which outputs were written")
    base = Path(tempfile.gettempdir())
    left = [Leftover(path, TEMPORARY, _size(path)) for path in abandoned(base)]
    left += [Leftover(path, UNNAMED, _size(path)) for path in _unnamed(base)]
    for folder in dict.fromkeys(folder.resolve() for folder in folders):
        left += _beside(folder)
    return left


def delete(leftover: Leftover) -> None:
    """Delete one of them.

    Raises
    ------
    UsageError
        When a run has begun to write that output in the meantime.
    """
    if leftover.lock is None:
        shutil.rmtree(leftover.path)
        return
    with Lock(leftover.lock):  # which removes the lock itself at its end
        if leftover.path != leftover.lock:
            shutil.rmtree(leftover.path)


def _unnamed(base: Path) -> Iterator[Path]:
    """Yield folders that were made and never got the name under which they are swept."""
    for folder in sorted(base.glob(f".{PREFIX}*")):
        if _own_folder(folder) and time.time() - folder.lstat().st_mtime > _OLD:
            yield folder


def _beside(folder: Path) -> Iterator[Leftover]:
    """Yield what lies beside outputs; of an output that is being written, nothing."""
    names = sorted(path.name for path in folder.iterdir() if path.name.startswith("."))
    locks = {match["output"]: folder / name for name in names if (match := _LOCKED.fullmatch(name))}
    busy = {output for output, lock in locks.items() if in_use(lock)}
    pairs = [(path.name[1:].rpartition(".partial-")[0], path, FINISHED) for path, _ in leftovers(folder / "*", "*")]
    staged = [(match["output"], folder / name) for name in names if (match := _STAGING.fullmatch(name))]
    pairs += [(output, path, UNFINISHED) for output, path in staged if _own_folder(path)]
    pairs += [(output, lock, OVER) for output, lock in locks.items() if _is_lock(lock)]
    for output, path, what in pairs:
        if output not in busy:
            yield Leftover(path, what, _size(path), folder / f".{output}.lock")


def _is_lock(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and b'"pid"' in path.read_bytes()[:400]


def _own_folder(path: Path) -> bool:
    """Say whether a folder is this user's and closed to others, as ours are."""
    known = path.lstat()
    mine = not hasattr(os, "getuid") or known.st_uid == os.getuid()
    return path.is_dir() and not path.is_symlink() and mine and not (os.name == "posix" and known.st_mode & 0o077)


def _size(path: Path) -> int:
    files = [path] if path.is_file() else [entry for entry in path.rglob("*") if entry.is_file()]
    return sum(entry.lstat().st_size for entry in files)
