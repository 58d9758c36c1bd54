"""Write a result to a file: whole or not at all, and never into an output folder."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from auditor.audit.datapackage import is_ours
from auditor.errors import Problem, UsageError


def check_target(file: Path) -> None:
    """Refuse a file that cannot be written, or that would make an output folder differ from its hashes.

    Raises
    ------
    UsageError
        When the file lies inside an output folder, its own folder does not exist, or it is a folder itself.
    """
    folder = (file if file.is_absolute() else Path.cwd() / file).parent.resolve()
    try:
        whole = file.is_dir()
    except OSError as error:
        raise _refusal(file, str(error.strerror), "nothing can be written there", "give another --out") from error
    if whole:
        raise _refusal(file, "it is a folder", "the result is one file", "give another --out")
    if not folder.is_dir():
        raise _refusal(file, "its folder does not exist", "nothing can be written there", "make the folder first")
    if any(is_ours(parent) for parent in (folder, *folder.parents)):
        why = "the hashes of that folder would no longer cover what is in it"
        raise _refusal(file, "it would lie inside an output folder", why, "give another --out")


def write_whole(file: Path, text: str) -> None:
    """Write a text file, as :func:`write_whole_bytes` does."""
    write_whole_bytes(file, text.encode())


def write_whole_bytes(file: Path, content: bytes) -> None:
    """Write a file by one rename.

    Raises
    ------
    UsageError
        When it cannot be written.
    """
    check_target(file)
    staged = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with staged.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(staged, file)
    except OSError as error:
        raise _refusal(file, str(error.strerror), "nothing was written", "give another --out") from error
    finally:
        with contextlib.suppress(OSError):
            staged.unlink()


def _refusal(file: Path, found: str, why: str, remedy: str) -> UsageError:
    return UsageError("the file cannot be written", [Problem(found, why, remedy, file=file.name)])
