"""Files that hold unsuppressed numbers: readable by their owner only, and never inside an output folder."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from auditor.audit.datapackage import is_ours
from auditor.errors import Problem, UsageError


def check_private(file: Path) -> None:
    """Refuse a place where unsuppressed numbers could be published by accident.

    Raises
    ------
    UsageError
        When the file would lie inside an output folder, or its own folder does not exist.
    """
    folder = (file if file.is_absolute() else Path.cwd() / file).parent.resolve()
    if not folder.is_dir():
        raise _refusal(file, "its folder does not exist", "nothing can be written there", "make the folder first")
    for parent in (folder, *folder.parents):
        if is_ours(parent):
            why = "output folders are made to be handed on, and this file is not suppressed"
            raise _refusal(file, "it would lie inside an output folder", why, "give another --out")


def write_private(file: Path, text: str) -> None:
    """Write a private file whole or not at all, readable by its owner only.

    Raises
    ------
    UsageError
        When it cannot be written.
    """
    check_private(file)
    staged = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as stream:
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(staged, file)
    except OSError as error:
        raise _refusal(file, str(error.strerror), "nothing was written", "give another --out") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            staged.unlink()


def _refusal(file: Path, found: str, why: str, remedy: str) -> UsageError:
    return UsageError("the private table cannot be written", [Problem(found, why, remedy, file=file.name)])
